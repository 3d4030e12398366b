//! Files to write that are not those that are read.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

/// Fails if a file to write is one of those that are read, or another one to
/// write, under whatever name. Each has the words that tell what it is for.
///
/// # Errors
///
/// The first such file; the message names it and both of its purposes.
pub fn check_apart<'a>(
    written: impl IntoIterator<Item = (&'a str, &'a Path)>,
    read: impl IntoIterator<Item = (&'a str, &'a Path)>,
) -> Result<()> {
    let read = read.into_iter();
    let mut known: HashMap<PathBuf, &str> =
        read.map(|(purpose, path)| (real(path), purpose)).collect();
    for (purpose, path) in written {
        // Whatever goes to `/dev/null` may.
        let is_file = path.is_file() || !path.exists();
        if let Some(other) = known.insert(real(path), purpose).filter(|_| is_file) {
            bail!(
                "{}: found one file for {other} and for {purpose}, expected two",
                path.display()
            );
        }
    }
    Ok(())
}

/// A path without links and detours, as far as there is something.
fn real(path: &Path) -> PathBuf {
    let folder = || Some(folder_of(path).canonicalize().ok()?.join(path.file_name()?));
    let real = path.canonicalize().ok().or_else(folder);
    real.unwrap_or_else(|| path.to_owned())
}

/// The folder that a file is in, or would be.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_file_under_two_names_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("corpus"), "").unwrap();
        std::fs::create_dir(at("below")).unwrap();
        let told = |written: &[&str], read: &[&str]| {
            let written: Vec<PathBuf> = written.iter().map(|name| at(name)).collect();
            let read: Vec<PathBuf> = read.iter().map(|name| at(name)).collect();
            check_apart(
                written.iter().map(|path| ("--out", &**path)),
                read.iter().map(|path| ("the corpus", &**path)),
            )
        };
        assert!(told(&["new", "below/new"], &["corpus"]).is_ok());
        // Files that are read may be one.
        assert!(told(&[], &["corpus", "corpus"]).is_ok());
        for name in ["corpus", "./corpus", "below/../corpus"] {
            let message = told(&[name], &["corpus"]).unwrap_err().to_string();
            assert!(
                message.ends_with("found one file for the corpus and for --out, expected two"),
                "{message}"
            );
        }
        // Neither is there yet.
        assert!(told(&["new", "below/../new"], &[]).is_err());
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(at("corpus"), at("link")).unwrap();
            assert!(told(&["link"], &["corpus"]).is_err());
            let null = Path::new("/dev/null");
            assert!(check_apart([("--out", null), ("--predictions", null)], []).is_ok());
        }
    }
}
