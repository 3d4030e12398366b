//! Employer identification numbers of the United States: two digits that the
//! Internal Revenue Service gives out as a prefix, a hyphen, seven digits,
//! behind their name.

use std::ops::Range;

use super::scan::{is_hyphen, is_said_before, is_whole_number, rows_of_digits};

const NEAR: usize = 40;
const NAMES: [&str; 8] = [
    "ein",
    "fein",
    "tin",
    "employer identification",
    "employer id",
    "tax id",
    "federal id",
    "irs",
];

pub(super) fn find(text: &str, found: &mut Vec<Range<usize>>) {
    rows_of_digits(text, is_hyphen, 9..=9, |groups, digits| {
        let range = groups[0].start..groups[groups.len() - 1].end;
        let lengths: Vec<usize> = groups.iter().map(Range::len).collect();
        let fine = (lengths == [2, 7] || lengths == [9])
            && is_prefix(digits[..2].parse().unwrap_or(0))
            && is_whole_number(text, &range)
            && is_said_before(text, range.start, NEAR, &NAMES);
        if fine {
            found.push(range);
        }
        fine
    });
}

fn is_prefix(prefix: u8) -> bool {
    matches!(prefix, 1..=6 | 10..=16 | 20..=27 | 30..=48 | 50..=68 | 71..=77 | 80..=88 | 90..=95 | 98 | 99)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::super::testing;
    use super::*;

    #[test]
    fn numbers_are_found() {
        testing::finds(
            find,
            &[
                "EIN {12-3456789}",
                "Employer Identification Number: {941234567}.",
                "\"tax id\": \"{30-1234567}\"",
            ],
        );
    }

    #[test]
    fn near_misses_are_left() {
        testing::finds_nothing(
            find,
            &[
                "12-3456789",
                "EIN 07-1234567",
                "EIN 12-345678",
                "Order 12-3456789",
                "EIN 12-3456789-1",
                "ein Auto",
            ],
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_prefix_that_is_given_out_is_found(prefix in 0u8..100, rest in 0u32..10_000_000) {
            let number = format!("{prefix:02}-{rest:07}");
            let found = testing::found(find, &format!("EIN: {number}")).len();
            prop_assert_eq!(found, usize::from(is_prefix(prefix)));
        }
    }
}
