//! Full-precision weights under Hugging Face's names, and their quantization.

use std::borrow::Cow;

use super::quantized::Writer;
use super::{Architecture, Config, EncoderError};

/// Full-precision weights by Hugging Face's names.
pub trait Weights {
    /// Whether there is a tensor of this name.
    fn contains(&self, name: &str) -> bool;

    /// The tensor as f32, row-major, of exactly this shape.
    ///
    /// # Errors
    ///
    /// [`EncoderError::Tensor`] if it is missing, has another shape or is not
    /// made of floating-point numbers.
    fn tensor(&self, name: &str, shape: &[usize]) -> Result<Cow<'_, [f32]>, EncoderError>;
}

/// Quantizes an encoder; the result is the file described in the module
/// `quantized`. The same weights give the same bytes on every machine.
///
/// # Errors
///
/// A tensor that is missing, of another shape, or not finite.
pub fn quantize(
    config: &Config,
    weights: &dyn Weights,
    mut progress: impl FnMut(usize, usize),
) -> Result<Vec<u8>, EncoderError> {
    config.check()?;
    let source = Source::new(config, weights);
    let hidden = config.hidden;
    let mut file = Writer::new(config);
    progress(0, config.layers + 1);
    let words = source.finite("embeddings.word_embeddings.weight", &[config.vocabulary, hidden])?;
    file.rows("embeddings.word", &words, hidden);
    file.rows("embeddings.position", &source.positions()?, hidden);
    source.norm(&mut file, "embeddings.norm", "embeddings.LayerNorm")?;
    for layer in 0..config.layers {
        progress(layer + 1, config.layers + 1);
        let names = source.layer_names(layer);
        for (part, name, outputs, inputs) in [
            ("attention.query", &names.query, hidden, hidden),
            ("attention.key", &names.key, hidden, hidden),
            ("attention.value", &names.value, hidden, hidden),
            ("attention.output", &names.attention_output, hidden, hidden),
            ("feedforward.expand", &names.expand, config.intermediate, hidden),
            ("feedforward.contract", &names.contract, hidden, config.intermediate),
        ] {
            let own = format!("layers.{layer}.{part}");
            let weight = source.finite(&format!("{name}.weight"), &[outputs, inputs])?;
            file.rows(&own, &weight, inputs);
            let bias = source.finite(&format!("{name}.bias"), &[outputs])?;
            file.floats(format!("{own}.bias"), &bias);
        }
        source.norm(
            &mut file,
            &format!("layers.{layer}.attention.norm"),
            &names.attention_norm,
        )?;
        source.norm(
            &mut file,
            &format!("layers.{layer}.feedforward.norm"),
            &names.feedforward_norm,
        )?;
    }
    progress(config.layers + 1, config.layers + 1);
    file.finish()
}

/// The names of one layer's parts, without `.weight` and `.bias`.
struct LayerNames {
    query: String,
    key: String,
    value: String,
    attention_output: String,
    attention_norm: String,
    expand: String,
    contract: String,
    feedforward_norm: String,
}

struct Source<'a> {
    config: &'a Config,
    weights: &'a dyn Weights,
    /// `bert.` and the like where the checkpoint has a head, else empty.
    prefix: String,
}

impl<'a> Source<'a> {
    fn new(config: &'a Config, weights: &'a dyn Weights) -> Self {
        let prefix = format!("{}.", config.architecture.name());
        let prefixed = weights.contains(&format!("{prefix}embeddings.word_embeddings.weight"));
        Self {
            config,
            weights,
            prefix: if prefixed { prefix } else { String::new() },
        }
    }

    fn layer_names(&self, layer: usize) -> LayerNames {
        match self.config.architecture {
            Architecture::Bert | Architecture::Roberta => {
                let name = |part: &str| format!("encoder.layer.{layer}.{part}");
                LayerNames {
                    query: name("attention.self.query"),
                    key: name("attention.self.key"),
                    value: name("attention.self.value"),
                    attention_output: name("attention.output.dense"),
                    attention_norm: name("attention.output.LayerNorm"),
                    expand: name("intermediate.dense"),
                    contract: name("output.dense"),
                    feedforward_norm: name("output.LayerNorm"),
                }
            }
            Architecture::DistilBert => {
                let name = |part: &str| format!("transformer.layer.{layer}.{part}");
                LayerNames {
                    query: name("attention.q_lin"),
                    key: name("attention.k_lin"),
                    value: name("attention.v_lin"),
                    attention_output: name("attention.out_lin"),
                    attention_norm: name("sa_layer_norm"),
                    expand: name("ffn.lin1"),
                    contract: name("ffn.lin2"),
                    feedforward_norm: name("output_layer_norm"),
                }
            }
        }
    }

    fn finite(&self, name: &str, shape: &[usize]) -> Result<Cow<'a, [f32]>, EncoderError> {
        let name = format!("{}{name}", self.prefix);
        let values = self.weights.tensor(&name, shape)?;
        if values.iter().any(|x| !x.is_finite()) {
            return Err(EncoderError::Tensor(format!("{name} holds a number that is not finite")));
        }
        Ok(values)
    }

    /// Position embeddings with the first token type's embedding added: every
    /// subword has that type, so their sum is all that is ever needed.
    fn positions(&self) -> Result<Vec<f32>, EncoderError> {
        let hidden = self.config.hidden;
        let shape = [self.config.positions, hidden];
        let mut positions = self.finite("embeddings.position_embeddings.weight", &shape)?.into_owned();
        let types = format!("{}embeddings.token_type_embeddings.weight", self.prefix);
        if self.config.architecture != Architecture::DistilBert {
            // One row (RoBERTa) or two (BERT).
            let first = (1..=2)
                .find_map(|rows| self.weights.tensor(&types, &[rows, hidden]).ok())
                .ok_or_else(|| {
                    EncoderError::Tensor(format!("found no {types} of shape [1 or 2, {hidden}]"))
                })?;
            for row in positions.chunks_exact_mut(hidden) {
                for (x, t) in row.iter_mut().zip(first.iter()) {
                    *x += t;
                }
            }
            if positions.iter().any(|x| !x.is_finite()) {
                return Err(EncoderError::Tensor(format!("{types} holds a number that is not finite")));
            }
        }
        Ok(positions)
    }

    /// Copies a layer norm. Old checkpoints call its parts gamma and beta.
    fn norm(&self, file: &mut Writer, own: &str, name: &str) -> Result<(), EncoderError> {
        let old = self.weights.contains(&format!("{}{name}.gamma", self.prefix));
        let (weight, bias) = if old { ("gamma", "beta") } else { ("weight", "bias") };
        let shape = [self.config.hidden];
        let values = self.finite(&format!("{name}.{weight}"), &shape)?;
        file.floats(format!("{own}.weight"), &values);
        let values = self.finite(&format!("{name}.{bias}"), &shape)?;
        file.floats(format!("{own}.bias"), &values);
        Ok(())
    }
}
