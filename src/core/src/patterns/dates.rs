//! Dates as people write them, for the rules that need one.

use super::scan::{after, joins};

/// Whether there is such a day.
pub(super) fn is_date(year: u32, month: u32, day: u32) -> bool {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day) && (1800..2200).contains(&year)
}

/// The starts of months' names in English, German, French, Spanish, Italian,
/// Portuguese and Dutch, in small letters.
const MONTHS: [&str; 44] = [
    "jan", "feb", "mar", "mär", "maa", "mrt", "apr", "may", "mai", "maj", "mei", "mag", "jun",
    "jul", "aug", "sep", "set", "oct", "okt", "ott", "out", "nov", "dec", "dez", "dic", "déc",
    "ene", "abr", "ago", "gen", "giu", "lug", "fév", "fev", "avr", "juin", "juil", "aoû", "aou",
    "mag", "jui", "jän", "mei", "dez",
];

/// The longest name of a month, in characters, with its full stop.
const LONGEST_MONTH: usize = 11;

/// The end of the date that begins at `at`: numbers with signs between them
/// (`1.2.1990`, `1990-02-01`, `2/1/90`), or with a month's name
/// (`1. Februar 1990`, `February 1st, 1990`), or in Korean or Japanese.
pub(super) fn date(text: &str, at: usize) -> Option<usize> {
    let end = numeric(text, at)
        .or_else(|| spelt(text, at))
        .or_else(|| east_asian(text, at))?;
    (!after(text, end).is_some_and(joins)).then_some(end)
}

/// A number of at most `digits` digits at `at`, and where it ends.
fn number(text: &str, at: usize, digits: usize) -> Option<(u32, usize)> {
    let count = text.as_bytes()[at..]
        .iter()
        .take(digits + 1)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let value = text[at..at + count].parse().ok()?;
    (count <= digits).then_some((value, at + count))
}

fn numeric(text: &str, at: usize) -> Option<usize> {
    let (a, first) = number(text, at, 4)?;
    let sign = after(text, first).filter(|c| matches!(c, '.' | '/' | '-' | '\u{2011}' | ' '))?;
    let skip = |at: usize| {
        let rest = text[at..].strip_prefix(sign)?;
        Some(text.len() - rest.strip_prefix(' ').unwrap_or(rest).len())
    };
    let (b, second) = number(text, skip(first)?, 2)?;
    let (c, end) = number(text, skip(second)?, 4)?;
    let full = |year: u32, digits: usize| match digits {
        4 => year,
        2 => 1900 + year,
        _ => 0,
    };
    let last = full(c, end - skip(second)?);
    let fine = match first - at {
        4 => is_date(a, b, c),
        _ => is_date(last, b, a) || is_date(last, a, b),
    };
    fine.then_some(end)
}

/// A month's name at `at`, and where it ends.
fn month(text: &str, at: usize) -> Option<usize> {
    let length: usize = text[at..]
        .chars()
        .take(LONGEST_MONTH + 1)
        .take_while(|c| c.is_alphabetic())
        .map(char::len_utf8)
        .sum();
    let name = text[at..at + length].to_lowercase();
    let known = MONTHS.iter().any(|start| name.starts_with(start));
    let end = at + length;
    let end = if text[end..].starts_with('.') {
        end + 1
    } else {
        end
    };
    (known && name.chars().count() <= LONGEST_MONTH).then_some(end)
}

fn blanks(text: &str, at: usize) -> usize {
    at + text[at..]
        .chars()
        .take(2)
        .take_while(|c| matches!(c, ' ' | '\u{a0}' | ',' | '-'))
        .map(char::len_utf8)
        .sum::<usize>()
}

/// Words between day, month and year: "1 de mayo de 1990", "1st of May".
fn links(text: &str, at: usize) -> usize {
    let at = blanks(text, at);
    for word in ["de ", "del ", "of ", "di "] {
        if text[at..].starts_with(word) {
            return at + word.len();
        }
    }
    at
}

fn spelt(text: &str, at: usize) -> Option<usize> {
    let ordinal = |at: usize| {
        let ends = ["st", "nd", "rd", "th", "er", "º", "°", "."];
        ends.iter()
            .find(|end| text[at..].starts_with(**end))
            .map_or(at, |end| at + end.len())
    };
    let year = |at: usize| {
        let (year, end) = number(text, links(text, at), 4)?;
        (is_date(year, 1, 1)).then_some(end)
    };
    if let Some((day, end)) = number(text, at, 2) {
        let end = month(text, links(text, ordinal(end)))?;
        return if (1..=31).contains(&day) {
            year(end)
        } else {
            None
        };
    }
    let end = month(text, at)?;
    let (day, end) = number(text, blanks(text, end), 2)?;
    if (1..=31).contains(&day) {
        year(ordinal(end))
    } else {
        None
    }
}

fn east_asian(text: &str, at: usize) -> Option<usize> {
    let part = |at: usize, digits: usize, signs: [&str; 2]| {
        let (value, end) = number(text, at, digits)?;
        let sign = signs.iter().find(|sign| text[end..].starts_with(**sign))?;
        Some((value, blanks(text, end + sign.len())))
    };
    let (year, end) = part(at, 4, ["년", "年"])?;
    let (month, end) = part(end, 2, ["월", "月"])?;
    let (day, _) = number(text, end, 2)?;
    let (_, end) = number(text, end, 2)?;
    let sign = ["일", "日"]
        .iter()
        .find(|sign| text[end..].starts_with(**sign))?;
    is_date(year, month, day).then_some(end + sign.len())
}
