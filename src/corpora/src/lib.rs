//! Corpora: labelled sentences read from the bytes of a file, in any of the
//! formats that people have them in. There are no files here, so that a page
//! can read corpora as well.
//!
//! Bytes are unpacked and decoded (`text`, `encoding`); `format` looks at the
//! text, and one of the modules in it reads it: `table` (CSV), `conll` (with
//! `columns`), `conllu`, `json` or `brat`. Texts with the places of entities are cut into words in
//! `document`. What the labels mean is found out from all of them (`labels`),
//! and `rows` makes them IOB2. Nothing in a file is trusted: whatever its bytes
//! are, the outcome is a corpus or a [`CorpusError`], and what was found out and
//! changed on the way is in [`Corpus::notes`].

use std::ops::Range;

use nerite::TagSet;

mod document;
mod encoding;
mod format;
mod labels;
mod map;
mod options;
mod predictions;
mod problem;
mod repeats;
mod rows;
mod spaces;
mod text;

pub use encoding::Encoding;
pub use format::{Format, Pair};
pub use map::{MapError, TypeMap};
pub use options::{Column, Options, Scheme};
pub use predictions::Predictions;
pub use problem::{Columns, CorpusError, Problem};
pub use repeats::{Surroundings, TagCheck, check_tags};
pub use spaces::{Failure, WordCheck, check_words, detokenize};
pub use text::read_text;

use document::Fates;
use problem::Fault;
use rows::Rows;

/// The most words a corpus may hold: eight times the GMB corpus. What is kept
/// of a word takes many times its bytes in the file, so that the limit on the
/// file's size alone would leave too much memory to a hostile file.
const MAX_WORDS: usize = 1 << 23;

/// The most sentences, of which each takes memory whatever is in it: forty
/// times those of the GMB corpus.
const MAX_SENTENCES: usize = 1 << 21;

/// The largest file, packed or unpacked: more than any corpus of words and tags
/// needs, and a bound to what a small gzip file can swell to.
pub const MAX_BYTES: u64 = 2 << 30;

/// One labelled sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Its name, which no other sentence of the corpus has.
    pub name: String,
    /// Its words, at least one.
    pub words: Vec<String>,
    /// One tag for each word, as an index into [`Corpus::tags`].
    pub tags: Vec<u16>,
    /// The number of its document, counted from 0 in file order. All sentences
    /// are of document 0 where the file does not tell documents apart.
    pub document: usize,
    /// Its running text, where the file has it.
    pub text: Option<Text>,
}

/// The running text of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The text, from the first word's start to the last word's end at least.
    pub text: String,
    /// Where each word of the sentence is, in bytes of `text`.
    pub words: Vec<Range<usize>>,
    /// Where the file has entities, in bytes of `text`, with their types; empty
    /// where it has tags of words instead. An entity may begin or end inside of
    /// a word: its words have the tag as a whole.
    pub entities: Vec<(Range<usize>, String)>,
}

impl Text {
    /// Where `words` are in `text`, if they are all of it but white space.
    fn align(text: &str, words: &[String]) -> Option<Vec<Range<usize>>> {
        let mut at = 0;
        let mut found = Vec::with_capacity(words.len());
        for word in words {
            let rest = text[at..].trim_start();
            at = text.len() - rest.len();
            rest.strip_prefix(word.as_str())?;
            found.push(at..at + word.len());
            at += word.len();
        }
        text[at..].trim().is_empty().then_some(found)
    }
}

/// A corpus file's content.
#[derive(Clone, Debug)]
pub struct Corpus {
    /// What the file was called.
    pub name: String,
    /// How the file is laid out.
    pub format: Format,
    /// How the file's bytes stand for characters.
    pub encoding: Encoding,
    /// How the file's tags mark entities. They have been made IOB2 here.
    pub scheme: Scheme,
    /// The sha256 of the file's bytes, decompressed, in hexadecimal.
    pub sha256: String,
    /// The tags that occur.
    pub tags: TagSet,
    /// The sentences in file order, at least one.
    pub sentences: Vec<Sentence>,
    /// What was found out about the file, and what was changed or left out, in
    /// plain English, for one line.
    pub notes: Vec<String>,
}

impl Corpus {
    /// Reads a file's bytes, plain or gzipped. `name` is what errors call it.
    ///
    /// # Errors
    ///
    /// What [`Problem`] lists, with the file and, where there is one, the line.
    pub fn read(name: &str, bytes: &[u8], options: &Options) -> Result<Self, CorpusError> {
        let read = || {
            let bytes = text::unpack(bytes, MAX_BYTES)?;
            let sha256 = text::sha256(&bytes);
            let first = String::from_utf8_lossy(&bytes[..bytes.len().min(text::MAX_LINE_BYTES)]);
            let table = options
                .format
                .unwrap_or_else(|| Format::of(&first, options))
                == Format::Csv;
            // It is said for all files of a training, of which some may be UTF-8.
            let overruled = |given: &Encoding| given.is_western() && text::is_plainly_utf_8(&bytes);
            let given = options.encoding.filter(|given| !overruled(given));
            let (text, encoding) = text::decode(&bytes, given, table)?;
            Self::parse(name, &text, encoding, sha256, options)
        };
        read().map_err(|fault: Fault| fault.of(name))
    }

