//! Sentences of words that are given already, with entities as places of words.
//!
//! | written by | a record | the last word |
//! | --- | --- | --- |
//! | GLiNER | `{"tokenized_text", "ner": [[first, last, "type"]]}` | included |
//! | DyGIE++ | `{"sentences": [words], "ner": [[[first, last, "type"]]]}`, counted over the document | included |
//! | SpERT | `{"tokens", "entities": [{"start", "end", "type"}]}` | excluded |

use std::ops::Range;

use serde_json::{Map, Value};

use super::{Reader, first, not_a_span, shown, unknown_object};
use crate::Problem;
use crate::problem::Fault;

/// A sentence's words, and what its entities' places count from.
struct Words<'a> {
    words: &'a [Value],
    before: usize,
    /// Whether an entity's last place is its last word's.
    inclusive: bool,
}

impl Reader {
    /// Reads a record of one of these kinds; whether it is one.
    pub(super) fn spans_of_words(
        &mut self,
        record: &Map<String, Value>,
        line: usize,
    ) -> Result<bool, Fault> {
        let list = |name: &str| record.get(name).and_then(Value::as_array);
        if let (Some(words), Some(spans)) = (list("tokenized_text"), list("ner")) {
            let words = Words {
                words,
                before: 0,
                inclusive: true,
            };
            self.words_with_spans(record, &words, spans, line)?;
            return Ok(true);
        }
        if let (Some(sentences), Some(ner)) = (list("sentences"), list("ner")) {
            if sentences.len() != ner.len() {
                let (words, tags) = (sentences.len(), ner.len());
                return Err(Problem::Record(format!(
                    "{words} sentences with {tags} lists of entities"
                ))
                .at(line));
            }
            self.rows.start_document();
            let mut before = 0;
            for (words, spans) in sentences.iter().zip(ner) {
                let (Some(words), Some(spans)) = (words.as_array(), spans.as_array()) else {
                    return Err(unknown_object(record).at(line));
                };
                let words = Words {
                    words,
                    before,
                    inclusive: true,
                };
                self.words_with_spans(record, &words, spans, line)?;
                before += words.words.len();
            }
            return Ok(true);
        }
        if let (Some(words), Some(spans)) = (list("tokens"), list("entities"))
            && !record.contains_key("text")
        {
            let words = Words {
                words,
                before: 0,
                inclusive: false,
            };
            self.words_with_spans(record, &words, spans, line)?;
            return Ok(true);
        }
        Ok(false)
    }

    fn words_with_spans(
        &mut self,
        record: &Map<String, Value>,
        own: &Words<'_>,
        spans: &[Value],
        line: usize,
    ) -> Result<(), Fault> {
        if own.words.is_empty() && spans.is_empty() {
            return Ok(());
        }
        let places = spans.iter().map(|value| own.place(value));
        let places = places.collect::<Result<Vec<_>, _>>();
        let places = places.map_err(|problem| problem.at(line))?;
        let labels = self.fates.labels(own.words.len(), places);
        self.rows.start_numbered();
        self.spanned += 1;
        for (word, label) in own.words.iter().zip(labels) {
            let word = word
                .as_str()
                .ok_or_else(|| unknown_object(record).at(line))?;
            let pushed = self.rows.push(word.trim_matches(' '), &label, line);
            pushed.map_err(|problem| problem.at(line))?;
        }
        Ok(())
    }
}

impl Words<'_> {
    /// The words of an entity, and its type.
    fn place(&self, value: &Value) -> Result<(Range<usize>, String), Problem> {
        let (start, end, kind) = match value {
            Value::Array(parts) => match parts.as_slice() {
                [start, end, kind, ..] => (start, end, kind),
                _ => return Err(not_a_span(value)),
            },
            Value::Object(object) => {
                let kind = first(object, &["type", "label"]);
                match (object.get("start"), object.get("end"), kind) {
                    (Some(start), Some(end), Some(kind)) => (start, end, kind),
                    _ => return Err(not_a_span(value)),
                }
            }
            other => return Err(Problem::Record(shown(other))),
        };
        let place = |value: &Value| value.as_u64().and_then(|at| usize::try_from(at).ok());
        let (Some(start), Some(end), Some(kind)) = (place(start), place(end), kind.as_str()) else {
            return Err(not_a_span(value));
        };
        let outside = || Problem::WordSpan {
            start,
            end,
            first: self.before,
            words: self.words.len(),
        };
        let from = start.checked_sub(self.before).ok_or_else(outside)?;
        let to = end.checked_sub(self.before).ok_or_else(outside)?;
        let to = to
            .checked_add(usize::from(self.inclusive))
            .filter(|to| from < *to && *to <= self.words.len())
            .ok_or_else(outside)?;
        Ok((from..to, kind.to_owned()))
    }
}
