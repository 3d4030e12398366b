//! What a set is made of, for reports and for names of caches.

use std::collections::HashMap;

use anyhow::{Result, bail};
use nerite::CorpusProvenance;
use nerite_fit::corpus_provenance;
use sha2::{Digest, Sha256};

use super::{Source, TrainingSet, file_name};

/// One file is for one purpose, whatever it is called.
///
/// # Errors
///
/// Two of the same contents.
pub(super) fn check_contents(sources: &[Source]) -> Result<()> {
    let mut contents = HashMap::new();
    for Source { corpus, .. } in sources {
        if let Some(other) = contents.insert(&corpus.sha256, &corpus.name) {
            bail!(
                "{}: found the very contents of {other}, expected each file once",
                corpus.name
            );
        }
    }
    Ok(())
}

impl TrainingSet {
    /// What a file is called, as no other is: those of two folders may have
    /// one name.
    pub(super) fn unique_name(&self, path: &str) -> String {
        let name = file_name(path);
        let taken = |name: &str| self.sources.iter().any(|own| own.file == name);
        let numbered = (2..).map(|number| format!("{name}-{number}"));
        let mut names = std::iter::once(name.clone()).chain(numbered);
        names
            .find(|name| !taken(name))
            .expect("there are more numbers than files")
    }

    /// How each file was cut, those to train on first: `train` for one that
    /// was not.
    pub fn splits(&self) -> Vec<&str> {
        if self.sources.is_empty() {
            return vec![&self.split];
        }
        self.sources.iter().map(|own| own.split.as_str()).collect()
    }

    /// The files by their contents: of several, together.
    pub(crate) fn provenance(&self) -> CorpusProvenance {
        let first = corpus_provenance(&self.groups[0].corpus);
        if self.sources.is_empty() {
            return first;
        }
        let files = &self.groups[..self.sources.len()];
        let mut digest = Sha256::new();
        for file in files {
            digest.update(&file.corpus.sha256);
        }
        CorpusProvenance {
            format: match &self.sources[..] {
                [one] => one.format.clone(),
                all => format!("{} files", all.len()),
            },
            sha256: match files {
                [one] => one.corpus.sha256.clone(),
                _ => format!("{:x}", digest.finalize()),
            },
            sentences: self.sentences,
            words: self.words,
            sources: [&self.sources[..], &self.lists]
                .concat()
                .into_iter()
                .chain(self.vectors.as_ref().map(|own| own.source.clone()))
                .collect(),
        }
    }

    /// What names this set: another has other files, parts or copies.
    pub fn digest(&self) -> String {
        let mut digest = Sha256::new();
        for group in &self.groups {
            digest.update(format!("{:?}", group.open));
            for sentence in &group.corpus.sentences {
                for word in &sentence.words {
                    digest.update(word);
                    digest.update("\n");
                }
                digest.update(
                    sentence
                        .tags
                        .iter()
                        .flat_map(|tag| tag.to_le_bytes())
                        .collect::<Vec<u8>>(),
                );
            }
        }
        for number in self.train.iter().chain(self.validation.iter().flatten()) {
            digest.update((*number as u64).to_le_bytes());
        }
        if let Some(own) = &self.vectors {
            digest.update(format!("{} {}", own.source.sha256, own.source.format));
        }
        format!("{:x}", digest.finalize())
    }

    /// Documents of these sentences, by numbers of no meaning; of a file that
    /// does not tell them apart, each sentence is one.
    pub(crate) fn documents(&self, part: &[usize]) -> Vec<usize> {
        let tells = self
            .groups
            .iter()
            .map(|group| !group.corpus.documents().is_empty());
        let tells: Vec<bool> = tells.collect();
        let mut numbers = HashMap::new();
        let documents = part.iter().map(|&number| {
            let (group, index) = self.place(number);
            let document = self.groups[group].corpus.sentences[index].document;
            let place = (group, if tells[group] { document } else { index });
            let next = numbers.len();
            *numbers.entry(place).or_insert(next)
        });
        documents.collect()
    }
}
