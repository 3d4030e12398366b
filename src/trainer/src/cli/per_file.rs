//! Flags whose value may differ from file to file: `VALUE` is for all, and
//! `FILE:VALUE` for one.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, Result, anyhow, bail, ensure};

/// The values of a flag that may be given for one file.
pub(super) struct PerFile<'a> {
    pub(super) flag: &'static str,
    pub(super) values: &'a [String],
    /// All files of the training.
    pub(super) files: Vec<&'a PathBuf>,
    /// Whether a text with a colon is a value as it stands.
    pub(super) is_value: fn(&str) -> bool,
}

impl<'a> PerFile<'a> {
    /// The value for a file: its own, else the one for all.
    pub(super) fn of(&self, file: &Path) -> Option<&'a str> {
        let mut values = self.values.iter().rev();
        let own = values.find_map(|value| self.own(value, file));
        own.or_else(|| {
            self.values
                .iter()
                .rev()
                .map(String::as_str)
                .find(|value| self.is_for_all(value))
        })
    }

    /// What stands after `FILE:`, if FILE is this file's path, or how that ends
    /// and no other file's path.
    pub(super) fn own<'v>(&self, value: &'v str, file: &Path) -> Option<&'v str> {
        let (name, rest) = named(value, file)?;
        let is_path = |file: &Path| file.strip_prefix(".").unwrap_or(file) == name;
        let other = !is_path(file) && self.files.iter().any(|own| is_path(own));
        (!other).then_some(rest)
    }

    /// A value is for all files unless it names one.
    fn is_for_all(&self, value: &str) -> bool {
        !self.files.iter().any(|file| named(value, file).is_some())
    }

    /// The value for a file, read.
    pub(super) fn read<T: FromStr>(&self, file: &Path) -> Result<Option<T>>
    where
        T::Err: std::fmt::Display,
    {
        let read = |value: &str| {
            value
                .parse()
                .map_err(|error| anyhow!("--{} for {}: {error}", self.flag, file.display()))
        };
        self.of(file).map(read).transpose()
    }

    /// The same for a number that `fits`.
    pub(super) fn number<T: FromStr>(
        &self,
        file: &Path,
        fits: impl Fn(&T) -> bool,
        expected: &str,
    ) -> Result<Option<T>> {
        let read = |value: &str| {
            value.parse().ok().filter(&fits).with_context(|| {
                let file = file.display();
                format!(
                    "--{} for {file}: found {value:?}, expected {expected}",
                    self.flag
                )
            })
        };
        self.of(file).map(read).transpose()
    }

    /// What stands before a colon names one of the files, each at most once.
    pub(super) fn check(&self) -> Result<()> {
        for (index, value) in self.values.iter().enumerate() {
            let start = value.split_once(':').map(|(start, _)| start);
            let other = start.is_some_and(|start| !start.contains(['=', ',']));
            ensure!(
                !other || (self.is_value)(value) || !self.is_for_all(value),
                "--{} {value}: found no file of that name, expected one of {}; a value that has a \
                 colon itself needs FILE: before it",
                self.flag,
                listed(self.files.iter().map(|file| file.display()))
            );
            for before in &self.values[..index] {
                let by_both = |file: &&&PathBuf| {
                    self.own(value, file).is_some() && self.own(before, file).is_some()
                };
                let twice = match self.files.iter().find(by_both) {
                    Some(file) => Some(file.display().to_string()),
                    None => (self.is_for_all(value) && self.is_for_all(before))
                        .then(|| "all files".to_owned()),
                };
                if let Some(what) = twice {
                    bail!(
                        "--{} {value}: found it a second time for {what}, expected one value",
                        self.flag
                    );
                }
            }
        }
        Ok(())
    }
}

fn listed(items: impl Iterator<Item = impl std::fmt::Display>) -> String {
    items
        .map(|item| item.to_string())
        .collect::<Vec<_>>()
        .join(", ")
}

/// `FILE` and what stands after the colon, if FILE is this file's path or how
/// that ends.
fn named<'a>(value: &'a str, file: &Path) -> Option<(&'a Path, &'a str)> {
    let mut colons = value.match_indices(':').map(|(at, _)| at);
    colons.find_map(|at| {
        let name = Path::new(&value[..at]);
        let name = name.strip_prefix(".").unwrap_or(name);
        let ends = !name.as_os_str().is_empty() && file.ends_with(name);
        ends.then_some((name, &value[at + 1..]))
    })
}

/// Whether a text is a value of this kind.
pub(super) fn is<T: FromStr>(text: &str) -> bool {
    text.parse::<T>().is_ok()
}

/// Refuses at once what is no value, whatever file it may be for.
pub(super) fn value<T: FromStr>(text: &str) -> Result<String, String>
where
    T::Err: std::fmt::Display,
{
    let own = |text: &str| text.parse::<T>().map_err(|error| error.to_string());
    let mut colons = text.match_indices(':');
    match own(text) {
        Err(error) if !colons.any(|(at, _)| own(&text[at + 1..]).is_ok()) => Err(error),
        _ => Ok(text.to_owned()),
    }
}
