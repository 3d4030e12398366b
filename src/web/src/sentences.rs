//! The sentences that a head is fitted to in the tab, and what the encoder makes
//! of them, which is kept from one fit to the next.

use std::sync::Arc;

use half::f16;
use half::slice::HalfFloatSliceExt;
use nerite::{TagSet, Workspace};
use nerite_fit::{Examples, FitError, Gold, Labelled, Sentence};

use crate::engine::{Engine, Refusal};

/// What is kept of a sentence that has been through the encoder.
pub(crate) struct Encoded {
    /// `[words, layers * hidden]`, as precise as a native run keeps them.
    rows: Vec<f16>,
    /// For each word, whether the encoder has seen anything of it.
    seen: Vec<bool>,
}

/// A sentence to fit to.
pub(crate) struct Example {
    pub(crate) words: Vec<String>,
    pub(crate) tags: Vec<u16>,
    pub(crate) document: usize,
    pub(crate) encoded: Arc<Encoded>,
}

/// All of them.
pub(crate) struct Texts {
    pub(crate) tags: TagSet,
    pub(crate) width: usize,
    pub(crate) sentences: Vec<Example>,
}

impl Examples for Texts {
    fn tags(&self) -> &TagSet {
        &self.tags
    }

    fn width(&self) -> usize {
        self.width
    }

    fn sentence(&self, index: usize) -> Sentence<'_> {
        let Example {
            words,
            tags,
            encoded,
            ..
        } = &self.sentences[index];
        Sentence {
            words: words.iter().map(String::as_str).collect(),
            gold: tags.iter().copied().map(Gold::Tag).collect(),
            seen: encoded.seen.clone(),
        }
    }

    fn features(&self, index: usize, rows: &mut Vec<f32>) -> Result<(), FitError> {
        let halves = &self.sentences[index].encoded.rows;
        let start = rows.len();
        rows.resize(start + halves.len(), 0.0);
        halves.convert_to_f32_slice(&mut rows[start..]);
        Ok(())
    }
}

impl Labelled for Texts {
    fn tags(&self) -> &TagSet {
        &self.tags
    }

    fn sentence(&self, index: usize) -> (Vec<&str>, Vec<Gold<'_>>) {
        let sentence = Examples::sentence(self, index);
        (sentence.words, sentence.gold)
    }
}

/// What the encoder makes of a sentence, from an earlier time if there is one.
pub(crate) fn encode(
    engine: &mut Engine,
    workspace: &mut Workspace,
    words: &[String],
    layers: &[usize],
) -> Result<Arc<Encoded>, Refusal> {
    if let Some(known) = engine.encoded.get(words) {
        return Ok(known.clone());
    }
    let recognizer = engine.recognizer()?;
    let encoder = recognizer.encoder();
    let list: Vec<&str> = words.iter().map(String::as_str).collect();
    let place = (encoder, workspace);
    let found = nerite_fit::encode(recognizer.tokenizer(), place, &list, layers)
        .map_err(|error| Refusal::new("input", error))?;
    let mut halves = vec![f16::ZERO; found.rows.len()];
    halves.convert_from_f32_slice(&found.rows);
    let encoded = Arc::new(Encoded {
        rows: halves,
        seen: found.seen,
    });
    engine.encoded.insert(words.to_vec(), encoded.clone());
    Ok(encoded)
}
