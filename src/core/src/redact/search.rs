//! Many values looked for in one pass over a text, by the automaton of Aho and
//! Corasick: time is linear in text and values, whatever these are.

use std::collections::HashMap;
use std::ops::Range;

/// A beginning of values, or nothing, which is the first one.
struct Node {
    /// The longest other one that is an end of this one.
    fallback: u32,
    /// The longest value that is an end of this one.
    value: Option<u32>,
}

const ROOT: u32 = 0;

/// Values as they are written.
pub(super) struct Search {
    nodes: Vec<Node>,
    next: HashMap<(u32, u8), u32>,
    /// The bytes of each value.
    lengths: Vec<usize>,
}

impl Search {
    pub(super) fn new(values: &[&str]) -> Self {
        let mut search = Self {
            nodes: vec![Node {
                fallback: ROOT,
                value: None,
            }],
            next: HashMap::new(),
            lengths: values.iter().map(|value| value.len()).collect(),
        };
        // Byte by byte of all values together: what a node falls back to is
        // shorter, so it is whole before.
        let mut open: Vec<(u32, u32, &[u8])> = (0..)
            .zip(values)
            .map(|(value, own)| (value, ROOT, own.as_bytes()))
            .collect();
        while !open.is_empty() {
            open.retain_mut(|(value, node, rest)| {
                let Some((&byte, after)) = rest.split_first() else {
                    return false;
                };
                *node = search.child(*node, byte);
                *rest = after;
                if after.is_empty() {
                    search.end(*node, *value);
                }
                true
            });
        }
        search
    }

    /// The node of a beginning that is one byte longer.
    fn child(&mut self, node: u32, byte: u8) -> u32 {
        if let Some(child) = self.next.get(&(node, byte)) {
            return *child;
        }
        let fallback = match node {
            ROOT => ROOT,
            _ => self.step(self.nodes[node as usize].fallback, byte),
        };
        let child = u32::try_from(self.nodes.len()).expect("lists have fewer than 4 GB");
        self.nodes.push(Node {
            fallback,
            value: self.nodes[fallback as usize].value,
        });
        self.next.insert((node, byte), child);
        child
    }

    /// Notes that a value ends here; of two that are the same, the first counts.
    fn end(&mut self, node: u32, value: u32) {
        let length = |value: u32| self.lengths[value as usize];
        let known = self.nodes[node as usize].value;
        if known.is_none_or(|known| length(known) < length(value)) {
            self.nodes[node as usize].value = Some(value);
        }
    }

    fn step(&self, mut node: u32, byte: u8) -> u32 {
        loop {
            match self.next.get(&(node, byte)) {
                Some(next) => return *next,
                None if node == ROOT => return ROOT,
                None => node = self.nodes[node as usize].fallback,
            }
        }
    }

    /// Where values stand in a text, and the index of each; without those that
    /// lie within another one.
    pub(super) fn find(&self, text: &str) -> Vec<(Range<usize>, usize)> {
        let mut found: Vec<(Range<usize>, usize)> = Vec::new();
        if self.lengths.is_empty() {
            return found;
        }
        let mut node = ROOT;
        for (at, byte) in text.bytes().enumerate() {
            node = self.step(node, byte);
            let Some(value) = self.nodes[node as usize].value else {
                continue;
            };
            let start = at + 1 - self.lengths[value as usize];
            while found.last().is_some_and(|(last, _)| last.start >= start) {
                found.pop();
            }
            found.push((start..at + 1, value as usize));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn values_are_found_side_by_side_and_the_longest_of_them() {
        for (values, text, expected) in [
            (&["東京", "京都"][..], "東京都", &[(0..6, 0), (3..9, 1)][..]),
            (&["a.", "aa.", "a."], "aaa. a.", &[(1..4, 1), (5..7, 0)]),
            (
                &["b", "abc", "+"],
                "ab abc+",
                &[(1..2, 0), (3..6, 1), (6..7, 2)],
            ),
            (&[], "ab", &[]),
            (&["ab"], "", &[]),
        ] {
            assert_eq!(Search::new(values).find(text), expected, "{text:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_covered_is_what_single_searches_cover(
            values in proptest::collection::vec("[ab東京]{1,5}", 0..8),
            text in "[ab東京 ]{0,40}",
        ) {
            let text = text.as_str();
            let covered = |ranges: &mut dyn Iterator<Item = Range<usize>>| {
                let mut bytes = vec![false; text.len()];
                ranges.for_each(|range| bytes[range].fill(true));
                bytes
            };
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            let found = Search::new(&values).find(text);
            for (range, value) in &found {
                prop_assert_eq!(&text[range.clone()], values[*value]);
            }
            let mut single = values.iter().flat_map(|value| {
                let starts = text.char_indices().map(|(at, _)| at);
                starts
                    .filter(move |at| text[*at..].starts_with(value))
                    .map(move |at| at..at + value.len())
            });
            let expected = covered(&mut single);
            prop_assert_eq!(covered(&mut found.into_iter().map(|(range, _)| range)), expected);
        }
    }
}
