//! Words to subwords, with the vocabulary of an encoder.

mod check;
mod prepare;

use std::ops::Range;

use tokenizers::{InputSequence, ModelWrapper};

use check::{check, check_read};
pub use prepare::{prepare_piece_tokenizer, prepare_tokenizer};

/// Bytes of a text that are tokenized at a time: what is made of them takes
/// some hundred times as much memory.
const PART_BYTES: usize = 1 << 16;

/// A tokenizer that is handed words and gives each word's subwords.
pub struct Tokenizer {
    inner: tokenizers::Tokenizer,
    first: u32,
    last: u32,
    /// Subwords that the encoder knows.
    vocabulary: usize,
    /// What stands for what the vocabulary does not have.
    unknown: Option<u32>,
    /// Whether a subword within a word is marked, as WordPiece does.
    marks_subwords: bool,
}

/// Why a tokenizer could not be read or used.
#[derive(Debug, thiserror::Error)]
pub enum TokenizerError {
    /// The file does not parse as `tokenizer.json`.
    #[error("tokenizer.json: {0}")]
    File(String),
    /// The tokenizer puts no special subword before and after a sentence.
    #[error(
        "tokenizer.json: found no special subwords around an empty text, expected one at each end"
    )]
    Specials,
    /// The tokenizer refused the words.
    #[error("tokenizing: {0}")]
    Words(String),
    /// An id of the tokenizer lies outside the encoder's vocabulary.
    #[error("tokenizer.json: it has {found} subwords, but the encoder knows {expected}")]
    Vocabulary {
        /// Subwords of the tokenizer.
        found: usize,
        /// Rows of the encoder's word embedding.
        expected: usize,
    },
}

impl Tokenizer {
    /// Reads a `tokenizer.json` that [`prepare_tokenizer`] has prepared, for
    /// an encoder of so many subwords.
    ///
    /// # Errors
    ///
    /// A file that does not parse, has no special subwords for the ends of a
    /// sentence, or a model with more subwords than the encoder has. An empty
    /// one, from a blank line, does not count; tokens that were added beyond
    /// the encoder's are refused where a word has them.
    pub fn from_bytes(json: &[u8], vocabulary: usize) -> Result<Self, TokenizerError> {
        check(json)?;
        let mut inner = tokenizers::Tokenizer::from_bytes(json)
            .map_err(|error| TokenizerError::File(error.to_string()))?;
        check_read(&inner)?;
        // Neither is in a prepared file.
        inner.with_padding(None);
        inner
            .with_truncation(None)
            .map_err(|error| TokenizerError::File(error.to_string()))?;
        let empty = inner
            .encode("", true)
            .map_err(|error| TokenizerError::File(error.to_string()))?;
        let [first, last] = *empty.get_ids() else {
            return Err(TokenizerError::Specials);
        };
        let known = inner.get_vocab(false).into_iter();
        let known = known.filter(|(subword, _)| !subword.is_empty());
        let greatest = known
            .map(|(_, id)| id)
            .chain([first, last])
            .max()
            .unwrap_or(0);
        if greatest as usize >= vocabulary {
            return Err(TokenizerError::Vocabulary {
                found: (greatest as usize).saturating_add(1),
                expected: vocabulary,
            });
        }
        let (model, marks_subwords) = match inner.get_model() {
            ModelWrapper::WordPiece(model) => (
                Some(model.unk_token.clone()),
                !model.continuing_subword_prefix.is_empty(),
            ),
            ModelWrapper::BPE(model) => {
                let prefix = model.continuing_subword_prefix.as_ref();
                (
                    model.unk_token.clone(),
                    prefix.is_some_and(|prefix| !prefix.is_empty()),
                )
            }
            _ => (None, false),
        };
        // Byte pairs know every text; the subword may still be there by name.
        let unknown = model.as_deref().unwrap_or("<unk>");
        let unknown = inner.token_to_id(unknown);
        Ok(Self {
            inner,
            first,
            last,
            vocabulary,
            unknown,
            marks_subwords,
        })
    }

    /// Whether Python knows a word's first piece from its others; else it goes
    /// by spaces.
    pub fn marks_subwords(&self) -> bool {
        self.marks_subwords
    }

    /// The subwords of a raw text, with their place in it, as Python's
    /// `tokenizers` gives them; none of the special ones around it.
    ///
    /// # Errors
    ///
    /// [`TokenizerError::Words`] if the tokenizer's model fails.
    pub fn pieces(&self, text: &str) -> Result<Vec<Piece>, TokenizerError> {
        let mut pieces = Vec::new();
        let mut start = 0;
        while start < text.len() {
            let end = start + part(&text[start..]);
            self.pieces_of(text, start..end, &mut pieces)?;
            start = end;
        }
        Ok(pieces)
    }

