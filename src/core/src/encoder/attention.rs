//! Self-attention in integers: the same kernels as for the linear layers.
//!
//! Of each head, queries are activations and keys weights with a scale per
//! position; then probabilities are activations and values weights with a
//! scale per channel. Keys and values are quantized to +-64, so that fours of
//! them always fit (see `int8::packed`); against full precision this loses less
//! than the linear layers do.

use crate::int8::{
    ACTIVATION_MAX, ALWAYS_FITS, Activation, Activations, DEPTH, Kernel, OUTPUTS, Packed, ROUND,
    Row, for_each_tile,
};
use crate::math;

/// Positions whose scores are in memory at a time; a multiple of every
/// kernel's rows.
const SCORE_ROWS: usize = 12;

/// Buffers that one sentence after another can use again.
#[derive(Default)]
pub(super) struct Attention {
    queries: Activations,
    keys: Packed,
    values: Packed,
    /// One position's key.
    key: Vec<i8>,
    /// One head's largest value per channel, then its inverse.
    inverse: Vec<f32>,
    scores: Vec<f32>,
    probabilities: Activations,
}

impl Attention {
    /// Attention of all heads over one sentence. `input` is `[length, 3 *
    /// width]` (query, key, value side by side), `output` `[length, width]`.
    ///
    /// # Safety
    ///
    /// The machine must have the kernel's instructions.
    #[inline(always)]
    pub(super) unsafe fn run<K: Kernel>(
        &mut self,
        input: &[f32],
        output: &mut [f32],
        width: usize,
        heads: usize,
    ) {
        let length = output.len() / width;
        let depth = width / heads;
        for first in (0..width).step_by(depth) {
            self.pack_keys(input, width, width + first, length, depth);
            self.pack_values(input, width, 2 * width + first, length, depth);
            for start in (0..length).step_by(SCORE_ROWS) {
                let rows = SCORE_ROWS.min(length - start);
                self.queries.reset(rows, depth);
                for row in 0..rows {
                    let query = &input[(start + row) * 3 * width + first..][..depth];
                    self.queries.set(row, query);
                }
                // SAFETY: as the caller has promised.
                unsafe {
                    self.score::<K>(length, depth);
                    let output = &mut output[start * width..][..rows * width];
                    self.mix::<K>(output, width, first);
                }
            }
        }
    }

    /// One output channel per position.
    #[inline(always)]
    fn pack_keys(&mut self, input: &[f32], width: usize, at: usize, length: usize, depth: usize) {
        self.keys.reset(length, depth);
        self.key.resize(depth, 0);
        for position in 0..length {
            let key = &input[position * 3 * width + at..][..depth];
            let (low, high) = math::range_with_zero(key);
            let (scale, inverse) = symmetric(high.max(-low));
            for (integer, &x) in self.key.iter_mut().zip(key) {
                *integer = to_weight(x * inverse) as i8;
            }
            self.keys.set(position, &self.key);
            self.keys.set_scales(position, &[scale]);
        }
    }

    /// One output channel per channel of the values, one input per position.
    #[inline(always)]
    fn pack_values(&mut self, input: &[f32], width: usize, at: usize, length: usize, depth: usize) {
        self.values.reset(depth, length);
        self.inverse.clear();
        self.inverse.resize(depth.next_multiple_of(OUTPUTS), 0.0);
        let row = |position: usize| &input[position * 3 * width + at..][..depth];
        for position in 0..length {
            for (largest, &x) in self.inverse.iter_mut().zip(row(position)) {
                *largest = if x.abs() > *largest {
                    x.abs()
                } else {
                    *largest
                };
            }
        }
        let all = self
            .values
            .panels_mut()
            .zip(self.inverse.chunks_exact_mut(OUTPUTS));
        for (panel, ((blocks, channels), inverses)) in all.enumerate() {
            for (scale, inverse) in channels.scale.iter_mut().zip(inverses.iter_mut()) {
                (*scale, *inverse) = symmetric(*inverse);
            }
            let first = panel * OUTPUTS;
            let lanes = OUTPUTS.min(depth - first);
            for (group, block) in blocks.iter_mut().enumerate() {
                let start = group * DEPTH;
                for offset in 0..DEPTH.min(length - start) {
                    let values = &row(start + offset)[first..][..lanes];
                    for (lane, (&x, &inverse)) in values.iter().zip(inverses.iter()).enumerate() {
                        block.0[lane * DEPTH + offset] = to_weight(x * inverse) as i8;
                    }
                }
            }
        }
    }

