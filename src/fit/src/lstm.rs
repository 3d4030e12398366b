//! One direction of an LSTM over the words of several sentences, forward and
//! backward.
//!
//! Words are *packed*: the first of every sentence, then the second of every
//! sentence that has one, and so on, the longest sentence first. So each step
//! is one matrix product over the sentences that are still going on.

use std::ops::Range;

use nerite::{sigmoid, tanh};

use crate::matrix::{Matrix, add_product, add_rows, repeated};

/// The packed order of a few sentences' words.
pub(crate) struct Packing {
    /// For each packed row, the row that it is of.
    rows: Vec<usize>,
    /// The packed rows of each step.
    steps: Vec<Range<usize>>,
}

impl Packing {
    /// Of sentences of these lengths, whose words' rows follow each other;
    /// read from the last word to the first if `reverse`.
    pub(crate) fn new(lengths: &[usize], reverse: bool) -> Self {
        let mut sentences: Vec<(usize, usize)> = Vec::new();
        let mut start = 0;
        for &length in lengths {
            sentences.push((start, length));
            start += length;
        }
        sentences.sort_by_key(|&(_, length)| std::cmp::Reverse(length));
        let mut packing = Self {
            rows: Vec::with_capacity(start),
            steps: Vec::new(),
        };
        for step in 0..sentences.first().map_or(0, |first| first.1) {
            let begin = packing.rows.len();
            let going = sentences.iter().take_while(|(_, length)| step < *length);
            packing.rows.extend(
                going.map(|(start, length)| start + if reverse { length - 1 - step } else { step }),
            );
            packing.steps.push(begin..packing.rows.len());
        }
        packing
    }

    fn gather(&self, values: &[f32], width: usize, columns: Range<usize>) -> Vec<f32> {
        let row = |&row: &usize| &values[row * width..][columns.clone()];
        self.rows.iter().flat_map(row).copied().collect()
    }
}

/// The weights `[features, 4 units]`, `[units, 4 units]` and `[4 units]`.
#[derive(Clone, Copy)]
pub(crate) struct Weights<'a> {
    pub(crate) input: &'a [f32],
    pub(crate) recurrent: &'a [f32],
    pub(crate) bias: &'a [f32],
}

/// The gradients of [`Weights`].
pub(crate) struct Gradients {
    pub(crate) input: Vec<f32>,
    pub(crate) recurrent: Vec<f32>,
    pub(crate) bias: Vec<f32>,
}

/// What the backward pass needs of the forward pass.
pub(crate) struct Lstm<'a> {
    weights: Weights<'a>,
    packing: Packing,
    /// All packed: features, gates (after their activation), cells, states.
    features: Vec<f32>,
    gates: Vec<f32>,
    cells: Vec<f32>,
    states: Vec<f32>,
}

impl<'a> Lstm<'a> {
    fn units(&self) -> usize {
        self.weights.bias.len() / 4
    }

    /// Runs over `rows` `[words, features]`.
    pub(crate) fn forward(weights: Weights<'a>, packing: Packing, rows: &[f32]) -> Self {
        let gates_width = weights.bias.len();
        let units = gates_width / 4;
        let width = weights.input.len() / gates_width;
        let words = packing.rows.len();
        let features = packing.gather(rows, width, 0..width);
        let mut gates = repeated(weights.bias, words);
        let input = Matrix::new(weights.input, gates_width);
        add_product(&mut gates, Matrix::new(&features, width), input);
        let mut cells = vec![0.0; words * units];
        let mut states = vec![0.0; words * units];
        let mut past: Option<usize> = None;
        for step in &packing.steps {
            let gates = &mut gates[step.start * gates_width..step.end * gates_width];
            if let Some(past) = past {
                let states = &states[past * units..][..step.len() * units];
                let recurrent = Matrix::new(weights.recurrent, gates_width);
                add_product(gates, Matrix::new(states, units), recurrent);
            }
            for (index, gates) in gates.chunks_exact_mut(gates_width).enumerate() {
                let (input, rest) = gates.split_at_mut(units);
                let (forget, rest) = rest.split_at_mut(units);
                let (new, output) = rest.split_at_mut(units);
                input.iter_mut().for_each(|x| *x = sigmoid(*x));
                forget.iter_mut().for_each(|x| *x = sigmoid(*x));
                new.iter_mut().for_each(|x| *x = tanh(*x));
                output.iter_mut().for_each(|x| *x = sigmoid(*x));
                let at = (step.start + index) * units;
                let (before, own) = cells.split_at_mut(at);
                for unit in 0..units {
                    let past = past.map_or(0.0, |past| before[(past + index) * units + unit]);
                    own[unit] = forget[unit] * past + input[unit] * new[unit];
                    states[at + unit] = output[unit] * tanh(own[unit]);
                }
            }
            past = Some(step.start);
        }
        Self {
            weights,
            packing,
            features,
            gates,
            cells,
            states,
        }
    }

