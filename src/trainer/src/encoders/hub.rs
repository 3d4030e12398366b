//! The Hugging Face hub, by way of the `hf-hub` crate: its cache, its
//! environment variables (`HF_HOME`, `HF_ENDPOINT`), its token file.

use std::path::PathBuf;

use anyhow::{Result, anyhow};
use hf_hub::api::sync::{ApiBuilder, ApiError, ApiRepo};
use hf_hub::{Cache, CacheRepo, Repo, RepoType};

use super::Lookup;

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
pub(super) struct Hub {
    id: String,
    revision: String,
    cache: CacheRepo,
    /// `None` offline.
    remote: Option<ApiRepo>,
}

impl Hub {
    pub(super) fn new(id: &str, lookup: &Lookup) -> Result<Self> {
        let revision = lookup.revision.clone().unwrap_or_else(|| "main".into());
        let repo = Repo::with_revision(id.to_owned(), RepoType::Model, revision.clone());
        let remote = if lookup.offline {
            None
        } else {
            let api = ApiBuilder::from_env()
                .with_progress(true)
                .with_retries(RETRIES)
                .build()?;
            Some(api.repo(repo.clone()))
        };
        Ok(Self {
            id: id.to_owned(),
            revision,
            cache: Cache::from_env().repo(repo),
            remote,
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
        match remote.get(name) {
            Ok(path) => Ok(Some(path)),
            // A repository without the file, or no such repository: the caller
            // says what it looked for.
            Err(ApiError::RequestError(error)) if matches!(*error, ureq::Error::Status(404, _)) => {
                Ok(None)
            }
            Err(error) => Err(self.failed(name, &error)),
        }
    }

    fn failed(&self, file: &str, reason: &ApiError) -> anyhow::Error {
        let Self { id, revision, .. } = self;
        anyhow!("cannot download {file} of {id} (revision {revision}): {reason}")
    }
}
