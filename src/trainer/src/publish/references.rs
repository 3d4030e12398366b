//! Pages' references to scripts and styles, which lie in another folder once
//! they are published; their title and their place on the web.

use anyhow::{Context, Result};

use super::{Files, Settings};

/// What keeps its path, the pages with references to the assets where they are
/// now.
pub(super) fn with_assets(
    settings: &Settings,
    kept: Files,
    moved: &Files,
    assets: &str,
) -> Result<Files> {
    let page = |(path, contents): (String, Vec<u8>)| {
        if !path.ends_with(".html") {
            return Ok((path, contents));
        }
        let html = std::str::from_utf8(&contents);
        let html = html.with_context(|| format!("{path} is not UTF-8"))?;
        let mut html = with_references(html, &path, moved, assets);
        if let Some(title) = settings.title.as_ref().filter(|_| path == "index.html") {
            html = with_title(&html, title).with_context(|| format!("{path}: found no title"))?;
        }
        if let Some(base) = &settings.base {
            let page = path.strip_suffix("index.html").unwrap_or(&path);
            let link = format!(
                "<link rel=\"canonical\" href=\"{}/{page}\">\n</head>",
                escaped(base.trim_end_matches('/'))
            );
            html = html.replacen("</head>", &link, 1);
        }
        Ok((path, html.into_bytes()))
    };
    kept.into_iter().map(page).collect()
}

/// The page with `src="..."` and `href="..."` of what has moved set to where it
/// is now, from the page's own place.
pub(super) fn with_references(html: &str, page: &str, moved: &Files, assets: &str) -> String {
    let (folder, _) = page.rsplit_once('/').unwrap_or_default();
    let up = "../".repeat(page.matches('/').count());
    let mut rewritten = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((start, attribute)) = [" src=\"", " href=\""]
        .iter()
        .filter_map(|attribute| Some((rest.find(attribute)?, attribute)))
        .min()
    {
        let (before, after) = rest.split_at(start + attribute.len());
        let (reference, after) = after.split_at(after.find('"').unwrap_or(after.len()));
        rewritten += before;
        match resolve(folder, reference).filter(|path| moved.contains_key(path)) {
            Some(path) => rewritten += &format!("{up}{assets}/{path}"),
            None => rewritten += reference,
        }
        rest = after;
    }
    rewritten + rest
}

/// The path in the site that a relative reference means, if it is one.
fn resolve(folder: &str, reference: &str) -> Option<String> {
    if reference.contains([':', '?', '#']) || reference.starts_with('/') {
        return None;
    }
    let mut path: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in reference.split('/') {
        match part {
            "." => {}
            ".." => {
                path.pop()?;
            }
            part => path.push(part),
        }
    }
    Some(path.join("/"))
}

/// The page under another title. The element loses its attributes, by which a
/// script may set it.
pub(super) fn with_title(html: &str, title: &str) -> Option<String> {
    let start = html.find("<title")?;
    let end = start + html[start..].find("</title>")?;
    Some(format!(
        "{}<title>{}{}",
        &html[..start],
        escaped(title),
        &html[end..]
    ))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
