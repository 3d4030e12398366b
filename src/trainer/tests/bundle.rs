//! `nerite bundle`, `restore` and `predict`: bundles made, mended, refused,
//! and what they find in texts.

use crate::common::{Lab, columns, sha256, wait, wait_until};
use serde_json::Value;

/// A place with a bundle of a head that has learnt the made-up corpus. The
/// encoder is a folder in it, `tiny`.
pub(super) fn lab() -> Lab {
    let lab = Lab::new();
    lab.copy_of("bert-tiny", "tiny");
    lab.write("c.conll", columns(300));
    lab.ok("train c.conll --out run --encoder tiny --layers all --epochs 6 --batch 8 --learning-rate 0.01");
    lab
}

pub(super) fn bundled() -> Lab {
    let lab = lab();
    let said = lab.ok("bundle --encoder tiny --head run/base --head run/fine-tuned --out b");
    assert!(said.contains("2 heads"), "{said}");
    lab
}

/// Every object in a manifest that names a file.
fn files(manifest: &Value) -> Vec<&Value> {
    let mut found = vec![&manifest["encoder"], &manifest["tokenizer"]];
    for head in manifest["heads"].as_array().unwrap() {
        found.extend([head, &head["report"]]);
    }
    found
}

#[test]
fn a_manifest_tells_the_truth() {
    let lab = bundled();
    let manifest = lab.json("b/manifest.json");
    assert_eq!(manifest["format"], "nerite-bundle");
    assert_eq!(manifest["architecture"], "bert");
    assert_eq!(manifest["name"], "tiny");
    assert_eq!(manifest["source"], "tiny");
    assert_eq!(manifest["default_head"], "fine-tuned");
    let mut names = vec!["manifest.json".to_owned()];
    for file in files(&manifest) {
        let name = file["file"].as_str().unwrap();
        let contents = lab.read(&format!("b/{name}"));
        assert_eq!(file["bytes"], contents.len(), "{name}");
        assert_eq!(file["sha256"], sha256(contents), "{name}");
        names.push(name.to_owned());
    }
    names.sort();
    assert_eq!(lab.files("b"), names);
    for id in ["base", "fine-tuned"] {
        let head = lab.read(&format!("b/heads/{id}.safetensors"));
        assert_eq!(head, lab.read(&format!("run/{id}/head.safetensors")));
        let report = lab.read(&format!("b/reports/{id}.json"));
        assert_eq!(report, lab.read(&format!("run/{id}/report.json")));
    }
    // Heads of two trainings, whose folders have one name.
    let two = "--encoder tiny --head run/fine-tuned --head";
    lab.refused(
        &format!("bundle {two} run/../run/fine-tuned --out two"),
        &["found a second head of the name fine-tuned, expected another name, as in NAME="],
    );
    let said = lab.ok(&format!("bundle {two} mine=run/fine-tuned --out two"));
    assert!(said.contains("2 heads (fine-tuned, mine)"), "{said}");
    // The same again is the same.
    let first = lab.read("b/manifest.json");
    lab.ok("bundle --encoder tiny --head run/base --head run/fine-tuned --out b");
    assert_eq!(lab.read("b/manifest.json"), first);
    lab.ok("bundle --encoder tiny --head run/base --head run/fine-tuned --default base --out b");
    assert_eq!(lab.json("b/manifest.json")["default_head"], "base");
    lab.is_tidy();
}

