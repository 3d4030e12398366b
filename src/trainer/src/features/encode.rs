//! Running the encoder over some sentences of a corpus.

use std::ops::Range;

use anyhow::Result;
use half::f16;
use half::slice::HalfFloatSliceExt;
use nerite::{Subwords, Workspace};
use nerite_encoders::Quantized;
use rayon::prelude::*;

use crate::corpus::Corpus;

/// Sentences of like length go to the encoder together, about so many subwords.
const BATCH_SUBWORDS: usize = 512;

/// What one chunk adds to the two files.
pub(super) struct Chunk {
    pub(super) features: Vec<u8>,
    pub(super) subwords: Vec<u8>,
}

/// Encodes sentences on all cores, those of like length together.
pub(super) fn encode(
    corpus: &Corpus,
    sentences: Range<usize>,
    encoder: &Quantized,
    layers: &[usize],
) -> Result<Chunk> {
    let window = encoder.encoder.config().window;
    let tokenized: Vec<Subwords> = corpus.sentences[sentences]
        .par_iter()
        .map(|sentence| {
            let words: Vec<&str> = sentence.words.iter().map(String::as_str).collect();
            Subwords::new(&encoder.tokenizer, &words, window)
        })
        .collect::<Result<_, _>>()?;
    let mut order: Vec<usize> = (0..tokenized.len()).collect();
    order.sort_by_key(|&sentence| tokenized[sentence].cost());
    let mut batches: Vec<&[usize]> = Vec::new();
    let mut rest = order.as_slice();
    while !rest.is_empty() {
        let mut cost = 0;
        let fits = |sentence: &&usize| {
            cost += tokenized[**sentence].cost();
            cost <= BATCH_SUBWORDS
        };
        let count = rest.iter().take_while(fits).count().max(1);
        let (batch, after) = rest.split_at(count);
        batches.push(batch);
        rest = after;
    }
    let encoded: Vec<Vec<f32>> = batches
        .par_iter()
        // The longest first: no core is left with a long batch at the end.
        .rev()
        .map_init(Workspace::default, |workspace, batch| {
            let sentences: Vec<&Subwords> =
                batch.iter().map(|&sentence| &tokenized[sentence]).collect();
            nerite::features(&mut (&encoder.encoder, workspace), &sentences, layers)
        })
        .collect::<Result<_, _>>()?;
    let width = layers.len() * encoder.encoder.config().hidden;
    let mut by_sentence: Vec<&[f32]> = vec![&[]; tokenized.len()];
    for (batch, features) in batches.iter().rev().zip(&encoded) {
        let mut at = 0;
        for &sentence in *batch {
            let length = tokenized[sentence].counts.len() * width;
            by_sentence[sentence] = &features[at..at + length];
            at += length;
        }
    }
    let mut chunk = Chunk {
        features: Vec::new(),
        subwords: Vec::new(),
    };
    let mut halves = Vec::new();
    for (features, sentence) in by_sentence.into_iter().zip(&tokenized) {
        halves.resize(features.len(), f16::ZERO);
        halves.convert_from_f32_slice(features);
        chunk
            .features
            .extend(halves.iter().flat_map(|x| x.to_le_bytes()));
        let counts = sentence
            .counts
            .iter()
            .map(|&count| u16::try_from(count).unwrap_or(u16::MAX));
        chunk.subwords.extend(counts.flat_map(u16::to_le_bytes));
    }
    Ok(chunk)
}
