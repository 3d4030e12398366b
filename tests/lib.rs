//! Tests that cross crates; there is nothing to use here.
