//! `nerite encoder fetch` and `nerite features`: checkpoints in every layout,
//! checkpoints that are broken, and what comes out of whole ones.

use std::path::Path;

use crate::common::{ENCODERS, Lab, golden};
use nerite::{Config, HiddenStates};
use nerite_encoders::{Lookup, Source};
use safetensors::{Dtype, SafeTensors};
use serde_json::Value;

fn floats(file: &SafeTensors<'_>, name: &str) -> (Vec<usize>, Vec<f32>) {
    let tensor = file.tensor(name).unwrap();
    assert_eq!(tensor.dtype(), Dtype::F32, "{name}");
    let four = |four: &[u8]| f32::from_le_bytes(four.try_into().unwrap());
    let values = tensor.data().chunks_exact(4).map(four).collect();
    (tensor.shape().to_vec(), values)
}

fn integers(file: &SafeTensors<'_>, name: &str) -> Vec<i64> {
    let tensor = file.tensor(name).unwrap();
    assert_eq!(tensor.dtype(), Dtype::I64, "{name}");
    let eight = |eight: &[u8]| i64::from_le_bytes(eight.try_into().unwrap());
    tensor.data().chunks_exact(8).map(eight).collect()
}

fn source(folder: &Path) -> Source {
    Source::find(folder.to_str().unwrap(), &Lookup::default(), &|_| {}).unwrap()
}

fn config(name: &str) -> Config {
    source(&golden(name)).config().unwrap()
}

fn largest_difference(left: &[f32], right: &[f32]) -> f32 {
    assert_eq!(left.len(), right.len());
    let differences = left.iter().zip(right).map(|(a, b)| (a - b).abs());
    // A NaN is no small difference.
    differences.fold(0.0, |most, d| if d <= most { most } else { d })
}

#[test]
fn full_precision_is_that_of_transformers() {
    let mut most: f32 = 0.0;
    for name in ENCODERS {
        let source = source(&golden(name));
        let config = source.config().unwrap();
        let layers: Vec<usize> = (0..=config.layers).collect();
        let mut encoder = source.full_precision(&layers).unwrap();
        let bytes = std::fs::read(golden(name).join("expected.safetensors")).unwrap();
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let count = file
            .names()
            .iter()
            .filter(|n| n.starts_with("ids."))
            .count();
        assert!(count >= 5, "{name}");
        for index in 0..count {
            let ids = integers(&file, &format!("ids.{index}"));
            let ids: Vec<u32> = ids.iter().map(|&id| id.try_into().unwrap()).collect();
            let (shape, hidden) = floats(&file, &format!("hidden.{index}"));
            assert_eq!(shape, [layers.len(), ids.len(), config.hidden], "{name}");
            let found = encoder.hidden_states(&[&ids], &layers).unwrap();
            // Ours are [subwords, layers, hidden], those are [layers, subwords, hidden].
            for (layer, expected) in hidden.chunks_exact(ids.len() * config.hidden).enumerate() {
                let rows = found.chunks_exact(config.hidden);
                let ours: Vec<f32> = rows
                    .skip(layer)
                    .step_by(layers.len())
                    .flatten()
                    .copied()
                    .collect();
                let difference = largest_difference(&ours, expected);
                assert!(
                    difference <= 1e-4,
                    "{name}, sequence {index}, layer {layer}: {difference}"
                );
                most = most.max(difference);
            }
        }
    }
    println!("largest difference of all: {most:e}");
}

/// What `nerite features` wrote.
pub(crate) struct Table {
    pub(crate) shape: Vec<usize>,
    pub(crate) features: Vec<f32>,
    pub(crate) sentence: Vec<i64>,
    pub(crate) word: Vec<i64>,
    pub(crate) subwords: Vec<i64>,
}

pub(crate) fn features(
    lab: &Lab,
    encoder: &Path,
    precision: &str,
    sentences: &[Vec<String>],
) -> Table {
    let lines: String = sentences
        .iter()
        .map(|words| serde_json::to_string(words).unwrap() + "\n")
        .collect();
    lab.write("in.jsonl", lines);
    let said = lab.ok(&format!(
        "features --input in.jsonl --out out/f.safetensors --precision {precision} --encoder {}",
        encoder.display()
    ));
    let bytes = lab.read("out/f.safetensors");
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let mut names = file.names();
    names.sort_unstable();
    assert_eq!(names, ["features", "sentence", "subwords", "word"]);
    let (shape, features) = floats(&file, "features");
    assert!(said.contains(&format!("{} words", shape[0])), "{said}");
    Table {
        shape,
        features,
        sentence: integers(&file, "sentence"),
        word: integers(&file, "word"),
        subwords: integers(&file, "subwords"),
    }
}

