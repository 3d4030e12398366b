//! How a head is built and fitted.

mod check;

use nerite::{Decoder, HeadConfig, HeadKind, Lexicon};
use serde::{Deserialize, Serialize};

use crate::{FitError, Objective};

/// Fewer sentences than this are all fitted to; cross-validation says how good
/// the head is.
const FEW: usize = 1000;

/// The share that the moving average keeps so that it reaches back over a tenth
/// of so many steps.
fn average_over(steps: usize) -> f64 {
    let share = 1.0 - 10.0 / steps as f64;
    (share.clamp(0.9, 0.999) * 1e4).round() / 1e4
}

/// How a head is fitted. Check with [`Settings::check`].
///
/// A report leaves out what is as in the reference study.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// Passes over the train part.
    pub epochs: usize,
    /// Sentences per step.
    pub batch: usize,
    /// The learning rate of the first step; falls linearly to 0.
    pub learning_rate: f64,
    /// AdamW's decoupled weight decay.
    pub weight_decay: f64,
    /// The share of features that a step does not see.
    pub dropout: f64,
    /// What initial weights, order and dropout come from.
    pub seed: u64,
    /// The loss, where no transitions are learnt.
    #[serde(default, skip_serializing_if = "is_default")]
    pub objective: Objective,
    /// What is built; a linear head in the study.
    #[serde(default, skip_serializing_if = "is_default")]
    pub model: Model,
    /// The share of the numbers around the context layer, or in an MLP's, that
    /// a step does not see.
    #[serde(default, skip_serializing_if = "is_default")]
    pub inner_dropout: f64,
    /// The share of a word's spelling features that a step does not see.
    #[serde(default, skip_serializing_if = "is_default")]
    pub lexicon_dropout: f64,
    /// The share of the train part that is kept from fitting, to choose the
    /// best epoch and to calibrate by; 0 for neither.
    #[serde(default, skip_serializing_if = "is_default")]
    pub validation: f64,
    /// So many further heads are fitted, each without one part of the train
    /// part, to calibrate the head of all of it and to say how good it is; 0
    /// for none. Only who calls [`Fit`](crate::Fit) can do that: see
    /// [`HeldOut`](crate::HeldOut).
    #[serde(default, skip_serializing_if = "is_default")]
    pub folds: usize,
    /// Epochs without a better one after which fitting stops; 0 for never.
    #[serde(default, skip_serializing_if = "is_default")]
    pub patience: usize,
    /// How often an epoch sees a sentence with a rare tag beyond the once that
    /// it sees the others.
    #[serde(default, skip_serializing_if = "is_default")]
    pub rare: usize,
    /// The greatest length of a step's gradient; 0 for no bound.
    #[serde(default, skip_serializing_if = "is_default")]
    pub clip: f64,
    /// The share of the averaged parameters that a step keeps: the head is the
    /// moving average of the steps' parameters; 0 for the last step's own.
    #[serde(default, skip_serializing_if = "is_default")]
    pub average: f64,
    /// Whether scores of entities are calibrated on the validation part, apart
    /// from those of words, which also gives a threshold below which they are
    /// left out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub calibrate_entities: bool,
    /// Whether all but the last layer and the transitions stays as in the head
    /// that is begun with ([`Fit::begin_with`](crate::Fit::begin_with)); of no
    /// meaning where none is.
    #[serde(default, skip_serializing_if = "is_default")]
    pub last_layer: bool,
}

/// What is built on the layers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// The kind of head.
    pub kind: HeadKind,
    /// Width of the projection; 0 in a linear head.
    pub projection: usize,
    /// Units of the LSTM in each direction; 0 without context.
    pub units: usize,
    /// The table of word features, if there is one.
    pub lexicon: Option<Lexicon>,
    /// Whether transitions are learnt.
    pub transitions: bool,
    /// How its scores are read.
    pub decoder: Decoder,
}

impl Model {
    /// The head `plain`, but built as this model.
    pub fn head(self, plain: HeadConfig) -> HeadConfig {
        HeadConfig {
            kind: self.kind,
            projection: self.projection,
            units: self.units,
            lexicon: self.lexicon,
            transitions: self.transitions,
            decoder: self.decoder,
            ..plain
        }
    }

