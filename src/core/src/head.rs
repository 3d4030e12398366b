//! Heads: features of a word to a score per tag.
//!
//! The file is safetensors with one metadata key, `nerite`: JSON with
//! `"format": "head"`, `"version"`, and the fields of [`HeadConfig`]. A linear
//! head holds `weight` F32 `[tags, layers * hidden]` and `bias` F32 `[tags]`.

use std::collections::HashMap;

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use serde::{Deserialize, Serialize};

use crate::tags::TagSet;

const FORMAT: &str = "head";
const VERSION: u32 = 1;
const METADATA_KEY: &str = "nerite";

/// What kind of model a head is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HeadKind {
    /// One matrix and a bias.
    Linear,
}

/// What a head says of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeadConfig {
    /// The kind of model.
    pub kind: HeadKind,
    /// The tags it scores, in the order of its outputs.
    pub tags: TagSet,
    /// The layers whose hidden states, side by side, are its input.
    pub layers: Vec<usize>,
    /// Width of one hidden state.
    pub hidden: usize,
    /// What scores are divided by before they become probabilities.
    pub temperature: f32,
    /// The sha256 of the quantized encoder on whose features it was fitted.
    pub encoder_sha256: String,
}

#[derive(Serialize, Deserialize)]
struct Metadata {
    format: String,
    version: u32,
    #[serde(flatten)]
    config: HeadConfig,
}

/// Why a head could not be read or used.
#[derive(Debug, thiserror::Error)]
pub enum HeadError {
    /// Not a safetensors file, or one that is cut off.
    #[error("head: {0}")]
    File(#[from] safetensors::SafeTensorError),
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
}

/// A head, ready to score.
#[derive(Debug)]
pub struct Head {
    config: HeadConfig,
    weight: Vec<f32>,
    bias: Vec<f32>,
}

impl Head {
    /// A linear head: `weight` `[tags, layers * hidden]`, `bias` `[tags]`.
    ///
    /// # Errors
    ///
    /// [`HeadError::Contents`] for lengths that do not fit or numbers that are
    /// not finite.
    pub fn linear(config: HeadConfig, weight: Vec<f32>, bias: Vec<f32>) -> Result<Self, HeadError> {
        let contents = |text: String| Err(HeadError::Contents(text));
        if config.layers.is_empty() || config.layers.len() > 129 || config.hidden == 0 {
            return contents(format!(
                "found {} layers of width {}, expected 1 to 129 layers",
                config.layers.len(),
                config.hidden
            ));
        }
        let tags = config.tags.len();
        let inputs = config.layers.len().checked_mul(config.hidden);
        if bias.len() != tags
            || inputs.and_then(|inputs| inputs.checked_mul(tags)) != Some(weight.len())
        {
            return contents(format!(
                "found {} weights and {} biases, expected {tags} tags x {} layers x {}",
                weight.len(),
                bias.len(),
                config.layers.len(),
                config.hidden
            ));
        }
        if !(config.temperature.is_finite() && config.temperature > 0.0) {
            return contents(format!("found the temperature {}", config.temperature));
        }
        if weight.iter().chain(&bias).any(|x| !x.is_finite()) {
            return contents("found a number that is not finite".into());
        }
        Ok(Self {
            config,
            weight,
            bias,
        })
    }

    /// Reads a head's file.
    ///
    /// # Errors
    ///
    /// Bytes that are not a head, of another version, or inconsistent.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, HeadError> {
        let (_, header) = SafeTensors::read_metadata(bytes)?;
        let metadata = header
            .metadata()
            .as_ref()
            .and_then(|metadata| metadata.get(METADATA_KEY));
        let json = metadata.ok_or_else(|| {
            HeadError::Contents("found no Nerite metadata, expected a head's".into())
        })?;
        let Metadata {
            format,
            version,
            config,
        } = serde_json::from_str(json).map_err(|error| HeadError::Contents(error.to_string()))?;
        if format != FORMAT || version != VERSION {
            return Err(HeadError::Contents(format!(
                "found {} version {version}, expected {FORMAT} version {VERSION}",
                format.escape_debug()
            )));
        }
        let tensors = SafeTensors::deserialize(bytes)?;
        let floats = |name: &str| -> Result<Vec<f32>, HeadError> {
            let tensor = tensors.tensor(name)?;
            if tensor.dtype() != Dtype::F32 {
                return Err(HeadError::Contents(format!(
                    "found {name} as {:?}, expected F32",
                    tensor.dtype()
                )));
            }
            let four = |four: &[u8]| f32::from_le_bytes(four.try_into().expect("four bytes"));
            Ok(tensor.data().chunks_exact(4).map(four).collect())
        };
        Self::linear(config, floats("weight")?, floats("bias")?)
    }

