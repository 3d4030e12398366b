//! What is written is nothing that is read, and no file of somebody else.

use crate::bundle::bundled;
use crate::common::{Lab, columns};

fn unchanged(lab: &Lab, file: &str, arguments: &str, expected: &[&str]) {
    let before = lab.read(file);
    lab.refused(arguments, expected);
    assert_eq!(lab.read(file), before, "{arguments}");
}

#[test]
fn evaluate_writes_over_nothing_but_reports() {
    let lab = bundled();
    let corpus = columns(40);
    lab.write("d/c.conll", &corpus);
    lab.write("c.json", r#"{"text": "Ada", "entities": []}"#);
    lab.write("r.sample.json", "{}");
    let (corpus, json) = (
        "evaluate d/c.conll --bundle b",
        "evaluate c.json --bundle b",
    );
    let twice = "found one file for the corpus and for --predictions";
    for predictions in ["d/c.conll", "d/../d/c.conll", "./d/c.conll"] {
        let arguments = format!("{corpus} --predictions {predictions}");
        unchanged(&lab, "d/c.conll", &arguments, &[twice]);
    }
    let foreign = "c.json: found a file that is no report";
    unchanged(&lab, "c.json", &format!("{json} --out c.json"), &[foreign]);
    unchanged(
        &lab,
        "c.json",
        &format!("{corpus} --out c.json"),
        &[foreign],
    );
    // It would have been removed as the sample of an earlier report.
    let foreign = "r.sample.json: found a file that is no sample";
    let arguments = format!("{corpus} --out r.json");
    unchanged(&lab, "r.sample.json", &arguments, &[foreign]);
    let twice = "found one file for --out and for --predictions";
    lab.refused(
        &format!("{corpus} --out s.json --predictions s.json"),
        &[twice],
    );
    // A report may be written over.
    lab.ok(&format!("{corpus} --out s.json --sample 3"));
    lab.ok(&format!("{corpus} --out s.json --predictions p.conll"));
}

#[test]
fn redact_and_restore_leave_texts_and_tables() {
    let lab = Lab::new();
    lab.write("a.txt", "Write to ada@example.org");
    lab.write("b.txt", "Write to bob@example.org");
    let told = "found one file for a text and for --out";
    unchanged(&lab, "a.txt", "redact a.txt --out a.txt", &[told]);
    unchanged(&lab, "a.txt", "redact a.txt b.txt --out .", &[told]);
    let told = "for --table, expected two";
    unchanged(&lab, "a.txt", "redact a.txt --table a.txt", &[told]);
    lab.refused("redact a.txt --table t.json --out t.json", &[told]);
    lab.ok("redact a.txt --table t.json --out safe.txt --quiet");
    let told = "found one file for --table and for --out";
    let arguments = "restore safe.txt --table t.json --out t.json";
    unchanged(&lab, "t.json", arguments, &[told]);
    let told = "found one file for a text and for --out";
    let arguments = "restore safe.txt --table t.json --out safe.txt";
    unchanged(&lab, "safe.txt", arguments, &[told]);
    assert_eq!(
        lab.ok("restore safe.txt --table t.json"),
        "Write to ada@example.org"
    );
}
