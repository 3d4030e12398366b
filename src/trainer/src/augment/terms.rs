//! Terms, which are no names whatever their letters: labels of forms, items of
//! lists, headings, identifiers of programs. They are made of the train part's
//! own common words, as no list of ours has enough.

use std::collections::{BTreeMap, HashSet};

use rand_chacha::ChaCha8Rng;

use super::copies::capitalized;
use super::lists::{COMPANY, DAY, FIRST, LAST, ORGANIZATIONS, PLACES, TIME};
use super::names::{below, chance, pick};
use super::{Roles, Tagged};

/// Words that terms are made of, where the train part has none.
#[rustfmt::skip]
const OWN: &[&str] = &[
    "balance", "bench", "blue", "box", "change", "class", "copper", "delivery", "double", "drill",
    "early", "evening", "filter", "garden", "handle", "kitchen", "lamp", "light", "list",
    "notes", "order", "paper", "power", "quick", "refund", "review", "silver", "soap", "storage",
    "table", "ticket", "total", "water", "white", "winter", "wood", "wool", "yearly", "yellow",
];

/// What stands less often may be a mistake, or a name.
const MIN_COUNT: u32 = 3;

pub(super) struct Terms {
    words: Vec<String>,
}

impl Terms {
    /// Collects the words in small letters that are common in the train part,
    /// and more often by themselves than in names.
    pub(super) fn of(sentences: &[Tagged], roles: &Roles) -> Self {
        let names: Vec<u16> = roles
            .all()
            .flat_map(|role| [role.begin, role.inside])
            .collect();
        // How often a word stands in small letters, and how often in a name.
        let mut counts: BTreeMap<String, [u32; 2]> = BTreeMap::new();
        for sentence in sentences {
            for (word, tag) in sentence.words.iter().zip(&sentence.tags) {
                if !(3..=12).contains(&word.len()) {
                    continue;
                }
                if names.contains(tag) {
                    counts.entry(word.to_lowercase()).or_default()[1] += 1;
                } else if word.bytes().all(|byte| byte.is_ascii_lowercase()) {
                    counts.entry(word.clone()).or_default()[0] += 1;
                }
            }
        }
        let listed = [FIRST, LAST, PLACES, COMPANY, ORGANIZATIONS, DAY, TIME].concat();
        let listed: HashSet<String> = listed.iter().map(|own| own.to_lowercase()).collect();
        counts.retain(|word, [small, in_names]| {
            *small >= MIN_COUNT && *in_names * 2 <= *small && !listed.contains(word)
        });
        let mut words: Vec<String> = counts.into_keys().collect();
        if words.len() < OWN.len() {
            words.extend(OWN.iter().map(|own| (*own).to_owned()));
        }
        Self { words }
    }

    fn word(&self, random: &mut ChaCha8Rng) -> &str {
        pick(&self.words, random)
    }

    /// One to three words, most often each with a capital.
    pub(super) fn term(&self, random: &mut ChaCha8Rng) -> String {
        let count = 1 + below(3, random);
        let style = below(10, random);
        let words = (0..count).map(|number| {
            let word = self.word(random);
            match style {
                0 => word.to_uppercase(),
                1 | 2 if number > 0 => word.to_owned(),
                3 => word.to_owned(),
                _ => capitalized(word),
            }
        });
        words.collect::<Vec<_>>().join(" ")
    }

    /// What programs, tables and settings call things.
    pub(super) fn identifier(&self, random: &mut ChaCha8Rng) -> String {
        let [first, second] = [self.word(random), self.word(random)];
        match below(6, random) {
            0 => format!("{first}_{second}"),
            1 => format!("{first}_{second}").to_uppercase(),
            2 => format!("{first}-{second}"),
            3 => format!("{first}.{second}"),
            4 => format!("{}{}", capitalized(first), capitalized(second)),
            _ => format!("{first}{}", capitalized(second)),
        }
    }

    /// What a band or a club calls itself.
    pub(super) fn band(&self, random: &mut ChaCha8Rng) -> String {
        let [first, second] = [self.word(random), self.word(random)].map(capitalized);
        match chance(60, random) {
            true => format!("{first} {second}s"),
            false => format!("{first} {second}"),
        }
    }
}
