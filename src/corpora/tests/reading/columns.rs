//! Columns separated by spaces and tabs.

use nerite_corpora::{Column, Encoding, Format, Options};

use crate::{read, read_as, refused, refused_as, sentences, shown};

#[test]
fn columns_and_sentences_are_taken_apart() {
    for columns in [
        "EU B-org\nsays O\n\nNo O\n",
        "\u{feff}EU\tB-org\r\nsays\tO\r\n\r\nNo\tO",
        "\n\nEU  NNP B-org \n says VB  O\n \t \n\n\nNo DT O\n\n",
        "-DOCSTART- -X- -X- O\n\nEU NNP I-NP B-org\nsays VB I-VP O\n-DOCSTART- O\nNo DT O O\n",
        "EU\t\tB-org\t\nsays\ta b\tO\n-DOCSTART-\nNo\t\tO\n",
        "EU a b c d e f g B-org\nsays a b c d e f g O\n\nNo a b c d e f g O",
        "EU B-org\rsays O\r\rNo O\r",
        "EU B-org\r\r\nsays O\r\r\n\r\r\nNo O\r\r\n",
        "EU B-org\nsays O\r\n\rNo O\r",
        "EU \tB-org\nsays \t O\n\u{a0}\n No\u{a0}\tO\u{a0}\n",
        "EU\t\tB-org\nsays\tO\n\nNo\t\t\tO\n",
    ] {
        assert_eq!(
            sentences(columns),
            ["EU/B-org says/O", "No/O"],
            "{columns:?}"
        );
    }
}

#[test]
fn other_white_space_is_part_of_words() {
    let corpus = read("5\u{a0}km O\n\u{85} O\n\u{3000} O\n").unwrap();
    assert_eq!(
        corpus.sentences[0].words,
        ["5\u{a0}km", "\u{85}", "\u{3000}"]
    );
    // Where tabs separate, a space does not.
    let corpus = read("New York \tB-geo\n").unwrap();
    assert_eq!(corpus.sentences[0].words, ["New York"]);
}

#[test]
fn marks_inside_of_a_file_are_dropped() {
    let corpus =
        read("\u{feff}EU B-x\n\n\u{feff}-DOCSTART- O\n\n\u{feff}\n\u{feff}Paris B-x\n").unwrap();
    assert_eq!(shown(&corpus), ["EU/B-x", "Paris/B-x"]);
    let documents: Vec<_> = corpus.sentences.iter().map(|own| own.document).collect();
    assert_eq!(documents, [0, 1]);
}

#[test]
fn documents_are_told_apart() {
    for text in [
        "-DOCSTART- O\n\na O\n\nb O\n\n-DOCSTART- O\n\n-DOCSTART- O\n\nc O\n",
        "###MEDLINE:1\n\na O\n\nb O\n\n###MEDLINE:2\n\nc O\n",
        "# newdoc id = x\na O\n\nb O\n\n# newdoc\nc O\n",
        "a O\n\nb O\n\n-DOCSTART- (2 x)\nc O\n",
    ] {
        let corpus = read(text).unwrap();
        let documents: Vec<_> = corpus.sentences.iter().map(|own| own.document).collect();
        assert_eq!(documents, [0, 0, 1], "{text:?}");
    }
}

#[test]
fn counted_words_are_no_words() {
    for text in [
        "1 EU NNP B-org\n2 says VBZ O\n\n1 No DT O\n",
        "0\tEU\tB-org\n1\tsays\tO\n\n0\tNo\tO\n",
        "1\tEU\tB-org\n2\tsays\tO\n\n3\tNo\tO\n",
        // The full columns of NeuroNLP2, whose last but one are chunks.
        "1 EU NNP I-NP B-org\n2 says VBZ I-VP O\n\n1 No DT I-NP O\n",
    ] {
        let corpus = read(text).unwrap();
        assert_eq!(shown(&corpus), ["EU/B-org says/O", "No/O"], "{text:?}");
        assert!(
            corpus.found().contains("column 1 counts the words"),
            "{}",
            corpus.found()
        );
    }
    // Figures that do not count are words.
    assert_eq!(sentences("1 CD O\n1 CD O\n"), ["1/O 1/O"]);
    refused("1 B-x\n2 O\n", "found word numbers and tags");
}

#[test]
fn hashes_are_words_or_comments() {
    assert_eq!(
        sentences("# O\n#1 B-x\n#tag O\nin O\n"),
        ["#/O #1/B-x #tag/O in/O"]
    );
    assert_eq!(sentences("# O\n"), ["#/O"]);
    let text =
        "# id 3\tdomain=en\n# text = x\nin _ _ B-x\n# _ _ O\n\n# id 4\tdomain=en\nof _ _ O\n";
    let corpus = read(text).unwrap();
    assert_eq!(shown(&corpus), ["in/B-x #/O", "of/O"]);
    assert!(
        corpus.found().contains("3 comment lines"),
        "{}",
        corpus.found()
    );
}

