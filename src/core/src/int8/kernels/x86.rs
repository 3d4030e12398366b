use core::arch::x86_64::*;

use super::super::layout::{Block, DEPTH, OUTPUTS};
use super::{Kernel, by_rows, check};

/// AVX2: `maddubs` (exact, for activations have seven bits) of two blocks, added
/// in 16 bits (exact, for fours of weights fit), then `madd`.
pub(crate) struct Avx2;

impl Kernel for Avx2 {
    const NAME: &'static str = "avx2";
    const ROWS: usize = 4;

    #[inline(always)]
    unsafe fn tile(
        activations: &[u8],
        stride: usize,
        panel: &[Block],
        rows: usize,
        sums: &mut [[i32; OUTPUTS]],
    ) {
        // SAFETY: as the caller has promised.
        by_rows!(rows, [1 2 3 4], |N| unsafe { avx2::<N>(activations, stride, panel, sums) });
    }
}

#[target_feature(enable = "avx2")]
fn avx2<const ROWS: usize>(
    activations: &[u8],
    stride: usize,
    panel: &[Block],
    sums: &mut [[i32; OUTPUTS]],
) {
    check(activations, stride, panel, ROWS);
    assert_eq!(sums.len(), ROWS);
    let ones = _mm256_set1_epi16(1);
    let mut totals = [[_mm256_setzero_si256(); 2]; ROWS];
    let mut pairs = panel.chunks_exact(2);
    let mut at = 0;
    for pair in &mut pairs {
        let (near, far) = (load(&pair[0]), load(&pair[1]));
        for (row, totals) in totals.iter_mut().enumerate() {
            let a = _mm256_set1_epi32(four_activations(activations, row * stride + at));
            let b = _mm256_set1_epi32(four_activations(activations, row * stride + at + DEPTH));
            for (half, total) in totals.iter_mut().enumerate() {
                let sum = _mm256_add_epi16(
                    _mm256_maddubs_epi16(a, near[half]),
                    _mm256_maddubs_epi16(b, far[half]),
                );
                *total = _mm256_add_epi32(*total, _mm256_madd_epi16(sum, ones));
            }
        }
        at += 2 * DEPTH;
    }
    if let [last] = pairs.remainder() {
        let last = load(last);
        for (row, totals) in totals.iter_mut().enumerate() {
            let a = _mm256_set1_epi32(four_activations(activations, row * stride + at));
            for (half, total) in totals.iter_mut().enumerate() {
                let sum = _mm256_maddubs_epi16(a, last[half]);
                *total = _mm256_add_epi32(*total, _mm256_madd_epi16(sum, ones));
            }
        }
    }
    for (sums, totals) in sums.iter_mut().zip(totals) {
        add(sums, totals);
    }
}

/// AVX-VNNI: `vpdpbusd` of 256 bits, which many laptops have that have no
/// AVX-512.
pub(crate) struct AvxVnni;

impl AvxVnni {
    /// Whether this machine has the instructions.
    pub(crate) fn available() -> bool {
        std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("avxvnni")
    }
}

impl Kernel for AvxVnni {
    const NAME: &'static str = "avx-vnni";
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
        by_rows!(rows, [1 2 3 4 5 6], |N| unsafe {
            avx_vnni::<N>(activations, stride, panel, sums)
        });
    }
}

/// All sums stay in registers: 12 of 16 at most.
#[target_feature(enable = "avx2,avxvnni")]
fn avx_vnni<const ROWS: usize>(
    activations: &[u8],
    stride: usize,
    panel: &[Block],
    sums: &mut [[i32; OUTPUTS]],
) {
    check(activations, stride, panel, ROWS);
    assert_eq!(sums.len(), ROWS);
    let mut totals = [[_mm256_setzero_si256(); 2]; ROWS];
    for (depth, block) in panel.iter().enumerate() {
        let weights = load(block);
        for (row, totals) in totals.iter_mut().enumerate() {
            let four = four_activations(activations, row * stride + depth * DEPTH);
            let four = _mm256_set1_epi32(four);
            for (total, weights) in totals.iter_mut().zip(weights) {
                *total = _mm256_dpbusd_avx_epi32(*total, four, weights);
            }
        }
    }
    for (sums, totals) in sums.iter_mut().zip(totals) {
        add(sums, totals);
    }
}

