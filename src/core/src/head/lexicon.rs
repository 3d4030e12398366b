//! What a word looks like, for encoders that do not see it (an uncased
//! vocabulary) or cut it into pieces: hashes of its spelling, shape, prefixes
//! and suffixes, each a row of a table whose sum stands for the word.
//!
//! After fastText's subword vectors (Bojanowski et al., "Enriching Word Vectors
//! with Subword Information", 2017) and the spelling features of Lample et
//! al., "Neural Architectures for Named Entity Recognition", 2016.

use serde::{Deserialize, Serialize};

use crate::words;

/// The longest prefix and suffix, in characters.
const AFFIX: usize = 4;
/// The shortest.
const SHORTEST_AFFIX: usize = 2;
/// Rows that stand for one word.
pub const LEXICON_ROWS: usize = 3 + 2 * (AFFIX - SHORTEST_AFFIX + 1);
/// Equal characters of a shape in a row, at most.
const RUN: usize = 2;

/// The size of a table of word features.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lexicon {
    /// Rows of the table; different features may share one.
    pub buckets: usize,
    /// Numbers per row.
    pub width: usize,
}

impl Lexicon {
    /// The rows that stand for `word`: its lowercase spelling, its spelling,
    /// its shape, and lowercase prefixes and suffixes. Typographic marks count
    /// as their plain counterparts, `’` as `'`.
    pub fn rows(&self, word: &str) -> [usize; LEXICON_ROWS] {
        let word = &*words::plain(word);
        let lower = word.to_lowercase();
        let mut rows = [0; LEXICON_ROWS];
        let mut next = rows.iter_mut();
        let mut add = |feature: char, text: &str| {
            let row = next.next().expect("as many rows as features");
            *row = (hash(feature, text) % self.buckets as u64) as usize;
        };
        add('w', &lower);
        add('c', word);
        add('h', &shape(word));
        for length in SHORTEST_AFFIX..=AFFIX {
            let prefix = lower.char_indices().nth(length);
            add('p', &lower[..prefix.map_or(lower.len(), |(at, _)| at)]);
            let suffix = lower.char_indices().nth_back(length - 1);
            add('s', &lower[suffix.map_or(0, |(at, _)| at)..]);
        }
        rows
    }
}

/// FNV-1a in 64 bits, its halves folded together.
pub(super) fn hash(feature: char, text: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in std::iter::once(feature as u8).chain(text.bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash ^ (hash >> 32)
}

/// `Xx` for `Washington`, `X.X.` for `U.S.`, `dd-xx` for `1990-something`.
fn shape(word: &str) -> String {
    let mut shape: Vec<char> = Vec::new();
    for c in word.chars() {
        let kind = if c.is_uppercase() {
            'X'
        } else if c.is_alphabetic() {
            'x'
        } else if c.is_numeric() {
            'd'
        } else {
            c
        };
        if !shape.ends_with(&[kind; RUN]) {
            shape.push(kind);
        }
    }
    shape.into_iter().collect()
}

#[cfg(test)]
mod tests {
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    const LEXICON: Lexicon = Lexicon {
        buckets: 1 << 15,
        width: 1,
    };

    #[test]
    fn shapes_are_short() {
        for (word, expected) in [
            ("Washington", "Xxx"),
            ("U.S.", "X.X."),
            ("1990-something", "dd-xx"),
            ("NATO", "XX"),
            ("Élan", "Xxx"),
            ("!!!!", "!!"),
            ("", ""),
        ] {
            assert_eq!(shape(word), expected, "{word}");
        }
    }

    #[test]
    fn rows_are_those_that_heads_were_fitted_with() {
        // FNV-1a's own test vector, folded.
        let folded = |hash: u64| hash ^ (hash >> 32);
        assert_eq!(hash('a', ""), folded(0xaf63_dc4c_8601_ec8c));
        assert_eq!(hash('f', "oobar"), folded(0x8594_4171_f739_67e8));
        let row = |feature, text| (hash(feature, text) % (1 << 15)) as usize;
        let expected = [
            row('w', "straße"),
            row('c', "Straße"),
            row('h', "Xxx"),
            row('p', "st"),
            row('s', "ße"),
            row('p', "str"),
            row('s', "aße"),
            row('p', "stra"),
            row('s', "raße"),
        ];
        assert_eq!(LEXICON.rows("Straße"), expected);
    }

    #[test]
    fn every_word_has_rows() {
        for word in ["", "a", "é", "\u{1f600}", "İ", &"x".repeat(10_000)] {
            assert!(LEXICON.rows(word).iter().all(|&row| row < 1 << 15));
        }
        let one = Lexicon {
            buckets: 1,
            width: 1,
        };
        assert_eq!(one.rows("word"), [0; LEXICON_ROWS]);
    }
}
