//! What stands beside a vocabulary and changes which subwords come out:
//! `tokenizer_config.json` and `added_tokens.json`, read as transformers does.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use nerite_files as files;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Tokens beside a vocabulary; the largest tables of checkpoints have some
/// thousands.
const MAX_ADDED_TOKENS: usize = 1 << 16;

/// The options of `tokenizer_config.json` that change what subwords come out.
#[derive(Default, Deserialize)]
pub(crate) struct TokenizerConfig {
    tokenizer_class: Option<String>,
    do_lower_case: Option<bool>,
    strip_accents: Option<bool>,
    tokenize_chinese_chars: Option<bool>,
    /// Tokens by their ids, written as strings.
    #[serde(default)]
    added_tokens_decoder: BTreeMap<String, AddedToken>,
    /// Tokens of `added_tokens.json` with their ids.
    #[serde(skip)]
    added: BTreeMap<u64, String>,
}

#[derive(Clone, Deserialize)]
struct AddedToken {
    content: String,
    #[serde(default)]
    lstrip: bool,
    #[serde(default)]
    rstrip: bool,
    #[serde(default)]
    single_word: bool,
    normalized: Option<bool>,
    #[serde(default)]
    special: bool,
}

impl TokenizerConfig {
    /// Reads the files that there are.
    pub(crate) fn read(config: Option<&Path>, added: Option<&Path>) -> Result<Self> {
        fn json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T> {
            let bytes = files::read_bounded(path, crate::source::MAX_CONFIG_BYTES)?;
            serde_json::from_slice(&bytes).with_context(|| path.display().to_string())
        }
        let mut own: Self = config.map(json).transpose()?.unwrap_or_default();
        let added: BTreeMap<String, u64> = added.map(json).transpose()?.unwrap_or_default();
        own.added = added.into_iter().map(|(token, id)| (id, token)).collect();
        Ok(own)
    }

    pub(crate) fn lowercase(&self) -> bool {
        self.do_lower_case.unwrap_or(true)
    }

    pub(crate) fn strip_accents(&self) -> Option<bool> {
        self.strip_accents
    }

    pub(crate) fn chinese(&self) -> bool {
        self.tokenize_chinese_chars.unwrap_or(true)
    }

    /// Gives a `tokenizer.json` what these options say. Where it disagrees with
    /// them about letters, transformers lets the options win.
    ///
    /// # Errors
    ///
    /// A file that is no JSON object, or more than [`MAX_ADDED_TOKENS`].
    pub(crate) fn settle(&self, json: &[u8]) -> Result<Vec<u8>> {
        let mut root: Map<String, Value> = serde_json::from_slice(json)?;
        if self.is_bert()
            && let Some(normalizer) = root.get_mut("normalizer")
        {
            self.settle_letters(normalizer);
        }
        self.add_tokens(&mut root)?;
        Ok(serde_json::to_vec(&root)?)
    }

    /// Whether the class is one that has BERT's options.
    fn is_bert(&self) -> bool {
        let class = self.tokenizer_class.as_deref().unwrap_or("BertTokenizer");
        let class = class.strip_suffix("Fast").unwrap_or(class);
        ["BertTokenizer", "DistilBertTokenizer", "ElectraTokenizer"].contains(&class)
    }

    fn settle_letters(&self, step: &mut Value) {
        let Some(step) = step.as_object_mut() else {
            return;
        };
        if let Some(Value::Array(steps)) = step.get_mut("normalizers") {
            steps.iter_mut().for_each(|step| self.settle_letters(step));
        }
        if step.get("type").is_none_or(|kind| kind != "BertNormalizer") {
            return;
        }
        for (name, option) in [
            ("lowercase", self.do_lower_case),
            ("strip_accents", self.strip_accents),
            ("handle_chinese_chars", self.tokenize_chinese_chars),
        ] {
            if let Some(option) = option {
                step.insert(name.into(), option.into());
            }
        }
    }

