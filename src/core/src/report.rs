//! Reports: one evaluation of one head on one split, as JSON.

use serde::{Deserialize, Serialize};

use crate::metrics::{EntityReport, TokenReport};

/// The `format` of a report.
pub const REPORT_FORMAT: &str = "nerite-report";
/// The `version` that this build writes and reads.
pub const REPORT_VERSION: u32 = 1;

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
    /// The training loss; empty for an untrained head.
    pub loss: Loss,
    /// Where it came from.
    pub provenance: Provenance,
}

/// Figures per entity in two modes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entities {
    /// Only `B-` begins an entity.
    pub strict: EntityReport,
    /// Broken runs are mended as conlleval mends them.
    pub lenient: EntityReport,
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorpusProvenance {
    /// How it was read: format, encoding, scheme.
    pub format: String,
    /// Of the decompressed file.
    pub sha256: String,
    /// All of them.
    pub sentences: u64,
    /// All of them.
    pub words: u64,
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
    /// `bert`, `distilbert` or `roberta`.
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
}

/// Why a report could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// It does not parse, or lacks a field.
    #[error("report: {0}")]
    Json(#[from] serde_json::Error),
    /// Another format or version.
    #[error("found {found:?} version {version}, expected {REPORT_FORMAT} version {REPORT_VERSION}")]
    Version {
        /// The `format` found.
        found: String,
        /// The `version` found.
        version: u32,
    },
}

impl Report {
    /// Reads a report.
    ///
    /// # Errors
    ///
    /// JSON that does not parse as a report of this version.
    pub fn from_json(json: &str) -> Result<Self, ReportError> {
        let report: Self = serde_json::from_str(json)?;
        if report.format != REPORT_FORMAT || report.version != REPORT_VERSION {
            return Err(ReportError::Version {
                found: report.format,
                version: report.version,
            });
        }
        Ok(report)
    }

    /// The report's file.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a report is plain data") + "\n"
    }
}
