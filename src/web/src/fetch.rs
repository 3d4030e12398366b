//! Gets a bundle's files, checks them, and says how far it is.

use gloo_net::http::Request;
use nerite::{BundleFile, MANIFEST, MAX_MANIFEST_BYTES, Manifest};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::ReadableStreamDefaultReader;

/// The manifest of the bundle at `base`, an absolute URL that ends in a slash.
pub(crate) async fn manifest(base: &str) -> Result<Manifest, String> {
    let mut json = Vec::new();
    read(base, MANIFEST, MAX_MANIFEST_BYTES, |bytes| {
        json.extend_from_slice(bytes)
    })
    .await?;
    Manifest::from_json(&json).map_err(|error| error.to_string())
}

/// One file, checked against size and sha256. `progress` is told of every part.
pub(crate) async fn file(
    base: &str,
    file: &BundleFile,
    mut progress: impl FnMut(usize),
) -> Result<Vec<u8>, String> {
    let size = usize::try_from(file.bytes).map_err(|error| error.to_string())?;
    let mut contents = Vec::new();
    contents
        .try_reserve_exact(size)
        .map_err(|_| format!("{}: found no memory for {size} bytes", file.file))?;
    let add = |bytes: &[u8]| {
        contents.extend_from_slice(bytes);
        progress(bytes.len());
    };
    read(base, &file.file, size, add).await?;
    file.verify(&contents).map_err(|error| error.to_string())?;
    Ok(contents)
}

/// Streams a response of at most `most` bytes.
async fn read(
    base: &str,
    path: &str,
    most: usize,
    mut add: impl FnMut(&[u8]),
) -> Result<(), String> {
    let failed = |error: &dyn std::fmt::Display| format!("{path}: {error}");
    let request = Request::get(&format!("{base}{path}")).send().await;
    let response = request.map_err(|_| failed(&"the server does not answer"))?;
    if !response.ok() {
        return Err(failed(&format!(
            "found HTTP status {}, expected 200",
            response.status()
        )));
    }
    let body = response
        .body()
        .ok_or_else(|| failed(&"the response is empty"))?;
    let reader: ReadableStreamDefaultReader = body
        .get_reader()
        .dyn_into()
        .map_err(|_| failed(&"the response is no stream"))?;
    let mut total = 0;
    loop {
        let part = JsFuture::from(reader.read()).await;
        let part = part.map_err(|_| failed(&"the connection broke off"))?;
        let field = |name: &str| js_sys::Reflect::get(&part, &JsValue::from_str(name));
        if field("done").is_ok_and(|done| done.is_truthy()) {
            return Ok(());
        }
        let bytes = field("value").and_then(|value| value.dyn_into::<js_sys::Uint8Array>());
        let bytes = bytes
            .map_err(|_| failed(&"the stream holds no bytes"))?
            .to_vec();
        total += bytes.len();
        if total > most {
            return Err(failed(&format!(
                "found more than the expected {most} bytes"
            )));
        }
        add(&bytes);
    }
}
