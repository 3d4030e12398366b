//! Situations from public bug reports, whose files are in `../../cases`.

use nerite_corpora::{Column, Corpus, Options, Predictions};

use crate::shown;

fn bytes(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/cases/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn corpus(name: &str, options: &Options) -> Result<Corpus, String> {
    Corpus::read(name, &bytes(name), options).map_err(|error| error.to_string())
}

#[test]
fn files_are_read_as_they_were_meant() {
    for (name, expected) in [
        (
            "01/with-comment.tsv",
            &["In/O Stuttgart/B-LOC und/O Bonn/B-LOC"][..],
        ),
        (
            "01/no-comment.tsv",
            &[
                "In/O Stuttgart/B-LOC und/O Bonn/B-LOC",
                "Der/O VfB/B-ORG Stuttgart/I-ORG ./O",
            ],
        ),
        (
            "01/neuronlp2.txt",
            &[
                "EU/B-ORG rejects/O German/B-MISC",
                "Peter/B-PER Blackburn/I-PER",
            ],
        ),
        (
            "02/multiconer.conll",
            &["london/B-LOC is/O big/O", "he/O left/O"],
        ),
        ("02/later.conll", &["london/B-LOC is/O", "he/O"]),
        ("02/uner.iob2", &["London/B-LOC is/O big/O"]),
        ("02/jnlpba.iob2", &["IL-2/B-DNA gene/I-DNA expression/O"]),
        (
            "02/jnlpba-later.iob2",
            &["IL-2/B-DNA gene/I-DNA", "CD28/B-protein"],
        ),
        ("02/two-column-comment.conll", &["#comment/O London/B-LOC"]),
        (
            "04/bio.tsv",
            &[
                "Famotidine/B-_ -/O associated/O delirium/B-_ ./O",
                "renal/B-_ failure/I-_",
            ],
        ),
        ("05/deu.conll", &["Stefan/B-PER lebt/O hier/O ./O"]),
        ("05/conll2012.conll", &["Mideast/B-LOC"]),
        (
            "06/bilou.conll",
            &["John/B-PER Smith/I-PER in/O Paris/B-LOC"],
        ),
        (
            "06/bioes.conll",
            &["John/B-PER Smith/I-PER in/O Paris/B-LOC"],
        ),
        ("09/ner.csv", &["Thousands/O of/O", "London/B-geo"]),
        (
            "13/excel.csv",
            &["“/O O’Brien/B-per said/O ”/O –/O €/O 5/O …/O"],
        ),
        ("14/lead.conll", &["Berlin/B-LOC"]),
        ("14/pad.conll", &["Berlin/B-LOC is/O", "New York/B-LOC"]),
        ("14/nbsp.conll", &["Berlin/B-LOC"]),
        ("14/tagspace.conll", &["Berlin/B-LOC"]),
        ("14/tabs.conll", &["Berlin/B-LOC is/O"]),
        ("15/two.conll", &["EU/B-ORG says/O", "Paris/B-LOC is/O"]),
        ("15/docstart.conll", &["EU/B-ORG", "Paris/B-LOC"]),
        ("18/spacy.json", &["Paris/B-LOC is/O big/O"]),
        ("18/comma.csv", &["Paris/B-LOC is/O"]),
    ] {
        let found = corpus(name, &Options::default()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(shown(&found), expected, "{name}: {}", found.found());
    }
}

#[test]
fn what_cannot_be_read_is_named_with_what_to_do() {
    for (name, part) in [
        (
            "18/hf.jsonl",
            "18/hf.jsonl:1: found numbers for tags, expected their names",
        ),
        ("18/wikiner.txt", "tags behind bars"),
        ("18/commas2.csv", "a CSV without a header that is known: "),
    ] {
        let error = corpus(name, &Options::default()).unwrap_err();
        let part = part.trim_end_matches(": ");
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn the_nested_entities_can_be_chosen() {
    let inner = Options {
        tag_column: Some(Column::Number(4)),
        ..Options::default()
    };
    let found = corpus("01/no-comment.tsv", &inner).unwrap();
    assert_eq!(shown(&found)[1], "Der/O VfB/O Stuttgart/B-LOC ./O");
}

#[test]
fn predictions_are_scored_or_named() {
    let read = |name: &str| {
        let found = Predictions::read(name, &bytes(name), None, None);
        found.map_err(|error| error.to_string())
    };
    for (name, labels) in [
        ("21/iob1.txt", &["B-LOC", "B-PER", "I-PER", "O"][..]),
        ("21/gold-iob1-pred-iob2.txt", &["B-MISC", "B-ORG", "O"]),
        ("23/bioes.txt", &["B-MISC", "I-MISC"]),
        ("23/crlf.txt", &["B-LOC", "O"]),
        ("23/hash.txt", &["B-LOC", "O"]),
    ] {
        assert_eq!(read(name).unwrap().tags.labels(), labels, "{name}");
    }
    for (name, part) in [
        ("23/hole.txt", "23/hole.txt:3: found 2 columns, expected 3"),
        ("23/ignored.txt", "23/ignored.txt:2: found \"X\" for a tag"),
    ] {
        let error = read(name).unwrap_err();
        assert!(error.contains(part), "{error}");
    }
}
