//! `nerite predict`: what is found in texts, odd ones too, and broken pipes.

use std::process::Stdio;

use serde_json::Value;

use crate::bundle::bundled;
use crate::common::Lab;

fn predict(lab: &Lab, output: &str, text: &[u8]) -> String {
    let outcome = lab.run_with(&format!("predict --bundle b --output {output}"), text);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    // A file is the same as standard input.
    lab.write("t.txt", text);
    assert_eq!(
        lab.ok(&format!("predict t.txt --bundle b --output {output}")),
        outcome.stdout
    );
    outcome.stdout
}

fn document(lab: &Lab, text: &str) -> Value {
    let printed = predict(lab, "json", text.as_bytes());
    let document: Value = serde_json::from_str(&printed).unwrap();
    // A byte order mark is no text.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let utf16: Vec<u16> = text.encode_utf16().collect();
    let number =
        |place: &Value, name: &str| -> usize { place[name].as_u64().unwrap().try_into().unwrap() };
    let mut end = 0;
    let words = document["words"].as_array().unwrap();
    let entities = document["entities"].as_array().unwrap();
    for place in words.iter().chain(entities) {
        let expected = place["text"].as_str().unwrap();
        let bytes = number(place, "start")..number(place, "end");
        let units = number(place, "start_utf16")..number(place, "end_utf16");
        assert_eq!(&text[bytes], expected);
        assert_eq!(String::from_utf16(&utf16[units]).unwrap(), expected);
    }
    for word in words {
        assert!(number(word, "start") >= end, "words overlap");
        end = number(word, "end");
        let probabilities = word["probabilities"].as_object().unwrap();
        let sum: f64 = probabilities.values().map(|p| p.as_f64().unwrap()).sum();
        assert!((sum - 1.0).abs() < 1e-5, "{sum}");
        let best = probabilities
            .iter()
            .max_by(|a, b| a.1.as_f64().unwrap().total_cmp(&b.1.as_f64().unwrap()));
        assert_eq!(word["tag"], *best.unwrap().0);
    }
    for entity in entities {
        let [first, last] = [0, 1].map(|end| entity["words"][end].as_u64().unwrap() as usize);
        assert_eq!(entity["start"], words[first]["start"]);
        assert_eq!(entity["end"], words[last - 1]["end"]);
        let score = entity["score"].as_f64().unwrap();
        assert!((0.0..=1.0).contains(&score), "{score}");
    }
    document
}

#[test]
fn entities_are_found_where_they_are() {
    let lab = bundled();
    let text = "The 😀 representatives minister of an 👩‍👩‍👧 in kilometers million, and the year.\n\
                Of Łódź 東京: year.\n";
    let document = document(&lab, text);
    let entities = document["entities"].as_array().unwrap();
    let found: Vec<(&str, &str)> = entities
        .iter()
        .map(|entity| {
            (
                entity["type"].as_str().unwrap(),
                entity["text"].as_str().unwrap(),
            )
        })
        .collect();
    let known = [
        ("per", "representatives minister"),
        ("geo", "kilometers million"),
        ("tim", "year"),
    ];
    for entity in known {
        assert!(found.contains(&entity), "{entity:?} is not in {found:?}");
    }
    let words = document["words"].as_array().unwrap();
    let word = |text: &str| words.iter().find(|word| word["text"] == text).unwrap();
    assert_eq!(word("representatives")["start"], 9);
    assert_eq!(word("representatives")["start_utf16"], 7);
    assert_eq!(word("minister")["tag"], "I-per");

    let lines = predict(&lab, "text", text.as_bytes());
    assert_eq!(lines.lines().count(), entities.len());
    for (line, (kind, text)) in lines.lines().zip(&found) {
        let columns: Vec<&str> = line.split('\t').collect();
        assert_eq!([columns[0], columns[2]], [*kind, *text]);
        let score: f64 = columns[1].parse().unwrap();
        assert!((0.0..=1.0).contains(&score));
    }
    let columns = predict(&lab, "conll", text.as_bytes());
    let tagged: Vec<String> = words
        .iter()
        .map(|word| {
            format!(
                "{}\t{}",
                word["text"].as_str().unwrap(),
                word["tag"].as_str().unwrap()
            )
        })
        .collect();
    let lines: Vec<&str> = columns.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(lines, tagged);
    // What is printed can be read as a corpus.
    lab.write("again.conll", columns);
    let again = lab.ok("corpus again.conll --json");
    let again: Value = serde_json::from_str(&again).unwrap();
    assert_eq!(again["words"], words.len());
    let last = words.last().unwrap()["sentence"].as_u64().unwrap();
    assert_eq!(again["sentences"], last + 1);
    // The other head says something else.
    let base = lab.run_with(
        "predict --bundle b --head base --output json",
        text.as_bytes(),
    );
    assert_ne!(base.stdout, predict(&lab, "json", text.as_bytes()));
}

