//! `nerite train`: its flags, and settings that are refused.

use crate::common::{Lab, columns};
use crate::train::{heads, report};
use serde_json::{Value, json};
use std::collections::HashSet;

#[test]
fn every_flag_is_honoured() {
    let lab = Lab::new();
    lab.write("c.conll", columns(120));
    let mut seen = HashSet::new();
    let mut train = |flags: &str| {
        lab.ok(&format!(
            "train c.conll --out o --overwrite --encoder BERT {flags}"
        ));
        assert!(
            seen.insert(heads(&lab, "o")[1].clone()),
            "{flags}: nothing changed"
        );
        let report = report(&lab, "o", "fine-tuned");
        let count = |name: &str| report["loss"][name].as_array().unwrap().len();
        (count("steps"), count("epochs"), report)
    };
    // 96 sentences to train on.
    let (steps, epochs, report) = train("");
    assert_eq!((steps, epochs), (9, 3));
    assert_eq!(report["provenance"]["split"]["name"], "sklearn:0.2:123");
    assert_eq!(report["provenance"]["head"]["layers"], json!([2]));
    let (steps, epochs, _) = train("--epochs 5");
    assert_eq!((steps, epochs), (15, 5));
    let (steps, epochs, _) = train("--batch 10");
    assert_eq!((steps, epochs), (30, 3));
    let (steps, epochs, _) = train("--batch 65536");
    assert_eq!((steps, epochs), (3, 3));
    let (steps, _, report) = train("--split sklearn:0.5:1");
    assert_eq!(steps, 6);
    assert_eq!(report["provenance"]["split"]["test"]["sentences"], 60);
    let (_, _, report) = train("--layers 0,2");
    assert_eq!(report["provenance"]["head"]["layers"], json!([0, 2]));
    let (_, _, report) = train("--layers last4");
    assert_eq!(report["provenance"]["head"]["layers"], json!([0, 1, 2]));
    for (flag, value, name) in [
        ("--learning-rate", "0.002", "learning_rate"),
        ("--weight-decay", "0.5", "weight_decay"),
        ("--dropout", "0", "dropout"),
        ("--dropout", "0.5", "dropout"),
        ("--seed", "18446744073709551615", "seed"),
    ] {
        let (_, _, report) = train(&format!("{flag} {value}"));
        let found = &report["provenance"]["settings"][name];
        assert_eq!(found.to_string().trim_end_matches(".0"), value, "{flag}");
        let command = lab.json("o/fine-tuned/report.json")["provenance"]["command"].clone();
        assert!(
            command
                .as_str()
                .unwrap()
                .contains(&format!("{flag} {value}"))
        );
    }
}

/// A head with everything that a head may have.
const FULL: &str = "--encoder BERT --layers mix --head context --projection 12 --units 8 \
    --lexicon 64x4 --transitions true --decoder transitions --epochs 8 --batch 8 \
    --learning-rate 0.03 --inner-dropout 0.2 --lexicon-dropout 0.2 --validation 0.2 --rare 1 \
    --clip 1 --average 0.5";

#[test]
fn every_part_of_a_head_can_be_chosen() {
    let lab = Lab::new();
    lab.write("c.conll", columns(120));
    let mut seen = HashSet::new();
    let mut train = |flags: &str| {
        // A flag that is given twice would be refused.
        let names: HashSet<&str> = flags.split(' ').step_by(2).collect();
        let full: Vec<&str> = FULL.split_whitespace().collect();
        let full = full.chunks(2).filter(|pair| !names.contains(pair[0]));
        let full = full.map(|pair| pair.join(" ")).collect::<Vec<_>>();
        lab.ok(&format!(
            "train c.conll --out o --overwrite {} {flags}",
            full.join(" ")
        ));
        assert!(
            seen.insert(heads(&lab, "o")[1].clone()),
            "{flags}: nothing changed"
        );
        report(&lab, "o", "fine-tuned")["provenance"].clone()
    };
    let found = train("--seed 0");
    assert_eq!(found["head"]["kind"], "context");
    assert_eq!(found["head"]["layers"], json!([0, 1, 2]));
    assert_eq!(found["settings"]["model"]["decoder"], "transitions");
    for (flags, pointer, expected) in [
        ("--projection 5", "/model/projection", json!(5)),
        ("--units 3", "/model/units", json!(3)),
        ("--lexicon 32x2", "/model/lexicon/buckets", json!(32)),
        ("--decoder rules", "/model/decoder", json!("rules")),
        ("--decoder argmax", "/model/decoder", json!("argmax")),
        (
            "--transitions false --decoder rules",
            "/model/transitions",
            json!(false),
        ),
        (
            "--lexicon none --lexicon-dropout 0",
            "/model/lexicon",
            Value::Null,
        ),
        ("--head mlp --units 0", "/model/kind", json!("mlp")),
        (
            "--head linear --projection 0 --units 0 --inner-dropout 0",
            "/model/kind",
            json!("linear"),
        ),
        ("--inner-dropout 0.4", "/inner_dropout", json!(0.4)),
        ("--lexicon-dropout 0.5", "/lexicon_dropout", json!(0.5)),
        ("--validation 0.3", "/validation", json!(0.3)),
        ("--clip 0.01", "/clip", json!(0.01)),
        ("--average 0.1", "/average", json!(0.1)),
        ("--average 0", "/average", Value::Null),
    ] {
        let found = train(flags)["settings"].clone();
        let found = found.pointer(pointer).unwrap_or(&Value::Null);
        assert_eq!(*found, expected, "{flags}");
    }
    // The preset, of which one thing differs.
    lab.ok(
        "train c.conll --out o --overwrite --encoder BERT --preset best --epochs 1 --lexicon none \
         --validation 0",
    );
    let found = report(&lab, "o", "fine-tuned")["provenance"]["settings"].clone();
    assert_eq!(found["model"]["units"], 96);
    assert_eq!(found["model"]["lexicon"], Value::Null);
}

