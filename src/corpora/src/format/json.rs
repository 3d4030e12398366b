//! Labelled texts and sentences in JSON: one value, a list of them, or one on
//! each line.
//!
//! | written by | a record |
//! | --- | --- |
//! | many | `{"text", "entities": [{"start", "end", "type"}]}` |
//! | doccano | `{"text", "label": [[start, end, "type"]]}` |
//! | Prodigy | `{"text", "spans": [{"start", "end", "label"}], "answer"}` |
//! | spaCy | `["text", {"entities": [[start, end, "type"]]}]`, `{"text", "ents"}` |
//! | Label Studio | `{"data": {"text"}, "annotations": [{"result"}]}`, `{"text", "label"}` |
//! | Hugging Face | `{"tokens", "ner_tags"}`, alone or as `{"row"}` |
//! | BioC | `{"documents": [{"passages": [{"text", "offset", "annotations"}]}]}` |
//!
//! Entities over given words (GLiNER, DyGIE++, SpERT) are in [`spans_of_words`].

mod bioc;
mod label_studio;
mod lines;
mod spans_of_words;

use serde_json::{Map, Value};

use self::lines::{Lines, is_lines};
use crate::document::{Fates, Span};
use crate::problem::{Fault, excerpt};
use crate::rows::Rows;
use crate::{Options, Problem};

/// The longest text of a record, in bytes.
const MAX_TEXT_BYTES: usize = 16 << 20;

const TEXT: [&str; 4] = ["text", "data", "content", "sentence"];
const SPANS: [&str; 6] = [
    "entities",
    "spans",
    "ents",
    "label",
    "labels",
    "annotations",
];
const TOKENS: [&str; 3] = ["tokens", "words", "token"];
const TAGS: [&str; 6] = ["ner_tags", "tags", "ner", "labels", "ner_labels", "label"];
const DOCUMENT: [&str; 3] = ["document_id", "doc_id", "document"];

/// Reads all records, and says what was found out about them.
pub(crate) fn read(text: &str, options: &Options) -> Result<(Rows, Vec<String>), Fault> {
    let mut reader = Reader {
        rows: Rows::default(),
        fates: Fates::default(),
        names: options.labels.clone(),
        sentences: 0,
        spanned: 0,
        rejected: 0,
        document: Value::Null,
    };
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let mut at = Lines::of(text);
    loop {
        let start = stream.byte_offset();
        // White space before a value is not part of it.
        let blank = text[start..].len() - text[start..].trim_start().len();
        let line = at.line(start + blank);
        match stream.next() {
            None => break,
            Some(Ok(value)) => reader.value(value, line)?,
            Some(Err(error)) => {
                // A record that is cut off goes on into the next one's line.
                if line > 1 || is_lines(text) {
                    let problem = format!("{error}, in the record that begins here");
                    return Err(Problem::Json(problem).at(line));
                }
                return Err(Problem::Json(error.to_string()).at(error.line().max(1)));
            }
        }
    }
    reader.finish()
}

struct Reader {
    rows: Rows,
    fates: Fates,
    /// The names of tags that are numbers.
    names: Vec<String>,
    sentences: usize,
    /// Sentences whose entities are places of words.
    spanned: usize,
    rejected: usize,
    document: Value,
}

impl Reader {
    /// A record, a list of them, or what holds such a list.
    fn value(&mut self, value: Value, line: usize) -> Result<(), Fault> {
        match value {
            Value::Array(pair) if is_pair(&pair) => self.pair(&pair, line),
            Value::Array(values) => {
                for value in values {
                    match value {
                        Value::Array(pair) if is_pair(&pair) => self.pair(&pair, line)?,
                        Value::Object(record) => self.record(&record, line)?,
                        other => return Err(unknown(&other).at(line)),
                    }
                }
                Ok(())
            }
            Value::Object(mut object) => {
                if let Some(names) = feature_names(&object)
                    && self.names.is_empty()
                {
                    self.names = names;
                }
                for list in ["rows", "annotations", "data", "examples", "documents"] {
                    let whole = !has(&object, &TEXT[..1]) && !object.contains_key("result");
                    if whole && matches!(object.get(list), Some(Value::Array(_))) {
                        let list = object.remove(list).unwrap_or_default();
                        return self.value(list, line);
                    }
                }
                self.record(&object, line)
            }
            other => Err(unknown(&other).at(line)),
        }
    }

