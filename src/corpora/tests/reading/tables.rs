//! Tables with a header: Kaggle's and others.

use nerite_corpora::{Column, Encoding, Format, Options, Scheme};

use crate::{read, read_as, refused, refused_as, sentences, shown};

#[test]
fn names_start_sentences() {
    let first_row = "Sentence #,Word,POS,Tag\r\nA,x,NN,B-geo\r\n,y,NN,I-geo\r\nB,z,NN,O\r\n";
    let every_row = "Sentence #,Word,POS,Tag\nA,x,NN,B-geo\nA,y,NN,I-geo\n\nB,z,NN,O";
    for csv in [first_row, every_row] {
        let corpus = read(csv).unwrap();
        assert_eq!(corpus.format, Format::Csv);
        assert_eq!(corpus.names(), ["A", "B"]);
        assert_eq!(shown(&corpus), ["x/B-geo y/I-geo", "z/O"]);
    }
}

#[test]
fn separators_and_names_of_columns_differ() {
    for (table, names) in [
        ("\u{feff}tag ,\" WORD\",sentence #\nO,x,A\n", &["A"][..]),
        ("\r\n\r\nSentence #,Word,Tag\r\nA,x,O", &["A"]),
        (
            ",lemma,next-word,prev-iob,sentence_idx,word,tag\n0,l,n,O,1.0,x,O\n",
            &["1.0"],
        ),
        ("sentence_id;Token;NER\nA;x;O\n", &["A"]),
        ("sent_id\ttoken\tner_tag\nA\tx\tO\n", &["A"]),
        ("word,label\nx,O\n", &["Sentence: 1"]),
        ("token|tag\nx|O\n", &["Sentence: 1"]),
        ("lemma,TAG,,word,SENTENCE #\nl,O,0,x,A\n", &["A"]),
    ] {
        let corpus = read(table).unwrap();
        assert_eq!(
            (corpus.format, corpus.names()),
            (Format::Csv, names.to_vec()),
            "{table:?}"
        );
        assert_eq!(shown(&corpus), ["x/O"], "{table:?}");
    }
    for columns in ["x O\n", "Word Tag O\n", "Word,Tags\tO\n", ",\tB-x\n"] {
        assert_eq!(read(columns).unwrap().format, Format::Conll, "{columns:?}");
    }
}

#[test]
fn sentences_without_names_are_parted_by_empty_rows() {
    for table in [
        "word,tag\na,B-x\nb,O\n\nc,O\n",
        "word,tag\na,B-x\nb,O\n,\nc,O\n",
        "word;tag\r\na;B-x\r\nb;O\r\n;\r\n\r\nc;O\r\n",
    ] {
        assert_eq!(sentences(table), ["a/B-x b/O", "c/O"], "{table:?}");
    }
    let corpus = read("word,tag\na,O\nb,O\n").unwrap();
    assert!(
        corpus.found().contains("all of it is one sentence"),
        "{}",
        corpus.found()
    );
}

#[test]
fn a_row_may_be_a_sentence() {
    let expected = ["Paris/B-geo 's/O", "x/O"];
    for table in [
        "Sentence #,Sentence,POS,Tag\n1,Paris 's,a,\"['B-geo', 'O']\"\n2,x,b,['O']\n",
        "tokens,ner_tags\n\"[\"\"Paris\"\", \"\"'s\"\"]\",\"[\"\"B-geo\"\", \"\"O\"\"]\"\n['x'],['O']\n",
        "tokens;ner_tags\n['Paris' \"'s\"];['B-geo' 'O']\n['x'];['O']\n",
        "text,labels\nx,O\nParis 's,B-geo O\n",
    ] {
        let mut found = sentences(table);
        found.sort();
        assert_eq!(found, expected, "{table:?}");
    }
    let numbers = Options {
        labels: ["O", "B-geo"].map(str::to_owned).into(),
        ..Options::default()
    };
    let table = "tokens,ner_tags\n\"['Paris', 'is']\",\"[1, 0]\"\n";
    assert_eq!(
        shown(&read_as(table, numbers).unwrap()),
        ["Paris/B-geo is/O"]
    );
    refused(table, "found numbers for tags");
    refused(
        "tokens,tags\na b,O O\na b c,O O\n",
        "corpus:3: found 3 words and 2 tags",
    );
    refused(
        "tokens,tags\na b,O O\n\"['a\",['O']\n",
        "corpus:3: found the list",
    );
}

