//! Encoders: shape, quantized format, and the int8 engine that runs it.

mod attention;
mod calibrated;
mod config;
mod engine;
mod family;
mod huggingface;
mod int8;
mod layer;
mod loader;
mod quantize;
mod quantized;

pub use calibrated::quantize_calibrated;
pub use config::{Activation, Architecture, Config};
pub use engine::{Encoder, Workspace};
pub use huggingface::{AsBert, Weights};
pub use int8::Int8;
pub use loader::EncoderLoader;
pub use quantize::quantize;

/// Why an encoder could not be read or run.
#[derive(Debug, thiserror::Error)]
pub enum EncoderError {
    /// The configuration does not parse or does not fit the engine.
    #[error("encoder configuration: {0}")]
    Config(String),
    /// The file is not a safetensors file, or is cut off.
    #[error("encoder weights: {0}")]
    File(String),
    /// A tensor is missing, or has another shape, type or contents than expected.
    #[error("encoder weights: {0}")]
    Tensor(String),
    /// The subwords handed to the encoder do not fit it.
    #[error("encoder input: {0}")]
    Input(String),
    /// Another encoder behind [`HiddenStates`] failed.
    #[error("encoder: {0}")]
    Other(String),
}

/// Whatever turns subwords into hidden states: the int8 engine, or a
/// full-precision encoder to compare it with.
pub trait HiddenStates {
    /// The encoder's shape.
    fn config(&self) -> &Config;

    /// The hidden states of `sequences` (ids with the special subwords), one
    /// after the other: `[subwords, layers.len(), hidden]`, row-major. Layer 0
    /// is the embeddings, layer `n` the output of the n-th transformer layer.
    ///
    /// # Errors
    ///
    /// [`EncoderError::Input`] for an empty sequence, one longer than
    /// [`Config::window`], an id outside the vocabulary, or a layer that the
    /// encoder does not have.
    fn hidden_states(
        &mut self,
        sequences: &[&[u32]],
        layers: &[usize],
    ) -> Result<Vec<f32>, EncoderError>;
}

/// An encoder that a [`Recognizer`](crate::Recognizer) runs. The recognizer and
/// its heads know no more of it than this, so that another engine, on threads or
/// on a GPU, can take the int8 engine's place.
pub trait Engine: HiddenStates {
    /// The sha256 of the quantized encoder's file, in hexadecimal: heads name the
    /// one that they were fitted on, and others refuse them.
    fn sha256(&self) -> &str;
}

/// Checks what every implementation of [`HiddenStates`] is handed.
///
/// # Errors
///
/// [`EncoderError::Input`], as [`HiddenStates::hidden_states`] says.
pub fn check_input(
    config: &Config,
    sequences: &[&[u32]],
    layers: &[usize],
) -> Result<(), EncoderError> {
    for sequence in sequences {
        if sequence.is_empty() || sequence.len() > config.window {
            return Err(EncoderError::Input(format!(
                "found a sequence of {} subwords, expected 1 to {}",
                sequence.len(),
                config.window
            )));
        }
        if let Some(id) = sequence
            .iter()
            .find(|&&id| id as usize >= config.vocabulary)
        {
            return Err(EncoderError::Input(format!(
                "found the subword id {id}, expected one below {}",
                config.vocabulary
            )));
        }
    }
    if let Some(layer) = layers.iter().find(|&&layer| layer > config.layers) {
        return Err(EncoderError::Input(format!(
            "found layer {layer}, expected 0 to {}",
            config.layers
        )));
    }
    Ok(())
}
