//! The one place where what heads, patterns and the user found becomes one
//! list without overlap.

use std::collections::BTreeMap;

use super::doubt::IDENTIFIERS;
use super::found::{Found, Origin};
use crate::patterns::joins;

/// Joins what was found in `text`: what the user marked wins over patterns,
/// patterns over heads, the longer span over the shorter, the surer over the
/// less sure. Of a span that loses, what is not covered is still hidden.
/// Where one head has a place and another one an address within it, it is an
/// address.
/// Touching spans of one type become one, also across white space in a line
/// where they are parts of a name or an address.
pub fn join(text: &str, found: &[Found]) -> Vec<Found> {
    let mut order: Vec<Found> = found
        .iter()
        .filter_map(|found| whole(text, found))
        .collect();
    name_addresses(&mut order);
    order.sort_by(|a, b| {
        let rank = |found: &Found| match found.origin {
            Origin::User => 0,
            Origin::Pattern => 1,
            Origin::Head | Origin::Repeated => 2,
        };
        let length = |found: &Found| std::cmp::Reverse(found.range.len());
        (rank(a), length(a))
            .cmp(&(rank(b), length(b)))
            .then(b.score.total_cmp(&a.score))
            .then(a.range.start.cmp(&b.range.start))
    });
    let mut placed: BTreeMap<usize, Found> = BTreeMap::new();
    for found in order {
        // What of it is still free, from left to right.
        let mut free = Vec::new();
        let mut at = found.range.start;
        let before = placed.range(..at).next_back().map(|(_, own)| own.range.end);
        at = at.max(before.unwrap_or(at));
        for own in placed
            .range(found.range.start..found.range.end)
            .map(|(_, own)| &own.range)
        {
            if own.start > at {
                free.push(at..own.start);
            }
            at = at.max(own.end);
        }
        if at < found.range.end {
            free.push(at..found.range.end);
        }
        for range in free {
            let part = Found {
                range,
                ..found.clone()
            };
            let part = if part.range == found.range {
                Some(part)
            } else {
                trimmed(text, part)
            };
            if let Some(part) = part {
                placed.insert(part.range.start, part);
            }
        }
    }
    let mut joined: Vec<Found> = Vec::new();
    for next in placed.into_values() {
        match joined.last_mut() {
            Some(last) if last.kind == next.kind && touches(text, last, &next) => {
                last.range.end = next.range.end;
                last.score = last.score.min(next.score);
                last.origin = last.origin.max(next.origin);
            }
            _ => joined.push(next),
        }
    }
    joined
}

/// Makes addresses of heads' places that hold one, as in "12 Main Street", of
/// which another head has the number and the street: as the longer span, the
/// place would win, and its type says less.
fn name_addresses(found: &mut [Found]) {
    let is = |found: &Found, kind: &str| found.origin == Origin::Head && found.kind == kind;
    let addresses: BTreeMap<usize, usize> = found
        .iter()
        .filter(|own| is(own, "ADDRESS"))
        .map(|own| (own.range.start, own.range.end))
        .collect();
    for place in found.iter_mut().filter(|own| is(own, "LOCATION")) {
        let within = addresses.range(place.range.clone()).next();
        if within.is_some_and(|(_, &end)| end <= place.range.end) {
            place.kind = "ADDRESS".into();
        }
    }
}

/// Whether two spans of one type are one.
fn touches(text: &str, last: &Found, next: &Found) -> bool {
    let between = &text[last.range.end..next.range.start];
    let parts = last.origin != Origin::Pattern && next.origin != Origin::Pattern;
    let blank = between.len() <= 2 && between.chars().all(|c| matches!(c, ' ' | '\u{a0}'));
    match last.kind.as_str() {
        _ if between.is_empty() => true,
        "PERSON" => parts && (blank || matches!(between, "." | ". " | "-")),
        "ADDRESS" => parts && (blank || matches!(between, ", " | "," | "." | ". " | "-" | "/")),
        _ => false,
    }
}

/// A head's span without what is around a name: a part of a word is the whole
/// word, white space, quotes and a possessive at its ends are not of it.
fn whole(text: &str, found: &Found) -> Option<Found> {
    if found.origin != Origin::Head {
        return (!found.range.is_empty()).then(|| found.clone());
    }
    let mut found = trimmed(text, found.clone())?;
    let signs = text[found.range.clone()]
        .chars()
        .filter(|c| c.is_alphanumeric());
    if IDENTIFIERS.contains(&found.kind.as_str()) && signs.count() < FEWEST_OF_AN_IDENTIFIER {
        return None;
    }
    let given = found.range.clone();
    let more = |rest: &mut dyn Iterator<Item = char>| {
        let letters = rest
            .take(MOST_OF_A_WORD)
            .take_while(|&c| joins(c) && c != '_');
        letters.map(char::len_utf8).sum::<usize>()
    };
    if text[found.range.clone()].starts_with(joins) {
        found.range.start -= more(&mut text[..found.range.start].chars().rev());
    }
    if text[found.range.clone()].ends_with(joins) {
        found.range.end += more(&mut text[found.range.end..].chars());
    }
    let own = &text[found.range.clone()];
    // A piece of a plain word ("far" of "farina") is no name.
    if found.range != given && !own.chars().any(|c| c.is_uppercase() || c.is_ascii_digit()) {
        return None;
    }
    for possessive in ["'s", "\u{2019}s", "'S", "\u{2019}S"] {
        if let Some(name) = own.strip_suffix(possessive) {
            found.range.end = found.range.start + name.len();
        }
    }
    trimmed(text, found)
}

/// No number that belongs to a person is so short.
const FEWEST_OF_AN_IDENTIFIER: usize = 5;

/// A word that goes on longer is not one.
const MOST_OF_A_WORD: usize = 64;

/// Without white space and quotes at the ends; `None` if no letter or digit
/// is left.
fn trimmed(text: &str, mut found: Found) -> Option<Found> {
    let outside = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '"' | '\''
                    | '\u{201c}'
                    | '\u{201d}'
                    | '\u{201e}'
                    | '\u{2018}'
                    | '\u{2019}'
                    | '\u{ab}'
                    | '\u{bb}'
                    | ','
                    | ';'
                    | ':'
                    | '<'
                    | '>'
                    | '|'
                    | '*'
                    | '`'
                    | '{'
                    | '}'
                    | '='
            )
    };
    let own = &text[found.range.clone()];
    let inner = own.trim_start_matches(outside);
    found.range.start += own.len() - inner.len();
    found.range.end = found.range.start + inner.trim_end_matches(outside).len();
    text[found.range.clone()]
        .contains(char::is_alphanumeric)
        .then_some(found)
}
