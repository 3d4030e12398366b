//! All hidden states of given sentences, for users who want the vectors
//! elsewhere and for comparing encoders.

use std::path::Path;

use anyhow::{Context, Result};
use nerite::{HiddenStates, Subwords, features};
use nerite_encoders::Source;
use rayon::prelude::*;
use safetensors::Dtype;
use safetensors::tensor::TensorView;

use crate::files;
use crate::progress;

/// Which numbers an encoder computes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Precision {
    /// The quantized encoder.
    Int8,
    /// The original weights.
    F32,
}

/// How words are spelled for the encoder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Spelling {
    /// As they are written, which is what Hugging Face's libraries see
    #[default]
    Written,
    /// Typographic marks as plain ones, which is what heads are fitted to
    Plain,
}

/// Hidden states of words.
pub struct Vectors {
    /// `[words, states, hidden]`.
    features: Vec<f32>,
    sentence: Vec<i64>,
    word: Vec<i64>,
    subwords: Vec<i64>,
    /// Hidden states per word: one more than the encoder has layers.
    pub states: usize,
    /// Width of a hidden state.
    pub hidden: usize,
}

/// Fails if `path` cannot be written: better known before the work.
///
/// # Errors
///
/// Names the path.
pub fn check_writable(path: &Path) -> Result<()> {
    files::check_writable(path)
}

/// Sentences to encode before the progress moves.
const CHUNK_SENTENCES: usize = 64;

impl Vectors {
    /// Encodes sentences of words, in the given spelling, for a file at `out`.
    ///
    /// # Errors
    ///
    /// An encoder that cannot be read or refuses the input, or a disk without
    /// room for the file, which is told before the work begins.
    pub fn of(
        sentences: &[Vec<String>],
        source: &Source,
        precision: Precision,
        spelling: Spelling,
        out: &Path,
    ) -> Result<Self> {
        let config = source.config()?;
        let layers: Vec<usize> = (0..=config.layers).collect();
        let tokenizer = nerite::Tokenizer::from_bytes(&source.tokenizer()?, config.vocabulary)?;
        let mut vectors = Self {
            features: Vec::new(),
            sentence: Vec::new(),
            word: Vec::new(),
            subwords: Vec::new(),
            states: layers.len(),
            hidden: config.hidden,
        };
        let subwords = |words: &Vec<String>| {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            match spelling {
                Spelling::Written => Subwords::as_written(&tokenizer, &words, config.window),
                Spelling::Plain => Subwords::new(&tokenizer, &words, config.window),
            }
        };
        let subwords: Vec<Subwords> = sentences
            .par_iter()
            .map(subwords)
            .collect::<Result<_, _>>()?;
        for (sentence, subwords) in subwords.iter().enumerate() {
            for (word, &count) in subwords.counts.iter().enumerate() {
                vectors.sentence.push(sentence as i64);
                vectors.word.push(word as i64);
                vectors.subwords.push(count.into());
            }
        }
        let per_word = 4 * vectors.states * vectors.hidden + 3 * 8;
        files::ensure_free(out, vectors.words() as u64 * per_word as u64)
            .context("there is not room enough for the vectors")?;
        let bar = progress::bar("encoding", "sentences", sentences.len() as u64);
        let mut add = |encoder: &mut dyn HiddenStates| -> Result<()> {
            for chunk in subwords.chunks(CHUNK_SENTENCES) {
                let chunk: Vec<&Subwords> = chunk.iter().collect();
                vectors.features.extend(features(encoder, &chunk, &layers)?);
                bar.inc(chunk.len() as u64);
            }
            Ok(())
        };
        match precision {
            Precision::Int8 => {
                let quantized = source.quantized(&progress::of_encoders())?;
                add(&mut nerite::Int8::from(quantized.encoder))?;
            }
            Precision::F32 => add(&mut source.full_precision(&layers)?)?,
        }
        bar.finish_and_clear();
        Ok(vectors)
    }

    /// The number of words.
    pub fn words(&self) -> usize {
        self.word.len()
    }

    /// Writes a safetensors file: `features` F32 `[words, states, hidden]`,
    /// and `sentence`, `word`, `subwords` I64 `[words]`.
    ///
    /// # Errors
    ///
    /// A disk that fails.
    pub fn write(&self, path: &Path) -> Result<()> {
        let features: Vec<u8> = self.features.iter().flat_map(|x| x.to_le_bytes()).collect();
        let integers = [
            ("sentence", &self.sentence),
            ("subwords", &self.subwords),
            ("word", &self.word),
        ]
        .map(|(name, values)| {
            (
                name,
                values
                    .iter()
                    .flat_map(|x| x.to_le_bytes())
                    .collect::<Vec<u8>>(),
            )
        });
        let shape = vec![self.words(), self.states, self.hidden];
        let mut views = vec![("features", TensorView::new(Dtype::F32, shape, &features)?)];
        for (name, bytes) in &integers {
            views.push((
                *name,
                TensorView::new(Dtype::I64, vec![self.words()], bytes)?,
            ));
        }
        files::write_whole(path, &safetensors::serialize(views, None)?)
    }
}
