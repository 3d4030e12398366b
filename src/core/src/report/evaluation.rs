//! The figures of one head on one part of a corpus.

use serde::{Deserialize, Serialize};

use super::outcomes::{Outcome, Outcomes};
use crate::decode::Span;
use crate::head::EntityCalibration;
use crate::metrics::{
    Buckets, Calibration, Comparison, Confusion, EntityReport, Figures, Gathering, Intervals,
    OverlapReport, Reliability, Scheme, TokenReport, Totals, Training,
};
use crate::tags::{MAX_TAGS, Tag, TagSet};

use super::{OutcomesError, Words};

/// A sentence with its gold tags and a head's.
#[derive(Clone, Debug, Default)]
pub struct JudgedSentence<'a> {
    /// The words.
    pub words: Vec<&'a str>,
    /// A tag for each word, as an index into the tag set of gold and head.
    pub gold: Vec<u16>,
    /// The head's tags, likewise.
    pub predicted: Vec<u16>,
    /// The probability of each predicted tag; empty where it is not known.
    pub confidences: Vec<f32>,
    /// For each word, whether it has no subword: `token` leaves it out.
    pub without_subword: Vec<bool>,
}

/// What an evaluation is made with.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// What the head was fitted on, where it is known.
    pub training: Option<&'a Training>,
    /// The seed of the bootstrap.
    pub seed: u64,
    /// How often sentences are drawn for the bootstrap.
    pub resamples: u32,
    /// How the head's scores of entities follow from its words'.
    pub entity_calibration: Option<EntityCalibration>,
}

impl Default for Context<'_> {
    fn default() -> Self {
        Self {
            training: None,
            seed: 0,
            resamples: 1000,
            entity_calibration: None,
        }
    }
}

/// The figures of one head on one part of a corpus.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// Figures per word, over the words that have a subword.
    pub token: TokenReport,
    /// Figures per entity, over all words.
    pub entity: Entities,
    /// How many words were judged.
    pub words: Words,
    /// Everything else.
    pub details: Details,
}

/// Figures per entity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entities {
    /// Only `B-` begins an entity (seqeval's strict mode under IOB2).
    pub strict: EntityReport,
    /// Broken runs are mended as conlleval mends them (seqeval's default).
    pub lenient: EntityReport,
    /// nervaluate's `exact`: the boundaries have to be right.
    pub exact: OverlapReport,
    /// nervaluate's `partial`: other boundaries count half.
    pub partial: OverlapReport,
    /// nervaluate's `ent_type`: the type has to be right.
    #[serde(rename = "type")]
    pub kind: OverlapReport,
    /// nervaluate's `strict`: boundaries and type have to be right. Its
    /// precision, recall and F1 are those of `lenient`; its counts tell the
    /// wrong entities apart.
    pub strict_overlap: OverlapReport,
}

impl Entities {
    /// Each item is one sentence's gold and predicted tags, equally many.
    pub fn new<'a, I>(sentences: impl Fn() -> I) -> Self
    where
        I: IntoIterator<Item = (Vec<Tag<'a>>, Vec<Tag<'a>>)>,
    {
        Self {
            strict: EntityReport::strict(sentences()),
            lenient: EntityReport::lenient(sentences()),
            exact: OverlapReport::new(sentences(), Scheme::Exact),
            partial: OverlapReport::new(sentences(), Scheme::Partial),
            kind: OverlapReport::new(sentences(), Scheme::Type),
            strict_overlap: OverlapReport::new(sentences(), Scheme::Strict),
        }
    }
}

/// What a report holds beside the figures per word and entity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Details {
    /// Confusion over tags and over entity types.
    pub confusion: Confusion,
    /// Calibration, where confidences are known.
    pub calibration: Option<Calibration>,
    /// The headline figures. Reports of earlier versions lack them; of these,
    /// [`Outcomes::figures`] has them.
    #[serde(default, skip_serializing_if = "Figures::is_empty")]
    pub figures: Figures<f64>,
    /// 95 % intervals of the headline figures.
    pub intervals: Intervals,
    /// Figures by kind of entity and of sentence.
    pub buckets: Buckets,
    /// Sentences that the head was fitted on as well, where that is known.
    pub repeated: Option<Repeated>,
    /// What the head made of every sentence.
    pub outcomes: Outcomes,
}

