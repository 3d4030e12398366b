//! Lists of names from outside, one name a line, which templates and exchanged
//! names draw from.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, Result, ensure};

/// A list may have so many bytes and names, and a name so many characters.
const MAX_BYTES: u64 = 16 << 20;
const MAX_NAMES: usize = 1_000_000;
const MAX_LENGTH: usize = 100;

/// What a list holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameKind {
    /// First names.
    First,
    /// Last names.
    Last,
    /// Places.
    Places,
    /// Organizations.
    Organizations,
}

impl NameKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::First, Self::Last, Self::Places, Self::Organizations];

    /// What it is called on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Last => "last",
            Self::Places => "places",
            Self::Organizations => "organizations",
        }
    }
}

/// A file with names of a kind, written `places=cities.txt`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameFile {
    /// What it holds.
    pub kind: NameKind,
    /// The file.
    pub path: PathBuf,
}

impl FromStr for NameFile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let kinds = NameKind::ALL.map(NameKind::name).join(", ");
        let (kind, path) = text
            .split_once('=')
            .filter(|(_, path)| !path.is_empty())
            .ok_or_else(|| format!("found {text:?}, expected KIND=FILE with one of {kinds}"))?;
        let kind = NameKind::ALL
            .into_iter()
            .find(|own| own.name() == kind)
            .ok_or_else(|| format!("found the kind {kind:?}, expected one of {kinds}"))?;
        Ok(Self {
            kind,
            path: path.into(),
        })
    }
}

impl fmt::Display for NameFile {
    /// Without its folder, which is this machine's own.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.path.file_name().unwrap_or_default();
        write!(f, "{}={}", self.kind.name(), name.to_string_lossy())
    }
}

/// Names by what they are; a list that is empty has not been given.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GivenNames {
    pub(super) first: Vec<String>,
    pub(super) last: Vec<String>,
    pub(super) places: Vec<String>,
    pub(super) organizations: Vec<String>,
    pub(super) files: Vec<(NameFile, String, usize)>,
}

impl GivenNames {
    /// Reads lists; of two with the same kind, both count.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, is not UTF-8 or too large, or holds no name;
    /// a name that is too long, with its line.
    pub fn read(files: &[NameFile]) -> Result<Self> {
        let mut given = Self::default();
        for file in files {
            let names = read(&file.path)?;
            let sha256 = nerite_files::sha256_of(&file.path)?;
            given.files.push((file.clone(), sha256, names.len()));
            let list = match file.kind {
                NameKind::First => &mut given.first,
                NameKind::Last => &mut given.last,
                NameKind::Places => &mut given.places,
                NameKind::Organizations => &mut given.organizations,
            };
            list.extend(names);
        }
        Ok(given)
    }

    /// Each file with its sha256 and how many names it holds.
    pub fn files(&self) -> &[(NameFile, String, usize)] {
        &self.files
    }
}

fn read(path: &Path) -> Result<Vec<String>> {
    let name = path.display();
    let bytes = nerite_files::read_bounded(path, MAX_BYTES)?;
    let text = String::from_utf8(bytes).with_context(|| format!("{name}: expected UTF-8"))?;
    let mut names = Vec::new();
    for (number, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.trim();
        ensure!(
            line.chars().count() <= MAX_LENGTH,
            "{name}:{}: found a name of more than {MAX_LENGTH} characters, expected one name a line",
            number + 1
        );
        if line.chars().any(char::is_alphabetic) {
            names.push(line.to_owned());
        }
        ensure!(
            names.len() <= MAX_NAMES,
            "{name}: found more than {MAX_NAMES} names"
        );
    }
    ensure!(
        !names.is_empty(),
        "{name}: found no name, expected one a line"
    );
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_and_what_is_none_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("places.txt");
        std::fs::write(&path, "\u{feff}Riga\n\n Novi Sad \r\n12\n").unwrap();
        let file: NameFile = format!("places={}", path.display()).parse().unwrap();
        assert_eq!(file.to_string(), "places=places.txt");
        let given = GivenNames::read(std::slice::from_ref(&file)).unwrap();
        assert_eq!(given.places, ["Riga", "Novi Sad"]);
        assert_eq!(given.files()[0].2, 2);
        for (contents, expected) in [
            (&b"12\n"[..], "found no name"),
            (b"\xff\n", "expected UTF-8"),
            (&[b'a'; 200], "places.txt:1: found a name of more than"),
        ] {
            std::fs::write(&path, contents).unwrap();
            let error = GivenNames::read(std::slice::from_ref(&file)).unwrap_err();
            assert!(format!("{error:#}").contains(expected), "{error:#}");
        }
        for wrong in ["cities.txt", "towns=a.txt", "places="] {
            assert!(wrong.parse::<NameFile>().unwrap_err().contains("places"));
        }
    }
}
