//! From the features of a sentence's words to their scores.

use std::sync::Arc;

use super::config::{HeadConfig, HeadKind};
use super::file::Tensors;
use super::lexicon::Lexicon;
use super::matrix::Matrix;
use super::vectors::WordVectors;
use crate::int8::{Activations, Backend, Job, Kernel, Packed, Rows, multiply};
use crate::math::{layer_norm, sigmoid, tanh};

/// What is added to a variance before its root is taken.
const NORM_EPSILON: f32 = 1e-5;

/// The part of a head before its decoder.
#[derive(Debug)]
pub(super) struct Network {
    hidden: usize,
    /// A weight per layer, where layers are summed.
    mix: Option<Vec<f32>>,
    projection: Option<Projection>,
    beside: Option<Beside>,
    context: Option<Context>,
    output: Matrix,
}

/// What stands beside the encoder's features.
#[derive(Debug)]
struct Beside {
    lexicon: Lexicon,
    table: Rows,
    vectors: Option<(Arc<WordVectors>, Rows)>,
}

#[derive(Debug)]
struct Projection {
    matrix: Packed,
    norm: [Vec<f32>; 2],
    rectified: bool,
}

/// An LSTM that reads from the first word to the last, and one that reads from
/// the last to the first.
#[derive(Debug)]
struct Context {
    units: usize,
    /// Of both, side by side.
    input: Packed,
    recurrent: [Packed; 2],
}

impl Network {
    /// Takes what `config` asks for out of `tensors`.
    pub(super) fn new(config: &HeadConfig, mut tensors: Tensors) -> Self {
        let mix = config.mix.then(|| tensors.take("mix"));
        let projection = (config.kind != HeadKind::Linear).then(|| {
            let bias = tensors.take("projection.bias");
            Projection {
                matrix: tensors.pack(&[("projection.weight", bias)]),
                norm: [tensors.take("norm.weight"), tensors.take("norm.bias")],
                rectified: config.kind == HeadKind::Mlp,
            }
        });
        let context = (config.kind == HeadKind::Context).then(|| {
            let biases = [tensors.take("forward.bias"), tensors.take("backward.bias")];
            let none = vec![0.0; 4 * config.units];
            let [forward, backward] = biases;
            Context {
                units: config.units,
                input: tensors.pack(&[("forward.input", forward), ("backward.input", backward)]),
                recurrent: ["forward.recurrent", "backward.recurrent"]
                    .map(|name| tensors.pack(&[(name, none.clone())])),
            }
        });
        let (weight, bias) = (tensors.take("weight"), tensors.take("bias"));
        // `[tags, inputs]` in the file.
        let (tags, inputs) = (bias.len(), weight.len() / bias.len());
        let transposed: Vec<f32> = (0..weight.len())
            .map(|at| weight[at % tags * inputs + at / tags])
            .collect();
        Self {
            hidden: config.hidden,
            mix,
            projection,
            beside: config.lexicon.map(|lexicon| Beside {
                lexicon,
                table: tensors.take_rows("lexicon"),
                vectors: config
                    .vectors
                    .clone()
                    .map(|vectors| (vectors, tensors.take_rows("vectors"))),
            }),
            context,
            output: Matrix::new(&transposed, &bias),
        }
    }

    /// Scores `[words, tags]` of features `[words, layers * hidden]`.
    pub(super) fn scores(&self, backend: Backend, words: &[&str], features: &[f32]) -> Vec<f32> {
        if words.is_empty() {
            return Vec::new();
        }
        backend.run(Run {
            network: self,
            words,
            features,
        })
    }
}

/// One call of [`Network::scores`].
struct Run<'a> {
    network: &'a Network,
    words: &'a [&'a str],
    features: &'a [f32],
}

