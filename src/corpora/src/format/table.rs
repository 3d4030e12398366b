//! Tables with a header, such as Kaggle's CSV: a word on each row, with the
//! name of its sentence on the sentence's first row or on all of them; or a
//! sentence on each row, with lists of words and tags.

mod header;
mod list;

use std::collections::HashMap;

use csv::StringRecord;

use crate::format::columns::trimmed;
use crate::problem::{Fault, excerpt};
use crate::rows::Rows;
use crate::{Column, Options, Problem, text};
pub(crate) use header::delimiter;
use header::{DELIMITERS, DOCUMENT, SENTENCE, TAG, WORD, place, plain};
use list::list;

/// Rows that are looked at to find out what a row holds.
const LOOKED_AT: usize = 200;

/// Reads the table, and says what was found out about it.
pub(crate) fn read(text: &str, options: &Options) -> Result<(Rows, Vec<String>), Fault> {
    let first = text::lines(text)
        .flatten()
        .find(|(_, line)| !line.is_empty());
    let first = first.map_or("", |(_, line)| line);
    // Without a header that is understood, the separator that it has most of.
    let most = || {
        let count = |own: u8| first.bytes().filter(|byte| *byte == own).count();
        let own = DELIMITERS.into_iter().map(|(own, _)| own);
        own.rev().max_by_key(|own| count(*own)).unwrap_or(b',')
    };
    let delimiter = delimiter(first, options).unwrap_or_else(most);
    let mut csv = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(Lines::new(text));
    let mut record = StringRecord::new();
    let mut table: Option<Table> = None;
    for line in text::lines(text) {
        let (number, line) = line?;
        // The parser skips empty lines too. Any other line is one record of
        // its, once the quotes on the line are known to be right.
        if line.is_empty() {
            if let Some(table) = &mut table {
                table.blank();
            }
            continue;
        }
        check_quotes(line, delimiter).map_err(|problem| problem.at(number))?;
        csv.read_record(&mut record)
            .map_err(|error| Problem::Csv(error).at(number))?;
        match &mut table {
            None => {
                let new = Table::new(&record, line, options).map_err(|own| own.at(number))?;
                table = Some(new.looked_at(text, delimiter));
            }
            Some(table) => table.push(&record, number)?,
        }
    }
    let Some(table) = table else {
        return Ok((Rows::default(), Vec::new()));
    };
    let notes = table.notes(delimiter);
    Ok((table.rows, notes))
}

/// The text with LF for every line's end, as the parser is to see it: it knows
/// no line's end that consists of several carriage returns.
struct Lines<'a> {
    rest: Box<dyn Iterator<Item = &'a str> + 'a>,
    line: &'a [u8],
    ended: bool,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            rest: Box::new(text::lines(text).flatten().map(|(_, line)| line)),
            line: b"",
            ended: true,
        }
    }
}

impl std::io::Read for Lines<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let mut written = 0;
        while written < buffer.len() {
            if !self.line.is_empty() {
                let count = self.line.len().min(buffer.len() - written);
                buffer[written..written + count].copy_from_slice(&self.line[..count]);
                self.line = &self.line[count..];
                written += count;
            } else if !self.ended {
                buffer[written] = b'\n';
                written += 1;
                self.ended = true;
            } else {
                let Some(line) = self.rest.next() else { break };
                self.line = line.as_bytes();
                self.ended = false;
            }
        }
        Ok(written)
    }
}

/// The parser takes a quoted field that is broken for a field that goes on, over
/// any number of lines, and so would lose words without a word.
fn check_quotes(line: &str, delimiter: u8) -> Result<(), Problem> {
    let delimiter = char::from(delimiter);
    let mut field = line;
    loop {
        let end = match field.strip_prefix('"') {
            Some(quoted) => after_quoted(quoted)?,
            None => field.find(delimiter).map_or("", |comma| &field[comma..]),
        };
        match end.strip_prefix(delimiter) {
            Some(next) => field = next,
            None if end.is_empty() => return Ok(()),
            None => {
                let name = DELIMITERS
                    .iter()
                    .find(|(own, _)| char::from(*own) == delimiter);
                return Err(Problem::AfterQuote {
                    found: excerpt(end),
                    separator: name.map_or("a separator", |(_, name)| name),
                });
            }
        }
    }
}

/// What follows the quote that closes the field. Doubled quotes are part of it.
fn after_quoted(field: &str) -> Result<&str, Problem> {
    let mut rest = field;
    while let Some(quote) = rest.find('"') {
        rest = &rest[quote + 1..];
        match rest.strip_prefix('"') {
            Some(next) => rest = next,
            None => return Ok(rest),
        }
    }
    Err(Problem::OpenQuote(excerpt(field)))
}

/// The rows read so far, and what it takes to read the next one.
struct Table {
    names: Vec<String>,
    sentence: Option<usize>,
    document: Option<usize>,
    word: usize,
    tag: usize,
    /// Whether a row is a sentence.
    lists: bool,
    /// The line where each sentence starts.
    starts: HashMap<String, usize>,
    /// Whether the next word begins a sentence, where none has a name.
    apart: bool,
    current: String,
    rows: Rows,
}

