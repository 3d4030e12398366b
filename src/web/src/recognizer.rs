//! What JavaScript sees: `load`, and the recognizer that it gives.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use futures::channel::oneshot;
use gloo_net::http::Request;
use gloo_worker::{Spawnable, WorkerBridge};
use js_sys::{Function, JsString, Promise};
use serde::Serialize;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsError, JsValue};
use wasm_bindgen_futures::future_to_promise;
use web_sys::{BroadcastChannel, MessageEvent};

use crate::inference::Inference;
use crate::messages::{self, Input, Output};
use crate::types::{HeadInfo, Prediction, Progress};

type Answer<T> = oneshot::Sender<Result<T, String>>;

/// Requests that the worker has not answered yet.
#[derive(Default)]
struct Waiting {
    progress: Option<Function>,
    load: Option<Answer<messages::Bundle>>,
    predictions: HashMap<u32, Answer<messages::Prediction>>,
    /// Why the worker ended, if it did.
    failure: Option<String>,
}

impl Waiting {
    fn answer(&mut self, output: Output) {
        match output {
            Output::Progress { loaded, total } => {
                if let (Some(progress), true) = (&self.progress, total > 0.0) {
                    let value = to_js(&Progress { loaded, total });
                    // A callback that throws harms only itself.
                    let _ = value.map(|value| progress.call1(&JsValue::NULL, &value));
                }
            }
            Output::Loaded(bundle) => {
                if let Some(answer) = self.load.take() {
                    let _ = answer.send(bundle);
                }
            }
            Output::Predicted {
                request,
                prediction,
            } => {
                if let Some(answer) = self.predictions.remove(&request) {
                    let _ = answer.send(prediction);
                }
            }
        }
    }

    /// The worker has ended: nobody will answer any more.
    fn fail(&mut self, reason: String) {
        if let Some(answer) = self.load.take() {
            let _ = answer.send(Err(reason.clone()));
        }
        for (_, answer) in self.predictions.drain() {
            let _ = answer.send(Err(reason.clone()));
        }
        self.failure = Some(reason);
    }
}

/// A loaded bundle, in a worker of its own.
#[wasm_bindgen]
pub struct Recognizer {
    connection: Rc<Connection>,
    bundle: messages::Bundle,
}

struct Connection {
    bridge: WorkerBridge<Inference>,
    waiting: Rc<RefCell<Waiting>>,
    requests: Cell<u32>,
    failures: BroadcastChannel,
    _on_failure: Closure<dyn FnMut(MessageEvent)>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.failures.close();
        self.waiting
            .borrow_mut()
            .fail("the recognizer was freed".into());
    }
}

impl Connection {
    async fn open(progress: Option<Function>) -> Result<Self, JsValue> {
        let waiting = Rc::new(RefCell::new(Waiting {
            progress,
            ..Waiting::default()
        }));
        let name = format!(
            "nerite-{:x}",
            (js_sys::Math::random() * 2f64.powi(52)) as u64
        );
        let failures = BroadcastChannel::new(&name)?;
        let on_failure = {
            let waiting = waiting.clone();
            Closure::new(move |event: MessageEvent| {
                let reason = event.data().as_string().unwrap_or_default();
                waiting
                    .borrow_mut()
                    .fail(format!("the worker failed: {reason}"));
            })
        };
        failures.set_onmessage(Some(on_failure.as_ref().unchecked_ref()));
        let script = wasm_bindgen::link_to!(module = "/src/worker.js");
        // gloo-worker does not tell when a script is missing.
        let found = Request::get(&script).send().await;
        if !found.is_ok_and(|response| response.ok()) {
            return Err(JsError::new("the worker's script is missing from the package").into());
        }
        let script = format!("{script}?failures={name}");
        let answers = waiting.clone();
        let bridge = Inference::spawner()
            .with_loader(true)
            .callback(move |output| answers.borrow_mut().answer(output))
            .spawn(&script);
        Ok(Self {
            bridge,
            waiting,
            requests: Cell::new(0),
            failures,
            _on_failure: on_failure,
        })
    }
}

