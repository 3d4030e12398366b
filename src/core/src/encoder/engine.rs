//! Runs a quantized encoder.
//!
//! Sentences of a batch are packed one after the other, never padded: linear
//! layers see one tall matrix, attention sees each sentence alone.

use std::ops::Range;

use sha2::{Digest, Sha256};

use super::kernels::{self, Kernel};
use super::math;
use super::packed::{Packed, Quantized};
use super::quantized::{Reader, Rows};
use super::{Activation, Config, EncoderError, HiddenStates, check_input};

/// Rows of the feed-forward layer that are expanded at a time: bounds the
/// widest buffer, which would otherwise be four times the hidden states.
const FEEDFORWARD_ROWS: usize = 96;

/// A quantized encoder, packed for the machine it runs on.
pub struct Encoder {
    config: Config,
    sha256: String,
    words: Rows,
    positions: Rows,
    norm: Norm,
    layers: Vec<Layer>,
    backend: Backend,
}

struct Norm {
    weight: Vec<f32>,
    bias: Vec<f32>,
}

struct Layer {
    /// Query, key and value side by side: one matmul.
    attention_input: Packed,
    attention_output: Packed,
    attention_norm: Norm,
    expand: Packed,
    contract: Packed,
    feedforward_norm: Norm,
}

/// The instruction set that a run uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Backend {
    // Tests run it everywhere, to compare the others with it.
    #[cfg_attr(
        all(target_arch = "wasm32", target_feature = "simd128"),
        expect(dead_code, reason = "a build with simd128 always has it")
    )]
    Scalar,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512Vnni,
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    Wasm,
}

impl Backend {
    fn best() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if kernels::Avx512Vnni::available() {
                return Self::Avx512Vnni;
            }
            if std::is_x86_feature_detected!("avx2") {
                return Self::Avx2;
            }
        }
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        return Self::Wasm;
        #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
        Self::Scalar
    }

    fn name(self) -> &'static str {
        match self {
            Self::Scalar => kernels::Scalar::NAME,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => kernels::Avx2::NAME,
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Vnni => kernels::Avx512Vnni::NAME,
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            Self::Wasm => kernels::Wasm::NAME,
        }
    }
}

/// Buffers that one run after another can use again.
#[derive(Default)]
pub struct Workspace {
    hidden: Vec<f32>,
    quantized: Quantized,
    attention_input: Vec<f32>,
    context: Vec<f32>,
    keys: Vec<f32>,
    scores: Vec<f32>,
    expanded: Vec<f32>,
    output: Vec<f32>,
}

impl Encoder {
    /// Reads a quantized encoder.
    ///
    /// # Errors
    ///
    /// Bytes that are not such a file, of another version, or whose tensors do
    /// not fit the configuration or are not finite.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EncoderError> {
        let (file, config) = Reader::new(bytes)?;
        let hidden = config.hidden;
        let norm = |name: &str| -> Result<Norm, EncoderError> {
            Ok(Norm {
                weight: file.floats(&format!("{name}.weight"), hidden)?,
                bias: file.floats(&format!("{name}.bias"), hidden)?,
            })
        };
        let linear = |parts: &[String], outputs: usize, inputs: usize| {
            let (mut weight, mut scale, mut bias) = (Vec::new(), Vec::new(), Vec::new());
            for part in parts {
                let rows = file.rows(part, outputs, inputs)?;
                weight.extend(rows.weight);
                scale.extend(rows.scale);
                bias.extend(file.floats(&format!("{part}.bias"), outputs)?);
            }
            Ok::<_, EncoderError>(Packed::new(&weight, &scale, &bias, inputs))
        };
        let mut layers = Vec::new();
        for layer in 0..config.layers {
            let name = |part: &str| format!("layers.{layer}.{part}");
            let input = ["query", "key", "value"].map(|part| name(&format!("attention.{part}")));
            layers.push(Layer {
                attention_input: linear(&input, hidden, hidden)?,
                attention_output: linear(&[name("attention.output")], hidden, hidden)?,
                attention_norm: norm(&name("attention.norm"))?,
                expand: linear(&[name("feedforward.expand")], config.intermediate, hidden)?,
                contract: linear(&[name("feedforward.contract")], hidden, config.intermediate)?,
                feedforward_norm: norm(&name("feedforward.norm"))?,
            });
        }
        Ok(Self {
            sha256: format!("{:x}", Sha256::digest(bytes)),
            words: file.rows("embeddings.word", config.vocabulary, hidden)?,
            positions: file.rows("embeddings.position", config.window, hidden)?,
            norm: norm("embeddings.norm")?,
            layers,
            backend: Backend::best(),
            config,
        })
    }

    /// The encoder's shape.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The sha256 of the file it was read from, in hexadecimal.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The instruction set that runs the matmuls.
    pub fn backend(&self) -> &'static str {
        self.backend.name()
    }

    /// [`HiddenStates::hidden_states`], with the buffers handed in.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn encode(
        &self,
        sequences: &[&[u32]],
        layers: &[usize],
        workspace: &mut Workspace,
    ) -> Result<Vec<f32>, EncoderError> {
        check_input(&self.config, sequences, layers)?;
        let subwords: usize = sequences.iter().map(|sequence| sequence.len()).sum();
        let mut states = vec![0.0; subwords * layers.len() * self.config.hidden];
        let run = Run {
            encoder: self,
            sequences,
            layers,
        };
        match self.backend {
            Backend::Scalar => run.forward::<kernels::Scalar>(workspace, &mut states),
            // SAFETY: `Backend::best` found the instructions on this machine.
            #[cfg(target_arch = "x86_64")]
            Backend::Avx2 => unsafe { run.forward_avx2(workspace, &mut states) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Backend::Avx512Vnni => unsafe { run.forward_avx512(workspace, &mut states) },
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            Backend::Wasm => run.forward::<kernels::Wasm>(workspace, &mut states),
        }
        Ok(states)
    }
}

