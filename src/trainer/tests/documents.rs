//! Documents stay together where a corpus tells of them: in the test part, and
//! in the part that chooses the epoch.

use crate::common::{Lab, columns};
use crate::train::{heads, report};

const SETTINGS: &str = "--encoder BERT --layers all --batch 8 --learning-rate 0.01";

/// So many documents of ten sentences each.
fn documents(count: usize) -> String {
    let text = columns(10 * count);
    let sentences: Vec<&str> = text.trim_end().split("\n\n").collect();
    let document = |own: &[&str]| format!("-DOCSTART-\tO\n\n{}\n\n", own.join("\n\n"));
    sentences.chunks(10).map(document).collect()
}

#[test]
fn they_are_the_usual_split() {
    let lab = Lab::new();
    lab.write("d.conll", documents(10));
    lab.write("e.conll", documents(4));
    let split = |file: &str, flags: &str| {
        let outcome = lab.run(&format!(
            "train {file} --out o --overwrite {SETTINGS} --epochs 2 {flags}"
        ));
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        let provenance = lab.json("o/fine-tuned/report.json")["provenance"].clone();
        let found = &provenance["split"];
        let name = found["name"].as_str().unwrap().to_owned();
        let command = provenance["command"].as_str().unwrap();
        assert!(command.contains(&format!("--split {name}")), "{command}");
        let test = found["test"]["sentences"].as_u64().unwrap();
        (name, test, outcome.stderr)
    };
    let (name, test, said) = split("d.conll", "");
    assert_eq!((&*name, test), ("documents:0.2:123", 20));
    let line =
        "d.conll: 80 sentences to train on, 20 to judge on (documents:0.2:123: whole documents)";
    assert!(said.contains(line), "{said}");
    // A fifth of four is none.
    let (name, test, said) = split("e.conll", "");
    assert_eq!((&*name, test), ("sklearn:0.2:123", 8));
    assert!(said.contains("which flatters"), "{said}");
    assert!(
        said.contains("--preset best follows the number of sentences"),
        "{said}"
    );
    assert_eq!(split("d.conll", "--split sklearn").0, "sklearn:0.2:123");
    // Judging cuts as training did.
    lab.ok(&format!(
        "train d.conll --out o --overwrite {SETTINGS} --epochs 2"
    ));
    lab.ok("bundle --head own=o/fine-tuned --encoder BERT --out b");
    lab.ok("evaluate d.conll --bundle b --head own --part test --out r.json");
    let judged = lab.json("r.json");
    let trained = report(&lab, "o", "fine-tuned");
    assert_eq!(judged["entity"], trained["entity"]);
    assert_eq!(
        judged["provenance"]["split"],
        trained["provenance"]["split"]
    );
}

#[test]
fn they_are_not_torn_by_the_validation_part() {
    let lab = Lab::new();
    lab.write("d.conll", documents(10));
    lab.write("other.conll", "Rome\tB-CITY\n.\tO\n\n".repeat(9));
    lab.write("test.conll", columns(30));
    // Sentences that a step of one sentence is made for, of an epoch.
    let steps = |arguments: &str| {
        lab.ok(&format!(
            "train {arguments} --out o --overwrite --encoder BERT --layers all --batch 1 --epochs 1 \
             --learning-rate 0.01"
        ));
        let report = report(&lab, "o", "fine-tuned");
        report["loss"]["steps"].as_array().unwrap().len()
    };
    // 80 sentences of 8 documents are to train on.
    assert_eq!(steps("d.conll --validation 0.03"), 70);
    assert_eq!(steps("d.conll --validation 0.2"), 60);
    let single = "d.conll --validation 0.05 --validation-sentences";
    assert_eq!(steps(single), 76);
    assert_eq!(steps("d.conll --split sklearn --validation 0.05"), 76);
    // All of it, and some of the other file.
    let both = "d.conll other.conll --test test.conll --validation 0.1";
    assert_eq!(steps(both), 90 + 8);
    assert_eq!(steps(&format!("{both} --validation-sentences")), 90 + 8);
    let both = both.replace("0.1", "0.05");
    assert_eq!(steps(&both), 90 + 8);
    assert_eq!(steps(&format!("{both} --validation-sentences")), 95 + 8);
    let command = lab.json("o/fine-tuned/report.json")["provenance"]["command"].clone();
    let first = heads(&lab, "o");
    std::fs::remove_dir_all(lab.path("o")).unwrap();
    let command = command.as_str().unwrap().replace("bert-tiny", "BERT");
    lab.ok(command.strip_prefix("nerite ").unwrap());
    assert_eq!(heads(&lab, "o"), first);
}

#[test]
fn a_file_to_choose_by_has_patience_too() {
    let lab = Lab::new();
    lab.write("a.conll", columns(150));
    lab.write("dev.conll", columns(60));
    lab.write("test.conll", columns(40));
    lab.ok(&format!(
        "train a.conll --dev dev.conll --test test.conll {SETTINGS} --epochs 200 --patience 2 \
         --out o"
    ));
    let epochs = report(&lab, "o", "fine-tuned")["loss"]["epochs"].clone();
    assert!(epochs.as_array().unwrap().len() < 200, "it did not stop");
}