/// Test sentences that word for word are in the part that was fitted on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Repeated {
    /// How many.
    pub sentences: u64,
    /// The headline figures over all sentences.
    pub with: Figures<f64>,
    /// The headline figures over the other sentences.
    pub without: Figures<f64>,
}

impl Training {
    /// What these sentences hold: words, and tags as indices into `tags`.
    pub fn of<'a>(
        tags: &TagSet,
        sentences: impl IntoIterator<Item = (Vec<&'a str>, &'a [u16])>,
    ) -> Self {
        let parsed = parse(tags);
        let mut training = Self::default();
        for (words, own) in sentences {
            let spans = Span::read_strict(own.iter().map(|&tag| parsed[usize::from(tag)]));
            training.add(&words, &spans);
        }
        training
    }
}

fn parse(tags: &TagSet) -> Vec<Tag<'_>> {
    (0..tags.len()).map(|tag| tags.tag(tag)).collect()
}

impl Evaluation {
    /// Judges sentences, whose tags are indices into `tags`.
    ///
    /// # Panics
    ///
    /// If a sentence's lists are not of one length (confidences may be empty),
    /// or if an index is not below the number of tags.
    pub fn of(tags: &TagSet, sentences: &[JudgedSentence<'_>], context: &Context<'_>) -> Self {
        let parsed = parse(tags);
        for own in sentences {
            let lengths = [
                own.gold.len(),
                own.predicted.len(),
                own.without_subword.len(),
            ];
            assert!(lengths.iter().all(|length| *length == own.words.len()));
            assert!(own.confidences.is_empty() || own.confidences.len() == own.words.len());
        }
        let parts = || {
            let parts = sentences.iter();
            parts.map(|own| (&own.gold[..], &own.predicted[..], &own.without_subword[..]))
        };
        let label = |tag: &u16| tags.label(usize::from(*tag));
        let judged = || {
            parts().flat_map(|(gold, predicted, dropped)| {
                let words = gold.iter().zip(predicted).zip(dropped);
                words
                    .filter(|(_, dropped)| !**dropped)
                    .map(|((gold, predicted), _)| (label(gold), label(predicted)))
            })
        };
        let read = |own: &[u16]| -> Vec<Tag<'_>> {
            own.iter().map(|&tag| parsed[usize::from(tag)]).collect()
        };
        let tagged = || parts().map(|(gold, predicted, _)| (read(gold), read(predicted)));
        let dropped = |own: &JudgedSentence<'_>| {
            own.without_subword
                .iter()
                .filter(|dropped| **dropped)
                .count() as u64
        };
        let all: u64 = sentences.iter().map(|own| own.words.len() as u64).sum();
        let without_subword = sentences.iter().map(dropped).sum();
        let totals = Totals::new(tags, parts());
        Self {
            token: TokenReport::new(judged()),
            entity: Entities::new(tagged),
            words: Words {
                judged: all - without_subword,
                without_subword,
            },
            details: Details {
                confusion: Confusion::new(judged(), tagged()),
                calibration: calibration(&parsed, sentences, context.entity_calibration),
                figures: totals.all().figures(),
                intervals: Intervals::new(&totals, context.seed, context.resamples),
                buckets: buckets(&parsed, sentences, context.training),
                repeated: context
                    .training
                    .map(|training| repeated(training, sentences, &totals)),
                outcomes: Outcomes::new(tags.clone(), parts()),
            },
        }
    }
}

