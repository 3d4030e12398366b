//! Reads placeholders as people and language models write them: in whatever
//! case, with spaces or hyphens, with other brackets or none, in Markdown,
//! HTML or an address, with other digits.
//!
//! At any place of a text [`Reader::at`] looks at a bounded number of
//! characters. In `[PERSON_1]` exactly the placeholder is read, whatever is
//! around it: so a redacted text gives its original back.

mod cursor;

use std::collections::HashMap;
use std::ops::Range;

use super::spellings::labels;
use super::table::Table;
use crate::patterns::joins;
use cursor::{Cursor, Short, fold};

/// Brackets that may stand for the square ones. What closes comes to the
/// opening one's kind only. Quotes and round brackets are a sentence's own.
const BRACKETS: [(&str, &str); 24] = [
    ("\\[", "\\]"),
    ("[", "]"),
    ("{{", "}}"),
    ("${", "}"),
    ("{", "}"),
    ("<<", ">>"),
    ("<|", "|>"),
    ("<", "/>"),
    ("<", ">"),
    ("&lt;", "&gt;"),
    ("&#91;", "&#93;"),
    ("&#x5b;", "&#x5d;"),
    ("&lsqb;", "&rsqb;"),
    ("&lbrack;", "&rbrack;"),
    ("\\x5b", "\\x5d"),
    ("%5b", "%5d"),
    ("\\u005b", "\\u005d"),
    ("\u{ff3b}", "\u{ff3d}"),
    ("\u{3010}", "\u{3011}"),
    ("\u{3014}", "\u{3015}"),
    ("\u{27e6}", "\u{27e7}"),
    ("\u{27e8}", "\u{27e9}"),
    ("\u{3008}", "\u{3009}"),
    ("\u{300a}", "\u{300b}"),
];

/// No placeholder of a table is longer, in bytes.
const LONGEST: usize = 200;
const NUMBER_WORDS: [&str; 10] = [
    "number", "no.", "nr.", "no", "nr", "n\u{b0}", "\u{2116}", "index", "id", "num",
];

/// What is at a place of a text.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum At {
    /// No placeholder.
    Nothing,
    /// What may be one when more of the text has come.
    Unfinished,
    /// A placeholder of so many bytes.
    Placeholder(usize, Placeholder),
}

/// A type's place in the reader's list, and a number.
pub(super) type Placeholder = (usize, u32);

/// Reads placeholders of some types.
pub(super) struct Reader {
    /// Each type and its words in capitals.
    kinds: Vec<(String, Vec<Vec<char>>)>,
    /// Other words for types, which count between brackets: the type's place,
    /// and the words.
    labels: Vec<(usize, Vec<Vec<char>>)>,
    /// The letters that types begin with, sorted.
    first: Vec<char>,
    /// Those and the ones that their other words begin with, sorted; `None`
    /// where a type begins with an underscore, which may be left out.
    first_in_brackets: Option<Vec<char>>,
    /// The entries in use, by type and number; any number if there are none.
    entries: Option<HashMap<Placeholder, usize>>,
    /// The entries' placeholders as they stand in a redacted text.
    exact: HashMap<String, Placeholder>,
}

