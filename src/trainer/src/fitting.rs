//! A fit with a progress bar, and a file that a killed run goes on from.

use std::path::Path;

use anyhow::{Result, ensure};
use nerite_fit::{EpochScores, Examples, Fit, Fitted, Progress, Settings, Task, Validation};

use crate::files;
use crate::progress;

/// Fits a head. After every epoch the state goes to `checkpoint`; a run with
/// the same `fingerprint` goes on from it, with the very result that the
/// killed run would have had.
///
/// # Errors
///
/// What [`Fit::new`] and [`Fit::step`] refuse, or a disk that fails.
pub(crate) fn fit<E: Examples>(
    task: Task<E>,
    settings: &Settings,
    checkpoint: &Path,
    fingerprint: &str,
) -> Result<Fitted> {
    let mut fit = Fit::new(task, settings.clone())?;
    let (steps, epochs) = (fit.steps(), fit.epochs());
    if let Ok(state) = std::fs::read(checkpoint) {
        fit.resume(&state, fingerprint);
    }
    let bar = progress::bar("fitting", "steps", (steps * epochs) as u64);
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
            files::write_whole(checkpoint, &fit.state(fingerprint)?)?;
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
