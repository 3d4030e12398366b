//! The quantized encoder's file format.
//!
//! A safetensors file whose metadata holds one key, `nerite`: JSON with
//! `"format": "quantized-encoder"`, `"version"` and the [`Config`]. (One key,
//! because safetensors writes metadata in no fixed order, and the same weights
//! must give the same bytes.) Tensors, with `V`, `E`, `H`, `I`, `P` the
//! vocabulary, the widths of embeddings (mostly `H`), hidden states and
//! feed-forward layers, and the window:
//!
//! | tensor | type | shape |
//! | --- | --- | --- |
//! | `embeddings.word.weight`, `.scale` | I8, F32 | `[V, E]`, `[V]` |
//! | `embeddings.position.weight`, `.scale` | I8, F32 | `[P, E]`, `[P]`; the first token type's embedding is added in |
//! | `embeddings.norm.weight`, `.bias` | F32 | `[E]` |
//! | `embeddings.projection.{weight,scale,bias}`, if `E` is not `H` | I8, F32, F32 | `[H, E]`, `[H]`, `[H]` |
//! | `layers.N.attention.{query,key,value,output}.{weight,scale,bias}` | I8, F32, F32 | `[H, H]`, `[H]`, `[H]` |
//! | `layers.N.attention.norm.{weight,bias}` | F32 | `[H]` |
//! | `layers.N.feedforward.{expand,contract}.{weight,scale,bias}` | I8, F32, F32 | `[I, H]`, `[I]`, `[I]`; `[H, I]`, `[H]`, `[H]` |
//! | `layers.N.feedforward.norm.{weight,bias}` | F32 | `[H]` |
//! | `layers.N.attention.factors`, `layers.N.feedforward.{expand,contract}.factors`, all or none | F32 | `[H]`, `[H]`, `[I]` |
//!
//! A weight is `integer * scale`, the integers within -127..=127, the scale
//! one per row (which is an output channel, or a subword, or a position).
//! Of a layer's channels, certain fours of neighbouring integers have bounded
//! sums (`int8::packed::fours_fit`), so that kernels may add their products up
//! in 16 bits.
//!
//! Factors are what a layer's inputs are multiplied by before they are quantized
//! (see `calibrated`): those of query, key and value, and of the feed-forward
//! layer's two matrices. The weights hold their inverse.

use std::collections::{BTreeMap, HashMap};

use safetensors::tensor::{Metadata as Header, TensorView};
use safetensors::{Dtype, SafeTensorError};
use serde::{Deserialize, Serialize};

use super::{Config, EncoderError};
use crate::int8::{Gram, Rows, limit_fours};

const FORMAT: &str = "quantized-encoder";
const VERSION: u32 = 2;
const METADATA_KEY: &str = "nerite";

#[derive(Serialize, Deserialize)]
struct Metadata {
    format: String,
    version: u32,
    config: Config,
}

/// Packed matrices of a layer: query, key and value share one.
pub(super) const LAYER_MATRICES: usize = 4;

/// A layer's weight matrices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Matrix {
    Query,
    Key,
    Value,
    Output,
    Expand,
    Contract,
}

impl Matrix {
    pub(super) const ALL: [Self; 6] = [
        Self::Query,
        Self::Key,
        Self::Value,
        Self::Output,
        Self::Expand,
        Self::Contract,
    ];

