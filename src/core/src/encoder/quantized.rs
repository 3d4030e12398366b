//! The quantized encoder's file format.
//!
//! A safetensors file whose metadata holds one key, `nerite`: JSON with
//! `"format": "quantized-encoder"`, `"version"` and the [`Config`]. (One key,
//! because safetensors writes metadata in no fixed order, and the same weights
//! must give the same bytes.) Tensors, with `V`, `H`, `I`, `P` the
//! vocabulary, hidden and intermediate width and window:
//!
//! | tensor | type | shape |
//! | --- | --- | --- |
//! | `embeddings.word.weight`, `.scale` | I8, F32 | `[V, H]`, `[V]` |
//! | `embeddings.position.weight`, `.scale` | I8, F32 | `[P, H]`, `[P]`; the first token type's embedding is added in |
//! | `embeddings.norm.weight`, `.bias` | F32 | `[H]` |
//! | `layers.N.attention.{query,key,value,output}.{weight,scale,bias}` | I8, F32, F32 | `[H, H]`, `[H]`, `[H]` |
//! | `layers.N.attention.norm.{weight,bias}` | F32 | `[H]` |
//! | `layers.N.feedforward.{expand,contract}.{weight,scale,bias}` | I8, F32, F32 | `[I, H]`, `[I]`, `[I]`; `[H, I]`, `[H]`, `[H]` |
//! | `layers.N.feedforward.norm.{weight,bias}` | F32 | `[H]` |
//!
//! A weight is `integer * scale`, the integers within -127..=127, the scale
//! one per row (which is an output channel, or a subword, or a position).

use std::collections::{BTreeMap, HashMap};

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use serde::{Deserialize, Serialize};

use super::{Config, EncoderError};

const FORMAT: &str = "quantized-encoder";
const VERSION: u32 = 1;
const METADATA_KEY: &str = "nerite";

#[derive(Serialize, Deserialize)]
struct Metadata {
    format: String,
    version: u32,
    config: Config,
}

/// Integers with a scale per row.
pub(super) struct Rows {
    /// `[scale.len(), width]`.
    pub(super) weight: Vec<i8>,
    pub(super) scale: Vec<f32>,
}

impl Rows {
    /// Quantizes `values` `[rows, width]` symmetrically, a scale per row.
    pub(super) fn quantize(values: &[f32], width: usize) -> Self {
        const LARGEST: f32 = 127.0;
        let mut rows = Self {
            weight: Vec::with_capacity(values.len()),
            scale: Vec::with_capacity(values.len() / width),
        };
        for row in values.chunks_exact(width) {
            let largest = row.iter().fold(0.0f32, |most, x| most.max(x.abs()));
            let scale = largest / LARGEST;
            rows.scale.push(scale);
            // A row of zeros, or of numbers too small to divide by, is zeros.
            let quantize = |x: f32| {
                if scale > 0.0 {
                    (x / scale).round_ties_even()
                } else {
                    0.0
                }
            };
            rows.weight.extend(row.iter().map(|&x| quantize(x) as i8));
        }
        rows
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

    pub(super) fn rows(&mut self, name: &str, values: &[f32], width: usize) {
        let rows = Rows::quantize(values, width);
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
        let json = serde_json::to_string(&metadata).expect("a configuration is plain data");
        let mut views = Vec::with_capacity(self.tensors.len());
        for (name, (dtype, shape, bytes)) in &self.tensors {
            views.push((name, TensorView::new(*dtype, shape.clone(), bytes)?));
        }
        let metadata = HashMap::from([(METADATA_KEY.to_owned(), json)]);
        Ok(safetensors::serialize(views, Some(metadata))?)
    }
}

/// Reads the file, checking every tensor against the configuration.
pub(super) struct Reader<'a> {
    tensors: SafeTensors<'a>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Result<(Self, Config), EncoderError> {
        let (_, header) = SafeTensors::read_metadata(bytes)?;
        let json = header
            .metadata()
            .as_ref()
            .and_then(|metadata| metadata.get(METADATA_KEY))
            .ok_or_else(|| {
                EncoderError::Config(
                    "found no Nerite metadata, expected a quantized encoder".into(),
                )
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
        let tensors = SafeTensors::deserialize(bytes)?;
        Ok((Self { tensors }, metadata.config))
    }

    fn bytes(&self, name: &str, dtype: Dtype, shape: &[usize]) -> Result<&'a [u8], EncoderError> {
        let tensor = self
            .tensors
            .tensor(name)
            .map_err(|_| EncoderError::Tensor(format!("found no tensor {name}")))?;
        if tensor.dtype() != dtype || tensor.shape() != shape {
            return Err(EncoderError::Tensor(format!(
                "found {name} as {:?} {:?}, expected {dtype:?} {shape:?}",
                tensor.dtype(),
                tensor.shape()
            )));
        }
        Ok(tensor.data())
    }

    pub(super) fn floats(&self, name: &str, length: usize) -> Result<Vec<f32>, EncoderError> {
        let bytes = self.bytes(name, Dtype::F32, &[length])?;
        let values: Vec<f32> = bytes
            .chunks_exact(4)
            .map(|four| f32::from_le_bytes(four.try_into().expect("four bytes")))
            .collect();
        if values.iter().any(|x| !x.is_finite()) {
            return Err(EncoderError::Tensor(format!(
                "{name} holds a number that is not finite"
            )));
        }
        Ok(values)
    }

    pub(super) fn rows(&self, name: &str, rows: usize, width: usize) -> Result<Rows, EncoderError> {
        let bytes = self.bytes(&format!("{name}.weight"), Dtype::I8, &[rows, width])?;
        Ok(Rows {
            weight: bytes.iter().map(|&x| x as i8).collect(),
            scale: self.floats(&format!("{name}.scale"), rows)?,
        })
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn rows_reach_127_and_zero_rows_stay_zero() {
        let rows = Rows::quantize(&[0.5, -1.0, 0.25, 0.0, 0.0, 0.0], 3);
        assert_eq!(rows.weight, [64, -127, 32, 0, 0, 0]);
        assert_eq!(rows.scale, [1.0 / 127.0, 0.0]);
    }
}
