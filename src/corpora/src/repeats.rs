//! How often a corpus disagrees with itself: sentences, and words in the same
//! surroundings, that occur again with other tags. No model can be right about
//! both.

use std::collections::{BTreeMap, HashMap};

use nerite::Span;
use serde::Serialize;

use crate::{Corpus, Sentence};

/// Copies of a sentence that are compared with each other, at most: a sentence
/// that is in the corpus very often would take the square of that.
const COPIES: usize = 20;
/// Words to each side that make a word's surroundings.
const AROUND: usize = 2;

/// What [`check_tags`] finds.
#[derive(Clone, Debug, Serialize)]
pub struct TagCheck {
    /// Different sentences that occur more than once.
    pub repeated: usize,
    /// All occurrences of these.
    pub occurrences: usize,
    /// Those of [`TagCheck::repeated`] whose tags are not always the same.
    pub differing: usize,
    /// The share of words that have another tag in another copy.
    pub words_differing: f64,
    /// F1 of one copy's entities judged by another copy's.
    pub entity_f1: f64,
    /// By tag, words with it whose surroundings occur more than once.
    pub tags: BTreeMap<String, Surroundings>,
}

/// Words of a tag whose surroundings (two words to each side) occur more than once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Surroundings {
    /// How many.
    pub words: usize,
    /// How many of them have another tag than most words there.
    pub outvoted: usize,
}

/// Compares sentences with their copies, and words with those in the same
/// surroundings.
pub fn check_tags(corpus: &Corpus) -> TagCheck {
    let mut copies: HashMap<&[String], Vec<&Sentence>> = HashMap::new();
    for sentence in &corpus.sentences {
        copies.entry(&sentence.words).or_default().push(sentence);
    }
    copies.retain(|_, copies| copies.len() > 1);
    let (mut words, mut words_differing) = (0, 0);
    let (mut same, mut entities) = (0, 0);
    for copies in copies.values() {
        let copies = &copies[..copies.len().min(COPIES)];
        for (index, one) in copies.iter().enumerate() {
            for other in &copies[index + 1..] {
                words += one.tags.len();
                words_differing += (one.tags.iter().zip(&other.tags))
                    .filter(|(a, b)| a != b)
                    .count();
                let (one, other) = (spans(corpus, one), spans(corpus, other));
                same += one.iter().filter(|span| other.contains(span)).count();
                entities += one.len() + other.len();
            }
        }
    }
    let share = |part: usize, all: usize| part as f64 / all.max(1) as f64;
    TagCheck {
        repeated: copies.len(),
        occurrences: copies.values().map(Vec::len).sum(),
        differing: copies
            .values()
            .filter(|copies| copies.iter().any(|copy| copy.tags != copies[0].tags))
            .count(),
        words_differing: share(words_differing, words),
        entity_f1: share(2 * same, entities),
        tags: surroundings(corpus),
    }
}

fn spans<'a>(corpus: &'a Corpus, sentence: &Sentence) -> Vec<Span<'a>> {
    let tags = sentence.tags.iter();
    Span::read(tags.map(|&tag| corpus.tags.tag(usize::from(tag))))
}

fn surroundings(corpus: &Corpus) -> BTreeMap<String, Surroundings> {
    // For each word in its surroundings, how often it has each tag.
    let mut votes: HashMap<[Option<&str>; 2 * AROUND + 1], BTreeMap<u16, usize>> = HashMap::new();
    for sentence in &corpus.sentences {
        for (index, &tag) in sentence.tags.iter().enumerate() {
            let around = std::array::from_fn(|offset| {
                let word = sentence.words.get((index + offset).checked_sub(AROUND)?)?;
                Some(word.as_str())
            });
            *votes.entry(around).or_default().entry(tag).or_default() += 1;
        }
    }
    let mut found: BTreeMap<String, Surroundings> = BTreeMap::new();
    for votes in votes.values() {
        let most = votes.values().copied().max().unwrap_or(0);
        // Of equals, the first one.
        let winner = votes.iter().find(|(_, count)| **count == most);
        let winner = winner.map(|(tag, _)| *tag);
        if votes.values().sum::<usize>() < 2 {
            continue;
        }
        for (&tag, &count) in votes {
            let label = corpus.tags.labels()[usize::from(tag)].clone();
            let entry = found.entry(label).or_default();
            entry.words += count;
            entry.outvoted += if Some(tag) == winner { 0 } else { count };
        }
    }
    found
}
