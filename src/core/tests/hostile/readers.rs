//! Files of every format that are right, and what reads them: within bounds, and
//! what is taken is used.

use std::sync::{Arc, LazyLock};

use nerite::{
    Config, Context, Decoder, Encoder, EncoderError, EncoderLoader, Evaluation, Head, HeadConfig,
    HeadInput, HeadKind, JudgedSentence, Lexicon, Manifest, Report, TagSet, Tokenizer, WordVectors,
    Workspace, head_file, prepare_tokenizer, quantize_calibrated,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::checkpoint::Checkpoint;
use crate::memory::{Bounds, within};

pub(crate) fn config() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// Fails the case with a message.
pub(crate) fn fine<T>(result: Result<T, String>) -> Result<T, TestCaseError> {
    result.map_err(TestCaseError::fail)
}

/// Memory for reading a file: its copies as text, as a tree and as numbers.
pub(crate) const USUAL: Bounds = Bounds {
    per_byte: 100,
    constant: 1 << 20,
};

pub(crate) static ENCODER: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let config = golden!("encoders/bert-tiny/config.json");
    let config = Config::from_hugging_face(std::str::from_utf8(config).unwrap()).unwrap();
    // One that has all tensors that there are.
    quantize_calibrated(
        &config,
        &Checkpoint::of(golden!("encoders/bert-tiny/model.safetensors")),
        &[vec![2, 5, 6, 3], vec![2, 7, 3]],
        |_, _| {},
    )
    .unwrap()
});

pub(crate) const TOKENIZERS: [&[u8]; 2] = [
    golden!("encoders/bert-tiny/tokenizer.json"),
    golden!("encoders/roberta-tiny/tokenizer.json"),
];

pub(crate) fn tags() -> TagSet {
    TagSet::new(["B-geo", "B-per", "I-geo", "I-per", "O"]).unwrap()
}

/// A head of each kind, with numbers that have no meaning.
pub(crate) static HEADS: LazyLock<Vec<(HeadConfig, Vec<u8>)>> = LazyLock::new(|| {
    let encoder = Encoder::from_bytes(&ENCODER).unwrap();
    let layers = vec![0, encoder.config().layers];
    let linear = HeadConfig {
        temperature: 1.5,
        ..HeadConfig::linear(tags(), layers, encoder.config().hidden, encoder.sha256())
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
    let words = [("bush", vec![1, 2]), ("london", vec![3, 255])];
    let context = HeadConfig {
        vectors: Some(Arc::new(WordVectors::new(2, words).unwrap())),
        ..context
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
pub(crate) fn read_head(bytes: &[u8]) -> Result<bool, TestCaseError> {
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
pub(crate) fn read_encoder(bytes: &[u8], part: usize) -> Result<bool, TestCaseError> {
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
pub(crate) const TEXT: &str = "Ann's U.S. visit\u{a0}— 東京 مرحبا \u{1f468}\u{200d}\u{1f469} e\u{301}\u{0}\u{202e} naïve ﷺ ſß";

pub(crate) fn read_tokenizer(json: &[u8]) -> Result<bool, TestCaseError> {
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

pub(crate) fn report() -> Value {
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
pub(crate) const REPORT_BOUNDS: Bounds = Bounds {
    per_byte: 200,
    constant: 1 << 30,
};

pub(crate) fn read_report(json: &str) -> Result<bool, TestCaseError> {
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

pub(crate) fn manifest() -> Value {
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

pub(crate) fn read_manifest(json: &[u8]) -> Result<bool, TestCaseError> {
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