    /// Writes the states to columns `at..at + units` of `rows` `[words, width]`.
    pub(crate) fn write(&self, rows: &mut [f32], width: usize, at: usize) {
        let units = self.units();
        for (state, &row) in self.states.chunks_exact(units).zip(&self.packing.rows) {
            rows[row * width + at..][..units].copy_from_slice(state);
        }
    }

    /// Takes the gradient of the states from columns `at..at + units` of
    /// `gradient` `[words, width]`, adds that of the features to `rows`, and
    /// gives those of the weights.
    pub(crate) fn backward(
        &self,
        gradient: &[f32],
        width: usize,
        at: usize,
        rows: &mut [f32],
    ) -> Gradients {
        let units = self.units();
        let gates_width = 4 * units;
        let words = self.packing.rows.len();
        let mut states = self.packing.gather(gradient, width, at..at + units);
        let mut gates = vec![0.0; words * gates_width];
        let mut cells = vec![0.0; words * units];
        let mut room = Vec::new();
        let recurrent = Matrix::new(self.weights.recurrent, gates_width).transposed();
        let recurrent = recurrent.with_whole_rows(&mut room);
        // The states that each step began with.
        let mut began = vec![0.0; words * units];
        for (number, step) in self.packing.steps.iter().enumerate().rev() {
            let past = number
                .checked_sub(1)
                .map(|past| self.packing.steps[past].start);
            for index in 0..step.len() {
                let row = step.start + index;
                let own = &self.gates[row * gates_width..][..gates_width];
                let out = &mut gates[row * gates_width..][..gates_width];
                for unit in 0..units {
                    let [input, forget, new, output] =
                        std::array::from_fn(|gate| own[gate * units + unit]);
                    let at = row * units + unit;
                    let before = past.map(|past| (past + index) * units + unit);
                    let squashed = tanh(self.cells[at]);
                    let state = states[at];
                    let cell = cells[at] + state * output * (1.0 - squashed * squashed);
                    let cell_before = before.map_or(0.0, |before| self.cells[before]);
                    out[unit] = cell * new * input * (1.0 - input);
                    out[units + unit] = cell * cell_before * forget * (1.0 - forget);
                    out[2 * units + unit] = cell * input * (1.0 - new * new);
                    out[3 * units + unit] = state * squashed * output * (1.0 - output);
                    if let Some(before) = before {
                        cells[before] += cell * forget;
                    }
                }
            }
            if let Some(past) = past {
                let count = step.len() * units;
                began[step.start * units..][..count]
                    .copy_from_slice(&self.states[past * units..][..count]);
                let own = &gates[step.start * gates_width..step.end * gates_width];
                let before = &mut states[past * units..][..count];
                add_product(before, Matrix::new(own, gates_width), recurrent);
            }
        }
        let mut gradients = Gradients {
            input: vec![0.0; self.weights.input.len()],
            recurrent: vec![0.0; self.weights.recurrent.len()],
            bias: vec![0.0; gates_width],
        };
        let width = self.weights.input.len() / gates_width;
        let all = Matrix::new(&gates, gates_width);
        add_product(
            &mut gradients.input,
            Matrix::new(&self.features, width).transposed(),
            all,
        );
        add_product(
            &mut gradients.recurrent,
            Matrix::new(&began, units).transposed(),
            all,
        );
        add_rows(&mut gradients.bias, &gates);
        let mut features = vec![0.0; words * width];
        add_product(
            &mut features,
            all,
            Matrix::new(self.weights.input, gates_width).transposed(),
        );
        for (own, &row) in features.chunks_exact(width).zip(&self.packing.rows) {
            add_rows(&mut rows[row * width..][..width], own);
        }
        gradients
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_packed_step_by_step() {
        let packing = Packing::new(&[1, 3, 2], false);
        assert_eq!(packing.rows, [1, 4, 0, 2, 5, 3]);
        assert_eq!(packing.steps, [0..3, 3..5, 5..6]);
        let packing = Packing::new(&[1, 3, 2], true);
        assert_eq!(packing.rows, [3, 5, 0, 2, 4, 1]);
        assert!(Packing::new(&[], false).steps.is_empty());
        assert!(Packing::new(&[0], true).rows.is_empty());
    }
}
