//! The Hugging Face hub: its files by repository and revision, through the
//! cache that its own tools use.
//!
//! The environment is theirs as well: `HF_ENDPOINT`, `HF_TOKEN`, `HF_HOME`,
//! `HF_HUB_CACHE`, `HF_HUB_OFFLINE` and the two times `HF_HUB_ETAG_TIMEOUT` and
//! `HF_HUB_DOWNLOAD_TIMEOUT`, of which the longer one counts. What a hub says is
//! checked before it is believed: any mirror may be named.

mod cache;
mod remote;

use std::cell::{Cell, OnceCell};
use std::path::PathBuf;

use anyhow::{Result, bail, ensure};

use crate::http::{self, Failure};
use crate::{Lookup, OnProgress};
use cache::Cache;
use remote::Remote;

/// Whether `name` has the form of a hub id: `owner/model`, or `model`.
pub fn is_id(name: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && part.len() <= 96
            && !part.starts_with(['.', '-'])
            && !part.contains("--")
            && !part.contains("..")
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
    };
    let parts: Vec<_> = name.split('/').collect();
    parts.len() <= 2 && parts.into_iter().all(part)
}

/// Whether the environment allows no requests to a hub.
pub(crate) fn is_offline() -> bool {
    let is_set = |name: &str| {
        let value = std::env::var(name).unwrap_or_default().to_uppercase();
        ["1", "ON", "YES", "TRUE"].contains(&value.as_str())
    };
    is_set("HF_HUB_OFFLINE") || is_set("TRANSFORMERS_OFFLINE")
}

/// One repository at one revision. All its files are of one commit: the one
/// that the revision meant when the first of them was fetched.
pub struct Hub<'a> {
    id: String,
    revision: String,
    cache: Cache,
    commit: OnceCell<String>,
    /// `None` offline.
    remote: Option<Remote>,
    /// Whether a part of a file has come.
    has_begun: Cell<bool>,
    progress: OnProgress<'a>,
}

impl<'a> Hub<'a> {
    /// The repository `id` at the revision of `lookup`.
    ///
    /// # Errors
    ///
    /// An id or a revision that cannot be one, or an environment that makes no
    /// sense.
    pub fn new(id: &str, lookup: &Lookup, progress: OnProgress<'a>) -> Result<Self> {
        ensure!(is_id(id), "found the id {id:?}, expected owner/model");
        let revision = lookup.revision.clone().unwrap_or_else(|| "main".into());
        ensure!(
            nerite::is_revision(&revision),
            "found the revision {revision:?}, expected a branch, tag or commit"
        );
        let cache = Cache::of(id)?;
        let commit = if is_commit(&revision) {
            Some(revision.clone())
        } else {
            cache.commit_of(&revision)
        };
        let remote = if lookup.offline || is_offline() {
            None
        } else {
            Some(Remote::from_environment()?)
        };
        Ok(Self {
            id: id.to_owned(),
            revision,
            cache,
            commit: commit.map(OnceCell::from).unwrap_or_default(),
            remote,
            has_begun: Cell::new(false),
            progress,
        })
    }

    /// The commit that all files are of, once one of them was asked for.
    pub fn commit(&self) -> Option<&str> {
        self.commit.get().map(String::as_str)
    }

    /// The local path of any file of the repository, downloaded first if need
    /// be; `None` if the repository has no such file, or if it is not on this
    /// machine and no hub may be asked.
    ///
    /// # Errors
    ///
    /// A name that leaves the repository, a download that fails, or one that
    /// is not what was announced.
    pub fn file(&self, name: &str) -> Result<Option<PathBuf>> {
        ensure!(
            cache::is_path(name),
            "{}: found the file name {name:?}, expected a path in the repository",
            self.id
        );
        if let Some(commit) = self.commit() {
            match self.cache.file(commit, name) {
                Ok(Some(path)) => return Ok(Some(path)),
                Ok(None) if self.cache.is_absent(commit, name) => return Ok(None),
                Ok(None) => {}
                // It is fetched again, where it can be.
                Err(damaged) if self.remote.is_none() => return Err(damaged),
                Err(_) => {}
            }
        }
        let Some(remote) = &self.remote else {
            return Ok(None);
        };
        self.fetch(remote, name)
            .map_err(|error| self.failed(name, error))
    }

