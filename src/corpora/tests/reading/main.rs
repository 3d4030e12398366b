//! Corpora as people have them, read from the outside: files of every format,
//! those of public bug reports, corpora that are written and read again, and
//! files that were spoilt.

mod cases;
mod columns;
mod found;
mod hostile;
#[path = "../../../core/tests/hostile/memory.rs"]
mod memory;
#[path = "../../../core/tests/hostile/mutation.rs"]
#[allow(dead_code)]
mod mutation;
mod properties;
mod schemes;
mod scores;
mod spans;
mod tables;

use nerite_corpora::{Corpus, Options};

/// Reads `bytes` as a file named `corpus`, finding out everything about it.
fn read(bytes: impl AsRef<[u8]>) -> Result<Corpus, String> {
    read_as(bytes, Options::default())
}

/// The same with options.
fn read_as(bytes: impl AsRef<[u8]>, options: Options) -> Result<Corpus, String> {
    Corpus::read("corpus", bytes.as_ref(), &options).map_err(|error| error.to_string())
}

/// `word/tag word/tag`, for each sentence.
fn shown(corpus: &Corpus) -> Vec<String> {
    let sentences = corpus.sentences.iter().map(|own| {
        let words = own.words.iter().zip(&own.tags);
        let words = words.map(|(word, tag)| format!("{word}/{}", corpus.tags.label((*tag).into())));
        words.collect::<Vec<_>>().join(" ")
    });
    sentences.collect()
}

/// What a file is read as.
fn sentences(bytes: impl AsRef<[u8]>) -> Vec<String> {
    shown(&read(bytes).unwrap())
}

/// Checks that reading fails with a message that has this part.
fn refused(bytes: impl AsRef<[u8]>, part: &str) {
    refused_as(bytes, Options::default(), part);
}

/// The same with options.
fn refused_as(bytes: impl AsRef<[u8]>, options: Options, part: &str) {
    let message = read_as(bytes, options).unwrap_err();
    assert!(message.contains(part), "{part:?} is not in {message:?}");
}
