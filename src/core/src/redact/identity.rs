//! Which values are the same one: in whatever case and white space; a surname
//! alone is the person named before, if there is just one.

use std::collections::HashMap;

use super::lists::words;

/// Titles that are no part of a name.
const TITLES: [&str; 32] = [
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "dr",
    "prof",
    "sir",
    "madam",
    "herr",
    "frau",
    "hr",
    "fr",
    "monsieur",
    "madame",
    "mademoiselle",
    "mme",
    "mlle",
    "m",
    "señor",
    "señora",
    "sr",
    "sra",
    "don",
    "doña",
    "signor",
    "signora",
    "sig",
    "senhor",
    "senhora",
    "dhr",
    "mevr",
];

/// A surname has at most so many words ("van der Berg").
const MOST_IN_A_SURNAME: usize = 4;

/// The values that are known, by what makes them the same.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Identities {
    by_value: HashMap<(String, String), usize>,
    /// `None` where several persons have the surname.
    by_surname: HashMap<String, Option<usize>>,
}

impl Identities {
    /// The entry of a value, if it is known.
    pub(super) fn get(&self, kind: &str, value: &str) -> Option<usize> {
        let key = key(kind, value);
        if let Some(entry) = self.by_value.get(&(kind.to_owned(), key.clone())) {
            return Some(*entry);
        }
        match kind {
            "PERSON" => self.by_surname.get(&key).copied().flatten(),
            _ => None,
        }
    }

    /// Remembers a value of an entry.
    pub(super) fn add(&mut self, kind: &str, value: &str, entry: usize) {
        let key = key(kind, value);
        if kind == "PERSON" {
            let words: Vec<&str> = key.split(' ').collect();
            let first = words.len().saturating_sub(MOST_IN_A_SURNAME).max(1);
            for from in first..words.len() {
                let known = self
                    .by_surname
                    .entry(words[from..].join(" "))
                    .or_insert(Some(entry));
                if *known != Some(entry) {
                    *known = None;
                }
            }
        }
        self.by_value.entry((kind.to_owned(), key)).or_insert(entry);
    }
}

/// What is equal for values that are the same.
fn key(kind: &str, value: &str) -> String {
    let folded = value.to_lowercase();
    if kind != "PERSON" {
        let words: Vec<&str> = folded.split_whitespace().collect();
        return words.join(" ");
    }
    let folded = folded.replace('\u{2019}', "'");
    let folded = folded.strip_suffix("'s").unwrap_or(&folded);
    let mut parts: Vec<&str> = words(folded).map(|word| &folded[word]).collect();
    let titles = parts.iter().take_while(|part| TITLES.contains(part));
    let titles = titles.count().min(parts.len().saturating_sub(1));
    parts.drain(..titles);
    // "Smith, John" of lists and forms.
    if let Some((surname, _)) = folded.split_once(", ") {
        let count = words(surname).count();
        if count < parts.len() {
            parts.rotate_left(count);
        }
    }
    parts.join(" ")
}
