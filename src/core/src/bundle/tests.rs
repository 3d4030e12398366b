#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;

fn manifest() -> Manifest {
    let head = BundleHead {
        id: "base".into(),
        title: "untrained".into(),
        file: BundleFile::of("heads/base.safetensors", b"head"),
        report: None,
        agreement: None,
    };
    Manifest::new(
        "tiny".into(),
        Architecture::Bert,
        "tiny".into(),
        None,
        BundleFile::of("encoder.safetensors", b"encoder"),
        BundleFile::of("tokenizer.json", b"tokenizer"),
        vec![head],
        "base".into(),
    )
}

#[test]
fn manifests_come_back() {
    let manifest = manifest();
    assert_eq!(
        Manifest::from_json(manifest.to_json().as_bytes()).unwrap(),
        manifest
    );
    assert_eq!(manifest.bytes(), 4 + 7 + 9);
    assert!(manifest.encoder.verify(b"encoder").is_ok());
    assert!(manifest.encoder.verify(b"encodes").is_err());
    assert!(manifest.encoder.verify(b"").is_err());
}

#[test]
fn parts_are_those_of_the_file() {
    let mut contents = vec![1; 2 * PART_BYTES + 1];
    contents[PART_BYTES] = 2;
    let file = BundleFile::of("encoder.safetensors", &contents);
    let whole = |from: usize, to: usize| BundleFile::of("part", &contents[from..to]).sha256;
    for (at, to) in [
        (0, PART_BYTES),
        (PART_BYTES, 2 * PART_BYTES),
        (2 * PART_BYTES, 2 * PART_BYTES + 1),
    ] {
        assert_eq!(file.part_at(at as u64), Some(&*whole(at, to)));
    }
    assert_eq!(file.part_at(1), None);
    assert_eq!(file.part_at(3 * PART_BYTES as u64), None);
    let small = BundleFile::of("tokenizer.json", b"tokenizer");
    assert_eq!(small.part_at(0), Some(&*small.sha256));

    let mut manifest = manifest();
    manifest.encoder = file;
    manifest.check().unwrap();
    let json = manifest.to_json();
    assert_eq!(Manifest::from_json(json.as_bytes()).unwrap(), manifest);
    manifest.encoder.parts[1] = "x".into();
    assert!(manifest.check().is_err());
    manifest.encoder.parts.truncate(1);
    assert!(manifest.check().is_err());
    manifest.encoder.parts.clear();
    manifest.check().unwrap();
    assert_eq!(manifest.encoder.part_at(0), None);
}

#[test]
fn large_files_are_cut_into_pieces() {
    let contents = vec![1; 2 * PART_BYTES + 1];
    let mut file = BundleFile::of("encoder.safetensors", &contents);
    let part = PART_BYTES as u64;
    let name = |index| format!("encoder.safetensors.{index}");
    assert_eq!(
        file.cut(3 * part),
        [("encoder.safetensors".into(), 2 * part + 1)]
    );
    assert_eq!(
        file.cut(2 * part - 1),
        [(name(0), part), (name(1), part), (name(2), 1)]
    );
    assert_eq!(file.piece_bytes, Some(part));
    let mut manifest = manifest();
    manifest.encoder = file;
    let json = manifest.to_json();
    assert_eq!(Manifest::from_json(json.as_bytes()).unwrap(), manifest);
    for wrong in [0, 1, part + 1] {
        manifest.encoder.piece_bytes = Some(wrong);
        assert!(manifest.check().is_err(), "{wrong}");
    }
}

#[test]
fn what_could_do_harm_is_refused() {
    let mut manifest = manifest();
    manifest.heads[0].report = Some(BundleFile::of("reports/base.json", b"report"));
    manifest.license = Some(License {
        name: "CC-BY-4.0".into(),
        attribution: Some("Someone".into()),
        url: Some("https://example.org/licence".into()),
        file: Some(BundleFile::of("LICENSE.txt", b"text")),
    });
    let json = manifest.to_json();
    for (from, to) in [
        ("\"encoder.safetensors\"", "\"../encoder.safetensors\""),
        ("\"encoder.safetensors\"", "\"/etc/passwd\""),
        ("\"heads/base.safetensors\"", "\"heads/..\""),
        ("\"reports/base.json\"", "\"../../report.json\""),
        ("\"encoder.safetensors\"", "\"a/b/c\""),
        ("\"encoder.safetensors\"", "\"https://example.org\""),
        ("\"encoder.safetensors\"", "\"a\\\\b\""),
        ("\"encoder.safetensors\"", "\"\""),
        // What a browser would take for a page, a script, a picture.
        ("\"encoder.safetensors\"", "\"encoder.html\""),
        ("\"heads/base.safetensors\"", "\"heads/base.js\""),
        ("\"tokenizer.json\"", "\"tokenizer.svg\""),
        ("\"reports/base.json\"", "\"reports/base.html\""),
        ("\"default_head\": \"base\"", "\"default_head\": \"best\""),
        ("\"bytes\": 7", "\"bytes\": 99999999999"),
        ("\"bytes\": 7", "\"bytes\": -1"),
        ("\"version\": 1", "\"version\": 2"),
        ("\"id\": \"base\"", "\"id\": \"<b>\""),
        ("\"LICENSE.txt\"", "\"../LICENSE.txt\""),
        ("\"LICENSE.txt\"", "\"LICENSE.html\""),
        ("\"https://example.org/licence\"", "\"javascript:alert(1)\""),
        ("\"CC-BY-4.0\"", "\"\""),
    ] {
        let changed = json.replace(from, to);
        assert_ne!(changed, json, "{from}");
        assert!(
            Manifest::from_json(changed.as_bytes()).is_err(),
            "{to} was accepted"
        );
    }
    assert!(Manifest::from_json(&vec![b' '; MAX_MANIFEST_BYTES + 1]).is_err());
}

#[test]
fn revisions_are_names_that_git_takes() {
    for name in [
        "main",
        "v1.0",
        "refs/pr/7",
        "feature/x-y_z",
        "c9745ed1d9f207416be6d2e6f8de32d1f16199bf",
        "1+2#3%",
    ] {
        assert!(is_revision(name), "{name}");
    }
    for name in [
        "",
        "..",
        "../../../home",
        "a/../b",
        "/etc/passwd",
        "a//b",
        "a/",
        "-x",
        ".x",
        "a/.x",
        "x.lock",
        "x.",
        "@",
        "a@{b",
        "a b",
        "a\\b",
        "a\nb",
        "C:",
        "a?b",
        "\u{e9}",
        &"x".repeat(201),
    ] {
        assert!(!is_revision(name), "{name}");
        let mut manifest = manifest();
        manifest.revision = Some(name.into());
        assert!(manifest.check().is_err(), "{name}");
    }
}
