//! Python's package index, by its simple interface (PEP 503 and 691): one file
//! of a package, known by its sha256. Nothing of it is run. Where the index is,
//! and whose certificates it may have, pip's settings say.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use percent_encoding::percent_decode_str;
use reqwest::Url;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use serde::Deserialize;

use crate::http::{self, Headers, Http};

const INDEX: &str = "https://pypi.org/simple";
/// A page of the index. The largest packages have some megabytes.
const MAX_PAGE_BYTES: usize = 32 << 20;
const MAX_SETTINGS_BYTES: u64 = 1 << 20;
const JSON: &str = "application/vnd.pypi.simple.v1+json";

/// Gets a file of a package: copied or downloaded to `to`, `bytes` long. The
/// caller checks its hash.
///
/// # Errors
///
/// An index that does not answer, that has no such file, or sends another.
pub(crate) fn fetch(
    package: &str,
    file_name: &str,
    bytes: u64,
    to: &mut File,
    progress: &dyn Fn(u64),
    note: http::OnNote<'_>,
) -> Result<()> {
    let settings = Settings::read();
    let folders = settings.all("find-links").into_iter().map(PathBuf::from);
    if let Some(here) = folders
        .map(|folder| folder.join(file_name))
        .find(|path| path.is_file())
    {
        let mut from =
            File::open(&here).with_context(|| format!("cannot read {}", here.display()))?;
        std::io::copy(&mut std::io::Read::take(&mut from, bytes + 1), to)?;
        return Ok(());
    }
    ensure!(
        settings
            .get("no-index")
            .is_none_or(|value| !is_true(&value)),
        "pip's settings forbid to use an index (no-index)"
    );
    let mut indexes = vec![
        settings
            .get("index-url")
            .unwrap_or_else(|| INDEX.to_owned()),
    ];
    indexes.extend(settings.all("extra-index-url"));
    let time = settings
        .get("timeout")
        .or_else(|| settings.get("default-timeout"));
    let time = time
        .and_then(|time| time.parse().ok())
        .map(Duration::from_secs);
    let bundle = settings
        .get("cert")
        .or_else(|| std::env::var("REQUESTS_CA_BUNDLE").ok())
        .or_else(|| std::env::var("CURL_CA_BUNDLE").ok())
        .filter(|path| !path.is_empty())
        .map(PathBuf::from);
    let bundles: Vec<&Path> = bundle.iter().map(PathBuf::as_path).collect();
    let http = Http::new(&bundles, time.unwrap_or(http::READ_TIME))?;
    let mut failure = None;
    for index in indexes {
        let fetched = from_index(&http, &index, package, file_name, note).and_then(|url| {
            let answer = http.get(&url, &Headers::default(), &mut |_| {}, note)?;
            answer.check()?;
            to.set_len(0)?;
            http.append(answer, to, bytes, progress)
        });
        match fetched {
            Ok(()) => return Ok(()),
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    Err(failure.expect("there is an index"))
}

/// The address of a file of a package in one index.
fn from_index(
    http: &Http,
    index: &str,
    package: &str,
    file_name: &str,
    note: http::OnNote<'_>,
) -> Result<Url> {
    #[derive(Deserialize)]
    struct Page {
        files: Vec<Entry>,
    }
    #[derive(Deserialize)]
    struct Entry {
        url: String,
    }
    let text = format!("{}/{package}/", index.trim_end_matches('/'));
    let page = Url::parse(&text)
        .ok()
        .filter(|url| ["http", "https"].contains(&url.scheme()))
        .context("pip's index-url: expected an address that begins with https:// or http://")?;
    let headers = Headers {
        others: vec![(ACCEPT, format!("{JSON}, text/html;q=0.2"))],
        ..Headers::default()
    };
    let answer = http.get(&page, &headers, &mut |_| {}, note)?;
    answer.check()?;
    let at = answer.url.clone();
    let kind = answer.headers.get(CONTENT_TYPE);
    let is_json = kind.is_some_and(|kind| kind.as_bytes().starts_with(JSON.as_bytes()));
    let body = http.read(answer, MAX_PAGE_BYTES)?;
    let links: Vec<String> = if is_json {
        let page: Page = serde_json::from_slice(&body)
            .with_context(|| format!("{}: found no list of files", http::shown(&at)))?;
        page.files.into_iter().map(|file| file.url).collect()
    } else {
        links(&String::from_utf8_lossy(&body))
    };
    let mut urls = links.iter().filter_map(|link| at.join(link).ok());
    let is_it = |url: &Url| {
        let name = url
            .path_segments()
            .and_then(Iterator::last)
            .unwrap_or_default();
        percent_decode_str(name).decode_utf8_lossy() == file_name
    };
    let Some(mut url) = urls.find(is_it) else {
        bail!("{}: found no file {file_name}", http::shown(&at));
    };
    ensure!(
        url.scheme() == "https" || url.scheme() == "http" && at.scheme() == "http",
        "{}: links to {}, expected https",
        http::shown(&at),
        http::shown(&url)
    );
    url.set_fragment(None);
    // Who may see the index may see its files, as pip has it.
    if url.origin() == page.origin() && url.username().is_empty() {
        url.set_username(page.username()).ok();
        url.set_password(page.password()).ok();
    }
    Ok(url)
}

/// What a page in HTML links to.
fn links(html: &str) -> Vec<String> {
    let link = |part: &str| {
        let part = part.trim_start().strip_prefix('=')?.trim_start();
        let quote = part.chars().next().filter(|c| ['"', '\''].contains(c))?;
        let link = part[1..].split(quote).next()?;
        Some(link.replace("&amp;", "&"))
    };
    html.split("href").skip(1).filter_map(link).collect()
}

fn is_true(value: &str) -> bool {
    ["1", "true", "yes", "on"].contains(&value.to_lowercase().as_str())
}

/// pip's settings: `PIP_NAME` in the environment, else from its files, the
/// nearest to the user first.
struct Settings {
    files: Vec<Vec<(String, String)>>,
}

impl Settings {
    fn read() -> Self {
        let own = std::env::var_os("PIP_CONFIG_FILE").map(PathBuf::from);
        let mut paths = Vec::new();
        if own.as_deref() != Some(Path::new(if cfg!(windows) { "nul" } else { "/dev/null" })) {
            paths.extend(own);
            let site = ["VIRTUAL_ENV", "CONDA_PREFIX"];
            let site = site.into_iter().filter_map(std::env::var_os);
            paths.extend(site.map(|folder| Path::new(&folder).join(NAME)));
            let config = dirs::config_dir().map(|folder| folder.join("pip").join(NAME));
            let xdg = dirs::home_dir().map(|home| home.join(".config/pip").join(NAME));
            let old = dirs::home_dir().map(|home| home.join(".pip").join(NAME));
            paths.extend([config, xdg, old].into_iter().flatten());
            let all = std::env::var("XDG_CONFIG_DIRS").unwrap_or_else(|_| "/etc/xdg".into());
            paths.extend(
                all.split(':')
                    .map(|folder| Path::new(folder).join("pip").join(NAME)),
            );
            paths.push(Path::new("/etc").join(NAME));
        }
        let read = |path: PathBuf| {
            let text = nerite_files::read_bounded(&path, MAX_SETTINGS_BYTES).ok()?;
            Some(parse(&String::from_utf8_lossy(&text)))
        };
        Self {
            files: paths.into_iter().filter_map(read).collect(),
        }
    }

    fn get(&self, name: &str) -> Option<String> {
        let variable = format!("PIP_{}", name.to_uppercase().replace('-', "_"));
        let own = std::env::var(variable)
            .ok()
            .filter(|value| !value.is_empty());
        own.or_else(|| {
            let mut all = self.files.iter().flatten();
            all.find(|(key, _)| key == name)
                .map(|(_, value)| value.clone())
        })
    }

    /// A setting that is a list.
    fn all(&self, name: &str) -> Vec<String> {
        let list = self.get(name).unwrap_or_default();
        list.split_whitespace().map(str::to_owned).collect()
    }
}

const NAME: &str = if cfg!(windows) { "pip.ini" } else { "pip.conf" };

/// The settings of a file: those for downloads before those for all commands.
fn parse(text: &str) -> Vec<(String, String)> {
    let mut section = String::new();
    let mut found: Vec<(String, String, String)> = Vec::new();
    for line in text.lines() {
        let is_more = line.starts_with([' ', '\t']);
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
            name.trim().clone_into(&mut section);
        } else if let (true, Some(last)) = (is_more, found.last_mut()) {
            last.2 += &format!("\n{line}");
        } else if let Some((key, value)) = line.split_once(['=', ':']) {
            let key = key.trim().to_lowercase().replace('_', "-");
            found.push((section.clone(), key, value.trim().to_owned()));
        }
    }
    let of = |name: &str| {
        let own = found.iter().filter(|(section, ..)| section == name);
        let pairs = own.map(|(_, key, value)| (key.clone(), value.clone()));
        pairs.collect::<Vec<_>>()
    };
    [of("download"), of("global")].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_as_pip_writes_them() {
        let text = "# mine\n[global]\nindex_url = https://a.example/simple\nfind-links =\n    /one\n    /two\n\
                    [download]\nindex-url: https://b.example/simple\n[install]\nno-index = yes\n";
        let settings = Settings {
            files: vec![parse("[global]\ncert = /c.pem\n"), parse(text)],
        };
        for (name, value) in [
            ("cert", "/c.pem"),
            ("index-url", "https://b.example/simple"),
            ("find-links", "\n/one\n/two"),
        ] {
            let found = settings.files.iter().flatten().find(|(key, _)| key == name);
            assert_eq!(found.map(|(_, value)| value.as_str()), Some(value));
        }
        let all = settings.files.iter().flatten();
        assert!(!all.into_iter().any(|(key, _)| key == "no-index"));
    }

    #[test]
    fn links_are_read_from_html() {
        let html = r#"<a href="../a.whl#sha256=1">a</a><A class=x href='b.whl?x=1&amp;y'>b</A><a href=c>c</a>"#;
        assert_eq!(links(html), ["../a.whl#sha256=1", "b.whl?x=1&y"]);
    }
}
