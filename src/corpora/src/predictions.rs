//! Files of predictions, as conlleval reads them: columns separated by white
//! space, the word first, the gold tag last but one, the predicted tag last; an
//! empty line after each sentence.

use std::collections::HashMap;

use nerite::{JudgedSentence, Tag, TagSet};

use crate::format::columns::{Line, Lines};
use crate::labels::{Converted, Side};
use crate::problem::Fault;
use crate::{Columns, CorpusError, Encoding, MAX_BYTES, MAX_WORDS, Problem, Scheme, text};

/// Sentences with gold and predicted tags.
#[derive(Clone, Debug)]
pub struct Predictions {
    /// The tags that occur, in gold or in prediction.
    pub tags: TagSet,
    /// What was found out about the tags, and done to them, in one line.
    pub found: String,
    /// The sentences, at least one.
    sentences: Vec<Sentence>,
}

#[derive(Clone, Debug, Default)]
struct Sentence {
    words: Vec<String>,
    gold: Vec<u16>,
    predicted: Vec<u16>,
}

impl Predictions {
    /// Reads a file's bytes, plain or gzipped. `name` is what errors call it.
    /// Tags are made IOB2 from the scheme given or found out, those that were
    /// predicted from their own.
    ///
    /// # Errors
    ///
    /// What [`Problem`] lists, with the file and, where there is one, the line.
    pub fn read(
        name: &str,
        bytes: &[u8],
        encoding: Option<Encoding>,
        scheme: Option<Scheme>,
    ) -> Result<Self, CorpusError> {
        let read = || {
            let bytes = text::unpack(bytes, MAX_BYTES)?;
            let (text, _) = text::decode(&bytes, encoding, false)?;
            Self::parse(&text, scheme)
        };
        read().map_err(|fault: Fault| fault.of(name))
    }

    /// The sentences, to be judged.
    pub fn sentences(&self) -> impl Iterator<Item = JudgedSentence<'_>> {
        self.sentences.iter().map(|own| JudgedSentence {
            words: own.words.iter().map(String::as_str).collect(),
            gold: own.gold.clone(),
            predicted: own.predicted.clone(),
            confidences: Vec::new(),
            without_subword: vec![false; own.words.len()],
        })
    }

    fn parse(text: &str, scheme: Option<Scheme>) -> Result<Self, Fault> {
        let lines = match Lines::of(text, false) {
            Err(Fault {
                line,
                problem: Problem::Columns(found),
            }) => {
                let problem = Problem::PredictionColumns(found);
                return Err(Fault { line, problem });
            }
            other => other?,
        };
        let mut gold = Labels::default();
        let mut predicted = Labels::default();
        let mut sentences: Vec<Sentence> = Vec::new();
        let mut numbers: Vec<u32> = Vec::new();
        let mut within = false;
        for (number, line, cells) in lines.iter() {
            if !matches!(line, Line::Row { .. }) {
                within = false;
                continue;
            }
            let &[word, .., before, last] = cells else {
                return Err(Problem::PredictionColumns(Columns(cells.len())).at(number));
            };
            if numbers.len() == MAX_WORDS {
                return Err(Problem::TooManyWords.at(number));
            }
            if word.is_empty() {
                return Err(Problem::EmptyWord.at(number));
            }
            numbers.push(u32::try_from(number).unwrap_or(u32::MAX));
            if !std::mem::replace(&mut within, true) {
                sentences.push(Sentence::default());
            }
            let sentence = sentences.last_mut().expect("one has been started");
            sentence.words.push(word.to_owned());
            sentence.gold.push(gold.intern(before, number)?);
            sentence.predicted.push(predicted.intern(last, number)?);
        }
        if sentences.is_empty() {
            return Err(Problem::NoSentence.into());
        }
        let line = |word: usize| numbers[word] as usize;
        let golds = || sentences.iter().map(|own| own.gold.as_slice());
        let predictions = || sentences.iter().map(|own| own.predicted.as_slice());
        let gold = gold.side(golds(), scheme)?;
        let bare = gold.evidence.scheme() == Scheme::Io;
        let predicted = predicted.side(predictions(), scheme.or(bare.then_some(Scheme::Io)))?;
        let (schemes, doubt) = match scheme {
            Some(scheme) => ([scheme; 2], None),
            None => schemes(&gold, &predicted),
        };
        let own = gold.convert(golds(), schemes[0]);
        let other = predicted.convert(predictions(), schemes[1]);
        let mut found = format!("gold {}", gold.note(scheme, schemes[0], &own, line));
        found += &format!(
            "; predicted {}",
            predicted.note(scheme, schemes[1], &other, line)
        );
        if let Some(doubt) = doubt {
            found += &format!("; {doubt}");
        }
        let labels = own.labels.iter().chain(&other.labels);
        for (label, word) in labels.clone() {
            Tag::parse(label).map_err(|problem| Problem::Tag(problem).at(line(*word)))?;
        }
        let tags = TagSet::new(labels.map(|(label, _)| label)).map_err(Problem::Tag)?;
        let places = |converted: Converted| -> Vec<Vec<u16>> {
            let places: Vec<u16> = (converted.labels.iter())
                .map(|(label, _)| tags.index(label).expect("the label is in the set") as u16)
                .collect();
            let place = |own: &u16| places[usize::from(*own)];
            let sentences = converted.sentences.iter();
            sentences
                .map(|own| own.iter().map(place).collect())
                .collect()
        };
        let (own, other) = (places(own), places(other));
        for ((sentence, gold), predicted) in sentences.iter_mut().zip(own).zip(other) {
            (sentence.gold, sentence.predicted) = (gold, predicted);
        }
        Ok(Self {
            tags,
            found,
            sentences,
        })
    }
}

