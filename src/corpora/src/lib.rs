//! Corpora: labelled sentences read from the bytes of a file, in one of two
//! formats. There are no files here, so that a page can read corpora as well.
//!
//! Bytes are unpacked and decoded (`text`), then read as Kaggle's CSV (`kaggle`)
//! or as CoNLL columns (`conll`). Nothing in them is trusted: whatever they
//! are, the outcome is a corpus or a [`CorpusError`].

use std::collections::HashMap;
use std::fmt;
use std::io;

use nerite::{Tag, TagError, TagSet};

mod conll;
mod kaggle;
mod map;
mod predictions;
mod repeats;
mod spaces;
mod text;

pub use map::{MapError, TypeMap};
pub use predictions::Predictions;
pub use repeats::{Surroundings, TagCheck, check_tags};
pub use spaces::{Failure, WordCheck, check_words, detokenize};

/// The most words a corpus may hold: sixteen times the GMB corpus. What is kept
/// of a word takes many times its bytes in the file, so that the limit on the
/// file's size alone would leave too much memory to a hostile file.
const MAX_WORDS: usize = 1 << 24;

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
    /// How the file's tags mark entities. IOB1 has been converted to IOB2 here.
    pub scheme: Scheme,
    /// The sha256 of the file's bytes, decompressed, in hexadecimal.
    pub sha256: String,
    /// The tags that occur.
    pub tags: TagSet,
    /// The sentences in file order, at least one.
    pub sentences: Vec<Sentence>,
}

/// How a corpus file is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
pub enum Format {
    /// A CSV with the columns `Sentence #`, `Word` and `Tag`, a word on each row
    Kaggle,
    /// Columns separated by spaces or tabs, the word first and its tag last
    Conll,
}

/// How a corpus file's bytes stand for characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark
    #[cfg_attr(feature = "clap", value(name = "utf-8"))]
    Utf8,
    /// ISO-8859-1: every byte is the character of that code
    #[cfg_attr(feature = "clap", value(name = "latin-1"))]
    Latin1,
}

/// How the tags of a corpus file mark entities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
pub enum Scheme {
    /// `B-x` only where an entity follows another one of its type; converted to IOB2
    Iob1,
    /// Every entity begins with `B-x`; tags are kept as they are
    Iob2,
}

/// What is known of a corpus file; what is `None` is found out from its content.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// The layout. Found out by the first line.
    pub format: Option<Format>,
    /// The encoding. A Kaggle CSV that is not UTF-8 throughout is taken for
    /// latin-1; CoNLL columns must be UTF-8.
    pub encoding: Option<Encoding>,
    /// The tags' scheme, of CoNLL columns. Found out by all tags.
    pub scheme: Option<Scheme>,
}

impl Corpus {
    /// Reads a file's bytes, plain or gzipped. `name` is what errors call it.
    ///
    /// # Errors
    ///
    /// What [`Problem`] lists, with the file and, where there is one, the line.
    pub fn read(name: &str, bytes: &[u8], options: &Options) -> Result<Self, CorpusError> {
        Self::read_bytes(name, bytes, options).map_err(|fault| fault.of(name))
    }

    fn read_bytes(name: &str, bytes: &[u8], options: &Options) -> Result<Self, Fault> {
        let bytes = text::unpack(bytes, MAX_BYTES)?;
        let sha256 = text::sha256(&bytes);
        let format = options.format.unwrap_or_else(|| find_format(&bytes));
        let (text, encoding) = text::decode(&bytes, format, options.encoding)?;
        let (rows, scheme) = match format {
            Format::Kaggle => kaggle::read(&text, options.scheme)?,
            Format::Conll => conll::read(&text, options.scheme)?,
        };
        let (tags, sentences) = rows.finish()?;
        Ok(Self {
            name: name.to_owned(),
            format,
            encoding,
            scheme,
            sha256,
            tags,
            sentences,
        })
    }