    /// Scores of the queries, and from them the probabilities.
    #[inline(always)]
    unsafe fn score<K: Kernel>(&mut self, length: usize, depth: usize) {
        let Self {
            queries,
            keys,
            scores,
            probabilities,
            ..
        } = self;
        let rows = queries.rows().len();
        let stride = length.next_multiple_of(OUTPUTS);
        scores.resize(rows * stride, 0.0);
        // A softmax of powers of two: one multiplication less for each.
        let root = std::f32::consts::LOG2_E / (depth as f32).sqrt();
        // SAFETY: as the caller has promised.
        unsafe {
            for_each_tile::<K>(queries, keys, |row, first, _, sums, channels| {
                let Row { scale, zero } = queries.rows()[row];
                let scale = scale * root;
                let scores: &mut [f32; OUTPUTS] = (&mut scores[row * stride + first..][..OUTPUTS])
                    .try_into()
                    .expect("the stride is padded");
                for lane in 0..OUTPUTS {
                    let dot = sums[lane] - zero * channels.sum[lane];
                    scores[lane] = dot as f32 * (scale * channels.scale[lane]);
                }
            });
        }
        probabilities.reset(rows, length);
        for (row, scores) in scores.chunks_exact_mut(stride).enumerate() {
            scores[length..].fill(f32::NEG_INFINITY);
            let (integers, meaning) = probabilities.row_mut(row);
            softmax(scores, &mut integers[..length], &mut meaning.scale);
        }
    }

    /// The values, mixed by the probabilities, into a head's channels.
    #[inline(always)]
    unsafe fn mix<K: Kernel>(&mut self, output: &mut [f32], width: usize, head: usize) {
        let (values, probabilities) = (&self.values, &self.probabilities);
        // SAFETY: as the caller has promised.
        unsafe {
            for_each_tile::<K>(
                probabilities,
                values,
                |row, first, lanes, sums, channels| {
                    let scale = probabilities.rows()[row].scale;
                    let mut results = [0.0f32; OUTPUTS];
                    for lane in 0..OUTPUTS {
                        results[lane] = sums[lane] as f32 * (scale * channels.scale[lane]);
                    }
                    output[row * width + head + first..][..lanes]
                        .copy_from_slice(&results[..lanes]);
                },
            );
        }
    }
}

/// Softmax in seven bits, in powers of two: integers in proportion to the
/// probabilities, and the inverse of their sum. `scores` are padded to whole
/// sixteens with minus infinity, of which nothing is left.
#[inline(always)]
fn softmax(scores: &[f32], integers: &mut [Activation], scale: &mut f32) {
    const LARGEST: f32 = ACTIVATION_MAX as f32;
    let greatest = math::greatest(scores);
    let mut sums = [0.0f32; OUTPUTS];
    // Sixteen at a time: engines load a loop's constants in every turn.
    for (scores, integers) in scores
        .chunks_exact(OUTPUTS)
        .zip(integers.chunks_mut(OUTPUTS))
    {
        let mut sixteen = [0; OUTPUTS];
        for lane in 0..OUTPUTS {
            let weight = math::exp2_nonpositive(scores[lane] - greatest) * LARGEST;
            // Within 0..=127.
            let rounded = weight + ROUND;
            sixteen[lane] = rounded.to_bits() as u8 as Activation;
            sums[lane] += rounded - ROUND;
        }
        if let Ok(integers) = <&mut [Activation; OUTPUTS]>::try_from(&mut *integers) {
            *integers = sixteen;
        } else {
            integers.copy_from_slice(&sixteen[..integers.len()]);
        }
    }
    // Of integers: exact in any order.
    *scale = 1.0 / sums.iter().sum::<f32>();
}

/// The scale that takes `largest` to [`ALWAYS_FITS`], and its inverse.
#[inline(always)]
fn symmetric(largest: f32) -> (f32, f32) {
    // Less than this is 0: its inverse would overflow.
    const SMALLEST: f32 = 1e-30;
    const LARGEST: f32 = ALWAYS_FITS as f32;
    if largest > SMALLEST {
        (largest / LARGEST, LARGEST / largest)
    } else {
        (0.0, 0.0)
    }
}

/// The nearest integer, ties to even, of `x` within +-[`ALWAYS_FITS`]; anything
/// where `x` is not a number.
#[inline(always)]
fn to_weight(x: f32) -> i32 {
    // 1.5 * 2^23: adding it rounds to an integer that stands in the low bits.
    const ROUND: f32 = 12_582_912.0;
    (x + ROUND).to_bits() as i32
}
