//! The face of Nerite in a browser: an ES module that loads a bundle in a Web
//! Worker and finds entities in text there.
//!
//! `recognizer` is what JavaScript sees; it runs on the page's thread and only
//! talks to the worker, which is `inference`. `messages` is their language,
//! `fetch` gets the bundle's files.

mod fetch;
mod inference;
mod messages;
mod recognizer;
mod reports;
mod types;

pub use inference::start_worker;
pub use recognizer::{Recognizer, load};
pub use reports::{check_file, compare_reports, judge_sample, list_errors};
