//! Texts with the places of their entities, and sentences in JSON.

use nerite_corpora::{Corpus, Encoding, Format, Options, Pair};

use crate::{read, read_as, refused, sentences, shown};

const EXPECTED: [&str; 1] = ["Ada/B-per King/I-per saw/O Zürich/B-geo ./O"];

#[test]
fn tools_write_texts_differently() {
    let text = "Ada King saw Zürich.";
    for json in [
        r#"{"text": "T", "entities": [{"start": 0, "end": 8, "type": "per"}, {"start": 13, "end": 19, "type": "geo"}]}"#,
        r#"{"text": "T", "entities": [[13, 19, "geo"], [0, 8, "per"]]}"#,
        // doccano
        r#"{"id": 4, "text": "T", "label": [[0, 8, "per"], [13, 19, "geo"]], "Comments": []}"#,
        r#"{"id": 4, "data": "T", "label": [[0, 8, "per"], [13, 19, "geo"]]}"#,
        r#"{"text": "T", "entities": [{"id": 1, "label": "per", "start_offset": 0, "end_offset": 8}, {"id": 2, "label": "geo", "start_offset": 13, "end_offset": 19}], "relations": []}"#,
        // Prodigy
        r#"{"text": "T", "tokens": [{"text": "Ada", "start": 0, "end": 3, "id": 0}], "spans": [{"start": 0, "end": 8, "label": "per", "token_start": 0, "token_end": 1}, {"start": 13, "end": 19, "label": "geo"}], "answer": "accept"}"#,
        // spaCy
        r#"[["T", {"entities": [[0, 8, "per"], [13, 19, "geo"]]}]]"#,
        r#"["T", {"entities": [[0, 8, "per"], [13, 19, "geo"]]}]"#,
        r#"{"classes": ["per"], "annotations": [["T", {"entities": [[0, 8, "per"], [13, 19, "geo"]]}]]}"#,
        r#"{"text": "T", "ents": [{"start": 0, "end": 8, "label": "per"}, {"start": 13, "end": 19, "label": "geo"}], "tokens": [{"id": 0, "start": 0, "end": 3}]}"#,
        // Label Studio, whole and small
        r#"[{"id": 1, "data": {"text": "T"}, "annotations": [{"was_cancelled": true, "result": []}, {"was_cancelled": false, "result": [{"type": "labels", "from_name": "label", "value": {"start": 0, "end": 8, "text": "Ada King", "labels": ["per"]}}, {"type": "choices", "value": {"choices": ["x"]}}, {"type": "labels", "value": {"start": 13, "end": 19, "labels": ["geo"]}}]}]}]"#,
        r#"[{"text": "T", "id": 1, "label": [{"start": 0, "end": 8, "text": "Ada King", "labels": ["per"]}, {"start": 13, "end": 19, "labels": ["geo"]}], "annotator": 1}]"#,
        // Words with tags
        r#"{"tokens": ["Ada", "King", "saw", "Zürich", "."], "ner_tags": ["B-per", "I-per", "O", "B-geo", "O"]}"#,
        r#"[{"words": ["Ada", "King", "saw", "Zürich", "."], "labels": ["B-per", "I-per", "O", "B-geo", "O"]}]"#,
        r#"{"features": [{"name": "ner_tags", "type": {"feature": {"names": ["O", "B-per", "I-per", "B-geo"], "_type": "ClassLabel"}, "_type": "Sequence"}}], "rows": [{"row_idx": 0, "row": {"tokens": ["Ada", "King", "saw", "Zürich", "."], "ner_tags": [1, 2, 0, 3, 0]}}]}"#,
    ] {
        let json = json.replace("\"T\"", &format!("{text:?}"));
        let corpus = read(&json).unwrap_or_else(|error| panic!("{error}: {json}"));
        assert_eq!(corpus.format, Format::Json);
        assert_eq!(shown(&corpus), EXPECTED, "{json}");
        let Some(own) = &corpus.sentences[0].text else {
            continue;
        };
        assert_eq!(own.text, text);
        assert_eq!(
            own.entities,
            [(0..8, "per".to_owned()), (13..20, "geo".to_owned())]
        );
    }
}

