//! Phone numbers: international ones (`+`, ITU-T E.164), the usual national
//! ways of writing them, and any row of digits behind a word for phone. The
//! shapes are those of the national numbering plans (NANP; ITU-T E.123).

mod words;

use std::ops::Range;

use super::scan::{
    after, before, follows, goes_on_from_a_number, is_blank, is_hyphen, is_said_before, joins,
};
use words::{NUMBER_WORDS, OTHER_WORDS, PHONE_WORDS};

/// E.164 has 15 digits; `00` and `(0)` come on top.
const MOST_DIGITS: usize = 18;
const MOST_GROUPS: usize = 9;
/// So far before a number its word may stand, in bytes.
const NEAR: usize = 28;

struct Number<'a> {
    text: &'a str,
    start: usize,
    international: bool,
    groups: Vec<Range<usize>>,
}

pub(super) fn find(text: &str, found: &mut Vec<Range<usize>>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !(bytes[at].is_ascii_digit() || matches!(bytes[at], b'+' | b'(')) {
            at += 1;
            continue;
        }
        let Some(mut number) = Number::read(text, at) else {
            at += 1;
            continue;
        };
        let whole_group = number.groups[0].end;
        let range = number.starts_alone().then(|| number.longest()).flatten();
        at = match range {
            Some(range) => {
                let range = range.start..extension(text, range.end);
                found.push(range.clone());
                range.end
            }
            None => whole_group,
        };
    }
}

impl<'a> Number<'a> {
    /// Reads groups of digits from `at` on: at a plus, a bracket or a digit.
    fn read(text: &'a str, at: usize) -> Option<Self> {
        let bytes = text.as_bytes();
        let mut number = Self {
            text,
            start: at,
            international: false,
            groups: Vec::new(),
        };
        let mut here = at;
        if bytes[here] == b'(' {
            here += 1;
        }
        if bytes.get(here) == Some(&b'+') {
            number.international = true;
            here += 1;
            if bytes.get(here) == Some(&b'(') {
                here += 1;
            }
            if bytes.get(here) == Some(&b' ') {
                here += 1;
            }
        }
        let mut count = 0;
        loop {
            // One more digit than there may be tells that there are too many.
            let digits = bytes[here..]
                .iter()
                .take(MOST_DIGITS + 1)
                .take_while(|byte| byte.is_ascii_digit())
                .count();
            if digits == 0 {
                break;
            }
            count += digits;
            number.groups.push(here..here + digits);
            if count > MOST_DIGITS || number.groups.len() == MOST_GROUPS {
                break;
            }
            match separator(&text[here + digits..]) {
                Some(length) => here += digits + length,
                None => break,
            }
        }
        (!number.groups.is_empty()).then_some(number)
    }

    /// Whether what stands before it lets a number begin.
    fn starts_alone(&self) -> bool {
        let mut back = self.text[..self.start].chars().rev();
        let Some(last) = back.next() else { return true };
        let behind = back.next();
        if joins(last) || matches!(last, '$' | '€' | '£' | '¥' | '+') {
            return false;
        }
        let glue = matches!(last, '.' | ',' | '/' | '#') || is_hyphen(last);
        !(glue
            && (!self.international || last == '#')
            && behind.is_some_and(|c| c.is_alphanumeric() || last == '#'))
            && (last != '#' || self.international)
    }

    /// The longest row of its groups that is a phone number.
    fn longest(&mut self) -> Option<Range<usize>> {
        let said = is_said_before(self.text, self.start, NEAR, &PHONE_WORDS);
        let other = !said
            && (is_said_before(self.text, self.start, NEAR / 2, &OTHER_WORDS)
                || follows(self.text, self.start, &NUMBER_WORDS)
                || goes_on_from_a_number(self.text, self.start));
        while let Some(last) = self.groups.last() {
            let end = last.end;
            if self.ends_alone(end) && self.is_phone(said, other) {
                // A bracket that is not closed is the text's.
                let inside = &self.text[self.start..end];
                let opened = inside.starts_with('(')
                    && inside.matches('(').count() > inside.matches(')').count();
                return Some(self.start + usize::from(opened)..end);
            }
            self.groups.pop();
        }
        None
    }

