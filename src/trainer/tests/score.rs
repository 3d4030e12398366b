//! `nerite score` and `nerite report` on files that were not written by Nerite,
//! against what scikit-learn, seqeval and nervaluate say of them.

use crate::common::{Lab, columns as corpus, repository};
use serde_json::Value;

fn fixtures(name: &str) -> Vec<Value> {
    serde_json::from_slice(&std::fs::read(repository().join("tests/golden").join(name)).unwrap())
        .unwrap()
}

/// The case's tags in columns, each word with a column that nobody needs.
fn columns(case: &Value) -> String {
    let side =
        |name: &str| -> Vec<Vec<String>> { serde_json::from_value(case[name].clone()).unwrap() };
    let mut text = String::new();
    for (gold, predicted) in side("gold").iter().zip(side("predicted")) {
        for (gold, predicted) in gold.iter().zip(predicted) {
            text += &format!("word NN {gold} {predicted}\n");
        }
        text.push('\n');
    }
    text
}

fn close(found: &Value, expected: &Value, place: &str) {
    match expected {
        Value::Object(expected) => {
            for (key, expected) in expected {
                close(&found[key], expected, &format!("{place} {key}"));
            }
        }
        _ => {
            let numbers = (found.as_f64(), expected.as_f64());
            let (Some(own), Some(other)) = numbers else {
                panic!("{place}: {found}, expected {expected}");
            };
            assert!(
                (own - other).abs() < 1e-12,
                "{place}: {own}, expected {other}"
            );
        }
    }
}

#[test]
fn scores_are_those_of_the_references() {
    let tokens = fixtures("metrics/token.json");
    let entities = fixtures("metrics/entity.json");
    let overlaps = fixtures("metrics/overlap.json");
    for ((token, entity), overlap) in tokens.iter().zip(&entities).zip(&overlaps) {
        let name = token["name"].as_str().unwrap();
        let lab = Lab::new();
        lab.write("p.conll", columns(token));
        let found = lab.ok("score p.conll --json --resamples 2");
        let found: Value = serde_json::from_str(&found).unwrap();
        close(&found["token"], &token["report"], name);
        for mode in ["lenient", "strict"] {
            for field in ["precision", "recall", "f1"] {
                close(&found["entity"][mode][field], &entity[mode][field], name);
            }
            for (kind, expected) in entity[mode]["by_type"].as_object().unwrap() {
                let own = &found["entity"][mode]["by_type"][kind];
                close(&own["f1"], &expected["f1-score"], name);
                close(&own["support"], &expected["support"], name);
            }
        }
        for scheme in ["exact", "partial", "type"] {
            close(&found["entity"][scheme], &overlap[scheme], name);
        }
    }
}

#[test]
fn tables_are_shown_and_broken_files_refused() {
    let lab = Lab::new();
    lab.write("p.conll", "Ann B-per B-per\nLee I-per O\nleft O O\n");
    let shown = lab.ok("score p.conll");
    assert!(shown.starts_with("1 sentences, 3 words"), "{shown}");
    for part in [
        "B-per",
        "weighted average",
        "partial",
        "entity F1, strict: 0.0000 (95 %:",
    ] {
        assert!(shown.contains(part), "{part:?} is not in {shown}");
    }
    lab.write("bad.conll", "Ann B-per B-per\nLee I-per\n");
    lab.refused(
        "score bad.conll",
        &["bad.conll:2: found 2 columns, expected 3 as in line 1"],
    );
    lab.refused("score none.conll", &["cannot read none.conll"]);
    lab.misused("score p.conll --resamples 0", &["--resamples"]);
}

#[test]
fn reports_that_are_none_are_refused() {
    let lab = Lab::new();
    lab.write("r.json", "{\"format\": \"nerite-report\", \"version\": 1}");
    lab.refused(
        "report show r.json",
        &["r.json", "version 1, expected nerite-report version 2"],
    );
    lab.refused("report compare r.json r.json", &["r.json"]);
    lab.write("s.json", "[1, 2");
    let outcome = lab.run("report check r.json s.json");
    assert_eq!(outcome.code, Some(1));
    assert!(
        outcome.stderr.contains("2 of 2 reports are not in order"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn stored_reports_are_shown_compared_and_checked() {
    let lab = Lab::new();
    lab.write("c.conll", corpus(200));
    lab.ok(
        "train c.conll --out o --encoder BERT --layers all --epochs 4 --batch 8 \
            --learning-rate 0.01 --split sklearn:0.25:7",
    );
    let [base, tuned] = ["o/base/report.json", "o/fine-tuned/report.json"];
    let shown = lab.ok(&format!("report show {base} {tuned}"));
    assert!(
        shown.contains("weighted F1") && shown.contains(" to "),
        "{shown}"
    );
    let shown = lab.ok(&format!("report show {tuned} --json"));
    let shown: Value = serde_json::from_str(&shown).unwrap();
    let report = lab.json(tuned);
    let accuracy = &report["token"]["accuracy"];
    assert_eq!(&shown[0]["figures"]["accuracy"], accuracy);
    assert_eq!(&report["repeated"]["with"]["accuracy"], accuracy);
    let interval = &report["intervals"]["accuracy"];
    assert!(interval["low"].as_f64() <= accuracy.as_f64());
    assert!(interval["high"].as_f64() >= accuracy.as_f64());
    let bins = report["calibration"]["words"]["bins"].as_array().unwrap();
    let judged: u64 = bins.iter().map(|bin| bin["count"].as_u64().unwrap()).sum();
    assert_eq!(report["words"]["judged"], judged);

    let compared = lab.ok(&format!("report compare {base} {tuned}"));
    assert!(
        compared.contains("accuracy: B is better, by more than chance."),
        "{compared}"
    );
    let compared = lab.ok(&format!("report compare {tuned} {base} --json --seed 3"));
    let compared: Value = serde_json::from_str(&compared).unwrap();
    assert_eq!(&compared["accuracy"]["a"], accuracy);
    assert!(
        compared["accuracy"]["high"].as_f64() < Some(0.0),
        "{compared}"
    );
    let compared = lab.ok(&format!("report compare {tuned} {tuned}"));
    assert!(
        compared.contains("accuracy: no difference beyond chance."),
        "{compared}"
    );

    lab.ok(&format!("report check {base} {tuned}"));
    let mut wrong = report.clone();
    wrong["token"]["B-geo"]["precision"] = 0.125.into();
    lab.write("wrong.json", wrong.to_string());
    let outcome = lab.run("report check wrong.json");
    assert_eq!(outcome.code, Some(1));
    let told = "token.B-geo.precision: found 0.125, expected";
    assert!(outcome.stdout.contains(told), "{}", outcome.stdout);
    let mut wrong = report;
    wrong["outcomes"]["gold"] = "////".into();
    lab.write("wrong.json", wrong.to_string());
    lab.refused(
        "report compare wrong.json o/base/report.json",
        &["outcomes.gold"],
    );
}
