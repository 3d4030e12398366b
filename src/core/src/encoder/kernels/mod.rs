//! The inner loop of the matmul, once per instruction set. Every kernel gives
//! the integers of [`Scalar`], which is the definition.

mod scalar;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm;
#[cfg(target_arch = "x86_64")]
mod x86;

use super::packed::{Block, OUTPUTS};

pub(super) use scalar::Scalar;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(super) use wasm::*;
#[cfg(target_arch = "x86_64")]
pub(super) use x86::{Avx2, Avx512Vnni};

/// The greatest quantized activation.
pub(super) const ACTIVATION_MAX: u8 = 127;
/// The most rows a kernel's tile may have.
pub(super) const MAX_ROWS: usize = 12;

/// A kernel: dot products of a few rows of activations with one panel.
pub(super) trait Kernel {
    /// Its name in logs and benchmarks.
    const NAME: &'static str;
    /// The rows that it likes best; at most [`MAX_ROWS`].
    const ROWS: usize;

    /// Writes to `sums[row][output]` the dot product of the row's activations
    /// with the panel's output channel. `activations` is
    /// `[sums.len(), panel.len() * DEPTH]`; there are one to `ROWS` rows.
    /// The sums are exact if activations are at most [`ACTIVATION_MAX`] and
    /// the panel's weights fit (`packed::fours_fit`).
    ///
    /// # Safety
    ///
    /// The machine must have the instructions.
    unsafe fn tile(activations: &[u8], panel: &[Block], sums: &mut [[i32; OUTPUTS]]);
}

/// Calls `$tile::<N>` with `$sums` as an array of its length, which is 1 to 4.
macro_rules! by_rows {
    ($tile:path, $activations:expr, $panel:expr, $sums:expr) => {
        match $sums {
            [a] => $tile($activations, $panel, [a]),
            [a, b] => $tile($activations, $panel, [a, b]),
            [a, b, c] => $tile($activations, $panel, [a, b, c]),
            [a, b, c, d] => $tile($activations, $panel, [a, b, c, d]),
            _ => unreachable!("a tile has one to four rows"),
        }
    };
}
#[cfg(any(target_arch = "x86_64", target_arch = "wasm32"))]
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
            if kernels::Avx512Vnni::available() {
                type $kernel = kernels::Avx512Vnni;
                $run;
            }
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
