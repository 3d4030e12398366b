//! A quantized encoder's file, in parts; what can be read encodes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nerite::{EncoderLoader, Workspace};

fuzz_target!(|bytes: &[u8]| {
    let mut loader = EncoderLoader::default();
    if bytes.chunks(777).any(|part| loader.push(part).is_err()) {
        return;
    }
    if let Ok(encoder) = loader.finish(String::new()) {
        let layers: Vec<usize> = (0..=encoder.config().layers).collect();
        let states = encoder.encode(&[&[0], &[0, 0, 0]], &layers, &mut Workspace::default());
        assert_eq!(states.unwrap().len(), 4 * layers.len() * encoder.config().hidden);
    }
});
