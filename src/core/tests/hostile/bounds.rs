//! Time and memory of inputs that announce much, or are long.

use nerite::{
    Encoder, Found, Head, Options, Origin, Policy, Recognizer, Report, Style, Subwords, Table,
    Tokenizer, cut, prepare_tokenizer, redact,
};
use serde_json::{Value, json};

use crate::memory::{Bounds, within};
use crate::readers::*;

/// Texts that make a careless cutter or tokenizer take the square of their length.
#[test]
fn long_texts_take_their_time_and_no_more() {
    let mut recognizer = Recognizer::new(
        Encoder::from_bytes(&ENCODER).unwrap(),
        &prepare_tokenizer(TOKENIZERS[0]).unwrap(),
    )
    .unwrap();
    let head = Head::from_bytes(&HEADS[2].1).unwrap();
    for piece in [
        "a",
        ".",
        "'",
        "\u{301}",
        "Mr. ",
        "U.S.",
        " ",
        "\n",
        "\u{200d}",
        "\u{1f1eb}",
        "-",
        "1,",
        "(",
        "a.",
        "東",
        "\u{202e}",
        "([{<",
        "> ) ",
        "Ann met Bob in Paris and ",
    ] {
        let text = piece.repeat(200_000 / piece.len());
        let bounds = Bounds {
            per_byte: 400,
            constant: 1 << 20,
        };
        within(bounds, text.len(), || cut(&text))
            .unwrap_or_else(|error| panic!("{piece:?}: {error}"));
        let text = &text[..text.floor_char_boundary(20_000)];
        let bounds = Bounds {
            per_byte: 10_000,
            constant: 64 << 20,
        };
        let prediction = within(bounds, text.len(), || {
            recognizer.recognize(text, &head, &Options::default())
        });
        let prediction = prediction
            .unwrap_or_else(|error| panic!("{piece:?}: {error}"))
            .unwrap();
        assert!(
            prediction
                .words
                .iter()
                .all(|word| text.get(word.range.clone()).is_some())
        );
    }
}

/// What is said again is not read again, and reads the same.
#[test]
fn sentences_that_come_again_have_the_same_result() {
    let mut recognizer = Recognizer::new(
        Encoder::from_bytes(&ENCODER).unwrap(),
        &prepare_tokenizer(TOKENIZERS[0]).unwrap(),
    )
    .unwrap();
    let head = Head::from_bytes(&HEADS[2].1).unwrap();
    let sentences = ["Ann Lee left London.", "Kim saw her in Paris.", "She left."];
    let mut alone = Vec::new();
    for sentence in sentences {
        let found = recognizer.recognize(sentence, &head, &Options::default());
        alone.push(found.unwrap());
    }
    let order = [0, 1, 0, 0, 2, 1, 2, 0];
    let text: Vec<&str> = order.iter().map(|index| sentences[*index]).collect();
    let found = recognizer
        .recognize(&text.join("\n\n"), &head, &Options::default())
        .unwrap();
    let mut words = found.words.iter();
    let mut entities = found.entities.iter();
    let mut start = 0;
    for (sentence, index) in order.into_iter().enumerate() {
        for expected in &alone[index].words {
            let word = words.next().unwrap();
            assert_eq!(word.sentence, sentence);
            assert_eq!(word.range.start, start + expected.range.start);
            assert_eq!(
                (word.tag, &word.probabilities),
                (expected.tag, &expected.probabilities)
            );
        }
        for expected in &alone[index].entities {
            let entity = entities.next().unwrap();
            assert_eq!(entity.range.start, start + expected.range.start);
            assert_eq!(
                (&entity.kind, entity.score),
                (&expected.kind, expected.score)
            );
        }
        start += sentences[index].len() + 2;
    }
    assert!(words.next().is_none() && entities.next().is_none());
}

