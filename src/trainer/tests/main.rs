//! `nerite` as its users run it: a module for each command, or each part of one.
//! One program, which is linked once and runs tests of all modules side by side.

mod bundle;
mod cache;
mod checkpoint_names;
mod checkpoints;
mod common;
mod corpus;
mod documents;
mod encoders;
mod evaluate;
mod few;
mod help;
mod hostile;
mod hub;
mod outputs;
mod predict;
mod publish;
mod readme;
mod redact;
mod resume;
mod score;
mod serve;
mod several;
mod train;
mod train_flags;
mod tune;
mod word_vectors;
