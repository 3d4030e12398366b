//! Figures per entity type, with intervals.

use std::collections::BTreeMap;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::bootstrap::{Interval, interval};
use super::{Counts, EntityScores};
use crate::decode::Span;

/// The entities of one type, and how far their figures depend on the sentences
/// that happen to be there.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TypeScores {
    /// The figures.
    #[serde(flatten)]
    pub scores: EntityScores,
    /// Where 95 % of them lie if as many sentences are drawn again and again.
    pub intervals: TypeIntervals,
}

/// Intervals of the figures of one type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TypeIntervals {
    /// Of the precision.
    pub precision: Interval,
    /// Of the recall.
    pub recall: Interval,
    /// Of F1.
    pub f1: Interval,
}

impl TypeScores {
    /// Of each sentence's gold and predicted entities, by type.
    pub fn by_type<'a>(
        sentences: impl IntoIterator<Item = [Vec<Span<'a>>; 2]>,
        seed: u64,
        resamples: u32,
    ) -> BTreeMap<&'a str, Self> {
        let mut places: BTreeMap<&str, usize> = BTreeMap::new();
        // The counts of each sentence, of the types only that it has.
        let mut ends = Vec::new();
        let mut entries: Vec<(usize, Counts)> = Vec::new();
        for sides in sentences {
            let mut kinds: BTreeMap<&str, [Vec<Span<'_>>; 2]> = BTreeMap::new();
            for (side, spans) in sides.into_iter().enumerate() {
                for span in spans {
                    kinds.entry(span.kind).or_default()[side].push(span);
                }
            }
            for (kind, [gold, predicted]) in kinds {
                let next = places.len();
                let place = *places.entry(kind).or_insert(next);
                entries.push((place, Counts::of_spans(&gold, &predicted)));
            }
            ends.push(entries.len());
        }
        let add = |sums: &mut [Counts], sentence: usize| {
            let start = sentence.checked_sub(1).map_or(0, |before| ends[before]);
            for (place, counts) in &entries[start..ends[sentence]] {
                sums[*place].add(counts);
            }
        };
        let mut all = vec![Counts::default(); places.len()];
        for sentence in 0..ends.len() {
            add(&mut all, sentence);
        }
        let many = u32::try_from(ends.len()).expect("fewer than 2^32 sentences");
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut drawn = vec![<[Vec<f64>; 3]>::default(); places.len()];
        for _ in 0..if many == 0 { 0 } else { resamples } {
            let mut sums = vec![Counts::default(); places.len()];
            for _ in 0..many {
                // Of 32 bits, so that it is the same draw where usize is narrower.
                add(&mut sums, random.random_range(0..many) as usize);
            }
            for (drawn, sum) in drawn.iter_mut().zip(sums) {
                let EntityScores {
                    precision,
                    recall,
                    f1,
                    ..
                } = sum.scores();
                for (drawn, value) in drawn.iter_mut().zip([precision, recall, f1]) {
                    drawn.push(value);
                }
            }
        }
        let types = places.into_iter().map(|(kind, place)| {
            let [precision, recall, f1] = drawn[place].each_mut().map(|own| interval(own));
            let intervals = TypeIntervals {
                precision,
                recall,
                f1,
            };
            let scores = all[place].scores();
            (kind, Self { scores, intervals })
        });
        types.collect()
    }
}
