//! The browser's line, whole: text to entities.

mod spans;

use std::collections::{BTreeMap, BTreeSet};

use crate::decode::{Aggregation, Decoder, Strategy};
use crate::encoder::{Encoder, Engine, Int8};
use crate::features::{FeatureError, Subwords, features};
use crate::head::{Head, HeadError, HeadInput, Unit};
use crate::int8::Backend;
use crate::pieces::{Pieces, pick, read_pieces_on};
use crate::results::{Prediction, RecognizeError, Word};
use crate::tokenizer::{Tokenizer, TokenizerError, Vocabulary};
use crate::words::{self, Sentence};
use spans::{Tagged, entities};

/// So much of a text says how its words look to a vocabulary.
const VOCABULARY_BYTES: usize = 8000;
/// Sentences go to the encoder in batches of about so many subwords.
const BATCH_SUBWORDS: usize = 512;

/// Types of persons, places and organizations, in small letters, as corpora
/// and checkpoints name them.
const NAMES: &[&str] = &[
    "per",
    "person",
    "loc",
    "location",
    "place",
    "geo",
    "gpe",
    "org",
    "organization",
    "organisation",
    "corporation",
    "company",
    "group",
];

/// One encoder with its tokenizer; the encoder is run by the engine `E`.
pub struct Recognizer<E = Int8> {
    tokenizer: Tokenizer,
    engine: E,
    /// The kernels that heads multiply with.
    backend: Backend,
}

/// How a head's scores are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The decoder, else the head's own.
    pub decoder: Option<Decoder>,
    /// What makes an entity's score of its words' probabilities.
    pub aggregation: Aggregation,
    /// What makes entities of a head's pieces, else as the head says. Decoder
    /// and aggregation are for heads of words only.
    pub strategy: Option<Strategy>,
}

impl Recognizer {
    /// Puts an encoder and its prepared tokenizer together.
    ///
    /// # Errors
    ///
    /// A tokenizer that does not parse, or that does not fit the encoder.
    pub fn new(encoder: Encoder, tokenizer: &[u8]) -> Result<Self, TokenizerError> {
        let backend = encoder.kernel();
        let own = Self::with_engine(encoder.into(), tokenizer)?;
        Ok(Self { backend, ..own })
    }

    /// The encoder.
    pub fn encoder(&self) -> &Encoder {
        &self.engine.encoder
    }
}

impl<E: Engine> Recognizer<E> {
    /// Puts an encoder that any engine runs and its prepared tokenizer together.
    ///
    /// # Errors
    ///
    /// As [`Recognizer::new`].
    pub fn with_engine(engine: E, tokenizer: &[u8]) -> Result<Self, TokenizerError> {
        Ok(Self {
            tokenizer: Tokenizer::from_bytes(tokenizer, engine.config().vocabulary)?,
            engine,
            backend: Backend::default(),
        })
    }

    /// What runs the encoder.
    pub fn engine(&self) -> &E {
        &self.engine
    }

    /// The tokenizer.
    pub fn tokenizer(&self) -> &Tokenizer {
        &self.tokenizer
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
        let mut found = match head.config().unit() {
            Unit::Words => self.recognize_words(text, &words::cut(text), &[(head, *options)])?,
            Unit::Pieces => {
                let pieces = self.pieces(text).map_err(FeatureError::from)?;
                self.recognize_pieces(&pieces, &[(head, options.strategy)])?
            }
        };
        Ok(found.pop().expect("one head makes one prediction"))
    }

    /// The ids of the subwords before and after every sequence.
    pub fn specials(&self) -> (u32, u32) {
        self.tokenizer.specials()
    }

    /// The pieces of a text, cut into blocks that fit the encoder.
    ///
    /// # Errors
    ///
    /// A tokenizer that fails on the text.
    pub fn pieces(&self, text: &str) -> Result<Pieces, TokenizerError> {
        Pieces::new(&self.tokenizer, text, self.engine.config().window)
    }