/// No name goes on for a hundred words without a letter or a digit.
#[test]
fn the_encoder_sees_only_the_beginning_of_a_run_of_marks() {
    for json in TOKENIZERS {
        let tokenizer = Tokenizer::from_bytes(&prepare_tokenizer(json).unwrap(), 1000).unwrap();
        let marks = ["(", "\u{201c}", "\u{1f389}", "[", "\u{2026}"];
        let mut words: Vec<&str> = marks.into_iter().cycle().take(150).collect();
        words.push("Ann");
        words.extend(&marks);
        let seen = |subwords: Subwords| -> Vec<usize> {
            let counts = subwords.counts.iter().enumerate();
            counts
                .filter(|(_, count)| **count > 0)
                .map(|(word, _)| word)
                .collect()
        };
        let all = seen(Subwords::as_written(&tokenizer, &words, 64).unwrap());
        let found = seen(Subwords::new(&tokenizer, &words, 64).unwrap());
        let expected: Vec<usize> = all
            .iter()
            .copied()
            .filter(|word| !(100..150).contains(word))
            .collect();
        assert_eq!(found, expected);
        assert!(all.len() > expected.len() && expected.contains(&99) && expected.contains(&155));
    }
}

/// A text that is one word, as long as it may be: memory is the window's.
#[test]
fn one_long_word_takes_the_memory_of_a_window() {
    let head = Head::from_bytes(&HEADS[2].1).unwrap();
    let mut tried = 0;
    for tokenizer in TOKENIZERS {
        // Some have another vocabulary than the encoder.
        let Ok(mut recognizer) = Recognizer::new(
            Encoder::from_bytes(&ENCODER).unwrap(),
            &prepare_tokenizer(tokenizer).unwrap(),
        ) else {
            continue;
        };
        tried += 1;
        for piece in [
            ".", "a", "=", "\u{301}", "東", "a.", "x-", "\u{200d}", "\u{7f}",
        ] {
            let text = piece.repeat((4 << 20) / piece.len());
            let bounds = Bounds {
                per_byte: 10,
                constant: 16 << 20,
            };
            let prediction = within(bounds, text.len(), || {
                recognizer.recognize(&text, &head, &Options::default())
            });
            prediction
                .unwrap_or_else(|error| panic!("{piece:?}: {error}"))
                .unwrap();
        }
    }
    assert!(tried > 0, "no tokenizer fits the encoder");
}

/// A header that declares far more than comes.
#[test]
fn declared_sizes_take_no_memory() {
    let declared = |metadata: Value, tensors: Value| {
        let mut header = json!({"__metadata__": {"nerite": metadata.to_string()}});
        header
            .as_object_mut()
            .unwrap()
            .extend(tensors.as_object().unwrap().clone());
        let header = header.to_string();
        [
            &(header.len() as u64).to_le_bytes(),
            header.as_bytes(),
            &[0; 100],
        ]
        .concat()
    };
    let head = json!({"format": "head", "version": 1, "kind": "linear", "tags": ["B-x", "O"], "layers": [0],
        "hidden": 1 << 16, "temperature": 1.0, "encoder_sha256": "", "lexicon": {"buckets": 1 << 12, "width": 1 << 16}});
    let tensors = json!({"lexicon": {"dtype": "I8", "shape": [1 << 12, 1 << 16], "data_offsets": [0, 1 << 28]}});
    assert!(!read_head(&declared(head, tensors)).unwrap());

    let (length, rest) = ENCODER.split_first_chunk::<8>().unwrap();
    let header = &rest[..u64::from_le_bytes(*length) as usize];
    let mut header: Value = serde_json::from_slice(header).unwrap();
    let own = header["__metadata__"]["nerite"].as_str().unwrap();
    let mut own: Value = serde_json::from_str(own).unwrap();
    own["config"]["vocabulary"] = json!(1 << 20);
    own["config"]["hidden"] = json!(1 << 10);
    own["config"]["layers"] = json!(0);
    own["config"]["heads"] = json!(1);
    own["config"]["window"] = json!(3);
    let words = 1u64 << 30;
    header = json!({
        "embeddings.word.weight": {"dtype": "I8", "shape": [1 << 20, 1 << 10], "data_offsets": [0, words]},
        "embeddings.norm.bias": {"dtype": "F32", "shape": [1 << 10], "data_offsets": [words, words + 4096]},
        "embeddings.norm.weight": {"dtype": "F32", "shape": [1 << 10], "data_offsets": [words + 4096, words + 8192]},
        "embeddings.position.scale": {"dtype": "F32", "shape": [3], "data_offsets": [words + 8192, words + 8204]},
        "embeddings.position.weight": {"dtype": "I8", "shape": [3, 1 << 10], "data_offsets": [words + 8204, words + 11276]},
        "embeddings.word.scale": {"dtype": "F32", "shape": [1 << 20], "data_offsets": [words + 11276, words + 11276 + (4 << 20)]},
    });
    let encoder = declared(own, header);
    assert!(!read_encoder(&encoder, 64).unwrap());
    let message = Encoder::from_bytes(&encoder).err().unwrap().to_string();
    assert!(
        message.contains("cut off"),
        "the header is right: {message}"
    );
}

