//! Int8 rows with a scale each, as they stand in files.

/// Integers with a scale per row: a number is `weight * scale`.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    /// `[scale.len(), width]`.
    pub(crate) weight: Vec<i8>,
    pub(crate) scale: Vec<f32>,
}

/// The greatest integer; the least is its negative.
pub(super) const LARGEST: f32 = 127.0;

impl Rows {
    /// The scale at which a row's greatest number is [`LARGEST`].
    pub(super) fn scale_of(row: &[f32]) -> f32 {
        row.iter().fold(0.0f32, |most, x| most.max(x.abs())) / LARGEST
    }

    /// Quantizes `values` `[rows, width]` symmetrically, a scale per row.
    pub(crate) fn quantize(values: &[f32], width: usize) -> Self {
        let mut rows = Self {
            weight: Vec::with_capacity(values.len()),
            scale: Vec::with_capacity(values.len() / width),
        };
        for row in values.chunks_exact(width) {
            let scale = Self::scale_of(row);
            rows.scale.push(scale);
            // A row of zeros, or of numbers too small to divide by, is zeros.
            let quantize = |x: f32| {
                if scale > 0.0 {
                    (x / scale).round_ties_even()
                } else {
                    0.0
                }
            };
            rows.weight.extend(row.iter().map(|&x| quantize(x) as i8));
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn rows_reach_127_and_zero_rows_stay_zero() {
        let rows = Rows::quantize(&[0.5, -1.0, 0.25, 0.0, 0.0, 0.0], 3);
        assert_eq!(rows.weight, [64, -127, 32, 0, 0, 0]);
        assert_eq!(rows.scale, [1.0 / 127.0, 0.0]);
    }
}
