//! Everything that comes from outside, spoilt in every way that can be thought
//! of: no panic, no memory beyond what the input's size allows, no hang; and
//! what is taken can be used.
//!
//! `PROPTEST_CASES=100000 cargo test --release -p nerite --test hostile` looks
//! longer than the few hundred cases of a usual run. The targets in `fuzz`
//! read the same formats for as long as one likes.

#![cfg(not(target_arch = "wasm32"))]

mod memory;
mod mutation;

use std::sync::LazyLock;

use memory::{Bounds, within};
use mutation::{change, changes, edit, edit_metadata, edit_tensors, edits};
use nerite::{
    Aggregation, Config, Context, Decoder, Encoder, EncoderError, EncoderLoader, Evaluation, Head,
    HeadConfig, HeadInput, HeadKind, JudgedSentence, Lexicon, Manifest, Options, Recognizer,
    Report, Span, Subwords, TagSet, Tokenizer, Transitions, Utf16Offsets, Weights, Workspace,
    argmax, cut, head_file, prepare_tokenizer, quantize,
};
use proptest::prelude::*;
use safetensors::SafeTensors;
use serde_json::{Value, json};

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

fn config() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// Fails the case with a message.
fn fine<T>(result: Result<T, String>) -> Result<T, TestCaseError> {
    result.map_err(TestCaseError::fail)
}

/// Memory for reading a file: its copies as text, as a tree and as numbers.
const USUAL: Bounds = Bounds {
    per_byte: 100,
    constant: 1 << 20,
};

struct Checkpoint<'a>(SafeTensors<'a>);

impl Weights for Checkpoint<'_> {
    fn shape(&self, name: &str) -> Option<Vec<usize>> {
        Some(self.0.tensor(name).ok()?.shape().to_vec())
    }

    fn read(&self, name: &str) -> Result<Vec<f32>, EncoderError> {
        let tensor = self.0.tensor(name);
        let tensor = tensor.map_err(|error| EncoderError::Tensor(error.to_string()))?;
        let four = |four: &[u8]| f32::from_le_bytes(four.try_into().unwrap());
        Ok(tensor.data().chunks_exact(4).map(four).collect())
    }
}

static ENCODER: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let config = golden!("encoders/bert-tiny/config.json");
    let config = Config::from_hugging_face(std::str::from_utf8(config).unwrap()).unwrap();
    let weights = SafeTensors::deserialize(golden!("encoders/bert-tiny/model.safetensors"));
    quantize(&config, &Checkpoint(weights.unwrap()), |_, _| {}).unwrap()
});

const TOKENIZERS: [&[u8]; 2] = [
    golden!("encoders/bert-tiny/tokenizer.json"),
    golden!("encoders/roberta-tiny/tokenizer.json"),
];

fn tags() -> TagSet {
    TagSet::new(["B-geo", "B-per", "I-geo", "I-per", "O"]).unwrap()
}

/// A head of each kind, with numbers that have no meaning.
static HEADS: LazyLock<Vec<(HeadConfig, Vec<u8>)>> = LazyLock::new(|| {
    let encoder = Encoder::from_bytes(&ENCODER).unwrap();
    let linear = HeadConfig {
        kind: HeadKind::Linear,
        tags: tags(),
        layers: vec![0, encoder.config().layers],
        hidden: encoder.config().hidden,
        temperature: 1.5,
        encoder_sha256: encoder.sha256().to_owned(),
        mix: false,
        lexicon: None,
        projection: 0,
        units: 0,
        transitions: false,
        decoder: Decoder::Argmax,
        pieces: None,
        entity_calibration: None,
    };
    let context = HeadConfig {
        kind: HeadKind::Context,
        mix: true,
        lexicon: Some(Lexicon {
            buckets: 16,
            width: 4,
        }),
        projection: 8,
        units: 4,
        transitions: true,
        decoder: Decoder::Transitions,
        ..linear.clone()
    };
    let mlp = HeadConfig {
        kind: HeadKind::Mlp,
        units: 0,
        ..context.clone()
    };
    let file = |config: HeadConfig| {
        let mut number = 0.0f32;
        let mut numbers = || {
            number = (number * 7.0 + 0.3) % 1.0;
            number - 0.5
        };
        let tensors = config.tensors().unwrap();
        let numbers: Vec<Vec<f32>> = tensors
            .iter()
            .map(|tensor| (0..tensor.len()).map(|_| numbers()).collect())
            .collect();
        let file = head_file(&config, &numbers).unwrap();
        (config, file)
    };
    [linear, mlp, context].map(file).into()
});

