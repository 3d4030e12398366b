//! Sentences as they are read, before the meaning of their labels is known.

use std::collections::HashMap;

use nerite::{Tag, TagSet};

use crate::labels::Side;
use crate::{Fault, MAX_SENTENCES, MAX_WORDS, Problem, Scheme, Sentence, Text};

/// Sentences as they are read: their tags are indices into `labels`, which is
/// in the order of appearance.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    pub(crate) sentences: Vec<Sentence>,
    labels: Vec<Raw>,
    index: HashMap<String, u16>,
    /// The line of every word.
    lines: Vec<u32>,
    /// The document of the sentences to come.
    document: usize,
    /// Whether a sentence of the current document has been read.
    begun: bool,
}

#[derive(Debug)]
struct Raw {
    label: String,
    line: usize,
    count: usize,
}

/// Sentences whose tags are known.
pub(crate) struct Tagged {
    pub(crate) tags: TagSet,
    pub(crate) sentences: Vec<Sentence>,
    pub(crate) scheme: Scheme,
    /// What was found out about the tags, and done to them.
    pub(crate) note: String,
}

impl Rows {
    /// What is read from here on is another document's.
    pub(crate) fn start_document(&mut self) {
        self.document += usize::from(self.begun);
        self.begun = false;
    }

    /// Starts a sentence. A word must follow.
    pub(crate) fn start(&mut self, name: String) {
        self.begun = true;
        // Room for more words than there are is most of a short one's memory.
        if let Some(last) = self.sentences.last_mut() {
            last.words.shrink_to_fit();
            last.tags.shrink_to_fit();
        }
        self.sentences.push(Sentence {
            name,
            words: Vec::new(),
            tags: Vec::new(),
            document: self.document,
            text: None,
        });
    }

    /// Starts a sentence named by its number.
    pub(crate) fn start_numbered(&mut self) {
        self.start(format!("Sentence: {}", self.sentences.len() + 1));
    }

    /// The last sentence's running text.
    pub(crate) fn set_text(&mut self, text: Text) {
        if let Some(sentence) = self.sentences.last_mut() {
            debug_assert_eq!(sentence.words.len(), text.words.len());
            sentence.text = Some(text);
        }
    }

    /// Adds a word to the last sentence.
    pub(crate) fn push(&mut self, word: &str, label: &str, line: usize) -> Result<(), Problem> {
        // Only ASCII: the control character U+0085, white space to Unicode, is
        // a word of the GMB corpus.
        if word.trim_ascii().is_empty() {
            return Err(Problem::EmptyWord);
        }
        if self.lines.len() == MAX_WORDS {
            return Err(Problem::TooManyWords);
        }
        if self.sentences.len() > MAX_SENTENCES {
            return Err(Problem::TooManySentences);
        }
        let tag = self.intern(label, line)?;
        let sentence = self.sentences.last_mut().expect("a sentence was started");
        sentence.words.push(word.to_owned());
        sentence.tags.push(tag);
        self.lines.push(u32::try_from(line).unwrap_or(u32::MAX));
        Ok(())
    }

    /// The index of `label`, which is added if it is new.
    fn intern(&mut self, label: &str, line: usize) -> Result<u16, Problem> {
        if let Some(&tag) = self.index.get(label) {
            self.labels[usize::from(tag)].count += 1;
            return Ok(tag);
        }
        let too_many = |_| Problem::Tag(nerite::TagError::TooMany);
        let tag = u16::try_from(self.labels.len()).map_err(too_many)?;
        self.labels.push(Raw {
            label: label.to_owned(),
            line,
            count: 1,
        });
        self.index.insert(label.to_owned(), tag);
        Ok(tag)
    }

    /// Whether every label is a number, so that it has to be looked up.
    pub(crate) fn numbered(&self) -> bool {
        let number = |raw: &Raw| raw.label.bytes().all(|byte| byte.is_ascii_digit());
        !self.labels.is_empty() && self.labels.iter().all(number)
    }

    /// Puts names in the place of numbers.
    pub(crate) fn name_numbers(&mut self, names: &[String]) -> Result<(), Fault> {
        for raw in &mut self.labels {
            let number: usize = raw.label.parse().unwrap_or(usize::MAX);
            let problem = Problem::Number {
                number: number as i64,
                names: names.len(),
            };
            let name = names.get(number).ok_or_else(|| problem.at(raw.line))?;
            raw.label.clone_from(name);
        }
        Ok(())
    }

    /// Makes the tags IOB2, in the given scheme or in the one found out, and
    /// the tag set of those that are in use.
    pub(crate) fn finish(mut self, scheme: Option<Scheme>) -> Result<Tagged, Fault> {
        if self.sentences.is_empty() {
            return Err(Problem::NoSentence.into());
        }
        let lines = &self.lines;
        let line = |word: usize| lines[word] as usize;
        let sentences = || self.sentences.iter().map(|own| own.tags.as_slice());
        let labels: Vec<(&str, usize)> = (self.labels.iter())
            .map(|raw| (raw.label.as_str(), raw.count))
            .collect();
        let side = Side::new(&labels, sentences(), scheme)
            .map_err(|(index, problem)| problem.at(self.labels[index].line))?;
        let found = scheme.unwrap_or(side.evidence.scheme());
        let converted = side.convert(sentences(), found);
        let note = side.note(scheme, found, &converted, line);
        for (label, word) in &converted.labels {
            Tag::parse(label).map_err(|problem| Problem::Tag(problem).at(line(*word)))?;
        }
        let set = TagSet::new(converted.labels.iter().map(|(label, _)| label));
        let set = set.map_err(Problem::Tag)?;
        let places: Vec<u16> = (converted.labels.iter())
            .map(|(label, _)| set.index(label).expect("the label is in the set") as u16)
            .collect();
        for (sentence, tags) in self.sentences.iter_mut().zip(&converted.sentences) {
            for (tag, own) in sentence.tags.iter_mut().zip(tags) {
                *tag = places[usize::from(*own)];
            }
        }
        self.sentences.shrink_to_fit();
        Ok(Tagged {
            tags: set,
            sentences: self.sentences,
            scheme: found,
            note,
        })
    }
}
