//! Column files: a word with its tag on each line, an empty line after each
//! sentence.

use crate::format::columns::{Choice, Line, Lines};
use crate::problem::Fault;
use crate::rows::Rows;
use crate::{Options, Problem, Text};

/// Where OntoNotes' columns, those of CoNLL-2012, have the word, its number in
/// the sentence, and the brackets of entities.
const ONTONOTES: (usize, usize, usize) = (3, 2, 10);

/// Reads the columns, and says what was found out about them.
pub(crate) fn read(text: &str, options: &Options) -> Result<(Rows, Vec<String>), Fault> {
    let lines = Lines::of(text, true)?;
    let mut notes = Vec::new();
    let asked = options.word_column.is_some() || options.tag_column.is_some();
    let brackets = !asked && is_ontonotes(&lines);
    let (word, tag) = if brackets {
        notes.push("CoNLL-2012: word in column 4, entities in brackets in column 11".to_owned());
        (ONTONOTES.0, ONTONOTES.2)
    } else if lines.columns == 0 {
        (0, 0)
    } else {
        let (word, tag) = (options.word_column.as_ref(), options.tag_column.as_ref());
        let choice = Choice::of(&lines, word, tag)?;
        notes.extend(choice.note);
        (choice.word, choice.tag)
    };
    if lines.comments > 0 {
        let plural = if lines.comments == 1 { "" } else { "s" };
        notes.push(format!("{} comment line{plural}", lines.comments));
    }
    let mut reader = Reader::default();
    let mut open = Brackets::default();
    for (number, line, cells) in lines.iter() {
        match line {
            Line::Row { .. } if brackets => {
                let label = open
                    .label(cells[tag])
                    .map_err(|problem| problem.at(number))?;
                reader.word(cells[word], &label, number)?;
            }
            Line::Row { .. } => reader.word(cells[word], cells[tag], number)?,
            other => {
                open = Brackets::default();
                reader.gap(&other);
            }
        }
    }
    reader.end_sentence();
    let rows = reader.rows;
    if rows.sentences.len() == 1 && !lines.blank && rows.sentences[0].words.len() > 1 {
        notes.push("no blank line, so that all of it is one sentence".to_owned());
    }
    Ok((rows, notes))
}

/// Sentences put together from lines.
#[derive(Default)]
pub(crate) struct Reader {
    pub(crate) rows: Rows,
    within: bool,
    /// What the comments say of the next sentence's text.
    text: Option<String>,
}

impl Reader {
    /// A line that is no word's.
    pub(crate) fn gap(&mut self, line: &Line<'_>) {
        self.end_sentence();
        match line {
            Line::Document => self.rows.start_document(),
            Line::Comment(comment) => self.comment(comment),
            Line::Blank | Line::Row { .. } => {}
        }
    }

    fn comment(&mut self, comment: &str) {
        let comment = comment.trim_start_matches(['\u{feff}', '#']).trim_start();
        let (key, value) = comment.split_once('=').unwrap_or((comment, ""));
        let key = key.trim();
        match key {
            "text" => self.text = Some(value.trim().to_owned()),
            "doc_id" | "document_id" | "newdoc id" => self.rows.start_document(),
            _ if key == "newdoc"
                || key.starts_with("MEDLINE:")
                || key.starts_with("begin document") =>
            {
                self.rows.start_document();
            }
            _ => {}
        }
    }

    pub(crate) fn word(&mut self, word: &str, label: &str, line: usize) -> Result<(), Fault> {
        if !self.within {
            self.rows.start_numbered();
            self.within = true;
        }
        let pushed = self.rows.push(word, label, line);
        pushed.map_err(|problem| problem.at(line))
    }

    pub(crate) fn end_sentence(&mut self) {
        if !std::mem::take(&mut self.within) {
            return;
        }
        let sentence = self.rows.sentences.last();
        let aligned = self.text.take().and_then(|text| {
            let words = Text::align(&text, &sentence?.words)?;
            Some(Text {
                text,
                words,
                entities: Vec::new(),
            })
        });
        if let Some(text) = aligned {
            self.rows.set_text(text);
        }
    }
}

/// Whether the columns are those of CoNLL-2012.
fn is_ontonotes(lines: &Lines<'_>) -> bool {
    let (_, count, entity) = ONTONOTES;
    lines.columns > entity
        && lines.starts_at_zero(count)
        && lines.all(entity, |cell| {
            cell == "*"
                || cell == "-"
                || (cell.contains('*') || cell.contains('(')) && Brackets::parse(cell).is_ok()
        })
}

/// An entity that is marked by brackets over several lines: `(PERSON*`, `*)`.
#[derive(Default)]
struct Brackets {
    open: Option<String>,
}

impl Brackets {
    /// The type that a cell opens, and whether it closes one.
    fn parse(cell: &str) -> Result<(Option<&str>, bool), Problem> {
        let bad = || Problem::Bracket(cell.chars().take(40).collect());
        let (rest, closes) = match cell.strip_suffix(')') {
            Some(rest) => (rest, true),
            None => (cell, false),
        };
        let rest = rest.strip_suffix('*').unwrap_or(rest);
        match rest.strip_prefix('(') {
            None if rest.is_empty() || rest == "-" => Ok((None, closes)),
            Some(kind) if !kind.is_empty() && !kind.contains(['(', ')', '*']) => {
                Ok((Some(kind), closes))
            }
            _ => Err(bad()),
        }
    }

    /// The tag of the next word.
    fn label(&mut self, cell: &str) -> Result<String, Problem> {
        let (opens, closes) = Self::parse(cell)?;
        let label = match (opens, &self.open) {
            (Some(kind), None) => {
                self.open = Some(kind.to_owned());
                format!("B-{kind}")
            }
            (None, Some(kind)) => format!("I-{kind}"),
            (None, None) if !closes => "O".to_owned(),
            _ => return Err(Problem::Bracket(cell.chars().take(40).collect())),
        };
        if closes {
            self.open = None;
        }
        Ok(label)
    }
}
