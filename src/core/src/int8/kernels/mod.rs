//! The inner loop of the matmul, once per instruction set. Every kernel gives
//! the integers of [`Scalar`], which is the definition.

#[cfg(target_arch = "aarch64")]
mod aarch64;
mod scalar;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm;
#[cfg(target_arch = "x86_64")]
mod x86;

use super::layout::{self, Block, OUTPUTS};

#[cfg(target_arch = "aarch64")]
pub(super) use aarch64::Dotprod;
pub(super) use scalar::Scalar;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(super) use wasm::*;
#[cfg(target_arch = "x86_64")]
pub(super) use x86::{Avx2, Avx512Vnni, AvxVnni};

/// The most panels that a tile may have.
pub(crate) const MAX_PANELS: usize = 2;

/// What an activation takes in memory: a byte, but 16 bits where the kernel has
/// no products of bytes and would widen it again and again.
#[cfg(not(all(target_feature = "simd128", not(target_feature = "relaxed-simd"))))]
pub(crate) type Activation = u8;
#[cfg(all(target_feature = "simd128", not(target_feature = "relaxed-simd")))]
pub(crate) type Activation = i16;

/// A kernel: dot products of a few rows of activations with a panel or two.
pub(crate) trait Kernel {
    /// Its name in logs and benchmarks.
    const NAME: &'static str;
    /// The most rows of a tile.
    const ROWS: usize;
    /// The most panels of a tile, at most [`MAX_PANELS`].
    const PANELS: usize = 1;
    /// The most blocks of a panel that go through all rows before the next
    /// ones: as many as stay in the processor's nearest cache. Only for kernels
    /// of one panel.
    const DEPTH: usize = usize::MAX;

    /// Adds to `sums[panel][row][output]` the dot product of the row's
    /// activations with the panel's output channel. Rows of `activations` are
    /// `stride` apart, of each the first `depth * DEPTH` count; `panels` is
    /// `[sums.len() / rows, depth]`; there are one to
    /// `ROWS` rows and one to `PANELS` panels. The sums are exact if activations
    /// are at most `layout::ACTIVATION_MAX` and the weights fit (`packed::fours_fit`).
    ///
    /// # Safety
    ///
    /// The machine must have the instructions.
    unsafe fn tile(
        activations: &[Activation],
        stride: usize,
        panels: &[Block],
        rows: usize,
        sums: &mut [[i32; OUTPUTS]],
    );
}

/// That every row has activations for a panel of blocks.
#[cfg(any(
    target_arch = "x86_64",
    target_arch = "aarch64",
    target_arch = "wasm32"
))]
#[inline(always)]
fn check(activations: &[Activation], stride: usize, panel: &[Block], rows: usize) {
    assert!(activations.len() >= (rows - 1) * stride + panel.len() * layout::DEPTH);
}

/// Runs an expression with `N`, the number of rows, as a constant.
macro_rules! by_rows {
    ($rows:expr, [$($number:literal)*], |$constant:ident| $run:expr) => {
        match $rows {
            $($number => { const $constant: usize = $number; $run })*
            _ => unreachable!("a tile has one to ROWS rows"),
        }
    };
}
#[cfg(any(
    target_arch = "x86_64",
    target_arch = "aarch64",
    target_arch = "wasm32"
))]
use by_rows;

/// Runs an expression with `K` as every kernel this machine can run.
#[cfg(test)]
macro_rules! for_each_available {
    (|$kernel:ident| $run:expr) => {{
        {
            type $kernel = kernels::Scalar;
            $run;
        }
        #[cfg(target_arch = "x86_64")]
        {
            if std::is_x86_feature_detected!("avx2") {
                type $kernel = kernels::Avx2;
                $run;
            }
            if kernels::AvxVnni::available() {
                type $kernel = kernels::AvxVnni;
                $run;
            }
            if kernels::Avx512Vnni::available() {
                type $kernel = kernels::Avx512Vnni;
                $run;
            }
        }
        #[cfg(target_arch = "aarch64")]
        if kernels::Dotprod::available() {
            type $kernel = kernels::Dotprod;
            $run;
        }
        #[cfg(all(target_feature = "simd128", not(target_feature = "relaxed-simd")))]
        {
            type $kernel = kernels::Simd128;
            $run;
        }
        #[cfg(target_feature = "relaxed-simd")]
        {
            {
                type $kernel = kernels::Relaxed;
                $run;
            }
            {
                type $kernel = kernels::RelaxedPairs;
                $run;
            }
        }
    }};
}
#[cfg(test)]
pub(super) use for_each_available;