impl Job for Run<'_> {
    type Output = Vec<f32>;

    #[inline(always)]
    unsafe fn run<K: Kernel>(self) -> Vec<f32> {
        let Self {
            network,
            words,
            features,
        } = self;
        let mixed = network.mix.as_ref().map(|mix| network.mixed(mix, features));
        let joined = mixed.as_deref().unwrap_or(features);
        let mut activations = Activations::default();
        let projected = network.projection.as_ref().map(|projection| {
            activations.fill(joined, joined.len() / words.len());
            // SAFETY: as the caller has promised.
            unsafe { product::<K>(&activations, &projection.matrix) }
        });
        let mut rows = network.beside(words, projected.as_deref().unwrap_or(joined));
        if let Some(Projection {
            norm: [weight, bias],
            rectified,
            ..
        }) = &network.projection
        {
            for row in rows.chunks_exact_mut(weight.len()) {
                layer_norm(row, weight, bias, NORM_EPSILON);
                if *rectified {
                    row.iter_mut().for_each(|x| *x = x.max(0.0));
                }
            }
        }
        if let Some(context) = &network.context {
            activations.fill(&rows, rows.len() / words.len());
            // SAFETY: as above.
            rows = unsafe { context.run::<K>(&mut activations) };
        }
        network.output.multiply(&rows)
    }
}

/// `[rows, outputs]`: the product and the bias.
///
/// # Safety
///
/// The machine must have the kernel's instructions.
#[inline(always)]
unsafe fn product<K: Kernel>(input: &Activations, weights: &Packed) -> Vec<f32> {
    let mut output = vec![0.0; input.rows().len() * weights.outputs()];
    // SAFETY: as the caller has promised.
    unsafe { multiply::<K>(input, weights, &mut output, |_, new| new) };
    output
}

impl Network {
    /// `[words, hidden]`: the layers' weighted sum.
    #[inline(always)]
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

    /// Each word's row, and after it the sum of its rows of the tables.
    #[inline(always)]
    fn beside(&self, words: &[&str], rows: &[f32]) -> Vec<f32> {
        let Some(own) = &self.beside else {
            return rows.to_vec();
        };
        let (width, before) = (own.lexicon.width, rows.len() / words.len());
        let mut beside = Vec::with_capacity(rows.len() + words.len() * width);
        for (word, row) in words.iter().zip(rows.chunks_exact(before)) {
            beside.extend_from_slice(row);
            let start = beside.len();
            beside.resize(start + width, 0.0);
            let mut add = |table: &Rows, row: usize| {
                let values = &table.weight[row * width..][..width];
                let scale = table.scale[row];
                for (sum, &value) in beside[start..].iter_mut().zip(values) {
                    *sum += scale * f32::from(value);
                }
            };
            for row in own.lexicon.rows(word) {
                add(&own.table, row);
            }
            if let Some((vectors, table)) = &own.vectors {
                for row in vectors.rows(word) {
                    add(table, row);
                }
            }
        }
        beside
    }
}

impl Context {
    /// The states `[words, 2 * units]` of both ways side by side, of the
    /// quantized rows of the words, whose place the states take.
    ///
    /// # Safety
    ///
    /// The machine must have the kernel's instructions.
    #[inline(always)]
    unsafe fn run<K: Kernel>(&self, activations: &mut Activations) -> Vec<f32> {
        // SAFETY: as the caller has promised.
        let mut gates = unsafe { product::<K>(activations, &self.input) };
        let units = self.units;
        let words = activations.rows().len();
        let mut states = vec![0.0; words * 2 * units];
        for (way, recurrent) in self.recurrent.iter().enumerate() {
            let mut cell = vec![0.0; units];
            let mut last = None;
            for step in 0..words {
                let word = if way == 0 { step } else { words - 1 - step };
                let gates = &mut gates[(2 * word + way) * 4 * units..][..4 * units];
                if let Some(last) = last {
                    activations.fill(&states[(2 * last + way) * units..][..units], units);
                    // SAFETY: as above.
                    unsafe { multiply::<K>(activations, recurrent, gates, |old, new| old + new) };
                }
                pass(
                    gates,
                    &mut cell,
                    &mut states[(2 * word + way) * units..][..units],
                );
                last = Some(word);
            }
        }
        states
    }
}

/// A step of an LSTM: from its gates and cell to cell and state.
#[inline(always)]
fn pass(gates: &[f32], cell: &mut [f32], state: &mut [f32]) {
    let units = cell.len();
    let (input, rest) = gates.split_at(units);
    let (forget, rest) = rest.split_at(units);
    let (new, output) = rest.split_at(units);
    let gates = input.iter().zip(forget).zip(new).zip(output);
    for (((((input, forget), new), output), cell), state) in gates.zip(cell).zip(state) {
        *cell = sigmoid(*forget) * *cell + sigmoid(*input) * tanh(*new);
        *state = sigmoid(*output) * tanh(*cell);
    }
}