/// Reads a head; what can be read tags words, whatever their features are.
fn read_head(bytes: &[u8]) -> Result<bool, TestCaseError> {
    // Rules and transitions take tags x tags numbers.
    let bounds = Bounds {
        constant: 32 << 20,
        ..USUAL
    };
    let Ok(head) = fine(within(bounds, bytes.len(), || Head::from_bytes(bytes)))? else {
        return Ok(false);
    };
    let config = head.config();
    // Else the test takes the memory, not the head.
    if config.inputs() > 1 << 16 {
        return Ok(true);
    }
    let words = ["Ann", "", "\u{202e}Ünı\u{0}"];
    for value in [0.0, 1.0, -1e30] {
        let features = vec![value; words.len() * config.inputs()];
        let input = HeadInput {
            words: &words,
            features: &features,
            seen: &[true, false, true],
        };
        for decoder in Decoder::ALL {
            let output = head.tag(input, *decoder);
            prop_assert_eq!(output.tags.len(), words.len());
            prop_assert!(output.tags.iter().all(|tag| *tag < config.tags.len()));
            prop_assert!(
                output.probabilities.iter().all(|p| (0.0..=1.0).contains(p)),
                "{:?}",
                output.probabilities
            );
        }
    }
    Ok(true)
}

/// Reads an encoder in parts; what can be read encodes.
fn read_encoder(bytes: &[u8], part: usize) -> Result<bool, TestCaseError> {
    let read = || -> Result<Encoder, EncoderError> {
        let mut loader = EncoderLoader::default();
        bytes.chunks(part).try_for_each(|part| loader.push(part))?;
        loader.finish("00".into())
    };
    let bounds = Bounds {
        constant: 4 << 20,
        ..USUAL
    };
    let Ok(encoder) = fine(within(bounds, bytes.len(), read))? else {
        return Ok(false);
    };
    let config = encoder.config();
    let layers: Vec<usize> = (0..=config.layers).collect();
    let ids: Vec<u32> = (0..config.window.min(9) as u32)
        .map(|id| id % config.vocabulary as u32)
        .collect();
    let states = encoder.encode(&[&ids, &ids[..1]], &layers, &mut Workspace::default());
    let states = states.map_err(|error| TestCaseError::fail(error.to_string()))?;
    prop_assert_eq!(states.len(), (ids.len() + 1) * layers.len() * config.hidden);
    Ok(true)
}

/// Words in many scripts, and what is none.
const TEXT: &str = "Ann's U.S. visit\u{a0}— 東京 مرحبا \u{1f468}\u{200d}\u{1f469} e\u{301}\u{0}\u{202e} naïve ﷺ ſß";

fn read_tokenizer(json: &[u8]) -> Result<bool, TestCaseError> {
    let bounds = Bounds {
        per_byte: 200,
        constant: 4 << 20,
    };
    let read = || {
        let prepared = prepare_tokenizer(json).ok()?;
        let tokenizer = Tokenizer::from_bytes(&prepared, 1000).ok()?;
        Some(tokenizer)
    };
    let Some(tokenizer) = fine(within(bounds, json.len(), read))? else {
        return Ok(false);
    };
    let words: Vec<&str> = TEXT.split(' ').collect();
    let long = "a".repeat(2000);
    for words in [&words[..], &[&long], &[""], &[]] {
        let tokenize = || tokenizer.subwords(words).ok();
        let bounds = Bounds {
            per_byte: 2000,
            constant: 16 << 20,
        };
        let length = words.iter().map(|word| word.len()).sum::<usize>() + json.len();
        if let Some(subwords) = fine(within(bounds, length, tokenize))? {
            prop_assert_eq!(subwords.len(), words.len());
            prop_assert!(subwords.iter().flatten().all(|id| *id < 1000));
        }
    }
    Ok(true)
}

