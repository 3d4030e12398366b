//! The matmul: walks activations and packed weights tile by tile.
//!
//! ```text
//! w ~ q * channel_scale             q in -127..=127, one scale per channel
//! x . w ~ row_scale * channel_scale * (sum(a q) - zero * sum(q))
//! ```

use std::mem::MaybeUninit;
use std::ops::Range;

use super::activations::{Activations, Row};
use super::kernels::{Kernel, MAX_PANELS};
use super::layout::{DEPTH, OUTPUTS};
use super::packed::{Channels, Packed};

/// How many rows go through all weights before the next ones: so many that
/// weights are not read too often, so few that their activations and sums stay
/// in the nearer caches.
const ROWS: usize = 128;

/// Hands every sum of products of `input` and `weights` to `finish`, by row
/// and sixteen output channels: the row, the first of the channels, how many
/// of them there are, the sums, what their channels have.
///
/// # Safety
///
/// The machine must have the kernel's instructions.
#[inline(always)]
pub(crate) unsafe fn for_each_tile<K: Kernel>(
    input: &Activations,
    weights: &Packed,
    mut finish: impl FnMut(usize, usize, usize, &[i32; OUTPUTS], &Channels),
) {
    let mut sums = [MaybeUninit::<[i32; OUTPUTS]>::uninit(); ROWS * MAX_PANELS];
    for start in (0..input.rows().len()).step_by(ROWS) {
        let rows = ROWS.min(input.rows().len() - start);
        let mut first = 0;
        for (panels, channels) in weights.panels(K::PANELS) {
            let count = channels.len();
            let sums = zeros(&mut sums[..rows * count]);
            // A deep panel goes through in parts.
            let depth = if count == 1 { K::DEPTH } else { panels.len() };
            for (part, panels) in panels.chunks(depth).enumerate() {
                for tile in tiles(rows, K::ROWS) {
                    let activations = &input.integers(start + tile.start)[part * depth * DEPTH..];
                    let sums = &mut sums[tile.start * count..tile.end * count];
                    // SAFETY: as the caller has promised; activations never exceed
                    // ACTIVATION_MAX, and loaded or made weights have fours that fit.
                    unsafe { K::tile(activations, input.stride(), panels, tile.len(), sums) };
                }
            }
            for tile in tiles(rows, K::ROWS) {
                let sums = &sums[tile.start * count..tile.end * count];
                for (panel, sums) in sums.chunks_exact(tile.len()).enumerate() {
                    let first = first + panel * OUTPUTS;
                    let width = OUTPUTS.min(weights.outputs() - first);
                    for (row, sums) in tile.clone().zip(sums) {
                        finish(start + row, first, width, sums, &channels[panel]);
                    }
                }
            }
            first += count * OUTPUTS;
        }
    }
}

/// Sets all to 0. (A product of few rows would take longer to clear the room
/// for many than to multiply.)
fn zeros(sums: &mut [MaybeUninit<[i32; OUTPUTS]>]) -> &mut [[i32; OUTPUTS]] {
    sums.fill(MaybeUninit::zeroed());
    // SAFETY: all are initialized now, and the layout is the same.
    unsafe { &mut *(std::ptr::from_mut(sums) as *mut [[i32; OUTPUTS]]) }
}

/// The rows of each tile: of like height, as a low one at the end would be slow.
fn tiles(rows: usize, most: usize) -> impl Iterator<Item = Range<usize>> {
    let count = rows.div_ceil(most);
    let mut row = 0;
    (1..=count).rev().map(move |left| {
        let start = row;
        row += (rows - row).div_ceil(left);
        start..row
    })
}

