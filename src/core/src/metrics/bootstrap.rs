//! How far headline figures depend on the sentences that happen to be in the
//! test part: the percentile bootstrap over sentences (Efron and Tibshirani,
//! "An Introduction to the Bootstrap", 1993, chapters 13 and 16). The words of
//! a sentence are not independent of each other, sentences nearly are.

use std::collections::{BTreeMap, BTreeSet};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::figures::{Figures, Sum, Totals};
use super::ratio;
use crate::tags::TagSet;

/// Where 95 % of the resampled figures lie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// 2.5 % lie below.
    pub low: f64,
    /// 2.5 % lie above.
    pub high: f64,
}

/// Intervals of the headline figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Intervals {
    /// The seed of the random choice.
    pub seed: u64,
    /// How often sentences were drawn.
    pub resamples: u32,
    /// The intervals.
    #[serde(flatten)]
    pub figures: Figures<Interval>,
}

/// A figure of two heads on the same sentences.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// The first head's figure.
    pub a: f64,
    /// The second head's figure.
    pub b: f64,
    /// `b - a`.
    pub difference: f64,
    /// 2.5 % of the resampled differences lie below.
    pub low: f64,
    /// 2.5 % of the resampled differences lie above.
    pub high: f64,
    /// Twice the share of resampled differences on the other side of zero, at
    /// most 1; counting one more, so that it is never 0.
    pub p: f64,
}

/// Differences of the headline figures, by a paired bootstrap: both heads are
/// judged on the same drawn sentences.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The seed of the random choice.
    pub seed: u64,
    /// How often sentences were drawn.
    pub resamples: u32,
    /// The differences.
    #[serde(flatten)]
    pub figures: Figures<Difference>,
    /// The differences in F1 of every tag that occurs.
    pub tags: BTreeMap<String, Difference>,
}

/// Draws as many sentences as there are, again and again, and gives what
/// `read` makes of the sums of each draw, one for each of `heads`, which have
/// equally many sentences.
fn resample<const N: usize, T>(
    heads: [&Totals; N],
    seed: u64,
    resamples: u32,
    mut read: impl FnMut(&[Sum; N]) -> T,
) -> Vec<T> {
    let sentences = u32::try_from(heads[0].sentences()).expect("fewer than 2^32 sentences");
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut sums = heads.map(Totals::empty_sum);
    let mut found = Vec::with_capacity(resamples as usize);
    for _ in 0..resamples {
        for sum in &mut sums {
            sum.clear();
        }
        for _ in 0..sentences {
            // Of 32 bits, so that it is the same draw where usize is narrower.
            let sentence = random.random_range(0..sentences) as usize;
            for (head, sum) in heads.iter().zip(&mut sums) {
                head.add(sentence, sum);
            }
        }
        found.push(read(&sums));
    }
    found
}

impl Intervals {
    pub(crate) fn new(head: &Totals, seed: u64, resamples: u32) -> Self {
        let drawn = resample([head], seed, resamples, |[own]| own.figures());
        Self {
            seed,
            resamples,
            figures: Figures::from_fn(|figure| {
                let mut values: Vec<f64> = drawn.iter().map(|own| own[figure]).collect();
                interval(&mut values)
            }),
        }
    }
}

impl Comparison {
    /// `a` and `b` are of the same sentences in the same order, `tags` are
    /// theirs.
    pub(crate) fn new(
        a: &Totals,
        b: &Totals,
        tags: [&TagSet; 2],
        seed: u64,
        resamples: u32,
    ) -> Self {
        let [first, second] = [a.all(), b.all()];
        let [own, other] = [&first, &second].map(Sum::figures);
        // Each label with its place in both sets, if a sentence has it.
        let labels: BTreeSet<&String> = tags.iter().flat_map(|set| set.labels()).collect();
        let labels: Vec<(&String, [Option<usize>; 2])> = labels
            .into_iter()
            .map(|label| (label, tags.map(|set| set.index(label))))
            .filter(|(_, [own, other])| first.has(*own) || second.has(*other))
            .collect();
        let by_tag = |a: &Sum, b: &Sum| -> Vec<f64> {
            let places = labels.iter().map(|(_, places)| places);
            places
                .map(|[own, other]| b.tag_f1(*other) - a.tag_f1(*own))
                .collect()
        };
        let drawn = resample([a, b], seed, resamples, |[a, b]| {
            (a.figures(), b.figures(), by_tag(a, b))
        });
        let tags = labels
            .iter()
            .enumerate()
            .map(|(index, (label, [own, other]))| {
                let values = drawn.iter().map(|(.., tags)| tags[index]).collect();
                let difference = Difference::new(first.tag_f1(*own), second.tag_f1(*other), values);
                ((*label).clone(), difference)
            });
        Self {
            seed,
            resamples,
            figures: Figures::from_fn(|figure| {
                let values = drawn.iter().map(|(a, b, _)| b[figure] - a[figure]);
                Difference::new(own[figure], other[figure], values.collect())
            }),
            tags: tags.collect(),
        }
    }
}

impl Difference {
    /// `values` are the resampled differences.
    fn new(a: f64, b: f64, mut values: Vec<f64>) -> Self {
        let [below, above] = [
            values.iter().filter(|value| **value <= 0.0).count(),
            values.iter().filter(|value| **value >= 0.0).count(),
        ];
        let tail = ratio((below.min(above) + 1) as f64, (values.len() + 1) as f64);
        let Interval { low, high } = interval(&mut values);
        Self {
            a,
            b,
            difference: b - a,
            low,
            high,
            p: (2.0 * tail).min(1.0),
        }
    }
}

/// The middle 95 % of `values`.
pub(super) fn interval(values: &mut [f64]) -> Interval {
    values.sort_by(f64::total_cmp);
    Interval {
        low: quantile(values, 0.025),
        high: quantile(values, 0.975),
    }
}

/// NumPy's default quantile: linear between neighbours.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return 0.0;
    };
    let place = share * last as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(last);
    sorted[below] + (sorted[above] - sorted[below]) * (place - below as f64)
}

#[cfg(test)]
mod tests {
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn quantiles_are_numpys() {
        let values = [1.0, 2.0, 4.0, 8.0];
        assert_eq!(quantile(&values, 0.0), 1.0);
        assert_eq!(quantile(&values, 1.0), 8.0);
        assert!((quantile(&values, 0.5) - 3.0).abs() < 1e-12);
        assert!((quantile(&values, 0.975) - 7.7).abs() < 1e-12);
        assert_eq!(quantile(&[], 0.5), 0.0);
    }
}
