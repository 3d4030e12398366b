//! `nerite train` on few sentences: all are fitted to, cross-validation judges,
//! and what another head has learnt is begun with.

use crate::common::{Lab, columns, sha256};

/// A head that is fitted in no time.
const SMALL: &str = "--lexicon 64x8 --projection 16 --units 8";

#[test]
fn few_sentences_are_all_fitted_to_and_cross_validated() {
    let lab = Lab::new();
    lab.write("few.conll", columns(80));
    lab.write("test.conll", columns(200));
    let said = lab.ok(&format!(
        "train few.conll --test test.conll --encoder BERT --preset best {SMALL} --out a"
    ));
    assert!(
        said.contains("cross-validated on the train part: entity F1"),
        "{said}"
    );
    assert!(!said.contains("chosen by the validation part"), "{said}");
    let report = lab.json("a/fine-tuned/report.json");
    let split = &report["provenance"]["split"];
    assert_eq!(split["train"]["sentences"], 80);
    assert_eq!(split["test"]["sentences"], 200);
    // Without validation part and folds, the same head but for its temperature.
    lab.ok(&format!(
        "train few.conll --test test.conll --encoder BERT --preset best {SMALL} --folds 0 --out b"
    ));
    let [calibrated, plain] = ["a", "b"].map(|out| {
        let bytes = lab.read(&format!("{out}/fine-tuned/head.safetensors"));
        nerite::head_numbers(&bytes).unwrap()
    });
    assert!(calibrated.1 == plain.1, "the numbers are not the same");
    assert_eq!(plain.0.temperature, 1.0);
    assert_ne!(calibrated.0.temperature, 1.0);
    assert!(calibrated.0.entity_calibration.is_none());
    // Entities' scores are calibrated by what cross-validation says as well, where
    // enough of them are wrong.
    let mut lines: Vec<String> = columns(80).lines().map(str::to_owned).collect();
    let marked = lines.iter_mut().filter(|line| line.ends_with("\tB-geo"));
    marked
        .step_by(3)
        .for_each(|line| *line = line.replace("B-geo", "B-tim"));
    lab.write("noisy.conll", lines.join("\n") + "\n");
    lab.ok(&format!(
        "train noisy.conll --test test.conll --encoder BERT --preset best {SMALL} \
         --calibrate-entities --out c"
    ));
    let (entities, _) = nerite::head_numbers(&lab.read("c/fine-tuned/head.safetensors")).unwrap();
    assert!(entities.entity_calibration.is_some());
    // Files to choose by calibrate themselves; asked for both, one is too much.
    lab.write("dev.conll", columns(60));
    let dev = "train few.conll --dev dev.conll --test test.conll --encoder BERT --preset best";
    lab.ok(&format!("{dev} {SMALL} --epochs 12 --out d"));
    let report = lab.json("d/fine-tuned/report.json");
    assert!(report["provenance"]["settings"]["folds"].is_null());
    lab.refused(
        &format!("{dev} --folds 5 --out e"),
        &["--folds", "one of them"],
    );
    lab.refused(
        "train few.conll --encoder BERT --preset best --folds 5 --validation 0.2 --out e",
        &["found 5 folds and a validation share of 0.2"],
    );
}

#[test]
fn without_a_test_part_cross_validation_judges() {
    let lab = Lab::new();
    lab.write("few.conll", columns(80));
    let said = lab.ok(&format!(
        "train few.conll --split none --encoder BERT --preset best {SMALL} --out a"
    ));
    assert!(said.contains("words of the train part"), "{said}");
    let report = lab.json("a/fine-tuned/report.json");
    let split = &report["provenance"]["split"];
    assert_eq!(split["name"], "cross-validation in 5 folds");
    assert_eq!(split["train"], split["test"]);
    let all = &report["entity"]["strict"];
    assert_eq!(all["support"], columns(80).matches("\tB-").count());
    let f1 = all["f1"].as_f64().unwrap();
    assert!(f1 > 0.3, "{f1}");
    lab.refused(
        "train few.conll --split none --encoder BERT --preset best --folds 0 --out b",
        &["found no sentence to test on", "--folds 5"],
    );
    lab.refused(
        "train few.conll --encoder BERT --preset best --folds 1 --out b",
        &["found 1 folds, expected 0 or 2 to 100"],
    );
}

#[test]
fn a_head_begins_with_what_another_has_learnt() {
    let lab = Lab::new();
    lab.write("known.conll", columns(400));
    lab.write("few.conll", columns(20));
    lab.write("test.conll", columns(200));
    lab.ok(&format!(
        "train known.conll --encoder BERT --preset best {SMALL} --folds 0 --out known"
    ));
    let known = "known/fine-tuned/head.safetensors";
    let train = |flags: &str, out: &str| {
        lab.ok(&format!(
            "train few.conll --test test.conll --map geo=PLACE,*=* --encoder BERT {flags} --folds 0 --out {out}"
        ));
        lab.json(&format!("{out}/fine-tuned/report.json"))
    };
    let begun = train(&format!("--begin-with {known}"), "begun");
    let nothing = train(&format!("--preset best {SMALL}"), "nothing");
    let f1 = |report: &serde_json::Value| report["entity"]["strict"]["f1"].as_f64().unwrap();
    assert!(f1(&begun) > f1(&nothing), "{} {}", f1(&begun), f1(&nothing));
    let head = &begun["provenance"]["head"];
    assert_eq!(head["begun_with"], sha256(lab.read(known)));
    assert!(nothing["provenance"]["head"]["begun_with"].is_null());
    let command = begun["provenance"]["command"].as_str().unwrap();
    assert!(command.contains("--begin-with"), "{command}");
    assert!(!command.contains("--layers"), "{command}");
    let last = train(&format!("--begin-with {known} --last-layer"), "last");
    let command = last["provenance"]["command"].as_str().unwrap();
    assert!(command.contains("--last-layer"), "{command}");
    let head = |out: &str| lab.read(&format!("{out}/fine-tuned/head.safetensors"));
    assert_ne!(head("begun"), head("last"));
    lab.misused(
        "train few.conll --encoder BERT --last-layer --out c",
        &["--begin-with"],
    );

    lab.misused(
        &format!("train few.conll --encoder BERT --begin-with {known} --layers all --out c"),
        &["--begin-with", "--layers"],
    );
    lab.refused(
        "train few.conll --encoder BERT --begin-with known/base/report.json --out c",
        &["known/base/report.json"],
    );
    lab.ok("train known.conll --encoder BERT --out linear");
    lab.refused(
        "train few.conll --encoder BERT --begin-with linear/fine-tuned/head.safetensors --out c",
        &["the head to begin with is linear"],
    );
}

#[test]
fn files_that_teach_nothing_or_are_there_twice_are_refused() {
    let lab = Lab::new();
    lab.write("a.conll", columns(50));
    lab.write("x/copy.conll", columns(50));
    lab.write("none.conll", "Good\tO\nday\tO\n\n".repeat(10));
    for (arguments, expected) in [
        (
            "none.conll",
            "found no entity in the 8 sentences to train on",
        ),
        (
            "none.conll --labelled none.conll:geo,per,tim --test a.conll",
            "found no entity in the 10",
        ),
        ("a.conll --cap 0", "of which --share and --cap leave none"),
        ("a.conll x/../a.conll", "found the very contents of a.conll"),
        (
            "a.conll --test x/copy.conll",
            "found the very contents of a.conll",
        ),
    ] {
        lab.refused(
            &format!("train {arguments} --encoder BERT --out runs/x"),
            &[expected],
        );
    }
}
