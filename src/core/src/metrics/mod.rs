//! Figures of merit: per word as scikit-learn gives them, per entity as
//! seqeval gives them.

mod entity;
mod token;

pub use entity::{EntityReport, EntityScores};
pub use token::{Averages, Scores, TokenReport};

/// `a / b`, and 0 where `b` is 0 (scikit-learn's `zero_division=0`).
fn ratio(a: f64, b: f64) -> f64 {
    if b == 0.0 { 0.0 } else { a / b }
}
