//! What an encoder looks like: read from Hugging Face's `config.json`, stored
//! in a quantized encoder's metadata.

use safetensors::Dtype;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::EncoderError;

choices! {
    /// The family of an encoder. All are BERT's layers; they differ in the names
    /// of their weights and in how they embed (see the module `family`). Named
    /// by Hugging Face's `model_type`.
    Architecture, "family", {
        Bert = "bert", "BERT: position and token type embeddings.";
        DistilBert = "distilbert", "DistilBERT: no token types.";
        Roberta = "roberta", "RoBERTa: position ids start after the padding id.";
        Electra = "electra", "ELECTRA: embeddings may be of another width.";
    }
}

/// The activation between the two halves of a feed-forward layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// `x * Phi(x)` with the normal distribution's exact cumulative function.
    Gelu,
    /// The tanh approximation of it, `gelu_new` in configurations.
    GeluTanh,
    /// `max(x, 0)`.
    Relu,
}

/// An encoder's shape. Every number is checked by [`Config::check`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// The family.
    pub architecture: Architecture,
    /// Rows of the word embedding.
    pub vocabulary: usize,
    /// Width of a hidden state.
    pub hidden: usize,
    /// Width of the embeddings where it is another one, with a projection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embedding: Option<usize>,
    /// Transformer layers; hidden states number one more.
    pub layers: usize,
    /// Attention heads; divides `hidden`.
    pub heads: usize,
    /// Width between the halves of a feed-forward layer.
    pub intermediate: usize,
    /// The longest sequence, in subwords, the two special ones included.
    pub window: usize,
    /// Rows of the checkpoint's position embedding before the first subword's.
    /// A quantized encoder does not hold them.
    #[serde(skip)]
    pub positions_skipped: usize,
    /// What a layer norm adds to the variance.
    pub norm_epsilon: f32,
    /// The feed-forward activation.
    pub activation: Activation,
}

impl Config {
    /// Reads Hugging Face's `config.json`.
    ///
    /// # Errors
    ///
    /// JSON that does not parse, a `model_type` of a family that is not known
    /// (where there is none, `architectures` or the names of the fields tell),
    /// two names of one field with different values, an activation or position
    /// scheme that this engine does not have, or a shape that [`Config::check`]
    /// refuses.
    pub fn from_hugging_face(json: &str) -> Result<Self, EncoderError> {
        let raw = HuggingFace::read(json)?;
        let architecture: Architecture = raw.model_type.parse().map_err(|_| {
            let names: Vec<&str> = Architecture::ALL.iter().map(|own| own.name()).collect();
            EncoderError::Config(format!(
                "found the model type {:?}, whose layers and tensors are not known; expected one of {}",
                raw.model_type,
                names.join(", ")
            ))
        })?;
        let family = architecture.family();
        let activation = match raw.activation.as_deref().unwrap_or("gelu") {
            "gelu" => Activation::Gelu,
            "gelu_new" | "gelu_pytorch_tanh" => Activation::GeluTanh,
            "relu" => Activation::Relu,
            other => {
                return Err(EncoderError::Config(format!(
                    "found the activation {other:?}, expected gelu, gelu_new or relu"
                )));
            }
        };
        if let Some(kind) = raw.position_embedding_type
            && kind != "absolute"
        {
            return Err(EncoderError::Config(format!(
                "found {kind:?} position embeddings, expected absolute ones"
            )));
        }
        let skipped = match family.counts_from_padding {
            true => raw.pad_token_id.saturating_add(1),
            false => 0,
        };
        let embedding = raw.embedding_size.filter(|_| family.projects_embeddings);
        let config = Self {
            architecture,
            vocabulary: raw.vocab_size,
            hidden: raw.hidden,
            embedding: embedding.filter(|&width| width != raw.hidden),
            layers: raw.layers,
            heads: raw.heads,
            intermediate: raw.intermediate,
            window: raw.max_position_embeddings.saturating_sub(skipped),
            positions_skipped: skipped,
            norm_epsilon: raw.layer_norm_eps,
            activation,
        };
        config.check()?;
        Ok(config)
    }

