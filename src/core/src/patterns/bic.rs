//! Banks' codes (ISO 9362): four letters, a country, a place, and perhaps a
//! branch. Any word of eight letters may look like one, so it needs its name
//! or an account number before it.

use std::ops::Range;

use super::scan::{is_said_before, is_whole, runs};

const NEAR: usize = 40;
const NAMES: [&str; 6] = [
    "bic",
    "swift",
    "bic/swift",
    "swift-bic",
    "swift code",
    "iban",
];

pub(super) fn find(text: &str, found: &mut Vec<Range<usize>>) {
    for run in runs(text, |byte| {
        byte.is_ascii_uppercase() || byte.is_ascii_digit()
    }) {
        let code = text[run.clone()].as_bytes();
        let fits = matches!(code.len(), 8 | 11)
            && code[..6].iter().all(u8::is_ascii_uppercase)
            && code[6] != b'0'
            && !matches!(&code[4..6], b"ZZ" | b"XX");
        if fits && is_whole(text, &run) && is_said_before(text, run.start, NEAR, &NAMES) {
            found.push(run);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::super::testing;
    use super::*;

    #[test]
    fn codes_are_found() {
        testing::finds(
            find,
            &[
                "BIC: {DEUTDEFF}",
                "SWIFT {DEUTDEFF500}.",
                "IBAN DE89370400440532013000, {COBADEFFXXX}",
                "bic={BNPAFRPP}",
                "\"swift\": \"{CHASUS33}\"",
            ],
        );
    }

    #[test]
    fn near_misses_are_left() {
        testing::finds_nothing(
            find,
            &[
                "COMPUTER",
                "BIC: deutdeff",
                "BIC ABCDEFG",
                "SWIFT ABCD0EFF",
                "The SWIFTNES DEUTDEFF",
            ],
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_code_is_found_behind_its_name(code in "[A-Z]{4}(DE|FR|GB|US|KR)[A-Z1-9][A-Z0-9]([A-Z0-9]{3})?") {
            let text = format!("BIC {code},");
            prop_assert_eq!(testing::found(find, &text), [code]);
        }
    }
}
