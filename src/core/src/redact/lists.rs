//! Values of a list, looked for in a text: word by word, in whatever case and
//! with whatever white space.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::search::Search;
use crate::patterns::joins;

/// Longer values are looked for by their first words, and then compared.
const MOST_WORDS: usize = 8;

/// A list of values.
pub(super) struct Phrases {
    /// By their words in small letters, joined by a space.
    by_words: HashMap<String, usize>,
    /// Values without a word ("+++"), or in a script without spaces, as they are.
    as_they_are: Search,
    /// The place in the list of each of these.
    places: Vec<usize>,
    /// These in small letters of ASCII.
    small: HashSet<String>,
}

impl Phrases {
    pub(super) fn new<'a>(values: impl Iterator<Item = &'a str>) -> Self {
        let mut by_words = HashMap::new();
        let mut others = Vec::new();
        let mut places = Vec::new();
        for (place, value) in values.enumerate() {
            let value = value.trim();
            if value.is_empty() {
                continue;
            }
            let count = words(value).count();
            let spaceless = value.chars().any(|c| c.is_alphanumeric() && !joins(c));
            if (1..=MOST_WORDS).contains(&count) && !spaceless && is_word_at_both_ends(value) {
                by_words.entry(key(value)).or_insert(place);
            } else {
                others.push(value);
                places.push(place);
            }
        }
        Self {
            by_words,
            as_they_are: Search::new(&others),
            places,
            small: others
                .iter()
                .map(|value| value.to_ascii_lowercase())
                .collect(),
        }
    }

    /// Whether a value is one of them.
    pub(super) fn has(&self, value: &str) -> bool {
        let value = value.trim();
        self.by_words.contains_key(&key(value)) || self.small.contains(&value.to_ascii_lowercase())
    }

    /// Where they stand in a text, and the place in the list of each: the longest
    /// of those that begin at a word, and of those that lie within each other.
    pub(super) fn find(&self, text: &str) -> impl Iterator<Item = (Range<usize>, usize)> {
        let mut found = Vec::new();
        if !self.by_words.is_empty() {
            let places: Vec<Range<usize>> = words(text).collect();
            let mut next = 0;
            for (index, first) in places.iter().enumerate() {
                if index < next {
                    continue;
                }
                let mut here = String::new();
                let mut longest = None;
                let mut end = first.start;
                for (count, word) in places[index..].iter().take(MOST_WORDS).enumerate() {
                    if count > 0 {
                        if !joins_words(&text[end..word.start]) {
                            break;
                        }
                        here.push(' ');
                    }
                    here.push_str(&text[word.clone()].to_lowercase());
                    end = word.end;
                    if let Some(place) = self.by_words.get(&here) {
                        longest = Some((first.start..end, *place, index + count + 1));
                    }
                }
                if let Some((range, place, after)) = longest {
                    found.push((range, place));
                    next = after;
                }
            }
        }
        let others = self.as_they_are.find(text).into_iter();
        found.extend(others.map(|(range, value)| (range, self.places[value])));
        found.into_iter()
    }
}

fn is_word_at_both_ends(value: &str) -> bool {
    value.starts_with(char::is_alphanumeric) && value.ends_with(char::is_alphanumeric)
}

/// What may stand between two words of one value.
fn joins_words(between: &str) -> bool {
    between.len() <= 4
        && between.chars().all(|c| {
            c.is_whitespace() || matches!(c, '-' | '.' | '\'' | '\u{2019}' | '_' | '\u{2011}')
        })
}

fn key(value: &str) -> String {
    let words: Vec<String> = words(value)
        .map(|word| value[word].to_lowercase())
        .collect();
    words.join(" ")
}

/// Runs of letters and digits.
pub(super) fn words(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut rest = 0;
    std::iter::from_fn(move || {
        let start = rest + text[rest..].find(char::is_alphanumeric)?;
        let length = text[start..].find(|c: char| !c.is_alphanumeric());
        rest = length.map_or(text.len(), |length| start + length);
        Some(start..rest)
    })
}
