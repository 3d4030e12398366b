//! The cache of features: removed, cut or full while a run works with it, and
//! `nerite cache`.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use crate::common::{Lab, columns, wait, wait_until};
use serde_json::Value;

const LARGE: usize = 20_000;
const SHORT: &str = "--encoder BERT --epochs 1 --batch 256";

fn head(lab: &Lab, out: &str) -> Vec<u8> {
    lab.read(&format!("{out}/fine-tuned/head.safetensors"))
}

#[test]
fn a_cache_that_is_removed_while_a_run_encodes_breaks_nothing() {
    let lab = Lab::new();
    lab.write("c.conll", columns(LARGE));
    lab.ok(&format!("train c.conll --out whole {SHORT}"));
    lab.clear_cache();
    let mut child = lab.start(&format!("train c.conll --out a {SHORT}"));
    assert!(wait_until(&mut child, || lab.cached("done").is_some()));
    // As `rm -r` does it, however often the run makes something anew.
    while lab.cache().exists() {
        lab.clear_cache();
    }
    let outcome = wait(child);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert_eq!(head(&lab, "a"), head(&lab, "whole"));
    // Nothing that is not whole is believed afterwards.
    lab.ok(&format!("train c.conll --out b {SHORT}"));
    assert_eq!(head(&lab, "b"), head(&lab, "whole"));
    lab.is_tidy();
}

#[test]
fn a_note_without_its_files_is_not_believed() {
    let lab = Lab::new();
    lab.write("c.conll", columns(200));
    let train = |out: &str| {
        let outcome = lab.run(&format!(
            "train c.conll --out {out} --encoder BERT --epochs 1"
        ));
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        (head(&lab, out), outcome.stderr)
    };
    let (whole, _) = train("whole");
    let features = lab.cached("features.f16").unwrap();
    let subwords = lab.cached("subwords.u16").unwrap();
    let contents = [&features, &subwords].map(|path| std::fs::read(path).unwrap());
    let spoil: [(&str, &dyn Fn()); 5] = [
        ("no features", &|| std::fs::remove_file(&features).unwrap()),
        ("no subwords", &|| std::fs::remove_file(&subwords).unwrap()),
        ("short features", &|| {
            std::fs::write(&features, &contents[0][2..]).unwrap()
        }),
        ("long features", &|| {
            std::fs::write(&features, [&contents[0][..], b"xx"].concat()).unwrap();
        }),
        ("short subwords", &|| {
            std::fs::write(&subwords, b"").unwrap()
        }),
    ];
    for (number, (what, spoil)) in spoil.into_iter().enumerate() {
        spoil();
        let (head, _) = train(&format!("spoilt-{number}"));
        assert!(head == whole, "{what}");
        let found = [&features, &subwords].map(|path| std::fs::read(path).unwrap());
        assert!(found == contents, "{what}");
    }
    std::fs::write(&features, b"").unwrap();
    let (_, said) = train("told");
    assert!(said.contains("encoded again"), "{said}");
    for nonsense in ["", "999999", "-1", "x"] {
        std::fs::write(lab.cached("done").unwrap(), nonsense).unwrap();
        assert!(
            train(&format!("note-{}", nonsense.len())).0 == whole,
            "{nonsense}"
        );
    }
}

#[test]
fn features_that_are_cut_while_a_run_fits_are_an_error() {
    let lab = Lab::new();
    lab.write("c.conll", columns(400));
    let settings = "--encoder BERT --epochs 1000 --batch 16";
    let mut child = lab.start(&format!("train c.conll --out o {settings}"));
    let checkpoint = lab.path("o/checkpoint.safetensors");
    assert!(wait_until(&mut child, || checkpoint.is_file()));
    let path = lab.cached("features.f16").unwrap();
    std::fs::OpenOptions::new()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(10)
        .unwrap();
    let outcome = wait(child);
    assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("were cut while"),
        "{}",
        outcome.stderr
    );
    assert!(!outcome.stderr.contains("panicked"), "{}", outcome.stderr);
    // The next run mends it, and goes on where the fit was.
    lab.ok("train c.conll --out p --encoder BERT --epochs 1");
}

