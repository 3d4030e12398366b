//! Int8 weights in the order in which the kernels read them, and the matmul
//! that walks them tile by tile.
//!
//! A [`Block`] holds [`OUTPUTS`] output channels times [`DEPTH`] input
//! channels: 64 bytes, one AVX-512 register, two of AVX2, four of wasm. A
//! *panel* is the run of blocks of the same output channels. The integers are
//!
//! ```text
//! x ~ (a - zero) * row_scale        a in 0..=127, one zero and scale per row
//! w ~ q * channel_scale             q in -127..=127, one scale per channel
//! x . w ~ row_scale * channel_scale * (sum(a q) - zero * sum(q))
//! ```
//!
//! With `a` in seven bits every kernel's products are exact: a pair of them
//! fits 16 bits (AVX2's `maddubs` does not saturate) and wasm's relaxed dot
//! product is the same on every engine.

use super::kernels::Kernel;
use super::math;

/// Output channels of a block.
pub(super) const OUTPUTS: usize = 16;
/// Input channels of a block.
pub(super) const DEPTH: usize = 4;
/// Rows that spread less are zeros: dividing by them would overflow.
const SMALLEST_SPREAD: f32 = 1e-30;
/// The greatest quantized activation.
const ACTIVATION_MAX: f32 = 127.0;

/// Weights of [`OUTPUTS`] x [`DEPTH`] channels, the inputs of an output adjacent.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Block(pub(super) [i8; OUTPUTS * DEPTH]);

/// A linear layer: packed weights, scales and biases.
pub(super) struct Packed {
    inputs: usize,
    outputs: usize,
    /// `[outputs / OUTPUTS][inputs / DEPTH]`, both rounded up; padding is 0.
    blocks: Vec<Block>,
    /// Per output channel, padded to a multiple of [`OUTPUTS`].
    channels: Vec<Channel>,
}

#[derive(Clone, Copy, Default)]
struct Channel {
    scale: f32,
    bias: f32,
    /// The sum of the channel's weights.
    sum: i32,
}

impl Packed {
    /// Packs `weight` `[outputs, inputs]`, row-major, with a scale and a bias
    /// per output.
    ///
    /// # Panics
    ///
    /// If the lengths do not fit each other.
    pub(super) fn new(weight: &[i8], scale: &[f32], bias: &[f32], inputs: usize) -> Self {
        let outputs = scale.len();
        assert_eq!(weight.len(), outputs * inputs);
        assert_eq!(bias.len(), outputs);
        let panel = inputs.div_ceil(DEPTH);
        let mut blocks = vec![Block([0; OUTPUTS * DEPTH]); outputs.div_ceil(OUTPUTS) * panel];
        let mut channels = vec![Channel::default(); outputs.next_multiple_of(OUTPUTS)];
        for (output, row) in weight.chunks_exact(inputs).enumerate() {
            let (group, lane) = (output / OUTPUTS, output % OUTPUTS);
            for (depth, part) in row.chunks(DEPTH).enumerate() {
                let block = &mut blocks[group * panel + depth];
                block.0[lane * DEPTH..][..part.len()].copy_from_slice(part);
            }
            channels[output] = Channel {
                scale: scale[output],
                bias: bias[output],
                sum: row.iter().map(|&w| i32::from(w)).sum(),
            };
        }
        Self {
            inputs,
            outputs,
            blocks,
            channels,
        }
    }

    /// `[rows, inputs]` quantized to `[rows, outputs]` f32, bias added.
    #[inline(always)]
    pub(super) fn multiply<K: Kernel>(&self, input: &Quantized, output: &mut [f32]) {
        let rows = input.rows.len();
        debug_assert_eq!(input.stride, self.inputs.next_multiple_of(DEPTH));
        debug_assert_eq!(output.len(), rows * self.outputs);
        let panel = self.inputs.div_ceil(DEPTH);
        for (group, blocks) in self.blocks.chunks_exact(panel).enumerate() {
            let first = group * OUTPUTS;
            let width = OUTPUTS.min(self.outputs - first);
            let channels: &[Channel; OUTPUTS] = self.channels[first..][..OUTPUTS]
                .try_into()
                .expect("padded");
            let mut row = 0;
            while row < rows {
                let height = K::ROWS.min(rows - row);
                let mut tile = [[0i32; OUTPUTS]; MAX_ROWS];
                let activations = &input.values[row * input.stride..][..height * input.stride];
                K::tile(activations, blocks, &mut tile[..height]);
                for (offset, sums) in tile[..height].iter().enumerate() {
                    let Row { scale, zero } = input.rows[row + offset];
                    let mut results = [0.0f32; OUTPUTS];
                    for lane in 0..OUTPUTS {
                        let channel = channels[lane];
                        let dot = sums[lane] - zero * channel.sum;
                        results[lane] = dot as f32 * (scale * channel.scale) + channel.bias;
                    }
                    output[(row + offset) * self.outputs + first..][..width]
                        .copy_from_slice(&results[..width]);
                }
                row += height;
            }
        }
    }
}

