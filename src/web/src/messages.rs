//! What the page's thread and the worker say to each other.

use serde::{Deserialize, Serialize};

/// To the worker.
#[derive(Serialize, Deserialize)]
pub(crate) enum Input {
    /// Load the bundle at this absolute URL; once.
    Load { url: String },
    /// Find the entities of a text with a head.
    Predict {
        request: u32,
        text: String,
        head: String,
    },
}

/// From the worker.
#[derive(Serialize, Deserialize)]
pub(crate) enum Output {
    /// Bytes loaded, of all files.
    Progress {
        loaded: f64,
        total: f64,
    },
    Loaded(Result<Bundle, String>),
    Predicted {
        request: u32,
        prediction: Result<Prediction, String>,
    },
}

/// What the page may know of a bundle.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Bundle {
    pub(crate) name: String,
    pub(crate) architecture: String,
    pub(crate) bytes: f64,
    pub(crate) backend: String,
    pub(crate) heads: Vec<BundleHead>,
    pub(crate) default_head: String,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct BundleHead {
    pub(crate) id: String,
    pub(crate) title: String,
}

/// Offsets are UTF-16 code units.
#[derive(Serialize, Deserialize)]
pub(crate) struct Prediction {
    pub(crate) tags: Vec<String>,
    pub(crate) milliseconds: f64,
    pub(crate) words: Vec<Word>,
    /// `[words.len(), tags.len()]`.
    pub(crate) probabilities: Vec<f32>,
    pub(crate) entities: Vec<Entity>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Word {
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// Index in `Prediction::tags`.
    pub(crate) tag: u32,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Entity {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) kind: String,
    pub(crate) score: f32,
    /// First word, and the one after the last.
    pub(crate) words: [u32; 2],
}
