//! Figures of merit: per word as scikit-learn gives them, per entity as seqeval
//! and nervaluate give them, and how far to trust them.

mod bootstrap;
mod buckets;
mod by_type;
mod calibration;
mod confusion;
mod entity;
mod figures;
mod leak;
mod overlap;
mod token;

pub use bootstrap::{Comparison, Difference, Interval, Intervals};
pub use buckets::{Bucket, Buckets, Training};
pub use by_type::{TypeIntervals, TypeScores};
pub use calibration::{Bin, Calibration, Reliability};
pub use confusion::{Confusion, Matrix};
pub use entity::{EntityReport, EntityScores};
pub use figures::Figures;
pub use leak::{LeakReport, LeakText, Share};
pub use overlap::{OverlapCounts, OverlapReport, OverlapScores, Scheme};
pub use token::{Averages, Scores, TokenReport};

pub(crate) use buckets::Gathering;
pub(crate) use figures::Totals;
pub(crate) use overlap::{Match, matches};

use crate::decode::Span;
use crate::tags::Tag;

choices! {
    /// A headline figure: a number from 0 to 1 that follows from the tags alone.
    #[derive(PartialOrd, Ord)]
    Figure, "figure", {
        Accuracy = "accuracy", "The share of words with the right tag (micro-averaged F1).";
        MacroF1 = "macro_f1", "F1 averaged over tags.";
        WeightedF1 = "weighted_f1", "F1 averaged over tags, weighted by support.";
        EntityF1 = "entity_f1", "F1 over entities, strictly read.";
        EntityF1Lenient = "entity_f1_lenient", "F1 over entities, leniently read.";
    }
}

/// What a sentence's gold and predicted tags count.
type Count = fn(&[Tag<'_>], &[Tag<'_>]) -> Counts;

/// What a figure is computed from. Either is a sum over sentences, so that
/// those that a bootstrap draws can be added up.
enum Rule {
    /// The counts of every tag that occurs, of the words that are judged.
    Tags(fn(&[Counts]) -> f64),
    /// What is counted in each sentence, of all words.
    Sentences(Count, fn(Counts) -> f64),
}

impl Figure {
    /// What a reader should call it.
    pub fn title(self) -> &'static str {
        self.row().0
    }

    fn rule(self) -> Rule {
        self.row().1
    }

    fn row(self) -> (&'static str, Rule) {
        match self {
            Self::Accuracy => ("accuracy", Rule::Tags(token::accuracy)),
            Self::MacroF1 => ("macro F1", Rule::Tags(token::macro_f1)),
            Self::WeightedF1 => ("weighted F1", Rule::Tags(token::weighted_f1)),
            Self::EntityF1 => (
                "entity F1, strict",
                Rule::Sentences(entity::count_strict, Counts::f1),
            ),
            Self::EntityF1Lenient => (
                "entity F1, lenient",
                Rule::Sentences(entity::count_lenient, Counts::f1),
            ),
        }
    }
}

/// `a / b`, and 0 where `b` is 0 (scikit-learn's `zero_division=0`).
pub(crate) fn ratio(a: f64, b: f64) -> f64 {
    if b == 0.0 { 0.0 } else { a / b }
}

/// What precision, recall and F1 are computed from, of words or of entities.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    right: u64,
    gold: u64,
    predicted: u64,
}

impl Counts {
    /// Of one sentence's entities, which are in order and do not overlap.
    fn of_spans(gold: &[Span<'_>], predicted: &[Span<'_>]) -> Self {
        let right = predicted.iter().filter(|span| {
            let found = gold.binary_search_by_key(&span.words.start, |gold| gold.words.start);
            found.is_ok_and(|index| gold[index] == **span)
        });
        Self {
            right: right.count() as u64,
            gold: gold.len() as u64,
            predicted: predicted.len() as u64,
        }
    }

    fn add(&mut self, other: &Self) {
        self.right += other.right;
        self.gold += other.gold;
        self.predicted += other.predicted;
    }

    fn precision(self) -> f64 {
        ratio(self.right as f64, self.predicted as f64)
    }

    fn recall(self) -> f64 {
        ratio(self.right as f64, self.gold as f64)
    }

    fn f1(self) -> f64 {
        ratio(
            2.0 * self.right as f64,
            self.gold as f64 + self.predicted as f64,
        )
    }

    fn scores(self) -> EntityScores {
        EntityScores {
            precision: self.precision(),
            recall: self.recall(),
            f1: self.f1(),
            support: self.gold,
        }
    }
}
