//! Social security numbers of the United States: `123-45-6789`, or nine digits
//! behind their name; none that the Social Security Administration never
//! issues (area 000, 666 or 900 and up, group 00, serial 0000).

use std::ops::Range;

use super::scan::{is_blank, is_hyphen, is_said_before, is_whole_number, rows_of_digits};

const NEAR: usize = 32;
const NAMES: [&str; 6] = [
    "ssn",
    "ssn:",
    "social security",
    "social security number",
    "soc. sec.",
    "social",
];

pub(super) fn find(text: &str, found: &mut Vec<Range<usize>>) {
    let separates = |c| is_hyphen(c) || is_blank(c) || c == '.';
    rows_of_digits(text, separates, 9..=9, |groups, digits| {
        let range = groups[0].start..groups[groups.len() - 1].end;
        let lengths: Vec<usize> = groups.iter().map(Range::len).collect();
        let grouped = lengths == [3, 2, 4];
        let hyphens = grouped
            && groups
                .windows(2)
                .all(|pair| text[pair[0].end..pair[1].start].chars().all(is_hyphen));
        let fine = (grouped || lengths == [9])
            && is_issued(digits)
            && is_whole_number(text, &range)
            && (hyphens || is_said_before(text, range.start, NEAR, &NAMES));
        if fine {
            found.push(range);
        }
        fine
    });
}

fn is_issued(digits: &str) -> bool {
    let (area, group, serial) = (&digits[..3], &digits[3..5], &digits[5..]);
    area != "000" && area != "666" && !area.starts_with('9') && group != "00" && serial != "0000"
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
        testing::finds_anywhere(find, &["123-45-6789", "078\u{2011}05\u{2011}1120"]);
        testing::finds(
            find,
            &[
                "SSN 123456789",
                "ssn=123 45 6789",
                "social security number is 123.45.6789",
            ]
            .map(|text| {
                let at = text.find('1').unwrap();
                &*format!("{}{{{}}}", &text[..at], &text[at..]).leak()
            }),
        );
    }

    #[test]
    fn near_misses_are_left() {
        testing::finds_nothing(
            find,
            &[
                "000-12-3456",
                "666-12-3456",
                "900-12-3456",
                "123-00-4567",
                "123-45-0000",
                "123456789",
                "123-456-789",
                "1123-45-6789",
                "123-45-67890",
                "2123-45-6789-1",
                "123 45 6789",
            ],
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn all_that_are_issued_are_found(area in 0u32..1000, group in 0u32..100, serial in 0u32..10_000) {
            let number = format!("{area:03}-{group:02}-{serial:04}");
            let issued = area > 0 && area != 666 && area < 900 && group > 0 && serial > 0;
            prop_assert_eq!(testing::found(find, &format!("({number})")).len(), usize::from(issued));
        }
    }
}
