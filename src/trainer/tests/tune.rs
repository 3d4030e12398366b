//! `nerite tune`: trials in a table, searches that are killed, and that the
//! test part is not looked at.

use crate::common::{Lab, columns, wait, wait_until};
use nerite_trainer::corpus::{self, Options};
use nerite_trainer::split::Split;
use serde_json::Value;

/// A small head on the tiny encoder.
const SMALL: &str = "--encoder BERT --train-share 1 --epochs 2 --batch 16 --learning-rate 0.01 \
    --projection 6 --units 4 --lexicon 32x2 --validation 0.2";

fn trials(lab: &Lab, out: &str) -> Vec<Value> {
    let trials = lab.json(&format!("{out}/trials.json"));
    trials.as_array().unwrap().clone()
}

/// What the validation part says, by trial.
fn outcomes(lab: &Lab, out: &str) -> Vec<(String, Value)> {
    let all = trials(lab, out).into_iter();
    all.map(|trial| {
        let name = trial["name"].as_str().unwrap().to_owned();
        (name, trial["validation"].clone())
    })
    .collect()
}

#[test]
fn trials_are_run_once_and_listed() {
    let lab = Lab::new();
    lab.write("c.conll", columns(120));
    // The best preset is where it begins, without being asked for.
    let table = lab.ok(&format!("tune c.conll --out t {SMALL} --random 2"));
    let names: Vec<String> = outcomes(&lab, "t")
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    for name in [
        "as given",
        "layers last",
        "linear",
        "no average",
        "random 2",
    ] {
        assert!(names.iter().any(|own| own == name), "{names:?}");
        assert!(table.contains(name), "{name} is not in {table}");
    }
    // A line each, beside those of the table's head.
    let listed = |table: &str| {
        let is_trial = |line: &&str| names.iter().any(|name| line.trim().starts_with(&**name));
        table.lines().filter(is_trial).count()
    };
    assert_eq!(listed(&table), names.len(), "{table}");
    lab.is_tidy();

    // All of it again takes what is there; some of it, too.
    let before = lab.read("t/trials.json");
    let again = lab.ok(&format!("tune c.conll --out t {SMALL} --random 2"));
    assert_eq!(listed(&again), names.len());
    let some = lab.ok(&format!("tune c.conll --out t {SMALL} --only layers"));
    // The encoder's two layers and its embeddings are all there is.
    assert_eq!(listed(&some), 2);
    assert_eq!(lab.read("t/trials.json"), before);

    lab.refused(
        &format!("tune c.conll --out u {SMALL} --only luck"),
        &["no trial whose name contains \"luck\"", "as given"],
    );
    lab.refused(
        "tune c.conll --out u --encoder BERT --validation 0",
        &["trials are judged by"],
    );
    assert!(!lab.path("u").exists());
}

#[test]
fn every_preset_can_be_tuned() {
    let lab = Lab::new();
    lab.write("c.conll", columns(80));
    for flags in [
        "--preset study --validation 0.2 --epochs 1",
        "--preset best --decoder transitions --epochs 1 --lexicon none",
    ] {
        lab.ok(&format!(
            "tune c.conll --out t --encoder BERT --train-share 1 {flags}"
        ));
    }
}

#[test]
fn a_killed_search_goes_on() {
    let lab = Lab::new();
    lab.write("c.conll", columns(120));
    let search = format!("tune c.conll --out killed {SMALL}");
    let mut child = lab.start(&search);
    let path = lab.path("killed/trials.json");
    assert!(wait_until(&mut child, || path.is_file()));
    child.kill().unwrap();
    wait(child);
    let found = outcomes(&lab, "killed");
    lab.ok(&search);
    let all = outcomes(&lab, "killed");
    assert_eq!(all[..found.len()], found);
    lab.ok(&format!("tune c.conll --out whole {SMALL}"));
    assert_eq!(all, outcomes(&lab, "whole"));
}

#[test]
fn the_test_part_is_not_looked_at() {
    let lab = Lab::new();
    let text = columns(120);
    lab.write("a/c.conll", &text);
    let search = format!("{SMALL} --only layers");
    lab.ok(&format!("tune a/c.conll --out a/t {search}"));

    // All its words are O now, and nothing differs.
    let corpus = corpus::read(&lab.path("a/c.conll"), &Options::default()).unwrap();
    let split: Split = "sklearn:0.2:123".parse().unwrap();
    let parts = split.parts(&corpus.names(), &[]).unwrap();
    let mut sentences: Vec<String> = text.trim_end().split("\n\n").map(str::to_owned).collect();
    assert_eq!(sentences.len(), 120);
    for &index in &parts.test {
        let lines = sentences[index].lines();
        let word = |line: &str| line.split_whitespace().next().unwrap().to_owned();
        let lines: Vec<String> = lines.map(|line| word(line) + " O").collect();
        sentences[index] = lines.join("\n");
    }
    lab.write("b/c.conll", sentences.join("\n\n") + "\n");
    assert_ne!(lab.read("a/c.conll"), lab.read("b/c.conll"));
    lab.ok(&format!("tune b/c.conll --out b/t {search}"));
    assert_eq!(outcomes(&lab, "a/t"), outcomes(&lab, "b/t"));
}
