//! Checkpoint files: weights in safetensors or PyTorch's own format, and
//! vocabularies that are not yet a `tokenizer.json`.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail, ensure};
use candle_core::safetensors::MmapedSafetensors;
use candle_core::{DType, Device, Tensor};
use nerite::{EncoderError, Weights};
use nerite_files as files;
use serde::Deserialize;
use tokenizers::models::bpe::BPE;
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::normalizers::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::processors::bert::BertProcessing;
use tokenizers::processors::roberta::RobertaProcessing;
use tokenizers::{AddedToken, Model};

use super::onnx::OnnxWeights;
use super::pickle::PickleWeights;
use super::tokenizer_config::TokenizerConfig;

/// A checkpoint's weights, opened but not read.
pub(super) enum Checkpoint {
    Safetensors {
        file: MmapedSafetensors,
        shapes: HashMap<String, Vec<usize>>,
    },
    Pickle(PickleWeights),
    Onnx(OnnxWeights),
}

impl Checkpoint {
    /// Opens a file by its extension, `.bin`, `.onnx`, or else safetensors; or
    /// all shards of the latter.
    pub(super) fn open(paths: &[PathBuf]) -> Result<Self> {
        for path in paths {
            check_kind(path, "weights")?;
        }
        let path = &paths[0];
        if path
            .extension()
            .is_some_and(|extension| extension == "onnx")
        {
            return Ok(Self::Onnx(OnnxWeights::open(path)?));
        }
        if path.extension().is_some_and(|extension| extension == "bin") {
            return Ok(Self::Pickle(PickleWeights::open(path)?));
        }
        let open = || -> candle_core::Result<Self> {
            // SAFETY: the map is read only. A file that another process cuts
            // short while it is mapped ends this process, as candle documents.
            let file = unsafe { MmapedSafetensors::multi(paths)? };
            let shapes = file.tensors().into_iter();
            let shapes = shapes
                .map(|(name, view)| (name, view.shape().to_vec()))
                .collect();
            Ok(Self::Safetensors { file, shapes })
        };
        open().with_context(|| format!("cannot read {}", path.display()))
    }
}

impl Weights for Checkpoint {
    fn shape(&self, name: &str) -> Option<Vec<usize>> {
        match self {
            Self::Safetensors { shapes, .. } => shapes.get(name).cloned(),
            Self::Pickle(file) => file.shape(name),
            Self::Onnx(file) => file.shape(name),
        }
    }

    fn read(&self, name: &str) -> Result<Vec<f32>, EncoderError> {
        let error = |error: candle_core::Error| EncoderError::Tensor(format!("{name}: {error}"));
        match self {
            Self::Safetensors { file, .. } => {
                floats(&file.load(name, &Device::Cpu).map_err(error)?).map_err(error)
            }
            Self::Pickle(file) => file.read(name),
            Self::Onnx(file) => file.read(name),
        }
    }
}

fn floats(tensor: &Tensor) -> candle_core::Result<Vec<f32>> {
    if !tensor.dtype().is_float() {
        candle_core::bail!(
            "found {:?}, expected floating-point numbers",
            tensor.dtype()
        );
    }
    tensor.to_dtype(DType::F32)?.flatten_all()?.to_vec1()
}

/// The files that an index of shards names, each once.
pub(super) fn shards(index: &Path) -> Result<Vec<String>> {
    /// More shards than any encoder that fits into memory has.
    const MAX_SHARDS: usize = 100;
    #[derive(Deserialize)]
    struct Index {
        weight_map: BTreeMap<String, String>,
    }
    let json = files::read_bounded(index, crate::source::MAX_CONFIG_BYTES)?;
    let index_json: Index =
        serde_json::from_slice(&json).with_context(|| index.display().to_string())?;
    let shards: BTreeSet<String> = index_json.weight_map.into_values().collect();
    let right = |shard: &String| nerite::is_file_name(shard) && shard.ends_with(".safetensors");
    ensure!(
        !shards.is_empty() && shards.len() <= MAX_SHARDS && shards.iter().all(right),
        "{}: found {} files, expected 1 to {MAX_SHARDS} names of .safetensors files beside it",
        index.display(),
        shards.len()
    );
    Ok(shards.into_iter().collect())
}

