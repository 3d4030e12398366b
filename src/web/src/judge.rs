//! Judging in the tab: a labelled file, what heads say of its sentences, and
//! their reports. The file is read and the reports are made by the very code of
//! `nerite evaluate`; the page brings the sentences to engines, which may be in
//! other workers, and their answers back.

mod exchange;
mod tagging;

use js_sys::{Uint8Array, Uint32Array};
use nerite::{Decoder, EntityCalibration, TagSet};
use nerite_corpora::{Corpus, Pair, Sentence};
use nerite_fit::{FitError, Mapping, Occasion, Predicted, Predictions, WHOLE, judge, whole_split};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::engine::{Refusal, from_js, to_js, utf16_offsets};
use exchange::{Candidate, Circumstances, Marked, Read, Reading, Told, Type, Words};

fn refused(error: impl std::fmt::Display) -> Refusal {
    Refusal::new("input", error)
}

/// A head that is judged, with what it says of all words.
struct Judged {
    candidate: Candidate,
    tags: TagSet,
    decoder: Decoder,
    said: Vec<u16>,
    confidences: Vec<f32>,
}

/// A labelled file, and what heads say of it.
#[wasm_bindgen]
pub struct Judge {
    corpus: Corpus,
    mapping: Mapping,
    /// The corpus, its types mapped.
    mapped: Option<Corpus>,
    /// The number of the first word of every sentence, and of all words.
    starts: Vec<usize>,
    dropped: Vec<bool>,
    /// The words of which all heads have spoken.
    done: usize,
    heads: Vec<Judged>,
}

#[wasm_bindgen]
impl Judge {
    /// Reads a labelled file, plain or gzipped. `options` is `{format?,
    /// encoding?, scheme?, wordColumn?, tagColumn?, sentenceColumn?, labels?}`.
    pub fn read(name: &str, bytes: &[u8], options: JsValue) -> Result<Judge, JsValue> {
        let options = from_js::<Reading>(options)?.options()?;
        let corpus = Corpus::read(name, bytes, &options).map_err(refused)?;
        Ok(Self::of(corpus))
    }

    /// Reads BRAT's pairs of files: `files` has for each of `names` the text and
    /// the annotations.
    #[wasm_bindgen(js_name = readPairs)]
    pub fn read_pairs(
        name: &str,
        names: Vec<String>,
        files: Vec<Uint8Array>,
        options: JsValue,
    ) -> Result<Judge, JsValue> {
        let options = from_js::<Reading>(options)?.options()?;
        let files: Vec<Vec<u8>> = files.iter().map(Uint8Array::to_vec).collect();
        let pairs = names.iter().zip(files.chunks_exact(2));
        let pairs: Vec<Pair<'_>> = pairs
            .map(|(name, pair)| Pair {
                name,
                text: &pair[0],
                annotations: &pair[1],
            })
            .collect();
        let corpus = Corpus::read_brat(name, &pairs, &options).map_err(refused)?;
        Ok(Self::of(corpus))
    }

    fn of(corpus: Corpus) -> Self {
        let mut words = 0;
        let mut starts = vec![0];
        starts.extend(corpus.sentences.iter().map(|own| {
            words += own.words.len();
            words
        }));
        Self {
            corpus,
            mapping: Mapping::default(),
            mapped: None,
            starts,
            dropped: Vec::new(),
            done: 0,
            heads: Vec::new(),
        }
    }

    /// What the file holds: `{name, format, encoding, scheme, found, notes,
    /// sha256, sentences, words, types: [{type, entities}]}`.
    pub fn describe(&self) -> Result<JsValue, JsValue> {
        let corpus = &self.corpus;
        let counts = corpus.tag_counts();
        let types = corpus.tags.kinds().into_iter().map(|kind| {
            let begin = format!("B-{kind}");
            let count = counts.iter().find(|(tag, _)| *tag == begin);
            Type {
                r#type: kind.to_owned(),
                entities: count.map_or(0, |(_, count)| *count),
            }
        });
        Ok(to_js(&Read {
            name: &corpus.name,
            format: corpus.format.name(),
            encoding: corpus.encoding.to_string(),
            scheme: corpus.scheme.name(),
            found: corpus.found(),
            notes: &corpus.notes,
            sha256: &corpus.sha256,
            sentences: corpus.sentences.len(),
            words: corpus.words(),
            types: types.collect(),
        })?)
    }