#[test]
fn a_head_is_added_to_a_bundle_of_its_encoder() {
    let lab = bundled();
    let names = || -> Vec<String> {
        let manifest = lab.json("b/manifest.json");
        let heads = manifest["heads"].as_array().unwrap();
        let name = |head: &Value| head["id"].as_str().unwrap().to_owned();
        heads.iter().map(name).collect()
    };
    let earlier = lab.json("b/manifest.json")["heads"].clone();
    lab.ok("train c.conll --out other --encoder tiny --epochs 1");
    std::fs::rename(lab.path("other/fine-tuned"), lab.path("mine")).unwrap();
    let said = lab.ok("bundle --head mine --encoder tiny --out b");
    assert!(said.contains("3 heads (base, fine-tuned, mine)"), "{said}");
    let manifest = lab.json("b/manifest.json");
    assert_eq!(manifest["default_head"], "mine");
    assert_eq!(manifest["heads"][0], earlier[0]);
    assert_eq!(manifest["heads"][1], earlier[1]);
    assert!(lab.ok("restore b").contains("complete already"));
    // One of the same name is replaced where it is.
    lab.ok("bundle --head other/base --encoder tiny --default fine-tuned --out b");
    assert_eq!(names(), ["base", "fine-tuned", "mine"]);
    let manifest = lab.json("b/manifest.json");
    assert_eq!(manifest["default_head"], "fine-tuned");
    assert_ne!(manifest["heads"][0], earlier[0]);

    // Where the encoder is from is kept, whatever its folder is called today.
    lab.copy_of("bert-tiny", "elsewhere");
    lab.ok("bundle --head mine --encoder elsewhere --out b");
    assert_eq!(lab.json("b/manifest.json")["source"], "tiny");
    assert!(lab.ok("restore b").contains("complete already"));

    // Heads of another encoder have no place there, nor those that read other
    // subwords. A bundle that is not whole is not added to either.
    let before = lab.read("b/manifest.json");
    let refused = |arguments: &str, expected: &str| {
        lab.refused(&format!("bundle {arguments} --out b"), &[expected]);
    };
    lab.copy_of("distilbert-tiny", "distil");
    lab.ok("train c.conll --out d --encoder distil --epochs 1");
    let another = "b: found a bundle there of tiny with another encoder";
    refused("--head d/base --encoder distil", another);
    lab.copy_of("bert-tiny", "changed");
    let mut tokenizer = lab.json("changed/tokenizer.json");
    tokenizer["normalizer"] = Value::Null;
    lab.write("changed/tokenizer.json", tokenizer.to_string());
    refused(
        "--head run/base --encoder changed",
        "tiny with another tokenizer",
    );
    let head = lab.path("b/heads/mine.safetensors");
    std::fs::rename(&head, lab.path("away")).unwrap();
    refused(
        "--head run/base --encoder tiny",
        "mine.safetensors: missing",
    );
    std::fs::rename(lab.path("away"), &head).unwrap();
    std::fs::rename(lab.path("mine"), lab.path("Mine")).unwrap();
    refused("--head Mine --encoder tiny", "another name for \"Mine\"");
    assert_eq!(lab.read("b/manifest.json"), before);
    lab.ok("bundle --bundle b --npm tiny-bundle --out packed");
    lab.refused(
        "bundle --head run/base --encoder tiny --out packed",
        &["npm package"],
    );
    lab.write("b/manifest.json", "{");
    refused("--head run/base --encoder tiny", "no head can be added to");
    lab.is_tidy();
}

#[test]
fn there_is_a_bundle_while_another_takes_its_place() {
    let lab = bundled();
    lab.write("b/reports/mine.json", "kept");
    let manifest = lab.path("b/manifest.json");
    let bundle = "bundle --encoder tiny --head run/base --head run/fine-tuned --out b";
    for _ in 0..3 {
        let mut child = lab.start(bundle);
        let is_gone = wait_until(&mut child, || !manifest.is_file());
        assert!(!is_gone, "there was none");
        assert_eq!(wait(child).code, Some(0));
    }
    // Killed at any time, the old one or the new one is there, and whole.
    for milliseconds in (0..60).step_by(4) {
        let mut child = lab.start(bundle);
        std::thread::sleep(std::time::Duration::from_millis(milliseconds));
        child.kill().unwrap();
        wait(child);
        assert!(lab.ok("restore b").contains("complete already"));
    }
    lab.ok(bundle);
    assert_eq!(lab.read("b/reports/mine.json"), b"kept");
    lab.is_tidy();
}

#[test]
fn what_makes_no_bundle_is_refused() {
    let lab = lab();
    for (arguments, expected) in [
        (
            "--encoder tiny --head nowhere",
            &["nowhere", "head.safetensors", "nerite train"][..],
        ),
        ("--encoder tiny --head run", &["run", "head.safetensors"]),
        (
            "--encoder tiny --head run/base --head run/base",
            &["base", "found a second head of the name base"],
        ),
        (
            "--encoder tiny --head run/base --default best",
            &["best", "default"],
        ),
        (
            "--encoder nowhere/at/all --head run/base",
            &["nowhere/at/all"],
        ),
        // A head refuses an encoder that it was not trained on.
        ("--encoder other --head run/base", &["run/base", "encoder"]),
    ] {
        lab.copy_of("distilbert-tiny", "other");
        lab.refused(&format!("bundle --out b {arguments}"), expected);
        assert!(!lab.path("b").exists(), "{arguments}");
    }
    lab.misused("bundle --out b --encoder tiny", &["--head"]);
    lab.misused("bundle --head run/base --encoder tiny", &["--out"]);
    for (name, contents) in [
        ("head.safetensors", "nonsense"),
        ("report.json", "{}"),
        ("report.json", "[\n"),
    ] {
        let whole = lab.read(&format!("run/base/{name}"));
        let path = lab.write(&format!("run/base/{name}"), contents);
        lab.refused("bundle --out b --encoder tiny --head run/base", &[name]);
        std::fs::write(path, whole).unwrap();
    }
}

#[test]
fn a_report_of_another_head_is_refused() {
    let lab = lab();
    let report = lab.read("run/base/report.json");
    lab.write("run/fine-tuned/report.json", report);
    lab.refused(
        "bundle --out b --encoder tiny --head run/fine-tuned",
        &["fine-tuned", "report.json"],
    );
}

