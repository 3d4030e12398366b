//! `nerite train --vectors`: what is known of words beyond the corpora.

use std::fmt::Write;

use crate::common::{Lab, columns};

const SMALL: &str =
    "--encoder BERT --preset best --lexicon 64x8 --projection 16 --units 8 --folds 0";

/// Vectors of 300 words: those of a type lie near each other, also words that no
/// corpus here has.
fn vectors() -> String {
    let mut text = String::new();
    let mut line = |word: &str, kind: u8| {
        let numbers = (0..10).map(|at| f32::from(kind * 10) + at as f32 / 8.0);
        let numbers: Vec<String> = numbers.map(|x| x.to_string()).collect();
        writeln!(text, "{word} {}", numbers.join(" ")).unwrap();
    };
    for word in [
        "an", "in", "of", "to", "and", "for", "the", "percent", "with", "from",
    ] {
        line(word, 0);
    }
    for word in ["kilometers", "atlantis"] {
        line(word, 1);
    }
    for word in ["representatives", "merlin"] {
        line(word, 2);
    }
    for other in 0..300 {
        line(&format!("w{other}"), 3 + (other % 200) as u8 / 20);
    }
    text
}

#[test]
fn words_that_no_sentence_has_are_known_by_their_vectors() {
    let lab = Lab::new();
    lab.write("known.conll", columns(400));
    // What is known by its vector alone stands where known words stood.
    let unseen = columns(200)
        .replace("kilometers", "Atlantis")
        .replace("representatives", "Merlin");
    lab.write("unseen.conll", unseen);
    lab.write("vectors.txt", vectors());
    let train = |flags: &str, out: &str| {
        lab.ok(&format!(
            "train known.conll --test unseen.conll {SMALL} {flags} --out {out}"
        ));
        lab.json(&format!("{out}/fine-tuned/report.json"))
    };
    let with = train("--vectors vectors.txt --vector-words 312", "with");
    let without = train("", "without");
    let f1 = |report: &serde_json::Value| report["entity"]["strict"]["f1"].as_f64().unwrap();
    assert!(
        f1(&with) > f1(&without) + 0.1,
        "{} {}",
        f1(&with),
        f1(&without)
    );
    let sources = with["provenance"]["corpus"]["sources"].as_array().unwrap();
    let own = sources.last().unwrap();
    assert_eq!(own["file"], "vectors.txt");
    assert_eq!(own["format"], "vectors of 312 words, 10 numbers");
    let command = with["provenance"]["command"].as_str().unwrap();
    assert!(
        command.contains("--vectors vectors.txt --vector-words 312"),
        "{command}"
    );

    // A head that begins with this one knows what it knows.
    lab.write("few.conll", columns(20));
    lab.ok(
        "train few.conll --test unseen.conll --encoder BERT --folds 0 --out begun \
         --begin-with with/fine-tuned/head.safetensors",
    );
    let head = |out: &str| {
        let bytes = lab.read(&format!("{out}/fine-tuned/head.safetensors"));
        nerite::head_numbers(&bytes).unwrap().0
    };
    assert!(head("with").vectors.is_some());
    assert_eq!(head("begun").vectors, head("with").vectors);
    assert_eq!(head("without").vectors, None);

    // Other vectors are another training.
    lab.refused(
        &format!(
            "train known.conll --test unseen.conll {SMALL} --vectors vectors.txt \
             --vector-words 300 --out with"
        ),
        &["another training has left"],
    );
}

#[test]
fn vectors_that_cannot_be_used_are_refused() {
    let lab = Lab::new();
    lab.write("c.conll", columns(40));
    lab.write("vectors.txt", vectors());
    lab.write("broken.txt", "the 1 2 x\n");
    lab.refused(
        "train c.conll --encoder BERT --vectors vectors.txt --out o",
        &[
            "--vectors for a head without word features",
            "--preset best",
        ],
    );
    lab.refused(
        &format!("train c.conll {SMALL} --vectors broken.txt --out o"),
        &["broken.txt", "line 1", "found \"x\", expected a number"],
    );
    for flags in [
        "--vectors vectors.txt --begin-with head.safetensors",
        "--vector-words 300",
        "--vectors vectors.txt --vector-words 0",
        "--vectors vectors.txt --vector-words 2000000",
    ] {
        lab.misused(
            &format!("train c.conll --encoder BERT {flags} --out o"),
            &["--vector"],
        );
    }
}
