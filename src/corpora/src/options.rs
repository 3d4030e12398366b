//! What can be said of a file before it is read.

use std::fmt;
use std::str::FromStr;

use crate::{Encoding, Format};

/// How the tags of a corpus file mark entities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
pub enum Scheme {
    /// `B-x` only where an entity follows another one of its type
    Iob1,
    /// Every entity begins with `B-x`; tags are kept as they are
    #[cfg_attr(feature = "clap", value(alias = "bio"))]
    Iob2,
    /// The last word has `E-x` or `L-x`, a single one `S-x` or `U-x`
    #[cfg_attr(feature = "clap", value(aliases = ["bilou", "bmes", "iobes"]))]
    Bioes,
    /// `I-x` alone, or types without marks: neighbours of a type are one entity
    Io,
}

impl Scheme {
    /// The name that options have for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Iob1 => "iob1",
            Self::Iob2 => "iob2",
            Self::Bioes => "bioes",
            Self::Io => "io",
        }
    }
}

impl FromStr for Scheme {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Ok(match name {
            "iob1" => Self::Iob1,
            "iob2" | "bio" => Self::Iob2,
            "bioes" | "bilou" | "bmes" | "iobes" => Self::Bioes,
            "io" => Self::Io,
            _ => {
                return Err(format!(
                    "found the scheme {name:?}, expected iob1, iob2, bioes or io"
                ));
            }
        })
    }
}

/// A column, by its place or by its name in a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Column {
    /// Its place, counted from 1.
    Number(usize),
    /// Its name.
    Name(String),
}

impl FromStr for Column {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse() {
            Ok(0) => Err("columns are counted from 1".into()),
            Ok(number) => Ok(Self::Number(number)),
            Err(_) if text.trim().is_empty() => Err("a column has a number or a name".into()),
            Err(_) => Ok(Self::Name(text.to_owned())),
        }
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Name(name) => write!(f, "{name:?}"),
        }
    }
}

/// What is known of a corpus file; what is `None` is found out from its content.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The layout. Found out by the first lines.
    pub format: Option<Format>,
    /// The encoding. A table that is not UTF-8 throughout is taken for
    /// Windows-1252; other formats must be UTF-8.
    pub encoding: Option<Encoding>,
    /// The tags' scheme. Found out by all tags: the one that most are in.
    pub scheme: Option<Scheme>,
    /// The word's column, of tables and columns.
    pub word_column: Option<Column>,
    /// The tag's column, of tables and columns.
    pub tag_column: Option<Column>,
    /// The column of what tells sentences apart, of tables: a row whose value
    /// is new begins one.
    pub sentence_column: Option<Column>,
    /// What tags stand for that are numbers, from 0.
    pub labels: Vec<String>,
}

impl Options {
    /// Whether a column is asked for by its name, which only a header has.
    pub(crate) fn ask_by_name(&self) -> bool {
        let columns = [&self.word_column, &self.tag_column, &self.sentence_column];
        let mut columns = columns.into_iter().flatten();
        columns.any(|column| matches!(column, Column::Name(_)))
    }
}
