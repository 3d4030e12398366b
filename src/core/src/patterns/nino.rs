//! National insurance numbers of the United Kingdom: two letters, six digits
//! and a letter from A to D, without the prefixes that HM Revenue and Customs
//! does not give out (its manual NIM39110).

use std::ops::Range;

use super::scan::{after, before, is_blank, is_hyphen, joins};

/// The letters, digits and separators of the longest one.
const LONGEST: usize = 9;

pub(super) fn find(text: &str, found: &mut Vec<Range<usize>>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at + LONGEST <= bytes.len() {
        let end = bytes[at]
            .is_ascii_alphabetic()
            .then(|| end(text, at))
            .flatten();
        at = match end {
            Some(end) => {
                found.push(at..end);
                end
            }
            None => at + 1,
        };
    }
}

fn end(text: &str, start: usize) -> Option<usize> {
    if before(text, start).is_some_and(joins) {
        return None;
    }
    let mut number = String::new();
    let mut separated = false;
    for (at, c) in text[start..].char_indices() {
        if c.is_ascii_alphanumeric() {
            let place = number.len();
            let is_digit = (2..8).contains(&place);
            if is_digit != c.is_ascii_digit() {
                return None;
            }
            number.push(c.to_ascii_uppercase());
            separated = false;
        } else if (is_blank(c) || is_hyphen(c)) && !separated && number.len() >= 2 {
            separated = true;
        } else {
            return None;
        }
        if number.len() == LONGEST {
            let end = start + at + 1;
            let capitals = text[start..start + 1].chars().all(char::is_uppercase);
            let fine = capitals && is_given(&number) && !after(text, end).is_some_and(joins);
            return fine.then_some(end);
        }
    }
    None
}

fn is_given(number: &str) -> bool {
    let prefix = &number[..2];
    let never = ["BG", "GB", "KN", "NK", "NT", "TN", "ZZ"];
    !prefix.contains(['D', 'F', 'I', 'Q', 'U', 'V'])
        && !prefix.ends_with('O')
        && !never.contains(&prefix)
        && number.ends_with(['A', 'B', 'C', 'D'])
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
        testing::finds_anywhere(
            find,
            &["AB123456C", "AB 12 34 56 C", "JG-10-37-59-A", "AB 123456 C"],
        );
    }

    #[test]
    fn near_misses_are_left() {
        testing::finds_nothing(
            find,
            &[
                "GB123456A",
                "AB123456E",
                "DA123456A",
                "AO123456A",
                "AB12345C",
                "AB1234567",
                "XAB123456C",
                "AB 12  34 56 C",
                "ab123456c",
            ],
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn all_that_are_given_out_are_found(prefix in "[A-Z]{2}", digits in "[0-9]{6}", suffix in "[A-F]") {
            let number = format!("{prefix}{digits}{suffix}");
            let found = testing::found(find, &format!("NI {number}.")).len();
            prop_assert_eq!(found, usize::from(is_given(&number)));
        }
    }
}
