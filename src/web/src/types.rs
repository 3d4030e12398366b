//! What JavaScript gets, and its TypeScript types.

use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::messages;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** Bytes loaded so far, and of how many; over all files of a bundle. */
export interface Progress { loaded: number; total: number }

/** A head of the bundle. */
export interface HeadInfo { id: string; title: string }

/** A word of the text. `text.slice(start, end)` is the word. */
export interface Word {
    start: number;
    end: number;
    /** The tag that the head gives it. */
    tag: string;
    /** The probability of that tag. */
    score: number;
    /** The probability of every tag, in the order of `Prediction.tags`. */
    probabilities: Float32Array;
}

/** An entity. `text.slice(start, end)` is its text. */
export interface Entity {
    start: number;
    end: number;
    type: string;
    text: string;
    /** The mean probability of its words' tags. */
    score: number;
    /** Its words: the first, and the one after the last. */
    words: [number, number];
}

/** What a head makes of a text. */
export interface Prediction {
    head: string;
    tags: string[];
    /** Time in the worker. */
    milliseconds: number;
    words: Word[];
    entities: Entity[];
}

/**
 * Loads a bundle in a worker.
 * @param url the bundle's folder
 * @param onProgress called with bytes loaded and their total
 */
export function load(url: string | URL, onProgress?: (progress: Progress) => void): Promise<Recognizer>;
"#;

#[derive(Serialize)]
pub(crate) struct Progress {
    pub(crate) loaded: f64,
    pub(crate) total: f64,
}

#[derive(Serialize)]
pub(crate) struct HeadInfo {
    id: String,
    title: String,
}

impl From<&messages::BundleHead> for HeadInfo {
    fn from(head: &messages::BundleHead) -> Self {
        Self {
            id: head.id.clone(),
            title: head.title.clone(),
        }
    }
}

#[derive(Serialize)]
pub(crate) struct Prediction {
    head: String,
    tags: Vec<String>,
    milliseconds: f64,
    words: Vec<Word>,
    entities: Vec<Entity>,
}

#[derive(Serialize)]
struct Word {
    start: u32,
    end: u32,
    tag: String,
    score: f32,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    probabilities: js_sys::Float32Array,
}

#[derive(Serialize)]
struct Entity {
    start: u32,
    end: u32,
    r#type: String,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    text: js_sys::JsString,
    score: f32,
    words: [u32; 2],
}

impl Prediction {
    /// Puts the worker's answer into the form that JavaScript sees.
    pub(crate) fn new(answer: messages::Prediction, text: &js_sys::JsString, head: String) -> Self {
        let width = answer.tags.len() as u32;
        // One array, of which every word has a view.
        let all = js_sys::Float32Array::from(answer.probabilities.as_slice());
        let words = answer
            .words
            .iter()
            .zip(0..)
            .map(|(word, index): (_, u32)| Word {
                start: word.start,
                end: word.end,
                tag: answer.tags[word.tag as usize].clone(),
                score: all.get_index(index * width + word.tag),
                probabilities: all.subarray(index * width, (index + 1) * width),
            });
        let words = words.collect();
        let entities = answer.entities.into_iter().map(|entity| Entity {
            start: entity.start,
            end: entity.end,
            text: text.slice(entity.start, entity.end),
            r#type: entity.kind,
            score: entity.score,
            words: entity.words,
        });
        Self {
            head,
            milliseconds: answer.milliseconds,
            words,
            entities: entities.collect(),
            tags: answer.tags,
        }
    }
}
