//! `nerite corpus`: counts, splits, and what is said of files that are wrong.

use std::collections::BTreeSet;
use std::io::Write;
use std::ops::Range;

use crate::common::{Lab, columns, repository, sha256};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

const KAGGLE: &str = "Sentence #,Word,POS,Tag\n\
    Sentence: 1,Thousands,NNS,O\n,of,IN,O\n,\"Lo,ndon\",NNP,B-geo\n\
    Sentence: 2,Ada,NNP,B-per\n,King,NNP,I-per\n\
    Sentence: 10,Here,RB,O\nSentence: 3,\"\"\"\",``,O\nSentence: 4,in,IN,O\n,1815,CD,B-tim\n";

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn json_of(lab: &Lab, arguments: &str) -> Value {
    let line = lab.ok(arguments);
    assert_eq!(line.lines().count(), 1, "{line}");
    serde_json::from_str(&line).unwrap()
}

#[test]
fn kaggle_is_counted_and_split_plain_and_packed() {
    let lab = Lab::new();
    lab.write("c.csv", KAGGLE);
    lab.write("c.csv.gz", gzip(KAGGLE));
    let counts = json!({
        "sentences": 5,
        "words": 9,
        "tags": {"B-geo": 1, "B-per": 1, "B-tim": 1, "I-per": 1, "O": 5},
    });
    assert_eq!(json_of(&lab, "corpus c.csv --json"), counts);
    // Names in string order: 1, 10, 2, 3, 4. NumPy's
    // RandomState(123).permutation(5) is 1, 3, 4, 0, 2.
    let mut split = counts.clone();
    split["train"] = json!({
        "sentences": 3,
        "sha256": sha256("Sentence: 4\nSentence: 1\nSentence: 2\n"),
    });
    split["test"] = json!({
        "sentences": 2,
        "words": 2,
        "sha256": sha256("Sentence: 10\nSentence: 3\n"),
        "support": {"O": 2},
    });
    for file in ["c.csv", "c.csv.gz"] {
        let found = json_of(
            &lab,
            &format!("corpus {file} --json --split sklearn:0.4:123"),
        );
        assert_eq!(found, split, "{file}");
        // The counts must agree with each other whatever the split.
        let found = json_of(
            &lab,
            &format!("corpus {file} --json --split sklearn:0.2:123"),
        );
        assert_eq!(found["test"]["sentences"], 1);
        assert_eq!(found["train"]["sentences"], 4);
    }
    let table = lab.ok("corpus c.csv --split sklearn:0.4:123");
    for part in [
        "c.csv: 5 sentences, 9 words, 5 tags",
        "in the test part",
        &sha256("Sentence: 10\nSentence: 3\n"),
    ] {
        assert!(table.contains(part), "{part:?} is not in {table}");
    }
    assert!(!lab.ok("corpus c.csv").contains("in the test part"));
}

