//! Fitting in the tab: documents with marks to a head, and its figures.

use std::sync::Arc;

use nerite::{HeadConfig, TagSet, Workspace, cut, from_utf16};
use nerite_fit::{Fit, HeldOut, Progress, Settings, Task, folds, judge};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::engine::{Engine, Refusal, from_js, to_js};
use crate::sentences::{Example, Texts, encode};

/// A stretch of a text that was given a type.
#[derive(Deserialize)]
struct Mark {
    start: u32,
    end: u32,
    r#type: String,
}

/// How a head is wanted.
#[derive(Deserialize)]
struct Wish {
    types: Vec<String>,
    /// The head of the bundle whose knowledge is begun with.
    from: Option<String>,
    /// Whether no more than its last layer is learnt anew.
    last_layer: bool,
    seed: u32,
}

/// What became of a document.
#[derive(Default, Serialize)]
struct Added {
    sentences: usize,
    words: usize,
    marks: usize,
    /// Marks that ended inside of a word, and were made to hold all of it.
    widened: usize,
    /// Marks that hold no word, or of which an earlier mark has all words.
    lost: usize,
}

/// How far a fit has come.
#[derive(Serialize)]
struct Step {
    done: usize,
    total: usize,
    loss: f32,
}

/// Figures of all types together, or of one.
#[derive(Serialize)]
struct Figures {
    r#type: String,
    precision: f64,
    recall: f64,
    f1: f64,
    support: f64,
    low: f64,
    high: f64,
}

/// A head in the making.
#[wasm_bindgen]
pub struct Trainer {
    texts: Arc<Texts>,
    /// This and the settings are for as many sentences as there are, once all
    /// documents are there.
    config: HeadConfig,
    settings: Settings,
    seed: u32,
    last_layer: bool,
    /// The head that is begun with: its file, and what it says of itself.
    from: Option<Vec<u8>>,
    other: Option<HeadConfig>,
    workspace: Workspace,
    documents: usize,
    /// Of each sentence, once all documents are there.
    folds: Vec<usize>,
    fit: Option<Fit<Arc<Texts>>>,
    steps: usize,
    held_out: HeldOut,
}

/// Parts that are held back in turn, also of so many sentences that a native
/// run would choose the epoch by some of them.
const FOLDS: usize = 5;

/// Those of `nerite train --preset best`, or `--begin-with`. All sentences are
/// fitted to, however many they are.
fn settings_for(
    seed: u32,
    sentences: usize,
    other: Option<&HeadConfig>,
    last_layer: bool,
) -> Result<Settings, Refusal> {
    let seed = seed.into();
    let settings = match other {
        None => Settings::best_for(seed, sentences),
        Some(other) => Settings::begun_with(seed, sentences, other, last_layer).map_err(refused)?,
    };
    Ok(Settings {
        validation: 0.0,
        patience: 0,
        ..settings
    })
}

fn refused(error: impl std::fmt::Display) -> Refusal {
    Refusal::new("input", error)
}

