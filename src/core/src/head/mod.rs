//! Heads: features of a sentence's words to a score per word and tag, and from
//! there to tags and probabilities.
//!
//! ```text
//! linear   layers ----------------------------------------------> matrix
//! mlp      layers -> projection -> norm -> rectifier -----------> matrix
//! context  layers -> projection -> norm -> LSTM both ways ------> matrix
//! ```
//!
//! Each may sum the layers with learnt weights first (`mix`), take features of
//! the word's spelling beside the encoder's (`lexicon`, see [`Lexicon`]) and,
//! with these, what is known of the word from elsewhere (`vectors`, see
//! [`WordVectors`]), and have learnt transitions between tags. The context layer over frozen
//! features is that of Peters et al., "Deep contextualized word
//! representations", 2018; transitions and LSTM are those of Lample et al.,
//! "Neural Architectures for Named Entity Recognition", 2016.

mod config;
mod entity_calibration;
mod file;
mod lexicon;
mod matrix;
mod network;
mod vectors;

use crate::decode::{Aggregation, Decoder, Scored, Span, Transitions};
use crate::int8::Backend;
use crate::math::softmax;

pub use config::{HeadConfig, HeadKind, HeadTensor, Unit};
pub use entity_calibration::EntityCalibration;
pub use file::{head_file, head_numbers, with_calibration};
pub use lexicon::{LEXICON_ROWS, Lexicon};
use network::Network;
pub use vectors::{VECTOR_CODES, WordVectors};

/// Why a head could not be read or used.
#[derive(Debug, thiserror::Error)]
pub enum HeadError {
    /// Not a safetensors file, or one that is cut off.
    #[error("head: {0}")]
    File(safetensors::SafeTensorError),
    /// The metadata or a tensor is not what a head needs.
    #[error("head: {0}")]
    Contents(String),
    /// The head was trained on another encoder.
    #[error("the head was trained on the encoder {expected}, found the encoder {found}")]
    Encoder {
        /// The sha256 in the head.
        expected: String,
        /// The encoder's own.
        found: String,
    },
    /// The head reads other units than it was given.
    #[error("found a head of {}, expected one of {}", found.name(), expected.name())]
    Unit {
        /// The head's own.
        found: Unit,
        /// What it was given.
        expected: Unit,
    },
    /// The decoder needs what the head does not have.
    #[error(
        "found the decoder {found}, expected one that the head can serve: {}",
        served.iter().map(|own| own.name()).collect::<Vec<_>>().join(", ")
    )]
    Decoder {
        /// What was asked for.
        found: Decoder,
        /// Those that the head can serve.
        served: Vec<Decoder>,
    },
}

// Not by `#[from]`: the message already contains the source.
impl From<safetensors::SafeTensorError> for HeadError {
    fn from(error: safetensors::SafeTensorError) -> Self {
        Self::File(error)
    }
}

/// A head, ready to score.
#[derive(Debug)]
pub struct Head {
    config: HeadConfig,
    network: Network,
    /// Learnt, over the temperature.
    transitions: Option<Transitions>,
    /// Those of [`Decoder::Rules`].
    rules: Transitions,
}

/// The words of one sentence, as a head takes them.
#[derive(Clone, Copy, Debug)]
pub struct HeadInput<'a> {
    /// The words.
    pub words: &'a [&'a str],
    /// Their features `[words, layers * hidden]`.
    pub features: &'a [f32],
    /// Whether the encoder has seen anything of each word. What it has not
    /// seen is outside of any entity.
    pub seen: &'a [bool],
}

/// What a head makes of a sentence.
#[derive(Clone, Debug, PartialEq)]
pub struct HeadOutput {
    /// The index of each word's tag.
    pub tags: Vec<usize>,
    /// The same of what is below the head's threshold, whose words have `O`
    /// among `tags`; empty where nothing is.
    pub doubtful: Vec<usize>,
    /// `[words, tags]`: how probable each tag is, whatever the decoder chose.
    pub probabilities: Vec<f32>,
}

/// What is taken from the scores of tags that a word cannot have: enough to
/// leave nothing of their probability.
const IMPOSSIBLE: f32 = -1e4;

/// A score over the temperature. The weights of an odd head or encoder, each a
/// number, may come to none: the sums and differences of these are numbers.
fn over(score: f32, temperature: f32) -> f32 {
    const GREATEST: f32 = 1e30;
    let score = score / temperature;
    if score.is_nan() {
        return 0.0;
    }
    score.clamp(-GREATEST, GREATEST)
}

