//! Taking out of a text what was found in it, and putting it back.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use nerite::{
    Found, Hidden, Origin, PatternKind, Paused, Policy, Restorer, Table, Utf16Offsets, from_utf16,
    patterns, placeholder_type, redact, shared_types,
};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::engine::{Refusal, from_js, to_js};

/// The values of the texts of one conversation.
#[wasm_bindgen]
#[derive(Default)]
pub struct Redactor {
    table: Table,
}

/// A span that a head found or the user marked, in UTF-16 code units.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Span {
    start: u32,
    end: u32,
    #[serde(rename = "type")]
    kind: String,
    /// A mark of the user's if there is none.
    score: Option<f32>,
}

/// [`Policy`], as pages write it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Wanted {
    types: Option<Vec<String>>,
    #[serde(default)]
    threshold: f32,
    #[serde(default)]
    thresholds: BTreeMap<String, f32>,
    style: Option<String>,
    confirm: Option<String>,
    #[serde(default)]
    keep: Vec<String>,
    #[serde(default)]
    always: Vec<String>,
    #[serde(default)]
    keep_at: Vec<[u32; 2]>,
    everywhere: Option<bool>,
    patterns: bool,
    /// The types of each head.
    heads: Vec<Vec<String>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    text: &'a str,
    hidden: Vec<Place<'a>>,
    left: Vec<Place<'a>>,
    /// All that was looked for, and of these what is taken out.
    known_types: Vec<String>,
    taken_types: Vec<String>,
}

/// A place at which something was taken out or left, in UTF-16 code units.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Place<'a> {
    start: usize,
    end: usize,
    #[serde(rename = "type")]
    kind: &'a str,
    score: f32,
    origin: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    redacted: Option<[usize; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    placeholder: Option<&'a str>,
}

/// What a piece of an answer became, and how to go on.
#[derive(Serialize)]
struct Restored {
    text: String,
    state: Paused,
}

#[wasm_bindgen]
impl Redactor {
    /// With the table that another one wrote, or an empty one.
    #[wasm_bindgen(constructor)]
    pub fn new(table: Option<String>) -> Result<Redactor, JsValue> {
        let table = table.map(|json| Table::from_json(json.as_bytes()));
        let table = table
            .transpose()
            .map_err(|error| Refusal::new("input", error))?;
        Ok(Self {
            table: table.unwrap_or_default(),
        })
    }

    /// Takes out of `text` what `found` (a list of `{start, end, type, score?}`,
    /// in UTF-16 code units) and patterns say. The answer:
    /// `{text, hidden: [{start, end, type, score, origin, redacted, placeholder?}],
    /// left: [{start, end, type, score, origin}], knownTypes, takenTypes}`.
    pub fn redact(
        &mut self,
        text: &str,
        found: JsValue,
        policy: JsValue,
    ) -> Result<JsValue, JsValue> {
        let found: Vec<Span> = from_js(found)?;
        let wanted: Wanted = from_js(policy)?;
        let known = wanted.known_types();
        let with_patterns = wanted.patterns;
        let policy = wanted.policy(text, &known)?;
        let mut found = spans(text, found)?;
        if with_patterns {
            found.extend(patterns(text).into_iter().map(Found::from));
        }
        let redaction = redact(text, &found, &policy, &mut self.table);
        // Without a table that can be read again, nothing could be restored.
        self.table
            .check()
            .map_err(|error| Refusal::new("input", error))?;
        let mut original = Utf16Offsets::new(text);
        let mut redacted = Utf16Offsets::new(&redaction.text);
        let entries = self.table.entries();
        let hidden = redaction.hidden.iter().map(|hidden: &Hidden| Place {
            start: original.at(hidden.original.start),
            end: original.at(hidden.original.end),
            kind: &hidden.kind,
            score: hidden.score,
            origin: hidden.origin.name(),
            redacted: Some([
                redacted.at(hidden.redacted.start),
                redacted.at(hidden.redacted.end),
            ]),
            placeholder: hidden
                .entry
                .map(|entry: usize| entries[entry].placeholder.as_str()),
        });
        let hidden: Vec<_> = hidden.collect();
        let mut original = Utf16Offsets::new(text);
        let left = redaction.left.iter().map(|left| Place {
            start: original.at(left.range.start),
            end: original.at(left.range.end),
            kind: &left.kind,
            score: left.score,
            origin: left.origin.name(),
            redacted: None,
            placeholder: None,
        });
        let answer = Answer {
            text: &redaction.text,
            hidden,
            left: left.collect(),
            taken_types: known
                .iter()
                .filter(|kind| policy.takes(kind))
                .cloned()
                .collect(),
            known_types: known,
        };
        Ok(to_js(&answer)?)
    }

