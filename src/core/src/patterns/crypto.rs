//! Wallets' addresses: Base58Check (Bitcoin, Litecoin, Dogecoin, Tron), Bech32
//! and Bech32m (BIP 173, BIP 350) and Ethereum's with its check in the letters'
//! case (ERC-55). Only what passes its check is found; Ethereum's addresses in
//! one case have none and count by their form.

use std::ops::Range;

use sha3::{Digest, Keccak256};

use super::scan::{is_whole, runs};

/// No address has more signs (BIP 173).
const LONGEST: usize = 90;

/// The versions of Base58Check addresses: Bitcoin's, Litecoin's, Dogecoin's,
/// Dash's, Zcash's, Tron's.
const VERSIONS: [u8; 9] = [0x00, 0x05, 0x30, 0x32, 0x1e, 0x16, 0x4c, 0x10, 0x41];
const PREFIXES: [&str; 4] = ["bc", "tb", "ltc", "addr"];

pub(super) fn find(text: &str, found: &mut Vec<Range<usize>>) {
    for run in runs(text, |byte| byte.is_ascii_alphanumeric()) {
        let word = &text[run.clone()];
        let fits = (26..=LONGEST).contains(&word.len())
            && (is_ethereum(word) || is_bech32(word) || is_base58(word));
        if fits && is_whole(text, &run) {
            found.push(run);
        }
    }
}

fn is_base58(word: &str) -> bool {
    if word.len() > 35 {
        return false;
    }
    let decoded = bs58::decode(word).with_check(None).into_vec();
    decoded.is_ok_and(|bytes| bytes.len() == 21 && VERSIONS.contains(&bytes[0]))
}

/// BIP 173's sum over prefix and data, which leaves 1, or BIP 350's constant.
fn is_bech32(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    if lower != word && word.to_ascii_uppercase() != word {
        return false;
    }
    let Some((prefix, data)) = lower.rsplit_once('1') else {
        return false;
    };
    if !PREFIXES.contains(&prefix) || data.len() < 6 {
        return false;
    }
    let alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    let high = prefix.bytes().map(|byte| byte >> 5);
    let low = prefix.bytes().map(|byte| byte & 31);
    let mut values: Vec<u8> = high.chain([0]).chain(low).collect();
    for sign in data.chars() {
        match alphabet.find(sign) {
            Some(value) => values.push(value as u8),
            None => return false,
        }
    }
    let generators: [u32; 5] = [
        0x3b6a_57b2,
        0x2650_8e6d,
        0x1ea1_19fa,
        0x3d42_33dd,
        0x2a14_62b3,
    ];
    let sum = values.iter().fold(1u32, |sum, &value| {
        let top = sum >> 25;
        let sum = (sum & 0x01ff_ffff) << 5 ^ u32::from(value);
        (0..5)
            .filter(|bit| top >> bit & 1 == 1)
            .fold(sum, |sum, bit| sum ^ generators[bit])
    });
    matches!(sum, 1 | 0x2bc8_30a3)
}

fn is_ethereum(word: &str) -> bool {
    let Some(digits) = word.strip_prefix("0x") else {
        return false;
    };
    if digits.len() != 40 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return false;
    }
    let lower = digits.to_ascii_lowercase();
    if digits == lower || digits == digits.to_ascii_uppercase() {
        return digits.bytes().any(|byte| byte != digits.as_bytes()[0]);
    }
    let hash = Keccak256::digest(&lower);
    digits.bytes().enumerate().all(|(place, byte)| {
        let nibble = hash[place / 2] >> if place % 2 == 0 { 4 } else { 0 } & 15;
        byte.is_ascii_digit() || byte.is_ascii_uppercase() == (nibble > 7)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::super::testing;
    use super::*;

    const FOUND: [&str; 8] = [
        "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
        "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
        "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
        "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xde709f2102306220921060314715629080e2fb77",
        "TJRabPrwbZy45sbavfcjinPJC18kjpRTv8",
    ];

    #[test]
    fn addresses_are_found() {
        testing::finds_anywhere(find, &FOUND);
    }

    #[test]
    fn near_misses_are_left() {
        testing::finds_nothing(
            find,
            &[
                "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb",
                "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
                "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1Beaed",
                "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed0",
                "da39a3ee5e6b4b0d3255bfef95601890afd80709",
                "0x0000000000000000000000000000000000000000",
            ],
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn one_wrong_sign_fails_the_check(which in 0usize..6, place in 5usize..30, sign in "[2-9]") {
            let address = FOUND[which];
            let mut wrong = address.to_owned();
            wrong.replace_range(place..place + 1, &sign);
            prop_assume!(wrong != address);
            // Digits are not checked by Ethereum's case alone, the rest of its signs is.
            prop_assume!(which != 5 || !wrong.is_empty() && !is_ethereum(&wrong));
            prop_assert!(testing::found(find, &wrong).is_empty());
        }

        #[test]
        fn any_address_with_its_check_is_found(bytes in any::<[u8; 20]>(), version in prop::sample::select(VERSIONS.to_vec())) {
            let mut whole = vec![version];
            whole.extend(bytes);
            let address = bs58::encode(whole).with_check().into_string();
            let text = format!("to {address}.");
            prop_assert_eq!(testing::found(find, &text), [address]);
        }
    }
}
