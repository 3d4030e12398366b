//! Files of predictions.

use nerite_corpora::{Predictions, Scheme};

fn read(text: impl AsRef<[u8]>) -> Result<Predictions, String> {
    Predictions::read("p", text.as_ref(), None, None).map_err(|error| error.to_string())
}

/// `gold predicted` of every word.
fn tags(found: &Predictions) -> Vec<String> {
    let labels = found.tags.labels();
    let sentences = found.sentences().flat_map(|own| {
        let tags = own.gold.into_iter().zip(own.predicted);
        tags.map(|(gold, predicted)| {
            format!(
                "{} {}",
                labels[usize::from(gold)],
                labels[usize::from(predicted)]
            )
        })
        .collect::<Vec<_>>()
    });
    sentences.collect()
}

#[test]
fn columns_are_read_as_conlleval_reads_them() {
    for text in [
        "EU B-org B-org\nsays O B-geo\n\nNo O O\n",
        "\u{feff}EU\tB-org\tB-org\r\nsays\tO\tB-geo\r\n\r\n\r\nNo\tO\tO",
        "-DOCSTART- O O\n\nEU NNP  I-NP B-org B-org \nsays VB x O B-geo\n \t\nNo DT x O O\n",
    ] {
        let found = read(text).unwrap();
        assert_eq!(found.tags.labels(), ["B-geo", "B-org", "O"]);
        let sentences: Vec<_> = found.sentences().collect();
        assert_eq!(sentences.len(), 2, "{text:?}");
        assert_eq!(sentences[0].words, ["EU", "says"]);
        assert_eq!(sentences[0].gold, [1, 2]);
        assert_eq!(sentences[0].predicted, [1, 0]);
    }
}

#[test]
fn each_side_is_converted_from_its_own_scheme() {
    for (text, expected, said) in [
        (
            "a I-x I-x\nb I-x I-x\n\nc I-y I-y\nd B-y B-y\n",
            &["B-x B-x", "I-x I-x", "B-y B-y", "B-y B-y"][..],
            "gold tags in IOB1",
        ),
        (
            "a I-x B-x\nb O O\nc I-y B-y\n",
            &["B-x B-x", "O O", "B-y B-y"],
            "predicted tags in IOB2",
        ),
        (
            "a B-x B-x\nb E-x I-x\n",
            &["B-x B-x", "I-x I-x"],
            "gold tags in BIOES",
        ),
        (
            "a B-x S-x\nb I-x O\n",
            &["B-x B-x", "I-x O"],
            "predicted tags in BIOES",
        ),
        (
            "a x O\nb x x\nc O O\n",
            &["B-x O", "I-x B-x", "O O"],
            "gold tags without B-",
        ),
        // Predictions break rules: they are judged as they are.
        (
            "a B-x I-x\nb O O\n",
            &["B-x I-x", "O O"],
            "1 line (1) disagree",
        ),
        // Not to be told apart.
        (
            "a I-x B-x\nb O O\nc I-y I-y\n",
            &["I-x B-x", "O O", "I-y I-y"],
            "has to be given",
        ),
    ] {
        let found = read(text).unwrap();
        assert_eq!(tags(&found), expected, "{text:?}");
        assert!(found.found.contains(said), "{}", found.found);
    }
    let given = Predictions::read("p", b"a I-x I-x\n", None, Some(Scheme::Iob2)).unwrap();
    assert_eq!(tags(&given), ["I-x I-x"]);
}

#[test]
fn broken_files_are_refused_with_their_line() {
    for (text, message) in [
        ("", "p: found no sentence, expected at least one"),
        ("a O\n", "p:1: found 2 columns, expected at least 3"),
        (
            "a O O\n\nb x O O\n",
            "p:3: found 4 columns, expected 3 as in line 1",
        ),
        ("a O O\nb O U\u{a0}x\n", "p:2: found the tag"),
        ("a O O\nb B-x X\n", "p:2: found \"X\" for a tag"),
        ("a O O\nb B-x\n", "p:2: found 2 columns, expected 3"),
        ("a\0 O O\n", "p:1: found a NUL character, expected text"),
    ] {
        let found = read(text).unwrap_err();
        assert!(found.contains(message), "{found}");
    }
    let many: String = (0..1025).map(|tag| format!("a O B-{tag}\n")).collect();
    assert!(
        read(many)
            .unwrap_err()
            .contains("more than 1024 different tags")
    );
    let wide = format!("a{} O O\n", " x".repeat(100));
    assert!(read(wide).unwrap_err().contains("found 101 columns"));
    assert!(read(b"a \xff O O\n").unwrap_err().contains("0xff"));
}
