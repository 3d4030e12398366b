//! An encoder that a repository does not hold, made again.

use std::path::Path;

use anyhow::{Context, Result};
use nerite::{Head, Unit};
use nerite_encoders::{Lookup, Source};

use super::{manifest, read_file};
use crate::files;
use crate::progress;

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
