//! `nerite encoder fetch` and `nerite features`: checkpoints in every layout,
//! checkpoints that are broken, and what comes out of whole ones.

mod common;

use std::collections::HashMap;
use std::path::Path;

use common::{ENCODERS, Lab, golden, pytorch, sha256};
use nerite::{Config, HiddenStates};
use nerite_encoders::{Lookup, Source};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use serde_json::{Value, json};

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
struct Table {
    shape: Vec<usize>,
    features: Vec<f32>,
    sentence: Vec<i64>,
    word: Vec<i64>,
    subwords: Vec<i64>,
}

fn features(lab: &Lab, encoder: &Path, precision: &str, sentences: &[Vec<String>]) -> Table {
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

struct Case {
    words: Vec<String>,
    ids: Vec<u32>,
    word_ids: Vec<Option<usize>>,
}

/// The sentences of `words.json` that fit the encoder's window.
fn cases(name: &str) -> Vec<Case> {
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

fn fetch(lab: &Lab, folder: &Path) -> HashMap<String, String> {
    let said = lab.ok(&format!("encoder fetch {}", folder.display()));
    let pairs = said.lines().filter_map(|line| line.split_once(' '));
    pairs
        .map(|(key, value)| (key.into(), value.trim().into()))
        .collect()
}

#[test]
fn a_checkpoint_gives_the_same_bytes_every_time() {
    let lab = Lab::new();
    let mut all = Vec::new();
    for name in ENCODERS {
        let first = fetch(&lab, &golden(name));
        let path = lab.cached("encoder.safetensors").unwrap();
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(first["quantized"], path.to_str().unwrap());
        assert_eq!(first["sha256"], sha256(&bytes), "{name}");
        // Found, not made again.
        let made = std::fs::metadata(&path).unwrap().modified().unwrap();
        assert_eq!(fetch(&lab, &golden(name)), first);
        assert_eq!(std::fs::metadata(&path).unwrap().modified().unwrap(), made);
        lab.is_tidy();
        lab.clear_cache();
        assert_eq!(fetch(&lab, &golden(name)), first, "{name}");
        // The same contents in another place are the same entry.
        let copy = fetch(&lab, &lab.copy_of(name, name));
        assert_eq!(copy["quantized"], first["quantized"]);
        lab.clear_cache();
        all.push(first["sha256"].clone());
    }
    all.sort();
    all.dedup();
    assert_eq!(all.len(), ENCODERS.len());
}

#[test]
fn vocabularies_make_the_tokenizer_that_tokenizer_json_is() {
    let lab = Lab::new();
    for name in ENCODERS {
        let sentences: Vec<_> = cases(name).into_iter().map(|case| case.words).collect();
        let expected = features(&lab, &golden(name), "int8", &sentences);
        let copy = lab.copy_of(name, name);
        std::fs::remove_file(copy.join("tokenizer.json")).unwrap();
        let found = features(&lab, &copy, "int8", &sentences);
        assert_eq!(found.subwords, expected.subwords, "{name}");
        assert_eq!(found.features, expected.features, "{name}");
    }
    // The vocabulary's own options are read: without them, text is lowercased.
    let cased = golden("bert-tiny-prefixed");
    let copy = lab.copy_of("bert-tiny-prefixed", "without-options");
    std::fs::remove_file(copy.join("tokenizer.json")).unwrap();
    std::fs::remove_file(copy.join("tokenizer_config.json")).unwrap();
    let sentences = [vec!["Kenya".to_owned()]];
    assert_ne!(
        features(&lab, &cased, "int8", &sentences).features,
        features(&lab, &copy, "int8", &sentences).features
    );
}

#[test]
fn pytorch_files_are_read_as_safetensors_are() {
    for name in ENCODERS {
        let lab = Lab::new();
        let copy = lab.copy_of(name, "copy");
        let weights = std::fs::read(copy.join("model.safetensors")).unwrap();
        std::fs::remove_file(copy.join("model.safetensors")).unwrap();
        let file = pytorch(&weights);
        std::fs::write(copy.join("pytorch_model.bin"), &file).unwrap();
        let expected = fetch(&lab, &golden(name));
        assert_eq!(fetch(&lab, &copy)["sha256"], expected["sha256"], "{name}");
    }
}

#[test]
fn broken_pytorch_files_are_refused() {
    let lab = Lab::new();
    let copy = lab.copy_of("bert-tiny", "copy");
    let file = pytorch(&std::fs::read(copy.join("model.safetensors")).unwrap());
    std::fs::remove_file(copy.join("model.safetensors")).unwrap();
    let mut flipped = file.clone();
    let pickle = file.windows(8).position(|at| at == b"ctorch._").unwrap();
    flipped[pickle] = 0xff;
    for broken in [&b""[..], b"\x80\x02}.", &file[..file.len() / 2], &flipped] {
        std::fs::write(copy.join("pytorch_model.bin"), broken).unwrap();
        lab.refused("encoder fetch copy", &["pytorch_model.bin"]);
    }
    nothing_is_cached(&lab);
}

/// Only locks are in the cache.
fn nothing_is_cached(lab: &Lab) {
    let all = lab.files("cache");
    assert!(all.iter().all(|path| path.ends_with(".lock")), "{all:?}");
}

fn change(path: &Path, change: impl FnOnce(&mut Value)) {
    let mut json = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    change(&mut json);
    std::fs::write(path, json.to_string()).unwrap();
}

#[test]
fn broken_checkpoints_are_refused() {
    let lab = Lab::new();
    let cut = |path: &Path, length: usize| {
        let bytes = std::fs::read(path).unwrap();
        std::fs::write(path, &bytes[..length.min(bytes.len())]).unwrap();
    };
    type Spoil<'a> = Box<dyn Fn(&Path) + 'a>;
    let remove = |file: &'static str| -> Spoil<'_> {
        Box::new(move |folder| std::fs::remove_file(folder.join(file)).unwrap())
    };
    let set = |key: &'static str, value: Value| -> Spoil<'_> {
        Box::new(move |folder| {
            change(&folder.join("config.json"), |config| {
                config[key] = value.clone()
            });
        })
    };
    let write = |file: &'static str, contents: &'static str| -> Spoil<'_> {
        Box::new(move |folder| std::fs::write(folder.join(file), contents).unwrap())
    };
    let truncate = |length: usize| -> Spoil<'_> {
        Box::new(move |folder| cut(&folder.join("model.safetensors"), length))
    };
    let cases: Vec<(&str, Spoil<'_>, &[&str])> = vec![
        ("no config", remove("config.json"), &["copy", "config.json"]),
        (
            "no weights",
            remove("model.safetensors"),
            &["copy", "model.safetensors", "pytorch_model.bin"],
        ),
        ("empty config", write("config.json", ""), &["config.json"]),
        (
            "config of another kind",
            write("config.json", "[1]"),
            &["config.json"],
        ),
        (
            "config cut off",
            Box::new(|folder| cut(&folder.join("config.json"), 100)),
            &["config.json"],
        ),
        (
            "another model",
            set("model_type", json!("gpt2")),
            &["config.json", "gpt2"],
        ),
        (
            "no width",
            set("hidden_size", json!(0)),
            &["config.json", "0"],
        ),
        (
            "negative width",
            set("hidden_size", json!(-32)),
            &["config.json", "-32"],
        ),
        (
            "heads that do not divide",
            set("num_attention_heads", json!(5)),
            &["config.json", "5"],
        ),
        (
            "another width",
            set("hidden_size", json!(64)),
            &["model.safetensors", "64", "32"],
        ),
        (
            "a layer too many",
            set("num_hidden_layers", json!(3)),
            &["model.safetensors"],
        ),
        (
            "a layer number beyond reason",
            set("num_hidden_layers", json!(4_000_000_000_u32)),
            &["config.json"],
        ),
        (
            "another vocabulary",
            set("vocab_size", json!(241)),
            &["model.safetensors", "241", "240"],
        ),
        (
            "another activation",
            set("hidden_act", json!("swish")),
            &["config.json", "swish"],
        ),
        ("empty weights", truncate(0), &["model.safetensors"]),
        (
            "weights cut off in the header",
            truncate(100),
            &["model.safetensors"],
        ),
        ("weights cut off", truncate(100_000), &["model.safetensors"]),
        (
            "no weights at all",
            write("model.safetensors", "Not Found"),
            &["model.safetensors"],
        ),
        (
            "empty tokenizer",
            write("tokenizer.json", ""),
            &["tokenizer.json"],
        ),
        (
            "tokenizer of another kind",
            write("tokenizer.json", "{\"version\": 1}"),
            &["tokenizer.json"],
        ),
    ];
    for (what, spoil, expected) in cases {
        std::fs::remove_dir_all(lab.path("copy")).ok();
        let copy = lab.copy_of("bert-tiny", "copy");
        spoil(&copy);
        println!(
            "{what}: {}",
            lab.run("encoder fetch copy").stderr.trim_end()
        );
        lab.refused("encoder fetch copy", expected);
        lab.is_tidy();
        if !what.contains("tokenizer") {
            nothing_is_cached(&lab);
        }
    }
    // Every kind of vocabulary is missing.
    let copy = lab.copy_of("roberta-tiny", "roberta");
    for file in ["tokenizer.json", "merges.txt"] {
        std::fs::remove_file(copy.join(file)).unwrap();
    }
    lab.refused(
        "encoder fetch roberta",
        &["tokenizer.json", "vocab.txt", "merges.txt"],
    );
    // A vocabulary without the tokens that every sentence needs.
    let copy = lab.copy_of("bert-tiny", "vocab");
    std::fs::remove_file(copy.join("tokenizer.json")).unwrap();
    std::fs::write(copy.join("vocab.txt"), "a\nb\n").unwrap();
    lab.refused("encoder fetch vocab", &["vocab.txt", "[SEP]"]);
    // A tokenizer of another model, with ids that the encoder does not have.
    let copy = lab.copy_of("bert-tiny", "stranger");
    std::fs::copy(
        golden("roberta-tiny").join("tokenizer.json"),
        copy.join("tokenizer.json"),
    )
    .unwrap();
    lab.refused("encoder fetch stranger", &["240"]);
}

