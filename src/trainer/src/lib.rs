//! The native side of Nerite: corpora, downloads, the feature cache, trainings,
//! evaluation, bundles, and the server for the page. The binary `nerite` is a
//! thin face of it.

pub mod augment;
pub mod bundle;
pub mod corpus;
pub mod evaluation;
pub mod features;
mod fitting;
pub mod import;
pub mod leaks;
pub mod npm;
pub mod pictures;
pub mod progress;
pub mod publish;
pub mod redaction;
pub mod serve;
mod site;
pub mod split;
pub mod study;
pub mod terminal;
pub mod train;
pub mod training_set;
pub mod tune;
pub mod vectors;
pub mod word_vectors;

use nerite_files as files;