impl Table {
    fn new(header: &StringRecord, line: &str, options: &Options) -> Result<Self, Problem> {
        let names: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
        let letters: Vec<String> = names.iter().map(|name| plain(name)).collect();
        let find = |asked: &Option<Column>, wanted: &[&str]| {
            if let Some(column) = asked {
                return column.named(&names);
            }
            let found = place(&letters, wanted).ok_or_else(|| Problem::Header(excerpt(line)))?;
            match letters.iter().filter(|own| **own == letters[found]).count() {
                1 => Ok(found),
                _ => Err(Problem::RepeatedColumn(names[found].clone())),
            }
        };
        let word = find(&options.word_column, WORD)?;
        let other = |found: &usize| *found != word;
        let sentence = match &options.sentence_column {
            Some(column) => Some(column.named(&names)?),
            None => place(&letters, SENTENCE).filter(other),
        };
        Ok(Self {
            sentence,
            document: place(&letters, DOCUMENT).filter(other),
            word,
            tag: find(&options.tag_column, TAG)?,
            names,
            lists: false,
            starts: HashMap::new(),
            apart: true,
            current: String::new(),
            rows: Rows::default(),
        })
    }

    /// Finds out whether rows are sentences: one of the first has several tags.
    fn looked_at(mut self, text: &str, delimiter: u8) -> Self {
        let mut csv = csv::ReaderBuilder::new()
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(Lines::new(text));
        let records = csv.records().take(LOOKED_AT).flatten();
        let mut tags = records.filter_map(|record| record.get(self.tag).map(str::to_owned));
        self.lists = tags.any(|tags| {
            let tags = tags.trim();
            tags.starts_with('[') || tags.split_ascii_whitespace().nth(1).is_some()
        });
        self
    }

    /// An empty line ends a sentence where sentences have no names.
    fn blank(&mut self) {
        self.apart = true;
    }

    fn push(&mut self, record: &StringRecord, line: usize) -> Result<(), Fault> {
        // One field too many is no better than one too few: a comma that
        // should have been quoted moves the fields after it.
        if record.len() != self.names.len() {
            let problem = Problem::Fields {
                found: record.len(),
                expected: self.names.len(),
            };
            return Err(problem.at(line));
        }
        if let Some(document) = self.document.map(|column| &record[column])
            && !document.is_empty()
            && document != self.current
        {
            self.rows.start_document();
            self.current = document.to_owned();
        }
        if self.lists {
            return self.push_list(record, line);
        }
        let (word, tag) = (trimmed(&record[self.word]), trimmed(&record[self.tag]));
        if self.sentence.is_none() && word.is_empty() && tag.is_empty() {
            self.apart = true;
            return Ok(());
        }
        self.start(record, line)
            .map_err(|problem| problem.at(line))?;
        let pushed = self.rows.push(word, tag, line);
        pushed.map_err(|problem| problem.at(line))
    }

    fn push_list(&mut self, record: &StringRecord, line: usize) -> Result<(), Fault> {
        let list = |field: &str| list(field).map_err(|problem| problem.at(line));
        let (words, tags) = (list(&record[self.word])?, list(&record[self.tag])?);
        if words.len() != tags.len() {
            let (words, tags) = (words.len(), tags.len());
            return Err(Problem::Unequal { words, tags }.at(line));
        }
        self.rows.start_numbered();
        if words.is_empty() {
            return Err(Problem::EmptyWord.at(line));
        }
        for (word, tag) in words.iter().zip(&tags) {
            let pushed = self.rows.push(trimmed(word), tag, line);
            pushed.map_err(|problem| problem.at(line))?;
        }
        Ok(())
    }

    /// Starts a sentence if the row has a name that is not the current one's.
    fn start(&mut self, record: &StringRecord, line: usize) -> Result<(), Problem> {
        let Some(column) = self.sentence else {
            if std::mem::take(&mut self.apart) {
                self.rows.start_numbered();
            }
            return Ok(());
        };
        let name = &record[column];
        let current = self.rows.sentences.last();
        if name.is_empty() && current.is_none() {
            return Err(Problem::Unnamed(self.names[column].clone()));
        }
        if name.is_empty() || current.is_some_and(|current| current.name == name) {
            return Ok(());
        }
        if let Some(&first) = self.starts.get(name) {
            return Err(Problem::RepeatedName {
                name: excerpt(name),
                first,
            });
        }
        self.starts.insert(name.to_owned(), line);
        self.rows.start(name.to_owned());
        Ok(())
    }

    fn notes(&self, delimiter: u8) -> Vec<String> {
        let mut notes = Vec::new();
        let name = DELIMITERS.iter().find(|(own, _)| *own == delimiter);
        let kaggle = self
            .sentence
            .is_some_and(|own| self.names[own] == "Sentence #");
        if !kaggle || delimiter != b',' {
            let name = name.map_or("", |(_, name)| name);
            notes.push(format!(
                "separated by {name}, word in column {:?}, tag in column {:?}",
                self.names[self.word], self.names[self.tag]
            ));
        }
        if self.lists {
            notes.push("a sentence on each row".to_owned());
        } else if self.sentence.is_none() && self.rows.sentences.len() == 1 {
            notes.push(
                "no column is known to tell sentences apart, so that all of it is one sentence; \
                 it can be given"
                    .to_owned(),
            );
        }
        notes
    }
}
