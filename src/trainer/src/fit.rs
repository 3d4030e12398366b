//! Fitting a linear head to cached features, as the reference study does:
//! cross-entropy, AdamW, a learning rate that falls linearly to 0, dropout.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use candle_core::{Device, Tensor, Var};
use nerite::{Head, HeadConfig, Loss, TagSet};
use rand::seq::SliceRandom;
use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Normal};
use safetensors::tensor::{SafeTensors, TensorView};
use serde::{Deserialize, Serialize};

use crate::corpus::Corpus;
use crate::features::Features;
use crate::files;
use crate::progress;

/// How a head is fitted. Check with [`Settings::check`].
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
}

impl Settings {
    /// Checks every number.
    ///
    /// # Errors
    ///
    /// Names the setting, what was found, and what was expected.
    pub fn check(&self) -> Result<()> {
        let Self {
            epochs,
            batch,
            learning_rate,
            weight_decay,
            dropout,
            ..
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
            (0.0..1.0).contains(&dropout),
            "found the dropout {dropout}, expected 0 to less than 1"
        );
        Ok(())
    }
}

/// What is fitted to what.
pub struct Task<'a> {
    /// The corpus, for its tags.
    pub corpus: &'a Corpus,
    /// Its features.
    pub features: &'a Features,
    /// Indices of the sentences to fit on.
    pub train: &'a [usize],
    /// What the head will say of itself.
    pub head: HeadConfig,
}

/// Streams of random numbers that must not be the same.
enum Stream {
    Initial,
    Epoch(usize),
}

/// A generator for one purpose: an epoch can be repeated without those before.
fn random(seed: u64, stream: Stream) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(match stream {
        Stream::Initial => 0,
        Stream::Epoch(epoch) => 1 + epoch as u64,
    });
    random
}

/// A head's numbers while it is fitted.
#[derive(Clone)]
struct Parameters {
    weight: Vec<f32>,
    bias: Vec<f32>,
}

impl Parameters {
    /// As transformers initializes a classification layer: normal with a
    /// standard deviation of 0.02, biases 0.
    fn initial(tags: usize, width: usize, seed: u64) -> Self {
        let normal = Normal::new(0.0, 0.02).expect("a positive deviation");
        let mut random = random(seed, Stream::Initial);
        Self {
            weight: (0..tags * width)
                .map(|_| normal.sample(&mut random) as f32)
                .collect(),
            bias: vec![0.0; tags],
        }
    }

    fn head(self, config: HeadConfig) -> Result<Head> {
        Ok(Head::linear(config, self.weight, self.bias)?)
    }
}

/// The untrained head that fitting begins with.
///
/// # Errors
///
/// A configuration that does not fit itself.
pub fn untrained(config: &HeadConfig, seed: u64) -> Result<Head> {
    let width = config.layers.len() * config.hidden;
    Parameters::initial(config.tags.len(), width, seed).head(config.clone())
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
) -> Result<(Head, Loss)> {
    settings.check()?;
    ensure!(!task.train.is_empty(), "found no sentence to train on");
    let tags = &task.head.tags;
    let width = task.features.width();
    let mut state = State::read(checkpoint, fingerprint, tags, width)
        .unwrap_or_else(|| State::begin(Parameters::initial(tags.len(), width, settings.seed)));
    let steps = task.train.len().div_ceil(settings.batch);
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
        let mut random = random(settings.seed, Stream::Epoch(epoch));
        let mut order = task.train.to_vec();
        order.shuffle(&mut random);
        let mut sum = 0.0;
        for (step, sentences) in order.chunks(settings.batch).enumerate() {
            let rate = 1.0 - (epoch * steps + step) as f64 / (settings.epochs * steps) as f64;
            let batch = Batch::gather(task, sentences, settings.dropout, &mut random);
            let loss = if batch.gold.is_empty() {
                0.0
            } else {
                state.step(&batch, width, settings, settings.learning_rate * rate)?
            };
            ensure!(
                loss.is_finite(),
                "the loss is not finite after step {}; lower the learning rate",
                epoch * steps + step + 1
            );
            state.loss.steps.push(loss);
            sum += f64::from(loss);
            bar.inc(1);
        }
        ensure!(
            state.parameters.weight.iter().all(|x| x.is_finite()),
            "the head is not finite after epoch {}; lower the learning rate",
            epoch + 1
        );
        state.loss.epochs.push(sum);
        state.write(checkpoint, fingerprint)?;
        progress::note(
            &bar,
            &format!(
                "epoch {} of {}: mean loss {:.4} (sum {sum:.2})",
                epoch + 1,
                settings.epochs,
                sum / steps as f64
            ),
        );
    }
    bar.finish_and_clear();
    Ok((state.parameters.head(task.head.clone())?, state.loss))
}

