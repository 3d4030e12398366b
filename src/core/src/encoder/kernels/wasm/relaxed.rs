use core::arch::wasm32::*;

use super::super::super::packed::{Block, DEPTH, OUTPUTS};
use super::{Kernel, splat, store};

/// Relaxed wasm SIMD: `i32x4_relaxed_dot_i8x16_i7x16_add`, which is the same on
/// every engine as long as its second operand has seven bits.
pub(crate) struct Relaxed;

impl Kernel for Relaxed {
    const NAME: &'static str = "wasm relaxed simd";
    const ROWS: usize = 3;

    #[inline(always)]
    fn tile(activations: &[u8], panel: &[Block], sums: &mut [[i32; OUTPUTS]]) {
        match sums {
            [a, b, c] => relaxed(activations, panel, [a, b, c]),
            [a, b] => relaxed(activations, panel, [a, b]),
            [a] => relaxed(activations, panel, [a]),
            _ => unreachable!("a tile has one to three rows"),
        }
    }
}

#[inline(always)]
fn relaxed<const ROWS: usize>(
    activations: &[u8],
    panel: &[Block],
    sums: [&mut [i32; OUTPUTS]; ROWS],
) {
    let stride = panel.len() * DEPTH;
    assert_eq!(activations.len(), ROWS * stride);
    let mut totals = [[i32x4_splat(0); 4]; ROWS];
    for (depth, block) in panel.iter().enumerate() {
        let mut four = [i8x16_splat(0); ROWS];
        for (row, four) in four.iter_mut().enumerate() {
            *four = splat(activations, row * stride + depth * DEPTH);
        }
        for quarter in 0..4 {
            // SAFETY: a block is 64 bytes; quarter 0..4 stays within it.
            let weights = unsafe { v128_load(block.0.as_ptr().add(16 * quarter).cast()) };
            for (totals, &four) in totals.iter_mut().zip(&four) {
                totals[quarter] = i32x4_relaxed_dot_i8x16_i7x16_add(weights, four, totals[quarter]);
            }
        }
    }
    for (sums, totals) in sums.into_iter().zip(totals) {
        for (quarter, total) in totals.into_iter().enumerate() {
            store(&mut sums[quarter * 4..], total);
        }
    }
}
