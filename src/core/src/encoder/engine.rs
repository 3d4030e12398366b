//! Runs a quantized encoder.
//!
//! Sentences of a batch are packed one after the other, never padded: linear
//! layers see one tall matrix, attention sees each sentence alone.

use super::activations::Activations;
use super::attention::Attention;
use super::kernels::{self, Kernel};
use super::loader::EncoderLoader;
use super::math;
use super::matmul::multiply;
use super::packed::Packed;
use super::quantized::Rows;
use super::{Activation, Config, EncoderError, HiddenStates, check_input};

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

pub(super) struct Embeddings {
    pub(super) words: Rows,
    pub(super) positions: Rows,
    pub(super) norm: Norm,
}

pub(super) struct Norm {
    pub(super) weight: Vec<f32>,
    pub(super) bias: Vec<f32>,
}

pub(super) struct Layer {
    /// Query, key and value side by side: one matmul.
    pub(super) attention_input: Packed,
    pub(super) attention_output: Packed,
    pub(super) attention_norm: Norm,
    pub(super) expand: Packed,
    pub(super) contract: Packed,
    pub(super) feedforward_norm: Norm,
}

/// The kernel that a run uses.
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
    #[cfg(all(target_feature = "simd128", not(target_feature = "relaxed-simd")))]
    Simd128,
    #[cfg(target_feature = "relaxed-simd")]
    Relaxed,
    #[cfg(target_feature = "relaxed-simd")]
    RelaxedPairs,
}

impl Backend {
    /// Those that this machine can run. Which is fastest is known of native
    /// ones: the first. In a browser it takes a trial ([`Encoder::choose_kernel`]).
    fn candidates() -> Vec<Self> {
        #[cfg(target_arch = "x86_64")]
        {
            if kernels::Avx512Vnni::available() {
                return vec![Self::Avx512Vnni];
            }
            if std::is_x86_feature_detected!("avx2") {
                return vec![Self::Avx2];
            }
        }
        #[cfg(all(target_feature = "simd128", not(target_feature = "relaxed-simd")))]
        return vec![Self::Simd128];
        #[cfg(target_feature = "relaxed-simd")]
        return vec![Self::Relaxed, Self::RelaxedPairs];
        #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
        vec![Self::Scalar]
    }

    fn name(self) -> &'static str {
        match self {
            Self::Scalar => kernels::Scalar::NAME,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => kernels::Avx2::NAME,
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Vnni => kernels::Avx512Vnni::NAME,
            #[cfg(all(target_feature = "simd128", not(target_feature = "relaxed-simd")))]
            Self::Simd128 => kernels::Simd128::NAME,
            #[cfg(target_feature = "relaxed-simd")]
            Self::Relaxed => kernels::Relaxed::NAME,
            #[cfg(target_feature = "relaxed-simd")]
            Self::RelaxedPairs => kernels::RelaxedPairs::NAME,
        }
    }
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
            backend: Backend::candidates()[0],
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
        loader.finish()
    }

    /// Tries the kernels that this machine can run, if more than one may be the
    /// fastest, for some hundredths of a second, and keeps the one that is.
    /// `now` is a clock in milliseconds.
    pub fn choose_kernel(&mut self, now: impl Fn() -> f64) {
        /// Long enough for an engine to optimize the code under trial.
        const MILLISECONDS: f64 = 40.0;
        const SUBWORDS: usize = 24;
        let candidates = Backend::candidates();
        if candidates.len() < 2 {
            return;
        }
        let ids = vec![0; SUBWORDS.min(self.config.window)];
        let layers = [self.config.layers.min(1)];
        let mut workspace = Workspace::default();
        let mut best = (f64::INFINITY, self.backend);
        let start = now();
        while now() - start < MILLISECONDS {
            // In turns, and the least time of each counts: what disturbs one
            // disturbs the other.
            for &backend in &candidates {
                self.backend = backend;
                let start = now();
                let run = self.encode(&[&ids], &layers, &mut workspace);
                let time = now() - start;
                if run.is_ok() && time < best.0 {
                    best = (time, backend);
                }
            }
        }
        self.backend = best.1;
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
            self.encode_group(group, layers, workspace, part);
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
    ) {
        let run = Run {
            encoder: self,
            sequences,
            layers,
        };
        // SAFETY: `Backend::candidates` found the instructions on this machine.
        unsafe {
            match self.backend {
                Backend::Scalar => run.forward::<kernels::Scalar>(workspace, states),
                #[cfg(target_arch = "x86_64")]
                Backend::Avx2 => run.forward_avx2(workspace, states),
                #[cfg(target_arch = "x86_64")]
                Backend::Avx512Vnni => run.forward_avx512(workspace, states),
                #[cfg(all(target_feature = "simd128", not(target_feature = "relaxed-simd")))]
                Backend::Simd128 => run.forward::<kernels::Simd128>(workspace, states),
                #[cfg(target_feature = "relaxed-simd")]
                Backend::Relaxed => run.forward::<kernels::Relaxed>(workspace, states),
                #[cfg(target_feature = "relaxed-simd")]
                Backend::RelaxedPairs => run.forward::<kernels::RelaxedPairs>(workspace, states),
            }
        }
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
        // SAFETY: whoever calls this has checked for the instructions.
        unsafe { self.forward::<kernels::Avx2>(workspace, states) };
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
    fn forward_avx512(&self, workspace: &mut Workspace, states: &mut [f32]) {
        // SAFETY: as above.
        unsafe { self.forward::<kernels::Avx512Vnni>(workspace, states) };
    }

    #[inline(always)]
    unsafe fn forward<K: Kernel>(&self, workspace: &mut Workspace, states: &mut [f32]) {
        self.embed(&mut workspace.hidden);
        self.keep(0, &workspace.hidden, states);
        let last = self.layers.iter().copied().max().unwrap_or(0);
        for (index, layer) in self.encoder.layers[..last].iter().enumerate() {
            // SAFETY: whoever calls this has checked for the instructions.
            unsafe {
                self.attend::<K>(layer, workspace);
                self.feed_forward::<K>(layer, workspace);
            }
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
        let config = &self.encoder.config;
        let Embeddings {
            words,
            positions,
            norm,
        } = &self.encoder.embeddings;
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
    unsafe fn attend<K: Kernel>(&self, layer: &Layer, workspace: &mut Workspace) {
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
        activations.fill(hidden, width);
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
    unsafe fn feed_forward<K: Kernel>(&self, layer: &Layer, workspace: &mut Workspace) {
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
            activations.fill(rows, width);
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
            activations.fill(expanded, intermediate);
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
