//! What a head finds and is not believed in alone: numbers that nothing calls
//! an identifier, and names in small letters among words that are not.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::found::{Found, Origin, placeholder_type};
use super::lists::words;

choices! {
    /// When a head's span counts only where another head has found one of the
    /// same type there. Types that one head alone knows never need a second one.
    #[derive(Default)]
    Confirm, "confirmation", {
        Never = "never", "What any head finds counts.";
        #[default]
        Doubtful = "doubtful", "Names in small letters in a text with capitals, and single words \
            with a low score or several with a very low one.";
        Always = "always", "One head is checked by the other.";
    }
}

/// The types that several heads know, as placeholders name them, of each
/// head's own types.
pub fn shared_types<'a, T: Iterator<Item = &'a str>>(
    heads: impl Iterator<Item = T>,
) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for types in heads {
        let own: BTreeSet<String> = types.map(placeholder_type).collect();
        for kind in own {
            *counts.entry(kind).or_default() += 1;
        }
    }
    let shared = counts.into_iter().filter(|(_, heads)| *heads > 1);
    shared.map(|(kind, _)| kind).collect()
}

/// Types of numbers that belong to a person, which heads take any lone number
/// for.
pub(super) const IDENTIFIERS: [&str; 6] = [
    "TAX_ID",
    "DRIVERS_LICENSE",
    "GOVERNMENT_ID",
    "PASSPORT",
    "BANK_ACCOUNT",
    "ROUTING_NUMBER",
];

/// Names, which have capitals where anything has.
const NAMES: [&str; 4] = ["PERSON", "LOCATION", "ADDRESS", "ORGANIZATION"];

/// A single word with a lower score may be any noun, and a longer name is one
/// in fewer than half of all cases below the second. On the texts of
/// `scripts/personal-data`, Rampart and the general head hid 1.4 % of the words
/// of texts without personal data before this was asked, and none since.
const UNSURE: f32 = 0.75;
const UNLIKELY: f32 = 0.4;

/// So far before a number, in bytes, it may be called an identifier, and so far
/// around a name there may be capitals.
const NEAR: usize = 60;
const AROUND: usize = 400;

/// How words begin that call a number an identifier, in the languages of the
/// shipped models. Those of up to four letters are whole words.
const CALLERS: [&str; 61] = [
    "licen",
    "driver",
    "driving",
    "permi",
    "dl",
    "passp",
    "tax",
    "taxpayer",
    "tin",
    "itin",
    "ssn",
    "social",
    "national",
    "government",
    "govt",
    "ident",
    "id",
    "account",
    "acct",
    "acc",
    "bank",
    "routing",
    "sort",
    "aba",
    "steuer",
    "führer",
    "ausweis",
    "personalausweis",
    "pass",
    "konto",
    "blz",
    "fiscal",
    "impôt",
    "passeport",
    "compte",
    "identité",
    "sécurité",
    "cni",
    "licencia",
    "conducir",
    "pasaporte",
    "nif",
    "nie",
    "dni",
    "cuenta",
    "patente",
    "passaporto",
    "fiscale",
    "conto",
    "carta",
    "contribuinte",
    "cpf",
    "cnh",
    "rg",
    "conta",
    "identidade",
    "rijbewijs",
    "paspoort",
    "bsn",
    "rekening",
    "belasting",
];

/// Without what is not believed. `shared` are the types that several heads know.
pub(super) fn believed(
    text: &str,
    mut found: Vec<Found>,
    confirm: Confirm,
    shared: &[String],
) -> Vec<Found> {
    found.sort_by_key(|found| (found.range.start, found.range.end));
    // A head's own spans do not overlap, so what overlaps is another head's.
    let mut seconded = vec![false; found.len()];
    let mut open: Vec<usize> = Vec::new();
    for (index, here) in found.iter().enumerate() {
        if here.origin != Origin::Head {
            continue;
        }
        open.retain(|&other| found[other].range.end > here.range.start);
        for &other in &open {
            if found[other].kind == here.kind {
                (seconded[other], seconded[index]) = (true, true);
            }
        }
        open.push(index);
    }
    let mut seconded = seconded.into_iter();
    found.retain(|found| {
        let is_seconded = seconded.next().expect("there is one for each");
        let needs_another = || match confirm {
            Confirm::Never => false,
            Confirm::Doubtful => is_doubtful_name(text, found),
            Confirm::Always => true,
        };
        found.origin != Origin::Head
            || !is_nameless_number(text, found)
                && (is_seconded || !shared.contains(&found.kind) || !needs_another())
    });
    found
}

/// Whether this is a number in a text in which nothing before it calls it an
/// identifier. A number alone (a cell of a table, a value of JSON) may be one.
fn is_nameless_number(text: &str, found: &Found) -> bool {
    let own = &text[found.range.clone()];
    IDENTIFIERS.contains(&found.kind.as_str())
        && !own.chars().any(char::is_alphabetic)
        && own.trim() != text.trim()
        && !is_called_identifier(before(text, found.range.start))
}