/// Loads the bundle in the folder `url`, in a new worker.
#[wasm_bindgen(skip_typescript)]
pub async fn load(url: JsValue, on_progress: Option<Function>) -> Result<Recognizer, JsValue> {
    console_error_panic_hook::set_once();
    let url = folder(&url)?;
    let connection = Connection::open(on_progress).await?;
    let (sender, receiver) = oneshot::channel();
    connection.waiting.borrow_mut().load = Some(sender);
    connection.bridge.send(Input::Load { url });
    let bundle = receive(receiver).await?;
    connection.waiting.borrow_mut().progress = None;
    Ok(Recognizer {
        connection: Rc::new(connection),
        bundle,
    })
}

/// A string or a URL object as an absolute URL with a slash at its end: a
/// worker would resolve a relative one against its own address.
fn folder(url: &JsValue) -> Result<String, JsValue> {
    let text: String = js_sys::Object::from(url.clone()).to_string().into();
    let page = js_sys::Reflect::get(&js_sys::global(), &"location".into())?;
    let page: String = js_sys::Object::from(page).to_string().into();
    let url: String = web_sys::Url::new_with_base(&text, &page)?.href();
    Ok(if url.ends_with('/') { url } else { url + "/" })
}

async fn receive<T>(receiver: oneshot::Receiver<Result<T, String>>) -> Result<T, JsValue> {
    let answer = receiver
        .await
        .unwrap_or_else(|_| Err("the recognizer was freed".into()));
    answer.map_err(|reason| JsError::new(&reason).into())
}

fn to_js(value: &impl Serialize) -> Result<JsValue, JsValue> {
    Ok(value.serialize(&serde_wasm_bindgen::Serializer::json_compatible())?)
}

#[wasm_bindgen]
impl Recognizer {
    /// The bundle's name.
    #[wasm_bindgen(getter)]
    pub fn name(&self) -> String {
        self.bundle.name.clone()
    }

    /// The encoder's family: `bert`, `distilbert` or `roberta`.
    #[wasm_bindgen(getter)]
    pub fn architecture(&self) -> String {
        self.bundle.architecture.clone()
    }

    /// The size of all files.
    #[wasm_bindgen(getter)]
    pub fn bytes(&self) -> f64 {
        self.bundle.bytes
    }

    /// The instruction set that runs the encoder.
    #[wasm_bindgen(getter)]
    pub fn backend(&self) -> String {
        self.bundle.backend.clone()
    }

    /// The heads to choose from.
    #[wasm_bindgen(getter, unchecked_return_type = "HeadInfo[]")]
    pub fn heads(&self) -> Result<JsValue, JsValue> {
        let heads: Vec<HeadInfo> = self.bundle.heads.iter().map(HeadInfo::from).collect();
        to_js(&heads)
    }

    /// The id of the head to begin with.
    #[wasm_bindgen(getter, js_name = defaultHead)]
    pub fn default_head(&self) -> String {
        self.bundle.default_head.clone()
    }

    /// Finds the entities of a text, of any length, with a head; without one,
    /// with the default head.
    #[wasm_bindgen(unchecked_return_type = "Promise<Prediction>")]
    pub fn predict(&self, text: JsString, head: Option<String>) -> Promise {
        let connection = self.connection.clone();
        let head = head.unwrap_or_else(|| self.bundle.default_head.clone());
        future_to_promise(async move {
            let (sender, receiver) = oneshot::channel();
            {
                let mut waiting = connection.waiting.borrow_mut();
                if let Some(reason) = &waiting.failure {
                    return Err(JsError::new(reason).into());
                }
                let request = connection.requests.get();
                connection.requests.set(request.wrapping_add(1));
                waiting.predictions.insert(request, sender);
                // Lone surrogates become U+FFFD, which has the same length.
                let text = String::from(&text);
                connection.bridge.send(Input::Predict {
                    request,
                    text,
                    head: head.clone(),
                });
            }
            let answer = receive(receiver).await?;
            to_js(&Prediction::new(answer, &text, head))
        })
    }
}