    /// How the words of a text look to the encoder's vocabulary: those of its
    /// first sentences, some hundreds.
    ///
    /// # Errors
    ///
    /// A tokenizer that fails on the text.
    pub fn vocabulary(&self, text: &str) -> Result<Vocabulary, TokenizerError> {
        let start = &text[..text.floor_char_boundary(VOCABULARY_BYTES)];
        let words: Vec<String> = words::cut(start)
            .into_iter()
            .flatten()
            .map(|range| words::plain(&start[range]).into_owned())
            .collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        self.tokenizer.vocabulary(&words)
    }

    /// Finds the entities of a text that is cut into pieces already, with each
    /// of `heads`, in one run of the encoder.
    ///
    /// # Errors
    ///
    /// A head of words or of another encoder, or pieces that are not of its
    /// vocabulary.
    pub fn recognize_pieces(
        &mut self,
        pieces: &Pieces,
        heads: &[(&Head, Option<Strategy>)],
    ) -> Result<Vec<Prediction>, RecognizeError> {
        for (head, _) in heads {
            head.check_fits(self.engine.sha256(), self.engine.config())?;
        }
        let specials = self.tokenizer.specials();
        read_pieces_on(self.backend, &mut self.engine, specials, pieces, heads)
    }

    /// Finds the entities of a text that is cut into words already, with each
    /// of `heads`, in one run of the encoder.
    ///
    /// # Errors
    ///
    /// As [`Recognizer::recognize`].
    ///
    /// # Panics
    ///
    /// If a word's range is not one of `text`.
    pub fn recognize_words(
        &mut self,
        text: &str,
        sentences: &[Sentence],
        heads: &[(&Head, Options)],
    ) -> Result<Vec<Prediction>, RecognizeError> {
        let mut readers = Vec::new();
        for (head, options) in heads {
            head.check_fits(self.engine.sha256(), self.engine.config())?;
            readers.push(Reader::of(head, options)?);
        }
        let layers: BTreeSet<usize> = heads
            .iter()
            .flat_map(|(head, _)| &head.config().layers)
            .copied()
            .collect();
        let layers: Vec<usize> = layers.into_iter().collect();
        let window = self.engine.config().window;
        // Where the result of a sentence begins: one of the same words has the
        // same, and a text may say one thing for ever.
        let mut places = BTreeMap::new();
        let mut place = 0;
        let mut batch = Vec::new();
        let mut cost = 0;
        for (index, sentence) in sentences.iter().enumerate() {
            let texts: Vec<&str> = sentence.iter().map(|word| &text[word.clone()]).collect();
            if let Some(&first) = places.get(&texts) {
                batch.push((index, first, None));
            } else {
                places.insert(texts.clone(), place);
                let subwords =
                    Subwords::new(&self.tokenizer, &texts, window).map_err(FeatureError::from)?;
                cost += subwords.cost();
                batch.push((index, place, Some((texts, subwords))));
            }
            place += sentence.len();
            if cost < BATCH_SUBWORDS && index + 1 < sentences.len() {
                continue;
            }
            let subwords: Vec<&Subwords> = batch
                .iter()
                .filter_map(|(.., new)| new.as_ref().map(|(_, subwords)| subwords))
                .collect();
            let features =
                features(&mut self.engine, &subwords, &layers).map_err(FeatureError::from)?;
            let mut rest = features.as_slice();
            for (index, first, new) in batch.drain(..) {
                let Some((texts, subwords)) = new else {
                    for reader in &mut readers {
                        reader.repeat(first, index, &sentences[index]);
                    }
                    continue;
                };
                let width = layers.len() * self.engine.config().hidden;
                let (features, after) = rest.split_at(texts.len() * width);
                rest = after;
                let seen: Vec<bool> = subwords.counts.iter().map(|&count| count > 0).collect();
                for reader in &mut readers {
                    let config = reader.head.config();
                    let own = pick(features, &layers, &config.layers, config.hidden);
                    let input = HeadInput {
                        words: &texts,
                        features: &own,
                        seen: &seen,
                    };
                    reader.read(self.backend, index, &sentences[index], input);
                }
            }
            cost = 0;
        }
        let predictions = readers
            .into_iter()
            .zip(heads)
            .map(|(reader, (_, options))| {
                let tags = reader.head.config().tags.clone();
                let of = |own: &[usize]| {
                    let tagged = Tagged {
                        text,
                        words: &reader.words,
                        tags: &tags,
                        own,
                    };
                    let scores = reader.head.config().entity_calibration;
                    entities(tagged, options.aggregation, scores)
                };
                let sure: Vec<usize> = reader.words.iter().map(|word| word.tag).collect();
                Prediction {
                    entities: of(&sure),
                    doubtful: reader.doubtful.as_deref().map(of).unwrap_or_default(),
                    words: reader.words,
                    tags,
                }
            });
        Ok(predictions.collect())
    }
}

