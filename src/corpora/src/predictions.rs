//! Files of predictions, as conlleval reads them: columns separated by white
//! space, the word first, the gold tag last but one, the predicted tag last; an
//! empty line after each sentence.

use std::collections::HashMap;

use nerite::{JudgedSentence, Tag, TagError, TagSet};

use crate::{Columns, CorpusError, Fault, Format, MAX_BYTES, MAX_WORDS, Problem, conll, text};

/// More columns than any file of predictions has.
const MAX_COLUMNS: usize = 100;

/// Sentences with gold and predicted tags.
#[derive(Clone, Debug)]
pub struct Predictions {
    /// The tags that occur, in gold or in prediction.
    pub tags: TagSet,
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
    /// Reads a file's bytes, plain or gzipped, in UTF-8. `name` is what errors
    /// call it.
    ///
    /// # Errors
    ///
    /// What [`Problem`] lists, with the file and, where there is one, the line.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Self, CorpusError> {
        let read = || {
            let bytes = text::unpack(bytes, MAX_BYTES)?;
            let (text, _) = text::decode(&bytes, Format::Conll, None)?;
            Self::parse(&text)
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

    fn parse(text: &str) -> Result<Self, Fault> {
        let mut labels = Labels::default();
        let mut sentences: Vec<Sentence> = Vec::new();
        let mut shape = None;
        let mut within = false;
        let mut words = 0;
        for line in text::lines(text) {
            let (number, line) = line?;
            let columns: Vec<&str> = line
                .split([' ', '\t'])
                .filter(|column| !column.is_empty())
                .take(MAX_COLUMNS + 1)
                .collect();
            let word = columns.first().filter(|word| **word != conll::DOCUMENT);
            let Some(word) = word else {
                within = false;
                continue;
            };
            let (first, expected) = *shape.get_or_insert((number, columns.len()));
            check(columns.len(), first, expected).map_err(|problem| problem.at(number))?;
            if words == MAX_WORDS {
                return Err(Problem::TooManyWords.at(number));
            }
            words += 1;
            if !within {
                sentences.push(Sentence::default());
                within = true;
            }
            let mut tag = |place: usize| {
                let label = columns[columns.len() - place];
                let tag = labels.intern(label);
                tag.map_err(|problem| Problem::Tag(problem).at(number))
            };
            let (gold, predicted) = (tag(2)?, tag(1)?);
            let sentence = sentences.last_mut().expect("one has been started");
            sentence.words.push((*word).to_owned());
            sentence.gold.push(gold);
            sentence.predicted.push(predicted);
        }
        if sentences.is_empty() {
            return Err(Problem::NoSentence.into());
        }
        let tags = TagSet::new(labels.list.iter().map(String::as_str)).map_err(Problem::Tag)?;
        let places: Vec<u16> = labels
            .list
            .iter()
            .map(|label| tags.index(label).expect("the label is in the set") as u16)
            .collect();
        for own in &mut sentences {
            for tag in own.gold.iter_mut().chain(&mut own.predicted) {
                *tag = places[usize::from(*tag)];
            }
        }
        Ok(Self { tags, sentences })
    }
}

fn check(found: usize, first: usize, expected: usize) -> Result<(), Problem> {
    if !(3..=MAX_COLUMNS).contains(&expected) {
        return Err(Problem::PredictionColumns(Columns(found)));
    }
    if found != expected {
        let found = Columns(found);
        return Err(Problem::UnequalColumns {
            found,
            expected,
            first,
        });
    }
    Ok(())
}

/// Labels in the order of appearance.
#[derive(Default)]
struct Labels {
    list: Vec<String>,
    index: HashMap<String, u16>,
}

impl Labels {
    fn intern(&mut self, label: &str) -> Result<u16, TagError> {
        if let Some(&tag) = self.index.get(label) {
            return Ok(tag);
        }
        Tag::parse(label)?;
        if self.list.len() == nerite::MAX_TAGS {
            return Err(TagError::TooMany);
        }
        let tag = self.list.len() as u16;
        self.list.push(label.to_owned());
        self.index.insert(label.to_owned(), tag);
        Ok(tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Predictions, String> {
        Predictions::read("p", bytes).map_err(|error| error.to_string())
    }

    #[test]
    fn columns_are_read_as_conlleval_reads_them() {
        for text in [
            "EU B-org B-org\nsays O B-geo\n\nNo O O\n",
            "\u{feff}EU\tB-org\tB-org\r\nsays\tO\tB-geo\r\n\r\n\r\nNo\tO\tO",
            "-DOCSTART- O O\n\nEU NNP  I-NP B-org B-org \nsays VB x O B-geo\n \t\nNo DT x O O\n",
        ] {
            let found = read(text.as_bytes()).unwrap();
            assert_eq!(found.tags.labels(), ["B-geo", "B-org", "O"]);
            let sentences: Vec<_> = found.sentences().collect();
            assert_eq!(sentences.len(), 2, "{text:?}");
            assert_eq!(sentences[0].words, ["EU", "says"]);
            assert_eq!(sentences[0].gold, [1, 2]);
            assert_eq!(sentences[0].predicted, [1, 0]);
        }
    }

    #[test]
    fn broken_files_are_refused_with_their_line() {
        for (text, message) in [
            ("", "p: found no sentence, expected at least one"),
            (
                "a O\n",
                "p:1: found 2 columns, expected at least 3 separated by spaces or tabs: \
                 the word first, the gold tag and the predicted tag last",
            ),
            (
                "a O O\n\nb x O O\n",
                "p:3: found 4 columns, expected 3 as in line 1",
            ),
            (
                "a O O\nb O U-x\n",
                "p:2: found the tag \"U-x\", expected `O`, `B-x` or `I-x` with a type x without spaces",
            ),
            ("a\0 O O\n", "p:1: found a NUL character, expected text"),
        ] {
            assert_eq!(read(text.as_bytes()).unwrap_err(), message);
        }
        let many: String = (0..1025).map(|tag| format!("a O B-{tag}\n")).collect();
        let message = read(many.as_bytes()).unwrap_err();
        assert!(
            message.contains("more than 1024 different tags"),
            "{message}"
        );
        let wide = format!("a{} O O\n", " x".repeat(MAX_COLUMNS));
        assert!(
            read(wide.as_bytes())
                .unwrap_err()
                .contains("found 101 columns")
        );
        read(b"a \xff O O\n").unwrap_err();
    }
}
