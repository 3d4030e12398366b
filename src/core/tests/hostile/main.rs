//! Everything that comes from outside, spoilt in every way that can be thought
//! of: no panic, no memory beyond what the input's size allows, no hang; and
//! what is taken can be used.
//!
//! `PROPTEST_CASES=100000 cargo test --release -p nerite --test hostile` looks
//! longer than the few hundred cases of a usual run. The targets in `fuzz`
//! read the same formats for as long as one likes.

#![cfg(not(target_arch = "wasm32"))]

macro_rules! golden {
    ($path:expr) => {
        include_bytes!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../tests/golden/",
            $path
        ))
        .as_slice()
    };
}

mod bounds;
#[path = "../checkpoint/mod.rs"]
mod checkpoint;
mod memory;
mod mutation;
mod readers;

use checkpoint::Checkpoint;
use memory::{Bounds, within};
use mutation::{change, changes, edit, edit_metadata, edit_tensors, edits};
use nerite::{Aggregation, Config, Report, Span, Transitions, Utf16Offsets, argmax, cut, quantize};
use proptest::prelude::*;
use readers::*;
use serde_json::{Value, json};

/// Characters that stand for a kind, in any order.
fn texts() -> impl Strategy<Value = String> {
    let pieces = vec![
        "a",
        "B",
        "Ann ",
        "U.S.",
        "e.g.",
        "Mr. ",
        ".",
        "...",
        "?!",
        "'",
        "''",
        "`",
        "n't",
        "\"",
        "(",
        "-",
        "--",
        "/",
        "1",
        "1,000",
        "$5",
        "%",
        " ",
        "\n",
        "\r\n",
        "\t",
        "\u{a0}",
        "\u{200b}",
        "\u{200d}",
        "\u{1f468}",
        "\u{1f1eb}",
        "\u{301}",
        "\u{202e}",
        "\u{feff}",
        "\u{0}",
        "東",
        "。",
        "ا",
        "\u{ac00}",
        "\u{1100}",
        "ß",
        "İ",
        "\u{fffd}",
        "\u{10ffff}",
        "http://a.b/c?d",
        "@x",
        "Yahoo! said ",
    ];
    let piece = prop_oneof![
        8 => proptest::sample::select(pieces).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn any_number() -> impl Strategy<Value = f32> {
    prop_oneof![
        4 => -5.0f32..5.0,
        1 => any::<f32>(),
        1 => proptest::sample::select(vec![0.0, -0.0, f32::MAX, f32::MIN, f32::INFINITY, f32::NEG_INFINITY, f32::NAN]),
    ]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn heads(which in 0usize..3, edits in edits(), changes in changes()) {
        let (_, file) = &HEADS[which];
        read_head(&edit_metadata(file, &edits))?;
        read_head(&edit_tensors(file, &edits))?;
        read_head(&change(file, &changes))?;
    }

    #[test]
    fn encoders(edits in edits(), changes in changes(), part in 1usize..5000) {
        read_encoder(&edit_metadata(&ENCODER, &edits), part)?;
        read_encoder(&edit_tensors(&ENCODER, &edits), part)?;
        read_encoder(&change(&ENCODER, &changes), part)?;
    }

    #[test]
    fn tokenizers(which in 0usize..2, edits in edits(), changes in changes()) {
        let json: Value = serde_json::from_slice(TOKENIZERS[which]).unwrap();
        read_tokenizer(edit(&json, &edits).to_string().as_bytes())?;
        read_tokenizer(&change(TOKENIZERS[which], &changes))?;
    }

    #[test]
    fn manifests(edits in edits(), changes in changes()) {
        read_manifest(edit(&manifest(), &edits).to_string().as_bytes())?;
        read_manifest(&change(manifest().to_string().as_bytes(), &changes))?;
    }

    #[test]
    fn reports(edits in edits(), changes in changes()) {
        let report = report();
        read_report(&edit(&report, &edits).to_string())?;
        read_report(&String::from_utf8_lossy(&change(report.to_string().as_bytes(), &changes)))?;
    }

    #[test]
    fn configurations(edits in edits()) {
        let json: Value = serde_json::from_slice(golden!("encoders/roberta-tiny/config.json")).unwrap();
        let json = edit(&json, &edits).to_string();
        if let Ok(config) = fine(within(Bounds { per_byte: 200, ..USUAL }, json.len(), || Config::from_hugging_face(&json)))? {
            prop_assert!(config.check().is_ok());
            // Weights that do not fit are refused before memory is taken for them.
            let weights = golden!("encoders/roberta-tiny/model.safetensors");
            let checkpoint = Checkpoint::of(weights);
            let bounds = Bounds { constant: 8 << 20, ..USUAL };
            let _ = fine(within(bounds, weights.len(), || quantize(&config, &checkpoint, |_, _| {})))?;
        }
    }

    #[test]
    fn texts_are_cut_into_words_of_theirs(text in texts()) {
        let bounds = Bounds { per_byte: 400, constant: 1 << 20 };
        let sentences = fine(within(bounds, text.len(), || cut(&text)))?;
        let mut end = 0;
        let mut offsets = Utf16Offsets::new(&text);
        let units: Vec<u16> = text.encode_utf16().collect();
        let mut kept = String::new();
        for sentence in &sentences {
            prop_assert!(!sentence.is_empty());
            for word in sentence.iter() {
                prop_assert!(word.start >= end && word.end > word.start);
                end = word.end;
                let slice = text.get(word.clone());
                prop_assert!(slice.is_some(), "{:?} is not on characters", word);
                kept += slice.unwrap();
                let start = offsets.at(word.start);
                let ours = &units[start..offsets.at(word.end)];
                prop_assert!(String::from_utf16(ours).ok().as_deref() == slice);
            }
        }
        // Nothing is lost that has a letter or a digit, but in markup and escapes.
        let counts = |c: &char| c.is_alphabetic() || c.is_ascii_digit();
        let solid = |text: &str| text.chars().filter(counts).collect::<String>();
        if !text.contains(['<', '>', '&', '\\', '{', '%']) {
            prop_assert_eq!(solid(&kept), solid(&text));
        }
    }

    #[test]
    fn decoding_takes_any_scores(
        scores in proptest::collection::vec(any_number(), 0..8).prop_map(|row| row.repeat(5)),
        between in proptest::collection::vec(any_number(), 25),
        ends in proptest::collection::vec(any_number(), 10),
        rules in any::<bool>(),
    ) {
        let tags = tags();
        let (start, end) = ends.split_at(5);
        let mut transitions = Transitions { between, start: start.to_vec(), end: end.to_vec() };
        if rules {
            transitions = transitions.under_rules(&tags);
        }
        let words = scores.len() / 5;
        for sequence in [
            transitions.best(&scores),
            Transitions::none(5).under_rules(&tags).best(&scores),
            scores.chunks_exact(5).map(argmax).collect(),
        ] {
            prop_assert_eq!(sequence.len(), words);
            prop_assert!(sequence.iter().all(|tag| *tag < 5));
            for read in [Span::read, Span::read_strict] {
                let spans = read(sequence.iter().map(|tag| tags.tag(*tag)).collect::<Vec<_>>());
                prop_assert!(spans.iter().all(|span| span.words.start < span.words.end && span.words.end <= words));
            }
        }
        let marginals = transitions.marginals(&scores);
        prop_assert_eq!(marginals.len(), scores.len());
        prop_assert!(marginals.iter().all(|p| (0.0..=1.0).contains(p)), "{:?}", marginals);
        for aggregation in Aggregation::ALL {
            let _ = aggregation.of(scores.iter().copied());
        }
    }
}

#[test]
fn what_is_spoilt_here_is_right_before() {
    for (_, file) in HEADS.iter() {
        assert!(read_head(file).unwrap());
    }
    assert!(read_encoder(&ENCODER, 1000).unwrap());
    for json in TOKENIZERS {
        assert!(read_tokenizer(json).unwrap());
    }
    assert!(read_manifest(manifest().to_string().as_bytes()).unwrap());
    assert!(read_report(&report().to_string()).unwrap());
    Report::from_json(&report().to_string())
        .unwrap()
        .check()
        .unwrap();
}

/// SentencePiece's table, which panics where it is read.
#[test]
fn odd_normalizers_are_refused() {
    for normalizer in [
        json!({"type": "Precompiled", "precompiled_charsmap": "AA=="}),
        json!({"type": "Sequence", "normalizers": [{"type": "Precompiled"}]}),
    ] {
        let mut tokenizer: Value = serde_json::from_slice(TOKENIZERS[0]).unwrap();
        tokenizer["normalizer"] = normalizer;
        assert!(!read_tokenizer(tokenizer.to_string().as_bytes()).unwrap());
    }
}

/// Not a test: what `scripts/fuzz` begins with.
#[test]
#[ignore = "writes files for scripts/fuzz"]
fn files_to_begin_with() {
    let Some(folder) = std::env::var_os("NERITE_FUZZ_CORPUS") else {
        return;
    };
    let put = |target: &str, name: &str, bytes: &[u8]| {
        let folder = std::path::Path::new(&folder).join(target);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(name), bytes).unwrap();
    };
    for (config, file) in HEADS.iter() {
        put("head", config.kind.name(), file);
    }
    put("encoder", "bert", &ENCODER);
    put("tokenizer", "bert", TOKENIZERS[0]);
    put("tokenizer", "roberta", TOKENIZERS[1]);
    put("manifest", "two-heads", manifest().to_string().as_bytes());
    put("report", "small", report().to_string().as_bytes());
    put("words", "many-scripts", TEXT.as_bytes());
    put("scores", "zeros", &[0; 4 * 5 * 12]);
}