    /// As [`Hub::file`], without asking the hub.
    ///
    /// # Errors
    ///
    /// A file that is damaged.
    pub fn cached(&self, name: &str) -> Result<Option<PathBuf>> {
        match self.commit() {
            Some(commit) if cache::is_path(name) => self.cache.file(commit, name),
            _ => Ok(None),
        }
    }

    /// The paths of all files of the repository, in order; offline, of those
    /// that are on this machine.
    ///
    /// # Errors
    ///
    /// A hub that does not answer, or answers with no list.
    pub fn files(&self) -> Result<Vec<String>> {
        let Some(remote) = &self.remote else {
            return Ok(self
                .commit()
                .map(|it| self.cache.files(it))
                .unwrap_or_default());
        };
        remote
            .list(self)
            .map_err(|error| self.failed("the list of files", error))
    }

    fn fetch(&self, remote: &Remote, name: &str) -> Result<Option<PathBuf>> {
        let at = self.commit().unwrap_or(&self.revision).to_owned();
        let mut found = remote.download(self, name, &at)?;
        // Some mirrors know names only.
        if let (Err(false), true) = (&found, at != self.revision) {
            found = remote.download(self, name, &self.revision)?;
        }
        match found {
            Ok(path) => Ok(Some(path)),
            Err(_) => {
                if let Some(commit) = self.commit() {
                    self.cache.note_absent(commit, name)?;
                }
                Ok(None)
            }
        }
    }

    /// Believes a hub that the revision is this commit, or fails if it has
    /// said another.
    fn set_commit(&self, said: Option<String>) -> Result<&str> {
        let said = match (said, self.commit()) {
            (Some(said), _) => said,
            (None, Some(known)) => return Ok(known),
            (None, None) => {
                bail!("not a hub's response (no commit id); perhaps a network's login page")
            }
        };
        ensure!(
            is_commit(&said),
            "found the commit {:?}, expected 40 hexadecimal digits",
            beginning(&said)
        );
        let known = self.commit.get_or_init(|| said.clone());
        ensure!(
            *known == said,
            "the files so far are of the commit {known}, and this one of {said}; remove {} to begin anew",
            self.cache.root().display()
        );
        if !is_commit(&self.revision) {
            self.cache.note_commit(&self.revision, known)?;
        }
        Ok(known)
    }

    /// What to say when a file that must be there is not.
    pub(crate) fn absent(&self) -> String {
        let Self { id, revision, .. } = self;
        match self.remote {
            Some(_) => format!(
                "on the hub, {id} at revision {revision} is no checkpoint, or does not exist"
            ),
            None => format!(
                "{id} (revision {revision}) is not on this machine, and --offline (or HF_HUB_OFFLINE) does not allow a download"
            ),
        }
    }

    fn failed(&self, file: &str, error: anyhow::Error) -> anyhow::Error {
        let Self { id, revision, .. } = self;
        let what = format!("cannot download {file} of {id} (revision {revision})");
        let Some(status) = http::failure(&error).map(|failure| failure.status) else {
            return error.context(what);
        };
        let advice = match status.map(|status| status.as_u16()) {
            Some(401 | 403) => {
                "; the model does not exist or is not open to all: ask for access on its page, and set HF_TOKEN"
            }
            None if self.has_begun.get() => {
                "; what has come so far is kept: the same command goes on from there"
            }
            _ => "",
        };
        let text = format!("{what}: {error:#}{advice}");
        Failure { status, text }.into()
    }
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// What a message shows of a header: it may be of any length.
fn beginning(value: &str) -> &str {
    value.get(..80).unwrap_or(value)
}

fn is_commit(text: &str) -> bool {
    text.len() == 40 && is_hex(text)
}
