//! The formats, telling them apart by a look at the text, and what reads them.

pub(crate) mod brat;
pub(crate) mod columns;
mod conll;
mod conllu;
pub(crate) mod json;
mod table;

use std::str::FromStr;

use crate::labels::mark_of;
use crate::problem::Fault;
use crate::rows::Rows;
use crate::{Options, Problem, text};
pub use brat::Pair;

/// How a corpus file is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
pub enum Format {
    /// A table with a header, separated by commas, semicolons or tabs: a word
    /// on each row, or a sentence on each row with lists of words and tags
    #[cfg_attr(feature = "clap", value(alias = "kaggle"))]
    Csv,
    /// Columns separated by spaces or tabs, a word on each line, an empty line
    /// after each sentence
    Conll,
    /// CoNLL-U: ten columns, with entities as `NER=` or `Entity=` in the last
    Conllu,
    /// JSON or JSON lines: texts with the places of their entities (doccano,
    /// Prodigy, spaCy, Label Studio, BioC) or of words (GLiNER, DyGIE++, SpERT),
    /// or `tokens` with `ner_tags` (Hugging Face)
    #[cfg_attr(feature = "clap", value(alias = "jsonl"))]
    Json,
    /// BRAT's pairs of a text and its annotations, by the name of the folder or
    /// of one of the two files
    Brat,
}

impl Format {
    /// All of them, with the names that options have for them, the usual one
    /// first.
    const NAMES: [(Self, &'static [&'static str]); 5] = [
        (Self::Csv, &["csv", "kaggle"]),
        (Self::Conll, &["conll"]),
        (Self::Conllu, &["conllu"]),
        (Self::Json, &["json", "jsonl"]),
        (Self::Brat, &["brat"]),
    ];

    /// The name that options have for it.
    pub fn name(self) -> &'static str {
        let own = Self::NAMES.iter().find(|(own, _)| *own == self);
        own.expect("every format has a name").1[0]
    }

    /// Reads a text, and says what was found out about it.
    pub(crate) fn read(self, text: &str, options: &Options) -> Result<(Rows, Vec<String>), Fault> {
        match self {
            Self::Csv => table::read(text, options),
            Self::Conll => conll::read(text, options),
            Self::Conllu => conllu::read(text),
            Self::Json => json::read(text, options),
            Self::Brat => Err(Problem::BratAlone.into()),
        }
    }

    /// The format that a text looks like, beside what is known of it.
    pub(crate) fn of(text: &str, options: &Options) -> Self {
        let first = text::first_line(text);
        // Before tables: a line of JSON has commas and names as well.
        if first.starts_with(['{', '[']) && looks_like_json(first) {
            return Self::Json;
        }
        // Reading it tells which columns there are, if those asked for are not.
        let asked = || options.ask_by_name() && is_csv(text);
        if table::delimiter(first, options).is_some() || asked() {
            return Self::Csv;
        }
        if brat::is_entity(first) {
            return Self::Brat;
        }
        let mut words = text.lines().take(LOOKED_AT);
        let row = words.find(|line| !line.is_empty() && !line.starts_with('#'));
        match row.is_some_and(conllu::is_row) {
            true => Self::Conllu,
            false => Self::Conll,
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let mut formats = Self::NAMES.iter();
        let found = formats.find(|(_, names)| names.contains(&name));
        found.map(|(own, _)| *own).ok_or_else(|| {
            let names = Self::NAMES.map(|(_, names)| names[0]);
            format!(
                "found the format {name:?}, expected one of {}",
                names.join(", ")
            )
        })
    }
}

/// Lines that are looked at for the first word.
const LOOKED_AT: usize = 1000;

/// A line that begins with a bracket may also be a word's, with its tag.
fn looks_like_json(line: &str) -> bool {
    let inner = line[1..].trim_start();
    inner.is_empty() || inner.starts_with(['{', '[', '"', '}', ']'])
}

/// What a text is that would be read as columns, and wrongly.
pub(crate) fn misread(text: &str, options: &Options) -> Option<Problem> {
    if options.format.is_some() {
        return None;
    }
    let first = text::first_line(text).trim();
    first
        .starts_with("#FORMAT=WebAnno")
        .then_some(Problem::Other {
            what: "a TSV file of WebAnno or INCEpTION, which has places and layers in its columns",
            advice: "exported as CoNLL 2002, the same annotations are read",
        })
}

