//! What is known of words from elsewhere: vectors that were learnt from far
//! more text than any corpus of entities has, each cut into parts, and each
//! part given by the number of the nearest of 256 of its kind. A head learns a
//! row for every such number; the sum of a word's rows stands beside the
//! features of its spelling.
//!
//! After Jégou et al., "Product Quantization for Nearest Neighbor Search",
//! 2011, and, for what vectors bring beside spellings, Turian et al., "Word
//! Representations: A Simple and General Method for Semi-Supervised Learning",
//! 2010.

use std::fmt;

use super::HeadError;
use super::lexicon::hash;
use crate::words;

/// Numbers that a part can have.
pub const VECTOR_CODES: usize = 256;
/// Rows per part: one for each number, and one for a word that is not known.
const PART_ROWS: usize = VECTOR_CODES + 1;
/// The most parts of a vector.
const MAX_PARTS: usize = 64;
/// The most words.
const MAX_WORDS: usize = 1 << 22;

/// Words by a hash of their spelling in small letters, and the numbers that
/// stand for the parts of their vectors.
#[derive(Clone, PartialEq, Eq)]
pub struct WordVectors {
    /// In ascending order.
    hashes: Vec<u32>,
    /// `[words, parts]`.
    codes: Vec<u8>,
    parts: usize,
}

impl fmt::Debug for WordVectors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} words in {} parts", self.hashes.len(), self.parts)
    }
}

impl WordVectors {
    /// Of these words and the numbers of their parts, `parts` each. Of words
    /// that are the same in small letters, or that share a hash, the first
    /// stays.
    ///
    /// # Errors
    ///
    /// [`HeadError::Contents`] for no word, no part, or too many of either.
    pub fn new<'a>(
        parts: usize,
        words: impl IntoIterator<Item = (&'a str, Vec<u8>)>,
    ) -> Result<Self, HeadError> {
        let mut rows: Vec<(u32, Vec<u8>)> = words
            .into_iter()
            .map(|(word, codes)| (key(word), codes))
            .collect();
        // The sort is stable: the first of equals comes first.
        rows.sort_by_key(|(hash, _)| *hash);
        rows.dedup_by_key(|(hash, _)| *hash);
        let (hashes, codes): (Vec<u32>, Vec<Vec<u8>>) = rows.into_iter().unzip();
        if codes.iter().any(|codes| codes.len() != parts) {
            return Err(HeadError::Contents(format!(
                "found a word of other than {parts} parts"
            )));
        }
        Self::from_parts(hashes, codes.concat())
    }

    /// Of a file's numbers.
    pub(super) fn from_parts(hashes: Vec<u32>, codes: Vec<u8>) -> Result<Self, HeadError> {
        let parts = codes.len() / hashes.len().max(1);
        check_vectors(hashes.len(), parts)?;
        if codes.len() != hashes.len() * parts || !hashes.is_sorted_by(|a, b| a < b) {
            return Err(HeadError::Contents(
                "found words out of order, expected ascending hashes".into(),
            ));
        }
        Ok(Self {
            hashes,
            codes,
            parts,
        })
    }

    /// How many words are known.
    pub fn words(&self) -> usize {
        self.hashes.len()
    }

    /// Parts of a vector.
    pub fn parts(&self) -> usize {
        self.parts
    }

    /// Rows of the table that a head learns.
    pub(super) fn table(&self) -> usize {
        self.parts * PART_ROWS
    }

    pub(super) fn hashes(&self) -> &[u32] {
        &self.hashes
    }

    pub(super) fn codes(&self) -> &[u8] {
        &self.codes
    }

    /// The rows that stand for `word`, one per part: by its spelling in small
    /// letters, or by that without an `@` or `#` before it or `'s` after it.
    pub fn rows(&self, word: &str) -> impl Iterator<Item = usize> {
        let word = words::plain(word).to_lowercase();
        let bare = word.trim_start_matches(['@', '#']);
        let bare = bare.strip_suffix("'s").unwrap_or(bare);
        let codes = self.find(&word).or_else(|| self.find(bare));
        (0..self.parts).map(move |part| {
            part * PART_ROWS + codes.map_or(VECTOR_CODES, |codes| usize::from(codes[part]))
        })
    }

    fn find(&self, lower: &str) -> Option<&[u8]> {
        let at = self.hashes.binary_search(&folded(lower)).ok()?;
        Some(&self.codes[at * self.parts..][..self.parts])
    }
}

/// Whether a head may have so many words in so many parts.
pub(super) fn check_vectors(words: usize, parts: usize) -> Result<(), HeadError> {
    if (1..=MAX_WORDS).contains(&words) && (1..=MAX_PARTS).contains(&parts) {
        return Ok(());
    }
    Err(HeadError::Contents(format!(
        "found vectors of {words} words in {parts} parts, expected 1 to {MAX_WORDS} words in 1 to {MAX_PARTS} parts"
    )))
}

/// What a word is found by.
fn key(word: &str) -> u32 {
    folded(&words::plain(word).to_lowercase())
}

fn folded(lower: &str) -> u32 {
    hash('v', lower) as u32
}

#[cfg(test)]
mod tests {
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn rows(vectors: &WordVectors, word: &str) -> Vec<usize> {
        vectors.rows(word).collect()
    }

    #[test]
    fn words_are_found_however_they_are_written() {
        let words = [
            ("Ada", vec![1, 2]),
            ("ada", vec![9, 9]),
            ("l'été", vec![0, 255]),
        ];
        let vectors = WordVectors::new(2, words).unwrap();
        assert_eq!((vectors.words(), vectors.parts()), (2, 2));
        for word in [
            "ada",
            "Ada",
            "ADA",
            "@Ada",
            "#ada",
            "Ada's",
            "Ada’s",
            "A\u{ad}da",
        ] {
            assert_eq!(rows(&vectors, word), [1, 257 + 2], "{word}");
        }
        assert_eq!(rows(&vectors, "L’ÉTÉ"), [0, 257 + 255]);
        for word in ["", "@", "'s", "adam", "\u{1f600}"] {
            assert_eq!(rows(&vectors, word), [256, 257 + 256], "{word}");
        }
    }

    #[test]
    fn what_is_no_table_of_words_is_refused() {
        let refused = |hashes: &[u32], codes: &[u8], part: &str| {
            let found = WordVectors::from_parts(hashes.to_vec(), codes.to_vec());
            let error = found.unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        };
        refused(&[], &[], "found vectors of 0 words");
        refused(&[1], &[], "in 0 parts");
        refused(&[1], &[0; 65], "in 65 parts");
        for hashes in [[2, 1], [1, 1]] {
            refused(&hashes, &[0; 2], "expected ascending hashes");
        }
        refused(&[1, 2], &[0; 3], "expected ascending hashes");
        let uneven = WordVectors::new(2, [("a", vec![1])]).unwrap_err();
        assert!(uneven.to_string().contains("other than 2 parts"));
    }
}
