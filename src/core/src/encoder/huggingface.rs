//! Full-precision weights under Hugging Face's names, and their quantization.

use super::quantized::Writer;
use super::{Config, EncoderError};

/// A checkpoint: tensors by Hugging Face's names.
pub trait Weights: Sync {
    /// The shape of a tensor, `None` if there is no tensor of this name.
    fn shape(&self, name: &str) -> Option<Vec<usize>>;

    /// The tensor's numbers as f32, row-major.
    ///
    /// # Errors
    ///
    /// [`EncoderError::Tensor`] if it cannot be read, or is not made of
    /// floating-point numbers.
    fn read(&self, name: &str) -> Result<Vec<f32>, EncoderError>;
}

/// A checkpoint of any family seen as one of plain BERT: without a prefix,
/// under BERT's names, with token types, and with a position embedding whose
/// first row is the first subword's.
pub struct AsBert<'a> {
    config: &'a Config,
    weights: &'a dyn Weights,
    /// `bert.` and the like where the checkpoint has a head, else empty.
    prefix: String,
}

const POSITIONS: &str = "embeddings.position_embeddings.weight";
const TOKEN_TYPES: &str = "embeddings.token_type_embeddings.weight";

impl<'a> AsBert<'a> {
    /// Looks at `weights`, a checkpoint of the family that `config` names.
    pub fn new(config: &'a Config, weights: &'a dyn Weights) -> Self {
        let prefix = format!("{}.", config.architecture.name());
        let probe = format!("{prefix}embeddings.word_embeddings.weight");
        let prefix = weights.shape(&probe).map_or_else(String::new, |_| prefix);
        Self {
            config,
            weights,
            prefix,
        }
    }

    /// The tensor of BERT's `name`, of exactly `shape`, as finite f32.
    ///
    /// # Errors
    ///
    /// [`EncoderError::Tensor`] if it is missing, has another shape, or holds
    /// a number that is not finite.
    pub fn tensor(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, EncoderError> {
        let family = self.config.architecture.family();
        if name == TOKEN_TYPES && !family.has_token_types {
            return Ok(vec![0.0; shape.iter().product()]);
        }
        let own = self.own_name(name);
        let found = self
            .weights
            .shape(&own)
            .ok_or_else(|| EncoderError::Tensor(format!("found no tensor {own}")))?;
        // RoBERTa's positions begin after the padding id, BERT's at 0; of
        // BERT's two token types only the first is ever used.
        let skipped = if name == POSITIONS {
            self.config.positions_skipped
        } else {
            0
        };
        let surplus = usize::from(name == TOKEN_TYPES && found.first() == Some(&2));
        let fits = found.len() == shape.len()
            && found[0] == shape[0] + skipped + surplus
            && found[1..] == shape[1..];
        if !fits {
            return Err(EncoderError::Tensor(format!(
                "found {own} of shape {found:?}, expected {shape:?}"
            )));
        }
        let mut values = self.weights.read(&own)?;
        let row: usize = shape[1..].iter().product();
        values.drain(..skipped * row);
        values.truncate(shape[0] * row);
        if values.iter().any(|x| !x.is_finite()) {
            return Err(EncoderError::Tensor(format!(
                "{own} holds a number that is not finite"
            )));
        }
        Ok(values)
    }

    /// The checkpoint's own name for BERT's `name`.
    fn own_name(&self, name: &str) -> String {
        let mut own = name.to_owned();
        for (bert, family) in self.config.architecture.family().names {
            own = own.replace(bert, family);
        }
        own.insert_str(0, &self.prefix);
        if self.weights.shape(&own).is_none() {
            // Old checkpoints call the parts of a layer norm gamma and beta.
            let old = own
                .replace("LayerNorm.weight", "LayerNorm.gamma")
                .replace("LayerNorm.bias", "LayerNorm.beta");
            if self.weights.shape(&old).is_some() {
                return old;
            }
        }
        own
    }
}

/// Quantizes an encoder; the result is the file described in the module
/// `quantized`. The same weights give the same bytes on every machine.
/// `progress` is called with the steps done and their total.
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
    let source = AsBert::new(config, weights);
    let Config {
        hidden,
        intermediate,
        window,
        vocabulary,
        ..
    } = *config;
    let width = config.embedding_width();
    let mut file = Writer::new(config);
    progress(0, config.layers + 1);
    let words = source.tensor("embeddings.word_embeddings.weight", &[vocabulary, width])?;
    file.rows("embeddings.word", &words, width);
    // Every subword has the first token type, so its embedding and a
    // position's are only ever needed as a sum.
    let mut positions = source.tensor(POSITIONS, &[window, width])?;
    let token_type = source.tensor(TOKEN_TYPES, &[1, width])?;
    for row in positions.chunks_exact_mut(width) {
        row.iter_mut().zip(&token_type).for_each(|(x, t)| *x += t);
    }
    file.rows("embeddings.position", &positions, width);
    let norm = |file: &mut Writer, own: &str, name: &str, width| -> Result<(), EncoderError> {
        for part in ["weight", "bias"] {
            let values = source.tensor(&format!("{name}.{part}"), &[width])?;
            file.floats(format!("{own}.{part}"), &values);
        }
        Ok(())
    };
    norm(&mut file, "embeddings.norm", "embeddings.LayerNorm", width)?;
    if config.embedding.is_some() {
        let weight = source.tensor("embeddings_project.weight", &[hidden, width])?;
        file.matrix("embeddings.projection", &weight, width);
        let bias = source.tensor("embeddings_project.bias", &[hidden])?;
        file.floats("embeddings.projection.bias".into(), &bias);
    }
    for layer in 0..config.layers {
        progress(layer + 1, config.layers + 1);
        let (own, name) = (format!("layers.{layer}"), format!("encoder.layer.{layer}"));
        for (part, bert, outputs, inputs) in [
            ("attention.query", "attention.self.query", hidden, hidden),
            ("attention.key", "attention.self.key", hidden, hidden),
            ("attention.value", "attention.self.value", hidden, hidden),
            ("attention.output", "attention.output.dense", hidden, hidden),
            (
                "feedforward.expand",
                "intermediate.dense",
                intermediate,
                hidden,
            ),
            ("feedforward.contract", "output.dense", hidden, intermediate),
        ] {
            let weight = source.tensor(&format!("{name}.{bert}.weight"), &[outputs, inputs])?;
            file.matrix(&format!("{own}.{part}"), &weight, inputs);
            let bias = source.tensor(&format!("{name}.{bert}.bias"), &[outputs])?;
            file.floats(format!("{own}.{part}.bias"), &bias);
        }
        norm(
            &mut file,
            &format!("{own}.attention.norm"),
            &format!("{name}.attention.output.LayerNorm"),
            hidden,
        )?;
        norm(
            &mut file,
            &format!("{own}.feedforward.norm"),
            &format!("{name}.output.LayerNorm"),
            hidden,
        )?;
    }
    progress(config.layers + 1, config.layers + 1);
    file.finish()
}
