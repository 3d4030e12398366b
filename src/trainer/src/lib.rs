//! The native side of Nerite: corpora, downloads, the feature cache, fitting,
//! evaluation, bundles, and the server for the page. The binary `nerite` is a
//! thin face of it.

pub mod bundle;
pub mod corpus;
pub mod evaluate;
pub mod features;
pub mod fit;
pub mod judge;
pub mod pictures;
pub mod progress;
pub mod publish;
pub mod serve;
mod site;
pub mod split;
pub mod study;
pub mod train;
pub mod tune;
pub mod vectors;

use nerite_files as files;