/// The most rows a kernel's tile may have.
pub(super) const MAX_ROWS: usize = 12;

/// Rows of activations in seven bits.
#[derive(Default)]
pub(super) struct Quantized {
    /// `[rows, stride]`, padded with 0.
    values: Vec<u8>,
    rows: Vec<Row>,
    stride: usize,
}

#[derive(Clone, Copy)]
struct Row {
    scale: f32,
    zero: i32,
}

impl Quantized {
    /// Replaces the contents by `input` `[rows, width]`, quantized row by row
    /// over the range of its values and 0.
    #[inline(always)]
    pub(super) fn fill(&mut self, input: &[f32], width: usize) {
        let rows = input.len() / width;
        self.stride = width.next_multiple_of(DEPTH);
        self.values.clear();
        self.values.resize(rows * self.stride, 0);
        self.rows.clear();
        for (row, values) in input
            .chunks_exact(width)
            .zip(self.values.chunks_exact_mut(self.stride))
        {
            let (low, high) = math::range_with_zero(row);
            let spread = high - low;
            let (scale, inverse) = if spread > SMALLEST_SPREAD {
                (spread / ACTIVATION_MAX, ACTIVATION_MAX / spread)
            } else {
                (0.0, 0.0)
            };
            // Adding 2^23 rounds to the nearest integer, ties to even, and
            // leaves it in the low bits: exact and the same in every SIMD.
            const ROUND: f32 = 8_388_608.0;
            let zero = (-low * inverse + ROUND) - ROUND;
            for (value, &x) in values.iter_mut().zip(row) {
                let shifted = x * inverse + zero;
                let shifted = if shifted > 0.0 { shifted } else { 0.0 };
                let shifted = if shifted < ACTIVATION_MAX {
                    shifted
                } else {
                    ACTIVATION_MAX
                };
                *value = (shifted + ROUND).to_bits() as u8;
            }
            self.rows.push(Row {
                scale,
                zero: zero as i32,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::super::kernels;
    use super::*;

    /// What the packed product must be, computed without packing.
    fn reference(input: &Quantized, weight: &[i8], inputs: usize, outputs: usize) -> Vec<i64> {
        let mut sums = Vec::new();
        for row in 0..input.rows.len() {
            for output in 0..outputs {
                let dot = (0..inputs).map(|i| {
                    let a = i64::from(input.values[row * input.stride + i]);
                    (a - i64::from(input.rows[row].zero)) * i64::from(weight[output * inputs + i])
                });
                sums.push(dot.sum());
            }
        }
        sums
    }

    fn check<K: Kernel>(input: &[f32], weight: &[i8], inputs: usize, outputs: usize) {
        let mut quantized = Quantized::default();
        quantized.fill(input, inputs);
        for row in &mut quantized.rows {
            row.scale = 1.0;
        }
        let packed = Packed::new(weight, &vec![1.0; outputs], &vec![0.0; outputs], inputs);
        let mut output = vec![f32::NAN; input.len() / inputs * outputs];
        packed.multiply::<K>(&quantized, &mut output);
        let expected = reference(&quantized, weight, inputs, outputs);
        let expected: Vec<f32> = expected.into_iter().map(|sum| sum as f32).collect();
        assert_eq!(output, expected, "{} on {inputs} x {outputs}", K::NAME);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_kernel_equals_the_definition(
            rows in 1usize..30, inputs in 1usize..70, outputs in 1usize..40, seed in any::<u64>(),
        ) {
            use rand::{Rng, SeedableRng};
            let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
            let input: Vec<f32> = (0..rows * inputs).map(|_| random.random_range(-2.0..3.0)).collect();
            let weight: Vec<i8> = (0..inputs * outputs).map(|_| random.random_range(-127..=127)).collect();
            kernels::for_each_available!(|K| check::<K>(&input, &weight, inputs, outputs));
        }
    }

    #[test]
    fn extremes_do_not_saturate() {
        let inputs = 3072;
        let input = [vec![1.0f32; inputs], vec![-1.0; inputs]].concat();
        let weight = [vec![127i8; inputs], vec![-127; inputs]].concat();
        kernels::for_each_available!(|K| check::<K>(&input, &weight, inputs, 2));
    }

    #[test]
    fn quantization_errs_by_half_a_step() {
        let input: Vec<f32> = (0..50).map(|i| (i as f32).sin() * 3.0 + 1.0).collect();
        let mut quantized = Quantized::default();
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
