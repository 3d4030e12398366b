//! CoNLL-U: ten columns, with entities in the last one, MISC.

use crate::format::columns::{Line, Lines};
use crate::format::conll::Reader;
use crate::problem::Fault;
use crate::rows::Rows;
use crate::{Problem, labels};

const COLUMNS: usize = 10;
const FORM: usize = 1;
const MISC: usize = 9;

/// What entities are called in MISC.
const KEYS: [&str; 4] = ["NER", "Entity", "NE", "NamedEntity"];

/// Whether a line is a word's, as far as telling the formats apart goes.
pub(crate) fn is_row(line: &str) -> bool {
    let mut cells = line.split('\t');
    cells.next().is_some_and(is_id) && cells.count() == COLUMNS - 1
}

/// `3`, `3-4` for a word of several, `3.1` for one that is not in the text.
fn is_id(id: &str) -> bool {
    let mut parts = id.splitn(2, ['-', '.']);
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    parts.all(number)
}

/// Reads the words, and says what was found out about them.
pub(crate) fn read(text: &str) -> Result<(Rows, Vec<String>), Fault> {
    let lines = Lines::of(text, true)?;
    let mut reader = Reader::default();
    let mut entities = Entities::default();
    for (number, line, cells) in lines.iter() {
        if !matches!(line, Line::Row { .. }) {
            if let Line::Comment(comment) = line {
                entities.header(comment);
            }
            entities.open.clear();
            reader.gap(&line);
            continue;
        }
        if cells.len() != COLUMNS {
            return Err(Problem::Columns(crate::Columns(cells.len())).at(number));
        }
        if !cells[0].bytes().all(|byte| byte.is_ascii_digit()) {
            // Several words' own spelling, or a word that is not in the text.
            continue;
        }
        let label = entities
            .label(cells[MISC])
            .map_err(|problem| problem.at(number))?;
        reader.word(cells[FORM], &label, number)?;
    }
    reader.end_sentence();
    if !entities.seen && !reader.rows.sentences.is_empty() {
        return Err(Problem::NoEntities.into());
    }
    let mut notes = vec!["entities in MISC".to_owned()];
    if entities.nested > 0 {
        notes.push(format!(
            "{} entities inside of others are left out",
            entities.nested
        ));
    }
    Ok((reader.rows, notes))
}

/// Entities of MISC: tags, or brackets that stay open over words.
#[derive(Default)]
struct Entities {
    seen: bool,
    /// The types of the entities that are open, the outermost first.
    open: Vec<String>,
    /// Which of a bracket's fields is the type, where the file says so.
    kind: Option<usize>,
    nested: usize,
}

impl Entities {
    /// `# global.Entity = GRP-etype-…` names the fields within brackets.
    fn header(&mut self, comment: &str) {
        let Some((_, fields)) = comment.split_once("global.Entity") else {
            return;
        };
        let fields = fields.trim_start_matches([' ', '=']).trim();
        self.kind = fields.split('-').position(|field| field == "etype");
    }

    fn label(&mut self, misc: &str) -> Result<String, Problem> {
        let fields = misc.split('|').filter_map(|field| field.split_once('='));
        let value = fields
            .filter(|(key, _)| KEYS.iter().any(|own| key.eq_ignore_ascii_case(own)))
            .map(|(_, value)| value)
            .next();
        self.seen |= value.is_some();
        match value {
            Some(value) if value.contains(['(', ')']) => self.brackets(value),
            Some(value) if self.open.is_empty() => Ok(value.to_owned()),
            _ => Ok(self.goes_on()),
        }
    }

    fn goes_on(&self) -> String {
        let outer = self.open.first();
        outer.map_or_else(|| "O".to_owned(), |kind| format!("I-{kind}"))
    }

    /// `(1-person-new(2-place)` opens two and closes one; `1)` closes another.
    fn brackets(&mut self, value: &str) -> Result<String, Problem> {
        const DEEPEST: usize = 100;
        let bad = || Problem::Bracket(value.chars().take(40).collect());
        let mut label = self.goes_on();
        let mut rest = value;
        while !rest.is_empty() {
            if let Some(opened) = rest.strip_prefix('(') {
                let end = opened.find(['(', ')']).unwrap_or(opened.len());
                let kind = self.kind(&opened[..end]);
                if self.open.len() == DEEPEST {
                    return Err(bad());
                }
                match self.open.is_empty() {
                    true => label = format!("B-{kind}"),
                    false => self.nested += 1,
                }
                self.open.push(kind);
                rest = &opened[end..];
            } else {
                // What closes may name what it closes.
                let end = rest.find(')').ok_or_else(bad)?;
                if rest[..end].contains('(') {
                    return Err(bad());
                }
                self.open.pop().ok_or_else(bad)?;
                rest = &rest[end + 1..];
            }
        }
        Ok(label)
    }

    /// The type among a bracket's fields: a number goes before it.
    fn kind(&self, fields: &str) -> String {
        let parts: Vec<&str> = fields.split('-').collect();
        let numbered = parts[0].trim_start_matches('e').parse::<u64>().is_ok();
        let place = self.kind.or((numbered && parts.len() > 1).then_some(1));
        let kind = place.and_then(|place| parts.get(place).copied());
        labels::type_name(kind.unwrap_or(fields))
    }
}