    /// Its tensors' name within a layer.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Query => "attention.query",
            Self::Key => "attention.key",
            Self::Value => "attention.value",
            Self::Output => "attention.output",
            Self::Expand => "feedforward.expand",
            Self::Contract => "feedforward.contract",
        }
    }

    /// Outputs and inputs.
    pub(super) fn shape(self, config: &Config) -> (usize, usize) {
        match self {
            Self::Expand => (config.intermediate, config.hidden),
            Self::Contract => (config.hidden, config.intermediate),
            _ => (config.hidden, config.hidden),
        }
    }

    /// One of each packed matrix, in the order of [`Matrix::index`].
    pub(super) const PACKED: [Self; LAYER_MATRICES] =
        [Self::Query, Self::Output, Self::Expand, Self::Contract];

    /// The name of the factors of its inputs within a layer, where a file can
    /// have them.
    pub(super) fn factors_name(self) -> Option<&'static str> {
        match self {
            Self::Query => Some("attention.factors"),
            Self::Expand => Some("feedforward.expand.factors"),
            Self::Contract => Some("feedforward.contract.factors"),
            _ => None,
        }
    }

    /// The packed matrix that it is, or is a part of.
    pub(super) fn index(self) -> usize {
        match self {
            Self::Query | Self::Key | Self::Value => 0,
            Self::Output => 1,
            Self::Expand => 2,
            Self::Contract => 3,
        }
    }

    /// Outputs and inputs of that packed matrix.
    pub(super) fn packed_shape(self, config: &Config) -> (usize, usize) {
        let (outputs, inputs) = self.shape(config);
        let parts = Self::ALL
            .iter()
            .filter(|other| other.index() == self.index());
        (outputs * parts.count(), inputs)
    }

    /// Where in it this one's outputs begin.
    pub(super) fn first_output(self, config: &Config) -> usize {
        match self {
            Self::Key => config.hidden,
            Self::Value => 2 * config.hidden,
            _ => 0,
        }
    }
}

/// Collects tensors and writes the file.
pub(super) struct Writer {
    config: Config,
    tensors: BTreeMap<String, (Dtype, Vec<usize>, Vec<u8>)>,
}

impl Writer {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            config: config.clone(),
            tensors: BTreeMap::new(),
        }
    }

    pub(super) fn floats(&mut self, name: String, values: &[f32]) {
        let bytes = values.iter().flat_map(|x| x.to_le_bytes()).collect();
        self.tensors
            .insert(name, (Dtype::F32, vec![values.len()], bytes));
    }

    /// Embeddings.
    pub(super) fn rows(&mut self, name: &str, values: &[f32], width: usize) {
        self.quantized(name, Rows::quantize(values, width), width);
    }

    /// A layer's weights, rounded to fit inputs where something is known of
    /// them.
    pub(super) fn matrix(
        &mut self,
        name: &str,
        values: &[f32],
        inputs: usize,
        known: Option<(&Gram, &[f32])>,
    ) {
        let mut rows = match known {
            Some((gram, factors)) => Rows::compensated(values, gram, factors),
            None => Rows::quantize(values, inputs),
        };
        rows.weight.chunks_exact_mut(inputs).for_each(limit_fours);
        self.quantized(name, rows, inputs);
    }

    fn quantized(&mut self, name: &str, rows: Rows, width: usize) {
        let shape = vec![rows.scale.len(), width];
        let bytes = rows.weight.iter().map(|&x| x as u8).collect();
        self.tensors
            .insert(format!("{name}.weight"), (Dtype::I8, shape, bytes));
        self.floats(format!("{name}.scale"), &rows.scale);
    }

    pub(super) fn finish(self) -> Result<Vec<u8>, EncoderError> {
        let metadata = Metadata {
            format: FORMAT.into(),
            version: VERSION,
            config: self.config,
        };
        let failed = |error: SafeTensorError| EncoderError::File(error.to_string());
        let json = serde_json::to_string(&metadata).expect("a configuration is plain data");
        let mut views = Vec::with_capacity(self.tensors.len());
        for (name, (dtype, shape, bytes)) in &self.tensors {
            let view = TensorView::new(*dtype, shape.clone(), bytes);
            views.push((name, view.map_err(failed)?));
        }
        let metadata = HashMap::from([(METADATA_KEY.to_owned(), json)]);
        safetensors::serialize(views, Some(metadata)).map_err(failed)
    }
}

/// The configuration that a file's header holds, checked.
pub(super) fn config_of(header: &Header) -> Result<Config, EncoderError> {
    let metadata = header.metadata().as_ref();
    let json = metadata.and_then(|metadata| metadata.get(METADATA_KEY));
    let json = json.ok_or_else(|| {
        EncoderError::Config("found no Nerite metadata, expected a quantized encoder".into())
    })?;
    let metadata: Metadata =
        serde_json::from_str(json).map_err(|error| EncoderError::Config(error.to_string()))?;
    if metadata.format != FORMAT || metadata.version != VERSION {
        return Err(EncoderError::Config(format!(
            "found {} version {}, expected {FORMAT} version {VERSION}",
            metadata.format.escape_debug(),
            metadata.version
        )));
    }
    metadata.config.check()?;
    Ok(metadata.config)
}
