//! The best sequence of tags, and how sure each of its tags is, where what
//! follows what matters: Viterbi's algorithm and forward-backward.

use crate::math::exp;
use crate::tags::{Tag, TagSet};

/// What it adds to a sequence's score that one tag follows another.
#[derive(Clone, Debug, PartialEq)]
pub struct Transitions {
    /// `[from, to]`, row-major.
    pub between: Vec<f32>,
    /// For a sentence's first tag.
    pub start: Vec<f32>,
    /// For its last.
    pub end: Vec<f32>,
}

impl Transitions {
    /// Nothing is added, whatever follows what.
    pub fn none(tags: usize) -> Self {
        Self {
            between: vec![0.0; tags * tags],
            start: vec![0.0; tags],
            end: vec![0.0; tags],
        }
    }

    /// These, without what the BIO rules forbid: an `I-x` follows only `B-x`
    /// or `I-x`. In a set without `B-x`, an `I-x` may stand anywhere.
    #[must_use]
    pub fn under_rules(mut self, tags: &TagSet) -> Self {
        let count = tags.len();
        for to in 0..count {
            let Tag::Inside(kind) = tags.tag(to) else {
                continue;
            };
            if tags.index(&Tag::Begin(kind).to_string()).is_none() {
                continue;
            }
            self.start[to] = f32::NEG_INFINITY;
            for from in 0..count {
                if tags.tag(from).kind() != Some(kind) {
                    self.between[from * count + to] = f32::NEG_INFINITY;
                }
            }
        }
        self
    }

    fn tags(&self) -> usize {
        self.start.len()
    }

    /// The sequence of tags with the greatest sum of `scores` `[words, tags]`
    /// and transitions; the first of equals.
    ///
    /// # Panics
    ///
    /// If `scores` is not a whole number of rows.
    pub fn best(&self, scores: &[f32]) -> Vec<usize> {
        let tags = self.tags();
        assert_eq!(scores.len() % tags, 0, "scores are rows of {tags}");
        let mut rows = scores.chunks_exact(tags);
        let Some(first) = rows.next() else {
            return Vec::new();
        };
        let mut best: Vec<f32> = first.iter().zip(&self.start).map(|(a, b)| a + b).collect();
        // `[words - 1, tags]`: the tag before, on the best way to each tag.
        let mut before = Vec::with_capacity(scores.len());
        for row in rows {
            let mut next = vec![f32::NEG_INFINITY; tags];
            let mut from_of = vec![0; tags];
            for (from, &so_far) in best.iter().enumerate() {
                let between = &self.between[from * tags..][..tags];
                for ((next, from_of), b) in next.iter_mut().zip(&mut from_of).zip(between) {
                    let score = so_far + b;
                    if score > *next {
                        (*next, *from_of) = (score, from);
                    }
                }
            }
            for (next, score) in next.iter_mut().zip(row) {
                *next += score;
            }
            best = next;
            before.extend(from_of);
        }
        for (best, end) in best.iter_mut().zip(&self.end) {
            *best += end;
        }
        let mut sequence = vec![super::argmax(&best)];
        for from_of in before.chunks_exact(tags).rev() {
            sequence.push(from_of[sequence[sequence.len() - 1]]);
        }
        sequence.reverse();
        sequence
    }

    /// The probability of each word's tags `[words, tags]` over all sequences,
    /// a sequence's probability being proportional to `e` to its score.
    ///
    /// # Panics
    ///
    /// If `scores` is not a whole number of rows.
    pub fn marginals(&self, scores: &[f32]) -> Vec<f32> {
        let tags = self.tags();
        assert_eq!(scores.len() % tags, 0, "scores are rows of {tags}");
        let words = scores.len() / tags;
        if words == 0 {
            return Vec::new();
        }
        let (start, end) = (weights(&self.start), weights(&self.end));
        let between = weights(&self.between);
        let seen: Vec<f32> = scores.chunks_exact(tags).flat_map(weights).collect();
        let seen = |word: usize| &seen[word * tags..][..tags];
        // Forward weights: of all beginnings that end in a tag.
        let mut marginals: Vec<f32> = seen(0).iter().zip(&start).map(|(a, b)| a * b).collect();
        normalize(&mut marginals);
        for word in 1..words {
            let mut row = vec![0.0; tags];
            for (from, weight) in marginals[(word - 1) * tags..].iter().enumerate() {
                for (to, b) in row.iter_mut().zip(&between[from * tags..]) {
                    *to += weight * b;
                }
            }
            for (to, seen) in row.iter_mut().zip(seen(word)) {
                *to *= seen;
            }
            normalize(&mut row);
            marginals.extend(row);
        }
        // Backward weights: of all ends that follow a tag.
        let mut after = end;
        for word in (0..words).rev() {
            let row = &mut marginals[word * tags..][..tags];
            for (forward, after) in row.iter_mut().zip(&after) {
                *forward *= after;
            }
            normalize(row);
            let next: Vec<f32> = after.iter().zip(seen(word)).map(|(a, b)| a * b).collect();
            for (from, after) in after.iter_mut().enumerate() {
                let between = &between[from * tags..][..tags];
                *after = between.iter().zip(&next).map(|(a, b)| a * b).sum();
            }
            normalize(&mut after);
        }
        marginals
    }
}