/// A block's outputs, the first eight and the others.
#[inline]
#[target_feature(enable = "avx2")]
fn load(block: &Block) -> [__m256i; 2] {
    let source: *const __m256i = block.0.as_ptr().cast();
    // SAFETY: a block is 64 bytes, aligned to 64.
    unsafe { [_mm256_load_si256(source), _mm256_load_si256(source.add(1))] }
}

/// Adds to the sums of a row.
#[inline]
#[target_feature(enable = "avx2")]
fn add(sums: &mut [i32; OUTPUTS], totals: [__m256i; 2]) {
    for (half, total) in sums.chunks_exact_mut(8).zip(totals) {
        let place: *mut __m256i = half.as_mut_ptr().cast();
        // SAFETY: `half` is eight i32.
        unsafe { _mm256_storeu_si256(place, _mm256_add_epi32(_mm256_loadu_si256(place), total)) };
    }
}

/// AVX-512 with VNNI: `vpdpbusd`.
pub(crate) struct Avx512Vnni;

impl Avx512Vnni {
    /// Whether this machine has the instructions.
    pub(crate) fn available() -> bool {
        std::is_x86_feature_detected!("avx512f")
            && std::is_x86_feature_detected!("avx512bw")
            && std::is_x86_feature_detected!("avx512vl")
            && std::is_x86_feature_detected!("avx512vnni")
    }
}

impl Kernel for Avx512Vnni {
    const NAME: &'static str = "avx-512 vnni";
    const ROWS: usize = 12;
    const PANELS: usize = 2;

    #[inline(always)]
    unsafe fn tile(
        activations: &[u8],
        stride: usize,
        panels: &[Block],
        rows: usize,
        sums: &mut [[i32; OUTPUTS]],
    ) {
        // SAFETY: as the caller has promised.
        by_rows!(rows, [1 2 3 4 5 6 7 8 9 10 11 12], |N| unsafe {
            if sums.len() == N {
                vnni::<N, 1>(activations, stride, panels, sums);
            } else {
                vnni::<N, 2>(activations, stride, panels, sums);
            }
        });
    }
}

/// All sums stay in registers: 24 of 32 at most.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn vnni<const ROWS: usize, const PANELS: usize>(
    activations: &[u8],
    stride: usize,
    panels: &[Block],
    sums: &mut [[i32; OUTPUTS]],
) {
    let depth = panels.len() / PANELS;
    check(activations, stride, &panels[..depth], ROWS);
    assert_eq!((panels.len(), sums.len()), (PANELS * depth, PANELS * ROWS));
    let mut totals = [[_mm512_setzero_si512(); ROWS]; PANELS];
    for at in 0..depth {
        let mut weights = [_mm512_setzero_si512(); PANELS];
        for (panel, weights) in weights.iter_mut().enumerate() {
            let block = panels.as_ptr().wrapping_add(panel * depth + at);
            // What comes after these panels is next, unless they are the last:
            // then this asks for what does not matter, which is harmless.
            _mm_prefetch::<_MM_HINT_T1>(block.wrapping_add(panels.len()).cast());
            // SAFETY: `panels` has that many blocks; one is 64 bytes, aligned to 64.
            *weights = unsafe { _mm512_load_si512(block.cast()) };
        }
        for row in 0..ROWS {
            let four = four_activations(activations, row * stride + at * DEPTH);
            let four = _mm512_set1_epi32(four);
            for (totals, &weights) in totals.iter_mut().zip(&weights) {
                totals[row] = _mm512_dpbusd_epi32(totals[row], four, weights);
            }
        }
    }
    for (sums, total) in sums.iter_mut().zip(totals.as_flattened()) {
        let place: *mut __m512i = sums.as_mut_ptr().cast();
        // SAFETY: `sums` is sixteen i32.
        unsafe { _mm512_storeu_si512(place, _mm512_add_epi32(_mm512_loadu_si512(place), *total)) };
    }
}

/// Four adjacent activations as one integer, to be broadcast.
#[inline(always)]
fn four_activations(activations: &[u8], start: usize) -> i32 {
    debug_assert!(start + DEPTH <= activations.len());
    // SAFETY: the callers checked that `activations` holds all rows of a
    // panel's depth; every start lies DEPTH bytes before such a row's end.
    unsafe {
        activations
            .as_ptr()
            .add(start)
            .cast::<i32>()
            .read_unaligned()
    }
}
