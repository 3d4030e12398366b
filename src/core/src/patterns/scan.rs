//! What the rules share: digits in groups, the edges of words, and words that
//! stand before a place.

use std::ops::Range;

/// Whether a character makes one word with a letter or digit beside it. The
/// scripts that are written without spaces do not.
pub(crate) fn joins(c: char) -> bool {
    let without_spaces = matches!(c as u32, 0x0E00..=0x0EFF | 0x1100..=0x11FF | 0x2E80..=0xD7FF | 0xF900..=0xFAFF | 0xFF66..=0xFFDC | 0x20000..=0x3FFFF);
    c == '_' || (c.is_alphanumeric() && !without_spaces)
}

/// The character that ends at `at`.
pub(super) fn before(text: &str, at: usize) -> Option<char> {
    text[..at].chars().next_back()
}

/// The character that begins at `at`.
pub(super) fn after(text: &str, at: usize) -> Option<char> {
    text[at..].chars().next()
}

/// Whether no letter or digit touches a range.
pub(super) fn is_whole(text: &str, range: &Range<usize>) -> bool {
    !before(text, range.start).is_some_and(joins) && !after(text, range.end).is_some_and(joins)
}

/// Whether a number is whole: neither a letter or digit, nor a sign with
/// another digit behind it (`1.234`, `12-3`), touches it.
pub(super) fn is_whole_number(text: &str, range: &Range<usize>) -> bool {
    let glue = |c: char| matches!(c, '.' | ',' | '-' | '/' | ':' | '\u{2011}');
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let mut back = text[..range.start].chars().rev();
    let mut on = text[range.end..].chars();
    is_whole(text, range)
        && !(back.next().is_some_and(glue) && digit(back.next()))
        && !(on.next().is_some_and(glue) && digit(on.next()))
}

/// White space inside of a line, plain, unbreakable or narrow.
pub(super) fn is_blank(c: char) -> bool {
    matches!(
        c,
        ' ' | '\t' | '\u{a0}' | '\u{2007}' | '\u{2009}' | '\u{202f}'
    )
}

/// A hyphen or a short dash.
pub(super) fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2013}' | '\u{2212}')
}

/// Calls `take` with groups of digits that stand in a row, one separator
/// between two of them, `digits` in all: at every group, the longest row
/// first. What it takes is not looked at again.
pub(super) fn rows_of_digits(
    text: &str,
    separates: impl Fn(char) -> bool,
    digits: std::ops::RangeInclusive<usize>,
    mut take: impl FnMut(&[Range<usize>], &str) -> bool,
) {
    let mut row: Vec<Range<usize>> = Vec::new();
    // Of a row: all its digits, and where each group's begin.
    let (mut plain, mut starts, mut ends) = (String::new(), Vec::new(), Vec::new());
    let mut try_row = |row: &[Range<usize>]| {
        plain.clear();
        starts.clear();
        for group in row {
            starts.push(plain.len());
            plain.push_str(&text[group.clone()]);
        }
        starts.push(plain.len());
        let mut first = 0;
        while first < row.len() {
            // All ends at which the number of digits is right.
            ends.clear();
            for end in first + 1..=row.len() {
                let count = starts[end] - starts[first];
                if count > *digits.end() {
                    break;
                }
                if digits.contains(&count) {
                    ends.push(end);
                }
            }
            let taken = ends
                .iter()
                .rev()
                .find(|&&end| take(&row[first..end], &plain[starts[first]..starts[end]]));
            first = taken.map_or(first + 1, |&end| end);
        }
    };
    for group in digit_groups(text) {
        let follows = row.last().is_some_and(|last| {
            let mut between = text[last.end..group.start].chars();
            between.next().is_some_and(&separates) && between.next().is_none()
        });
        if !follows {
            try_row(&row);
            row.clear();
        }
        row.push(group);
    }
    try_row(&row);
}

/// The longest runs of ASCII digits.
pub(super) fn digit_groups(text: &str) -> impl Iterator<Item = Range<usize>> {
    runs(text, |byte| byte.is_ascii_digit())
}

/// The longest runs of such ASCII bytes.
pub(super) fn runs(text: &str, own: impl Fn(u8) -> bool) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + bytes[at..].iter().position(|&byte| own(byte))?;
        let length = bytes[start..].iter().position(|&byte| !own(byte));
        at = length.map_or(bytes.len(), |length| start + length);
        Some(start..at)
    })
}

/// The start of the range of at most `bytes` bytes before `at`.
pub(super) fn back(text: &str, at: usize, bytes: usize) -> usize {
    text.floor_char_boundary(at.saturating_sub(bytes))
}

/// Whether there may be a word at all: between numbers there is none, and texts
/// of nothing but numbers have very many places to look at.
fn has_letters(near: &str) -> bool {
    near.bytes()
        .any(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii())
}

/// Whether one of `words` (in small letters) stands in the `bytes` bytes
/// before `at` as a whole word.
pub(super) fn is_said_before(text: &str, at: usize, bytes: usize, words: &[&str]) -> bool {
    let near = &text[back(text, at, bytes)..at];
    if !has_letters(near) {
        return false;
    }
    let near = near.to_lowercase();
    words.iter().any(|word| {
        near.match_indices(word).any(|(start, _)| {
            let end = start + word.len();
            let starts = word.starts_with(|c: char| !joins(c))
                || !super::scan::before(&near, start).is_some_and(|c| joins(c) && c != '_');
            let ends = word.ends_with(|c: char| !joins(c))
                || !after(&near, end).is_some_and(char::is_alphabetic);
            starts && ends
        })
    })
}

/// Whether one of `words` (in small letters) stands right before `at`, but for
/// white space and a colon.
pub(super) fn follows(text: &str, at: usize, words: &[&str]) -> bool {
    let near = &text[back(text, at, 32)..at];
    if !has_letters(near) {
        return false;
    }
    let near = near.trim_end_matches([' ', ':', '\u{a0}']).to_lowercase();
    words.iter().any(|word| {
        let rest = near.strip_suffix(word);
        rest.is_some_and(|rest| !rest.ends_with(char::is_alphanumeric))
    })
}

/// Whether a group of signs with a digit among them stands one separator before
/// `at`: what begins there is a part of a longer number.
pub(super) fn goes_on_from_a_number(text: &str, at: usize) -> bool {
    let Some(rest) = text[back(text, at, 16)..at].strip_suffix(|c| is_blank(c) || is_hyphen(c))
    else {
        return false;
    };
    let length: usize = rest
        .chars()
        .rev()
        .take_while(|c| c.is_ascii_alphanumeric())
        .count();
    let group = &rest[rest.len() - length..];
    let is_number = |group: &str| group.bytes().any(|byte| byte.is_ascii_digit());
    // As the bank in an account number: `NL61 ABNA 0417 1643 00`.
    let is_bank = length == 4 && group.bytes().all(|byte| byte.is_ascii_uppercase()) && {
        let before = rest[..rest.len() - length].trim_end_matches(' ');
        before.ends_with(|c: char| c.is_ascii_digit())
    };
    (length > 2 && is_number(group)) || is_bank
}
