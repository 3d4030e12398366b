//! `nerite encoder fetch`: checkpoints in every layout, broken ones, and names
//! that stand for none.

use std::collections::HashMap;
use std::path::Path;

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use serde_json::{Value, json};

use crate::common::{ENCODERS, Lab, golden, pytorch, sha256};
use crate::encoders::{cases, features};

pub(super) fn fetch(lab: &Lab, folder: &Path) -> HashMap<String, String> {
    let said = lab.ok(&format!("encoder fetch {}", folder.display()));
    let pairs = said.lines().filter_map(|line| line.split_once(' '));
    pairs
        .map(|(key, value)| (key.into(), value.trim().into()))
        .collect()
}

#[test]
fn a_checkpoint_gives_the_same_bytes_every_time() {
    let lab = Lab::new();
    let mut all = Vec::new();
    for name in ENCODERS {
        let first = fetch(&lab, &golden(name));
        let path = lab.cached("encoder.safetensors").unwrap();
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(first["quantized"], path.to_str().unwrap());
        assert_eq!(first["sha256"], sha256(&bytes), "{name}");
        // Found, not made again.
        let made = std::fs::metadata(&path).unwrap().modified().unwrap();
        assert_eq!(fetch(&lab, &golden(name)), first);
        assert_eq!(std::fs::metadata(&path).unwrap().modified().unwrap(), made);
        lab.is_tidy();
        lab.clear_cache();
        assert_eq!(fetch(&lab, &golden(name)), first, "{name}");
        // The same contents in another place are the same entry.
        let copy = fetch(&lab, &lab.copy_of(name, name));
        assert_eq!(copy["quantized"], first["quantized"]);
        lab.clear_cache();
        all.push(first["sha256"].clone());
    }
    all.sort();
    all.dedup();
    assert_eq!(all.len(), ENCODERS.len());
}

#[test]
fn vocabularies_make_the_tokenizer_that_tokenizer_json_is() {
    let lab = Lab::new();
    for name in ENCODERS {
        let sentences: Vec<_> = cases(name).into_iter().map(|case| case.words).collect();
        let expected = features(&lab, &golden(name), "int8", &sentences);
        let copy = lab.copy_of(name, name);
        std::fs::remove_file(copy.join("tokenizer.json")).unwrap();
        let found = features(&lab, &copy, "int8", &sentences);
        assert_eq!(found.subwords, expected.subwords, "{name}");
        assert_eq!(found.features, expected.features, "{name}");
    }
    // The vocabulary's own options are read: without them, text is lowercased.
    let cased = golden("bert-tiny-prefixed");
    let copy = lab.copy_of("bert-tiny-prefixed", "without-options");
    std::fs::remove_file(copy.join("tokenizer.json")).unwrap();
    std::fs::remove_file(copy.join("tokenizer_config.json")).unwrap();
    let sentences = [vec!["Kenya".to_owned()]];
    assert_ne!(
        features(&lab, &cased, "int8", &sentences).features,
        features(&lab, &copy, "int8", &sentences).features
    );
}

#[test]
fn pytorch_files_are_read_as_safetensors_are() {
    for name in ENCODERS {
        let lab = Lab::new();
        let copy = lab.copy_of(name, "copy");
        let weights = std::fs::read(copy.join("model.safetensors")).unwrap();
        std::fs::remove_file(copy.join("model.safetensors")).unwrap();
        let file = pytorch(&weights);
        std::fs::write(copy.join("pytorch_model.bin"), &file).unwrap();
        let expected = fetch(&lab, &golden(name));
        assert_eq!(fetch(&lab, &copy)["sha256"], expected["sha256"], "{name}");
    }
}

#[test]
fn broken_pytorch_files_are_refused() {
    let lab = Lab::new();
    let copy = lab.copy_of("bert-tiny", "copy");
    let file = pytorch(&std::fs::read(copy.join("model.safetensors")).unwrap());
    std::fs::remove_file(copy.join("model.safetensors")).unwrap();
    let mut flipped = file.clone();
    let pickle = file.windows(8).position(|at| at == b"ctorch._").unwrap();
    flipped[pickle] = 0xff;
    for broken in [&b""[..], b"\x80\x02}.", &file[..file.len() / 2], &flipped] {
        std::fs::write(copy.join("pytorch_model.bin"), broken).unwrap();
        lab.refused("encoder fetch copy", &["pytorch_model.bin"]);
    }
    nothing_is_cached(&lab);
}

