//! The files of the site: the pages in `www`, with the package in `pkg/`.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::json;

/// The folder of the bundles, which are not the site's own.
pub(crate) const BUNDLES: &str = "bundles";
/// The service worker has to stay where it is.
pub(crate) const SERVICE_WORKER: &str = "sw.js";
/// The list of what the pages need, by which the service worker keeps those
/// that were not visited yet.
pub(crate) const LIST: &str = "pages.json";

/// Takes a file's path in the site, and where it is.
pub(crate) type Take<'a> = dyn FnMut(String, &Path) -> Result<()> + 'a;

/// Goes through all files but bundles, what is hidden, and what of the package
/// is for people.
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
pub(crate) fn walk(folder: &Path, prefix: &str, take: &mut Take) -> Result<()> {
    let entries = std::fs::read_dir(folder);
    for entry in entries.with_context(|| format!("cannot read {}", folder.display()))? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name
            .to_str()
            .with_context(|| format!("{}: found a name that is not UTF-8", folder.display()))?;
        let path = format!("{prefix}{name}");
        // `pkg` in the pages' folder would be a link for development.
        if name.starts_with('.') || path == BUNDLES || path == "pkg" {
            continue;
        }
        if entry.path().is_dir() {
            walk(&entry.path(), &format!("{path}/"), take)?;
        } else {
            take(path, &entry.path())?;
        }
    }
    Ok(())
}

/// What `pages.json` holds: pages, scripts and styles. Of the builds of the
/// package's wasm a browser takes one, which the first page brings.
pub(crate) fn list(paths: impl Iterator<Item = String>) -> String {
    let is_needed = |path: &String| {
        let extension = Path::new(path).extension().unwrap_or_default();
        ["html", "css", "js", "mjs"]
            .iter()
            .any(|needed| extension == *needed)
            // What is loaded only when it is needed, if ever.
            && !["pkg/wasm/", "pkg/bundled", "pkg/node", "pkg/worker-node", "libraries/"]
                .iter()
                .any(|other| path.contains(other))
            && path != SERVICE_WORKER
    };
    let mut files: Vec<String> = paths.filter(is_needed).collect();
    files.sort();
    json!({ "files": files }).to_string()
}
