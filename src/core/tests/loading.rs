//! A bundle that comes in bit by bit, whole and in every way damaged.

#![cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]

mod checkpoint;

use checkpoint::Checkpoint;
use nerite::{
    Architecture, BundleFile, BundleHead, BundleLoader, Config, Encoder, HeadConfig, LoadError,
    LoadedBundle, Manifest, Strategy, TagSet, head_file, quantize,
};
use sha2::{Digest, Sha256};

macro_rules! golden {
    ($path:literal) => {
        include_bytes!(concat!("../../../tests/golden/encoders/bert-tiny/", $path))
    };
}

/// A manifest, and the files that it names, in order.
struct Bundle {
    manifest: Manifest,
    files: Vec<Vec<u8>>,
}

/// A head of this encoder, with numbers that have no meaning.
fn head(encoder_sha256: &str, hidden: usize, pieces: Option<Strategy>) -> Vec<u8> {
    let tags = TagSet::new(["B-per", "I-per", "O"]).unwrap();
    let head = HeadConfig {
        pieces,
        ..HeadConfig::linear(tags, vec![1], hidden, encoder_sha256)
    };
    let tensors = head.tensors().unwrap();
    let numbers: Vec<Vec<f32>> = tensors
        .iter()
        .map(|tensor| vec![0.25; tensor.len()])
        .collect();
    head_file(&head, &numbers).unwrap()
}

fn entry(id: &str, file: &[u8]) -> BundleHead {
    BundleHead {
        id: id.into(),
        title: id.into(),
        file: BundleFile::of(format!("{id}.safetensors"), file),
        report: None,
        agreement: None,
    }
}

fn bundle() -> Bundle {
    let config = std::str::from_utf8(golden!("config.json")).unwrap();
    let weights = Checkpoint::of(golden!("model.safetensors"));
    let config = Config::from_hugging_face(config).unwrap();
    let encoder = quantize(&config, &weights, |_, _| {}).unwrap();
    let loaded = Encoder::from_bytes(&encoder).unwrap();
    let tokenizer = nerite::prepare_tokenizer(golden!("tokenizer.json")).unwrap();
    let head = head(loaded.sha256(), loaded.config().hidden, None);
    let manifest = Manifest::new(
        "tiny".into(),
        Architecture::Bert,
        "tiny".into(),
        None,
        BundleFile::of("encoder.safetensors", &encoder),
        BundleFile::of("tokenizer.json", &tokenizer),
        vec![entry("linear", &head)],
        "linear".into(),
    );
    Bundle {
        manifest,
        files: vec![encoder, tokenizer, head],
    }
}

impl Bundle {
    fn loader(&self) -> BundleLoader {
        BundleLoader::new(self.manifest.to_json().as_bytes()).unwrap()
    }

    /// Loads `files` as if they were the manifest's.
    fn load(&self, files: &[Vec<u8>], piece: usize) -> Result<LoadedBundle, LoadError> {
        let mut loader = self.loader();
        let mut loaded = None;
        for file in files {
            assert!(loaded.is_none(), "it is whole before the last file");
            for bytes in file.chunks(piece) {
                loader.push(bytes)?;
            }
            loaded = loader.finish_file(|| 0.0)?;
        }
        Ok(loaded.expect("it is whole after the last file"))
    }
}

#[test]
fn a_bundle_loads_in_pieces_of_any_size_and_recognizes() {
    let bundle = bundle();
    for piece in [1000, 1 << 20] {
        let mut loaded = bundle.load(&bundle.files, piece).unwrap();
        let text = "Ada met Babbage.";
        let found = loaded
            .recognizer
            .recognize(text, &loaded.heads[0], &nerite::Options::default())
            .unwrap();
        assert_eq!(found.words.len(), 4);
    }
}

