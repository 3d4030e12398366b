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

mod bundles;
mod references;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::bundle;
use crate::files::{self, Staging};
use crate::site::{self, BUNDLES, SERVICE_WORKER};
use bundles::{bundles, copy_bundle};
use references::with_assets;

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