/// What stands in the place of a file where a download or a clone went wrong,
/// or where it is older than its readers.
#[test]
fn what_is_no_checkpoint_is_named_for_what_it_is() {
    const POINTER: &[u8] = b"version https://git-lfs.github.com/spec/v1\n\
        oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 90868376\n";
    const PORTAL: &[u8] =
        b"\r\n<!DOCTYPE html><html><head><title>Sign in to the network</title></head></html>";
    // The magic number of torch.save before 1.6, its protocol, and a dictionary.
    const OLD_TORCH: &[u8] =
        b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}q\x00.";
    let lab = Lab::new();
    let weights = [
        "model.safetensors",
        "pytorch_model.bin",
        "model.onnx",
        "onnx/model.onnx",
    ];
    let texts = ["config.json", "tokenizer.json", "tokenizer_config.json"];
    for name in weights.into_iter().chain(texts) {
        for (contents, expected) in [
            (POINTER, ["a pointer of Git LFS", "git lfs pull"]),
            (PORTAL, ["a page of HTML", "download it again"]),
        ] {
            std::fs::remove_dir_all(lab.path("copy")).ok();
            let copy = lab.copy_of("bert-tiny", "copy");
            if weights.contains(&name) {
                std::fs::remove_file(copy.join("model.safetensors")).unwrap();
            }
            lab.write(&format!("copy/{name}"), contents);
            lab.refused("encoder fetch copy", &[&[name][..], &expected].concat());
            // A tokenizer is looked at when the encoder is there.
            if !name.starts_with("tokenizer") {
                nothing_is_cached(&lab);
            }
        }
    }
    std::fs::remove_dir_all(lab.path("copy")).unwrap();
    let copy = lab.copy_of("bert-tiny", "copy");
    std::fs::remove_file(copy.join("model.safetensors")).unwrap();
    lab.write("copy/pytorch_model.bin", OLD_TORCH);
    lab.refused(
        "encoder fetch copy",
        &["pytorch_model.bin", "PyTorch before 1.6", "torch.save"],
    );
}

