//! The feature cache: the encoder runs once over a corpus, its features stay
//! on disk in f16 and are read from there, a sentence at a time.
//!
//! A cache entry is a folder named by the sha256 of all that the features
//! depend on. `features.f16` holds `[words, layers * hidden]` in corpus order,
//! `subwords.u16` the number of subwords per word, `done` the number of
//! sentences whose features are on disk: a killed run goes on from there. The
//! folder may be removed at any time. Files are not mapped: a file cut by
//! somebody else would end the process.

mod encode;
mod entry;

use std::cell::RefCell;

use anyhow::{Context, Result};
use half::f16;
use half::slice::HalfFloatSliceExt;
use nerite_encoders::Quantized;

use crate::corpus::Corpus;
use crate::files;
use entry::{Files, Wanted};

/// A corpus's features, on disk.
pub struct Features {
    files: Files,
    subwords: Vec<u16>,
    /// The first word of each sentence, and the number of words at the end.
    starts: Vec<usize>,
    width: usize,
    /// The layers of each word on disk that are asked for, if not all are.
    chosen: Option<Vec<usize>>,
    /// Numbers of a layer.
    hidden: usize,
}

impl Features {
    /// Computes the features of `corpus`, or goes on where a killed run
    /// stopped, or finds them finished, alone or among those of all layers.
    /// Another run on the same features is waited for. `layers` are numbered
    /// from 0, the embeddings.
    ///
    /// # Errors
    ///
    /// A disk that fails or is full, or an encoder that refuses the input.
    pub fn of(corpus: &Corpus, encoder: &Quantized, layers: &[usize]) -> Result<Self> {
        let all = all_layers(encoder);
        if layers != all {
            let wanted = Wanted::new(corpus, encoder, &all)?;
            if wanted.is_complete() {
                let mut features = Self::open(wanted, encoder)?;
                features.chosen = Some(layers.to_vec());
                return Ok(features);
            }
        }
        Self::open(Wanted::new(corpus, encoder, layers)?, encoder)
    }

    fn open(wanted: Wanted<'_>, encoder: &Quantized) -> Result<Self> {
        let files = wanted.complete()?;
        let words = wanted.starts[wanted.starts.len() - 1];
        Ok(Self {
            subwords: files.read_subwords(words)?,
            files,
            width: wanted.width,
            starts: wanted.starts,
            chosen: None,
            hidden: encoder.encoder.config().hidden,
        })
    }

    /// The bytes that [`of`](Self::of) would write.
    ///
    /// # Errors
    ///
    /// A user without a cache folder.
    pub fn missing_bytes(corpus: &Corpus, encoder: &Quantized, layers: &[usize]) -> Result<u64> {
        let all = all_layers(encoder);
        if layers != all && Wanted::new(corpus, encoder, &all)?.is_complete() {
            return Ok(0);
        }
        Ok(Wanted::new(corpus, encoder, layers)?.missing())
    }

    /// Numbers per word: layers times hidden width.
    pub fn width(&self) -> usize {
        let chosen = self.chosen.as_ref();
        chosen.map_or(self.width, |layers| layers.len() * self.hidden)
    }

    /// Subwords of each word of a sentence; 0 where the vocabulary drops all
    /// of a word.
    pub fn subwords(&self, sentence: usize) -> &[u16] {
        &self.subwords[self.starts[sentence]..self.starts[sentence + 1]]
    }

    /// Appends the features of a sentence, `[words, width]`, to `rows`.
    ///
    /// # Errors
    ///
    /// A file that somebody has cut, or a disk that fails.
    pub fn append(&self, sentence: usize, rows: &mut Vec<f32>) -> Result<()> {
        let words = self.starts[sentence + 1] - self.starts[sentence];
        let at = (self.starts[sentence] * self.width * 2) as u64;
        let start = rows.len();
        rows.resize(start + words * self.width(), 0.0);
        let rows = &mut rows[start..];
        HALVES.with_borrow_mut(|halves| {
            if halves.len() < words * self.width {
                halves.resize(words * self.width, f16::ZERO);
            }
            let halves = &mut halves[..words * self.width];
            files::read_exact_at(&self.files.features, bytemuck::cast_slice_mut(halves), at)
                .with_context(|| self.files.damaged())?;
            for half in &mut *halves {
                *half = f16::from_bits(u16::from_le(half.to_bits()));
            }
            let Some(layers) = &self.chosen else {
                halves.convert_to_f32_slice(rows);
                return Ok(());
            };
            let rows = rows.chunks_exact_mut(layers.len() * self.hidden);
            for (word, row) in halves.chunks_exact(self.width).zip(rows) {
                for (layer, row) in layers.iter().zip(row.chunks_exact_mut(self.hidden)) {
                    word[layer * self.hidden..][..self.hidden].convert_to_f32_slice(row);
                }
            }
            Ok(())
        })
    }
}

thread_local! {
    /// A sentence as it is on disk: no memory is taken anew for each.
    static HALVES: RefCell<Vec<f16>> = const { RefCell::new(Vec::new()) };
}

/// The embeddings and every layer's output.
fn all_layers(encoder: &Quantized) -> Vec<usize> {
    (0..=encoder.encoder.config().layers).collect()
}