#[test]
fn documents_are_kept() {
    let corpus = read("doc_id,sentence_id,word,tag\nd,1,a,O\nd,2,b,O\ne,3,c,O\n").unwrap();
    let documents: Vec<_> = corpus.sentences.iter().map(|own| own.document).collect();
    assert_eq!(documents, [0, 0, 1]);
}

#[test]
fn columns_can_be_asked_for() {
    let options = |tag: Column| Options {
        format: Some(Format::Csv),
        word_column: Some(Column::Name("Surface".into())),
        tag_column: Some(tag),
        ..Options::default()
    };
    let table = "surface,fine,coarse\na,B-x,B-y\n";
    for (tag, expected) in [
        (Column::Name("coarse".into()), "a/B-y"),
        (Column::Number(2), "a/B-x"),
    ] {
        assert_eq!(shown(&read_as(table, options(tag)).unwrap()), [expected]);
    }
    let message = "corpus:1: found no column \"ner\", expected it among \"surface, fine, coarse\"";
    refused_as(table, options(Column::Name("ner".into())), message);
}

#[test]
fn the_column_of_sentences_can_be_asked_for() {
    let options = |column: &str| Options {
        word_column: Some("wort".parse().unwrap()),
        tag_column: Some("marke".parse().unwrap()),
        sentence_column: Some(column.parse().unwrap()),
        ..Options::default()
    };
    let table = "wort;marke;satz\na;O;1\nb;B-x;1\nc;O;2\n";
    for column in ["satz", "Satz", "3"] {
        let corpus = read_as(table, options(column)).unwrap();
        assert_eq!(shown(&corpus), ["a/O b/B-x", "c/O"]);
    }
    let message = "corpus:1: found no column \"sent\", expected it among \"wort, marke, satz\"";
    let with_format = Options {
        format: Some(Format::Csv),
        ..options("sent")
    };
    refused_as(table, with_format, message);
}

#[test]
fn columns_asked_for_tell_a_table() {
    let options = |word: &str, tag: Option<&str>| Options {
        word_column: Some(word.parse().unwrap()),
        tag_column: tag.map(|own| own.parse().unwrap()),
        ..Options::default()
    };
    for (table, word, tag) in [
        ("satz;wort;marke\n1;a,b;B-x\n", "wort", Some("marke")),
        ("satz\twort\tmarke\n1\ta,b\tB-x\n", "2", Some("marke")),
        ("wort,ner\n\"a,b\",B-x\n", "wort", None),
        ("pos,word,ner\nX,\"a,b\",B-x\n", "2", Some("3")),
    ] {
        assert_eq!(
            shown(&read_as(table, options(word, tag)).unwrap()),
            ["a,b/B-x"]
        );
    }
    let message = "corpus:1: found no column \"wrod\", expected it among \"word, tag\"";
    refused_as("word,tag\na,B-x\n", options("wrod", None), message);
    let message = "corpus:1: found no column \"wrot\", expected it among \"satz, wort, marke\"";
    refused_as("satz;wort;marke\n1;a;B-x\n", options("wrot", None), message);
    // Numbers alone say nothing of a header: here, the first line is a word's.
    let columns = "wort\tO\nword\tO\n\na\tB-x\n";
    let numbers = options("1", Some("2"));
    assert_eq!(
        shown(&read_as(columns, numbers).unwrap()),
        ["wort/O word/O", "a/B-x"]
    );
}

#[test]
fn words_are_kept_as_they_are() {
    let words = [
        "None",
        "NA",
        "null",
        "nan",
        "\u{85}",
        "\u{a0}",
        "a\"b",
        "#",
        "-DOCSTART-",
        "a  b",
    ];
    let rows = words.map(|word| format!(", {word},O\n")).concat();
    let csv = format!("Sentence #,Word,Tag\nA,\",\",O\n,\"\"\"\",O\n,\"a\",O\n{rows}");
    let corpus = read(csv).unwrap();
    assert_eq!(corpus.sentences[0].words[..3], [",", "\"", "a"]);
    assert_eq!(corpus.sentences[0].words[3..], words);
}

