//! Fitting heads to features: AdamW, a learning rate that falls
//! linearly to 0, dropout; the best epoch and the temperature by a part of the
//! train part that fitting does not see. The linear head is fitted as the
//! reference study does.

mod sampling;
mod step;

use nerite::{Evaluation, Head, HeadConfig, Loss, calibrate_entities, head_file, head_numbers};
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

use crate::evaluation::{Cached, Judged, Known, calibration_error, judge};
use crate::examples::Examples;
use crate::parameters::Parameters;
use crate::random::{Stream, random};
use crate::state::{Best, State};
use crate::{FitError, Settings, calibrate};
use sampling::{repeated, validation_part};
use step::take_step;

/// The tensors of a head's last layer, and of what its tags have to do with
/// each other: what it says of its own tags.
const LAST_LAYER: [&str; 5] = ["weight", "bias", "transitions", "start", "end"];

/// What is fitted to what.
pub struct Task<E> {
    /// Sentences with features and tags.
    pub examples: E,
    /// Numbers of the sentences to fit on.
    pub train: Vec<usize>,
    /// Numbers of the sentences to choose the epoch and the temperature by;
    /// `None` for the share of `train` that the settings say.
    pub validation: Option<Vec<usize>>,
    /// What the head will say of itself, but for its temperature.
    pub head: HeadConfig,
}

/// What fitting leads to.
pub struct Fitted {
    /// The head's file.
    pub file: Vec<u8>,
    /// The loss on the way.
    pub loss: Loss,
    /// What the validation part says, if there is one.
    pub validation: Option<Validation>,
}

/// What the validation part says of the chosen epoch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Validation {
    /// The epoch, counted from 1.
    pub epoch: usize,
    /// Entities of the part.
    #[serde(default)]
    pub entities: u64,
    /// Entity F1, strict.
    pub entity_f1: f64,
    /// Macro F1 over tags.
    pub macro_f1: f64,
    /// Weighted F1 over tags.
    pub weighted_f1: f64,
    /// The expected calibration error, at the temperature.
    pub calibration_error: f64,
    /// The temperature.
    pub temperature: f32,
}

/// How far a fit has come.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// A step is done.
    Step {
        /// The mean loss per word before it.
        loss: f32,
    },
    /// The last step of an epoch is done: a good time to keep the
    /// [`state`](Fit::state).
    Epoch {
        /// The epoch, counted from 1.
        epoch: usize,
        /// The mean loss of its steps.
        loss: f64,
        /// Their sum.
        sum: f64,
        /// What the validation part says, if there is one.
        scores: Option<EpochScores>,
    },
}

/// F1 on the validation part.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EpochScores {
    /// Over entities, strict.
    pub entity_f1: f64,
    /// Over tags, macro.
    pub macro_f1: f64,
    /// Over tags, weighted.
    pub weighted_f1: f64,
}

/// The untrained head that fitting begins with.
///
/// # Errors
///
/// A configuration that does not fit itself.
pub fn untrained(config: &HeadConfig, seed: u64) -> Result<Fitted, FitError> {
    let parameters = Parameters::initial(config, random(seed, Stream::Initial))?;
    Ok(Fitted {
        file: head_file(config, &parameters.values)?,
        loss: Loss::default(),
        validation: None,
    })
}

/// A head that is being fitted.
pub struct Fit<E> {
    task: Task<E>,
    settings: Settings,
    validation: Vec<usize>,
    /// The sentences of an epoch.
    all: Vec<usize>,
    /// The same in the order of the current epoch, and where its next step
    /// begins; empty before an epoch.
    order: Vec<usize>,
    at: usize,
    /// The sum of the current epoch's losses.
    sum: f64,
    state: State,
    learns: Learns,
}

/// What steps change.
#[derive(Clone, Copy, PartialEq)]
enum Learns {
    All,
    /// The tables of word features and vectors stay as another head has learnt
    /// them: a few sentences say little about most of their rows.
    AllButSpellings,
    LastLayer,
}

