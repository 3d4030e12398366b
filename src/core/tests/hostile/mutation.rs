//! Ways to spoil a file that is right: as bytes, as JSON, as safetensors.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};

/// A change of bytes.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// Cuts the end off.
    Truncate(Index),
    /// Flips a bit.
    Flip(Index, u8),
    /// Puts other bytes in place of as many.
    Overwrite(Index, Vec<u8>),
    /// Puts bytes in between.
    Insert(Index, Vec<u8>),
    /// Takes bytes out.
    Remove(Index, usize),
    /// Repeats a part, often.
    Repeat(Index, usize, usize),
}

/// Bytes that have a meaning to some parser.
fn interesting() -> impl Strategy<Value = Vec<u8>> {
    let known: Vec<&[u8]> = vec![
        &[0],
        &[255; 8],
        &[255, 255, 255, 127],
        &[0, 0, 0, 128],
        &[0, 0, 192, 127],
        &[0, 0, 128, 255],
        &[0x1f, 0x8b, 8],
        b"PK\x03\x04",
        b"\xef\xbb\xbf",
        b"\"",
        b"\r",
        b"\n\n",
        b"\t",
        b",",
        b"[[[[[[[[[[[[[[[[",
        b"-9223372036854775808",
        b"1e999",
        b"\\u0000",
        "\u{202e}\u{fdfa}\u{1f468}\u{200d}".as_bytes(),
        &[0xed, 0xa0, 0x80],
    ];
    prop_oneof![
        select(known).prop_map(<[u8]>::to_vec),
        vec(any::<u8>(), 1..12)
    ]
}

/// One to four changes.
pub(crate) fn changes() -> impl Strategy<Value = Vec<Change>> {
    let place = any::<Index>;
    let change = prop_oneof![
        place().prop_map(Change::Truncate),
        (place(), 0u8..8).prop_map(|(at, bit)| Change::Flip(at, bit)),
        (place(), interesting()).prop_map(|(at, bytes)| Change::Overwrite(at, bytes)),
        (place(), interesting()).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (place(), 1usize..64).prop_map(|(at, length)| Change::Remove(at, length)),
        (place(), 1usize..16, 1usize..2000)
            .prop_map(|(at, length, times)| Change::Repeat(at, length, times)),
    ];
    vec(change, 1..5)
}

/// What the changes make of a file.
pub(crate) fn change(bytes: &[u8], changes: &[Change]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for change in changes {
        let length = bytes.len();
        let at = |place: &Index| place.index(length + 1);
        match change {
            Change::Truncate(place) => bytes.truncate(at(place)),
            Change::Flip(place, bit) => {
                let at = at(place);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << bit;
                }
            }
            Change::Overwrite(place, other) => {
                let at = at(place);
                bytes.splice(at..length.min(at + other.len()), other.iter().copied());
            }
            Change::Insert(place, other) => {
                let at = at(place);
                bytes.splice(at..at, other.iter().copied());
            }
            Change::Remove(place, count) => {
                let at = at(place);
                bytes.drain(at..length.min(at + count));
            }
            Change::Repeat(place, count, times) => {
                let at = at(place);
                let part = bytes[at..length.min(at + count)].repeat(*times);
                bytes.splice(at..at, part);
            }
        }
    }
    bytes
}

/// A change of a JSON document.
#[derive(Clone, Debug)]
pub(crate) enum Edit {
    /// Puts something else in place of a part.
    Replace(Index, Value),
    /// Takes a part out of its list or object.
    Remove(Index),
    /// Wraps a part in lists.
    Nest(Index, usize),
    /// Makes a list longer by repeating what is in it.
    Repeat(Index, usize),
    /// Puts one part of the document in place of another.
    Copy(Index, Index),
}

