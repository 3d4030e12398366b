use core::arch::wasm32::*;

use super::super::packed::{Block, DEPTH, OUTPUTS};
use super::Kernel;

/// Plain wasm SIMD: bytes widened to 16 bits, then `i32x4_dot_i16x8`.
pub(crate) struct Simd128;

impl Kernel for Simd128 {
    const NAME: &'static str = "wasm simd128";
    const ROWS: usize = 3;

    #[inline(always)]
    fn tile(activations: &[u8], panel: &[Block], sums: &mut [[i32; OUTPUTS]]) {
        match sums {
            [a, b, c] => rows(activations, panel, [a, b, c]),
            [a, b] => rows(activations, panel, [a, b]),
            [a] => rows(activations, panel, [a]),
            _ => unreachable!("a tile has one to three rows"),
        }
    }
}

#[inline(always)]
fn rows<const ROWS: usize>(activations: &[u8], panel: &[Block], sums: [&mut [i32; OUTPUTS]; ROWS]) {
    let stride = panel.len() * DEPTH;
    assert_eq!(activations.len(), ROWS * stride);
    // Eight 16-bit products make four sums of two neighbours: per output two
    // partial sums, which are added at the end.
    let mut partial = [[i32x4_splat(0); 8]; ROWS];
    for (depth, block) in panel.iter().enumerate() {
        let mut four = [i16x8_splat(0); ROWS];
        for (row, four) in four.iter_mut().enumerate() {
            // SAFETY: four bytes at `row * stride + depth * DEPTH` lie within
            // `activations`, whose length was checked above.
            let bytes = unsafe {
                v128_load32_splat(
                    activations
                        .as_ptr()
                        .add(row * stride + depth * DEPTH)
                        .cast(),
                )
            };
            *four = u16x8_extend_low_u8x16(bytes);
        }
        for quarter in 0..4 {
            // SAFETY: a block is 64 bytes; quarter 0..4 stays within it.
            let weights = unsafe { v128_load(block.0.as_ptr().add(16 * quarter).cast()) };
            let low = i16x8_extend_low_i8x16(weights);
            let high = i16x8_extend_high_i8x16(weights);
            for row in 0..ROWS {
                let sums = &mut partial[row];
                sums[2 * quarter] = i32x4_add(sums[2 * quarter], i32x4_dot_i16x8(low, four[row]));
                sums[2 * quarter + 1] =
                    i32x4_add(sums[2 * quarter + 1], i32x4_dot_i16x8(high, four[row]));
            }
        }
    }
    for (sums, partial) in sums.into_iter().zip(partial) {
        for (quarter, sums) in sums.chunks_exact_mut(4).enumerate() {
            let (low, high) = (partial[2 * quarter], partial[2 * quarter + 1]);
            let even = i32x4_shuffle::<0, 2, 4, 6>(low, high);
            let odd = i32x4_shuffle::<1, 3, 5, 7>(low, high);
            // SAFETY: `sums` is four i32.
            unsafe { v128_store(sums.as_mut_ptr().cast(), i32x4_add(even, odd)) };
        }
    }
}
