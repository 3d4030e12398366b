//! A bundle in memory: built from the bytes of its files as they arrive, then
//! asked about texts.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use js_sys::Uint32Array;
use nerite::{
    Aggregation, Block, BundleFile, BundleHead, Decoder, Encoder, EncoderLoader, Head, Manifest,
    Options, PART_BYTES, Piece, Pieces, Prediction, RecognizeError, Recognizer, Sentence, Strategy,
    Unit, Utf16Offsets, Workspace, cut, from_utf16,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use crate::results::{Bundle, HeadResult, Outline};
use crate::trainer::Encoded;

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
    manifest: Manifest,
    /// Files that are whole.
    done: usize,
    /// Of the file that is being read: its bytes so far, up to where their
    /// sha256 is known to be the manifest's, and else their own.
    received: u64,
    checked: u64,
    hash: Sha256,
    encoder: EncoderLoader,
    /// Why the encoder's bytes make none. Said once they are known not to be
    /// damaged, which would be the better reason.
    unusable: Option<Refusal>,
    /// A file that is not the encoder, until it is whole.
    buffer: Vec<u8>,
    loaded: Option<Encoder>,
    recognizer: Option<Recognizer>,
    /// In the manifest's order.
    heads: Vec<Head>,
    /// Their files, which another head may begin with.
    head_files: Vec<Vec<u8>>,
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
        let manifest =
            Manifest::from_json(manifest).map_err(|error| Refusal::new("bundle", error))?;
        Ok(Self {
            manifest,
            done: 0,
            received: 0,
            checked: 0,
            hash: Sha256::new(),
            encoder: EncoderLoader::default(),
            unusable: None,
            buffer: Vec::new(),
            loaded: None,
            recognizer: None,
            heads: Vec::new(),
            head_files: Vec::new(),
            encoded: HashMap::new(),
            workspace: Workspace::default(),
        })
    }

    /// The files to be read, in order: `{file, bytes, sha256, parts?}`.
    pub fn files(&self) -> Result<JsValue, JsValue> {
        Ok(to_js(&self.manifest.files().collect::<Vec<_>>())?)
    }

    /// Takes the sha256 of the next part of the current file, whose bytes are
    /// to follow. (A browser hashes many times faster than this engine could,
    /// but only what is in one piece.)
    #[wasm_bindgen(js_name = checkPart)]
    pub fn check_part(&mut self, sha256: &[u8]) -> Result<(), JsValue> {
        let file = self.file()?;
        if self.received != self.checked {
            let message = format!("{}: found a part before the last one's end", file.file);
            return Err(Refusal::new("integrity", message).into());
        }
        let found: String = sha256.iter().map(|byte| format!("{byte:02x}")).collect();
        match file.part_at(self.received) {
            Some(expected) if expected == found => {}
            expected => {
                let expected = expected.unwrap_or("none");
                return Err(damaged(&file, &format!("sha256 {found}"), expected).into());
            }
        }
        self.checked = file.bytes.min(self.received + PART_BYTES as u64);
        Ok(())
    }

    /// Takes the next bytes of the current file.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), JsValue> {
        let file = self.file()?;
        self.received += bytes.len() as u64;
        if self.checked == 0 {
            self.hash.update(bytes);
        } else if self.received > self.checked {
            let message = format!("{}: found bytes that were not checked", file.file);
            return Err(Refusal::new("integrity", message).into());
        }
        if self.received > file.bytes {
            let message = format!("{}: found more than {} bytes", file.file, file.bytes);
            return Err(Refusal::new("integrity", message).into());
        }
        if self.done == 0 {
            if self.unusable.is_none() {
                let pushed = self.encoder.push(bytes);
                self.unusable = pushed.err().map(|error| Refusal::new("bundle", error));
            }
            let refused = self.unusable.take_if(|_| self.checked > 0);
            return refused.map_or(Ok(()), |refusal| Err(refusal.into()));
        }
        if self.buffer.is_empty() {
            let wanted = file.bytes as usize;
            let room = self.buffer.try_reserve_exact(wanted);
            room.map_err(|_| {
                Refusal::new(
                    "memory",
                    format!(
                        "{}: there is no memory left for its {wanted} bytes",
                        file.file
                    ),
                )
            })?;
        }
        self.buffer.extend_from_slice(bytes);
        Ok(())
    }

    /// Says that the current file has come to its end. Checks its size and
    /// sha256, and what it holds, before anything of it is used.
    #[wasm_bindgen(js_name = finishFile)]
    pub fn finish_file(&mut self) -> Result<(), JsValue> {
        let file = self.file()?;
        let buffer = std::mem::take(&mut self.buffer);
        let hash = std::mem::take(&mut self.hash);
        let checked = std::mem::take(&mut self.checked);
        if self.received != file.bytes {
            let (found, expected) = (self.received, file.bytes);
            return Err(damaged(&file, &format!("{found} bytes"), &format!("{expected}")).into());
        }
        if checked == 0 {
            let found = format!("{:x}", hash.finalize());
            if found != file.sha256 {
                return Err(damaged(&file, &format!("sha256 {found}"), &file.sha256).into());
            }
        }
        if let Some(refusal) = self.unusable.take() {
            return Err(refusal.into());
        }
        let bundle = |error: &dyn std::fmt::Display| {
            Refusal::new("bundle", format!("{}: {error}", file.file))
        };
        match self.done {
            0 => {
                let loader = std::mem::take(&mut self.encoder);
                let encoder = loader.finish(file.sha256.clone());
                let mut encoder = encoder.map_err(|error| bundle(&error))?;
                encoder.choose_kernel(now);
                self.loaded = Some(encoder);
            }
            1 => {
                let encoder = self.loaded.take().expect("the first file was whole");
                let recognizer =
                    Recognizer::new(encoder, &buffer).map_err(|error| bundle(&error))?;
                self.recognizer = Some(recognizer);
            }
            _ => {
                let head = Head::from_bytes(&buffer).map_err(|error| bundle(&error))?;
                let recognizer = self.recognizer.as_ref().expect("the second file was whole");
                head.check_encoder(recognizer.encoder())
                    .map_err(|error| bundle(&error))?;
                let unit = head.config().unit();
                if self.heads.iter().any(|other| other.config().unit() != unit) {
                    return Err(bundle(&format_args!(
                        "found a head of {}, expected the unit of the bundle's other heads",
                        unit.name()
                    ))
                    .into());
                }
                self.heads.push(head);
                self.head_files.push(buffer);
            }
        }
        self.done += 1;
        self.received = 0;
        Ok(())
    }

    /// Adds a head that is not in the bundle's folder, in the place of one that
    /// was added under the same name before.
    #[wasm_bindgen(js_name = addHead)]
    pub fn add_head(&mut self, id: &str, title: &str, bytes: Vec<u8>) -> Result<(), JsValue> {
        let refuse =
            |error: &dyn std::fmt::Display| Refusal::new("bundle", format!("{id}: {error}"));
        let head = Head::from_bytes(&bytes).map_err(|error| refuse(&error))?;
        let encoder = self.recognizer()?.encoder();
        head.check_encoder(encoder)
            .map_err(|error| refuse(&error))?;
        let entry = BundleHead {
            id: id.into(),
            title: title.into(),
            file: BundleFile {
                file: format!("heads/{id}.safetensors"),
                bytes: bytes.len() as u64,
                sha256: format!("{:x}", Sha256::digest(&bytes)),
                parts: Vec::new(),
                piece_bytes: None,
            },
            report: None,
            agreement: None,
        };
        match self.manifest.heads.iter().position(|own| own.id == id) {
            Some(place) => {
                self.manifest.heads[place] = entry;
                (self.heads[place], self.head_files[place]) = (head, bytes);
            }
            None => {
                self.manifest.heads.push(entry);
                self.heads.push(head);
                self.head_files.push(bytes);
                self.done += 1;
            }
        }
        Ok(())
    }

    /// The manifest of a bundle with the heads that were added, without
    /// reports, of which `head` is the default one.
    pub fn manifest(&self, head: &str) -> Result<String, JsValue> {
        let mut manifest = self.manifest.clone();
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
        if self.heads.len() != self.manifest.heads.len() {
            return Err(Refusal::new("bundle", "not all files have been read").into());
        }
        let encoder = self.recognizer.as_ref().map(Recognizer::encoder);
        let encoder = encoder.expect("it is read before the heads");
        Ok(to_js(&Bundle::new(&self.manifest, encoder, &self.heads))?)
    }

    /// The words and sentences of a text:
    /// `{words: Uint32Array (start and end of each), sentences: Uint32Array
    /// (how many words each has)}`. Where the heads read pieces, these are the
    /// words, and blocks of them the sentences; then there is also
    /// `pieces: {ids: Uint32Array, marks: Uint8Array (1: a subword to Python, 2:
    /// of the same word as the piece before), contexts: Uint32Array (the first
    /// piece that a block reads, and the one after the last)}`.
    pub fn outline(&self, text: &str) -> Result<JsValue, JsValue> {
        let recognizer = self.recognizer.as_ref();
        let reads_pieces = |head: &Head| head.config().unit() == Unit::Pieces;
        match recognizer {
            Some(recognizer) if self.heads.first().is_some_and(reads_pieces) => {
                let pieces = recognizer.pieces(text);
                let pieces = pieces.map_err(|error| Refusal::new("input", error))?;
                Ok(to_js(&Outline::of_pieces(text, &pieces))?)
            }
            _ => Ok(to_js(&Outline::new(text, &cut(text)))?),
        }
    }

    /// What the heads make of words of a text, in one run of the encoder.
    /// `words` and `sentences` are as in [`Engine::outline`], `questions` a
    /// list of `{head, decoder?, aggregation?}`; the answers are in its order:
    /// `{tags: Uint32Array, probabilities: Float32Array (words x tags),
    /// entities: [{words, type, score}]}`.
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
        let recognizer = self.recognizer.as_mut();
        let recognizer =
            recognizer.ok_or_else(|| Refusal::new("bundle", "no bundle has been read"))?;
        let mut heads = Vec::new();
        for question in questions {
            heads.push(find(&self.manifest, &self.heads, &question.head)?.1);
        }
        Ok((recognizer, heads))
    }

    /// The encoder with its tokenizer, once it has been read.
    pub(crate) fn recognizer(&self) -> Result<&Recognizer, Refusal> {
        let recognizer = self.recognizer.as_ref();
        recognizer.ok_or_else(|| Refusal::new("bundle", "no bundle has been read"))
    }

    /// A head by its id.
    pub(crate) fn head(&self, id: &str) -> Result<(&BundleHead, &Head), Refusal> {
        find(&self.manifest, &self.heads, id)
    }

    /// The bundle's name.
    pub(crate) fn name(&self) -> &str {
        &self.manifest.name
    }

    /// The file of a head of the bundle.
    pub(crate) fn head_file(&self, id: &str) -> Option<&[u8]> {
        let place = self.manifest.heads.iter().position(|head| head.id == id)?;
        self.head_files.get(place).map(Vec::as_slice)
    }

    /// The file that is being read.
    fn file(&self) -> Result<BundleFile, Refusal> {
        let file = self.manifest.files().nth(self.done).cloned();
        file.ok_or_else(|| Refusal::new("bundle", "found bytes after the last file"))
    }
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

fn damaged(file: &BundleFile, found: &str, expected: &str) -> Refusal {
    let name = &file.file;
    Refusal::new(
        "integrity",
        format!(
            "{name}: found {found}, expected {expected}; the file is damaged or of another version"
        ),
    )
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
