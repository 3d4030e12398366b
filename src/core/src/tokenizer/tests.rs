#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
use wasm_bindgen_test::wasm_bindgen_test as test;

use serde_json::{Value, json};

use super::*;

#[test]
fn what_could_run_away_with_a_text_is_refused() {
    let replace = r#"{"type": "Replace", "pattern": {"Regex": "."}, "content": "aaaa"}"#;
    let split = r#"{"type": "Split", "pattern": {"Regex": "(a*)*b"}, "behavior": "Isolated", "invert": false}"#;
    for (json, expected) in [
        (
            format!(r#"{{"normalizer": {replace}}}"#),
            "a normalizer of type \"Replace\"",
        ),
        (
            format!(
                r#"{{"normalizer": {{"type": "Sequence", "normalizers": [{{"type": "NFC"}}, {replace}]}}}}"#
            ),
            "a normalizer of type \"Replace\"",
        ),
        (
            r#"{"normalizer": {"type": "Prepend", "prepend": "aaaa"}}"#.into(),
            "a normalizer of type \"Prepend\"",
        ),
        (
            r#"{"normalizer": {"type": "Precompiled", "precompiled_charsmap": ""}}"#.into(),
            "a normalizer of type \"Precompiled\"",
        ),
        (
            format!(r#"{{"pre_tokenizer": {split}}}"#),
            "a pre_tokenizer of type \"Split\"",
        ),
    ] {
        let error = Tokenizer::from_bytes(json.as_bytes(), 10).err().unwrap();
        assert!(error.to_string().contains(expected), "{error}");
    }
}

/// A whole file, with one of its parts in another way.
fn file(part: &str, other: Value) -> Vec<u8> {
    let mut root = json!({
        "version": "1.0",
        "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {"type": "BertProcessing", "cls": ["[CLS]", 1], "sep": ["[SEP]", 2]},
        "model": {
            "type": "WordPiece",
            "unk_token": "[UNK]",
            "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100,
            "vocab": {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "a": 3},
        },
    });
    root[part] = other;
    serde_json::to_vec(&root).unwrap()
}

#[test]
fn steps_that_claim_to_be_others_are_refused() {
    let cut =
        json!({"max_length": 1, "strategy": "LongestFirst", "stride": 0, "direction": "Right"});
    let fill = json!({
        "strategy": {"Fixed": 4_000_000_000_u64}, "direction": "Right", "pad_to_multiple_of": null,
        "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]",
    });
    for plain in [
        file("version", json!("1.0")),
        file("truncation", cut),
        file("padding", fill),
    ] {
        let tokenizer = Tokenizer::from_bytes(&plain, 4).unwrap();
        assert_eq!(tokenizer.subwords(&["A", "b"]).unwrap(), [[3], [0]]);
    }
    let byte_level = json!({"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true});
    let template = |id: &str| {
        json!({
            "type": "TemplateProcessing",
            "single": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": id, "type_id": 0}}],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
            "special_tokens": {},
        })
    };
    let special = json!({"SpecialToken": {"id": "[CLS]", "type_id": 0}});
    let template_of_none = json!({"single": [], "pair": [], "special_tokens": {}});
    for (part, other, expected) in [
        (
            "normalizer",
            json!({"type": "BertNormalizer", "pattern": {"Regex": "."}, "content": "aaaa"}),
            "a normalizer of type \"Replace\"",
        ),
        (
            "normalizer",
            json!({"type": "BertNormalizer", "prepend": "aaaa"}),
            "a normalizer of type \"Prepend\"",
        ),
        (
            "pre_tokenizer",
            json!({"type": "Sequence", "pretokenizers": vec![byte_level.clone(); 24]}),
            "found 24 steps of a pre_tokenizer",
        ),
        (
            "post_processor",
            json!({"type": "Sequence", "processors": vec![byte_level.clone(); 24]}),
            "found 24 steps of a post_processor",
        ),
        (
            "post_processor",
            json!({"type": "Sequence", "processors": [{"type": "Sequence", "processors": [byte_level]}]}),
            "steps within a step",
        ),
        (
            "post_processor",
            json!({
                "type": "TemplateProcessing", "pair": [], "single": vec![special; 24],
                "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [1], "tokens": ["[CLS]"]}},
            }),
            "found 24 places in a template",
        ),
        (
            "post_processor",
            template("B"),
            "the place {\"Sequence\":{\"id\":\"B\"",
        ),
        (
            "post_processor",
            template_of_none,
            "0 places for the sentence",
        ),
        (
            "post_processor",
            json!({"type": "BertProcessing", "cls": ["[CLS]", 1], "sep": ["[SEP]", 9]}),
            "it has 10 subwords",
        ),
        (
            "model",
            json!({"unk_id": 0, "vocab": [["[UNK]", 0.0], ["a", -1.0]]}),
            "a model of another type",
        ),
        (
            "model",
            json!({
                "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                "max_input_chars_per_word": 1_000_000, "vocab": {"[UNK]": 0},
            }),
            "words of up to 1000000 characters",
        ),
        (
            "model",
            json!({
                "type": "WordPiece", "unk_token": "?", "continuing_subword_prefix": "##",
                "max_input_chars_per_word": 100, "vocab": {"[UNK]": 0},
            }),
            "no subword \"?\"",
        ),
        (
            "model",
            json!({"type": "BPE", "dropout": 0.5, "vocab": {"a": 0}, "merges": []}),
            "a dropout",
        ),
    ] {
        let error = Tokenizer::from_bytes(&file(part, other), 4).err().unwrap();
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn odd_files_are_prepared_or_refused_but_never_panic() {
    for json in [
        "{}",
        r#"{"pre_tokenizer": null}"#,
        r#"{"pre_tokenizer": "x"}"#,
        r#"{"pre_tokenizer": {"pretokenizers": 1}}"#,
    ] {
        let prepared = prepare_tokenizer(json.as_bytes()).unwrap();
        assert!(Tokenizer::from_bytes(&prepared, 10).is_err());
    }
    assert!(prepare_tokenizer(b"[]").is_err());
    let nested = br#"{"pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "ByteLevel", "add_prefix_space": false}]}}"#;
    let prepared: Value = serde_json::from_slice(&prepare_tokenizer(nested).unwrap()).unwrap();
    assert_eq!(
        prepared["pre_tokenizer"]["pretokenizers"][0]["add_prefix_space"],
        true
    );
}