#[test]
fn settings_out_of_range_are_refused_before_any_work() {
    let lab = Lab::new();
    lab.write("c.conll", columns(20));
    for (flags, expected) in [
        ("--epochs 0", "found 0 epochs, expected 1 to 1000"),
        ("--epochs 1001", "found 1001 epochs"),
        ("--batch 0", "found a batch of 0, expected 1 to 65536"),
        ("--batch 65537", "found a batch of 65537"),
        (
            "--learning-rate 0",
            "found the learning rate 0, expected a positive number",
        ),
        ("--learning-rate=-0.1", "found the learning rate -0.1"),
        ("--learning-rate nan", "found the learning rate NaN"),
        ("--learning-rate inf", "found the learning rate inf"),
        (
            "--weight-decay 1.1",
            "found the weight decay 1.1, expected 0 to 1",
        ),
        ("--weight-decay=-0.1", "found the weight decay -0.1"),
        ("--weight-decay nan", "found the weight decay NaN"),
        (
            "--dropout 1",
            "found the dropout 1, expected 0 to less than 1",
        ),
        ("--dropout=-0.1", "found the dropout -0.1"),
        ("--average 1", "found the share that the average keeps 1"),
        ("--clip -1", "found gradients clipped at -1"),
        ("--rare 101", "found 101 repetitions"),
        (
            "--head linear --projection 64",
            "width of 64 for the projection, which a linear head does not have",
        ),
        (
            "--head mlp --units 5",
            "width of 5 for the LSTM, which a mlp head does not have",
        ),
        (
            "--head context --units 0",
            "width of 0 for the LSTM, expected 1 to",
        ),
        ("--lexicon 0x0", "found a table of 0 word features"),
        ("--lexicon-dropout 0.1", "the head has no word features"),
        (
            "--decoder transitions",
            "expected one that the head can serve: argmax, rules",
        ),
        ("--dropout nan", "found the dropout NaN"),
    ] {
        lab.refused(
            &format!("train c.conll --out o --encoder BERT {flags}"),
            &[expected],
        );
    }
    for (flags, expected) in [
        ("--layers first", "last4"),
        ("--layers 2,1", "increasing"),
        ("--layers 1,1", "increasing"),
        ("--epochs many", "--epochs"),
        ("--seed=-1", "--seed"),
        ("--rare -1", "'-1' for '--rare"),
        ("--units -1", "'-1' for '--units"),
        ("--lexicon 5", "expected rows and width as in 32768x64"),
        ("--head deep", "possible values: linear, mlp, context"),
        ("--split 0.2", "documents:0.2:123"),
    ] {
        lab.misused(
            &format!("train c.conll --out o --encoder BERT {flags}"),
            &[expected],
        );
    }
    lab.misused("train c.conll --encoder BERT", &["--out"]);
    assert_eq!(lab.files(""), ["c.conll"]);
    // These need the encoder or the corpus to be seen.
    lab.refused(
        "train c.conll --out o --encoder BERT --layers 3",
        &["layer 3", "last is 2"],
    );
    lab.refused(
        "train c.conll --out o --encoder BERT --split sklearn:0.99:1",
        &["found 0 sentences to train on and 20 to test on"],
    );
    lab.refused("train nowhere --out o --encoder BERT", &["nowhere"]);
    lab.refused("train c.conll --out c.conll --encoder BERT", &["c.conll"]);
    assert!(!lab.path("o").exists());
    assert_eq!(lab.cached("features.f16"), None);
}
