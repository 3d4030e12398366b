//! The feature cache: the encoder runs once over a corpus, its features stay
//! on disk in f16 and are memory-mapped from then on.
//!
//! A cache entry is a folder named by the sha256 of all that the features
//! depend on. `features.f16` holds `[words, layers * hidden]` in corpus order,
//! `subwords.u16` the number of subwords per word, `done` the number of
//! sentences whose features are on disk: a killed run goes on from there.

use std::fs::{File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use half::f16;
use half::slice::HalfFloatSliceExt;
use memmap2::Mmap;
use nerite::{Subwords, Workspace};
use nerite_encoders::Quantized;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::corpus::Corpus;
use crate::files::{self, LockedFolder};
use crate::progress;

/// Increased when the same inputs would give other features.
const ENGINE: &str = "3";
/// What is computed, written and noted at a time, in sentences: at most this
/// much is lost when a run is killed.
const CHUNK_SENTENCES: usize = 512;
/// Sentences of like length go to the encoder together, about so many subwords.
const BATCH_SUBWORDS: usize = 512;

/// A corpus's features, on disk.
pub struct Features {
    map: Option<Mmap>,
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
        let all: Vec<usize> = (0..=encoder.encoder.config().layers).collect();
        if layers != all && Entry::is_complete(corpus, encoder, &all)? {
            let mut features = Self::of(corpus, encoder, &all)?;
            features.chosen = Some(layers.to_vec());
            return Ok(features);
        }
        let folder =
            LockedFolder::take(&Entry::folder(corpus, encoder, layers)?, progress::waiting)?;
        let hidden = encoder.encoder.config().hidden;
        let width = layers.len() * hidden;
        let mut starts = vec![0];
        for sentence in &corpus.sentences {
            starts.push(starts[starts.len() - 1] + sentence.words.len());
        }
        let entry = Entry::in_folder(&folder.join(""));
        entry.complete(corpus, encoder, layers, width, &starts)?;
        let words = starts[starts.len() - 1];
        let subwords = std::fs::read(&entry.subwords)?;
        let file = File::open(&entry.features)?;
        ensure!(
            subwords.len() == words * 2 && file.metadata()?.len() == (words * width * 2) as u64,
            "{}: the cached features are damaged; delete that folder",
            folder.join("").display()
        );
        let map = if words == 0 {
            None
        } else {
            // SAFETY: entries are never written again once complete, and only
            // Nerite knows them; a file cut short from outside ends the process.
            Some(unsafe { Mmap::map(&file)? })
        };
        let two = |two: &[u8]| u16::from_le_bytes([two[0], two[1]]);
        Ok(Self {
            map,
            subwords: subwords.chunks_exact(2).map(two).collect(),
            starts,
            width,
            chosen: None,
            hidden,
        })
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
    pub fn append(&self, sentence: usize, rows: &mut Vec<f32>) {
        let (from, to) = (self.starts[sentence], self.starts[sentence + 1]);
        let Some(map) = &self.map else { return };
        let bytes = &map[from * self.width * 2..to * self.width * 2];
        let two = |two: &[u8]| f16::from_le_bytes([two[0], two[1]]);
        let halves = |bytes: &[u8]| -> Vec<f16> { bytes.chunks_exact(2).map(two).collect() };
        let halves = match &self.chosen {
            None => halves(bytes),
            Some(layers) => bytes
                .chunks_exact(self.width * 2)
                .flat_map(|word| {
                    layers
                        .iter()
                        .map(move |layer| (word, layer * self.hidden * 2))
                })
                .flat_map(|(word, at)| halves(&word[at..][..self.hidden * 2]))
                .collect(),
        };
        let start = rows.len();
        rows.resize(start + halves.len(), 0.0);
        halves.convert_to_f32_slice(&mut rows[start..]);
    }
}

/// The name of a cache entry.
fn key(corpus: &Corpus, encoder: &Quantized, layers: &[usize]) -> String {
    let mut digest = Sha256::new();
    digest.update(format!(
        "{ENGINE} {} {layers:?}\n",
        encoder.encoder.sha256()
    ));
    digest.update(Sha256::digest(&encoder.tokenizer_json));
    for sentence in &corpus.sentences {
        digest.update((sentence.words.len() as u64).to_le_bytes());
        for word in &sentence.words {
            digest.update((word.len() as u64).to_le_bytes());
            digest.update(word);
        }
    }
    format!("{:x}", digest.finalize())
}

/// The files of a cache entry.
struct Entry {
    features: PathBuf,
    subwords: PathBuf,
    done: PathBuf,
}

impl Entry {
    fn in_folder(folder: &Path) -> Self {
        Self {
            features: folder.join("features.f16"),
            subwords: folder.join("subwords.u16"),
            done: folder.join("done"),
        }
    }

    fn folder(corpus: &Corpus, encoder: &Quantized, layers: &[usize]) -> Result<PathBuf> {
        let key = key(corpus, encoder, layers);
        Ok(files::cache_folder()?.join("features").join(key))
    }

    /// Whether all of these features are on disk.
    fn is_complete(corpus: &Corpus, encoder: &Quantized, layers: &[usize]) -> Result<bool> {
        let entry = Self::in_folder(&Self::folder(corpus, encoder, layers)?);
        let done = std::fs::read_to_string(&entry.done).unwrap_or_default();
        Ok(done == corpus.sentences.len().to_string())
    }

    fn complete(
        &self,
        corpus: &Corpus,
        encoder: &Quantized,
        layers: &[usize],
        width: usize,
        starts: &[usize],
    ) -> Result<()> {
        let total = corpus.sentences.len();
        let mut done = self.done(starts, width);
        if done == total {
            return Ok(());
        }
        let mut features = open(&self.features)?;
        let mut subwords = open(&self.subwords)?;
        let bar = progress::bar("encoding", "words", starts[total] as u64);
        if done > 0 {
            bar.note(&format!(
                "Going on after {done} of {total} sentences encoded by an earlier run."
            ));
        }
        // Only words done in this run say how fast it goes.
        bar.reset_eta();
        bar.set_position(starts[done] as u64);
        while done < total {
            let end = total.min(done + CHUNK_SENTENCES);
            let chunk = encode(corpus, done..end, encoder, layers)
                .with_context(|| format!("{}: sentences {} to {end}", corpus.name, done + 1))?;
            let write = |file: &mut File, at: usize, bytes: &[u8]| -> std::io::Result<()> {
                file.seek(SeekFrom::Start(at as u64))?;
                file.write_all(bytes)?;
                file.sync_data()
            };
            write(&mut features, starts[done] * width * 2, &chunk.features)
                .with_context(|| format!("cannot write {}", self.features.display()))?;
            write(&mut subwords, starts[done] * 2, &chunk.subwords)
                .with_context(|| format!("cannot write {}", self.subwords.display()))?;
            done = end;
            files::write_whole(&self.done, done.to_string().as_bytes())?;
            bar.set_position(starts[done] as u64);
        }
        bar.finish_and_clear();
        Ok(())
    }

    /// Sentences that are on disk: what was noted, if the files hold as much.
    fn done(&self, starts: &[usize], width: usize) -> usize {
        let text = std::fs::read_to_string(&self.done).unwrap_or_default();
        let noted = text
            .parse()
            .ok()
            .filter(|done| *done < starts.len())
            .unwrap_or(0);
        let holds = |path: &Path, bytes: usize| {
            std::fs::metadata(path).is_ok_and(|file| file.len() >= (starts[noted] * bytes) as u64)
        };
        // A finished entry of another length is damaged, which `Features::of`
        // tells; an unfinished one is begun again.
        let whole = noted + 1 == starts.len();
        if whole || holds(&self.features, width * 2) && holds(&self.subwords, 2) {
            noted
        } else {
            0
        }
    }
}

fn open(path: &Path) -> Result<File> {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .with_context(|| format!("cannot write {}", path.display()))
}

/// What one chunk adds to the two files.
struct Chunk {
    features: Vec<u8>,
    subwords: Vec<u8>,
}

/// Encodes sentences on all cores, those of like length together.
fn encode(
    corpus: &Corpus,
    sentences: std::ops::Range<usize>,
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
