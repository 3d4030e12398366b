//! Matrix products in f32, for a head's last layer.
//!
//! Additions and multiplications stand in a fixed order and are never fused:
//! natively and in wasm, with narrow or wide registers, the same bits come out.

/// Columns of a panel.
const PANEL: usize = 16;
/// Rows that a tile covers: as many sums as registers hold.
const ROWS: usize = if cfg!(target_arch = "wasm32") { 2 } else { 4 };

/// A matrix `[inputs, outputs]` in panels of [`PANEL`] columns, and a bias.
#[derive(Debug)]
pub(super) struct Matrix {
    inputs: usize,
    outputs: usize,
    /// `[outputs / PANEL, inputs, PANEL]`, columns rounded up with zeros.
    panels: Vec<[f32; PANEL]>,
    bias: Vec<f32>,
}

impl Matrix {
    /// Packs `weight` `[inputs, outputs]`, row-major, and `bias` `[outputs]`.
    ///
    /// # Panics
    ///
    /// If the lengths do not fit each other.
    pub(super) fn new(weight: &[f32], bias: &[f32]) -> Self {
        let outputs = bias.len();
        assert_eq!(weight.len() % outputs, 0, "whole rows");
        let inputs = weight.len() / outputs;
        let mut panels = vec![[0.0; PANEL]; outputs.div_ceil(PANEL) * inputs];
        for (input, row) in weight.chunks_exact(outputs).enumerate() {
            for (panel, columns) in row.chunks(PANEL).enumerate() {
                panels[panel * inputs + input][..columns.len()].copy_from_slice(columns);
            }
        }
        let mut padded = bias.to_vec();
        padded.resize(outputs.next_multiple_of(PANEL), 0.0);
        Self {
            inputs,
            outputs,
            panels,
            bias: padded,
        }
    }

    /// `rows` `[n, inputs]` times the matrix plus the bias: `[n, outputs]`.
    #[inline(always)]
    pub(super) fn multiply(&self, rows: &[f32]) -> Vec<f32> {
        debug_assert_eq!(rows.len() % self.inputs, 0, "whole rows");
        let mut results = vec![0.0; rows.len() / self.inputs * self.outputs];
        let mut rows = rows.chunks_exact(self.inputs * ROWS);
        let mut tiles = results.chunks_exact_mut(self.outputs * ROWS);
        for (rows, results) in (&mut rows).zip(&mut tiles) {
            self.tile::<ROWS>(rows, results);
        }
        let last = rows.remainder().chunks_exact(self.inputs);
        let single = tiles.into_remainder().chunks_exact_mut(self.outputs);
        for (row, results) in last.zip(single) {
            self.tile::<1>(row, results);
        }
        results
    }

    /// `R` rows times the matrix.
    #[inline(always)]
    fn tile<const R: usize>(&self, rows: &[f32], results: &mut [f32]) {
        let inputs = self.inputs;
        let rows: [&[f32]; R] = std::array::from_fn(|row| &rows[row * inputs..][..inputs]);
        let panels = self.panels.chunks_exact(inputs);
        for (number, (panel, bias)) in panels.zip(self.bias.chunks_exact(PANEL)).enumerate() {
            let mut sums = [[0.0f32; PANEL]; R];
            for (input, weights) in panel.iter().enumerate() {
                for (sums, row) in sums.iter_mut().zip(rows) {
                    for (sum, weight) in sums.iter_mut().zip(weights) {
                        *sum += row[input] * weight;
                    }
                }
            }
            let from = number * PANEL;
            let to = self.outputs.min(from + PANEL);
            for (row, sums) in sums.iter().enumerate() {
                let results = &mut results[row * self.outputs..][from..to];
                for ((result, sum), b) in results.iter_mut().zip(sums).zip(bias) {
                    *result = sum + b;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    /// Small whole numbers: their products and sums are exact in any order.
    fn numbers(count: usize, step: usize) -> Vec<f32> {
        (0..count).map(|i| ((i * step) % 13) as f32 - 6.0).collect()
    }

    #[test]
    fn products_are_right_for_every_shape() {
        for (rows, inputs, outputs) in [(1, 1, 1), (3, 5, 17), (9, 16, 64), (4, 7, 80), (2, 3, 100)]
        {
            let (x, w, b) = (
                numbers(rows * inputs, 5),
                numbers(inputs * outputs, 7),
                numbers(outputs, 3),
            );
            let matrix = Matrix::new(&w, &b);
            let found = matrix.multiply(&x);
            for row in 0..rows {
                for output in 0..outputs {
                    let dot: f32 = (0..inputs)
                        .map(|input| x[row * inputs + input] * w[input * outputs + output])
                        .sum();
                    assert_eq!(found[row * outputs + output], dot + b[output]);
                }
            }
        }
    }
}
