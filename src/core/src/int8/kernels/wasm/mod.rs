//! WebAssembly's two instruction sets: every browser has the first.

#[cfg(target_feature = "relaxed-simd")]
mod relaxed;
#[cfg(not(target_feature = "relaxed-simd"))]
mod simd128;

use core::arch::wasm32::*;

use super::{Kernel, by_rows, check};

#[cfg(target_feature = "relaxed-simd")]
pub(crate) use relaxed::{Relaxed, RelaxedPairs};
#[cfg(not(target_feature = "relaxed-simd"))]
pub(crate) use simd128::Simd128;

/// Four adjacent activations, four times.
///
/// # Safety
///
/// There are four at `place`.
#[cfg(target_feature = "relaxed-simd")]
#[inline(always)]
unsafe fn splat(place: *const u8) -> v128 {
    // SAFETY: as the caller has promised.
    unsafe { v128_load32_splat(place.cast()) }
}

/// Adds to the first four sums.
#[inline(always)]
fn add(sums: &mut [i32], value: v128) {
    let four: *mut v128 = sums[..4].as_mut_ptr().cast();
    // SAFETY: `four` is four i32.
    unsafe { v128_store(four, i32x4_add(v128_load(four), value)) };
}
