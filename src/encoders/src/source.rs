//! A checkpoint on this machine: where its files are, and what they say.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use nerite::{Config, License, Unit};
use nerite_files as files;

use crate::checkpoint::{self, Checkpoint};
use crate::http;
use crate::known::{KNOWN, known_names};
use crate::tokenizer_config::TokenizerConfig;
use crate::wheel::Wheel;
use crate::{Classifier, FullPrecision, Lookup, OnProgress, hub};

/// Larger configurations and tokenizers than these are not read.
pub(crate) const MAX_CONFIG_BYTES: u64 = 1 << 20;
const MAX_TOKENIZER_BYTES: u64 = 64 << 20;
/// Which tensor is in which of several files.
const SHARDS: &str = "model.safetensors.index.json";
/// Weights in one file that is no `model.safetensors`, the best one first.
const OTHER_WEIGHTS: [&str; 9] = [
    "pytorch_model.bin",
    "model.onnx",
    "onnx/model.onnx",
    "onnx/model_fp16.onnx",
    "onnx/model_quantized.onnx",
    "onnx/model_int8.onnx",
    "onnx/model_uint8.onnx",
    "onnx/model_q4.onnx",
    "onnx/model_q4f16.onnx",
];

/// A checkpoint on disk: the files that matter, wherever they came from.
pub struct Source {
    /// The name it was asked for by; of a folder, only its own name.
    pub name: String,
    /// The revision that was asked for.
    pub revision: Option<String>,
    /// What its tokenizer is prepared for: words, unless said otherwise.
    pub unit: Unit,
    pub(crate) config_path: PathBuf,
    tokenizer: TokenizerFiles,
    /// One file, or all shards in the order of their names.
    pub(crate) weights: Vec<PathBuf>,
    /// What the repository says of itself, where it does: `README.md`.
    card: Option<PathBuf>,
    license_path: Option<PathBuf>,
}

/// The files of a tokenizer.
struct TokenizerFiles {
    vocabulary: Vocabulary,
    /// `tokenizer_config.json`.
    config: Option<PathBuf>,
    /// `added_tokens.json`.
    added: Option<PathBuf>,
}

impl TokenizerFiles {
    fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        let vocabulary = match &self.vocabulary {
            Vocabulary::Json(path) | Vocabulary::WordPiece(path) => [Some(path), None],
            Vocabulary::BytePairs { vocab, merges } => [Some(vocab), Some(merges)],
        };
        let others = [self.config.as_ref(), self.added.as_ref()];
        vocabulary.into_iter().chain(others).flatten()
    }
}

enum Vocabulary {
    /// `tokenizer.json`.
    Json(PathBuf),
    /// `vocab.txt`.
    WordPiece(PathBuf),
    /// `vocab.json` and `merges.txt`.
    BytePairs { vocab: PathBuf, merges: PathBuf },
}

impl Source {
    /// Finds `name`: a folder in Hugging Face layout, a known name, or a hub
    /// id; downloads what is not on this machine yet.
    ///
    /// # Errors
    ///
    /// A name that is none of these, files that are missing, or a download
    /// that fails; the message says what to do.
    pub fn find(name: &str, lookup: &Lookup, progress: OnProgress<'_>) -> Result<Self> {
        let lookup = &Lookup {
            offline: lookup.offline || hub::is_offline(),
            ..lookup.clone()
        };
        let source = Self::look_for(name, lookup, progress)?;
        Ok(Self {
            revision: lookup.revision.clone(),
            ..source
        })
    }

    fn look_for(name: &str, lookup: &Lookup, progress: OnProgress<'_>) -> Result<Self> {
        let folder = Path::new(name);
        if folder.join("config.json").is_file() {
            let whole = folder.canonicalize()?;
            let name = whole
                .file_name()
                .map_or(name.into(), |name| name.to_string_lossy());
            return Self::in_place(&name, folder);
        }
        ensure!(
            !folder.is_dir(),
            "{name}: found a folder without config.json, expected a checkpoint in Hugging Face layout \
             (config.json, tokenizer.json or vocab.txt or vocab.json and merges.txt, model.safetensors)"
        );
        if let Some(known) = KNOWN.iter().find(|known| known.name == name) {
            return known.find(lookup, progress);
        }
        ensure!(
            hub::is_id(name),
            "found no encoder {name:?}: it is not a folder, not a name on the hub (owner/model), and not one of {}",
            known_names().collect::<Vec<_>>().join(", ")
        );
        let hub = hub::Hub::new(name, lookup, progress)?;
        Self::from_hub(name, &hub, None)
    }