/// The product of `input` and `weights`, bias added: `finish` gets where sixteen
/// results go in a `[rows, outputs]` array, and the results.
///
/// # Safety
///
/// The machine must have the kernel's instructions.
// Natively it takes the caller's instruction set along; browsers compile it
// better when it stands alone.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
pub(crate) unsafe fn multiply<K: Kernel>(
    input: &Activations,
    weights: &Packed,
    output: &mut [f32],
    finish: impl Fn(f32, f32) -> f32,
) {
    let outputs = weights.outputs();
    debug_assert_eq!(output.len(), input.rows().len() * outputs);
    let results = |row: usize, sums: &[i32; OUTPUTS], channels: &Channels| {
        let Row { scale, zero } = input.rows()[row];
        let mut results = [0.0f32; OUTPUTS];
        for lane in 0..OUTPUTS {
            let dot = sums[lane] - zero * channels.sum[lane];
            results[lane] = dot as f32 * (scale * channels.scale[lane]) + channels.bias[lane];
        }
        results
    };
    let mut store = |row: usize, first: usize, width: usize, results: [f32; OUTPUTS]| {
        let place = &mut output[row * outputs + first..][..width];
        // A constant width makes this a few instructions.
        if let Ok(place) = <&mut [f32; OUTPUTS]>::try_from(&mut *place) {
            for (old, new) in place.iter_mut().zip(results) {
                *old = finish(*old, new);
            }
        } else {
            for (old, new) in place.iter_mut().zip(results) {
                *old = finish(*old, new);
            }
        }
    };
    // SAFETY: as the caller has promised.
    unsafe {
        for_each_tile::<K>(input, weights, |row, first, width, sums, channels| {
            store(row, first, width, results(row, sums, channels));
        });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::super::kernels::{self, Activation};
    use super::super::layout::ACTIVATION_MAX;
    use super::super::packed::{ALWAYS_FITS, limit_fours};
    use super::*;

    /// Compares a kernel's sums with sums made without packing.
    fn check<K: Kernel>(input: &[u8], weight: &[i8], inputs: usize) {
        let (rows, outputs) = (input.len() / inputs, weight.len() / inputs);
        let mut activations = Activations::default();
        activations.reset(rows, inputs);
        for (row, values) in input.chunks_exact(inputs).enumerate() {
            for (place, &value) in activations.row_mut(row).0.iter_mut().zip(values) {
                *place = value as Activation;
            }
        }
        let mut packed = Packed::new(outputs, inputs);
        for (output, weight) in weight.chunks_exact(inputs).enumerate() {
            packed.set(output, weight);
        }
        let mut found = vec![None; rows * outputs];
        // SAFETY: the macro below names only kernels that this machine has.
        unsafe {
            for_each_tile::<K>(&activations, &packed, |row, first, width, sums, _| {
                for (place, &sum) in found[row * outputs + first..][..width].iter_mut().zip(sums) {
                    assert_eq!(place.replace(sum), None, "a sum is made once");
                }
            });
        }
        let expected = input.chunks_exact(inputs).flat_map(|a| {
            weight.chunks_exact(inputs).map(move |w| {
                let products = a.iter().zip(w).map(|(&a, &w)| i32::from(a) * i32::from(w));
                Some(products.sum::<i32>())
            })
        });
        let expected: Vec<_> = expected.collect();
        assert_eq!(found, expected, "{} on {inputs} x {outputs}", K::NAME);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_kernel_equals_the_definition(
            rows in prop_oneof![1usize..30, ROWS - 2..ROWS + 15], inputs in prop_oneof![1usize..70, 380usize..400, 760usize..800],
            outputs in 1usize..40, seed in any::<u64>(), great in any::<bool>(),
        ) {
            use rand::{Rng, SeedableRng};
            let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
            let least = if great { 100 } else { 0 };
            let input: Vec<u8> = (0..rows * inputs)
                .map(|_| random.random_range(least..=ACTIVATION_MAX))
                .collect();
            let mut weight: Vec<i8> = (0..inputs * outputs)
                .map(|_| random.random_range(if great { 90..=127 } else { -127..=127 }))
                .collect();
            weight.chunks_exact_mut(inputs).for_each(limit_fours);
            kernels::for_each_available!(|K| check::<K>(&input, &weight, inputs));
        }
    }

    #[test]
    fn extremes_do_not_saturate() {
        let inputs = 3072;
        let input = vec![ACTIVATION_MAX; 5 * inputs];
        let mut alternating = [127i8, 127, -127, -127, 2, 2, -2, -2].repeat(inputs / 8);
        limit_fours(&mut alternating);
        let mut great = vec![127; inputs];
        limit_fours(&mut great);
        let weight = [
            vec![ALWAYS_FITS; inputs],
            vec![-ALWAYS_FITS; inputs],
            alternating,
            great,
        ]
        .concat();
        kernels::for_each_available!(|K| check::<K>(&input, &weight, inputs));
    }
}
