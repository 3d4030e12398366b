//! Lines of columns: taking them apart, telling comments from words, and
//! finding the columns of the word and its tag.

use std::collections::HashSet;

use crate::labels::{Mark, mark_of};
use crate::problem::Fault;
use crate::{Column, Columns, Problem, text};

/// More columns than any file of words and tags has.
pub(crate) const MAX_COLUMNS: usize = 100;

/// What stands at the start of each document.
pub(crate) const DOCUMENT: &str = "-DOCSTART-";

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line<'a> {
    Blank,
    /// Where a document begins.
    Document,
    Comment(&'a str),
    /// A row of columns: where its cells are, and how many.
    Row {
        first: usize,
        columns: usize,
    },
}

/// A file's lines, with their columns.
pub(crate) struct Lines<'a> {
    cells: Vec<&'a str>,
    lines: Vec<(usize, Line<'a>)>,
    /// Columns of every row.
    pub(crate) columns: usize,
    pub(crate) comments: usize,
    /// Whether a blank line stands between two rows.
    pub(crate) blank: bool,
}

/// How a line with tabs is taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tabs {
    /// Two tabs have an empty column between them.
    One,
    /// Any number of tabs is one separator, as of columns that are padded.
    Many,
}

impl<'a> Lines<'a> {
    /// Takes all lines apart; whether some may be `comments`.
    pub(crate) fn of(text: &'a str, comments: bool) -> Result<Self, Fault> {
        match Self::with(text, Tabs::One, comments) {
            Err(fault) if matches!(fault.problem, Problem::UnequalColumns { .. }) => {
                Self::with(text, Tabs::Many, comments).map_err(|_| fault)
            }
            other => other,
        }
    }

    fn with(text: &'a str, tabs: Tabs, comments: bool) -> Result<Self, Fault> {
        let mut found = Self {
            cells: Vec::new(),
            lines: Vec::new(),
            columns: 0,
            comments: 0,
            blank: false,
        };
        let mut hashes = false;
        for line in text::lines(text) {
            let (number, line) = line?;
            let own = found.line(line, tabs);
            hashes |= comments && line.starts_with('#');
            // One blank line says as much as a million.
            let again = own == Line::Blank && matches!(found.lines.last(), Some((_, Line::Blank)));
            if !again {
                found.lines.push((number, own));
            }
        }
        if hashes {
            found.find_comments(text);
        }
        found.drop_indent();
        found.check()?;
        Ok(found)
    }

