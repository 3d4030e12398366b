//! Scores to tags, tags to entities.

mod sequence;
mod strategy;

use std::ops::Range;

use crate::head::{HeadConfig, Unit};
use crate::tags::{Tag, TagSet};

pub use sequence::Transitions;

choices! {
    /// What turns scores into a sequence of tags.
    #[derive(Default)]
    Decoder, "decoder", {
        #[default]
        Argmax = "argmax", "Each word's most probable tag.";
        Rules = "rules", "The best sequence of those that keep the BIO rules.";
        Transitions = "transitions", "The best sequence under the head's learnt transitions, \
            whether it keeps the rules or not.";
    }
}

/// What a decoder chooses by: a sentence's scores, and what its head has learnt
/// of sequences.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scored<'a> {
    pub(crate) tags: &'a TagSet,
    /// `[words, tags]`.
    pub(crate) scores: &'a [f32],
    /// `[words, tags]`: how probable each tag is.
    pub(crate) probabilities: &'a [f32],
    /// Those that were learnt, if any were.
    pub(crate) transitions: Option<&'a Transitions>,
    /// The same, or none, under the BIO rules.
    pub(crate) rules: &'a Transitions,
}

impl Decoder {
    /// Whether a head can serve it.
    pub(crate) fn is_served_by(self, head: &HeadConfig) -> bool {
        match self {
            Self::Argmax => true,
            Self::Rules => head.unit() == Unit::Words,
            Self::Transitions => head.transitions,
        }
    }

    /// The index of each word's tag.
    pub(crate) fn tags(self, given: Scored<'_>) -> Vec<usize> {
        match (self, given.transitions) {
            (Self::Rules, _) => given.rules.best(given.scores),
            (Self::Transitions, Some(transitions)) => transitions.best(given.scores),
            (Self::Argmax | Self::Transitions, _) => {
                let rows = given.probabilities.chunks_exact(given.tags.len());
                rows.map(argmax).collect()
            }
        }
    }
}

choices! {
    /// What turns the probabilities of a span's words into the entity's score.
    #[derive(Default)]
    Aggregation, "aggregation", {
        First = "first", "The first word's.";
        #[default]
        Average = "average", "Their mean.";
        Max = "max", "The greatest.";
    }
}

choices! {
    /// What turns pieces into entities. All but the last are those of Python's
    /// `pipeline("token-classification", aggregation_strategy=…)`.
    #[derive(Default)]
    Strategy, "strategy", {
        #[default]
        Simple = "simple", "Neighbouring pieces of one type belong together.";
        First = "first", "A word has the tag of its first piece.";
        Average = "average", "A word has the tag with the greatest mean over its pieces.";
        Max = "max", "A word has the tag of its surest piece.";
        Proper = "proper", "Pieces belong together as the labels' own scheme says (BIO, BIOES, \
            BILOU, types), and pieces of one word and type always do.";
    }
}

impl Aggregation {
    /// The score of a span whose words' tags have these probabilities; 0 of
    /// none.
    pub fn of(self, probabilities: impl ExactSizeIterator<Item = f32>) -> f32 {
        let count = probabilities.len().max(1) as f32;
        match self {
            Self::First => probabilities.into_iter().next().unwrap_or(0.0),
            Self::Average => probabilities.sum::<f32>() / count,
            Self::Max => probabilities.fold(0.0, f32::max),
        }
    }
}

/// A run of words with one type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span<'a> {
    /// The words, half-open.
    pub words: Range<usize>,
    /// The entity type.
    pub kind: &'a str,
}

impl<'a> Span<'a> {
    /// The spans of a sentence's tags, as conlleval and seqeval's default mode
    /// read them: `I-x` goes on with an entity of type x and otherwise begins
    /// one; `B-x` always begins one.
    pub fn read(tags: impl IntoIterator<Item = Tag<'a>>) -> Vec<Self> {
        let mut spans: Vec<Self> = Vec::new();
        let mut open = false;
        for (word, tag) in tags.into_iter().enumerate() {
            match tag {
                Tag::Outside => open = false,
                Tag::Inside(kind) if open && spans.last().is_some_and(|last| last.kind == kind) => {
                    spans.last_mut().expect("a span is open").words.end = word + 1;
                }
                Tag::Begin(kind) | Tag::Inside(kind) => {
                    spans.push(Self {
                        words: word..word + 1,
                        kind,
                    });
                    open = true;
                }
            }
        }
        spans
    }

    /// The spans of a sentence's tags, as seqeval's strict mode reads IOB2:
    /// only `B-x` begins an entity, and an `I-x` that does not go on with one
    /// of type x is nothing.
    pub fn read_strict(tags: impl IntoIterator<Item = Tag<'a>>) -> Vec<Self> {
        let mut spans: Vec<Self> = Vec::new();
        let mut open = false;
        for (word, tag) in tags.into_iter().enumerate() {
            match tag {
                Tag::Begin(kind) => {
                    spans.push(Self {
                        words: word..word + 1,
                        kind,
                    });
                    open = true;
                }
                Tag::Inside(kind) if open && spans.last().is_some_and(|last| last.kind == kind) => {
                    spans.last_mut().expect("a span is open").words.end = word + 1;
                }
                Tag::Outside | Tag::Inside(_) => open = false,
            }
        }
        spans
    }
}

/// The index of the greatest value; the first of equals.
///
/// # Panics
///
/// If `values` is empty.
pub fn argmax(values: &[f32]) -> usize {
    let mut best = 0;
    for (index, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = index;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn spans(tags: &str, read: fn(Vec<Tag<'_>>) -> Vec<Span<'_>>) -> String {
        let tags = tags
            .split(' ')
            .map(|tag| Tag::parse(tag).unwrap())
            .collect();
        let show = |s: &Span<'_>| format!("{}{}-{}", s.kind, s.words.start, s.words.end);
        read(tags).iter().map(show).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_spans_words_make_its_score() {
        let score = |aggregation: Aggregation| aggregation.of([0.5, 1.0, 0.75].into_iter());
        assert_eq!(
            Aggregation::ALL
                .iter()
                .map(|&a| score(a))
                .collect::<Vec<_>>(),
            [0.5, 0.75, 1.0]
        );
        assert_eq!(Aggregation::Average.of([].into_iter()), 0.0);
    }

    #[test]
    fn broken_runs_are_read_as_seqeval_reads_them() {
        for (tags, lenient, strict) in [
            ("B-x I-x O B-x B-x", "x0-2 x3-4 x4-5", "x0-2 x3-4 x4-5"),
            ("I-x I-x O", "x0-2", ""),
            ("B-x I-y I-y I-x", "x0-1 y1-3 x3-4", "x0-1"),
            ("O I-x B-x", "x1-2 x2-3", "x2-3"),
            ("O O", "", ""),
        ] {
            assert_eq!(spans(tags, |tags| Span::read(tags)), lenient, "{tags}");
            assert_eq!(
                spans(tags, |tags| Span::read_strict(tags)),
                strict,
                "{tags}"
            );
        }
    }
}
