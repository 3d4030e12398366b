//! Scores to tags, tags to entities.

use std::ops::Range;

use crate::tags::Tag;

/// A run of words with one type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span<'a> {
    /// The words, half-open.
    pub words: Range<usize>,
    /// The entity type.
    pub kind: &'a str,
}

impl<'a> Span<'a> {
    /// The spans of a sentence's tags, as conlleval and seqeval's default mode
    /// read them: `I-x` goes on with an entity of type x and otherwise begins
    /// one; `B-x` always begins one.
    pub fn read(tags: impl IntoIterator<Item = Tag<'a>>) -> Vec<Self> {
        let mut spans: Vec<Self> = Vec::new();
        let mut open = false;
        for (word, tag) in tags.into_iter().enumerate() {
            match tag {
                Tag::Outside => open = false,
                Tag::Inside(kind) if open && spans.last().is_some_and(|last| last.kind == kind) => {
                    spans.last_mut().expect("a span is open").words.end = word + 1;
                }
                Tag::Begin(kind) | Tag::Inside(kind) => {
                    spans.push(Self {
                        words: word..word + 1,
                        kind,
                    });
                    open = true;
                }
            }
        }
        spans
    }

    /// The spans of a sentence's tags, as seqeval's strict mode reads IOB2:
    /// only `B-x` begins an entity, and an `I-x` that does not go on with one
    /// of type x is nothing.
    pub fn read_strict(tags: impl IntoIterator<Item = Tag<'a>>) -> Vec<Self> {
        let mut spans: Vec<Self> = Vec::new();
        let mut open = false;
        for (word, tag) in tags.into_iter().enumerate() {
            match tag {
                Tag::Begin(kind) => {
                    spans.push(Self {
                        words: word..word + 1,
                        kind,
                    });
                    open = true;
                }
                Tag::Inside(kind) if open && spans.last().is_some_and(|last| last.kind == kind) => {
                    spans.last_mut().expect("a span is open").words.end = word + 1;
                }
                Tag::Outside | Tag::Inside(_) => open = false,
            }
        }
        spans
    }
}

/// The index of the greatest value; the first of equals.
///
/// # Panics
///
/// If `values` is empty.
pub fn argmax(values: &[f32]) -> usize {
    let mut best = 0;
    for (index, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = index;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn spans(tags: &str, read: fn(Vec<Tag<'_>>) -> Vec<Span<'_>>) -> String {
        let tags = tags
            .split(' ')
            .map(|tag| Tag::parse(tag).unwrap())
            .collect();
        let show = |s: &Span<'_>| format!("{}{}-{}", s.kind, s.words.start, s.words.end);
        read(tags).iter().map(show).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn broken_runs_are_read_as_seqeval_reads_them() {
        for (tags, lenient, strict) in [
            ("B-x I-x O B-x B-x", "x0-2 x3-4 x4-5", "x0-2 x3-4 x4-5"),
            ("I-x I-x O", "x0-2", ""),
            ("B-x I-y I-y I-x", "x0-1 y1-3 x3-4", "x0-1"),
            ("O I-x B-x", "x1-2 x2-3", "x2-3"),
            ("O O", "", ""),
        ] {
            assert_eq!(spans(tags, |tags| Span::read(tags)), lenient, "{tags}");
            assert_eq!(
                spans(tags, |tags| Span::read_strict(tags)),
                strict,
                "{tags}"
            );
        }
    }
}