    fn line(&mut self, line: &'a str, tabs: Tabs) -> Line<'a> {
        let line = line.trim_matches(is_mark).trim_end_matches(is_padding);
        if line.trim_start_matches(is_padding).is_empty() {
            return Line::Blank;
        }
        if line.trim_start_matches(is_padding).starts_with(DOCUMENT) {
            return Line::Document;
        }
        let first = self.cells.len();
        let most = MAX_COLUMNS + 1;
        if line.contains('\t') {
            let cells = line.split('\t').map(trimmed);
            let cells = cells.filter(|cell| tabs == Tabs::One || !cell.is_empty());
            self.cells.extend(cells.take(most));
        } else {
            let cells = line.split(' ').filter(|cell| !cell.is_empty());
            self.cells.extend(cells.map(trimmed).take(most));
        }
        let columns = self.cells.len() - first;
        Line::Row { first, columns }
    }

    /// Where every row begins with a tab, that is white space and no column.
    fn drop_indent(&mut self) {
        let is_empty = |(_, cells): (usize, &[&str])| cells.len() > 2 && cells[0].is_empty();
        if self.rows().next().is_none() || !self.rows().all(is_empty) {
            return;
        }
        for (_, line) in &mut self.lines {
            if let Line::Row { first, columns } = line {
                *first += 1;
                *columns -= 1;
            }
        }
    }

    fn rows(&self) -> impl Iterator<Item = (usize, &[&'a str])> {
        self.lines.iter().filter_map(|(number, line)| match *line {
            Line::Row { first, columns } => Some((*number, &self.cells[first..][..columns])),
            _ => None,
        })
    }

    /// The lines in order: rows with their cells.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, Line<'a>, &[&'a str])> {
        self.lines.iter().map(|(number, line)| match *line {
            Line::Row { first, columns } => (*number, *line, &self.cells[first..][..columns]),
            _ => (*number, *line, &[][..]),
        })
    }

    /// A line that begins with `#` is a word's if it looks as the others do:
    /// as many columns, and a tag in the last one. Else it is a comment.
    fn find_comments(&mut self, text: &'a str) {
        let hash = |cells: &[&str]| cells[0].starts_with('#');
        let others: Vec<_> = self.rows().filter(|(_, cells)| !hash(cells)).collect();
        let Some(expected) = others.first().map(|(_, cells)| cells.len()) else {
            return;
        };
        let last: HashSet<&str> = others
            .iter()
            .filter_map(|(_, cells)| cells.last().copied())
            .collect();
        let is_word = |cells: &[&str]| {
            let last_is_tag = |own: &&str| last.contains(own) || mark_of(own).is_some();
            let key = cells.len() > 2 && cells[0] == "#" && cells.contains(&"=");
            cells.len() == expected && cells.last().is_some_and(last_is_tag) && !key
        };
        let comments: HashSet<usize> = self
            .rows()
            .filter(|(_, cells)| hash(cells) && !is_word(cells))
            .map(|(number, _)| number)
            .collect();
        self.comments = comments.len();
        let mut source = text::lines(text).flatten();
        for (number, line) in &mut self.lines {
            if comments.contains(number) {
                let own = source.find(|(other, _)| other == number);
                *line = Line::Comment(own.map_or("", |(_, line)| line));
            }
        }
    }

    /// All rows must have as many columns as the first one.
    fn check(&mut self) -> Result<(), Fault> {
        let mut first = None;
        let mut apart = false;
        let mut blank = false;
        for (number, line) in &self.lines {
            let Line::Row { columns, .. } = *line else {
                blank = true;
                continue;
            };
            let (first, expected) = *first.get_or_insert((*number, columns));
            let found = Columns(columns);
            if !(2..=MAX_COLUMNS).contains(&expected) {
                return Err(Problem::Columns(found).at(*number));
            }
            if columns != expected {
                let problem = Problem::UnequalColumns {
                    found,
                    expected,
                    first,
                };
                return Err(problem.at(*number));
            }
            apart |= blank && *number > first;
            blank = false;
            self.columns = expected;
        }
        self.blank = apart;
        Ok(())
    }

    /// Whether the rows' `column` counts the words of every sentence, from 0
    /// or from 1, or all rows of the file.
    pub(crate) fn counts(&self, column: usize) -> bool {
        let (mut within, mut through) = (true, true);
        let mut place = 0u64;
        let mut most = 0;
        let (mut start, mut previous) = (None, None);
        for (_, line, cells) in self.iter() {
            if !matches!(line, Line::Row { .. }) {
                place = 0;
                continue;
            }
            let Ok(number) = cells[column].parse::<u64>() else {
                return false;
            };
            if place == 0 {
                let start = *start.get_or_insert(number);
                within &= number == start && start <= 1;
            } else {
                within &= previous.is_some_and(|last: u64| last.checked_add(1) == Some(number));
            }
            through &= previous.is_none_or(|last: u64| last.checked_add(1) == Some(number));
            previous = Some(number);
            place += 1;
            most = most.max(place);
        }
        (within || through) && most > 1
    }

    /// Whether `column` holds a zero in the first row of every sentence.
    pub(crate) fn starts_at_zero(&self, column: usize) -> bool {
        let mut within = false;
        self.iter().all(|(_, line, cells)| {
            let row = matches!(line, Line::Row { .. });
            let first = row && !std::mem::replace(&mut within, row);
            within = row;
            !first || cells[column] == "0"
        })
    }

    /// Whether all cells of a column are as `test` has it.
    pub(crate) fn all(&self, column: usize, test: impl Fn(&str) -> bool) -> bool {
        self.rows().all(|(_, cells)| test(cells[column]))
    }
}

/// What stands around columns: spaces of any kind that a line can have.
fn is_padding(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\u{a0}' | '\u{feff}')
}

/// A byte order mark, which stands inside of a file where two were joined.
fn is_mark(c: char) -> bool {
    c == '\u{feff}'
}

/// A cell without what pads it. A word of nothing but padding stays: it is
/// told as an empty one, or it is a no-break space.
pub(crate) fn trimmed(cell: &str) -> &str {
    let cell = cell.trim_matches([' ', '\u{feff}']);
    match cell.trim_matches('\u{a0}') {
        "" => cell,
        word => word,
    }
}

/// The columns of word and tag.
pub(crate) struct Choice {
    pub(crate) word: usize,
    pub(crate) tag: usize,
    /// Why these, where they are not the first and the last.
    pub(crate) note: Option<String>,
}

/// Types of chunks, not of entities: CoNLL-2003 has them in the column before.
const CHUNKS: [&str; 12] = [
    "NP", "VP", "PP", "ADVP", "ADJP", "SBAR", "PRT", "CONJP", "INTJ", "LST", "UCP", "PC",
];

/// What a column says as one of tags.
struct AsTags<'a> {
    /// The share of its cells that are tags with a mark, or `O`.
    share: f64,
    kinds: HashSet<&'a str>,
}

