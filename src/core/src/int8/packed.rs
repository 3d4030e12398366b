//! Int8 weights in the order in which the kernels read them.
//!
//! A [`Block`] holds [`OUTPUTS`] output channels times [`DEPTH`] input
//! channels: in bytes, one AVX-512 register, two of AVX2, four of wasm. A
//! *panel* is the run of blocks of the same output channels.
//!
//! Kernels without a 32-bit dot product add the products of two neighbouring
//! blocks in 16 bits, which halves their work. [`limit_fours`] sees to it that
//! this cannot overflow; it is part of the quantized format.

use super::layout::{ACTIVATION_MAX, Block, DEPTH, OUTPUTS};

/// Weights within this bound can stand anywhere: four of them are in order.
pub(crate) const ALWAYS_FITS: i8 = (FOUR_MAX / 4) as i8;
/// The greatest sum of those of four weights that have the same sign.
const FOUR_MAX: i32 = i16::MAX as i32 / ACTIVATION_MAX as i32;

/// The most input channels whose products' sum fits 32 bits.
pub(crate) const MAX_INPUTS: usize =
    i32::MAX as usize / (ACTIVATION_MAX as usize * i8::MAX as usize);

/// Packed weights, with what turns sums of products into numbers.
#[derive(Debug, Default)]
pub(crate) struct Packed {
    inputs: usize,
    outputs: usize,
    /// `[outputs / OUTPUTS][inputs / DEPTH]`, both rounded up; padding is 0.
    blocks: Vec<Block>,
    /// Per output channel, padded to a multiple of [`OUTPUTS`].
    channels: Vec<Channels>,
}

/// What [`OUTPUTS`] channels need besides their weights.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Channels {
    pub(crate) scale: [f32; OUTPUTS],
    pub(crate) bias: [f32; OUTPUTS],
    /// The sums of the channels' weights.
    pub(crate) sum: [i32; OUTPUTS],
}

impl Packed {
    /// Weights of 0, to be set row by row.
    pub(crate) fn new(outputs: usize, inputs: usize) -> Self {
        let mut packed = Self::default();
        packed.reset(outputs, inputs);
        packed
    }

    /// Becomes [`Packed::new`], in the memory that is there.
    pub(crate) fn reset(&mut self, outputs: usize, inputs: usize) {
        (self.outputs, self.inputs) = (outputs, inputs);
        let panels = outputs.div_ceil(OUTPUTS);
        self.blocks.clear();
        let zero = Block([0; OUTPUTS * DEPTH]);
        self.blocks.resize(panels * inputs.div_ceil(DEPTH), zero);
        self.channels.clear();
        self.channels.resize(panels, Channels::default());
    }

    /// Sets the weights of an output channel, which were 0.
    #[inline(always)]
    pub(crate) fn set(&mut self, output: usize, weight: &[i8]) {
        debug_assert_eq!(weight.len(), self.inputs);
        let (panel, lane) = (output / OUTPUTS, output % OUTPUTS);
        let length = self.depth();
        let blocks = &mut self.blocks[panel * length..][..length];
        let (fours, rest) = weight.as_chunks::<DEPTH>();
        for (block, four) in blocks.iter_mut().zip(fours) {
            // Of a constant width: one load and one store.
            let (places, _) = block.0.as_chunks_mut::<DEPTH>();
            places[lane] = *four;
        }
        if let (Some(block), false) = (blocks.last_mut(), rest.is_empty()) {
            for (place, &weight) in block.0[lane * DEPTH..].iter_mut().zip(rest) {
                *place = weight;
            }
        }
        self.channels[panel].sum[lane] = weight.iter().map(|&w| i32::from(w)).sum();
    }

    /// Sets the scales of the channels from `first` on.
    pub(crate) fn set_scales(&mut self, first: usize, scales: &[f32]) {
        for (output, &scale) in (first..).zip(scales) {
            self.channels[output / OUTPUTS].scale[output % OUTPUTS] = scale;
        }
    }

    /// Sets the biases of the channels from `first` on.
    pub(crate) fn set_biases(&mut self, first: usize, biases: &[f32]) {
        for (output, &bias) in (first..).zip(biases) {
            self.channels[output / OUTPUTS].bias[output % OUTPUTS] = bias;
        }
    }

    pub(crate) fn outputs(&self) -> usize {
        self.outputs
    }

