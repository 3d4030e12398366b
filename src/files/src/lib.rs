//! Files that are whole or not there, folders that one run has to itself, and
//! the cache.

mod apart;
pub mod cache;
mod space;
mod staging;

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

pub use apart::check_apart;
use apart::folder_of;
pub use space::{Bytes, ensure_free, free_bytes};
pub use staging::{Staging, link_files};

/// What the names of files begin with that are not finished.
const TEMPORARY: &str = ".nerite-";

/// Writes `contents` beside `path`, flushes, and renames: a reader sees the
/// old file or the new one, never a part.
///
/// # Errors
///
/// A disk that fails; the message names the path.
pub fn write_whole(path: &Path, contents: &[u8]) -> Result<()> {
    let folder = folder_of(path);
    let write = || -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(TEMPORARY);
        // For whom a file is, the user's mask says: temporary files are
        // private otherwise.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let mut file = builder.tempfile_in(folder)?;
        file.write_all(contents)?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}

/// Removes what a killed run was about to rename in a folder that nobody else
/// writes to now.
pub fn sweep(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(TEMPORARY) {
            std::fs::remove_file(entry.path()).ok();
        }
    }
}

/// Fails if no file can be written in the folder of `path`: better known
/// before long work than after it.
///
/// # Errors
///
/// A folder that cannot be written to; the message names the path.
pub fn check_writable(path: &Path) -> Result<()> {
    let check = || -> std::io::Result<()> {
        std::fs::create_dir_all(folder_of(path))?;
        tempfile::Builder::new()
            .prefix(TEMPORARY)
            .tempfile_in(folder_of(path))?;
        Ok(())
    };
    check().with_context(|| format!("cannot write {}", path.display()))
}

/// The path of `name` below `root`, where nothing on the way from there is a
/// symbolic link: in what came from outside, a link could lead anywhere.
///
/// # Errors
///
/// A link, a name that leaves `root`, or a file that is not there.
pub fn plain(root: &Path, name: &str) -> Result<PathBuf> {
    let path = plain_or_new(root, name)?;
    std::fs::symlink_metadata(&path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(path)
}

/// As [`plain`], for a file that may not be there yet.
///
/// # Errors
///
/// As there, but for the file that is not there.
pub fn plain_or_new(root: &Path, name: &str) -> Result<PathBuf> {
    let mut path = root.to_owned();
    for part in Path::new(name).components() {
        let Component::Normal(part) = part else {
            anyhow::bail!("{name}: leads out of {}", root.display());
        };
        path.push(part);
        let kind = match std::fs::symlink_metadata(&path) {
            Ok(metadata) => metadata.file_type(),
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", path.display()));
            }
        };
        anyhow::ensure!(
            !kind.is_symlink(),
            "{}: found a symbolic link, expected the file or folder itself",
            path.display()
        );
        anyhow::ensure!(
            kind.is_file() || kind.is_dir(),
            "{}: found what is neither a file nor a folder",
            path.display()
        );
    }
    Ok(path)
}

/// Fails if a file has more than `most` bytes.
///
/// # Errors
///
/// A file that is larger, or that is not there.
pub fn check_size(path: &Path, most: u64) -> Result<()> {
    let size = std::fs::metadata(path)
        .with_context(|| format!("cannot read {}", path.display()))?
        .len();
    anyhow::ensure!(
        size <= most,
        "{}: found {size} bytes, expected at most {most}",
        path.display()
    );
    Ok(())
}

/// Reads a file of at most `most` bytes.
///
/// # Errors
///
/// A file that is larger, or that cannot be read.
pub fn read_bounded(path: &Path, most: u64) -> Result<Vec<u8>> {
    check_size(path, most)?;
    let read = || -> std::io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        // What is no plain file has no size beforehand.
        File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = read().with_context(|| format!("cannot read {}", path.display()))?;
    anyhow::ensure!(
        bytes.len() as u64 <= most,
        "{}: found more than {most} bytes",
        path.display()
    );
    Ok(bytes)
}

/// Fills `buffer` with the bytes of an open file from `offset` on.
///
/// Unlike a map, this fails where the file has been cut meanwhile, instead of
/// ending the process.
///
/// # Errors
///
/// A file that ends before, or a disk that fails.
pub fn read_exact_at(file: &File, buffer: &mut [u8], offset: u64) -> std::io::Result<()> {
    #[cfg(unix)]
    return std::os::unix::fs::FileExt::read_exact_at(file, buffer, offset);
    #[cfg(windows)]
    {
        use std::os::windows::fs::FileExt;
        let mut done = 0;
        while done < buffer.len() {
            match file.seek_read(&mut buffer[done..], offset + done as u64)? {
                0 => return Err(ErrorKind::UnexpectedEof.into()),
                read => done += read,
            }
        }
        Ok(())
    }
}

/// Whether `path` still leads to this open file: it may have been removed, or
/// another may have taken its place.
pub fn is_at(file: &File, path: &Path) -> bool {
    let Ok(found) = std::fs::metadata(path) else {
        return false;
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        file.metadata()
            .is_ok_and(|own| (own.dev(), own.ino()) == (found.dev(), found.ino()))
    }
    // Elsewhere an open file cannot be removed.
    #[cfg(not(unix))]
    {
        let _ = file;
        found.is_file()
    }
}

