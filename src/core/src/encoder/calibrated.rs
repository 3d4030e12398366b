//! Quantization that looks at texts: where inputs are large, and how they go
//! together.
//!
//! *Factors*. A row of activations has one scale, so a few large channels take
//! the precision of all. Multiplying channel `j` by a factor and its weights by
//! the inverse changes nothing but where the precision goes: SmoothQuant (Xiao
//! et al. 2022, arXiv:2211.10438), with factors from a channel's activations
//! alone as in AWQ (Lin et al. 2023, arXiv:2306.00978). The factors of
//! attention's results go into the values' weights; the engine multiplies by the
//! others.
//!
//! *Rounding*. What one weight is rounded by, others make up for: see
//! [`Gram`].
//!
//! The texts are read by the int8 engine itself, quantized without looking at
//! them: it gives the same bits on every machine, so this does.

use super::engine::{Encoder, Workspace};
use super::huggingface::Weights;
use super::layer::Observer;
use super::quantize::{quantize, write};
use super::quantized::{LAYER_MATRICES, Matrix};
use super::{Config, EncoderError};
use crate::int8::Gram;

/// Sequences that are read before progress is told.
const SEQUENCES: usize = 16;

/// What is known of an encoder's inputs.
pub(super) struct Statistics {
    pub(super) layers: Vec<LayerStatistics>,
}

/// What is known of a layer's inputs, of each packed matrix.
pub(super) struct LayerStatistics {
    grams: [Gram; LAYER_MATRICES],
    /// A factor for each input; empty until they are found.
    factors: [Vec<f32>; LAYER_MATRICES],
}

/// Quantizes an encoder so that it loses less on texts like `sequences` (ids with
/// the special subwords); the result is a file as [`quantize`] makes it, with
/// factors. The same weights and sequences give the same bytes on every machine.
/// `progress` is called with the steps done and their total.
///
/// # Errors
///
/// A tensor that is missing, of another shape, or not finite, or sequences that
/// do not fit the encoder.
pub fn quantize_calibrated(
    config: &Config,
    weights: &dyn Weights,
    sequences: &[Vec<u32>],
    mut progress: impl FnMut(usize, usize),
) -> Result<Vec<u8>, EncoderError> {
    let layers = config.layers + 1;
    let groups = sequences.len().div_ceil(SEQUENCES);
    let total = 2 * layers + groups;
    let plain = quantize(config, weights, |done, _| progress(done, total))?;
    let encoder = Encoder::from_bytes(&plain)?;
    drop(plain);
    let mut statistics = Statistics::new(config);
    let mut workspace = Workspace::default();
    for (done, group) in sequences.chunks(SEQUENCES).enumerate() {
        progress(layers + done, total);
        let group: Vec<&[u32]> = group.iter().map(Vec::as_slice).collect();
        let all = [config.layers];
        encoder.encode_observed(&group, &all, &mut workspace, &mut statistics)?;
    }
    drop(encoder);
    statistics.find_factors();
    write(config, weights, Some(&statistics), |done, _| {
        progress(layers + groups + done, total);
    })
}

impl Observer for Statistics {
    fn see(&mut self, layer: usize, matrix: Matrix, rows: &[f32]) {
        self.layers[layer].grams[matrix.index()].add(rows);
    }
}

impl Statistics {
    fn new(config: &Config) -> Self {
        let layer = |_| LayerStatistics {
            grams: Matrix::PACKED.map(|matrix| Gram::new(matrix.shape(config).1)),
            factors: Default::default(),
        };
        Self {
            layers: (0..config.layers).map(layer).collect(),
        }
    }

    fn find_factors(&mut self) {
        for layer in &mut self.layers {
            for matrix in Matrix::PACKED {
                let index = matrix.index();
                layer.factors[index] = factors(matrix, &layer.grams[index].squares());
            }
        }
    }
}

impl LayerStatistics {
    /// How a matrix's inputs go together, and their factors.
    pub(super) fn inputs(&self, matrix: Matrix) -> (&Gram, &[f32]) {
        (&self.grams[matrix.index()], &self.factors[matrix.index()])
    }

    /// Changes a matrix so that it takes its inputs multiplied by their factors,
    /// and the values' so that what attention makes of them is.
    pub(super) fn move_factors(&self, matrix: Matrix, weight: &mut [f32], bias: &mut [f32]) {
        let (_, inputs) = self.inputs(matrix);
        let rows = weight.chunks_exact_mut(inputs.len());
        for (output, (row, bias)) in rows.zip(bias).enumerate() {
            row.iter_mut().zip(inputs).for_each(|(w, f)| *w /= f);
            if matrix == Matrix::Value {
                let (_, results) = self.inputs(Matrix::Output);
                row.iter_mut().for_each(|w| *w *= results[output]);
                *bias *= results[output];
            }
        }
    }
}

