//! Bundles: making one, restoring its encoder, and reading it to predict.

mod earlier;
mod folder;
mod index;
mod restore;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use nerite::{
    Architecture, BundleFile, BundleHead, Encoder, Head, HeadConfig, MANIFEST, MAX_MANIFEST_BYTES,
    Manifest, Recognizer,
};
use nerite_encoders::{Quantized, Source};

use crate::files::{self, Staging};
use crate::progress;
use crate::train;
use earlier::beside;
pub(crate) use earlier::earlier;
pub use folder::HeadFolder;
pub(crate) use index::{SAMPLE, reports};
pub use index::{refresh_index, write_index};
pub use restore::restore;

const ENCODER: &str = "encoder.safetensors";
const TOKENIZER: &str = "tokenizer.json";
const LICENSE: &str = "LICENSE.txt";

/// Makes a bundle in `out` of an encoder and of heads; `default` names the head
/// to begin with, else it is the last one. The other heads of a bundle that is
/// there already stay.
///
/// # Errors
///
/// A head of another encoder, a bundle of another encoder in `out`, two heads
/// of one name, or a disk that fails.
pub fn create(
    source: &Source,
    encoder: &Quantized,
    heads: &[HeadFolder],
    default: Option<&str>,
    out: &Path,
) -> Result<Manifest> {
    let mut entries: Vec<BundleHead> = Vec::new();
    let mut contents = Vec::new();
    for own in heads {
        let folder = &own.folder;
        let (bytes, head, report_json, report) = train::read_outcome(folder)?;
        head.check_encoder(&encoder.encoder)
            .with_context(|| folder.display().to_string())?;
        let id = own.id()?;
        ensure!(
            entries.iter().all(|other| other.id != id),
            "{}: found a second head of the name {id}, expected another name, as in NAME={}",
            folder.display(),
            folder.display()
        );
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
    let encoder_file = BundleFile::of(ENCODER, &encoder_bytes);
    let tokenizer_file = BundleFile::of(TOKENIZER, encoder.tokenizer);
    let names: Vec<&str> = heads.iter().map(|head| head.id.as_str()).collect();
    let mut manifest = match earlier(out, &encoder_file.sha256, encoder.tokenizer, &names)? {
        // Where the encoder is from, and under which licence, was said when it
        // came; today it may be in a folder of any name.
        Some(mut earlier) => {
            // Those may lie in pieces.
            earlier.encoder = encoder_file;
            earlier.tokenizer = tokenizer_file;
            earlier.heads = beside(earlier.heads, heads);
            earlier.default_head = default;
            earlier.license = earlier.license.or_else(|| source.license());
            earlier
        }
        None => {
            let mut new = Manifest::new(
                name_of(&source.name),
                encoder.architecture,
                source.name.clone(),
                source.revision.clone(),
                encoder_file,
                tokenizer_file,
                heads,
                default,
            );
            new.license = source.license();
            new
        }
    };
    if let Some(license) = &mut manifest.license {
        let there = license.file.as_ref().map(|file| read_file(out, file));
        match (there, source.license_text()) {
            (Some(Ok(_)), _) | (None, None) => {}
            (_, Some(text)) => {
                license.file = Some(BundleFile::of(LICENSE, &text));
                contents.push((LICENSE.into(), text));
            }
            (Some(Err(damage)), None) => return Err(damage),
        }
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
    // The manifest comes last. Until then the old one says which heads there are,
    // and the same command goes on where this one was stopped.
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
pub fn encoder_of(heads: &[HeadFolder]) -> Result<String> {
    let mut found: Option<(&Path, nerite::EncoderProvenance)> = None;
    for HeadFolder { folder, .. } in heads {
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
