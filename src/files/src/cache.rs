//! The cache: what can be made again, an entry a folder.

use std::ffi::OsStr;
use std::fs::DirEntry;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result, bail};

use crate::{LockedFolder, TEMPORARY, read_bounded, write_whole};

/// The folders that entries lie in, and what these are.
const KINDS: [(&str, &str); 3] = [
    ("features", "features"),
    ("quantized", "quantized encoder"),
    ("encoders", "checkpoint"),
];
/// A line in an entry's folder that says what it is of.
const ABOUT: &str = "about";
const MAX_ABOUT_BYTES: u64 = 4096;
/// What an entry is called while it is being removed.
const REMOVED: &str = "removed-";

/// Where Nerite keeps what it can make again: `NERITE_CACHE`, or `nerite` in
/// the user's cache folder.
///
/// # Errors
///
/// A user without a cache folder, and no `NERITE_CACHE`.
pub fn folder() -> Result<PathBuf> {
    if let Some(folder) = std::env::var_os("NERITE_CACHE").filter(|folder| !folder.is_empty()) {
        return Ok(folder.into());
    }
    let folder = dirs::cache_dir().context("found no cache folder; set NERITE_CACHE to one")?;
    Ok(folder.join("nerite"))
}

/// Notes in an entry's folder what it is of, for people.
///
/// # Errors
///
/// A disk that fails.
pub fn describe(folder: &LockedFolder, about: &str) -> Result<()> {
    write_whole(&folder.join(ABOUT), about.as_bytes())
}

/// An entry of the cache.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What kind of thing it is, in words.
    pub kind: &'static str,
    /// Its folder.
    pub path: PathBuf,
    /// What it is of, where it says so.
    pub about: Option<String>,
    /// The bytes of its files.
    pub bytes: u64,
    /// When it was made or last used.
    pub used: SystemTime,
}

/// All entries of the cache in `root`, the one used last first.
///
/// # Errors
///
/// A folder that is there and cannot be read.
pub fn entries(root: &Path) -> Result<Vec<Entry>> {
    let mut found = Vec::new();
    for (folder, kind) in KINDS {
        for entry in list(&root.join(folder))? {
            if !is_removed(&entry.file_name()) && entry.file_type()?.is_dir() {
                found.push(Entry::read(kind, &entry.path()));
            }
        }
    }
    found.sort_by(|a, b| (b.used, &a.path).cmp(&(a.used, &b.path)));
    Ok(found)
}

/// Removes what an earlier removal that was killed has left.
///
/// # Errors
///
/// A folder that cannot be read or removed.
pub fn finish_removals(root: &Path) -> Result<()> {
    for (folder, _) in KINDS {
        for entry in list(&root.join(folder))? {
            if is_removed(&entry.file_name()) {
                let path = entry.path();
                std::fs::remove_dir_all(&path)
                    .with_context(|| format!("cannot remove {}", path.display()))?;
            }
        }
    }
    Ok(())
}

fn list(folder: &Path) -> Result<Vec<DirEntry>> {
    match std::fs::read_dir(folder) {
        Ok(entries) => Ok(entries.collect::<Result<_, _>>()?),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", folder.display())),
    }
}

fn is_removed(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.strip_prefix(TEMPORARY)
        .is_some_and(|name| name.starts_with(REMOVED))
}

impl Entry {
    fn read(kind: &'static str, path: &Path) -> Self {
        let about = read_bounded(&path.join(ABOUT), MAX_ABOUT_BYTES).ok();
        let (bytes, used) = measure(path);
        Self {
            kind,
            path: path.to_owned(),
            about: about.and_then(|about| String::from_utf8(about).ok()),
            bytes,
            used,
        }
    }

    /// Removes it, unless a run works in it: then `false`. Who reads its files
    /// already goes on reading them. A removal that is killed on its way leaves
    /// nothing that would be taken for an entry.
    ///
    /// # Errors
    ///
    /// A disk that fails.
    pub fn remove(&self) -> Result<bool> {
        let Some(lock) = LockedFolder::try_take(&self.path)? else {
            return Ok(false);
        };
        let (Some(parent), Some(name)) = (self.path.parent(), self.path.file_name()) else {
            bail!("{}: no entry of the cache", self.path.display());
        };
        let away = parent.join(format!("{TEMPORARY}{REMOVED}{}", name.to_string_lossy()));
        let remove = || -> std::io::Result<()> {
            if away.exists() {
                std::fs::remove_dir_all(&away)?;
            }
            std::fs::rename(&self.path, &away)?;
            std::fs::remove_dir_all(&away)
        };
        // Where open files cannot be moved, the lock must be closed before.
        if cfg!(not(unix)) {
            drop(lock);
        }
        remove().with_context(|| format!("cannot remove {}", self.path.display()))?;
        Ok(true)
    }
}

/// The bytes of all files in a folder, and when one was changed last.
fn measure(folder: &Path) -> (u64, SystemTime) {
    let mut all = (0, SystemTime::UNIX_EPOCH);
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        // Of a link, its own: it may lead anywhere.
        let Ok(metadata) = entry.metadata() else {
            continue;
        };
        let (bytes, used) = if metadata.is_dir() {
            measure(&entry.path())
        } else {
            let used = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            (metadata.len(), used)
        };
        all = (all.0 + bytes, all.1.max(used));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_listed_and_removed_whole() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("features/abc");
        let taken = LockedFolder::take(&path, |_| {}).unwrap();
        describe(&taken, "of a corpus").unwrap();
        std::fs::write(path.join("features.f16"), [0; 1000]).unwrap();
        let [entry] = &entries(root.path()).unwrap()[..] else {
            panic!("expected one entry");
        };
        assert_eq!(entry.about.as_deref(), Some("of a corpus"));
        assert_eq!(entry.bytes, 1000 + 11);
        assert!(entry.used.elapsed().unwrap().as_secs() < 60);
        assert!(!entry.remove().unwrap(), "a run works in it");
        drop(taken);
        // What a killed removal leaves is no entry, and goes.
        let left = root.path().join("features/.nerite-removed-x");
        std::fs::create_dir(&left).unwrap();
        assert_eq!(entries(root.path()).unwrap().len(), 1);
        finish_removals(root.path()).unwrap();
        assert!(!left.exists());
        assert!(entry.remove().unwrap());
        assert_eq!(
            std::fs::read_dir(root.path().join("features"))
                .unwrap()
                .count(),
            0
        );
        assert!(
            entries(&root.path().join("nowhere")).unwrap().is_empty(),
            "no cache is an empty one"
        );
    }
}