    /// Where the name is known for the weights of a wheel, these are looked
    /// for and no others: a repository may have the same model in several forms.
    pub(crate) fn from_hub(name: &str, hub: &hub::Hub<'_>, wheel: Option<&Wheel>) -> Result<Self> {
        let mut failure = None;
        let found = Self::in_folder(name, |file| {
            if is_weights(file) && wheel.is_some_and(|wheel| !wheel.has(file)) {
                return None;
            }
            if failure.is_some() {
                // Not what else the repository may have: the line is down.
                return None;
            }
            hub.file(file).unwrap_or_else(|error| {
                failure = Some(error);
                None
            })
        });
        let Some(error) = failure else {
            return found.with_context(|| hub.absent());
        };
        if !http::failure(&error).is_some_and(http::Failure::is_temporary) {
            return Err(error);
        }
        // What is here may suffice, though the hub could not say so.
        let here = Self::in_folder(name, |file| hub.cached(file).ok().flatten());
        here.map_err(|_| error)
    }

    /// A checkpoint in a folder of this machine.
    pub(crate) fn in_place(name: &str, folder: &Path) -> Result<Self> {
        Self::in_folder(name, |file| {
            Some(folder.join(file)).filter(|path| path.is_file())
        })
    }

    /// Puts a checkpoint together from a place where files are looked up by
    /// name.
    fn in_folder(name: &str, mut file: impl FnMut(&str) -> Option<PathBuf>) -> Result<Self> {
        let config_path =
            file("config.json").with_context(|| format!("{name}: found no config.json"))?;
        let vocabulary = if let Some(json) = file("tokenizer.json") {
            Vocabulary::Json(json)
        } else if let Some(vocab) = file("vocab.txt") {
            Vocabulary::WordPiece(vocab)
        } else if let (Some(vocab), Some(merges)) = (file("vocab.json"), file("merges.txt")) {
            Vocabulary::BytePairs { vocab, merges }
        } else {
            bail!(
                "{name}: found no tokenizer.json, no vocab.txt, and no vocab.json with merges.txt"
            );
        };
        let tokenizer = TokenizerFiles {
            vocabulary,
            config: file("tokenizer_config.json"),
            added: file("added_tokens.json"),
        };
        let weights = if let Some(whole) = file("model.safetensors") {
            vec![whole]
        } else if let Some(index) = file(SHARDS) {
            checkpoint::shards(&index)?
                .iter()
                .map(|shard| {
                    file(shard)
                        .with_context(|| format!("{name}: found no {shard}, which {SHARDS} names"))
                })
                .collect::<Result<_>>()?
        } else {
            let whole = OTHER_WEIGHTS.iter().find_map(|weights| file(weights));
            let whole = whole.with_context(|| {
                format!(
                    "{name}: found no weights, expected model.safetensors, {SHARDS} with its shards, or one of {}",
                    OTHER_WEIGHTS.join(", ")
                )
            })?;
            vec![whole]
        };
        Ok(Self {
            name: name.to_owned(),
            revision: None,
            unit: Unit::Words,
            config_path,
            tokenizer,
            weights,
            card: file("README.md"),
            license_path: file("LICENSE"),
        })
    }

    /// The folder that holds the weights.
    pub fn folder(&self) -> &Path {
        self.weights[0].parent().unwrap_or(Path::new("."))
    }

    /// On what terms the weights may be used: as known, or as the repository's
    /// card (`README.md`) says. The licence's text is not filled in.
    pub fn license(&self) -> Option<License> {
        let known = KNOWN.iter().find(|known| known.name == self.name);
        if let Some([name, attribution, url]) = known.map(|known| known.licence) {
            return Some(License {
                name: name.into(),
                attribution: Some(attribution.into()),
                url: Some(url.into()),
                file: None,
            });
        }
        let card = files::read_bounded(self.card.as_deref()?, MAX_CONFIG_BYTES).ok()?;
        Some(License {
            name: card_licence(&String::from_utf8_lossy(&card))?,
            attribution: None,
            url: None,
            file: None,
        })
    }