    /// The names of the sentences, in order.
    pub fn names(&self) -> Vec<&str> {
        self.sentences
            .iter()
            .map(|sentence| sentence.name.as_str())
            .collect()
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

fn find_format(bytes: &[u8]) -> Format {
    if kaggle::is_header(&text::first_line(bytes)) {
        Format::Kaggle
    } else {
        Format::Conll
    }
}

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
    /// The file holds something that has to be turned into text first.
    #[error("found {0}, expected plain or gzipped text in UTF-8 or latin-1")]
    NotText(&'static str),
    /// A byte that is no part of UTF-8 text.
    #[error(
        "found the byte {0:#04x} where it is not UTF-8, expected UTF-8; \
         if the file is latin-1, that encoding has to be given"
    )]
    NotUtf8(u8),
    /// A file said to be latin-1 starts with the mark of UTF-8.
    #[error("found the byte order mark of UTF-8, expected latin-1, the given encoding")]
    MarkInLatin1,
    /// A NUL character.
    #[error("found a NUL character, expected text")]
    Nul,
    /// A carriage return that is not followed by a line feed.
    #[error("found a carriage return inside the line, expected it only before a line feed")]
    CarriageReturn,
    /// A line that is too long.
    #[error("found a line of {0} bytes, expected at most {max}", max = text::MAX_LINE_BYTES)]
    LongLine(usize),
    /// The file holds too many words.
    #[error("found more than {MAX_WORDS} words, expected at most that many")]
    TooManyWords,
    /// The file holds no sentence.
    #[error("found no sentence, expected at least one")]
    NoSentence,
    /// The first line of a CSV does not name the columns.
    #[error(
        "found the header {0}, expected the columns `Sentence #`, `Word` and `Tag`, separated by \
         commas; columns separated by spaces or tabs are the format `conll`"
    )]
    Header(String),
    /// A column that is needed occurs twice.
    #[error("found the column `{0}` more than once, expected it once")]
    RepeatedColumn(&'static str),
    /// A quoted field does not end.
    #[error("found the quote that opens {0} and none that closes it on the line")]
    OpenQuote(String),
    /// A quoted field goes on after its end.
    #[error("found {0} after a closing quote, expected a comma or the end of the line")]
    AfterQuote(String),
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
    /// Tags in a CSV are never converted.
    #[error("found a Kaggle CSV, whose tags are IOB2, expected CoNLL columns for the scheme iob1")]
    SchemeOfCsv,
    /// A row stands before any name.
    #[error("found a word before any sentence name, expected one in the column `Sentence #`")]
    Unnamed,
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
    /// A word without characters, or of spaces alone.
    #[error("found an empty word, expected at least one character that is no space")]
    EmptyWord,
    /// A line has too few or too many columns for the format.
    #[error("found {0}, expected 2 to 4 columns separated by spaces or tabs")]
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
    /// A word's tag is malformed, or there are too many different tags.
    #[error("{0}")]
    Tag(TagError),
    /// The first line of CoNLL columns is wrong already, so it may be another format.
    #[error("{0}; if this is a CSV, its header must have the columns `Sentence #`, `Word`, `Tag`")]
    FirstLine(Box<Problem>),
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
struct Fault {
    line: Option<usize>,
    problem: Problem,
}

impl Fault {
    fn of(self, name: &str) -> CorpusError {
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
    fn at(self, line: usize) -> Fault {
        Fault {
            line: Some(line),
            problem: self,
        }
    }
}

/// Quotes what was found for a message, escaped, and cut off if it is long.
fn excerpt(found: &str) -> String {
    const SHOWN: usize = 40;
    match found.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{:?}...", &found[..end]),
        None => format!("{found:?}"),
    }
}

/// Sentences as they are read, before the tag set is known: their tags are
/// indices into `labels`, which is in the order of appearance.
#[derive(Debug, Default)]
struct Rows {
    sentences: Vec<Sentence>,
    labels: Vec<String>,
    index: HashMap<String, u16>,
    words: usize,
}

impl Rows {
    /// Starts a sentence. A word must follow.
    fn start(&mut self, name: String) {
        self.sentences.push(Sentence {
            name,
            words: Vec::new(),
            tags: Vec::new(),
        });
    }

    /// Adds a word to the last sentence.
    fn push(&mut self, word: &str, label: &str) -> Result<(), Problem> {
        // Only ASCII: the control character U+0085, white space to Unicode, is
        // a word of the GMB corpus.
        if word.trim_ascii().is_empty() {
            return Err(Problem::EmptyWord);
        }
        if self.words == MAX_WORDS {
            return Err(Problem::TooManyWords);
        }
        let tag = self.intern(label).map_err(Problem::Tag)?;
        let sentence = self.sentences.last_mut().ok_or(Problem::Unnamed)?;
        sentence.words.push(word.to_owned());
        sentence.tags.push(tag);
        self.words += 1;
        Ok(())
    }

    /// The index of `label`, which is added if it is new.
    fn intern(&mut self, label: &str) -> Result<u16, TagError> {
        if let Some(&tag) = self.index.get(label) {
            return Ok(tag);
        }
        Tag::parse(label)?;
        let tag = u16::try_from(self.labels.len()).map_err(|_| TagError::TooMany)?;
        self.labels.push(label.to_owned());
        self.index.insert(label.to_owned(), tag);
        Ok(tag)
    }

    /// Makes the tag set of the labels that are in use, and points the tags to it.
    fn finish(mut self) -> Result<(TagSet, Vec<Sentence>), Problem> {
        if self.sentences.is_empty() {
            return Err(Problem::NoSentence);
        }
        let mut used = vec![false; self.labels.len()];
        for tag in self.sentences.iter().flat_map(|own| &own.tags) {
            used[usize::from(*tag)] = true;
        }
        let in_use = self.labels.iter().zip(&used).filter(|(_, used)| **used);
        let tags = TagSet::new(in_use.map(|(label, _)| label)).map_err(Problem::Tag)?;
        let sorted: HashMap<&str, u16> =
            tags.labels().iter().map(String::as_str).zip(0..).collect();
        let places: Vec<Option<u16>> = self
            .labels
            .iter()
            .map(|label| sorted.get(label.as_str()).copied())
            .collect();
        for tag in self.sentences.iter_mut().flat_map(|own| &mut own.tags) {
            *tag = places[usize::from(*tag)].expect("a label in use is in the tag set");
        }
        self.sentences.shrink_to_fit();
        Ok((tags, self.sentences))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads `bytes` as a file named `corpus`, finding out everything about it.
    pub(crate) fn read(bytes: impl AsRef<[u8]>) -> Result<Corpus, String> {
        read_as(bytes, Options::default())
    }

    /// The same with options.
    pub(crate) fn read_as(bytes: impl AsRef<[u8]>, options: Options) -> Result<Corpus, String> {
        Corpus::read("corpus", bytes.as_ref(), &options).map_err(|error| error.to_string())
    }

    /// `name: word/tag word/tag`, for each sentence.
    pub(crate) fn shown(corpus: &Corpus) -> Vec<String> {
        let sentences = corpus.sentences.iter().map(|own| {
            let words = own.words.iter().zip(&own.tags);
            let words =
                words.map(|(word, tag)| format!("{word}/{}", corpus.tags.label((*tag).into())));
            format!("{}: {}", own.name, words.collect::<Vec<_>>().join(" "))
        });
        sentences.collect()
    }

    /// Checks that reading fails with this message.
    pub(crate) fn refused(bytes: impl AsRef<[u8]>, message: &str) {
        refused_as(bytes, Options::default(), message);
    }

    /// The same with options.
    pub(crate) fn refused_as(bytes: impl AsRef<[u8]>, options: Options, message: &str) {
        assert_eq!(read_as(bytes, options).unwrap_err(), message);
    }

    #[test]
    fn formats_are_found_out_by_the_first_line() {
        for csv in [
            "Sentence #,Word,POS,Tag\nA,x,y,O\n",
            "\u{feff}tag ,\" WORD\",sentence #\nO,x,A\n",
            "\r\n\r\nSentence #,Word,Tag\r\nA,x,O",
        ] {
            let corpus = read(csv).unwrap();
            assert_eq!(corpus.format, Format::Kaggle, "{csv:?}");
            assert_eq!(shown(&corpus), ["A: x/O"]);
        }
        for columns in ["x O\n", "Word Tag O\n", "Word,Tags\tO\n", ",\tB-x\n"] {
            assert_eq!(read(columns).unwrap().format, Format::Conll, "{columns:?}");
        }
    }

    #[test]
    fn a_given_format_is_taken_and_a_wrong_one_is_told() {
        let kaggle = Options {
            format: Some(Format::Kaggle),
            ..Options::default()
        };
        let conll = Options {
            format: Some(Format::Conll),
            ..Options::default()
        };
        refused_as(
            "EU NNP B-org\n",
            kaggle,
            "corpus:1: found the header \"EU NNP B-org\", expected the columns `Sentence #`, `Word` \
             and `Tag`, separated by commas; columns separated by spaces or tabs are the format `conll`",
        );
        refused_as(
            "Sentence #,Word,POS,Tag\n",
            conll,
            "corpus:1: found the tag \"#,Word,POS,Tag\", expected `O`, `B-x` or `I-x` with a type x \
             without spaces; if this is a CSV, its header must have the columns `Sentence #`, `Word`, `Tag`",
        );
        refused_as(
            "",
            kaggle,
            "corpus: found no sentence, expected at least one",
        );
    }

    #[test]
    fn counts_and_tags_are_those_of_the_file() {
        let bytes = "a O\nb B-y\nc I-y\n\nd O\n";
        let corpus = read(bytes).unwrap();
        assert_eq!(corpus.tags.labels(), ["B-y", "I-y", "O"]);
        assert_eq!(corpus.sentences[0].tags, [2, 0, 1]);
        assert_eq!(corpus.words(), 4);
        let counts = [("B-y", 1), ("I-y", 1), ("O", 2)];
        assert_eq!(
            corpus.tag_counts(),
            counts.map(|(tag, count)| (tag.to_owned(), count))
        );
        assert_eq!(corpus.sha256, text::sha256(bytes.as_bytes()));
    }

    #[test]
    fn files_without_sentences_are_refused() {
        for bytes in [
            "",
            "\n\n",
            "\u{feff}",
            "Sentence #,Word,Tag\n",
            "-DOCSTART- O\n",
            " \t\r\n",
        ] {
            refused(bytes, "corpus: found no sentence, expected at least one");
        }
    }

    #[test]
    fn sizes_are_bounded() {
        let mut tags = String::new();
        for tag in 0..1025 {
            tags += &format!("x B-{tag}\n");
        }
        refused(&tags, "corpus: found more than 1024 different tags");
        for tag in 1025..70_000 {
            tags += &format!("x B-{tag}\n");
        }
        refused(&tags, "corpus:65537: found more than 1024 different tags");

        let mut rows = Rows {
            words: MAX_WORDS - 1,
            ..Rows::default()
        };
        rows.start("A".to_owned());
        rows.push("last", "O").unwrap();
        assert!(matches!(rows.push("more", "O"), Err(Problem::TooManyWords)));
    }

    #[test]
    fn what_was_found_is_escaped_and_cut() {
        assert_eq!(excerpt("a\u{1b}\"\u{202e}"), r#""a\u{1b}\"\u{202e}""#);
        assert_eq!(excerpt(&"é".repeat(40)), format!("\"{}\"", "é".repeat(40)));
        assert_eq!(
            excerpt(&"é".repeat(41)),
            format!("\"{}\"...", "é".repeat(40))
        );
    }

    #[test]
    fn no_bytes_lead_to_a_panic() {
        let seeds: [&[u8]; 4] = [
            b"Sentence #,Word,POS,Tag\r\nS,\"a\"\"b\",x,O\r\n,\x85,y,B-geo\r\n,c,,I-geo\r\n",
            b"\xef\xbb\xbf-DOCSTART- -X- O O\n\nEU NNP I-NP I-ORG\nx y z O\n",
            b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03KT\xf0\xe7\x02\x00",
            b"a\tB-x\nb\tI-x\n\n\"c\tO\n",
        ];
        let alphabet = b"\0\n\r\t \",-OBIx#\x1f\x80\x85\xbb\xc3\xef\xff";
        let mut random = rand_mt::Mt::new(1);
        let mut below = |limit: usize| random.next_u32() as usize % limit;
        for round in 0..2000 {
            let mut bytes = seeds[round % seeds.len()].to_vec();
            for _ in 0..=below(4) {
                let place = below(bytes.len());
                let byte = alphabet[below(alphabet.len())];
                match below(3) {
                    0 => bytes[place] = byte,
                    1 => bytes.insert(place, byte),
                    _ => bytes.truncate(place.max(1)),
                }
            }
            if let Ok(corpus) = read(&bytes) {
                let whole =
                    |own: &Sentence| !own.words.is_empty() && own.words.len() == own.tags.len();
                assert!(corpus.sentences.iter().all(whole), "{bytes:?}");
            }
        }
    }
}
