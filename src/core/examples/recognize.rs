//! Finds the entities of a text with the first head of a bundle:
//! `cargo run --release --example recognize www/bundles/all-MiniLM-L6-v2 "Ada met Babbage."`

use std::error::Error;
use std::path::PathBuf;

use nerite::{BundleFile, Encoder, Head, MANIFEST, Manifest, Options, Recognizer};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(text)) = (arguments.next(), arguments.next()) else {
        return Err("expected the folder of a bundle and a text".into());
    };
    let folder = PathBuf::from(folder);
    let manifest = Manifest::from_json(&std::fs::read(folder.join(MANIFEST))?)?;
    let read = |file: &BundleFile| -> Result<Vec<u8>, Box<dyn Error>> {
        let bytes = std::fs::read(folder.join(&file.file))?;
        file.verify(&bytes)?;
        Ok(bytes)
    };
    let encoder = Encoder::from_bytes(&read(&manifest.encoder)?)?;
    let mut recognizer = Recognizer::new(encoder, &read(&manifest.tokenizer)?)?;
    let head = Head::from_bytes(&read(&manifest.heads[0].file)?)?;
    let found = recognizer.recognize(&text, &head, &Options::default())?;
    for entity in found.entities {
        println!(
            "{:6} {:.3} {}",
            entity.kind, entity.score, &text[entity.range]
        );
    }
    Ok(())
}
