//! The browser's line, whole: text to entities.

use std::ops::Range;

use crate::decode::{Aggregation, Decoder, Span};
use crate::encoder::{Encoder, EncoderError, Workspace};
use crate::features::{FeatureError, Subwords, features};
use crate::head::{Head, HeadError, HeadInput};
use crate::tags::TagSet;
use crate::tokenizer::{Tokenizer, TokenizerError};
use crate::words;

/// Sentences go to the encoder in batches of about so many subwords.
const BATCH_SUBWORDS: usize = 512;

/// One encoder with its tokenizer.
pub struct Recognizer {
    tokenizer: Tokenizer,
    encoder: Encoder,
    workspace: Workspace,
}

/// Why a recognizer could not be made.
#[derive(Debug, thiserror::Error)]
pub enum RecognizerError {
    /// The tokenizer's file is at fault.
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    /// The encoder's file is at fault.
    #[error(transparent)]
    Encoder(#[from] EncoderError),
}

/// How a head's scores are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The decoder, else the head's own.
    pub decoder: Option<Decoder>,
    /// What makes an entity's score of its words' probabilities.
    pub aggregation: Aggregation,
}

/// A word of a text and what the head makes of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    /// Its bytes in the text.
    pub range: Range<usize>,
    /// The index of its sentence.
    pub sentence: usize,
    /// The index of its tag in the head's tag set.
    pub tag: usize,
    /// One probability per tag of the tag set.
    pub probabilities: Vec<f32>,
}

/// An entity of a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Entity {
    /// Its bytes in the text.
    pub range: Range<usize>,
    /// Its words.
    pub words: Range<usize>,
    /// Its type.
    pub kind: String,
    /// Made of the probabilities of its words' tags.
    pub score: f32,
}

/// What a head makes of a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// The head's tags.
    pub tags: TagSet,
    /// The words, in order.
    pub words: Vec<Word>,
    /// The entities, in order.
    pub entities: Vec<Entity>,
}

impl Recognizer {
    /// Reads a quantized encoder and its prepared tokenizer.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with either.
    pub fn new(encoder: &[u8], tokenizer: &[u8]) -> Result<Self, RecognizerError> {
        let encoder = Encoder::from_bytes(encoder)?;
        Ok(Self {
            tokenizer: Tokenizer::from_bytes(tokenizer, encoder.config().vocabulary)?,
            encoder,
            workspace: Workspace::default(),
        })
    }

    /// The encoder.
    pub fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// Finds the entities of `text`, of any length.
    ///
    /// # Errors
    ///
    /// A head of another encoder or without what the decoder needs, or a
    /// tokenizer that fails on the text.
    pub fn recognize(
        &mut self,
        text: &str,
        head: &Head,
        options: &Options,
    ) -> Result<Prediction, RecognizeError> {
        head.check_encoder(&self.encoder)?;
        let decoder = head.decoder(options.decoder)?;
        let tags = head.config().tags.clone();
        let cut = words::cut(text);
        let mut words: Vec<Word> = Vec::new();
        let mut batch = Vec::new();
        let mut cost = 0;
        for (index, sentence) in cut.iter().enumerate() {
            let texts: Vec<&str> = sentence.iter().map(|word| &text[word.clone()]).collect();
            let window = self.encoder.config().window;
            let subwords =
                Subwords::new(&self.tokenizer, &texts, window).map_err(FeatureError::from)?;
            cost += subwords.cost();
            batch.push(subwords);
            if cost < BATCH_SUBWORDS && index + 1 < cut.len() {
                continue;
            }
            let sentences: Vec<&Subwords> = batch.iter().collect();
            let layers = &head.config().layers;
            let mut encoder = (&self.encoder, &mut self.workspace);
            let features =
                features(&mut encoder, &sentences, layers).map_err(FeatureError::from)?;
            let mut rest = features.as_slice();
            let first = index + 1 - batch.len();
            for (offset, subwords) in batch.iter().enumerate() {
                let own = &cut[first + offset];
                let (features, after) = rest.split_at(own.len() * head.config().inputs());
                rest = after;
                let texts: Vec<&str> = own.iter().map(|word| &text[word.clone()]).collect();
                let seen: Vec<bool> = subwords.counts.iter().map(|&count| count > 0).collect();
                let input = HeadInput {
                    words: &texts,
                    features,
                    seen: &seen,
                };
                let output = head.tag(input, decoder);
                let rows = output.probabilities.chunks_exact(tags.len());
                for ((range, tag), probabilities) in own.iter().zip(output.tags).zip(rows) {
                    words.push(Word {
                        range: range.clone(),
                        sentence: first + offset,
                        tag,
                        probabilities: probabilities.to_vec(),
                    });
                }
            }
            batch.clear();
            cost = 0;
        }
        let entities = entities(&words, &tags, options.aggregation);
        Ok(Prediction {
            tags,
            words,
            entities,
        })
    }
}

/// Why a text could not be read.
#[derive(Debug, thiserror::Error)]
pub enum RecognizeError {
    /// The head does not fit the encoder.
    #[error(transparent)]
    Head(#[from] HeadError),
    /// The features could not be computed.
    #[error(transparent)]
    Features(#[from] FeatureError),
}

fn entities(words: &[Word], tags: &TagSet, aggregation: Aggregation) -> Vec<Entity> {
    let mut entities = Vec::new();
    let mut start = 0;
    for sentence in words.chunk_by(|a, b| a.sentence == b.sentence) {
        for span in Span::read(sentence.iter().map(|word| tags.tag(word.tag))) {
            let inside = &sentence[span.words.clone()];
            let probabilities = inside.iter().map(|word| word.probabilities[word.tag]);
            entities.push(Entity {
                range: inside[0].range.start..inside[inside.len() - 1].range.end,
                words: start + span.words.start..start + span.words.end,
                kind: span.kind.to_owned(),
                score: aggregation.of(probabilities),
            });
        }
        start += sentence.len();
    }
    entities
}

/// Byte offsets to UTF-16 code units, for offsets in increasing order.
pub struct Utf16Offsets<'a> {
    text: &'a str,
    bytes: usize,
    units: usize,
}

impl<'a> Utf16Offsets<'a> {
    /// Begins at the start of `text`.
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            bytes: 0,
            units: 0,
        }
    }

    /// The offset in UTF-16 code units of the byte offset `at`.
    ///
    /// # Panics
    ///
    /// If `at` is not on a character boundary of the text.
    pub fn at(&mut self, at: usize) -> usize {
        if at < self.bytes {
            (self.bytes, self.units) = (0, 0);
        }
        self.units += self.text[self.bytes..at]
            .chars()
            .map(char::len_utf16)
            .sum::<usize>();
        self.bytes = at;
        self.units
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn offsets_agree_with_utf16(text in "\\PC{0,30}", picks in proptest::collection::vec(any::<prop::sample::Index>(), 1..9)) {
            let mut offsets = Utf16Offsets::new(&text);
            let boundaries: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            for pick in picks {
                let at = boundaries[pick.index(boundaries.len())];
                prop_assert_eq!(offsets.at(at), text[..at].encode_utf16().count());
            }
        }
    }
}