    /// spaCy's training data of version 2.
    fn pair(&mut self, pair: &[Value], line: usize) -> Result<(), Fault> {
        let (Value::String(text), Value::Object(labels)) = (&pair[0], &pair[1]) else {
            return Err(Problem::Record("a pair".into()).at(line));
        };
        let spans = labels.get("entities").unwrap_or(&Value::Null);
        self.text(text, spans, line)
    }

    fn record(&mut self, record: &Map<String, Value>, line: usize) -> Result<(), Fault> {
        if let Some(Value::Object(row)) = record.get("row") {
            return self.record(row, line);
        }
        if let Some(answer) = record.get("answer").and_then(Value::as_str)
            && answer != "accept"
        {
            self.rejected += 1;
            return Ok(());
        }
        if let Some(tags) = first(record, &TAGS).filter(|tags| is_tags(tags))
            && let Some(Value::Array(words)) = first(record, &TOKENS)
        {
            return self.sentence(record, words, tags, line);
        }
        if let Some(Value::Object(data)) = record.get("data") {
            return self.label_studio(record, data, line);
        }
        if self.spans_of_words(record, line)? {
            return Ok(());
        }
        if let Some(Value::Array(passages)) = record.get("passages") {
            return self.bioc(passages, line);
        }
        let text = first(record, &TEXT).and_then(Value::as_str);
        let spans = first(record, &SPANS);
        match (text, spans) {
            (Some(text), Some(spans)) => self.text(text, spans, line),
            _ => Err(unknown_object(record).at(line)),
        }
    }

    fn text(&mut self, text: &str, spans: &Value, line: usize) -> Result<(), Fault> {
        let spans: Vec<Span> = match spans {
            Value::Null => Vec::new(),
            Value::Array(spans) => {
                let read = |value| span(value).ok_or_else(|| not_a_span(value).at(line));
                spans.iter().map(read).collect::<Result<_, _>>()?
            }
            other => return Err(Problem::Record(shown(other)).at(line)),
        };
        self.rows.start_document();
        self.spans(text, &spans, line)
    }

    /// A text that goes on in the same document.
    fn spans(&mut self, text: &str, spans: &[Span], line: usize) -> Result<(), Fault> {
        if text.len() > MAX_TEXT_BYTES {
            return Err(Problem::LongLine(text.len()).at(line));
        }
        let added = self.fates.add(&mut self.rows, text, spans, line);
        added.map_err(|problem| problem.at(line))
    }

    fn sentence(
        &mut self,
        record: &Map<String, Value>,
        words: &[Value],
        tags: &Value,
        line: usize,
    ) -> Result<(), Fault> {
        let tags = tags.as_array().map_or(&[][..], Vec::as_slice);
        if words.len() != tags.len() {
            let (words, tags) = (words.len(), tags.len());
            return Err(Problem::Unequal { words, tags }.at(line));
        }
        if words.is_empty() {
            return Ok(());
        }
        self.start_if_new_document(record);
        self.rows.start_numbered();
        self.sentences += 1;
        for (word, tag) in words.iter().zip(tags) {
            let label = match tag {
                Value::String(label) => label.clone(),
                tag => tag.to_string(),
            };
            self.word(record, word, &label, line)?;
        }
        Ok(())
    }

    fn start_if_new_document(&mut self, record: &Map<String, Value>) {
        if let Some(document) = first(record, &DOCUMENT)
            && *document != self.document
        {
            self.rows.start_document();
            self.document = document.clone();
        }
    }

    fn word(
        &mut self,
        record: &Map<String, Value>,
        word: &Value,
        label: &str,
        line: usize,
    ) -> Result<(), Fault> {
        // Prodigy and spaCy have objects for tokens.
        let own = word.as_str().or_else(|| word["text"].as_str());
        let own = own.ok_or_else(|| unknown_object(record).at(line))?;
        let pushed = self.rows.push(own.trim_matches(' '), label, line);
        pushed.map_err(|problem| problem.at(line))
    }