impl Head {
    /// Reads a head's file.
    ///
    /// # Errors
    ///
    /// Bytes that are not a head, of another version, or inconsistent.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, HeadError> {
        let (config, mut tensors) = file::read(bytes)?;
        let count = config.tags.len();
        let temperature = config.temperature;
        let transitions = config.transitions.then(|| {
            let mut take = |name| {
                let values = tensors.take(name);
                values.into_iter().map(|x| over(x, temperature)).collect()
            };
            Transitions {
                between: take("transitions"),
                start: take("start"),
                end: take("end"),
            }
        });
        let rules = transitions
            .clone()
            .unwrap_or_else(|| Transitions::none(count))
            .under_rules(&config.tags);
        let network = Network::new(&config, tensors);
        Ok(Self {
            config,
            network,
            transitions,
            rules,
        })
    }

    /// What the head says of itself.
    pub fn config(&self) -> &HeadConfig {
        &self.config
    }

    /// Refuses an encoder that the head was not trained on.
    ///
    /// # Errors
    ///
    /// [`HeadError::Encoder`], or [`HeadError::Contents`] if the head wants
    /// layers that the encoder does not have.
    pub fn check_encoder(&self, encoder: &crate::Encoder) -> Result<(), HeadError> {
        self.check_fits(encoder.sha256(), encoder.config())
    }

    /// [`Head::check_encoder`] of whatever runs an encoder of this file and shape.
    pub(crate) fn check_fits(&self, sha256: &str, shape: &crate::Config) -> Result<(), HeadError> {
        if self.config.encoder_sha256 != sha256 {
            return Err(HeadError::Encoder {
                expected: self.config.encoder_sha256.clone(),
                found: sha256.to_owned(),
            });
        }
        if self.config.hidden != shape.hidden
            || self.config.layers.iter().any(|&l| l > shape.layers)
        {
            return Err(HeadError::Contents(format!(
                "found layers {:?} of width {}, but the encoder has {} of width {}",
                self.config.layers, self.config.hidden, shape.layers, shape.hidden
            )));
        }
        Ok(())
    }

    /// Those that the head can serve.
    pub fn decoders(&self) -> Vec<Decoder> {
        self.config.decoders()
    }

    /// The decoder asked for, else the head's own.
    ///
    /// # Errors
    ///
    /// [`HeadError::Decoder`] if the head cannot serve it.
    pub fn decoder(&self, asked: Option<Decoder>) -> Result<Decoder, HeadError> {
        self.config.served(asked.unwrap_or(self.config.decoder))
    }

    /// The learnt transitions, over the temperature.
    pub fn transitions(&self) -> Option<&Transitions> {
        self.transitions.as_ref()
    }

    /// The scores `[words, tags]` of one sentence's words, over the
    /// temperature.
    ///
    /// # Panics
    ///
    /// If the input's parts are not of as many words.
    pub fn scores(&self, input: HeadInput<'_>) -> Vec<f32> {
        self.scores_on(Backend::default(), input)
    }

    fn scores_on(&self, backend: Backend, input: HeadInput<'_>) -> Vec<f32> {
        let HeadInput {
            words,
            features,
            seen,
        } = input;
        let inputs = self.config.inputs();
        assert_eq!(
            (features.len(), seen.len()),
            (words.len() * inputs, words.len()),
            "features are rows of {inputs}"
        );
        let count = self.config.tags.len();
        let mut scores = self.network.scores(backend, words, features);
        for score in &mut scores {
            *score = over(*score, self.config.temperature);
        }
        if let Some(outside) = self.config.tags.index("O") {
            let rows = scores.chunks_exact_mut(count).zip(seen);
            for (row, _) in rows.filter(|(_, seen)| !**seen) {
                row.fill(IMPOSSIBLE);
                row[outside] = 0.0;
            }
        }
        scores
    }

    /// Tags the words of one sentence. Probabilities are the softmax of a
    /// word's scores, or, where there are learnt transitions, its marginals
    /// over all sequences. Without learnt transitions,
    /// [`Decoder::Transitions`] is the same as argmax. What is below the head's
    /// threshold is set apart.
    ///
    /// # Panics
    ///
    /// If the input's parts are not of as many words.
    pub fn tag(&self, input: HeadInput<'_>, decoder: Decoder) -> HeadOutput {
        self.tag_on(Backend::default(), input, decoder, &[])
    }

    /// The same; the tags that `barred` lists (word, tag) are given to no word.
    pub(crate) fn tag_on(
        &self,
        backend: Backend,
        input: HeadInput<'_>,
        decoder: Decoder,
        barred: &[(usize, usize)],
    ) -> HeadOutput {
        let count = self.config.tags.len();
        let mut scores = self.scores_on(backend, input);
        for (word, tag) in barred {
            scores[word * count + tag] = BARRED;
        }
        let probabilities = match &self.transitions {
            Some(transitions) => transitions.marginals(&scores),
            None => {
                let mut probabilities = scores.clone();
                probabilities.chunks_exact_mut(count).for_each(softmax);
                probabilities
            }
        };
        let mut tags = decoder.tags(Scored {
            tags: &self.config.tags,
            scores: &scores,
            probabilities: &probabilities,
            transitions: self.transitions.as_ref(),
            rules: &self.rules,
        });
        let doubtful = self.take_doubtful(&mut tags, &probabilities);
        HeadOutput {
            tags,
            doubtful,
            probabilities,
        }
    }

    /// Makes `O` of the words of what is below the head's threshold, and gives
    /// their tags back, with `O` for all other words; none if nothing is.
    fn take_doubtful(&self, tags: &mut [usize], probabilities: &[f32]) -> Vec<usize> {
        let own = &self.config.tags;
        let scores = self.config.entity_calibration;
        // Entities of pieces are made of probabilities, not of tags.
        let of_words = self.config.unit() == Unit::Words;
        let scores = scores.filter(|scores| of_words && scores.threshold > 0.0);
        let (Some(scores), Some(outside)) = (scores, own.index("O")) else {
            return Vec::new();
        };
        let is_doubtful = |span: &Span<'_>| {
            let words = span.words.clone();
            let probabilities = words.map(|word| probabilities[word * own.len() + tags[word]]);
            scores.of(Aggregation::Average.of(probabilities)) < scores.threshold
        };
        let mut spans = Span::read(tags.iter().map(|tag| own.tag(*tag)));
        spans.retain(is_doubtful);
        if spans.is_empty() {
            return Vec::new();
        }
        let mut doubtful = vec![outside; tags.len()];
        for word in spans.into_iter().flat_map(|span| span.words) {
            doubtful[word] = std::mem::replace(&mut tags[word], outside);
        }
        doubtful
    }
}

/// The score of a tag that a word cannot have: no other comes near it, and
/// sums over a sentence stay finite.
const BARRED: f32 = -1e9;

#[cfg(test)]
mod tests;