/// `None` if no sentence comes with confidences.
fn calibration(
    tags: &[Tag<'_>],
    sentences: &[JudgedSentence<'_>],
    scores: Option<EntityCalibration>,
) -> Option<Calibration> {
    let known = || sentences.iter().filter(|own| !own.confidences.is_empty());
    known().next()?;
    let words = known().flat_map(|own| {
        let right = own.gold.iter().zip(&own.predicted);
        let words = own.confidences.iter().zip(right).zip(&own.without_subword);
        words
            .filter(|(_, dropped)| !**dropped)
            .map(|((confidence, (gold, predicted)), _)| (*confidence, gold == predicted))
    });
    let entities = known().flat_map(|own| means(tags, own));
    let entities =
        entities.map(|(mean, right)| (scores.map_or(mean, |scores| scores.of(mean)), right));
    Some(Calibration {
        words: Reliability::new(words),
        entities: Reliability::new(entities),
    })
}

/// The mean confidence of every predicted entity, and whether it is right.
fn means(tags: &[Tag<'_>], own: &JudgedSentence<'_>) -> Vec<(f32, bool)> {
    let (gold, predicted) = spans(tags, own);
    let judged = predicted.into_iter().map(|span| {
        let confidences = &own.confidences[span.words.clone()];
        let mean = confidences.iter().sum::<f32>() / confidences.len() as f32;
        let found = gold.binary_search_by_key(&span.words.start, |gold| gold.words.start);
        (mean, found.is_ok_and(|index| gold[index] == span))
    });
    judged.collect()
}

/// How often an entity is right, strictly, that was predicted in `sentences`,
/// whose tags are indices into `tags`; of sentences whose confidences are known.
/// `None` of too few entities, or where nearly all or none are right.
pub fn calibrate_entities(
    tags: &TagSet,
    sentences: &[JudgedSentence<'_>],
) -> Option<EntityCalibration> {
    let parsed = parse(tags);
    let known = || sentences.iter().filter(|own| !own.confidences.is_empty());
    let found: Vec<(f32, bool)> = known().flat_map(|own| means(&parsed, own)).collect();
    let gold = known().map(|own| spans(&parsed, own).0.len()).sum();
    EntityCalibration::fit(&found, gold)
}

/// Gold and predicted entities, strictly read.
fn spans<'a>(tags: &[Tag<'a>], own: &JudgedSentence<'_>) -> (Vec<Span<'a>>, Vec<Span<'a>>) {
    let read = |own: &[u16]| Span::read_strict(own.iter().map(|&tag| tags[usize::from(tag)]));
    (read(&own.gold), read(&own.predicted))
}

fn buckets(
    tags: &[Tag<'_>],
    sentences: &[JudgedSentence<'_>],
    training: Option<&Training>,
) -> Buckets {
    let mut gathering = Gathering::default();
    for own in sentences {
        let (gold, predicted) = spans(tags, own);
        gathering.add(&own.words, &gold, &predicted, training);
    }
    gathering.finish()
}

fn repeated(training: &Training, sentences: &[JudgedSentence<'_>], totals: &Totals) -> Repeated {
    let repeats: Vec<bool> = sentences
        .iter()
        .map(|own| training.has_sentence(&own.words))
        .collect();
    Repeated {
        sentences: repeats.iter().filter(|repeats| **repeats).count() as u64,
        with: totals.all().figures(),
        without: totals.of(|sentence| !repeats[sentence]).figures(),
    }
}

/// Why two outcomes cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompareError {
    /// One of them is damaged.
    #[error(transparent)]
    Outcomes(#[from] OutcomesError),
    /// They are of other sentences.
    #[error(
        "found other gold tags from sentence {0} on, expected two reports on the same sentences"
    )]
    Sentences(usize),
    /// Together they have too many tags.
    #[error("found more than {MAX_TAGS} different tags in both reports")]
    Tags,
}

impl Comparison {
    /// Compares two heads on the same sentences by a paired bootstrap.
    ///
    /// # Errors
    ///
    /// Outcomes that are damaged, or of other sentences.
    pub fn of(a: &Outcomes, b: &Outcomes, seed: u64, resamples: u32) -> Result<Self, CompareError> {
        let (first, second) = pair(a, b)?;
        let first = Totals::new(&a.tags, first.iter().map(Outcome::parts));
        let second = Totals::new(&b.tags, second.iter().map(Outcome::parts));
        let tags = [&a.tags, &b.tags];
        Ok(Self::new(&first, &second, tags, seed, resamples))
    }
}

/// The outcomes of two heads, if they are of the same sentences.
pub(super) fn pair(
    a: &Outcomes,
    b: &Outcomes,
) -> Result<(Vec<Outcome>, Vec<Outcome>), CompareError> {
    let (first, second) = (a.read()?, b.read()?);
    let same = |own: &Outcome, other: &Outcome| {
        let mut tags = own.gold.iter().zip(&other.gold);
        own.gold.len() == other.gold.len()
            && tags.all(|(&own, &other)| a.tags.label(own.into()) == b.tags.label(other.into()))
    };
    let differ = (0..first.len().max(second.len())).find(|&sentence| {
        match (first.get(sentence), second.get(sentence)) {
            (Some(own), Some(other)) => !same(own, other),
            _ => true,
        }
    });
    match differ {
        Some(sentence) => Err(CompareError::Sentences(sentence + 1)),
        None => Ok((first, second)),
    }
}

#[cfg(test)]
mod tests;
