use core::arch::wasm32::*;

use super::super::super::packed::{Block, DEPTH, OUTPUTS};
use super::{Kernel, by_rows, store};

/// Plain wasm SIMD: bytes widened to 16 bits, then `i32x4_dot_i16x8`.
pub(crate) struct Simd128;

impl Kernel for Simd128 {
    const NAME: &'static str = "wasm simd128";
    const ROWS: usize = 3;

    #[inline(always)]
    unsafe fn tile(activations: &[u8], panel: &[Block], sums: &mut [[i32; OUTPUTS]]) {
        by_rows!(widened, activations, panel, sums)
    }
}

/// A panel goes through in two halves of eight outputs: engines have 16
/// registers, and the sums must stay in them.
#[inline(never)]
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
                *four = splat(activations, row * stride + depth * DEPTH);
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

/// Four adjacent activations, twice, in 16 bits.
#[inline(always)]
fn splat(activations: &[u8], start: usize) -> v128 {
    debug_assert!(start + DEPTH <= activations.len());
    // SAFETY: the callers checked that `activations` holds all rows of a
    // panel's depth; every start lies DEPTH bytes before such a row's end.
    let four = unsafe { v128_load32_splat(activations.as_ptr().add(start).cast()) };
    u16x8_extend_low_u8x16(four)
}
