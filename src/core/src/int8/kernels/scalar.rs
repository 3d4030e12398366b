use super::super::layout::{Block, DEPTH, OUTPUTS};
use super::{Activation, Kernel};

/// The definition: no SIMD of its own.
pub(crate) struct Scalar;

impl Kernel for Scalar {
    const NAME: &'static str = "scalar";
    const ROWS: usize = 4;

    #[inline(always)]
    unsafe fn tile(
        activations: &[Activation],
        stride: usize,
        panel: &[Block],
        _: usize,
        sums: &mut [[i32; OUTPUTS]],
    ) {
        for (sums, row) in sums.iter_mut().zip(activations.chunks(stride)) {
            for (block, four) in panel.iter().zip(row.chunks_exact(DEPTH)) {
                for (sum, weights) in sums.iter_mut().zip(block.0.chunks_exact(DEPTH)) {
                    for (&a, &w) in four.iter().zip(weights) {
                        *sum += i32::from(a) * i32::from(w);
                    }
                }
            }
        }
    }
}
