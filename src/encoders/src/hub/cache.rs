//! The hub's cache on disk, as `huggingface_hub` lays it out:
//!
//! ```text
//! models--OWNER--NAME/refs/REVISION            the commit that it means
//! models--OWNER--NAME/snapshots/COMMIT/FILE    a link to
//! models--OWNER--NAME/blobs/HASH               the contents
//! models--OWNER--NAME/.no_exist/COMMIT/FILE    what the commit does not have
//! ```

use std::fs::{File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use nerite_files::{self as files, LockedFolder};
use sha2::{Digest, Sha256};

use super::{is_commit, is_hex};

/// A token or a commit in a file.
const MAX_LINE_BYTES: u64 = 4096;
/// Deeper paths are in no repository.
const MAX_PARTS: usize = 16;

/// The part of the cache that is one repository's.
pub(super) struct Cache {
    root: PathBuf,
}

/// Whether a name is a path in a repository, and nothing else.
pub(super) fn is_path(name: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && part != "."
            && part != ".."
            && part.len() <= 200
            && !part
                .chars()
                .any(|c| c.is_control() || "\\:*?\"<>|".contains(c))
    };
    name.split('/').count() <= MAX_PARTS && name.split('/').all(part)
}

fn set(name: &str) -> Option<PathBuf> {
    std::env::var_os(name)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}

/// `HF_HOME`, or where it is by default on all systems.
fn home() -> Option<PathBuf> {
    set("HF_HOME").or_else(|| {
        let cache = set("XDG_CACHE_HOME").or_else(|| Some(dirs::home_dir()?.join(".cache")))?;
        Some(cache.join("huggingface"))
    })
}

/// The token that `hf auth login` has left.
pub(super) fn token() -> Option<String> {
    let path = set("HF_TOKEN_PATH").or_else(|| Some(home()?.join("token")))?;
    let token = files::read_bounded(&path, MAX_LINE_BYTES).ok()?;
    String::from_utf8(token).ok()
}

impl Cache {
    pub(super) fn of(id: &str) -> Result<Self> {
        let folder = set("HF_HUB_CACHE")
            .or_else(|| set("HUGGINGFACE_HUB_CACHE"))
            .or_else(|| Some(home()?.join("hub")))
            .context("found no home folder; set HF_HOME to one for the hub's files")?;
        Ok(Self {
            root: folder.join(format!("models--{}", id.replace('/', "--"))),
        })
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// The commit that a revision meant when it was asked for.
    pub(super) fn commit_of(&self, revision: &str) -> Option<String> {
        let path = self.root.join("refs").join(revision);
        let text = files::read_bounded(&path, MAX_LINE_BYTES).ok()?;
        let commit = String::from_utf8(text).ok()?.trim().to_owned();
        is_commit(&commit).then_some(commit)
    }

    pub(super) fn note_commit(&self, revision: &str, commit: &str) -> Result<()> {
        if self.commit_of(revision).as_deref() == Some(commit) {
            return Ok(());
        }
        files::write_whole(&self.root.join("refs").join(revision), commit.as_bytes())
    }

    fn snapshot(&self, commit: &str, name: &str) -> PathBuf {
        self.root.join("snapshots").join(commit).join(name)
    }

    /// The path of a file that is here and whole.
    ///
    /// # Errors
    ///
    /// A file that is not what its name says: it is removed.
    pub(super) fn file(&self, commit: &str, name: &str) -> Result<Option<PathBuf>> {
        let path = self.snapshot(commit, name);
        if !path.is_file() {
            return Ok(None);
        }
        let blob = path.canonicalize()?;
        let hash = blob.file_name().unwrap_or_default().to_string_lossy();
        if hash.len() == 64 && is_hex(&hash) && files::sha256_of(&blob)? != *hash {
            std::fs::remove_file(&blob).ok();
            std::fs::remove_file(&path).ok();
            bail!(
                "{}: was damaged on this machine, and was deleted: the same command fetches it again",
                path.display()
            );
        }
        Ok(Some(path))
    }

    /// Whether the commit is known not to have a file.
    pub(super) fn is_absent(&self, commit: &str, name: &str) -> bool {
        self.root
            .join(".no_exist")
            .join(commit)
            .join(name)
            .is_file()
    }

    pub(super) fn note_absent(&self, commit: &str, name: &str) -> Result<()> {
        files::write_whole(&self.root.join(".no_exist").join(commit).join(name), b"")
    }

    /// The files of a commit that are here.
    pub(super) fn files(&self, commit: &str) -> Vec<String> {
        let root = self.root.join("snapshots").join(commit);
        let mut found = Vec::new();
        let mut folders = vec![(root, String::new(), 0)];
        while let Some((folder, prefix, depth)) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
                let path = entry.path();
                if path.is_file() {
                    found.push(name);
                } else if depth < MAX_PARTS && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    folders.push((path, format!("{name}/"), depth + 1));
                }
            }
        }
        found.sort();
        found
    }

    /// What has come of a file so far. One process has it at a time;
    /// `waiting` is told if that is another one.
    pub(super) fn partial(
        &self,
        commit: &str,
        name: &str,
        waiting: impl FnOnce(&Path),
    ) -> Result<Partial> {
        let lock = LockedFolder::take(&self.root, waiting)?;
        let blobs = self.root.join("blobs");
        let key = format!("{:x}", Sha256::digest(format!("{commit}/{name}")));
        let path = blobs.join(format!("{key}.incomplete"));
        let open = || {
            std::fs::create_dir_all(&blobs)?;
            let mut options = OpenOptions::new();
            options.create(true).truncate(false).read(true).write(true);
            options.open(&path)
        };
        let file = open().with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Partial {
            file,
            path,
            blobs,
            link: self.snapshot(commit, name),
            up: "../".repeat(name.matches('/').count() + 2),
            _lock: lock,
        })
    }
}

