//! What a set is made of, for reports and for names of caches.

use std::collections::HashMap;

use nerite::CorpusProvenance;
use nerite_fit::corpus_provenance;
use sha2::{Digest, Sha256};

use super::TrainingSet;

impl TrainingSet {
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
