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
    // But in markup, escapes and marks of footnotes ("[30]", "^1", raised letters).
    let counts = |c: &char| c.is_alphabetic() || c.is_ascii_digit();
    let solid = |text: &str| text.chars().filter(counts).collect::<String>();
    let is_left_out = |c: char| {
        matches!(c, '<' | '>' | '&' | '\\' | '{' | '%' | '[' | '^' | 'ⁱ' | 'ⁿ'
            | '\u{2b0}'..='\u{2b8}' | '\u{2e0}'..='\u{2e4}' | '\u{1d2c}'..='\u{1d6a}'
            | '\u{1d78}' | '\u{1d9b}'..='\u{1dbf}' | '\u{2090}'..='\u{209c}'
            | '\u{2c7c}' | '\u{2c7d}')
    };
    if !text.contains(is_left_out) {
        assert_eq!(solid(&kept), solid(text));
    }
});
