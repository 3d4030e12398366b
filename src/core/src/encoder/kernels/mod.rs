//! The inner loop of the matmul, once per instruction set. Every kernel gives
//! the integers of [`Scalar`], which is the definition.

mod scalar;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm;
#[cfg(target_arch = "x86_64")]
mod x86;

use super::packed::{Block, OUTPUTS};

pub(super) use scalar::Scalar;
/// The kernel of a wasm build: which instructions a browser has is known when
/// a build is chosen, not when it runs.
#[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
pub(super) use wasm::Relaxed as Wasm;
#[cfg(all(
    target_arch = "wasm32",
    target_feature = "simd128",
    not(target_feature = "relaxed-simd")
))]
pub(super) use wasm::Simd128 as Wasm;
#[cfg(target_arch = "x86_64")]
pub(super) use x86::{Avx2, Avx512Vnni};

/// A kernel: dot products of a few rows of activations with one panel.
pub(super) trait Kernel {
    /// Its name in logs and benchmarks.
    const NAME: &'static str;
    /// The rows that it likes best; at most `packed::MAX_ROWS`.
    const ROWS: usize;

    /// Writes to `sums[row][output]` the dot product of the row's activations
    /// (all at most 127) with the panel's output channel. `activations` is
    /// `[sums.len(), panel.len() * DEPTH]`; there are at most `ROWS` rows.
    ///
    /// Callers must have checked that the machine has the instructions.
    fn tile(activations: &[u8], panel: &[Block], sums: &mut [[i32; OUTPUTS]]);
}

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
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        {
            type $kernel = kernels::Wasm;
            $run;
        }
    }};
}
#[cfg(test)]
pub(super) use for_each_available;
