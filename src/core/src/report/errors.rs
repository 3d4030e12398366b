//! Where two heads differ, sentence by sentence, and what kind of error it is.

use serde::Serialize;

use super::evaluation::{CompareError, pair};
use super::outcomes::{Outcome, Outcomes};
use crate::decode::Span;
use crate::metrics::{Match, Scheme, matches};
use crate::tags::{Tag, TagSet};

/// What is wrong with an entity, read leniently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// In the gold standard only.
    Missed,
    /// In the prediction only.
    Spurious,
    /// The right type, other boundaries.
    Boundary,
    /// The right boundaries, another type.
    Type,
    /// Overlapping, but other boundaries and another type.
    Both,
    /// No entity is wrong, but a word's tag is: `I-` where `B-` should be.
    Tag,
}

/// A sentence that at least one of two heads gets wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SentenceErrors {
    /// Its place in the part, from 0.
    pub place: usize,
    /// The gold tags, as indices into [`Errors::tags`].
    pub gold: Vec<u16>,
    /// The first head's tags.
    pub a: Vec<u16>,
    /// The second head's tags.
    pub b: Vec<u16>,
    /// The kinds of the first head's errors, each once; empty if it is right.
    pub errors_a: Vec<ErrorKind>,
    /// The kinds of the second head's errors.
    pub errors_b: Vec<ErrorKind>,
}

/// The sentences that at least one of two heads gets wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Errors {
    /// The tags of both.
    pub tags: TagSet,
    /// The sentences, in the order of the part.
    pub sentences: Vec<SentenceErrors>,
}

impl Errors {
    /// Of two heads on the same sentences. Words without a subword do not count.
    ///
    /// # Errors
    ///
    /// Outcomes that are damaged, or of other sentences.
    pub fn of(a: &Outcomes, b: &Outcomes) -> Result<Self, CompareError> {
        let (first, second) = pair(a, b)?;
        let labels = a.tags.labels().iter().chain(b.tags.labels());
        let tags = TagSet::new(labels).map_err(|_| CompareError::Tags)?;
        let place = |own: &TagSet| -> Vec<u16> {
            let labels = own.labels().iter();
            labels
                .map(|label| tags.index(label).expect("the label is in both") as u16)
                .collect()
        };
        let (places_a, places_b) = (place(&a.tags), place(&b.tags));
        let moved = |list: &[u16], places: &[u16]| -> Vec<u16> {
            list.iter().map(|&tag| places[usize::from(tag)]).collect()
        };
        let mut sentences = Vec::new();
        for (place, (own, other)) in first.iter().zip(&second).enumerate() {
            let errors_a = kinds(&a.tags, own);
            let errors_b = kinds(&b.tags, other);
            if errors_a.is_empty() && errors_b.is_empty() {
                continue;
            }
            sentences.push(SentenceErrors {
                place,
                gold: moved(&own.gold, &places_a),
                a: moved(&own.predicted, &places_a),
                b: moved(&other.predicted, &places_b),
                errors_a,
                errors_b,
            });
        }
        Ok(Self { tags, sentences })
    }
}

/// The kinds of error in a sentence, each once, in order.
fn kinds(tags: &TagSet, own: &Outcome) -> Vec<ErrorKind> {
    let words = own
        .gold
        .iter()
        .zip(&own.predicted)
        .zip(&own.without_subword);
    let wrong = |((gold, predicted), dropped): ((&u16, &u16), &bool)| !dropped && gold != predicted;
    if !words.into_iter().any(wrong) {
        return Vec::new();
    }
    let read = |list: &[u16]| -> Vec<Span<'_>> {
        let parsed: Vec<Tag<'_>> = list.iter().map(|&tag| tags.tag(tag.into())).collect();
        Span::read(parsed)
    };
    let (gold, predicted) = (read(&own.gold), read(&own.predicted));
    let wrong = wrong_entities(&gold, &predicted).into_iter();
    let mut kinds: Vec<ErrorKind> = wrong.map(|(kind, _)| kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.is_empty() {
        kinds.push(ErrorKind::Tag);
    }
    kinds
}

/// What is wrong with a sentence's entities, each with the gold entity that it
/// is about, or with the predicted one where there is none.
pub(super) fn wrong_entities<'a, 'b>(
    gold: &'b [Span<'a>],
    predicted: &'b [Span<'a>],
) -> Vec<(ErrorKind, &'b Span<'a>)> {
    let outcomes = matches(gold, predicted, Scheme::Strict).into_iter();
    outcomes
        .filter_map(|outcome| match outcome {
            Match::Correct(..) => None,
            Match::Missed(g) => Some((ErrorKind::Missed, &gold[g])),
            Match::Spurious(p) => Some((ErrorKind::Spurious, &predicted[p])),
            Match::Incorrect(g, p) | Match::Partial(g, p) => {
                let (gold, predicted) = (&gold[g], &predicted[p]);
                let kind = match (gold.words == predicted.words, gold.kind == predicted.kind) {
                    (true, _) => ErrorKind::Type,
                    (false, true) => ErrorKind::Boundary,
                    (false, false) => ErrorKind::Both,
                };
                Some((kind, gold))
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    /// Tags of sentences as in "B-x I-x/O".
    fn outcomes(gold: &str, predicted: &str) -> Outcomes {
        let tags = TagSet::new(["B-x", "B-y", "I-x", "I-y", "O"]).unwrap();
        let read = |text: &str| -> Vec<Vec<u16>> {
            let sentences = text.split('/');
            let tag = |label: &str| tags.index(label).unwrap() as u16;
            sentences
                .map(|own| own.split(' ').map(tag).collect())
                .collect()
        };
        let (gold, predicted) = (read(gold), read(predicted));
        let dropped: Vec<Vec<bool>> = gold.iter().map(|own| vec![false; own.len()]).collect();
        let parts = gold.iter().zip(&predicted).zip(&dropped);
        let parts =
            parts.map(|((gold, predicted), dropped)| (&gold[..], &predicted[..], &dropped[..]));
        Outcomes::new(tags.clone(), parts)
    }

    #[test]
    fn errors_are_told_apart() {
        let gold = "B-x I-x O/B-x I-x O/B-x I-x O/B-x I-x O/O O B-y/B-x O O/O O O/B-y B-x O";
        let first = "B-x I-x O/B-x O O/B-y I-y O/B-y O O/O O O/I-x O O/B-x O B-y/B-y B-x O";
        let found = Errors::of(&outcomes(gold, first), &outcomes(gold, gold)).unwrap();
        let kinds: Vec<_> = found
            .sentences
            .iter()
            .map(|own| (own.place, &own.errors_a[..]))
            .collect();
        use ErrorKind::{Both, Boundary, Missed, Spurious, Tag, Type};
        assert_eq!(
            kinds,
            [
                (1, &[Boundary][..]),
                (2, &[Type]),
                (3, &[Both]),
                (4, &[Missed]),
                (5, &[Tag]),
                (6, &[Spurious]),
            ]
        );
        assert!(
            found
                .sentences
                .iter()
                .all(|own| own.errors_b.is_empty() && own.gold == own.b)
        );
    }
}
