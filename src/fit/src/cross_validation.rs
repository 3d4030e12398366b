//! Cross-validation: which sentences are held back together, what heads say of
//! those that were held back from them, and how far the figures of a type can
//! be trusted.

use std::collections::BTreeMap;

use nerite::{EntityCalibration, EntityScores, Head, Interval, JudgedSentence, Span, TagSet};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::FitError;
use crate::calibrate::{self, Scored};
use crate::evaluation::{Cached, Judged, Predicted, Predictions};
use crate::examples::Examples;

/// With fewer documents than this, sentences are held back instead.
const FEWEST_DOCUMENTS: usize = 3;
/// How often sentences are drawn for an interval.
const DRAWS: usize = 1000;

/// Which of `count` folds each sentence belongs to, given the document of each:
/// whole documents, so that what is repeated in a document does not tell on
/// itself, in no more folds than there are documents; of fewer than three
/// documents, one sentence after the other. At least one fold.
pub fn folds(documents: &[usize], count: usize) -> Vec<usize> {
    let count = count.max(1);
    let mut sizes: BTreeMap<usize, usize> = BTreeMap::new();
    for &document in documents {
        *sizes.entry(document).or_default() += 1;
    }
    if sizes.len() < FEWEST_DOCUMENTS {
        return (0..documents.len())
            .map(|sentence| sentence % count)
            .collect();
    }
    // The largest first, each to the fold that has least.
    let mut order: Vec<(usize, usize)> = sizes.into_iter().collect();
    order.sort_by_key(|&(document, size)| (std::cmp::Reverse(size), document));
    let mut filled = vec![0; count.min(order.len())];
    let mut fold_of = BTreeMap::new();
    for (document, size) in order {
        let least = (0..filled.len()).min_by_key(|&fold| filled[fold]);
        let least = least.expect("there are folds");
        filled[least] += size;
        fold_of.insert(document, least);
    }
    documents.iter().map(|document| fold_of[document]).collect()
}

/// Heads that were fitted without some sentences, and which those were: how
/// good, and how sure of itself, a head of all sentences can be expected to be.
#[derive(Default)]
pub struct HeldOut {
    heads: Vec<Vec<u8>>,
    scored: Vec<Scored>,
    /// For each sentence, the head that it was held back from.
    head_of: BTreeMap<usize, usize>,
}

impl HeldOut {
    /// Takes a head's file, as [`Fit::finish`](crate::Fit::finish) gives it
    /// without a validation part, and the sentences `part` that were held back
    /// from it. All heads have the tags of `examples`.
    ///
    /// # Errors
    ///
    /// Bytes that are no head, or examples that cannot be read.
    pub fn add(
        &mut self,
        file: Vec<u8>,
        examples: &impl Examples,
        part: &[usize],
    ) -> Result<(), FitError> {
        let head = Head::from_bytes(&file)?;
        self.scored.push(calibrate::scored(&head, examples, part)?);
        let number = self.heads.len();
        self.head_of
            .extend(part.iter().map(|&sentence| (sentence, number)));
        self.heads.push(file);
        Ok(())
    }

    /// The temperature at which all that these heads say is most probable to
    /// be right.
    pub fn temperature(&self) -> f32 {
        calibrate::temperature(&self.scored)
    }

    /// What the heads say at this temperature, each of the sentences that were
    /// held back from it, with scores of entities that follow like this.
    ///
    /// # Errors
    ///
    /// A temperature that is not positive.
    pub fn predictions<'a, E: Examples>(
        &'a self,
        temperature: f32,
        entities: Option<EntityCalibration>,
        examples: &'a E,
    ) -> Result<CrossValidated<'a, E>, FitError> {
        let heads = self.heads.iter().map(|file| {
            let file = nerite::with_calibration(file, temperature, entities)?;
            Ok(Head::from_bytes(&file)?)
        });
        Ok(CrossValidated {
            heads: heads.collect::<Result<_, FitError>>()?,
            head_of: &self.head_of,
            examples,
        })
    }
}

/// Predictions of heads that have not seen what they predict.
pub struct CrossValidated<'a, E> {
    heads: Vec<Head>,
    head_of: &'a BTreeMap<usize, usize>,
    examples: &'a E,
}

impl<E: Examples> Predictions for CrossValidated<'_, E> {
    type Workspace = Vec<f32>;

    fn tags(&self) -> &TagSet {
        self.examples.tags()
    }

    fn entity_calibration(&self) -> Option<EntityCalibration> {
        let first = self.heads.first()?;
        first.config().entity_calibration
    }

    fn predict(
        &self,
        rows: &mut Vec<f32>,
        index: usize,
        words: &[&str],
    ) -> Result<Predicted, FitError> {
        let number = self.head_of.get(&index).ok_or(FitError::NotHeldBack)?;
        let head = &self.heads[*number];
        let own = Cached {
            head,
            decoder: head.decoder(None)?,
            examples: self.examples,
        };
        own.predict(rows, index, words)
    }
}

/// The figures of one type, and where 95 % of the F1 of drawn sentences lie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TypeScores {
    /// The figures.
    pub scores: EntityScores,
    /// The interval of F1: a percentile bootstrap over sentences.
    pub f1: Interval,
}