#[test]
fn odd_texts_are_no_trouble() {
    let lab = bundled();
    for empty in ["", "\n", " \r\n\t "] {
        assert_eq!(predict(&lab, "text", empty.as_bytes()), "");
        assert_eq!(predict(&lab, "conll", empty.as_bytes()), "");
        assert_eq!(
            predict(&lab, "json", empty.as_bytes()),
            "{\"entities\":[],\"doubtful\":[],\"words\":[]}\n"
        );
    }
    let lines = document(&lab, "the year\r\n\r\nof the year\r\n");
    for word in lines["words"].as_array().unwrap() {
        assert!(!word["text"].as_str().unwrap().contains('\r'));
    }
    let unix = document(&lab, "the year\n\nof the year\n");
    let tags = |document: &Value| -> Vec<Value> {
        let words = document["words"].as_array().unwrap();
        words.iter().map(|word| word["tag"].clone()).collect()
    };
    assert_eq!(tags(&lines), tags(&unix));
    document(
        &lab,
        "\u{feff}the year of \u{92} \u{200b} \u{0} \u{a0}\u{85} e\u{301}\u{301} \u{202e}x",
    );
    // Longer than the window, in one sentence and in one word.
    let long = document(&lab, &"the year of kilometers ".repeat(200));
    assert_eq!(long["words"].as_array().unwrap().len(), 800);
    let found = long["entities"].as_array().unwrap().len();
    // The first window alone holds 32. The head misses a few words in every one.
    assert!((350..=400).contains(&found), "{found} of 400 entities");
    document(&lab, &"ab".repeat(20_000));
}

#[test]
fn texts_that_are_none_are_told() {
    let lab = bundled();
    let outcome = lab.run_with("predict --bundle b", b"the\nyear\n\xff\n");
    outcome.is_refused(
        "predict",
        &[
            "standard input:3: ",
            "found the byte 0xff",
            "expected UTF-8",
        ],
    );
    lab.write("t.txt", b"\n\xe6\x9d");
    lab.refused(
        "predict t.txt --bundle b",
        &["t.txt:2: ", "0xe6", "expected UTF-8"],
    );
    lab.refused(
        "predict nowhere.txt --bundle b",
        &["cannot read nowhere.txt"],
    );
    let outcome = lab.run("predict . --bundle b");
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(1), ""));
}

#[test]
fn older_encodings_are_told_and_read_where_they_are_named() {
    let lab = bundled();
    let text = "the million kilometers of the year";
    let expected = predict(&lab, "json", text.as_bytes());
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(
        predict(&lab, "json", &[b"\xff\xfe", &utf16[..]].concat()),
        expected
    );
    lab.run_with("predict --bundle b", &utf16).is_refused(
        "utf-16",
        &["UTF-16 without its mark", "utf-16le", "--encoding"],
    );
    let outcome = lab.run_with(
        "predict --bundle b --output json --encoding utf-16le",
        &utf16,
    );
    assert_eq!(outcome.stdout, expected);
    let cyrillic = b"the year, \xcf\xf0\xe8\xe2\xe5\xf2, \xec\xe8\xf0";
    for command in ["predict --bundle b", "redact"] {
        lab.run_with(command, cyrillic).is_refused(
            command,
            &["standard input:1", "0xcf", "windows-1251", "--encoding"],
        );
    }
    let outcome = lab.run_with(
        "predict --bundle b --output conll --encoding windows-1251",
        cyrillic,
    );
    assert!(outcome.stdout.contains("Привет\t"), "{}", outcome.stdout);
    lab.misused("redact --encoding nonsense", &["windows-1251"]);
}

