//! Runs a quantized encoder.
//!
//! Sentences of a batch are packed one after the other, never padded: linear
//! layers see one tall matrix, attention sees each sentence alone.

use sha2::{Digest, Sha256};

use super::attention::Attention;
use super::layer::{Embeddings, Layer, Norm, Observer};
use super::loader::EncoderLoader;
use super::quantized::Matrix;
use super::{Activation, Config, EncoderError, check_input};
use crate::int8::{Activations, Backend, Job, Kernel, multiply};
use crate::math;

/// Sequences go through all layers together until they have so many subwords:
/// more would push each other's numbers out of the processor's caches.
const GROUP_SUBWORDS: usize = 256;
/// Rows of the feed-forward layer that are expanded at a time: bounds the
/// widest buffer, which would otherwise be four times the hidden states.
const FEEDFORWARD_ROWS: usize = 128;

/// A quantized encoder, packed for the machine it runs on.
pub struct Encoder {
    config: Config,
    sha256: String,
    embeddings: Embeddings,
    layers: Vec<Layer>,
    backend: Backend,
}

/// Buffers that one run after another can use again.
#[derive(Default)]
pub struct Workspace {
    hidden: Vec<f32>,
    activations: Activations,
    attention_input: Vec<f32>,
    attention: Attention,
    context: Vec<f32>,
    expanded: Vec<f32>,
}

impl Encoder {
    pub(super) fn new(
        config: Config,
        sha256: String,
        embeddings: Embeddings,
        layers: Vec<Layer>,
    ) -> Self {
        Self {
            config,
            sha256,
            embeddings,
            layers,
            backend: Backend::default(),
        }
    }

    /// Reads a quantized encoder that is in memory as a whole.
    ///
    /// # Errors
    ///
    /// Bytes that are not such a file, of another version, or whose tensors do
    /// not fit the configuration or are not finite.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EncoderError> {
        let mut loader = EncoderLoader::default();
        loader.push(bytes)?;
        loader.finish(format!("{:x}", Sha256::digest(bytes)))
    }

    /// Tries the kernels that this machine can run, if more than one may be the
    /// fastest, for some hundredths of a second, and keeps the one that is.
    /// `now` is a clock in milliseconds.
    pub fn choose_kernel(&mut self, now: impl Fn() -> f64) {
        self.backend = Backend::fastest(now);
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

    pub(crate) fn kernel(&self) -> Backend {
        self.backend
    }

    /// [`HiddenStates::hidden_states`](super::HiddenStates::hidden_states), with the buffers handed in.
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
        self.encode_observed(sequences, layers, workspace, &mut ())
    }

    /// [`Encoder::encode`], somebody looking on.
    pub(super) fn encode_observed(
        &self,
        sequences: &[&[u32]],
        layers: &[usize],
        workspace: &mut Workspace,
        observer: &mut dyn Observer,
    ) -> Result<Vec<f32>, EncoderError> {
        check_input(&self.config, sequences, layers)?;
        let subwords: usize = sequences.iter().map(|sequence| sequence.len()).sum();
        let width = layers.len() * self.config.hidden;
        let mut states = vec![0.0; subwords * width];
        let (mut rest, mut sequences) = (states.as_mut_slice(), sequences);
        while !sequences.is_empty() {
            let mut subwords = 0;
            let fits = |sequence: &&&[u32]| {
                subwords += sequence.len();
                subwords <= GROUP_SUBWORDS
            };
            let count = sequences.iter().take_while(fits).count().max(1);
            let (group, others) = sequences.split_at(count);
            let subwords: usize = group.iter().map(|sequence| sequence.len()).sum();
            let (part, others_states) = rest.split_at_mut(subwords * width);
            self.encode_group(group, layers, workspace, part, observer);
            (sequences, rest) = (others, others_states);
        }
        Ok(states)
    }

    fn encode_group(
        &self,
        sequences: &[&[u32]],
        layers: &[usize],
        workspace: &mut Workspace,
        states: &mut [f32],
        observer: &mut dyn Observer,
    ) {
        let run = Run {
            encoder: self,
            sequences,
            layers,
        };
        self.backend.run((run, workspace, states, observer));
    }
}

/// One call of [`Encoder::encode`].
struct Run<'a> {
    encoder: &'a Encoder,
    sequences: &'a [&'a [u32]],
    layers: &'a [usize],
}

