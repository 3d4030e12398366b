//! `nerite train`: heads and reports, the same bytes for the same seed, and
//! runs that are killed.

use std::collections::HashSet;

use crate::common::{DROPPED, Lab, columns, finish, sha256};
use serde_json::{Value, json};

/// Settings under which the tiny encoder learns the made-up corpus.
pub(super) const SETTINGS: &str =
    "--encoder BERT --layers all --epochs 6 --batch 8 --learning-rate 0.01 --split sklearn:0.25:7";

/// What must not differ between two runs that are the same.
pub(super) fn heads(lab: &Lab, out: &str) -> [Vec<u8>; 2] {
    ["base", "fine-tuned"].map(|stage| lab.read(&format!("{out}/{stage}/head.safetensors")))
}

/// A report without what is the run's own: its time and the output's name.
pub(super) fn report(lab: &Lab, out: &str, stage: &str) -> Value {
    let mut report = lab.json(&format!("{out}/{stage}/report.json"));
    let provenance = report["provenance"].as_object_mut().unwrap();
    assert!(provenance.remove("seconds").unwrap().as_f64().unwrap() > 0.0);
    provenance.remove("command").unwrap();
    report
}

#[test]
fn a_head_learns_what_can_be_learnt() {
    let lab = Lab::new();
    let text = columns(400);
    lab.write("c.conll", &text);
    let table = lab.ok(&format!("train c.conll --out runs/a {SETTINGS}"));
    for part in [
        "base",
        "fine-tuned",
        "weighted F1",
        "yield no subword",
        "written to runs/a",
    ] {
        assert!(table.contains(part), "{part:?} is not in {table}");
    }
    assert_eq!(
        lab.files("runs"),
        [
            "a/.lock",
            "a/base/head.safetensors",
            "a/base/report.json",
            "a/fine-tuned/head.safetensors",
            "a/fine-tuned/report.json",
        ]
    );
    lab.is_tidy();

    let base = report(&lab, "runs/a", "base");
    let tuned = report(&lab, "runs/a", "fine-tuned");
    let figure = |report: &Value, pointer: &str| report.pointer(pointer).unwrap().as_f64().unwrap();
    for pointer in [
        "/token/accuracy",
        "/token/macro avg/f1-score",
        "/entity/strict/f1",
    ] {
        let (before, after) = (figure(&base, pointer), figure(&tuned, pointer));
        assert!(before < 0.6 && after > 0.95, "{pointer}: {before}, {after}");
    }

    // Supports and counts are the test part's own.
    let summary = lab.ok("corpus c.conll --json --split sklearn:0.25:7");
    let summary: Value = serde_json::from_str(&summary).unwrap();
    let mut support = summary["test"]["support"].clone();
    let dropped = figure(&tuned, "/words/without_subword");
    // Every tenth sentence of the corpus has one; the test part has a quarter.
    assert!((1.0..=20.0).contains(&dropped), "{dropped}");
    assert_eq!(
        figure(&tuned, "/words/judged") + dropped,
        figure(&summary, "/test/words")
    );
    support["O"] = json!(figure(&support, "/O") - dropped);
    for report in [&base, &tuned] {
        let token = report["token"].as_object().unwrap();
        let keys: HashSet<&str> = token.keys().map(String::as_str).collect();
        let tags = support.as_object().unwrap();
        let mut expected: HashSet<&str> = tags.keys().map(String::as_str).collect();
        expected.extend(["accuracy", "macro avg", "weighted avg"]);
        assert_eq!(keys, expected);
        for (key, value) in token.iter().filter(|(key, _)| *key != "accuracy") {
            let names: Vec<&String> = value.as_object().unwrap().keys().collect();
            assert_eq!(
                names,
                ["precision", "recall", "f1-score", "support"],
                "{key}"
            );
        }
        for (tag, count) in tags {
            assert_eq!(
                figure(report, &format!("/token/{tag}/support")),
                count.as_f64().unwrap(),
                "{tag}"
            );
        }
        let judged = figure(report, "/words/judged");
        assert_eq!(figure(report, "/token/weighted avg/support"), judged);
        let entities = tags.iter().filter(|(tag, _)| tag.starts_with("B-"));
        let entities: f64 = entities.map(|(_, count)| count.as_f64().unwrap()).sum();
        assert_eq!(figure(report, "/entity/strict/support"), entities);
        provenance_is_right(&lab, report, &text, &summary);
    }
    for (report, stage) in [(&base, "base"), (&tuned, "fine-tuned")] {
        let head = lab.read(&format!("runs/a/{stage}/head.safetensors"));
        assert_eq!(report["stage"], stage);
        assert_eq!(report["provenance"]["head"]["sha256"], sha256(head));
    }
    assert_eq!(base["loss"], json!({"steps": [], "epochs": []}));
    let steps = tuned["loss"]["steps"].as_array().unwrap();
    let epochs = tuned["loss"]["epochs"].as_array().unwrap();
    // 300 sentences of 400 in batches of 8.
    assert_eq!((steps.len(), epochs.len()), (38 * 6, 6));
    for (epoch, steps) in epochs.iter().zip(steps.chunks(38)) {
        let sum: f64 = steps.iter().map(|step| step.as_f64().unwrap()).sum();
        assert!(
            (epoch.as_f64().unwrap() - sum).abs() < 1e-4,
            "{epoch} {sum}"
        );
    }
    assert!(epochs[5].as_f64().unwrap() < epochs[0].as_f64().unwrap() / 4.0);
}

