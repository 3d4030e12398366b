//! The encoder alone as a wasm module: what transformers.js calls a model.
#![cfg(target_arch = "wasm32")]

use nerite::{Encoder, Workspace};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance)]
    fn now() -> f64;
}

/// An encoder and its buffers.
#[wasm_bindgen]
pub struct Engine {
    encoder: Encoder,
    workspace: Workspace,
}

#[wasm_bindgen]
impl Engine {
    /// Reads a quantized encoder and chooses the fastest kernel.
    #[wasm_bindgen(constructor)]
    pub fn new(file: &[u8]) -> Result<Self, JsError> {
        let mut encoder = Encoder::from_bytes(file)?;
        encoder.choose_kernel(now);
        Ok(Self {
            encoder,
            workspace: Workspace::default(),
        })
    }

    /// The kernel's name.
    pub fn backend(&self) -> String {
        self.encoder.backend().to_owned()
    }

    /// The last hidden state of one sequence.
    pub fn encode(&mut self, ids: &[u32]) -> Result<Vec<f32>, JsError> {
        let last = self.encoder.config().layers;
        let states = self.encoder.encode(&[ids], &[last], &mut self.workspace);
        Ok(states?)
    }
}
