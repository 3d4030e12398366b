//! What a head says of itself, and the tensors that follow from it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::HeadError;
use super::entity_calibration::EntityCalibration;
use super::lexicon::Lexicon;
use super::vectors::WordVectors;
use crate::decode::{Decoder, Strategy};
use crate::int8::MAX_INPUTS;
use crate::tags::{Tag, TagSet};

/// The most layers a head may read: those of the deepest encoder.
const MAX_LAYERS: usize = 129;
/// The widest hidden state, projection or context.
const MAX_WIDTH: usize = 1 << 16;
/// The most rows of a table of word features.
const MAX_BUCKETS: usize = 1 << 24;
/// The most numbers in a tensor.
const MAX_NUMBERS: usize = 1 << 28;

choices! {
    /// What kind of model a head is.
    #[derive(Default)]
    HeadKind, "kind", {
        #[default]
        Linear = "linear", "One matrix and a bias.";
        Mlp = "mlp", "A projection, normalized and rectified, under the matrix.";
        Context = "context", "A projection, normalized, and a bidirectional LSTM over the words \
            of a sentence, under the matrix.";
    }
}

/// What carries a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A word as `words` cuts them, by the features of its first subword.
    Words,
    /// A subword of the raw text, as fine-tuned checkpoints have it.
    Pieces,
}

impl Unit {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Words => "words",
            Self::Pieces => "pieces",
        }
    }
}

/// What a head says of itself.
///
/// A file leaves out what a plain linear head does not have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeadConfig {
    /// The kind of model.
    pub kind: HeadKind,
    /// The tags it scores, in the order of its outputs.
    pub tags: TagSet,
    /// The layers whose hidden states are its input.
    pub layers: Vec<usize>,
    /// Width of one hidden state.
    pub hidden: usize,
    /// What scores are divided by before they become probabilities.
    pub temperature: f32,
    /// The sha256 of the quantized encoder on whose features it was fitted.
    pub encoder_sha256: String,
    /// Whether the layers are summed with learnt weights, not put side by side
    /// (the scalar mix of Peters et al., "Deep contextualized word
    /// representations", 2018).
    #[serde(default, skip_serializing_if = "is_default")]
    pub mix: bool,
    /// A table of word features beside the encoder's.
    #[serde(default, skip_serializing_if = "is_default")]
    pub lexicon: Option<Lexicon>,
    /// What is known of words from elsewhere; their rows join those of the
    /// table of word features. In a file they are tensors.
    #[serde(skip)]
    pub vectors: Option<Arc<WordVectors>>,
    /// Width of the projection; 0 in a linear head, which has none.
    #[serde(default, skip_serializing_if = "is_default")]
    pub projection: usize,
    /// Units of the LSTM in each direction; 0 where there is none.
    #[serde(default, skip_serializing_if = "is_default")]
    pub units: usize,
    /// Whether there are learnt transitions between tags (a linear-chain CRF).
    #[serde(default, skip_serializing_if = "is_default")]
    pub transitions: bool,
    /// How its scores are best read.
    #[serde(default, skip_serializing_if = "is_default")]
    pub decoder: Decoder,
    /// Of a head of pieces, how they are best made entities; `None` of a head
    /// of words.
    #[serde(default, skip_serializing_if = "is_default")]
    pub pieces: Option<Strategy>,
    /// How the scores of entities follow from those of their words; without it
    /// they are the mean.
    #[serde(default, skip_serializing_if = "is_default")]
    pub entity_calibration: Option<EntityCalibration>,
}

pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A tensor that a head has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadTensor {
    /// Its name in the file.
    pub name: &'static str,
    /// Its shape.
    pub shape: Vec<usize>,
    pub(super) stored: Stored,
}

/// How a tensor stands in a head's file, and is computed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stored {
    /// F32.
    Numbers,
    /// `[inputs, outputs]`: I8, outputs first, a scale per output.
    Matrix,
    /// `[rows, width]`: I8, a scale per row.
    Table,
}

impl HeadTensor {
    /// How many numbers it holds.
    #[expect(clippy::len_without_is_empty, reason = "no tensor is empty")]
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }
}

impl HeadConfig {
    /// The decoders that the head can serve.
    pub(super) fn decoders(&self) -> Vec<Decoder> {
        let all = Decoder::ALL.iter().copied();
        all.filter(|decoder| decoder.is_served_by(self)).collect()
    }