#[test]
fn a_byte_order_mark_is_no_text_wherever_it_stands() {
    let lab = bundled();
    for text in [
        "\u{feff}million kilometers of the year\r\n",
        "of the \u{feff}million kilometers\u{feff}",
        "\u{feff}\u{feff}representatives\n\u{feff}kilometers",
    ] {
        let found = document(&lab, text);
        let entities = found["entities"].as_array().unwrap();
        assert!(!entities.is_empty(), "{text:?}");
        for own in entities.iter().chain(found["words"].as_array().unwrap()) {
            let own = own["text"].as_str().unwrap();
            assert!(!own.contains('\u{feff}'), "{text:?}: {own:?}");
        }
        for output in ["conll", "text"] {
            let said = predict(&lab, output, text.as_bytes());
            assert!(!said.contains('\u{feff}'), "{said:?}");
        }
    }
    // What is redacted begins as it did.
    let outcome = lab.run_with("redact --quiet", "\u{feff}ada@example.org".as_bytes());
    assert_eq!(outcome.stdout, "\u{feff}[EMAIL_1]");
}

/// The entities of tags in columns: type and text.
fn of_columns(columns: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in columns.lines() {
        let Some((word, tag)) = line.split_once('\t') else {
            continue;
        };
        match tag.split_once('-') {
            Some(("B", kind)) => found.push((kind.into(), word.into())),
            Some(("I", kind)) => {
                let last = found.last_mut().expect("an entity begins with B-");
                assert_eq!(last.0, kind);
                last.1 += " ";
                last.1 += word;
            }
            _ => {}
        }
    }
    found
}

#[test]
fn columns_agree_with_entities() {
    let lab = bundled();
    for text in [
        "the million kilometers of the year, and representatives minister.",
        "\u{1f389} kilometers \u{1f389}, (kilometers million) \"year\" - representatives -",
        "- kilometers - million -\n* year *\n\n\u{1f389}\u{1f389} kilometers",
        "\u{201c}representatives\u{201d} minister\u{2026} kilometers\u{2014}year",
    ] {
        let found = document(&lab, text);
        let entities: Vec<(String, String)> = found["entities"]
            .as_array()
            .unwrap()
            .iter()
            .map(|own| {
                let words = &own["words"];
                let [from, to] = [0, 1].map(|end| words[end].as_u64().unwrap() as usize);
                let words = &found["words"].as_array().unwrap()[from..to];
                let words: Vec<&str> = words
                    .iter()
                    .map(|own| own["text"].as_str().unwrap())
                    .collect();
                (own["type"].as_str().unwrap().to_owned(), words.join(" "))
            })
            .collect();
        assert!(!entities.is_empty(), "{text:?}");
        let columns = predict(&lab, "conll", text.as_bytes());
        assert_eq!(of_columns(&columns), entities, "{text:?}");
    }
}

#[test]
fn a_folder_instead_of_a_text_is_named() {
    let lab = bundled();
    lab.refused("predict tiny --bundle b", &["tiny: "]);
}

/// Runs a command whose reader has gone already; its standard error.
fn without_reader(lab: &Lab, arguments: &str) -> String {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let child = lab
        .command(arguments)
        .stdout(writer)
        .stderr(Stdio::piped())
        .spawn();
    let output = child.unwrap().wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{arguments}: {stderr}");
    stderr
}

#[test]
fn a_broken_pipe_is_quiet() {
    let lab = bundled();
    lab.write("t.txt", "the year of kilometers. ".repeat(2000));
    for arguments in [
        "predict t.txt --bundle b --output text",
        "predict t.txt --bundle b --output json",
        "predict t.txt --bundle b --output conll",
        "corpus c.conll",
        "corpus c.conll --json",
    ] {
        let stderr = without_reader(&lab, arguments);
        let said = crate::common::said(&stderr);
        let notes = said.lines().filter(|line| !line.starts_with("epoch "));
        assert_eq!(notes.count(), 0, "{arguments}: {stderr}");
    }
}

#[test]
fn a_broken_pipe_is_quiet_everywhere() {
    let lab = bundled();
    lab.write("in.jsonl", "[\"year\"]\n");
    for arguments in [
        "encoder fetch tiny",
        "features --input in.jsonl --out f --encoder tiny",
        "train c.conll --out run --overwrite --encoder tiny --epochs 1",
        "bundle --encoder tiny --head run/base --out b",
        "restore b",
    ] {
        let stderr = without_reader(&lab, arguments);
        let said = crate::common::said(&stderr);
        let notes = said.lines().filter(|line| !line.starts_with("epoch "));
        assert_eq!(notes.count(), 0, "{arguments}: {stderr}");
    }
}