    fn pieces_of(
        &self,
        text: &str,
        part: Range<usize>,
        pieces: &mut Vec<Piece>,
    ) -> Result<(), TokenizerError> {
        let own = &text[part.clone()];
        let encoding = self
            .inner
            .encode_char_offsets(own, false)
            .map_err(|error| TokenizerError::Words(error.to_string()))?;
        let ends = own.char_indices().map(|(at, _)| part.start + at);
        let ends: Vec<usize> = ends.chain([part.end]).collect();
        let words = encoding.get_word_ids();
        let subwords = encoding.get_ids().iter().zip(encoding.get_offsets());
        for (index, (&id, &(start, end))) in subwords.enumerate() {
            let range = ends[start]..ends[end.max(start)];
            let subword = if Some(id) == self.unknown {
                false
            } else if self.marks_subwords {
                let token = self.inner.id_to_token(id).unwrap_or_default();
                token.chars().count() != end.max(start) - start
            } else {
                let before = text[..range.start].ends_with(' ');
                range.start > 0 && !before && !text[range.start..].starts_with(' ')
            };
            let joined = index > 0 && words[index].is_some() && words[index] == words[index - 1];
            pieces.push(Piece {
                id,
                range,
                subword,
                joined,
            });
        }
        Ok(())
    }

    /// The ids of the subwords before and after every sequence.
    pub fn specials(&self) -> (u32, u32) {
        (self.first, self.last)
    }

    /// The subword ids of each word. A word of nothing but characters that the
    /// vocabulary drops (control characters, for BERT) has none.
    ///
    /// # Errors
    ///
    /// [`TokenizerError::Words`] if the tokenizer's model fails, or a word has a
    /// token that the encoder does not know.
    pub fn subwords(&self, words: &[&str]) -> Result<Vec<Vec<u32>>, TokenizerError> {
        let mut subwords = vec![Vec::new(); words.len()];
        for subword in self.encode(words, false)? {
            if subword.id as usize >= self.vocabulary {
                let token = self.inner.id_to_token(subword.id).unwrap_or_default();
                return Err(TokenizerError::Words(format!(
                    "found {token:?}, an added token with the number {}, but the encoder knows {}",
                    subword.id, self.vocabulary
                )));
            }
            if let Some(word) = subword.word {
                subwords[word].push(subword.id);
            }
        }
        Ok(subwords)
    }

    /// How words look to the vocabulary. Those without a letter are left out.
    ///
    /// # Errors
    ///
    /// As [`Tokenizer::subwords`].
    pub fn vocabulary(&self, words: &[&str]) -> Result<Vocabulary, TokenizerError> {
        let has_letter = |word: &&&str| word.chars().any(char::is_alphabetic);
        let words: Vec<&str> = words.iter().filter(has_letter).copied().collect();
        let mut vocabulary = Vocabulary {
            words: words.len(),
            ..Vocabulary::default()
        };
        for ids in self.subwords(&words)? {
            vocabulary.subwords += ids.len();
            vocabulary.unknown += usize::from(ids.iter().any(|&id| Some(id) == self.unknown));
        }
        Ok(vocabulary)
    }

    /// A sentence of words as one sequence, as Python's `tokenizers` gives it
    /// for a text that is split already; with the special subwords around it
    /// if `specials`.
    ///
    /// # Errors
    ///
    /// [`TokenizerError::Words`] if the tokenizer's model fails.
    pub fn encode(&self, words: &[&str], specials: bool) -> Result<Vec<Subword>, TokenizerError> {
        let encoding = self
            .inner
            .encode_char_offsets(InputSequence::from(words), specials)
            .map_err(|error| TokenizerError::Words(error.to_string()))?;
        let places = encoding.get_word_ids().iter().zip(encoding.get_offsets());
        let subword =
            |(&id, (word, &(start, end))): (&u32, (&Option<u32>, &(usize, usize)))| Subword {
                id,
                word: word.map(|word| word as usize),
                characters: start..end,
            };
        Ok(encoding.get_ids().iter().zip(places).map(subword).collect())
    }
}

/// How many subwords a text's words have, which says whether a vocabulary was
/// made for texts like it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Vocabulary {
    /// Words with a letter.
    pub words: usize,
    /// Their subwords.
    pub subwords: usize,
    /// How many of them hold something that the vocabulary does not know.
    pub unknown: usize,
}

/// Where to cut a text so that no subword notices: before the first white space
/// after so many bytes, or at its end.
fn part(text: &str) -> usize {
    let mut from = PART_BYTES.min(text.len());
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let mut last = ' ';
    let cut = |character: char| {
        let before = std::mem::replace(&mut last, character);
        character.is_whitespace() && !before.is_whitespace()
    };
    text[from..].find(cut).map_or(text.len(), |at| from + at)
}

/// A piece of a word in an encoder's vocabulary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subword {
    /// Its id.
    pub id: u32,
    /// The index of its word; `None` for a special subword.
    pub word: Option<usize>,
    /// Its characters (not bytes) in the word.
    pub characters: Range<usize>,
}

/// A subword of a raw text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its id in the vocabulary.
    pub id: u32,
    /// Its bytes in the text; empty where it stands for white space. Pieces of
    /// one character have the same.
    pub range: Range<usize>,
    /// Whether Python takes it for a later part of a word: by its mark, or,
    /// where the vocabulary marks no subwords, because no space is before it.
    pub subword: bool,
    /// Whether it is of the same word as the piece before it, as the tokenizer
    /// cuts words.
    pub joined: bool,
}

#[cfg(test)]
mod tests;
