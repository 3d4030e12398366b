//! What a head makes of a part of a corpus, and the figures of it.

use nerite::{Entities, EntityReport, Head, Tag, TokenReport, Words, argmax};
use rayon::prelude::*;

use crate::corpus::Corpus;
use crate::features::Features;

/// The figures of one head on one part.
pub struct Evaluation {
    /// Figures per word, over the words that have a subword.
    pub token: TokenReport,
    /// Figures per entity, over all words.
    pub entity: Entities,
    /// How many words were judged.
    pub words: Words,
}

/// Judges `head` on the sentences of these indices. A word without a subword
/// gets `O`.
pub fn evaluate(head: &Head, corpus: &Corpus, features: &Features, part: &[usize]) -> Evaluation {
    let tags = &head.config().tags;
    let outside = tags.index("O").unwrap_or(0);
    let predicted: Vec<Vec<usize>> = part
        .par_iter()
        .map(|&sentence| {
            let mut rows = Vec::new();
            features.append(sentence, &mut rows);
            let probabilities = head.probabilities(&rows);
            let words = probabilities
                .chunks_exact(tags.len())
                .zip(features.subwords(sentence));
            words
                .map(|(row, &subwords)| if subwords == 0 { outside } else { argmax(row) })
                .collect()
        })
        .collect();
    let gold = |sentence: usize| {
        corpus.sentences[sentence]
            .tags
            .iter()
            .map(|&tag| usize::from(tag))
    };
    let judged = part
        .iter()
        .zip(&predicted)
        .flat_map(|(&sentence, predicted)| {
            gold(sentence)
                .zip(predicted)
                .zip(features.subwords(sentence))
                .filter(|(_, subwords)| **subwords > 0)
                .map(|((gold, &predicted), _)| (corpus.tags.label(gold), tags.label(predicted)))
        });
    let sentences = || {
        part.iter().zip(&predicted).map(|(&sentence, predicted)| {
            let gold: Vec<Tag<'_>> = gold(sentence).map(|tag| corpus.tags.tag(tag)).collect();
            (gold, predicted.iter().map(|&tag| tags.tag(tag)).collect())
        })
    };
    let without_subword = |&sentence: &usize| {
        features
            .subwords(sentence)
            .iter()
            .filter(|subwords| **subwords == 0)
            .count() as u64
    };
    let all: u64 = part
        .iter()
        .map(|&sentence| corpus.sentences[sentence].words.len() as u64)
        .sum();
    let without_subword = part.iter().map(without_subword).sum();
    Evaluation {
        token: TokenReport::new(judged),
        entity: Entities {
            strict: EntityReport::strict(sentences()),
            lenient: EntityReport::lenient(sentences()),
        },
        words: Words {
            judged: all - without_subword,
            without_subword,
        },
    }
}