#[test]
fn entities_are_places_of_words() {
    for json in [
        // GLiNER
        r#"[{"tokenized_text": ["Ada", "King", "saw", "Zürich", "."], "ner": [[3, 3, "geo"], [0, 1, "per"]]}]"#,
        // DyGIE++
        r#"{"doc_key": "d", "sentences": [["Ada", "King", "saw", "Zürich", "."]], "ner": [[[0, 1, "per"], [3, 3, "geo"]]]}"#,
        // SpERT
        r#"[{"tokens": ["Ada", "King", "saw", "Zürich", "."], "entities": [{"type": "per", "start": 0, "end": 2}, {"type": "geo", "start": 3, "end": 4}], "relations": [], "orig_id": 1}]"#,
    ] {
        let corpus = read(json).unwrap_or_else(|error| panic!("{error}: {json}"));
        assert_eq!(shown(&corpus), EXPECTED, "{json}");
        let found = corpus.found();
        assert!(
            found.contains("1 sentences of words with the places"),
            "{found}"
        );
    }
    // Places that go on over a document, and entities inside of others.
    let corpus = read(concat!(
        r#"{"doc_key": "d", "sentences": [["Hi", "Ada"], ["of", "York", "City"]], "#,
        r#""ner": [[[1, 1, "per"]], [[3, 3, "geo"], [3, 4, "geo"]]]}"#,
        "\n",
        r#"{"doc_key": "e", "sentences": [["So"]], "ner": [[]]}"#
    ));
    let corpus = corpus.unwrap();
    assert_eq!(
        shown(&corpus),
        ["Hi/O Ada/B-per", "of/O York/B-geo City/I-geo", "So/O"]
    );
    let documents: Vec<_> = corpus.sentences.iter().map(|own| own.document).collect();
    assert_eq!(documents, [0, 0, 1]);
    let found = corpus.found();
    assert!(
        found.contains("1 entity inside of others or overlapping"),
        "{found}"
    );
    for (json, part) in [
        (
            r#"{"tokenized_text": ["Ada"], "ner": [[0, 1, "per"]]}"#,
            "found an entity from word 0 to 1 in a sentence of 1 words",
        ),
        (
            r#"{"sentences": [["Ada"], ["So"]], "ner": [[], [[0, 0, "per"]]]}"#,
            "counted from 1",
        ),
        (
            r#"{"sentences": [["Ada"], ["So"]], "ner": [[]]}"#,
            "2 sentences with 1 lists of entities",
        ),
        (
            r#"{"tokens": ["Ada"], "entities": [{"start": 0, "end": 0, "type": "per"}]}"#,
            "found an entity from word 0 to 0",
        ),
        (
            r#"{"tokenized_text": ["Ada"], "ner": [[0, 9223372036854775807, "per"]]}"#,
            "found an entity from word 0 to",
        ),
        (
            r#"{"tokenized_text": ["Ada"], "ner": [["a", 0, "per"]]}"#,
            "no start, end and type",
        ),
        (r#"{"tokenized_text": [1], "ner": []}"#, "tokenized_text"),
        // Places of characters, whatever the text is called.
        (
            r#"{"sentence": "Ada is", "tokens": ["Ada", "is"], "entities": [{"start": 0, "end": 9, "type": "per"}]}"#,
            "in a text of 6 characters",
        ),
    ] {
        refused(json, part);
    }
}

#[test]
fn passages_count_from_their_documents_start() {
    let json = r#"{"source": "x", "documents": [{"id": "1", "passages": [
        {"offset": 0, "text": "Zürich.", "annotations": []},
        {"offset": 8, "text": "Ada King saw Zürich.", "annotations": [
            {"id": "a", "infons": {"type": "per"}, "text": "Ada King", "locations": [{"offset": 8, "length": 8}]},
            {"id": "b", "infons": {"type": "geo"}, "text": "Zürich", "locations": [{"offset": 21, "length": 6}]},
            {"id": "c", "infons": {"type": "geo"}, "text": "Ada saw", "locations": [{"offset": 8, "length": 3}, {"offset": 17, "length": 3}]}]}]},
        {"id": "2", "passages": [{"offset": 0, "sentences": [{"offset": 0, "text": "So.", "annotations": []}]}]}]}"#;
    let corpus = read(json).unwrap();
    assert_eq!(
        shown(&corpus),
        ["Zürich/O ./O", EXPECTED[0], "So/O ./O"],
        "{}",
        corpus.found()
    );
    let documents: Vec<_> = corpus.sentences.iter().map(|own| own.document).collect();
    assert_eq!(documents, [0, 0, 1]);
    assert!(
        corpus
            .found()
            .contains("1 entity of several pieces are left out")
    );
    refused(
        json.replace("\"offset\": 21", "\"offset\": 20"),
        "expected the entity's own text",
    );
    refused(json.replace("\"type\": \"geo\"", "\"x\": 1"), "no start");
    let annotated = r#"{"documents": [{"passages": [{"text": "So.", "annotations": [1], "sentences": [{"text": "So."}]}]}]}"#;
    refused(annotated, "beside its sentences");
}