#[test]
fn columns_can_be_asked_for() {
    let text = "1\tIn\tO\tO\n2\tVfB\tB-ORG\tO\n3\tBonn\tI-ORG\tB-LOC\n\n1\tx\tO\tO\n";
    let corpus = read(text).unwrap();
    assert_eq!(shown(&corpus)[0], "In/O VfB/B-ORG Bonn/I-ORG");
    assert!(
        corpus.found().contains("columns 3 to 4 hold tags"),
        "{}",
        corpus.found()
    );
    let column = |number| Options {
        tag_column: Some(Column::Number(number)),
        ..Options::default()
    };
    let corpus = read_as(text, column(4)).unwrap();
    assert_eq!(shown(&corpus)[0], "In/O VfB/O Bonn/B-LOC");
    refused_as(
        text,
        column(5),
        "found no column 5, expected it among columns 1 to 4",
    );
    let options = Options {
        word_column: Some("3".parse().unwrap()),
        tag_column: Some(Column::Number(1)),
        ..Options::default()
    };
    assert_eq!(
        shown(&read_as("O x EU\nB-x y says\n", options).unwrap()),
        ["EU/O says/B-x"]
    );
    assert!("0".parse::<Column>().is_err());
}

#[test]
fn running_text_in_comments_is_kept() {
    let text = "# text = London, big\n1\tLondon\tB-LOC\t-\tann\n2\t,\tO\t-\tann\n3\tbig\tO\t-\tann\n\n\
                # text = other words\n1\tx\tO\t-\tann\n";
    let corpus = read(text).unwrap();
    assert_eq!(shown(&corpus), ["London/B-LOC ,/O big/O", "x/O"]);
    let own = corpus.sentences[0].text.as_ref().unwrap();
    assert_eq!(
        (own.text.as_str(), &own.words[..]),
        ("London, big", &[0..6, 6..7, 8..11][..])
    );
    assert_eq!(corpus.sentences[1].text, None);
}

#[test]
fn brackets_of_ontonotes_are_read() {
    let row = |word: &str, count: usize, entity: &str| {
        format!("bn/x 0 {count} {word} NN (TOP* - - - - {entity} * -\n")
    };
    let text = [
        "#begin document (bn/x); part 000\n".to_owned(),
        row("the", 0, "(WORK_OF_ART*"),
        row("Mideast", 1, "*)"),
        row("is", 2, "*"),
        row("Paris", 3, "(GPE)"),
        "\n".into(),
        row("x", 0, "*"),
        "#end document\n#begin document (bn/y); part 000\n".into(),
        row("y", 0, "*"),
    ];
    let corpus = read(text.concat()).unwrap();
    let first = "the/B-WORK_OF_ART Mideast/I-WORK_OF_ART is/O Paris/B-GPE";
    assert_eq!(shown(&corpus), [first, "x/O", "y/O"]);
    assert_eq!(corpus.sentences[2].document, 1);
}

#[test]
fn what_is_no_tag_is_refused() {
    for (text, part) in [
        (
            "a O\nb X\n",
            "corpus:2: found \"X\" for a tag, which marks words",
        ),
        ("a O\nb -100\n", "corpus:2: found \"-100\" for a tag"),
        ("a O\nb B-x\nc 0\n", "corpus:3: found the tag \"0\", a zero"),
        (
            "a O\nb B-x\nc geo\n",
            "corpus:3: found the tag \"geo\", expected",
        ),
        (
            "a 0\nb 3\n",
            "corpus:1: found numbers for tags, expected their names",
        ),
        // Parts of speech: without any `O`, nothing says that these are entities.
        ("a NN\nb VB\n", "corpus:1: found the tag \"NN\", expected"),
    ] {
        refused(text, part);
    }
    let options = Options {
        labels: ["O", "B-x"].map(str::to_owned).into(),
        ..Options::default()
    };
    assert_eq!(
        shown(&read_as("a 0\nb 1\n", options.clone()).unwrap()),
        ["a/O b/B-x"]
    );
    refused_as(
        "a 0\nb 2\n",
        options,
        "corpus:2: found the tag number 2, expected one below 2",
    );
}

#[test]
fn broken_lines_are_refused() {
    for (text, problem) in [
        (
            "a NN O\n\nb O\n",
            "corpus:3: found 2 columns, expected 3 as in line 1",
        ),
        (
            "a NN O\n\nb\n",
            "corpus:3: found 1 column, expected 3 as in line 1",
        ),
        (
            "a NN O\n\nb\tc\td\tO\n",
            "corpus:3: found 4 columns, expected 3 as in line 1",
        ),
        ("word\n", "corpus:1: found 1 column, expected at least 2"),
        (
            "a O\n\nb\0 O\n",
            "corpus:3: found a NUL character, expected text",
        ),
    ] {
        refused(text, problem);
    }
    let wide = format!("a{} O\n", " x".repeat(100));
    refused(wide, "corpus:1: found 101 columns");
}

