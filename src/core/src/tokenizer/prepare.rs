//! A `tokenizer.json` as a bundle has it.

use serde_json::Value;

use super::TokenizerError;
use crate::head::Unit;

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
