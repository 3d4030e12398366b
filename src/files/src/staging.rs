//! Folders that are made beside the place where they will be, and then take
//! it: what is there is the old one or the new one.

use std::fs::{DirEntry, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::{TEMPORARY, folder_of};

/// What the names of all folders begin with that are on their way.
const OF_ANY_PLACE: &str = ".nerite-new-";
/// What earlier versions called a site that was on its way.
const OF_OLDER_VERSIONS: &str = ".nerite-site-";
/// When a folder that nobody works in is nobody's any more.
const LEFT_AFTER: Duration = Duration::from_secs(3600);

/// A folder on its way to its place. Dropped before, it goes away; what a
/// killed process leaves, the next one for the same place removes.
pub struct Staging {
    folder: tempfile::TempDir,
    place: PathBuf,
    /// Says that the folder is somebody's, as long as the process lives.
    _lock: Option<File>,
}

impl Staging {
    /// Makes an empty folder beside `place`, after those that nobody works in
    /// any more are gone.
    ///
    /// # Errors
    ///
    /// A folder that cannot be written to, or a place without a name.
    pub fn beside(place: &Path) -> Result<Self> {
        let parent = folder_of(place);
        let make = || -> std::io::Result<tempfile::TempDir> {
            std::fs::create_dir_all(parent)?;
            let mut builder = tempfile::Builder::new();
            let prefix = prefix(place);
            builder.prefix(&prefix);
            // For whom a folder is, the user's mask says: temporary ones are
            // private otherwise.
            #[cfg(unix)]
            builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
            builder.tempdir_in(parent)
        };
        ensure!(
            place.file_name().is_some(),
            "{}: expected a folder with a name",
            place.display()
        );
        sweep_staging(place);
        let folder = make().with_context(|| format!("cannot write into {}", parent.display()))?;
        let lock = lock(folder.path());
        Ok(Self {
            folder,
            place: place.to_owned(),
            _lock: lock,
        })
    }

    /// Where it is now.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Puts the folder in its place. An older one that is there stays until
    /// this one stands, and then goes.
    ///
    /// # Errors
    ///
    /// A disk that fails, or a place that nothing can be put in, such as where
    /// another disk is mounted: the older folder is there then.
    pub fn put(self) -> Result<()> {
        let put = || -> std::io::Result<()> {
            if !self.place.exists() {
                return std::fs::rename(self.path(), &self.place);
            }
            exchange(self.path(), &self.place)?;
            // The older one has this one's name now.
            std::fs::remove_dir_all(self.path())
        };
        put().with_context(|| format!("cannot write {}", self.place.display()))
    }
}

/// Two folders change their names.
fn exchange(new: &Path, old: &Path) -> std::io::Result<()> {
    #[cfg(any(target_os = "linux", target_vendor = "apple"))]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        match renameat_with(CWD, new, CWD, old, RenameFlags::EXCHANGE) {
            Ok(()) => return Ok(()),
            Err(error)
                if error == rustix::io::Errno::INVAL || error == rustix::io::Errno::NOSYS => {}
            Err(error) => return Err(error.into()),
        }
    }
    // Where the system cannot do it at once, as fast as possible: what a
    // process leaves that is killed in between is found beside the place.
    let aside = new.with_extension("old");
    std::fs::rename(old, &aside)?;
    if let Err(error) = std::fs::rename(new, old) {
        std::fs::rename(&aside, old)?;
        return Err(error);
    }
    std::fs::rename(&aside, new)
}

/// What the names of folders on their way to `place` begin with.
fn prefix(place: &Path) -> String {
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    format!("{OF_ANY_PLACE}{name}-")
}

/// Removes folders on their way to `place` whose process has ended; and those
/// to other places beside it, also of versions that took no locks, that nobody
/// has touched for an hour.
fn sweep_staging(place: &Path) {
    let prefix = prefix(place);
    let is_old = |entry: &DirEntry| {
        let modified = entry.metadata().and_then(|metadata| metadata.modified());
        let age = modified.ok().and_then(|modified| modified.elapsed().ok());
        age.is_some_and(|age| age > LEFT_AFTER)
    };
    for entry in std::fs::read_dir(folder_of(place))
        .into_iter()
        .flatten()
        .flatten()
    {
        let name = entry.file_name();
        let is_ours = name
            .to_string_lossy()
            .strip_prefix(&prefix)
            .is_some_and(|rest| {
                // Of another place, whose name begins alike, there would be more.
                !rest.contains('-')
            });
        let is_left = [OF_ANY_PLACE, OF_OLDER_VERSIONS]
            .iter()
            .any(|prefix| name.to_string_lossy().starts_with(prefix))
            && is_old(&entry);
        if (is_ours || is_left)
            && entry.file_type().is_ok_and(|kind| kind.is_dir())
            && lock(&entry.path()).is_some()
        {
            std::fs::remove_dir_all(entry.path()).ok();
        }
    }
}

