//! A fit with a progress bar, and a file that a killed run goes on from.

use std::path::Path;

use anyhow::{Result, ensure};
use nerite::{HeadConfig, calibrate_entities, with_calibration};
use nerite_fit::{
    EpochScores, Examples, Fit, Fitted, HeldOut, Judged, Labelled, Progress, Settings, Task,
    Validation,
};

use crate::files;
use crate::progress;

/// A fit, but for what is fitted to.
pub(crate) struct Begun<'a> {
    pub(crate) settings: &'a Settings,
    /// The file of a head to begin with, if there is one.
    pub(crate) begin_with: Option<&'a [u8]>,
    /// The file for the state after every epoch; a run with the same
    /// fingerprint goes on from it, with the very result that the killed run
    /// would have had.
    pub(crate) checkpoint: &'a Path,
    pub(crate) fingerprint: &'a str,
}

impl Begun<'_> {
    /// Fits a head; `what` is what progress calls it.
    ///
    /// # Errors
    ///
    /// What [`Fit::new`], [`Fit::begin_with`] and [`Fit::step`] refuse, or a
    /// disk that fails.
    pub(crate) fn fit<E: Examples>(&self, what: &'static str, task: Task<E>) -> Result<Fitted> {
        let mut fit = self.begin(task)?;
        let (steps, epochs) = (fit.steps(), fit.epochs());
        if let Ok(state) = std::fs::read(self.checkpoint) {
            fit.resume(&state, self.fingerprint);
        }
        let bar = progress::bar(what, "steps", (steps * epochs) as u64);
        let done = fit.done();
        if done > 0 {
            let line = format!("Going on after {done} of {epochs} epochs of an earlier run.");
            bar.note(&line);
        }
        bar.reset_eta();
        bar.set_position((steps * done) as u64);
        while let Some(progress) = fit.step()? {
            bar.inc(1);
            if let Progress::Epoch {
                epoch,
                loss,
                sum,
                scores,
            } = progress
            {
                files::write_whole(self.checkpoint, &fit.state(self.fingerprint)?)?;
                let found = scores.map_or(String::new(), |scores| {
                    let EpochScores {
                        entity_f1,
                        macro_f1,
                        weighted_f1,
                    } = scores;
                    format!(
                        ", validation: entity F1 {entity_f1:.4}, macro F1 {macro_f1:.4}, \
                         weighted F1 {weighted_f1:.4}"
                    )
                });
                let line =
                    format!("epoch {epoch} of {epochs}: mean loss {loss:.4} (sum {sum:.2}){found}");
                bar.note(&line);
            }
        }
        bar.finish_and_clear();
        Ok(fit.finish()?)
    }

    fn begin<E: Examples>(&self, task: Task<E>) -> Result<Fit<E>> {
        let mut fit = Fit::new(task, self.settings.clone())?;
        if let Some(head) = self.begin_with {
            fit.begin_with(head)?;
        }
        Ok(fit)
    }

    /// Fits as many heads more as the settings say, each without some of the
    /// sentences `part`, has them judged on those, and calibrates the head
    /// that was fitted to all by what they say. `documents` has the document of
    /// each sentence: those of one are held back together. `None` if there is
    /// one fold only.
    ///
    /// # Errors
    ///
    /// As [`Begun::fit`].
    pub(crate) fn cross_validate<'a>(
        &self,
        fitted: &mut Fitted,
        (labelled, examples): (&'a impl Labelled, &impl Examples),
        head: &HeadConfig,
        (part, documents): (&[usize], &[usize]),
    ) -> Result<Option<Judged<'a>>> {
        let folds = nerite_fit::folds(documents, self.settings.folds);
        let count = folds.iter().max().map_or(0, |last| last + 1);
        if count < 2 {
            return Ok(None);
        }
        let mut held_out = HeldOut::default();
        let bar = progress::bar("cross-validating", "heads", count as u64);
        for fold in 0..count {
            let sentences = part.iter().zip(&folds);
            let (held, train): (Vec<_>, Vec<_>) = sentences.partition(|(_, own)| **own == fold);
            let [held, train] = [held, train].map(|part| {
                part.into_iter()
                    .map(|(&index, _)| index)
                    .collect::<Vec<_>>()
            });
            let mut fit = self.begin(Task {
                examples,
                train,
                validation: None,
                head: head.clone(),
            })?;
            while fit.step()?.is_some() {}
            held_out.add(fit.finish()?.file, examples, &held)?;
            bar.inc(1);
        }
        bar.finish_and_clear();
        let temperature = held_out.temperature();
        let judge = |entities| -> Result<Judged<'a>> {
            let predictions = held_out.predictions(temperature, entities, examples)?;
            Ok(nerite_fit::judge(labelled, part, &predictions)?)
        };
        let mut judged = judge(None)?;
        if self.settings.calibrate_entities {
            judged = judge(calibrate_entities(&judged.tags, &judged.sentences))?;
        }
        fitted.file = with_calibration(&fitted.file, temperature, judged.entity_calibration)?;
        Ok(Some(judged))
    }
}

/// A head that finds nothing is no head: whoever fits it should know why.
///
/// # Errors
///
/// One that found no entity of its validation part.
pub(crate) fn check(validation: &Validation, epochs: usize) -> Result<()> {
    if validation.entities == 0 {
        progress::warn(
            "the sentences to choose the epoch by hold no entity, so the first epoch is kept; \
             give others by --dev, or a larger share by --validation",
        );
        return Ok(());
    }
    ensure!(
        validation.entity_f1 > 0.0,
        "found an entity F1 of 0 on the {} entities of the validation part after every epoch, \
         expected a head that finds some: there may be too few sentences or steps (more --epochs, \
         a smaller --batch), or a learning rate that is too low",
        validation.entities
    );
    if validation.epoch == epochs && epochs > 1 {
        progress::warn(
            "the validation part's figures still rose in the last epoch; more --epochs may do better",
        );
    }
    Ok(())
}