#[test]
fn an_npm_package_has_the_licence_of_the_weights() {
    let lab = bundled();
    let mut manifest = lab.json("b/manifest.json");
    let text = b"Their text.\n";
    lab.write("b/LICENSE.txt", text);
    manifest["license"] = serde_json::json!({
        "name": "CC-BY-4.0",
        "attribution": "Tiny by Someone",
        "file": { "file": "LICENSE.txt", "bytes": text.len(), "sha256": sha256(text) },
    });
    lab.write("b/manifest.json", manifest.to_string());
    lab.ok("bundle --bundle b --npm tiny-bundle --out packed");
    assert_eq!(lab.read("packed/LICENSE.txt"), text);
    let told = String::from_utf8(lab.read("packed/LICENSE")).unwrap();
    for part in ["CC-BY-4.0", "Tiny by Someone", "LICENSE.txt"] {
        assert!(told.contains(part), "{told}");
    }
    // What a page loads has no text in it.
    let loaded = String::from_utf8(lab.read("packed/index.js")).unwrap();
    assert!(loaded.contains("encoder.safetensors"), "{loaded}");
    assert!(!loaded.contains("LICENSE"), "{loaded}");
    // Other terms for the package do not take the weights' own away.
    lab.ok("bundle --bundle b --npm tiny-bundle --license MIT --out again");
    assert_eq!(lab.read("again/LICENSE.txt"), text);
    lab.is_tidy();
}

#[test]
fn a_missing_encoder_is_made_again() {
    let lab = bundled();
    let names = ["b/encoder.safetensors", "b/tokenizer.json"];
    let whole = names.map(|name| lab.read(name));
    assert_eq!(lab.ok("restore b"), "b: complete already\n");
    for fresh in [false, true] {
        if fresh {
            lab.clear_cache();
        }
        for name in names {
            std::fs::remove_file(lab.path(name)).unwrap();
        }
        lab.write("t.txt", "year");
        lab.refused(
            "predict t.txt --bundle b",
            &["encoder.safetensors", "nerite restore b"],
        );
        assert_eq!(lab.ok("restore b"), "b: restored\n");
        assert_eq!(names.map(|name| lab.read(name)), whole);
    }
    // A damaged one too.
    lab.write(names[0], &whole[0][1..]);
    assert_eq!(lab.ok("restore b"), "b: restored\n");
    assert_eq!(lab.read(names[0]), whole[0]);
    // Another checkpoint under the name gives another encoder.
    std::fs::remove_file(lab.path(names[0])).unwrap();
    std::fs::remove_dir_all(lab.path("tiny")).unwrap();
    lab.refused("restore b", &["tiny"]);
    lab.copy_of("distilbert-tiny", "tiny");
    lab.refused("restore b", &["tiny", "encoder.safetensors", "b"]);
    assert!(!lab.path(names[0]).exists());
    lab.refused("restore nowhere", &["nowhere", "manifest.json"]);
    lab.is_tidy();
}

#[test]
fn a_missing_head_is_not_called_complete() {
    let lab = bundled();
    std::fs::remove_file(lab.path("b/heads/base.safetensors")).unwrap();
    let outcome = lab.run("restore b");
    assert_eq!(outcome.code, Some(1), "{}", outcome.stdout);
    assert!(outcome.stderr.contains("heads/base.safetensors"));
}

#[test]
fn a_flipped_byte_is_refused() {
    let lab = bundled();
    for name in [
        "encoder.safetensors",
        "tokenizer.json",
        "heads/base.safetensors",
    ] {
        let path = format!("b/{name}");
        let whole = lab.read(&path);
        for at in [0, whole.len() / 2, whole.len() - 1] {
            let mut flipped = whole.clone();
            flipped[at] ^= 1;
            lab.write(&path, flipped);
            lab.refused(
                "predict --bundle b --head base",
                &[name, "sha256", "expected"],
            );
        }
        lab.write(&path, &whole[1..]);
        lab.refused(
            "predict --bundle b --head base",
            &[name, "bytes", "expected"],
        );
        std::fs::remove_file(lab.path(&path)).unwrap();
        lab.refused("predict --bundle b --head base", &[name, "missing"]);
        lab.write(&path, whole);
    }
    let manifest = String::from_utf8(lab.read("b/manifest.json")).unwrap();
    for (from, to) in [
        ("{", "["),
        ("\"version\": 1", "\"version\": 2"),
        ("\"encoder.safetensors\"", "\"../encoder.safetensors\""),
        ("\"fine-tuned\"", "\"\""),
    ] {
        let changed = manifest.replacen(from, to, 1);
        assert_ne!(changed, manifest);
        lab.write("b/manifest.json", changed);
        lab.refused("predict --bundle b", &["b: ", "manifest.json"]);
    }
    lab.write("b/manifest.json", &manifest);
    lab.refused(
        "predict --bundle b --head best",
        &["best", "base, fine-tuned"],
    );
    lab.refused("predict --bundle tiny", &["tiny", "manifest.json"]);
    lab.misused("predict", &["--bundle"]);
    lab.misused(
        "predict --bundle b --output xml",
        &["text", "json", "conll"],
    );
    lab.ok("predict --bundle b");
}

#[test]
fn a_bundle_of_a_folder_can_be_restored_from_elsewhere() {
    let lab = bundled();
    std::fs::remove_file(lab.path("b/encoder.safetensors")).unwrap();
    let mut command = lab.command("restore . --encoder ../tiny");
    command.current_dir(lab.path("b"));
    let outcome = crate::common::finish(command, b"");
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
}
