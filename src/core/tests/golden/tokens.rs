//! Subwords beside those of transformers and its tokenizers.

use nerite::{Tokenizer, prepare_tokenizer};
use serde_json::Value;
#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::MODELS;

#[test]
fn subwords_are_those_of_transformers() {
    for model in MODELS {
        let encoder = model.encoder();
        let tokenizer = prepare_tokenizer(model.tokenizer).unwrap();
        let tokenizer = Tokenizer::from_bytes(&tokenizer, encoder.config().vocabulary).unwrap();
        let cases: Vec<Value> = serde_json::from_slice(model.words).unwrap();
        assert!(!cases.is_empty());
        for case in &cases {
            check_subwords(&tokenizer, case, model.name);
        }
    }
}

#[test]
fn nasty_words_are_cut_like_in_python() {
    let cases: Vec<Value> = serde_json::from_slice(golden!("tokens/cases.json")).unwrap();
    assert!(cases.len() > 300);
    let files: [(&str, &[u8]); 6] = [
        (
            "encoders/bert-tiny-prefixed/tokenizer.json",
            golden!("encoders/bert-tiny-prefixed/tokenizer.json"),
        ),
        (
            "encoders/bert-tiny/tokenizer.json",
            golden!("encoders/bert-tiny/tokenizer.json"),
        ),
        (
            "encoders/roberta-tiny-prefixed/tokenizer.json",
            golden!("encoders/roberta-tiny-prefixed/tokenizer.json"),
        ),
        (
            "tokens/cased-strip-accents.json",
            golden!("tokens/cased-strip-accents.json"),
        ),
        (
            "tokens/lowercase-keep-all.json",
            golden!("tokens/lowercase-keep-all.json"),
        ),
        (
            "tokens/uncased-truncating.json",
            golden!("tokens/uncased-truncating.json"),
        ),
    ];
    let mut checked = 0;
    for (path, json) in files {
        let tokenizer = Tokenizer::from_bytes(&prepare_tokenizer(json).unwrap(), 1000).unwrap();
        for case in cases.iter().filter(|case| case["tokenizer"] == path) {
            check_subwords(&tokenizer, case, case["name"].as_str().unwrap());
            checked += 1;
        }
    }
    assert_eq!(checked, cases.len());
}

/// Whole sentences of a corpus under real vocabularies: `scripts/parity` makes
/// the cases, and builds this test with them.
#[cfg(nerite_parity)]
#[test]
fn corpus_sentences_are_cut_like_in_python() {
    let file: Value = serde_json::from_slice(include_bytes!(env!("NERITE_PARITY_CASES"))).unwrap();
    let read = |json: &Value| {
        let json = prepare_tokenizer(json.to_string().as_bytes()).unwrap();
        Tokenizer::from_bytes(&json, 1 << 20).unwrap()
    };
    let tokenizers: Vec<Tokenizer> = file["tokenizers"]
        .as_array()
        .unwrap()
        .iter()
        .map(read)
        .collect();
    let cases = file["cases"].as_array().unwrap();
    assert!(!cases.is_empty());
    for case in cases {
        let index = case["tokenizer"].as_u64().unwrap() as usize;
        check_subwords(&tokenizers[index], case, "corpus");
    }
}

fn check_subwords(tokenizer: &Tokenizer, case: &Value, name: &str) {
    let words: Vec<&str> = case["words"]
        .as_array()
        .unwrap()
        .iter()
        .map(|w| w.as_str().unwrap())
        .collect();
    let subwords = tokenizer.encode(&words, true).unwrap();
    let ids: Vec<u32> = subwords.iter().map(|subword| subword.id).collect();
    let word_ids: Vec<Option<usize>> = subwords.iter().map(|subword| subword.word).collect();
    assert_eq!(serde_json::json!(ids), case["ids"], "{name}: {words:?}");
    assert_eq!(
        serde_json::json!(word_ids),
        case["word_ids"],
        "{name}: {words:?}"
    );
    if let Some(expected) = case.get("offsets") {
        let offsets: Vec<_> = subwords
            .iter()
            .map(|s| [s.characters.start, s.characters.end])
            .collect();
        assert_eq!(serde_json::json!(offsets), *expected, "{name}: {words:?}");
    }
    // The features are computed from these: the same, without the specials.
    let by_word = tokenizer.subwords(&words).unwrap();
    let inner = subwords
        .iter()
        .filter_map(|subword| Some((subword.word?, subword.id)));
    let flat = by_word
        .iter()
        .enumerate()
        .flat_map(|(word, ids)| ids.iter().map(move |&id| (word, id)));
    assert!(inner.eq(flat), "{name}: {words:?}");
}
