//! Samples: sentences of a part with their words, so that a figure can be
//! computed again wherever the encoder and the head are.

use serde::{Deserialize, Serialize};

use super::ReportError;
use crate::decode::Decoder;
use crate::metrics::{Figures, Totals};
use crate::tags::{Tag, TagSet};

/// The `format` of a sample.
pub const SAMPLE_FORMAT: &str = "nerite-sample";
/// The `version` that this build writes and reads.
pub const SAMPLE_VERSION: u32 = 1;

/// More words than a sample may hold; it may be anybody's.
const MAX_WORDS: usize = 1 << 22;

/// Sentences of the part that a report is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// Always [`SAMPLE_FORMAT`].
    pub format: String,
    /// Always [`SAMPLE_VERSION`].
    pub version: u32,
    /// The sha256 of the encoder that the tags were predicted with.
    pub encoder_sha256: String,
    /// The sha256 of the head's file.
    pub head_sha256: String,
    /// How tags were read off the head's scores.
    pub decoder: Decoder,
    /// The sha256 of the names of the part's sentences, as in the report.
    pub part_sha256: String,
    /// The tags, of gold and of prediction.
    pub tags: TagSet,
    /// The headline figures over these sentences.
    pub figures: Figures<f64>,
    /// The sentences, in the order of the part.
    pub sentences: Vec<SampleSentence>,
}

/// A sentence of a [`Sample`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SampleSentence {
    /// Its place in the part, from 0.
    pub place: usize,
    /// The words.
    pub words: Vec<String>,
    /// The gold tags, as indices.
    pub gold: Vec<u16>,
    /// The predicted tags, as indices.
    pub predicted: Vec<u16>,
    /// Whether each word has no subword; empty if all have one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without_subword: Vec<bool>,
}

/// What a sample comes to with other predictions.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Judged {
    /// Words in the sample.
    pub words: usize,
    /// Words that have another tag than the stored prediction.
    pub differing: usize,
    /// The stored figures.
    pub stored: Figures<f64>,
    /// The figures of the other predictions.
    pub found: Figures<f64>,
}

impl Sample {
    /// A sample of these sentences, with its figures; all strings are as in
    /// the fields.
    pub fn new(
        [encoder_sha256, head_sha256, part_sha256]: [String; 3],
        decoder: Decoder,
        tags: TagSet,
        sentences: Vec<SampleSentence>,
    ) -> Self {
        let figures = figures(&tags, sentences.iter().map(|own| (own, &own.predicted[..])));
        Self {
            format: SAMPLE_FORMAT.into(),
            version: SAMPLE_VERSION,
            encoder_sha256,
            head_sha256,
            decoder,
            part_sha256,
            tags,
            figures,
            sentences,
        }
    }

    /// Reads a sample and checks it: tags, lengths, and that its figures are
    /// those of its own predictions.
    ///
    /// # Errors
    ///
    /// Whatever is wrong, with the sentence.
    pub fn from_json(json: &str) -> Result<Self, ReportError> {
        let sample: Self = serde_json::from_str(json)?;
        let refuse = |problem: String| Err(ReportError::Sample(problem));
        if sample.format != SAMPLE_FORMAT || sample.version != SAMPLE_VERSION {
            return refuse(format!(
                "found {:?} version {}, expected {SAMPLE_FORMAT} version {SAMPLE_VERSION}",
                sample.format, sample.version
            ));
        }
        let words: usize = sample.sentences.iter().map(|own| own.words.len()).sum();
        if words == 0 || words > MAX_WORDS {
            return refuse(format!("found {words} words, expected 1 to {MAX_WORDS}"));
        }
        let mut next = 0;
        for own in &sample.sentences {
            let place = own.place;
            if place < next {
                return refuse(format!("found sentence {place} out of order"));
            }
            next = place.saturating_add(1);
            let expected = own.words.len();
            let dropped = Some(own.without_subword.len()).filter(|count| *count > 0);
            for found in [
                own.gold.len(),
                own.predicted.len(),
                dropped.unwrap_or(expected),
            ] {
                if found != expected {
                    return refuse(format!(
                        "sentence {place}: found {found} values for {expected} words"
                    ));
                }
            }
            let tags = own.gold.iter().chain(&own.predicted);
            if let Some(tag) = tags
                .into_iter()
                .find(|tag| usize::from(**tag) >= sample.tags.len())
            {
                let count = sample.tags.len();
                return refuse(format!(
                    "sentence {place}: found the tag {tag}, expected one of {count}"
                ));
            }
        }
        let stored = sample.sentences.iter().map(|own| (own, &own.predicted[..]));
        let expected = figures(&sample.tags, stored).known_to(&sample.figures);
        super::differ(
            "figures",
            &super::json(&sample.figures),
            &super::json(&expected),
        )?;
        Ok(sample)
    }

