//! Reports: one evaluation of one head on one split, as JSON.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::metrics::TokenReport;

mod breakdown;
mod errors;
mod evaluation;
mod foreign;
mod outcomes;
mod redaction;
mod sample;

pub use breakdown::{Breakdown, TypeBreakdown};
pub use errors::{ErrorKind, Errors, SentenceErrors};
pub use evaluation::{
    CompareError, Context, Details, Entities, Evaluation, JudgedSentence, Repeated,
    calibrate_entities,
};
pub use foreign::{Foreign, ForeignEntities, ForeignScores, Program};
pub use outcomes::{Outcome, Outcomes, OutcomesError};
pub use redaction::{REDACTION_FORMAT, REDACTION_VERSION, RedactionReport};
pub use sample::{Judged, SAMPLE_FORMAT, SAMPLE_VERSION, Sample, SampleSentence};

/// The `format` of a report.
pub const REPORT_FORMAT: &str = "nerite-report";
/// The `version` that this build writes and reads.
pub const REPORT_VERSION: u32 = 2;

/// The longest label, in bytes; tags of ours have at most 100.
const MAX_LABEL_BYTES: usize = 200;
/// The longest title, name or note, and the longest command, in bytes.
const MAX_TEXT_BYTES: usize = 1000;
const MAX_COMMAND_BYTES: usize = 1 << 16;
/// Fields that hold numbers as text, which are checked as such.
const PACKED: [&str; 4] = ["lengths", "gold", "wrong", "without_subword"];

/// An evaluation and where it came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Always [`REPORT_FORMAT`].
    pub format: String,
    /// Always [`REPORT_VERSION`].
    pub version: u32,
    /// What a reader should call it.
    pub title: String,
    /// `base` (untrained head) or `fine-tuned`.
    pub stage: String,
    /// scikit-learn's classification report over the words that have a subword.
    pub token: TokenReport,
    /// Figures per entity.
    pub entity: Entities,
    /// Words of the test part.
    pub words: Words,
    /// Confusion, calibration, intervals, buckets and outcomes.
    #[serde(flatten)]
    pub details: Details,
    /// The training loss; empty for an untrained head.
    pub loss: Loss,
    /// Where it came from.
    pub provenance: Provenance,
}

/// How many words were judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// Words with at least one subword: the ones that `token` counts.
    pub judged: u64,
    /// Words of which the vocabulary drops every character. They get `O`;
    /// `token` leaves them out, as the reference study does.
    pub without_subword: u64,
}

/// Cross-entropy in nats per word, averaged over a batch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Loss {
    /// After every step.
    pub steps: Vec<f32>,
    /// The sum over each epoch's steps, as the reference study gives it.
    pub epochs: Vec<f64>,
}

/// Where a report came from: enough to make it again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// The corpus.
    pub corpus: CorpusProvenance,
    /// The split, and its two parts.
    pub split: SplitProvenance,
    /// The encoder.
    pub encoder: EncoderProvenance,
    /// The head.
    pub head: HeadProvenance,
    /// Every setting of the fit, by the name of its flag.
    pub settings: serde_json::Value,
    /// Nerite's version.
    pub nerite: String,
    /// Operating system, architecture, cores and instruction set.
    pub machine: String,
    /// Wall-clock seconds of fitting and evaluating the head.
    pub seconds: f64,
    /// The command that makes it again.
    pub command: String,
}

/// A corpus by its contents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CorpusProvenance {
    /// How it was read: format, encoding, scheme.
    pub format: String,
    /// Of the decompressed file.
    pub sha256: String,
    /// All of them.
    pub sentences: u64,
    /// All of them.
    pub words: u64,
    /// The files, where there are several or where one was not used as it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<SourceProvenance>,
}

/// A file of several, and what was done with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SourceProvenance {
    /// Its name, without the folder.
    pub file: String,
    /// How it was read: format, encoding, scheme.
    pub format: String,
    /// Of the decompressed file.
    pub sha256: String,
    /// Which of its types were read as which, as in `geo=LOC,per=PER`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub map: Option<String>,
    /// The types that it labels, after the map; of others, nothing follows
    /// from its `O`.
    pub labels: Vec<String>,
    /// The share of its train part that was used, ...
    pub share: f64,
    /// ... of which at most so many sentences.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<u64>,
    /// What it was for: `train`, `validation`, `test`, or a split.
    pub split: String,
    /// Sentences that were fitted to.
    pub train: u64,
    /// Sentences that were judged on.
    pub test: u64,
}

/// A split by its contents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SplitProvenance {
    /// As given on the command line.
    pub name: String,
    /// The part that the head was fitted on.
    pub train: PartProvenance,
    /// The part that the report is about.
    pub test: PartProvenance,
}

/// One part of a split.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartProvenance {
    /// How many.
    pub sentences: u64,
    /// Of their names, in order, each followed by a newline.
    pub sha256: String,
}

/// An encoder by its contents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EncoderProvenance {
    /// As given on the command line.
    pub name: String,
    /// The name of its [`Architecture`](crate::Architecture).
    pub architecture: String,
    /// Of the quantized encoder.
    pub sha256: String,
}

/// A head by its contents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadProvenance {
    /// `linear`, ...
    pub kind: String,
    /// The layers whose hidden states it reads.
    pub layers: Vec<usize>,
    /// Of the head's file.
    pub sha256: String,
    /// Of the file of the head that fitting began with, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun_with: Option<String>,
}