impl<E: Examples> Fit<E> {
    /// Begins a fit.
    ///
    /// # Errors
    ///
    /// Settings out of range, a configuration that does not fit itself, or no
    /// sentence.
    pub fn new(mut task: Task<E>, settings: Settings) -> Result<Self, FitError> {
        settings.check()?;
        settings.check_patience(task.validation.is_some())?;
        // Of another head, which would leave out what this one is to learn.
        task.head.entity_calibration = None;
        let (train, validation) = match &task.validation {
            Some(validation) => (task.train.clone(), validation.clone()),
            None => validation_part(&task.train, &settings),
        };
        if train.is_empty() {
            return Err(FitError::Empty);
        }
        let initial = random(settings.seed, Stream::Initial);
        let parameters = Parameters::initial(&task.head, initial)?;
        Ok(Self {
            all: repeated(&task.examples, &train, settings.rare),
            state: State::begin(parameters, settings.average > 0.0),
            task,
            settings,
            validation,
            order: Vec::new(),
            at: 0,
            sum: 0.0,
            learns: Learns::All,
        })
    }

    /// Begins with what another head has learnt, all but what it says of its
    /// own tags: a few sentences then need not teach anew what names look like.
    /// Its tables of word features and vectors stay as they are, and all of it
    /// where the settings say so.
    ///
    /// # Errors
    ///
    /// Bytes that are no head, or one that is not built alike.
    pub fn begin_with(&mut self, head: &[u8]) -> Result<(), FitError> {
        let (config, numbers) = head_numbers(head)?;
        let own = &self.task.head;
        let alike = HeadConfig {
            tags: own.tags.clone(),
            temperature: own.temperature,
            transitions: own.transitions,
            decoder: own.decoder,
            entity_calibration: own.entity_calibration,
            ..config.clone()
        };
        if alike != *own {
            return Err(FitError::Beginning);
        }
        for (tensor, values) in config.tensors()?.iter().zip(numbers) {
            if !LAST_LAYER.contains(&tensor.name) {
                let own = self.state.parameters.get_mut(tensor.name);
                own.copy_from_slice(&values);
            }
        }
        self.learns = if self.settings.last_layer {
            Learns::LastLayer
        } else {
            Learns::AllButSpellings
        };
        let parameters = self.state.parameters.clone();
        self.state = State::begin(parameters, self.settings.average > 0.0);
        Ok(())
    }

    /// Goes on from the [`state`](Self::state) that an earlier run of the same
    /// fit left after an epoch, with the very result that it would have had;
    /// `false`, and nothing changes, if it was another fit.
    pub fn resume(&mut self, state: &[u8], fingerprint: &str) -> bool {
        match State::from_bytes(state, fingerprint, &self.task.head) {
            Some(state) => {
                (self.state, self.sum, self.at) = (state, 0.0, 0);
                self.order.clear();
                true
            }
            None => false,
        }
    }

    /// All that a later run needs to go on after the last whole epoch, under a
    /// name of this fit: another fit must not go on from it.
    ///
    /// # Errors
    ///
    /// None is known.
    pub fn state(&self, fingerprint: &str) -> Result<Vec<u8>, FitError> {
        self.state.to_bytes(fingerprint)
    }

    /// Steps in an epoch.
    pub fn steps(&self) -> usize {
        self.all.len().div_ceil(self.settings.batch)
    }

    /// Epochs at most.
    pub fn epochs(&self) -> usize {
        self.settings.epochs
    }

    /// Whole epochs that are done.
    pub fn done(&self) -> usize {
        self.state.loss.epochs.len()
    }

    /// Takes the next step; `None` if there is none left.
    ///
    /// # Errors
    ///
    /// A loss or a head that is not finite, or examples that cannot be read.
    pub fn step(&mut self) -> Result<Option<Progress>, FitError> {
        let epoch = self.done();
        if self.order.is_empty() {
            let best = self.state.best.as_ref().map_or(epoch, |best| best.epoch);
            let patience = self.settings.patience;
            let waited = patience > 0 && epoch - best.min(epoch) >= patience;
            if epoch >= self.settings.epochs || waited {
                return Ok(None);
            }
            self.order.clone_from(&self.all);
            let mut random = random(self.settings.seed, Stream::Epoch(epoch));
            self.order.shuffle(&mut random);
            (self.at, self.sum) = (0, 0.0);
        }
        let steps = self.steps();
        let step = epoch * steps + self.at / self.settings.batch;
        let rate = 1.0 - step as f64 / (self.settings.epochs * steps) as f64;
        let end = self.order.len().min(self.at + self.settings.batch);
        let sentences = &self.order[self.at..end];
        let loss = take_step(
            &self.task,
            &self.settings,
            &mut self.state,
            sentences,
            step,
            rate,
            self.learns,
        )?;
        if !loss.is_finite() {
            return Err(FitError::Loss(step + 1));
        }
        self.state.loss.steps.push(loss);
        self.sum += f64::from(loss);
        self.at = end;
        if end < self.order.len() {
            return Ok(Some(Progress::Step { loss }));
        }
        self.order.clear();
        self.end_epoch(epoch).map(Some)
    }

