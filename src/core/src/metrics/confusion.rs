//! What is taken for what.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::overlap::{Match, Scheme, matches};
use crate::decode::Span;
use crate::tags::Tag;

/// Counts by gold label, then by predicted label. What does not occur is left
/// out.
pub type Matrix = BTreeMap<String, BTreeMap<String, u64>>;

/// Confusion over tags and over entity types.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confusion {
    /// Words, by tag.
    pub tags: Matrix,
    /// Entities, by type. They are matched as the scheme
    /// [`Scheme::Exact`] matches them: to the one with the same boundaries,
    /// else to the first that overlaps. The empty label stands for no entity:
    /// its row holds the spurious ones, its column the missed ones.
    pub types: Matrix,
}

impl Confusion {
    /// `words`: the gold and predicted tags of the words that are judged.
    /// `sentences`: the gold and predicted tags of each sentence.
    pub fn new<'a>(
        words: impl IntoIterator<Item = (&'a str, &'a str)>,
        sentences: impl IntoIterator<Item = (Vec<Tag<'a>>, Vec<Tag<'a>>)>,
    ) -> Self {
        let mut tags = Counts::new();
        for pair in words {
            *tags.entry(pair).or_default() += 1;
        }
        let mut types = Counts::new();
        for (gold, predicted) in sentences {
            let (gold, predicted) = (Span::read(gold), Span::read(predicted));
            for outcome in matches(&gold, &predicted, Scheme::Exact) {
                let pair = match outcome {
                    Match::Correct(g, p) | Match::Incorrect(g, p) | Match::Partial(g, p) => {
                        (gold[g].kind, predicted[p].kind)
                    }
                    Match::Missed(g) => (gold[g].kind, ""),
                    Match::Spurious(p) => ("", predicted[p].kind),
                };
                *types.entry(pair).or_default() += 1;
            }
        }
        Self {
            tags: matrix(&tags),
            types: matrix(&types),
        }
    }
}

type Counts<'a> = BTreeMap<(&'a str, &'a str), u64>;

fn matrix(counts: &Counts<'_>) -> Matrix {
    let mut matrix = Matrix::new();
    for (&(gold, predicted), &count) in counts {
        let row = matrix.entry(gold.to_owned()).or_default();
        row.insert(predicted.to_owned(), count);
    }
    matrix
}