pub(crate) struct Case {
    pub(crate) words: Vec<String>,
    pub(crate) ids: Vec<u32>,
    pub(crate) word_ids: Vec<Option<usize>>,
}

/// The sentences of `words.json` that fit the encoder's window.
pub(crate) fn cases(name: &str) -> Vec<Case> {
    let json = std::fs::read(golden(name).join("words.json")).unwrap();
    let json: Vec<Value> = serde_json::from_slice(&json).unwrap();
    let window = config(name).window;
    json.into_iter()
        .map(|case| Case {
            words: serde_json::from_value(case["words"].clone()).unwrap(),
            ids: serde_json::from_value(case["ids"].clone()).unwrap(),
            word_ids: serde_json::from_value(case["word_ids"].clone()).unwrap(),
        })
        .filter(|case| case.ids.len() <= window)
        .collect()
}

#[test]
fn words_have_the_features_of_their_first_subword() {
    let lab = Lab::new();
    let mut dropped = 0;
    for name in ENCODERS {
        let source = source(&golden(name));
        let config = source.config().unwrap();
        let layers: Vec<usize> = (0..=config.layers).collect();
        let mut encoder = source.full_precision(&layers).unwrap();
        let cases = cases(name);
        assert!(cases.len() >= 2, "{name}");
        let sentences: Vec<_> = cases.iter().map(|case| case.words.clone()).collect();
        let exact = features(&lab, &golden(name), "f32", &sentences);
        let quantized = features(&lab, &golden(name), "int8", &sentences);
        let words: usize = sentences.iter().map(Vec::len).sum();
        let width = layers.len() * config.hidden;
        assert_eq!(exact.shape, [words, layers.len(), config.hidden], "{name}");
        assert_eq!(exact.shape, quantized.shape);
        assert_eq!(exact.subwords, quantized.subwords);
        let mut row = 0;
        for (sentence, case) in cases.iter().enumerate() {
            let states = encoder.hidden_states(&[&case.ids], &layers).unwrap();
            for word in 0..case.words.len() {
                let place = |(at, own): (usize, &Option<usize>)| (*own == Some(word)).then_some(at);
                let places: Vec<usize> =
                    case.word_ids.iter().enumerate().filter_map(place).collect();
                let what = format!("{name}, {:?}", case.words[word]);
                assert_eq!(exact.sentence[row], sentence as i64, "{what}");
                assert_eq!(exact.word[row], word as i64, "{what}");
                assert_eq!(exact.subwords[row], places.len() as i64, "{what}");
                let found = &exact.features[row * width..][..width];
                let eighth = &quantized.features[row * width..][..width];
                if let Some(first) = places.first() {
                    let expected = &states[first * width..][..width];
                    let difference = largest_difference(found, expected);
                    assert!(difference <= 1e-4, "{what}: {difference}");
                    // Close, but it is not the same engine.
                    let cosine = cosine(found, eighth);
                    assert!((0.97..0.999_999_9).contains(&cosine), "{what}: {cosine}");
                } else {
                    dropped += 1;
                    assert!(found.iter().chain(eighth).all(|x| *x == 0.0), "{what}");
                }
                row += 1;
            }
        }
        assert_eq!(row, words);
    }
    assert!(dropped >= 6, "{dropped} words without a subword");
    lab.is_tidy();
}

