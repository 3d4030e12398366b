//! From the features of a sentence's words to their scores.

use super::config::{HeadConfig, HeadKind};
use super::file::{Table, Tensors};
use super::lexicon::Lexicon;
use super::math::{Matrix, layer_norm, sigmoid, tanh};

/// The part of a head before its decoder.
#[derive(Debug)]
pub(super) struct Network {
    hidden: usize,
    /// A weight per layer, where layers are summed.
    mix: Option<Vec<f32>>,
    projection: Option<Projection>,
    lexicon: Option<(Lexicon, Table)>,
    /// From the first word to the last, and from the last to the first.
    context: Option<[Lstm; 2]>,
    output: Matrix,
}

#[derive(Debug)]
struct Projection {
    matrix: Matrix,
    norm: [Vec<f32>; 2],
    rectified: bool,
}

/// One direction of an LSTM.
#[derive(Debug)]
struct Lstm {
    input: Matrix,
    recurrent: Matrix,
}

impl Network {
    /// Takes what `config` asks for out of `tensors`.
    pub(super) fn new(config: &HeadConfig, mut tensors: Tensors) -> Self {
        let mut take = |name: &str| tensors.take(name);
        let mix = config.mix.then(|| take("mix"));
        let projection = (config.kind != HeadKind::Linear).then(|| Projection {
            matrix: Matrix::new(&take("projection.weight"), &take("projection.bias")),
            norm: [take("norm.weight"), take("norm.bias")],
            rectified: config.kind == HeadKind::Mlp,
        });
        let context = (config.kind == HeadKind::Context).then(|| {
            ["forward", "backward"].map(|way| {
                let bias = take(&format!("{way}.bias"));
                Lstm {
                    input: Matrix::new(&take(&format!("{way}.input")), &bias),
                    recurrent: Matrix::new(
                        &take(&format!("{way}.recurrent")),
                        &vec![0.0; bias.len()],
                    ),
                }
            })
        });
        let (weight, bias) = (take("weight"), take("bias"));
        // `[tags, inputs]` in the file.
        let (tags, inputs) = (bias.len(), weight.len() / bias.len());
        let transposed: Vec<f32> = (0..weight.len())
            .map(|at| weight[at % tags * inputs + at / tags])
            .collect();
        Self {
            hidden: config.hidden,
            mix,
            projection,
            lexicon: config.lexicon.map(|lexicon| (lexicon, tensors.lexicon)),
            context,
            output: Matrix::new(&transposed, &bias),
        }
    }

    /// Scores `[words, tags]` of features `[words, layers * hidden]`.
    pub(super) fn scores(&self, words: &[&str], features: &[f32]) -> Vec<f32> {
        if words.is_empty() {
            return Vec::new();
        }
        let mixed = self.mix.as_ref().map(|mix| self.mixed(mix, features));
        let joined = mixed.as_deref().unwrap_or(features);
        let projected = self.projection.as_ref().map(|p| p.matrix.multiply(joined));
        let mut rows = self.beside(words, projected.as_deref().unwrap_or(joined));
        if let Some(Projection {
            norm: [weight, bias],
            rectified,
            ..
        }) = &self.projection
        {
            for row in rows.chunks_exact_mut(weight.len()) {
                layer_norm(row, weight, bias);
                if *rectified {
                    row.iter_mut().for_each(|x| *x = x.max(0.0));
                }
            }
        }
        if let Some([forward, backward]) = &self.context {
            let states = [forward.run(&rows, false), backward.run(&rows, true)];
            let units = states[0].len() / words.len();
            let both = states[0]
                .chunks_exact(units)
                .zip(states[1].chunks_exact(units));
            rows = both.flat_map(|(a, b)| [a, b]).flatten().copied().collect();
        }
        self.output.multiply(&rows)
    }

    /// `[words, hidden]`: the layers' weighted sum.
    fn mixed(&self, mix: &[f32], features: &[f32]) -> Vec<f32> {
        let words = features.chunks_exact(mix.len() * self.hidden);
        let mut sums = vec![0.0; words.len() * self.hidden];
        for (sum, layers) in sums.chunks_exact_mut(self.hidden).zip(words) {
            for (layer, weight) in layers.chunks_exact(self.hidden).zip(mix) {
                for (sum, x) in sum.iter_mut().zip(layer) {
                    *sum += weight * x;
                }
            }
        }
        sums
    }

    /// Each word's row, and after it the sum of its rows of the table.
    fn beside(&self, words: &[&str], rows: &[f32]) -> Vec<f32> {
        let Some((lexicon, table)) = &self.lexicon else {
            return rows.to_vec();
        };
        let own = rows.len() / words.len();
        let mut beside = Vec::with_capacity(rows.len() + words.len() * lexicon.width);
        for (word, row) in words.iter().zip(rows.chunks_exact(own)) {
            beside.extend_from_slice(row);
            let start = beside.len();
            beside.resize(start + lexicon.width, 0.0);
            for bucket in lexicon.rows(word) {
                let values = &table.values[bucket * lexicon.width..][..lexicon.width];
                for (sum, &value) in beside[start..].iter_mut().zip(values) {
                    *sum += table.scales[bucket] * f32::from(value);
                }
            }
        }
        beside
    }
}

impl Lstm {
    /// The states `[words, units]` after each word of `rows`, read from the
    /// last word to the first if `reverse`.
    fn run(&self, rows: &[f32], reverse: bool) -> Vec<f32> {
        let width = self.input.outputs();
        let units = width / 4;
        let mut gates = self.input.multiply(rows);
        let words = gates.len() / width;
        let mut states = vec![0.0; words * units];
        let mut cell = vec![0.0; units];
        let mut last = None;
        for step in 0..words {
            let word = if reverse { words - 1 - step } else { step };
            let gates = &mut gates[word * width..][..width];
            if let Some(last) = last {
                let state = &states[last * units..][..units];
                self.recurrent.accumulate(state, gates);
            }
            let (input, rest) = gates.split_at(units);
            let (forget, rest) = rest.split_at(units);
            let (new, output) = rest.split_at(units);
            for (unit, state) in states[word * units..][..units].iter_mut().enumerate() {
                cell[unit] =
                    sigmoid(forget[unit]) * cell[unit] + sigmoid(input[unit]) * tanh(new[unit]);
                *state = sigmoid(output[unit]) * tanh(cell[unit]);
            }
            last = Some(word);
        }
        states
    }
}