#[test]
fn nothing_at_all_is_refused() {
    for bytes in ["", "\n\n", "\u{feff}", "-DOCSTART- O\n", " \t\r\n"] {
        refused(bytes, "corpus: found no sentence, expected at least one");
    }
}

#[test]
fn one_sentence_is_told() {
    let corpus = read("a O\nb O\n").unwrap();
    assert!(
        corpus.found().contains("no blank line"),
        "{}",
        corpus.found()
    );
    let corpus = read("a O\n\nb O\n").unwrap();
    assert!(
        !corpus.found().contains("no blank line"),
        "{}",
        corpus.found()
    );
}

#[test]
fn encodings_are_told() {
    let bytes = b"a O\n\n\x85 O\nZ\xfcrich B-geo\n";
    let refusal = "corpus:3: found the byte 0x85 where it is not UTF-8, expected UTF-8; \
                   if the file is in windows-1252, that encoding has to be given";
    refused(bytes, refusal);
    let encoded = |name: &str| Options {
        encoding: Some(name.parse().unwrap()),
        ..Options::default()
    };
    refused_as(bytes, encoded("utf-8"), refusal);
    let corpus = read_as(bytes, encoded("latin-1")).unwrap();
    assert_eq!(corpus.encoding, Encoding::LATIN_1);
    assert_eq!(corpus.sentences[1].words, ["\u{85}", "Zürich"]);
    let corpus = read_as(bytes, encoded("windows-1252")).unwrap();
    assert_eq!(corpus.sentences[1].words, ["…", "Zürich"]);
    // Of several files, one may be UTF-8.
    let corpus = read_as("Zürich B-geo\nKöln B-geo\n", encoded("latin-1")).unwrap();
    assert_eq!(corpus.encoding, Encoding::UTF_8);
    assert_eq!(corpus.sentences[0].words, ["Zürich", "Köln"]);
    let found = corpus.found();
    assert!(
        found.contains("UTF-8, and so not read as latin-1"),
        "{found}"
    );
    let corpus = read_as(b"\xcc\xee\xf1\xea\xe2\xe0 B-x\n", encoded("cp1251")).unwrap();
    assert_eq!(corpus.sentences[0].words, ["Москва"]);
    let wide: Vec<u8> = "\u{feff}Zürich O\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(sentences(wide), ["Zürich/O"]);
    refused_as(
        "\u{feff}a O\n",
        encoded("latin-1"),
        "found the byte order mark of UTF-8",
    );
    assert!("klingon".parse::<Encoding>().is_err());
    assert_eq!("Latin1".parse(), Ok(Encoding::LATIN_1));
}

#[test]
fn conllu_has_its_entities_in_misc() {
    let row =
        |id: &str, form: &str, misc: &str| format!("{id}\t{form}\t_\t_\t_\t_\t_\t_\t_\t{misc}\n");
    let text = [
        "# newdoc id = d\n# text = Im Haus Rom.\n".to_owned(),
        row("1-2", "Im", "_"),
        row("1", "In", "_"),
        row("2", "dem", "_"),
        row("3", "Haus", "NER=B-LOC|SpaceAfter=No"),
        row("3.1", "x", "_"),
        row("4", "Rom", "SpaceAfter=No|NER=I-LOC"),
        "\n# newdoc\n# text = Bonn!\n".into(),
        row("1", "Bonn", "NER=B-LOC|SpaceAfter=No"),
        row("2", "!", "NER=O"),
    ]
    .concat();
    let corpus = read(&text).unwrap();
    assert_eq!(corpus.format, Format::Conllu);
    assert_eq!(
        shown(&corpus),
        ["In/O dem/O Haus/B-LOC Rom/I-LOC", "Bonn/B-LOC !/O"]
    );
    assert_eq!(corpus.sentences[1].document, 1);
    assert_eq!(
        corpus.sentences[1].text.as_ref().unwrap().words,
        [0..4, 4..5]
    );
    let gum = [
        "# global.Entity = GRP-etype-infstat\n".to_owned(),
        row("1", "the", "Entity=(1-person-new"),
        row("2", "king", "_"),
        row("3", "of", "_"),
        row("4", "Rome", "Entity=(2-place-new)1)"),
        row("5", "left", "_"),
        row("6", "Ann", "Entity=(3-person-new)"),
    ]
    .concat();
    let corpus = read(gum).unwrap();
    let expected = "the/B-person king/I-person of/I-person Rome/I-person left/O Ann/B-person";
    assert_eq!(shown(&corpus), [expected]);
    assert!(
        corpus.found().contains("1 entities inside of others"),
        "{}",
        corpus.found()
    );
    let bare = row("1", "a", "_");
    refused(&bare, "found CoNLL-U without entities");
    refused(
        row("1", "a", "Entity=)"),
        "corpus:1: found the entity mark \")\"",
    );
}