/// A few bytes that stand for as many words or sentences as are allowed.
#[test]
fn packed_outcomes_are_bounded() {
    let run = |value: u64, count: u64| {
        let mut bytes = Vec::new();
        let numbers = match count {
            1 => vec![value * 2],
            _ => vec![value * 2 + 1, count - 2],
        };
        for mut number in numbers {
            while number > 0x7f {
                bytes.push(number as u8 | 0x80);
                number >>= 7;
            }
            bytes.push(number as u8);
        }
        use base64::Engine;
        base64::prelude::BASE64_STANDARD.encode(bytes)
    };
    for (sentences, words, accepted) in [
        (1u64 << 20, 1u64 << 22, true),
        (1 << 20, 0, true),
        (2, 1 << 22, true),
        ((1 << 20) + 1, 0, false),
        (1, (1 << 22) + 1, false),
        (1, u64::MAX >> 1, false),
    ] {
        let mut report = report();
        report["outcomes"]["sentences"] = json!(sentences);
        report["outcomes"]["words"] = json!(words);
        report["outcomes"]["lengths"] = json!(run(words / sentences, sentences));
        for field in ["gold", "wrong", "without_subword"] {
            let packed = if words == 0 {
                String::new()
            } else {
                run(0, words)
            };
            report["outcomes"][field] = json!(packed);
        }
        let text = report.to_string();
        let check = || Report::from_json(&text).unwrap().check();
        let error = within(REPORT_BOUNDS, text.len(), check)
            .unwrap()
            .unwrap_err();
        // What is accepted says other figures than these sentences give.
        let differs = matches!(error, nerite::ReportError::Differs { .. });
        assert_eq!(differs, accepted, "{sentences} of {words}: {error}");
    }
}

/// Names that are looked for as they stand are found in one pass, however many
/// there are.
#[test]
fn many_names_take_one_pass() {
    let names: Vec<String> = (0..260_000)
        .map(|number| match number % 2 {
            0 => format!("Ann Bo{number:06} X."),
            _ => format!("東京太郎{number:06}"),
        })
        .collect();
    let text = names.join(", ");
    let mut start = 0;
    let mut found = Vec::new();
    for name in &names {
        found.push(Found {
            range: start..start + name.len(),
            kind: "PERSON".into(),
            score: 0.9,
            origin: Origin::Head,
        });
        start += name.len() + 2;
    }
    let bounds = Bounds {
        per_byte: 300,
        constant: 16 << 20,
    };
    let policy = Policy {
        style: Style::Mask,
        ..Policy::default()
    };
    let redaction = within(bounds, text.len(), || {
        redact(&text, &found, &policy, &mut Table::default())
    });
    assert_eq!(redaction.unwrap().hidden.len(), names.len());
}