/// One call of [`Encoder::encode`].
struct Run<'a> {
    encoder: &'a Encoder,
    sequences: &'a [&'a [u32]],
    layers: &'a [usize],
}

impl Run<'_> {
    // The same code compiled for wider registers. Since nothing in it depends
    // on their width (see `math`), the results are the same bits.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn forward_avx2(&self, workspace: &mut Workspace, states: &mut [f32]) {
        self.forward::<kernels::Avx2>(workspace, states);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
    fn forward_avx512(&self, workspace: &mut Workspace, states: &mut [f32]) {
        self.forward::<kernels::Avx512Vnni>(workspace, states);
    }

    #[inline(always)]
    fn forward<K: Kernel>(&self, workspace: &mut Workspace, states: &mut [f32]) {
        self.embed(&mut workspace.hidden);
        self.keep(0, &workspace.hidden, states);
        let last = self.layers.iter().copied().max().unwrap_or(0);
        for (index, layer) in self.encoder.layers[..last].iter().enumerate() {
            self.attend::<K>(layer, workspace);
            self.feed_forward::<K>(layer, workspace);
            self.keep(index + 1, &workspace.hidden, states);
        }
    }

    /// Copies the hidden states of a layer to where they were asked for.
    fn keep(&self, layer: usize, hidden: &[f32], states: &mut [f32]) {
        let width = self.encoder.config.hidden;
        for (slot, _) in self.layers.iter().enumerate().filter(|(_, l)| **l == layer) {
            for (subword, row) in hidden.chunks_exact(width).enumerate() {
                let start = (subword * self.layers.len() + slot) * width;
                states[start..][..width].copy_from_slice(row);
            }
        }
    }

    #[inline(always)]
    fn embed(&self, hidden: &mut Vec<f32>) {
        let Encoder {
            config,
            words,
            positions,
            norm,
            ..
        } = self.encoder;
        let width = config.hidden;
        hidden.clear();
        for sequence in self.sequences {
            for (position, &id) in sequence.iter().enumerate() {
                let id = id as usize;
                let word = &words.weight[id * width..][..width];
                let place = &positions.weight[position * width..][..width];
                let (word_scale, place_scale) = (words.scale[id], positions.scale[position]);
                let start = hidden.len();
                hidden.extend(
                    word.iter()
                        .zip(place)
                        .map(|(&w, &p)| f32::from(w) * word_scale + f32::from(p) * place_scale),
                );
                math::layer_norm(
                    &mut hidden[start..],
                    &norm.weight,
                    &norm.bias,
                    config.norm_epsilon,
                );
            }
        }
    }

    #[inline(always)]
    fn attend<K: Kernel>(&self, layer: &Layer, workspace: &mut Workspace) {
        let Workspace {
            hidden,
            quantized,
            attention_input,
            context,
            keys,
            scores,
            output,
            ..
        } = workspace;
        let config = &self.encoder.config;
        let width = config.hidden;
        let rows = hidden.len() / width;
        quantized.fill(hidden, width);
        attention_input.resize(rows * 3 * width, 0.0);
        layer
            .attention_input
            .multiply::<K>(quantized, attention_input);
        context.resize(rows * width, 0.0);
        let mut start = 0;
        for sequence in self.sequences {
            let length = sequence.len();
            let input = &attention_input[start * 3 * width..][..length * 3 * width];
            let output = &mut context[start * width..][..length * width];
            let depth = width / config.heads;
            for head in 0..config.heads {
                let channels = head * depth..(head + 1) * depth;
                attend_head(input, output, width, channels, keys, scores);
            }
            start += length;
        }
        quantized.fill(context, width);
        output.resize(rows * width, 0.0);
        layer.attention_output.multiply::<K>(quantized, output);
        self.add_and_norm(hidden, output, &layer.attention_norm);
    }

    #[inline(always)]
    fn feed_forward<K: Kernel>(&self, layer: &Layer, workspace: &mut Workspace) {
        let Workspace {
            hidden,
            quantized,
            expanded,
            output,
            ..
        } = workspace;
        let Config {
            hidden: width,
            intermediate,
            activation,
            ..
        } = self.encoder.config;
        for rows in hidden.chunks_mut(FEEDFORWARD_ROWS * width) {
            let count = rows.len() / width;
            quantized.fill(rows, width);
            expanded.resize(count * intermediate, 0.0);
            layer.expand.multiply::<K>(quantized, expanded);
            match activation {
                Activation::Gelu => expanded.iter_mut().for_each(|x| *x = math::gelu(*x)),
                Activation::GeluTanh => expanded.iter_mut().for_each(|x| *x = math::gelu_tanh(*x)),
                Activation::Relu => expanded.iter_mut().for_each(|x| *x = x.max(0.0)),
            }
            quantized.fill(expanded, intermediate);
            output.resize(count * width, 0.0);
            layer.contract.multiply::<K>(quantized, output);
            self.add_and_norm(rows, output, &layer.feedforward_norm);
        }
    }

    #[inline(always)]
    fn add_and_norm(&self, hidden: &mut [f32], change: &[f32], norm: &Norm) {
        let Config {
            hidden: width,
            norm_epsilon,
            ..
        } = self.encoder.config;
        for (row, change) in hidden
            .chunks_exact_mut(width)
            .zip(change.chunks_exact(width))
        {
            for (x, c) in row.iter_mut().zip(change) {
                *x += c;
            }
            math::layer_norm(row, &norm.weight, &norm.bias, norm_epsilon);
        }
    }
}

