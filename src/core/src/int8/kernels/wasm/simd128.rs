use core::arch::wasm32::*;

use super::super::super::layout::{Block, DEPTH, OUTPUTS};
use super::{Kernel, add, by_rows, check};

/// Plain wasm SIMD: `i32x4_dot_i16x8` of activations that are kept in 16 bits,
/// and weights that are widened for four rows at a time: kept in 16 bits, they
/// would take twice the memory for 3 % of the time.
pub(crate) struct Simd128;

impl Kernel for Simd128 {
    const NAME: &'static str = "wasm simd128";
    const ROWS: usize = 4;
    const DEPTH: usize = 192;

    #[inline(always)]
    unsafe fn tile(
        activations: &[i16],
        stride: usize,
        panel: &[Block],
        rows: usize,
        sums: &mut [[i32; OUTPUTS]],
    ) {
        by_rows!(rows, [1 2 3 4], |N| dot::<N>(activations, stride, panel, sums));
    }
}

/// A panel goes through in quarters of four outputs, so that the sums stay in
/// registers.
#[inline(never)]
fn dot<const ROWS: usize>(
    activations: &[i16],
    stride: usize,
    panel: &[Block],
    sums: &mut [[i32; OUTPUTS]],
) {
    check(activations, stride, panel, ROWS);
    assert_eq!(sums.len(), ROWS);
    for quarter in 0..4 {
        // Eight products make four sums of two neighbours: two partial sums
        // per output, which are added at the end.
        let mut partial = [[i32x4_splat(0); 2]; ROWS];
        let mut four = activations.as_ptr();
        for block in panel {
            let weights = [load(block, 2 * quarter), load(block, 2 * quarter + 1)];
            let mut place = four;
            for partial in &mut partial {
                // SAFETY: `check` has found a four in each row for each block.
                let four = unsafe { splat(place) };
                for (partial, &weights) in partial.iter_mut().zip(&weights) {
                    *partial = i32x4_add(*partial, i32x4_dot_i16x8(weights, four));
                }
                place = place.wrapping_add(stride);
            }
            four = four.wrapping_add(DEPTH);
        }
        for (sums, [low, high]) in sums.iter_mut().zip(partial) {
            let even = i32x4_shuffle::<0, 2, 4, 6>(low, high);
            let odd = i32x4_shuffle::<1, 3, 5, 7>(low, high);
            add(&mut sums[quarter * 4..], i32x4_add(even, odd));
        }
    }
}

/// The weights of two outputs, widened.
#[inline(always)]
fn load(block: &Block, pair: usize) -> v128 {
    let two = &block.0[8 * pair..][..8];
    // SAFETY: `two` is eight bytes.
    unsafe { i16x8_load_extend_i8x8(two.as_ptr()) }
}

/// Four adjacent activations, twice.
///
/// # Safety
///
/// There are four at `place`.
#[inline(always)]
unsafe fn splat(place: *const i16) -> v128 {
    // SAFETY: as the caller has promised.
    unsafe { v128_load64_splat(place.cast()) }
}