    /// Reads BRAT's pairs of files, one document after the other, in the order
    /// given. `name` is what the folder is called.
    ///
    /// # Errors
    ///
    /// What [`Problem`] lists, with the file of annotations and the line.
    pub fn read_brat(
        name: &str,
        pairs: &[Pair<'_>],
        options: &Options,
    ) -> Result<Self, CorpusError> {
        let mut rows = Rows::default();
        let mut fates = Fates::default();
        let mut parted = 0;
        let mut all = Vec::new();
        for pair in pairs {
            let mut read = || -> Result<usize, Fault> {
                let (text, _) = text::decode(pair.text, options.encoding, false)?;
                let (annotations, _) = text::decode(pair.annotations, options.encoding, false)?;
                format::brat::add(&mut rows, &mut fates, &text, &annotations)
            };
            parted += read().map_err(|fault| fault.of(pair.name))?;
            all.extend([pair.text, pair.annotations].concat());
        }
        let mut notes = fates.notes();
        if parted > 0 {
            notes.push(format!("{parted} entities of several parts are left out"));
        }
        let encoding = options.encoding.unwrap_or(Encoding::UTF_8);
        let corpus = Self::of(
            name,
            Format::Brat,
            encoding,
            text::sha256(&all),
            rows,
            notes,
            options,
        );
        corpus.map_err(|fault| fault.of(name))
    }

    fn parse(
        name: &str,
        text: &str,
        encoding: Encoding,
        sha256: String,
        options: &Options,
    ) -> Result<Self, Fault> {
        let format = options.format.unwrap_or_else(|| Format::of(text, options));
        if let Some(problem) = format::misread(text, options) {
            return Err(problem.at(1));
        }
        let whole = format.read(text, options).and_then(|(rows, notes)| {
            Self::of(name, format, encoding, sha256, rows, notes, options)
        });
        match whole {
            // What it is may say more than where it ceased to look like columns.
            Err(fault) if format == Format::Conll && fault.problem.is_of_shape() => {
                Err(format::other(text, options).map_or(fault, |other| other.at(1)))
            }
            whole => whole,
        }
    }

    fn of(
        name: &str,
        format: Format,
        encoding: Encoding,
        sha256: String,
        mut rows: Rows,
        mut notes: Vec<String>,
        options: &Options,
    ) -> Result<Self, Fault> {
        if !options.labels.is_empty() && rows.numbered() {
            rows.name_numbers(&options.labels)?;
        }
        let tagged = rows.finish(options.scheme)?;
        if matches!(format, Format::Csv | Format::Conll | Format::Conllu)
            || tagged.scheme != Scheme::Iob2
        {
            notes.push(tagged.note);
        }
        if encoding != Encoding::UTF_8 && options.encoding.is_none() {
            notes.push(format!("not UTF-8, taken for {encoding}"));
        }
        let overruled = |given: &Encoding| *given != encoding && encoding == Encoding::UTF_8;
        if let Some(given) = options.encoding.filter(overruled) {
            notes.push(format!("UTF-8, and so not read as {given}"));
        }
        Ok(Self {
            name: name.to_owned(),
            format,
            encoding,
            scheme: tagged.scheme,
            sha256,
            tags: tagged.tags,
            sentences: tagged.sentences,
            notes,
        })
    }

    /// What was found out about the file, in one line.
    pub fn found(&self) -> String {
        let format = self.format.name();
        match self.notes.is_empty() {
            true => format.to_owned(),
            false => format!("{format}; {}", self.notes.join("; ")),
        }
    }

    /// How it was read, as reports have it: format, encoding, scheme.
    pub fn read_as(&self) -> String {
        let (format, scheme) = (self.format.name(), self.scheme.name());
        format!("{format}, {}, {scheme}", self.encoding)
    }

    /// The names of the sentences, in order.
    pub fn names(&self) -> Vec<&str> {
        self.sentences
            .iter()
            .map(|sentence| sentence.name.as_str())
            .collect()
    }

    /// The document of every sentence, in order; empty where the file does not
    /// tell documents apart.
    pub fn documents(&self) -> Vec<u32> {
        if self.sentences.iter().all(|own| own.document == 0) {
            return Vec::new();
        }
        // There are no more documents than words, of which there are fewer.
        let documents = self.sentences.iter().map(|own| own.document as u32);
        documents.collect()
    }

    /// The number of words.
    pub fn words(&self) -> usize {
        self.sentences.iter().map(|own| own.words.len()).sum()
    }

    /// Each tag with the number of words that carry it, in the order of [`Corpus::tags`].
    pub fn tag_counts(&self) -> Vec<(String, usize)> {
        let mut counts = vec![0; self.tags.len()];
        for tag in self.sentences.iter().flat_map(|own| &own.tags) {
            counts[usize::from(*tag)] += 1;
        }
        self.tags.labels().iter().cloned().zip(counts).collect()
    }
}

/// The names of a dataset's tags in a `dataset_info.json` or `dataset_infos.json`
/// of Hugging Face, if it has them.
pub fn label_names(json: &[u8]) -> Option<Vec<String>> {
    let value: serde_json::Value = serde_json::from_slice(json).ok()?;
    let object = value.as_object()?;
    // The older file has one description under the name of each configuration.
    format::json::feature_names(object).or_else(|| {
        let mut inner = object.values().filter_map(serde_json::Value::as_object);
        inner.find_map(format::json::feature_names)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads `bytes` as a file named `corpus`, finding out everything about it.
    pub(super) fn read(bytes: impl AsRef<[u8]>) -> Result<Corpus, CorpusError> {
        Corpus::read("corpus", bytes.as_ref(), &Options::default())
    }

    /// `name: word/tag word/tag`, for each sentence.
    pub(super) fn shown(corpus: &Corpus) -> Vec<String> {
        let sentences = corpus.sentences.iter().map(|own| {
            let words = own.words.iter().zip(&own.tags);
            let words =
                words.map(|(word, tag)| format!("{word}/{}", corpus.tags.label((*tag).into())));
            format!("{}: {}", own.name, words.collect::<Vec<_>>().join(" "))
        });
        sentences.collect()
    }
}
