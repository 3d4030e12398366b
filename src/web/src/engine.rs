//! A bundle in memory: built from the bytes of its files as they arrive, then
//! asked about texts. Long, as it is all that a worker calls of a bundle.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use js_sys::Uint32Array;
use nerite::{
    Aggregation, Block, BundleHead, BundleLoader, Decoder, Head, LoadError, LoadedBundle, Manifest,
    Options, Piece, Pieces, Prediction, RecognizeError, Recognizer, Sentence, Strategy, Unit,
    Utf16Offsets, Workspace, cut, from_utf16,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use crate::results::{Bundle, HeadResult, Outline, Vocabulary};
use crate::sentences::Encoded;

/// Why something was refused, as a page's `NeriteError` has it.
pub(crate) struct Refusal {
    code: &'static str,
    message: String,
}

impl Refusal {
    pub(crate) fn new(code: &'static str, message: impl ToString) -> Self {
        Self {
            code,
            message: message.to_string(),
        }
    }
}

impl From<LoadError> for Refusal {
    fn from(error: LoadError) -> Self {
        let code = match error {
            LoadError::Bundle(_) => "bundle",
            LoadError::Integrity(_) => "integrity",
            LoadError::Memory(_) => "memory",
        };
        Self::new(code, error)
    }
}

impl From<Refusal> for JsValue {
    fn from(refusal: Refusal) -> Self {
        let error = js_sys::Error::new(&refusal.message);
        // Setting a property of a new object does not fail.
        let _ = js_sys::Reflect::set(&error, &"code".into(), &refusal.code.into());
        error.into()
    }
}

pub(crate) fn to_js(value: &impl Serialize) -> Result<JsValue, Refusal> {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    value
        .serialize(&serializer)
        .map_err(|error| Refusal::new("input", error))
}

pub(crate) fn from_js<T: DeserializeOwned>(value: JsValue) -> Result<T, Refusal> {
    serde_wasm_bindgen::from_value(value).map_err(|error| Refusal::new("input", error))
}

/// One bundle.
#[wasm_bindgen]
pub struct Engine {
    loader: BundleLoader,
    /// Once all files have been read.
    bundle: Option<LoadedBundle>,
    /// What is known of sentences, by their words, layer upon layer.
    pub(crate) encoded: HashMap<Vec<String>, Arc<Encoded>>,
    /// For runs of the encoder over given words.
    pub(crate) workspace: Workspace,
}

/// How one head is asked.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Question {
    head: String,
    decoder: Option<Decoder>,
    #[serde(default)]
    aggregation: Aggregation,
    strategy: Option<Strategy>,
}

#[wasm_bindgen]
impl Engine {
    /// Reads `manifest.json`; the files that it names are to follow, in the
    /// order of [`Engine::files`].
    #[wasm_bindgen(constructor)]
    pub fn new(manifest: &[u8]) -> Result<Engine, JsValue> {
        Ok(Self {
            loader: BundleLoader::new(manifest).map_err(Refusal::from)?,
            bundle: None,
            encoded: HashMap::new(),
            workspace: Workspace::default(),
        })
    }

    /// The files to be read, in order: `{file, bytes, sha256, parts?}`; once
    /// they have been, those of added heads as well.
    pub fn files(&self) -> Result<JsValue, JsValue> {
        let files: Vec<_> = match &self.bundle {
            Some(bundle) => bundle.manifest.files().collect(),
            None => self.loader.files().collect(),
        };
        Ok(to_js(&files)?)
    }

    /// Takes the sha256 of the next part of the current file, whose bytes are
    /// to follow. (A browser hashes many times faster than this engine could,
    /// but only what is in one piece.)
    #[wasm_bindgen(js_name = checkPart)]
    pub fn check_part(&mut self, sha256: &[u8]) -> Result<(), JsValue> {
        Ok(self.loader.check_part(sha256).map_err(Refusal::from)?)
    }

