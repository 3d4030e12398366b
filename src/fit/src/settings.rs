//! How a head is built and fitted.

use nerite::{Decoder, HeadConfig, HeadKind, Lexicon, TagSet};
use serde::{Deserialize, Serialize};

use crate::{FitError, Objective};

/// Refuses settings under which the condition does not hold.
macro_rules! ensure {
    ($condition:expr, $($message:tt)*) => {
        if !$condition {
            return Err(FitError::Settings(format!($($message)*)));
        }
    };
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
    /// from those of words.
    #[serde(default, skip_serializing_if = "is_default")]
    pub calibrate_entities: bool,
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
            patience: 0,
            rare: 0,
            clip: 0.0,
            average: 0.0,
            calibrate_entities: false,
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
            patience: 0,
            rare: 1,
            clip: 1.0,
            average: 0.999,
            calibrate_entities: false,
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
        let batch = (sentences / 100).clamp(8, best.batch);
        let steps = sentences.div_ceil(batch).max(1);
        let epochs = STEPS.div_ceil(steps).clamp(best.epochs, 60);
        // The average reaches back over a tenth of all steps at most.
        let average = 1.0 - 10.0 / (epochs * steps) as f64;
        Self {
            batch,
            epochs,
            validation: if sentences < MANY / 8 { 0.15 } else { 0.1 },
            patience: epochs.div_ceil(3).max(4),
            average: (average.clamp(0.9, best.average) * 1e4).round() / 1e4,
            ..best
        }
    }

    /// Those for a hundred sentences rather than thousands: of the best head's
    /// kind and size, so that fitting can begin with one
    /// ([`Fit::begin_with`](crate::Fit::begin_with)), with more and smaller
    /// steps. No sentence is kept from fitting.
    pub fn small(seed: u64) -> Self {
        Self {
            epochs: 20,
            batch: 8,
            learning_rate: 2e-3,
            validation: 0.0,
            average: 0.99,
            rare: 0,
            ..Self::best(seed)
        }
    }

    /// Checks every number.
    ///
    /// # Errors
    ///
    /// Names the setting, what was found, and what was expected.
    pub fn check(&self) -> Result<(), FitError> {
        let Self {
            epochs,
            batch,
            learning_rate,
            weight_decay,
            dropout,
            seed: _,
            objective,
            model,
            inner_dropout,
            lexicon_dropout,
            validation,
            patience,
            rare,
            clip,
            average,
            calibrate_entities: _,
        } = *self;
        ensure!(
            (1..=1000).contains(&epochs),
            "found {epochs} epochs, expected 1 to 1000"
        );
        ensure!(
            (1..=65536).contains(&batch),
            "found a batch of {batch}, expected 1 to 65536 sentences"
        );
        ensure!(
            learning_rate.is_finite() && learning_rate > 0.0,
            "found the learning rate {learning_rate}, expected a positive number"
        );
        ensure!(
            (0.0..=1.0).contains(&weight_decay),
            "found the weight decay {weight_decay}, expected 0 to 1"
        );
        ensure!(
            objective == Objective::default() || !model.transitions,
            "found the loss {} with transitions, expected {}: theirs is that of whole sentences",
            objective.name(),
            Objective::default().name()
        );
        for (name, share) in [
            ("dropout", dropout),
            ("inner dropout", inner_dropout),
            ("lexicon dropout", lexicon_dropout),
            ("validation share", validation),
            ("share that the average keeps", average),
        ] {
            ensure!(
                (0.0..1.0).contains(&share),
                "found the {name} {share}, expected 0 to less than 1"
            );
        }
        ensure!(
            clip.is_finite() && clip >= 0.0,
            "found gradients clipped at {clip}, expected 0 or a positive number"
        );
        ensure!(
            patience == 0 || validation > 0.0,
            "found a patience of {patience} epochs without a validation share to tell which is better"
        );
        ensure!(
            rare <= 100,
            "found {rare} repetitions of sentences with rare tags, expected at most 100"
        );
        ensure!(
            inner_dropout == 0.0 || model.kind != HeadKind::Linear,
            "found the inner dropout {inner_dropout}, but a linear head has nothing inside"
        );
        ensure!(
            lexicon_dropout == 0.0 || model.lexicon.is_some(),
            "found the lexicon dropout {lexicon_dropout}, but the head has no word features"
        );
        // What no encoder and no tags could make right.
        let smallest = HeadConfig {
            kind: model.kind,
            tags: TagSet::new(["O"])?,
            layers: vec![0],
            hidden: 1,
            temperature: 1.0,
            encoder_sha256: String::new(),
            mix: false,
            lexicon: model.lexicon,
            projection: model.projection,
            units: model.units,
            transitions: model.transitions,
            decoder: model.decoder,
            pieces: None,
            entity_calibration: None,
        };
        smallest.tensors()?;
        Ok(())
    }
}
