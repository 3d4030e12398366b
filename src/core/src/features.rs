//! Sentences of words to features: the hidden states of each word's first
//! subword.

use std::borrow::Cow;
use std::ops::Range;

use crate::encoder::{EncoderError, HiddenStates};
use crate::tokenizer::{Tokenizer, TokenizerError};
use crate::words;

/// Of a window, the part that may be context shared with the one before it.
const OVERLAP: f64 = 0.25;
/// Characters of a word that the tokenizer is shown, for every subword that a
/// window has room for. What comes after them would not reach the encoder, and
/// a text may be one word.
const CHARACTERS_PER_SUBWORD: usize = 8;
/// Words without a letter or a digit that the encoder is shown one after the
/// other: no name goes on for so long, and a text may hold nothing else.
const MOST_MARKS: usize = 100;
/// Bytes of words that the tokenizer is shown in one call, unless one word has
/// more: it takes a hundred times as many.
const GROUP_BYTES: usize = 1 << 14;
/// Subwords that the encoder reads in one call, unless one window has more.
pub(crate) const GROUP_SUBWORDS: usize = 1024;

/// Why features could not be computed.
#[derive(Debug, thiserror::Error)]
pub enum FeatureError {
    /// The tokenizer failed.
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    /// The encoder failed.
    #[error(transparent)]
    Encoder(#[from] EncoderError),
}

/// A sentence's words as subwords, cut into windows that fit the encoder.
pub struct Subwords {
    /// Subwords per word, of a word longer than any window those of its
    /// beginning; 0 where the vocabulary drops all of a word.
    pub counts: Vec<u32>,
    windows: Vec<Window>,
}

/// One sequence for the encoder.
struct Window {
    ids: Vec<u32>,
    /// Word, and the place of its first subword in `ids`.
    firsts: Vec<(usize, usize)>,
}

impl Subwords {
    /// Tokenizes `words` in the plain spelling that heads are fitted with (see
    /// [`plain`](crate::plain)), for an encoder that takes `window` subwords at
    /// a time, the special ones included. A longer sentence goes into several
    /// windows that overlap by up to a quarter; a word's features come from
    /// the window in which it stands farther from the cut. Of more than a
    /// hundred words in a row without a letter or a digit, the rest has no
    /// subwords.
    ///
    /// # Errors
    ///
    /// [`TokenizerError::Words`] if the tokenizer fails.
    pub fn new(
        tokenizer: &Tokenizer,
        words: &[&str],
        window: usize,
    ) -> Result<Self, TokenizerError> {
        let mut marks = 0;
        let shown = words.iter().map(|word| {
            let word = words::plain(beginning(word, window));
            let is_mark = !word.contains(char::is_alphanumeric);
            marks = if is_mark { marks + 1 } else { 0 };
            if marks > MOST_MARKS {
                Cow::Borrowed("")
            } else {
                word
            }
        });
        let words: Vec<Cow<str>> = shown.collect();
        let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
        Self::as_written(tokenizer, &words, window)
    }

    /// The same of words as they are written, which is how Hugging Face's
    /// libraries see them.
    ///
    /// # Errors
    ///
    /// Those of [`Subwords::new`].
    pub fn as_written(
        tokenizer: &Tokenizer,
        words: &[&str],
        window: usize,
    ) -> Result<Self, TokenizerError> {
        let room = window - 2;
        let words: Vec<&str> = words.iter().map(|word| beginning(word, window)).collect();
        let mut counts = Vec::with_capacity(words.len());
        let mut subwords = Vec::with_capacity(words.len());
        let mut rest = words.as_slice();
        while !rest.is_empty() {
            let mut bytes = 0;
            let fits = |word: &&&str| {
                bytes += word.len();
                bytes <= GROUP_BYTES
            };
            let count = rest.iter().take_while(fits).count().max(1);
            let (group, after) = rest.split_at(count);
            rest = after;
            for mut ids in tokenizer.subwords(group)? {
                counts.push(ids.len() as u32);
                // A single word longer than a window: its beginning stands for it.
                ids.truncate(room);
                ids.shrink_to_fit();
                subwords.push(ids);
            }
        }
        let lengths: Vec<usize> = subwords.iter().map(Vec::len).collect();
        let (first, last) = tokenizer.specials();
        let windows = windows(&lengths, room)
            .into_iter()
            .map(|(all, own)| {
                let mut ids = vec![first];
                let mut firsts = Vec::new();
                for word in all {
                    if own.contains(&word) && lengths[word] > 0 {
                        firsts.push((word, ids.len()));
                    }
                    ids.extend(&subwords[word]);
                }
                ids.push(last);
                Window { ids, firsts }
            })
            .collect();
        Ok(Self { counts, windows })
    }

