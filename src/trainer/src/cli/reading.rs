//! How corpora are read: one file, or each of several its own way.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::ValueEnum;
use nerite_trainer::corpus::{self, Column, Corpus, Encoding, Format, Options, Scheme};
use nerite_trainer::progress;
use nerite_trainer::terminal::shown;

use super::per_file::{PerFile, is, value};

const ENCODING: &str = "The characters' encoding: utf-8, latin-1, windows-1252 or another that \
    browsers know; a file that is plainly UTF-8 is read so all the same where this is a western \
    one, and a CSV that is not is taken for windows-1252";
const WORD_COLUMN: &str = "The column of the word, by number (from 1) or by its name in the header";
const TAG_COLUMN: &str = "The column of the tag, as one of several nested ones";
const SENTENCE_COLUMN: &str = "The column of what tells sentences apart in a table: a row whose \
    value is new begins one";
const LABELS: &str = "What tags stand for that are numbers, from 0: `O,B-PER,I-PER`; else as the \
    file or `dataset_info.json` beside it says";

/// How to read a corpus.
#[derive(Clone, clap::Args)]
pub(super) struct ReadingArguments {
    /// The format, where the contents do not tell (`nerite corpus --help` says
    /// what is read)
    #[arg(long)]
    format: Option<Format>,
    #[arg(long, value_name = "NAME", help = ENCODING)]
    pub(super) encoding: Option<Encoding>,
    /// How the file marks entities, else as most of its tags do; all are made
    /// IOB2
    #[arg(long)]
    scheme: Option<Scheme>,
    #[arg(long, value_name = "COLUMN", help = WORD_COLUMN)]
    word_column: Option<Column>,
    #[arg(long, value_name = "COLUMN", help = TAG_COLUMN)]
    tag_column: Option<Column>,
    #[arg(long, value_name = "COLUMN", help = SENTENCE_COLUMN)]
    sentence_column: Option<Column>,
    #[arg(long, value_name = "NAMES", value_delimiter = ',', help = LABELS)]
    labels: Vec<String>,
}

impl ReadingArguments {
    /// Reads a corpus, and says what was found out about it.
    pub(super) fn read(&self, file: &Path) -> Result<Corpus> {
        let options = Options {
            format: self.format,
            encoding: self.encoding,
            scheme: self.scheme,
            word_column: self.word_column.clone(),
            tag_column: self.tag_column.clone(),
            sentence_column: self.sentence_column.clone(),
            labels: self.labels.clone(),
        };
        let corpus = corpus::read(file, &options)?;
        let found = format!("{}: read as {}", file.display(), corpus.found());
        progress::say(&shown(&found));
        Ok(corpus)
    }

    /// The same, but in this encoding.
    pub(super) fn in_encoding(&self, encoding: Encoding) -> Self {
        Self {
            encoding: Some(encoding),
            ..self.clone()
        }
    }

    /// The arguments as they would be typed again.
    pub(super) fn words(&self) -> Vec<String> {
        fn flag(name: &str, value: Option<String>) -> Vec<String> {
            value.map_or(Vec::new(), |value| vec![name.into(), value])
        }
        fn name(value: impl ValueEnum) -> Option<String> {
            let value = value.to_possible_value()?;
            Some(value.get_name().into())
        }
        let column = |column: &Column| match column {
            Column::Number(number) => number.to_string(),
            Column::Name(name) => name.clone(),
        };
        let labels = (!self.labels.is_empty()).then(|| self.labels.join(","));
        [
            flag("--format", self.format.and_then(name)),
            flag("--encoding", self.encoding.map(|own| own.to_string())),
            flag("--scheme", self.scheme.and_then(name)),
            flag("--word-column", self.word_column.as_ref().map(column)),
            flag("--tag-column", self.tag_column.as_ref().map(column)),
            flag(
                "--sentence-column",
                self.sentence_column.as_ref().map(column),
            ),
            flag("--labels", labels),
        ]
        .concat()
    }
}

/// How to read each of several corpora.
#[derive(clap::Args)]
pub(super) struct ReadingPerFile {
    #[arg(long, value_name = "[FILE:]FORMAT", value_parser = value::<Format>, help = about_format())]
    format: Vec<String>,
    #[arg(long, value_name = "[FILE:]NAME", value_parser = value::<Encoding>, help = ENCODING)]
    encoding: Vec<String>,
    #[arg(long, value_name = "[FILE:]SCHEME", value_parser = value::<Scheme>, help = about_scheme())]
    scheme: Vec<String>,
    #[arg(long, value_name = "[FILE:]COLUMN", help = WORD_COLUMN)]
    word_column: Vec<String>,
    #[arg(long, value_name = "[FILE:]COLUMN", help = TAG_COLUMN)]
    tag_column: Vec<String>,
    #[arg(long, value_name = "[FILE:]COLUMN", help = SENTENCE_COLUMN)]
    sentence_column: Vec<String>,
    #[arg(long, value_name = "[FILE:]NAMES", help = LABELS)]
    labels: Vec<String>,
}

fn about_format() -> String {
    format!(
        "The format, where the contents do not tell: {} (`nerite corpus --help` says of each what \
         is read)",
        values::<Format>()
    )
}

fn about_scheme() -> String {
    format!(
        "How a file marks entities, {} (`nerite corpus --help` explains them), else as most of its \
         tags do; all are made IOB2",
        values::<Scheme>()
    )
}

impl ReadingPerFile {
    pub(super) fn flags<'a>(&'a self, files: &[&'a PathBuf]) -> [PerFile<'a>; 7] {
        let flag = |flag, values, is_value: fn(&str) -> bool| PerFile {
            flag,
            values,
            files: files.to_vec(),
            is_value,
        };
        [
            flag("format", &self.format, is::<Format>),
            flag("encoding", &self.encoding, is::<Encoding>),
            flag("scheme", &self.scheme, is::<Scheme>),
            flag("word-column", &self.word_column, |_| false),
            flag("tag-column", &self.tag_column, |_| false),
            flag("sentence-column", &self.sentence_column, |_| false),
            flag("labels", &self.labels, |_| false),
        ]
    }

    /// How to read one of the files.
    pub(super) fn of(&self, files: &[&PathBuf], file: &Path) -> Result<ReadingArguments> {
        let [
            format,
            encoding,
            scheme,
            word_column,
            tag_column,
            sentence_column,
            labels,
        ] = self.flags(files);
        let labels = labels.of(file).unwrap_or_default();
        Ok(ReadingArguments {
            format: format.read(file)?,
            encoding: encoding.read(file)?,
            scheme: scheme.read(file)?,
            word_column: word_column.read(file)?,
            tag_column: tag_column.read(file)?,
            sentence_column: sentence_column.read(file)?,
            labels: labels.split_terminator(',').map(str::to_owned).collect(),
        })
    }
}

fn values<T: ValueEnum>() -> String {
    let values = T::value_variants().iter();
    let values = values.filter_map(|own| Some(own.to_possible_value()?.get_name().to_owned()));
    values.collect::<Vec<_>>().join(", ")
}