impl<'a> AsTags<'a> {
    fn of(lines: &Lines<'a>, column: usize) -> Self {
        let (mut rows, mut tags) = (0usize, 0usize);
        let mut kinds = HashSet::new();
        for (_, cells) in lines.rows() {
            rows += 1;
            if let Some((mark, kind)) = mark_of(cells[column]) {
                tags += 1;
                if mark != Mark::Outside {
                    kinds.insert(kind);
                }
            }
        }
        Self {
            share: tags as f64 / rows.max(1) as f64,
            kinds,
        }
    }
}

impl Choice {
    /// The columns that are asked for, or those that look right: the first
    /// that does not count for the word, the last that holds tags for the tag.
    pub(crate) fn of(
        lines: &Lines<'_>,
        word: Option<&Column>,
        tag: Option<&Column>,
    ) -> Result<Self, Problem> {
        let place = |column: &Column| column.place(lines.columns);
        let (mut word, tag) = (word.map(place).transpose()?, tag.map(place).transpose()?);
        let mut notes = Vec::new();
        if word.is_none() && lines.columns > 2 && lines.counts(0) {
            notes.push("column 1 counts the words".to_owned());
            word = Some(1);
        }
        if word.is_none() && lines.columns == 2 && lines.counts(0) {
            return Err(Problem::Counted);
        }
        let word = word.unwrap_or(0);
        let tag = match tag {
            Some(tag) => tag,
            None => {
                let counted = !notes.is_empty();
                find_tag(lines, word, counted, &mut notes)
            }
        };
        let note = format!("word in column {}, tag in column {}", word + 1, tag + 1);
        let plain = notes.is_empty() && word == 0 && tag + 1 == lines.columns;
        notes.insert(0, note);
        Ok(Self {
            word,
            tag,
            note: (!plain).then(|| notes.join(", ")),
        })
    }
}

fn find_tag(lines: &Lines<'_>, word: usize, counted: bool, notes: &mut Vec<String>) -> usize {
    let last = lines.columns - 1;
    let mut tag = last;
    let mut own = AsTags::of(lines, last);
    if own.share < 0.5 {
        let better = (word + 1..last).rev().find_map(|column| {
            let other = AsTags::of(lines, column);
            (other.share == 1.0).then_some((column, other))
        });
        match better {
            Some(better) => (tag, own) = better,
            None => return last,
        }
    }
    let outer = tag;
    while tag > word + 1 {
        let other = AsTags::of(lines, tag - 1);
        let chunks = other.kinds.iter().all(|kind| CHUNKS.contains(kind));
        let nested = counted
            || own.kinds.is_empty()
            || own.kinds.intersection(&other.kinds).next().is_some();
        if other.share < 1.0 || chunks {
            break;
        }
        if !nested {
            notes.push(format!(
                "columns {tag} and {} hold tags, the last is taken",
                tag + 1
            ));
            break;
        }
        tag -= 1;
        own = other;
    }
    if tag < outer {
        notes.push(format!(
            "columns {} to {} hold tags, the first of them is taken",
            tag + 1,
            outer + 1
        ));
    }
    tag
}

impl Column {
    /// Its place among columns that have no names.
    fn place(&self, columns: usize) -> Result<usize, Problem> {
        match self {
            Self::Number(number) if (1..=columns).contains(number) => Ok(number - 1),
            other => Err(Problem::NoColumn {
                wanted: other.to_string(),
                found: format!("columns 1 to {columns}, which have no names"),
            }),
        }
    }
}
