//! A library's choices as flags: what they are called and what they do is said
//! where they are defined, and nowhere else.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

/// Reads one of `all`, and shows each with its line in help texts.
pub(super) fn choice<T: Copy + Send + Sync + 'static>(
    all: &'static [T],
    name: fn(T) -> &'static str,
    about: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    let values = all
        .iter()
        .map(|&one| PossibleValue::new(name(one)).help(about(one).trim_end_matches('.')));
    PossibleValuesParser::new(values).map(move |text| {
        let mut all = all.iter().copied();
        let found = all.find(|&one| name(one) == text);
        found.expect("nothing but names comes through")
    })
}

/// Names in a line, for values that are more than a name.
pub(super) fn names<T: Copy>(all: &[T], name: fn(T) -> &'static str) -> String {
    let names: Vec<&str> = all.iter().map(|&one| name(one)).collect();
    names.join(", ")
}
