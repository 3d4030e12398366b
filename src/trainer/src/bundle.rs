//! Bundles: making one, restoring its encoder, and reading it to predict.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use nerite::{
    Architecture, BundleFile, BundleHead, Encoder, Head, HeadConfig, MANIFEST, MAX_MANIFEST_BYTES,
    Manifest, Recognizer, Unit,
};
use nerite_encoders::{Lookup, Quantized, Source};
use serde_json::{Value, json};

use crate::evaluation::{read_report, read_sample};
use crate::files::{self, Staging};
use crate::progress;
use crate::site::INDEX;
use crate::train;

const ENCODER: &str = "encoder.safetensors";
const TOKENIZER: &str = "tokenizer.json";
const LICENSE: &str = "LICENSE.txt";

/// Makes a bundle in `out` of an encoder and of heads that
/// [`train::Training::run`] left in folders. A head is called what its folder
/// is called; `default` names the head to begin with, else the last one.
///
/// # Errors
///
/// A head of another encoder, two heads of one name, or a disk that fails.
pub fn create(
    source: &Source,
    encoder: &Quantized,
    heads: &[PathBuf],
    default: Option<&str>,
    out: &Path,
) -> Result<Manifest> {
    let mut entries: Vec<BundleHead> = Vec::new();
    let mut contents = Vec::new();
    for folder in heads {
        let (bytes, head, report_json, report) = train::read_outcome(folder)?;
        head.check_encoder(&encoder.encoder)
            .with_context(|| folder.display().to_string())?;
        let id = folder
            .canonicalize()?
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .filter(|name| nerite::is_file_name(name))
            .with_context(|| {
                let folder = folder.display();
                format!("{folder}: a head's folder needs a name of letters, digits, dots, hyphens and underscores")
            })?;
        let file = BundleFile::of(format!("heads/{id}.safetensors"), &bytes);
        let report_file = BundleFile::of(format!("reports/{id}.json"), &report_json);
        contents.extend([
            (file.file.clone(), bytes),
            (report_file.file.clone(), report_json),
        ]);
        let title = format!("{}, {}", report.stage, in_words(head.config()));
        entries.push(BundleHead {
            id,
            title,
            file,
            report: Some(report_file),
            agreement: None,
        });
    }
    let default = match (default, entries.last()) {
        (Some(default), _) => default.to_owned(),
        (None, Some(last)) => last.id.clone(),
        (None, None) => bail!("a bundle needs at least one head"),
    };
    let encoder = EncoderFiles {
        architecture: encoder.encoder.config().architecture,
        path: &encoder.path,
        tokenizer: &encoder.tokenizer_json,
    };
    write(source, encoder, entries, default, contents, out)
}

/// An encoder's files, on their way into a bundle.
pub(crate) struct EncoderFiles<'a> {
    pub(crate) architecture: Architecture,
    /// Of the quantized encoder.
    pub(crate) path: &'a Path,
    /// The prepared `tokenizer.json`.
    pub(crate) tokenizer: &'a [u8],
}

