//! An encoder's parts, packed for the machine that it runs on.

use super::quantized::Matrix;
use crate::int8::{Packed, Rows};

pub(super) struct Embeddings {
    pub(super) words: Rows,
    pub(super) positions: Rows,
    pub(super) norm: Norm,
    /// To the width of hidden states, where theirs is another one.
    pub(super) projection: Option<Packed>,
}

pub(super) struct Norm {
    pub(super) weight: Vec<f32>,
    pub(super) bias: Vec<f32>,
}

pub(super) struct Layer {
    /// Query, key and value side by side: one matmul.
    pub(super) attention_input: Packed,
    pub(super) attention_output: Packed,
    pub(super) attention_norm: Norm,
    pub(super) expand: Packed,
    pub(super) contract: Packed,
    pub(super) feedforward_norm: Norm,
    pub(super) factors: Factors,
}

/// What inputs are multiplied by before they are quantized; none in encoders that
/// were quantized without looking at texts.
#[derive(Default)]
pub(super) struct Factors {
    pub(super) attention: Vec<f32>,
    pub(super) expand: Vec<f32>,
    pub(super) contract: Vec<f32>,
}

/// Sees the inputs of a layer's matrices on their way.
pub(super) trait Observer {
    /// `rows` are inputs of a matrix, before any factor. Of those that share a
    /// packed one, the first is named.
    fn see(&mut self, layer: usize, matrix: Matrix, rows: &[f32]);
}

/// Nobody looks on.
impl Observer for () {
    fn see(&mut self, _layer: usize, _matrix: Matrix, _rows: &[f32]) {}
}