impl Job for (Run<'_>, &mut Workspace, &mut [f32], &mut dyn Observer) {
    type Output = ();

    #[inline(always)]
    unsafe fn run<K: Kernel>(self) {
        let (run, workspace, states, observer) = self;
        // SAFETY: as the caller has promised.
        unsafe { run.embed_all::<K>(workspace) };
        run.keep(0, &workspace.hidden, states);
        let last = run.layers.iter().copied().max().unwrap_or(0);
        for (index, layer) in run.encoder.layers[..last].iter().enumerate() {
            // SAFETY: as the caller has promised.
            unsafe {
                let mut see = |matrix, rows: &[f32]| observer.see(index, matrix, rows);
                run.attend::<K>(layer, workspace, &mut see);
                run.feed_forward::<K>(layer, workspace, &mut see);
            }
            run.keep(index + 1, &workspace.hidden, states);
        }
    }
}

impl Run<'_> {
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
    unsafe fn embed_all<K: Kernel>(&self, workspace: &mut Workspace) {
        let Workspace {
            hidden,
            activations,
            context,
            ..
        } = workspace;
        let Some(projection) = &self.encoder.embeddings.projection else {
            self.embed(hidden);
            return;
        };
        let config = &self.encoder.config;
        self.embed(context);
        activations.fill(context, config.embedding_width());
        hidden.resize(activations.rows().len() * config.hidden, 0.0);
        // SAFETY: as the caller has promised.
        unsafe { multiply::<K>(activations, projection, hidden, |_, new| new) };
    }

    #[inline(always)]
    fn embed(&self, hidden: &mut Vec<f32>) {
        let config = &self.encoder.config;
        let Embeddings {
            words,
            positions,
            norm,
            ..
        } = &self.encoder.embeddings;
        let width = config.embedding_width();
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
    unsafe fn attend<K: Kernel>(
        &self,
        layer: &Layer,
        workspace: &mut Workspace,
        see: &mut impl FnMut(Matrix, &[f32]),
    ) {
        let Workspace {
            hidden,
            activations,
            attention_input,
            context,
            attention,
            ..
        } = workspace;
        let Config {
            hidden: width,
            heads,
            ..
        } = self.encoder.config;
        let rows = hidden.len() / width;
        see(Matrix::Query, hidden);
        activations.fill_scaled(hidden, width, &layer.factors.attention);
        attention_input.resize(rows * 3 * width, 0.0);
        context.resize(rows * width, 0.0);
        let weights = &layer.attention_input;
        // SAFETY: as the caller has promised.
        unsafe { multiply::<K>(activations, weights, attention_input, |_, new| new) };
        let mut start = 0;
        for sequence in self.sequences {
            let length = sequence.len();
            let input = &attention_input[start * 3 * width..][..length * 3 * width];
            let output = &mut context[start * width..][..length * width];
            // SAFETY: as above.
            unsafe { attention.run::<K>(input, output, width, heads) };
            start += length;
        }
        see(Matrix::Output, context);
        activations.fill(context, width);
        // SAFETY: as above.
        unsafe {
            multiply::<K>(activations, &layer.attention_output, hidden, |old, new| {
                old + new
            })
        };
        self.norm(hidden, &layer.attention_norm);
    }

    #[inline(always)]
    unsafe fn feed_forward<K: Kernel>(
        &self,
        layer: &Layer,
        workspace: &mut Workspace,
        see: &mut impl FnMut(Matrix, &[f32]),
    ) {
        let Workspace {
            hidden,
            activations,
            expanded,
            ..
        } = workspace;
        let Config {
            hidden: width,
            intermediate,
            activation,
            ..
        } = self.encoder.config;
        let all = hidden.len() / width;
        let rows = all.div_ceil(all.div_ceil(FEEDFORWARD_ROWS));
        for rows in hidden.chunks_mut(rows * width) {
            see(Matrix::Expand, rows);
            activations.fill_scaled(rows, width, &layer.factors.expand);
            expanded.resize(rows.len() / width * intermediate, 0.0);
            let expand = &layer.expand;
            // SAFETY: as the caller has promised.
            unsafe {
                match activation {
                    Activation::Gelu => {
                        multiply::<K>(activations, expand, expanded, |_, new| math::gelu(new));
                    }
                    Activation::GeluTanh => {
                        multiply::<K>(activations, expand, expanded, |_, new| math::gelu_tanh(new));
                    }
                    Activation::Relu => {
                        multiply::<K>(activations, expand, expanded, |_, new| new.max(0.0));
                    }
                }
            }
            see(Matrix::Contract, expanded);
            activations.fill_scaled(expanded, intermediate, &layer.factors.contract);
            // SAFETY: as above.
            unsafe { multiply::<K>(activations, &layer.contract, rows, |old, new| old + new) };
        }
        self.norm(hidden, &layer.feedforward_norm);
    }

    #[inline(always)]
    fn norm(&self, hidden: &mut [f32], norm: &Norm) {
        let Config {
            hidden: width,
            norm_epsilon,
            ..
        } = self.encoder.config;
        for row in hidden.chunks_exact_mut(width) {
            math::layer_norm(row, &norm.weight, &norm.bias, norm_epsilon);
        }
    }
}