    /// Width of the embeddings.
    pub fn embedding_width(&self) -> usize {
        self.embedding.unwrap_or(self.hidden)
    }

    /// Bytes of the quantized encoder's tensors, factors apart: the file has some
    /// kilobytes more, for their names.
    pub fn quantized_bytes(&self) -> u64 {
        let tensors = super::loader::expected(self, false);
        let bytes = tensors.values().map(|(dtype, shape, _)| {
            let numbers: u64 = shape.iter().map(|&size| size as u64).product();
            numbers * if *dtype == Dtype::I8 { 1 } else { 4 }
        });
        bytes.sum()
    }

    /// Checks that the numbers fit each other and stay within bounds that
    /// keep arithmetic on them from overflowing on 32-bit targets.
    ///
    /// # Errors
    ///
    /// [`EncoderError::Config`] naming the number.
    pub fn check(&self) -> Result<(), EncoderError> {
        let bounds = [
            ("vocabulary", self.vocabulary, 1, 1 << 20),
            ("hidden", self.hidden, 1, 1 << 13),
            ("embedding", self.embedding_width(), 1, 1 << 13),
            ("layers", self.layers, 0, 128),
            ("heads", self.heads, 1, 256),
            ("intermediate", self.intermediate, 1, 1 << 15),
            ("window", self.window, 3, 1 << 15),
        ];
        for (name, found, least, most) in bounds {
            if !(least..=most).contains(&found) {
                return Err(EncoderError::Config(format!(
                    "found {name} = {found}, expected {least} to {most}"
                )));
            }
        }
        if self.vocabulary * self.embedding_width() > 1 << 30 {
            return Err(EncoderError::Config(format!(
                "found {} subwords of width {}, more than any known encoder has",
                self.vocabulary,
                self.embedding_width()
            )));
        }
        if !self.hidden.is_multiple_of(self.heads) {
            return Err(EncoderError::Config(format!(
                "found hidden = {} and heads = {}, expected heads to divide hidden",
                self.hidden, self.heads
            )));
        }
        if !(self.norm_epsilon > 0.0 && self.norm_epsilon < 1.0) {
            return Err(EncoderError::Config(format!(
                "found the layer norm epsilon {}, expected a number between 0 and 1",
                self.norm_epsilon
            )));
        }
        Ok(())
    }
}

/// Fields that BERT and DistilBERT call differently, under one name. Files may
/// have both.
const NAMES: [(&str, [&str; 2]); 5] = [
    ("hidden", ["hidden_size", "dim"]),
    ("layers", ["num_hidden_layers", "n_layers"]),
    ("heads", ["num_attention_heads", "n_heads"]),
    ("intermediate", ["intermediate_size", "hidden_dim"]),
    ("activation", ["hidden_act", "activation"]),
];

impl HuggingFace {
    fn read(json: &str) -> Result<Self, EncoderError> {
        let bad = |error: serde_json::Error| EncoderError::Config(error.to_string());
        let mut fields: Map<String, Value> = serde_json::from_str(json).map_err(bad)?;
        if fields.get("model_type").is_none_or(Value::is_null) {
            let kind = model_type(&fields);
            fields.insert("model_type".into(), kind.into());
        }
        for (name, [bert, distilbert]) in NAMES {
            let found = [fields.remove(bert), fields.remove(distilbert)];
            if let [Some(one), Some(other)] = &found
                && one != other
            {
                return Err(EncoderError::Config(format!(
                    "found {bert} = {one} and {distilbert} = {other}, expected two names of one value"
                )));
            }
            if let Some(value) = found.into_iter().flatten().next() {
                fields.insert(name.into(), value);
            }
        }
        serde_json::from_value(Value::Object(fields)).map_err(bad)
    }
}