fn report() -> Value {
    static REPORT: LazyLock<Value> = LazyLock::new(|| {
        let sentence = JudgedSentence {
            words: vec!["Ann", "Lee", "left", "x"],
            gold: vec![1, 3, 4, 4],
            predicted: vec![1, 4, 4, 4],
            confidences: vec![0.5; 4],
            without_subword: vec![false, false, false, true],
        };
        let sentences = [sentence.clone(), sentence];
        let evaluation = Evaluation::of(&tags(), &sentences, &Context::default());
        let part = json!({"sentences": 2, "sha256": ""});
        let mut report = json!({
            "format": "nerite-report", "version": nerite::REPORT_VERSION, "title": "t", "stage": "base",
            "token": evaluation.token, "entity": evaluation.entity, "words": evaluation.words,
            "loss": {"steps": [1.0], "epochs": [2.0]},
            "provenance": {
                "corpus": {"format": "", "sha256": "", "sentences": 2, "words": 8},
                "split": {"name": "", "train": part, "test": part},
                "encoder": {"name": "", "architecture": "", "sha256": ""},
                "head": {"kind": "", "layers": [0], "sha256": ""},
                "settings": null, "nerite": "", "machine": "", "seconds": 0.5, "command": "",
            },
        });
        let Value::Object(details) = serde_json::to_value(evaluation.details).unwrap() else {
            unreachable!("details are an object");
        };
        report.as_object_mut().unwrap().extend(details);
        report
    });
    REPORT.clone()
}

/// What a report may take that claims the most words that are allowed.
const REPORT_BOUNDS: Bounds = Bounds {
    per_byte: 200,
    constant: 1 << 30,
};

fn read_report(json: &str) -> Result<bool, TestCaseError> {
    let read = || match Report::from_json(json) {
        Ok(report) => {
            report.check().ok();
            let _ =
                nerite::Comparison::of(&report.details.outcomes, &report.details.outcomes, 1, 2);
            report.to_json();
            true
        }
        Err(_) => false,
    };
    fine(within(REPORT_BOUNDS, json.len(), read))
}

fn manifest() -> Value {
    let file = |file: &str| json!({"file": file, "bytes": 7, "sha256": "a".repeat(64)});
    let head = |id: &str| {
        json!({"id": id, "title": "t", "file": format!("heads/{id}.safetensors"), "bytes": 7,
            "sha256": "b".repeat(64), "report": file("reports/r.json")})
    };
    json!({
        "format": "nerite-bundle", "version": 1, "name": "n", "architecture": "bert", "source": "s",
        "encoder": file("encoder.safetensors"), "tokenizer": file("tokenizer.json"),
        "heads": [head("base"), head("fine-tuned")], "default_head": "base",
    })
}

fn read_manifest(json: &[u8]) -> Result<bool, TestCaseError> {
    let Ok(manifest) = fine(within(USUAL, json.len(), || Manifest::from_json(json)))? else {
        return Ok(false);
    };
    let reports = manifest
        .heads
        .iter()
        .filter_map(|head| head.report.as_ref());
    for file in manifest.files().chain(reports) {
        prop_assert!(file.bytes <= nerite::MAX_FILE_BYTES);
        for part in file.file.split('/') {
            prop_assert!(nerite::is_file_name(part) && part != "..", "{}", file.file);
        }
        prop_assert!(!file.file.starts_with('/') && !file.file.contains(['\\', ':']));
    }
    Ok(true)
}

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
            let checkpoint = Checkpoint(SafeTensors::deserialize(weights).unwrap());
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

/// Texts that make a careless cutter or tokenizer take the square of their length.
#[test]
fn long_texts_take_their_time_and_no_more() {
    let mut recognizer = Recognizer::new(
        Encoder::from_bytes(&ENCODER).unwrap(),
        &prepare_tokenizer(TOKENIZERS[0]).unwrap(),
    )
    .unwrap();
    let head = Head::from_bytes(&HEADS[2].1).unwrap();
    for piece in [
        "a",
        ".",
        "'",
        "\u{301}",
        "Mr. ",
        "U.S.",
        " ",
        "\n",
        "\u{200d}",
        "\u{1f1eb}",
        "-",
        "1,",
        "(",
        "a.",
        "東",
        "\u{202e}",
        "([{<",
        "> ) ",
        "Ann met Bob in Paris and ",
    ] {
        let text = piece.repeat(200_000 / piece.len());
        let bounds = Bounds {
            per_byte: 400,
            constant: 1 << 20,
        };
        within(bounds, text.len(), || cut(&text))
            .unwrap_or_else(|error| panic!("{piece:?}: {error}"));
        let text = &text[..text.floor_char_boundary(20_000)];
        let bounds = Bounds {
            per_byte: 10_000,
            constant: 64 << 20,
        };
        let prediction = within(bounds, text.len(), || {
            recognizer.recognize(text, &head, &Options::default())
        });
        let prediction = prediction
            .unwrap_or_else(|error| panic!("{piece:?}: {error}"))
            .unwrap();
        assert!(
            prediction
                .words
                .iter()
                .all(|word| text.get(word.range.clone()).is_some())
        );
    }
}

