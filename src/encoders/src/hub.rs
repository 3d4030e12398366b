//! The Hugging Face hub, by way of the `hf-hub` crate: its cache (`HF_HOME`),
//! its address (`HF_ENDPOINT`), its token (`HF_TOKEN`, or the token file).

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use hf_hub::api::sync::{ApiBuilder, ApiError, ApiRepo};
use hf_hub::{Cache, CacheRepo, Repo, RepoType};
use nerite_files as files;

use super::{Lookup, OnProgress, Progress};

/// Downloads that break off are taken up again so many times.
const RETRIES: usize = 3;

/// Whether `name` has the form of a hub id.
pub(super) fn is_id(name: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && part.len() <= 96
            && !part.starts_with(['.', '-'])
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
    };
    let parts: Vec<_> = name.split('/').collect();
    parts.len() <= 2 && parts.into_iter().all(part)
}

/// One repository at one revision.
pub(super) struct Hub<'a> {
    id: String,
    revision: String,
    cache: CacheRepo,
    /// `None` offline.
    remote: Option<ApiRepo>,
    progress: OnProgress<'a>,
}

impl<'a> Hub<'a> {
    pub(super) fn new(id: &str, lookup: &Lookup, progress: OnProgress<'a>) -> Result<Self> {
        let revision = lookup.revision.clone().unwrap_or_else(|| "main".into());
        let repo = Repo::with_revision(id.to_owned(), RepoType::Model, revision.clone());
        let remote = if lookup.offline {
            None
        } else {
            let mut builder = ApiBuilder::from_env().with_retries(RETRIES);
            if let Ok(token) = std::env::var("HF_TOKEN") {
                builder = builder.with_token(Some(token));
            }
            Some(builder.build()?.repo(repo.clone()))
        };
        Ok(Self {
            id: id.to_owned(),
            revision,
            cache: Cache::from_env().repo(repo),
            remote,
            progress,
        })
    }

    /// The local path of a file, downloaded first if need be; `None` if the
    /// repository has no such file.
    pub(super) fn file(&self, name: &str) -> Result<Option<PathBuf>> {
        if let Some(path) = self.cache.get(name) {
            return Ok(Some(path));
        }
        let Some(remote) = &self.remote else {
            return Ok(None);
        };
        let download = Download {
            done: 0,
            total: 0,
            file: name,
            progress: self.progress,
        };
        match remote.download_with_progress(name, download) {
            Ok(path) => {
                verify(&path).with_context(|| self.describe(name))?;
                Ok(Some(path))
            }
            Err(error) if status(&error) == Some(404) => Ok(None),
            Err(error) => Err(self.failed(name, &error)),
        }
    }

    /// What to say when a file that must be there is not.
    pub(super) fn absent(&self) -> String {
        let Self { id, revision, .. } = self;
        match self.remote {
            Some(_) => format!(
                "on the hub, {id} at revision {revision} is no checkpoint, or does not exist"
            ),
            None => format!(
                "{id} (revision {revision}) is not on this machine, and --offline forbids to fetch it"
            ),
        }
    }

    fn describe(&self, file: &str) -> String {
        let Self { id, revision, .. } = self;
        format!("cannot download {file} of {id} (revision {revision})")
    }

    fn failed(&self, file: &str, error: &ApiError) -> anyhow::Error {
        let advice = match status(error) {
            Some(401 | 403) => {
                "; the model does not exist or is not open to all: ask for access on its page, and set HF_TOKEN"
            }
            Some(_) => "",
            None => "; what has come so far is kept: the same command goes on from there",
        };
        anyhow!("{}: {error}{advice}", self.describe(file))
    }
}

/// Tells of a file that comes.
struct Download<'a> {
    file: &'a str,
    done: u64,
    total: u64,
    progress: OnProgress<'a>,
}

impl hf_hub::api::Progress for Download<'_> {
    fn init(&mut self, size: usize, _: &str) {
        (self.done, self.total) = (0, size as u64);
    }

    fn update(&mut self, size: usize) {
        self.done += size as u64;
        (self.progress)(Progress::Downloading {
            file: self.file,
            done: self.done,
            total: self.total,
        });
    }

    fn finish(&mut self) {}
}

/// The HTTP status that an error is about.
fn status(error: &ApiError) -> Option<u16> {
    match error {
        ApiError::RequestError(error) => match **error {
            ureq::Error::Status(status, _) => Some(status),
            ureq::Error::Transport(_) => None,
        },
        ApiError::TooManyRetries(error) => status(error),
        _ => None,
    }
}

/// Checks a fresh download against its ETag, which for large files is their
/// sha256 and names the file in the cache. hf-hub does not look: a resumed
/// download that went wrong would stay.
fn verify(path: &Path) -> Result<()> {
    let blob = path.canonicalize()?;
    let name = blob
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let is_sha256 = name.len() == 64 && name.bytes().all(|b| b.is_ascii_hexdigit());
    if is_sha256 && files::sha256_of(&blob)? != name {
        std::fs::remove_file(&blob)?;
        std::fs::remove_file(path).ok();
        bail!(
            "what came is not what the hub announced; it was deleted: the same command fetches it again"
        );
    }
    Ok(())
}