    /// The words of all sentences from `from` to before `to`, a list for each.
    pub fn sentences(&self, from: usize, to: usize) -> Result<JsValue, JsValue> {
        let sentences = self.part(from, to)?.iter().map(|own| &own.words);
        Ok(to_js(&sentences.collect::<Vec<_>>())?)
    }

    /// The file as texts with marks in UTF-16 code units, for a
    /// [`Trainer`](crate::Trainer): `[{text, marks: [{start, end, type}]}]`.
    /// Where the file has no texts, words are put together with the spaces that
    /// English has; where it does not tell documents apart, one has ten sentences.
    pub fn documents(&self) -> Result<JsValue, JsValue> {
        const SENTENCES: usize = 10;
        let corpus = &self.corpus;
        let documents = corpus.documents();
        let document = |index: usize| match documents.get(index) {
            Some(&document) => document as usize,
            None => index / SENTENCES,
        };
        let mut found: Vec<Marked> = Vec::new();
        let mut last = None;
        for (index, sentence) in corpus.sentences.iter().enumerate() {
            if last.replace(document(index)) != Some(document(index)) {
                found.push(Marked::default());
            }
            let own = found.last_mut().expect("the first sentence begins one");
            own.add(corpus, sentence);
        }
        Ok(to_js(&found)?)
    }

    /// Begins to judge heads. `candidates` is a list of what
    /// [`Engine::candidate`](crate::Engine::candidate) says of each; `map` and
    /// `types` are as `nerite evaluate` has them.
    pub fn begin(
        &mut self,
        candidates: JsValue,
        map: Option<String>,
        types: Option<Vec<String>>,
    ) -> Result<(), JsValue> {
        let candidates: Vec<Candidate> = from_js(candidates)?;
        let map = map.map(|map| map.parse()).transpose();
        let map = map.map_err(|error| refused(format!("options.map: {error}")))?;
        let mapping = Mapping::new(map, types);
        self.mapping = mapping.map_err(|error| refused(format!("options.types: {error}")))?;
        let mapped = self.mapping.corpus(&self.corpus).map_err(refused)?;
        let words = self.corpus.words();
        let mut heads = Vec::new();
        for candidate in candidates {
            let tags = TagSet::new(candidate.tags.iter().map(String::as_str)).map_err(refused)?;
            let decoder = candidate.decoder.parse().map_err(refused)?;
            let judged = Judged {
                candidate,
                tags,
                decoder,
                said: vec![0; words],
                confidences: vec![0.0; words],
            };
            // Refused before the work, not after it.
            let id = &judged.candidate.subject.id;
            let fits = self.mapping.predictions(&mapped, self.given(&judged));
            fits.map_err(|error| refused(format!("{id}: {error}")))?;
            heads.push(judged);
        }
        self.heads = heads;
        self.mapped = Some(mapped);
        self.dropped = vec![false; words];
        self.done = 0;
        Ok(())
    }

    /// The sentences from `from` to before `to` for [`Engine::tag`](crate::Engine::tag).
    pub fn words(&self, from: usize, to: usize) -> Result<JsValue, JsValue> {
        let part = self.part(from, to)?;
        let mut text = String::new();
        let mut ranges = Vec::new();
        for word in part.iter().flat_map(|own| &own.words) {
            let start = text.len();
            text += word;
            ranges.push(start..text.len());
        }
        let lengths: Vec<u32> = part.iter().map(|own| own.words.len() as u32).collect();
        Ok(to_js(&Words {
            words: utf16_offsets(&text, ranges.iter()),
            sentences: Uint32Array::from(lengths.as_slice()),
            text,
        })?)
    }

