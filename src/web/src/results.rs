//! What an engine answers, in the form that JavaScript takes.

use js_sys::{Float32Array, Uint32Array};
use nerite::{Decoder, Encoder, Head, Manifest, Prediction, Sentence};
use serde::Serialize;

use crate::engine::utf16_offsets;

/// What a page may know of a bundle.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Bundle<'a> {
    name: &'a str,
    architecture: &'a str,
    bytes: f64,
    backend: &'a str,
    heads: Vec<HeadInfo<'a>>,
    default_head: &'a str,
}

#[derive(Serialize)]
struct HeadInfo<'a> {
    id: &'a str,
    title: &'a str,
    kind: &'a str,
    layers: &'a [usize],
    tags: &'a [String],
    bytes: f64,
    decoder: &'a str,
    decoders: Vec<&'a str>,
}

impl<'a> Bundle<'a> {
    pub(crate) fn new(manifest: &'a Manifest, encoder: &'a Encoder, heads: &'a [Head]) -> Self {
        let heads = manifest.heads.iter().zip(heads);
        let heads = heads.map(|(entry, head)| {
            let config = head.config();
            let mut decoders = vec![Decoder::Argmax.name(), Decoder::Rules.name()];
            if head.transitions().is_some() {
                decoders.push(Decoder::Transitions.name());
            }
            HeadInfo {
                id: &entry.id,
                title: &entry.title,
                kind: config.kind.name(),
                layers: &config.layers,
                tags: config.tags.labels(),
                bytes: entry.file.bytes as f64,
                decoder: config.decoder.name(),
                decoders,
            }
        });
        Self {
            name: &manifest.name,
            architecture: manifest.architecture.name(),
            bytes: manifest.bytes() as f64,
            backend: encoder.backend(),
            heads: heads.collect(),
            default_head: &manifest.default_head,
        }
    }
}

/// The words and sentences of a text.
#[derive(Serialize)]
pub(crate) struct Outline {
    #[serde(with = "serde_wasm_bindgen::preserve")]
    words: Uint32Array,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    sentences: Uint32Array,
}

impl Outline {
    pub(crate) fn new(text: &str, sentences: &[Sentence]) -> Self {
        let lengths: Vec<u32> = sentences
            .iter()
            .map(|sentence| sentence.len() as u32)
            .collect();
        Self {
            words: utf16_offsets(text, sentences),
            sentences: Uint32Array::from(lengths.as_slice()),
        }
    }
}

/// What one head makes of the words.
#[derive(Serialize)]
pub(crate) struct HeadResult {
    #[serde(with = "serde_wasm_bindgen::preserve")]
    tags: Uint32Array,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    probabilities: Float32Array,
    entities: Vec<Entity>,
}

#[derive(Serialize)]
struct Entity {
    words: [usize; 2],
    r#type: String,
    score: f32,
}

impl HeadResult {
    pub(crate) fn new(found: &Prediction) -> Self {
        let tags: Vec<u32> = found.words.iter().map(|word| word.tag as u32).collect();
        let probabilities = found.words.iter().flat_map(|word| &word.probabilities);
        let probabilities: Vec<f32> = probabilities.copied().collect();
        let entities = found.entities.iter().map(|entity| Entity {
            words: [entity.words.start, entity.words.end],
            r#type: entity.kind.clone(),
            score: entity.score,
        });
        Self {
            tags: Uint32Array::from(tags.as_slice()),
            probabilities: Float32Array::from(probabilities.as_slice()),
            entities: entities.collect(),
        }
    }
}