/// Writes a bundle's files: the encoder's, the licence where there is one, and
/// `contents` by their paths in the bundle.
pub(crate) fn write(
    source: &Source,
    encoder: EncoderFiles<'_>,
    heads: Vec<BundleHead>,
    default: String,
    mut contents: Vec<(String, Vec<u8>)>,
    out: &Path,
) -> Result<Manifest> {
    let encoder_bytes = files::read_bounded(encoder.path, nerite::MAX_FILE_BYTES)?;
    let mut manifest = Manifest::new(
        name_of(&source.name),
        encoder.architecture,
        source.name.clone(),
        source.revision.clone(),
        BundleFile::of(ENCODER, &encoder_bytes),
        BundleFile::of(TOKENIZER, encoder.tokenizer),
        heads,
        default,
    );
    manifest.license = source.license();
    if let (Some(license), Some(text)) = (&mut manifest.license, source.license_text()) {
        license.file = Some(BundleFile::of(LICENSE, &text));
        contents.push((LICENSE.into(), text));
    }
    manifest.check()?;
    contents.extend([
        (ENCODER.to_owned(), encoder_bytes),
        (TOKENIZER.to_owned(), encoder.tokenizer.to_vec()),
    ]);
    for (path, _) in &contents {
        files::plain_or_new(out, path)?;
    }
    let bytes = contents.iter().map(|(_, bytes)| bytes.len() as u64).sum();
    files::ensure_free(out, bytes).context("there is not room enough for the bundle")?;
    let put = |folder: &Path| -> Result<()> {
        for (path, bytes) in &contents {
            files::write_whole(&folder.join(path), bytes)?;
        }
        files::write_whole(&folder.join(MANIFEST), manifest.to_json().as_bytes())
    };
    if let Some(place) = older_bundle(out)? {
        // With all else that lies in the older one. It stays whole until the
        // new one has its place.
        let staging = Staging::beside(&place)?;
        files::link_files(&place, staging.path())?;
        put(staging.path())?;
        match staging.put() {
            Ok(()) => return Ok(manifest),
            Err(error) => progress::warn(&format!("{error:#}; its files are written one by one")),
        }
    }
    files::sweep(out);
    for folder in ["heads", "reports"] {
        files::sweep(&files::plain_or_new(out, folder)?);
    }
    // A folder with a manifest is a whole bundle: the old one goes first, the
    // new one comes last.
    if out.join(MANIFEST).exists() {
        std::fs::remove_file(out.join(MANIFEST))?;
    }
    put(out)?;
    Ok(manifest)
}

/// Where an older bundle is that another can take the place of.
fn older_bundle(out: &Path) -> Result<Option<PathBuf>> {
    if !out.join(MANIFEST).exists() {
        return Ok(None);
    }
    // Where we stand must not be removed.
    let place = out.canonicalize()?;
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    let stands_there = here.is_ok_and(|here| here.starts_with(&place));
    Ok((!stands_there && place.file_name().is_some()).then_some(place))
}

/// The name of the encoder that the heads in these folders were fitted on, as
/// their reports have it.
///
/// # Errors
///
/// A folder without head and report, or heads of different encoders.
pub fn encoder_of(heads: &[PathBuf]) -> Result<String> {
    let mut found: Option<(&Path, nerite::EncoderProvenance)> = None;
    for folder in heads {
        let (.., report) = train::read_outcome(folder)?;
        let own = report.provenance.encoder;
        if let Some((first, other)) = &found {
            ensure!(
                other.sha256 == own.sha256,
                "{} was fitted on the encoder {}, {} on {}: a bundle has one encoder",
                first.display(),
                other.name,
                folder.display(),
                own.name
            );
        } else {
            found = Some((folder, own));
        }
    }
    let (_, encoder) = found.context("a bundle needs at least one head")?;
    Ok(encoder.name)
}

/// What a bundle of an encoder is called: a folder or hub id without what
/// comes before the last slash.
pub fn name_of(source: &str) -> String {
    source
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or(source)
        .to_owned()
}

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

/// Reads and checks a bundle's manifest.
///
/// # Errors
///
/// A manifest that is missing or refused.
pub fn manifest(folder: &Path) -> Result<Manifest> {
    let path = files::plain_or_new(folder, MANIFEST)?;
    let json = files::read_bounded(&path, MAX_MANIFEST_BYTES as u64)?;
    Manifest::from_json(&json).with_context(|| folder.display().to_string())
}