#[test]
fn tags_are_those_of_any_scheme() {
    let csv = "Sentence #,Word,Tag\nA,x,I-geo\n,y,I-geo\n,z,O\n";
    let corpus = read(csv).unwrap();
    assert_eq!(
        (corpus.scheme, shown(&corpus)),
        (Scheme::Iob1, vec!["x/B-geo y/I-geo z/O".into()])
    );
    let options = Options {
        scheme: Some(Scheme::Iob2),
        ..Options::default()
    };
    assert_eq!(
        shown(&read_as(csv, options).unwrap()),
        ["x/I-geo y/I-geo z/O"]
    );
}

#[test]
fn what_is_not_utf8_is_taken_for_windows_1252() {
    let utf8 = "Sentence #,Word,Tag\nA,é,O\n";
    let corpus = read(utf8).unwrap();
    assert_eq!(corpus.encoding, Encoding::UTF_8);
    assert_eq!(corpus.sentences[0].words, ["é"]);
    // UTF-8 in one place does not make the file UTF-8.
    let mixed = [
        utf8.as_bytes(),
        b",\x92s,O\n,\x80\xff,O\n,\x93,O\n,\x85,O\n",
    ]
    .concat();
    let corpus = read(&mixed).unwrap();
    assert_eq!(corpus.encoding, Encoding::WINDOWS_1252);
    assert_eq!(corpus.sentences[0].words, ["Ã©", "’s", "€ÿ", "“", "…"]);
    assert!(
        corpus.found().contains("windows-1252"),
        "{}",
        corpus.found()
    );
    let given = |encoding| Options {
        encoding: Some(encoding),
        ..Options::default()
    };
    let corpus = read_as(&mixed, given(Encoding::LATIN_1)).unwrap();
    assert_eq!(corpus.sentences[0].words[1], "\u{92}s");
    refused_as(
        &mixed,
        given(Encoding::UTF_8),
        "corpus:3: found the byte 0x92 where it is not UTF-8",
    );
    let marked = [b"\xef\xbb\xbf".as_slice(), &mixed].concat();
    refused(marked, "corpus:3: found the byte 0x92 ");
    // Cyrillic is not western: it is not read wrongly, but named.
    let mut russian = b"word,tag\n".to_vec();
    for word in [
        b"\xcc\xee\xf1\xea\xe2\xe0".as_slice(),
        b"\xef\xf0\xe8\xe2\xe5\xf2",
    ] {
        russian.extend([word, b",O\n"].concat());
    }
    refused(
        russian,
        "if the file is in windows-1251, that encoding has to be given",
    );
}

#[test]
fn broken_tables_are_refused() {
    let header = "Sentence #,Word,Tag\n";
    for (rows, problem) in [
        (
            "\nA,x\n",
            "corpus:3: found 2 fields, expected 3 as in the header",
        ),
        (
            "A,,,O\n",
            "corpus:2: found 4 fields, expected 3 as in the header",
        ),
        (
            " \n",
            "corpus:2: found 1 fields, expected 3 as in the header",
        ),
        (
            ",x,O\n",
            "corpus:2: found a word before any sentence name, expected one in the column `Sentence #`",
        ),
        ("A,x,O\n,,O\n", "corpus:3: found an empty word"),
        ("A,\" \t\",O\n", "corpus:2: found an empty word"),
        (
            "A,x,O\n,y,X-geo\n",
            "corpus:3: found the tag \"X-geo\", expected",
        ),
        (
            "A,x,O\nB,y,O\n,z,O\nA,w,O\n",
            "corpus:5: found the sentence name \"A\" again after other sentences, \
             expected only the sentence that starts in line 2 to have it",
        ),
        ("A,x,O\n,\0,O\n", "corpus:3: found a NUL character"),
        (
            "A,\",O\n,x,O\n",
            "corpus:2: found an unclosed quote before \",O\"",
        ),
        ("\"", "corpus:2: found an unclosed quote"),
        (
            "A,\"x\"y,O\n",
            "corpus:2: found \"y,O\" after a closing quote, expected a comma or the end",
        ),
    ] {
        refused(format!("{header}{rows}"), problem);
    }
    refused(
        "Sentence #,Word,Tag,word\nA,x,O,y\n",
        "corpus:1: found the column `Word` more than once",
    );
    refused(
        "Sentence #,Word,Tag,\"x\nA,x,O,y\n",
        "corpus:1: found an unclosed quote before \"x\"",
    );
    refused(header, "corpus: found no sentence");
    let table = Options {
        format: Some(Format::Csv),
        ..Options::default()
    };
    refused_as(
        "EU NNP B-org\n",
        table,
        "corpus:1: found the header \"EU NNP B-org\"",
    );
}
