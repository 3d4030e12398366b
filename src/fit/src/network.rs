//! A head's network over a few sentences, forward and backward: what
//! `nerite::Head` computes, with dropout, and the gradients of its loss.

use nerite::{HeadConfig, HeadError, HeadKind, LEXICON_ROWS, Transitions};
use rand_chacha::ChaCha8Rng;

use crate::dropout::{Dropout, Mask};
use crate::losses::{self, Known};
use crate::lstm::{Lstm, Packing, Weights};
use crate::matrix::{Matrix, add_product, add_rows, repeated};
use crate::objective::Objective;
use crate::parameters::Parameters;

/// As in `nerite::Head`.
const NORM_EPSILON: f32 = 1e-5;

/// The words of a few sentences.
#[derive(Default)]
pub(crate) struct Shard {
    /// Words per sentence.
    pub(crate) lengths: Vec<usize>,
    /// `[words, layers * hidden]`.
    pub(crate) features: Vec<f32>,
    /// The rows of the table of word features that stand for each word; empty
    /// if the head has none.
    pub(crate) lexicon: Vec<[usize; LEXICON_ROWS]>,
    /// The rows of the table of vectors that stand for each word, `[words,
    /// parts]`; empty if the head has none.
    pub(crate) vectors: Vec<usize>,
    /// The tag of each word; where several may be right, the first of them.
    pub(crate) gold: Vec<u32>,
    /// The tags that may be right, `[words, tags]`; empty where all are known.
    pub(crate) allowed: Vec<bool>,
}

impl Shard {
    /// What is known of the words from `start` on.
    fn known(&self, start: usize, length: usize) -> Known<'_> {
        if self.allowed.is_empty() {
            return Known::Tags(&self.gold[start..start + length]);
        }
        let tags = self.allowed.len() / self.gold.len();
        let allowed = &self.allowed[start * tags..][..length * tags];
        let single = |row: &[bool]| row.iter().filter(|allowed| **allowed).count() == 1;
        if allowed.chunks_exact(tags).all(single) {
            Known::Tags(&self.gold[start..start + length])
        } else {
            Known::Allowed(allowed)
        }
    }
}

/// A table beside the encoder's features, and the rows of it that stand for
/// each word of a shard.
struct Beside<'a> {
    name: &'static str,
    /// `[words, per_word]`.
    rows: &'a [usize],
    per_word: usize,
    mask: Mask,
}

impl<'a> Beside<'a> {
    /// The tables that a head has.
    fn new(shard: &'a Shard, words: usize, share: f64, random: &mut ChaCha8Rng) -> Vec<Self> {
        [
            ("lexicon", shard.lexicon.as_flattened()),
            ("vectors", shard.vectors.as_slice()),
        ]
        .into_iter()
        .filter(|(_, rows)| !rows.is_empty())
        .map(|(name, rows)| Self {
            name,
            rows,
            per_word: rows.len() / words,
            mask: Mask::draw(rows.len(), share, random),
        })
        .collect()
    }

    /// A word's rows, each with the factor that its mask gives it.
    fn of(&self, word: usize) -> impl Iterator<Item = (usize, f32)> {
        let numbers = word * self.per_word..(word + 1) * self.per_word;
        numbers.map(|number| (self.rows[number], self.mask.factor(number)))
    }

    fn add_sum(&self, table: &[f32], word: usize, sum: &mut [f32]) {
        for (row, factor) in self.of(word) {
            let values = &table[row * sum.len()..][..sum.len()];
            for (sum, value) in sum.iter_mut().zip(values) {
                *sum += factor * value;
            }
        }
    }

    fn add_gradient(&self, gradient: &mut [f32], word: usize, back: &[f32]) {
        for (row, factor) in self.of(word) {
            let values = &mut gradient[row * back.len()..][..back.len()];
            for (value, back) in values.iter_mut().zip(back) {
                *value += factor * back;
            }
        }
    }
}

