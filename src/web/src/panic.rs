//! What a trap would not say: why.

use wasm_bindgen::prelude::wasm_bindgen;

/// Leaves a panic's message where the worker finds it after the trap, as
/// `nerite_panic` of its global scope.
#[wasm_bindgen(start)]
fn leave_messages() {
    std::panic::set_hook(Box::new(|info| {
        // There is nobody left to tell of a failure.
        let _ = js_sys::Reflect::set(
            &js_sys::global(),
            &"nerite_panic".into(),
            &info.to_string().into(),
        );
    }));
}
