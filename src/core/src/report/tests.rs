#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;
use crate::metrics::{Figure, Figures};
use crate::tags::TagSet;

fn report() -> Report {
    let tags = TagSet::new(["B-x", "I-x", "O"]).unwrap();
    let sentence = JudgedSentence {
        words: vec!["Ann", "Lee", "left"],
        gold: vec![0, 1, 2],
        predicted: vec![0, 2, 2],
        confidences: vec![0.5; 3],
        without_subword: vec![false; 3],
    };
    let evaluation = Evaluation::of(&tags, &[sentence], &Context::default());
    let part = PartProvenance {
        sentences: 1,
        sha256: String::new(),
    };
    Report {
        format: REPORT_FORMAT.into(),
        version: REPORT_VERSION,
        title: "test".into(),
        stage: "base".into(),
        token: evaluation.token,
        entity: evaluation.entity,
        words: evaluation.words,
        details: evaluation.details,
        loss: Loss::default(),
        provenance: Provenance {
            corpus: CorpusProvenance {
                format: String::new(),
                sha256: String::new(),
                sentences: 1,
                words: 3,
                sources: Vec::new(),
            },
            split: SplitProvenance {
                name: String::new(),
                train: part.clone(),
                test: part,
            },
            encoder: EncoderProvenance {
                name: String::new(),
                architecture: String::new(),
                sha256: String::new(),
            },
            head: HeadProvenance {
                kind: String::new(),
                layers: vec![0],
                sha256: String::new(),
                begun_with: None,
            },
            settings: Value::Null,
            nerite: String::new(),
            machine: String::new(),
            seconds: 0.0,
            command: String::new(),
        },
    }
}

#[test]
fn headlines_are_stored_checked_and_had_of_reports_without_them() {
    let mut report = report();
    let figures = report.details.figures.clone();
    assert_eq!(figures[Figure::Accuracy], report.token.accuracy);
    assert_eq!(report.details.outcomes.figures().unwrap(), figures);
    let json: Value = serde_json::from_str(&report.to_json()).unwrap();
    assert_eq!(json["figures"]["accuracy"], report.token.accuracy);

    let mut older = json.clone();
    older.as_object_mut().unwrap().remove("figures");
    let older = Report::from_json(&older.to_string()).unwrap();
    assert!(older.details.figures.is_empty());
    older.check().unwrap();
    assert_eq!(older.details.outcomes.figures().unwrap(), figures);

    report.check().unwrap();
    report.details.figures = Figures::from_fn(|_| 0.25);
    let error = report.check().unwrap_err().to_string();
    assert!(error.contains("figures.accuracy: found 0.25"), "{error}");
}

#[test]
fn labels_and_texts_that_nobody_could_read_are_refused() {
    let long = "x".repeat(40_000);
    let json = report().to_json();
    Report::from_json(&json).unwrap();
    let value: Value = serde_json::from_str(&json).unwrap();
    let mut label = value.clone();
    label["token"][&long] = label["token"]["macro avg"].clone();
    let mut title = value.clone();
    title["title"] = long.clone().into();
    let mut encoder = value.clone();
    encoder["provenance"]["encoder"]["name"] = long.clone().into();
    for spoilt in [label, title, encoder] {
        let error = Report::from_json(&spoilt.to_string()).unwrap_err();
        let error = error.to_string();
        assert!(
            error.contains("of 40000 bytes") && error.len() < 300,
            "{error}"
        );
    }
    let plain = serde_json::json!({
        &long: {"precision": 1.0, "recall": 1.0, "f1-score": 1.0, "support": 1},
        "accuracy": 1.0,
        "macro avg": {"precision": 1.0, "recall": 1.0, "f1-score": 1.0, "support": 1},
        "weighted avg": {"precision": 1.0, "recall": 1.0, "f1-score": 1.0, "support": 1},
    });
    let error = TokenReport::from_classification_report(&plain.to_string()).unwrap_err();
    assert!(error.to_string().len() < 300, "{error}");
}

#[test]
fn reports_come_back_and_agree_with_their_outcomes() {
    let report = report();
    let json = report.to_json();
    let again = Report::from_json(&json).unwrap();
    assert_eq!(again, report);
    again.check().unwrap();
    let mut wrong = report.clone();
    wrong.token.accuracy = 0.9;
    let message = wrong.check().unwrap_err().to_string();
    assert!(
        message.contains("token.accuracy: found 0.9, expected 0.66"),
        "{message}"
    );
    let mut wrong = report;
    wrong.entity.strict.by_type.clear();
    let message = wrong.check().unwrap_err().to_string();
    assert!(
        message.contains("entity.strict.by_type.x: found null"),
        "{message}"
    );
}

#[test]
fn other_formats_and_versions_are_told() {
    let old = report()
        .to_json()
        .replace("\"version\": 2", "\"version\": 1");
    let message = Report::from_json(&old).unwrap_err().to_string();
    assert_eq!(
        message,
        "found \"nerite-report\" version 1, expected nerite-report version 2"
    );
    for bad in [
        "",
        "[]",
        "{}",
        "{\"format\": 1}",
        "{\"format\":\"nerite-report\",\"version\":2}",
    ] {
        assert!(Report::from_json(bad).is_err(), "{bad}");
    }
}