    /// Blocks of a panel.
    pub(crate) fn depth(&self) -> usize {
        self.inputs.div_ceil(DEPTH)
    }

    /// All panels with their channels, `count` at a time, the last ones fewer.
    #[inline(always)]
    pub(crate) fn panels(&self, count: usize) -> impl Iterator<Item = (&[Block], &[Channels])> {
        let blocks = self.blocks.chunks(count * self.depth());
        blocks.zip(self.channels.chunks(count))
    }

    /// Every panel with its channels, to write blocks of all channels at once.
    #[inline(always)]
    pub(crate) fn panels_mut(&mut self) -> impl Iterator<Item = (&mut [Block], &mut Channels)> {
        let length = self.depth();
        self.blocks.chunks_exact_mut(length).zip(&mut self.channels)
    }
}

/// Whether no four of a channel's weights, of those whose products a kernel may
/// add up in 16 bits, can overflow: two neighbours, and the two that stand a
/// block further.
pub(crate) fn fours_fit(weight: &[i8]) -> bool {
    let (parts, rest) = weight.as_chunks::<{ 2 * DEPTH }>();
    let mut last = [0; 2 * DEPTH];
    last[..rest.len()].copy_from_slice(rest);
    // Nearly all parts are so small that their fours cannot but fit.
    parts
        .iter()
        .chain([&last])
        .all(|part| magnitude(part) <= FOUR_MAX || fours_of_part_fit(part))
}

fn fours_of_part_fit(part: &[i8; 2 * DEPTH]) -> bool {
    let fits = |at: usize| {
        let four = [at, at + 1, at + DEPTH, at + DEPTH + 1].map(|at| i32::from(part[at]));
        let positive: i32 = four.iter().map(|w| w.max(&0)).sum();
        let negative: i32 = four.iter().map(|w| w.min(&0)).sum();
        positive <= FOUR_MAX && negative >= -FOUR_MAX
    };
    fits(0) && fits(2)
}

/// The sum of eight magnitudes, all at once in the bytes of an integer: a
/// loader does this for every weight of an encoder.
fn magnitude(part: &[i8; 2 * DEPTH]) -> i32 {
    const BYTES: u64 = 0x0101_0101_0101_0101;
    const EVEN: u64 = 0x00ff_00ff_00ff_00ff;
    let eight = u64::from_ne_bytes(part.map(|weight| weight as u8));
    let negative = (eight >> 7) & BYTES;
    let magnitudes = (eight ^ (negative * 0xff)) + negative;
    let pairs = (magnitudes & EVEN) + ((magnitudes >> 8) & EVEN);
    (pairs.wrapping_mul(0x0001_0001_0001_0001) >> 48) as i32
}

/// Lessens the greatest of fours of weights that could overflow, by as little
/// as does. Such fours are rare: all must be great and of the same sign.
pub(crate) fn limit_fours(weight: &mut [i8]) {
    for part in weight.chunks_mut(2 * DEPTH) {
        while !fours_fit(part) {
            // Of the fours that overflow, one weight at a time.
            for start in [0, 2] {
                let four = [start, start + 1, start + DEPTH, start + DEPTH + 1];
                for sign in [1, -1] {
                    let signed = |at: &usize| sign * part.get(*at).map_or(0, |&w| i32::from(w));
                    if four.iter().map(|at| signed(at).max(0)).sum::<i32>() > FOUR_MAX {
                        let greatest = four.into_iter().max_by_key(signed);
                        part[greatest.expect("four are not none")] -= sign as i8;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn great_fours_are_lessened_as_little_as_does() {
        let mut weight = [127, 127, 1, -127, 127, 127, 2, -127, 127, 127, 127, -127];
        assert!(!fours_fit(&weight));
        limit_fours(&mut weight);
        assert!(fours_fit(&weight));
        assert_eq!(weight[..8], [65, 65, 1, -127, 64, 64, 2, -127]);
        assert_eq!(weight[8..], [127, 127, 127, -127]);
        assert!(fours_fit(&[ALWAYS_FITS; 24]) && fours_fit(&[-ALWAYS_FITS; 7]));
        assert!(!fours_fit(&[ALWAYS_FITS + 1; 8]));
        assert_eq!(magnitude(&[-128, 127, -1, 0, 1, -127, 126, 5]), 515);
        assert_eq!(magnitude(&[-128; 8]), 1024);
    }
}