    /// The head's file. The same head gives the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let bytes = |values: &[f32]| {
            values
                .iter()
                .flat_map(|x| x.to_le_bytes())
                .collect::<Vec<u8>>()
        };
        let (weight, bias) = (bytes(&self.weight), bytes(&self.bias));
        let tags = self.config.tags.len();
        let view =
            |shape, data| TensorView::new(Dtype::F32, shape, data).expect("lengths were checked");
        let tensors = [
            ("bias", view(vec![tags], &bias)),
            (
                "weight",
                view(vec![tags, self.weight.len() / tags], &weight),
            ),
        ];
        let metadata = Metadata {
            format: FORMAT.into(),
            version: VERSION,
            config: self.config.clone(),
        };
        let json = serde_json::to_string(&metadata).expect("a head's configuration is plain data");
        let metadata = HashMap::from([(METADATA_KEY.to_owned(), json)]);
        safetensors::serialize(tensors, Some(metadata)).expect("two tensors that fit")
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
        if self.config.encoder_sha256 != encoder.sha256() {
            return Err(HeadError::Encoder {
                expected: self.config.encoder_sha256.clone(),
                found: encoder.sha256().to_owned(),
            });
        }
        let shape = encoder.config();
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

    /// Probabilities `[words, tags]` of features `[words, layers * hidden]`:
    /// the softmax of the scores over the temperature.
    ///
    /// # Panics
    ///
    /// If `features` is not a whole number of rows.
    pub fn probabilities(&self, features: &[f32]) -> Vec<f32> {
        let inputs = self.config.layers.len() * self.config.hidden;
        assert_eq!(features.len() % inputs, 0, "features are rows of {inputs}");
        let mut all = Vec::with_capacity(features.len() / inputs * self.bias.len());
        for row in features.chunks_exact(inputs) {
            let start = all.len();
            all.extend(
                self.weight
                    .chunks_exact(inputs)
                    .zip(&self.bias)
                    .map(|(weight, bias)| (dot(weight, row) + bias) / self.config.temperature),
            );
            softmax(&mut all[start..]);
        }
        all
    }
}

/// A dot product in a fixed number of partial sums: the same on every backend.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0f32; 16];
    for (a, b) in a.chunks(16).zip(b.chunks(16)) {
        for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += a * b;
        }
    }
    lanes.iter().sum()
}

fn softmax(scores: &mut [f32]) {
    let greatest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    scores.iter_mut().for_each(|x| *x = (*x - greatest).exp());
    let sum: f32 = scores.iter().sum();
    scores.iter_mut().for_each(|x| *x /= sum);
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn config() -> HeadConfig {
        HeadConfig {
            kind: HeadKind::Linear,
            tags: TagSet::new(["O", "B-per"]).unwrap(),
            layers: vec![1],
            hidden: 2,
            temperature: 2.0,
            encoder_sha256: "00".into(),
        }
    }

    #[test]
    fn files_come_back_and_repeat() {
        let head = Head::linear(config(), vec![1.0, 2.0, 3.0, 4.0], vec![0.5, -0.5]).unwrap();
        let bytes = head.to_bytes();
        let again = Head::from_bytes(&bytes).unwrap();
        assert_eq!(again.config(), head.config());
        assert_eq!(again.to_bytes(), bytes);
        let found = again.probabilities(&[1.0, -1.0, 0.0, 0.0]);
        // Scores -0.5 and -1.5, over the temperature -0.25 and -0.75.
        let expected = 1.0 / (1.0 + (-0.5f32).exp());
        assert!((found[0] - expected).abs() < 1e-6 && (found[0] + found[1] - 1.0).abs() < 1e-6);
        for length in 0..bytes.len() {
            assert!(Head::from_bytes(&bytes[..length]).is_err());
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert!(Head::linear(config(), vec![1.0; 3], vec![0.0; 2]).is_err());
        assert!(Head::linear(config(), vec![f32::NAN; 4], vec![0.0; 2]).is_err());
        let cold = HeadConfig {
            temperature: 0.0,
            ..config()
        };
        assert!(Head::linear(cold, vec![1.0; 4], vec![0.0; 2]).is_err());
        let wide = HeadConfig {
            hidden: usize::MAX,
            layers: vec![1, 2],
            ..config()
        };
        assert!(Head::linear(wide, vec![1.0; 4], vec![0.0; 2]).is_err());
    }
}
