//! What runs inside of a browser's workers: [`Engine`], one bundle in memory.
//!
//! The package's own JavaScript (`src/web/package`) downloads the files,
//! spreads long texts over workers, and is what pages see.

mod engine;
mod results;

pub use engine::Engine;