fn provenance_is_right(lab: &Lab, report: &Value, text: &str, summary: &Value) {
    let provenance = &report["provenance"];
    assert_eq!(provenance["corpus"]["sha256"], sha256(text));
    assert_eq!(provenance["corpus"]["words"], summary["words"]);
    assert_eq!(provenance["split"]["name"], "sklearn:0.25:7");
    for part in ["train", "test"] {
        assert_eq!(provenance["split"][part]["sha256"], summary[part]["sha256"]);
        assert_eq!(
            provenance["split"][part]["sentences"],
            summary[part]["sentences"]
        );
    }
    let encoder = std::fs::read(lab.cached("encoder.safetensors").unwrap()).unwrap();
    assert_eq!(provenance["encoder"]["sha256"], sha256(encoder));
    assert_eq!(provenance["encoder"]["architecture"], "bert");
    assert_eq!(provenance["head"]["layers"], json!([0, 1, 2]));
    assert_eq!(
        provenance["settings"],
        json!({
            "epochs": 6, "batch": 8, "learning_rate": 0.01,
            "weight_decay": 0.01, "dropout": 0.1, "seed": 0,
        })
    );
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let lab = Lab::new();
    lab.write("c.conll", columns(700));
    let train = |out: &str, threads: &str, more: &str| {
        let mut command = lab.command(&format!("train c.conll --out {out} {SETTINGS} {more}"));
        command.env("RAYON_NUM_THREADS", threads);
        let outcome = finish(command, b"");
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        heads(&lab, out)
    };
    let first = train("a", "2", "");
    let features = std::fs::read(lab.cached("features.f16").unwrap()).unwrap();
    assert_eq!(train("a", "2", ""), first, "again in the same folder");
    assert_eq!(train("b", "1", ""), first, "on one thread");
    let reports = |out| ["base", "fine-tuned"].map(|stage| report(&lab, out, stage));
    assert_eq!(reports("a"), reports("b"));
    lab.clear_cache();
    assert_eq!(train("c", "1", ""), first, "in a fresh cache");
    assert_eq!(
        std::fs::read(lab.cached("features.f16").unwrap()).unwrap(),
        features
    );
    lab.clear_cache();
    let [base, tuned] = train("d", "2", "--seed 1");
    assert_ne!(base, first[0]);
    assert_ne!(tuned, first[1]);
    lab.is_tidy();
}

#[test]
fn fitting_stops_when_it_gets_no_better_and_the_best_epoch_stays() {
    let lab = Lab::new();
    lab.write("c.conll", columns(200));
    let common = "--encoder BERT --batch 8 --learning-rate 0.05 --validation 0.3";
    let said = lab.ok(&format!(
        "train c.conll --out o {common} --epochs 200 --patience 2"
    ));
    let epochs = report(&lab, "o", "fine-tuned")["loss"]["epochs"].clone();
    let epochs = epochs.as_array().unwrap().len();
    assert!(epochs < 200, "it did not stop");
    let chosen = format!("chosen by the validation part: epoch {}", epochs - 2);
    assert!(said.contains(&chosen), "{chosen} is not in {said}");
    lab.refused(
        "train c.conll --out p --encoder BERT --patience 2",
        &["patience of 2 epochs without a validation share"],
    );
}

#[test]
fn the_reports_command_makes_it_again() {
    let lab = Lab::new();
    lab.write("c.conll", columns(60));
    lab.copy_of("bert-tiny", "tiny");
    lab.ok("train c.conll --out o --encoder tiny --epochs 2 --layers 0,1 --seed 5 --dropout 0.25");
    let first = heads(&lab, "o");
    let command = lab.json("o/fine-tuned/report.json")["provenance"]["command"].clone();
    let command = command.as_str().unwrap();
    std::fs::remove_dir_all(lab.path("o")).unwrap();
    lab.ok(command.strip_prefix("nerite ").unwrap());
    assert_eq!(heads(&lab, "o"), first);
}

#[test]
fn the_reports_command_says_how_the_corpus_was_read() {
    let lab = Lab::new();
    lab.write("c.conll", "a I-x\nb I-x\n\nc O\n\nd O\n\ne I-x\n\nf O\n");
    lab.ok("train c.conll --out o --encoder BERT --epochs 1 --scheme iob2");
    let command = lab.json("o/base/report.json")["provenance"]["command"].clone();
    assert!(
        command.as_str().unwrap().contains("--scheme iob2"),
        "{command}"
    );
}

#[test]
fn a_fit_that_diverges_is_told() {
    let lab = Lab::new();
    lab.write("c.conll", columns(200));
    lab.refused(
        "train c.conll --out o --encoder BERT --learning-rate 1e30",
        &["not finite", "lower the learning rate"],
    );
    assert!(!lab.path("o/fine-tuned").exists());
    // The only step's loss is the untrained head's; what it leads to is not.
    let one = "train c.conll --out p --encoder BERT --learning-rate 1e39 --batch 1000 --epochs 1";
    let outcome = lab.run(one);
    assert_eq!(outcome.code, Some(1), "{}", outcome.stdout);
    assert!(!lab.path("p/fine-tuned").exists());
}

/// What a corpus of few sentences, or of one kind of tag, comes to.
#[test]
fn small_corpora_are_no_trouble() {
    let lab = Lab::new();
    lab.write("two.conll", "in O\n\nyear B-tim\n");
    lab.write(
        "dropped.conll",
        format!("{DROPPED} B-x\n\n{DROPPED} B-x\n\n{DROPPED} O\n"),
    );
    for name in ["two", "dropped"] {
        lab.ok(&format!(
            "train {name}.conll --out {name} --encoder BERT --split sklearn:0.4:1"
        ));
        // The reports are read again, with all that is not defined in them.
        lab.ok(&format!(
            "bundle --encoder BERT --head {name}/base --head {name}/fine-tuned --out bundle-{name}"
        ));
    }
}
