//! Korean resident registration numbers: a date of birth, a hyphen, a digit of
//! sex and century, and a check digit. (Those given out since October 2020 may
//! have another digit there, which no rule can tell from a wrong one.)

use std::ops::Range;

use super::dates::is_date;
use super::scan::{is_blank, is_hyphen, is_whole_number, rows_of_digits};

pub(super) fn find(text: &str, found: &mut Vec<Range<usize>>) {
    let separates = |c| is_hyphen(c) || is_blank(c);
    rows_of_digits(text, separates, 13..=13, |groups, digits| {
        let range = groups[0].start..groups[groups.len() - 1].end;
        let lengths: Vec<usize> = groups.iter().map(Range::len).collect();
        let fine = (lengths == [6, 7] || lengths == [13])
            && is_checked(digits)
            && is_whole_number(text, &range);
        if fine {
            found.push(range);
        }
        fine
    });
}

fn is_checked(digits: &str) -> bool {
    let value = |range: Range<usize>| digits[range].parse::<u32>().unwrap_or(0);
    let century = match digits.as_bytes()[6] {
        b'1' | b'2' | b'5' | b'6' => 1900,
        b'3' | b'4' | b'7' | b'8' => 2000,
        b'9' | b'0' => 1800,
        _ => return false,
    };
    let weights = [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5];
    let sum: u32 = weights
        .iter()
        .zip(digits.bytes())
        .map(|(weight, digit)| weight * u32::from(digit - b'0'))
        .sum();
    let last = value(12..13);
    // Those of foreigners (5 to 8) have two more.
    let foreign = matches!(digits.as_bytes()[6], b'5'..=b'8');
    let expected = (11 - sum % 11 + if foreign { 2 } else { 0 }) % 10;
    is_date(century + value(0..2), value(2..4), value(4..6))
        && (last == expected || (foreign && last == (11 - sum % 11) % 10))
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
        testing::finds_anywhere(find, &["900101-1234568", "9001011234568", "850815-2345675"]);
    }

    #[test]
    fn near_misses_are_left() {
        testing::finds_nothing(
            find,
            &[
                "900101-1234567",
                "901301-1234568",
                "900230-1234568",
                "900101-12345678",
                "1900101-1234568",
                "1234567890123",
            ],
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_right_check_digit_is_the_only_one(year in 0u32..100, month in 1u32..=12, day in 1u32..=28, rest in "[1-4][0-9]{5}") {
            let start = format!("{year:02}{month:02}{day:02}-{rest}");
            let fine = (0..10).filter(|check| testing::found(find, &format!("번호 {start}{check}")).len() == 1);
            prop_assert_eq!(fine.count(), 1);
        }
    }
}