    /// The same as a head of another kind. Widths that the kind does not have
    /// become 0, those that only it has are the best head's.
    pub fn of_kind(self, kind: HeadKind) -> Self {
        let usual = Settings::best(0).model;
        let width = |wanted: bool, own: usize, usual: usize| match (wanted, own) {
            (false, _) => 0,
            (true, 0) => usual,
            (true, own) => own,
        };
        Self {
            kind,
            projection: width(kind != HeadKind::Linear, self.projection, usual.projection),
            units: width(kind == HeadKind::Context, self.units, usual.units),
            ..self
        }
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Settings {
    /// Those of the reference study.
    pub fn study(seed: u64) -> Self {
        Self {
            epochs: 3,
            batch: 32,
            learning_rate: 1e-3,
            weight_decay: 0.01,
            dropout: 0.1,
            seed,
            objective: Objective::default(),
            model: Model::default(),
            inner_dropout: 0.0,
            lexicon_dropout: 0.0,
            validation: 0.0,
            folds: 0,
            patience: 0,
            rare: 0,
            clip: 0.0,
            average: 0.0,
            calibrate_entities: false,
            last_layer: false,
        }
    }

    /// Those of the best head, by validation parts: found with `nerite tune`,
    /// the average and the rare tags by training on the whole train part.
    pub fn best(seed: u64) -> Self {
        Self {
            epochs: 6,
            batch: 64,
            learning_rate: 2e-3,
            weight_decay: 0.01,
            dropout: 0.1,
            seed,
            objective: Objective::default(),
            model: Model {
                kind: HeadKind::Context,
                projection: 128,
                units: 96,
                lexicon: Some(Lexicon {
                    buckets: 1 << 15,
                    width: 64,
                }),
                transitions: true,
                decoder: Decoder::Rules,
            },
            inner_dropout: 0.3,
            lexicon_dropout: 0.1,
            validation: 0.05,
            folds: 0,
            patience: 0,
            rare: 1,
            clip: 1.0,
            average: 0.999,
            calibrate_entities: false,
            last_layer: false,
        }
    }

    /// Those of the best head for so many train sentences: what is few is seen
    /// more often and in smaller steps, so that a head has learnt something
    /// when the learning rate has fallen to 0, the moving average forgets where
    /// it began, and the part to choose by is not a handful of sentences.
    pub fn best_for(seed: u64, sentences: usize) -> Self {
        /// From so many sentences on, six epochs of large batches are enough.
        const MANY: usize = 8000;
        /// Steps that any head should get.
        const STEPS: usize = 1500;
        let best = Self::best(seed);
        if sentences >= MANY {
            return best;
        }
        if sentences < FEW {
            return Self::few(seed, sentences, 4, 1000);
        }
        let batch = (sentences / 100).clamp(8, best.batch);
        let steps = sentences.div_ceil(batch);
        let epochs = STEPS.div_ceil(steps).max(best.epochs);
        Self {
            batch,
            epochs,
            validation: 0.1,
            patience: epochs.div_ceil(3).max(4),
            average: average_over(epochs * steps),
            ..best
        }
    }

    /// The same for a head that begins with what `other` has learnt
    /// ([`Fit::begin_with`](crate::Fit::begin_with)): it is built alike, and
    /// has less to learn. `last_layer` says whether it is the last layer alone,
    /// which is better of fewer than some 30 sentences where `other` knows many
    /// texts: CrossNER's five corpora, mean F1 with 10 and 20 sentences, 0.383
    /// and 0.427 by the last layer of the general head, 0.281 and 0.318 by that
    /// of the best head, 0.345 and 0.396 by all of the best head (measured before
    /// the general head knew vectors of words).
    ///
    /// # Errors
    ///
    /// [`FitError::NothingKnown`] for a linear head.
    pub fn begun_with(
        seed: u64,
        sentences: usize,
        other: &HeadConfig,
        last_layer: bool,
    ) -> Result<Self, FitError> {
        if other.kind == HeadKind::Linear {
            return Err(FitError::NothingKnown);
        }
        let own = if last_layer {
            Self {
                lexicon_dropout: Self::best(seed).lexicon_dropout,
                learning_rate: 1e-2,
                last_layer: true,
                ..Self::few(seed, sentences, 2, 200)
            }
        } else if sentences < FEW {
            Self {
                // The table of spellings stays as it is.
                lexicon_dropout: Self::best(seed).lexicon_dropout,
                ..Self::few(seed, sentences, 2, 400)
            }
        } else {
            Self::best_for(seed, sentences)
        };
        Ok(Self {
            model: Model {
                kind: other.kind,
                projection: other.projection,
                units: other.units,
                lexicon: other.lexicon,
                ..own.model
            },
            lexicon_dropout: other.lexicon.map_or(0.0, |_| own.lexicon_dropout),
            ..own
        })
    }

    /// Those for fewer sentences than a validation part could be spared from:
    /// many small and long steps, and much of what a head sees hidden from it.
    /// Found on the validation parts of CrossNER, 100 and 200 sentences each
    /// (Liu et al., "CrossNER: Evaluating Cross-Domain Named Entity
    /// Recognition", 2021).
    fn few(seed: u64, sentences: usize, batch: usize, steps: usize) -> Self {
        let best = Self::best(seed);
        let in_epoch = sentences.div_ceil(batch).max(1);
        let epochs = steps.div_ceil(in_epoch).clamp(best.epochs, 60);
        Self {
            epochs,
            batch,
            learning_rate: 5e-3,
            dropout: 0.3,
            inner_dropout: 0.5,
            lexicon_dropout: 0.6,
            validation: 0.0,
            folds: 5,
            average: average_over(epochs.saturating_mul(in_epoch)),
            model: Model {
                // Few words are told apart well enough by a small table, which
                // takes an eighth of the time.
                lexicon: Some(Lexicon {
                    buckets: 1 << 12,
                    width: 64,
                }),
                ..best.model
            },
            ..best
        }
    }
}
