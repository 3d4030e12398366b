//! Figures per word.

use std::collections::BTreeMap;

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Counts, ratio};

/// Precision, recall, F1 and support of one tag, or an average of them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Of the words given the tag, the share that has it.
    pub precision: f64,
    /// Of the words that have the tag, the share that was given it.
    pub recall: f64,
    /// The harmonic mean of precision and recall.
    #[serde(rename = "f1-score")]
    pub f1: f64,
    /// The number of words that have the tag.
    pub support: f64,
}

/// The averages over tags.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Averages {
    /// The unweighted mean over tags.
    pub macro_avg: Scores,
    /// The mean over tags, weighted by support.
    pub weighted_avg: Scores,
}

/// scikit-learn's `classification_report(gold, predicted, output_dict=True,
/// zero_division=0)`; serializes to that dictionary, unchanged.
#[derive(Clone, Debug, PartialEq)]
pub struct TokenReport {
    /// Every tag that occurs in gold or prediction.
    pub tags: BTreeMap<String, Scores>,
    /// The share of words with the right tag.
    pub accuracy: f64,
    /// The averages.
    pub averages: Averages,
}

impl TokenReport {
    /// Compares the tags of words, pair by pair: (gold, predicted).
    pub fn new<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut counts: BTreeMap<&str, Counts> = BTreeMap::new();
        let (mut words, mut right) = (0u64, 0u64);
        for (gold, predicted) in pairs {
            words += 1;
            counts.entry(gold).or_default().gold += 1;
            counts.entry(predicted).or_default().predicted += 1;
            if gold == predicted {
                right += 1;
                counts.entry(gold).or_default().right += 1;
            }
        }
        let tags: BTreeMap<String, Scores> = counts
            .into_iter()
            .map(|(tag, counts)| (tag.to_owned(), Scores::of(counts)))
            .collect();
        let average = |weight: &dyn Fn(&Scores) -> f64| {
            let total: f64 = tags.values().map(weight).sum();
            let mean = |field: &dyn Fn(&Scores) -> f64| {
                ratio(tags.values().map(|s| weight(s) * field(s)).sum(), total)
            };
            Scores {
                precision: mean(&|s| s.precision),
                recall: mean(&|s| s.recall),
                f1: mean(&|s| s.f1),
                support: words as f64,
            }
        };
        let averages = Averages {
            macro_avg: average(&|_| 1.0),
            weighted_avg: average(&|s| s.support),
        };
        Self {
            accuracy: ratio(right as f64, words as f64),
            averages,
            tags,
        }
    }
}

impl Scores {
    fn of(counts: Counts) -> Self {
        Self {
            precision: counts.precision(),
            recall: counts.recall(),
            f1: counts.f1(),
            support: counts.gold as f64,
        }
    }
}

// The headline figures of a report, of the counts of tags: sums of sentences
// give them without going through the words again.

pub(super) fn accuracy(tags: &[Counts]) -> f64 {
    let right: u64 = tags.iter().map(|own| own.right).sum();
    let words: u64 = tags.iter().map(|own| own.gold).sum();
    ratio(right as f64, words as f64)
}

pub(super) fn macro_f1(tags: &[Counts]) -> f64 {
    let sum = tags.iter().map(|own| own.f1()).sum();
    ratio(sum, tags.len() as f64)
}

pub(super) fn weighted_f1(tags: &[Counts]) -> f64 {
    let words: u64 = tags.iter().map(|own| own.gold).sum();
    let sum = tags.iter().map(|own| own.f1() * own.gold as f64).sum();
    ratio(sum, words as f64)
}

const ACCURACY: &str = "accuracy";
const MACRO: &str = "macro avg";
const WEIGHTED: &str = "weighted avg";

impl Serialize for TokenReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.tags.len() + 3))?;
        for (tag, scores) in &self.tags {
            map.serialize_entry(tag, scores)?;
        }
        map.serialize_entry(ACCURACY, &self.accuracy)?;
        map.serialize_entry(MACRO, &self.averages.macro_avg)?;
        map.serialize_entry(WEIGHTED, &self.averages.weighted_avg)?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for TokenReport {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Entry {
            Scores(Scores),
            Number(f64),
        }
        let mut entries = BTreeMap::<String, Entry>::deserialize(deserializer)?;
        let mut take = |name: &'static str| {
            entries
                .remove(name)
                .ok_or_else(|| de::Error::missing_field(name))
        };
        let (accuracy, macro_avg, weighted_avg) = (take(ACCURACY)?, take(MACRO)?, take(WEIGHTED)?);
        let (Entry::Number(accuracy), Entry::Scores(macro_avg), Entry::Scores(weighted_avg)) =
            (accuracy, macro_avg, weighted_avg)
        else {
            return Err(de::Error::custom(
                "accuracy is a number, averages are scores",
            ));
        };
        let mut tags = BTreeMap::new();
        for (tag, entry) in entries {
            match entry {
                Entry::Scores(scores) => tags.insert(tag, scores),
                Entry::Number(_) => {
                    return Err(de::Error::custom(format!(
                        "{tag:?} is a number, expected scores"
                    )));
                }
            };
        }
        Ok(Self {
            tags,
            accuracy,
            averages: Averages {
                macro_avg,
                weighted_avg,
            },
        })
    }
}
