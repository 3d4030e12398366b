//! Weights rounded so that errors make up for each other.
//!
//! Of inputs that go together, one weight's rounding error can be taken back by
//! the others': what GPTQ does (Frantar et al. 2022, arXiv:2210.17323), from
//! Optimal Brain Surgeon. Here within groups of [`GROUP`] neighbouring inputs
//! only: some thousand rows are too few to know more of how inputs go together,
//! and what is learnt of them would not hold for other texts.

use super::rows::{LARGEST, Rows};

/// Inputs that are looked at together.
const GROUP: usize = 64;
/// Added to every input's square, as a part of the group's mean: what rows that
/// were not seen may have.
const DAMPING: f64 = 0.1;

/// Sums of the products of each two inputs of a group, over rows: how inputs go
/// together.
#[derive(Clone, Debug)]
pub(crate) struct Gram {
    width: usize,
    /// `[groups, GROUP, GROUP]`; where the last group is narrower, the rest is 0.
    sums: Vec<f64>,
}

impl Gram {
    /// Of no rows.
    pub(crate) fn new(width: usize) -> Self {
        Self {
            width,
            sums: vec![0.0; width.div_ceil(GROUP) * GROUP * GROUP],
        }
    }

    /// Adds `rows` `[n, width]`, one after the other: the sums are the same bits
    /// however many come at a time.
    pub(crate) fn add(&mut self, rows: &[f32]) {
        for row in rows.chunks_exact(self.width) {
            let groups = self.sums.chunks_exact_mut(GROUP * GROUP);
            for (sums, inputs) in groups.zip(row.chunks(GROUP)) {
                let mut wide = [0.0; GROUP];
                for (wide, &input) in wide.iter_mut().zip(inputs) {
                    *wide = f64::from(input);
                }
                for (sums, input) in sums.chunks_exact_mut(GROUP).zip(wide) {
                    for (sum, other) in sums.iter_mut().zip(wide) {
                        *sum += input * other;
                    }
                }
            }
        }
    }

    /// The sum of each input's squares.
    pub(crate) fn squares(&self) -> Vec<f64> {
        let place = |input: usize| input / GROUP * GROUP * GROUP + input % GROUP * (GROUP + 1);
        (0..self.width)
            .map(|input| self.sums[place(input)])
            .collect()
    }

    /// How the rounding errors of each group are spread, if every input is
    /// multiplied by its factor first.
    fn groups(&self, factors: &[f32]) -> Vec<Spread> {
        let sums = self.sums.chunks_exact(GROUP * GROUP);
        sums.zip(factors.chunks(GROUP))
            .map(|(sums, factors)| Spread::of(sums, factors))
            .collect()
    }
}

/// The order in which a group's weights are rounded, and what each one's error
/// is made up by.
struct Spread {
    /// The greatest inputs first: their errors find the most weights to come.
    order: Vec<usize>,
    /// `[n, n]` in that order: how much of the row's error every later weight
    /// takes over. Empty where nothing is known of the inputs.
    shares: Vec<f64>,
}

impl Spread {
    fn of(sums: &[f64], factors: &[f32]) -> Self {
        let n = factors.len();
        let factor = |input: usize| f64::from(factors[input]);
        let product = |a: usize, b: usize| sums[a * GROUP + b] * factor(a) * factor(b);
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|&a, &b| product(b, b).total_cmp(&product(a, a)));
        let mean = (0..n).map(|input| product(input, input)).sum::<f64>() / n as f64;
        let mut matrix = Vec::with_capacity(n * n);
        for (place, &a) in order.iter().enumerate() {
            matrix.extend(order.iter().map(|&b| product(a, b)));
            matrix[place * n + place] += DAMPING * mean;
        }
        let shares = match invert(&mut matrix, n) {
            true => shares(matrix, n),
            false => Vec::new(),
        };
        Self { order, shares }
    }

    /// Rounds a group's weights, in units of the row's scale.
    fn round(&self, weight: &[f64], rounded: &mut [i8]) {
        let n = weight.len();
        let mut rest = [0.0; GROUP];
        for (rest, &input) in rest.iter_mut().zip(&self.order) {
            *rest = weight[input];
        }
        for (place, &input) in self.order.iter().enumerate() {
            let wanted = rest[place];
            let nearest = wanted
                .round_ties_even()
                .clamp(-f64::from(LARGEST), f64::from(LARGEST));
            rounded[input] = nearest as i8;
            let error = wanted - nearest;
            if let Some(shares) = self.shares.get(place * n..(place + 1) * n) {
                for (rest, share) in rest[place + 1..n].iter_mut().zip(&shares[place + 1..]) {
                    *rest -= error * share;
                }
            }
        }
    }
}

/// Inverts a symmetric positive definite matrix `[n, n]` in its place
/// (Gauss-Jordan, which needs no pivoting for these); false if it is none, as
/// where all inputs are 0.
fn invert(matrix: &mut [f64], n: usize) -> bool {
    for at in 0..n {
        let pivot = matrix[at * n + at];
        if !(pivot > 0.0 && pivot.is_finite() && (1.0 / pivot).is_finite()) {
            return false;
        }
        matrix[at * n + at] = 1.0;
        let own: Vec<f64> = matrix[at * n..][..n].iter().map(|x| x / pivot).collect();
        for (index, row) in matrix.chunks_exact_mut(n).enumerate() {
            if index == at {
                row.copy_from_slice(&own);
                continue;
            }
            let times = std::mem::take(&mut row[at]);
            row.iter_mut().zip(&own).for_each(|(x, y)| *x -= times * y);
        }
    }
    matrix.iter().all(|x| x.is_finite())
}