#[test]
fn columns_are_counted_plain_and_packed_in_both_schemes() {
    let lab = Lab::new();
    let text = columns(100);
    lab.write("c.conll", &text);
    lab.write("c.conll.gz", gzip(&text));
    let found = json_of(&lab, "corpus c.conll --json --split sklearn:0.2:123");
    assert_eq!(
        found,
        json_of(&lab, "corpus c.conll.gz --json --split sklearn:0.2:123")
    );
    let words = text.lines().filter(|line| !line.is_empty()).count();
    assert_eq!(found["sentences"], 100);
    assert_eq!(found["words"], words);
    for (tag, count) in found["tags"].as_object().unwrap() {
        let lines = text
            .lines()
            .filter(|line| line.ends_with(&format!("\t{tag}")));
        assert_eq!(*count, lines.count(), "{tag}");
    }
    let support = found["test"]["support"].as_object().unwrap();
    let sum: u64 = support.values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(found["test"]["words"], sum);
    assert_eq!(found["test"]["sentences"], 20);

    // What was found out is told beside the counts.
    lab.write("bioes", "a S-x\nb B-x\nc E-x\nd O\n");
    let outcome = lab.run("corpus bioes");
    let told =
        "bioes: read as conll; no blank line, so that all of it is one sentence; tags in BIOES";
    assert!(outcome.stderr.contains(told), "{}", outcome.stderr);
    lab.write("pairs/a.txt", "Ada saw Rome.");
    lab.write("pairs/a.ann", "T1\tper 0 3\tAda\n");
    lab.write("pairs/notes.txt", "Not a text of the corpus.");
    for path in ["pairs", "pairs/a.ann", "pairs/a.txt"] {
        let found = json_of(&lab, &format!("corpus {path} --json"));
        assert_eq!(found["tags"], json!({"B-per": 1, "O": 3}), "{path}");
    }
    lab.write(
        "hf/dev.jsonl",
        "{\"tokens\": [\"Rome\"], \"ner_tags\": [1]}",
    );
    lab.write(
        "hf/dataset_info.json",
        "{\"features\": {\"ner_tags\": {\"feature\": {\"names\": [\"O\", \"B-geo\"]}}}}",
    );
    let found = json_of(&lab, "corpus hf/dev.jsonl --json");
    assert_eq!(found["tags"], json!({"B-geo": 1}));
    let found = json_of(&lab, "corpus hf/dev.jsonl --json --labels O,B-per");
    assert_eq!(found["tags"], json!({"B-per": 1}));

    lab.write("iob1", "a I-x\nb I-x\nc B-x\nd O\n");
    let iob1 = json_of(&lab, "corpus iob1 --json");
    assert_eq!(iob1["tags"], json!({"B-x": 2, "I-x": 1, "O": 1}));
    let iob2 = json_of(&lab, "corpus iob1 --json --scheme iob2");
    assert_eq!(iob2["tags"], json!({"B-x": 1, "I-x": 2, "O": 1}));
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let lab = Lab::new();
    for (name, contents, expected) in [
        (
            "fields.csv",
            b"Sentence #,Word,Tag\nS,a,O\nS,b\n".as_slice(),
            ["fields.csv:3: ", "found 2 fields", "expected 3"],
        ),
        (
            "tag.conll",
            b"a O\nb geo\nc B-x\n",
            [
                "tag.conll:2: ",
                "found the tag \"geo\"",
                "expected `O`, `B-x`",
            ],
        ),
        (
            "again.csv",
            b"Sentence #,Word,Tag\nS,a,O\nT,b,O\nS,c,O\n",
            ["again.csv:4: ", "found the sentence name \"S\"", "line 2"],
        ),
        (
            "latin.conll",
            b"a O\nZ\xfcrich B-geo\n",
            ["latin.conll:2: ", "found the byte 0xfc", "expected UTF-8"],
        ),
        (
            "empty",
            b"",
            ["empty: ", "found no sentence", "expected at least one"],
        ),
        (
            "cut.gz",
            &gzip("a O\nb B-x\n")[..20],
            ["cut.gz: ", "end too early", "expected a whole file"],
        ),
        (
            "page.conll",
            b"<!doctype html>\n",
            ["page.conll:1: ", "found a page of HTML", "expected"],
        ),
    ] {
        lab.write(name, contents);
        lab.refused(&format!("corpus {name}"), &expected);
        lab.refused(&format!("corpus {name} --json"), &expected);
    }
    lab.refused("corpus nowhere.csv", &["nowhere.csv: ", "No such file"]);
    lab.refused("corpus .", &[".: ", "Is a directory", "BRAT"]);
    lab.write("one", "a O\n");
    lab.refused(
        "corpus one --split sklearn:0.2:123",
        &["found 0 sentences to train on and 1 to test on", "expected"],
    );
    lab.misused(
        "corpus one --split sklearn:1.5:123",
        &[
            "--split",
            "found the test size 1.5",
            "expected a number between 0 and 1",
        ],
    );
    lab.misused("corpus one --split half", &["--split", "documents:0.2:123"]);
    lab.misused(
        "corpus one --format xlsx",
        &["csv", "conll", "json", "brat"],
    );
    lab.misused("corpus", &["<FILE>"]);
}