fn is_called_identifier(before: &str) -> bool {
    words(before).any(|word| {
        let word = before[word].to_lowercase();
        CALLERS.iter().any(|caller| match caller.chars().count() {
            0..=4 => word == *caller,
            _ => word.starts_with(caller),
        })
    })
}

/// One word of which a head is not sure, several that are unlikely to be a
/// name, or a name in small letters.
fn is_doubtful_name(text: &str, found: &Found) -> bool {
    let is_one_word =
        !text[found.range.clone()].contains(|c: char| c.is_whitespace() || c.is_numeric());
    NAMES.contains(&found.kind.as_str())
        && (found.score < UNLIKELY
            || is_one_word && found.score < UNSURE
            || is_in_small_letters(text, &found.range))
}

/// Whether a span has no capital where words around it have some.
fn is_in_small_letters(text: &str, own: &Range<usize>) -> bool {
    let has_capital = |range: Range<usize>| text[range].chars().any(char::is_uppercase);
    let around = || {
        let end = own.end + whole(&text[own.end..], AROUND);
        own.start - before_bytes(text, own.start, AROUND)..end
    };
    text[own.clone()].chars().any(char::is_lowercase)
        && !has_capital(own.clone())
        && has_capital(around())
}

/// What stands on the same line shortly before a place.
fn before(text: &str, at: usize) -> &str {
    let near = &text[at - before_bytes(text, at, NEAR)..at];
    near.rsplit('\n').next().unwrap_or(near)
}

/// At most so many bytes before a place, in whole characters.
fn before_bytes(text: &str, at: usize, most: usize) -> usize {
    let mut start = at.saturating_sub(most);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    at - start
}

/// At most so many bytes of a text, in whole characters.
fn whole(text: &str, most: usize) -> usize {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    end
}

#[cfg(test)]
mod tests {
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn head(text: &str, part: &str, kind: &str) -> Found {
        let start = text.find(part).unwrap();
        Found {
            range: start..start + part.len(),
            kind: kind.to_owned(),
            score: 0.9,
            origin: Origin::Head,
        }
    }

    fn kept(text: &str, found: Vec<Found>, confirm: Confirm, shared: &[&str]) -> usize {
        let shared: Vec<String> = shared.iter().map(|&kind| kind.to_owned()).collect();
        believed(text, found, confirm, &shared).len()
    }

    #[test]
    fn a_number_needs_a_word_that_says_what_it_is() {
        for (text, expected) in [
            ("Order 1006978102 has three articles", 0),
            ("The account number is 1006978102.", 1),
            ("Führerscheinnummer: 1006978102", 1),
            ("my id is 1006978102", 1),
            ("I did 1006978102 things", 0),
            ("The account was closed.\n1006978102 articles", 0),
            (" 1006978102\n", 1),
        ] {
            let found = vec![head(text, "1006978102", "TAX_ID")];
            assert_eq!(kept(text, found, Confirm::Never, &[]), expected, "{text}");
        }
        // With letters it is no plain number.
        let text = "It is D1006978.";
        let found = vec![head(text, "D1006978", "DRIVERS_LICENSE")];
        assert_eq!(kept(text, found, Confirm::Never, &[]), 1);
    }

    #[test]
    fn a_doubtful_name_needs_two_heads() {
        let text = "Für das Brot, e la farina, ask maria or Anna";
        let farina = || head(text, "farina", "PERSON");
        let longer = || head(text, "la farina", "PERSON");
        let doubtful = |found| kept(text, found, Confirm::Doubtful, &["PERSON"]);
        assert_eq!(doubtful(vec![farina()]), 0);
        assert_eq!(doubtful(vec![farina(), longer()]), 2);
        assert_eq!(doubtful(vec![head(text, "Anna", "PERSON")]), 1);
        let scored = |part, score| Found {
            score,
            ..head(text, part, "PERSON")
        };
        assert_eq!(doubtful(vec![scored("Brot", 0.6)]), 0);
        assert_eq!(doubtful(vec![scored("or Anna", 0.6)]), 1);
        assert_eq!(doubtful(vec![scored("or Anna", 0.3)]), 0);
        assert_eq!(kept(text, vec![farina()], Confirm::Never, &["PERSON"]), 1);
        // If one head alone knows the type, none can agree.
        assert_eq!(kept(text, vec![farina()], Confirm::Doubtful, &[]), 1);
        let small = "hi maria, how are you";
        let found = vec![head(small, "maria", "PERSON")];
        assert_eq!(kept(small, found, Confirm::Doubtful, &["PERSON"]), 1);
    }

    #[test]
    fn one_head_is_checked_by_the_other() {
        let text = "Anna met Ben in Paris";
        let found = || {
            vec![
                head(text, "Anna", "PERSON"),
                head(text, "Anna", "PERSON"),
                head(text, "Ben", "PERSON"),
                head(text, "Paris", "LOCATION"),
            ]
        };
        assert_eq!(kept(text, found(), Confirm::Always, &["PERSON"]), 3);
        assert_eq!(kept(text, found(), Confirm::Doubtful, &["PERSON"]), 4);
    }
}
