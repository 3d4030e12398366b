//! The files of the site: the pages in `www`, with the package in `pkg/`.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use nerite::is_file_name;
use serde_json::json;

use crate::files;

/// The folder of the bundles, which are not the site's own.
pub(crate) const BUNDLES: &str = "bundles";
/// The folder of the package.
pub(crate) const PACKAGE: &str = "pkg";
/// The list of the bundles, in their folder.
pub(crate) const INDEX: &str = "index.json";
/// What bundles consist of: nothing that a browser would run, or show as a page.
const BUNDLE_KINDS: [&str; 2] = ["json", "safetensors"];
/// The service worker has to stay where it is.
pub(crate) const SERVICE_WORKER: &str = "sw.js";
/// The list of what the pages need, by which the service worker keeps those
/// that were not visited yet.
pub(crate) const LIST: &str = "pages.json";

/// Whether a path in the site is below the folder of the bundles.
pub(crate) fn is_in_bundles(path: &str) -> bool {
    let first = path.split('/').next().unwrap_or_default();
    // Some disks take capitals for small letters.
    first.eq_ignore_ascii_case(BUNDLES)
}

/// Whether a path in the site is of a kind of file that bundles consist of:
/// their index, a manifest, or what a manifest may name.
pub(crate) fn is_bundle_file(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    let is_kind = |name: &str| {
        // Of a file in pieces, without the piece's number.
        let number = |end: &str| !end.is_empty() && end.bytes().all(|b| b.is_ascii_digit());
        let whole = match name.rsplit_once('.') {
            Some((whole, end)) if number(end) => whole,
            _ => name,
        };
        let extension = Path::new(whole).extension().unwrap_or_default();
        is_file_name(name) && BUNDLE_KINDS.iter().any(|kind| extension == *kind)
    };
    match parts[..] {
        [BUNDLES, index] => index == INDEX,
        [BUNDLES, bundle, file] => is_file_name(bundle) && is_kind(file),
        [BUNDLES, bundle, folder, file] => {
            is_file_name(bundle) && is_file_name(folder) && is_kind(file)
        }
        _ => false,
    }
}

/// Takes a file's path in the site, and where it is.
pub(crate) type Take<'a> = dyn FnMut(String, &Path) -> Result<()> + 'a;

/// Goes through all files but bundles, what is hidden, and what of the package
/// is for people.
///
/// # Errors
///
/// A symbolic link: what it leads to is not the site's.
pub(crate) fn each_file(www: &Path, pkg: &Path, take: &mut Take) -> Result<()> {
    walk(www, "", take)?;
    walk(pkg, "pkg/", &mut |path, file| {
        let for_people = [".d.ts", ".md", "package.json"];
        if for_people.iter().any(|end| path.ends_with(end)) {
            return Ok(());
        }
        take(path, file)
    })
}

/// Goes through the files in a folder, but for bundles and what is hidden.
fn walk(folder: &Path, prefix: &str, take: &mut Take) -> Result<()> {
    let entries = std::fs::read_dir(folder);
    for entry in entries.with_context(|| format!("cannot read {}", folder.display()))? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name
            .to_str()
            .with_context(|| format!("{}: found a name that is not UTF-8", folder.display()))?;
        let path = format!("{prefix}{name}");
        // `pkg` in the pages' folder would be a link for development.
        if name.starts_with('.') || path == BUNDLES || path == PACKAGE {
            continue;
        }
        let file = files::plain(folder, name)?;
        if file.is_dir() {
            walk(&file, &format!("{path}/"), take)?;
        } else {
            take(path, &file)?;
        }
    }
    Ok(())
}

/// What `pages.json` holds: `files`, the pages, scripts, styles and figures that
/// all pages need, and `sha256`, by which the service worker knows an answer for
/// the file that it asked for; those are of every file.
#[derive(Default)]
pub(crate) struct List {
    sha256: BTreeMap<String, String>,
}

impl List {
    /// Adds a file by its path in the site.
    pub(crate) fn add(&mut self, path: String, sha256: String) {
        self.sha256.insert(path, sha256);
    }

    pub(crate) fn to_json(&self) -> String {
        // Of the builds of the package's wasm a browser takes one, which the
        // first page brings.
        let is_needed = |path: &&String| {
            let extension = Path::new(path).extension().unwrap_or_default();
            let is_figures = extension == "json"
                && ["reports/redaction/", "reports/published/"]
                    .iter()
                    .any(|folder| path.contains(folder));
            (is_figures
                || ["html", "css", "js", "mjs"]
                    .iter()
                    .any(|needed| extension == *needed))
                // What is loaded only when it is needed, if ever.
                && ![
                    "pkg/wasm/",
                    "pkg/bundled",
                    "pkg/node",
                    "pkg/worker-node",
                    "libraries/",
                ]
                .iter()
                .any(|other| path.contains(other))
                && *path != SERVICE_WORKER
        };
        let files: Vec<&String> = self.sha256.keys().filter(is_needed).collect();
        json!({ "files": files, "sha256": self.sha256 }).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bundles_have_files_of_their_own_kinds_only() {
        for path in [
            "bundles/index.json",
            "bundles/b/manifest.json",
            "bundles/b/encoder.safetensors",
            "bundles/b/reports/news.sample.json",
            "bundles/b/heads/best.0123.safetensors",
            "bundles/b/encoder.0123.safetensors.12",
        ] {
            assert!(is_bundle_file(path), "{path}");
        }
        for path in [
            "bundles",
            "bundles/x.json",
            "bundles/b",
            "bundles/b/page.html",
            "bundles/b/reports/page.html",
            "bundles/b/reports/page.json.html",
            "bundles/b/reports/loss.svg",
            "bundles/b/reports/x.JS",
            "bundles/b/page.html.0",
            "bundles/b/x.0",
            "bundles/b/reports/json",
            "bundles/b/reports/.json",
            "bundles/b/a/b/c.json",
            "bundles/.b/x.json",
            "bundles/b//x.json",
            "bundles/../x.json",
            "Bundles/b/manifest.json",
        ] {
            assert!(!is_bundle_file(path), "{path}");
            assert!(is_in_bundles(path), "{path}");
        }
    }
}
