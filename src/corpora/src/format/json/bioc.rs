//! BioC's JSON: documents of passages, whose annotations' places count from the
//! document's start.
//!
//! Comeau et al., "BioC: a minimalist approach to interoperability for
//! biomedical text processing", 2013.

use serde_json::{Map, Value};

use super::{Reader, not_a_span, unknown};
use crate::Problem;
use crate::document::Span;
use crate::problem::Fault;

impl Reader {
    /// A document's passages, each with annotations or with sentences that have
    /// them.
    pub(super) fn bioc(&mut self, passages: &[Value], line: usize) -> Result<(), Fault> {
        self.rows.start_document();
        for passage in passages {
            let passage = passage
                .as_object()
                .ok_or_else(|| unknown(passage).at(line))?;
            match passage.get("sentences").and_then(Value::as_array) {
                Some(sentences) if !sentences.is_empty() => {
                    let own = passage.get("annotations").and_then(Value::as_array);
                    if own.is_some_and(|own| !own.is_empty()) {
                        let both = "annotations of a passage beside its sentences";
                        return Err(Problem::Record(both.into()).at(line));
                    }
                    for sentence in sentences {
                        let own = sentence.as_object();
                        let own = own.ok_or_else(|| unknown(sentence).at(line))?;
                        self.passage(own, line)?;
                    }
                }
                _ => self.passage(passage, line)?,
            }
        }
        Ok(())
    }

    fn passage(&mut self, passage: &Map<String, Value>, line: usize) -> Result<(), Fault> {
        let Some(text) = passage.get("text").and_then(Value::as_str) else {
            return Ok(());
        };
        let offset = passage.get("offset").and_then(Value::as_i64).unwrap_or(0);
        let annotations = passage.get("annotations").and_then(Value::as_array);
        let mut spans = Vec::new();
        for annotation in annotations.into_iter().flatten() {
            let Some(locations) = annotation["locations"].as_array() else {
                return Err(not_a_span(annotation).at(line));
            };
            let [location] = locations.as_slice() else {
                self.fates.leave_out_pieces();
                continue;
            };
            let read = || {
                let start = location["offset"].as_i64()?.checked_sub(offset)?;
                Some(Span {
                    start,
                    end: start.checked_add(location["length"].as_i64()?)?,
                    kind: annotation["infons"]["type"].as_str()?.to_owned(),
                    text: annotation["text"].as_str().map(str::to_owned),
                })
            };
            spans.push(read().ok_or_else(|| not_a_span(annotation).at(line))?);
        }
        self.spans(text, &spans, line)
    }
}