    fn ends_alone(&self, end: usize) -> bool {
        let mut on = self.text[end..].chars();
        let Some(next) = on.next() else { return true };
        let glue = matches!(next, '.' | ',' | '/' | ':') || is_hyphen(next);
        let is_extension =
            matches!(next, 'x') && after(self.text, end + 1).is_some_and(|c| c.is_ascii_digit());
        let goes_on = (joins(next) && !is_extension)
            || matches!(next, '%' | '€' | '°')
            || (glue && on.next().is_some_and(|c| c.is_ascii_digit()))
            || (is_blank(next) && matches!(on.next(), Some('€' | '%' | '$' | '£')));
        !goes_on
    }

    fn digits(&self) -> String {
        self.groups
            .iter()
            .map(|group| &self.text[group.clone()])
            .collect()
    }

    /// What stands between two groups, or all of it.
    fn between(&self) -> impl Iterator<Item = &'a str> {
        self.groups
            .windows(2)
            .map(|pair| &self.text[pair[0].end..pair[1].start])
    }

    fn is_phone(&self, said: bool, other: bool) -> bool {
        let digits = self.digits();
        let lengths: Vec<usize> = self.groups.iter().map(Range::len).collect();
        let first = digits.as_bytes()[0];
        if digits.bytes().all(|digit| digit == first) {
            return false;
        }
        if self.international {
            return (7..=16).contains(&digits.len()) && first != b'0' && self.is_even();
        }
        if self.is_date() || !(6..=MOST_DIGITS).contains(&digits.len()) {
            return false;
        }
        if said {
            return digits.len() <= 16 && !self.is_money();
        }
        if other {
            return false;
        }
        let bracket = self.text[self.start..].starts_with('(');
        if first == b'0' {
            self.has_trunk(&digits, &lengths, bracket)
        } else {
            self.is_national(&digits, &lengths, bracket)
        }
    }

    /// With the zero that long-distance numbers begin with.
    fn has_trunk(&self, digits: &str, lengths: &[usize], bracket: bool) -> bool {
        if digits.starts_with("00") {
            return lengths.len() > 1
                && (10..=17).contains(&digits.len())
                && digits.as_bytes()[2] != b'0';
        }
        match *lengths {
            [_] => match digits.len() {
                10 => {
                    digits.starts_with("06") || digits.starts_with("07") || digits.starts_with("04")
                }
                11 => ["010", "015", "016", "017", "07"]
                    .iter()
                    .any(|start| digits.starts_with(start)),
                12 => digits.starts_with("015") || digits.starts_with("017"),
                _ => false,
            },
            [area, ..] => {
                let fewest = if bracket { 7 } else { 9 };
                (2..=6).contains(&area)
                    && (fewest..=12).contains(&digits.len())
                    && lengths.len() <= 6
            }
            [] => false,
        }
    }

    /// Without that zero: only in the groups that a country uses.
    fn is_national(&self, digits: &str, lengths: &[usize], bracket: bool) -> bool {
        let digit = |at: usize| digits.as_bytes()[at];
        let one = usize::from(lengths.len() == 4 && lengths[0] == 1 && digit(0) == b'1');
        let spaced = self.between().all(|between| between.chars().all(is_blank));
        match lengths[one..] {
            // North America.
            [3, 3, 4] => digit(one) > b'1' && digit(one + 3) > b'1',
            // Brazil, with its area in brackets or a hyphen in its last part.
            [2, 4 | 5, 4] => {
                bracket
                    || self
                        .between()
                        .last()
                        .is_some_and(|between| between.chars().all(is_hyphen))
                        && digits.len() == 11
            }
            // Spain, Portugal, Poland; not a large number in thousands.
            [3, 3, 3] => {
                matches!(digit(0), b'6' | b'7' | b'9') && spaced && !digits.ends_with("000")
            }
            [2, 3, 2, 2] => matches!(digit(0), b'8' | b'9') && spaced,
            [2, 3, 4] => digit(0) == b'2' && spaced,
            [3, 2, 2, 2] => matches!(digit(0), b'6'..=b'9') && spaced,
            // Italy's mobile phones.
            [3, 7] => digit(0) == b'3' && digit(1) > b'1',
            // An area in brackets.
            [2..=5, ..] if bracket => {
                (8..=12).contains(&digits.len()) && self.text[self.groups[0].end..].starts_with(')')
            }
            _ => false,
        }
    }

    /// Not a plus before a sum of two numbers, such as `+1,000.50`.
    fn is_even(&self) -> bool {
        self.groups.len() < MOST_GROUPS && !self.is_money()
    }

    /// `1.000.000`.
    fn is_money(&self) -> bool {
        let dots = self.groups.len() > 1 && self.between().all(|between| between == ".");
        dots && self.groups[1..].iter().all(|group| group.len() == 3) && self.groups[0].len() <= 3
    }

    /// `12.05.2024`, `2024-05-12 10`: a day, a month and a year at its start.
    fn is_date(&self) -> bool {
        let Some([a, b, c]) = self.groups.get(..3) else {
            return false;
        };
        let value =
            |group: &Range<usize>| self.text[group.clone()].parse::<u32>().unwrap_or(u32::MAX);
        let same = self.text[a.end..b.start] == self.text[b.end..c.start];
        let sign = matches!(&self.text[a.end..b.start], "." | "/" | "-" | " " | ". ");
        let (x, y, z) = (value(a), value(b), value(c));
        let day = |x: u32, y: u32| {
            (1..=31).contains(&x) && (1..=12).contains(&y)
                || (1..=12).contains(&x) && (1..=31).contains(&y)
        };
        let year = |group: &Range<usize>, z: u32| group.len() == 4 && (1800..2200).contains(&z);
        same && sign
            && ((a.len() <= 2 && b.len() <= 2 && day(x, y) && year(c, z))
                || (year(a, x) && b.len() <= 2 && c.len() <= 2 && day(z, y)))
    }
}

