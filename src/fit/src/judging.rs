//! A head judged on a corpus: types that are made the same on both sides, and
//! the report that says what was judged on what.

use std::path::Path;

use nerite::{
    CorpusProvenance, Decoder, Encoder, EncoderProvenance, EntityCalibration, Evaluation, Head,
    HeadProvenance, Loss, PartProvenance, Provenance, REPORT_FORMAT, REPORT_VERSION, Report,
    SplitProvenance, TagSet,
};
use nerite_corpora::{Corpus, MapError, TypeMap};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::FitError;
use crate::evaluation::{Predicted, Predictions};

/// What types become, in a corpus and in what a head finds, before they are
/// compared.
#[derive(Clone, Debug, Default)]
pub struct Mapping {
    map: Option<TypeMap>,
    types: Option<Vec<String>>,
    /// One after the other.
    steps: Vec<TypeMap>,
}

impl Mapping {
    /// First `map`; of what comes out, only `types` are judged. Words of other
    /// types count as `O`.
    ///
    /// # Errors
    ///
    /// A type that no tag can have, or one that is named twice.
    pub fn new(map: Option<TypeMap>, types: Option<Vec<String>>) -> Result<Self, MapError> {
        let kept = types.as_ref();
        let kept = kept.map(|types| TypeMap::keeping(types.iter().map(String::as_str)));
        let steps = map.iter().cloned().chain(kept.transpose()?).collect();
        Ok(Self { map, types, steps })
    }

    /// The corpus with its types mapped.
    ///
    /// # Errors
    ///
    /// Nothing of the corpus is mapped to a type.
    pub fn corpus(&self, corpus: &Corpus) -> Result<Corpus, MapError> {
        let mut steps = self.steps.iter();
        let Some(first) = steps.next() else {
            return Ok(corpus.clone());
        };
        steps.try_fold(first.apply(corpus)?, |corpus, map| map.apply(&corpus))
    }

    /// All tags that a head of these tags may give once they are mapped.
    ///
    /// # Errors
    ///
    /// More tags than a set may hold.
    pub fn tags(&self, tags: &TagSet) -> Result<TagSet, MapError> {
        let mut steps = self.steps.iter();
        steps.try_fold(tags.clone(), |tags, map| map.tags(&tags))
    }

    /// Predictions with their types mapped. Figures of a head on a corpus with
    /// which it shares no type would all be 0: it is refused.
    ///
    /// # Errors
    ///
    /// No type that the mapped `corpus` and the head share, or more tags than a
    /// set may hold.
    pub fn predictions<P: Predictions>(
        &self,
        corpus: &Corpus,
        inner: P,
    ) -> Result<impl Predictions<Workspace = P::Workspace>, FitError> {
        let tags = self.tags(inner.tags())?;
        let (found, labelled) = (tags.kinds(), corpus.tags.kinds());
        if !labelled.is_empty() && !labelled.iter().any(|kind| found.contains(kind)) {
            return Err(FitError::Types {
                head: listed(&found),
                corpus: listed(&labelled),
            });
        }
        Ok(Mapped {
            inner,
            steps: &self.steps,
            tags,
        })
    }

    /// How it was judged, as a report has it.
    pub fn settings(&self, decoder: Decoder) -> serde_json::Value {
        let mut settings = serde_json::json!({ "decoder": decoder });
        if let Some(map) = &self.map {
            settings["map"] = map.to_string().into();
        }
        if let Some(types) = &self.types {
            settings["types"] = types.as_slice().into();
        }
        settings
    }
}

fn listed(kinds: &[&str]) -> String {
    if kinds.is_empty() {
        "nothing".to_owned()
    } else {
        kinds.join(", ")
    }
}

/// Predictions whose types are mapped. A word's confidence stays that of the
/// tag that the head gave it.
struct Mapped<'a, P> {
    inner: P,
    steps: &'a [TypeMap],
    tags: TagSet,
}

impl<P: Predictions> Predictions for Mapped<'_, P> {
    type Workspace = P::Workspace;

    fn tags(&self) -> &TagSet {
        if self.steps.is_empty() {
            self.inner.tags()
        } else {
            &self.tags
        }
    }

    fn entity_calibration(&self) -> Option<EntityCalibration> {
        self.inner.entity_calibration()
    }

    fn predict(
        &self,
        workspace: &mut P::Workspace,
        index: usize,
        words: &[&str],
    ) -> Result<Predicted, FitError> {
        let mut found = self.inner.predict(workspace, index, words)?;
        let mut tags = self.inner.tags().clone();
        for map in self.steps {
            let labels = map.labels(&tags, found.tags.iter().copied());
            tags = map
                .tags(&tags)
                .expect("the same map made a set of these tags before");
            let places = labels
                .iter()
                .map(|label| tags.index(label).expect("the set has every label"));
            found.tags = places.collect();
        }
        Ok(found)
    }
}

