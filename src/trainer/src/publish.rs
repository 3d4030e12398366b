//! The static site for any host, or for a subfolder of one: pages, package,
//! bundles.
//!
//! ```text
//! index.html, ...          the pages, under their own names
//! sw.js                    the service worker, which has to stay where it is
//! pages.json               what it keeps for when there is no network
//! assets-HASH/             scripts, styles and the package, named by what is in all of them
//! bundles/index.json       the bundles
//! bundles/NAME/manifest.json
//! bundles/NAME/encoder.HASH.safetensors, ...
//! bundles/NAME/reports/... the reports of its heads and their samples, under their own names
//! ```
//!
//! What has a hash in its path never changes, so that browsers may keep it for
//! good; what has none is small. Scripts refer to each other by relative paths,
//! which hold within the one folder that they all go to, so that only the
//! pages' own references are rewritten.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use nerite::{BundleFile, MANIFEST, Manifest};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::bundle;
use crate::files::{self, Staging};
use crate::site::{self, BUNDLES, SERVICE_WORKER};

type Files = BTreeMap<String, Vec<u8>>;

/// What a folder's name begins with that holds all that never changes.
const ASSETS: &str = "assets-";
/// The file by which a folder is known as a site that was published here.
const MARKER: &str = "nerite-site.json";
const FORMAT: &str = "nerite-site";
/// Hexadecimal digits of a hash in a name.
const DIGITS: usize = 16;
/// No page, script or package file is larger.
const MAX_BYTES: u64 = 64 << 20;
/// What the page's scripts refer to by paths from their own place.
const MOVED: [&str; 10] = [
    "js", "mjs", "css", "wasm", "svg", "png", "webp", "ico", "woff2", "map",
];
/// What hosts that know such a file answer with: workers do not inherit the
/// policy of a page's meta element, and what has a hash may be kept.
const HEADERS: &str = "_headers";

/// What to publish.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The folder of the pages, with `bundles` in it.
    pub www: PathBuf,
    /// The built package.
    pub pkg: PathBuf,
    /// The bundles by name; all that are complete if empty.
    pub bundles: Vec<String>,
    /// The title of `index.html`, in place of its own.
    pub title: Option<String>,
    /// Where the site will be, for search engines.
    pub base: Option<String>,
    /// Whether assets of earlier versions go, which a tab that is open may
    /// still ask for.
    pub remove_old: bool,
}

/// What was published.
#[derive(Clone, Debug)]
pub struct Published {
    /// Its parts.
    pub parts: Vec<Part>,
    /// The bundles that are not complete, and why.
    pub skipped: Vec<(String, String)>,
}

/// A part of a site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Its path, or what it is.
    pub name: String,
    /// How many files it has.
    pub files: usize,
    /// Their size.
    pub bytes: u64,
}

impl Part {
    fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    fn write(&mut self, path: &Path, contents: &[u8]) -> Result<()> {
        self.files += 1;
        self.bytes += contents.len() as u64;
        files::write_whole(path, contents)
    }
}

#[derive(Serialize, Deserialize)]
struct Marker {
    format: String,
    version: String,
    assets: String,
}

/// Writes the site into `out`: beside it, then in its place.
///
/// # Errors
///
/// A folder that holds anything but a site that was published before, a page,
/// package or bundle that is missing or damaged, or a disk that fails.
pub fn publish(settings: &Settings, out: &Path) -> Result<Published> {
    let Settings { www, pkg, .. } = settings;
    ensure!(
        www.join("index.html").is_file(),
        "{}: found no index.html; start `nerite publish` where `www` is, or name it with --www",
        www.display()
    );
    ensure!(
        pkg.join("nerite.js").is_file(),
        "{}: found no nerite.js; `scripts/build-web` builds it",
        pkg.display()
    );
    let parent = match out.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    std::fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
    check_place(settings, out, parent)?;
    let (bundles, skipped) = bundles(settings)?;

    let listed = bundles.iter().map(|(_, manifest)| manifest.bytes());
    files::ensure_free(out, listed.sum()).context("there is not room enough for the site")?;
    let site = Staging::beside(out)?;
    let root = site.path();
    let (kept, moved) = pages_and_assets(www, pkg)?;
    let assets = format!("{ASSETS}{}", hash_of(&moved));
    let kept = with_assets(settings, kept, &moved, &assets)?;
    let mut parts = vec![pages(&kept, root)?];
    let mut own = Part::new(&assets);
    for (path, contents) in &moved {
        own.write(&root.join(&assets).join(path), contents)?;
    }
    parts.push(own);
    let mut list = site::List::default();
    for (path, contents) in &kept {
        list.add(path.clone(), sha256(contents));
    }
    for (path, contents) in &moved {
        list.add(format!("{assets}/{path}"), sha256(contents));
    }
    parts[0].write(&root.join(site::LIST), list.to_json().as_bytes())?;
    for (name, manifest) in &bundles {
        parts.push(copy_bundle(
            &www.join(BUNDLES).join(name),
            manifest,
            root,
            name,
        )?);
    }
    bundle::write_index(&root.join(BUNDLES))?;
    let marker = Marker {
        format: FORMAT.into(),
        version: env!("CARGO_PKG_VERSION").into(),
        assets,
    };
    let marker = serde_json::to_string_pretty(&marker)? + "\n";
    files::write_whole(&root.join(MARKER), marker.as_bytes())?;
    if !settings.remove_old {
        let mut old = Part::new("of earlier versions");
        keep_old(out, root, &mut old)?;
        parts.extend(Some(old).filter(|old| old.files > 0));
    }
    site.put()?;
    Ok(Published { parts, skipped })
}

