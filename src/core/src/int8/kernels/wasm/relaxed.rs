use core::arch::wasm32::*;
use core::ops::Range;

use super::super::super::layout::{Block, DEPTH, OUTPUTS};
use super::{Kernel, add, by_rows, check, splat};

/// Relaxed wasm SIMD: `i32x4_relaxed_dot_i8x16_i7x16_add`, which is the same on
/// every engine as long as its second operand has seven bits. One instruction
/// where the CPU has a dot product of bytes (VNNI, ARM's dotprod).
pub(crate) struct Relaxed;

impl Kernel for Relaxed {
    const NAME: &'static str = "wasm relaxed simd";
    const ROWS: usize = 12;
    const DEPTH: usize = 192;

    #[inline(always)]
    unsafe fn tile(
        activations: &[u8],
        stride: usize,
        panel: &[Block],
        rows: usize,
        sums: &mut [[i32; OUTPUTS]],
    ) {
        match rows {
            1 => dot::<1, 4>(activations, stride, panel, sums),
            2 => dot::<2, 4>(activations, stride, panel, sums),
            3..=5 => by_rows!(rows, [3 4 5], |N| dot::<N, 2>(activations, stride, panel, sums)),
            _ => {
                by_rows!(rows, [6 7 8 9 10 11 12], |N| dot::<N, 1>(activations, stride, panel, sums))
            }
        }
    }
}

/// A panel goes through `QUARTERS` of four outputs at a time: engines have 15
/// registers to use, sums, weights and activations must stay in them, and the
/// sums must be many, for each waits some cycles for the one before. Of many
/// rows, twelve sums of one quarter, its weights and one row's activations do.
/// Places are pointers that move on: numbers to compute them from do not find
/// room in registers, and to look up the loop's counter in memory takes 7 %.
#[inline(never)]
fn dot<const ROWS: usize, const QUARTERS: usize>(
    activations: &[u8],
    stride: usize,
    panel: &[Block],
    sums: &mut [[i32; OUTPUTS]],
) {
    check(activations, stride, panel, ROWS);
    assert_eq!(sums.len(), ROWS);
    for first in (0..4).step_by(QUARTERS) {
        let mut totals = [[i32x4_splat(0); QUARTERS]; ROWS];
        let mut four = activations.as_ptr();
        let Range {
            start: mut block,
            end,
        } = panel.as_ptr_range();
        while block != end {
            // SAFETY: `block` is one of the panel's, and `check` has found a four in
            // each row for each of them.
            unsafe {
                let mut weights = [i8x16_splat(0); QUARTERS];
                for (quarter, weights) in weights.iter_mut().enumerate() {
                    *weights = v128_load(block.cast::<v128>().add(first + quarter));
                }
                let mut place = four;
                for totals in &mut totals {
                    let four = splat(place);
                    for (total, &weights) in totals.iter_mut().zip(&weights) {
                        *total = i32x4_relaxed_dot_i8x16_i7x16_add(weights, four, *total);
                    }
                    place = place.wrapping_add(stride);
                }
                block = block.add(1);
            }
            four = four.wrapping_add(DEPTH);
        }
        for (sums, totals) in sums.iter_mut().zip(totals) {
            for (quarter, total) in totals.into_iter().enumerate() {
                add(&mut sums[(first + quarter) * 4..], total);
            }
        }
    }
}

/// The same where the CPU has no such instruction: products of pairs, added
/// over two blocks in 16 bits (exact, for fours of weights fit), then widened.
pub(crate) struct RelaxedPairs;

impl Kernel for RelaxedPairs {
    const NAME: &'static str = "wasm relaxed simd, in pairs";
    const ROWS: usize = 4;
    const DEPTH: usize = 192;

    #[inline(always)]
    unsafe fn tile(
        activations: &[u8],
        stride: usize,
        panel: &[Block],
        rows: usize,
        sums: &mut [[i32; OUTPUTS]],
    ) {
        by_rows!(rows, [1 2 3 4], |N| pairs::<N>(activations, stride, panel, sums));
    }
}

/// A panel goes through in two halves of eight outputs, so that the sums stay in
/// registers.
#[inline(never)]
fn pairs<const ROWS: usize>(
    activations: &[u8],
    stride: usize,
    panel: &[Block],
    sums: &mut [[i32; OUTPUTS]],
) {
    check(activations, stride, panel, ROWS);
    assert_eq!(sums.len(), ROWS);
    for half in 0..2 {
        let mut totals = [[i32x4_splat(0); 2]; ROWS];
        let mut four = activations.as_ptr();
        let mut twos = panel.chunks_exact(2);
        for two in &mut twos {
            let near = [load(&two[0], 2 * half), load(&two[0], 2 * half + 1)];
            let far = [load(&two[1], 2 * half), load(&two[1], 2 * half + 1)];
            let mut place = four;
            for totals in &mut totals {
                // SAFETY: as in `dot`.
                let (a, b) = unsafe { (splat(place), splat(place.add(DEPTH))) };
                for quarter in 0..2 {
                    let sum = i16x8_add(
                        i16x8_relaxed_dot_i8x16_i7x16(near[quarter], a),
                        i16x8_relaxed_dot_i8x16_i7x16(far[quarter], b),
                    );
                    totals[quarter] = i32x4_add(totals[quarter], i32x4_extadd_pairwise_i16x8(sum));
                }
                place = place.wrapping_add(stride);
            }
            four = four.wrapping_add(2 * DEPTH);
        }
        if let [last] = twos.remainder() {
            for totals in &mut totals {
                // SAFETY: as in `dot`.
                let a = unsafe { splat(four) };
                for (quarter, total) in totals.iter_mut().enumerate() {
                    let sum = i16x8_relaxed_dot_i8x16_i7x16(load(last, 2 * half + quarter), a);
                    *total = i32x4_add(*total, i32x4_extadd_pairwise_i16x8(sum));
                }
                four = four.wrapping_add(stride);
            }
        }
        for (sums, totals) in sums.iter_mut().zip(totals) {
            for (quarter, total) in totals.into_iter().enumerate() {
                add(&mut sums[half * 8 + quarter * 4..], total);
            }
        }
    }
}

/// The weights of four outputs.
#[inline(always)]
fn load(block: &Block, quarter: usize) -> v128 {
    let four = &block.0[16 * quarter..][..16];
    // SAFETY: `four` is sixteen bytes.
    unsafe { v128_load(four.as_ptr().cast()) }
}