    /// Puts the values back into a text that holds placeholders.
    pub fn restore(&self, text: &str) -> String {
        self.table.restore(text)
    }

    /// Puts the values back into the next piece of a text, of which `last` is
    /// the end; `state` is that of the answer for the piece before:
    /// `{text, state}`.
    #[wasm_bindgen(js_name = restorePiece)]
    pub fn restore_piece(
        &self,
        piece: &str,
        state: JsValue,
        last: bool,
    ) -> Result<JsValue, JsValue> {
        let paused: Option<Paused> = from_js(state)?;
        let mut restorer = Restorer::resume(&self.table, paused.unwrap_or_default());
        let mut text = restorer.push(piece);
        let state = if last {
            text.push_str(&restorer.finish());
            Paused::default()
        } else {
            restorer.pause()
        };
        Ok(to_js(&Restored { text, state })?)
    }

    /// The table's file: JSON, with everything that was taken out.
    pub fn table(&self) -> String {
        self.table.to_json()
    }
}

impl Wanted {
    /// All types that can be found, as placeholders name them, sorted.
    fn known_types(&self) -> Vec<String> {
        let heads = self
            .heads
            .iter()
            .flatten()
            .map(|kind| placeholder_type(kind));
        let patterns = PatternKind::all().filter(|_| self.patterns);
        let patterns = patterns.map(|kind| kind.name().to_owned());
        let all: BTreeSet<String> = heads.chain(patterns).collect();
        all.into_iter().collect()
    }

    fn policy(self, text: &str, known: &[String]) -> Result<Policy, Refusal> {
        let own = |kind: String| {
            let name = placeholder_type(&kind);
            if known.contains(&name) {
                return Ok(name);
            }
            let expected = known.join(", ");
            Err(Refusal::new(
                "input",
                format!("found the type {kind:?}, expected one of {expected}"),
            ))
        };
        let heads = self.heads.iter();
        let shared = shared_types(heads.map(|types| types.iter().map(String::as_str)));
        let thresholds = self.thresholds.into_iter();
        let types = self.types.map(|types| types.into_iter().map(own).collect());
        let keep_at: Vec<Span> = self
            .keep_at
            .iter()
            .map(|&[start, end]| Span {
                start,
                end,
                kind: String::new(),
                score: None,
            })
            .collect();
        Ok(Policy {
            types: types.transpose()?,
            threshold: self.threshold,
            thresholds: thresholds
                .map(|(kind, score)| Ok((own(kind)?, score)))
                .collect::<Result<_, Refusal>>()?,
            style: named(self.style)?,
            keep: self.keep,
            always: self.always,
            keep_at: spans(text, keep_at)?
                .into_iter()
                .map(|found| found.range)
                .collect(),
            everywhere: self.everywhere.unwrap_or(true),
            confirm: named(self.confirm)?,
            shared_types: shared,
        })
    }
}

fn named<T: std::str::FromStr<Err = String> + Default>(name: Option<String>) -> Result<T, Refusal> {
    let named = name.map(|name| name.parse());
    named
        .unwrap_or_else(|| Ok(T::default()))
        .map_err(|error| Refusal::new("input", error))
}

/// Spans with byte offsets; in whatever order, and they may overlap.
fn spans(text: &str, spans: Vec<Span>) -> Result<Vec<Found>, Refusal> {
    let ends: BTreeSet<u32> = spans.iter().flat_map(|own| [own.start, own.end]).collect();
    let ends: Vec<u32> = ends.into_iter().collect();
    let bytes = from_utf16(text, &ends)
        .ok_or_else(|| Refusal::new("input", "found a span that does not lie in the text"))?;
    let byte = |unit: u32| bytes[ends.binary_search(&unit).expect("all ends are there")];
    let found = spans.into_iter().map(|own| {
        let range: Range<usize> = byte(own.start)..byte(own.end);
        if range.is_empty() || own.start > own.end {
            return Err(Refusal::new("input", "found a span without a character"));
        }
        Ok(Found {
            range,
            kind: placeholder_type(&own.kind),
            score: own.score.unwrap_or(1.0),
            origin: match own.score {
                Some(_) => Origin::Head,
                None => Origin::User,
            },
        })
    });
    found.collect()
}
