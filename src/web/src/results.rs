//! What an engine answers, in the form that JavaScript takes.

use js_sys::{Float32Array, Uint8Array, Uint32Array};
use nerite::{
    Decoder, Encoder, Head, License, Manifest, Piece, Pieces, Prediction, Sentence, Strategy, Unit,
};
use serde::Serialize;

use crate::engine::utf16_offsets;

/// What a page may know of a bundle.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Bundle<'a> {
    name: &'a str,
    source: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    license: &'a Option<License>,
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
    unit: &'a str,
    scheme: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    strategy: Option<&'a str>,
    strategies: Vec<&'a str>,
}

impl<'a> Bundle<'a> {
    pub(crate) fn new(manifest: &'a Manifest, encoder: &'a Encoder, heads: &'a [Head]) -> Self {
        let heads = manifest.heads.iter().zip(heads);
        let heads = heads.map(|(entry, head)| {
            let config = head.config();
            let strategies = match config.unit() {
                Unit::Words => &[][..],
                Unit::Pieces => Strategy::ALL,
            };
            HeadInfo {
                id: &entry.id,
                title: &entry.title,
                kind: config.kind.name(),
                layers: &config.layers,
                tags: config.tags.labels(),
                bytes: entry.file.bytes as f64,
                decoder: config.decoder.name(),
                decoders: head.decoders().into_iter().map(Decoder::name).collect(),
                unit: config.unit().name(),
                scheme: config.tags.scheme().name(),
                strategy: config.pieces.map(Strategy::name),
                strategies: strategies.iter().map(|own| own.name()).collect(),
            }
        });
        Self {
            name: &manifest.name,
            source: &manifest.source,
            license: &manifest.license,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    pieces: Option<PieceOutline>,
}

/// What is needed of pieces to read them.
#[derive(Serialize)]
struct PieceOutline {
    #[serde(with = "serde_wasm_bindgen::preserve")]
    ids: Uint32Array,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    marks: Uint8Array,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    contexts: Uint32Array,
}

impl Outline {
    pub(crate) fn new(text: &str, sentences: &[Sentence]) -> Self {
        let lengths: Vec<u32> = sentences
            .iter()
            .map(|sentence| sentence.len() as u32)
            .collect();
        Self {
            words: utf16_offsets(text, sentences.iter().flatten()),
            sentences: Uint32Array::from(lengths.as_slice()),
            pieces: None,
        }
    }

    pub(crate) fn of_pieces(text: &str, Pieces { pieces, blocks }: &Pieces) -> Self {
        let ranges = pieces.iter().map(|piece| &piece.range);
        let lengths: Vec<u32> = blocks.iter().map(|block| block.own.len() as u32).collect();
        let ids: Vec<u32> = pieces.iter().map(|piece| piece.id).collect();
        let mark = |piece: &Piece| u8::from(piece.subword) | u8::from(piece.joined) << 1;
        let marks: Vec<u8> = pieces.iter().map(mark).collect();
        let contexts: Vec<u32> = blocks
            .iter()
            .flat_map(|block| [block.pieces.start as u32, block.pieces.end as u32])
            .collect();
        Self {
            words: utf16_offsets(text, ranges),
            sentences: Uint32Array::from(lengths.as_slice()),
            pieces: Some(PieceOutline {
                ids: Uint32Array::from(ids.as_slice()),
                marks: Uint8Array::from(marks.as_slice()),
                contexts: Uint32Array::from(contexts.as_slice()),
            }),
        }
    }
}

/// How words look to the vocabulary.
#[derive(Serialize)]
pub(crate) struct Vocabulary {
    words: f64,
    subwords: f64,
    unknown: f64,
}

impl From<nerite::Vocabulary> for Vocabulary {
    fn from(found: nerite::Vocabulary) -> Self {
        let [words, subwords, unknown] =
            [found.words, found.subwords, found.unknown].map(|count| count as f64);
        Self {
            words,
            subwords,
            unknown,
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
    doubtful: Vec<Entity>,
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
        let [entities, doubtful] = [&found.entities, &found.doubtful].map(|own| {
            let own = own.iter().map(|entity| Entity {
                words: [entity.words.start, entity.words.end],
                r#type: entity.kind.clone(),
                score: entity.score,
            });
            own.collect()
        });
        Self {
            tags: Uint32Array::from(tags.as_slice()),
            probabilities: Float32Array::from(probabilities.as_slice()),
            entities,
            doubtful,
        }
    }
}