/// The sha256 of a file, in hexadecimal.
///
/// # Errors
///
/// A file that cannot be read.
pub fn sha256_of(path: &Path) -> Result<String> {
    let read = || sha256_from(&mut File::open(path)?);
    read().with_context(|| format!("cannot read {}", path.display()))
}

/// The sha256 of an open file from its beginning, in hexadecimal.
///
/// # Errors
///
/// A disk that fails.
pub fn sha256_from(file: &mut File) -> std::io::Result<String> {
    let mut digest = Sha256::new();
    file.seek(SeekFrom::Start(0))?;
    std::io::copy(file, &mut digest)?;
    Ok(format!("{:x}", digest.finalize()))
}

/// A folder that belongs to this process until the value is dropped (or the
/// process ends, however it ends: the operating system lets go of the lock).
pub struct LockedFolder {
    path: PathBuf,
    lock: File,
}

/// The file in a folder that says whose it is.
const LOCK: &str = ".lock";

/// Makes a folder and opens its lock.
fn open_lock(path: &Path) -> Result<File> {
    let lock = path.join(LOCK);
    let mut tries = 0;
    loop {
        std::fs::create_dir_all(path).with_context(|| format!("cannot make {}", path.display()))?;
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock);
        match file {
            // The folder was removed between the two lines.
            Err(error) if error.kind() == ErrorKind::NotFound && tries < 10 => tries += 1,
            file => return file.with_context(|| format!("cannot write {}", lock.display())),
        }
    }
}

impl LockedFolder {
    /// Makes `path` and takes it. Where another run has it, `waiting` is
    /// called and that run's end waited for.
    ///
    /// # Errors
    ///
    /// A folder that cannot be made, or a lock file that cannot be written.
    pub fn take(path: &Path, waiting: impl FnOnce(&Path)) -> Result<Self> {
        let mut waiting = Some(waiting);
        loop {
            let file = open_lock(path)?;
            let lock = path.join(LOCK);
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    if let Some(waiting) = waiting.take() {
                        waiting(path);
                    }
                    file.lock()
                        .with_context(|| format!("cannot lock {}", lock.display()))?;
                }
                Err(TryLockError::Error(error)) => {
                    return Err(error).with_context(|| format!("cannot lock {}", lock.display()));
                }
            }
            // Who held the lock may have removed the folder, and this file with it.
            if !is_at(&file, &lock) {
                continue;
            }
            // Says when the folder was used last.
            file.set_modified(SystemTime::now()).ok();
            sweep(path);
            return Ok(Self {
                path: path.to_owned(),
                lock: file,
            });
        }
    }

    /// As [`take`](Self::take), but `None` where another run has the folder.
    /// Taking it so is no use of it.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn try_take(path: &Path) -> Result<Option<Self>> {
        let lock = open_lock(path)?;
        match lock.try_lock() {
            Ok(()) if is_at(&lock, &path.join(LOCK)) => Ok(Some(Self {
                path: path.to_owned(),
                lock,
            })),
            Ok(()) | Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("cannot lock {}", path.join(LOCK).display()))
            }
        }
    }

    /// Whether the folder is still the one that was taken: somebody may have
    /// removed it.
    pub fn is_there(&self) -> bool {
        is_at(&self.lock, &self.path.join(LOCK))
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The path of a file in the folder.
    pub fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_replaced_whole_and_nothing_is_left_beside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/file");
        write_whole(&path, b"one").unwrap();
        write_whole(&path, b"two").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(
            std::fs::read_dir(path.parent().unwrap()).unwrap().count(),
            1
        );
        assert!(read_bounded(&path, 2).is_err());
        assert_eq!(read_bounded(&path, 3).unwrap(), b"two");
    }

    #[test]
    fn a_folder_has_one_owner() {
        let folder = tempfile::tempdir().unwrap();
        let first = LockedFolder::take(folder.path(), |_| panic!("nobody else is there")).unwrap();
        let path = folder.path().to_owned();
        let second = std::thread::spawn(move || LockedFolder::take(&path, |_| {}).map(drop));
        std::thread::sleep(std::time::Duration::from_millis(50));
        assert!(!second.is_finished());
        drop(first);
        second.join().unwrap().unwrap();
    }

    #[test]
    fn a_folder_that_was_removed_is_taken_anew() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("folder");
        let first = LockedFolder::take(&path, |_| panic!("nobody else is there")).unwrap();
        assert!(LockedFolder::try_take(&path).unwrap().is_none());
        let own = path.clone();
        let waiting = std::thread::spawn(move || LockedFolder::take(&own, |_| {}).unwrap());
        std::thread::sleep(std::time::Duration::from_millis(50));
        std::fs::remove_dir_all(&path).unwrap();
        assert!(!first.is_there());
        // Who waited has the folder that is there, not the removed one's lock.
        drop(first);
        let second = waiting.join().unwrap();
        assert!(second.is_there());
        assert!(LockedFolder::try_take(&path).unwrap().is_none());
    }

    #[test]
    fn a_cut_file_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, b"0123456789").unwrap();
        let file = File::open(&path).unwrap();
        let mut four = [0; 4];
        read_exact_at(&file, &mut four, 6).unwrap();
        assert_eq!(&four, b"6789");
        std::fs::write(&path, b"01234567").unwrap();
        let error = read_exact_at(&file, &mut four, 6).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
    }
}