/// A file that is on its way.
pub(super) struct Partial {
    file: File,
    path: PathBuf,
    blobs: PathBuf,
    link: PathBuf,
    /// From the link's folder to the repository's.
    up: String,
    _lock: LockedFolder,
}

impl Partial {
    pub(super) fn len(&mut self) -> Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    pub(super) fn file(&mut self) -> &mut File {
        &mut self.file
    }

    pub(super) fn restart(&mut self) -> Result<()> {
        self.file.set_len(0)?;
        Ok(())
    }

    pub(super) fn replace(&mut self, contents: &[u8]) -> Result<()> {
        self.restart()?;
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(contents)?;
        Ok(())
    }

    /// Checks what has come against its ETag, which for large files is their
    /// sha256, and puts it in its place.
    pub(super) fn finish(&mut self, etag: Option<&str>) -> Result<PathBuf> {
        self.file.sync_all()?;
        let sha256 = files::sha256_of(&self.path)?;
        if etag.is_some_and(|etag| etag.len() == 64 && !etag.eq_ignore_ascii_case(&sha256)) {
            self.restart()?;
            std::fs::remove_file(&self.path).ok();
            bail!(
                "what came is not what the hub announced; it was deleted: the same command fetches it again"
            );
        }
        let blob = self.blobs.join(&sha256);
        let put = || -> std::io::Result<()> {
            std::fs::rename(&self.path, &blob)?;
            let folder = self.link.parent().expect("a file in a snapshot");
            std::fs::create_dir_all(folder)?;
            std::fs::remove_file(&self.link).ok();
            link(&blob, &format!("{}blobs/{sha256}", self.up), &self.link)
        };
        put().with_context(|| format!("cannot write {}", self.link.display()))?;
        Ok(self.link.clone())
    }
}

/// Links a file of a snapshot to its contents.
#[cfg(unix)]
fn link(_: &Path, relative: &str, link: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(relative, link)
}

/// Copies, where links are not for everyone.
#[cfg(not(unix))]
fn link(blob: &Path, _: &str, link: &Path) -> std::io::Result<()> {
    std::fs::copy(blob, link).map(drop)
}