#[test]
fn names_that_nobody_knows_are_refused() {
    let lab = Lab::new();
    lab.write("empty/file", "");
    lab.refused(
        "encoder fetch empty",
        &[
            "empty",
            "config.json",
            "tokenizer.json",
            "model.safetensors",
        ],
    );
    lab.refused(
        "encoder fetch some/folder/elsewhere",
        &["some/folder/elsewhere", "all-MiniLM-L6-v2"],
    );
    lab.refused("encoder fetch ../nowhere", &["../nowhere", "not a folder"]);
    // These have the form of a hub's names; the hub does not answer.
    lab.refused(
        "encoder fetch owner/model",
        &["owner/model", "config.json", "127.0.0.1:9"],
    );
    lab.refused(
        "encoder fetch bert-base-cased",
        &["google-bert/bert-base-cased", "config.json"],
    );
    lab.refused(
        "encoder fetch nonsense --offline",
        &["nonsense", "config.json"],
    );
    lab.refused(
        "encoder fetch --offline",
        &["all-MiniLM-L6-v2", "config.json"],
    );
    lab.refused(
        "encoder fetch roberta-base --offline --revision v1",
        &["roberta-base"],
    );
    nothing_is_cached(&lab);
    assert!(lab.files("hf").is_empty());
    // A folder needs no hub.
    lab.ok("encoder fetch BERT --offline");
}

