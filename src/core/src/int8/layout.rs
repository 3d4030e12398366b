//! What packing and kernels agree on: how weights lie in memory, and how great
//! an activation is.

/// Output channels of a block.
pub(crate) const OUTPUTS: usize = 16;
/// Input channels of a block.
pub(crate) const DEPTH: usize = 4;
/// The greatest quantized activation.
pub(crate) const ACTIVATION_MAX: u8 = 127;

/// Weights of [`OUTPUTS`] x [`DEPTH`] channels, the inputs of an output adjacent.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub(crate) struct Block(pub(crate) [i8; OUTPUTS * DEPTH]);
