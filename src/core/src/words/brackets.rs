//! Brackets that are written onto words: which ones part them.

use super::addresses;
use super::characters::{is_accent, is_apostrophe};
use super::runs::CLOSING;

/// So many characters beside a bracket are looked at.
const LOOK: usize = 40;

/// What a bracket adds to the word that it stands in: "minister(s)",
/// "Mitarbeiter(innen)".
const ENDINGS: &[&str] = &[
    "a", "as", "aux", "d", "e", "ed", "en", "er", "es", "ies", "in", "ing", "innen", "man", "men",
    "n", "o", "os", "r", "s", "x",
];

/// Whether a bracket opens behind `word` and parts it from what comes `after`:
/// `Rabin(Labour`, `Smith(42`, `Smith(left`, `Inc.(USA`, `][1`, `London[a]`, but not
/// `minister(s`, `poly(vinyl`, `f(X`
pub(super) fn opens(word: &str, mark: char, after: &str) -> bool {
    let mut before = word.chars().rev();
    let Some(last) = before.next() else {
        return true; // another mark was cut off before it
    };
    let long = before.next().is_some_and(is_of_word);
    let stem = word.trim_end_matches(closes_word);
    if stem.len() < word.len() && stem.ends_with(char::is_alphanumeric) {
        // Of a function, "f'(x)", "e^(x)", the mark is a part.
        let one = !stem.chars().rev().nth(1).is_some_and(char::is_alphanumeric);
        return !(one && (is_apostrophe(last) || is_accent(last)));
    }
    // Footnotes, also behind a full stop.
    if mark == '[' && (!last.is_alphanumeric() || long) {
        return true;
    }
    if !long || !last.is_alphanumeric() {
        return false;
    }
    // "(:" laughs, and "+49(0)221" is a number.
    let digit = |c: char| c.is_ascii_digit();
    if after.starts_with([':', ';'])
        || after.starts_with(digit) && !word.chars().rev().take(LOOK).any(char::is_alphabetic)
    {
        return false;
    }
    !after.starts_with(char::is_lowercase)
        || addresses::begins(after)
        || ends_name(word) && !is_inside_word(after)
}

/// Whether a bracket closes behind `word` and parts it from what comes `after`:
/// `Labour)said`, `Macron](`, `1)Maria`, `a)John`, but not `minister(s)`, `s)he`
pub(super) fn closes(word: &str, mark: char, after: &str) -> bool {
    let Some(next) = after.chars().next() else {
        return false;
    };
    let opening = if mark == ')' { '(' } else { '[' };
    if word.chars().rev().take(LOOK).any(|c| c == opening) {
        return false;
    }
    let stem = word.trim_end_matches(closes_word);
    let mut before = stem.chars().rev();
    match (before.next(), before.next()) {
        // ":)Ann", "(?)said"
        (None, _) if word.is_empty() => !next.is_lowercase(),
        (None, _) => next.is_alphanumeric(),
        (Some(last), _) if stem.len() < word.len() => last.is_alphanumeric(),
        (Some(last), Some(second)) if is_of_word(second) => last.is_alphanumeric(),
        (Some(last), _) => {
            last.is_ascii_digit() && next.is_alphabetic()
                || last.is_alphabetic() && !next.is_lowercase()
        }
    }
}

/// "Smith", "Smith's"
fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || is_apostrophe(c)
}

/// Marks between a word and a bracket: `**Smith**(42)`, `Yahoo!(USA)`.
fn closes_word(c: char) -> bool {
    (c == '.' || CLOSING.contains(&c) || is_accent(c)) && !matches!(c, ')' | ']' | '}')
}

/// "Smith", "Müller-Smith": a capital and small letters.
fn ends_name(word: &str) -> bool {
    let letters = word.chars().rev().take(LOOK);
    let mut first = None;
    let mut small = false;
    for c in letters.take_while(|c| c.is_alphabetic()) {
        first = Some(c);
        small |= c.is_lowercase();
    }
    small && first.is_some_and(char::is_uppercase)
}

/// What begins with a small letter and belongs to the word before the bracket:
/// an ending, or a part that goes on behind the bracket, "Chair(wo)man".
fn is_inside_word(after: &str) -> bool {
    let end = after
        .char_indices()
        .take(LOOK)
        .find(|(_, c)| !c.is_alphabetic());
    let (letters, rest) = after.split_at(end.map_or(after.len(), |(at, _)| at));
    let mut rest = rest.chars();
    let closed = matches!(rest.next(), Some(')') | None);
    let behind = rest.next();
    closed
        && (ENDINGS.contains(&letters) && !behind.is_some_and(char::is_uppercase)
            || behind.is_some_and(char::is_lowercase))
}