/// Of the inverse: what the later weights take over, when one after the other
/// is rounded and counts no more.
fn shares(mut inverse: Vec<f64>, n: usize) -> Vec<f64> {
    for at in 0..n {
        let (before, rest) = inverse.split_at_mut((at + 1) * n);
        let own = &mut before[at * n..];
        let pivot = own[at];
        own.iter_mut().for_each(|x| *x /= pivot);
        for row in rest.chunks_exact_mut(n) {
            let times = row[at];
            row.iter_mut().zip(&*own).for_each(|(x, y)| *x -= times * y);
        }
    }
    inverse
}

impl Rows {
    /// Quantizes `values` `[rows, width]` as [`Rows::quantize`] does, but rounds
    /// so that the products with inputs as `gram` knows them, multiplied by
    /// `factors`, change little.
    pub(crate) fn compensated(values: &[f32], gram: &Gram, factors: &[f32]) -> Self {
        let width = gram.width;
        let groups = gram.groups(factors);
        let mut rows = Self {
            weight: vec![0; values.len()],
            scale: Vec::with_capacity(values.len() / width),
        };
        let mut wanted = Vec::with_capacity(width);
        for (values, rounded) in values
            .chunks_exact(width)
            .zip(rows.weight.chunks_exact_mut(width))
        {
            let scale = Self::scale_of(values);
            rows.scale.push(scale);
            if scale > 0.0 {
                wanted.clear();
                wanted.extend(values.iter().map(|&x| f64::from(x) / f64::from(scale)));
                let parts = wanted.chunks(GROUP).zip(rounded.chunks_mut(GROUP));
                for (group, (wanted, rounded)) in groups.iter().zip(parts) {
                    group.round(wanted, rounded);
                }
            }
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    const WIDTH: usize = GROUP + 21;

    /// Numbers within +-1 that look like none in particular.
    fn noise(count: usize, seed: u32) -> Vec<f32> {
        let mut state = seed;
        let next = |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        (0..count).map(next).collect()
    }

    /// Rows whose inputs go together: each is made of five numbers.
    fn inputs(rows: usize, seed: u32) -> Vec<f32> {
        let mixture = noise(WIDTH * 5, 7);
        let hidden = noise(rows * 5, seed);
        let own = noise(rows * WIDTH, seed + 1);
        let row = |row: usize| {
            let hidden = &hidden[row * 5..][..5];
            let (mixture, own) = (&mixture, &own);
            (0..WIDTH).map(move |input| {
                let parts = hidden.iter().zip(&mixture[input * 5..]);
                parts.map(|(h, m)| h * m).sum::<f32>() + 0.1 * own[row * WIDTH + input]
            })
        };
        (0..rows).flat_map(row).collect()
    }

    /// The mean square of what rounding changes of the products.
    fn error(rounded: &Rows, values: &[f32], inputs: &[f32]) -> f64 {
        let mut sum = 0.0;
        for input in inputs.chunks_exact(WIDTH) {
            for (row, values) in values.chunks_exact(WIDTH).enumerate() {
                let weight = &rounded.weight[row * WIDTH..][..WIDTH];
                let own = weight.iter().zip(values).zip(input);
                let difference: f64 = own
                    .map(|((&w, &x), &input)| {
                        let rounded = f64::from(w) * f64::from(rounded.scale[row]);
                        (rounded - f64::from(x)) * f64::from(input)
                    })
                    .sum();
                sum += difference * difference;
            }
        }
        sum
    }

    #[test]
    fn errors_make_up_for_each_other_on_rows_that_were_not_seen() {
        let values = noise(20 * WIDTH, 3);
        let mut gram = Gram::new(WIDTH);
        gram.add(&inputs(200, 11));
        let plain = Rows::quantize(&values, WIDTH);
        let better = Rows::compensated(&values, &gram, &[1.0; WIDTH]);
        assert_eq!(plain.scale, better.scale);
        let unseen = inputs(200, 99);
        let ratio = error(&better, &values, &unseen) / error(&plain, &values, &unseen);
        assert!(ratio < 0.5, "{ratio}");
    }

    #[test]
    fn inputs_that_tell_nothing_leave_plain_rounding() {
        let values = noise(4 * WIDTH, 5);
        let plain = Rows::quantize(&values, WIDTH);
        let one_by_one: Vec<f32> = (0..WIDTH * WIDTH)
            .map(|at| f32::from(u8::from(at / WIDTH == at % WIDTH)))
            .collect();
        for seen in [
            vec![],
            vec![0.0; WIDTH],
            one_by_one,
            vec![f32::INFINITY; WIDTH],
            vec![f32::NAN; WIDTH],
        ] {
            let mut gram = Gram::new(WIDTH);
            gram.add(&seen);
            let rows = Rows::compensated(&values, &gram, &[1.0; WIDTH]);
            assert_eq!((&rows.weight, &rows.scale), (&plain.weight, &plain.scale));
        }
    }

    #[test]
    fn rows_come_one_by_one_or_together() {
        let all = inputs(9, 1);
        let (mut together, mut apart) = (Gram::new(WIDTH), Gram::new(WIDTH));
        together.add(&all);
        all.chunks_exact(WIDTH).for_each(|row| apart.add(row));
        assert_eq!(together.sums, apart.sums);
        let squares: f64 = all.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
        assert!((together.squares().iter().sum::<f64>() - squares).abs() < 1e-9 * squares);
    }
}