/// The loss summed over the words of `shard`, and its gradients; with
/// `last_layer`, only those of the last layer and the transitions, all others 0.
///
/// # Errors
///
/// A configuration that does not fit itself.
pub(crate) fn gradients(
    config: &HeadConfig,
    parameters: &Parameters,
    shard: &Shard,
    objective: Objective,
    dropout: Dropout,
    last_layer: bool,
    random: &mut ChaCha8Rng,
) -> Result<(f32, Parameters), HeadError> {
    let mut gradients = Parameters::zeros(config)?;
    let words = shard.gold.len();
    if words == 0 {
        return Ok((0.0, gradients));
    }
    let tags = config.tags.len();

    // The layers, joined.
    let mut joined = if config.mix {
        mixed(parameters.get("mix"), config.hidden, &shard.features)
    } else {
        shard.features.clone()
    };
    let joined_mask = Mask::draw(joined.len(), dropout.input, random);
    joined_mask.apply(&mut joined);
    let joined_width = config.joined();

    // Projected, the word features beside.
    let projects = config.kind != HeadKind::Linear;
    let projected = projects.then(|| {
        let mut projected = repeated(parameters.get("projection.bias"), words);
        let weight = Matrix::new(parameters.get("projection.weight"), config.projection);
        add_product(&mut projected, Matrix::new(&joined, joined_width), weight);
        projected
    });
    let width = config.features();
    let own_width = width - config.lexicon.map_or(0, |lexicon| lexicon.width);
    let beside = Beside::new(shard, words, dropout.lexicon, random);
    let mut rows = Vec::with_capacity(words * width);
    for (word, own) in projected
        .as_ref()
        .unwrap_or(&joined)
        .chunks_exact(own_width)
        .enumerate()
    {
        rows.extend_from_slice(own);
        let start = rows.len();
        rows.resize(start + width - own_width, 0.0);
        for table in &beside {
            table.add_sum(parameters.get(table.name), word, &mut rows[start..]);
        }
    }

    // Normalized, and rectified in an MLP.
    let rectified = config.kind == HeadKind::Mlp;
    let norm = projects.then(|| {
        let norm = Norm::new(&rows, width);
        rows = norm.forward(parameters.get("norm.weight"), parameters.get("norm.bias"));
        if rectified {
            rows.iter_mut().for_each(|x| *x = x.max(0.0));
        }
        norm
    });
    let before_mask = Mask::draw(if projects { rows.len() } else { 0 }, dropout.inner, random);
    before_mask.apply(&mut rows);

    // The context, both ways.
    let units = config.units;
    let context = (config.kind == HeadKind::Context).then(|| {
        ["forward", "backward"].map(|way| {
            let weights = Weights {
                input: parameters.get(&format!("{way}.input")),
                recurrent: parameters.get(&format!("{way}.recurrent")),
                bias: parameters.get(&format!("{way}.bias")),
            };
            let packing = Packing::new(&shard.lengths, way == "backward");
            Lstm::forward(weights, packing, &rows)
        })
    });
    let states = context.as_ref().map(|[forward, backward]| {
        let mut states = vec![0.0; words * 2 * units];
        forward.write(&mut states, 2 * units, 0);
        backward.write(&mut states, 2 * units, units);
        let mask = Mask::draw(states.len(), dropout.inner, random);
        mask.apply(&mut states);
        (states, mask)
    });
    let last = states.as_ref().map_or(&rows, |(states, _)| states);
    let last_width = if context.is_some() { 2 * units } else { width };

    // Scores, the loss, and back again.
    let weight = Matrix::new(parameters.get("weight"), last_width);
    let mut scores = repeated(parameters.get("bias"), words);
    add_product(
        &mut scores,
        Matrix::new(last, last_width),
        weight.transposed(),
    );
    let loss = match parameters.transitions() {
        None => objective.loss(&mut scores, tags, shard.known(0, words)),
        Some(transitions) => {
            let mut by = Transitions::none(tags);
            let mut loss = 0.0;
            let mut start = 0;
            for &length in &shard.lengths {
                let own = &mut scores[start * tags..][..length * tags];
                loss += losses::sequence(own, shard.known(start, length), &transitions, &mut by);
                start += length;
            }
            gradients
                .get_mut("transitions")
                .copy_from_slice(&by.between);
            gradients.get_mut("start").copy_from_slice(&by.start);
            gradients.get_mut("end").copy_from_slice(&by.end);
            loss
        }
    };
    let by_scores = Matrix::new(&scores, tags);
    add_product(
        gradients.get_mut("weight"),
        by_scores.transposed(),
        Matrix::new(last, last_width),
    );
    add_rows(gradients.get_mut("bias"), &scores);
    if last_layer {
        return Ok((loss, gradients));
    }
    let mut back = vec![0.0; words * last_width];
    add_product(&mut back, by_scores, weight);

    if let (Some(lstms), Some((_, mask))) = (&context, &states) {
        mask.apply(&mut back);
        let mut by_rows = vec![0.0; words * width];
        for (number, (way, lstm)) in ["forward", "backward"].iter().zip(lstms).enumerate() {
            let found = lstm.backward(&back, 2 * units, number * units, &mut by_rows);
            gradients
                .get_mut(&format!("{way}.input"))
                .copy_from_slice(&found.input);
            gradients
                .get_mut(&format!("{way}.recurrent"))
                .copy_from_slice(&found.recurrent);
            gradients
                .get_mut(&format!("{way}.bias"))
                .copy_from_slice(&found.bias);
        }
        back = by_rows;
    }
    if let Some(norm) = &norm {
        before_mask.apply(&mut back);
        if rectified {
            for (back, x) in back.iter_mut().zip(&rows) {
                *back = if *x > 0.0 { *back } else { 0.0 };
            }
        }
        let (mut by_weight, mut by_bias) = (vec![0.0; width], vec![0.0; width]);
        norm.backward(
            &mut back,
            parameters.get("norm.weight"),
            &mut by_weight,
            &mut by_bias,
        );
        gradients.get_mut("norm.weight").copy_from_slice(&by_weight);
        gradients.get_mut("norm.bias").copy_from_slice(&by_bias);
    }
    for table in &beside {
        let gradient = gradients.get_mut(table.name);
        for (word, back) in back.chunks_exact(width).enumerate() {
            table.add_gradient(gradient, word, &back[own_width..]);
        }
    }
    let own = |back: &[f32]| -> Vec<f32> {
        let rows = back.chunks_exact(width);
        rows.flat_map(|row| &row[..own_width]).copied().collect()
    };
    if projects {
        let back = own(&back);
        let by_projected = Matrix::new(&back, config.projection);
        let joined = Matrix::new(&joined, joined_width).transposed();
        add_product(gradients.get_mut("projection.weight"), joined, by_projected);
        add_rows(gradients.get_mut("projection.bias"), &back);
        if config.mix {
            let mut by_joined = vec![0.0; words * joined_width];
            let weight = Matrix::new(parameters.get("projection.weight"), config.projection);
            add_product(&mut by_joined, by_projected, weight.transposed());
            joined_mask.apply(&mut by_joined);
            add_mix(
                gradients.get_mut("mix"),
                &by_joined,
                config.hidden,
                &shard.features,
            );
        }
    } else if config.mix {
        let mut by_joined = own(&back);
        joined_mask.apply(&mut by_joined);
        add_mix(
            gradients.get_mut("mix"),
            &by_joined,
            config.hidden,
            &shard.features,
        );
    }
    Ok((loss, gradients))
}

