//! An entry of the feature cache on disk.

use std::fs::{File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use nerite_encoders::Quantized;
use sha2::{Digest, Sha256};

use super::encode::encode;
use crate::corpus::Corpus;
use crate::files::{self, Bytes, LockedFolder};
use crate::progress;

/// Increased when the same inputs would give other features.
const ENGINE: &str = "4";
/// What is computed, written and noted at a time, in sentences: at most this
/// much is lost when a run is killed.
const CHUNK_SENTENCES: usize = 512;
/// Smaller entries than this are not spoken of.
const WORTH_TELLING: u64 = 50_000_000;

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

/// Which features of which corpus an entry holds, and how large its files are.
pub(super) struct Wanted<'a> {
    corpus: &'a Corpus,
    encoder: &'a Quantized,
    layers: &'a [usize],
    /// Numbers per word.
    pub(super) width: usize,
    /// The first word of each sentence, and the number of words at the end.
    pub(super) starts: Vec<usize>,
    folder: PathBuf,
}

/// The open files of an entry.
pub(super) struct Files {
    pub(super) features: File,
    pub(super) subwords: File,
    /// Where they were, for messages.
    pub(super) folder: PathBuf,
}

impl<'a> Wanted<'a> {
    pub(super) fn new(
        corpus: &'a Corpus,
        encoder: &'a Quantized,
        layers: &'a [usize],
    ) -> Result<Self> {
        let mut starts = vec![0];
        for sentence in &corpus.sentences {
            starts.push(starts[starts.len() - 1] + sentence.words.len());
        }
        let key = key(corpus, encoder, layers);
        Ok(Self {
            corpus,
            encoder,
            layers,
            width: layers.len() * encoder.encoder.config().hidden,
            starts,
            folder: files::cache::folder()?.join("features").join(key),
        })
    }

    fn total(&self) -> usize {
        self.corpus.sentences.len()
    }

    /// The bytes of both files after so many sentences.
    fn bytes(&self, sentences: usize) -> [u64; 2] {
        let words = self.starts[sentences] as u64;
        [words * self.width as u64 * 2, words * 2]
    }

    fn paths(&self) -> [PathBuf; 2] {
        ["features.f16", "subwords.u16"].map(|name| self.folder.join(name))
    }

    /// How many sentences are on disk: what was noted, if the files hold as
    /// much, and no more once they are finished; else none.
    pub(super) fn done(&self) -> usize {
        let text = std::fs::read_to_string(self.folder.join("done")).unwrap_or_default();
        let noted = text.parse().ok().filter(|done| *done <= self.total());
        let noted = noted.unwrap_or(0);
        let holds = |(path, bytes): (PathBuf, u64)| {
            let length = std::fs::metadata(path).map(|file| file.len());
            length.is_ok_and(|length| match noted == self.total() {
                true => length == bytes,
                false => length >= bytes,
            })
        };
        match self.paths().into_iter().zip(self.bytes(noted)).all(holds) {
            true => noted,
            false => 0,
        }
    }

    /// Whether all of these features are on disk.
    pub(super) fn is_complete(&self) -> bool {
        self.total() > 0 && self.done() == self.total()
    }

    /// Bytes that are still to be written.
    pub(super) fn missing(&self) -> u64 {
        let [all, done] = [self.total(), self.done()].map(|count| self.bytes(count));
        all[0] + all[1] - done[0] - done[1]
    }

