//! Words to subwords, with the vocabulary of an encoder.

use std::ops::Range;

use serde_json::Value;
use tokenizers::{InputSequence, ModelWrapper};

use crate::head::Unit;
use crate::pieces::Piece;

/// A tokenizer that is handed words and gives each word's subwords.
pub struct Tokenizer {
    inner: tokenizers::Tokenizer,
    first: u32,
    last: u32,
    /// Subwords that the encoder knows.
    vocabulary: usize,
    /// What stands for what the vocabulary does not have.
    unknown: Option<u32>,
    /// Whether a subword within a word is marked, as WordPiece does.
    marks_subwords: bool,
}

/// Why a tokenizer could not be read or used.
#[derive(Debug, thiserror::Error)]
pub enum TokenizerError {
    /// The file does not parse as `tokenizer.json`.
    #[error("tokenizer.json: {0}")]
    File(String),
    /// The tokenizer puts no special subword before and after a sentence.
    #[error(
        "tokenizer.json: found no special subwords around an empty text, expected one at each end"
    )]
    Specials,
    /// The tokenizer refused the words.
    #[error("tokenizing: {0}")]
    Words(String),
    /// An id of the tokenizer lies outside the encoder's vocabulary.
    #[error("tokenizer.json: it has {found} subwords, but the encoder knows {expected}")]
    Vocabulary {
        /// Subwords of the tokenizer.
        found: usize,
        /// Rows of the encoder's word embedding.
        expected: usize,
    },
}

/// Prepares a `tokenizer.json` for a bundle: without padding and truncation,
/// which belong to whoever calls it, and with a space before the first word
/// where the vocabulary marks spaces (RoBERTa's), as for every other word.
///
/// # Errors
///
/// [`TokenizerError::File`] if it is not a JSON object.
pub fn prepare_tokenizer(json: &[u8]) -> Result<Vec<u8>, TokenizerError> {
    prepare(json, Unit::Words)
}

/// Prepares a `tokenizer.json` for heads of pieces: without padding and
/// truncation, but with the checkpoint's own `add_prefix_space`, for the text
/// goes through it as it is.
///
/// # Errors
///
/// [`TokenizerError::File`] if it is not a JSON object.
pub fn prepare_piece_tokenizer(json: &[u8]) -> Result<Vec<u8>, TokenizerError> {
    prepare(json, Unit::Pieces)
}

fn prepare(json: &[u8], unit: Unit) -> Result<Vec<u8>, TokenizerError> {
    let file = |error: serde_json::Error| TokenizerError::File(error.to_string());
    let mut root: serde_json::Map<String, Value> = serde_json::from_slice(json).map_err(file)?;
    for key in ["padding", "truncation"] {
        root.insert(key.into(), Value::Null);
    }
    if unit == Unit::Words
        && let Some(step) = root.get_mut("pre_tokenizer")
    {
        add_prefix_space(step);
    }
    serde_json::to_vec(&root).map_err(file)
}

fn add_prefix_space(step: &mut Value) {
    let Some(step) = step.as_object_mut() else {
        return;
    };
    if step.get("type").is_some_and(|kind| kind == "ByteLevel") {
        step.insert("add_prefix_space".into(), Value::Bool(true));
    }
    if let Some(steps) = step.get_mut("pretokenizers").and_then(Value::as_array_mut) {
        steps.iter_mut().for_each(add_prefix_space);
    }
}

/// Refuses what `tokenizers` would read without complaint but cannot work with,
/// as the file has it: some of it makes the reading itself panic.
fn check(json: &[u8]) -> Result<(), TokenizerError> {
    let root: Value =
        serde_json::from_slice(json).map_err(|error| TokenizerError::File(error.to_string()))?;
    check_parts(&root)?;
    check_merges(&root["model"])
}

fn check_parts(root: &Value) -> Result<(), TokenizerError> {
    check_steps("normalizer", &root["normalizer"], &NORMALIZERS)?;
    check_steps("pre_tokenizer", &root["pre_tokenizer"], &PRE_TOKENIZERS)?;
    check_template(&root["post_processor"])
}

