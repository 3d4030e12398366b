//! The core against references that were not written here: Hugging Face's
//! transformers and tokenizers, scikit-learn, seqeval and nervaluate. The fixtures and
//! the script that makes them are in `tests/golden` of the repository. The
//! same tests run natively, as wasm under wasmtime, and as wasm in browsers.

#[path = "../checkpoint/mod.rs"]
mod checkpoint;

use checkpoint::{Checkpoint, floats};
use nerite::{Config, Encoder, quantize, quantize_calibrated};
use safetensors::SafeTensors;

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

macro_rules! golden {
    ($path:expr) => {
        include_bytes!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../tests/golden/",
            $path
        ))
    };
}

mod encoders;
mod metrics;
mod pieces;
mod tokens;

/// A Hugging Face model with random weights, and what transformers makes of it.
struct Model {
    name: &'static str,
    config: &'static [u8],
    weights: &'static [u8],
    tokenizer: &'static [u8],
    words: &'static [u8],
    expected: &'static [u8],
}

macro_rules! models {
    ($($name:literal,)*) => {
        [$(Model {
            name: $name,
            config: golden!(concat!("encoders/", $name, "/config.json")),
            weights: golden!(concat!("encoders/", $name, "/model.safetensors")),
            tokenizer: golden!(concat!("encoders/", $name, "/tokenizer.json")),
            words: golden!(concat!("encoders/", $name, "/words.json")),
            expected: golden!(concat!("encoders/", $name, "/expected.safetensors")),
        }),*]
    };
}

const MODELS: [Model; 7] = models! {
    "bert-tiny",
    "bert-tiny-prefixed",
    "bert-tiny-legacy",
    "distilbert-tiny",
    "distilbert-tiny-prefixed",
    "roberta-tiny",
    "roberta-tiny-prefixed",
};

impl Model {
    fn encoder(&self) -> Encoder {
        let config = Config::from_hugging_face(std::str::from_utf8(self.config).unwrap()).unwrap();
        let weights = Checkpoint::of(self.weights);
        let file = quantize(&config, &weights, |_, _| {}).unwrap();
        let names = file.len() as u64 - config.quantized_bytes();
        assert!((1..16_384).contains(&names), "{names} bytes of names");
        assert_eq!(
            file,
            quantize(&config, &weights, |_, _| {}).unwrap(),
            "bytes repeat"
        );
        Encoder::from_bytes(&file).unwrap()
    }

    /// The encoder, quantized to lose little on what is expected of it.
    fn calibrated(&self) -> Encoder {
        let config = Config::from_hugging_face(std::str::from_utf8(self.config).unwrap()).unwrap();
        let weights = Checkpoint::of(self.weights);
        let texts: Vec<Vec<u32>> = self.expected().into_iter().map(|(ids, _)| ids).collect();
        let mut steps = Vec::new();
        let file = quantize_calibrated(&config, &weights, &texts, |done, total| {
            steps.push((done, total));
        });
        let total = steps[0].1;
        assert!(steps.is_sorted() && steps.last() == Some(&(total, total)));
        let again = quantize_calibrated(&config, &weights, &texts, |_, _| {}).unwrap();
        let file = file.unwrap();
        assert_eq!(file, again, "bytes repeat");
        Encoder::from_bytes(&file).unwrap()
    }

    /// Sequences and their hidden states `[layers + 1, length, hidden]`.
    fn expected(&self) -> Vec<(Vec<u32>, Vec<f32>)> {
        let file = SafeTensors::deserialize(self.expected).unwrap();
        (0..)
            .map_while(|index| {
                let ids = file.tensor(&format!("ids.{index}")).ok()?.data();
                let ids = ids
                    .chunks_exact(8)
                    .map(|id| u64::from_le_bytes(id.try_into().unwrap()) as u32);
                Some((
                    ids.collect(),
                    floats(file.tensor(&format!("hidden.{index}")).unwrap().data()),
                ))
            })
            .collect()
    }
}
