//! The head's arithmetic: matrix products and elementwise functions.
//!
//! Additions and multiplications stand in a fixed order and are never fused,
//! and no function of the platform's mathematics library is called: natively
//! and in wasm, with narrow or wide registers, the same bits come out.

/// Columns of a panel.
const PANEL: usize = 16;
/// Rows that a tile covers: as many sums as registers hold.
const ROWS: usize = if cfg!(target_arch = "wasm32") { 2 } else { 4 };

/// A matrix `[inputs, outputs]` in panels of [`PANEL`] columns, and a bias.
#[derive(Debug)]
pub(super) struct Matrix {
    inputs: usize,
    outputs: usize,
    /// `[outputs / PANEL, inputs, PANEL]`, columns rounded up with zeros.
    panels: Vec<[f32; PANEL]>,
    bias: Vec<f32>,
}

impl Matrix {
    /// Packs `weight` `[inputs, outputs]`, row-major, and `bias` `[outputs]`.
    ///
    /// # Panics
    ///
    /// If the lengths do not fit each other.
    pub(super) fn new(weight: &[f32], bias: &[f32]) -> Self {
        let outputs = bias.len();
        assert_eq!(weight.len() % outputs, 0, "whole rows");
        let inputs = weight.len() / outputs;
        let mut panels = vec![[0.0; PANEL]; outputs.div_ceil(PANEL) * inputs];
        for (input, row) in weight.chunks_exact(outputs).enumerate() {
            for (panel, columns) in row.chunks(PANEL).enumerate() {
                panels[panel * inputs + input][..columns.len()].copy_from_slice(columns);
            }
        }
        let mut padded = bias.to_vec();
        padded.resize(outputs.next_multiple_of(PANEL), 0.0);
        Self {
            inputs,
            outputs,
            panels,
            bias: padded,
        }
    }

    /// The width of a row of results.
    pub(super) fn outputs(&self) -> usize {
        self.outputs
    }

    /// `rows` `[n, inputs]` times the matrix plus the bias: `[n, outputs]`.
    pub(super) fn multiply(&self, rows: &[f32]) -> Vec<f32> {
        debug_assert_eq!(rows.len() % self.inputs, 0, "whole rows");
        let mut results = vec![0.0; rows.len() / self.inputs * self.outputs];
        self.add_to(rows, &mut results, true);
        results
    }

    /// Adds `row` `[1, inputs]` times the matrix, without the bias, to `sums`.
    pub(super) fn accumulate(&self, row: &[f32], sums: &mut [f32]) {
        debug_assert_eq!((row.len(), sums.len()), (self.inputs, self.outputs));
        self.add_to(row, sums, false);
    }

    fn add_to(&self, rows: &[f32], results: &mut [f32], bias: bool) {
        #[cfg(target_arch = "x86_64")]
        if std::is_x86_feature_detected!("avx2") {
            // SAFETY: the instructions were just found.
            return unsafe { self.add_to_avx2(rows, results, bias) };
        }
        self.add_to_any(rows, results, bias);
    }

    /// [`Matrix::add_to_any`], compiled for wider registers.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn add_to_avx2(&self, rows: &[f32], results: &mut [f32], bias: bool) {
        self.add_to_any(rows, results, bias);
    }

    #[inline(always)]
    fn add_to_any(&self, rows: &[f32], results: &mut [f32], bias: bool) {
        let mut rows = rows.chunks_exact(self.inputs * ROWS);
        let mut tiles = results.chunks_exact_mut(self.outputs * ROWS);
        for (rows, results) in (&mut rows).zip(&mut tiles) {
            self.tile::<ROWS, 1>(rows, results, bias);
        }
        let last = rows.remainder().chunks_exact(self.inputs);
        let results = tiles.into_remainder().chunks_exact_mut(self.outputs);
        for (row, results) in last.zip(results) {
            self.tile::<1, 4>(row, results, bias);
        }
    }

    /// `R` rows times the matrix, `P` panels at a time.
    #[inline(always)]
    fn tile<const R: usize, const P: usize>(&self, rows: &[f32], results: &mut [f32], bias: bool) {
        let count = self.bias.len() / PANEL;
        let mut first = 0;
        while first + P <= count {
            self.panels_of::<R, P>(first, rows, results, bias);
            first += P;
        }
        for panel in first..count {
            self.panels_of::<R, 1>(panel, rows, results, bias);
        }
    }

    #[inline(always)]
    fn panels_of<const R: usize, const P: usize>(
        &self,
        first: usize,
        rows: &[f32],
        results: &mut [f32],
        bias: bool,
    ) {
        let inputs = self.inputs;
        let rows: [&[f32]; R] = std::array::from_fn(|row| &rows[row * inputs..][..inputs]);
        let panels: [&[[f32; PANEL]]; P] =
            std::array::from_fn(|panel| &self.panels[(first + panel) * inputs..][..inputs]);
        let mut sums = [[[0.0f32; PANEL]; P]; R];
        for input in 0..inputs {
            for (sums, row) in sums.iter_mut().zip(rows) {
                for (sums, panel) in sums.iter_mut().zip(panels) {
                    for (sum, weight) in sums.iter_mut().zip(&panel[input]) {
                        *sum += row[input] * weight;
                    }
                }
            }
        }
        for (row, sums) in sums.iter().enumerate() {
            for (panel, sums) in sums.iter().enumerate() {
                let from = (first + panel) * PANEL;
                let to = self.outputs.min(from + PANEL);
                let results = &mut results[row * self.outputs..][from..to];
                for ((result, sum), b) in results.iter_mut().zip(sums).zip(&self.bias[from..to]) {
                    *result += if bias { sum + b } else { *sum };
                }
            }
        }
    }
}