    /// Judges the epoch that was `epoch`th, counted from 0.
    fn end_epoch(&mut self, epoch: usize) -> Result<Progress, FitError> {
        if !self.state.parameters.is_finite() {
            return Err(FitError::Parameters(epoch + 1));
        }
        self.state.loss.epochs.push(self.sum);
        let mut scores = None;
        if !self.validation.is_empty() {
            let file = head_file(&self.task.head, &self.state.head().values)?;
            let found = self.validate(&Head::from_bytes(&file)?)?;
            let found = EpochScores {
                entity_f1: found.entity.strict.all.f1,
                macro_f1: found.token.averages.macro_avg.f1,
                weighted_f1: found.token.averages.weighted_avg.f1,
            };
            let score = found.entity_f1;
            let best = self.state.best.as_ref();
            if best.is_none_or(|best| score > best.score) {
                self.state.best = Some(Best {
                    parameters: self.state.head().clone(),
                    epoch: epoch + 1,
                    score,
                });
            }
            scores = Some(found);
        }
        Ok(Progress::Epoch {
            epoch: epoch + 1,
            loss: self.sum / self.steps() as f64,
            sum: self.sum,
            scores,
        })
    }

    fn validate(&self, head: &Head) -> Result<Evaluation, FitError> {
        self.judged(head, |judged| judged.evaluate_quickly())
    }

    /// What `look` says of the validation part.
    fn judged<T>(&self, head: &Head, look: impl FnOnce(&Judged<'_>) -> T) -> Result<T, FitError> {
        let predictions = Cached {
            head,
            decoder: head.decoder(None)?,
            examples: &self.task.examples,
        };
        let labelled = Known(&self.task.examples);
        let judged = judge(&labelled, &self.validation, &predictions)?;
        Ok(look(&judged))
    }

    /// The head as it is now: of the best epoch, calibrated, if there is a
    /// validation part.
    ///
    /// # Errors
    ///
    /// Examples that cannot be read.
    pub fn finish(self) -> Result<Fitted, FitError> {
        let config = &self.task.head;
        let Some(best) = &self.state.best else {
            return Ok(Fitted {
                file: head_file(config, &self.state.head().values)?,
                loss: self.state.loss,
                validation: None,
            });
        };
        let head = Head::from_bytes(&head_file(config, &best.parameters.values)?)?;
        let scored = calibrate::scored(&head, &self.task.examples, &self.validation)?;
        let temperature = calibrate::temperature(&[scored]);
        let config = HeadConfig {
            temperature,
            ..config.clone()
        };
        let mut config = config;
        let mut file = head_file(&config, &best.parameters.values)?;
        if self.settings.calibrate_entities {
            let head = Head::from_bytes(&file)?;
            let fit = |judged: &Judged<'_>| calibrate_entities(&judged.tags, &judged.sentences);
            config.entity_calibration = self.judged(&head, fit)?;
            file = head_file(&config, &best.parameters.values)?;
        }
        let found = self.validate(&Head::from_bytes(&file)?)?;
        let validation = Validation {
            epoch: best.epoch,
            entities: found.entity.strict.all.support,
            entity_f1: found.entity.strict.all.f1,
            macro_f1: found.token.averages.macro_avg.f1,
            weighted_f1: found.token.averages.weighted_avg.f1,
            calibration_error: calibration_error(&found.details),
            temperature,
        };
        Ok(Fitted {
            file,
            loss: self.state.loss,
            validation: Some(validation),
        })
    }
}

#[cfg(test)]
mod tests;