    /// The decoder, if the head can serve it.
    pub(super) fn served(&self, found: Decoder) -> Result<Decoder, HeadError> {
        let served = self.decoders();
        match served.contains(&found) {
            true => Ok(found),
            false => Err(HeadError::Decoder { found, served }),
        }
    }

    /// A linear head of words with a temperature of 1, as in the reference
    /// study: one matrix on these layers (0 is the embeddings), each `hidden`
    /// wide, of the encoder with this sha256. Other heads are written as
    /// `HeadConfig { kind, ..HeadConfig::linear(..) }`. Nothing is checked before
    /// the head's tensors are asked for.
    pub fn linear(tags: TagSet, layers: Vec<usize>, hidden: usize, encoder_sha256: &str) -> Self {
        Self {
            kind: HeadKind::Linear,
            tags,
            layers,
            hidden,
            temperature: 1.0,
            encoder_sha256: encoder_sha256.to_owned(),
            mix: false,
            lexicon: None,
            vectors: None,
            projection: 0,
            units: 0,
            transitions: false,
            decoder: Decoder::Argmax,
            pieces: None,
            entity_calibration: None,
        }
    }

    /// What carries a tag.
    pub fn unit(&self) -> Unit {
        match self.pieces {
            None => Unit::Words,
            Some(_) => Unit::Pieces,
        }
    }

    /// Numbers per word that the head takes from the encoder:
    /// layers x hidden width.
    pub fn inputs(&self) -> usize {
        self.layers.len() * self.hidden
    }

    /// Numbers per word between the layers and the rest of the head.
    pub fn joined(&self) -> usize {
        if self.mix { self.hidden } else { self.inputs() }
    }

    /// Numbers per word of the projection (or of the joined layers, where
    /// there is none) and the word features, side by side.
    pub fn features(&self) -> usize {
        let projected = match self.kind {
            HeadKind::Linear => self.joined(),
            HeadKind::Mlp | HeadKind::Context => self.projection,
        };
        projected + self.lexicon.map_or(0, |lexicon| lexicon.width)
    }