/// The same of what was read: `tokenizers` takes a step for what its fields fit,
/// whatever type it claims to be of.
fn check_read(inner: &tokenizers::Tokenizer) -> Result<(), TokenizerError> {
    fn value(part: Option<&impl serde::Serialize>) -> Result<Value, TokenizerError> {
        serde_json::to_value(part).map_err(|error| TokenizerError::File(error.to_string()))
    }
    let mut root = serde_json::Map::new();
    root.insert("normalizer".into(), value(inner.get_normalizer())?);
    root.insert("pre_tokenizer".into(), value(inner.get_pre_tokenizer())?);
    root.insert("post_processor".into(), value(inner.get_post_processor())?);
    check_parts(&Value::Object(root))?;
    let refuse = |text: String| Err(TokenizerError::File(text));
    let unknown = match inner.get_model() {
        ModelWrapper::WordPiece(model) => {
            if model.max_input_chars_per_word > MAX_WORD {
                return refuse(format!(
                    "found words of up to {} characters, expected at most {MAX_WORD}",
                    model.max_input_chars_per_word
                ));
            }
            Some(&model.unk_token)
        }
        ModelWrapper::BPE(model) => {
            if model.dropout.is_some_and(|dropout| dropout > 0.0) {
                return refuse("found a dropout, expected none".into());
            }
            model.unk_token.as_ref()
        }
        _ => return refuse("found a model of another type than WordPiece and BPE".into()),
    };
    match unknown.filter(|unknown| inner.token_to_id(unknown).is_none()) {
        Some(unknown) => refuse(format!("found no subword {unknown:?} for what is unknown")),
        None => Ok(()),
    }
}

/// What tokenizers of BERT's and RoBERTa's kind do to a text. Others replace by
/// patterns, which can make a book of a word or match for hours, or read tables
/// that panic if they are odd.
const NORMALIZERS: [&str; 9] = [
    "Sequence",
    "BertNormalizer",
    "Lowercase",
    "NFC",
    "NFD",
    "NFKC",
    "NFKD",
    "Strip",
    "StripAccents",
];
/// How they cut it.
const PRE_TOKENIZERS: [&str; 7] = [
    "Sequence",
    "BertPreTokenizer",
    "ByteLevel",
    "Digits",
    "Punctuation",
    "Whitespace",
    "WhitespaceSplit",
];
/// Characters of a word that WordPiece may look at, which takes their square
/// in time; BERT's has 100.
const MAX_WORD: usize = 1000;
/// Bytes of a text that are tokenized at a time: what is made of them takes
/// some hundred times as much memory.
const PART_BYTES: usize = 1 << 16;
/// Steps of a normalizer or pre-tokenizer; BERT's and RoBERTa's have one or two.
const MOST_STEPS: usize = 8;

fn check_steps(what: &str, step: &Value, allowed: &[&str]) -> Result<(), TokenizerError> {
    if step.is_null() {
        return Ok(());
    }
    let kind = step["type"].as_str().unwrap_or_default();
    if !allowed.contains(&kind) {
        return Err(TokenizerError::File(format!(
            "found a {what} of type {kind:?}, expected one of {}",
            allowed.join(", ")
        )));
    }
    let steps = [&step["normalizers"], &step["pretokenizers"]];
    let steps: Vec<&Value> = steps
        .into_iter()
        .filter_map(Value::as_array)
        .flatten()
        .collect();
    if steps.len() > MOST_STEPS || steps.iter().any(|step| step["type"] == "Sequence") {
        return Err(TokenizerError::File(format!(
            "found {} steps of a {what}, expected at most {MOST_STEPS} and none with steps of its own",
            steps.len()
        )));
    }
    // It makes two characters of one that is not ASCII, every time.
    if steps
        .iter()
        .filter(|step| step["type"] == "ByteLevel")
        .count()
        > 1
    {
        return Err(TokenizerError::File(format!(
            "found more than one ByteLevel in a {what}"
        )));
    }
    steps
        .into_iter()
        .try_for_each(|step| check_steps(what, step, allowed))
}

