//! `nerite train` on several files: types read as others, what is not labelled
//! is unknown, test files apart, altered copies.

use crate::common::{Lab, columns};
use serde_json::{Value, json};

const SETTINGS: &str =
    "--encoder BERT --layers all --epochs 6 --batch 8 --learning-rate 0.01 --quiet --json";

/// The made-up corpus with its types renamed, or dropped.
fn renamed(text: &str, names: &[(&str, Option<&str>)]) -> String {
    let line = |line: &str| {
        let Some((word, tag)) = line.rsplit_once('\t').or_else(|| line.rsplit_once(' ')) else {
            return line.to_owned();
        };
        let Some((prefix, kind)) = tag.split_once('-') else {
            return line.to_owned();
        };
        match names.iter().find(|(name, _)| *name == kind) {
            Some((_, Some(other))) => format!("{word}\t{prefix}-{other}"),
            Some((_, None)) => format!("{word}\tO"),
            None => format!("{word}\t{tag}"),
        }
    };
    text.lines().map(|own| line(own) + "\n").collect()
}

/// The types of the made-up corpus.
fn kinds(text: &str) -> Vec<String> {
    let mut kinds: Vec<String> = text
        .lines()
        .filter_map(|line| Some(line.rsplit_once("B-")?.1.to_owned()))
        .collect();
    kinds.sort();
    kinds.dedup();
    kinds
}

