//! The raw text's own units: every subword of it, for heads that were
//! fine-tuned on them.
//!
//! A text that fits the encoder goes through whole, as in Python. A longer one
//! goes through in overlapping windows of whole sentences; Python cuts it off.
//! Of what windows share, each gives a half. An entity does not go from one
//! window's part into the next one's: these parts end where sentences do,
//! unless a single one is longer than the encoder's window.

use std::ops::Range;

use crate::decode::{Decoder, Strategy};
use crate::encoder::HiddenStates;
use crate::features::{FeatureError, GROUP_SUBWORDS, windows};
use crate::head::{Head, HeadError, HeadInput, Unit};
use crate::int8::Backend;
use crate::results::{Entity, Prediction, RecognizeError, Word};
use crate::tokenizer::{Piece, Tokenizer, TokenizerError};
use crate::words;

/// Of a sentence that is longer than the window, the part of the window that is
/// taken for a sentence.
const PARTS: usize = 8;

/// One sequence for the encoder: pieces in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// What the encoder reads.
    pub pieces: Range<usize>,
    /// Of these, the pieces that are tagged; the others are context.
    pub own: Range<usize>,
}

/// A text's pieces and how they go to the encoder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pieces {
    /// All of them, in order.
    pub pieces: Vec<Piece>,
    /// Blocks. Of a whole text, their own pieces follow each other without a
    /// gap.
    pub blocks: Vec<Block>,
}

impl Pieces {
    /// Cuts a text for an encoder that takes `window` subwords at a time, the
    /// special ones included.
    ///
    /// # Errors
    ///
    /// [`TokenizerError::Words`] if the tokenizer fails.
    pub fn new(tokenizer: &Tokenizer, text: &str, window: usize) -> Result<Self, TokenizerError> {
        let pieces = tokenizer.pieces(text)?;
        let room = window - 2;
        let sentences = if pieces.len() <= room {
            vec![pieces.len()]
        } else {
            sentences(text, &pieces, room)
        };
        let mut ends = vec![0];
        let mut sum = 0;
        ends.extend(sentences.iter().map(|length| {
            sum += length;
            sum
        }));
        let place = |range: &Range<usize>| ends[range.start]..ends[range.end];
        let blocks = windows(&sentences, room);
        let blocks = blocks.iter().map(|(all, own)| Block {
            pieces: place(all),
            own: place(own),
        });
        Ok(Self {
            blocks: blocks.filter(|block| !block.own.is_empty()).collect(),
            pieces,
        })
    }
}

/// The lengths of the sentences in pieces, each at most `room`: a longer one
/// is cut, between words where that can be.
fn sentences(text: &str, pieces: &[Piece], room: usize) -> Vec<usize> {
    let sentences = words::cut(text);
    let starts = sentences.iter().skip(1).filter_map(|words| words.first());
    let mut lengths = Vec::new();
    let mut from = 0;
    let starts = starts.map(|word| word.start).chain([usize::MAX]);
    for start in starts {
        let more = pieces[from..].partition_point(|piece| piece.range.start < start);
        let sentence = &pieces[from..from + more];
        from += more;
        if sentence.len() <= room {
            lengths.push(sentence.len());
            continue;
        }
        let most = (room / PARTS).max(1);
        let mut rest = sentence;
        while !rest.is_empty() {
            let mut length = most.min(rest.len());
            if length < rest.len() {
                let between = (1..=length).rev().find(|&at| !rest[at].joined);
                length = between.unwrap_or(length);
            }
            lengths.push(length);
            rest = &rest[length..];
        }
    }
    lengths
}

/// What heads of pieces make of `pieces`, in one run of any encoder, for each
/// head with the strategy asked for, else its own. `specials` are the subwords
/// before and after a sequence.
///
/// # Errors
///
/// A head of words, or pieces that do not fit the encoder.
pub fn read_pieces(
    encoder: &mut dyn HiddenStates,
    specials: (u32, u32),
    pieces: &Pieces,
    heads: &[(&Head, Option<Strategy>)],
) -> Result<Vec<Prediction>, RecognizeError> {
    read_pieces_on(Backend::default(), encoder, specials, pieces, heads)
}

