//! What placeholders stand for.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::found::{Found, MAX_TYPE_BYTES, Origin};
use super::identity::Identities;
use super::placeholder::Reader;

/// What is said of a table's file.
const FORMAT: &str = "nerite-redaction";
const VERSION: u32 = 1;
/// The type of a text that only looks like a placeholder of the table.
const LITERAL: &str = "LITERAL";
/// Bounds of a table from outside.
const MAX_ENTRIES: usize = 1 << 20;
const MAX_NUMBER: u32 = 9_999_999;
/// Any of the types may stand at any place of a text; heads have some tens.
const MAX_TYPES: usize = 2000;

/// A placeholder and what it stands for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// As it stands in the text: `[PERSON_1]`.
    pub placeholder: String,
    /// The type: `PERSON`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The number, from 1 on.
    pub number: u32,
    /// The value as it is written in the texts, the first one first: what
    /// answers get.
    pub forms: Vec<String>,
}

/// The values of one text or of several that belong together. It holds
/// everything that was taken out of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    entries: Vec<Entry>,
    identities: Identities,
    /// The last number of each type.
    last: BTreeMap<String, u32>,
    /// Types and numbers that stand in the texts themselves.
    reserved: HashSet<(String, u32)>,
    /// Which form stands behind a placeholder, by all of its text before.
    places: HashMap<u64, u32>,
}

/// A table's file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    version: u32,
    entries: Vec<Entry>,
    /// `TYPE_NUMBER` of what stands in the texts themselves.
    reserved: Vec<(String, u32)>,
    /// The hash of a text up to and with a placeholder, and the form there.
    places: BTreeMap<String, u32>,
}

