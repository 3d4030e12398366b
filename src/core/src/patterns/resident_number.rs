//! Korean resident registration numbers: a date of birth, a hyphen, a digit of
//! sex and century, and a check digit. Those given out since October 2020 have
//! a random digit there. What such a number looks like is no rarity among
//! order numbers, so without the check it counts only if it is written with the
//! hyphen, its date of birth is not before that month, and its name stands
//! shortly before it. (Older people whose number has been changed since then
//! are not found without the check digit: marking by hand is.)

use std::ops::Range;

use super::dates::is_date;
use super::scan::{is_blank, is_hyphen, is_said_before, is_whole_number, rows_of_digits};

/// What such numbers are called.
const NAMES: [&str; 10] = [
    "주민등록번호",
    "주민번호",
    "외국인등록번호",
    "등록번호",
    "resident registration number",
    "resident registration no",
    "resident number",
    "alien registration number",
    "rrn",
    "jumin",
];
/// So far before the number its name may stand, in bytes.
const NEAR: usize = 60;
/// The first month in which numbers had no check digit, as `YYMM`.
const WITHOUT_CHECK: u32 = 2010;

pub(super) fn find(text: &str, found: &mut Vec<Range<usize>>) {
    let separates = |c| is_hyphen(c) || is_blank(c);
    rows_of_digits(text, separates, 13..=13, |groups, digits| {
        let range = groups[0].start..groups[groups.len() - 1].end;
        let lengths: Vec<usize> = groups.iter().map(Range::len).collect();
        let halves = lengths == [6, 7];
        let hyphen = halves && text[groups[0].end..groups[1].start].chars().all(is_hyphen);
        let fine = (halves || lengths == [13])
            && (is_checked(digits)
                || hyphen
                    && has_no_check(digits)
                    && is_said_before(text, range.start, NEAR, &NAMES))
            && is_whole_number(text, &range);
        if fine {
            found.push(range);
        }
        fine
    });
}

/// Whether it is of somebody born since there is no check digit.
fn has_no_check(digits: &str) -> bool {
    let value = |range: Range<usize>| digits[range].parse::<u32>().unwrap_or(0);
    matches!(digits.as_bytes()[6], b'3' | b'4' | b'7' | b'8')
        && value(0..4) >= WITHOUT_CHECK
        && is_date(2000 + value(0..2), value(2..4), value(4..6))
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
    fn numbers_without_a_check_digit_are_found_by_their_name() {
        for text in [
            "주민등록번호: 210305-3123456",
            "아이 주민번호는 210305-4123450입니다",
            "RRN 201001-3000000",
            "Resident registration number (child) 251231-4999999",
        ] {
            assert_eq!(testing::found(find, text).len(), 1, "{text}");
        }
        testing::finds_nothing(
            find,
            &[
                "210305-3123456",
                "주문번호 210305-3123456",
                "주민번호 200930-3123456",
                "주민번호 211305-3123456",
                "주민번호 900101-1234567",
                "주민번호 2103053123456",
                "주민번호 210305 3123456",
            ],
        );
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