    /// The licence's text, where the repository has one.
    pub fn license_text(&self) -> Option<Vec<u8>> {
        files::read_bounded(self.license_path.as_deref()?, MAX_CONFIG_BYTES).ok()
    }

    /// The encoder's shape.
    ///
    /// # Errors
    ///
    /// A `config.json` that does not parse or that no engine fits.
    pub fn config(&self) -> Result<Config> {
        let json = self.config_json()?;
        Config::from_hugging_face(&json).with_context(|| self.config_path.display().to_string())
    }

    fn config_json(&self) -> Result<String> {
        checkpoint::check_kind(&self.config_path, "a configuration")?;
        let json = files::read_bounded(&self.config_path, MAX_CONFIG_BYTES)?;
        String::from_utf8(json)
            .with_context(|| format!("{} is not UTF-8", self.config_path.display()))
    }

    /// The labels and the last layer of a fine-tuned token classifier; its
    /// `config.json` names the labels, unless `labels` are given.
    ///
    /// # Errors
    ///
    /// A checkpoint of another kind, or labels that do not fit the layer.
    pub fn classifier(&self, labels: Option<&[String]>) -> Result<Classifier> {
        let read = || {
            Classifier::read(
                &self.config_json()?,
                &Checkpoint::open(&self.weights)?,
                labels,
            )
        };
        read().with_context(|| self.config_path.display().to_string())
    }

    /// The tokenizer, as a `tokenizer.json` that is ready for a bundle.
    ///
    /// # Errors
    ///
    /// Files that do not parse.
    pub fn tokenizer(&self) -> Result<Vec<u8>> {
        let files = &self.tokenizer;
        for path in files.paths() {
            checkpoint::check_kind(path, "a part of a tokenizer")?;
        }
        let config = TokenizerConfig::read(files.config.as_deref(), files.added.as_deref())?;
        let (path, json) = match &files.vocabulary {
            Vocabulary::Json(path) => (path, files::read_bounded(path, MAX_TOKENIZER_BYTES)?),
            Vocabulary::WordPiece(vocab) => {
                files::check_size(vocab, MAX_TOKENIZER_BYTES)?;
                (vocab, checkpoint::word_piece(vocab, &config)?)
            }
            Vocabulary::BytePairs { vocab, merges } => {
                files::check_size(vocab, MAX_TOKENIZER_BYTES)?;
                files::check_size(merges, MAX_TOKENIZER_BYTES)?;
                (vocab, checkpoint::byte_pairs(vocab, merges)?)
            }
        };
        let settled = config
            .settle(&json)
            .with_context(|| path.display().to_string())?;
        let prepared = match self.unit {
            Unit::Words => nerite::prepare_tokenizer(&settled),
            Unit::Pieces => nerite::prepare_piece_tokenizer(&settled),
        };
        prepared.with_context(|| path.display().to_string())
    }

    /// The f32 encoder, on candle: the reference for the int8 engine.
    ///
    /// # Errors
    ///
    /// A checkpoint that does not fit its configuration.
    pub fn full_precision(&self, layers: &[usize]) -> Result<FullPrecision> {
        FullPrecision::load(self.config()?, &Checkpoint::open(&self.weights)?, layers)
    }
}

/// Whether a file of this name would be taken for weights.
fn is_weights(name: &str) -> bool {
    ["model.safetensors", SHARDS].contains(&name) || OTHER_WEIGHTS.contains(&name)
}

/// `license:` of the front matter that a model card begins with.
fn card_licence(card: &str) -> Option<String> {
    let front = card.strip_prefix("---")?.split("\n---").next()?;
    let line = front
        .lines()
        .find_map(|line| line.strip_prefix("license:"))?;
    let name = line.trim().trim_matches(['"', '\'']);
    let is_name = !name.is_empty() && name.len() <= 100 && !name.contains(['[', '|', '>']);
    is_name.then(|| name.to_owned())
}