/// `e` to each score, over the greatest of them.
fn weights(scores: &[f32]) -> Vec<f32> {
    let greatest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    scores.iter().map(|score| exp(score - greatest)).collect()
}

/// Makes the sum 1. Where every weight is too small for a number, no tag is
/// more likely than another.
fn normalize(row: &mut [f32]) {
    let sum: f32 = row.iter().sum();
    let width = row.len() as f32;
    for x in row {
        *x = if sum > 0.0 { *x / sum } else { 1.0 / width };
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    /// Every sequence of `words` tags and its score.
    fn sequences(scores: &[f32], transitions: &Transitions) -> Vec<(Vec<usize>, f32)> {
        let tags = transitions.tags();
        let words = scores.len() / tags;
        (0..tags.pow(words as u32))
            .map(|number| {
                let sequence: Vec<usize> = (0..words as u32)
                    .map(|word| number / tags.pow(word) % tags)
                    .collect();
                let mut score =
                    transitions.start[sequence[0]] + transitions.end[sequence[words - 1]];
                for (word, &tag) in sequence.iter().enumerate() {
                    score += scores[word * tags + tag];
                    if word > 0 {
                        score += transitions.between[sequence[word - 1] * tags + tag];
                    }
                }
                (sequence, score)
            })
            .collect()
    }

    fn set() -> TagSet {
        TagSet::new(["B-x", "B-y", "I-x", "I-z", "O"]).unwrap()
    }

    fn follows_rules(sequence: &[usize], tags: &TagSet) -> bool {
        let mut last = None;
        sequence.iter().all(|&tag| {
            let tag = tags.tag(tag);
            let fine = match tag {
                Tag::Inside("x") => matches!(last, Some(Tag::Begin("x") | Tag::Inside("x"))),
                _ => true,
            };
            last = Some(tag);
            fine
        })
    }

    prop_compose! {
        /// Scores of one to four words and transitions, for five tags.
        fn cases()(
            words in 1usize..=4,
            scores in proptest::collection::vec(-4.0f32..4.0, 20),
            between in proptest::collection::vec(-4.0f32..4.0, 25),
            start in proptest::collection::vec(-4.0f32..4.0, 5),
            end in proptest::collection::vec(-4.0f32..4.0, 5),
        ) -> (Vec<f32>, Transitions) {
            (scores[..words * 5].to_vec(), Transitions { between, start, end })
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_best_sequence_is_the_best_of_all((scores, transitions) in cases(), rules in any::<bool>()) {
            let transitions = if rules { transitions.under_rules(&set()) } else { transitions };
            let all = sequences(&scores, &transitions);
            let allowed = |sequence: &[usize]| !rules || follows_rules(sequence, &set());
            for (sequence, score) in &all {
                prop_assert_eq!(*score > f32::NEG_INFINITY, allowed(sequence));
            }
            let best = transitions.best(&scores);
            let score_of = |wanted: &[usize]| all.iter().find(|(sequence, _)| sequence == wanted).unwrap().1;
            let highest = all.iter().map(|(_, score)| *score).fold(f32::NEG_INFINITY, f32::max);
            prop_assert!(score_of(&best) >= highest - 1e-4, "{:?}", best);
            prop_assert!(allowed(&best));
        }

        #[test]
        fn marginals_are_sums_over_all_sequences((scores, transitions) in cases(), rules in any::<bool>()) {
            let transitions = if rules { transitions.under_rules(&set()) } else { transitions };
            let mut expected = vec![0.0f64; scores.len()];
            let mut total = 0.0;
            for (sequence, score) in sequences(&scores, &transitions) {
                let weight = f64::from(score).exp();
                total += weight;
                for (word, tag) in sequence.into_iter().enumerate() {
                    expected[word * 5 + tag] += weight;
                }
            }
            for (found, expected) in transitions.marginals(&scores).into_iter().zip(expected) {
                prop_assert!((f64::from(found) - expected / total).abs() < 1e-5, "{} {}", found, expected / total);
            }
        }
    }

    #[test]
    fn nothing_and_extremes_are_decoded() {
        let none = Transitions::none(2);
        assert_eq!(none.best(&[]), [] as [usize; 0]);
        assert!(none.marginals(&[]).is_empty());
        assert_eq!(
            none.best(&[1.0, 1.0, 0.0, 2.0]),
            [0, 1],
            "the first of equals"
        );
        // No sequence has a weight that is a number, yet no result is none.
        let hostile = Transitions {
            between: vec![-3e38, 3e38, -3e38, -3e38],
            start: vec![3e38, -3e38],
            end: vec![3e38, -3e38],
        };
        let found = hostile.marginals(&[0.0, -3e38, -3e38, 0.0, 0.0, 0.0]);
        assert!(found.iter().all(|p| (0.0..=1.0).contains(p)), "{found:?}");
        assert_eq!(hostile.best(&[0.0; 6]).len(), 3);
        // A long sentence does not run out of small numbers.
        let long = none.marginals(&[-50.0, 50.0].repeat(10_000));
        assert!(long.chunks(2).all(|p| p[1] > 0.999));
    }
}