/// Why a file is no table.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// It is not JSON of this form.
    #[error("found no redaction table: {0}")]
    Json(serde_json::Error),
    /// It is another format or version.
    #[error("found {0:?}, version {1}, expected {FORMAT:?}, version {VERSION}")]
    Format(String, u32),
    /// It contradicts itself.
    #[error("entry {0}: {1}")]
    Entry(usize, &'static str),
    /// There is more of something than a table holds.
    #[error("found {1} {0}, expected at most {2}")]
    TooMany(&'static str, usize, usize),
}

/// The hash (FNV-1a, 64 bits) of a text so far.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Prefix(u64);

impl Default for Prefix {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Prefix {
    pub(super) fn to_hex(self) -> String {
        format!("{:016x}", self.0)
    }

    /// That of an empty text if it is none.
    pub(super) fn from_hex(hex: &str) -> Self {
        u64::from_str_radix(hex, 16).map_or_else(|_| Self::default(), Self)
    }

    pub(super) fn add(&mut self, text: &str) {
        for byte in text.bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

impl Table {
    /// The entries, in the order of their first places.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Whether the table's file could be read again.
    ///
    /// # Errors
    ///
    /// More values or types than a table holds, or a type or number that no
    /// placeholder has.
    pub fn check(&self) -> Result<(), TableError> {
        check_count("values", self.entries.len(), MAX_ENTRIES)?;
        check_count("types", self.last.len(), MAX_TYPES)?;
        let mut entries = self.entries.iter().enumerate();
        entries.try_for_each(|(place, entry)| check_entry(place, entry))
    }

    /// As a file: JSON, with everything that was taken out. What has not passed
    /// [`Table::check`] may not be read again.
    pub fn to_json(&self) -> String {
        let mut reserved: Vec<(String, u32)> = self.reserved.iter().cloned().collect();
        reserved.sort();
        let places = self
            .places
            .iter()
            .map(|(hash, form)| (format!("{hash:016x}"), *form));
        let file = File {
            format: FORMAT.to_owned(),
            version: VERSION,
            entries: self.entries.clone(),
            reserved,
            places: places.collect(),
        };
        serde_json::to_string_pretty(&file).expect("strings and numbers are JSON")
    }

    /// Reads a table's file.
    ///
    /// # Errors
    ///
    /// What [`Table::to_json`] has not written, or what was changed since so
    /// that it contradicts itself.
    pub fn from_json(json: &[u8]) -> Result<Self, TableError> {
        let file: File = serde_json::from_slice(json).map_err(TableError::Json)?;
        if file.format != FORMAT || file.version != VERSION {
            return Err(TableError::Format(
                file.format.chars().take(40).collect(),
                file.version,
            ));
        }
        check_count("values", file.entries.len(), MAX_ENTRIES)?;
        let mut table = Self::default();
        let mut placeholders = HashSet::new();
        for (place, entry) in file.entries.into_iter().enumerate() {
            check_entry(place, &entry)?;
            if !placeholders.insert(entry.placeholder.clone()) {
                return Err(TableError::Entry(place + 1, "found a placeholder twice"));
            }
            for form in &entry.forms {
                table.identities.add(&entry.kind, form, place);
            }
            let last = table.last.entry(entry.kind.clone()).or_default();
            *last = (*last).max(entry.number);
            table.entries.push(entry);
        }
        check_count("types", table.last.len(), MAX_TYPES)?;
        table.reserved = file.reserved.into_iter().collect();
        for (hash, form) in file.places {
            if let Ok(hash) = u64::from_str_radix(&hash, 16) {
                table.places.insert(hash, form);
            }
        }
        Ok(table)
    }

    /// The form of an entry that stands where the text so far has this hash,
    /// else its first.
    pub(super) fn form(&self, entry: usize, prefix: Prefix) -> &str {
        let forms = &self.entries[entry].forms;
        let form = self
            .places
            .get(&prefix.0)
            .and_then(|form| forms.get(*form as usize));
        form.unwrap_or(&forms[0])
    }

    /// Keeps away from the numbers that a text has itself, so that restoring
    /// does not take them for placeholders. Where it has one of a placeholder
    /// that is in use already, that is taken out, too.
    pub(super) fn reserve(&mut self, text: &str, found: Vec<Found>) -> Vec<Found> {
        let mut kinds: Vec<&str> = KNOWN.to_vec();
        kinds.extend(found.iter().map(|found| found.kind.as_str()));
        kinds.extend(self.entries.iter().map(|entry| entry.kind.as_str()));
        let reader = Reader::new(kinds.into_iter());
        let in_use = Reader::of(self);
        let mut all = Vec::with_capacity(found.len());
        let mut end = 0;
        let ends: Vec<_> = found
            .iter()
            .map(|found| found.range.clone())
            .chain(std::iter::once(text.len()..text.len()))
            .collect();
        let mut literals = Vec::new();
        for range in ends {
            let between = &text[end..range.start];
            for (kind, number) in reader.all(between) {
                self.reserved.insert((kind, number));
            }
            for literal in in_use.matches(between) {
                literals.push(Found {
                    range: end + literal.start..end + literal.end,
                    kind: LITERAL.to_owned(),
                    score: 1.0,
                    origin: Origin::Pattern,
                });
            }
            end = range.end;
        }
        all.extend(found);
        if !literals.is_empty() {
            all.extend(literals);
            all.sort_by_key(|found| found.range.start);
        }
        all
    }

    /// The entry for a value at the place of a text that `prefix` is the hash
    /// of, which learns the placeholder. Everything is noted that is needed to
    /// get the very same text back.
    pub(super) fn place(&mut self, kind: &str, value: &str, prefix: &mut Prefix) -> usize {
        let known = self.identities.get(kind, value);
        if let Some(entry) = known {
            let own = &self.entries[entry];
            let form = own.forms.iter().position(|form| form == value);
            let place = form.unwrap_or(own.forms.len());
            let mut after = *prefix;
            after.add(&own.placeholder);
            // Two texts that have become the same one need not have been.
            if self
                .places
                .get(&after.0)
                .is_none_or(|other| *other == place as u32)
            {
                if form.is_none() {
                    self.entries[entry].forms.push(value.to_owned());
                    self.identities.add(kind, value, entry);
                }
                self.places.insert(after.0, place as u32);
                *prefix = after;
                return entry;
            }
        }
        let mut number = self.last.get(kind).copied().unwrap_or(0) + 1;
        while self.reserved.contains(&(kind.to_owned(), number)) {
            number += 1;
        }
        self.last.insert(kind.to_owned(), number);
        let entry = self.entries.len();
        self.entries.push(Entry {
            placeholder: placeholder(kind, number),
            kind: kind.to_owned(),
            number,
            forms: vec![value.to_owned()],
        });
        self.identities.add(kind, value, entry);
        prefix.add(&self.entries[entry].placeholder);
        self.places.insert(prefix.0, 0);
        entry
    }
}

fn check_count(what: &'static str, found: usize, most: usize) -> Result<(), TableError> {
    if found > most {
        return Err(TableError::TooMany(what, found, most));
    }
    Ok(())
}

fn check_entry(place: usize, entry: &Entry) -> Result<(), TableError> {
    let wrong = |what| Err(TableError::Entry(place + 1, what));
    let signs = |c: char| c.is_alphanumeric() || c == '_';
    if entry.kind.is_empty()
        || entry.kind.len() > 4 * MAX_TYPE_BYTES
        || !entry.kind.chars().all(signs)
    {
        return wrong("expected a type of letters, digits and underscores");
    }
    if entry.number == 0 {
        return wrong("found the number 0, expected a number from 1 to 9,999,999");
    }
    check_count("as a number", entry.number as usize, MAX_NUMBER as usize)?;
    if entry.placeholder != placeholder(&entry.kind, entry.number) {
        return wrong("expected the placeholder [TYPE_NUMBER] of its type and number");
    }
    if entry.forms.is_empty() {
        return wrong("expected at least one form");
    }
    Ok(())
}

/// Types whose numbers a text's own "Person 1" is looked for, whatever the
/// text: other texts of the table may have them.
const KNOWN: [&str; 7] = [
    "PERSON",
    "LOCATION",
    "ADDRESS",
    "ORGANIZATION",
    "PHONE",
    "EMAIL",
    LITERAL,
];

fn placeholder(kind: &str, number: u32) -> String {
    format!("[{kind}_{number}]")
}
