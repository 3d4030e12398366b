use core::arch::aarch64::*;
use core::arch::asm;

use super::super::layout::{Block, DEPTH, OUTPUTS};
use super::{Kernel, by_rows, check};

/// ARM's dot product of bytes, `sdot`: activations have seven bits, so that
/// both operands may be read as signed.
pub(crate) struct Dotprod;

impl Dotprod {
    /// Whether this machine has the instruction.
    pub(crate) fn available() -> bool {
        std::arch::is_aarch64_feature_detected!("dotprod")
    }
}

impl Kernel for Dotprod {
    const NAME: &'static str = "aarch64 dotprod";
    const ROWS: usize = 6;

    #[inline(always)]
    unsafe fn tile(
        activations: &[u8],
        stride: usize,
        panel: &[Block],
        rows: usize,
        sums: &mut [[i32; OUTPUTS]],
    ) {
        // SAFETY: as the caller has promised.
        by_rows!(rows, [1 2 3 4 5 6], |N| unsafe { dot::<N>(activations, stride, panel, sums) });
    }
}

/// All sums stay in registers: 24 of 32 at most, beside four of weights and one
/// of activations.
#[target_feature(enable = "dotprod")]
fn dot<const ROWS: usize>(
    activations: &[u8],
    stride: usize,
    panel: &[Block],
    sums: &mut [[i32; OUTPUTS]],
) {
    check(activations, stride, panel, ROWS);
    assert_eq!(sums.len(), ROWS);
    let mut totals = [[vdupq_n_s32(0); 4]; ROWS];
    for (depth, block) in panel.iter().enumerate() {
        // SAFETY: a block is 64 bytes.
        let weights = unsafe { vld1q_s8_x4(block.0.as_ptr()) };
        let weights = [weights.0, weights.1, weights.2, weights.3];
        for (row, totals) in totals.iter_mut().enumerate() {
            let start = row * stride + depth * DEPTH;
            debug_assert!(start + DEPTH <= activations.len());
            // SAFETY: `check` has seen that `activations` holds all rows of the
            // panel's depth. The instruction needs no alignment.
            let four = unsafe { vld1q_dup_s32(activations.as_ptr().add(start).cast()) };
            for (total, &weights) in totals.iter_mut().zip(&weights) {
                *total = sdot(*total, weights, vreinterpretq_s8_s32(four));
            }
        }
    }
    for (sums, totals) in sums.iter_mut().zip(totals) {
        for (four, total) in sums.chunks_exact_mut(4).zip(totals) {
            let place = four.as_mut_ptr();
            // SAFETY: `four` is four i32.
            unsafe { vst1q_s32(place, vaddq_s32(vld1q_s32(place), total)) };
        }
    }
}

/// Adds to each sum the dot product of four bytes.
// The intrinsic, `vdotq_s32`, is not stable yet.
#[inline]
#[target_feature(enable = "dotprod")]
fn sdot(mut sum: int32x4_t, a: int8x16_t, b: int8x16_t) -> int32x4_t {
    // SAFETY: it reads and writes these registers only.
    unsafe {
        asm!(
            "sdot {sum:v}.4s, {a:v}.16b, {b:v}.16b",
            sum = inout(vreg) sum,
            a = in(vreg) a,
            b = in(vreg) b,
            options(pure, nomem, nostack, preserves_flags),
        );
    }
    sum
}