/// Fails where something else would be overwritten, or published next time.
fn check_place(settings: &Settings, out: &Path, parent: &Path) -> Result<()> {
    let place = parent.canonicalize()?;
    for folder in [&settings.www, &settings.pkg] {
        ensure!(
            !place.starts_with(folder.canonicalize()?),
            "{}: lies in {}, which is published itself; name another folder",
            out.display(),
            folder.display()
        );
    }
    if !out.exists() {
        return Ok(());
    }
    ensure!(
        out.is_dir(),
        "{}: found a file, expected a folder or nothing",
        out.display()
    );
    let is_empty = std::fs::read_dir(out)?.next().is_none();
    let read_marker = || {
        let json = files::read_bounded(&out.join(MARKER), 1 << 16).ok()?;
        serde_json::from_slice::<Marker>(&json).ok()
    };
    ensure!(
        is_empty || read_marker().is_some_and(|marker| marker.format == FORMAT),
        "{}: found other files than those of a published site; name a new folder, or an empty one",
        out.display()
    );
    Ok(())
}

type Named<T> = Vec<(String, T)>;

/// The bundles to publish, and those that cannot be.
fn bundles(settings: &Settings) -> Result<(Named<Manifest>, Named<String>)> {
    let folder = files::plain_or_new(&settings.www, BUNDLES)?;
    let complete = |name: &str| -> Result<Manifest> {
        let own = files::plain_or_new(&folder, name)?;
        let manifest = bundle::manifest(&own)?;
        for file in manifest.files().chain(manifest.papers()) {
            bundle::read_file(&own, file)?;
        }
        Ok(manifest)
    };
    let mut found = Vec::new();
    let mut skipped = Vec::new();
    for name in &settings.bundles {
        ensure!(
            nerite::is_file_name(name),
            "found the bundle {name:?}, expected the name of a folder in {}",
            folder.display()
        );
        let manifest = complete(name).with_context(|| {
            let folder = folder.join(name);
            format!(
                "cannot publish the bundle {name} (`nerite restore {}` makes a missing encoder)",
                folder.display()
            )
        })?;
        if !found.iter().any(|(own, _)| own == name) {
            found.push((name.clone(), manifest));
        }
    }
    if settings.bundles.is_empty() {
        let entries = std::fs::read_dir(&folder);
        let entries = entries.with_context(|| format!("{}: found no bundles", folder.display()))?;
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry?;
            if entry.path().join(MANIFEST).is_file() {
                names.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        names.sort();
        for name in names.into_iter().filter(|name| nerite::is_file_name(name)) {
            match complete(&name) {
                Ok(manifest) => found.push((name, manifest)),
                Err(error) => skipped.push((name, format!("{error:#}"))),
            }
        }
    }
    if found.is_empty() {
        let why = skipped.iter().map(|(name, why)| format!("\n{name}: {why}"));
        bail!(
            "{}: found no complete bundle; `nerite restore BUNDLE` makes a missing encoder{}",
            folder.display(),
            why.collect::<String>()
        );
    }
    Ok((found, skipped))
}

/// The site's own files by their paths: those that keep them, and those that
/// go to the folder of assets.
fn pages_and_assets(www: &Path, pkg: &Path) -> Result<(Files, Files)> {
    let mut all = Files::new();
    site::each_file(www, pkg, &mut |path, file| {
        all.insert(path, files::read_bounded(file, MAX_BYTES)?);
        Ok(())
    })?;
    // The published site has a list of its own.
    all.remove(site::LIST);
    let (moved, kept) = all.into_iter().partition(|(path, _)| is_moved(path));
    Ok((kept, moved))
}

/// Whether a file goes to the folder of assets.
fn is_moved(path: &str) -> bool {
    let extension = Path::new(path).extension().unwrap_or_default();
    path != SERVICE_WORKER && MOVED.iter().any(|moved| extension == *moved)
}

fn sha256(contents: &[u8]) -> String {
    format!("{:x}", Sha256::digest(contents))
}

/// Of all paths and contents.
fn hash_of(all: &Files) -> String {
    let mut hash = Sha256::new();
    for (path, contents) in all {
        hash.update((path.len() as u64).to_le_bytes());
        hash.update(path);
        hash.update(Sha256::digest(contents));
    }
    let mut hash = format!("{:x}", hash.finalize());
    hash.truncate(DIGITS);
    hash
}

/// What keeps its path, the pages with references to the assets where they are
/// now.
fn with_assets(settings: &Settings, kept: Files, moved: &Files, assets: &str) -> Result<Files> {
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

/// Writes what keeps its path, and what hosts want to know.
fn pages(kept: &Files, root: &Path) -> Result<Part> {
    let mut part = Part::new("pages");
    for (path, contents) in kept {
        part.write(&root.join(path), contents)?;
    }
    // GitHub's pages leave out names that it takes for a generator's own.
    part.write(&root.join(".nojekyll"), b"")?;
    let headers = format!(
        "/*\n  Content-Security-Policy: {}\n  X-Content-Type-Options: nosniff\n\
         /{BUNDLES}/*\n  Content-Security-Policy: {}\n\
         /{ASSETS}*\n  Cache-Control: public, max-age=31536000, immutable\n",
        crate::serve::POLICY,
        crate::serve::BUNDLE_POLICY
    );
    part.write(&root.join(HEADERS), headers.as_bytes())?;
    Ok(part)
}

/// The page with `src="..."` and `href="..."` of what has moved set to where it
/// is now, from the page's own place.
fn with_references(html: &str, page: &str, moved: &Files, assets: &str) -> String {
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
fn with_title(html: &str, title: &str) -> Option<String> {
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

/// Copies a bundle. The names of encoder, tokenizer and heads get the
/// beginnings of their hashes, which the manifest has; reports keep theirs.
fn copy_bundle(from: &Path, manifest: &Manifest, root: &Path, name: &str) -> Result<Part> {
    let mut part = Part::new(format!("{BUNDLES}/{name}"));
    let to = root.join(&part.name);
    let mut copy = |file: &mut BundleFile| -> Result<()> {
        let contents = bundle::read_file(from, file)?;
        file.file = with_hash(&file.file, &file.sha256);
        file.piece_bytes = None;
        part.write(&to.join(&file.file), &contents)
    };
    let mut manifest = manifest.clone();
    copy(&mut manifest.encoder)?;
    copy(&mut manifest.tokenizer)?;
    for head in &mut manifest.heads {
        copy(&mut head.file)?;
    }
    manifest.check()?;
    // What else lies there is not the bundle's: it may be anything.
    let mut reports = Files::new();
    for listed in bundle::reports(from, &manifest)? {
        for file in [Some(listed.file), listed.sample].into_iter().flatten() {
            let path = files::plain(from, &file)?;
            reports.insert(file, files::read_bounded(&path, MAX_BYTES)?);
        }
    }
    for own in manifest.papers() {
        reports.insert(own.file.clone(), bundle::read_file(from, own)?);
    }
    for (path, contents) in &reports {
        part.write(&to.join(path), contents)?;
    }
    part.write(&to.join(MANIFEST), manifest.to_json().as_bytes())?;
    Ok(part)
}

/// `heads/base.safetensors` -> `heads/base.0123456789abcdef.safetensors`.
fn with_hash(path: &str, sha256: &str) -> String {
    let hash = &sha256[..DIGITS];
    let (stem, extension) = path.rsplit_once('.').unwrap_or((path, "bin"));
    if stem.ends_with(hash) {
        return path.to_owned();
    }
    format!("{stem}.{hash}.{extension}")
}

/// Takes over what an earlier version had under a hash: a tab that is open may
/// ask for it.
fn keep_old(out: &Path, root: &Path, part: &mut Part) -> Result<()> {
    let names = |folder: &Path| -> Vec<String> {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect()
    };
    let mut folders: Vec<PathBuf> = names(out)
        .into_iter()
        .filter(|name| name.starts_with(ASSETS))
        .map(PathBuf::from)
        .collect();
    let bundles = names(&out.join(BUNDLES)).into_iter();
    folders.extend(bundles.map(|name| Path::new(BUNDLES).join(name)));
    while let Some(folder) = folders.pop() {
        for name in names(&out.join(&folder)) {
            let path = folder.join(&name);
            let new = root.join(&path);
            let Ok(old) = files::plain(out, &path.to_string_lossy()) else {
                continue;
            };
            if old.is_dir() {
                folders.push(path);
            } else if is_kept(&path.to_string_lossy()) && !new.exists() {
                std::fs::create_dir_all(root.join(&folder))?;
                let linked = std::fs::hard_link(&old, &new);
                linked
                    .or_else(|_| std::fs::copy(&old, &new).map(drop))
                    .with_context(|| format!("cannot copy {}", old.display()))?;
                part.files += 1;
                part.bytes += std::fs::metadata(&new)?.len();
            }
        }
    }
    Ok(())
}

/// Whether a file of an earlier version is one that has a hash in its path.
fn is_kept(path: &str) -> bool {
    if !site::is_in_bundles(path) {
        return is_moved(path);
    }
    let is_hash = |part: &str| part.len() == DIGITS && part.bytes().all(|b| b.is_ascii_hexdigit());
    // Before the ending, or before that of a piece.
    let has_hash = path.rsplit('.').skip(1).take(2).any(is_hash);
    site::is_bundle_file(path) && has_hash
}

#[cfg(test)]
mod tests;