fn values() -> impl Strategy<Value = Value> {
    let known = vec![
        Value::Null,
        json!(true),
        json!(0),
        json!(1),
        json!(-1),
        json!(2),
        json!(0.5),
        json!(1e-45),
        json!(3e38),
        json!(1e308),
        json!(255),
        json!(65_536),
        json!(1 << 20),
        json!(1 << 24),
        json!(1u64 << 30),
        json!(u32::MAX),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(""),
        json!("O"),
        json!("B-x"),
        json!("../../etc/passwd"),
        json!("/etc/passwd"),
        json!("C:\\x"),
        json!("a/../b"),
        json!("https://example.org/x"),
        json!("\u{0}"),
        json!("\u{202e}<script>alert(1)</script>"),
        json!("x".repeat(10_000)),
        json!([]),
        json!({}),
        json!([0, 0]),
        json!([[1, 2], [3]]),
        json!([u64::MAX, 2]),
        json!({"type": "Sequence"}),
        // Patterns that take a backtracking matcher long.
        json!({"Regex": "(a*)*b"}),
        json!({"Regex": "(x+x+)+y"}),
        json!({"Regex": "(?=(a+))\\1{1,1000}"}),
        json!({"Regex": ""}),
        json!({"String": ""}),
        // Steps of a tokenizer that the spoilt ones do not have.
        json!({"type": "Replace", "pattern": {"Regex": "(x+x+)+y"}, "content": "y"}),
        json!({"type": "Replace", "pattern": {"String": ""}, "content": "ab"}),
        json!({"type": "Split", "pattern": {"Regex": "(a*)*b"}, "behavior": "Isolated", "invert": true}),
        json!({"type": "Split", "pattern": {"Regex": ""}, "behavior": "MergedWithNext", "invert": false}),
        json!({"type": "Precompiled", "precompiled_charsmap": "/////w=="}),
        json!({"type": "Precompiled", "precompiled_charsmap": "CAAAAAEAAAD/////YWJj"}),
        json!({"type": "Prepend", "prepend": "\u{0}"}),
        json!({"type": "Strip", "strip_left": true, "strip_right": true}),
        json!({"type": "FixedLength", "length": 0}),
        json!({"type": "CharDelimiterSplit", "delimiter": "\u{301}"}),
        json!({"type": "Metaspace", "replacement": "\u{2581}", "prepend_scheme": "always", "split": true}),
        json!({"type": "UnicodeScripts"}),
        json!({"type": "Digits", "individual_digits": true}),
        json!({"type": "Nmt"}),
        json!({"type": "NFKD"}),
        json!({"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": false}),
        json!({"type": "Unigram", "unk_id": 5, "vocab": [], "byte_fallback": true}),
        json!({"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0.0], ["", -1.0], ["a", -1e308]], "byte_fallback": true}),
        json!({"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "b"}),
        json!({"type": "WordPiece", "vocab": {"[UNK]": 0}, "unk_token": "[UNK]", "continuing_subword_prefix": "",
            "max_input_chars_per_word": u64::MAX}),
        json!({"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": [["a", "b"]]}),
        json!({"type": "RobertaProcessing", "sep": ["a", 999], "cls": ["b", 5], "trim_offsets": true, "add_prefix_space": true}),
        json!({"id": 7, "content": "", "special": true, "single_word": false, "lstrip": true, "rstrip": true, "normalized": true}),
    ];
    prop_oneof![
        4 => select(known),
        1 => any::<u64>().prop_map(Value::from),
        1 => any::<f64>().prop_map(Value::from),
        1 => ".{0,8}".prop_map(Value::from),
    ]
}

/// One to three edits.
pub(crate) fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let place = any::<Index>;
    let edit = prop_oneof![
        4 => (place(), values()).prop_map(|(at, value)| Edit::Replace(at, value)),
        2 => place().prop_map(Edit::Remove),
        1 => (place(), 1usize..200).prop_map(|(at, depth)| Edit::Nest(at, depth)),
        1 => (place(), 1usize..500).prop_map(|(at, times)| Edit::Repeat(at, times)),
        2 => (place(), place()).prop_map(|(at, from)| Edit::Copy(at, from)),
    ];
    vec(edit, 1..4)
}

/// What the edits make of a document.
pub(crate) fn edit(document: &Value, edits: &[Edit]) -> Value {
    let mut document = document.clone();
    for edit in edits {
        let paths = paths(&document);
        let path = |place: &Index| paths[place.index(paths.len())].clone();
        match edit {
            Edit::Replace(place, value) => *at(&mut document, &path(place)) = value.clone(),
            Edit::Remove(place) => remove(&mut document, &path(place)),
            Edit::Nest(place, depth) => {
                let part = at(&mut document, &path(place));
                for _ in 0..*depth {
                    *part = Value::Array(vec![part.take()]);
                }
            }
            Edit::Repeat(place, times) => {
                if let Value::Array(list) = at(&mut document, &path(place)) {
                    // Of lists in lists, too: more is no other case, and takes
                    // gigabytes before a parser sees any of it.
                    let parts: usize = list.iter().map(parts).sum();
                    let length = list.len() * (*times).min(1 + 20_000 / (1 + parts));
                    *list = list.iter().cloned().cycle().take(length).collect();
                }
            }
            Edit::Copy(to, from) => {
                let part = at(&mut document, &path(from)).clone();
                *at(&mut document, &path(to)) = part;
            }
        }
    }
    document
}

/// How many values a part is made of.
fn parts(part: &Value) -> usize {
    match part {
        Value::Array(list) => list.iter().map(parts).sum::<usize>() + 1,
        Value::Object(map) => map.values().map(parts).sum::<usize>() + 1,
        _ => 1,
    }
}

/// The paths of all parts: of objects as evenly as of long lists, of which
/// only the ends are taken, so that places are spread over what matters.
fn paths(document: &Value) -> Vec<Vec<usize>> {
    const ENDS: usize = 3;
    let mut paths = vec![Vec::new()];
    let mut next = 0;
    while next < paths.len() {
        let path = paths[next].clone();
        let count = match find(document, &path) {
            Value::Array(list) => list.len(),
            Value::Object(map) => map.len(),
            _ => 0,
        };
        let own = (0..count).filter(|at| *at < ENDS * 8 || at + ENDS >= count);
        paths.extend(own.map(|at| [path.as_slice(), &[at]].concat()));
        next += 1;
    }
    paths
}

fn find<'a>(document: &'a Value, path: &[usize]) -> &'a Value {
    path.iter().fold(document, |part, &at| match part {
        Value::Array(list) => &list[at],
        Value::Object(map) => map.values().nth(at).unwrap(),
        _ => unreachable!("only these have parts"),
    })
}

fn at<'a>(document: &'a mut Value, path: &[usize]) -> &'a mut Value {
    path.iter().fold(document, |part, &at| match part {
        Value::Array(list) => &mut list[at],
        Value::Object(map) => map.values_mut().nth(at).unwrap(),
        _ => unreachable!("only these have parts"),
    })
}

