//! German tax identification numbers: eleven digits, not beginning with 0, of
//! whose first ten one occurs twice or three times, one at most once more, and
//! a check digit (ISO 7064, MOD 11,10; § 139b AO).

use std::ops::Range;

use super::scan::{is_blank, is_hyphen, is_whole_number, rows_of_digits};

pub(super) fn find(text: &str, found: &mut Vec<Range<usize>>) {
    let separates = |c| is_blank(c) || is_hyphen(c) || c == '/';
    rows_of_digits(text, separates, 11..=11, |groups, digits| {
        let range = groups[0].start..groups[groups.len() - 1].end;
        let lengths: Vec<usize> = groups.iter().map(Range::len).collect();
        let fine = (lengths == [11] || lengths == [2, 3, 3, 3])
            && is_checked(digits.as_bytes())
            && is_whole_number(text, &range);
        if fine {
            found.push(range);
        }
        fine
    });
}

fn is_checked(digits: &[u8]) -> bool {
    let mut counts = [0; 10];
    for digit in &digits[..10] {
        counts[usize::from(digit - b'0')] += 1;
    }
    let repeated = counts.iter().filter(|count| **count > 1).count();
    let most = counts.iter().max().copied().unwrap_or(0);
    digits[0] != b'0' && repeated == 1 && most <= 3 && check_digit(&digits[..10]) == digits[10]
}

/// ISO 7064, MOD 11,10.
fn check_digit(digits: &[u8]) -> u8 {
    let product = digits.iter().fold(10, |product, digit| {
        let sum = (u32::from(digit - b'0') + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    b'0' + ((11 - product) % 10) as u8
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
        // The Federal Central Tax Office's own examples.
        testing::finds_anywhere(
            find,
            &[
                "86095742719",
                "47036892816",
                "65929970489",
                "86 095 742 719",
            ],
        );
    }

    #[test]
    fn near_misses_are_left() {
        testing::finds_nothing(
            find,
            &[
                "86095742718",
                "06095742719",
                "12345678901",
                "11111111111",
                "860957427190",
                "860 957 427 19",
            ],
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_right_check_digit_is_the_only_one(order in Just((0..10u8).collect::<Vec<_>>()).prop_shuffle(), twice in 0usize..9) {
            let mut digits: Vec<u8> = order.iter().map(|digit| b'0' + digit).collect();
            digits[9] = digits[twice];
            prop_assume!(digits[0] != b'0');
            let start = String::from_utf8(digits).unwrap();
            let fine = (0..10).filter(|check| testing::found(find, &format!("Nr. {start}{check}")).len() == 1);
            prop_assert_eq!(fine.count(), 1);
        }
    }
}