/// What is said again is not read again, and reads the same.
#[test]
fn sentences_that_come_again_have_the_same_result() {
    let mut recognizer = Recognizer::new(
        Encoder::from_bytes(&ENCODER).unwrap(),
        &prepare_tokenizer(TOKENIZERS[0]).unwrap(),
    )
    .unwrap();
    let head = Head::from_bytes(&HEADS[2].1).unwrap();
    let sentences = ["Ann Lee left London.", "Kim saw her in Paris.", "She left."];
    let mut alone = Vec::new();
    for sentence in sentences {
        let found = recognizer.recognize(sentence, &head, &Options::default());
        alone.push(found.unwrap());
    }
    let order = [0, 1, 0, 0, 2, 1, 2, 0];
    let text: Vec<&str> = order.iter().map(|index| sentences[*index]).collect();
    let found = recognizer
        .recognize(&text.join("\n\n"), &head, &Options::default())
        .unwrap();
    let mut words = found.words.iter();
    let mut entities = found.entities.iter();
    let mut start = 0;
    for (sentence, index) in order.into_iter().enumerate() {
        for expected in &alone[index].words {
            let word = words.next().unwrap();
            assert_eq!(word.sentence, sentence);
            assert_eq!(word.range.start, start + expected.range.start);
            assert_eq!(
                (word.tag, &word.probabilities),
                (expected.tag, &expected.probabilities)
            );
        }
        for expected in &alone[index].entities {
            let entity = entities.next().unwrap();
            assert_eq!(entity.range.start, start + expected.range.start);
            assert_eq!(
                (&entity.kind, entity.score),
                (&expected.kind, expected.score)
            );
        }
        start += sentences[index].len() + 2;
    }
    assert!(words.next().is_none() && entities.next().is_none());
}

/// No name goes on for a hundred words without a letter or a digit.
#[test]
fn the_encoder_sees_only_the_beginning_of_a_run_of_marks() {
    for json in TOKENIZERS {
        let tokenizer = Tokenizer::from_bytes(&prepare_tokenizer(json).unwrap(), 1000).unwrap();
        let marks = ["(", "\u{201c}", "\u{1f389}", "[", "\u{2026}"];
        let mut words: Vec<&str> = marks.into_iter().cycle().take(150).collect();
        words.push("Ann");
        words.extend(&marks);
        let seen = |subwords: Subwords| -> Vec<usize> {
            let counts = subwords.counts.iter().enumerate();
            counts
                .filter(|(_, count)| **count > 0)
                .map(|(word, _)| word)
                .collect()
        };
        let all = seen(Subwords::as_written(&tokenizer, &words, 64).unwrap());
        let found = seen(Subwords::new(&tokenizer, &words, 64).unwrap());
        let expected: Vec<usize> = all
            .iter()
            .copied()
            .filter(|word| !(100..150).contains(word))
            .collect();
        assert_eq!(found, expected);
        assert!(all.len() > expected.len() && expected.contains(&99) && expected.contains(&155));
    }
}

