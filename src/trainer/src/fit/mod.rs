//! Fitting heads to cached features: AdamW, a learning rate that falls
//! linearly to 0, dropout; the best epoch and the temperature by a part of the
//! train part that fitting does not see. The linear head is fitted as the
//! reference study does.

mod adamw;
mod calibrate;
mod checkpoint;
mod losses;
mod lstm;
mod matrix;
mod network;
mod parameters;
mod settings;

use std::path::Path;

use anyhow::{Result, ensure};
use nerite::{Head, HeadConfig, Loss, Tag, head_file};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::corpus::Corpus;
use crate::evaluate::{calibration_error, evaluate_quickly};
use crate::features::Features;
use crate::progress;

use adamw::Step;
use checkpoint::{Best, State};
use network::{Dropout, Shard};
use parameters::Parameters;
pub use settings::{Model, Settings};

/// Sentences whose gradient one core computes at a time. Fixed, so that sums
/// do not depend on the number of cores.
const SHARD_SENTENCES: usize = 32;
/// A tag is rare if fewer than one in so many entities of the part has its
/// type.
const RARE: usize = 100;

/// What is fitted to what.
pub struct Task<'a> {
    /// The corpus, for its tags.
    pub corpus: &'a Corpus,
    /// Its features.
    pub features: &'a Features,
    /// Indices of the sentences to fit on.
    pub train: &'a [usize],
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

/// Streams of random numbers that must not be the same.
enum Stream {
    Initial,
    Validation,
    Epoch(usize),
    Shard { step: usize, shard: usize },
}

/// A generator for one purpose: an epoch can be repeated without those before.
fn random(seed: u64, stream: Stream) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(match stream {
        Stream::Initial => 0,
        Stream::Validation => 1,
        Stream::Epoch(epoch) => 2 + epoch as u64,
        Stream::Shard { step, shard } => 1 << 63 | (step as u64) << 16 | shard as u64,
    });
    random
}

/// The untrained head that fitting begins with.
///
/// # Errors
///
/// A configuration that does not fit itself.
pub fn untrained(config: &HeadConfig, seed: u64) -> Result<Fitted> {
    let parameters = Parameters::initial(config, random(seed, Stream::Initial))?;
    Ok(Fitted {
        file: head_file(config, &parameters.values)?,
        loss: Loss::default(),
        validation: None,
    })
}

/// The train part without its validation part, and that.
fn validation_part(train: &[usize], settings: &Settings) -> (Vec<usize>, Vec<usize>) {
    let mut order = train.to_vec();
    let count = (train.len() as f64 * settings.validation).round() as usize;
    if count == 0 {
        return (order, Vec::new());
    }
    // The same sentences for every seed: heads of other seeds are compared.
    order.shuffle(&mut random(0, Stream::Validation));
    let rest = order.split_off(count);
    (rest, order)
}

/// The sentences of an epoch: all, those with a rare tag more often.
fn repeated(task: &Task<'_>, train: &[usize], times: usize) -> Vec<usize> {
    let tags = &task.corpus.tags;
    let mut entities = vec![0usize; tags.len()];
    let tags_of = |sentence: usize| {
        task.corpus.sentences[sentence]
            .tags
            .iter()
            .map(|&tag| usize::from(tag))
    };
    for tag in train.iter().flat_map(|&sentence| tags_of(sentence)) {
        if matches!(tags.tag(tag), Tag::Begin(_)) {
            entities[tag] += 1;
        }
    }
    let all: usize = entities.iter().sum();
    let rare = |tag: usize| entities[tag] > 0 && entities[tag] * RARE < all;
    let mut epoch = train.to_vec();
    for &sentence in train {
        if tags_of(sentence).any(rare) {
            epoch.extend(std::iter::repeat_n(sentence, times));
        }
    }
    epoch
}