/// Names files that stand where `expected` should.
pub(super) fn check_kind(path: &Path, expected: &str) -> Result<()> {
    let mut start = Vec::new();
    File::open(path)
        .and_then(|file| file.take(512).read_to_end(&mut start))
        .with_context(|| format!("cannot read {}", path.display()))?;
    // What PyTorch wrote before its files were zip archives: a pickle of this
    // number comes first.
    const OLD_TORCH: &[u8] = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19";
    let (what, advice) = if start.starts_with(b"version https://git-lfs") {
        (
            "a pointer of Git LFS",
            "`git lfs pull` in the repository fetches the file",
        )
    } else if start.trim_ascii_start().starts_with(b"<") {
        (
            "a page of HTML",
            "something between here and the server may have answered in its place; \
             delete the file and download it again",
        )
    } else if start.starts_with(OLD_TORCH) {
        (
            "weights that PyTorch before 1.6 wrote",
            "`torch.save(torch.load(FILE, map_location=\"cpu\", weights_only=True), FILE)` with a newer \
             PyTorch writes them anew",
        )
    } else {
        return Ok(());
    };
    bail!(
        "{}: found {what}, expected {expected}; {advice}",
        path.display()
    )
}

/// Builds BERT's tokenizer from `vocab.txt` as transformers does.
pub(super) fn word_piece(vocab: &Path, config: &TokenizerConfig) -> Result<Vec<u8>> {
    let build = || -> tokenizers::Result<tokenizers::Tokenizer> {
        let model = WordPiece::from_file(&vocab.to_string_lossy())
            .unk_token("[UNK]".into())
            .build()?;
        let special = |token: &str| {
            let id = model
                .token_to_id(token)
                .ok_or_else(|| format!("the vocabulary has no {token}"))?;
            Ok::<_, tokenizers::Error>((token.to_owned(), id))
        };
        let (sep, cls) = (special("[SEP]")?, special("[CLS]")?);
        let mut tokenizer = tokenizers::Tokenizer::new(model);
        tokenizer.with_normalizer(Some(BertNormalizer::new(
            true,
            config.chinese(),
            config.strip_accents(),
            config.lowercase(),
        )))?;
        tokenizer.with_pre_tokenizer(Some(BertPreTokenizer));
        tokenizer.with_post_processor(Some(BertProcessing::new(sep, cls)));
        add_specials(
            &mut tokenizer,
            &["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"],
        )?;
        Ok(tokenizer)
    };
    finish(build(), vocab)
}

/// More entries than any vocabulary that an encoder may have.
const MAX_VOCABULARY: u32 = 1 << 20;

/// Builds RoBERTa's tokenizer from `vocab.json` and `merges.txt` as
/// transformers does.
pub(super) fn byte_pairs(vocab: &Path, merges: &Path) -> Result<Vec<u8>> {
    let build = || -> tokenizers::Result<tokenizers::Tokenizer> {
        let (words, pairs) = BPE::read_file(&vocab.to_string_lossy(), &merges.to_string_lossy())?;
        // What writes it walks all ids up to the greatest.
        if let Some((word, id)) = words.iter().find(|(_, id)| **id >= MAX_VOCABULARY) {
            return Err(format!(
                "found the id {id} of {word:?}, expected one below {MAX_VOCABULARY}"
            )
            .into());
        }
        // Its builder takes this for granted.
        for (first, second) in &pairs {
            if !words.contains_key(&format!("{first}{second}")) {
                return Err(
                    format!("the vocabulary has no {first}{second}, which is merged").into(),
                );
            }
        }
        let model = BPE::builder().vocab_and_merges(words, pairs).build()?;
        let special = |token: &str| {
            let id = model
                .token_to_id(token)
                .ok_or_else(|| format!("the vocabulary has no {token}"))?;
            Ok::<_, tokenizers::Error>((token.to_owned(), id))
        };
        let (sep, cls) = (special("</s>")?, special("<s>")?);
        let mut tokenizer = tokenizers::Tokenizer::new(model);
        tokenizer.with_pre_tokenizer(Some(ByteLevel::default().add_prefix_space(true)));
        tokenizer.with_post_processor(Some(RobertaProcessing::new(sep, cls)));
        add_specials(&mut tokenizer, &["<s>", "<pad>", "</s>", "<unk>", "<mask>"])?;
        Ok(tokenizer)
    };
    finish(build(), vocab)
}

fn add_specials(tokenizer: &mut tokenizers::Tokenizer, tokens: &[&str]) -> tokenizers::Result<()> {
    let known: Vec<AddedToken> = tokens
        .iter()
        .filter(|token| tokenizer.token_to_id(token).is_some())
        // RoBERTa's mask takes the space before it.
        .map(|token| AddedToken::from(*token, true).lstrip(*token == "<mask>"))
        .collect();
    tokenizer.add_special_tokens(known)?;
    Ok(())
}

fn finish(tokenizer: tokenizers::Result<tokenizers::Tokenizer>, vocab: &Path) -> Result<Vec<u8>> {
    let json = tokenizer.and_then(|tokenizer| tokenizer.to_string(false));
    json.map(String::into_bytes)
        .map_err(|error| anyhow!("{}: {error}", vocab.display()))
}