#[test]
fn parts_that_were_hashed_elsewhere_are_not_hashed_again() {
    let bundle = bundle();
    let mut loader = bundle.loader();
    let mut loaded = None;
    for file in &bundle.files {
        loader.check_part(&Sha256::digest(file)).unwrap();
        loader.push(file).unwrap();
        loaded = loader.finish_file(|| 0.0).unwrap();
    }
    assert_eq!(loaded.unwrap().heads.len(), 1);

    let mut loader = bundle.loader();
    let error = loader.check_part(&Sha256::digest(b"other")).unwrap_err();
    assert!(matches!(error, LoadError::Integrity(_)), "{error}");
    loader
        .check_part(&Sha256::digest(&bundle.files[0]))
        .unwrap();
    let error = loader
        .check_part(&Sha256::digest(&bundle.files[0]))
        .unwrap_err();
    assert!(
        error.to_string().contains("before the last one's end"),
        "{error}"
    );
}

#[test]
fn what_is_damaged_is_named_and_never_used() {
    let bundle = bundle();
    for place in 0..bundle.files.len() {
        let name = bundle.manifest.files().nth(place).unwrap().file.clone();
        let changes: [fn(&mut Vec<u8>); 4] = [
            |file| *file.last_mut().unwrap() ^= 1,
            |file| file[0] ^= 1,
            |file| file.truncate(file.len() - 1),
            |file| file.push(0),
        ];
        for change in changes {
            let mut files = bundle.files.clone();
            change(&mut files[place]);
            let error = bundle.load(&files, 4096).err().expect("an error");
            assert!(matches!(error, LoadError::Integrity(_)), "{error}");
            assert!(error.to_string().starts_with(&name), "{error}");
        }
    }
}

#[test]
fn heads_are_added_and_replaced_by_their_ids() {
    let bundle = bundle();
    let mut loaded = bundle.load(&bundle.files, 4096).unwrap();
    let encoder = loaded.recognizer.encoder();
    let (sha256, hidden) = (encoder.sha256().to_owned(), encoder.config().hidden);
    for title in ["first", "second"] {
        let file = head(&sha256, hidden, None);
        loaded.add_head("own", title, file.clone()).unwrap();
        assert_eq!(loaded.heads.len(), 2);
        assert_eq!(loaded.head("own").unwrap().0.title, title);
        assert_eq!(loaded.head_file("own"), Some(file.as_slice()));
    }
    loaded.manifest.check().unwrap();
    assert!(loaded.head("other").is_none());

    let another = head(&"0".repeat(64), hidden, None);
    let error = loaded.add_head("own", "third", another).unwrap_err();
    assert!(error.to_string().starts_with("own: "), "{error}");
    assert_eq!(loaded.head("own").unwrap().0.title, "second");
    // What reads pieces needs the tokenizer prepared otherwise.
    let pieces = head(&sha256, hidden, Some(Strategy::First));
    let error = loaded.add_head("pieces", "pieces", pieces).unwrap_err();
    assert!(
        error.to_string().contains("found a head of pieces"),
        "{error}"
    );
}

#[test]
fn all_heads_of_a_bundle_read_the_same_unit() {
    let mut bundle = bundle();
    let loaded = bundle.load(&bundle.files, 4096).unwrap();
    let encoder = loaded.recognizer.encoder();
    let file = head(
        encoder.sha256(),
        encoder.config().hidden,
        Some(Strategy::First),
    );
    bundle.manifest.heads.push(entry("pieces", &file));
    bundle.files.push(file);
    let error = bundle.load(&bundle.files, 4096).err().unwrap();
    let expected =
        "pieces.safetensors: found a head of pieces, expected the unit of the bundle's other heads";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_bundle_is_whole_after_its_last_file_and_takes_no_other() {
    let bundle = bundle();
    let mut loader = bundle.loader();
    let mut whole = Vec::new();
    for file in &bundle.files {
        loader.push(file).unwrap();
        whole.push(loader.finish_file(|| 0.0).unwrap().is_some());
    }
    assert_eq!(whole, [false, false, true]);
    let error = loader.push(&[0]).unwrap_err();
    assert_eq!(error.to_string(), "found bytes after the last file");
    assert!(BundleLoader::new(b"{}").is_err());
}
