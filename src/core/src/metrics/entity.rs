//! Figures per entity.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Counts;
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

/// The entities of a sentence, strictly read.
pub(super) fn count_strict(gold: &[Tag<'_>], predicted: &[Tag<'_>]) -> Counts {
    let [gold, predicted] = [gold, predicted].map(|tags| Span::read_strict(tags.iter().copied()));
    Counts::of_spans(&gold, &predicted)
}

/// The entities of a sentence, leniently read.
pub(super) fn count_lenient(gold: &[Tag<'_>], predicted: &[Tag<'_>]) -> Counts {
    let [gold, predicted] = [gold, predicted].map(|tags| Span::read(tags.iter().copied()));
    Counts::of_spans(&gold, &predicted)
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
            let mut kinds: BTreeMap<&str, [Vec<Span<'_>>; 2]> = BTreeMap::new();
            for (side, spans) in [gold, predicted].into_iter().enumerate() {
                for span in spans {
                    kinds.entry(span.kind).or_default()[side].push(span);
                }
            }
            for (kind, [gold, predicted]) in kinds {
                let counts = Counts::of_spans(&gold, &predicted);
                by_type.entry(kind).or_default().add(&counts);
            }
        }
        let mut all = Counts::default();
        for counts in by_type.values() {
            all.add(counts);
        }
        Self {
            all: all.scores(),
            by_type: by_type
                .into_iter()
                .map(|(kind, counts)| (kind.to_owned(), counts.scores()))
                .collect(),
        }
    }
}
