//! Encoders: finding a checkpoint by name, reading it, quantizing it.

mod checkpoint;
mod classifier;
mod full_precision;
mod http;
pub mod hub;
mod index;
mod known;
mod onnx;
mod pickle;
mod quantized;
mod source;
mod tokenizer_config;
mod wheel;

use std::path::Path;

pub use classifier::Classifier;
pub use full_precision::FullPrecision;
pub use known::known_names;
pub use quantized::Quantized;
pub use source::Source;

/// The encoder that is used where none is named.
pub const DEFAULT: &str = "all-MiniLM-L6-v2";

/// How to look for a checkpoint.
#[derive(Clone, Debug, Default)]
pub struct Lookup {
    /// A branch, tag or commit on the hub; `None` is `main`.
    pub revision: Option<String>,
    /// Use only what is on this machine.
    pub offline: bool,
}

/// What takes long, told while it goes on.
#[derive(Clone, Copy, Debug)]
pub enum Progress<'a> {
    /// Something that the user should know.
    Note(&'a str),
    /// Another run works in this folder; its end is waited for.
    Waiting(&'a Path),
    /// `done` of `total` bytes of a file are here.
    Downloading {
        /// The file's name.
        file: &'a str,
        /// Bytes that are here.
        done: u64,
        /// Bytes of the whole file.
        total: u64,
    },
    /// `done` of `total` steps of quantizing: layers, and texts that are read.
    Quantizing {
        /// Steps that are done.
        done: u64,
        /// All steps.
        total: u64,
    },
}

/// Who is told of progress.
pub type OnProgress<'a> = &'a dyn Fn(Progress<'_>);
