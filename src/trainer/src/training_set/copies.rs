//! Altered copies of the sentences to train on, and texts of templates.

use anyhow::Result;
use nerite::SourceProvenance;

use super::{Group, SEED, TrainingSet, file_name};
use crate::augment::{Augmentations, GivenNames, Tagged, augment, is_labelled};
use crate::corpus::{self, Corpus};

impl TrainingSet {
    /// Adds altered copies of the train sentences, and texts of templates.
    pub(super) fn augment(
        &mut self,
        augmentations: &Augmentations,
        names: &GivenNames,
    ) -> Result<()> {
        if augmentations.is_empty() {
            return Ok(());
        }
        let sentences: Vec<Tagged> = self
            .train
            .iter()
            .map(|&number| {
                let (group, index) = self.place(number);
                let sentence = &self.groups[group].corpus.sentences[index];
                Tagged {
                    words: sentence.words.clone(),
                    tags: sentence.tags.clone(),
                }
            })
            .collect();
        let mut made = augment(&sentences, &self.tags, augmentations, names, SEED)
            .map_err(anyhow::Error::msg)?;
        self.forget_untaught(&mut made.texts);
        let lists = names.files().iter();
        self.lists = lists
            .map(|(file, sha256, count)| SourceProvenance {
                file: file_name(&file.path.to_string_lossy()),
                format: format!("list of names, {}: {count}", file.kind.name()),
                sha256: sha256.clone(),
                map: None,
                labels: Vec::new(),
                share: 1.0,
                cap: None,
                split: "names".to_owned(),
                train: 0,
                test: 0,
            })
            .collect();
        let mut copies: Vec<Vec<Tagged>> = self.groups.iter().map(|_| Vec::new()).collect();
        for (index, copy) in made.copies {
            copies[self.place(self.train[index]).0].push(copy);
        }
        for (group, copies) in copies.into_iter().enumerate() {
            let open = self.groups[group].open.clone();
            self.push("copies", group, copies, open);
        }
        let labelled: Vec<String> = self
            .tags
            .kinds()
            .into_iter()
            .filter(|kind| is_labelled(kind))
            .map(str::to_owned)
            .collect();
        let open = self.open(&labelled);
        self.push("texts", 0, made.texts, open);
        Ok(())
    }

    /// Texts of templates label what no train file does only if the test files
    /// have it, and would contradict the train files, where it is absent.
    fn forget_untaught(&self, texts: &mut [Tagged]) {
        let outside = self.tags.index("O").expect("a set of several files has O");
        for tag in texts.iter_mut().flat_map(|text| &mut text.tags) {
            let kind = self.tags.tag(usize::from(*tag)).kind();
            if kind.is_some_and(|kind| !self.is_taught(kind)) {
                *tag = outside as u16;
            }
        }
    }

    /// Adds made sentences as a group, all of it to train on.
    fn push(&mut self, what: &str, like: usize, made: Vec<Tagged>, open: Vec<u16>) {
        if made.is_empty() {
            return;
        }
        let first = self.starts[self.groups.len()];
        let model = &self.groups[like].corpus;
        let sentences: Vec<corpus::Sentence> = made
            .into_iter()
            .enumerate()
            .map(|(number, own)| corpus::Sentence {
                name: format!("{what} {number}"),
                words: own.words,
                tags: own.tags,
                document: 0,
                text: None,
            })
            .collect();
        let corpus = Corpus {
            name: format!("{} ({what})", model.name),
            format: model.format,
            encoding: model.encoding,
            scheme: model.scheme,
            sha256: String::new(),
            tags: self.tags.clone(),
            sentences,
            notes: Vec::new(),
        };
        self.train.extend(first..first + corpus.sentences.len());
        self.starts.push(first + corpus.sentences.len());
        self.groups.push(Group { corpus, open });
    }
}
