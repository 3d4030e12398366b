//! A set and the features of its sentences, as fitting reads them.

use anyhow::{Context as _, Result};
use nerite::TagSet;
use nerite_encoders::Quantized;
use nerite_fit::{Examples, FitError, Gold, Sentence};

use super::{Group, TrainingSet};
use crate::corpus;
use crate::features::Features;
use crate::files;

impl TrainingSet {
    /// Encodes all sentences, or finds them encoded.
    ///
    /// # Errors
    ///
    /// As [`Features::of`]; a disk without room for all of them is told before
    /// the work begins.
    pub fn encode<'a>(&'a self, encoder: &Quantized, layers: &[usize]) -> Result<Encoded<'a>> {
        if let [_, _, ..] = &self.groups[..] {
            let mut missing = 0;
            for group in &self.groups {
                missing += Features::missing_bytes(&group.corpus, encoder, layers)?;
            }
            files::ensure_free(&files::cache::folder()?, missing)
                .context("there is not room enough for the features of all files")?;
        }
        let features = self
            .groups
            .iter()
            .map(|group| Features::of(&group.corpus, encoder, layers))
            .collect::<Result<_>>()?;
        Ok(Encoded {
            set: self,
            features,
        })
    }
}

impl Group {
    pub(super) fn gold(&self, sentence: &corpus::Sentence) -> Vec<Gold<'_>> {
        let gold = |&tag: &u16| {
            if self.open.contains(&tag) {
                Gold::OneOf(&self.open)
            } else {
                Gold::Tag(tag)
            }
        };
        sentence.tags.iter().map(gold).collect()
    }
}

/// A set with the features of its sentences.
pub struct Encoded<'a> {
    set: &'a TrainingSet,
    features: Vec<Features>,
}

impl Examples for Encoded<'_> {
    fn tags(&self) -> &TagSet {
        &self.set.tags
    }

    fn width(&self) -> usize {
        self.features[0].width()
    }

    fn sentence(&self, number: usize) -> Sentence<'_> {
        let (group, index) = self.set.place(number);
        let subwords = self.features[group].subwords(index).iter();
        let group = &self.set.groups[group];
        let sentence = &group.corpus.sentences[index];
        Sentence {
            words: sentence.words.iter().map(String::as_str).collect(),
            gold: group.gold(sentence),
            seen: subwords.map(|&count| count > 0).collect(),
        }
    }

    fn features(&self, number: usize, rows: &mut Vec<f32>) -> Result<(), FitError> {
        let (group, index) = self.set.place(number);
        let read = self.features[group].append(index, rows);
        read.map_err(|error| FitError::Examples(error.into()))
    }
}