/// Only locks are in the cache.
pub(super) fn nothing_is_cached(lab: &Lab) {
    let all = lab.files("cache");
    assert!(all.iter().all(|path| path.ends_with(".lock")), "{all:?}");
}

fn change(path: &Path, change: impl FnOnce(&mut Value)) {
    let mut json = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    change(&mut json);
    std::fs::write(path, json.to_string()).unwrap();
}

#[test]
fn broken_checkpoints_are_refused() {
    let lab = Lab::new();
    let cut = |path: &Path, length: usize| {
        let bytes = std::fs::read(path).unwrap();
        std::fs::write(path, &bytes[..length.min(bytes.len())]).unwrap();
    };
    type Spoil<'a> = Box<dyn Fn(&Path) + 'a>;
    let remove = |file: &'static str| -> Spoil<'_> {
        Box::new(move |folder| std::fs::remove_file(folder.join(file)).unwrap())
    };
    let set = |key: &'static str, value: Value| -> Spoil<'_> {
        Box::new(move |folder| {
            change(&folder.join("config.json"), |config| {
                config[key] = value.clone()
            });
        })
    };
    let write = |file: &'static str, contents: &'static str| -> Spoil<'_> {
        Box::new(move |folder| std::fs::write(folder.join(file), contents).unwrap())
    };
    let truncate = |length: usize| -> Spoil<'_> {
        Box::new(move |folder| cut(&folder.join("model.safetensors"), length))
    };
    let cases: Vec<(&str, Spoil<'_>, &[&str])> = vec![
        ("no config", remove("config.json"), &["copy", "config.json"]),
        (
            "no weights",
            remove("model.safetensors"),
            &["copy", "model.safetensors", "pytorch_model.bin"],
        ),
        ("empty config", write("config.json", ""), &["config.json"]),
        (
            "config of another kind",
            write("config.json", "[1]"),
            &["config.json"],
        ),
        (
            "config cut off",
            Box::new(|folder| cut(&folder.join("config.json"), 100)),
            &["config.json"],
        ),
        (
            "another model",
            set("model_type", json!("gpt2")),
            &["config.json", "gpt2"],
        ),
        (
            "no width",
            set("hidden_size", json!(0)),
            &["config.json", "0"],
        ),
        (
            "negative width",
            set("hidden_size", json!(-32)),
            &["config.json", "-32"],
        ),
        (
            "heads that do not divide",
            set("num_attention_heads", json!(5)),
            &["config.json", "5"],
        ),
        (
            "another width",
            set("hidden_size", json!(64)),
            &["model.safetensors", "64", "32"],
        ),
        (
            "a layer too many",
            set("num_hidden_layers", json!(3)),
            &["model.safetensors"],
        ),
        (
            "a layer number beyond reason",
            set("num_hidden_layers", json!(4_000_000_000_u32)),
            &["config.json"],
        ),
        (
            "another vocabulary",
            set("vocab_size", json!(241)),
            &["model.safetensors", "241", "240"],
        ),
        (
            "another activation",
            set("hidden_act", json!("swish")),
            &["config.json", "swish"],
        ),
        ("empty weights", truncate(0), &["model.safetensors"]),
        (
            "weights cut off in the header",
            truncate(100),
            &["model.safetensors"],
        ),
        ("weights cut off", truncate(100_000), &["model.safetensors"]),
        (
            "no weights at all",
            write("model.safetensors", "Not Found"),
            &["model.safetensors"],
        ),
        (
            "empty tokenizer",
            write("tokenizer.json", ""),
            &["tokenizer.json"],
        ),
        (
            "tokenizer of another kind",
            write("tokenizer.json", "{\"version\": 1}"),
            &["tokenizer.json"],
        ),
    ];
    for (what, spoil, expected) in cases {
        std::fs::remove_dir_all(lab.path("copy")).ok();
        let copy = lab.copy_of("bert-tiny", "copy");
        spoil(&copy);
        println!(
            "{what}: {}",
            lab.run("encoder fetch copy").stderr.trim_end()
        );
        lab.refused("encoder fetch copy", expected);
        lab.is_tidy();
        if !what.contains("tokenizer") {
            nothing_is_cached(&lab);
        }
    }
    // Every kind of vocabulary is missing.
    let copy = lab.copy_of("roberta-tiny", "roberta");
    for file in ["tokenizer.json", "merges.txt"] {
        std::fs::remove_file(copy.join(file)).unwrap();
    }
    lab.refused(
        "encoder fetch roberta",
        &["tokenizer.json", "vocab.txt", "merges.txt"],
    );
    // A vocabulary without the tokens that every sentence needs.
    let copy = lab.copy_of("bert-tiny", "vocab");
    std::fs::remove_file(copy.join("tokenizer.json")).unwrap();
    std::fs::write(copy.join("vocab.txt"), "a\nb\n").unwrap();
    lab.refused("encoder fetch vocab", &["vocab.txt", "[SEP]"]);
    // A tokenizer of another model, with ids that the encoder does not have.
    let copy = lab.copy_of("bert-tiny", "stranger");
    std::fs::copy(
        golden("roberta-tiny").join("tokenizer.json"),
        copy.join("tokenizer.json"),
    )
    .unwrap();
    lab.refused("encoder fetch stranger", &["240"]);
}

