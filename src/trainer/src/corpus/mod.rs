//! Corpora and predictions on this machine: `nerite_corpora` reads bytes, here
//! they come from files.

use std::path::Path;

use anyhow::Result;
pub use nerite_corpora::{
    Corpus, Encoding, Failure, Format, MapError, Options, Predictions, Scheme, Sentence,
    Surroundings, TagCheck, TypeMap, WordCheck, check_tags, check_words,
};

use crate::files;

/// Reads the corpus file at `path`, plain or gzipped.
///
/// # Errors
///
/// A file that cannot be read or is no corpus; with the file and, where there
/// is one, the line.
pub fn read(path: &Path, options: &Options) -> Result<Corpus> {
    let name = path.display().to_string();
    Ok(Corpus::read(&name, &load(path)?, options)?)
}

/// Reads the file of predictions at `path`, plain or gzipped.
///
/// # Errors
///
/// Those of [`read`].
pub fn read_predictions(path: &Path) -> Result<Predictions> {
    let name = path.display().to_string();
    Ok(Predictions::read(&name, &load(path)?)?)
}

fn load(path: &Path) -> Result<Vec<u8>> {
    files::read_bounded(path, nerite_corpora::MAX_BYTES)
}
