//! What other programs write about a model that finds entities: figures, and
//! nothing from which they could be had again.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use super::{MAX_LABEL_BYTES, ReportError};
use crate::metrics::TokenReport;
use crate::tags::MAX_TAGS;

mod classification;
mod conlleval;
mod nervaluate;
mod trainer;

/// What wrote a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Program {
    /// scikit-learn's `classification_report` of the tags of words.
    ScikitLearn,
    /// seqeval's `classification_report` of entities.
    Seqeval,
    /// The `Trainer` of Hugging Face's Transformers, or the metric that it
    /// calls.
    Trainer,
    /// The script of the CoNLL tasks.
    Conlleval,
    /// nervaluate.
    Nervaluate,
}

/// A report of another program.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Foreign {
    /// Which.
    pub program: Program,
    /// The share of words with the right tag.
    pub accuracy: Option<f64>,
    /// The loss on what was judged, in the program's own unit.
    pub loss: Option<f64>,
    /// Figures of the tags of words.
    pub words: Option<TokenReport>,
    /// Figures of entities.
    pub entities: Option<ForeignEntities>,
}

/// Figures of entities, as a program counts them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ForeignEntities {
    /// Over all entities; nervaluate's are those of its scheme `strict`.
    #[serde(flatten)]
    pub all: ForeignScores,
    /// By type.
    pub by_type: BTreeMap<String, ForeignScores>,
    /// Other averages or schemes, by the program's own names.
    pub others: BTreeMap<String, ForeignScores>,
}

/// Figures, from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ForeignScores {
    /// Of what was predicted, the share that is right.
    pub precision: f64,
    /// Of what is right, the share that was predicted.
    pub recall: f64,
    /// The harmonic mean of precision and recall.
    pub f1: f64,
    /// The number of gold entities, where it is told.
    pub support: Option<f64>,
}

impl Foreign {
    /// Reads a report of any of these programs.
    ///
    /// # Errors
    ///
    /// The reason why it is none, or what is wrong with it.
    pub fn read(text: &str) -> Result<Self, ReportError> {
        let first = text.trim_start().chars().next();
        if !matches!(first, Some('{' | '[')) {
            if let Some(json) = classification::dictionary(text) {
                return classification::read(&json);
            }
            if let Some(found) = conlleval::read(text)? {
                return Ok(found);
            }
            return match nervaluate::read_text(text)? {
                Some(found) => Ok(found),
                None => refuse(
                    "found a text that is neither JSON nor what scikit-learn, seqeval, conlleval or nervaluate print",
                ),
            };
        }
        let value: Value = serde_json::from_str(text)?;
        if let Some(found) = nervaluate::read(&value)? {
            return Ok(found);
        }
        match &value {
            Value::Object(entries) if trainer::fits(entries) => trainer::read(entries),
            Value::Object(_) => classification::read(text),
            _ => refuse("found a list, expected an object, or nervaluate's list of results"),
        }
    }
}

fn refuse<T>(problem: &str) -> Result<T, ReportError> {
    Err(ReportError::Foreign(problem.to_owned()))
}

/// Refuses labels that no table could show.
fn labels_within<'a>(labels: impl Iterator<Item = &'a String>) -> Result<(), ReportError> {
    let mut labels = labels.enumerate();
    let wrong = labels.find(|(count, name)| *count >= MAX_TAGS || name.len() > MAX_LABEL_BYTES);
    match wrong {
        None => Ok(()),
        Some((count, _)) if count >= MAX_TAGS => {
            refuse(&format!("found more than {MAX_TAGS} labels"))
        }
        Some((_, name)) => {
            let (found, start) = (name.len(), name.chars().take(40).collect::<String>());
            refuse(&format!(
                "found a label of {found} bytes, expected at most {MAX_LABEL_BYTES}: {start}..."
            ))
        }
    }
}

/// A share of an object's, by its name; `None` if it has none.
fn share(entries: &Map<String, Value>, name: &str) -> Result<Option<f64>, ReportError> {
    let Some(value) = entries.get(name).filter(|value| !value.is_null()) else {
        return Ok(None);
    };
    match value.as_f64().filter(|own| (0.0..=1.0).contains(own)) {
        Some(share) => Ok(Some(share)),
        None => refuse(&format!(
            "{name:?}: found {}, expected a number from 0 to 1",
            excerpt(value)
        )),
    }
}

/// A count of an object's, by its name; `None` if it has none.
fn count(entries: &Map<String, Value>, name: &str) -> Option<f64> {
    let count = entries.get(name)?.as_f64();
    count.filter(|own| (0.0..=1e15).contains(own))
}

fn excerpt(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        other => other.to_string().chars().take(40).collect(),
    }
}

#[cfg(test)]
mod tests {
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn what_is_no_report_is_refused_with_the_reason() {
        let long = format!(
            "{{\"eval_precision\": 0.5, \"eval_recall\": 0.5, \"eval_f1\": 0.5, \"eval_{}_f1\": 0.5}}",
            "x".repeat(300)
        );
        for (text, reason) in [
            ("", "neither JSON nor"),
            ("<html>", "neither JSON nor"),
            ("[]", "found a list"),
            ("[{}]", "found a list"),
            ("{\"a\":", "EOF"),
            ("{}", "found neither \"accuracy\""),
            (
                "{\"accuracy\": 7}",
                "found 7, expected a number from 0 to 1",
            ),
            (&long, "found a label of 300 bytes"),
        ] {
            let message = Foreign::read(text).unwrap_err().to_string();
            assert!(message.contains(reason), "{text}: {message}");
        }
    }
    #[test]
    fn files_that_are_cut_off_do_no_harm() {
        let text = "precision recall f1-score support\n a b 0.5 0.5 0.5 2\n accuracy 0.5 2\n macro avg 0.5 0.5 0.5 2\n";
        let other = "processed 5 tokens with 4 phrases; found: 4 phrases; correct: 3.\naccuracy: 9%; precision: 9%; recall: 9%; FB1: 9\n";
        let json =
            "[{\"strict\": {\"precision\": 0.5, \"recall\": 0.5}, \"exact\": {}}, {\"x\": {}}]";
        let table = "Scenario: all\ncorrect incorrect partial missed spurious precision recall f1-score\nstrict 1 0 0 0 1 0.5 1 0.6\n";
        for own in [text, other, json, table] {
            for end in 0..=own.len() {
                Foreign::read(&own[..end]).ok();
                Foreign::read(&own[end..]).ok();
            }
        }
    }
}