    /// Subwords the encoder has to read for this sentence.
    pub fn cost(&self) -> usize {
        self.windows.iter().map(|window| window.ids.len()).sum()
    }
}

/// Of a word longer than any window, the beginning that fills one.
fn beginning(word: &str, window: usize) -> &str {
    let most = window * CHARACTERS_PER_SUBWORD;
    let end = word.char_indices().nth(most).map(|(at, _)| at);
    end.map_or(word, |end| &word[..end])
}

/// Cuts words of these lengths into windows of at most `room` subwords: the
/// words that a window holds, and of these the ones whose features it gives.
pub(crate) fn windows(lengths: &[usize], room: usize) -> Vec<(Range<usize>, Range<usize>)> {
    let mut all: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    loop {
        let mut end = start;
        let mut used = 0;
        while end < lengths.len() && used + lengths[end] <= room {
            used += lengths[end];
            end += 1;
        }
        all.push(start..end);
        if end == lengths.len() {
            break;
        }
        // Go back over some words, but leave room for the next one.
        let overlap = ((room as f64 * OVERLAP) as usize).min(room - lengths[end]);
        let mut shared = 0;
        let mut next = end;
        while next > start + 1 && shared + lengths[next - 1] <= overlap {
            next -= 1;
            shared += lengths[next];
        }
        start = next;
    }
    let mut own = Vec::with_capacity(all.len());
    let mut begin = 0;
    for (index, window) in all.iter().enumerate() {
        let end = match all.get(index + 1) {
            Some(next) => next.start.midpoint(window.end),
            None => lengths.len(),
        };
        own.push((window.clone(), begin..end));
        begin = end;
    }
    own
}

/// The features of `sentences`, one sentence after the other:
/// `[words, layers.len() * hidden]`, row-major; a word without a subword has
/// zeros. Windows of all sentences go to the encoder in groups of about
/// 1,024 subwords, which bounds the memory that one call takes.
///
/// # Errors
///
/// [`EncoderError::Input`] if the subwords or layers do not fit the encoder.
pub fn features(
    encoder: &mut dyn HiddenStates,
    sentences: &[&Subwords],
    layers: &[usize],
) -> Result<Vec<f32>, EncoderError> {
    let width = layers.len() * encoder.config().hidden;
    let words: usize = sentences.iter().map(|sentence| sentence.counts.len()).sum();
    let mut features = vec![0.0; words * width];
    // Each window with the place of its sentence's first word.
    let mut windows = Vec::new();
    let mut base = 0;
    for sentence in sentences {
        windows.extend(sentence.windows.iter().map(|window| (base, window)));
        base += sentence.counts.len();
    }
    let mut rest = windows.as_slice();
    while !rest.is_empty() {
        let mut subwords = 0;
        let fits = |(_, window): &&(usize, &Window)| {
            subwords += window.ids.len();
            subwords <= GROUP_SUBWORDS
        };
        let count = rest.iter().take_while(fits).count().max(1);
        let (group, after) = rest.split_at(count);
        rest = after;
        let sequences: Vec<&[u32]> = group
            .iter()
            .map(|(_, window)| window.ids.as_slice())
            .collect();
        let states = encoder.hidden_states(&sequences, layers)?;
        let mut start = 0;
        for (base, window) in group {
            for &(word, place) in &window.firsts {
                features[(base + word) * width..][..width]
                    .copy_from_slice(&states[(start + place) * width..][..width]);
            }
            start += window.ids.len();
        }
    }
    Ok(features)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn short_sentences_have_one_window() {
        assert_eq!(windows(&[1, 2, 3], 6), [(0..3, 0..3)]);
        assert_eq!(windows(&[], 6), [(0..0, 0..0)]);
        assert_eq!(windows(&[0, 0], 6), [(0..2, 0..2)]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn windows_fit_and_give_every_word_once(
            lengths in proptest::collection::vec(0usize..20, 0..200), room in 20usize..60,
        ) {
            let windows = windows(&lengths, room);
            let mut next = 0;
            for (all, own) in &windows {
                prop_assert!(lengths[all.clone()].iter().sum::<usize>() <= room);
                prop_assert_eq!(own.start, next);
                prop_assert!(all.start <= own.start && own.end <= all.end);
                next = own.end;
            }
            prop_assert_eq!(next, lengths.len());
        }
    }
}