/// Puts back what a bundle's manifest lists but a repository does not hold:
/// the quantized encoder and its tokenizer, made again from the checkpoint
/// that the manifest names, or from `encoder`. Returns whether anything was
/// missing.
///
/// # Errors
///
/// A checkpoint that cannot be had, one that gives another encoder than the
/// manifest's, or a head that is missing or damaged, which cannot be made
/// again.
pub fn restore(folder: &Path, encoder: Option<&str>, lookup: &Lookup) -> Result<bool> {
    let manifest = manifest(folder)?;
    let mut unit = Unit::Words;
    for head in &manifest.heads {
        let head = Head::from_bytes(&read_file(folder, &head.file)?)?;
        unit = head.config().unit();
    }
    let files = [&manifest.encoder, &manifest.tokenizer];
    if files
        .into_iter()
        .all(|file| read_file(folder, file).is_ok())
    {
        return Ok(false);
    }
    let lookup = Lookup {
        revision: lookup
            .revision
            .clone()
            .or_else(|| manifest.revision.clone()),
        ..lookup.clone()
    };
    let name = encoder.unwrap_or(&manifest.source);
    let source = Source::find(name, &lookup, &progress::of_encoders()).with_context(|| {
        format!(
            "{}: --encoder names another place of {}",
            folder.display(),
            manifest.source
        )
    });
    let mut source = source?;
    source.unit = unit;
    files::ensure_free(folder, files.iter().map(|file| file.bytes).sum())
        .context("there is not room enough for the encoder")?;
    let encoder = source.quantized(&progress::of_encoders())?;
    let bytes = [
        files::read_bounded(&encoder.path, nerite::MAX_FILE_BYTES)?,
        encoder.tokenizer_json,
    ];
    for (file, bytes) in files.into_iter().zip(&bytes) {
        file.verify(bytes)
            .with_context(|| format!("{name} does not give the encoder of {}", folder.display()))?;
    }
    for (file, bytes) in files.into_iter().zip(&bytes) {
        let mut rest = &bytes[..];
        for (path, length) in file.pieces() {
            let (piece, after) = rest.split_at(length as usize);
            files::write_whole(&files::plain_or_new(folder, &path)?, piece)?;
            rest = after;
        }
    }
    Ok(true)
}

/// Reads a file of a bundle, of all its pieces, and checks it against the
/// manifest.
pub(crate) fn read_file(folder: &Path, file: &BundleFile) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for (piece, _) in file.pieces() {
        let path = files::plain_or_new(folder, &piece)?;
        ensure!(path.is_file(), "{}: missing", path.display());
        bytes.append(&mut files::read_bounded(&path, nerite::MAX_FILE_BYTES)?);
        ensure!(
            bytes.len() as u64 <= file.bytes,
            "{}: found more than the {} bytes of {}",
            path.display(),
            file.bytes,
            file.file
        );
    }
    file.verify(&bytes)
        .with_context(|| folder.display().to_string())?;
    Ok(bytes)
}

/// The manifest's entry of a head, of the default one where none is named.
pub(crate) fn head_entry<'a>(
    folder: &Path,
    manifest: &'a Manifest,
    head: Option<&str>,
) -> Result<&'a BundleHead> {
    let id = head.unwrap_or(&manifest.default_head);
    let entry = manifest.heads.iter().find(|head| head.id == id);
    entry.with_context(|| {
        let ids: Vec<&str> = manifest.heads.iter().map(|head| head.id.as_str()).collect();
        format!(
            "{}: found no head {id:?}, expected one of {}",
            folder.display(),
            ids.join(", ")
        )
    })
}

/// A bundle in memory: an encoder and the head asked for.
pub struct Bundle {
    /// Finds entities.
    pub recognizer: Recognizer,
    /// The head.
    pub head: Head,
}

impl Bundle {
    /// Reads a bundle and one of its heads, the default where none is named.
    /// Every file is checked against the manifest.
    ///
    /// # Errors
    ///
    /// A file that is missing or not the manifest's, or a head that is not in
    /// the bundle.
    pub fn open(folder: &Path, head: Option<&str>) -> Result<Self> {
        let manifest = manifest(folder)?;
        let entry = head_entry(folder, &manifest, head)?;
        let read = |file: &BundleFile| {
            read_file(folder, file).with_context(|| {
                format!(
                    "cannot open the bundle (`nerite restore {}` makes a missing encoder)",
                    folder.display()
                )
            })
        };
        let encoder = Encoder::from_bytes(&read(&manifest.encoder)?)?;
        let recognizer = Recognizer::new(encoder, &read(&manifest.tokenizer)?)?;
        let head = Head::from_bytes(&read(&entry.file)?)?;
        head.check_encoder(recognizer.encoder())?;
        Ok(Self { recognizer, head })
    }
}

/// A head as people read it: "context head on a mix of 7 layers".
fn in_words(config: &HeadConfig) -> String {
    let kind = config.kind.name();
    match &config.layers[..] {
        layers if config.mix => format!("{kind} head on a mix of {} layers", layers.len()),
        [layer] => format!("{kind} head on layer {layer}"),
        layers => format!("{kind} head on {} layers", layers.len()),
    }
}