    /// Takes the next bytes of the current file.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), JsValue> {
        Ok(self.loader.push(bytes).map_err(Refusal::from)?)
    }

    /// Says that the current file has come to its end. Checks its size and
    /// sha256, and what it holds, before anything of it is used.
    #[wasm_bindgen(js_name = finishFile)]
    pub fn finish_file(&mut self) -> Result<(), JsValue> {
        self.bundle = self.loader.finish_file(now).map_err(Refusal::from)?;
        Ok(())
    }

    /// Adds a head that is not in the bundle's folder, in the place of one that
    /// was added under the same name before.
    #[wasm_bindgen(js_name = addHead)]
    pub fn add_head(&mut self, id: &str, title: &str, bytes: Vec<u8>) -> Result<(), JsValue> {
        let bundle = self.bundle.as_mut().ok_or_else(unread)?;
        Ok(bundle.add_head(id, title, bytes).map_err(Refusal::from)?)
    }

    /// The manifest of a bundle with the heads that were added, without
    /// reports, of which `head` is the default one.
    pub fn manifest(&self, head: &str) -> Result<String, JsValue> {
        let mut manifest = self.bundle()?.manifest.clone();
        manifest.default_head = head.to_owned();
        manifest
            .heads
            .iter_mut()
            .for_each(|head| head.report = None);
        let json = serde_json::to_string_pretty(&manifest);
        Ok(json.map_err(|error| Refusal::new("bundle", error))? + "\n")
    }

    /// The file of a head, if there is such a head.
    #[wasm_bindgen(js_name = headFile)]
    pub fn head_bytes(&self, id: &str) -> Option<Vec<u8>> {
        self.head_file(id).map(<[u8]>::to_vec)
    }

    /// What there is to say of the bundle, once all files have been read.
    pub fn describe(&self) -> Result<JsValue, JsValue> {
        let LoadedBundle {
            manifest,
            recognizer,
            heads,
            ..
        } = self.bundle()?;
        Ok(to_js(&Bundle::new(manifest, recognizer.encoder(), heads))?)
    }

    /// The words and sentences of a text:
    /// `{words: Uint32Array (start and end of each), sentences: Uint32Array
    /// (how many words each has)}`. Where the heads read pieces, these are the
    /// words, and blocks of them the sentences; then there is also
    /// `pieces: {ids: Uint32Array, marks: Uint8Array (1: a subword to Python, 2:
    /// of the same word as the piece before), contexts: Uint32Array (the first
    /// piece that a block reads, and the one after the last)}`.
    pub fn outline(&self, text: &str) -> Result<JsValue, JsValue> {
        let reads_pieces = |head: &Head| head.config().unit() == Unit::Pieces;
        match &self.bundle {
            Some(bundle) if bundle.heads.first().is_some_and(reads_pieces) => {
                let pieces = bundle.recognizer.pieces(text);
                let pieces = pieces.map_err(|error| Refusal::new("input", error))?;
                Ok(to_js(&Outline::of_pieces(text, &pieces))?)
            }
            _ => Ok(to_js(&Outline::new(text, &cut(text)))?),
        }
    }

    /// How the first words of a text look to the vocabulary:
    /// `{words, subwords, unknown}`, of words with a letter.
    pub fn vocabulary(&self, text: &str) -> Result<JsValue, JsValue> {
        let found = self.bundle()?.recognizer.vocabulary(text);
        let found = found.map_err(|error| Refusal::new("input", error))?;
        Ok(to_js(&Vocabulary::from(found))?)
    }

    /// What the heads make of words of a text, in one run of the encoder.
    /// `words` and `sentences` are as in [`Engine::outline`], `questions` a
    /// list of `{head, decoder?, aggregation?}`; the answers are in its order:
    /// `{tags: Uint32Array, probabilities: Float32Array (words x tags),
    /// entities: [{words, type, score}], doubtful: as entities}`.
    pub fn predict(
        &mut self,
        text: &str,
        words: &[u32],
        sentences: &[u32],
        questions: JsValue,
    ) -> Result<JsValue, JsValue> {
        let questions: Vec<Question> = from_js(questions)?;
        let sentences = sentences_of(text, words, sentences)?;
        let (recognizer, heads) = self.asked(&questions)?;
        let heads: Vec<_> = heads
            .into_iter()
            .zip(&questions)
            .map(|(head, question)| (head, question.options()))
            .collect();
        let found = recognizer.recognize_words(text, &sentences, &heads);
        answers(found)
    }

    /// What heads of pieces make of blocks of pieces, in one run of the
    /// encoder. `ids` and `marks` are those of all that the blocks read, one
    /// block after the other, `blocks` for each how many these are, and of them
    /// the first that is its own and the one after the last. Questions and
    /// answers are as in [`Engine::predict`], but with `strategy` instead of
    /// `decoder` and `aggregation`, and the answers are of own pieces.
    #[wasm_bindgen(js_name = predictPieces)]
    pub fn predict_pieces(
        &mut self,
        ids: &[u32],
        marks: &[u8],
        blocks: &[u32],
        questions: JsValue,
    ) -> Result<JsValue, JsValue> {
        let questions: Vec<Question> = from_js(questions)?;
        let pieces = pieces_of(ids, marks, blocks)?;
        let (recognizer, heads) = self.asked(&questions)?;
        let heads: Vec<_> = heads
            .into_iter()
            .zip(&questions)
            .map(|(head, question)| (head, question.strategy))
            .collect();
        let found = recognizer.recognize_pieces(&pieces, &heads);
        answers(found)
    }
}

fn answers(found: Result<Vec<Prediction>, RecognizeError>) -> Result<JsValue, JsValue> {
    let found = found.map_err(|error| Refusal::new("input", error))?;
    let found: Vec<HeadResult> = found.iter().map(HeadResult::new).collect();
    Ok(to_js(&found)?)
}

impl Question {
    fn options(&self) -> Options {
        Options {
            decoder: self.decoder,
            aggregation: self.aggregation,
            strategy: None,
        }
    }
}

