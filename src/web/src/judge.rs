//! Judging in the tab: a labelled file, what heads say of its sentences, and
//! their reports. The file is read and the reports are made by the very code of
//! `nerite evaluate`; the page brings the sentences to engines, which may be in
//! other workers, and their answers back.

use js_sys::{Float32Array, Uint8Array, Uint16Array, Uint32Array};
use nerite::{Decoder, EntityCalibration, Head, Report, Span, TagSet, Utf16Offsets};
use nerite_corpora::{Corpus, Options, Pair, Sentence, detokenize};
use nerite_fit::{
    FitError, Mapping, Occasion, Predicted, Predictions, Subject, WHOLE, encode, judge, whole_split,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::engine::{Engine, Refusal, from_js, sentences_of, to_js, utf16_offsets};

fn refused(error: impl std::fmt::Display) -> Refusal {
    Refusal::new("input", error)
}

/// How a file is to be read, where its contents do not tell.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Reading {
    format: Option<String>,
    encoding: Option<String>,
    scheme: Option<String>,
    word_column: Option<String>,
    tag_column: Option<String>,
    labels: Vec<String>,
}

impl Reading {
    fn options(self) -> Result<Options, Refusal> {
        fn parsed<T: std::str::FromStr<Err = String>>(
            name: &str,
            value: Option<String>,
        ) -> Result<Option<T>, Refusal> {
            let value = value.map(|value| value.parse());
            let fault = |error| refused(format!("options.{name}: {error}"));
            value.transpose().map_err(fault)
        }
        Ok(Options {
            format: parsed("format", self.format)?,
            encoding: parsed("encoding", self.encoding)?,
            scheme: parsed("scheme", self.scheme)?,
            word_column: parsed("wordColumn", self.word_column)?,
            tag_column: parsed("tagColumn", self.tag_column)?,
            labels: self.labels,
        })
    }
}

/// What a labelled file turned out to hold.
#[derive(Serialize)]
struct Read<'a> {
    name: &'a str,
    format: &'a str,
    encoding: String,
    scheme: &'a str,
    /// All that was found out, in one line.
    found: String,
    notes: &'a [String],
    sha256: &'a str,
    sentences: usize,
    words: usize,
    types: Vec<Type>,
}

/// A type with the number of its entities.
#[derive(Serialize)]
struct Type {
    r#type: String,
    entities: usize,
}

/// A text with marks.
#[derive(Default, Serialize)]
struct Marked {
    text: String,
    marks: Vec<Mark>,
    /// Its length in UTF-16 code units.
    #[serde(skip)]
    units: usize,
}

#[derive(Serialize)]
struct Mark {
    start: usize,
    end: usize,
    r#type: String,
}

impl Marked {
    fn add(&mut self, corpus: &Corpus, sentence: &Sentence) {
        // A sentence goes over no empty line.
        if !self.text.is_empty() {
            self.text += "\n\n";
            self.units += 2;
        }
        let (text, words) = match &sentence.text {
            Some(own) => (own.text.clone(), own.words.clone()),
            None => detokenize(&sentence.words),
        };
        let tags = sentence.tags.iter().map(|&tag| corpus.tags.tag(tag.into()));
        let mut offsets = Utf16Offsets::new(&text);
        let marks = Span::read_strict(tags).into_iter().map(|span| Mark {
            start: self.units + offsets.at(words[span.words.start].start),
            end: self.units + offsets.at(words[span.words.end - 1].end),
            r#type: span.kind.to_owned(),
        });
        self.marks.extend(marks);
        self.units += text.encode_utf16().count();
        self.text += &text;
    }
}

/// A head as an engine knows it, for [`Judge::begin`].
#[derive(Serialize, Deserialize)]
struct Candidate {
    subject: Subject,
    tags: Vec<String>,
    entity_calibration: Option<EntityCalibration>,
    decoder: String,
    backend: String,
    /// The sha256 of the corpus that it was fitted on and the split, where both
    /// are known.
    fitted: Option<[String; 2]>,
}

/// A head that is judged, with what it says of all words.
struct Judged {
    candidate: Candidate,
    tags: TagSet,
    decoder: Decoder,
    said: Vec<u16>,
    confidences: Vec<f32>,
}

/// Sentences to be tagged, as [`Engine::tag`] takes them.
#[derive(Serialize)]
struct Words {
    text: String,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    words: Uint32Array,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    sentences: Uint32Array,
}

/// What one head says of sentences.
#[derive(Serialize)]
struct Said {
    #[serde(with = "serde_wasm_bindgen::preserve")]
    tags: Uint16Array,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    confidences: Float32Array,
}

/// What all heads say of them; words without a subword have a 1 in `dropped`.
#[derive(Serialize)]
struct Answer {
    heads: Vec<Said>,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    dropped: Uint8Array,
}

/// A report and what is to be said beside it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    json: String,
    /// The split of the head's training, if it was fitted on this very file.
    fitted_on: Option<String>,
}

/// How a judging went.
#[derive(Deserialize)]
struct Circumstances {
    machine: String,
    seconds: f64,
    command: String,
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
    /// encoding?, scheme?, wordColumn?, tagColumn?, labels?}`.
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

    /// Begins to judge heads, which [`Engine::candidate`] tells of. `map` and
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

    /// The sentences from `from` to before `to` for [`Engine::tag`].
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
            return Err(refused("found an answer that was not asked for").into());
        };
        let range = start..start + tags.len();
        let fits = range.end <= own.said.len()
            && confidences.len() == tags.len()
            && dropped.len() == tags.len()
            && tags.iter().all(|&tag| usize::from(tag) < own.tags.len());
        if !fits {
            return Err(refused("found an answer of other words than were asked about").into());
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
            return Err(refused("found no judging that has begun").into());
        };
        if self.done != self.dropped.len() {
            return Err(refused("found words of which nothing has been said yet").into());
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

/// How a head is asked.
#[derive(Deserialize)]
struct Asked {
    head: String,
    decoder: String,
}

#[wasm_bindgen]
impl Engine {
    /// What [`Judge::begin`] has to know of a head. `report` is that of the
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
