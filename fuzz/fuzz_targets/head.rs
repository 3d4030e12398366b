//! A head's file; what can be read tags words.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nerite::{Decoder, Head, HeadInput};

fuzz_target!(|bytes: &[u8]| {
    let Ok(head) = Head::from_bytes(bytes) else {
        return;
    };
    let words = ["Ann", "\u{202e}Ünı"];
    if head.config().inputs() > 1 << 16 {
        return;
    }
    let features = vec![1.0; words.len() * head.config().inputs()];
    for decoder in Decoder::ALL {
        let input = HeadInput {
            words: &words,
            features: &features,
            seen: &[true, false],
        };
        let output = head.tag(input, *decoder);
        assert!(output.probabilities.iter().all(|p| (0.0..=1.0).contains(p)));
    }
});