    /// Encodes what is not on disk yet, and opens the files. Another run on the
    /// same features is waited for.
    pub(super) fn complete(&self) -> Result<Files> {
        let folder = LockedFolder::take(&self.folder, progress::waiting)?;
        let mut done = self.done();
        let total = self.total();
        let mut files = self.open(done)?;
        if done == total {
            return Ok(files);
        }
        let missing = self.missing();
        files::ensure_free(&self.folder, missing)
            .context("there is not room enough for the features; `nerite cache --help` says how to make some")?;
        let bar = progress::bar("encoding", "words", self.starts[total] as u64);
        if missing >= WORTH_TELLING {
            bar.note(&format!(
                "The features take {} in {}.",
                Bytes(self.bytes(total).iter().sum()),
                self.folder.display()
            ));
        }
        if done > 0 {
            bar.note(&format!(
                "Going on after {done} of {total} sentences encoded by an earlier run."
            ));
        }
        files::cache::describe(&folder, &self.about())?;
        // Only words done in this run say how fast it goes.
        bar.reset_eta();
        bar.set_position(self.starts[done] as u64);
        let mut is_kept = true;
        while done < total {
            let end = total.min(done + CHUNK_SENTENCES);
            let chunk =
                encode(self.corpus, done..end, self.encoder, self.layers).with_context(|| {
                    format!("{}: sentences {} to {end}", self.corpus.name, done + 1)
                })?;
            let [features, subwords] = self.paths();
            for (file, path, at, bytes) in [
                (&mut files.features, &features, 0, &chunk.features),
                (&mut files.subwords, &subwords, 1, &chunk.subwords),
            ] {
                write_at(file, self.bytes(done)[at], bytes)
                    .with_context(|| format!("cannot write {}", path.display()))?;
            }
            done = end;
            // Of files that somebody has removed, nothing must be noted: the
            // note alone would be believed. This run has them still open.
            let is_there = folder.is_there()
                && files::is_at(&files.features, &features)
                && files::is_at(&files.subwords, &subwords);
            if is_there {
                files::write_whole(&self.folder.join("done"), done.to_string().as_bytes())?;
            } else if is_kept {
                is_kept = false;
                bar.note(
                    "The cache was removed meanwhile: this run goes on, but the next one has to \
                     encode again.",
                );
            }
            bar.set_position(self.starts[done] as u64);
        }
        bar.finish_and_clear();
        Ok(files)
    }

    /// Opens the files, of which what belongs to the first sentences counts.
    fn open(&self, sentences: usize) -> Result<Files> {
        let [features, subwords] = self.paths();
        if sentences == 0 && features.exists() && self.folder.join("done").exists() {
            progress::say(&format!(
                "{}: found files of other sizes than was noted; the corpus is encoded again.",
                self.folder.display()
            ));
            // Before the files, so that it never speaks of others.
            std::fs::remove_file(self.folder.join("done"))?;
        }
        let open = |path: &Path, bytes: u64| -> Result<File> {
            let mut options = OpenOptions::new();
            options.create(true).truncate(false).read(true).write(true);
            let open = || -> std::io::Result<File> {
                let file = options.open(path)?;
                file.set_len(bytes)?;
                Ok(file)
            };
            open().with_context(|| format!("cannot write {}", path.display()))
        };
        let [features_bytes, subwords_bytes] = self.bytes(sentences);
        Ok(Files {
            features: open(&features, features_bytes)?,
            subwords: open(&subwords, subwords_bytes)?,
            folder: self.folder.clone(),
        })
    }

    /// What the entry is of, for people.
    fn about(&self) -> String {
        let name = Path::new(&self.corpus.name).file_name().unwrap_or_default();
        format!(
            "{}, {} sentences, {} words, layers {:?} of width {}",
            name.to_string_lossy(),
            self.total(),
            self.starts[self.total()],
            self.layers,
            self.encoder.encoder.config().hidden
        )
    }
}

impl Files {
    /// The number of subwords of every word.
    pub(super) fn read_subwords(&self, words: usize) -> Result<Vec<u16>> {
        let mut bytes = vec![0; words * 2];
        files::read_exact_at(&self.subwords, &mut bytes, 0).with_context(|| self.damaged())?;
        let length = self.subwords.metadata()?.len();
        ensure!(length == bytes.len() as u64, "{}", self.damaged());
        let two = |two: &[u8]| u16::from_le_bytes([two[0], two[1]]);
        Ok(bytes.chunks_exact(2).map(two).collect())
    }

    /// What is said where a file is shorter than it was.
    pub(super) fn damaged(&self) -> String {
        format!(
            "{}: the cached features were cut while they were in use; the same command encodes \
             them again",
            self.folder.display()
        )
    }
}

fn write_at(file: &mut File, at: u64, bytes: &[u8]) -> std::io::Result<()> {
    file.seek(SeekFrom::Start(at))?;
    file.write_all(bytes)?;
    file.sync_data()
}
