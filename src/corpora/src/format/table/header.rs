//! What a table's columns are called, and what separates them.

use crate::problem::excerpt;
use crate::{Column, Options, Problem};

/// What columns are called, in small letters and figures alone; of several
/// columns the one whose name comes first here is taken.
pub(super) const WORD: &[&str] = &[
    "word", "token", "words", "tokens", "form", "wordform", "text", "sentence",
];
pub(super) const TAG: &[&str] = &[
    "tag",
    "nertag",
    "tags",
    "nertags",
    "ner",
    "label",
    "labels",
    "iob",
    "iob2",
    "bio",
    "iobtag",
    "namedentity",
    "netag",
    "entity",
    "entities",
];
pub(super) const SENTENCE: &[&str] = &[
    "sentence#",
    "sentence",
    "sentenceid",
    "sentenceidx",
    "sentenceindex",
    "sentencenumber",
    "sentenceno",
    "sentid",
    "sentidx",
    "sid",
];
pub(super) const DOCUMENT: &[&str] = &[
    "document",
    "documentid",
    "doc",
    "docid",
    "article",
    "articleid",
    "file",
    "filename",
];

pub(super) const DELIMITERS: [(u8, &str); 4] = [
    (b',', "a comma"),
    (b';', "a semicolon"),
    (b'\t', "a tab"),
    (b'|', "a vertical bar"),
];

/// The separator of a file whose first line names a word's and a tag's column:
/// those asked for, else as such columns are usually called.
pub(crate) fn delimiter(line: &str, options: &Options) -> Option<u8> {
    let (word, tag) = (&options.word_column, &options.tag_column);
    let sentence = &options.sentence_column;
    let is_header = |delimiter: u8, asked: bool| {
        let fields = line.split(char::from(delimiter));
        let names: Vec<String> = fields
            .map(|field| field.trim().trim_matches('"').to_owned())
            .collect();
        let letters: Vec<String> = names.iter().map(|name| plain(name)).collect();
        let is_there = |column: &Option<Column>, usual: &[&str]| match column {
            Some(column) if asked => column.named(&names).is_ok(),
            _ => place(&letters, usual).is_some(),
        };
        let sentence = sentence.is_none() || !asked || is_there(sentence, SENTENCE);
        is_there(word, WORD) && is_there(tag, TAG) && sentence
    };
    let of = |asked: bool| {
        let mut delimiters = DELIMITERS.into_iter().map(|(own, _)| own);
        delimiters.find(|delimiter| is_header(*delimiter, asked))
    };
    // Numbers alone say nothing of a header: columns without one have them too.
    // And a header without what was asked for is one all the same.
    let asked = options.ask_by_name().then(|| of(true)).flatten();
    asked.or_else(|| of(false))
}

/// A name without what people write differently: case, spaces, `_`, `#`.
pub(super) fn plain(name: &str) -> String {
    let letters = name.chars().filter(|c| c.is_alphanumeric() || *c == '#');
    letters.flat_map(char::to_lowercase).collect()
}

/// The column of the first of `wanted` that there is.
pub(super) fn place(names: &[String], wanted: &[&str]) -> Option<usize> {
    let mut wanted = wanted.iter();
    wanted.find_map(|name| names.iter().position(|own| own == name))
}

impl Column {
    /// Its place among columns that have names.
    pub(super) fn named(&self, names: &[String]) -> Result<usize, Problem> {
        let place = match self {
            Self::Number(number) => number.checked_sub(1).filter(|place| *place < names.len()),
            Self::Name(name) => {
                let exact = names.iter().position(|own| own == name);
                exact.or_else(|| names.iter().position(|own| plain(own) == plain(name)))
            }
        };
        place.ok_or_else(|| Problem::NoColumn {
            wanted: self.to_string(),
            found: excerpt(&names.join(", ")),
        })
    }
}
