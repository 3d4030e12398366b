//! Checkpoints, spoilt in every way that can be thought of: no panic, no memory
//! beyond what the file's size allows, no hang.
//!
//! `PROPTEST_CASES=100000 cargo test --release -p nerite-trainer --test hostile`
//! looks longer than the few hundred cases of a usual run.

#[path = "../../core/tests/hostile/memory.rs"]
mod memory;
#[path = "../../core/tests/hostile/mutation.rs"]
#[allow(dead_code)]
mod mutation;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use crate::common::{Lab, golden, pytorch};
use memory::{Bounds, within};
use mutation::{change, changes, edit, edits};
use nerite_encoders::{Lookup, Source};
use proptest::prelude::*;
use safetensors::SafeTensors;
use serde_json::Value;

fn config() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn fine<T>(result: Result<T, String>) -> Result<T, TestCaseError> {
    result.map_err(TestCaseError::fail)
}

/// A copy of a golden checkpoint with one file spoilt.
struct Spoilt {
    lab: Lab,
    folder: PathBuf,
}

impl Spoilt {
    fn new(encoder: &str) -> Self {
        let lab = Lab::new();
        let folder = lab.copy_of(encoder, "copy");
        Self { lab, folder }
    }

    fn put(&self, file: &str, bytes: &[u8]) -> &Self {
        self.lab.write(&format!("copy/{file}"), bytes);
        self
    }

    fn without(&self, file: &str) -> &Self {
        std::fs::remove_file(self.folder.join(file)).unwrap();
        self
    }

    fn source(&self) -> Option<Source> {
        Source::find(self.folder.to_str().unwrap(), &Lookup::default(), &|_| {}).ok()
    }

    /// Reads all weights; whether they can be read.
    fn weights(&self, length: usize) -> Result<bool, TestCaseError> {
        // A model of f32 is a copy of its file, and one of candle's.
        let bounds = Bounds {
            per_byte: 100,
            constant: 200 << 20,
        };
        let read = || Some(self.source()?.full_precision(&[0, 2]).is_ok());
        Ok(fine(within(bounds, length, read))?.unwrap_or(false))
    }

    /// Reads the tokenizer; whether it can be read.
    fn tokenizer(&self, length: usize) -> Result<bool, TestCaseError> {
        let bounds = Bounds {
            per_byte: 200,
            constant: 16 << 20,
        };
        let read = || {
            let json = self.source()?.tokenizer().ok()?;
            nerite::Tokenizer::from_bytes(&json, 1000).ok()
        };
        Ok(fine(within(bounds, length, read))?.is_some())
    }
}

fn weights() -> Vec<u8> {
    std::fs::read(golden("bert-tiny").join("model.safetensors")).unwrap()
}

static PYTORCH: LazyLock<Vec<u8>> = LazyLock::new(|| pytorch(&weights()));