/// `[words, hidden]`: the weighted sum of each word's layers.
fn mixed(mix: &[f32], hidden: usize, features: &[f32]) -> Vec<f32> {
    let words = features.chunks_exact(mix.len() * hidden);
    let mut sums = vec![0.0; words.len() * hidden];
    for (sum, layers) in sums.chunks_exact_mut(hidden).zip(words) {
        for (layer, weight) in layers.chunks_exact(hidden).zip(mix) {
            for (sum, x) in sum.iter_mut().zip(layer) {
                *sum += weight * x;
            }
        }
    }
    sums
}

/// Adds the gradient of the layers' weights, given that of their sum.
fn add_mix(mix: &mut [f32], back: &[f32], hidden: usize, features: &[f32]) {
    let words = features.chunks_exact(mix.len() * hidden);
    for (back, layers) in back.chunks_exact(hidden).zip(words) {
        for (weight, layer) in mix.iter_mut().zip(layers.chunks_exact(hidden)) {
            *weight += back.iter().zip(layer).map(|(a, b)| a * b).sum::<f32>();
        }
    }
}

/// Rows normalized to mean 0 and variance 1.
struct Norm {
    normal: Vec<f32>,
    /// What each row was divided by, inverted.
    inverse: Vec<f32>,
    width: usize,
}

impl Norm {
    fn new(rows: &[f32], width: usize) -> Self {
        let mut normal = rows.to_vec();
        let inverse = normal.chunks_exact_mut(width).map(|row| {
            let mean = row.iter().sum::<f32>() / width as f32;
            let variance = row.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>() / width as f32;
            let inverse = 1.0 / (variance + NORM_EPSILON).sqrt();
            row.iter_mut().for_each(|x| *x = (*x - mean) * inverse);
            inverse
        });
        let inverse = inverse.collect();
        Self {
            normal,
            inverse,
            width,
        }
    }

    fn forward(&self, weight: &[f32], bias: &[f32]) -> Vec<f32> {
        let mut rows = self.normal.clone();
        for row in rows.chunks_exact_mut(self.width) {
            for ((x, w), b) in row.iter_mut().zip(weight).zip(bias) {
                *x = *x * w + b;
            }
        }
        rows
    }

    /// Turns the gradient of the result into that of the input.
    fn backward(
        &self,
        back: &mut [f32],
        weight: &[f32],
        by_weight: &mut [f32],
        by_bias: &mut [f32],
    ) {
        add_rows(by_bias, back);
        let width = self.width as f32;
        let rows = self.normal.chunks_exact(self.width).zip(&self.inverse);
        for (back, (normal, inverse)) in back.chunks_exact_mut(self.width).zip(rows) {
            for ((by, back), x) in by_weight.iter_mut().zip(back.iter()).zip(normal) {
                *by += back * x;
            }
            back.iter_mut().zip(weight).for_each(|(back, w)| *back *= w);
            let mean = back.iter().sum::<f32>() / width;
            let along = back.iter().zip(normal).map(|(a, b)| a * b).sum::<f32>() / width;
            for (back, x) in back.iter_mut().zip(normal) {
                *back = (*back - mean - x * along) * inverse;
            }
        }
    }
}
