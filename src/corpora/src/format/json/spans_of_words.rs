//! Sentences of words that are given already, with entities as places of words.
//!
//! | written by | a record | the last word |
//! | --- | --- | --- |
//! | GLiNER | `{"tokenized_text", "ner": [[first, last, "type"]]}` | included |
//! | DyGIE++ | `{"sentences": [words], "ner": [[[first, last, "type"]]]}`, counted over the document | included |
//! | SpERT | `{"tokens", "entities": [{"start", "end", "type"}]}` | excluded |

use std::ops::Range;

use serde_json::{Map, Value};

use super::{Reader, TEXT, has, not_a_span, span, unknown_object};
use crate::Problem;
use crate::document::Span;
use crate::problem::Fault;

/// A sentence's words, and how its entities' places are to be read.
#[derive(Clone, Copy)]
struct Words<'a> {
    words: &'a [Value],
    /// The number of the first word.
    first: usize,
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
        let alone = |words, inclusive| Words {
            words,
            first: 0,
            inclusive,
        };
        if let (Some(words), Some(spans)) = (list("tokenized_text"), list("ner")) {
            self.start_if_new_document(record);
            self.words_with_spans(record, alone(words, true), spans, line)?;
        } else if let (Some(sentences), Some(ner)) = (list("sentences"), list("ner")) {
            self.document(record, sentences, ner, line)?;
        } else if let (Some(words), Some(spans)) = (list("tokens"), list("entities"))
            && !has(record, &TEXT)
        {
            self.start_if_new_document(record);
            self.words_with_spans(record, alone(words, false), spans, line)?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// Sentences whose words are counted from the document's start.
    fn document(
        &mut self,
        record: &Map<String, Value>,
        sentences: &[Value],
        ner: &[Value],
        line: usize,
    ) -> Result<(), Fault> {
        if sentences.len() != ner.len() {
            let (sentences, lists) = (sentences.len(), ner.len());
            return Err(Problem::Record(format!(
                "{sentences} sentences with {lists} lists of entities"
            ))
            .at(line));
        }
        self.rows.start_document();
        let mut first = 0;
        for (words, spans) in sentences.iter().zip(ner) {
            let (Some(words), Some(spans)) = (words.as_array(), spans.as_array()) else {
                return Err(unknown_object(record).at(line));
            };
            let own = Words {
                words,
                first,
                inclusive: true,
            };
            self.words_with_spans(record, own, spans, line)?;
            first += words.len();
        }
        Ok(())
    }

    fn words_with_spans(
        &mut self,
        record: &Map<String, Value>,
        own: Words<'_>,
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
        let labels = labels.map_err(|problem| problem.at(line))?;
        self.rows.start_numbered();
        self.spanned += 1;
        for (word, label) in own.words.iter().zip(labels) {
            self.word(record, word, &label, line)?;
        }
        Ok(())
    }
}

impl Words<'_> {
    /// The words of an entity, and its type.
    fn place(&self, value: &Value) -> Result<(Range<usize>, String), Problem> {
        let Span {
            start, end, kind, ..
        } = span(value).ok_or_else(|| not_a_span(value))?;
        let place = |at: i64| usize::try_from(at).map_err(|_| not_a_span(value));
        let (start, end) = (place(start)?, place(end)?);
        let outside = || Problem::WordSpan {
            start,
            end,
            first: self.first,
            words: self.words.len(),
        };
        let from = start.checked_sub(self.first).ok_or_else(outside)?;
        let to = end.checked_sub(self.first).ok_or_else(outside)?;
        let to = to
            .checked_add(usize::from(self.inclusive))
            .filter(|to| from < *to && *to <= self.words.len())
            .ok_or_else(outside)?;
        Ok((from..to, kind))
    }
}