    /// Adds the tokens that the tokenizer does not have yet, in the order of
    /// their ids; like `tokenizers`, at the vocabulary's end, whatever the id.
    fn add_tokens(&self, root: &mut Map<String, Value>) -> Result<()> {
        let known: Vec<AddedToken> = if self.added_tokens_decoder.is_empty() {
            let plain = |content: &String| AddedToken {
                content: content.clone(),
                lstrip: false,
                rstrip: false,
                single_word: false,
                normalized: None,
                special: false,
            };
            self.added.values().map(plain).collect()
        } else {
            let mut known: Vec<(u64, &AddedToken)> = (self.added_tokens_decoder.iter())
                .filter_map(|(id, token)| Some((id.parse().ok()?, token)))
                .collect();
            known.sort_by_key(|(id, _)| *id);
            known.into_iter().map(|(_, token)| token.clone()).collect()
        };
        let vocabulary = root.get("model").and_then(|model| model.get("vocab"));
        let own_id = |content: &str| vocabulary.and_then(|own| own.get(content)?.as_u64());
        let size = match vocabulary {
            Some(Value::Object(own)) => own.len() as u64,
            Some(Value::Array(own)) => own.len() as u64,
            _ => 0,
        };
        let own: &[Value] = match root.get("added_tokens") {
            Some(Value::Array(tokens)) => tokens,
            _ => &[],
        };
        let count = known.len() + own.len();
        ensure!(
            count <= MAX_ADDED_TOKENS,
            "found {count} added tokens, expected at most {MAX_ADDED_TOKENS}"
        );
        let mut tokens = own.to_vec();
        let own = own.iter().filter_map(|token| token["content"].as_str());
        let mut contents: HashSet<&str> = own.collect();
        let greatest = tokens.iter().filter_map(|own| own["id"].as_u64()).max();
        let mut next = size.max(greatest.map_or(0, |id| id.saturating_add(1)));
        for token in &known {
            let content = token.content.as_str();
            if content.is_empty() || !contents.insert(content) {
                continue;
            }
            let id = own_id(content).unwrap_or_else(|| {
                next += 1;
                next - 1
            });
            tokens.push(json!({
                "id": id,
                "content": content,
                "single_word": token.single_word,
                "lstrip": token.lstrip,
                "rstrip": token.rstrip,
                "normalized": token.normalized.unwrap_or(!token.special),
                "special": token.special,
            }));
        }
        root.insert("added_tokens".into(), tokens.into());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(config: &Value, tokenizer: &Value) -> Result<Value> {
        let config: TokenizerConfig = serde_json::from_value(config.clone())?;
        Ok(serde_json::from_slice(
            &config.settle(tokenizer.to_string().as_bytes())?,
        )?)
    }

    #[test]
    fn tokens_are_added_once_and_not_without_end() {
        let decoder = |count: usize| -> Value {
            let token = |id: usize| (id.to_string(), json!({ "content": format!("<{id}>") }));
            json!({ "added_tokens_decoder": (0..count).map(token).collect::<Map<_, _>>() })
        };
        let own = |count: usize| {
            let token = |id: usize| json!({ "id": id, "content": format!("[{id}]") });
            json!({ "added_tokens": (0..count).map(token).collect::<Vec<_>>() })
        };
        let twice = json!({ "added_tokens": [{ "id": 7, "content": "<1>" }] });
        let found = settled(&decoder(3), &twice).unwrap();
        let contents: Vec<&str> = (found["added_tokens"].as_array().unwrap().iter())
            .filter_map(|token| token["content"].as_str())
            .collect();
        assert_eq!(contents, ["<1>", "<0>", "<2>"]);
        let half = MAX_ADDED_TOKENS / 2;
        assert!(settled(&decoder(half), &own(half)).is_ok());
        let error = settled(&decoder(half), &own(half + 1)).unwrap_err();
        let error = error.to_string();
        assert!(error.contains("found 65537 added tokens"), "{error}");
    }
}
