//! The headline figures, and sums from which they can be had for any choice of
//! sentences without going through the words again.

use serde::{Deserialize, Serialize};

use super::{Counts, ratio};
use crate::decode::Span;
use crate::tags::{Tag, TagSet};

/// One value for each headline figure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures<T> {
    /// The share of words with the right tag (micro-averaged F1).
    pub accuracy: T,
    /// F1 averaged over tags.
    pub macro_f1: T,
    /// F1 averaged over tags, weighted by support.
    pub weighted_f1: T,
    /// F1 over entities, strictly read.
    pub entity_f1: T,
    /// F1 over entities, leniently read.
    pub entity_f1_lenient: T,
}

/// The name of a headline figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// [`Figures::accuracy`]
    Accuracy,
    /// [`Figures::macro_f1`]
    MacroF1,
    /// [`Figures::weighted_f1`]
    WeightedF1,
    /// [`Figures::entity_f1`]
    EntityF1,
    /// [`Figures::entity_f1_lenient`]
    EntityF1Lenient,
}

impl Figure {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 5] = [
        Self::Accuracy,
        Self::MacroF1,
        Self::WeightedF1,
        Self::EntityF1,
        Self::EntityF1Lenient,
    ];

    /// What a reader should call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accuracy => "accuracy",
            Self::MacroF1 => "macro F1",
            Self::WeightedF1 => "weighted F1",
            Self::EntityF1 => "entity F1, strict",
            Self::EntityF1Lenient => "entity F1, lenient",
        }
    }
}

impl<T> Figures<T> {
    /// Computes each.
    pub fn from_fn(mut value: impl FnMut(Figure) -> T) -> Self {
        Self {
            accuracy: value(Figure::Accuracy),
            macro_f1: value(Figure::MacroF1),
            weighted_f1: value(Figure::WeightedF1),
            entity_f1: value(Figure::EntityF1),
            entity_f1_lenient: value(Figure::EntityF1Lenient),
        }
    }
}

impl<T: Copy> Figures<T> {
    /// One of them.
    pub fn get(&self, figure: Figure) -> T {
        match figure {
            Figure::Accuracy => self.accuracy,
            Figure::MacroF1 => self.macro_f1,
            Figure::WeightedF1 => self.weighted_f1,
            Figure::EntityF1 => self.entity_f1,
            Figure::EntityF1Lenient => self.entity_f1_lenient,
        }
    }
}

/// Counts of a set of sentences: those of each tag, and those of entities.
#[derive(Clone, Debug)]
pub(crate) struct Sum {
    tags: Vec<Counts>,
    strict: Counts,
    lenient: Counts,
}

impl Sum {
    pub(super) fn clear(&mut self) {
        self.tags.fill(Counts::default());
        self.strict = Counts::default();
        self.lenient = Counts::default();
    }

    /// Whether the tag of this index occurs.
    pub(super) fn has(&self, tag: Option<usize>) -> bool {
        tag.is_some_and(|tag| self.tags[tag].gold + self.tags[tag].predicted > 0)
    }

    /// F1 of the tag of this index; 0 of one that a head does not know.
    pub(super) fn tag_f1(&self, tag: Option<usize>) -> f64 {
        tag.map_or(0.0, |tag| self.tags[tag].f1())
    }

    /// Tags that occur neither in gold nor in prediction are left out, as
    /// scikit-learn does.
    pub(crate) fn figures(&self) -> Figures<f64> {
        let used = self.tags.iter().filter(|tag| tag.gold + tag.predicted > 0);
        let (mut tags, mut words, mut right) = (0u64, 0u64, 0u64);
        let (mut sum, mut weighted) = (0.0, 0.0);
        for tag in used {
            tags += 1;
            words += tag.gold;
            right += tag.right;
            sum += tag.f1();
            weighted += tag.f1() * tag.gold as f64;
        }
        Figures {
            accuracy: ratio(right as f64, words as f64),
            macro_f1: ratio(sum, tags as f64),
            weighted_f1: ratio(weighted, words as f64),
            entity_f1: self.strict.f1(),
            entity_f1_lenient: self.lenient.f1(),
        }
    }
}

/// The counts of every sentence; of the tags only those that it has.
pub(crate) struct Totals {
    /// The number of tags.
    tags: usize,
    /// Where each sentence's entries in `entries` end.
    ends: Vec<usize>,
    entries: Vec<(u16, Counts)>,
    strict: Vec<Counts>,
    lenient: Vec<Counts>,
}

impl Totals {
    /// Of sentences: gold tags, predicted tags, and which words are judged.
    pub(crate) fn new<'a>(
        tags: &TagSet,
        sentences: impl IntoIterator<Item = (&'a [u16], &'a [u16], &'a [bool])>,
    ) -> Self {
        let parsed: Vec<Tag<'_>> = (0..tags.len()).map(|tag| tags.tag(tag)).collect();
        let mut totals = Self {
            tags: tags.len(),
            ends: Vec::new(),
            entries: Vec::new(),
            strict: Vec::new(),
            lenient: Vec::new(),
        };
        let mut counts = vec![Counts::default(); tags.len()];
        let mut used: Vec<u16> = Vec::new();
        for (gold, predicted, dropped) in sentences {
            for ((&gold, &predicted), dropped) in gold.iter().zip(predicted).zip(dropped) {
                if *dropped {
                    continue;
                }
                counts[usize::from(gold)].gold += 1;
                counts[usize::from(predicted)].predicted += 1;
                counts[usize::from(gold)].right += u64::from(gold == predicted);
                used.extend([gold, predicted]);
            }
            used.sort_unstable();
            used.dedup();
            for tag in used.drain(..) {
                let counts = std::mem::take(&mut counts[usize::from(tag)]);
                totals.entries.push((tag, counts));
            }
            totals.ends.push(totals.entries.len());
            let read = |tags: &[u16]| -> Vec<Tag<'_>> {
                tags.iter().map(|&tag| parsed[usize::from(tag)]).collect()
            };
            let [gold, predicted] = [read(gold), read(predicted)];
            let spans = |read: fn(Vec<Tag<'_>>) -> Vec<Span<'_>>| {
                Counts::of_spans(&read(gold.clone()), &read(predicted.clone()))
            };
            totals.strict.push(spans(|tags| Span::read_strict(tags)));
            totals.lenient.push(spans(|tags| Span::read(tags)));
        }
        totals
    }

    pub(super) fn sentences(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn empty_sum(&self) -> Sum {
        Sum {
            tags: vec![Counts::default(); self.tags],
            strict: Counts::default(),
            lenient: Counts::default(),
        }
    }

    pub(super) fn add(&self, sentence: usize, sum: &mut Sum) {
        let start = sentence
            .checked_sub(1)
            .map_or(0, |before| self.ends[before]);
        for (tag, counts) in &self.entries[start..self.ends[sentence]] {
            sum.tags[usize::from(*tag)].add(counts);
        }
        sum.strict.add(&self.strict[sentence]);
        sum.lenient.add(&self.lenient[sentence]);
    }

    /// The sum over all sentences.
    pub(crate) fn all(&self) -> Sum {
        self.of(|_| true)
    }

    /// The sum over the sentences that are kept.
    pub(crate) fn of(&self, keep: impl Fn(usize) -> bool) -> Sum {
        let mut sum = self.empty_sum();
        for sentence in (0..self.sentences()).filter(|&sentence| keep(sentence)) {
            self.add(sentence, &mut sum);
        }
        sum
    }
}
