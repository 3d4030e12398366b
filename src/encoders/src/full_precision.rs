//! The f32 encoder: a BERT of candle's layers, for all families (see
//! [`AsBert`]), on embeddings that may be of another width. It is what the int8
//! engine is compared with. (candle-transformers' gives the last hidden state
//! only, and takes longer to compile than all that is used of it.)

use anyhow::Result;
use candle_core::{DType, Device, Shape, Tensor};
use candle_nn::var_builder::SimpleBackend;
use candle_nn::{Embedding, Init, LayerNorm, Linear, Module, VarBuilder, ops};
use nerite::{Activation, AsBert, Config, EncoderError, HiddenStates, Weights, check_input};

/// An encoder in f32.
pub struct FullPrecision {
    config: Config,
    embeddings: Embeddings,
    /// Up to the last one that was asked for.
    layers: Vec<Layer>,
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
            norm: norm(config, width, own.pp("LayerNorm"))?,
            projection: config.embedding.map(projection).transpose()?,
        })
    }

    /// Of one sequence, `[subwords, hidden]`.
    fn forward(&self, sequence: &[u32]) -> candle_core::Result<Tensor> {
        let ids = Tensor::new(sequence, &Device::Cpu)?;
        let positions = Tensor::arange(0, sequence.len() as u32, &Device::Cpu)?;
        let sum = (self.words.forward(&ids)? + self.token_types.forward(&ids.zeros_like()?)?)?;
        let sum = (sum + self.positions.forward(&positions)?)?;
        let embedded = self.norm.forward(&sum)?;
        match &self.projection {
            Some(projection) => projection.forward(&embedded),
            None => Ok(embedded),
        }
    }
}

/// A layer of a BERT.
struct Layer {
    query: Linear,
    key: Linear,
    value: Linear,
    output: Linear,
    attention_norm: LayerNorm,
    expand: Linear,
    contract: Linear,
    norm: LayerNorm,
}

impl Layer {
    fn load(config: &Config, vars: &VarBuilder<'_>) -> candle_core::Result<Self> {
        let Config {
            hidden,
            intermediate,
            ..
        } = *config;
        let linear = |from, to, name| candle_nn::linear(from, to, vars.pp(name));
        Ok(Self {
            query: linear(hidden, hidden, "attention.self.query")?,
            key: linear(hidden, hidden, "attention.self.key")?,
            value: linear(hidden, hidden, "attention.self.value")?,
            output: linear(hidden, hidden, "attention.output.dense")?,
            attention_norm: norm(config, hidden, vars.pp("attention.output.LayerNorm"))?,
            expand: linear(hidden, intermediate, "intermediate.dense")?,
            contract: linear(intermediate, hidden, "output.dense")?,
            norm: norm(config, hidden, vars.pp("output.LayerNorm"))?,
        })
    }

    /// From the hidden states of one sequence, `[subwords, hidden]`, to the next.
    fn forward(&self, config: &Config, states: &Tensor) -> candle_core::Result<Tensor> {
        let (subwords, hidden) = states.dims2()?;
        let depth = hidden / config.heads;
        let by_head = |linear: &Linear| {
            let all = linear.forward(states)?;
            let split = all.reshape((subwords, config.heads, depth))?;
            split.transpose(0, 1)?.contiguous()
        };
        let scores = by_head(&self.query)?.matmul(&by_head(&self.key)?.t()?)?;
        let probabilities = ops::softmax_last_dim(&(scores / (depth as f64).sqrt())?)?;
        let mixed = probabilities.matmul(&by_head(&self.value)?)?;
        let mixed = mixed.transpose(0, 1)?.reshape((subwords, hidden))?;
        let attended = (self.output.forward(&mixed)? + states)?;
        let attended = self.attention_norm.forward(&attended)?;
        let expanded = self.expand.forward(&attended)?;
        let active = match config.activation {
            Activation::Gelu => expanded.gelu_erf(),
            Activation::GeluTanh => expanded.gelu(),
            Activation::Relu => expanded.relu(),
        };
        self.norm
            .forward(&(self.contract.forward(&active?)? + attended)?)
    }
}

fn norm(config: &Config, width: usize, vars: VarBuilder<'_>) -> candle_core::Result<LayerNorm> {
    candle_nn::layer_norm(width, f64::from(config.norm_epsilon), vars)
}

impl FullPrecision {
    pub(super) fn load(config: Config, weights: &dyn Weights, layers: &[usize]) -> Result<Self> {
        check_input(&config, &[], layers)?;
        let backend = Backend(AsBert::new(&config, weights));
        let vars = VarBuilder::from_backend(Box::new(backend), DType::F32, Device::Cpu);
        let last = layers.iter().copied().max().unwrap_or(0);
        let load = |layer| Layer::load(&config, &vars.pp(format!("encoder.layer.{layer}")));
        let layers = (0..last).map(load).collect::<candle_core::Result<_>>()?;
        let embeddings = Embeddings::load(&config, &vars)?;
        drop(vars);
        Ok(Self {
            config,
            embeddings,
            layers,
        })
    }

    /// The hidden states of one sequence, after each of the layers that there are.
    fn all_states(&self, sequence: &[u32]) -> candle_core::Result<Vec<Vec<f32>>> {
        let mut states = self.embeddings.forward(sequence)?;
        let mut all = vec![states.flatten_all()?.to_vec1()?];
        for layer in &self.layers {
            states = layer.forward(&self.config, &states)?;
            all.push(states.flatten_all()?.to_vec1()?);
        }
        Ok(all)
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
        if let Some(layer) = layers.iter().find(|layer| **layer > self.layers.len()) {
            return Err(EncoderError::Input(format!("layer {layer} was not loaded")));
        }
        let mut states = Vec::new();
        for sequence in sequences {
            let all = self.all_states(sequence);
            let all = all.map_err(|error| EncoderError::Other(error.to_string()))?;
            for subword in 0..sequence.len() {
                for &layer in layers {
                    let width = self.config.hidden;
                    states.extend_from_slice(&all[layer][subword * width..][..width]);
                }
            }
        }
        Ok(states)
    }
}