    /// Takes what head number `head` says of the sentences from `from` on.
    pub fn add(
        &mut self,
        head: usize,
        from: usize,
        tags: &[u16],
        confidences: &[f32],
        dropped: &[u8],
    ) -> Result<(), JsValue> {
        let start = self.starts.get(from).copied();
        let last = head + 1 == self.heads.len();
        let own = self.heads.get_mut(head);
        let (Some(start), Some(own)) = (start, own) else {
            return Err(
                refused("found tags of a head or a sentence that was not asked about").into(),
            );
        };
        let range = start..start + tags.len();
        let fits = range.end <= own.said.len()
            && confidences.len() == tags.len()
            && dropped.len() == tags.len()
            && tags.iter().all(|&tag| usize::from(tag) < own.tags.len());
        if !fits {
            return Err(refused("found tags of other words than were asked about").into());
        }
        own.said[range.clone()].copy_from_slice(tags);
        own.confidences[range.clone()].copy_from_slice(confidences);
        for (own, &given) in self.dropped[range].iter_mut().zip(dropped) {
            *own = given != 0;
        }
        if last {
            self.done += tags.len();
        }
        Ok(())
    }

    /// The report of head number `head`: `{json, fittedOn}`. `circumstances` is
    /// `{machine, seconds, command}`.
    pub fn report(&self, head: usize, circumstances: JsValue) -> Result<JsValue, JsValue> {
        let circumstances: Circumstances = from_js(circumstances)?;
        let (Some(corpus), Some(own)) = (&self.mapped, self.heads.get(head)) else {
            return Err(refused("begin() comes first: no head is being judged").into());
        };
        if self.done != self.dropped.len() {
            return Err(refused("add() comes first: some sentences have no tags yet").into());
        }
        let predictions = self.mapping.predictions(corpus, self.given(own));
        let predictions = predictions.map_err(refused)?;
        let all: Vec<usize> = (0..corpus.sentences.len()).collect();
        let judged = judge(corpus, &all, &predictions).map_err(refused)?;
        let occasion = Occasion {
            corpus,
            part: WHOLE,
            split: whole_split(corpus),
            settings: self.mapping.settings(own.decoder),
            machine: circumstances.machine,
            seconds: circumstances.seconds,
            command: circumstances.command,
        };
        let Candidate {
            subject, fitted, ..
        } = &own.candidate;
        let fitted = fitted.as_ref();
        let fitted = fitted.filter(|[sha256, _]| *sha256 == corpus.sha256);
        Ok(to_js(&Told {
            json: subject.report(judged.evaluate(None), occasion).to_json(),
            fitted_on: fitted.map(|[_, split]| split.clone()),
        })?)
    }

    fn given<'a>(&'a self, own: &'a Judged) -> Given<'a> {
        Given { judge: self, own }
    }

    fn part(&self, from: usize, to: usize) -> Result<&[Sentence], Refusal> {
        let part = self.corpus.sentences.get(from..to);
        part.ok_or_else(|| refused("found sentences that the file does not have"))
    }
}

/// What a head has said, as the source of predictions that it is.
struct Given<'a> {
    judge: &'a Judge,
    own: &'a Judged,
}

impl Predictions for Given<'_> {
    type Workspace = ();

    fn tags(&self) -> &TagSet {
        &self.own.tags
    }

    fn entity_calibration(&self) -> Option<EntityCalibration> {
        self.own.candidate.entity_calibration
    }

    fn predict(&self, (): &mut (), index: usize, _: &[&str]) -> Result<Predicted, FitError> {
        let Given { judge, own } = self;
        let range = judge.starts[index]..judge.starts[index + 1];
        let said = own.said[range.clone()].iter();
        Ok(Predicted {
            tags: said.map(|&tag| usize::from(tag)).collect(),
            confidences: own.confidences[range.clone()].to_vec(),
            without_subword: judge.dropped[range].to_vec(),
        })
    }
}
