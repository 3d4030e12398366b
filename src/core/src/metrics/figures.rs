//! Values of the headline figures, and sums from which they can be had for any
//! choice of sentences without going through the words again.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Index;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::{Count, Counts, Figure, Rule};
use crate::tags::{Tag, TagSet};

/// A value for each headline figure, by name. Files of earlier versions may
/// lack some; those of later ones may have more, which are passed over.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Figures<T>(BTreeMap<Figure, T>);

// Not derived, which would ask for a default value.
impl<T> Default for Figures<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T> Figures<T> {
    /// Computes each, in the order in which they are shown.
    pub fn from_fn(mut value: impl FnMut(Figure) -> T) -> Self {
        let all = Figure::ALL.iter();
        Self(all.map(|&figure| (figure, value(figure))).collect())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// These, but for those that `known` lacks.
    #[must_use]
    pub fn known_to<U>(mut self, known: &Figures<U>) -> Self {
        self.0.retain(|figure, _| known.0.contains_key(figure));
        self
    }
}

impl<T: Copy> Figures<T> {
    /// One of them, if it is there, as it may not be in what was read.
    pub fn get(&self, figure: Figure) -> Option<T> {
        self.0.get(&figure).copied()
    }

    /// All that there are, in the order in which they are shown.
    pub fn iter(&self) -> impl Iterator<Item = (Figure, T)> {
        self.0.iter().map(|(figure, value)| (*figure, *value))
    }
}

/// One of those that were computed, which are all; a panic if it is missing.
impl<T> Index<Figure> for Figures<T> {
    type Output = T;

    fn index(&self, figure: Figure) -> &T {
        &self.0[&figure]
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Figures<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ByName<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for ByName<T> {
            type Value = Figures<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("figures by name")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut figures = BTreeMap::new();
                while let Some(name) = map.next_key::<String>()? {
                    match name.parse() {
                        Ok(figure) => {
                            figures.insert(figure, map.next_value()?);
                        }
                        Err(_) => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(Figures(figures))
            }
        }

        deserializer.deserialize_map(ByName(PhantomData))
    }
}

/// The rules that count by sentence, in the order of the figures.
fn counters() -> Vec<Count> {
    let rules = Figure::ALL.iter().map(|figure| figure.rule());
    rules
        .filter_map(|rule| match rule {
            Rule::Tags(_) => None,
            Rule::Sentences(count, _) => Some(count),
        })
        .collect()
}

/// Counts of a set of sentences: those of each tag, and what each of
/// [`counters`] counts.
#[derive(Clone, Debug)]
pub(crate) struct Sum {
    tags: Vec<Counts>,
    counted: Vec<Counts>,
}

impl Sum {
    pub(super) fn clear(&mut self) {
        self.tags.fill(Counts::default());
        self.counted.fill(Counts::default());
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
        let used: Vec<Counts> = used.copied().collect();
        let mut counted = self.counted.iter();
        Figures::from_fn(|figure| match figure.rule() {
            Rule::Tags(figure) => figure(&used),
            Rule::Sentences(_, figure) => {
                figure(*counted.next().expect("each of these rules has its sum"))
            }
        })
    }
}

/// The counts of every sentence; of the tags only those that it has.
pub(crate) struct Totals {
    /// The number of tags.
    tags: usize,
    /// Where each sentence's entries in `entries` end.
    ends: Vec<usize>,
    entries: Vec<(u16, Counts)>,
    /// How many [`counters`] there are.
    counters: usize,
    /// `[sentences, counters]`.
    counted: Vec<Counts>,
}

impl Totals {
    /// Of sentences: gold tags, predicted tags, and which words are judged.
    pub(crate) fn new<'a>(
        tags: &TagSet,
        sentences: impl IntoIterator<Item = (&'a [u16], &'a [u16], &'a [bool])>,
    ) -> Self {
        let parsed: Vec<Tag<'_>> = (0..tags.len()).map(|tag| tags.tag(tag)).collect();
        let counters = counters();
        let mut totals = Self {
            tags: tags.len(),
            ends: Vec::new(),
            entries: Vec::new(),
            counters: counters.len(),
            counted: Vec::new(),
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
            let counted = counters.iter().map(|count| count(&gold, &predicted));
            totals.counted.extend(counted);
        }
        totals
    }

    pub(super) fn sentences(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn empty_sum(&self) -> Sum {
        Sum {
            tags: vec![Counts::default(); self.tags],
            counted: vec![Counts::default(); self.counters],
        }
    }

    pub(super) fn add(&self, sentence: usize, sum: &mut Sum) {
        let start = sentence
            .checked_sub(1)
            .map_or(0, |before| self.ends[before]);
        for (tag, counts) in &self.entries[start..self.ends[sentence]] {
            sum.tags[usize::from(*tag)].add(counts);
        }
        let counted = &self.counted[sentence * self.counters..];
        for (sum, own) in sum.counted.iter_mut().zip(counted) {
            sum.add(own);
        }
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

#[cfg(test)]
mod tests {
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn figures_are_stored_by_name_and_those_of_other_versions_are_no_error() {
        let all = Figures::from_fn(|figure| figure as u8);
        let json = serde_json::to_string(&all).unwrap();
        assert!(json.starts_with(r#"{"accuracy":0,"macro_f1":1,"#), "{json}");
        assert_eq!(serde_json::from_str::<Figures<u8>>(&json).unwrap(), all);
        let json = r#"{"of_tomorrow": {"a": 1}, "entity_f1": 7}"#;
        let found: Figures<u8> = serde_json::from_str(json).unwrap();
        assert_eq!(found.iter().collect::<Vec<_>>(), [(Figure::EntityF1, 7)]);
        assert_eq!(found.get(Figure::Accuracy), None);
        let known = all.known_to(&found);
        assert_eq!(known.iter().collect::<Vec<_>>(), [(Figure::EntityF1, 3)]);
        assert!(serde_json::from_str::<Figures<u8>>(r#"{"entity_f1": "seven"}"#).is_err());
    }

    #[test]
    fn every_figure_has_a_title_of_its_own() {
        let titles = Figure::ALL.iter().map(|figure| figure.title());
        let titles: std::collections::HashSet<_> = titles.collect();
        assert_eq!(titles.len(), Figure::ALL.len());
    }
}