/// What a text is that could not be read as columns, if it looks like something.
pub(crate) fn other(text: &str, options: &Options) -> Option<Problem> {
    if options.format.is_some() {
        return None;
    }
    let first = text::first_line(text).trim();
    let (what, advice) = if first.starts_with("version https://git-lfs") {
        (
            "a pointer of Git LFS, not the file itself",
            "`git lfs pull` fetches it",
        )
    } else if first.starts_with('<') {
        let html = first
            .get(..9)
            .is_some_and(|own| own.eq_ignore_ascii_case("<!doctype"))
            || first
                .get(..5)
                .is_some_and(|own| own.eq_ignore_ascii_case("<html"));
        match html {
            true => (
                "a page of HTML",
                "a download may have given the page about the file instead of it",
            ),
            false if is_bioc(text) => ("BioC's XML", "BioC's JSON is read"),
            false => ("XML or text with marks in angle brackets", ADVICE),
        }
    } else if is_tagged(first, '|') {
        (
            "running text with tags behind bars, such as `Paris|NNP|I-LOC`",
            ADVICE,
        )
    } else if is_tagged(first, '/') {
        (
            "running text with tags behind slashes, such as `Paris/LOC`",
            ADVICE,
        )
    } else if [':', '_'].into_iter().any(|mark| has_tags(first, mark)) {
        (
            "running text with tags behind colons or underscores, such as `Paris:B-LOC`",
            ADVICE,
        )
    } else if first.contains(" <B-") || first.contains(" <S-") {
        (
            "running text with tags in angle brackets, such as `Paris <B-LOC>`",
            ADVICE,
        )
    } else if is_bracketed(first) {
        (
            "running text with entities in brackets, such as `[LOC Paris ]`",
            ADVICE,
        )
    } else if first.split('|').nth(1) == Some("t") {
        (
            "PubTator's texts and places",
            "as JSON lines of `text` and `entities`, they are read",
        )
    } else if first.starts_with("@prefix") || first.starts_with("PREFIX ") {
        ("RDF, such as NIF's", ADVICE)
    } else if first.starts_with(['{', '[']) {
        (
            "what looks like JSON",
            "if it is a word's line, the format `conll` has to be given",
        )
    } else if is_csv(text) {
        (
            "what looks like a CSV without a header that is known",
            "its first line has to name them, such as `word,tag`; by other names, the columns of \
             word and tag have to be given",
        )
    } else if ["---", "%YAML", "- text:", "- id:", "version:", "nlu:"]
        .iter()
        .any(|start| first.starts_with(start))
    {
        ("what looks like YAML", ADVICE)
    } else if !text.lines().take(LOOKED_AT).any(|line| line.contains('\t'))
        && text
            .lines()
            .take(LOOKED_AT)
            .any(|line| line.split(' ').count() > 6)
    {
        ("what looks like running text without tags", ADVICE)
    } else {
        return None;
    };
    Some(Problem::Other { what, advice })
}

const ADVICE: &str = "it can be read as columns (a word and its tag on each line), as a CSV with a \
    header, or as JSON lines of `text` and `entities`";

/// Whether XML is a collection of BioC's.
fn is_bioc(text: &str) -> bool {
    let start = &text[..text.floor_char_boundary(4096)];
    start.contains("<collection>") || start.contains("BioC.dtd")
}

/// Whether most words of a line have a tag behind `mark`.
fn is_tagged(line: &str, mark: char) -> bool {
    let words = line.split_ascii_whitespace().take(100);
    let (tagged, all) = words.fold((0, 0), |(tagged, all), word| {
        let parts = word.trim_matches(mark).contains(mark);
        (tagged + usize::from(parts), all + 1)
    });
    all > 0 && tagged * 2 > all && (all > 1 || line.matches(mark).count() > 1)
}

/// Whether most words of a line have behind `mark` what is a tag with a mark
/// of its own, or `O`.
fn has_tags(line: &str, mark: char) -> bool {
    let words = line.split_ascii_whitespace().take(100);
    let (tagged, all) = words.fold((0, 0), |(tagged, all), word| {
        let tag = word.rsplit_once(mark).map(|(_, tag)| tag);
        let is_tag = tag.is_some_and(|tag| mark_of(tag).is_some());
        (tagged + usize::from(is_tag), all + 1)
    });
    all > 1 && tagged * 2 > all
}

/// `[PER Ada King ] came`
fn is_bracketed(line: &str) -> bool {
    line.split('[').skip(1).any(|inner| {
        let kind = inner.split(' ').next().unwrap_or_default();
        let is_kind = (2..20).contains(&kind.len())
            && kind
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte == b'_');
        is_kind && inner.contains(" ]")
    })
}

/// Whether the first lines have the same number of commas or semicolons each,
/// and nothing else between columns.
fn is_csv(text: &str) -> bool {
    [',', ';'].into_iter().any(|delimiter| {
        let lines = text.lines().filter(|line| !line.trim().is_empty()).take(20);
        let mut counts =
            lines.map(
                |line| match line.contains(['\t', ' ']) && !line.contains('"') {
                    true => 0,
                    false => line.matches(delimiter).count(),
                },
            );
        let first = counts.next().unwrap_or(0);
        first > 0 && counts.all(|count| count == first)
    })
}
