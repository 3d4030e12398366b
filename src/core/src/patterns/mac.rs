//! Network cards' addresses (IEEE 802): six pairs of hexadecimal digits with
//! colons or hyphens, or three groups of four with dots.

use std::ops::Range;

use super::scan::{is_whole, runs};

pub(super) fn find(text: &str, found: &mut Vec<Range<usize>>) {
    let own = |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'-' | b'.');
    for run in runs(text, own) {
        let trimmed = text[run.clone()].trim_matches([':', '-', '.']);
        let start = run.start + text[run].find(trimmed).unwrap_or(0);
        let range = start..start + trimmed.len();
        let fits = match trimmed.len() {
            17 => groups(trimmed, ':', 2) || groups(trimmed, '-', 2),
            14 => groups(trimmed, '.', 4),
            _ => false,
        };
        if fits && is_whole(text, &range) {
            found.push(range);
        }
    }
}

/// Groups of so many digits with this sign between them, not all of them decimal
/// where dots are between them (which is how a long number is written).
fn groups(text: &str, sign: char, digits: usize) -> bool {
    let fit = text
        .split(sign)
        .all(|group| group.len() == digits && group.bytes().all(|byte| byte.is_ascii_hexdigit()));
    fit && (sign != '.' || text.bytes().any(|byte| byte.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::super::testing;
    use super::*;

    #[test]
    fn addresses_are_found() {
        testing::finds_anywhere(
            find,
            &["00:1A:2b:3c:4D:5e", "00-1A-2B-3C-4D-5E", "001a.2b3c.4d5e"],
        );
    }

    #[test]
    fn near_misses_are_left() {
        testing::finds_nothing(
            find,
            &[
                "00:1A:2B:3C:4D",
                "00:1A:2B:3C:4D:5E:6F",
                "10:20:30",
                "00:1A-2B:3C-4D:5E",
                "2024-01-15-10-20",
                "1234.5678.9012",
                "00:1G:2B:3C:4D:5E",
                "x00:1A:2B:3C:4D:5E",
            ],
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_address_is_found(bytes in any::<[u8; 6]>(), sign in "[:-]", left in "[ (\"=]", right in "[ )\",;]") {
            let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            let address = pairs.join(&sign);
            let text = format!("{left}{address}{right}");
            prop_assert_eq!(testing::found(find, &text), [address]);
        }
    }
}