impl Reader {
    /// Of these types, with any number.
    pub(super) fn new<'a>(kinds: impl Iterator<Item = &'a str>) -> Self {
        let mut own: Vec<String> = kinds.map(str::to_owned).collect();
        own.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
        own.dedup();
        let words = |label: &str| -> Vec<Vec<char>> {
            let words = label.split(['_', '-']);
            words.map(|word| word.chars().map(fold).collect()).collect()
        };
        let mut named = Vec::new();
        for (place, kind) in own.iter().enumerate() {
            // What is a type itself stands for no other one.
            let free = |label: &&&str| !own.iter().any(|kind| kind == **label);
            let labels = labels(kind).iter().filter(free);
            named.extend(labels.map(|label| (place, words(label))));
        }
        let kinds: Vec<(String, Vec<Vec<char>>)> = own
            .into_iter()
            .map(|kind| {
                let words = words(&kind);
                (kind, words)
            })
            .collect();
        let sorted = |mut letters: Vec<char>| {
            letters.sort_unstable();
            letters.dedup();
            letters
        };
        let letter = |words: &[Vec<char>]| words[0].first().copied();
        let own = kinds.iter().map(|(_, words)| letter(words));
        let others = named.iter().map(|(_, words)| letter(words));
        Self {
            first: sorted(own.clone().flatten().collect()),
            first_in_brackets: own.chain(others).collect::<Option<_>>().map(sorted),
            kinds,
            labels: named,
            entries: None,
            exact: HashMap::new(),
        }
    }

    /// Of a table's entries.
    pub(super) fn of(table: &Table) -> Self {
        let mut reader = Self::new(table.entries().iter().map(|entry| entry.kind.as_str()));
        let places: HashMap<&str, usize> = reader
            .kinds
            .iter()
            .enumerate()
            .map(|(place, (kind, _))| (kind.as_str(), place))
            .collect();
        let entries = table.entries().iter().enumerate();
        let entries = entries
            .map(|(place, entry)| ((places[entry.kind.as_str()], entry.number), place))
            .collect();
        reader.exact = table
            .entries()
            .iter()
            .map(|entry| {
                (
                    entry.placeholder.clone(),
                    (places[entry.kind.as_str()], entry.number),
                )
            })
            .collect();
        reader.entries = Some(entries);
        reader
    }

    /// The entry of a placeholder.
    pub(super) fn entry(&self, found: Placeholder) -> Option<usize> {
        self.entries.as_ref()?.get(&found).copied()
    }

    /// Every type and number that can be read anywhere in a text.
    pub(super) fn all(&self, text: &str) -> Vec<(String, u32)> {
        let mut found = Vec::new();
        let mut before = Before::default();
        for (at, c) in text.char_indices() {
            if let At::Placeholder(_, (kind, number)) = self.at(&text[at..], before, true) {
                found.push((self.kinds[kind].0.clone(), number));
            }
            before.add(c);
        }
        found
    }

    /// The placeholders of a text, one after the other.
    pub(super) fn matches(&self, text: &str) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut before = Before::default();
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            match self.at(&text[at..], before, true) {
                At::Placeholder(length, _) => {
                    found.push(at..at + length);
                    at += length;
                    before = Before::default();
                }
                _ => {
                    before.add(c);
                    at += c.len_utf8();
                }
            }
        }
        found
    }

    /// What is at the start of `rest`; `last` says that nothing follows it.
    pub(super) fn at(&self, rest: &str, before: Before, last: bool) -> At {
        let Some(first) = rest.chars().next() else {
            return if last { At::Nothing } else { At::Unfinished };
        };
        let folded = fold(first);
        let bare = self.first.binary_search(&folded).is_ok();
        let may_open = matches!(first, '[' | '{' | '<' | '\\' | '$' | '&' | '%')
            || (first > '\u{2000}' && BRACKETS.iter().any(|(open, _)| open.starts_with(first)));
        if may_open {
            match self.bracketed(rest, last) {
                Ok(None) => {}
                Ok(Some((length, found))) => return At::Placeholder(length, found),
                Err(Short) => return At::Unfinished,
            }
        }
        if bare && !before.in_word {
            let mut cursor = Cursor { rest, last };
            match self.core(&mut cursor, false) {
                Ok(None) => {}
                Ok(Some(found)) => return At::Placeholder(rest.len() - cursor.rest.len(), found),
                Err(Short) => return At::Unfinished,
            }
        }
        At::Nothing
    }

    fn bracketed(&self, rest: &str, last: bool) -> Result<Option<(usize, Placeholder)>, Short> {
        if rest.starts_with('[') {
            let near = &rest[..rest.floor_char_boundary(LONGEST)];
            let end = near.find(']').map_or(0, |at| at + 1);
            if let Some(found) = self.exact.get(&rest[..end]) {
                return Ok(Some((end, *found)));
            }
        }
        for (open, close) in BRACKETS {
            let mut cursor = Cursor { rest, last };
            if !cursor.take(open)? {
                continue;
            }
            cursor.decoration()?;
            let Some(found) = self.core(&mut cursor, true)? else {
                continue;
            };
            cursor.decoration()?;
            if cursor.take(close)? {
                if close == ">" {
                    self.end_tag(&mut cursor, found.0)?;
                }
                return Ok(Some((rest.len() - cursor.rest.len(), found)));
            }
        }
        self.element(rest, last)
    }

    /// An element of HTML or XML that holds the number: `<PERSON>1</PERSON>`.
    fn element(&self, rest: &str, last: bool) -> Result<Option<(usize, Placeholder)>, Short> {
        let mut inner = Cursor { rest, last };
        if !inner.take("<")? || !self.may_begin(&inner)? {
            return Ok(None);
        }
        for (place, words) in self.named(true) {
            let mut cursor = Cursor { ..inner };
            if !cursor.words(words, true)? || !cursor.take(">")? {
                continue;
            }
            let Some(number) = cursor.number(true)? else {
                continue;
            };
            if self.is_known((place, number)) && self.end_tag(&mut cursor, place)? {
                return Ok(Some((rest.len() - cursor.rest.len(), (place, number))));
            }
        }
        Ok(None)
    }

    /// Takes `</PERSON>`, if that is there.
    fn end_tag(&self, cursor: &mut Cursor<'_>, kind: usize) -> Result<bool, Short> {
        for (_, words) in self.named(true).filter(|(place, _)| *place == kind) {
            let mut own = Cursor { ..*cursor };
            if own.take("</")? && own.words(words, true)? && own.take(">")? {
                *cursor = own;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The words of each type, and the other ones for it, which count between
    /// brackets.
    fn named(&self, bracketed: bool) -> impl Iterator<Item = (usize, &[Vec<char>])> {
        let kinds = self.kinds.iter().enumerate();
        let kinds = kinds.map(|(place, (_, words))| (place, words.as_slice()));
        let labels = self.labels.iter().filter(move |_| bracketed);
        kinds.chain(labels.map(|(place, words)| (*place, words.as_slice())))
    }

    /// Whether any of the words between brackets may begin here.
    fn may_begin(&self, cursor: &Cursor<'_>) -> Result<bool, Short> {
        match &self.first_in_brackets {
            Some(letters) => cursor.may_be_one_of(letters),
            None => Ok(true),
        }
    }

    fn is_known(&self, found: Placeholder) -> bool {
        let entries = self.entries.as_ref();
        entries.is_none_or(|entries| entries.contains_key(&found))
    }

    /// A type and a number.
    fn core(&self, cursor: &mut Cursor<'_>, bracketed: bool) -> Result<Option<Placeholder>, Short> {
        let capital = cursor.is_capital()?;
        if bracketed && !self.may_begin(cursor)? {
            return Ok(None);
        }
        for (place, words) in self.named(bracketed) {
            let mut own = Cursor { ..*cursor };
            if !own.words(words, bracketed)? {
                continue;
            }
            if bracketed {
                // Of several: "[PERSONS_1]".
                own.take("s")?;
            }
            own.separators(bracketed)?;
            for word in NUMBER_WORDS {
                if own.take(word)? {
                    own.separators(bracketed)?;
                    break;
                }
            }
            // "Person One" is one, "that person one meets" is not.
            let with_words = bracketed || (capital && own.is_capital()?);
            let Some(number) = own.number(with_words)? else {
                continue;
            };
            if bracketed {
                own.take(")")?;
            } else if !own.ends_word()? {
                continue;
            }
            let found = (place, number);
            if self.is_known(found) {
                *cursor = own;
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}

/// What stands before a place.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Before {
    in_word: bool,
}

impl Before {
    pub(super) fn of(in_word: bool) -> Self {
        Self { in_word }
    }

    pub(super) fn is_in_word(self) -> bool {
        self.in_word
    }

    pub(super) fn add(&mut self, c: char) {
        if c != '_' {
            self.in_word = joins(c);
        }
    }
}
