//! The worker: holds the bundle, answers requests in order.

use gloo_worker::{HandlerId, Registrable, Worker, WorkerScope};
use nerite::{Head, Manifest, Options, Recognizer, Utf16Offsets};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::DedicatedWorkerGlobalScope;

use crate::fetch;
use crate::messages::{Bundle, BundleHead, Entity, Input, Output, Prediction, Word};

/// Makes the worker that this is called in answer a page's requests.
#[wasm_bindgen(js_name = startWorker, skip_typescript)]
pub fn start_worker() {
    console_error_panic_hook::set_once();
    Inference::registrar().register();
}

/// The worker's state.
pub(crate) struct Inference {
    model: Option<Model>,
}

/// A bundle in memory.
pub(crate) struct Model {
    manifest: Manifest,
    recognizer: Recognizer,
    /// In the manifest's order.
    heads: Vec<Head>,
}

/// What a finished download tells the worker.
pub(crate) struct Loaded {
    asker: HandlerId,
    model: Result<Model, String>,
}

impl Worker for Inference {
    type Message = Loaded;
    type Input = Input;
    type Output = Output;

    fn create(_: &WorkerScope<Self>) -> Self {
        Self { model: None }
    }

    fn update(&mut self, scope: &WorkerScope<Self>, Loaded { asker, model }: Loaded) {
        let answer = model.map(|model| self.model.insert(model).describe());
        scope.respond(asker, Output::Loaded(answer));
    }

    fn received(&mut self, scope: &WorkerScope<Self>, input: Input, asker: HandlerId) {
        match input {
            Input::Load { url } => {
                // The first word from the worker: it runs.
                scope.respond(
                    asker,
                    Output::Progress {
                        loaded: 0.0,
                        total: 0.0,
                    },
                );
                let progress = {
                    let scope = scope.clone();
                    move |loaded, total| scope.respond(asker, Output::Progress { loaded, total })
                };
                scope.send_future(async move {
                    Loaded {
                        asker,
                        model: Model::load(&url, progress).await,
                    }
                });
            }
            Input::Predict {
                request,
                text,
                head,
            } => {
                let prediction = match &mut self.model {
                    Some(model) => model.predict(&text, &head),
                    None => Err("no bundle is loaded".into()),
                };
                scope.respond(
                    asker,
                    Output::Predicted {
                        request,
                        prediction,
                    },
                );
            }
        }
    }
}

impl Model {
    async fn load(base: &str, progress: impl Fn(f64, f64)) -> Result<Self, String> {
        let manifest = fetch::manifest(base).await?;
        let total = manifest.bytes() as f64;
        let mut loaded = 0.0;
        let mut add = |bytes: usize| {
            loaded += bytes as f64;
            progress(loaded, total);
        };
        add(0);
        let encoder = fetch::file(base, &manifest.encoder, &mut add).await?;
        let tokenizer = fetch::file(base, &manifest.tokenizer, &mut add).await?;
        let mut heads = Vec::new();
        for entry in &manifest.heads {
            let bytes = fetch::file(base, &entry.file, &mut add).await?;
            let head = Head::from_bytes(&bytes);
            heads.push(head.map_err(|error| format!("{}: {error}", entry.file.file))?);
        }
        let recognizer =
            Recognizer::new(&encoder, &tokenizer).map_err(|error| error.to_string())?;
        for (entry, head) in manifest.heads.iter().zip(&heads) {
            let fits = head.check_encoder(recognizer.encoder());
            fits.map_err(|error| format!("{}: {error}", entry.file.file))?;
        }
        Ok(Self {
            manifest,
            recognizer,
            heads,
        })
    }

    fn describe(&self) -> Bundle {
        let head = |head: &nerite::BundleHead| BundleHead {
            id: head.id.clone(),
            title: head.title.clone(),
        };
        Bundle {
            name: self.manifest.name.clone(),
            architecture: self.manifest.architecture.name().into(),
            bytes: self.manifest.bytes() as f64,
            backend: self.recognizer.encoder().backend().into(),
            heads: self.manifest.heads.iter().map(head).collect(),
            default_head: self.manifest.default_head.clone(),
        }
    }

    fn predict(&mut self, text: &str, head: &str) -> Result<Prediction, String> {
        let index = self.manifest.heads.iter().position(|own| own.id == head);
        let index = index.ok_or_else(|| format!("the bundle has no head {head:?}"))?;
        let start = now();
        let found = self
            .recognizer
            .recognize(text, &self.heads[index], &Options::default());
        let found = found.map_err(|error| error.to_string())?;
        let milliseconds = now() - start;
        let mut offsets = Utf16Offsets::new(text);
        // A JavaScript string has fewer than 2^32 code units.
        let mut at = |byte| offsets.at(byte) as u32;
        let entities = found.entities.into_iter().map(|entity| Entity {
            start: at(entity.range.start),
            end: at(entity.range.end),
            kind: entity.kind,
            score: entity.score,
            words: [entity.words.start as u32, entity.words.end as u32],
        });
        let entities = entities.collect();
        let words = found.words.iter().map(|word| Word {
            start: at(word.range.start),
            end: at(word.range.end),
            tag: word.tag as u32,
        });
        Ok(Prediction {
            tags: found.tags.labels().to_vec(),
            milliseconds,
            words: words.collect(),
            probabilities: found
                .words
                .iter()
                .flat_map(|word| &word.probabilities)
                .copied()
                .collect(),
            entities,
        })
    }
}

/// Milliseconds on the worker's clock.
fn now() -> f64 {
    let scope = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>();
    scope
        .ok()
        .and_then(|scope| scope.performance())
        .map_or(0.0, |clock| clock.now())
}
