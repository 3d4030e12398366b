//! Dates of birth: a date shortly behind a word of birth, in the languages of
//! the shipped models and Korean.

use std::ops::Range;

use super::dates::date;
use super::scan::{back, before, joins};

/// So far behind its word a date may stand, in bytes.
const NEAR: usize = 40;

const WORDS: [&str; 50] = [
    "born",
    "dob",
    "d.o.b",
    "birth",
    "birthday",
    "birthdate",
    "birth_date",
    "birth date",
    "date_of_birth",
    "bday",
    "geboren",
    "geb",
    "geb.",
    "geburtsdatum",
    "geburtstag",
    "geburts",
    "né",
    "née",
    "née",
    "naissance",
    "anniversaire",
    "naiss",
    "nacido",
    "nacida",
    "nací",
    "nacimiento",
    "nac",
    "cumpleaños",
    "nato",
    "nata",
    "nascita",
    "compleanno",
    "nascido",
    "nascida",
    "nascimento",
    "nasci",
    "aniversário",
    "geboortedatum",
    "geb",
    "verjaardag",
    "geboorte",
    "birthdate",
    "dateofbirth",
    "생년월일",
    "출생",
    "생일",
    "태어",
    "born:",
    "né(e)",
    "fecha_nacimiento",
];

pub(super) fn find(text: &str, found: &mut Vec<Range<usize>>) {
    let mut free = 0;
    // A date begins with a digit, or with a letter behind the word.
    let starts = text.char_indices().filter(|&(at, c)| {
        (c.is_ascii_digit() || c.is_alphabetic()) && !before(text, at).is_some_and(joins)
    });
    for (at, _) in starts {
        if at < free {
            continue;
        }
        let Some(end) = date(text, at) else {
            continue;
        };
        if is_near_its_word(text, free.max(back(text, at, NEAR)), at) {
            found.push(at..end);
        }
        free = end;
    }
}

fn is_near_its_word(text: &str, from: usize, at: usize) -> bool {
    let from = text.ceil_char_boundary(from);
    let near = text[from..at].to_lowercase();
    WORDS.iter().any(|word| {
        near.match_indices(word).any(|(start, _)| {
            let is_start = !before(&near, start).is_some_and(|c| c.is_alphanumeric());
            let rest = &near[start + word.len()..];
            let is_end = !rest.starts_with(|c: char| c.is_alphabetic())
                || !word.is_ascii()
                || *word == "geburts";
            // What comes between is no other sentence or field.
            let sentences = rest.matches(['.', '\n', ';']).count();
            is_start && is_end && sentences <= 1
        })
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::super::testing;
    use super::*;

    #[test]
    fn dates_of_birth_are_found() {
        testing::finds(
            find,
            &[
                "born on {12 March 1985} in Paris",
                "DOB: {03/12/1985}",
                "Date of birth {1985-03-12}.",
                "geboren am {12. März 1985}",
                "Geburtsdatum: {12.03.1985}",
                "née le {12 mars 1985}",
                "nacido el {12 de marzo de 1985}",
                "fecha de nacimiento: {12/03/1985}",
                "nata il {12 marzo 1985}",
                "nascido em {12 de março de 1985}",
                "geboortedatum {12-03-1985}",
                "생년월일: {1985년 3월 12일}",
                "\"date_of_birth\": \"{1985-03-12}\"",
                "Born {March 12th, 1985}",
                "birthday is {Dec 3, 1990}!",
                "<dob>{1985-03-12}</dob>",
                "geb. {1.2.85}",
            ],
        );
    }

    #[test]
    fn near_misses_are_left() {
        testing::finds_nothing(
            find,
            &[
                "on 12 March 1985",
                "DOB: 45/45/1985",
                "The meeting is on 2024-01-15",
                "born 45 February 1985",
                "stubborn 12/03/1985",
                "born in 1985",
                "born free, and 12 were",
                "invoice of 12.03.2024",
                "He was born. It rained. The meeting is on 12/03/2024",
            ],
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_day_is_found(year in 1900u32..2026, month in 1u32..=12, day in 1u32..=28, form in 0usize..4) {
            let date = match form {
                0 => format!("{year}-{month:02}-{day:02}"),
                1 => format!("{day:02}.{month:02}.{year}"),
                2 => format!("{month}/{day}/{year}"),
                _ => format!("{day} {} {year}", ["January", "Februar", "mars", "abril", "maggio", "junho", "juli", "August", "septiembre", "oktober", "novembre", "dezembro"][month as usize - 1]),
            };
            let text = format!("Date of birth: {date}, Berlin");
            prop_assert_eq!(testing::found(find, &text), [date]);
        }
    }
}
