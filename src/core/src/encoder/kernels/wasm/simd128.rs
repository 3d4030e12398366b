use core::arch::wasm32::*;

use super::super::super::packed::{Block, DEPTH, OUTPUTS};
use super::{Kernel, splat, store};

/// Plain wasm SIMD: bytes widened to 16 bits, then `i32x4_dot_i16x8`.
pub(crate) struct Simd128;

impl Kernel for Simd128 {
    const NAME: &'static str = "wasm simd128";
    const ROWS: usize = 3;

    #[inline(always)]
    fn tile(activations: &[u8], panel: &[Block], sums: &mut [[i32; OUTPUTS]]) {
        match sums {
            [a, b, c] => widened(activations, panel, [a, b, c]),
            [a, b] => widened(activations, panel, [a, b]),
            [a] => widened(activations, panel, [a]),
            _ => unreachable!("a tile has one to three rows"),
        }
    }
}

/// A panel goes through in two halves of eight outputs: engines have 16
/// registers, and the sums must stay in them.
#[inline(always)]
fn widened<const ROWS: usize>(
    activations: &[u8],
    panel: &[Block],
    mut sums: [&mut [i32; OUTPUTS]; ROWS],
) {
    let stride = panel.len() * DEPTH;
    assert_eq!(activations.len(), ROWS * stride);
    for half in 0..2 {
        // Eight 16-bit products make four sums of two neighbours: two partial
        // sums per output, which are added at the end.
        let mut partial = [[i32x4_splat(0); 4]; ROWS];
        for (depth, block) in panel.iter().enumerate() {
            let mut four = [i16x8_splat(0); ROWS];
            for (row, four) in four.iter_mut().enumerate() {
                *four = u16x8_extend_low_u8x16(splat(activations, row * stride + depth * DEPTH));
            }
            for pair in 0..4 {
                let start = half * 32 + pair * 8;
                // SAFETY: a block is 64 bytes; eight from `start` stay in it.
                let weights = unsafe { i16x8_load_extend_i8x8(block.0.as_ptr().add(start)) };
                for (partial, &four) in partial.iter_mut().zip(&four) {
                    partial[pair] = i32x4_add(partial[pair], i32x4_dot_i16x8(weights, four));
                }
            }
        }
        for (sums, partial) in sums.iter_mut().zip(partial) {
            for quarter in 0..2 {
                let (low, high) = (partial[2 * quarter], partial[2 * quarter + 1]);
                let even = i32x4_shuffle::<0, 2, 4, 6>(low, high);
                let odd = i32x4_shuffle::<1, 3, 5, 7>(low, high);
                store(&mut sums[half * 8 + quarter * 4..], i32x4_add(even, odd));
            }
        }
    }
}
