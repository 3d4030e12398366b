//! Figures per entity that tell near misses apart, as nervaluate gives them:
//! the schemes of MUC-5 (Chinchor and Sundheim, 1993) and of SemEval-2013 task
//! 9. Entities are read leniently, as nervaluate reads them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ratio;
use crate::decode::Span;
use crate::tags::Tag;

/// When a predicted entity that overlaps a gold one counts for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Its boundaries and its type have to be right.
    Strict,
    /// Its boundaries have to be right.
    Exact,
    /// Its boundaries have to be right, and it counts half otherwise.
    Partial,
    /// Its type has to be right.
    Type,
}

/// What becomes of entities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverlapCounts {
    /// Predicted and right under the scheme.
    pub correct: u64,
    /// Predicted over a gold entity, and wrong.
    pub incorrect: u64,
    /// Predicted over a gold entity with other boundaries, where that counts half.
    pub partial: u64,
    /// In the gold standard, and no prediction is matched to it.
    pub missed: u64,
    /// Predicted, and matched to no gold entity.
    pub spurious: u64,
}

/// Counts, and the figures that follow from them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct OverlapScores {
    /// Of the predicted entities, the share that is right.
    pub precision: f64,
    /// Of the gold entities, the share that was predicted.
    pub recall: f64,
    /// The harmonic mean of precision and recall.
    pub f1: f64,
    /// The counts.
    #[serde(flatten)]
    pub counts: OverlapCounts,
}

/// Figures under one scheme.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OverlapReport {
    /// Over all types.
    #[serde(flatten)]
    pub all: OverlapScores,
    /// Each type that occurs in gold or prediction, judged without the others.
    pub by_type: BTreeMap<String, OverlapScores>,
}

/// What became of one entity, or of a pair: indices into gold and prediction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Match {
    Correct(usize, usize),
    Incorrect(usize, usize),
    Partial(usize, usize),
    Missed(usize),
    Spurious(usize),
}

impl OverlapReport {
    /// Each item is one sentence's gold and predicted tags, equally many.
    pub fn new<'a>(
        sentences: impl IntoIterator<Item = (Vec<Tag<'a>>, Vec<Tag<'a>>)>,
        scheme: Scheme,
    ) -> Self {
        let mut all = OverlapCounts::default();
        let mut by_type: BTreeMap<&str, OverlapCounts> = BTreeMap::new();
        for (gold, predicted) in sentences {
            let (gold, predicted) = (Span::read(gold), Span::read(predicted));
            all.add(&matches(&gold, &predicted, scheme));
            let mut kinds: BTreeMap<&str, [Vec<Span<'_>>; 2]> = BTreeMap::new();
            for (side, spans) in [gold, predicted].into_iter().enumerate() {
                for span in spans {
                    kinds.entry(span.kind).or_default()[side].push(span);
                }
            }
            for (kind, [gold, predicted]) in kinds {
                let matches = matches(&gold, &predicted, scheme);
                by_type.entry(kind).or_default().add(&matches);
            }
        }
        let by_type = by_type.into_iter();
        Self {
            all: all.scores(),
            by_type: by_type
                .map(|(kind, counts)| (kind.to_owned(), counts.scores()))
                .collect(),
        }
    }
}

impl OverlapCounts {
    fn add(&mut self, matches: &[Match]) {
        for outcome in matches {
            *match outcome {
                Match::Correct(..) => &mut self.correct,
                Match::Incorrect(..) => &mut self.incorrect,
                Match::Partial(..) => &mut self.partial,
                Match::Missed(_) => &mut self.missed,
                Match::Spurious(_) => &mut self.spurious,
            } += 1;
        }
    }

    pub(crate) fn scores(self) -> OverlapScores {
        let [correct, incorrect, partial, missed, spurious] = [
            self.correct,
            self.incorrect,
            self.partial,
            self.missed,
            self.spurious,
        ]
        .map(|n| n as f64);
        let right = correct + 0.5 * partial;
        let overlapping = correct + incorrect + partial;
        let precision = ratio(right, overlapping + spurious);
        let recall = ratio(right, overlapping + missed);
        OverlapScores {
            precision,
            recall,
            f1: ratio(2.0 * precision * recall, precision + recall),
            counts: self,
        }
    }
}

/// Matches predicted to gold entities, each at most once and in order of the
/// prediction, as nervaluate does: to one that the scheme finds right, else to
/// the first that overlaps. Both lists are in order and without overlap, so
/// that a predicted entity looks at its own neighbourhood only.
pub(crate) fn matches(gold: &[Span<'_>], predicted: &[Span<'_>], scheme: Scheme) -> Vec<Match> {
    let mut taken = vec![false; gold.len()];
    let mut matches = Vec::with_capacity(gold.len().max(predicted.len()));
    let mut first = 0;
    for (index, own) in predicted.iter().enumerate() {
        while first < gold.len() && gold[first].words.end <= own.words.start {
            first += 1;
        }
        let near = (first..gold.len())
            .take_while(|&other| gold[other].words.start < own.words.end)
            .filter(|&other| !taken[other] && overlaps_enough(own, &gold[other]));
        let (right, other) = best(gold, own, near, scheme);
        let outcome = match (right, other) {
            (Some(right), _) => Match::Correct(right, index),
            (None, Some(other)) if scheme == Scheme::Partial => Match::Partial(other, index),
            (None, Some(other)) => Match::Incorrect(other, index),
            (None, None) => Match::Spurious(index),
        };
        if let Some(matched) = right.or(other) {
            taken[matched] = true;
        }
        matches.push(outcome);
    }
    let missed = taken.iter().enumerate().filter(|(_, taken)| !**taken);
    matches.extend(missed.map(|(index, _)| Match::Missed(index)));
    matches
}

/// Of the gold entities near a predicted one: the one for which it is right,
/// and the first of the others.
fn best(
    gold: &[Span<'_>],
    own: &Span<'_>,
    near: impl Iterator<Item = usize>,
    scheme: Scheme,
) -> (Option<usize>, Option<usize>) {
    let (mut right, mut other) = (None, None);
    let mut least = usize::MAX;
    for index in near {
        let found = &gold[index];
        let is_right = match scheme {
            Scheme::Strict => found == own,
            Scheme::Exact | Scheme::Partial => found.words == own.words,
            Scheme::Type => found.kind == own.kind,
        };
        let distance =
            found.words.start.abs_diff(own.words.start) + found.words.end.abs_diff(own.words.end);
        if !is_right {
            other = other.or(Some(index));
        } else if distance < least {
            least = distance;
            right = Some(index);
        }
    }
    (right, other)
}

/// nervaluate's default: one per cent of the gold entity's words.
fn overlaps_enough(predicted: &Span<'_>, gold: &Span<'_>) -> bool {
    let start = predicted.words.start.max(gold.words.start);
    let end = predicted.words.end.min(gold.words.end);
    end > start && (end - start) as f64 / gold.words.len() as f64 * 100.0 >= 1.0
}
