//! What an engine says of a head that is to be judged, and of sentences.

use js_sys::{Float32Array, Uint8Array, Uint16Array};
use nerite::{Decoder, Head, Report};
use nerite_fit::{Predicted, Subject, encode};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::exchange::{Answer, Candidate, Said};
use super::refused;
use crate::engine::{Engine, from_js, sentences_of, to_js};

/// How a head is asked.
#[derive(Deserialize)]
struct Asked {
    head: String,
    decoder: String,
}

#[wasm_bindgen]
impl Engine {
    /// What [`Judge::begin`](super::Judge::begin) has to know of a head. `report` is that of the
    /// head's own training, if the bundle has it: its sha256 is checked.
    pub fn candidate(
        &self,
        head: &str,
        decoder: Option<String>,
        report: Option<Vec<u8>>,
    ) -> Result<JsValue, JsValue> {
        let (entry, own) = self.head(head)?;
        let asked = decoder.map(|name| name.parse::<Decoder>()).transpose();
        let decoder = own.decoder(asked.map_err(refused)?).map_err(refused)?;
        let stored = entry.report.as_ref().zip(report);
        let stored = stored.filter(|(file, bytes)| {
            let found = format!("{:x}", Sha256::digest(bytes));
            found == file.sha256
        });
        let report = stored.and_then(|(_, bytes)| String::from_utf8(bytes).ok());
        let report = report.and_then(|json| Report::from_json(&json).ok());
        let encoder = self.recognizer()?.encoder();
        let names = [self.name(), &entry.id];
        let subject = Subject::new(names, encoder, own, &entry.file.sha256, report.as_ref());
        let fitted = report.map(|own| {
            let provenance = own.provenance;
            [provenance.corpus.sha256, provenance.split.name]
        });
        Ok(to_js(&Candidate {
            subject,
            tags: own.config().tags.labels().to_vec(),
            entity_calibration: own.config().entity_calibration,
            decoder: decoder.name().to_owned(),
            backend: encoder.backend().to_owned(),
            fitted,
        })?)
    }

    /// What heads say of sentences, word for word as `nerite evaluate` asks
    /// them, in one run of the encoder: `{heads: [{tags, confidences}],
    /// dropped}`. `asked` is a list of `{head, decoder}`.
    pub fn tag(
        &mut self,
        text: &str,
        words: &[u32],
        sentences: &[u32],
        asked: JsValue,
    ) -> Result<JsValue, JsValue> {
        let asked: Vec<Asked> = from_js(asked)?;
        let sentences = sentences_of(text, words, sentences)?;
        let mut workspace = std::mem::take(&mut self.workspace);
        let mut heads: Vec<(&Head, Decoder)> = Vec::new();
        for Asked { head, decoder } in &asked {
            let (_, own) = self.head(head)?;
            let decoder = decoder.parse().map_err(refused)?;
            heads.push((own, own.decoder(Some(decoder)).map_err(refused)?));
        }
        let layers = heads.iter().flat_map(|(head, _)| &head.config().layers);
        let mut layers: Vec<usize> = layers.copied().collect();
        layers.sort_unstable();
        layers.dedup();
        let recognizer = self.recognizer()?;
        let encoder = recognizer.encoder();
        let mut said = vec![(Vec::new(), Vec::new()); heads.len()];
        let mut dropped = Vec::new();
        for sentence in &sentences {
            let own: Vec<&str> = sentence.iter().map(|word| &text[word.clone()]).collect();
            let place = (encoder, &mut workspace);
            let encoded = encode(recognizer.tokenizer(), place, &own, &layers).map_err(refused)?;
            for ((head, decoder), (tags, confidences)) in heads.iter().zip(&mut said) {
                let found = Predicted::of(head, *decoder, &own, &encoded);
                // A set holds at most 1,024 tags.
                tags.extend(found.tags.iter().map(|&tag| tag as u16));
                confidences.extend(found.confidences);
            }
            dropped.extend(encoded.seen.iter().map(|seen| u8::from(!seen)));
        }
        let said = said.iter().map(|(tags, confidences)| Said {
            tags: Uint16Array::from(tags.as_slice()),
            confidences: Float32Array::from(confidences.as_slice()),
        });
        let answer = to_js(&Answer {
            heads: said.collect(),
            dropped: Uint8Array::from(dropped.as_slice()),
        })?;
        self.workspace = workspace;
        Ok(answer)
    }
}
