//! Activations in seven bits, a scale and a zero point per row:
//!
//! ```text
//! x ~ (a - zero) * scale            a in 0..=127
//! ```
//!
//! In seven bits every kernel's products are exact: a pair of them fits 16
//! bits (AVX2's `maddubs` does not saturate) and wasm's relaxed dot product is
//! the same on every engine.

use super::kernels::Activation;
use super::layout::{ACTIVATION_MAX, DEPTH};
use crate::math;

/// Rows that spread less are zeros: dividing by them would overflow.
const SMALLEST_SPREAD: f32 = 1e-30;

/// Rows of quantized activations.
#[derive(Default)]
pub(crate) struct Activations {
    /// `[rows, stride]`, padded with 0.
    values: Vec<Activation>,
    rows: Vec<Row>,
    stride: usize,
    /// One row, multiplied by factors.
    scaled: Vec<f32>,
}

/// What the integers of a row mean.
#[derive(Clone, Copy, Default)]
pub(crate) struct Row {
    pub(crate) scale: f32,
    pub(crate) zero: i32,
}

impl Activations {
    /// Makes room for `rows` of `width`, of zeros.
    pub(crate) fn reset(&mut self, rows: usize, width: usize) {
        self.stride = width.next_multiple_of(DEPTH);
        self.values.clear();
        self.values.resize(rows * self.stride, 0);
        self.rows.clear();
        self.rows.resize(rows, Row::default());
    }

    /// Replaces the contents by `input` `[rows, width]`.
    #[inline(always)]
    pub(crate) fn fill(&mut self, input: &[f32], width: usize) {
        self.reset(input.len() / width, width);
        for (row, values) in input.chunks_exact(width).enumerate() {
            self.set(row, values);
        }
    }

    /// The same, every number multiplied by its column's factor before, where
    /// there are factors.
    #[inline(always)]
    pub(crate) fn fill_scaled(&mut self, input: &[f32], width: usize, factors: &[f32]) {
        if factors.is_empty() {
            self.fill(input, width);
            return;
        }
        self.reset(input.len() / width, width);
        let mut scaled = std::mem::take(&mut self.scaled);
        scaled.resize(width, 0.0);
        for (row, values) in input.chunks_exact(width).enumerate() {
            for ((scaled, &x), &factor) in scaled.iter_mut().zip(values).zip(factors) {
                *scaled = x * factor;
            }
            self.set(row, &scaled);
        }
        self.scaled = scaled;
    }

    /// Quantizes `values` over their range, which always includes 0.
    #[inline(always)]
    pub(crate) fn set(&mut self, row: usize, values: &[f32]) {
        let (low, high) = math::range_with_zero(values);
        let spread = high - low;
        let (scale, inverse) = if spread > SMALLEST_SPREAD {
            (spread / LARGEST, LARGEST / spread)
        } else {
            (0.0, 0.0)
        };
        let zero = (-low * inverse + ROUND) - ROUND;
        let (integers, _) = self.row_mut(row);
        for (integer, &x) in integers.iter_mut().zip(values) {
            *integer = to_activation(x * inverse + zero);
        }
        self.rows[row] = Row {
            scale,
            zero: zero as i32,
        };
    }

    /// A row's integers, padding included, and their meaning, to be set.
    #[inline(always)]
    pub(crate) fn row_mut(&mut self, row: usize) -> (&mut [Activation], &mut Row) {
        let integers = &mut self.values[row * self.stride..][..self.stride];
        (integers, &mut self.rows[row])
    }

    /// The rows' meanings.
    #[inline(always)]
    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The distance from a row's integers to the next row's.
    pub(crate) fn stride(&self) -> usize {
        self.stride
    }

    /// The integers from the `first` row's on.
    #[inline(always)]
    pub(crate) fn integers(&self, first: usize) -> &[Activation] {
        &self.values[first * self.stride..]
    }
}

const LARGEST: f32 = ACTIVATION_MAX as f32;
/// Adding 2^23 rounds to the nearest integer, ties to even, and leaves it in
/// the low bits: exact and the same in every SIMD.
pub(crate) const ROUND: f32 = 8_388_608.0;

/// The nearest integer within 0..=127.
#[inline(always)]
fn to_activation(x: f32) -> Activation {
    let x = if x > 0.0 { x } else { 0.0 };
    let x = if x < LARGEST { x } else { LARGEST };
    (x + ROUND).to_bits() as u8 as Activation
}

#[cfg(test)]
mod tests {
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn factors_are_multiplied_with_before() {
        let input: Vec<f32> = (0..60).map(|i| (i as f32).sin()).collect();
        let factors: Vec<f32> = (1..=20).map(|i| i as f32 / 8.0).collect();
        let columns = factors.iter().cycle();
        let product: Vec<f32> = input.iter().zip(columns).map(|(x, f)| x * f).collect();
        let (mut found, mut expected) = (Activations::default(), Activations::default());
        found.fill_scaled(&input, 20, &factors);
        expected.fill(&product, 20);
        assert_eq!(found.values, expected.values);
        found.fill_scaled(&product, 20, &[]);
        assert_eq!(found.values, expected.values);
    }

    #[test]
    fn quantization_errs_by_half_a_step() {
        let input: Vec<f32> = (0..50).map(|i| (i as f32).sin() * 3.0 + 1.0).collect();
        let mut quantized = Activations::default();
        quantized.fill(&input, 50);
        let Row { scale, zero } = quantized.rows[0];
        for (&x, &a) in input.iter().zip(&quantized.values) {
            assert!((x - (i32::from(a) - zero) as f32 * scale).abs() <= scale * 1.001);
            assert!(a <= 127);
        }
        quantized.fill(&[0.0, f32::NAN, -0.0, 0.0], 2);
        assert_eq!(quantized.rows.len(), 2);
    }
}
