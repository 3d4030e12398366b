//! The f32 encoder: candle-transformers' BERT, for all families (see
//! [`AsBert`]), on embeddings that may be of another width. It is what the int8 engine is compared with.

use anyhow::Result;
use candle_core::{DType, Device, Shape, Tensor};
use candle_nn::var_builder::SimpleBackend;
use candle_nn::{Embedding, Init, LayerNorm, Linear, Module, VarBuilder};
use candle_transformers::models::bert::{self, BertEncoder, HiddenAct};
use nerite::{Activation, AsBert, Config, EncoderError, HiddenStates, Weights, check_input};

/// An encoder in f32.
pub struct FullPrecision {
    config: Config,
    /// A model per layer that was asked for, cut off behind it:
    /// candle-transformers gives the last hidden state only.
    models: Vec<(usize, BertEncoder)>,
    embeddings: Embeddings,
}

/// From subwords to the first hidden states.
struct Embeddings {
    words: Embedding,
    positions: Embedding,
    token_types: Embedding,
    norm: LayerNorm,
    projection: Option<Linear>,
}

impl Embeddings {
    fn load(config: &Config, vars: &VarBuilder<'_>) -> candle_core::Result<Self> {
        let width = config.embedding_width();
        let own = vars.pp("embeddings");
        let table = |rows, name| candle_nn::embedding(rows, width, own.pp(name));
        let projection = |_| candle_nn::linear(width, config.hidden, vars.pp("embeddings_project"));
        Ok(Self {
            words: table(config.vocabulary, "word_embeddings")?,
            positions: table(config.window, "position_embeddings")?,
            token_types: table(1, "token_type_embeddings")?,
            norm: candle_nn::layer_norm(
                width,
                f64::from(config.norm_epsilon),
                own.pp("LayerNorm"),
            )?,
            projection: config.embedding.map(projection).transpose()?,
        })
    }

    /// Of one sequence, `[1, subwords, hidden]`.
    fn forward(&self, sequence: &[u32]) -> candle_core::Result<Tensor> {
        let ids = Tensor::new(sequence, &Device::Cpu)?.unsqueeze(0)?;
        let positions = Tensor::arange(0, sequence.len() as u32, &Device::Cpu)?;
        let sum = (self.words.forward(&ids)? + self.token_types.forward(&ids.zeros_like()?)?)?;
        let sum = sum.broadcast_add(&self.positions.forward(&positions)?)?;
        let embedded = self.norm.forward(&sum)?;
        match &self.projection {
            Some(projection) => projection.forward(&embedded),
            None => Ok(embedded),
        }
    }
}

impl FullPrecision {
    pub(super) fn load(config: Config, weights: &dyn Weights, layers: &[usize]) -> Result<Self> {
        check_input(&config, &[], layers)?;
        let backend = Backend(AsBert::new(&config, weights));
        let vars = VarBuilder::from_backend(Box::new(backend), DType::F32, Device::Cpu);
        let load = |&layer: &usize| -> Result<_> {
            let encoder = BertEncoder::load(vars.pp("encoder"), &shape(&config, layer))?;
            Ok((layer, encoder))
        };
        let models = layers.iter().map(load).collect::<Result<_>>()?;
        let embeddings = Embeddings::load(&config, &vars)?;
        drop(vars);
        Ok(Self {
            models,
            embeddings,
            config,
        })
    }
}

/// candle's configuration of a BERT cut off after `layers`.
fn shape(config: &Config, layers: usize) -> bert::Config {
    bert::Config {
        vocab_size: config.vocabulary,
        hidden_size: config.hidden,
        num_hidden_layers: layers,
        num_attention_heads: config.heads,
        intermediate_size: config.intermediate,
        hidden_act: match config.activation {
            Activation::Gelu => HiddenAct::Gelu,
            Activation::GeluTanh => HiddenAct::GeluApproximate,
            Activation::Relu => HiddenAct::Relu,
        },
        max_position_embeddings: config.window,
        type_vocab_size: 1,
        layer_norm_eps: config.norm_epsilon.into(),
        ..bert::Config::default()
    }
}

struct Backend<'a>(AsBert<'a>);

impl SimpleBackend for Backend<'_> {
    fn get(
        &self,
        shape: Shape,
        name: &str,
        _: Init,
        dtype: DType,
        device: &Device,
    ) -> candle_core::Result<Tensor> {
        let values = self
            .0
            .tensor(name, shape.dims())
            .map_err(candle_core::Error::wrap)?;
        Tensor::from_vec(values, shape, device)?.to_dtype(dtype)
    }

    fn get_unchecked(&self, name: &str, _: DType, _: &Device) -> candle_core::Result<Tensor> {
        candle_core::bail!("the shape of {name} is always known")
    }

    fn contains_tensor(&self, _: &str) -> bool {
        // Only asked for prefixes, which `AsBert` has taken off.
        false
    }
}

impl HiddenStates for FullPrecision {
    fn config(&self) -> &Config {
        &self.config
    }

    fn hidden_states(
        &mut self,
        sequences: &[&[u32]],
        layers: &[usize],
    ) -> Result<Vec<f32>, EncoderError> {
        check_input(&self.config, sequences, layers)?;
        let other = |error: candle_core::Error| EncoderError::Other(error.to_string());
        let hidden = self.config.hidden;
        let total: usize = sequences.iter().map(|sequence| sequence.len()).sum();
        let mut states = vec![0.0; total * layers.len() * hidden];
        for (slot, layer) in layers.iter().enumerate() {
            let (_, model) = self
                .models
                .iter()
                .find(|(own, _)| own == layer)
                .ok_or_else(|| EncoderError::Input(format!("layer {layer} was not loaded")))?;
            let mut subword = 0;
            for sequence in sequences {
                let run = || -> candle_core::Result<Vec<f32>> {
                    let embedded = self.embeddings.forward(sequence)?;
                    // Nothing is hidden from attention.
                    let mask = Tensor::zeros((1, 1, 1, sequence.len()), DType::F32, &Device::Cpu)?;
                    model.forward(&embedded, &mask)?.flatten_all()?.to_vec1()
                };
                for row in run().map_err(other)?.chunks_exact(hidden) {
                    states[(subword * layers.len() + slot) * hidden..][..hidden]
                        .copy_from_slice(row);
                    subword += 1;
                }
            }
        }
        Ok(states)
    }
}