#[test]
fn features_that_are_removed_while_a_run_fits_are_no_trouble() {
    let lab = Lab::new();
    lab.write("c.conll", columns(400));
    let settings = "--encoder BERT --epochs 60 --batch 16";
    lab.ok(&format!("train c.conll --out whole {settings}"));
    let mut child = lab.start(&format!("train c.conll --out o {settings}"));
    let checkpoint = lab.path("o/checkpoint.safetensors");
    assert!(wait_until(&mut child, || checkpoint.is_file()));
    lab.clear_cache();
    let outcome = wait(child);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert_eq!(head(&lab, "o"), head(&lab, "whole"));
}

/// The entries as `nerite cache --json` lists them.
fn listed(lab: &Lab, flags: &str) -> Vec<Value> {
    let lines = lab.ok(&format!("cache --json {flags}"));
    lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Makes an entry look as if it had not been used for so many days.
fn age(entry: &Value, days: u64) {
    let folder = PathBuf::from(entry["path"].as_str().unwrap());
    let then = SystemTime::now() - Duration::from_secs(days * 24 * 60 * 60);
    for file in std::fs::read_dir(folder).unwrap() {
        let file = std::fs::File::options()
            .write(true)
            .open(file.unwrap().path())
            .unwrap();
        file.set_modified(then).unwrap();
    }
}

#[test]
fn the_cache_is_listed_and_pruned() {
    let lab = Lab::new();
    assert!(lab.ok("cache").contains("0 entries, 0 B"));
    for (name, sentences) in [("small", 40), ("large", 400)] {
        lab.write(&format!("{name}.conll"), columns(sentences));
        lab.ok(&format!(
            "train {name}.conll --out {name} --encoder BERT --epochs 1"
        ));
    }
    let all = listed(&lab, "");
    let about = |entry: &Value| entry["about"].as_str().unwrap().to_owned();
    let find = |what: &str| {
        all.iter()
            .find(|entry| about(entry).contains(what))
            .unwrap()
    };
    assert_eq!(all.len(), 3);
    assert!(about(find("large.conll")).contains("400 sentences"));
    assert_eq!(find("bert-tiny")["kind"], "quantized encoder");
    let bytes = |entry: &Value| entry["bytes"].as_u64().unwrap();
    assert!(bytes(find("large.conll")) > 5 * bytes(find("small.conll")));
    let table = lab.ok("cache");
    assert!(
        table.contains("large.conll") && table.contains("3 entries"),
        "{table}"
    );

    age(find("small.conll"), 40);
    age(find("bert-tiny"), 20);
    let names = |flags: &str| -> Vec<String> { listed(&lab, flags).iter().map(about).collect() };
    assert_eq!(names("--older-than 30d"), [about(find("small.conll"))]);
    assert_eq!(names("--older-than 10d").len(), 2);
    assert_eq!(names("--older-than 10d --larger-than 1GB").len(), 0);
    let most = bytes(find("large.conll"));
    assert_eq!(
        names(&format!("--larger-than {}", most - 1)),
        [about(find("large.conll"))]
    );
    // What was used last stays.
    assert!(!names(&format!("--keep {most}")).contains(&about(find("large.conll"))));

    lab.refused(
        "cache --prune",
        &["found --prune alone", "--older-than 30d"],
    );
    lab.misused("cache --older-than soon", &["such as 90m, 12h, 30d"]);
    lab.misused("cache --keep much", &["20GB"]);
    lab.misused("cache --dry-run", &["--prune"]);
    let said = lab.ok("cache --older-than 30d --prune --dry-run");
    assert!(
        said.contains("would remove features: small.conll"),
        "{said}"
    );
    assert_eq!(names("").len(), 3);
    let said = lab.ok("cache --older-than 30d --prune");
    assert!(said.contains("removed features: small.conll"), "{said}");
    assert_eq!(names("").len(), 2);
    // Using an entry makes it young again.
    lab.ok("train small.conll --out again --encoder BERT --epochs 1");
    assert_eq!(names("--older-than 10d").len(), 0);
    lab.ok("cache --all --prune");
    assert_eq!(names("").len(), 0);
    lab.is_tidy();
}

#[test]
fn what_a_run_works_in_is_left_alone() {
    let lab = Lab::new();
    lab.write("c.conll", columns(LARGE));
    let mut child = lab.start(&format!("train c.conll --out a {SHORT}"));
    assert!(wait_until(&mut child, || lab.cached("done").is_some()));
    let said = lab.ok("cache --all --prune");
    let outcome = wait(child);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(
        said.contains("left alone") || lab.cached("features.f16").is_none(),
        "{said}"
    );
}
