//! A report's entities by type: figures with intervals, and kinds of error.

use std::collections::BTreeMap;

use serde::Serialize;

use super::OutcomesError;
use super::errors::{ErrorKind, wrong_entities};
use super::outcomes::Outcomes;
use crate::decode::Span;
use crate::metrics::TypeScores;
use crate::tags::Tag;

/// Entities by type.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Breakdown {
    /// The seed of the random choice.
    pub seed: u64,
    /// How often sentences were drawn.
    pub resamples: u32,
    /// Every type that occurs.
    pub types: BTreeMap<String, TypeBreakdown>,
}

/// The entities of one type.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TypeBreakdown {
    /// Strictly read, with intervals by a bootstrap over sentences.
    #[serde(flatten)]
    pub scores: TypeScores,
    /// How many errors of each kind, read leniently: of a gold entity's type,
    /// or of a predicted one's that is spurious.
    pub errors: BTreeMap<ErrorKind, u64>,
}

impl Breakdown {
    /// Of what a head made of sentences.
    ///
    /// # Errors
    ///
    /// Outcomes that are damaged.
    pub fn of(outcomes: &Outcomes, seed: u64, resamples: u32) -> Result<Self, OutcomesError> {
        let sentences = outcomes.read()?;
        let tags = &outcomes.tags;
        let parse =
            |own: &[u16]| -> Vec<Tag<'_>> { own.iter().map(|&tag| tags.tag(tag.into())).collect() };
        let strict = sentences
            .iter()
            .map(|own| [&own.gold, &own.predicted].map(|own| Span::read_strict(parse(own))));
        let mut errors: BTreeMap<&str, BTreeMap<ErrorKind, u64>> = BTreeMap::new();
        for own in &sentences {
            let (gold, predicted) = (
                Span::read(parse(&own.gold)),
                Span::read(parse(&own.predicted)),
            );
            for (kind, span) in wrong_entities(&gold, &predicted) {
                *errors
                    .entry(span.kind)
                    .or_default()
                    .entry(kind)
                    .or_default() += 1;
            }
        }
        let types = TypeScores::by_type(strict, seed, resamples);
        let types = types.into_iter().map(|(name, scores)| {
            let errors = errors.remove(name).unwrap_or_default();
            (name.to_owned(), TypeBreakdown { scores, errors })
        });
        Ok(Self {
            seed,
            resamples,
            types: types.collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::report::{Context, Evaluation, JudgedSentence};
    use crate::tags::TagSet;

    #[test]
    fn types_have_the_figures_of_the_report_and_their_errors() {
        let tags = TagSet::new(["B-x", "B-y", "I-x", "O"]).unwrap();
        let sentence = |gold: &[u16], predicted: &[u16]| JudgedSentence {
            words: vec![""; gold.len()],
            gold: gold.to_vec(),
            predicted: predicted.to_vec(),
            confidences: Vec::new(),
            without_subword: vec![false; gold.len()],
        };
        // Right; short; missed; another type; invented.
        let sentences = [
            sentence(&[0, 2, 3], &[0, 2, 3]),
            sentence(&[0, 2, 3], &[0, 3, 3]),
            sentence(&[1, 3, 3], &[3, 3, 3]),
            sentence(&[1, 3, 0], &[0, 3, 0]),
            sentence(&[3, 3, 3], &[3, 1, 3]),
        ];
        let evaluation = Evaluation::of(&tags, &sentences, &Context::default());
        let found = Breakdown::of(&evaluation.details.outcomes, 0, 200).unwrap();
        for (name, scores) in &evaluation.entity.strict.by_type {
            let own = &found.types[name].scores;
            assert_eq!(own.scores, *scores, "{name}");
            let within = |value: f64, (low, high): (f64, f64)| low <= value && value <= high;
            let f1 = own.intervals.f1;
            assert!(within(scores.f1, (f1.low, f1.high)), "{name}: {f1:?}");
        }
        use ErrorKind::{Boundary, Missed, Spurious, Type};
        assert_eq!(found.types["x"].errors, BTreeMap::from([(Boundary, 1)]));
        let expected = BTreeMap::from([(Missed, 1), (Spurious, 1), (Type, 1)]);
        assert_eq!(found.types["y"].errors, expected);
        let none = Evaluation::of(&tags, &[], &Context::default());
        let none = Breakdown::of(&none.details.outcomes, 0, 200).unwrap();
        assert!(none.types.is_empty());
    }
}