/// The words of a few sentences.
struct Batch {
    /// `[gold.len(), width]`, dropout applied.
    features: Vec<f32>,
    gold: Vec<u32>,
}

impl Batch {
    fn gather(task: &Task<'_>, sentences: &[usize], dropout: f64, random: &mut ChaCha8Rng) -> Self {
        let width = task.features.width();
        let mut batch = Self {
            features: Vec::new(),
            gold: Vec::new(),
        };
        let mut rows = Vec::new();
        for &sentence in sentences {
            rows.clear();
            task.features.append(sentence, &mut rows);
            let words = rows
                .chunks_exact(width)
                .zip(&task.corpus.sentences[sentence].tags);
            for ((row, &tag), &subwords) in words.zip(task.features.subwords(sentence)) {
                if subwords > 0 {
                    batch.features.extend_from_slice(row);
                    batch.gold.push(tag.into());
                }
            }
        }
        if dropout > 0.0 {
            let threshold = (dropout * f64::from(u32::MAX)) as u32;
            let scale = 1.0 / (1.0 - dropout as f32);
            for x in &mut batch.features {
                *x *= if random.next_u32() < threshold {
                    0.0
                } else {
                    scale
                };
            }
        }
        batch
    }
}

/// AdamW's moments of one tensor, its constants as PyTorch has them.
// candle-nn's AdamW keeps its moments to itself, so a run that uses it cannot
// be taken up again with the same result.
#[derive(Clone)]
struct Moments {
    first: Vec<f32>,
    second: Vec<f32>,
}

const BETA_1: f64 = 0.9;
const BETA_2: f64 = 0.999;
const EPSILON: f64 = 1e-8;

impl Moments {
    fn new(length: usize) -> Self {
        Self {
            first: vec![0.0; length],
            second: vec![0.0; length],
        }
    }

    /// Loshchilov and Hutter, "Decoupled Weight Decay Regularization",
    /// algorithm 2; `step` counts from 1.
    fn update(&mut self, values: &mut [f32], gradient: &[f32], rate: f64, decay: f64, step: usize) {
        let step = step as i32;
        let correct_1 = (1.0 / (1.0 - BETA_1.powi(step))) as f32;
        let correct_2 = (1.0 / (1.0 - BETA_2.powi(step))) as f32;
        let keep = (1.0 - rate * decay) as f32;
        let (beta_1, beta_2, rate) = (BETA_1 as f32, BETA_2 as f32, rate as f32);
        let moments = self.first.iter_mut().zip(&mut self.second);
        for ((value, &g), (m, v)) in values.iter_mut().zip(gradient).zip(moments) {
            *m = beta_1 * *m + (1.0 - beta_1) * g;
            *v = beta_2 * *v + (1.0 - beta_2) * g * g;
            *value = *value * keep
                - rate * (*m * correct_1) / ((*v * correct_2).sqrt() + EPSILON as f32);
        }
    }
}

/// All that a fit needs to go on.
struct State {
    parameters: Parameters,
    weight: Moments,
    bias: Moments,
    loss: Loss,
}

#[derive(Serialize, Deserialize)]
struct StateMetadata {
    fingerprint: String,
    loss: Loss,
}

impl State {
    fn begin(parameters: Parameters) -> Self {
        Self {
            weight: Moments::new(parameters.weight.len()),
            bias: Moments::new(parameters.bias.len()),
            parameters,
            loss: Loss::default(),
        }
    }

