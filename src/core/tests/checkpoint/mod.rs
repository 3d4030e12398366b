//! Weights of a small checkpoint, for all tests that quantize one.

use nerite::{EncoderError, Weights};
use safetensors::SafeTensors;

/// A checkpoint in a safetensors file, its numbers in f32.
pub(crate) struct Checkpoint<'a>(SafeTensors<'a>);

impl<'a> Checkpoint<'a> {
    pub(crate) fn of(file: &'a [u8]) -> Self {
        Self(SafeTensors::deserialize(file).unwrap())
    }
}

impl Weights for Checkpoint<'_> {
    fn shape(&self, name: &str) -> Option<Vec<usize>> {
        Some(self.0.tensor(name).ok()?.shape().to_vec())
    }

    fn read(&self, name: &str) -> Result<Vec<f32>, EncoderError> {
        let tensor = self.0.tensor(name);
        let tensor = tensor.map_err(|error| EncoderError::Tensor(error.to_string()))?;
        Ok(floats(tensor.data()))
    }
}

/// Numbers in f32, as they lie in a file.
pub(crate) fn floats(bytes: &[u8]) -> Vec<f32> {
    let numbers = bytes.chunks_exact(4);
    numbers
        .map(|four| f32::from_le_bytes(four.try_into().unwrap()))
        .collect()
}