/// A merge has to make a subword of the vocabulary, and where subwords within
/// words have a prefix, its second part has to have it.
fn check_merges(model: &Value) -> Result<(), TokenizerError> {
    let Some(merges) = model["merges"].as_array() else {
        return Ok(());
    };
    let prefix = model["continuing_subword_prefix"].as_str().unwrap_or("");
    let mut merged = String::new();
    for merge in merges {
        let parts = match merge {
            Value::String(pair) => pair.split_once(' '),
            pair => pair[0].as_str().zip(pair[1].as_str()),
        };
        let end = parts.and_then(|(_, second)| second.strip_prefix(prefix));
        let known = parts.zip(end).is_some_and(|((first, _), end)| {
            merged.clear();
            merged.extend([first, end]);
            model["vocab"].get(&merged).is_some()
        });
        // The first line of a merges.txt may have come along.
        let is_comment = merge
            .as_str()
            .is_some_and(|line| line.starts_with("#version"));
        if !known && !is_comment {
            return Err(TokenizerError::File(format!(
                "found the merge {merge}, which makes no subword of the vocabulary"
            )));
        }
    }
    Ok(())
}

/// A template has to name the sentence once and special subwords that it lists.
fn check_template(step: &Value) -> Result<(), TokenizerError> {
    let parts = |value: &'_ Value| value.as_array().map_or(&[][..], Vec::as_slice).to_vec();
    parts(&step["processors"])
        .iter()
        .try_for_each(check_template)?;
    if step["type"] != "TemplateProcessing" {
        return Ok(());
    }
    let mut sentences = 0;
    for piece in parts(&step["single"]) {
        if let Some(id) = piece["SpecialToken"]["id"].as_str() {
            let special = &step["special_tokens"][id];
            let count = |part: &str| special[part].as_array().map(Vec::len);
            if count("ids").is_none() || count("ids") != count("tokens") {
                return Err(TokenizerError::File(format!(
                    "found the special subword {id:?} in a template that does not list it"
                )));
            }
        } else if piece["Sequence"]["id"] == "A" {
            sentences += 1;
        } else {
            return Err(TokenizerError::File(format!(
                "found the place {piece} in the template for one sentence, expected the sentence A \
                 and special subwords"
            )));
        }
    }
    if sentences != 1 {
        return Err(TokenizerError::File(format!(
            "found {sentences} places for the sentence in a template, expected one"
        )));
    }
    Ok(())
}

impl Tokenizer {
    /// Reads a `tokenizer.json` that [`prepare_tokenizer`] has prepared, for
    /// an encoder of so many subwords.
    ///
    /// # Errors
    ///
    /// A file that does not parse, has no special subwords for the ends of a
    /// sentence, or a model with more subwords than the encoder has. An empty
    /// one, from a blank line, does not count; tokens that were added beyond
    /// the encoder's are refused where a word has them.
    pub fn from_bytes(json: &[u8], vocabulary: usize) -> Result<Self, TokenizerError> {
        check(json)?;
        let mut inner = tokenizers::Tokenizer::from_bytes(json)
            .map_err(|error| TokenizerError::File(error.to_string()))?;
        check_read(&inner)?;
        // Neither is in a prepared file.
        inner.with_padding(None);
        inner
            .with_truncation(None)
            .map_err(|error| TokenizerError::File(error.to_string()))?;
        let empty = inner
            .encode("", true)
            .map_err(|error| TokenizerError::File(error.to_string()))?;
        let [first, last] = *empty.get_ids() else {
            return Err(TokenizerError::Specials);
        };
        let known = inner.get_vocab(false).into_iter();
        let known = known.filter(|(subword, _)| !subword.is_empty());
        let greatest = known
            .map(|(_, id)| id)
            .chain([first, last])
            .max()
            .unwrap_or(0);
        if greatest as usize >= vocabulary {
            return Err(TokenizerError::Vocabulary {
                found: (greatest as usize).saturating_add(1),
                expected: vocabulary,
            });
        }
        let (model, marks_subwords) = match inner.get_model() {
            ModelWrapper::WordPiece(model) => (
                Some(model.unk_token.clone()),
                !model.continuing_subword_prefix.is_empty(),
            ),
            ModelWrapper::BPE(model) => {
                let prefix = model.continuing_subword_prefix.as_ref();
                (
                    model.unk_token.clone(),
                    prefix.is_some_and(|prefix| !prefix.is_empty()),
                )
            }
            _ => (None, false),
        };
        // Byte pairs know every text; the subword may still be there by name.
        let unknown = model.as_deref().unwrap_or("<unk>");
        let unknown = inner.token_to_id(unknown);
        Ok(Self {
            inner,
            first,
            last,
            vocabulary,
            unknown,
            marks_subwords,
        })
    }