/// The pickle within, whose changes the archive's checksums would hide.
fn with_pickle(change: impl FnOnce(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let mut old = zip::ZipArchive::new(std::io::Cursor::new(&PYTORCH[..])).unwrap();
    let mut new = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for index in 0..old.len() {
        let entry = old.by_index_raw(index).unwrap();
        if !entry.name().unwrap().ends_with("data.pkl") {
            new.raw_copy_file(entry).unwrap();
        }
    }
    let mut pickle = Vec::new();
    std::io::copy(&mut old.by_name("model/data.pkl").unwrap(), &mut pickle).unwrap();
    let stored =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    new.start_file("model/data.pkl", stored).unwrap();
    new.write_all(&change(&pickle)).unwrap();
    new.finish().unwrap().into_inner()
}

/// An ONNX file of the same weights: the protocol's fields, by number.
static ONNX: LazyLock<Vec<u8>> = LazyLock::new(|| {
    fn varint(mut value: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        while value > 0x7f {
            bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        bytes.push(value as u8);
        bytes
    }
    let number = |field: u64, value: u64| [varint(field << 3), varint(value)].concat();
    let bytes = |field: u64, value: &[u8]| {
        let length = varint(value.len() as u64);
        [varint(field << 3 | 2).as_slice(), &length, value].concat()
    };
    let weights = weights();
    let file = SafeTensors::deserialize(&weights).unwrap();
    let mut graph = bytes(2, b"graph");
    for (name, tensor) in file.iter() {
        let mut own: Vec<u8> = tensor
            .shape()
            .iter()
            .flat_map(|&size| number(1, size as u64))
            .collect();
        own.extend(
            [
                number(2, 1),
                bytes(8, name.as_bytes()),
                bytes(9, tensor.data()),
            ]
            .concat(),
        );
        graph.extend(bytes(5, &own));
    }
    let scale = [
        number(2, 1),
        bytes(8, b"scale"),
        bytes(9, &0.1f32.to_le_bytes()),
    ];
    let small = [
        number(1, 2),
        number(1, 3),
        number(2, 3),
        bytes(8, b"small"),
        bytes(9, &[1, 2, 3, 4, 5, 250]),
    ];
    graph.extend([bytes(5, &scale.concat()), bytes(5, &small.concat())].concat());
    for (operation, name, inputs, output) in [
        (
            "DequantizeLinear",
            "d",
            ["small", "scale"],
            "small_DequantizeLinear_Output",
        ),
        (
            "MatMul",
            "/layer.0/lin/MatMul",
            ["x", "small_DequantizeLinear_Output"],
            "y",
        ),
    ] {
        let node = [
            bytes(1, inputs[0].as_bytes()),
            bytes(1, inputs[1].as_bytes()),
            bytes(2, output.as_bytes()),
            bytes(3, name.as_bytes()),
            bytes(4, operation.as_bytes()),
        ];
        graph.extend(bytes(1, &node.concat()));
    }
    [number(1, 8), bytes(7, &graph)].concat()
});

proptest! {
    #![proptest_config(config())]

    #[test]
    fn safetensors_checkpoints(changes in changes(), edits in edits()) {
        let spoilt = Spoilt::new("bert-tiny");
        let file = weights();
        let bytes = change(&file, &changes);
        spoilt.put("model.safetensors", &bytes).weights(bytes.len())?;
        let bytes = mutation::edit_tensors(&file, &edits);
        spoilt.put("model.safetensors", &bytes).weights(bytes.len())?;
    }

    #[test]
    fn pytorch_checkpoints(changes in changes()) {
        let spoilt = Spoilt::new("bert-tiny");
        spoilt.without("model.safetensors");
        let bytes = change(&PYTORCH, &changes);
        spoilt.put("pytorch_model.bin", &bytes).weights(bytes.len())?;
        let bytes = with_pickle(|pickle| change(pickle, &changes));
        spoilt.put("pytorch_model.bin", &bytes).weights(bytes.len())?;
    }

    #[test]
    fn onnx_checkpoints(changes in changes()) {
        let spoilt = Spoilt::new("bert-tiny");
        spoilt.without("model.safetensors");
        let bytes = change(&ONNX, &changes);
        spoilt.put("model.onnx", &bytes).weights(bytes.len())?;
    }

    #[test]
    fn configurations(edits in edits()) {
        let spoilt = Spoilt::new("bert-tiny");
        let json = std::fs::read(spoilt.folder.join("config.json")).unwrap();
        let json: Value = serde_json::from_slice(&json).unwrap();
        spoilt.put("config.json", edit(&json, &edits).to_string().as_bytes());
        spoilt.weights(weights().len())?;
    }

    #[test]
    fn vocabularies(changes in changes(), edits in edits()) {
        let read = |path: &Path, name: &str| std::fs::read(path.join(name)).unwrap();
        let spoilt = Spoilt::new("bert-tiny");
        spoilt.without("tokenizer.json");
        let vocab = change(&read(&spoilt.folder, "vocab.txt"), &changes);
        spoilt.put("vocab.txt", &vocab).tokenizer(vocab.len())?;
        let spoilt = Spoilt::new("roberta-tiny");
        spoilt.without("tokenizer.json");
        let merges = change(&read(&spoilt.folder, "merges.txt"), &changes);
        spoilt.put("merges.txt", &merges).tokenizer(10_000 + merges.len())?;
        let vocab: Value = serde_json::from_slice(&read(&spoilt.folder, "vocab.json")).unwrap();
        let vocab = edit(&vocab, &edits).to_string();
        spoilt.put("vocab.json", vocab.as_bytes()).tokenizer(merges.len() + vocab.len())?;
    }
}

#[test]
fn what_is_spoilt_here_is_right_before() {
    let spoilt = Spoilt::new("bert-tiny");
    assert!(spoilt.weights(weights().len()).unwrap());
    assert!(spoilt.tokenizer(4000).unwrap());
    spoilt.without("model.safetensors");
    for (name, file) in [("model.onnx", &*ONNX), ("pytorch_model.bin", &PYTORCH)] {
        spoilt.put(name, file);
        assert!(spoilt.weights(file.len()).unwrap(), "{name}");
    }
    let same = with_pickle(<[u8]>::to_vec);
    assert!(
        spoilt
            .put("pytorch_model.bin", &same)
            .weights(same.len())
            .unwrap()
    );
}

/// Lengths that, added to a position, come out before it: a reader that
/// believes them never ends.
#[test]
fn onnx_lengths_do_not_wrap() {
    let spoilt = Spoilt::new("bert-tiny");
    spoilt.without("model.safetensors");
    for field in [1u8, 4, 5, 7, 9] {
        for back in [1u8, 2, 11, 12, 13] {
            // The field's number and wire type, and a length of 2^64 - back.
            let mut file = vec![field << 3 | 2, 0x80 - back];
            file[1] |= 0x80;
            file.extend([0xff; 8]);
            file.push(1);
            let nested = [&[7 << 3 | 2, file.len() as u8][..], &file].concat();
            for file in [file, nested] {
                spoilt.put("model.onnx", &file);
                assert!(!spoilt.weights(file.len()).unwrap());
            }
        }
    }
}

/// Pickles that ask for all memory, or for all of the stack.
#[test]
fn pickles_do_not_swell() {
    let spoilt = Spoilt::new("bert-tiny");
    spoilt.without("model.safetensors");
    let twice = b"h\0h\0\x86q\0".repeat(60);
    let long = [&b"\x80\x02X"[..], &u32::MAX.to_le_bytes(), b"abc."].concat();
    let deep = [&b"\x80\x02N"[..], &b"\x85".repeat(3_000_000), b"."].concat();
    let kept = [
        &b"\x80\x02]("[..],
        &b"N".repeat(100_000),
        b"e",
        &b"q\0".repeat(100_000),
        b".",
    ];
    let short = b"\x80\x02}X\x01\0\0\0xctorch._utils\n_rebuild_tensor_v2\n)Rs.".to_vec();
    for pickle in [
        [&b"\x80\x02Nq\0"[..], &twice, b"."].concat(),
        long,
        deep,
        kept.concat(),
        short,
    ] {
        let file = with_pickle(|_| pickle);
        spoilt.put("pytorch_model.bin", &file);
        assert!(!spoilt.weights(file.len()).unwrap());
    }
}