    /// One step of gradient descent; the mean loss per word before it.
    fn step(&mut self, batch: &Batch, width: usize, settings: &Settings, rate: f64) -> Result<f32> {
        let device = &Device::Cpu;
        let words = batch.gold.len();
        let tags = self.parameters.bias.len();
        let features = Tensor::from_slice(&batch.features, (words, width), device)?;
        let gold = Tensor::from_slice(&batch.gold, words, device)?;
        let weight = Var::from_slice(&self.parameters.weight, (tags, width), device)?;
        let bias = Var::from_slice(&self.parameters.bias, tags, device)?;
        let scores = features.matmul(&weight.t()?)?.broadcast_add(&bias)?;
        let loss = candle_nn::loss::cross_entropy(&scores, &gold)?;
        let gradients = loss.backward()?;
        let gradient = |of: &Var| -> Result<Vec<f32>> {
            let tensor = gradients
                .get(of)
                .context("the loss depends on every parameter")?;
            Ok(tensor.flatten_all()?.to_vec1()?)
        };
        let step = self.loss.steps.len() + 1;
        let decay = settings.weight_decay;
        self.weight.update(
            &mut self.parameters.weight,
            &gradient(&weight)?,
            rate,
            decay,
            step,
        );
        self.bias.update(
            &mut self.parameters.bias,
            &gradient(&bias)?,
            rate,
            decay,
            step,
        );
        Ok(loss.to_scalar()?)
    }

    fn tensors(&self) -> [(&'static str, &Vec<f32>); 6] {
        [
            ("weight", &self.parameters.weight),
            ("weight.first", &self.weight.first),
            ("weight.second", &self.weight.second),
            ("bias", &self.parameters.bias),
            ("bias.first", &self.bias.first),
            ("bias.second", &self.bias.second),
        ]
    }

    fn write(&self, path: &Path, fingerprint: &str) -> Result<()> {
        let bytes = self.tensors().map(|(name, values)| {
            let bytes: Vec<u8> = values.iter().flat_map(|x| x.to_le_bytes()).collect();
            (name, values.len(), bytes)
        });
        let mut views = Vec::new();
        for (name, length, bytes) in &bytes {
            views.push((
                *name,
                TensorView::new(safetensors::Dtype::F32, vec![*length], bytes)?,
            ));
        }
        let metadata = StateMetadata {
            fingerprint: fingerprint.into(),
            loss: self.loss.clone(),
        };
        let metadata = [("nerite".to_owned(), serde_json::to_string(&metadata)?)].into();
        files::write_whole(path, &safetensors::serialize(views, Some(metadata))?)
    }

    /// A state that a killed run left, if it was the same fit.
    fn read(path: &Path, fingerprint: &str, tags: &TagSet, width: usize) -> Option<Self> {
        let bytes = std::fs::read(path).ok()?;
        let (_, header) = SafeTensors::read_metadata(&bytes).ok()?;
        let metadata: StateMetadata =
            serde_json::from_str(header.metadata().as_ref()?.get("nerite")?).ok()?;
        if metadata.fingerprint != fingerprint {
            return None;
        }
        let file = SafeTensors::deserialize(&bytes).ok()?;
        let floats = |name: &str, length: usize| -> Option<Vec<f32>> {
            let data = file.tensor(name).ok()?.data();
            let four = |four: &[u8]| f32::from_le_bytes([four[0], four[1], four[2], four[3]]);
            (data.len() == length * 4).then(|| data.chunks_exact(4).map(four).collect())
        };
        let (weights, biases) = (tags.len() * width, tags.len());
        Some(Self {
            parameters: Parameters {
                weight: floats("weight", weights)?,
                bias: floats("bias", biases)?,
            },
            weight: Moments {
                first: floats("weight.first", weights)?,
                second: floats("weight.second", weights)?,
            },
            bias: Moments {
                first: floats("bias.first", biases)?,
                second: floats("bias.second", biases)?,
            },
            loss: metadata.loss,
        })
    }
}