#[wasm_bindgen]
impl Trainer {
    /// Begins with no document. `wish` is `{types: string[], from?: string,
    /// last_layer: boolean, seed: number}`.
    #[wasm_bindgen(constructor)]
    pub fn new(engine: &Engine, wish: JsValue) -> Result<Trainer, JsValue> {
        let Wish {
            types,
            from,
            last_layer,
            seed,
        } = from_js(wish)?;
        let labels = types
            .iter()
            .flat_map(|kind| ["B", "I"].map(|place| format!("{place}-{kind}")));
        let tags = TagSet::new(labels.chain(["O".to_owned()])).map_err(refused)?;
        let from = from.map(|id| {
            let file = engine.head_file(&id);
            file.map(<[u8]>::to_vec)
                .ok_or_else(|| refused(format!("found no head {id:?}")))
        });
        let from = from.transpose()?;
        let known = from.as_deref().map(nerite::head_numbers);
        let known = known.transpose().map_err(refused)?;
        let other = known.map(|(config, _)| config);
        let settings = settings_for(seed, 0, other.as_ref(), last_layer)?;
        let shape = engine.recognizer()?.encoder();
        // Begun with another head, a new one reads the same layers.
        let (layers, mix) = match &other {
            None => ((0..=shape.config().layers).collect(), true),
            Some(other) => (other.layers.clone(), other.mix),
        };
        let plain = HeadConfig::linear(tags.clone(), layers, shape.config().hidden, shape.sha256());
        let vectors = other.as_ref().and_then(|other| other.vectors.clone());
        let config = settings.model.head(HeadConfig {
            mix,
            vectors,
            ..plain
        });
        Ok(Self {
            texts: Arc::new(Texts {
                tags,
                width: config.inputs(),
                sentences: Vec::new(),
            }),
            config,
            settings,
            seed,
            last_layer,
            from,
            other,
            workspace: Workspace::default(),
            documents: 0,
            folds: Vec::new(),
            fit: None,
            steps: 0,
            held_out: HeldOut::default(),
        })
    }

