//! Tables from outside, and tables that would not be read again.

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;

#[test]
fn tables_from_outside_are_checked() {
    let (text, found) = marked("{PER:Ann}");
    let mut table = Table::default();
    redact(&text, &found, &Policy::default(), &mut table);
    let json = table.to_json();
    for (from, to) in [
        ("nerite-redaction", "other"),
        ("\"version\": 1", "\"version\": 2"),
        ("[PERSON_1]", "[PERSON_2]"),
        ("\"number\": 1", "\"number\": 0"),
        ("\"Ann\"", ""),
        ("\"PERSON\"", "\"A B\""),
        ("\"entries\"", "\"more\""),
    ] {
        let wrong = json.replace(from, to);
        assert_ne!(wrong, json);
        assert!(
            Table::from_json(wrong.as_bytes()).is_err(),
            "{from} -> {to}"
        );
    }
}

/// A table with entries of these types and numbers.
fn table_of(entries: impl Iterator<Item = (String, u32)>) -> String {
    let entries: Vec<serde_json::Value> = entries
        .map(|(kind, number)| {
            serde_json::json!({
                "placeholder": format!("[{kind}_{number}]"),
                "type": kind,
                "number": number,
                "forms": [format!("value {number}")],
            })
        })
        .collect();
    serde_json::json!({
        "format": "nerite-redaction",
        "version": 1,
        "entries": entries,
        "reserved": [],
        "places": {},
    })
    .to_string()
}

#[test]
fn a_table_that_could_not_be_read_again_is_told() {
    let last = table_of(std::iter::once(("PERSON".to_owned(), 9_999_999)));
    let mut table = Table::from_json(last.as_bytes()).unwrap();
    table.check().unwrap();
    let (text, found) = marked("{PER:Ann Lee}");
    redact(&text, &found, &Policy::default(), &mut table);
    let error = table.check().unwrap_err().to_string();
    assert_eq!(
        error,
        "found 10000000 as a number, expected at most 9999999"
    );
    assert!(Table::from_json(table.to_json().as_bytes()).is_err());

    // Any of the types may stand anywhere.
    let types = |count: u32| table_of((1..=count).map(|number| (format!("T{number}X"), 1)));
    let table = Table::from_json(types(2000).as_bytes()).unwrap();
    assert_eq!(table.restore("a [t1x_1] b"), "a value 1 b");
    let error = Table::from_json(types(2001).as_bytes()).unwrap_err();
    assert_eq!(error.to_string(), "found 2001 types, expected at most 2000");

    // Whatever a head calls its types, the table is one.
    for label in ["\u{390}", "\u{1f0}x", "\u{149}", "a\u{301}-b"] {
        let mut table = Table::default();
        let found = [head(0..text.len(), label)];
        let policy = Policy {
            types: Some(vec![placeholder_type(label)]),
            ..Policy::default()
        };
        let redaction = redact(&text, &found, &policy, &mut table);
        let table = Table::from_json(table.to_json().as_bytes()).unwrap();
        assert_eq!(table.restore(&redaction.text), text, "{label:?}");
    }
}

#[test]
fn titles_are_passed_over_but_the_last_word() {
    for (text, expected) in [
        ("{PER:Mr. Dr. Lee} is {PER:Lee}", "[PERSON_1] is [PERSON_1]"),
        ("{PER:Mr. Mr.} is {PER:Mr}", "[PERSON_1] is [PERSON_1]"),
    ] {
        let (plain, found) = marked(text);
        let redaction = redact(&plain, &found, &Policy::default(), &mut Table::default());
        assert_eq!(redaction.text, expected);
    }
    // Two million of them.
    let mut table = table_of(std::iter::once(("PERSON".to_owned(), 1)));
    table = table.replace("value 1", &"m ".repeat(1_000_000));
    assert!(Table::from_json(table.as_bytes()).is_ok());
}
