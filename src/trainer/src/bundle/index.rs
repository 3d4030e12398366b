//! `index.json`: the bundles of a folder, and their heads' reports.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use nerite::Manifest;
use serde_json::{Value, json};

use super::manifest;
use crate::evaluation::{read_report, read_sample};
use crate::files;
use crate::site::INDEX;

/// The ending of a report's sample: `x.sample.json` beside `x.json`.
pub(crate) const SAMPLE: &str = "sample.json";

/// Lists the bundles in `folder` in its `index.json`, by name:
/// `{"bundles": [{"name", "bytes", "reports": [{"file", "bytes", "head",
/// "stage", "f1", "sentences", "sample"}]}]}`: strict entity F1 over so many
/// test sentences.
/// Reports are those of the bundle's heads, the manifest's and any others in
/// its folder `reports`; `sample` is there where a sample is.
///
/// # Errors
///
/// A disk that fails. A folder without a bundle's manifest is passed over.
pub fn write_index(folder: &Path) -> Result<()> {
    let mut bundles = Vec::new();
    for (name, path) in listing(folder)? {
        if name.starts_with('.') {
            // On its way to a place here.
            continue;
        }
        if let Ok(manifest) = manifest(&path) {
            let bytes = manifest.bytes();
            let reports: Vec<Value> = reports(&path, &manifest)?
                .into_iter()
                .map(ListedReport::into_json)
                .collect();
            // The page asks for the folder, whatever the manifest calls itself.
            bundles.push(json!({ "name": name, "bytes": bytes, "reports": reports }));
        }
    }
    let text = serde_json::to_string_pretty(&json!({ "bundles": bundles }))? + "\n";
    files::write_whole(&folder.join(INDEX), text.as_bytes())
}

/// A report in a bundle that is of one of its heads.
pub(crate) struct ListedReport {
    /// Its path in the bundle.
    pub(crate) file: String,
    bytes: u64,
    /// The id of its head.
    head: String,
    stage: String,
    /// Entity F1, strict.
    f1: f64,
    /// Sentences that it was judged on.
    sentences: u64,
    /// The path of its sample, where there is one.
    pub(crate) sample: Option<String>,
}

impl ListedReport {
    fn into_json(self) -> Value {
        let mut entry = json!({
            "file": self.file,
            "bytes": self.bytes,
            "head": self.head,
            "stage": self.stage,
            "f1": self.f1,
            "sentences": self.sentences,
        });
        if let Some(sample) = self.sample {
            entry["sample"] = sample.into();
        }
        entry
    }
}

/// The reports in a bundle that are of one of its heads, with their samples.
/// What lies there as well is passed over: other files, reports of heads that
/// are gone, links.
pub(crate) fn reports(bundle: &Path, manifest: &Manifest) -> Result<Vec<ListedReport>> {
    let mut reports = Vec::new();
    let Ok(folder) = files::plain(bundle, "reports") else {
        return Ok(reports);
    };
    if !folder.is_dir() {
        return Ok(reports);
    }
    for (name, _) in listing(&folder)? {
        if !nerite::is_file_name(&name) || !name.ends_with(".json") || name.ends_with(SAMPLE) {
            continue;
        }
        let Ok(path) = files::plain(&folder, &name) else {
            continue;
        };
        let Ok(report) = read_report(&path) else {
            continue;
        };
        let sha256 = &report.provenance.head.sha256;
        let Some(head) = manifest
            .heads
            .iter()
            .find(|head| head.file.sha256 == *sha256)
        else {
            continue;
        };
        let sample = Path::new(&name).with_extension(SAMPLE);
        let sample = sample.to_string_lossy();
        let is_sample = |path: PathBuf| read_sample(&path).is_ok();
        reports.push(ListedReport {
            file: format!("reports/{name}"),
            bytes: path.metadata()?.len(),
            head: head.id.clone(),
            stage: report.stage.clone(),
            f1: report.entity.strict.all.f1,
            sentences: report.provenance.split.test.sentences,
            sample: files::plain(&folder, &sample)
                .is_ok_and(is_sample)
                .then(|| format!("reports/{sample}")),
        });
    }
    Ok(reports)
}

/// Names and paths in a folder, by name.
fn listing(folder: &Path) -> Result<Vec<(String, PathBuf)>> {
    let entries = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let named = entries.map(|entry| {
        let entry = entry?;
        Ok((
            entry.file_name().to_string_lossy().into_owned(),
            entry.path(),
        ))
    });
    let mut list: Vec<_> = named.collect::<std::io::Result<_>>()?;
    list.sort();
    Ok(list)
}

/// [`write_index`] for the folder that a bundle is in, if it has an index.
///
/// # Errors
///
/// As there.
pub fn refresh_index(bundle: &Path) -> Result<()> {
    match bundle.parent() {
        Some(folder) if folder.join(INDEX).is_file() => write_index(folder),
        _ => Ok(()),
    }
}