    /// Adds a document, whose `marks` are `[{start, end, type}]` in UTF-16 code
    /// units. Sentences that were in a document before are not encoded again.
    pub fn add(
        &mut self,
        engine: &mut Engine,
        text: &str,
        marks: JsValue,
    ) -> Result<JsValue, JsValue> {
        let mut marks: Vec<Mark> = from_js(marks)?;
        marks.sort_by_key(|mark| mark.start);
        let mut added = Added::default();
        let before = marks.len();
        let mut end = 0;
        marks.retain(|mark| {
            let follows = mark.start >= end && mark.end > mark.start;
            end = if follows { mark.end } else { end };
            follows
        });
        let ends: Vec<u32> = marks
            .iter()
            .flat_map(|mark| [mark.start, mark.end])
            .collect();
        let ends = from_utf16(text, &ends)
            .ok_or_else(|| refused("found marks that do not lie in the text"))?;
        let texts = Arc::get_mut(&mut self.texts);
        let texts =
            texts.ok_or_else(|| refused("documents cannot be added once fitting has begun"))?;
        let mut used = vec![false; marks.len()];
        let mut next = 0;
        for sentence in cut(text) {
            let mut words = Vec::new();
            let mut tags = Vec::new();
            let mut open = None;
            for word in &sentence {
                while next < marks.len() && ends[2 * next + 1] <= word.start {
                    next += 1;
                }
                let tag = if next < marks.len() && ends[2 * next] < word.end {
                    let place = if open == Some(next) { "I" } else { "B" };
                    open = Some(next);
                    let (start, end) = (ends[2 * next], ends[2 * next + 1]);
                    let cuts = word.start < start || end < word.end;
                    if cuts {
                        added.widened += 1;
                    }
                    used[next] = true;
                    format!("{place}-{}", marks[next].r#type)
                } else {
                    open = None;
                    "O".to_owned()
                };
                let index = texts.tags.index(&tag);
                let index = index.ok_or_else(|| {
                    refused(format!(
                        "found a mark of the type {tag:?}, which is not among the types"
                    ))
                })?;
                tags.push(index as u16);
                words.push(text[word.clone()].to_owned());
            }
            added.sentences += 1;
            added.words += words.len();
            let encoded = encode(engine, &mut self.workspace, &words, &self.config.layers)?;
            texts.sentences.push(Example {
                words,
                tags,
                document: self.documents,
                encoded,
            });
        }
        self.documents += 1;
        added.marks = used.iter().filter(|used| **used).count();
        added.lost = before - added.marks;
        Ok(to_js(&added)?)
    }

    /// Divides the documents for cross-validation; the number of parts. What
    /// is known of sentences that are in no document any more is forgotten.
    pub fn divide(&mut self, engine: &mut Engine) -> Result<usize, JsValue> {
        engine.encoded.retain(|_, own| Arc::strong_count(own) > 1);
        let documents: Vec<usize> = self
            .texts
            .sentences
            .iter()
            .map(|own| own.document)
            .collect();
        let other = self.other.as_ref();
        self.settings = settings_for(self.seed, documents.len(), other, self.last_layer)?;
        self.config = self.settings.model.head(self.config.clone());
        self.folds = folds(&documents, self.settings.folds.max(FOLDS));
        self.held_out = HeldOut::default();
        Ok(self.folds.iter().max().map_or(0, |last| last + 1))
    }

    /// Begins a fit to all sentences but those of a part.
    pub fn begin(&mut self, without: Option<usize>) -> Result<(), JsValue> {
        let all = 0..self.texts.sentences.len();
        let train =
            all.filter(|&index| without.is_none() || self.folds.get(index).copied() != without);
        let task = Task {
            examples: self.texts.clone(),
            train: train.collect(),
            validation: None,
            head: self.config.clone(),
        };
        let mut fit = Fit::new(task, self.settings.clone()).map_err(refused)?;
        if let Some(file) = &self.from {
            fit.begin_with(file).map_err(refused)?;
        }
        self.fit = Some(fit);
        self.steps = 0;
        Ok(())
    }

    /// Takes a step: `{done, total, loss}`, or `undefined` if none is left.
    pub fn step(&mut self) -> Result<JsValue, JsValue> {
        let fit = self
            .fit
            .as_mut()
            .ok_or_else(|| refused("begin() comes first: no fit is under way"))?;
        let total = fit.steps() * fit.epochs();
        let progress = fit.step().map_err(refused)?;
        let loss = match progress {
            None => return Ok(JsValue::UNDEFINED),
            Some(Progress::Step { loss }) => loss,
            Some(Progress::Epoch { loss, .. }) => loss as f32,
        };
        self.steps += 1;
        Ok(to_js(&Step {
            done: self.steps,
            total,
            loss,
        })?)
    }

    /// Ends the fit: the head's file.
    pub fn finish(&mut self) -> Result<Vec<u8>, JsValue> {
        let fit = self
            .fit
            .take()
            .ok_or_else(|| refused("begin() comes first: no fit is under way"))?;
        Ok(fit.finish().map_err(refused)?.file)
    }

    /// Judges a head that was fitted to all but a part, here or elsewhere, on
    /// that part.
    pub fn judge(&mut self, part: usize, file: Vec<u8>) -> Result<(), JsValue> {
        let held: Vec<usize> = (0..self.folds.len())
            .filter(|&index| self.folds[index] == part)
            .collect();
        let added = self.held_out.add(file, &*self.texts, &held);
        Ok(added.map_err(refused)?)
    }

    /// A head's file, calibrated by all parts that were judged.
    pub fn calibrated(&self, head: &[u8]) -> Result<Vec<u8>, JsValue> {
        let temperature = self.held_out.temperature();
        Ok(nerite::with_calibration(head, temperature, None).map_err(refused)?)
    }

    /// The figures over all sentences, once every part was judged: `[{type,
    /// precision, recall, f1, support, low, high}]`, the first one of all types.
    pub fn figures(&self) -> Result<JsValue, JsValue> {
        // The temperature does not change what is found.
        let predictions = self.held_out.predictions(1.0, None, &*self.texts);
        let all: Vec<usize> = (0..self.texts.sentences.len()).collect();
        let judged = judge(&*self.texts, &all, &predictions.map_err(refused)?).map_err(refused)?;
        let figures = judged.by_type().into_iter().map(|(name, found)| Figures {
            r#type: name,
            precision: found.scores.precision,
            recall: found.scores.recall,
            f1: found.scores.f1,
            support: found.scores.support as f64,
            low: found.f1.low,
            high: found.f1.high,
        });
        Ok(to_js(&figures.collect::<Vec<_>>())?)
    }
}
