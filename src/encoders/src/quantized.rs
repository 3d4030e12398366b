//! Quantized encoders, made once and then kept in the cache.

use std::path::PathBuf;

use anyhow::{Context, Result};
use nerite::{Config, Encoder, Pieces, Tokenizer, Unit};
use nerite_files::{self as files, LockedFolder};
use sha2::{Digest, Sha256};

use crate::checkpoint::Checkpoint;
use crate::{OnProgress, Progress, Source};

/// Increased when the same checkpoint would be quantized to other bytes, so
/// also with every number that core's calibration goes by.
const QUANTIZATION: &str = "2";

/// Texts of the kinds that classifiers of pieces read, a line each, written for
/// this. Their encoders are quantized so that these texts lose little; encoders
/// of words are not, for heads were fitted on them.
const CALIBRATION: &str = include_str!("calibration.txt");

/// A quantized encoder with its tokenizer, in memory.
pub struct Quantized {
    /// Where its file is.
    pub path: PathBuf,
    /// The encoder.
    pub encoder: Encoder,
    /// The tokenizer.
    pub tokenizer: Tokenizer,
    /// The prepared `tokenizer.json`.
    pub tokenizer_json: Vec<u8>,
}

impl Quantized {
    fn open(path: PathBuf, tokenizer_json: Vec<u8>) -> Result<Self> {
        let bytes = files::read_bounded(&path, nerite::MAX_FILE_BYTES)?;
        let encoder = Encoder::from_bytes(&bytes).with_context(|| path.display().to_string())?;
        let tokenizer = Tokenizer::from_bytes(&tokenizer_json, encoder.config().vocabulary)?;
        Ok(Self {
            path,
            encoder,
            tokenizer,
            tokenizer_json,
        })
    }
}

impl Source {
    /// The quantized encoder's file, made once and then kept in the cache. One
    /// for pieces is fitted to some built-in texts.
    ///
    /// # Errors
    ///
    /// A checkpoint that does not fit its configuration, or a disk that fails.
    pub fn quantized(&self, progress: OnProgress<'_>) -> Result<Quantized> {
        let config = self.config()?;
        let mut key = Sha256::new()
            .chain_update(QUANTIZATION)
            .chain_update(files::sha256_of(&self.config_path)?);
        for weights in &self.weights {
            key.update(files::sha256_of(weights)?);
        }
        let tokenizer = self.tokenizer()?;
        if self.unit == Unit::Pieces {
            key = key.chain_update(CALIBRATION).chain_update(&tokenizer);
        }
        let key = key.finalize();
        let folder = files::cache::folder()?
            .join("quantized")
            .join(format!("{key:x}"));
        let folder = LockedFolder::take(&folder, |path| progress(Progress::Waiting(path)))?;
        let path = folder.join("encoder.safetensors");
        let noted = folder.join("encoder.sha256");
        let is_whole = || -> Result<bool> {
            let sha256 = files::read_bounded(&noted, 64)?;
            Ok(files::sha256_of(&path)?.as_bytes() == sha256)
        };
        if path.is_file() && !is_whole().unwrap_or(false) {
            progress(Progress::Note(&format!(
                "{} was damaged, or is of an older version; it is made again.",
                path.display()
            )));
            std::fs::remove_file(&path)?;
        }
        if !path.is_file() {
            files::ensure_free(&path, config.quantized_bytes()).context(
                "there is not room enough for the quantized encoder; `nerite cache --help` says how to make some",
            )?;
            let checkpoint = Checkpoint::open(&self.weights)?;
            let tell = |done: usize, total: usize| {
                let (done, total) = (done as u64, total as u64);
                progress(Progress::Quantizing { done, total });
            };
            let file = match self.unit {
                Unit::Words => nerite::quantize(&config, &checkpoint, tell),
                Unit::Pieces => {
                    progress(Progress::Note(
                        "The encoder reads some built-in texts first, so that int8 loses little on such.",
                    ));
                    let texts = sequences(&config, &tokenizer)?;
                    nerite::quantize_calibrated(&config, &checkpoint, &texts, tell)
                }
            };
            let file = file.with_context(|| self.weights[0].display().to_string())?;
            files::write_whole(&path, &file)?;
            let sha256 = nerite::BundleFile::of("encoder.safetensors", &file).sha256;
            files::write_whole(&noted, sha256.as_bytes())?;
            files::cache::describe(&folder, &self.name)?;
        }
        Quantized::open(path, tokenizer)
    }
}

/// The built-in texts as an encoder reads them.
fn sequences(config: &Config, tokenizer: &[u8]) -> Result<Vec<Vec<u32>>> {
    let tokenizer = Tokenizer::from_bytes(tokenizer, config.vocabulary)?;
    let (first, last) = tokenizer.specials();
    let mut sequences = Vec::new();
    for text in CALIBRATION.lines() {
        let Pieces { pieces, blocks } = Pieces::new(&tokenizer, text, config.window)?;
        sequences.extend(blocks.into_iter().map(|block| {
            let own = pieces[block.pieces].iter().map(|piece| piece.id);
            [first].into_iter().chain(own).chain([last]).collect()
        }));
    }
    Ok(sequences)
}