pub(crate) fn read_pieces_on(
    backend: Backend,
    encoder: &mut dyn HiddenStates,
    specials: (u32, u32),
    Pieces { pieces, blocks }: &Pieces,
    heads: &[(&Head, Option<Strategy>)],
) -> Result<Vec<Prediction>, RecognizeError> {
    let mut readers = Vec::new();
    for (head, strategy) in heads {
        let own = head.config().pieces;
        let own = own.ok_or(HeadError::Unit {
            found: head.config().unit(),
            expected: Unit::Pieces,
        })?;
        readers.push(Reader {
            head,
            strategy: strategy.unwrap_or(own),
            words: Vec::with_capacity(pieces.len()),
            entities: Vec::new(),
        });
    }
    let mut layers: Vec<usize> = heads
        .iter()
        .flat_map(|(head, _)| &head.config().layers)
        .copied()
        .collect();
    layers.sort_unstable();
    layers.dedup();
    let hidden = encoder.config().hidden;
    let width = layers.len() * hidden;
    let mut done = 0;
    while done < blocks.len() {
        let mut subwords = 0;
        let fits = |block: &&Block| {
            subwords += block.pieces.len() + 2;
            subwords <= GROUP_SUBWORDS
        };
        let count = blocks[done..].iter().take_while(fits).count().max(1);
        let group = &blocks[done..done + count];
        let sequences: Vec<Vec<u32>> = group
            .iter()
            .map(|block| {
                let ids = pieces[block.pieces.clone()].iter().map(|piece| piece.id);
                let (first, last) = specials;
                [first].into_iter().chain(ids).chain([last]).collect()
            })
            .collect();
        let sequences: Vec<&[u32]> = sequences.iter().map(Vec::as_slice).collect();
        let states = encoder
            .hidden_states(&sequences, &layers)
            .map_err(FeatureError::from)?;
        let mut start = 0;
        for (index, (block, sequence)) in group.iter().zip(&sequences).enumerate() {
            // The first special subword stands before the pieces.
            let first = start + 1 + block.own.start - block.pieces.start;
            let states = &states[first * width..][..block.own.len() * width];
            for reader in &mut readers {
                let own = pick(
                    states,
                    &layers,
                    reader.head.config().layers.as_slice(),
                    hidden,
                );
                reader.read(backend, done + index, block.own.clone(), pieces, &own);
            }
            start += sequence.len();
        }
        done += count;
    }
    Ok(readers.into_iter().map(Reader::prediction).collect())
}

/// Of features `[units, layers, hidden]`, those of `own` layers.
pub fn pick<'f>(
    features: &'f [f32],
    layers: &[usize],
    own: &[usize],
    hidden: usize,
) -> std::borrow::Cow<'f, [f32]> {
    if own == layers {
        return features.into();
    }
    let mut picked = Vec::new();
    for unit in features.chunks_exact(layers.len() * hidden) {
        for own in own {
            let place = layers.iter().position(|layer| layer == own);
            let place = place.expect("every head's layers are among them");
            picked.extend_from_slice(&unit[place * hidden..][..hidden]);
        }
    }
    picked.into()
}

/// A head on its way through the blocks of a text.
struct Reader<'a> {
    head: &'a Head,
    strategy: Strategy,
    words: Vec<Word>,
    entities: Vec<Entity>,
}

impl Reader<'_> {
    fn read(
        &mut self,
        backend: Backend,
        sentence: usize,
        own: Range<usize>,
        pieces: &[Piece],
        features: &[f32],
    ) {
        let tags = &self.head.config().tags;
        let pieces = &pieces[own];
        let base = self.words.len();
        let input = HeadInput {
            // Only a table of spellings would look at them, which it has not.
            words: &vec![""; pieces.len()],
            features,
            seen: &vec![true; pieces.len()],
        };
        let output = self.head.tag_on(backend, input, Decoder::Argmax, &[]);
        for found in self.strategy.entities(pieces, &output.probabilities, tags) {
            let inside = &pieces[found.pieces.clone()];
            let (first, last) = (&inside[0].range, &inside[inside.len() - 1].range);
            self.entities.push(Entity {
                range: first.start..last.end.max(first.start),
                words: base + found.pieces.start..base + found.pieces.end,
                kind: found.kind,
                score: found.score,
            });
        }
        let rows = output.probabilities.chunks_exact(tags.len());
        for ((piece, tag), probabilities) in pieces.iter().zip(output.tags).zip(rows) {
            self.words.push(Word {
                range: piece.range.clone(),
                sentence,
                continues: piece.joined,
                tag,
                probabilities: probabilities.to_vec(),
            });
        }
    }

    fn prediction(self) -> Prediction {
        Prediction {
            tags: self.head.config().tags.clone(),
            words: self.words,
            entities: self.entities,
            doubtful: Vec::new(),
        }
    }
}