    /// Checks the sizes and lists the tensors that they ask for:
    ///
    /// | tensor | shape | of |
    /// | --- | --- | --- |
    /// | `mix` | layers | a mix of layers |
    /// | `projection.weight`, `.bias` | joined x projection, projection | `mlp`, `context` |
    /// | `lexicon` | buckets x width | a table of word features |
    /// | `vectors` | 257 parts x width | vectors of words beside them |
    /// | `norm.weight`, `.bias` | features | `mlp`, `context` |
    /// | `forward.input`, `backward.input` | features x 4 units | `context` |
    /// | `forward.recurrent`, `backward.recurrent` | units x 4 units | `context` |
    /// | `forward.bias`, `backward.bias` | 4 units | `context` |
    /// | `weight`, `bias` | tags x last, tags | all |
    /// | `transitions`, `start`, `end` | tags x tags, tags, tags | learnt transitions |
    ///
    /// The LSTM's four parts are input, forget, cell and output gate, in this
    /// order.
    ///
    /// # Errors
    ///
    /// [`HeadError::Contents`] for a size that is out of range or does not fit
    /// the kind.
    pub fn tensors(&self) -> Result<Vec<HeadTensor>, HeadError> {
        let contents = |text: String| Err(HeadError::Contents(text));
        if !(1..=MAX_LAYERS).contains(&self.layers.len()) || !(1..=MAX_WIDTH).contains(&self.hidden)
        {
            return contents(format!(
                "found {} layers of width {}, expected 1 to {MAX_LAYERS} layers of width 1 to {MAX_WIDTH}",
                self.layers.len(),
                self.hidden
            ));
        }
        if !(self.temperature.is_finite() && self.temperature > 0.0) {
            return contents(format!(
                "found the temperature {}, expected a positive number",
                self.temperature
            ));
        }
        if let Some(scores) = self.entity_calibration
            && !scores.is_sound()
        {
            return contents(format!(
                "found {scores:?}, expected a slope above 0, no larger bend, numbers of at most 100, and a threshold below 1"
            ));
        }
        if let Some(lexicon) = self.lexicon
            && !((1..=MAX_BUCKETS).contains(&lexicon.buckets)
                && (1..=MAX_WIDTH).contains(&lexicon.width))
        {
            return contents(format!(
                "found a table of {} word features of width {}, expected 1 to {MAX_BUCKETS} of width 1 to {MAX_WIDTH}",
                lexicon.buckets, lexicon.width
            ));
        }
        if self.vectors.is_some() && self.lexicon.is_none() {
            return contents(
                "found vectors of words without a table of word features, expected both".into(),
            );
        }
        let projects = self.kind != HeadKind::Linear;
        let recurs = self.kind == HeadKind::Context;
        for (name, size, wanted) in [
            ("projection", self.projection, projects),
            ("LSTM", self.units, recurs),
        ] {
            let kind = self.kind.name();
            if !wanted && size > 0 {
                return contents(format!(
                    "found a width of {size} for the {name}, which a {kind} head does not have"
                ));
            }
            if wanted && !(1..=MAX_WIDTH).contains(&size) {
                return contents(format!(
                    "found a width of {size} for the {name}, expected 1 to {MAX_WIDTH}"
                ));
            }
        }
        self.served(self.decoder)?;
        self.check_unit()?;
        let tags = self.tags.len();
        let features = self.features();
        let mut tensors = Vec::new();
        let mut add = |name, shape: &[usize]| {
            let stored = match name {
                "lexicon" | "vectors" => Stored::Table,
                "projection.weight" | "forward.input" | "forward.recurrent" | "backward.input"
                | "backward.recurrent" => Stored::Matrix,
                _ => Stored::Numbers,
            };
            let shape = shape.to_vec();
            tensors.push(HeadTensor {
                name,
                shape,
                stored,
            });
        };
        if self.mix {
            add("mix", &[self.layers.len()]);
        }
        if projects {
            add("projection.weight", &[self.joined(), self.projection]);
            add("projection.bias", &[self.projection]);
        }
        if let Some(Lexicon { buckets, width }) = self.lexicon {
            add("lexicon", &[buckets, width]);
            if let Some(vectors) = &self.vectors {
                add("vectors", &[vectors.table(), width]);
            }
        }
        if projects {
            add("norm.weight", &[features]);
            add("norm.bias", &[features]);
        }
        if recurs {
            let gates = 4 * self.units;
            add("forward.input", &[features, gates]);
            add("forward.recurrent", &[self.units, gates]);
            add("forward.bias", &[gates]);
            add("backward.input", &[features, gates]);
            add("backward.recurrent", &[self.units, gates]);
            add("backward.bias", &[gates]);
        }
        add(
            "weight",
            &[tags, if recurs { 2 * self.units } else { features }],
        );
        add("bias", &[tags]);
        if self.transitions {
            add("transitions", &[tags, tags]);
            add("start", &[tags]);
            add("end", &[tags]);
        }
        for tensor in &tensors {
            let numbers = tensor
                .shape
                .iter()
                .try_fold(1usize, |all, &size| all.checked_mul(size));
            if numbers.is_none_or(|numbers| numbers > MAX_NUMBERS) {
                return contents(format!(
                    "found {} of shape {:?}, expected at most {MAX_NUMBERS} numbers",
                    tensor.name, tensor.shape
                ));
            }
            if tensor.stored == Stored::Matrix && tensor.shape[0] > MAX_INPUTS {
                return contents(format!(
                    "found {} of shape {:?}, expected at most {MAX_INPUTS} inputs",
                    tensor.name, tensor.shape
                ));
            }
        }
        Ok(tensors)
    }

    /// A head of words has a corpus's tags. A head of pieces has any labels,
    /// and is one matrix.
    fn check_unit(&self) -> Result<(), HeadError> {
        let contents = |text: String| Err(HeadError::Contents(text));
        match self.unit() {
            Unit::Words if !self.tags.is_bio() => {
                let labels = self.tags.labels().iter();
                let odd = labels.filter_map(|label| Tag::parse(label).err());
                let odd = odd.map(|error| error.to_string()).next();
                contents(odd.unwrap_or_default())
            }
            Unit::Pieces
                if self.kind != HeadKind::Linear || self.lexicon.is_some() || self.transitions =>
            {
                contents(format!(
                    "found a {} head of pieces, expected a plain linear one",
                    self.kind.name()
                ))
            }
            _ => Ok(()),
        }
    }
}
