//! Corpora and predictions on this machine: `nerite_corpora` reads bytes, here
//! they come from files and folders.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
pub use nerite_corpora::{
    Column, Corpus, Encoding, Failure, Format, MapError, Options, Predictions, Scheme, Sentence,
    Surroundings, TagCheck, TypeMap, WordCheck, check_tags, check_words,
};
use nerite_corpora::{CorpusError, Problem};
use nerite_corpora::{MAX_BYTES, Pair};

use crate::files;

/// The most pairs of files that a folder of BRAT's may hold.
const MAX_PAIRS: usize = 100_000;

/// Reads the corpus file at `path`, plain or gzipped; or the folder or the pair
/// of files of BRAT's. What is known of Hugging Face's datasets beside the file
/// names tags that are numbers.
///
/// # Errors
///
/// A file that cannot be read or is no corpus; with the file and, where there
/// is one, the line.
pub fn read(path: &Path, options: &Options) -> Result<Corpus> {
    let name = path.display().to_string();
    if let Some(pairs) = brat_pairs(path, options.format)? {
        return read_brat(&name, &pairs, options);
    }
    let bytes = load(path)?;
    let mut options = options.clone();
    if options.labels.is_empty() {
        options.labels = labels_beside(path).unwrap_or_default();
    }
    Corpus::read(&name, &bytes, &options).map_err(with_flag)
}

/// An error with the flag that gives what has to be given.
pub fn with_flag(error: CorpusError) -> anyhow::Error {
    let flag = match &error.problem {
        Problem::Numbers => ": --labels O,B-PER,I-PER,…, or a dataset_info.json beside the file",
        Problem::NotDecoded { .. } | Problem::Unmarked(_) => " with --encoding",
        _ => return error.into(),
    };
    anyhow::anyhow!("{error}{flag}")
}

/// Reads the file of predictions at `path`, plain or gzipped.
///
/// # Errors
///
/// Those of [`read`].
pub fn read_predictions(
    path: &Path,
    encoding: Option<Encoding>,
    scheme: Option<Scheme>,
) -> Result<Predictions> {
    let name = path.display().to_string();
    Predictions::read(&name, &load(path)?, encoding, scheme).map_err(with_flag)
}

fn load(path: &Path) -> Result<Vec<u8>> {
    files::read_bounded(path, MAX_BYTES)
}

/// The names of tags in `dataset_info.json` or `dataset_infos.json`.
fn labels_beside(path: &Path) -> Option<Vec<String>> {
    const MAX_INFO_BYTES: u64 = 16 << 20;
    let names = ["dataset_info.json", "dataset_infos.json"];
    names.iter().find_map(|name| {
        let json = files::read_bounded(&path.with_file_name(name), MAX_INFO_BYTES).ok()?;
        nerite_corpora::label_names(&json)
    })
}

/// The files of annotations and their texts, if `path` stands for such.
fn brat_pairs(path: &Path, format: Option<Format>) -> Result<Option<Vec<[PathBuf; 2]>>> {
    if !matches!(format, None | Some(Format::Brat)) {
        return Ok(None);
    }
    let pair = |path: &Path| [path.with_extension("ann"), path.with_extension("txt")];
    if !path.is_dir() {
        let own = pair(path);
        let known = own.iter().any(|own| own == path);
        let both = own.iter().all(|own| own.is_file());
        return Ok((known && both).then(|| vec![own]));
    }
    let mut pairs = Vec::new();
    for entry in
        std::fs::read_dir(path).with_context(|| format!("cannot read {}", path.display()))?
    {
        let own = pair(&entry?.path());
        if own.iter().all(|own| own.is_file()) {
            pairs.push(own);
        }
        ensure!(
            pairs.len() <= 2 * MAX_PAIRS,
            "{}: found more than {MAX_PAIRS} pairs of files, expected at most that many",
            path.display()
        );
    }
    ensure!(
        !pairs.is_empty(),
        "{}: Is a directory without BRAT's pairs of files (NAME.ann and NAME.txt), expected a corpus",
        path.display()
    );
    pairs.sort();
    pairs.dedup();
    Ok(Some(pairs))
}

fn read_brat(name: &str, pairs: &[[PathBuf; 2]], options: &Options) -> Result<Corpus> {
    let mut size = 0;
    let mut load = |path: &Path| -> Result<Vec<u8>> {
        let bytes = load(path)?;
        size += bytes.len() as u64;
        ensure!(
            size <= MAX_BYTES,
            "{name}: found more than {MAX_BYTES} bytes of text, expected at most that many"
        );
        Ok(bytes)
    };
    let mut loaded = Vec::with_capacity(pairs.len());
    for [annotations, text] in pairs {
        let own = annotations.display().to_string();
        loaded.push((own, load(text)?, load(annotations)?));
    }
    let pairs = loaded.iter().map(|(name, text, annotations)| Pair {
        name,
        text,
        annotations,
    });
    let pairs: Vec<Pair<'_>> = pairs.collect();
    Ok(Corpus::read_brat(name, &pairs, options)?)
}
