//! A text cut into words: in order, on characters, nothing lost that has a
//! letter or a digit, and offsets agree.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nerite::{Utf16Offsets, cut, plain};

fuzz_target!(|text: &str| {
    let mut end = 0;
    let mut units = 0;
    let mut kept = String::new();
    let mut offsets = Utf16Offsets::new(text);
    for word in cut(text).into_iter().flatten() {
        assert!(word.start >= end && word.end > word.start);
        let own = &text[word.clone()];
        assert!(!plain(own).is_empty(), "{own:?} shows nothing");
        units += text[end..word.start].encode_utf16().count();
        assert_eq!(offsets.at(word.start), units);
        units += own.encode_utf16().count();
        assert_eq!(offsets.at(word.end), units);
        end = word.end;
        kept += own;
    }
    // But in markup, escapes and marks of footnotes ("[30]").
    let counts = |c: &char| c.is_alphabetic() || c.is_ascii_digit();
    let solid = |text: &str| text.chars().filter(counts).collect::<String>();
    if !text.contains(['<', '>', '&', '\\', '{', '%', '[']) {
        assert_eq!(solid(&kept), solid(text));
    }
});