/// Factors that make channels more alike, from the sums of their squares: the
/// inverse root of a channel's root mean square balances what activations and
/// weights lose, if all columns of weights are alike. Behind the activation
/// function, most channels are seldom far from 0, and what was seen of them says
/// less: half of that, and nearer to the mean, changed fewest tags of texts that
/// were not looked at. Of square roots, which unlike other powers are the same
/// bits everywhere.
fn factors(matrix: Matrix, squares: &[f64]) -> Vec<f32> {
    let (shrink, root): (f64, fn(f64) -> f64) = match matrix {
        Matrix::Contract => (0.1, |x| x.sqrt().sqrt().sqrt()),
        _ => (0.01, |x| x.sqrt().sqrt()),
    };
    let mean = squares.iter().sum::<f64>() / squares.len() as f64;
    if !(mean.is_normal() && mean > 0.0) {
        return vec![1.0; squares.len()];
    }
    let factor = |square: &f64| (1.0 / root(square / mean + shrink)) as f32;
    squares.iter().map(factor).collect()
}

#[cfg(test)]
mod tests {
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    const WIDTH: usize = 12;
    const EXPANDED: usize = 30;

    /// A layer that has seen inputs of very different sizes.
    fn known() -> LayerStatistics {
        let widths = [WIDTH, WIDTH, WIDTH, EXPANDED];
        let mut number = 0.0f32;
        let mut grams = widths.map(Gram::new);
        for (gram, width) in grams.iter_mut().zip(widths) {
            let row = |_| {
                number += 1.0;
                number.sin()
                    * if (number as usize).is_multiple_of(5) {
                        40.0
                    } else {
                        1.0
                    }
            };
            let rows: Vec<f32> = (0..width * 6).map(row).collect();
            gram.add(&rows);
        }
        let mut statistics = Statistics {
            layers: vec![LayerStatistics {
                grams,
                factors: Default::default(),
            }],
        };
        statistics.find_factors();
        statistics.layers.remove(0)
    }

    fn numbers(count: usize, step: f32) -> Vec<f32> {
        (1..=count).map(|i| (i as f32 * step).cos()).collect()
    }

    fn product(weight: &[f32], bias: &[f32], input: &[f32]) -> Vec<f32> {
        let rows = weight.chunks_exact(input.len()).zip(bias);
        rows.map(|(row, bias)| row.iter().zip(input).map(|(w, x)| w * x).sum::<f32>() + bias)
            .collect()
    }

    fn assert_near(found: &[f32], expected: &[f32]) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-5, "{found} is not {expected}");
        }
    }

    /// In full precision, an encoder with factors is the same function.
    #[test]
    fn factors_change_no_product() {
        let known = known();
        for (matrix, outputs, inputs) in [
            (Matrix::Query, WIDTH, WIDTH),
            (Matrix::Key, WIDTH, WIDTH),
            (Matrix::Expand, EXPANDED, WIDTH),
            (Matrix::Contract, WIDTH, EXPANDED),
        ] {
            let (mut weight, mut bias) = (numbers(outputs * inputs, 0.37), numbers(outputs, 0.7));
            let input = numbers(inputs, 1.3);
            let expected = product(&weight, &bias, &input);
            known.move_factors(matrix, &mut weight, &mut bias);
            let (_, factors) = known.inputs(matrix);
            let least = factors.iter().copied().fold(f32::INFINITY, f32::min);
            assert!(least < 0.9, "large inputs are made smaller: {least}");
            let input: Vec<f32> = input.iter().zip(factors).map(|(x, f)| x * f).collect();
            assert_near(&product(&weight, &bias, &input), &expected);
        }
    }

    /// Attention mixes rows of values: what holds for one, holds for a mixture.
    #[test]
    fn factors_of_attentions_results_are_in_the_values() {
        let known = known();
        let (mut value, mut value_bias) = (numbers(WIDTH * WIDTH, 0.37), numbers(WIDTH, 0.7));
        let (mut output, mut bias) = (numbers(WIDTH * WIDTH, 0.53), numbers(WIDTH, 0.9));
        let input = numbers(WIDTH, 1.3);
        let expected = product(&output, &bias, &product(&value, &value_bias, &input));
        known.move_factors(Matrix::Value, &mut value, &mut value_bias);
        known.move_factors(Matrix::Output, &mut output, &mut bias);
        let (_, factors) = known.inputs(Matrix::Value);
        let input: Vec<f32> = input.iter().zip(factors).map(|(x, f)| x * f).collect();
        let found = product(&output, &bias, &product(&value, &value_bias, &input));
        assert_near(&found, &expected);
    }

    #[test]
    fn factors_are_bounded_whatever_was_seen() {
        for matrix in Matrix::ALL {
            for squares in [
                vec![0.0; 3],
                vec![f64::INFINITY, 1.0, 0.0],
                vec![f64::NAN; 3],
            ] {
                assert_eq!(factors(matrix, &squares), [1.0; 3]);
            }
            for factor in factors(matrix, &[1e300, 1e-300, 0.0, 1.0]) {
                assert!((0.5..4.0).contains(&factor), "{factor}");
            }
        }
    }
}
