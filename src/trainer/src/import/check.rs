//! What quantization costs an imported head: int8 against f32, piece by piece.

use anyhow::Result;
use nerite::{Head, HiddenStates, Pieces, Prediction, Recognizer};
use serde::Serialize;

/// Pieces that a report lists at most.
const MOST_CHANGES: usize = 100;

/// How the int8 engine and the f32 encoder agree on some texts.
#[derive(Clone, Debug, Serialize)]
pub struct Agreement {
    format: &'static str,
    version: u32,
    /// Texts that were read.
    pub texts: usize,
    /// Pieces in them.
    pub pieces: usize,
    /// Pieces with the same tag from both.
    pub same: usize,
    /// Pieces that have the tag of an entity in f32, or in int8.
    pub entity_pieces: usize,
    /// Of these, the ones with the same tag from both.
    pub same_entity: usize,
    /// Texts without an entity in f32 where int8 finds one.
    pub false_alarms: usize,
    /// Where a probability changes most.
    pub largest: Option<Change>,
    /// Pieces with another tag, as many as are worth a list.
    pub changes: Vec<Change>,
}

/// A piece of which int8 and f32 think differently.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// The number of the text, from 1 on: of a file, its line.
    pub text: usize,
    /// Its bytes in the text.
    pub start: usize,
    /// The byte after it.
    pub end: usize,
    /// Its most probable label in f32, and how probable it is there.
    pub f32: (String, f32),
    /// The same in int8.
    pub int8: (String, f32),
    /// The greatest change of a probability.
    pub change: f32,
    /// How far apart the two best scores are in f32, in logits.
    pub margin: f32,
}

impl Agreement {
    /// Reads `texts` with both; a text's number goes with it.
    ///
    /// # Errors
    ///
    /// An encoder or tokenizer that fails.
    pub(super) fn of<'a>(
        texts: impl IntoIterator<Item = (usize, &'a str)>,
        head: &Head,
        recognizer: &mut Recognizer,
        full: &mut dyn HiddenStates,
    ) -> Result<Self> {
        let mut all = Self {
            format: "nerite-agreement",
            version: 1,
            texts: 0,
            pieces: 0,
            same: 0,
            entity_pieces: 0,
            same_entity: 0,
            false_alarms: 0,
            largest: None,
            changes: Vec::new(),
        };
        let heads = [(head, None)];
        for (number, text) in texts {
            let pieces = recognizer.pieces(text)?;
            let int8 = recognizer.recognize_pieces(&pieces, &heads)?.remove(0);
            let specials = recognizer.specials();
            let f32 = nerite::read_pieces(full, specials, &pieces, &heads)?.remove(0);
            all.add(number, &pieces, &f32, &int8);
        }
        Ok(all)
    }

    fn add(&mut self, number: usize, pieces: &Pieces, full: &Prediction, int8: &Prediction) {
        self.texts += 1;
        self.pieces += pieces.pieces.len();
        self.false_alarms += usize::from(full.entities.is_empty() && !int8.entities.is_empty());
        for (own, other) in full.words.iter().zip(&int8.words) {
            let same = own.tag == other.tag;
            let is_entity = [own, other]
                .iter()
                .any(|word| full.tags.label(word.tag) != "O");
            self.same += usize::from(same);
            self.entity_pieces += usize::from(is_entity);
            self.same_entity += usize::from(is_entity && same);
            let pairs = own.probabilities.iter().zip(&other.probabilities);
            let change = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            let is_largest = self
                .largest
                .as_ref()
                .is_none_or(|largest| change > largest.change);
            if !is_largest && same {
                continue;
            }
            let best = |prediction: &Prediction, word: &nerite::Word| {
                let label = prediction.tags.label(word.tag).to_owned();
                (label, word.probabilities[word.tag])
            };
            let found = Change {
                text: number,
                start: own.range.start,
                end: own.range.end,
                f32: best(full, own),
                int8: best(int8, other),
                change,
                margin: margin(&own.probabilities),
            };
            if !same && self.changes.len() < MOST_CHANGES {
                self.changes.push(found.clone());
            }
            if is_largest {
                self.largest = Some(found);
            }
        }
    }

    /// The part of the pieces with an entity's tag that keep it.
    pub fn entity_agreement(&self) -> f64 {
        match self.entity_pieces {
            0 => 1.0,
            all => self.same_entity as f64 / all as f64,
        }
    }
}

/// The difference of the two best scores, from their probabilities.
fn margin(probabilities: &[f32]) -> f32 {
    let mut sorted = probabilities.to_vec();
    sorted.sort_by(f32::total_cmp);
    match sorted[..] {
        [.., second, best] => (best / second.max(f32::MIN_POSITIVE)).ln(),
        _ => f32::INFINITY,
    }
}
