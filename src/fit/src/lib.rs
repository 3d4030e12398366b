//! Fits heads to features, and judges them.
//!
//! No files, no terminal, and threads only where the feature `parallel` says
//! so; the same code fits natively and in a browser's worker. What is fitted to
//! comes through [`Examples`]. [`Fit`] goes step by step: who calls it shows
//! progress, stops when asked to, and keeps the state that it goes on from.
//!
//! ```
//! use nerite::HeadConfig;
//! use nerite_fit::{Examples, Fit, FitError, Progress, Settings, Task};
//!
//! fn fitted(examples: impl Examples, head: HeadConfig) -> Result<Vec<u8>, FitError> {
//!     let train = (0..100).collect();
//!     let mut fit = Fit::new(Task { examples, train, validation: None, head }, Settings::study(0))?;
//!     while let Some(progress) = fit.step()? {
//!         if let Progress::Epoch { epoch, loss, .. } = progress {
//!             println!("epoch {epoch}: {loss}");
//!         }
//!     }
//!     Ok(fit.finish()?.file)
//! }
//! ```

mod adamw;
mod calibrate;
mod cross_validation;
mod dropout;
mod evaluation;
mod examples;
mod fitting;
#[cfg(feature = "corpora")]
mod judging;
mod losses;
mod lstm;
mod matrix;
mod network;
mod objective;
mod parameters;
#[cfg(any(test, not(feature = "gemm")))]
mod product;
mod random;
mod settings;
mod state;
mod threads;

use nerite::{FeatureError, HeadError, TagError};

pub use cross_validation::{CrossValidated, HeldOut, TypeScores, folds};
pub use evaluation::{
    Cached, Encoded, Judged, Labelled, Live, Predicted, Predictions, calibration_error, encode,
    judge, training,
};
pub use examples::{Examples, Gold, Sentence};
pub use fitting::{EpochScores, Fit, Fitted, Progress, Task, Validation, untrained};

#[cfg(feature = "corpora")]
pub use judging::{
    Mapping, Occasion, Subject, WHOLE, corpus_provenance, names_sha256, part_provenance,
    whole_split,
};
pub use objective::Objective;
pub use settings::{Model, Settings};
pub use state::fingerprint_of;

/// Why a head could not be fitted or judged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FitError {
    /// A setting is out of range.
    #[error("{0}")]
    Settings(String),
    /// The head's configuration does not fit itself.
    #[error(transparent)]
    Head(#[from] HeadError),
    /// The head to begin with is another one than the task asks for.
    #[error(
        "the head to begin with has another encoder, other layers, or another kind or size; \
         expected one that differs in its tags alone"
    )]
    Beginning,
    /// The head to begin with has no part that a new head could keep.
    #[error(
        "the head to begin with is linear and knows nothing but its own tags; expected an mlp or context head"
    )]
    NothingKnown,
    /// A sentence is in no part that was held back from a head.
    #[error("no fold of the cross-validation holds it back, so no head can be judged on it")]
    NotHeldBack,
    /// There is nothing to fit to.
    #[error("found no sentence to train on")]
    Empty,
    /// The loss became infinite or no number.
    #[error("the loss is not finite after step {0}; lower the learning rate")]
    Loss(usize),
    /// A parameter became infinite or no number.
    #[error("the head is not finite after epoch {0}; lower the learning rate")]
    Parameters(usize),
    /// Gold and predicted tags are too many together.
    #[error(transparent)]
    Tags(#[from] TagError),
    /// Head and corpus have no type in common.
    #[error(
        "the head finds {head}, the corpus has {corpus}: they share no type. A map says which are the \
         same, as in geo=LOC,per=PER"
    )]
    Types {
        /// What the head finds, separated by commas.
        head: String,
        /// What the corpus has, separated by commas.
        corpus: String,
    },
    /// Types cannot be mapped.
    #[cfg(feature = "corpora")]
    #[error(transparent)]
    Map(#[from] nerite_corpora::MapError),
    /// A sentence could not be judged.
    #[error("sentence {0}: {1}")]
    Sentence(usize, Box<FitError>),
    /// The encoder refused a sentence.
    #[error(transparent)]
    Features(#[from] FeatureError),
    /// The features of an example could not be read.
    #[error("{0:#}")]
    Examples(Box<dyn std::error::Error + Send + Sync>),
    /// The state could not be written.
    #[error(transparent)]
    State(#[from] safetensors::SafeTensorError),
}