/// All figures of the reference study about its corpus and split.
#[test]
fn the_study_comes_out() {
    let corpus = repository().join("../shared/gmb/ner_dataset.csv.gz");
    if !corpus.is_file() {
        eprintln!("left out: {} is not on this machine", corpus.display());
        return;
    }
    let lab = Lab::new();
    let json = |arguments: &str| -> Value {
        let mut command = lab.command(arguments);
        command.arg(&corpus);
        let outcome = crate::common::finish(command, b"");
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        serde_json::from_str(&outcome.stdout).unwrap()
    };
    // Running text is cut into the corpus's words, but for its own oddities.
    let words = json("corpus --check-words --json");
    let count = |name: &str| words[name].as_u64().unwrap();
    assert!(count("regular") > 47_800, "too much is called odd");
    assert!(count("regular_restored") * 1000 >= count("regular") * 995);
    assert!(count("restored") * 1000 >= count("sentences") * 995);

    let found = json("corpus --json --split sklearn:0.2:123");
    assert_eq!(found["sentences"], 47_959);
    assert_eq!(found["words"], 1_048_575);
    assert_eq!(found["tags"].as_object().unwrap().len(), 17);
    assert_eq!(
        found["train"],
        json!({
            "sentences": 38_367,
            "sha256": "bbc8c3877c4ee2f793f4450f8dfd0f0f36dd00fb5cdfc3b46c911e57f3ce1318",
        })
    );
    assert_eq!(
        found["test"],
        json!({
            "sentences": 9_592,
            "words": 209_866,
            "sha256": "2ddb9d1712ce131aba3ad810c6adc6529baa6e8d2c3401ac459a780b175348c9",
            "support": {
                "B-art": 72, "B-eve": 76, "B-geo": 7_501, "B-gpe": 3_214, "B-nat": 37,
                "B-org": 3_964, "B-per": 3_419, "B-tim": 4_124, "I-art": 66, "I-eve": 58,
                "I-geo": 1_474, "I-gpe": 32, "I-nat": 8, "I-org": 3_281, "I-per": 3_440,
                "I-tim": 1_328, "O": 177_772,
            },
        })
    );
}

/// Sentences written for this, one of them with each oddity, one irregular.
#[test]
fn words_are_restored_from_running_text() {
    let lab = Lab::new();
    lab.write("words.conll", include_str!("words.conll"));
    let found = json_of(&lab, "corpus words.conll --check-words --json");
    let oddities = [
        "a clitic on its word",
        "a control character or no-break space in a word",
        "a mark on a damaged word",
        "a slash inside a word, or after an abbreviation",
        "an abbreviation and its full stop apart",
        "an apostrophe at a word's edge",
        "the last full stop on a word that is no abbreviation",
        "two full stops at the end",
    ];
    let counts: Vec<_> = oddities.map(|name| (name, &found["oddities"][name])).into();
    assert!(counts.iter().all(|(_, count)| **count == 1), "{counts:?}");
    assert_eq!(found["sentences"], 22);
    assert_eq!(found["regular"], 14);
    assert_eq!(found["regular_restored"], 13, "{found}");
    assert_eq!(found["failures"][0]["name"], "Sentence: 22");
    assert_eq!(found["whole"], found["restored"]);
    // Missed: "It moved to the U.S." before "Seven", "The C.I.A." before "Kim".
    let ends = ["ends", "ends_found", "ends_right"].map(|name| &found[name]);
    assert_eq!(ends.map(Value::as_u64), [19, 17, 17].map(Some));
    let shown = lab.ok("corpus words.conll --check-words");
    assert!(shown.contains("words restored in 13 of 14"), "{shown}");
    lab.misused(
        "corpus words.conll --check-words --split sklearn:0.5:1",
        &["cannot be used with"],
    );
}