/// Attention of one head (its channels) over one sentence. `input` is
/// `[length, 3 * hidden]` (query, key, value), `output` `[length, hidden]`.
/// The innermost loops run over outputs, never along a sum, so that the order
/// of additions is fixed.
#[inline(always)]
fn attend_head(
    input: &[f32],
    output: &mut [f32],
    width: usize,
    channels: Range<usize>,
    keys: &mut Vec<f32>,
    scores: &mut Vec<f32>,
) {
    let length = output.len() / width;
    let depth = channels.len();
    let scale = 1.0 / (depth as f32).sqrt();
    // Keys transposed: one row per channel.
    keys.resize(depth * length, 0.0);
    for (position, row) in input.chunks_exact(3 * width).enumerate() {
        for (channel, &key) in row[width..][channels.clone()].iter().enumerate() {
            keys[channel * length + position] = key;
        }
    }
    scores.resize(length, 0.0);
    for (position, out) in output.chunks_exact_mut(width).enumerate() {
        let query = &input[position * 3 * width..][channels.clone()];
        scores.fill(0.0);
        for (&q, keys) in query.iter().zip(keys.chunks_exact(length)) {
            let q = q * scale;
            for (score, &key) in scores.iter_mut().zip(keys) {
                *score += q * key;
            }
        }
        math::softmax(scores);
        let out = &mut out[channels.clone()];
        out.fill(0.0);
        for (&score, row) in scores.iter().zip(input.chunks_exact(3 * width)) {
            for (o, &value) in out.iter_mut().zip(&row[2 * width..][channels.clone()]) {
                *o += score * value;
            }
        }
    }
}

impl HiddenStates for (&Encoder, &mut Workspace) {
    fn config(&self) -> &Config {
        &self.0.config
    }

    fn hidden_states(
        &mut self,
        sequences: &[&[u32]],
        layers: &[usize],
    ) -> Result<Vec<f32>, EncoderError> {
        self.0.encode(sequences, layers, self.1)
    }
}
