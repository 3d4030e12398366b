//! What a head made of every sentence, compactly, so that reports can be
//! compared and errors listed without the model and without the corpus.
//!
//! Each field is a row of numbers, written as runs of equal numbers: `2 n` for
//! a number n that stands once, `2 n + 1` and then `k` for one that stands
//! k + 2 times; these in LEB128, seven bits a byte, the lowest first; the bytes
//! in base64.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

use crate::metrics::{Figures, Totals};
use crate::tags::TagSet;

/// More than any test part has: four times the words of the whole GMB corpus,
/// twenty times its sentences. A report may be anybody's, and a few bytes can
/// claim to be this many, each of which takes hundreds of bytes to judge.
const MAX_WORDS: usize = 1 << 22;
const MAX_SENTENCES: usize = 1 << 20;

/// The outcome of every sentence, in the order of the part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcomes {
    /// The tags, of gold and of prediction.
    pub tags: TagSet,
    /// How many sentences.
    pub sentences: usize,
    /// How many words.
    pub words: usize,
    /// Runs: the number of words of each sentence.
    lengths: String,
    /// Runs: the gold tag of each word, as an index into `tags`.
    gold: String,
    /// Runs: 0 for each word whose predicted tag is the gold one, else the
    /// predicted tag's index plus 1.
    wrong: String,
    /// Runs: 1 for each word without a subword, else 0.
    without_subword: String,
}

/// One sentence of [`Outcomes`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The gold tags, as indices.
    pub gold: Vec<u16>,
    /// The predicted tags, as indices.
    pub predicted: Vec<u16>,
    /// Whether the word has no subword.
    pub without_subword: Vec<bool>,
}

impl Outcome {
    /// Gold tags, predicted tags, and whether words have no subword.
    pub fn parts(&self) -> (&[u16], &[u16], &[bool]) {
        (&self.gold, &self.predicted, &self.without_subword)
    }
}

/// What is wrong with stored outcomes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutcomesError {
    /// A field is no base64.
    #[error("outcomes.{field}: found text that is not base64: {problem}")]
    Base64 {
        /// The field.
        field: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// A field's bytes end within a number, or a number is too large.
    #[error("outcomes.{field}: found no number at byte {at}, expected LEB128 of at most 32 bits")]
    Number {
        /// The field.
        field: &'static str,
        /// The place.
        at: usize,
    },
    /// A field holds another number of values than the report says.
    #[error("outcomes.{field}: found {found} values, expected {expected}")]
    Count {
        /// The field.
        field: &'static str,
        /// `more` or a number.
        found: String,
        /// How many were expected.
        expected: usize,
    },
    /// A value is too large.
    #[error("outcomes.{field}: found the value {found}, expected one below {limit}")]
    Value {
        /// The field.
        field: &'static str,
        /// The value.
        found: u32,
        /// The bound.
        limit: u32,
    },
    /// The lengths do not add up to the number of words.
    #[error("outcomes.lengths: found {found} words in all sentences, expected {expected}")]
    Lengths {
        /// The sum.
        found: u64,
        /// The number of words.
        expected: usize,
    },
    /// The report claims to hold too much.
    #[error(
        "outcomes: found {words} words in {sentences} sentences, expected at most {MAX_WORDS} in {MAX_SENTENCES}"
    )]
    TooMany {
        /// The words.
        words: usize,
        /// The sentences.
        sentences: usize,
    },
}

impl Outcomes {
    /// Packs sentences, whose tags are indices into `tags`.
    pub fn new<'a>(
        tags: TagSet,
        sentences: impl IntoIterator<Item = (&'a [u16], &'a [u16], &'a [bool])>,
    ) -> Self {
        let (mut lengths, mut gold) = (Runs::default(), Runs::default());
        let (mut wrong, mut without_subword) = (Runs::default(), Runs::default());
        let (mut count, mut words) = (0, 0);
        for (own_gold, predicted, dropped) in sentences {
            count += 1;
            words += own_gold.len();
            lengths.push(own_gold.len() as u32);
            for ((&own, &predicted), &dropped) in own_gold.iter().zip(predicted).zip(dropped) {
                gold.push(own.into());
                wrong.push(if own == predicted {
                    0
                } else {
                    u32::from(predicted) + 1
                });
                without_subword.push(dropped.into());
            }
        }
        Self {
            tags,
            sentences: count,
            words,
            lengths: lengths.finish(),
            gold: gold.finish(),
            wrong: wrong.finish(),
            without_subword: without_subword.finish(),
        }
    }

    /// The headline figures, also those that the version that wrote the
    /// outcomes did not know.
    ///
    /// # Errors
    ///
    /// As [`Outcomes::read`].
    pub fn figures(&self) -> Result<Figures<f64>, OutcomesError> {
        let sentences = self.read()?;
        let totals = Totals::new(&self.tags, sentences.iter().map(Outcome::parts));
        Ok(totals.all().figures())
    }

    /// Unpacks the sentences.
    ///
    /// # Errors
    ///
    /// Fields that are not what [`Outcomes::new`] writes. Memory is bounded.
    pub fn read(&self) -> Result<Vec<Outcome>, OutcomesError> {
        let (words, sentences) = (self.words, self.sentences);
        if words > MAX_WORDS || sentences > MAX_SENTENCES {
            return Err(OutcomesError::TooMany { words, sentences });
        }
        let limit = self.tags.len() as u32;
        let lengths = read("lengths", &self.lengths, self.sentences, MAX_WORDS as u32)?;
        let gold = read("gold", &self.gold, self.words, limit)?;
        let wrong = read("wrong", &self.wrong, self.words, limit + 1)?;
        let dropped = read("without_subword", &self.without_subword, self.words, 2)?;
        let found: u64 = lengths.iter().map(|length| u64::from(*length)).sum();
        if found != self.words as u64 {
            let expected = self.words;
            return Err(OutcomesError::Lengths { found, expected });
        }
        let mut words = gold.iter().zip(&wrong).zip(&dropped);
        let sentences = lengths.iter().map(|&length| {
            let mut outcome = Outcome::default();
            for ((&gold, &wrong), &dropped) in words.by_ref().take(length as usize) {
                outcome.gold.push(gold as u16);
                outcome
                    .predicted
                    .push(wrong.checked_sub(1).unwrap_or(gold) as u16);
                outcome.without_subword.push(dropped == 1);
            }
            outcome
        });
        Ok(sentences.collect())
    }
}