/// Three copies of a sentence, one of them with another tag.
#[test]
fn a_corpus_is_compared_with_itself() {
    let lab = Lab::new();
    let copy = |tag: &str| format!("He O\nleft O\nParis {tag}\n. O\n\n");
    let other = "They O\nleft O\nParis B-geo\nlate O\n\n";
    let text = [
        copy("B-geo"),
        copy("B-geo"),
        copy("B-org"),
        other.to_owned(),
    ];
    lab.write("again.conll", text.concat());
    let found = json_of(&lab, "corpus again.conll --check-tags --json");
    let counts = ["repeated", "occurrences", "differing"].map(|name| found[name].as_u64());
    assert_eq!(counts, [1, 3, 1].map(Some));
    // Of three pairs two differ, in one word of four and in their only entity.
    assert!((found["words_differing"].as_f64().unwrap() - 2.0 / 12.0).abs() < 1e-12);
    assert!((found["entity_f1"].as_f64().unwrap() - 1.0 / 3.0).abs() < 1e-12);
    assert_eq!(
        found["tags"],
        json!({
            "B-geo": { "words": 2, "outvoted": 0 },
            "B-org": { "words": 1, "outvoted": 1 },
            "O": { "words": 9, "outvoted": 0 },
        })
    );
    let shown = lab.ok("corpus again.conll --check-tags");
    assert!(shown.contains("with different tags: 1"), "{shown}");
}

#[test]
fn a_tag_does_not_turn_lines_around() {
    let lab = Lab::new();
    lab.write("c.conll", "the O\nyear B-no\u{202e}body\n");
    for command in ["corpus c.conll", "corpus c.conll --json"] {
        let printed = lab.ok(command);
        assert!(printed.contains("B-no\\u202ebody"), "{printed}");
    }
}

/// A text, and its entities: their bytes and types.
type Labelled = (String, Vec<(Range<usize>, String)>);

fn labelled(path: &str) -> Vec<Labelled> {
    let lines = std::fs::read_to_string(repository().join(path)).unwrap();
    let text = |line: &str| {
        let value: Value = serde_json::from_str(line).unwrap();
        let text = value["text"].as_str().unwrap().to_owned();
        let letters = text.char_indices().map(|(at, _)| at);
        let bytes: Vec<usize> = letters.chain([text.len()]).collect();
        let entity = |label: &Value| {
            let place = |at: usize| bytes[label[at].as_u64().unwrap() as usize];
            (place(0)..place(1), label[2].as_str().unwrap().to_owned())
        };
        let labels = value["label"].as_array().unwrap().iter().map(entity);
        let labels = labels.collect();
        (text, labels)
    };
    lines.lines().map(text).collect()
}

/// Lines that are too long to be in two texts by chance.
fn lines(texts: &[Labelled]) -> BTreeSet<&str> {
    let lines = texts.iter().flat_map(|(text, _)| text.lines());
    lines.filter(|line| line.chars().count() >= 40).collect()
}

#[test]
fn our_own_texts_are_sound_and_not_those_that_judge() {
    let written = labelled("texts/written.jsonl");
    let mut kinds = BTreeSet::new();
    let (mut all, mut cut) = (0, 0);
    for (text, labels) in &written {
        let words = nerite::cut(text).concat();
        let ends: BTreeSet<usize> = words.iter().flat_map(|own| [own.start, own.end]).collect();
        for (place, kind) in labels {
            let own = &text[place.clone()];
            assert_eq!(own.trim(), own);
            assert!(!own.is_empty() && !own.contains('\n'), "{own:?}");
            kinds.insert(kind.as_str());
            all += 1;
            cut += usize::from(!ends.contains(&place.start) || !ends.contains(&place.end));
        }
    }
    assert_eq!(kinds, BTreeSet::from(["LOC", "ORG", "PER"]));
    // Names begin and end where words do, but for a few such as "is it dereks".
    assert!(cut <= all / 200, "{cut} of {all} names are cut through");
    let texts: BTreeSet<&str> = written.iter().map(|(text, _)| text.as_str()).collect();
    assert_eq!(texts.len(), written.len(), "a text is there twice");
    for judging in ["pasted", "pasted-seen", "plain"] {
        let judging = labelled(&format!("tests/{judging}.jsonl"));
        let both: Vec<_> = lines(&judging)
            .intersection(&lines(&written))
            .copied()
            .collect();
        assert!(both.is_empty(), "{both:?}");
    }
}