/// Takes the lock of a folder itself, unless another process has it, or the
/// system has no locks of folders.
fn lock(folder: &Path) -> Option<File> {
    let file = File::open(folder).ok()?;
    file.try_lock().ok()?;
    Some(file)
}

/// Makes every plain file below `from` a file below `to`, too, without taking
/// room: a second name of the same contents where the disk has that, else a
/// copy. Links, and what a killed run has left, are passed over; what is there
/// already stays.
///
/// # Errors
///
/// A disk that fails.
pub fn link_files(from: &Path, to: &Path) -> Result<()> {
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(from.join(&folder))
            .with_context(|| format!("cannot read {}", from.join(&folder).display()))?;
        for entry in entries {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            let kind = entry.file_type()?;
            if entry.file_name().to_string_lossy().starts_with(TEMPORARY) {
                continue;
            }
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() {
                let (old, new) = (from.join(&path), to.join(&path));
                let link = || -> std::io::Result<()> {
                    std::fs::create_dir_all(to.join(&folder))?;
                    match std::fs::hard_link(&old, &new) {
                        Ok(()) => Ok(()),
                        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
                        Err(_) => std::fs::copy(&old, &new).map(drop),
                    }
                };
                link().with_context(|| format!("cannot copy {}", old.display()))?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_folder_takes_the_place_of_another() {
        let parent = tempfile::tempdir().unwrap();
        let place = parent.path().join("site");
        for contents in ["one", "two"] {
            let staging = Staging::beside(&place).unwrap();
            std::fs::write(staging.path().join(contents), contents).unwrap();
            staging.put().unwrap();
            assert_eq!(names(&place), [contents]);
            assert_eq!(names(parent.path()), ["site"]);
        }
        drop(Staging::beside(&place).unwrap());
        assert_eq!(names(parent.path()), ["site"]);
        assert_eq!(names(&place), ["two"]);
    }

    #[test]
    #[cfg(unix)]
    fn what_a_killed_process_left_goes_and_what_a_living_one_has_stays() {
        let parent = tempfile::tempdir().unwrap();
        let place = parent.path().join("site");
        let living = Staging::beside(&place).unwrap();
        let left = parent.path().join(".nerite-new-site-abc123");
        let other = parent.path().join(".nerite-new-site-b-abc123");
        let older = parent.path().join(".nerite-site-abc123");
        for folder in [&left, &other, &older] {
            std::fs::create_dir_all(folder.join("deep")).unwrap();
        }
        let second = Staging::beside(&place).unwrap();
        assert!(living.path().exists() && second.path().exists());
        assert!(!left.exists());
        assert!(other.exists() && older.exists(), "somebody may be at work");
        let long_ago = std::time::SystemTime::now() - 2 * LEFT_AFTER;
        for folder in [&other, &older, living.path(), &place.with_file_name("mine")] {
            std::fs::create_dir_all(folder).unwrap();
            File::open(folder).unwrap().set_modified(long_ago).unwrap();
        }
        drop(Staging::beside(&place).unwrap());
        assert!(!other.exists() && !older.exists());
        assert!(living.path().exists(), "its process lives");
        assert!(place.with_file_name("mine").exists(), "not ours");
    }

    #[test]
    fn files_are_linked() {
        let place = tempfile::tempdir().unwrap();
        let (from, to) = (place.path().join("from"), place.path().join("to"));
        std::fs::create_dir_all(from.join("deep")).unwrap();
        std::fs::create_dir_all(&to).unwrap();
        std::fs::write(from.join("deep/a"), "a").unwrap();
        std::fs::write(from.join("b"), "old").unwrap();
        std::fs::write(from.join(".nerite-1"), "left").unwrap();
        std::fs::write(to.join("b"), "new").unwrap();
        link_files(&from, &to).unwrap();
        assert_eq!(std::fs::read(to.join("deep/a")).unwrap(), b"a");
        assert_eq!(std::fs::read(to.join("b")).unwrap(), b"new");
        assert_eq!(names(&to), ["b", "deep"]);
    }
}