/// A head on its way through the sentences of a text.
struct Reader<'a> {
    head: &'a Head,
    decoder: Decoder,
    /// Its tags of persons, places and organizations.
    names: Vec<usize>,
    words: Vec<Word>,
    /// The tags of what is too doubtful, and `O` of all other words; `None`
    /// before there is anything.
    doubtful: Option<Vec<usize>>,
}

impl<'a> Reader<'a> {
    fn of(head: &'a Head, options: &Options) -> Result<Self, RecognizeError> {
        if head.config().unit() != Unit::Words {
            return Err(RecognizeError::Head(HeadError::Unit {
                found: head.config().unit(),
                expected: Unit::Words,
            }));
        }
        let tags = &head.config().tags;
        let names = (0..tags.len()).filter(|tag| {
            let kind = tags.tag(*tag).kind().map(str::to_ascii_lowercase);
            kind.is_some_and(|kind| NAMES.contains(&kind.as_str()))
        });
        Ok(Self {
            head,
            decoder: head.decoder(options.decoder)?,
            names: names.collect(),
            words: Vec::new(),
            doubtful: None,
        })
    }

    /// Reads a sentence as the one whose result begins at `first`.
    fn repeat(&mut self, first: usize, index: usize, sentence: &Sentence) {
        for (offset, range) in sentence.iter().enumerate() {
            self.words.push(Word {
                range: range.clone(),
                sentence: index,
                ..self.words[first + offset].clone()
            });
            if let Some(doubtful) = &mut self.doubtful {
                doubtful.push(doubtful[first + offset]);
            }
        }
    }

    fn read(&mut self, backend: Backend, index: usize, sentence: &Sentence, input: HeadInput<'_>) {
        let mut barred = Vec::new();
        for (index, word) in input.words.iter().enumerate() {
            if !self.names.is_empty() && words::is_technical(&words::plain(word)) {
                barred.extend(self.names.iter().map(|tag| (index, *tag)));
            }
        }
        let output = self.head.tag_on(backend, input, self.decoder, &barred);
        if let Some(outside) = self.head.config().tags.index("O")
            && (self.doubtful.is_some() || !output.doubtful.is_empty())
        {
            let doubtful = self.doubtful.get_or_insert_default();
            doubtful.resize(self.words.len(), outside);
            doubtful.extend(&output.doubtful);
            doubtful.resize(self.words.len() + sentence.len(), outside);
        }
        let count = self.head.config().tags.len();
        let rows = output.probabilities.chunks_exact(count);
        for ((range, tag), probabilities) in sentence.iter().zip(output.tags).zip(rows) {
            self.words.push(Word {
                range: range.clone(),
                sentence: index,
                continues: false,
                tag,
                probabilities: probabilities.to_vec(),
            });
        }
    }
}

#[cfg(test)]
mod tests;
