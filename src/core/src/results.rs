//! What is found in a text, and where: the bytes of words and entities, and
//! how these are counted elsewhere.

use std::ops::Range;

use crate::features::FeatureError;
use crate::head::HeadError;
use crate::tags::TagSet;

/// A word of a text and what the head makes of it; a piece of one, if the head
/// reads pieces.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    /// Its bytes in the text.
    pub range: Range<usize>,
    /// The index of its sentence; of a piece, that of its block.
    pub sentence: usize,
    /// Whether it is a piece of the same word as the one before it.
    pub continues: bool,
    /// The index of its tag in the head's tag set.
    pub tag: usize,
    /// One probability per tag of the tag set.
    pub probabilities: Vec<f32>,
}

/// An entity of a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Entity {
    /// Its bytes in the text.
    pub range: Range<usize>,
    /// Its words.
    pub words: Range<usize>,
    /// Its type.
    pub kind: String,
    /// Made of the probabilities of its words' tags.
    pub score: f32,
}

/// What a head makes of a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// The head's tags.
    pub tags: TagSet,
    /// The words, in order.
    pub words: Vec<Word>,
    /// The entities, in order.
    pub entities: Vec<Entity>,
    /// What is less sure than the head's threshold, in order: more of these
    /// would be wrong than right. Their words have the tag `O`.
    pub doubtful: Vec<Entity>,
}

/// Why a text could not be read.
#[derive(Debug, thiserror::Error)]
pub enum RecognizeError {
    /// The head does not fit the encoder.
    #[error(transparent)]
    Head(#[from] HeadError),
    /// The features could not be computed.
    #[error(transparent)]
    Features(#[from] FeatureError),
}

/// The byte offsets of offsets in UTF-16 code units, which have to be in
/// increasing order; `None` if one of them is not, lies inside of a character,
/// or is past the end.
pub fn from_utf16(text: &str, offsets: &[u32]) -> Option<Vec<usize>> {
    let mut characters = text.char_indices();
    let (mut units, mut byte) = (0u32, 0);
    let mut found = Vec::with_capacity(offsets.len());
    for &offset in offsets {
        while units < offset {
            let (start, character) = characters.next()?;
            units += character.len_utf16() as u32;
            byte = start + character.len_utf8();
        }
        if units != offset {
            return None;
        }
        found.push(byte);
    }
    Some(found)
}

/// Byte offsets to UTF-16 code units, for offsets that are near each other.
pub struct Utf16Offsets<'a> {
    text: &'a str,
    bytes: usize,
    units: usize,
}

impl<'a> Utf16Offsets<'a> {
    /// Begins at the start of `text`.
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            bytes: 0,
            units: 0,
        }
    }

    /// The offset in UTF-16 code units of the byte offset `at`.
    ///
    /// # Panics
    ///
    /// If `at` is not on a character boundary of the text.
    pub fn at(&mut self, at: usize) -> usize {
        let units = |text: &str| text.chars().map(char::len_utf16).sum::<usize>();
        if at < self.bytes {
            self.units -= units(&self.text[at..self.bytes]);
        } else {
            self.units += units(&self.text[self.bytes..at]);
        }
        self.bytes = at;
        self.units
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn offsets_agree_with_utf16(text in "\\PC{0,30}", picks in proptest::collection::vec(any::<prop::sample::Index>(), 1..9)) {
            let mut offsets = Utf16Offsets::new(&text);
            let boundaries: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            for pick in picks {
                let at = boundaries[pick.index(boundaries.len())];
                prop_assert_eq!(offsets.at(at), text[..at].encode_utf16().count());
            }
            let units: Vec<u32> = boundaries.iter().map(|&at| offsets.at(at) as u32).collect();
            prop_assert_eq!(from_utf16(&text, &units), Some(boundaries));
        }
    }

    #[test]
    fn offsets_that_cannot_be_are_refused() {
        let text = "a\u{1f600}b";
        assert_eq!(
            from_utf16(text, &[0, 1, 1, 3, 4]),
            Some(vec![0, 1, 1, 5, 6])
        );
        for bad in [&[2][..], &[5], &[1, 0], &[u32::MAX]] {
            assert_eq!(from_utf16(text, bad), None, "{bad:?}");
        }
    }
}