/// `e^x`; relative error below 2e-7 for `|x| < 87`, 0 below, infinity above.
///
/// Splits `x = n ln 2 + r` and sums the Taylor series of `e^r` to its seventh
/// power, `|r| <= ln 2 / 2`.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    // 1.5 * 2^23: adding it rounds to an integer that stands in the low bits.
    const ROUND: f32 = 12_582_912.0;
    const LN2_HIGH: f32 = 0.693_359_4;
    const LN2_LOW: f32 = -2.121_944_4e-4;
    let clamped = x.clamp(-87.0, 87.0);
    let shifted = clamped * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = clamped - n * LN2_HIGH - n * LN2_LOW;
    let mut p = 1.0 / 5040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
    p = p * r + 1.0 / 24.0;
    p = p * r + 1.0 / 6.0;
    p = p * r + 0.5;
    p = p * r + 1.0;
    p = p * r + 1.0;
    let exponent = shifted
        .to_bits()
        .wrapping_sub(ROUND.to_bits())
        .wrapping_add(127);
    let power = p * f32::from_bits(exponent << 23);
    if x < -87.0 {
        0.0
    } else if x > 87.0 {
        f32::INFINITY
    } else {
        power
    }
}

/// `1 / (1 + e^-x)`.
#[inline(always)]
pub fn sigmoid(x: f32) -> f32 {
    let e = exp(-x.abs());
    let above = if x >= 0.0 { 1.0 } else { e };
    above / (1.0 + e)
}

/// The hyperbolic tangent.
#[inline(always)]
pub fn tanh(x: f32) -> f32 {
    let e = exp(-2.0 * x.abs());
    ((1.0 - e) / (1.0 + e)).copysign(x)
}

/// What is added to a variance before its root is taken.
pub(super) const NORM_EPSILON: f32 = 1e-5;

/// Normalizes `row` in place to mean 0 and variance 1, then scales and shifts.
pub(super) fn layer_norm(row: &mut [f32], weight: &[f32], bias: &[f32]) {
    let width = row.len() as f32;
    let mean = row.iter().sum::<f32>() / width;
    let variance = row.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>() / width;
    let inverse = 1.0 / (variance + NORM_EPSILON).sqrt();
    for ((x, w), b) in row.iter_mut().zip(weight).zip(bias) {
        *x = (*x - mean) * inverse * w + b;
    }
}

/// The softmax of `scores`, in place.
pub(super) fn softmax(scores: &mut [f32]) {
    let greatest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    scores.iter_mut().for_each(|x| *x = exp(*x - greatest));
    let sum: f32 = scores.iter().sum();
    scores.iter_mut().for_each(|x| *x /= sum);
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    /// Small whole numbers: their products and sums are exact in any order.
    fn numbers(count: usize, step: usize) -> Vec<f32> {
        (0..count).map(|i| ((i * step) % 13) as f32 - 6.0).collect()
    }

    #[test]
    fn products_are_right_for_every_shape() {
        for (rows, inputs, outputs) in [(1, 1, 1), (3, 5, 17), (9, 16, 64), (4, 7, 80), (2, 3, 100)]
        {
            let (x, w, b) = (
                numbers(rows * inputs, 5),
                numbers(inputs * outputs, 7),
                numbers(outputs, 3),
            );
            let matrix = Matrix::new(&w, &b);
            let found = matrix.multiply(&x);
            let mut sums = vec![1.0; outputs];
            matrix.accumulate(&x[..inputs], &mut sums);
            for row in 0..rows {
                for output in 0..outputs {
                    let dot: f32 = (0..inputs)
                        .map(|input| x[row * inputs + input] * w[input * outputs + output])
                        .sum();
                    assert_eq!(found[row * outputs + output], dot + b[output]);
                    assert!(row > 0 || sums[output] == 1.0 + dot);
                }
            }
        }
    }

    #[test]
    fn wide_and_narrow_registers_give_the_same_bits() {
        let x: Vec<f32> = numbers(7 * 33, 5).iter().map(|x| x / 7.0).collect();
        let w: Vec<f32> = numbers(33 * 50, 7).iter().map(|x| x / 9.0).collect();
        let matrix = Matrix::new(&w, &[0.1; 50]);
        let mut narrow = vec![0.0; 7 * 50];
        matrix.add_to_any(&x, &mut narrow, true);
        assert_eq!(matrix.multiply(&x), narrow);
    }

    #[test]
    fn functions_are_close_everywhere() {
        for step in -100_000..=100_000 {
            let x = 90.0 * step as f32 / 100_000.0;
            let wide = f64::from(x);
            let near = |found: f32, expected: f64, bound: f64| {
                assert!(
                    (f64::from(found) - expected).abs() <= bound,
                    "{x}: {found}, not {expected}"
                );
            };
            if x.abs() <= 87.0 {
                near(exp(x), wide.exp(), wide.exp() * 2e-7);
            }
            near(sigmoid(x), 1.0 / (1.0 + (-wide).exp()), 2e-7);
            near(tanh(x), wide.tanh(), 2e-7);
        }
        assert_eq!(
            (exp(f32::NEG_INFINITY), exp(-1e9), exp(1e9)),
            (0.0, 0.0, f32::INFINITY)
        );
        assert!(exp(f32::NAN).is_nan());
    }
}
