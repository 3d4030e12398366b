//! What can be wrong with a corpus file, and how it is said.

use std::fmt;
use std::io;

use nerite::TagError;

use crate::{MAX_SENTENCES, MAX_WORDS, text};

/// Why a corpus could not be read. It is shown as `file:line: problem`.
#[derive(Debug)]
pub struct CorpusError {
    /// What the file was called.
    pub name: String,
    /// The line, counted from 1, unless the problem is the whole file's.
    pub line: Option<usize>,
    /// What is wrong.
    pub problem: Problem,
}

// The problem is part of the message, so it is not told a second time as the source.
impl std::error::Error for CorpusError {}

impl fmt::Display for CorpusError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.problem)
    }
}

/// What can be wrong with a corpus file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The gzip data are not complete.
    #[error("the gzip data end too early, expected a whole file: it may have been cut off")]
    TruncatedGzip,
    /// The gzip data are damaged, or other data follow them.
    #[error("the gzip data are damaged: {0}")]
    DamagedGzip(io::Error),
    /// The file is larger than this number of bytes.
    #[error("found more than {0} bytes of text, expected at most that many")]
    TooLarge(u64),
    /// The file holds bytes that no encoding makes text of.
    #[error("found bytes that are no text in any encoding, expected plain or gzipped text")]
    Binary,
    /// UTF-16 that does not begin with its mark.
    #[error(
        "found what looks like UTF-16 without its mark, expected UTF-8; if the file is in {0}, \
         that encoding has to be given"
    )]
    Unmarked(&'static str),
    /// The file is text in a format that is not read.
    #[error("found {what}, expected a corpus; {advice}")]
    Other {
        /// What the file looks like.
        what: &'static str,
        /// What to do about it.
        advice: &'static str,
    },
    /// A byte that is no part of text in the expected encoding.
    #[error(
        "found the byte {byte:#04x} where it is not {expected}, expected {expected}; \
         if the file is in {likely}, that encoding has to be given"
    )]
    NotDecoded {
        /// The first byte that is wrong.
        byte: u8,
        /// The encoding that was tried.
        expected: String,
        /// The encoding that the file's bytes look like.
        likely: String,
    },
    /// A file said to be in an older encoding starts with the mark of UTF-8.
    #[error("found the byte order mark of UTF-8, expected {0}, the given encoding")]
    Marked(String),
    /// A NUL character.
    #[error("found a NUL character, expected text")]
    Nul,
    /// A line that is too long.
    #[error("found a line of {0} bytes, expected at most {max}", max = text::MAX_LINE_BYTES)]
    LongLine(usize),
    /// The file holds too many words.
    #[error("found more than {MAX_WORDS} words, expected at most that many")]
    TooManyWords,
    /// The file holds too many sentences.
    #[error("found more than {MAX_SENTENCES} sentences, expected at most that many")]
    TooManySentences,
    /// The file holds no sentence.
    #[error("found no sentence, expected at least one")]
    NoSentence,
    /// The first line of a table does not name the columns.
    #[error(
        "found the header {0}, expected the names of columns, a word's (`word` or `token`) and its \
         tag's (`tag`, `label` or `ner`) among them, separated by commas, semicolons or tabs; \
         columns without a header are the format `conll`"
    )]
    Header(String),
    /// A column that is needed occurs twice.
    #[error("found the column `{0}` more than once, expected it once")]
    RepeatedColumn(String),
    /// A column that was asked for is not there.
    #[error("found no column {wanted}, expected it among {found}")]
    NoColumn {
        /// The column that was asked for.
        wanted: String,
        /// The columns that are there.
        found: String,
    },
    /// A quoted field does not end.
    #[error("found an unclosed quote before {0}, expected its end on the same line")]
    OpenQuote(String),
    /// A quoted field goes on after its end.
    #[error("found {found} after a closing quote, expected {separator} or the end of the line")]
    AfterQuote {
        /// What follows the quote.
        found: String,
        /// The separator's name.
        separator: &'static str,
    },
    /// A row does not have as many fields as the header.
    #[error("found {found} fields, expected {expected} as in the header")]
    Fields {
        /// The row's number of fields.
        found: usize,
        /// The header's number of fields.
        expected: usize,
    },
    /// The CSV parser refused a row.
    #[error("cannot be read as CSV: {0}")]
    Csv(csv::Error),
    /// A row stands before any name.
    #[error("found a word before any sentence name, expected one in the column `{0}`")]
    Unnamed(String),
    /// A sentence's name comes again later.
    #[error(
        "found the sentence name {name} again after other sentences, \
         expected only the sentence that starts in line {first} to have it"
    )]
    RepeatedName {
        /// The name, quoted, cut off if it is long.
        name: String,
        /// The line where the name came first.
        first: usize,
    },
    /// A sentence does not have as many tags as words.
    #[error("found {words} words and {tags} tags, expected as many tags as words")]
    Unequal {
        /// The number of words.
        words: usize,
        /// The number of tags.
        tags: usize,
    },
    /// A list of words or tags in a field that cannot be taken apart.
    #[error("found the list {0}, expected quoted words between [ and ], separated by commas")]
    List(String),
    /// A word without characters, or of spaces alone.
    #[error("found an empty word, expected at least one character that is no space")]
    EmptyWord,
    /// A line has too few columns for the format, or too many.
    #[error("found {0}, expected at least 2 separated by spaces or tabs: the word and its tag")]
    Columns(Columns),
    /// A file of predictions has too few columns, or too many.
    #[error(
        "found {0}, expected at least 3 separated by spaces or tabs: the word first, the gold tag \
         and the predicted tag last"
    )]
    PredictionColumns(Columns),
    /// A line does not have as many columns as the first one.
    #[error("found {found}, expected {expected} as in line {first}")]
    UnequalColumns {
        /// The line's number of columns.
        found: Columns,
        /// The first line's number of columns.
        expected: usize,
        /// The number of the first line that has columns.
        first: usize,
    },
    /// The first of two columns counts the words.
    #[error("found word numbers and tags, expected the words themselves in the first column")]
    Counted,
    /// A word's tag is malformed, or there are too many different tags.
    #[error("{0}")]
    Tag(TagError),
    /// A mark for words that are not judged.
    #[error(
        "found {0:?} for a tag, which marks words or subwords that are not judged; \
         remove such lines"
    )]
    Ignored(String),
    /// A zero among tags that have the letter O.
    #[error(
        "found the tag \"0\", a zero, in a file that has the letter \"O\" too, expected the letter"
    )]
    Zero,
    /// Tags are numbers, and nothing says what they stand for.
    #[error("found numbers for tags, expected their names in order, from number 0 on")]
    Numbers,
    /// A number that no name is known for.
    #[error("found the tag number {number}, expected one below {names}, the number of names")]
    Number {
        /// The number.
        number: i64,
        /// How many names are known.
        names: usize,
    },
    /// Text that is no JSON.
    #[error("cannot be read as JSON: {0}")]
    Json(String),
    /// A JSON value that is no labelled text.
    #[error(
        "found {0}, expected a text with its entities (`text` with `entities`, `spans` or `label`; \
         Label Studio's `data` and `annotations`) or words with their tags (`tokens` with `ner_tags`)"
    )]
    Record(String),
    /// An entity that is not where a text is.
    #[error("found an entity from {start} to {end} in a text of {length} characters")]
    Span {
        /// Its start.
        start: i64,
        /// Its end.
        end: i64,
        /// The text's length.
        length: usize,
    },
    /// An entity that is not where a sentence's words are.
    #[error(
        "found an entity from word {start} to {end} in a sentence of {words} words, counted from \
         {first}"
    )]
    WordSpan {
        /// Its start.
        start: usize,
        /// Its end.
        end: usize,
        /// The first word's number.
        first: usize,
        /// The sentence's words.
        words: usize,
    },
    /// An entity's own text is not what stands at its place.
    #[error("found {found} from {start} to {end}, expected the entity's own text {expected}")]
    SpanText {
        /// The entity's start.
        start: i64,
        /// Its end.
        end: i64,
        /// What stands there.
        found: String,
        /// What the file says stands there.
        expected: String,
    },
    /// CoNLL-U whose last column names no entity.
    #[error(
        "found CoNLL-U without entities, expected `NER=` or `Entity=` in its last column, MISC"
    )]
    NoEntities,
    /// An entity's brackets in a column do not fit each other.
    #[error("found the entity mark {0:?}, expected it to open or close one entity at a time")]
    Bracket(String),
    /// A line of BRAT's annotations that cannot be read.
    #[error(
        "found {0}, expected an entity as BRAT has it: `T1`, a tab, `Type start end`, a tab, its text"
    )]
    Brat(String),
    /// BRAT's annotations come without their text.
    #[error("found BRAT's annotations alone, expected the text file of the same name beside them")]
    BratAlone,
}

