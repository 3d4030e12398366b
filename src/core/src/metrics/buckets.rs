//! Figures over entities and sentences of a kind.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};

use super::Counts;
use super::entity::EntityScores;
use crate::decode::Span;

/// Entity figures of one bucket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bucket {
    /// What is in it.
    pub name: String,
    /// Figures over its entities, strictly read. Gold and predicted entities
    /// are put in buckets alike, so that a right one is in the same bucket on
    /// both sides.
    #[serde(flatten)]
    pub scores: EntityScores,
}

/// Entities and sentences by what they are like.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Buckets {
    /// `seen`: an entity of the same type and words is in the part that the
    /// head was fitted on; `unseen`. Empty where that part is not known.
    pub training: Vec<Bucket>,
    /// Entities by number of words.
    pub entity_length: Vec<Bucket>,
    /// Entities by their sentence's number of words.
    pub sentence_length: Vec<Bucket>,
}

/// What the part that a head was fitted on holds: entities and whole sentences.
#[derive(Clone, Debug, Default)]
pub struct Training {
    entities: HashSet<(String, String)>,
    sentences: HashSet<String>,
}

impl Training {
    /// Adds a sentence: its words, and its entities, strictly read.
    pub(crate) fn add(&mut self, words: &[&str], entities: &[Span<'_>]) {
        for entity in entities {
            self.entities.insert(key(words, entity));
        }
        self.sentences.insert(words.join("\n"));
    }

    /// Whether it holds this very sentence.
    pub(crate) fn has_sentence(&self, words: &[&str]) -> bool {
        self.sentences.contains(&words.join("\n"))
    }

    fn has(&self, words: &[&str], entity: &Span<'_>) -> bool {
        self.entities.contains(&key(words, entity))
    }
}

fn key(words: &[&str], entity: &Span<'_>) -> (String, String) {
    (
        entity.kind.to_owned(),
        words[entity.words.clone()].join("\n"),
    )
}

/// Gathers buckets, sentence by sentence.
#[derive(Default)]
pub(crate) struct Gathering {
    training: BTreeMap<usize, Counts>,
    entity_length: BTreeMap<usize, Counts>,
    sentence_length: BTreeMap<usize, Counts>,
}

const TRAINING: [&str; 2] = ["seen", "unseen"];
const ENTITY_LENGTH: [&str; 5] = ["1", "2", "3", "4", "5 and more"];
const SENTENCE_LENGTH: [&str; 5] = ["1 to 10", "11 to 20", "21 to 30", "31 to 40", "41 and more"];

impl Gathering {
    /// Adds a sentence's words with its gold and predicted entities, strictly
    /// read.
    pub(crate) fn add(
        &mut self,
        words: &[&str],
        gold: &[Span<'_>],
        predicted: &[Span<'_>],
        training: Option<&Training>,
    ) {
        let sentence = (words.len().saturating_sub(1) / 10).min(SENTENCE_LENGTH.len() - 1);
        let right = |span: &Span<'_>| {
            let found = gold.binary_search_by_key(&span.words.start, |gold| gold.words.start);
            found.is_ok_and(|index| gold[index] == *span)
        };
        let gold_spans = gold.iter().map(|span| (span, true, false));
        let predicted_spans = predicted.iter().map(|span| (span, false, right(span)));
        for (span, is_gold, is_right) in gold_spans.chain(predicted_spans) {
            let length = (span.words.len() - 1).min(ENTITY_LENGTH.len() - 1);
            let counts = Counts {
                gold: u64::from(is_gold),
                predicted: u64::from(!is_gold),
                right: u64::from(is_right),
            };
            self.entity_length.entry(length).or_default().add(&counts);
            self.sentence_length
                .entry(sentence)
                .or_default()
                .add(&counts);
            if let Some(training) = training {
                let unseen = usize::from(!training.has(words, span));
                self.training.entry(unseen).or_default().add(&counts);
            }
        }
    }

    pub(crate) fn finish(self) -> Buckets {
        let name = |counts: BTreeMap<usize, Counts>, names: &[&str]| {
            let buckets = counts.into_iter().map(|(index, counts)| Bucket {
                name: names[index].to_owned(),
                scores: counts.scores(),
            });
            buckets.collect()
        };
        Buckets {
            training: name(self.training, &TRAINING),
            entity_length: name(self.entity_length, &ENTITY_LENGTH),
            sentence_length: name(self.sentence_length, &SENTENCE_LENGTH),
        }
    }
}