/// Why a report could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// It does not parse, or lacks a field.
    #[error("report: {0}")]
    Json(serde_json::Error),
    /// What is stored of the sentences is damaged.
    #[error("report: {0}")]
    Outcomes(OutcomesError),
    /// A figure does not follow from the outcomes.
    #[error("report: {path}: found {found}, expected {expected} by the report's own outcomes")]
    Differs {
        /// Where.
        path: String,
        /// What is stored.
        found: String,
        /// What follows from the outcomes.
        expected: String,
    },
    /// A text is longer than any that is to be read.
    #[error("report: found {what}, of {found} bytes, expected at most {most}")]
    Text {
        /// The text.
        what: String,
        /// Its bytes.
        found: usize,
        /// The most that there may be.
        most: usize,
    },
    /// A sample is damaged.
    #[error("sample: {0}")]
    Sample(String),
    /// It is no classification report.
    #[error("classification report: {0}")]
    Classification(String),
    /// It is no report of another program either.
    #[error("{0}")]
    Foreign(String),
    /// A report on a redaction does not add up.
    #[error("redaction report: {0}")]
    Redaction(String),
    /// Another format or version.
    #[error("found {found:?} version {version}, expected {REPORT_FORMAT} version {REPORT_VERSION}")]
    Version {
        /// The `format` found.
        found: String,
        /// The `version` found.
        version: u32,
    },
}

// Not by `#[from]`: the message already contains the source.
impl From<serde_json::Error> for ReportError {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error)
    }
}

impl From<OutcomesError> for ReportError {
    fn from(error: OutcomesError) -> Self {
        Self::Outcomes(error)
    }
}

impl Report {
    /// Reads a report.
    ///
    /// # Errors
    ///
    /// JSON that does not parse as a report of this version.
    pub fn from_json(json: &str) -> Result<Self, ReportError> {
        #[derive(Deserialize)]
        struct Header {
            format: String,
            version: u32,
        }
        let Header { format, version } = serde_json::from_str(json)?;
        if format != REPORT_FORMAT || version != REPORT_VERSION {
            let found = format;
            return Err(ReportError::Version { found, version });
        }
        check_texts("report", &serde_json::from_str(json)?)?;
        Ok(serde_json::from_str(json)?)
    }

    /// Computes what follows from the outcomes again: figures per word and per
    /// entity, headlines, confusion, and the number of words.
    ///
    /// # Errors
    ///
    /// Outcomes that cannot be read, or a stored figure that differs.
    pub fn check(&self) -> Result<(), ReportError> {
        let outcomes = self.details.outcomes.read()?;
        let sentences: Vec<JudgedSentence<'_>> = outcomes
            .into_iter()
            .map(|own| JudgedSentence {
                words: vec![""; own.gold.len()],
                gold: own.gold,
                predicted: own.predicted,
                confidences: Vec::new(),
                without_subword: own.without_subword,
            })
            .collect();
        let context = Context {
            training: None,
            seed: self.details.intervals.seed,
            resamples: 0,
            entity_calibration: None,
        };
        let again = Evaluation::of(&self.details.outcomes.tags, &sentences, &context);
        let stored = &self.details.figures;
        for (name, found, expected) in [
            (
                "figures",
                json(stored),
                json(&again.details.figures.known_to(stored)),
            ),
            ("token", json(&self.token), json(&again.token)),
            ("entity", json(&self.entity), json(&again.entity)),
            ("words", json(&self.words), json(&again.words)),
            (
                "confusion",
                json(&self.details.confusion),
                json(&again.details.confusion),
            ),
        ] {
            differ(name, &found, &expected)?;
        }
        Ok(())
    }

    /// The report's file.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a report is plain data") + "\n"
    }
}

/// Refuses labels and texts that no table or chart could show: a page that
/// tries is kept busy by them.
fn check_texts(name: &str, value: &Value) -> Result<(), ReportError> {
    let within = |what: &str, text: &str, most: usize| {
        if text.len() <= most {
            return Ok(());
        }
        Err(ReportError::Text {
            what: format!(
                "{what} beginning with {:?}",
                text.chars().take(40).collect::<String>()
            ),
            found: text.len(),
            most,
        })
    };
    match value {
        Value::Object(fields) => fields.iter().try_for_each(|(key, value)| {
            within("a label", key, MAX_LABEL_BYTES)?;
            check_texts(key, value)
        }),
        Value::Array(values) => values.iter().try_for_each(|value| check_texts(name, value)),
        Value::String(_) if PACKED.contains(&name) => Ok(()),
        Value::String(text) if name == "command" => within(name, text, MAX_COMMAND_BYTES),
        Value::String(text) => within(name, text, MAX_TEXT_BYTES),
        _ => Ok(()),
    }
}

fn json(part: &impl Serialize) -> Value {
    serde_json::to_value(part).expect("a report is plain data")
}

/// Equal keys and texts, and numbers equal to 1e-9.
fn differ(path: &str, found: &Value, expected: &Value) -> Result<(), ReportError> {
    let equal = match (found, expected) {
        (Value::Object(own), Value::Object(other)) => {
            for key in own.keys().chain(other.keys()) {
                let [own, other] = [own, other].map(|map| map.get(key).unwrap_or(&Value::Null));
                differ(&format!("{path}.{key}"), own, other)?;
            }
            true
        }
        (Value::Number(own), Value::Number(other)) => {
            let [own, other] = [own, other].map(|number| number.as_f64().unwrap_or(f64::NAN));
            (own - other).abs() < 1e-9
        }
        _ => found == expected,
    };
    if equal {
        return Ok(());
    }
    Err(ReportError::Differs {
        path: path.to_owned(),
        found: found.to_string(),
        expected: expected.to_string(),
    })
}

#[cfg(test)]
mod tests;