/// The bytes between two groups of a number: a sign, one with spaces around
/// it, or brackets.
fn separator(rest: &str) -> Option<usize> {
    let mut length = 0;
    let (mut blanks, mut signs, mut brackets) = (0, 0, 0);
    for c in rest.chars() {
        match c {
            _ if c.is_ascii_digit() => {
                let fine =
                    signs <= 1 && blanks <= 2 && brackets <= 2 && signs + blanks + brackets > 0;
                return fine.then_some(length);
            }
            '(' | ')' => brackets += 1,
            '.' | '/' => signs += 1,
            _ if is_hyphen(c) => signs += 1,
            _ if is_blank(c) && c != '\t' => blanks += 1,
            _ => return None,
        }
        if signs + blanks + brackets > 4 {
            return None;
        }
        length += c.len_utf8();
    }
    None
}

/// The end of an extension (`ext. 12`, `x12`) at `at`, or `at`.
fn extension(text: &str, at: usize) -> usize {
    let rest = text[at..].trim_start_matches([' ', ',']);
    if text.len() - at - rest.len() > 2 {
        return at;
    }
    for word in [
        "ext.",
        "ext",
        "Ext.",
        "Ext",
        "extension",
        "x",
        "Durchwahl",
        "DW",
        "poste",
    ] {
        let Some(digits) = rest.strip_prefix(word) else {
            continue;
        };
        let digits = digits.strip_prefix(' ').unwrap_or(digits);
        let count = digits
            .bytes()
            .take(7)
            .take_while(u8::is_ascii_digit)
            .count();
        let end = text.len() - digits.len() + count;
        if (1..=6).contains(&count) && !after(text, end).is_some_and(joins) {
            debug_assert!(before(text, end).is_some());
            return end;
        }
    }
    at
}

#[cfg(test)]
mod tests;