/// transformers refuses such a checkpoint; with rows of the table left out at
/// its start, every hidden state would be wrong.
#[test]
fn positions_that_the_configuration_does_not_have_are_refused() {
    for name in ["bert-tiny", "distilbert-tiny", "roberta-tiny"] {
        let lab = Lab::new();
        let copy = lab.copy_of(name, "copy");
        change(&copy.join("config.json"), |config| {
            let rows = config["max_position_embeddings"].as_u64().unwrap();
            config["max_position_embeddings"] = json!(rows - 1);
        });
        lab.refused("encoder fetch copy", &["position_embeddings"]);
    }
}

#[test]
fn a_tensor_without_axes_is_refused() {
    let lab = Lab::new();
    let copy = lab.copy_of("bert-tiny", "copy");
    let path = copy.join("model.safetensors");
    let bytes = std::fs::read(&path).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let name = "embeddings.token_type_embeddings.weight";
    let others = file.tensors().into_iter().filter(|(own, _)| own != name);
    let scalar = TensorView::new(Dtype::F32, Vec::new(), &[0; 4]).unwrap();
    let all = others.chain([(name.to_owned(), scalar)]);
    let changed = safetensors::serialize(all, None).unwrap();
    std::fs::write(path, changed).unwrap();
    lab.refused("encoder fetch copy", &[name]);
}

#[test]
fn offline_is_said_where_it_is_the_reason() {
    let lab = Lab::new();
    lab.refused(
        "encoder fetch owner/model --offline",
        &["owner/model", "--offline"],
    );
    lab.refused(
        "encoder fetch --offline",
        &["all-MiniLM-L6-v2", "--offline"],
    );
}

/// A model that `hf-hub` or Python downloaded earlier is found offline.
#[test]
fn the_hubs_cache_is_used_offline() {
    let lab = Lab::new();
    let repository = "hf/hub/models--owner--model";
    let commit = "0123456789abcdef0123456789abcdef01234567";
    lab.write(&format!("{repository}/refs/main"), commit);
    lab.copy_of("bert-tiny", &format!("{repository}/snapshots/{commit}"));
    let found = lab.ok("encoder fetch owner/model --offline");
    let expected = fetch(&lab, &golden("bert-tiny"));
    assert!(found.contains(&expected["sha256"]), "{found}");
    // Another revision is not there.
    lab.refused(
        "encoder fetch owner/model --offline --revision v1",
        &["owner/model"],
    );
}
