//! Hidden states of quantized encoders beside transformers'.

use nerite::{Encoder, Workspace};
use sha2::{Digest, Sha256};
#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::{MODELS, Model};

/// Quantization noise is the larger the narrower a layer is, and these are 12
/// to 32 wide: the bound for encoders of real width is tighter by far.
const LEAST_COSINE: f64 = 0.99;

#[test]
fn int8_encoders_follow_transformers() {
    for model in MODELS {
        for (layer, mean) in cosines(&model, &model.encoder()).into_iter().enumerate() {
            assert!(
                mean > LEAST_COSINE,
                "{} layer {layer}: mean cosine {mean}",
                model.name
            );
        }
    }
}

/// All of them together: of layers as narrow as these, a single one may lose.
#[test]
fn calibrated_encoders_follow_them_closer() {
    let loss = |model: &Model, encoder: Encoder| 1.0 - cosines(model, &encoder).last().unwrap();
    let plain: f64 = MODELS.iter().map(|m| loss(m, m.encoder())).sum();
    let calibrated: f64 = MODELS.iter().map(|m| loss(m, m.calibrated())).sum();
    assert!(
        calibrated < plain,
        "loses {calibrated}, without looking at texts {plain}"
    );
}

/// Each layer's mean cosine between hidden states and transformers' own.
fn cosines(model: &Model, encoder: &Encoder) -> Vec<f64> {
    let (hidden, layers) = (encoder.config().hidden, encoder.config().layers + 1);
    let expected = model.expected();
    assert!(expected.len() >= 4, "{}", model.name);
    let sequences: Vec<&[u32]> = expected.iter().map(|(ids, _)| ids.as_slice()).collect();
    let all: Vec<usize> = (0..layers).collect();
    let found = encoder
        .encode(&sequences, &all, &mut Workspace::default())
        .unwrap();
    let mut rows = found.chunks_exact(layers * hidden);
    let mut cosines = vec![Vec::new(); layers];
    for (ids, reference) in &expected {
        for position in 0..ids.len() {
            let row = rows.next().unwrap();
            for (layer, cosines) in cosines.iter_mut().enumerate() {
                let reference = &reference[(layer * ids.len() + position) * hidden..][..hidden];
                cosines.push(cosine(&row[layer * hidden..][..hidden], reference));
            }
        }
    }
    let mean = |cosines: &Vec<f64>| cosines.iter().sum::<f64>() / cosines.len() as f64;
    cosines.iter().map(mean).collect()
}

fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| {
        a.iter()
            .zip(b)
            .map(|(a, b)| f64::from(*a) * f64::from(*b))
            .sum::<f64>()
    };
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

#[test]
fn int8_encoders_give_the_same_bits_everywhere() {
    // Not references: these numbers are the engine's own. They tie every kernel
    // and target, native and wasm, to the same bits.
    assert_eq!(
        digest(Model::encoder),
        "25666eb7d84e610b7f6dd9d6b09f9781753d53c3919306b23e5a7064448302dd"
    );
    assert_eq!(
        digest(Model::calibrated),
        "ee0d68cb1876d857a5f18cc4706c32cf138fa6e21b6c32b61dac8d9de218ff36"
    );
}

/// The sha256 of all hidden states of all encoders.
fn digest(encoder_of: impl Fn(&Model) -> Encoder) -> String {
    let mut digest = Sha256::new();
    for model in MODELS {
        let encoder = encoder_of(&model);
        let layers: Vec<usize> = (0..=encoder.config().layers).collect();
        let expected = model.expected();
        let mut workspace = Workspace::default();
        let mut alone = Vec::new();
        for (ids, _) in &expected {
            alone.extend(encoder.encode(&[ids], &layers, &mut workspace).unwrap());
        }
        let together: Vec<&[u32]> = expected.iter().map(|(ids, _)| ids.as_slice()).collect();
        let together = encoder.encode(&together, &layers, &mut workspace).unwrap();
        let bits = |states: &[f32]| {
            states
                .iter()
                .flat_map(|x| x.to_le_bytes())
                .collect::<Vec<u8>>()
        };
        assert_eq!(bits(&alone), bits(&together), "a batch changes nothing");
        digest.update(bits(&together));
    }
    format!("{:x}", digest.finalize())
}