impl Engine {
    /// The recognizer, and the head of each question.
    fn asked(&mut self, questions: &[Question]) -> Result<(&mut Recognizer, Vec<&Head>), Refusal> {
        let bundle = self.bundle.as_mut().ok_or_else(unread)?;
        let LoadedBundle {
            manifest,
            recognizer,
            heads,
            ..
        } = bundle;
        let mut asked = Vec::new();
        for question in questions {
            asked.push(find(manifest, heads, &question.head)?.1);
        }
        Ok((recognizer, asked))
    }

    fn bundle(&self) -> Result<&LoadedBundle, Refusal> {
        self.bundle.as_ref().ok_or_else(unread)
    }

    /// The encoder with its tokenizer, once it has been read.
    pub(crate) fn recognizer(&self) -> Result<&Recognizer, Refusal> {
        Ok(&self.bundle()?.recognizer)
    }

    /// A head by its id.
    pub(crate) fn head(&self, id: &str) -> Result<(&BundleHead, &Head), Refusal> {
        let bundle = self.bundle()?;
        find(&bundle.manifest, &bundle.heads, id)
    }

    /// The bundle's name.
    pub(crate) fn name(&self) -> &str {
        self.loader.name()
    }

    /// The file of a head of the bundle.
    pub(crate) fn head_file(&self, id: &str) -> Option<&[u8]> {
        self.bundle.as_ref()?.head_file(id)
    }
}

fn unread() -> Refusal {
    Refusal::new("bundle", "not all files have been read")
}

/// A head by its id, with what the manifest says of it.
fn find<'a>(
    manifest: &'a Manifest,
    heads: &'a [Head],
    id: &str,
) -> Result<(&'a BundleHead, &'a Head), Refusal> {
    let mut all = manifest.heads.iter().zip(heads);
    all.find(|(entry, _)| entry.id == id).ok_or_else(|| {
        let ids: Vec<&str> = manifest.heads.iter().map(|head| head.id.as_str()).collect();
        let expected = ids.join(", ");
        Refusal::new(
            "input",
            format!("found the head {id:?}, expected one of {expected}"),
        )
    })
}

/// Blocks of pieces as a page has them, checked.
fn pieces_of(ids: &[u32], marks: &[u8], blocks: &[u32]) -> Result<Pieces, Refusal> {
    let refuse = |what: &str| Refusal::new("input", what);
    if ids.len() != marks.len() || !blocks.len().is_multiple_of(3) {
        return Err(refuse("found pieces that lack an id or a mark"));
    }
    let pieces = ids.iter().zip(marks).map(|(&id, mark)| Piece {
        id,
        // The page knows where in the text they are.
        range: 0..0,
        subword: mark & 1 != 0,
        joined: mark & 2 != 0,
    });
    let mut start = 0usize;
    let mut found = Vec::new();
    for block in blocks.chunks_exact(3) {
        let [length, first, last] = [block[0], block[1], block[2]].map(|at| at as usize);
        let end = start.checked_add(length).filter(|&end| end <= ids.len());
        let (Some(end), true) = (end, first < last && last <= length) else {
            return Err(refuse("found a block that does not lie in its pieces"));
        };
        found.push(Block {
            pieces: start..end,
            own: start + first..start + last,
        });
        start = end;
    }
    Ok(Pieces {
        pieces: pieces.collect(),
        blocks: found,
    })
}

/// Words and sentences as a page has them, checked.
pub(crate) fn sentences_of(
    text: &str,
    words: &[u32],
    sentences: &[u32],
) -> Result<Vec<Sentence>, Refusal> {
    let refuse = |what: &str| Refusal::new("input", what);
    let count: u64 = sentences.iter().map(|&words| u64::from(words)).sum();
    if !words.len().is_multiple_of(2) || count != words.len() as u64 / 2 {
        return Err(refuse("found sentences of other words than were given"));
    }
    let bytes = from_utf16(text, words)
        .ok_or_else(|| refuse("found words that do not lie in the text, in order"))?;
    let mut ranges = bytes.chunks_exact(2).map(|ends| ends[0]..ends[1]);
    let sentences = sentences.iter();
    Ok(sentences
        .map(|&words| ranges.by_ref().take(words as usize).collect())
        .collect())
}

/// Offsets in UTF-16 code units of a text's byte offsets.
pub(crate) fn utf16_offsets<'a>(
    text: &str,
    words: impl Iterator<Item = &'a Range<usize>>,
) -> Uint32Array {
    let mut offsets = Utf16Offsets::new(text);
    // A JavaScript string has fewer than 2^32 code units.
    let mut at = |byte| offsets.at(byte) as u32;
    let ends: Vec<u32> = words
        .flat_map(|word| [at(word.start), at(word.end)])
        .collect();
    Uint32Array::from(ends.as_slice())
}

/// Milliseconds on the engine's clock.
fn now() -> f64 {
    let clock = js_sys::Reflect::get(&js_sys::global(), &"performance".into());
    let clock = clock.and_then(|clock| clock.dyn_into::<web_sys::Performance>());
    clock.map_or(0.0, |clock| clock.now())
}