    fn finish(mut self) -> Result<(Rows, Vec<String>), Fault> {
        let mut notes = Vec::new();
        if self.spanned > 0 {
            notes.push(format!(
                "{} sentences of words with the places of entities",
                self.spanned
            ));
        }
        notes.extend(self.fates.notes());
        if self.sentences > 0 {
            notes.push(format!("{} sentences of words with tags", self.sentences));
        }
        if self.rejected > 0 {
            notes.push(format!(
                "{} that were not accepted are left out",
                self.rejected
            ));
        }
        if self.sentences > 0 && !self.names.is_empty() && self.rows.numbered() {
            self.rows.name_numbers(&self.names)?;
            notes.push(format!("numbers stand for {}", self.names.join(" ")));
        }
        Ok((self.rows, notes))
    }
}

/// Whether a list is spaCy's pair of a text and its entities.
fn is_pair(list: &[Value]) -> bool {
    matches!(list, [Value::String(_), Value::Object(_)])
}

fn has(object: &Map<String, Value>, keys: &[&str]) -> bool {
    keys.iter().any(|key| object.contains_key(*key))
}

fn first<'a>(object: &'a Map<String, Value>, keys: &[&str]) -> Option<&'a Value> {
    keys.iter().find_map(|key| object.get(*key))
}

/// Whether a value is a list of tags: strings or numbers.
fn is_tags(value: &Value) -> bool {
    let tag = |value: &Value| value.is_string() || value.is_i64();
    value.as_array().is_some_and(|list| list.iter().all(tag))
}

/// A span in any of its spellings.
fn span(value: &Value) -> Option<Span> {
    if let Value::Array(parts) = value {
        let [start, end, kind, ..] = parts.as_slice() else {
            return None;
        };
        return Some(Span {
            start: start.as_i64()?,
            end: end.as_i64()?,
            kind: kind.as_str()?.to_owned(),
            text: None,
        });
    }
    let object = value.as_object()?;
    let kind = first(
        object,
        &["label", "type", "entity_group", "entity", "tag", "labels"],
    )?;
    let kind = match kind {
        // Label Studio lets one span have several labels; the first counts.
        Value::Array(labels) => labels.first()?.as_str()?,
        kind => kind.as_str()?,
    };
    Some(Span {
        start: first(object, &["start", "start_offset", "begin"])?.as_i64()?,
        end: first(object, &["end", "end_offset"])?.as_i64()?,
        kind: kind.to_owned(),
        text: object
            .get("text")
            .and_then(Value::as_str)
            .map(str::to_owned),
    })
}

/// The names of a dataset's tags, from its description or its rows' header.
pub(crate) fn feature_names(object: &Map<String, Value>) -> Option<Vec<String>> {
    let features = object.get("features")?;
    let list = |value: &Value| -> Option<Vec<String>> {
        let names = value.as_array()?.iter();
        names.map(|name| name.as_str().map(str::to_owned)).collect()
    };
    let names_of = |feature: &Value| {
        let places = [
            &feature["feature"]["names"],
            &feature["names"],
            &feature["type"]["feature"]["names"],
        ];
        places.into_iter().find_map(list)
    };
    match features {
        Value::Object(features) => TAGS.iter().find_map(|key| names_of(features.get(*key)?)),
        Value::Array(features) => features
            .iter()
            .filter(|own| {
                own["name"]
                    .as_str()
                    .is_some_and(|name| TAGS.contains(&name))
            })
            .find_map(names_of),
        _ => None,
    }
}

fn not_a_span(value: &Value) -> Problem {
    Problem::Record(format!(
        "the entity {}, which has no start, end and type",
        excerpt(&value.to_string())
    ))
}

fn unknown(value: &Value) -> Problem {
    match value {
        Value::Object(object) => unknown_object(object),
        other => Problem::Record(shown(other)),
    }
}

fn unknown_object(object: &Map<String, Value>) -> Problem {
    let names: Vec<&str> = object.keys().map(String::as_str).take(12).collect();
    Problem::Record(format!(
        "an object with the names {}",
        excerpt(&names.join(", "))
    ))
}

fn shown(value: &Value) -> String {
    match value {
        Value::Array(list) if list.is_empty() => "an empty list".into(),
        Value::Array(_) => "a list".into(),
        Value::Object(object) => format!("an object with {} names", object.len()),
        other => excerpt(&other.to_string()),
    }
}