/// What stands in the place of a file where a download or a clone went wrong,
/// or where it is older than its readers.
#[test]
fn what_is_no_checkpoint_is_named_for_what_it_is() {
    const POINTER: &[u8] = b"version https://git-lfs.github.com/spec/v1\n\
        oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 90868376\n";
    const PORTAL: &[u8] =
        b"\r\n<!DOCTYPE html><html><head><title>Sign in to the network</title></head></html>";
    // The magic number of torch.save before 1.6, its protocol, and a dictionary.
    const OLD_TORCH: &[u8] =
        b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}q\x00.";
    let lab = Lab::new();
    let weights = [
        "model.safetensors",
        "pytorch_model.bin",
        "model.onnx",
        "onnx/model.onnx",
    ];
    let texts = ["config.json", "tokenizer.json", "tokenizer_config.json"];
    for name in weights.into_iter().chain(texts) {
        for (contents, expected) in [
            (POINTER, ["a pointer of Git LFS", "git lfs pull"]),
            (PORTAL, ["a page of HTML", "download it again"]),
        ] {
            std::fs::remove_dir_all(lab.path("copy")).ok();
            let copy = lab.copy_of("bert-tiny", "copy");
            if weights.contains(&name) {
                std::fs::remove_file(copy.join("model.safetensors")).unwrap();
            }
            lab.write(&format!("copy/{name}"), contents);
            lab.refused("encoder fetch copy", &[&[name][..], &expected].concat());
            // A tokenizer is looked at when the encoder is there.
            if !name.starts_with("tokenizer") {
                nothing_is_cached(&lab);
            }
        }
    }
    std::fs::remove_dir_all(lab.path("copy")).unwrap();
    let copy = lab.copy_of("bert-tiny", "copy");
    std::fs::remove_file(copy.join("model.safetensors")).unwrap();
    lab.write("copy/pytorch_model.bin", OLD_TORCH);
    lab.refused(
        "encoder fetch copy",
        &["pytorch_model.bin", "PyTorch before 1.6", "torch.save"],
    );
}

/// transformers refuses such a checkpoint; with rows of the table left out at
/// its start, every hidden state would be wrong.
#[test]
fn positions_that_the_configuration_does_not_have_are_refused() {
    for name in ["bert-tiny", "distilbert-tiny", "roberta-tiny"] {
        let lab = Lab::new();
        let copy = lab.copy_of(name, "copy");
        change(&copy.join("config.json"), |config| {
            let rows = config["max_position_embeddings"].as_u64().unwrap();
            config["max_position_embeddings"] = json!(rows - 1);
        });
        lab.refused("encoder fetch copy", &["position_embeddings"]);
    }
}

#[test]
fn a_tensor_without_axes_is_refused() {
    let lab = Lab::new();
    let copy = lab.copy_of("bert-tiny", "copy");
    let path = copy.join("model.safetensors");
    let bytes = std::fs::read(&path).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let name = "embeddings.token_type_embeddings.weight";
    let others = file.tensors().into_iter().filter(|(own, _)| own != name);
    let scalar = TensorView::new(Dtype::F32, Vec::new(), &[0; 4]).unwrap();
    let all = others.chain([(name.to_owned(), scalar)]);
    let changed = safetensors::serialize(all, None).unwrap();
    std::fs::write(path, changed).unwrap();
    lab.refused("encoder fetch copy", &[name]);
}