/// The family of a configuration from before there was a `model_type`.
fn model_type(fields: &Map<String, Value>) -> &'static str {
    let class = fields.get("architectures").and_then(|own| own[0].as_str());
    let known = class.map(|class| {
        let mut all = Architecture::ALL.iter();
        all.find(|own| class.starts_with(own.class()))
    });
    match known {
        Some(Some(own)) => own.name(),
        Some(None) => "unknown",
        None if fields.contains_key("n_layers") => Architecture::DistilBert.name(),
        None if fields.get("type_vocab_size").is_some_and(|own| *own == 1) => {
            Architecture::Roberta.name()
        }
        None => Architecture::Bert.name(),
    }
}

/// The fields of `config.json` that matter, under the names of [`NAMES`].
#[derive(Deserialize)]
struct HuggingFace {
    model_type: String,
    vocab_size: usize,
    hidden: usize,
    layers: usize,
    heads: usize,
    intermediate: usize,
    embedding_size: Option<usize>,
    max_position_embeddings: usize,
    activation: Option<String>,
    // DistilBERT's configuration has no such field: its code says 1e-12.
    #[serde(default = "default_norm_epsilon")]
    layer_norm_eps: f32,
    #[serde(default)]
    pad_token_id: usize,
    position_embedding_type: Option<String>,
}

fn default_norm_epsilon() -> f32 {
    1e-12
}

#[cfg(test)]
mod tests {
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    const BERT: &str = r#"{"model_type":"bert","vocab_size":100,"hidden_size":32,
        "num_hidden_layers":2,"num_attention_heads":4,"intermediate_size":64,
        "max_position_embeddings":64,"hidden_act":"gelu","layer_norm_eps":1e-12}"#;

    #[test]
    fn bert_and_distilbert_spell_their_fields_differently() {
        let bert = Config::from_hugging_face(BERT).unwrap();
        let distilbert = Config::from_hugging_face(
            r#"{"model_type":"distilbert","vocab_size":100,"dim":32,"n_layers":2,"n_heads":4,
            "hidden_dim":64,"max_position_embeddings":64,"activation":"gelu"}"#,
        )
        .unwrap();
        assert_eq!(bert.window, 64);
        assert_eq!(
            distilbert,
            Config {
                architecture: Architecture::DistilBert,
                ..bert
            }
        );
    }

    #[test]
    fn old_and_doubled_names_are_read() {
        let bert = Config::from_hugging_face(BERT).unwrap();
        for old in [
            BERT.replace(
                "\"model_type\":\"bert\"",
                "\"architectures\":[\"BertModel\"]",
            ),
            BERT.replace("\"model_type\":\"bert\",", ""),
            BERT.replace(
                "\"num_hidden_layers\":2",
                "\"num_hidden_layers\":2,\"n_layers\":2",
            ),
        ] {
            assert_eq!(Config::from_hugging_face(&old).unwrap(), bert, "{old}");
        }
        let both = BERT.replace("\"hidden_size\":32", "\"hidden_size\":32,\"dim\":64");
        let error = Config::from_hugging_face(&both).unwrap_err().to_string();
        assert!(error.contains("hidden_size = 32 and dim = 64"), "{error}");
        let other = BERT.replace(
            "\"model_type\":\"bert\"",
            "\"architectures\":[\"GPT2Model\"]",
        );
        assert!(Config::from_hugging_face(&other).is_err());
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for (from, to) in [
            ("\"bert\"", "\"gpt2\""),
            ("\"gelu\"", "\"swish\""),
            ("\"num_attention_heads\":4", "\"num_attention_heads\":5"),
            ("\"num_attention_heads\":4", "\"num_attention_heads\":0"),
            ("\"vocab_size\":100", "\"vocab_size\":0"),
            ("\"vocab_size\":100", "\"vocab_size\":99999999999"),
            ("1e-12", "-1"),
            (
                "\"max_position_embeddings\":64",
                "\"max_position_embeddings\":1",
            ),
        ] {
            let json = BERT.replace(from, to);
            assert_ne!(json, BERT);
            assert!(
                Config::from_hugging_face(&json).is_err(),
                "{to} was accepted"
            );
        }
    }
}
