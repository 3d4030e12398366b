//! What libraries take for granted of a `tokenizer.json`, checked before they
//! are asked.

use serde_json::Value;
use tokenizers::ModelWrapper;

use super::TokenizerError;

/// Refuses what `tokenizers` would read without complaint but cannot work with,
/// as the file has it: some of it makes the reading itself panic.
pub(super) fn check(json: &[u8]) -> Result<(), TokenizerError> {
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
pub(super) fn check_read(inner: &tokenizers::Tokenizer) -> Result<(), TokenizerError> {
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
/// Steps of a normalizer, pre-tokenizer or post-processor, and places and ids
/// of a template; BERT's and RoBERTa's have one to four.
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
/// Each step goes over all that those before it have made, so there are few.
fn check_template(step: &Value) -> Result<(), TokenizerError> {
    fn parts(value: &Value) -> &[Value] {
        value.as_array().map_or(&[], Vec::as_slice)
    }
    let few = |count: usize, what: &str| match count <= MOST_STEPS {
        true => Ok(()),
        false => Err(TokenizerError::File(format!(
            "found {count} {what}, expected at most {MOST_STEPS}"
        ))),
    };
    let steps = parts(&step["processors"]);
    few(steps.len(), "steps of a post_processor")?;
    if steps.iter().any(|step| step["type"] == "Sequence") {
        return Err(TokenizerError::File(
            "found steps within a step of a post_processor, expected none".into(),
        ));
    }
    steps.iter().try_for_each(check_template)?;
    if step["type"] != "TemplateProcessing" {
        return Ok(());
    }
    let mut sentences = 0;
    let pieces = parts(&step["single"]);
    few(pieces.len(), "places in a template")?;
    for piece in pieces {
        if let Some(id) = piece["SpecialToken"]["id"].as_str() {
            let special = &step["special_tokens"][id];
            let count = |part: &str| special[part].as_array().map(Vec::len);
            if count("ids").is_none() || count("ids") != count("tokens") {
                return Err(TokenizerError::File(format!(
                    "found the special subword {id:?} in a template that does not list it"
                )));
            }
            few(count("ids").unwrap_or(0), "ids of a special subword")?;
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
