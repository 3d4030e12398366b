//! Text that can be handed on: what was found in it becomes placeholders, a
//! mask or nothing, and an answer that holds placeholders gets the values back.
//!
//! `found` says what types are called here, `doubt` what a head is not believed
//! in alone, `join` makes one list of what heads, patterns and the user's own
//! lists say (`lists` and `search` find those in a text), `identity` which
//! values are the same, `table` keeps them under their placeholders,
//! `placeholder` reads placeholders however they are written, and `restore` puts
//! the values back.

mod doubt;
mod found;
mod identity;
mod join;
mod lists;
mod placeholder;
mod policy;
mod restore;
mod search;
mod spellings;
mod table;
#[cfg(test)]
#[expect(
    clippy::single_range_in_vec_init,
    reason = "lists of ranges of which there is one"
)]
mod tests;

use std::ops::Range;

pub use doubt::{Confirm, shared_types};
pub use found::{Found, Origin, placeholder_type};
pub use join::join;
pub use policy::{Policy, Style};
pub use restore::{Paused, Restorer};
pub use table::{Entry, Table, TableError};

use table::Prefix;

/// A text without what was taken out of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Redaction {
    /// The text.
    pub text: String,
    /// What was taken out, in order.
    pub hidden: Vec<Hidden>,
    /// What was found and left, because its score is below its type's
    /// threshold, in order. Values on the keep list are not among them.
    pub left: Vec<Found>,
}

/// A place of a text at which something was taken out.
#[derive(Clone, Debug, PartialEq)]
pub struct Hidden {
    /// Its bytes in the original text.
    pub original: Range<usize>,
    /// The bytes of what stands for it in the redacted text.
    pub redacted: Range<usize>,
    /// Its type, as placeholders name it.
    pub kind: String,
    /// How sure it is: 1 for patterns and lists.
    pub score: f32,
    /// What found it.
    pub origin: Origin,
    /// The index of its entry in the table, where placeholders are used.
    pub entry: Option<usize>,
}

impl Redaction {
    /// The byte of the original text that a byte of the redacted one comes
    /// from; inside of a placeholder, the start of what it stands for.
    pub fn to_original(&self, at: usize) -> usize {
        let ends = |hidden: &Hidden| (hidden.redacted.clone(), hidden.original.clone());
        self.map(at, ends)
    }

    /// The byte of the redacted text that a byte of the original one has
    /// become; inside of what was taken out, the start of its placeholder.
    pub fn to_redacted(&self, at: usize) -> usize {
        let ends = |hidden: &Hidden| (hidden.original.clone(), hidden.redacted.clone());
        self.map(at, ends)
    }

    fn map(&self, at: usize, ends: impl Fn(&Hidden) -> (Range<usize>, Range<usize>)) -> usize {
        let before = self
            .hidden
            .partition_point(|hidden| ends(hidden).0.start <= at);
        let Some(last) = before.checked_sub(1) else {
            return at;
        };
        let (from, to) = ends(&self.hidden[last]);
        if at < from.end {
            to.start
        } else {
            to.end + (at - from.end)
        }
    }
}

/// Takes out of `text` what `found` and the policy's lists say. Placeholders
/// go on from those of `table`, which learns the new ones: the texts of one
/// conversation share one.
///
/// # Panics
///
/// If a range is not one of `text`.
pub fn redact(text: &str, found: &[Found], policy: &Policy, table: &mut Table) -> Redaction {
    let (found, left) = policy.choose(text, found);
    match policy.style {
        Style::Placeholder => with_placeholders(text, found, left, table),
        Style::Mask => without(text, found, left, |value| {
            value
                .chars()
                .map(|c| if c.is_whitespace() { c } else { '█' })
                .collect()
        }),
        Style::Remove => without(text, found, left, |_| String::new()),
    }
}

fn without(
    text: &str,
    found: Vec<Found>,
    left: Vec<Found>,
    instead: impl Fn(&str) -> String,
) -> Redaction {
    let mut redacted = String::with_capacity(text.len());
    let mut hidden = Vec::with_capacity(found.len());
    let mut end = 0;
    for found in found {
        redacted.push_str(&text[end..found.range.start]);
        end = found.range.end;
        let start = redacted.len();
        redacted.push_str(&instead(&text[found.range.clone()]));
        hidden.push(Hidden {
            redacted: start..redacted.len(),
            original: found.range,
            kind: found.kind,
            score: found.score,
            origin: found.origin,
            entry: None,
        });
    }
    redacted.push_str(&text[end..]);
    Redaction {
        text: redacted,
        hidden,
        left,
    }
}

fn with_placeholders(
    text: &str,
    found: Vec<Found>,
    left: Vec<Found>,
    table: &mut Table,
) -> Redaction {
    let found = table.reserve(text, found);
    let mut redacted = String::with_capacity(text.len());
    let mut hidden = Vec::with_capacity(found.len());
    let mut prefix = Prefix::default();
    let mut end = 0;
    for found in found {
        let between = &text[end..found.range.start];
        redacted.push_str(between);
        prefix.add(between);
        end = found.range.end;
        let start = redacted.len();
        let entry = table.place(&found.kind, &text[found.range.clone()], &mut prefix);
        redacted.push_str(&table.entries()[entry].placeholder);
        hidden.push(Hidden {
            redacted: start..redacted.len(),
            original: found.range,
            kind: found.kind,
            score: found.score,
            origin: found.origin,
            entry: Some(entry),
        });
    }
    redacted.push_str(&text[end..]);
    Redaction {
        text: redacted,
        hidden,
        left,
    }
}
