//! A text cut into words; nothing but space is lost, and offsets agree.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nerite::{Utf16Offsets, cut};

fuzz_target!(|text: &str| {
    let mut end = 0;
    let mut offsets = Utf16Offsets::new(text);
    for word in cut(text).into_iter().flatten() {
        let between = &text[end..word.start];
        assert!(between.chars().all(char::is_whitespace), "{between:?} is lost");
        assert!(word.end > word.start);
        let before = text[..word.start].encode_utf16().count();
        assert_eq!(offsets.at(word.start), before);
        end = word.end;
    }
    assert!(text[end..].chars().all(char::is_whitespace));
});