/// The head that is judged.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Subject {
    /// The name of its bundle.
    pub bundle: String,
    /// What the bundle calls it.
    pub id: String,
    /// `base` or `fine-tuned`.
    pub stage: String,
    /// The encoder.
    pub encoder: EncoderProvenance,
    /// The head.
    pub head: HeadProvenance,
}

impl Subject {
    /// A head of a bundle with its encoder. `sha256` is of the head's file;
    /// `own` is the report of the head's own training, if it is at hand.
    pub fn new(
        [bundle, id]: [&str; 2],
        encoder: &Encoder,
        head: &Head,
        sha256: &str,
        own: Option<&Report>,
    ) -> Self {
        let config = head.config();
        Self {
            bundle: bundle.to_owned(),
            id: id.to_owned(),
            stage: own.map_or("fine-tuned", |own| &own.stage).to_owned(),
            encoder: EncoderProvenance {
                name: bundle.to_owned(),
                architecture: encoder.config().architecture.name().into(),
                sha256: encoder.sha256().to_owned(),
            },
            head: HeadProvenance {
                kind: config.kind.name().into(),
                layers: config.layers.clone(),
                sha256: sha256.to_owned(),
                begun_with: None,
            },
        }
    }

    /// The report of its figures.
    pub fn report(&self, evaluation: Evaluation, occasion: Occasion<'_>) -> Report {
        let Occasion {
            corpus,
            part,
            split,
            ..
        } = occasion;
        let (bundle, id, stage) = (&self.bundle, &self.id, &self.stage);
        let file = Path::new(&corpus.name).file_name().unwrap_or_default();
        let file = file.to_string_lossy();
        Report {
            format: REPORT_FORMAT.into(),
            version: REPORT_VERSION,
            title: format!("{bundle}, {id} ({stage}), on {file}, {part}"),
            stage: stage.clone(),
            token: evaluation.token,
            entity: evaluation.entity,
            words: evaluation.words,
            details: evaluation.details,
            loss: Loss::default(),
            provenance: Provenance {
                corpus: corpus_provenance(corpus),
                split,
                encoder: self.encoder.clone(),
                head: self.head.clone(),
                settings: occasion.settings,
                nerite: env!("CARGO_PKG_VERSION").into(),
                machine: occasion.machine,
                seconds: occasion.seconds,
                command: occasion.command,
            },
        }
    }
}

/// What a head was judged on, and how.
pub struct Occasion<'a> {
    /// The corpus, its types mapped.
    pub corpus: &'a Corpus,
    /// What the part is called that was judged.
    pub part: &'a str,
    /// The part by its contents.
    pub split: SplitProvenance,
    /// The settings, by [`Mapping::settings`].
    pub settings: serde_json::Value,
    /// The machine.
    pub machine: String,
    /// How long it took.
    pub seconds: f64,
    /// The command that does it again.
    pub command: String,
}

/// What a report calls it that all of a corpus was judged.
pub const WHOLE: &str = "whole corpus";

/// The split that judges all of a corpus.
pub fn whole_split(corpus: &Corpus) -> SplitProvenance {
    let all: Vec<usize> = (0..corpus.sentences.len()).collect();
    SplitProvenance {
        name: "all".to_owned(),
        train: part_provenance(corpus, &[]),
        test: part_provenance(corpus, &all),
    }
}

/// A corpus by its contents.
pub fn corpus_provenance(corpus: &Corpus) -> CorpusProvenance {
    CorpusProvenance {
        format: corpus.read_as(),
        sha256: corpus.sha256.clone(),
        sentences: corpus.sentences.len() as u64,
        words: corpus.words() as u64,
        sources: Vec::new(),
    }
}

/// The sentences of a part by their names.
pub fn part_provenance(corpus: &Corpus, part: &[usize]) -> PartProvenance {
    let name = |&index: &usize| corpus.sentences[index].name.as_str();
    PartProvenance {
        sentences: part.len() as u64,
        sha256: names_sha256(part.iter().map(name)),
    }
}

/// The sha256 of sentence names, each followed by a newline.
pub fn names_sha256<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for name in names {
        hash.update(name);
        hash.update("\n");
    }
    format!("{:x}", hash.finalize())
}