fn remove(document: &mut Value, path: &[usize]) {
    let Some((&last, path)) = path.split_last() else {
        return;
    };
    match at(document, path) {
        Value::Array(list) => drop(list.remove(last)),
        Value::Object(map) => {
            let kept = std::mem::take(map).into_iter().enumerate();
            *map = kept
                .filter(|(at, _)| *at != last)
                .map(|(_, entry)| entry)
                .collect::<Map<_, _>>();
        }
        _ => unreachable!("only these have parts"),
    }
}

/// The metadata of a safetensors file that Nerite wrote, edited, and the same
/// tensors, as their shapes say.
pub(crate) fn edit_metadata(file: &[u8], edits: &[Edit]) -> Vec<u8> {
    edit_header(file, |header| {
        let own = header["__metadata__"]["nerite"].as_str().unwrap();
        let own = edit(&serde_json::from_str(own).unwrap(), edits);
        header["__metadata__"]["nerite"] = own.to_string().into();
    })
}

/// A safetensors file whose header is edited as JSON.
pub(crate) fn edit_tensors(file: &[u8], edits: &[Edit]) -> Vec<u8> {
    edit_header(file, |header| *header = edit(header, edits))
}

fn edit_header(file: &[u8], change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let (length, rest) = file.split_first_chunk::<8>().unwrap();
    let (header, data) = rest.split_at(u64::from_le_bytes(*length) as usize);
    let mut header: Value = serde_json::from_slice(header).unwrap();
    change(&mut header);
    let header = header.to_string();
    [
        &(header.len() as u64).to_le_bytes(),
        header.as_bytes(),
        data,
    ]
    .concat()
}
