//! Figures per entity.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ratio;
use crate::decode::Span;
use crate::tags::Tag;

/// Precision, recall and F1 over entities.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct EntityScores {
    /// Of the predicted entities, the share that is in the gold standard.
    pub precision: f64,
    /// Of the gold entities, the share that was predicted.
    pub recall: f64,
    /// The harmonic mean of precision and recall.
    pub f1: f64,
    /// The number of gold entities.
    pub support: u64,
}

/// Figures per entity, micro-averaged and by type. An entity is right when
/// its first word, last word and type are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EntityReport {
    /// Over all types.
    #[serde(flatten)]
    pub all: EntityScores,
    /// Each type that occurs in gold or prediction.
    pub by_type: BTreeMap<String, EntityScores>,
}

#[derive(Clone, Copy, Default)]
struct Counts {
    right: u64,
    gold: u64,
    predicted: u64,
}

impl Counts {
    fn scores(self) -> EntityScores {
        let [right, gold, predicted] = [self.right, self.gold, self.predicted].map(|n| n as f64);
        EntityScores {
            precision: ratio(right, predicted),
            recall: ratio(right, gold),
            f1: ratio(2.0 * right, gold + predicted),
            support: self.gold,
        }
    }
}

impl EntityReport {
    /// seqeval's default mode: broken runs are mended as conlleval mends them.
    /// Each item is one sentence's gold and predicted tags, equally many.
    pub fn lenient<'a>(sentences: impl IntoIterator<Item = (Vec<Tag<'a>>, Vec<Tag<'a>>)>) -> Self {
        Self::new(sentences, Span::read)
    }

    /// seqeval's strict mode under IOB2: a run that does not begin with `B-`
    /// is no entity.
    pub fn strict<'a>(sentences: impl IntoIterator<Item = (Vec<Tag<'a>>, Vec<Tag<'a>>)>) -> Self {
        Self::new(sentences, Span::read_strict)
    }

    fn new<'a>(
        sentences: impl IntoIterator<Item = (Vec<Tag<'a>>, Vec<Tag<'a>>)>,
        read: fn(Vec<Tag<'a>>) -> Vec<Span<'a>>,
    ) -> Self {
        let mut by_type: BTreeMap<&str, Counts> = BTreeMap::new();
        for (gold, predicted) in sentences {
            let (gold, predicted) = (read(gold), read(predicted));
            for span in &gold {
                by_type.entry(span.kind).or_default().gold += 1;
            }
            for span in &predicted {
                let counts = by_type.entry(span.kind).or_default();
                counts.predicted += 1;
                // Spans of a sentence are in order and do not overlap.
                let found = gold.binary_search_by_key(&span.words.start, |gold| gold.words.start);
                if found.is_ok_and(|index| gold[index] == *span) {
                    counts.right += 1;
                }
            }
        }
        let all = by_type
            .values()
            .fold(Counts::default(), |sum, counts| Counts {
                right: sum.right + counts.right,
                gold: sum.gold + counts.gold,
                predicted: sum.predicted + counts.predicted,
            });
        Self {
            all: all.scores(),
            by_type: by_type
                .into_iter()
                .map(|(kind, counts)| (kind.to_owned(), counts.scores()))
                .collect(),
        }
    }
}
