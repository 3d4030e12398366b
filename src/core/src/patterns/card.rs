//! Payment cards: numbers of a known issuer and length (ISO/IEC 7812) that
//! pass Luhn's check, in one piece or in the groups that cards have.

use std::ops::Range;

use super::scan::{goes_on_from_a_number, is_blank, is_hyphen, is_whole_number, rows_of_digits};

pub(super) fn find(text: &str, found: &mut Vec<Range<usize>>) {
    let separates = |c| is_blank(c) || is_hyphen(c) || c == '.';
    rows_of_digits(text, separates, 13..=19, |groups, digits| {
        let range = groups[0].start..groups[groups.len() - 1].end;
        let lengths: Vec<usize> = groups.iter().map(Range::len).collect();
        let grouped = matches!(
            lengths[..],
            [_] | [4, 4, 4, 4] | [4, 4, 4, 4, 2 | 3] | [4, 6, 4 | 5] | [4, 4, 4, 1] | [6, 10 | 13]
        );
        let fine = grouped
            && is_card(digits)
            && luhn(digits)
            && is_whole_number(text, &range)
            && !goes_on_from_a_number(text, range.start);
        if fine {
            found.push(range);
        }
        fine
    });
}

/// Whether issuer and length go together.
fn is_card(digits: &str) -> bool {
    let start = |length: usize| digits[..length].parse::<u32>().unwrap_or(0);
    let issuer = match digits.len() {
        13 => start(1) == 4,
        14 => matches!(start(3), 300..=305 | 309 | 360..=369 | 380..=399),
        15 => matches!(start(2), 34 | 37) || matches!(start(4), 2131 | 1800),
        16 => {
            start(1) == 4
                || matches!(start(2), 51..=55 | 60 | 62 | 64 | 65 | 81)
                || matches!(start(4), 2200..=2204 | 2221..=2720 | 3528..=3589 | 5018 | 5020 | 5038 | 5893 | 6304 | 6759 | 6761..=6763)
                || matches!(start(2), 36 | 38 | 39)
        }
        17 | 18 => {
            matches!(start(2), 62)
                || matches!(start(4), 5018 | 5020 | 5038 | 6304 | 6759 | 6761..=6763)
        }
        19 => {
            start(1) == 4
                || matches!(start(2), 60 | 62 | 64 | 65)
                || matches!(start(4), 5018 | 5020 | 5038 | 6304 | 6759 | 6761..=6763)
        }
        _ => false,
    };
    let first = digits.as_bytes()[0];
    issuer && digits.bytes().any(|digit| digit != first)
}

/// Luhn's check (ISO/IEC 7812-1, annex B).
fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit - b'0') << (place % 2);
            if digit > 9 { digit - 9 } else { digit }
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::super::testing;
    use super::*;

    #[test]
    fn cards_are_found() {
        testing::finds_anywhere(
            find,
            &[
                "4111111111111111",
                "4111 1111 1111 1111",
                "5500-0000-0000-0004",
                "3782 822463 10005",
                "378282246310005",
                "6011000990139424",
                "30569309025904",
                "3056 930902 5904",
                "3530111333300000",
                "2223003122003222",
                "4222222222222",
                "6200000000000005",
                "4111\u{a0}1111\u{a0}1111\u{a0}1111",
            ],
        );
        testing::finds(
            find,
            &[
                "card {4111 1111 1111 1111} 12/26 123",
                "1 {4111 1111 1111 1111} 2",
            ],
        );
    }

    #[test]
    fn near_misses_are_left() {
        testing::finds_nothing(
            find,
            &[
                "4111 1111 1111 1112",
                "order 1234567890123456",
                "0000000000000000",
                "978-3-16-148410-0",
                "4111-1111-1111",
                "41111111111111111111",
                "1.4111111111111111",
                "4111 11111111 1111",
                "2024-01-15 12:30",
                "a4111111111111111",
            ],
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_number_is_found_with_its_check_digit_only(start in "(4[0-9]{3}|5[1-5][0-9]{2}|6011)", rest in "[0-9]{11}", separator in "( |-|)") {
            let number = (0..10).map(|digit| format!("{start}{rest}{digit}"));
            let found: Vec<bool> = number
                .map(|number| {
                    let groups: Vec<_> = (0..4).map(|group| &number[4 * group..][..4]).collect();
                    let text = format!("it is {}.", groups.join(&separator));
                    testing::found(find, &text).len() == 1
                })
                .collect();
            prop_assert_eq!(found.iter().filter(|found| **found).count(), 1);
        }
    }
}
