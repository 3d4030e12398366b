//! What runs inside of a browser's workers: [`Engine`], one bundle in memory.
//!
//! The package's own JavaScript (`src/web/package`) downloads the files,
//! spreads long texts over workers, and is what pages see.

mod engine;
mod judge;
mod memory;
mod panic;
mod redact;
mod reports;
mod results;
mod trainer;

pub use engine::Engine;
pub use judge::Judge;
pub use memory::lacking_bytes;
pub use redact::Redactor;
pub use reports::{break_down, check_file, compare_reports, judge_sample, list_errors};
pub use trainer::Trainer;