/// A number of columns, shown with the noun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Columns(pub usize);

impl fmt::Display for Columns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.0 == 1 { "" } else { "s" };
        write!(f, "{} column{plural}", self.0)
    }
}

/// A problem and its line, on the way to a [`CorpusError`].
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) line: Option<usize>,
    pub(crate) problem: Problem,
}

impl Fault {
    pub(crate) fn of(self, name: &str) -> CorpusError {
        CorpusError {
            name: name.to_owned(),
            line: self.line,
            problem: self.problem,
        }
    }
}

/// A problem of the whole file.
impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        let line = None;
        Self { line, problem }
    }
}

impl Problem {
    /// Whether the lines are not shaped as columns of words and tags are.
    pub(crate) fn is_of_shape(&self) -> bool {
        matches!(
            self,
            Self::Columns(Columns(0 | 1))
                | Self::UnequalColumns { .. }
                | Self::Tag(TagError::Malformed(_))
        )
    }

    pub(crate) fn at(self, line: usize) -> Fault {
        Fault {
            line: Some(line),
            problem: self,
        }
    }
}

/// Quotes what was found for a message, escaped, and cut off if it is long.
pub(crate) fn excerpt(found: &str) -> String {
    const SHOWN: usize = 40;
    match found.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{:?}...", &found[..end]),
        None => format!("{found:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_is_escaped_and_cut() {
        assert_eq!(excerpt("a\u{1b}\"\u{202e}"), r#""a\u{1b}\"\u{202e}""#);
        assert_eq!(excerpt(&"é".repeat(40)), format!("\"{}\"", "é".repeat(40)));
        assert_eq!(
            excerpt(&"é".repeat(41)),
            format!("\"{}\"...", "é".repeat(40))
        );
    }
}
