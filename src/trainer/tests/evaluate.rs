//! `nerite evaluate` and `nerite report draw`: a bundle's head judged on any
//! corpus, its sample, the index that the page reads, and pictures.

use crate::common::{Lab, columns};
use serde_json::Value;

/// A place with a bundle in a folder of bundles that has an index.
fn lab() -> Lab {
    let lab = Lab::new();
    lab.copy_of("bert-tiny", "tiny");
    lab.write("c.conll", columns(200));
    lab.ok("train c.conll --out run --encoder tiny --epochs 4 --batch 8 --learning-rate 0.01");
    lab.write("all/index.json", "{}");
    // The encoder is the one that the heads were fitted on.
    lab.ok("bundle --head run/base --head run/fine-tuned --out all/b");
    lab
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

#[test]
fn the_test_part_is_judged_as_training_did() {
    let lab = lab();
    lab.ok("evaluate c.conll --bundle all/b --part test --out r.json --sample 7");
    lab.ok("report check r.json r.sample.json");
    let changed = String::from_utf8(lab.read("r.sample.json"))
        .unwrap()
        .replace("\"accuracy\":", "\"accuracy\":0.0123,\"was\":");
    lab.write("changed.sample.json", changed);
    let outcome = lab.run("report check changed.sample.json");
    assert!(
        outcome.code == Some(1) && outcome.stdout.contains("figures.accuracy: found 0.0123"),
        "{}",
        outcome.stdout
    );
    let (report, trained) = (lab.json("r.json"), lab.json("run/fine-tuned/report.json"));
    // Features are f16 there: a word in hundreds may differ.
    let apart = number(&report["token"]["accuracy"]) - number(&trained["token"]["accuracy"]);
    assert!(apart.abs() < 0.01, "{apart}");
    for same in ["corpus", "split", "head"] {
        assert_eq!(report["provenance"][same], trained["provenance"][same]);
    }
    assert_eq!(report["words"], trained["words"]);
    assert!(number(&report["words"]["without_subword"]) > 0.0);
    // What the head was fitted on is known, so that these are told apart.
    assert_eq!(
        report["repeated"]["sentences"],
        trained["repeated"]["sentences"]
    );
    assert_eq!(
        report["buckets"]["training"][0]["support"],
        trained["buckets"]["training"][0]["support"]
    );
    let command = report["provenance"]["command"].as_str().unwrap();
    assert!(
        command.starts_with("nerite evaluate c.conll --bundle b --part test"),
        "{command}"
    );

    let sample = lab.json("r.sample.json");
    let sentences = sample["sentences"].as_array().unwrap();
    assert_eq!(sentences.len(), 7);
    assert_eq!(
        sample["part_sha256"],
        report["provenance"]["split"]["test"]["sha256"]
    );
    assert!(
        sentences
            .iter()
            .all(|own| own["words"].as_array().unwrap().len()
                == own["gold"].as_array().unwrap().len())
    );
    // Without a sample, the old one does not stay.
    lab.ok("evaluate c.conll --bundle all/b --split sklearn:0.2:123 --out r.json");
    assert!(!lab.path("r.sample.json").exists());
    lab.is_tidy();
    // The training's report is the one that the manifest has.
    lab.write("all/b/reports/fine-tuned.json", lab.read("r.json"));
    lab.refused(
        "evaluate c.conll --bundle all/b --part test",
        &["reports/fine-tuned.json: found", "expected"],
    );
    #[cfg(unix)]
    {
        let report = lab.path("all/b/reports/fine-tuned.json");
        std::fs::remove_file(&report).unwrap();
        std::os::unix::fs::symlink(lab.path("run/fine-tuned/report.json"), &report).unwrap();
        lab.refused(
            "evaluate c.conll --bundle all/b --part test",
            &["fine-tuned.json"],
        );
    }
}

#[test]
fn any_head_decoder_and_part_can_be_judged() {
    let lab = lab();
    let read = |arguments: &str| -> Value {
        let printed = lab.ok(&format!(
            "evaluate c.conll --bundle all/b --json {arguments}"
        ));
        serde_json::from_str(&printed).unwrap()
    };
    let (test, train, all) = (read("--part test"), read("--part train"), read(""));
    let sentences = |report: &Value| report["outcomes"]["sentences"].as_u64().unwrap();
    assert_eq!(
        (sentences(&test), sentences(&train), sentences(&all)),
        (40, 160, 200)
    );
    assert_eq!(all["provenance"]["split"]["name"], "all");
    assert!(
        all["repeated"].is_null(),
        "it has been fitted on an unknown part of this"
    );
    let base = read("--head base");
    assert_eq!(base["stage"], "base");
    assert!(number(&base["token"]["accuracy"]) < number(&test["token"]["accuracy"]));
    let rules = read("--head base --decoder rules");
    // No entity begins with I- then, so that both ways of reading agree.
    assert_eq!(
        rules["entity"]["strict"]["f1"],
        rules["entity"]["lenient"]["f1"]
    );
    assert_ne!(
        base["entity"]["strict"]["f1"],
        base["entity"]["lenient"]["f1"]
    );

    lab.write("other.conll", "the O\nyear B-tim\n\nNobody B-nobody\n");
    let other = lab.ok("evaluate other.conll --bundle all/b --part all --json");
    let other: Value = serde_json::from_str(&other).unwrap();
    assert_eq!(other["token"]["B-nobody"]["recall"], 0.0);
    let shown = lab.ok("evaluate other.conll --bundle all/b --part all");
    assert!(
        shown.contains("3 words") && shown.contains("B-nobody"),
        "{shown}"
    );

    lab.write("turned.conll", "year B-tim\nNobody B-no\u{202e}body\n");
    lab.ok("evaluate turned.conll --bundle all/b --part all --predictions p.conll");
    let predictions = String::from_utf8(lab.read("p.conll")).unwrap();
    assert!(
        predictions.contains("Nobody\tB-no\\u202ebody\t"),
        "{predictions}"
    );

    lab.refused(
        "evaluate c.conll --bundle all/b --head best",
        &["best", "base, fine-tuned"],
    );
    lab.refused(
        "evaluate c.conll --bundle all/b --decoder transitions",
        &["transitions"],
    );
    lab.refused("evaluate c.conll --bundle nowhere", &["nowhere"]);
    lab.refused(
        "evaluate c.conll --bundle all/b --out r.txt",
        &["r.txt", ".json"],
    );
    lab.misused("evaluate c.conll --bundle all/b --sample 3", &["--out"]);
}

#[test]
fn types_that_one_side_alone_has_are_told() {
    let lab = lab();
    // The made-up corpus with one type less, and one that the head does not know.
    let fewer = columns(60)
        .replace("B-per", "O")
        .replace("I-per", "O")
        .replace("\nfor O\n", "\nfor B-new\n")
        .replace("\nfor\tO\n", "\nfor\tB-new\n");
    lab.write("fewer.conll", fewer);
    lab.write("plain.conll", "the O\nyear O\n");
    for (arguments, expected) in [
        (
            "fewer.conll",
            &[
                "note: the head finds ",
                " per, of which the corpus has none, so that they count as wrong, and does not \
                 know ",
                " new of the corpus, so that they count as missed; --types geo,tim judges what",
            ][..],
        ),
        (
            "fewer.conll --map geo=x,per=y",
            &[" y, of which", "--types x judges"],
        ),
        ("fewer.conll --types geo,per,tim", &[]),
        ("fewer.conll --map geo=x,tim=x", &[]),
        ("c.conll", &[]),
        ("plain.conll", &[]),
    ] {
        let outcome = lab.run(&format!("evaluate {arguments} --bundle all/b"));
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        for part in expected {
            assert!(
                outcome.stderr.contains(part),
                "{arguments}: {}",
                outcome.stderr
            );
        }
        let told = outcome.stderr.contains("judges what both have");
        assert_eq!(
            told,
            !expected.is_empty(),
            "{arguments}: {}",
            outcome.stderr
        );
    }
}

#[test]
fn figures_on_what_the_head_was_fitted_to_are_said_to_flatter() {
    let lab = Lab::new();
    lab.copy_of("bert-tiny", "tiny");
    lab.write("whole.conll", columns(90));
    lab.write("cut.conll", columns(120));
    lab.write("test.conll", columns(30));
    lab.ok(
        "train whole.conll cut.conll --split cut.conll:blocks:0.3:1 --test test.conll --out run \
         --encoder tiny --epochs 4 --batch 8 --learning-rate 0.01",
    );
    lab.ok("bundle --head run/fine-tuned --out b");
    for (arguments, expected) in [
        ("whole.conll", Some("flatter it\n")),
        ("whole.conll --part test", Some("flatter it\n")),
        ("cut.conll", Some("--split blocks:0.3:1 judges the others")),
        ("cut.conll --split blocks:0.3:1", None),
        ("test.conll", None),
    ] {
        let outcome = lab.run(&format!("evaluate {arguments} --bundle b"));
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        match expected {
            Some(note) => assert!(
                outcome.stderr.contains(note),
                "{arguments}: {}",
                outcome.stderr
            ),
            None => assert!(
                !outcome.stderr.contains("flatter"),
                "{arguments}: {}",
                outcome.stderr
            ),
        }
    }
}

#[test]
fn types_are_mapped_chosen_and_must_be_shared() {
    let lab = lab();
    let read = |arguments: &str| -> Value {
        let printed = lab.ok(&format!("evaluate {arguments} --bundle all/b --json"));
        serde_json::from_str(&printed).unwrap()
    };
    let columns = String::from_utf8(lab.read("c.conll")).unwrap();
    let renamed = columns
        .replace("-geo", "-LOC")
        .replace("-per", "-PER")
        .replace("-tim", "-TIM");
    lab.write("renamed.conll", &renamed);
    lab.refused(
        "evaluate renamed.conll --bundle all/b",
        &["LOC", "geo", "no type", "--map"],
    );
    let same = read("c.conll");
    let map = "--map geo=LOC,per=PER,tim=TIM,*=*";
    let mapped = read(&format!("renamed.conll {map}"));
    assert_eq!(
        same["entity"]["strict"]["f1"],
        mapped["entity"]["strict"]["f1"]
    );
    assert_eq!(same["token"]["accuracy"], mapped["token"]["accuracy"]);
    assert_eq!(
        mapped["provenance"]["settings"]["map"],
        "geo=LOC,per=PER,tim=TIM,*=*"
    );
    let command = mapped["provenance"]["command"].as_str().unwrap();
    assert!(command.contains("--map"), "{command}");

    let one = read(&format!("renamed.conll {map} --types LOC"));
    assert_eq!(one["token"]["B-LOC"], mapped["token"]["B-LOC"]);
    assert!(one["token"]["B-PER"].is_null());

    // What is written can be judged by itself.
    lab.ok(&format!("evaluate renamed.conll {map} --types LOC --bundle all/b --predictions p.conll --out one.json"));
    let scored: Value = serde_json::from_str(&lab.ok("score p.conll --json")).unwrap();
    assert_eq!(
        scored["entity"]["strict"]["f1"],
        one["entity"]["strict"]["f1"]
    );

    // A name that nobody has is mistyped.
    let outcome =
        lab.run("evaluate c.conll --bundle all/b --map persn=PER,geo=LOC --types LOC,LOK");
    let expected = "found neither in the corpus nor in the head: persn, LOK";
    assert!(outcome.stderr.contains(expected), "{}", outcome.stderr);
    let outcome = lab.run(&format!(
        "evaluate renamed.conll --bundle all/b {map} --types LOC"
    ));
    assert!(!outcome.stderr.contains("warning"), "{}", outcome.stderr);

    // Paths are checked before the work, maps where they are read.
    lab.write("file", "");
    lab.refused(
        "evaluate c.conll --bundle all/b --out file/r.json",
        &["file/r.json"],
    );
    lab.refused(
        "evaluate c.conll --bundle all/b --predictions all",
        &["all", "folder"],
    );
    lab.misused(
        "evaluate c.conll --bundle all/b --map geo:LOC",
        &["geo:LOC", "geo=LOC"],
    );
}

#[test]
fn the_index_lists_reports_and_samples() {
    let lab = lab();
    let listed = || -> Vec<(String, String, Value)> {
        let index = lab.json("all/index.json");
        let reports = index["bundles"][0]["reports"].as_array().unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        reports
            .iter()
            .map(|own| {
                (
                    text(&own["file"]),
                    text(&own["head"]),
                    own["sample"].clone(),
                )
            })
            .collect()
    };
    let own =
        |file: &str, head: &str| (format!("reports/{file}.json"), head.to_owned(), Value::Null);
    assert_eq!(
        listed(),
        [own("base", "base"), own("fine-tuned", "fine-tuned")]
    );
    // What is no report of one of its heads is passed over.
    lab.write("all/b/reports/notes.json", "{}");
    lab.write("all/b/reports/other.json", "<html>");
    lab.ok("evaluate c.conll --bundle all/b --head base --part all --out all/b/reports/more.json --sample 3");
    let mut more = own("more", "base");
    more.2 = "reports/more.sample.json".into();
    assert_eq!(
        listed(),
        [own("base", "base"), own("fine-tuned", "fine-tuned"), more]
    );
}

#[test]
fn reports_are_drawn() {
    let lab = lab();
    let said = lab.ok("report draw run/base/report.json run/fine-tuned/report.json --out pictures");
    let names = [
        "confusion-1",
        "confusion-2",
        "figures",
        "loss",
        "reliability-1",
        "reliability-2",
        "tags",
    ];
    assert_eq!(
        lab.files("pictures"),
        names.map(|name| format!("{name}.svg"))
    );
    assert_eq!(said.lines().count(), names.len());
    let accuracy = number(&lab.json("run/fine-tuned/report.json")["token"]["accuracy"]);
    let figures = String::from_utf8(lab.read("pictures/figures.svg")).unwrap();
    assert!(
        figures.contains(&format!("{accuracy:.3}")),
        "the figure stands at its bar"
    );
    for name in names {
        let picture = String::from_utf8(lab.read(&format!("pictures/{name}.svg"))).unwrap();
        assert!(
            picture.starts_with("<svg") && !picture.contains("NaN"),
            "{name}"
        );
    }
    lab.refused("report draw c.conll --out pictures", &["c.conll"]);
}