/// A text that is one word, as long as it may be: memory is the window's.
#[test]
fn one_long_word_takes_the_memory_of_a_window() {
    let head = Head::from_bytes(&HEADS[2].1).unwrap();
    let mut tried = 0;
    for tokenizer in TOKENIZERS {
        // Some have another vocabulary than the encoder.
        let Ok(mut recognizer) = Recognizer::new(
            Encoder::from_bytes(&ENCODER).unwrap(),
            &prepare_tokenizer(tokenizer).unwrap(),
        ) else {
            continue;
        };
        tried += 1;
        for piece in [
            ".", "a", "=", "\u{301}", "東", "a.", "x-", "\u{200d}", "\u{7f}",
        ] {
            let text = piece.repeat((4 << 20) / piece.len());
            let bounds = Bounds {
                per_byte: 10,
                constant: 16 << 20,
            };
            let prediction = within(bounds, text.len(), || {
                recognizer.recognize(&text, &head, &Options::default())
            });
            prediction
                .unwrap_or_else(|error| panic!("{piece:?}: {error}"))
                .unwrap();
        }
    }
    assert!(tried > 0, "no tokenizer fits the encoder");
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

/// A header that declares far more than comes.
#[test]
fn declared_sizes_take_no_memory() {
    let declared = |metadata: Value, tensors: Value| {
        let mut header = json!({"__metadata__": {"nerite": metadata.to_string()}});
        header
            .as_object_mut()
            .unwrap()
            .extend(tensors.as_object().unwrap().clone());
        let header = header.to_string();
        [
            &(header.len() as u64).to_le_bytes(),
            header.as_bytes(),
            &[0; 100],
        ]
        .concat()
    };
    let head = json!({"format": "head", "version": 1, "kind": "linear", "tags": ["B-x", "O"], "layers": [0],
        "hidden": 1 << 16, "temperature": 1.0, "encoder_sha256": "", "lexicon": {"buckets": 1 << 12, "width": 1 << 16}});
    let tensors = json!({"lexicon": {"dtype": "I8", "shape": [1 << 12, 1 << 16], "data_offsets": [0, 1 << 28]}});
    assert!(!read_head(&declared(head, tensors)).unwrap());

    let (length, rest) = ENCODER.split_first_chunk::<8>().unwrap();
    let header = &rest[..u64::from_le_bytes(*length) as usize];
    let mut header: Value = serde_json::from_slice(header).unwrap();
    let own = header["__metadata__"]["nerite"].as_str().unwrap();
    let mut own: Value = serde_json::from_str(own).unwrap();
    own["config"]["vocabulary"] = json!(1 << 20);
    own["config"]["hidden"] = json!(1 << 10);
    own["config"]["layers"] = json!(0);
    own["config"]["heads"] = json!(1);
    own["config"]["window"] = json!(3);
    let words = 1u64 << 30;
    header = json!({
        "embeddings.word.weight": {"dtype": "I8", "shape": [1 << 20, 1 << 10], "data_offsets": [0, words]},
        "embeddings.norm.bias": {"dtype": "F32", "shape": [1 << 10], "data_offsets": [words, words + 4096]},
        "embeddings.norm.weight": {"dtype": "F32", "shape": [1 << 10], "data_offsets": [words + 4096, words + 8192]},
        "embeddings.position.scale": {"dtype": "F32", "shape": [3], "data_offsets": [words + 8192, words + 8204]},
        "embeddings.position.weight": {"dtype": "I8", "shape": [3, 1 << 10], "data_offsets": [words + 8204, words + 11276]},
        "embeddings.word.scale": {"dtype": "F32", "shape": [1 << 20], "data_offsets": [words + 11276, words + 11276 + (4 << 20)]},
    });
    let encoder = declared(own, header);
    assert!(!read_encoder(&encoder, 64).unwrap());
    let message = Encoder::from_bytes(&encoder).err().unwrap().to_string();
    assert!(
        message.contains("cut off"),
        "the header is right: {message}"
    );
}

/// A few bytes that stand for as many words or sentences as are allowed.
#[test]
fn packed_outcomes_are_bounded() {
    let run = |value: u64, count: u64| {
        let mut bytes = Vec::new();
        let numbers = match count {
            1 => vec![value * 2],
            _ => vec![value * 2 + 1, count - 2],
        };
        for mut number in numbers {
            while number > 0x7f {
                bytes.push(number as u8 | 0x80);
                number >>= 7;
            }
            bytes.push(number as u8);
        }
        use base64::Engine;
        base64::prelude::BASE64_STANDARD.encode(bytes)
    };
    for (sentences, words, accepted) in [
        (1u64 << 20, 1u64 << 22, true),
        (1 << 20, 0, true),
        (2, 1 << 22, true),
        ((1 << 20) + 1, 0, false),
        (1, (1 << 22) + 1, false),
        (1, u64::MAX >> 1, false),
    ] {
        let mut report = report();
        report["outcomes"]["sentences"] = json!(sentences);
        report["outcomes"]["words"] = json!(words);
        report["outcomes"]["lengths"] = json!(run(words / sentences, sentences));
        for field in ["gold", "wrong", "without_subword"] {
            let packed = if words == 0 {
                String::new()
            } else {
                run(0, words)
            };
            report["outcomes"][field] = json!(packed);
        }
        let text = report.to_string();
        let check = || Report::from_json(&text).unwrap().check();
        let error = within(REPORT_BOUNDS, text.len(), check)
            .unwrap()
            .unwrap_err();
        // What is accepted says other figures than these sentences give.
        let differs = matches!(error, nerite::ReportError::Differs { .. });
        assert_eq!(differs, accepted, "{sentences} of {words}: {error}");
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
