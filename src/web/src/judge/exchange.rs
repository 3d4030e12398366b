//! What pages and engines hand to a [`Judge`](super::Judge), and get from it.

use js_sys::{Float32Array, Uint8Array, Uint16Array, Uint32Array};
use nerite::{EntityCalibration, Span, Utf16Offsets};
use nerite_corpora::{Corpus, Options, Sentence, detokenize};
use nerite_fit::Subject;
use serde::{Deserialize, Serialize};

use super::refused;
use crate::engine::Refusal;

/// How a file is to be read, where its contents do not tell.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Reading {
    pub(super) format: Option<String>,
    pub(super) encoding: Option<String>,
    pub(super) scheme: Option<String>,
    pub(super) word_column: Option<String>,
    pub(super) tag_column: Option<String>,
    pub(super) sentence_column: Option<String>,
    pub(super) labels: Vec<String>,
}

impl Reading {
    pub(super) fn options(self) -> Result<Options, Refusal> {
        fn parsed<T: std::str::FromStr<Err = String>>(
            name: &str,
            value: Option<String>,
        ) -> Result<Option<T>, Refusal> {
            let value = value.map(|value| value.parse());
            let fault = |error| refused(format!("options.{name}: {error}"));
            value.transpose().map_err(fault)
        }
        Ok(Options {
            format: parsed("format", self.format)?,
            encoding: parsed("encoding", self.encoding)?,
            scheme: parsed("scheme", self.scheme)?,
            word_column: parsed("wordColumn", self.word_column)?,
            tag_column: parsed("tagColumn", self.tag_column)?,
            sentence_column: parsed("sentenceColumn", self.sentence_column)?,
            labels: self.labels,
        })
    }
}

/// What a labelled file turned out to hold.
#[derive(Serialize)]
pub(super) struct Read<'a> {
    pub(super) name: &'a str,
    pub(super) format: &'a str,
    pub(super) encoding: String,
    pub(super) scheme: &'a str,
    /// All that was found out, in one line.
    pub(super) found: String,
    pub(super) notes: &'a [String],
    pub(super) sha256: &'a str,
    pub(super) sentences: usize,
    pub(super) words: usize,
    pub(super) types: Vec<Type>,
}

/// A type with the number of its entities.
#[derive(Serialize)]
pub(super) struct Type {
    pub(super) r#type: String,
    pub(super) entities: usize,
}

/// A text with marks.
#[derive(Default, Serialize)]
pub(super) struct Marked {
    pub(super) text: String,
    pub(super) marks: Vec<Mark>,
    /// Its length in UTF-16 code units.
    #[serde(skip)]
    pub(super) units: usize,
}

#[derive(Serialize)]
pub(super) struct Mark {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) r#type: String,
}

impl Marked {
    pub(super) fn add(&mut self, corpus: &Corpus, sentence: &Sentence) {
        // A sentence goes over no empty line.
        if !self.text.is_empty() {
            self.text += "\n\n";
            self.units += 2;
        }
        let (text, words) = match &sentence.text {
            Some(own) => (own.text.clone(), own.words.clone()),
            None => detokenize(&sentence.words),
        };
        let tags = sentence.tags.iter().map(|&tag| corpus.tags.tag(tag.into()));
        let mut offsets = Utf16Offsets::new(&text);
        let marks = Span::read_strict(tags).into_iter().map(|span| Mark {
            start: self.units + offsets.at(words[span.words.start].start),
            end: self.units + offsets.at(words[span.words.end - 1].end),
            r#type: span.kind.to_owned(),
        });
        self.marks.extend(marks);
        self.units += text.encode_utf16().count();
        self.text += &text;
    }
}

/// A head as an engine knows it, for [`Judge::begin`](super::Judge::begin).
#[derive(Serialize, Deserialize)]
pub(super) struct Candidate {
    pub(super) subject: Subject,
    pub(super) tags: Vec<String>,
    pub(super) entity_calibration: Option<EntityCalibration>,
    pub(super) decoder: String,
    pub(super) backend: String,
    /// The sha256 of the corpus that it was fitted on and the split, where both
    /// are known.
    pub(super) fitted: Option<[String; 2]>,
}

/// Sentences to be tagged, as [`Engine::tag`](crate::Engine::tag) takes them.
#[derive(Serialize)]
pub(super) struct Words {
    pub(super) text: String,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub(super) words: Uint32Array,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub(super) sentences: Uint32Array,
}

/// What one head says of sentences.
#[derive(Serialize)]
pub(super) struct Said {
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub(super) tags: Uint16Array,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub(super) confidences: Float32Array,
}

/// What all heads say of them; words without a subword have a 1 in `dropped`.
#[derive(Serialize)]
pub(super) struct Answer {
    pub(super) heads: Vec<Said>,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub(super) dropped: Uint8Array,
}

/// A report and what is to be said beside it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Told {
    pub(super) json: String,
    /// The split of the head's training, if it was fitted on this very file.
    pub(super) fitted_on: Option<String>,
}

/// How a judging went.
#[derive(Deserialize)]
pub(super) struct Circumstances {
    pub(super) machine: String,
    pub(super) seconds: f64,
    pub(super) command: String,
}
