//! Full-precision weights under Hugging Face's names.

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
    prefix: &'static str,
}

pub(super) const POSITIONS: &str = "embeddings.position_embeddings.weight";
pub(super) const TOKEN_TYPES: &str = "embeddings.token_type_embeddings.weight";

impl<'a> AsBert<'a> {
    /// Looks at `weights`, a checkpoint of the family that `config` names.
    pub fn new(config: &'a Config, weights: &'a dyn Weights) -> Self {
        let prefix = config.architecture.family().prefix;
        let probe = format!("{prefix}embeddings.word_embeddings.weight");
        let prefix = weights.shape(&probe).map_or("", |_| prefix);
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
        own.insert_str(0, self.prefix);
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