/// Writes a row of numbers.
#[derive(Default)]
struct Runs {
    bytes: Vec<u8>,
    run: Option<(u32, u32)>,
}

impl Runs {
    fn push(&mut self, value: u32) {
        match &mut self.run {
            Some((own, count)) if *own == value => *count += 1,
            _ => {
                self.flush();
                self.run = Some((value, 1));
            }
        }
    }

    fn flush(&mut self) {
        if let Some((value, count)) = self.run.take() {
            let again = u64::from(count > 1);
            self.number(u64::from(value) * 2 + again);
            if again == 1 {
                self.number(u64::from(count) - 2);
            }
        }
    }

    fn number(&mut self, mut value: u64) {
        while value > 0x7f {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }

    fn finish(mut self) -> String {
        self.flush();
        BASE64_STANDARD.encode(self.bytes)
    }
}

/// Reads a row of `count` numbers below `limit`.
fn read(
    field: &'static str,
    text: &str,
    count: usize,
    limit: u32,
) -> Result<Vec<u32>, OutcomesError> {
    let bytes = BASE64_STANDARD
        .decode(text)
        .map_err(|error| OutcomesError::Base64 {
            field,
            problem: error.to_string(),
        })?;
    let wrong_count = |found: String| OutcomesError::Count {
        field,
        found,
        expected: count,
    };
    let mut values: Vec<u32> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let number = number(field, &bytes, &mut at)?;
        let value = u32::try_from(number / 2).unwrap_or(u32::MAX);
        if value >= limit {
            let found = value;
            return Err(OutcomesError::Value {
                field,
                found,
                limit,
            });
        }
        let times = match number % 2 {
            0 => 1,
            _ => self::number(field, &bytes, &mut at)? + 2,
        };
        if times > (count - values.len()) as u64 {
            return Err(wrong_count("more".to_owned()));
        }
        values.resize(values.len() + times as usize, value);
    }
    if values.len() != count {
        return Err(wrong_count(values.len().to_string()));
    }
    Ok(values)
}

/// Reads a number of at most 33 bits: a value of 32 and the mark of a run.
fn number(field: &'static str, bytes: &[u8], at: &mut usize) -> Result<u64, OutcomesError> {
    let start = *at;
    let mut number = 0u64;
    for shift in (0..35).step_by(7) {
        let Some(&byte) = bytes.get(*at) else { break };
        *at += 1;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(number);
        }
    }
    Err(OutcomesError::Number { field, at: start })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn tags() -> TagSet {
        TagSet::new(["B-x", "I-x", "O"]).unwrap()
    }

    fn sample() -> Outcomes {
        let sentence: (&[u16], &[u16], &[bool]) = (&[2, 0, 1], &[2, 0, 2], &[false; 3]);
        Outcomes::new(tags(), [sentence, sentence])
    }

    #[test]
    fn what_does_not_fit_is_refused_with_its_place() {
        let encode = |bytes: &[u8]| BASE64_STANDARD.encode(bytes);
        let mut outcomes = sample();
        outcomes.gold = "?".to_owned();
        let message = outcomes.read().unwrap_err().to_string();
        assert!(message.starts_with("outcomes.gold: found text that is not base64"));
        for (bytes, expected) in [
            (&[0x80][..], "found no number at byte 0"),
            (&[0xff; 9], "found no number at byte 0"),
            (&[6], "found the value 3, expected one below 3"),
            (&[0, 0], "found 2 values, expected 6"),
            (
                &[1, 0xff, 0xff, 0xff, 0xff, 0x0f],
                "found more values, expected 6",
            ),
        ] {
            let mut outcomes = sample();
            outcomes.gold = encode(bytes);
            let message = outcomes.read().unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        }
        let mut outcomes = sample();
        outcomes.lengths = encode(&[2, 8]);
        assert_eq!(
            outcomes.read().unwrap_err(),
            OutcomesError::Lengths {
                found: 5,
                expected: 6
            }
        );
        outcomes.words = usize::MAX;
        assert!(matches!(
            outcomes.read(),
            Err(OutcomesError::TooMany { .. })
        ));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn sentences_come_back(
            sentences in prop::collection::vec(prop::collection::vec((0u16..3, 0u16..3, any::<bool>()), 0..40), 0..20)
        ) {
            let expected: Vec<Outcome> = sentences.iter().map(|words| Outcome {
                gold: words.iter().map(|word| word.0).collect(),
                predicted: words.iter().map(|word| word.1).collect(),
                without_subword: words.iter().map(|word| word.2).collect(),
            }).collect();
            let packed = Outcomes::new(tags(), expected.iter().map(Outcome::parts));
            prop_assert_eq!(packed.read().unwrap(), expected);
        }

        #[test]
        fn no_bytes_lead_to_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..12)) {
            let mut outcomes = sample();
            outcomes.wrong = BASE64_STANDARD.encode(bytes);
            if let Ok(sentences) = outcomes.read() {
                prop_assert_eq!(sentences.len(), 2);
            }
        }
    }
}