/// Fits a head. After every epoch the state goes to `checkpoint`; a run with
/// the same `fingerprint` goes on from it, with the very result that the
/// killed run would have had.
///
/// # Errors
///
/// A disk that fails, or a loss that is not finite.
pub fn fit(
    task: &Task<'_>,
    settings: &Settings,
    checkpoint: &Path,
    fingerprint: &str,
) -> Result<Fitted> {
    settings.check()?;
    let (train, validation) = validation_part(task.train, settings);
    ensure!(!train.is_empty(), "found no sentence to train on");
    let all = repeated(task, &train, settings.rare);
    let config = &task.head;
    let mut state = match State::read(checkpoint, fingerprint, config) {
        Some(state) => state,
        None => State::begin(
            Parameters::initial(config, random(settings.seed, Stream::Initial))?,
            settings.average > 0.0,
        ),
    };
    let steps = all.len().div_ceil(settings.batch);
    let bar = progress::bar("fitting", "steps", (steps * settings.epochs) as u64);
    let done = state.loss.epochs.len();
    if done > 0 {
        progress::note(
            &bar,
            &format!(
                "Going on after {done} of {} epochs of an earlier run.",
                settings.epochs
            ),
        );
    }
    bar.reset_eta();
    bar.set_position((steps * done) as u64);
    for epoch in done..settings.epochs {
        let best = state.best.as_ref().map_or(epoch, |best| best.epoch);
        if settings.patience > 0 && epoch - best.min(epoch) >= settings.patience {
            break;
        }
        let mut order = all.clone();
        order.shuffle(&mut random(settings.seed, Stream::Epoch(epoch)));
        let mut sum = 0.0;
        for (number, sentences) in order.chunks(settings.batch).enumerate() {
            let step = epoch * steps + number;
            let rate = 1.0 - step as f64 / (settings.epochs * steps) as f64;
            let loss = take_step(task, settings, &mut state, sentences, step, rate)?;
            ensure!(
                loss.is_finite(),
                "the loss is not finite after step {}; lower the learning rate",
                step + 1
            );
            state.loss.steps.push(loss);
            sum += f64::from(loss);
            bar.inc(1);
        }
        ensure!(
            state.parameters.is_finite(),
            "the head is not finite after epoch {}; lower the learning rate",
            epoch + 1
        );
        state.loss.epochs.push(sum);
        let mut found = String::new();
        if !validation.is_empty() {
            let head = Head::from_bytes(&head_file(config, &state.head().values)?)?;
            let decoder = head.decoder(None)?;
            let evaluation =
                evaluate_quickly(&head, decoder, task.corpus, task.features, &validation);
            let score = evaluation.entity.strict.all.f1;
            found = format!(
                ", validation: entity F1 {score:.4}, macro F1 {:.4}, weighted F1 {:.4}",
                evaluation.token.averages.macro_avg.f1, evaluation.token.averages.weighted_avg.f1
            );
            if state.best.as_ref().is_none_or(|best| score > best.score) {
                state.best = Some(Best {
                    parameters: state.head().clone(),
                    epoch: epoch + 1,
                    score,
                });
            }
        }
        state.write(checkpoint, fingerprint)?;
        progress::note(
            &bar,
            &format!(
                "epoch {} of {}: mean loss {:.4} (sum {sum:.2}){found}",
                epoch + 1,
                settings.epochs,
                sum / steps as f64
            ),
        );
    }
    bar.finish_and_clear();
    let Some(best) = &state.best else {
        return Ok(Fitted {
            file: head_file(config, &state.head().values)?,
            loss: state.loss,
            validation: None,
        });
    };
    let head = Head::from_bytes(&head_file(config, &best.parameters.values)?)?;
    let temperature = calibrate::temperature(&head, task.corpus, task.features, &validation);
    let config = HeadConfig {
        temperature,
        ..config.clone()
    };
    let file = head_file(&config, &best.parameters.values)?;
    let head = Head::from_bytes(&file)?;
    let found = evaluate_quickly(
        &head,
        head.decoder(None)?,
        task.corpus,
        task.features,
        &validation,
    );
    Ok(Fitted {
        file,
        loss: state.loss,
        validation: Some(Validation {
            epoch: best.epoch,
            entity_f1: found.entity.strict.all.f1,
            macro_f1: found.token.averages.macro_avg.f1,
            weighted_f1: found.token.averages.weighted_avg.f1,
            calibration_error: calibration_error(&found.details),
            temperature,
        }),
    })
}

/// One step of gradient descent; the mean loss per word before it.
fn take_step(
    task: &Task<'_>,
    settings: &Settings,
    state: &mut State,
    sentences: &[usize],
    step: usize,
    rate: f64,
) -> Result<f32> {
    let dropout = Dropout {
        input: settings.dropout,
        lexicon: settings.lexicon_dropout,
        inner: settings.inner_dropout,
    };
    let parameters = &state.parameters;
    let shards: Vec<(usize, f32, Parameters)> = sentences
        .par_chunks(SHARD_SENTENCES)
        .enumerate()
        .map(|(number, sentences)| {
            let shard = gather(task, sentences);
            let stream = Stream::Shard {
                step,
                shard: number,
            };
            let mut random = random(settings.seed, stream);
            let (loss, gradients) =
                network::gradients(&task.head, parameters, &shard, dropout, &mut random)?;
            Ok((shard.gold.len(), loss, gradients))
        })
        .collect::<Result<_>>()?;
    let words: usize = shards.iter().map(|(words, ..)| words).sum();
    if words == 0 {
        return Ok(0.0);
    }
    let mut loss = 0.0;
    let mut shards = shards.into_iter();
    let (_, first_loss, mut gradients) = shards.next().expect("a step has sentences");
    loss += first_loss;
    for (_, own, others) in shards {
        loss += own;
        gradients.add(&others);
    }
    let mut scale = 1.0 / words as f32;
    if settings.clip > 0.0 {
        let length = gradients.length() * scale;
        scale *= (settings.clip as f32 / length).min(1.0);
    }
    gradients.scale(scale);
    let step = Step {
        number: step + 1,
        rate: settings.learning_rate * rate,
        decay: settings.weight_decay,
    };
    state
        .moments
        .update(&mut state.parameters, &gradients, &step);
    if let Some(average) = &mut state.average {
        // The first steps count less than they would, as the parameters that
        // they begin with are of no use (as in TensorFlow's moving average).
        let known = (1 + step.number) as f64 / (10 + step.number) as f64;
        average.approach(&state.parameters, settings.average.min(known) as f32);
    }
    Ok(loss / words as f32)
}

/// The words of these sentences that have a subword. (Of a million words of
/// the study's corpus, a few dozen have none; a head in use sees them as words
/// without features, and they get O.)
fn gather(task: &Task<'_>, sentences: &[usize]) -> Shard {
    let width = task.features.width();
    let mut shard = Shard::default();
    let mut rows = Vec::new();
    for &index in sentences {
        let sentence = &task.corpus.sentences[index];
        rows.clear();
        task.features.append(index, &mut rows);
        let before = shard.gold.len();
        let words = rows
            .chunks_exact(width)
            .zip(&sentence.words)
            .zip(&sentence.tags);
        for (((row, word), &tag), &subwords) in words.zip(task.features.subwords(index)) {
            if subwords > 0 {
                shard.features.extend_from_slice(row);
                shard.gold.push(tag.into());
                shard
                    .lexicon
                    .extend(task.head.lexicon.map(|lexicon| lexicon.rows(word)));
            }
        }
        shard.lengths.push(shard.gold.len() - before);
    }
    shard
}

#[cfg(test)]
mod tests;