    /// Whether Python knows a word's first piece from its others; else it goes
    /// by spaces.
    pub fn marks_subwords(&self) -> bool {
        self.marks_subwords
    }

    /// The subwords of a raw text, with their place in it, as Python's
    /// `tokenizers` gives them; none of the special ones around it.
    ///
    /// # Errors
    ///
    /// [`TokenizerError::Words`] if the tokenizer's model fails.
    pub fn pieces(&self, text: &str) -> Result<Vec<Piece>, TokenizerError> {
        let mut pieces = Vec::new();
        let mut start = 0;
        while start < text.len() {
            let end = start + part(&text[start..]);
            self.pieces_of(text, start..end, &mut pieces)?;
            start = end;
        }
        Ok(pieces)
    }

    fn pieces_of(
        &self,
        text: &str,
        part: Range<usize>,
        pieces: &mut Vec<Piece>,
    ) -> Result<(), TokenizerError> {
        let own = &text[part.clone()];
        let encoding = self
            .inner
            .encode_char_offsets(own, false)
            .map_err(|error| TokenizerError::Words(error.to_string()))?;
        let ends = own.char_indices().map(|(at, _)| part.start + at);
        let ends: Vec<usize> = ends.chain([part.end]).collect();
        let words = encoding.get_word_ids();
        let subwords = encoding.get_ids().iter().zip(encoding.get_offsets());
        for (index, (&id, &(start, end))) in subwords.enumerate() {
            let range = ends[start]..ends[end.max(start)];
            let subword = if Some(id) == self.unknown {
                false
            } else if self.marks_subwords {
                let token = self.inner.id_to_token(id).unwrap_or_default();
                token.chars().count() != end.max(start) - start
            } else {
                let before = text[..range.start].ends_with(' ');
                range.start > 0 && !before && !text[range.start..].starts_with(' ')
            };
            let joined = index > 0 && words[index].is_some() && words[index] == words[index - 1];
            pieces.push(Piece {
                id,
                range,
                subword,
                joined,
            });
        }
        Ok(())
    }

    /// The ids of the subwords before and after every sequence.
    pub fn specials(&self) -> (u32, u32) {
        (self.first, self.last)
    }

    /// The subword ids of each word. A word of nothing but characters that the
    /// vocabulary drops (control characters, for BERT) has none.
    ///
    /// # Errors
    ///
    /// [`TokenizerError::Words`] if the tokenizer's model fails, or a word has a
    /// token that the encoder does not know.
    pub fn subwords(&self, words: &[&str]) -> Result<Vec<Vec<u32>>, TokenizerError> {
        let mut subwords = vec![Vec::new(); words.len()];
        for subword in self.encode(words, false)? {
            if subword.id as usize >= self.vocabulary {
                let token = self.inner.id_to_token(subword.id).unwrap_or_default();
                return Err(TokenizerError::Words(format!(
                    "found {token:?}, an added token with the number {}, but the encoder knows {}",
                    subword.id, self.vocabulary
                )));
            }
            if let Some(word) = subword.word {
                subwords[word].push(subword.id);
            }
        }
        Ok(subwords)
    }