fn figures(out: &str) -> Vec<Value> {
    out.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn f1(figures: &[Value], stage: &str, file: Value) -> f64 {
    let found = figures
        .iter()
        .find(|one| one["stage"] == stage && one["file"] == file);
    found.unwrap()["entity_f1_strict"].as_f64().unwrap()
}

#[test]
fn what_a_file_does_not_label_is_learnt_from_the_other() {
    let lab = Lab::new();
    let text = columns(600);
    let kinds = kinds(&text);
    let [first, rest @ ..] = &kinds[..] else {
        panic!("the corpus has types");
    };
    assert!(!rest.is_empty(), "{kinds:?}");
    let sentences: Vec<&str> = text.split("\n\n").collect();
    let part = |range: std::ops::Range<usize>| sentences[range].join("\n\n") + "\n";
    // One file has all types, under other names for the first; the other,
    // which is larger, does not label the first.
    let other = first.to_uppercase() + "X";
    lab.write(
        "all.conll",
        renamed(&part(0..150), &[(first, Some(&other))]),
    );
    lab.write("some.conll", renamed(&part(150..450), &[(first, None)]));
    lab.write("test.conll", part(450..600));
    let mut map = vec![format!("{other}={first}")];
    map.push("*=*".into());
    let found = figures(&lab.ok(&format!(
        "train all.conll some.conll --map all.conll:{} --test test.conll --out runs/a {SETTINGS}",
        map.join(",")
    )));
    let unknown = f1(&found, "fine-tuned", json!("test.conll"));
    assert!(unknown > 0.95, "{unknown}");

    // The same without a word about what is not labelled.
    let outside = figures(&lab.ok(&format!(
        "train all.conll some.conll --map all.conll:{} --labelled some.conll:{} --test test.conll \
         --out runs/b {SETTINGS}",
        map.join(","),
        kinds.join(",")
    )));
    let outside = f1(&outside, "fine-tuned", json!("test.conll"));
    assert!(outside < unknown - 0.05, "{outside} {unknown}");

    let report = lab.json("runs/a/fine-tuned/report.json");
    let sources = report["provenance"]["corpus"]["sources"]
        .as_array()
        .unwrap();
    let field = |name: &str| -> Vec<&Value> { sources.iter().map(|own| &own[name]).collect() };
    assert_eq!(field("file"), ["all.conll", "some.conll", "test.conll"]);
    assert_eq!(field("split"), ["train", "train", "test"]);
    assert_eq!(field("train"), [&json!(150), &json!(300), &json!(0)]);
    assert_eq!(field("labels")[1], &json!(rest));
    assert_eq!(sources[0]["map"], json!(map.join(",")));
    lab.is_tidy();
}

#[test]
fn a_type_that_only_the_test_file_has_is_missed_and_found_nowhere() {
    let lab = Lab::new();
    lab.write("train.conll", renamed(&columns(300), &[("per", None)]));
    lab.write("test.conll", columns(60));
    let outcome = lab.run(&format!(
        "train train.conll --test test.conll --out runs/a {SETTINGS}"
    ));
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let warning = "warning: found no entity of the type per to train on";
    assert!(outcome.stderr.contains(warning), "{}", outcome.stderr);
    let report = lab.json("runs/a/fine-tuned/report.json");
    let counts = |kind: &str| {
        let own = &report["entity"]["exact"]["by_type"][kind];
        let count = |name: &str| own[name].as_u64().unwrap();
        (count("missed"), count("spurious"), count("correct"))
    };
    let (missed, spurious, correct) = counts("per");
    assert!(
        missed > 0 && spurious == 0 && correct == 0,
        "{missed} {spurious} {correct}"
    );
    let (missed, spurious, correct) = counts("geo");
    assert!(
        missed == 0 && spurious == 0 && correct > 0,
        "{missed} {spurious} {correct}"
    );
}

#[test]
fn every_test_file_has_a_report_and_the_command_makes_it_again() {
    let lab = Lab::new();
    let text = columns(300);
    lab.write("train.conll", &text);
    lab.write("one.conll", columns(40));
    lab.write("two.conll", columns(60));
    lab.write("dev.conll", columns(30));
    let found = figures(&lab.ok(&format!(
        "train train.conll --share 0.5 --dev dev.conll --test one.conll --test two.conll \
         --augment capitals=0.1,small=0.1,joined=0.1 --out runs/a {SETTINGS}"
    )));
    let files: Vec<&Value> = found
        .iter()
        .filter(|one| one["stage"] == "fine-tuned")
        .map(|one| &one["file"])
        .collect();
    assert_eq!(
        files,
        [&json!("one.conll"), &json!("two.conll"), &Value::Null]
    );
    for name in ["one.conll", "two.conll"] {
        lab.json(&format!("runs/a/fine-tuned/reports/{name}.json"));
    }
    let report = lab.json("runs/a/fine-tuned/report.json");
    let command = report["provenance"]["command"].as_str().unwrap();
    let again = command
        .strip_prefix("nerite ")
        .unwrap()
        .replace("--out a", "--out runs/again")
        .replace("--encoder bert-tiny", "--encoder BERT")
        .replace('\'', "");
    lab.ok(&again);
    let head = |out: &str| lab.read(&format!("runs/{out}/fine-tuned/head.safetensors"));
    assert_eq!(head("a"), head("again"), "{command}");
}

#[test]
fn each_file_is_read_its_own_way() {
    let lab = Lab::new();
    let text = columns(200);
    // One file's columns have names of its own, and the other's none, the tag first.
    let table: String = text
        .lines()
        .map(|line| match line.split_once(['\t', ' ']) {
            Some((word, tag)) => format!("\"{word}\";x;{tag}\n"),
            None => "\"\";;\n".to_owned(),
        })
        .collect();
    lab.write("table.txt", format!("wort;form;marke\n{table}"));
    let turned: String = text
        .lines()
        .map(|line| match line.split_once(['\t', ' ']) {
            Some((word, tag)) => format!("{tag}\tx\t{word}\n"),
            None => "\n".to_owned(),
        })
        .collect();
    lab.write("turned.conll", turned);
    lab.write("test.conll", columns(40));
    let reading = "--word-column table.txt:wort --tag-column table.txt:marke \
                   --word-column turned.conll:3 --tag-column turned.conll:1 --scheme iob2";
    // Numbers that stand for tags, and another encoding, are one file's as well.
    let numbers = text
        .lines()
        .map(|line| match line.split_once(['\t', ' ']) {
            Some((word, "O")) => format!("{word}\t0\n"),
            Some((word, "B-geo")) => format!("{word}\t1\n"),
            Some((word, _)) => format!("{word}\t2\n"),
            None => "\n".to_owned(),
        })
        .collect::<String>();
    let latin = numbers.replace("percent", "pro\u{e9}ent");
    let latin: Vec<u8> = latin.chars().map(|c| c as u8).collect();
    lab.write("numbers.conll", latin);
    let outcome = lab.run(
        "train test.conll numbers.conll --test turned.conll --word-column turned.conll:3 \
         --tag-column turned.conll:1 --labels numbers.conll:O,B-one,B-two \
         --encoding numbers.conll:iso_8859-1:1987 --format numbers.conll:conll --encoder BERT \
         --epochs 1 --json --out runs/b",
    );
    assert!(
        outcome
            .stderr
            .contains("200 sentences to train on; types: one, two"),
        "{}",
        outcome.stderr
    );
    let training = |reading: &str| {
        format!(
            "train table.txt turned.conll --test test.conll {reading} --encoder BERT --epochs 1 \
             --json --out runs/a"
        )
    };
    let outcome = lab.run(&training(reading));
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    for expected in [
        "table.txt: 200 sentences to train on; types: geo, per, tim",
        "turned.conll: 200 sentences to train on; types: geo, per, tim",
        "test.conll: 40 to judge on; types: geo, per, tim",
    ] {
        assert!(outcome.stderr.contains(expected), "{}", outcome.stderr);
    }
    let report = lab.json("runs/a/fine-tuned/report.json");
    let command = report["provenance"]["command"].as_str().unwrap();
    for part in reading.split(" --") {
        assert!(command.contains(part), "{part}\n{command}");
    }
    for (reading, expected) in [
        ("--format turned:conll", "found no file of that name"),
        ("--word-column turned.conll:0", "counted from 1"),
    ] {
        lab.refused(&training(reading), &[expected]);
    }
    for (reading, expected) in [
        ("--format turned.conll:cnll", "expected one of csv, conll"),
        ("--scheme turned.conll:io3", "expected iob1, iob2"),
        ("--encoding utf-9", "expected utf-8, latin-1"),
    ] {
        let outcome = lab.run(&training(reading));
        assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
        assert!(outcome.stderr.contains(expected), "{}", outcome.stderr);
    }
}

#[test]
fn files_that_do_not_fit_are_refused_before_the_work() {
    let lab = Lab::new();
    lab.write("a.conll", columns(50));
    lab.write("b.conll", "Rome\tB-CITY\n.\tO\n");
    for (arguments, expected) in [
        ("a.conll --test b.conll", "b.conll: found the types CITY"),
        ("a.conll a.conll", "found the file twice"),
        ("a.conll --map c.conll:x=y", "found no file of that name"),
        ("a.conll --map zzz:per=PER", "found no file of that name"),
        ("a.conll --labelled a:per", "found no file of that name"),
        (
            "a.conll --map per=PER,x:y=LOC --cap ten",
            "--cap for a.conll",
        ),
        (
            "a.conll --map per=PER --map geo=LOC",
            "found it a second time for all files",
        ),
        (
            "a.conll --map ./a.conll:per=PER --map a.conll:geo=LOC",
            "found it a second time for a.conll",
        ),
        (
            "a.conll --test b.conll --map per=PER --map b.conll:CITY=PER --share b.conll:0.5",
            "--share for b.conll: found a file that is not to train on",
        ),
        ("a.conll --map CITY=LOC", "found none of the map's types"),
        ("a.conll --share 2", "--share for a.conll: found \"2\""),
        ("a.conll --share 50%", "found \"50%\", expected more than 0"),
        ("a.conll --cap ten", "found \"ten\", expected a number of"),
        ("a.conll --split none", "found no sentence to test on"),
        ("a.conll --split documents:0.2:1", "found no documents"),
        (
            "a.conll --cap 10 --labelled CITY",
            "expected only the given ones: CITY",
        ),
    ] {
        lab.refused(
            &format!("train {arguments} --encoder BERT --out runs/x"),
            &[expected],
        );
    }
}

#[test]
fn a_handful_of_sentences_is_learnt_and_nothing_learnt_is_an_error() {
    let lab = Lab::new();
    lab.write("few.conll", columns(80));
    lab.write("test.conll", columns(200));
    let found = figures(&lab.ok(
        "train few.conll --test test.conll --encoder BERT --preset best --folds 0 --quiet --json \
         --out runs/a",
    ));
    let score = f1(&found, "fine-tuned", json!("test.conll"));
    assert!(score > 0.8, "{score}");
    lab.refused(
        "train few.conll --test test.conll --encoder BERT --layers mix --head context \
         --validation 0.2 --epochs 2 --quiet --out runs/b",
        &["found an entity F1 of 0"],
    );
}

#[test]
fn what_was_understood_is_said_and_what_looks_like_a_mistake() {
    let lab = Lab::new();
    lab.write("a.conll", columns(100));
    lab.write("none.conll", "Good\tO\nday\tO\n.\tO\n\n".repeat(3));
    lab.write("x/t.conll", columns(20));
    lab.write("y/t.conll", columns(30));
    let outcome = lab.run(
        "train a.conll none.conll --map a.conll:persn=PER,per=PER,geo=LOC --labelled a.conll:PER,LOC,ORG \
         --map x/t.conll:per=PER,geo=LOC --map y/t.conll:per=PER --test x/t.conll \
         --test y/t.conll --encoder BERT --layers all --epochs 2 --json --out runs/a",
    );
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    for expected in [
        "a.conll: 100 sentences to train on; types: LOC, ORG, PER; left out: tim",
        "none.conll: 3 sentences to train on; unknown there: LOC, ORG, PER",
        "t.conll: 20 to judge on; types: LOC, PER; unknown there: ORG; left out: tim",
        "t.conll-2: 30 to judge on; types: PER; unknown there: LOC, ORG; left out: geo, tim",
        "warning: --map persn=PER,per=PER,geo=LOC: found no type persn; a.conll has geo, per, tim",
        "warning: none.conll: found no entity, so that it teaches nothing",
        "warning: found no entity of the type ORG to train on",
    ] {
        assert!(
            outcome.stderr.contains(expected),
            "{expected}\n{}",
            outcome.stderr
        );
    }
    let files = || lab.files("runs/a/fine-tuned/reports");
    assert_eq!(files(), ["t.conll-2.json", "t.conll.json"]);
    let of = |name: &str| lab.json(&format!("runs/a/fine-tuned/reports/{name}.json"));
    assert!(
        of("t.conll-2")["title"]
            .as_str()
            .unwrap()
            .ends_with("on t.conll-2")
    );

    let command = lab.json("runs/a/fine-tuned/report.json")["provenance"]["command"].clone();
    let command = command.as_str().unwrap();
    for part in ["--test x/t.conll", "y/t.conll:per=PER"] {
        assert!(command.contains(part), "{command}");
    }
    // One value may be for two files; the command names each.
    lab.ok(
        "train a.conll --map per=PER --map t.conll:per=PER,geo=PER --test x/t.conll \
            --test y/t.conll --encoder BERT --epochs 1 --out runs/c",
    );
    let command = lab.json("runs/c/fine-tuned/report.json")["provenance"]["command"].clone();
    for part in ["x/t.conll:per=PER,geo=PER", "y/t.conll:per=PER,geo=PER"] {
        assert!(command.as_str().unwrap().contains(part), "{command}");
    }
    // A path that is a file's own is no other one's.
    lab.write("t.conll", columns(25));
    let outcome = lab.run(
        "train a.conll t.conll --map per=PER --map t.conll:geo=PER --map x/t.conll:tim=PER \
         --test x/t.conll --encoder BERT --epochs 1 --json --out runs/d",
    );
    for expected in ["geo", "tim"] {
        let rest = ["geo", "per", "tim"].map(str::to_owned).into_iter();
        let rest: Vec<String> = rest.filter(|own| own != expected).collect();
        let left_out = format!("types: PER; left out: {}", rest.join(", "));
        assert!(outcome.stderr.contains(&left_out), "{}", outcome.stderr);
    }

    // The reports of the head before are no longer there; other files are.
    lab.write("runs/a/fine-tuned/reports/mine.json", "{}");
    let found = figures(&lab.ok(&format!(
        "train a.conll --test x/t.conll --out runs/a --overwrite {SETTINGS}"
    )));
    f1(&found, "fine-tuned", json!("t.conll"));
    assert_eq!(files(), ["mine.json"]);
}
