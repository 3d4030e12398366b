//! Places by latitude and longitude: two decimals with at least three digits
//! behind the point, or degrees with minutes (ISO 6709 and what maps print).

use std::ops::Range;

use super::scan::{before, joins};

pub(super) fn find(text: &str, found: &mut Vec<Range<usize>>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let begins = bytes[at].is_ascii_digit() || matches!(bytes[at], b'-' | b'+');
        let alone = begins
            && !before(text, at)
                .is_some_and(|c| joins(c) || matches!(c, '.' | ',' | '-' | '+' | '/'));
        let listed = begins && is_listed(text, at);
        let end = (alone && !listed)
            .then(|| decimals(text, at).or_else(|| degrees(text, at)))
            .flatten();
        at = match end {
            Some(end) => {
                found.push(at..end);
                end
            }
            // A number that is none is none from its second digit on.
            None if begins => {
                at + bytes[at..]
                    .iter()
                    .skip(1)
                    .take_while(|byte| byte.is_ascii_digit())
                    .count()
                    + 1
            }
            None => at + 1,
        };
    }
}

/// Whether a number and a comma stand before it: three and more in a row are a
/// list of numbers.
fn is_listed(text: &str, at: usize) -> bool {
    let before = text[..at].trim_end_matches(' ').strip_suffix(',');
    before.is_some_and(|before| before.ends_with(|c: char| c.is_ascii_digit()))
}

/// A decimal of at most `most`, with `digits` digits behind the point at
/// least, and where it ends.
fn decimal(text: &str, at: usize, most: f64, digits: usize) -> Option<usize> {
    let rest = &text.as_bytes()[at..];
    let sign = usize::from(matches!(rest.first(), Some(b'-' | b'+')));
    let whole = rest[sign..]
        .iter()
        .take(4)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let point = sign + whole;
    if whole == 0 || rest.get(point) != Some(&b'.') {
        return None;
    }
    let behind = rest[point + 1..]
        .iter()
        .take(20)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let end = at + point + 1 + behind;
    let value: f64 = text[at..end].parse().ok()?;
    let fine = behind >= digits && behind < 16 && value.abs() <= most;
    fine.then_some(end)
}

fn compass(text: &str, at: usize, letters: [char; 2]) -> usize {
    let mut rest = text[at..].trim_start_matches('°');
    rest = rest.strip_prefix(' ').unwrap_or(rest);
    match rest.chars().next() {
        Some(c) if letters.contains(&c) && !rest[1..].starts_with(joins) => {
            text.len() - rest.len() + 1
        }
        _ => text.len() - text[at..].trim_start_matches('°').len(),
    }
}

fn decimals(text: &str, at: usize) -> Option<usize> {
    let latitude = decimal(text, at, 90.0, 3)?;
    let end = compass(text, latitude, ['N', 'S']);
    let rest = &text[end..];
    let between = rest
        .bytes()
        .take(3)
        .take_while(|byte| matches!(byte, b',' | b';' | b' '))
        .count();
    let gap = &rest[..between];
    // A space alone separates the columns of any table.
    if !(gap.contains([',', ';']) || end > latitude) {
        return None;
    }
    let longitude = decimal(text, end + between, 180.0, 3)?;
    let end = compass(text, longitude, ['E', 'W']);
    // Three and more in a row are a list of numbers.
    let goes_on = text[end..]
        .trim_start_matches([',', ' '])
        .starts_with(|c: char| c.is_ascii_digit())
        && text[end..].starts_with(',');
    let whole = !text[end..].starts_with(|c: char| joins(c) || c == '%');
    (whole && !goes_on).then_some(end)
}

/// `48°51'24"N 2°21'3"E`.
fn degrees(text: &str, at: usize) -> Option<usize> {
    let end = angle(text, at, ['N', 'S'])?;
    let gap = text[end..]
        .bytes()
        .take(2)
        .take_while(|byte| matches!(byte, b',' | b' '))
        .count();
    angle(text, end + gap, ['E', 'W'])
}

fn angle(text: &str, at: usize, letters: [char; 2]) -> Option<usize> {
    let mut here = at;
    for (place, signs) in [
        &['°', 'º'][..],
        &['\'', '\u{2032}', '\u{2019}'],
        &['"', '\u{2033}', '\u{201d}'],
    ]
    .iter()
    .enumerate()
    {
        let rest = text[here..].strip_prefix(' ').unwrap_or(&text[here..]);
        let digits = rest
            .bytes()
            .take(8)
            .take_while(|byte| byte.is_ascii_digit() || *byte == b'.')
            .count();
        let sign = rest[digits..].chars().next().filter(|c| signs.contains(c));
        match sign {
            Some(sign) if digits > 0 => here = text.len() - rest.len() + digits + sign.len_utf8(),
            // Seconds may be left out.
            _ if place == 2 => break,
            _ => return None,
        }
    }
    let rest = text[here..].strip_prefix(' ').unwrap_or(&text[here..]);
    let letter = rest.chars().next().filter(|c| letters.contains(c))?;
    Some(text.len() - rest.len() + letter.len_utf8())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::super::testing;
    use super::*;

    #[test]
    fn places_are_found() {
        testing::finds_anywhere(
            find,
            &[
                "48.85661, 2.35222",
                "-33.8688,151.2093",
                "40.7128° N, 74.0060° W",
                "48°51'24\"N 2°21'3\"E",
                "37.566 N, 126.978 E",
                "48°51′24″N, 2°21′03″E",
            ],
        );
    }

    #[test]
    fn near_misses_are_left() {
        testing::finds_nothing(
            find,
            &[
                "1.5, 2.5",
                "95.1234, 20.1234",
                "1.234 5.678",
                "0.123, 0.456, 0.789",
                "3.14159",
                "v1.234,5.678x",
                "1,234.567",
                "20°C and 30°C",
                "10.5%, 11.25%",
            ],
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_place_is_found(latitude in -90.0f64..90.0, longitude in -180.0f64..180.0) {
            let place = format!("{latitude:.5}, {longitude:.5}");
            let text = format!("at {place}.");
            prop_assert_eq!(testing::found(find, &text), [place]);
        }
    }
}
