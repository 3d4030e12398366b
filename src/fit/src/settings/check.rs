//! Which settings can be fitted with.

use nerite::{HeadConfig, HeadKind, TagSet};

use super::Settings;
use crate::{FitError, Objective};

/// Refuses settings under which the condition does not hold.
macro_rules! ensure {
    ($condition:expr, $($message:tt)*) => {
        if !$condition {
            return Err(FitError::Settings(format!($($message)*)));
        }
    };
}

impl Settings {
    /// Fails if epochs are to be waited for that nothing tells apart: `given`
    /// says whether there is a validation part beside the share that is kept.
    ///
    /// # Errors
    ///
    /// A patience without a validation part.
    pub fn check_patience(&self, given: bool) -> Result<(), FitError> {
        ensure!(
            self.patience == 0 || given || self.validation > 0.0,
            "found a patience of {} epochs without a validation share, or a part that is given, to \
             tell which is better",
            self.patience
        );
        Ok(())
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
            folds,
            patience: _,
            rare,
            clip,
            average,
            calibrate_entities: _,
            last_layer: _,
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
            "found the loss {} with learnt transitions, which have a loss of their own; expected {}",
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
            folds != 1 && folds <= 100,
            "found {folds} folds, expected 0 or 2 to 100"
        );
        ensure!(
            folds == 0 || validation == 0.0,
            "found {folds} folds and a validation share of {validation}, expected one of them"
        );
        ensure!(
            rare <= 100,
            "found {rare} repetitions of sentences with rare tags, expected at most 100"
        );
        ensure!(
            inner_dropout == 0.0 || model.kind != HeadKind::Linear,
            "found the inner dropout {inner_dropout}, but a linear head has no hidden layer"
        );
        ensure!(
            lexicon_dropout == 0.0 || model.lexicon.is_some(),
            "found the lexicon dropout {lexicon_dropout}, but the head has no word features"
        );
        // What no encoder and no tags could make right.
        let smallest = HeadConfig::linear(TagSet::new(["O"])?, vec![0], 1, "");
        model.head(smallest).tensors()?;
        Ok(())
    }
}