#[test]
fn records_are_documents() {
    let json = "{\"text\": \"One here. Two there.\", \"entities\": []}\n\n{\"text\": \" \", \"label\": []}\n\
        {\"text\": \"Three.\", \"spans\": [[0, 5, \"a b\"]]}\n{\"text\": \"x\", \"spans\": [], \"answer\": \"reject\"}\n";
    let corpus = read(json).unwrap();
    assert_eq!(
        shown(&corpus),
        ["One/O here/O ./O", "Two/O there/O ./O", "Three/B-a_b ./O"]
    );
    let documents: Vec<_> = corpus.sentences.iter().map(|own| own.document).collect();
    assert_eq!(documents, [0, 0, 1]);
    for part in [
        "3 texts",
        "1 that were not accepted",
        "spaces in types made `_`",
    ] {
        assert!(corpus.found().contains(part), "{part}: {}", corpus.found());
    }
    let json = "{\"tokens\": [\"a\"], \"ner_tags\": [\"O\"], \"doc_id\": 1}\n{\"tokens\": [\"b\"], \"ner_tags\": [\"O\"], \"doc_id\": 1}\n{\"tokens\": [\"c\"], \"ner_tags\": [\"O\"], \"doc_id\": 2}";
    let corpus = read(json).unwrap();
    let documents: Vec<_> = corpus.sentences.iter().map(|own| own.document).collect();
    assert_eq!(documents, [0, 0, 1]);
}