    /// A sentence of words as one sequence, as Python's `tokenizers` gives it
    /// for a text that is split already; with the special subwords around it
    /// if `specials`.
    ///
    /// # Errors
    ///
    /// [`TokenizerError::Words`] if the tokenizer's model fails.
    pub fn encode(&self, words: &[&str], specials: bool) -> Result<Vec<Subword>, TokenizerError> {
        let encoding = self
            .inner
            .encode_char_offsets(InputSequence::from(words), specials)
            .map_err(|error| TokenizerError::Words(error.to_string()))?;
        let places = encoding.get_word_ids().iter().zip(encoding.get_offsets());
        let subword =
            |(&id, (word, &(start, end))): (&u32, (&Option<u32>, &(usize, usize)))| Subword {
                id,
                word: word.map(|word| word as usize),
                characters: start..end,
            };
        Ok(encoding.get_ids().iter().zip(places).map(subword).collect())
    }
}

/// Where to cut a text so that no subword notices: before the first white space
/// after so many bytes, or at its end.
fn part(text: &str) -> usize {
    let mut from = PART_BYTES.min(text.len());
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let mut last = ' ';
    let cut = |character: char| {
        let before = std::mem::replace(&mut last, character);
        character.is_whitespace() && !before.is_whitespace()
    };
    text[from..].find(cut).map_or(text.len(), |at| from + at)
}

/// A piece of a word in an encoder's vocabulary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subword {
    /// Its id.
    pub id: u32,
    /// The index of its word; `None` for a special subword.
    pub word: Option<usize>,
    /// Its characters (not bytes) in the word.
    pub characters: Range<usize>,
}

#[cfg(test)]
mod tests {
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use serde_json::json;

    use super::*;

