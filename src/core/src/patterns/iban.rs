//! International bank account numbers (ISO 13616): a country, its length
//! (SWIFT's registry, release 99) and the check modulo 97 (ISO 7064), in one
//! piece or in groups.

use std::ops::Range;

use super::scan::{after, before, is_blank, is_hyphen, joins};

const LENGTHS: [(&str, usize); 89] = [
    ("AD", 24),
    ("AE", 23),
    ("AL", 28),
    ("AT", 20),
    ("AZ", 28),
    ("BA", 20),
    ("BE", 16),
    ("BG", 22),
    ("BH", 22),
    ("BI", 27),
    ("BR", 29),
    ("BY", 28),
    ("CH", 21),
    ("CR", 22),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DJ", 27),
    ("DK", 18),
    ("DO", 28),
    ("EE", 20),
    ("EG", 29),
    ("ES", 24),
    ("FI", 18),
    ("FK", 18),
    ("FO", 18),
    ("FR", 27),
    ("GB", 22),
    ("GE", 22),
    ("GI", 23),
    ("GL", 18),
    ("GR", 27),
    ("GT", 28),
    ("HN", 28),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IL", 23),
    ("IQ", 23),
    ("IS", 26),
    ("IT", 27),
    ("JO", 30),
    ("KW", 30),
    ("KZ", 20),
    ("LB", 28),
    ("LC", 32),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("LY", 25),
    ("MC", 27),
    ("MD", 24),
    ("ME", 22),
    ("MK", 19),
    ("MN", 20),
    ("MR", 27),
    ("MT", 31),
    ("MU", 30),
    ("NI", 28),
    ("NL", 18),
    ("NO", 15),
    ("OM", 23),
    ("PK", 24),
    ("PL", 28),
    ("PS", 29),
    ("PT", 25),
    ("QA", 29),
    ("RO", 24),
    ("RS", 22),
    ("RU", 33),
    ("SA", 24),
    ("SC", 31),
    ("SD", 18),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("SM", 27),
    ("SO", 23),
    ("ST", 25),
    ("SV", 28),
    ("TL", 23),
    ("TN", 24),
    ("TR", 26),
    ("UA", 29),
    ("VA", 22),
    ("VG", 24),
    ("XK", 20),
    ("YE", 30),
];

pub(super) fn find(text: &str, found: &mut Vec<Range<usize>>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at + 4 < bytes.len() {
        let letters = bytes[at].is_ascii_alphabetic() && bytes[at + 1].is_ascii_alphabetic();
        let end = letters.then(|| end(text, at)).flatten();
        at = match end {
            Some(end) => {
                found.push(at..end);
                end
            }
            None => at + 1,
        };
    }
}

/// Where the account number ends that begins at `start`.
fn end(text: &str, start: usize) -> Option<usize> {
    if before(text, start).is_some_and(joins) {
        return None;
    }
    let country = text[start..].get(..2)?.to_ascii_uppercase();
    let place = LENGTHS
        .binary_search_by(|(own, _)| (*own).cmp(&country))
        .ok()?;
    let length = LENGTHS[place].1;
    let mut number = String::new();
    let mut separated = false;
    for (at, c) in text[start..].char_indices() {
        if c.is_ascii_alphanumeric() {
            number.push(c.to_ascii_uppercase());
            separated = false;
            let checks = number.len() == 3 || number.len() == 4;
            if checks && !c.is_ascii_digit() {
                return None;
            }
        } else if (is_blank(c) || is_hyphen(c)) && !separated {
            separated = true;
        } else {
            return None;
        }
        if number.len() == length {
            let end = start + at + 1;
            let whole = !after(text, end).is_some_and(joins);
            return (whole && is_checked(&number)).then_some(end);
        }
    }
    None
}

/// With its first four signs behind the rest and letters as numbers from 10
/// on, it leaves 1 over 97.
fn is_checked(number: &str) -> bool {
    let (start, rest) = number.split_at(4);
    let rest = rest.chars().chain(start.chars()).try_fold(0, |rest, c| {
        let value = c.to_digit(36)?;
        Some((rest * if value > 9 { 100 } else { 10 } + value) % 97)
    });
    rest == Some(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::super::testing;
    use super::*;

    #[test]
    fn account_numbers_are_found() {
        assert!(LENGTHS.is_sorted());
        testing::finds_anywhere(
            find,
            &[
                "DE89370400440532013000",
                "DE89 3704 0044 0532 0130 00",
                "GB29 NWBK 6016 1331 9268 19",
                "FR1420041010050500013M02606",
                "NL91ABNA0417164300",
                "ES91 2100 0418 4502 0005 1332",
                "it60x0542811101000000123456",
                "NO9386011117947",
                "PT50 0002 0123 1234 5678 9015 4",
                "DE89-3704-0044-0532-0130-00",
                "MT84MALT011000012345MTLCAST001S",
            ],
        );
    }

    #[test]
    fn near_misses_are_left() {
        testing::finds_nothing(
            find,
            &[
                "DE88370400440532013000",
                "DE8937040044053201300",
                "DE893704004405320130000",
                "XX89370400440532013000",
                "GB29 NWBK 6016 1331 9268 18",
                "DE 2024",
                "IT is 60 years",
                "aDE89370400440532013000",
                "DE89  3704  0044  0532  0130  00",
            ],
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_right_check_is_the_only_one(account in "[0-9]{18}", grouped in any::<bool>()) {
            let fine = (2..=98).filter(|check| {
                let mut number = format!("DE{check:02}{account}");
                if grouped {
                    let groups: Vec<_> = number.as_bytes().chunks(4).map(|group| std::str::from_utf8(group).unwrap()).collect();
                    number = groups.join(" ");
                }
                testing::found(find, &format!("to {number}.")) == [number]
            });
            prop_assert_eq!(fine.count(), 1);
        }
    }
}
