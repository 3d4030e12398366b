//! The built things that the page consists of, and a server for them.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tempfile::TempDir;

use crate::TIMEOUT;
use crate::process::Process;

/// The bundle that the page shows unless asked for another.
pub(crate) const BUNDLE: &str = "bundles/all-MiniLM-L6-v2";

/// The folders of a site: `www` and `pkg`.
pub(crate) struct Site {
    pub(crate) www: PathBuf,
    pub(crate) pkg: PathBuf,
    /// The folder of both, if they are a copy.
    copy: Option<TempDir>,
}

impl Site {
    /// The site as it was built.
    pub(crate) fn built() -> Result<Self> {
        let site = Self {
            www: root().join("www"),
            pkg: root().join("pkg"),
            copy: None,
        };
        exists(&site.pkg.join("nerite.js"))?;
        exists(&site.pkg.join("wasm/plain/nerite_web_bg.wasm"))?;
        exists(&site.bundle().join("encoder.safetensors"))?;
        exists(&site.bundle().join("tokenizer.json"))?;
        Ok(site)
    }

    /// The same, in a folder of its own, to be changed.
    pub(crate) fn copy() -> Result<Self> {
        let built = Self::built()?;
        let folder = tempfile::tempdir()?;
        let site = Self {
            www: folder.path().join("www"),
            pkg: folder.path().join("pkg"),
            copy: Some(folder),
        };
        copy(&built.www, &site.www)?;
        copy(&built.pkg, &site.pkg)?;
        Ok(site)
    }

    pub(crate) fn bundle(&self) -> PathBuf {
        self.www.join(BUNDLE)
    }

    /// Replaces a file of a copy by what `change` makes of its bytes.
    pub(crate) fn change(&self, path: &Path, change: impl FnOnce(&mut Vec<u8>)) -> Result<()> {
        ensure!(self.copy.is_some(), "{}: is no copy", path.display());
        let mut bytes = std::fs::read(path)?;
        change(&mut bytes);
        std::fs::write(path, bytes)?;
        Ok(())
    }

    /// Removes a file of a copy, or a folder with all that is in it.
    pub(crate) fn remove(&self, path: &Path) -> Result<()> {
        ensure!(self.copy.is_some(), "{}: is no copy", path.display());
        if path.is_dir() {
            std::fs::remove_dir_all(path)?;
        } else {
            std::fs::remove_file(path)?;
        }
        Ok(())
    }
}

/// `nerite serve`.
pub(crate) struct Server {
    /// The address of the page.
    pub(crate) url: String,
    _process: Process,
}

impl Server {
    pub(crate) fn start(site: &Site) -> Result<Self> {
        loop {
            let server = Self::anywhere(site)?;
            let port = server.url.trim_end_matches('/').rsplit(':').next();
            if is_new_port(port.context("no port")?.parse()?) {
                return Ok(server);
            }
        }
    }

    fn anywhere(site: &Site) -> Result<Self> {
        let process = Process::start(
            Command::new(nerite()?)
                .args(["serve", "--port", "0", "--www"])
                .arg(&site.www)
                .arg("--pkg")
                .arg(&site.pkg),
        )?;
        let url = process.wait_for(TIMEOUT, |line| {
            line.starts_with("http://").then(|| line.trim().to_owned())
        })?;
        Ok(Self {
            url,
            _process: process,
        })
    }
}

/// Whether no other server of these tests has had a port: browsers that serve
/// several tests keep by origin what a page has stored.
pub(crate) fn is_new_port(port: u16) -> bool {
    static PORTS: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    let mut ports = PORTS.lock().unwrap_or_else(PoisonError::into_inner);
    ports.insert(port)
}

/// What `nerite predict` makes of a text, with a head or the default one.
pub(crate) fn predict(text: &str, head: Option<&str>) -> Result<Value> {
    predict_with(text, head, None)
}

/// The same, with a decoder or the head's own.
pub(crate) fn predict_with(text: &str, head: Option<&str>, decoder: Option<&str>) -> Result<Value> {
    let mut command = Command::new(nerite()?);
    command
        .args(["predict", "--output", "json", "--bundle"])
        .arg(Site::built()?.bundle());
    if let Some(head) = head {
        command.args(["--head", head]);
    }
    if let Some(decoder) = decoder {
        command.args(["--decoder", decoder]);
    }
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let input = child.stdin.take().context("no standard input")?;
    { input }.write_all(text.as_bytes())?;
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "nerite predict: {}", output.status);
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// The program under test.
pub(crate) fn nerite() -> Result<PathBuf> {
    let path = std::env::var_os("NERITE_BIN")
        .map_or_else(|| root().join("target/release/nerite"), PathBuf::from);
    exists(&path)?;
    Ok(path)
}

/// The repository, wherever cargo runs the test: the program may have been
/// built in a checkout that has moved since.
pub(crate) fn root() -> PathBuf {
    let tests = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    tests.parent().map_or_else(|| tests.clone(), Path::to_owned)
}

fn exists(path: &Path) -> Result<()> {
    ensure!(
        path.is_file(),
        "{}: is missing; scripts/test makes it, then runs this test",
        path.display()
    );
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
