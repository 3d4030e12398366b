//! Marks of footnotes, in brackets or raised. Each function looks at the start of
//! what is left of a text.

use super::characters::{is_enclosed, is_inferior, is_sign, is_superior};

/// The longest mark in bytes.
const LONGEST: usize = 34;

/// So many characters before a mark are looked at.
const LOOK: usize = 40;

/// Bytes of the mark of a footnote at the start of `rest`, `[3]`, `[a]` or
/// `[citation needed]`, else 0.
pub(super) fn bracketed(rest: &str) -> usize {
    let Some(inside) = rest.strip_prefix('[') else {
        return 0;
    };
    let Some(end) = inside.bytes().take(LONGEST).position(|b| b == b']') else {
        return 0;
    };
    let own = &inside.as_bytes()[..end];
    let number = (1..=3).contains(&end) && own.iter().all(u8::is_ascii_digit);
    let letter = end == 1 && own[0].is_ascii_lowercase();
    let words = own
        .strip_prefix(b"note ")
        .is_some_and(|number| number.iter().all(u8::is_ascii_digit))
        || [
            &b"citation needed"[..],
            b"clarification needed",
            b"when?",
            b"who?",
        ]
        .contains(&own);
    if number || letter || words {
        end + 2
    } else {
        0
    }
}

/// Bytes of raised, lowered or encircled characters at the start of `rest` that
/// are a mark on the name before: `Smithᵃ`, `Smith₁`, `Smith①`, but not "H₂O",
/// "CO₂", "Mᵐᵉ", "kʷa".
pub(super) fn of_characters(before: &str, rest: &str) -> usize {
    let Some(first) = rest.chars().next() else {
        return 0;
    };
    let kind = match first {
        c if is_superior(c) => is_superior,
        c if is_inferior(c) => is_inferior,
        c if is_enclosed(c) => is_enclosed,
        _ => return 0,
    };
    let own = rest.chars().take(LOOK).take_while(|c| kind(*c));
    let length = own.map(char::len_utf8).sum();
    let next = rest[length..].chars().next();
    let mut letters = letters(before);
    // A word of the text has to look as it does within: what counts is its end.
    let is_mark = if is_enclosed(first) {
        letters.next().is_some() || next.is_some_and(char::is_alphabetic)
    } else if is_superior(first) {
        letters.nth(1).is_some() && !next.is_some_and(char::is_lowercase)
    } else {
        // Symbols of elements have one small letter.
        let small = letters.by_ref().take(2).filter(|c| c.is_lowercase());
        small.count() == 2
            && letters
                .find(|c| !c.is_lowercase())
                .is_some_and(char::is_uppercase)
            && !next.is_some_and(char::is_alphanumeric)
    };
    if is_mark { length } else { 0 }
}

/// Bytes of a raised mark as TeX and Markdown write it, `^1`, `^{a,b}`, `$^{1}$`,
/// `^1^`, at the start of `rest`, on a word with a capital; else 0.
pub(super) fn raised(before: &str, rest: &str) -> usize {
    let name = letters(before).any(char::is_uppercase) && letters(before).nth(1).is_some();
    if !name {
        return 0;
    }
    let (prefix, math) = match rest.strip_prefix("$^") {
        Some(_) => (2, true),
        None if rest.starts_with('^') => (1, false),
        None => return 0,
    };
    let body = &rest[prefix..];
    let braced = body.starts_with('{');
    let length = if braced {
        let end = body.bytes().take(LONGEST).position(|b| b == b'}');
        let inside = end.map(|end| &body[1..end]);
        match inside.filter(|own| !own.is_empty() && !own.contains(['{', '$', '\n'])) {
            Some(inside) => inside.len() + 2,
            None => return 0,
        }
    } else {
        plain_mark(body)
    };
    let behind = &body[length..];
    if length == 0 {
        0
    } else if behind.starts_with(if math { '$' } else { '^' }) {
        prefix + length + 1
    } else if !math && (braced || !behind.starts_with(char::is_alphanumeric)) {
        prefix + length
    } else {
        0
    }
}

/// Bytes of "1", "1,2", "a" or "*".
fn plain_mark(text: &str) -> usize {
    let digits = |text: &str| {
        let count = text.bytes().take(3).take_while(u8::is_ascii_digit).count();
        if count < 3 { count } else { 0 }
    };
    if text.starts_with(|c: char| c.is_ascii_lowercase() || c == '*') {
        return 1;
    }
    let mut length = digits(text);
    while length > 0 && length < LONGEST && text[length..].starts_with(',') {
        match digits(&text[length + 1..]) {
            0 => break,
            more => length += 1 + more,
        }
    }
    length
}

/// The letters that `before` ends with, the last one first; other marks may stand
/// between them and the end: "Smith¹", "Jr.", "Smith*".
fn letters(before: &str) -> impl Iterator<Item = char> {
    let is_mark = |c: &char| matches!(c, '.' | ',' | '*') || is_sign(*c) || is_note(*c);
    before
        .chars()
        .rev()
        .take(LOOK)
        .skip_while(is_mark)
        .take_while(|c| c.is_alphabetic() && !is_note(*c))
}

fn is_note(c: char) -> bool {
    is_superior(c) || is_inferior(c) || is_enclosed(c)
}