    /// The sample's file.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a sample is plain data") + "\n"
    }

    /// Judges other predictions of the sample's sentences.
    ///
    /// # Errors
    ///
    /// Another number of sentences or words than the sample has, or a label
    /// that is no tag.
    pub fn judge(&self, predicted: &[Vec<String>]) -> Result<Judged, ReportError> {
        let refuse = |problem: String| Err(ReportError::Sample(problem));
        if predicted.len() != self.sentences.len() {
            let expected = self.sentences.len();
            return refuse(format!(
                "found {} predicted sentences, expected {expected}",
                predicted.len()
            ));
        }
        // A head may give a tag that the sample does not have, but none that no
        // head of words has.
        let new = predicted.iter().flatten();
        let new = new.filter(|label| self.tags.index(label).is_none());
        for label in new {
            Tag::parse(label).map_err(|error| ReportError::Sample(error.to_string()))?;
        }
        let labels = self.tags.labels().iter().chain(predicted.iter().flatten());
        let mut labels: Vec<&String> = labels.collect();
        labels.sort_unstable();
        labels.dedup();
        let tags = TagSet::new(labels).map_err(|error| ReportError::Sample(error.to_string()))?;
        let place = |label: &String| tags.index(label).expect("the label is in the set") as u16;
        let own: Vec<u16> = self.tags.labels().iter().map(place).collect();
        let moved = |list: &[u16]| list.iter().map(|&tag| own[usize::from(tag)]).collect();
        let mut differing = 0;
        let mut again = Vec::new();
        for (sentence, labels) in self.sentences.iter().zip(predicted) {
            let expected = sentence.words.len();
            if labels.len() != expected {
                let place = sentence.place;
                return refuse(format!(
                    "sentence {place}: found {} tags for {expected} words",
                    labels.len()
                ));
            }
            let predicted: Vec<u16> = labels.iter().map(place).collect();
            let stored: Vec<u16> = moved(&sentence.predicted);
            differing += stored
                .iter()
                .zip(&predicted)
                .filter(|(a, b)| a != b)
                .count();
            again.push(SampleSentence {
                gold: moved(&sentence.gold),
                predicted,
                ..sentence.clone()
            });
        }
        Ok(Judged {
            words: again.iter().map(|own| own.words.len()).sum(),
            differing,
            stored: self.figures.clone(),
            found: figures(&tags, again.iter().map(|own| (own, &own.predicted[..]))),
        })
    }
}

fn figures<'a>(
    tags: &TagSet,
    sentences: impl Iterator<Item = (&'a SampleSentence, &'a [u16])>,
) -> Figures<f64> {
    let sentences: Vec<_> = sentences.collect();
    let longest = sentences.iter().map(|(own, _)| own.words.len()).max();
    let none = vec![false; longest.unwrap_or(0)];
    let parts = sentences.iter().map(|(own, predicted)| {
        let dropped = match own.without_subword.is_empty() {
            true => &none[..own.words.len()],
            false => &own.without_subword[..],
        };
        (&own.gold[..], *predicted, dropped)
    });
    Totals::new(tags, parts).all().figures()
}

#[cfg(test)]
mod tests {
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::metrics::Figure;

    fn sample() -> Sample {
        let sentence = |place, gold: [u16; 2], predicted: [u16; 2]| SampleSentence {
            place,
            words: vec!["Ann".into(), "left".into()],
            gold: gold.into(),
            predicted: predicted.into(),
            without_subword: Vec::new(),
        };
        Sample::new(
            [const { String::new() }; 3],
            Decoder::Argmax,
            TagSet::new(["B-x", "O"]).unwrap(),
            vec![sentence(0, [0, 1], [0, 1]), sentence(4, [0, 1], [1, 1])],
        )
    }

    fn labels(text: &str) -> Vec<Vec<String>> {
        let sentences = text.split('/');
        sentences
            .map(|own| own.split(' ').map(str::to_owned).collect())
            .collect()
    }

    #[test]
    fn a_sample_is_judged_again() {
        let sample = sample();
        let again = Sample::from_json(&sample.to_json()).unwrap();
        assert_eq!(again, sample);
        let same = again.judge(&labels("B-x O/O O")).unwrap();
        assert_eq!((same.words, same.differing), (4, 0));
        assert_eq!(same.found, same.stored);
        assert_eq!(same.stored[Figure::Accuracy], 0.75);
        let other = again.judge(&labels("B-x O/B-x I-z")).unwrap();
        assert_eq!((other.differing, other.found[Figure::Accuracy]), (2, 0.75));
        for bad in ["B-x O", "B-x O/O", "B-x O/O what"] {
            assert!(again.judge(&labels(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let json = sample().to_json();
        for (from, to) in [
            ("\"version\":1", "\"version\":2"),
            ("\"accuracy\":0.75", "\"accuracy\":0.9"),
            ("\"place\":4", "\"place\":0"),
            ("\"predicted\":[1,1]", "\"predicted\":[1]"),
            ("\"predicted\":[1,1]", "\"predicted\":[1,2]"),
            ("\"tags\":[\"B-x\",\"O\"]", "\"tags\":[]"),
        ] {
            let changed = json.replace(from, to);
            assert_ne!(changed, json, "{from}");
            assert!(Sample::from_json(&changed).is_err(), "{to}");
        }
    }
}