#[test]
fn entities_that_cut_words_are_counted_and_named() {
    let corpus =
        read(r#"{"text": "서울에서 만난 Ada-Marie", "entities": [[0, 2, "LOC"], [8, 11, "PER"]]}"#)
            .unwrap();
    assert_eq!(shown(&corpus), ["서울에서/B-LOC 만난/O Ada-Marie/B-PER"]);
    let found = corpus.found();
    assert!(found.contains("2 entities cut through words"), "{found}");
    assert!(found.contains("\"서울\", \"Ada\""), "{found}");
    // What the file said is still there.
    let own = corpus.sentences[0].text.as_ref().unwrap();
    assert_eq!(
        own.entities,
        [(0..6, "LOC".to_owned()), (20..23, "PER".to_owned())]
    );
}

#[test]
fn entities_inside_of_others_are_left_out() {
    let corpus = read(
        r#"{"text": "Bank of England", "entities": [[8, 15, "LOC"], [0, 15, "ORG"], [4, 4, "X"]]}"#,
    )
    .unwrap();
    assert_eq!(shown(&corpus), ["Bank/B-ORG of/I-ORG England/I-ORG"]);
    assert!(
        corpus.found().contains("1 entity inside of others"),
        "{}",
        corpus.found()
    );
    assert!(
        corpus.found().contains("1 entity without a character"),
        "{}",
        corpus.found()
    );
}

#[test]
fn sentences_are_joined_where_an_entity_goes_across() {
    let corpus =
        read(r#"{"text": "He read Who. What. Now.", "entities": [[8, 17, "ART"]]}"#).unwrap();
    assert_eq!(
        corpus.sentences[0].words.len(),
        corpus.sentences[0].tags.len()
    );
    let tags = shown(&corpus).concat();
    assert!(
        tags.contains("Who/B-ART") && tags.contains("What/I-ART"),
        "{tags}"
    );
}

#[test]
fn offsets_are_checked() {
    // JavaScript counts the two halves of an emoji; Python counts one.
    let python = r#"{"text": "🎉 in Rome", "entities": [{"start": 5, "end": 9, "label": "geo", "text": "Rome"}]}"#;
    let script = r#"{"text": "🎉 in Rome", "entities": [{"start": 6, "end": 10, "label": "geo", "text": "Rome"}]}"#;
    for json in [python, script] {
        assert_eq!(sentences(json), ["🎉/O in/O Rome/B-geo"]);
    }
    for (json, part) in [
        (
            r#"{"text": "in Rome", "entities": [[3, 8, "geo"]]}"#,
            "corpus:1: found an entity from 3 to 8 in a text of 7 characters",
        ),
        (
            r#"{"text": "in Rome", "entities": [[-1, 2, "geo"]]}"#,
            "from -1 to 2",
        ),
        (
            r#"{"text": "in Rome", "entities": [[5, 3, "geo"]]}"#,
            "from 5 to 3",
        ),
        (
            r#"{"text": "in Rome", "entities": [{"start": 0, "end": 2, "label": "geo", "text": "Rome"}]}"#,
            "found \"in\" from 0 to 2, expected the entity's own text \"Rome\"",
        ),
        (
            "\n{\"text\": \"in Rome\", \"entities\": [[0, \"x\"]]}",
            "corpus:2: found the entity",
        ),
        (
            r#"{"text": "in Rome", "name": 3}"#,
            "an object with the names \"text, name\"",
        ),
        (
            "{\"text\": \"a\", \"entities\": []}\n\n{\"text\": ",
            "corpus:3: cannot be read as JSON",
        ),
        // Not where the parser stumbles: the line after, or the one after that.
        (
            "{\"text\": \"a\", \"entities\": []}\n{\"text\": \"b\"\n{\"text\": \"c\"}\n",
            "corpus:2: cannot be read as JSON",
        ),
        (
            "{\"text\": \"b\",\n\n{\"text\": \"c\"}\n",
            "corpus:3: cannot be read as JSON",
        ),
        (
            "{\"text\": \"b\"\n{\"text\": \"c\"}\n",
            "corpus:1: cannot be read as JSON",
        ),
        ("[1, 2]", "corpus:1: "),
        (
            r#"{"tokens": ["a", "b"], "ner_tags": ["O"]}"#,
            "corpus:1: found 2 words and 1 tags",
        ),
        (
            r#"{"tokens": ["a", "b"], "ner_tags": [0, 1]}"#,
            "corpus:1: found numbers for tags",
        ),
        (
            r#"{"tokens": ["a", ""], "ner_tags": ["O", "O"]}"#,
            "corpus:1: found an empty word",
        ),
    ] {
        refused(json, part);
    }
}

#[test]
fn numbers_get_the_names_given() {
    let json = r#"{"tokens": ["EU", "says"], "ner_tags": [3, 0]}"#;
    let options = Options {
        labels: ["O", "B-PER", "I-PER", "B-ORG"].map(str::to_owned).into(),
        ..Options::default()
    };
    assert_eq!(shown(&read_as(json, options).unwrap()), ["EU/B-ORG says/O"]);
    let info = br#"{"conll2003": {"features": {"tokens": {}, "ner_tags": {"feature": {"names": ["O", "B-PER"]}}}}}"#;
    assert_eq!(nerite_corpora::label_names(info).unwrap(), ["O", "B-PER"]);
    let info = br#"{"features": {"ner_tags": {"feature": {"names": ["O"], "_type": "ClassLabel"}, "_type": "Sequence"}}}"#;
    assert_eq!(nerite_corpora::label_names(info).unwrap(), ["O"]);
    assert_eq!(nerite_corpora::label_names(b"[]"), None);
}

#[test]
fn pairs_of_brat_are_read() {
    let pair = |name, text: &'static str, annotations: &'static str| Pair {
        name,
        text: text.as_bytes(),
        annotations: annotations.as_bytes(),
    };
    let pairs = [
        pair(
            "a.ann",
            "Ada King saw Zürich.\n",
            "T1\tper 0 8\tAda King\nA1 Old T1\nT2\tgeo 13 19\tZürich\n#1\tAnnotatorNotes T1\tx\nR1\tsaw Arg1:T1 Arg2:T2\nT3\tper 0 3;4 8\tAda King\n",
        ),
        pair("b.ann", "Later.", ""),
    ];
    let corpus = Corpus::read_brat("folder", &pairs, &Options::default()).unwrap();
    assert_eq!(
        (corpus.format, corpus.encoding),
        (Format::Brat, Encoding::UTF_8)
    );
    assert_eq!(shown(&corpus), [EXPECTED[0], "Later/O ./O"]);
    assert_eq!(corpus.sentences[1].document, 1);
    assert!(
        corpus.found().contains("1 entities of several parts"),
        "{}",
        corpus.found()
    );
    for (annotations, part) in [
        ("T1\tper 0 99\tAda\n", "b.ann: found an entity from 0 to 99"),
        ("\nT1 per 0 9\n", "b.ann:2: found"),
    ] {
        let pairs = [pair("b.ann", "Ada", annotations)];
        let error = Corpus::read_brat("x", &pairs, &Options::default())
            .unwrap_err()
            .to_string();
        assert!(error.contains(part), "{error}");
    }
    refused("T1\tper 0 3\tAda\n", "found BRAT's annotations alone");
}