/// Words whose spelling a library might change: `nerite features` and `tokens`
/// see them as transformers does (tests/golden/odd_words.py), unless the plain
/// spelling is asked for.
#[test]
fn odd_words_are_what_transformers_makes_of_them() {
    let lab = Lab::new();
    let mut differ = 0;
    for name in ["bert-tiny", "distilbert-tiny", "roberta-tiny"] {
        let json = std::fs::read(golden(name).join("odd.json")).unwrap();
        let cases: Vec<Value> = serde_json::from_slice(&json).unwrap();
        let words = |case: &Value| -> Vec<String> {
            serde_json::from_value(case["words"].clone()).unwrap()
        };
        let sentences: Vec<Vec<String>> = cases.iter().map(words).collect();
        let found = features(&lab, &golden(name), "f32", &sentences);
        let width = found.shape[1] * found.shape[2];
        let layers: Vec<usize> = (0..found.shape[1]).collect();
        let mut encoder = source(&golden(name)).full_precision(&layers).unwrap();
        let mut rows = found.features.chunks_exact(width);
        for case in &cases {
            let ids: Vec<u32> = serde_json::from_value(case["ids"].clone()).unwrap();
            let word_ids: Vec<Option<usize>> =
                serde_json::from_value(case["word_ids"].clone()).unwrap();
            let states = encoder.hidden_states(&[&ids], &layers).unwrap();
            for (number, word) in words(case).iter().enumerate() {
                let row = rows.next().unwrap();
                let none = vec![0.0; width];
                let at = word_ids.iter().position(|own| *own == Some(number));
                let expected = at.map_or(&none[..], |at| &states[at * width..][..width]);
                let difference = largest_difference(row, expected);
                assert!(difference < 1e-4, "{name}, {word:?}: {difference}");
            }
        }
        assert!(rows.next().is_none());
        let tokens = |spelling: &str| -> Vec<Value> {
            let encoder = golden(name);
            let said = lab.ok(&format!(
                "tokens --input in.jsonl {spelling} --encoder {}",
                encoder.display()
            ));
            said.lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect()
        };
        let plain = tokens("--spelling plain");
        for ((found, case), plain) in tokens("").iter().zip(&cases).zip(&plain) {
            assert_eq!(found["ids"], case["ids"], "{name}: {}", case["words"]);
            assert_eq!(
                found["word_ids"], case["word_ids"],
                "{name}: {}",
                case["words"]
            );
            differ += usize::from(found["ids"] != plain["ids"]);
        }
    }
    assert!(differ >= 6, "the plain spelling changed {differ} sentences");
}

fn cosine(left: &[f32], right: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| -> f64 {
        a.iter()
            .zip(b)
            .map(|(a, b)| f64::from(*a) * f64::from(*b))
            .sum()
    };
    dot(left, right) / (dot(left, left) * dot(right, right)).sqrt()
}

#[test]
fn long_and_empty_sentences_are_encoded_whole() {
    let lab = Lab::new();
    let long: Vec<String> = (0..500).map(|word| format!("year{word}")).collect();
    let sentences = [vec![], long, vec![String::new()], vec!["year".repeat(200)]];
    let table = features(&lab, &golden("bert-tiny"), "int8", &sentences);
    assert_eq!(table.shape, [502, 3, 32]);
    assert_eq!(table.sentence[..500], [1; 500]);
    assert_eq!(table.subwords[500], 0);
    for (row, &subwords) in table.features.chunks_exact(96).zip(&table.subwords) {
        assert_eq!(row.iter().any(|x| *x != 0.0), subwords > 0);
    }
    let none = features(&lab, &golden("bert-tiny"), "int8", &[]);
    assert_eq!(none.shape, [0, 3, 32]);
}

#[test]
fn wrong_input_of_features_is_told_with_its_line() {
    let lab = Lab::new();
    for (name, contents, expected) in [
        (
            "text",
            b"[\"a\"]\nKenya left\n".as_slice(),
            ["text:2", "expected a JSON array of words"],
        ),
        (
            "numbers",
            b"[\"a\"]\n[1]\n",
            ["numbers:2", "expected a JSON array of words"],
        ),
        (
            "blank",
            b"[\"a\"]\n\n[\"b\"]\n",
            ["blank:2", "expected a JSON array of words"],
        ),
        (
            "latin",
            b"[\"a\"]\n[\"b\"]\n[\"\xfc\"]\n",
            ["latin:3", "UTF-8"],
        ),
    ] {
        lab.write(name, contents);
        lab.refused(
            &format!("features --input {name} --out f --encoder BERT"),
            &expected,
        );
    }
    lab.refused(
        "features --input nowhere --out f --encoder BERT",
        &["cannot read nowhere"],
    );
    lab.misused(
        "features --input a --out f --precision f16",
        &["int8", "f32"],
    );
    lab.write("good", "[\"a\"]\n");
    lab.refused(
        "features --input good --out . --encoder BERT",
        &["cannot write ."],
    );
    assert!(!lab.path("f").exists());
}
