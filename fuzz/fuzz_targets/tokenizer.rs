//! A `tokenizer.json`; what can be read tokenizes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nerite::{Tokenizer, prepare_tokenizer};

fuzz_target!(|json: &[u8]| {
    let Ok(json) = prepare_tokenizer(json) else {
        return;
    };
    if let Ok(tokenizer) = Tokenizer::from_bytes(&json, 1000) {
        let words = ["Ann's", "", "\u{301}\u{0}東京", "\u{1f468}\u{200d}\u{1f469}", "aaaaaaaaaaaaaaaaaaaa"];
        if let Ok(subwords) = tokenizer.subwords(&words) {
            assert_eq!(subwords.len(), words.len());
            assert!(subwords.iter().flatten().all(|id| *id < 1000));
        }
    }
});