/// The schemes of gold and predicted tags, and what is in doubt. Predictions
/// break rules, so the gold tags decide; IOB1 is believed only where the
/// predictions are clearly in one of the two schemes.
fn schemes(gold: &Side<'_>, predicted: &Side<'_>) -> ([Scheme; 2], Option<&'static str>) {
    let own = gold.evidence.scheme();
    let other = predicted.evidence.scheme();
    if own != Scheme::Iob1 {
        let kept = matches!(other, Scheme::Iob1 | Scheme::Iob2);
        return ([own, if kept { Scheme::Iob2 } else { other }], None);
    }
    let (begin, inside) = (
        predicted.evidence.begin.count,
        predicted.evidence.inside.count,
    );
    let clear = begin.min(inside) * 10 <= begin + inside;
    if matches!(other, Scheme::Iob1 | Scheme::Iob2) && !clear {
        let doubt = "the gold tags look like IOB1, but the predicted ones are mixed, so that none \
            were converted: the scheme has to be given";
        return ([Scheme::Iob2; 2], Some(doubt));
    }
    ([own, other], None)
}

/// Labels in the order of appearance.
#[derive(Default)]
struct Labels<'a> {
    list: Vec<(&'a str, usize)>,
    lines: Vec<usize>,
    index: HashMap<&'a str, u16>,
}

impl<'a> Labels<'a> {
    fn intern(&mut self, label: &'a str, line: usize) -> Result<u16, Fault> {
        if let Some(&tag) = self.index.get(label) {
            self.list[usize::from(tag)].1 += 1;
            return Ok(tag);
        }
        let too_many = |_| Problem::Tag(nerite::TagError::TooMany).at(line);
        let tag = u16::try_from(self.list.len()).map_err(too_many)?;
        self.list.push((label, 1));
        self.lines.push(line);
        self.index.insert(label, tag);
        Ok(tag)
    }

    fn side<'s>(
        &self,
        sentences: impl Iterator<Item = &'s [u16]>,
        scheme: Option<Scheme>,
    ) -> Result<Side<'a>, Fault> {
        let side = Side::new(&self.list, sentences, scheme);
        side.map_err(|(index, problem)| problem.at(self.lines[index]))
    }
}