/// Right, predicted and gold entities.
#[derive(Clone, Copy, Default)]
struct Counts([u64; 3]);

impl Counts {
    fn add(&mut self, other: Self) {
        self.0
            .iter_mut()
            .zip(other.0)
            .for_each(|(own, other)| *own += other);
    }

    fn scores(self) -> EntityScores {
        let [right, predicted, gold] = self.0;
        let share = |of: u64| {
            if of == 0 {
                0.0
            } else {
                right as f64 / of as f64
            }
        };
        let both = predicted + gold;
        EntityScores {
            precision: share(predicted),
            recall: share(gold),
            f1: if both == 0 {
                0.0
            } else {
                2.0 * right as f64 / both as f64
            },
            support: gold,
        }
    }
}

impl Judged<'_> {
    /// The figures of every type that occurs, strictly read, and of all of
    /// them together under the empty name.
    pub fn by_type(&self) -> BTreeMap<String, TypeScores> {
        let sentences: Vec<BTreeMap<&str, Counts>> = self
            .sentences
            .iter()
            .map(|sentence| counts(&self.tags, sentence))
            .collect();
        let sums = |chosen: &mut dyn Iterator<Item = usize>| {
            let mut sums: BTreeMap<&str, Counts> = BTreeMap::new();
            for (name, counts) in chosen.flat_map(|index| &sentences[index]) {
                sums.entry(name).or_default().add(*counts);
            }
            sums
        };
        let all = sums(&mut (0..sentences.len()));
        let mut drawn: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        let mut random = ChaCha8Rng::seed_from_u64(0);
        // 32 bits, as the size of an index is not the same everywhere.
        let count = sentences.len() as u32;
        for _ in 0..DRAWS {
            let found = sums(&mut (0..count).map(|_| random.random_range(0..count) as usize));
            for &name in all.keys() {
                let f1 = found.get(name).map_or(0.0, |counts| counts.scores().f1);
                drawn.entry(name).or_default().push(f1);
            }
        }
        let types = all.into_iter().map(|(name, counts)| {
            let mut values = drawn.remove(name).unwrap_or_default();
            values.sort_by(f64::total_cmp);
            let at = |share: f64| {
                let place = (share * (DRAWS - 1) as f64).round() as usize;
                values.get(place).copied().unwrap_or_default()
            };
            let scores = TypeScores {
                scores: counts.scores(),
                f1: Interval {
                    low: at(0.025),
                    high: at(0.975),
                },
            };
            (name.to_owned(), scores)
        });
        types.collect()
    }
}

fn counts<'a>(tags: &'a TagSet, sentence: &JudgedSentence<'_>) -> BTreeMap<&'a str, Counts> {
    let read = |own: &[u16]| Span::read_strict(own.iter().map(|&tag| tags.tag(usize::from(tag))));
    let (gold, predicted) = (read(&sentence.gold), read(&sentence.predicted));
    let mut counts: BTreeMap<&str, Counts> = BTreeMap::new();
    let mut add = |kind: &'a str, place: usize| {
        for name in ["", kind] {
            counts.entry(name).or_default().0[place] += 1;
        }
    };
    for span in &predicted {
        add(span.kind, 1);
        if gold.contains(span) {
            add(span.kind, 0);
        }
    }
    for span in &gold {
        add(span.kind, 2);
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_stay_together() {
        let documents = [0, 0, 0, 1, 2, 2, 3, 4, 5, 6];
        let found = folds(&documents, 5);
        for (a, b) in documents.iter().zip(&found) {
            for (c, d) in documents.iter().zip(&found) {
                assert!(a != c || b == d);
            }
        }
        for fold in 0..5 {
            assert!(found.contains(&fold));
        }
        assert_eq!(folds(&[0, 0, 0, 1, 1, 1], 5), [0, 1, 2, 3, 4, 0]);
        assert!(folds(&[], 5).is_empty());
    }

    #[test]
    fn figures_of_a_type_have_an_interval() {
        let tags = TagSet::new(["B-a", "B-b", "I-a", "I-b", "O"]).unwrap();
        let sentence = |gold: &[u16], predicted: &[u16]| JudgedSentence {
            words: vec!["x"; gold.len()],
            gold: gold.to_vec(),
            predicted: predicted.to_vec(),
            ..JudgedSentence::default()
        };
        let judged = Judged {
            sentences: vec![
                sentence(&[0, 2, 4], &[0, 2, 4]),
                sentence(&[0, 4, 1], &[0, 2, 1]),
                sentence(&[4, 4, 4], &[4, 0, 4]),
            ],
            tags,
            entity_calibration: None,
        };
        let found = judged.by_type();
        assert_eq!(found["a"].scores.support, 2);
        assert_eq!(found["a"].scores.precision, 1.0 / 3.0);
        assert_eq!(found["a"].scores.recall, 0.5);
        assert_eq!(found["b"].scores.f1, 1.0);
        assert_eq!(found[""].scores.support, 3);
        assert!(found["a"].f1.low < 0.4 && found["a"].f1.high > 0.4);
    }
}