    #[test]
    fn what_could_run_away_with_a_text_is_refused() {
        let replace = r#"{"type": "Replace", "pattern": {"Regex": "."}, "content": "aaaa"}"#;
        let split = r#"{"type": "Split", "pattern": {"Regex": "(a*)*b"}, "behavior": "Isolated", "invert": false}"#;
        for (json, expected) in [
            (
                format!(r#"{{"normalizer": {replace}}}"#),
                "a normalizer of type \"Replace\"",
            ),
            (
                format!(
                    r#"{{"normalizer": {{"type": "Sequence", "normalizers": [{{"type": "NFC"}}, {replace}]}}}}"#
                ),
                "a normalizer of type \"Replace\"",
            ),
            (
                r#"{"normalizer": {"type": "Prepend", "prepend": "aaaa"}}"#.into(),
                "a normalizer of type \"Prepend\"",
            ),
            (
                r#"{"normalizer": {"type": "Precompiled", "precompiled_charsmap": ""}}"#.into(),
                "a normalizer of type \"Precompiled\"",
            ),
            (
                format!(r#"{{"pre_tokenizer": {split}}}"#),
                "a pre_tokenizer of type \"Split\"",
            ),
        ] {
            let error = Tokenizer::from_bytes(json.as_bytes(), 10).err().unwrap();
            assert!(error.to_string().contains(expected), "{error}");
        }
    }

    /// A whole file, with one of its parts in another way.
    fn file(part: &str, other: Value) -> Vec<u8> {
        let mut root = json!({
            "version": "1.0",
            "normalizer": {"type": "Lowercase"},
            "pre_tokenizer": {"type": "BertPreTokenizer"},
            "post_processor": {"type": "BertProcessing", "cls": ["[CLS]", 1], "sep": ["[SEP]", 2]},
            "model": {
                "type": "WordPiece",
                "unk_token": "[UNK]",
                "continuing_subword_prefix": "##",
                "max_input_chars_per_word": 100,
                "vocab": {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "a": 3},
            },
        });
        root[part] = other;
        serde_json::to_vec(&root).unwrap()
    }

    #[test]
    fn steps_that_claim_to_be_others_are_refused() {
        let cut =
            json!({"max_length": 1, "strategy": "LongestFirst", "stride": 0, "direction": "Right"});
        let fill = json!({
            "strategy": {"Fixed": 4_000_000_000_u64}, "direction": "Right", "pad_to_multiple_of": null,
            "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]",
        });
        for plain in [
            file("version", json!("1.0")),
            file("truncation", cut),
            file("padding", fill),
        ] {
            let tokenizer = Tokenizer::from_bytes(&plain, 4).unwrap();
            assert_eq!(tokenizer.subwords(&["A", "b"]).unwrap(), [[3], [0]]);
        }
        let byte_level = json!({"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true});
        let template = |id: &str| {
            json!({
                "type": "TemplateProcessing",
                "single": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": id, "type_id": 0}}],
                "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
                "special_tokens": {},
            })
        };
        let template_of_none = json!({"single": [], "pair": [], "special_tokens": {}});
        for (part, other, expected) in [
            (
                "normalizer",
                json!({"type": "BertNormalizer", "pattern": {"Regex": "."}, "content": "aaaa"}),
                "a normalizer of type \"Replace\"",
            ),
            (
                "normalizer",
                json!({"type": "BertNormalizer", "prepend": "aaaa"}),
                "a normalizer of type \"Prepend\"",
            ),
            (
                "pre_tokenizer",
                json!({"type": "Sequence", "pretokenizers": vec![byte_level; 24]}),
                "found 24 steps of a pre_tokenizer",
            ),
            (
                "post_processor",
                template("B"),
                "the place {\"Sequence\":{\"id\":\"B\"",
            ),
            (
                "post_processor",
                template_of_none,
                "0 places for the sentence",
            ),
            (
                "post_processor",
                json!({"type": "BertProcessing", "cls": ["[CLS]", 1], "sep": ["[SEP]", 9]}),
                "it has 10 subwords",
            ),
            (
                "model",
                json!({"unk_id": 0, "vocab": [["[UNK]", 0.0], ["a", -1.0]]}),
                "a model of another type",
            ),
            (
                "model",
                json!({
                    "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                    "max_input_chars_per_word": 1_000_000, "vocab": {"[UNK]": 0},
                }),
                "words of up to 1000000 characters",
            ),
            (
                "model",
                json!({
                    "type": "WordPiece", "unk_token": "?", "continuing_subword_prefix": "##",
                    "max_input_chars_per_word": 100, "vocab": {"[UNK]": 0},
                }),
                "no subword \"?\"",
            ),
            (
                "model",
                json!({"type": "BPE", "dropout": 0.5, "vocab": {"a": 0}, "merges": []}),
                "a dropout",
            ),
        ] {
            let error = Tokenizer::from_bytes(&file(part, other), 4).err().unwrap();
            assert!(error.to_string().contains(expected), "{error}");
        }
    }

    #[test]
    fn odd_files_are_prepared_or_refused_but_never_panic() {
        for json in [
            "{}",
            r#"{"pre_tokenizer": null}"#,
            r#"{"pre_tokenizer": "x"}"#,
            r#"{"pre_tokenizer": {"pretokenizers": 1}}"#,
        ] {
            let prepared = prepare_tokenizer(json.as_bytes()).unwrap();
            assert!(Tokenizer::from_bytes(&prepared, 10).is_err());
        }
        assert!(prepare_tokenizer(b"[]").is_err());
        let nested = br#"{"pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "ByteLevel", "add_prefix_space": false}]}}"#;
        let prepared: Value = serde_json::from_slice(&prepare_tokenizer(nested).unwrap()).unwrap();
        assert_eq!(
            prepared["pre_tokenizer"]["pretokenizers"][0]["add_prefix_space"],
            true
        );
    }
}
