//! Which types a set's files teach, and what of them was left unread: said
//! before the work begins, as a mistyped name would show in figures only.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use nerite::{SourceProvenance, Tag};

use super::TrainingSet;
use crate::corpus::{Corpus, TypeMap};
use crate::split::Split;

/// What a map did not read of a file, and the file's types before it.
pub(super) struct Unread {
    /// Types of the file that became `O`.
    left_out: Vec<String>,
    /// Types that the map names, and the file does not have.
    missing: Vec<String>,
    /// All types of the file.
    kinds: Vec<String>,
}

impl Unread {
    pub(super) fn of(corpus: &Corpus, map: Option<&TypeMap>) -> Self {
        let kinds = corpus.tags.kinds();
        let left_out = |kind: &&str| map.is_some_and(|map| map.target(kind).is_none());
        let missing = map.map(|map| map.missing(corpus)).unwrap_or_default();
        let owned = |kinds: Vec<&str>| kinds.into_iter().map(str::to_owned).collect();
        Self {
            left_out: owned(kinds.iter().copied().filter(left_out).collect()),
            missing: owned(missing),
            kinds: owned(kinds),
        }
    }
}

impl TrainingSet {
    /// A line on each file: what it is used for, how it was cut, which types it
    /// labels, which are unknown there, which are left out.
    pub fn overview(&self) -> Vec<String> {
        if let ([], [(file, test)]) = (&self.sources[..], &self.tests[..]) {
            let (train, test) = (self.originals, test.len());
            let kept = self.validation.as_ref().map_or(0, Vec::len);
            let kept = match kept {
                0 => String::new(),
                kept => format!(", {kept} to choose by"),
            };
            let cut = cut(&self.split);
            return vec![format!(
                "{file}: {train} sentences to train on{kept}, {test} to judge on{cut}"
            )];
        }
        let files = self.sources.iter().zip(&self.unread);
        let line = |(source, unread): (&SourceProvenance, &Unread)| {
            let mut uses = Vec::new();
            if source.train > 0 {
                uses.push(format!("{} sentences to train on", source.train));
            }
            if source.split == "validation" {
                uses.push("to choose by".to_owned());
            }
            if source.test > 0 {
                uses.push(format!("{} to judge on", source.test));
            }
            if uses.is_empty() {
                uses.push("no sentence is used".to_owned());
            }
            let cut = cut(&source.split);
            let mut line = format!("{}: {}{cut}", source.file, uses.join(", "));
            let labelled = |kind: &&str| source.labels.iter().any(|own| own == kind);
            let (known, others): (Vec<&str>, Vec<&str>) =
                self.tags.kinds().into_iter().partition(labelled);
            let open = |kind: &&str| {
                let open = self.open(&source.labels);
                open.iter()
                    .any(|&tag| self.tags.tag(usize::from(tag)).kind() == Some(kind))
            };
            let unknown = others.into_iter().filter(open).collect();
            for (what, kinds) in [
                ("types", known),
                ("unknown there", unknown),
                (
                    "left out",
                    unread.left_out.iter().map(String::as_str).collect(),
                ),
            ] {
                let kinds: Vec<&str> = kinds;
                if !kinds.is_empty() {
                    line += &format!("; {what}: {}", kinds.join(", "));
                }
            }
            line
        };
        files.map(line).collect()
    }

    /// What looks like a mistake, and is none for sure: a map's names that no
    /// file has which it is for, files to train on that label nothing, types
    /// that nothing teaches.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        let maps: BTreeSet<&String> = self.sources.iter().flat_map(|own| &own.map).collect();
        for map in maps {
            let files = || {
                let files = self.sources.iter().zip(&self.unread);
                files.filter(|(source, _)| source.map.as_ref() == Some(map))
            };
            let everywhere = |kind: &&String| files().all(|(_, own)| own.missing.contains(kind));
            let first = files().next().map(|(_, own)| &own.missing);
            let missing: Vec<&str> = first
                .into_iter()
                .flatten()
                .filter(everywhere)
                .map(String::as_str)
                .collect();
            if !missing.is_empty() {
                let found = files().map(|(source, own)| {
                    format!("{} has {}", source.file, listed(own.kinds.iter()))
                });
                warnings.push(format!(
                    "--map {map}: found no type {}; {}",
                    missing.join(", "),
                    found.collect::<Vec<_>>().join(", ")
                ));
            }
        }
        let kinds = self.tags.kinds();
        for source in &self.sources {
            if kinds.is_empty() || !source.labels.is_empty() {
                continue;
            }
            let consequence = match source.train {
                0 => "nothing that is found there counts as wrong",
                _ => "it teaches nothing",
            };
            warnings.push(format!(
                "{file}: found no entity, so that {consequence}; if entities are absent there, say \
                 of which types: --labelled {file}:{}",
                kinds.join(","),
                file = source.file,
            ));
        }
        let chosen_by: Vec<_> = self.validation_files().collect();
        let unseen = |kind: &&&str| {
            !chosen_by
                .iter()
                .any(|own| own.labels.contains(&(**kind).to_owned()))
        };
        let unseen: Vec<&str> = kinds
            .iter()
            .filter(|kind| self.is_taught(kind))
            .filter(unseen)
            .copied()
            .collect();
        if !chosen_by.is_empty() && !unseen.is_empty() {
            warnings.push(format!(
                "the files to choose by do not label {}: the epoch is chosen without a look at it",
                unseen.join(", ")
            ));
        }
        let untaught = self.untaught();
        if !untaught.is_empty() {
            warnings.push(format!(
                "found no entity of the type {} to train on: the head finds none, and those of test \
                 files count as missed",
                untaught.join(", ")
            ));
        }
        warnings
    }

    /// The files to choose by.
    fn validation_files(&self) -> impl Iterator<Item = &SourceProvenance> {
        self.sources.iter().filter(|own| own.split == "validation")
    }

    /// Sentences without any entity teach nothing.
    pub(super) fn check_taught(&self) -> Result<()> {
        let kinds = self.tags.kinds().len();
        ensure!(
            kinds > 0 && self.untaught().len() < kinds,
            "found no entity in the {} sentences to train on, expected some",
            self.originals
        );
        Ok(())
    }

    /// A test file that shares no type with what is trained on is a mistake.
    pub(super) fn check_types(&self) -> Result<()> {
        let trained = self.sources.iter().filter(|source| source.train > 0);
        let known: BTreeSet<&String> = trained.flat_map(|own| &own.labels).collect();
        for source in self.sources.iter().filter(|source| source.train == 0) {
            ensure!(
                source.labels.is_empty() || source.labels.iter().any(|own| known.contains(own)),
                "{}: found the types {}, of which no train file has one ({}); a `--map` reads them \
                 as others",
                source.file,
                source.labels.join(", "),
                listed(known.into_iter()),
            );
        }
        Ok(())
    }

    /// Says of each file what its `O` may stand for; once it is known which of
    /// them are fitted to.
    pub(super) fn open_groups(&mut self) {
        for number in 0..self.sources.len() {
            self.groups[number].open = self.open(&self.sources[number].labels);
        }
    }

    /// Whether a file to fit to labels a type.
    pub(super) fn is_taught(&self, kind: &str) -> bool {
        let mut fitted = self.sources.iter().filter(|source| source.train > 0);
        fitted.any(|source| source.labels.iter().any(|own| own == kind))
    }

    /// What `O` may stand for where only `labels` are labelled: any other type
    /// that some train file labels. One that none labels is absent: were it
    /// unknown everywhere, a head could find it anywhere.
    pub(super) fn open(&self, labels: &[String]) -> Vec<u16> {
        let unknown = |index: &usize| match self.tags.tag(*index) {
            Tag::Outside => true,
            Tag::Begin(kind) | Tag::Inside(kind) => {
                !labels.iter().any(|own| own == kind) && self.is_taught(kind)
            }
        };
        let outside = |index: &usize| self.tags.tag(*index) != Tag::Outside;
        let mut open: Vec<usize> = (0..self.tags.len()).filter(unknown).collect();
        // First what it counts as.
        open.sort_by_key(outside);
        // `O` alone is no choice.
        if open.len() > 1 {
            open.into_iter().map(|index| index as u16).collect()
        } else {
            Vec::new()
        }
    }

    /// The types of which no sentence to fit to has an entity.
    fn untaught(&self) -> Vec<&str> {
        let mut seen = vec![false; self.tags.len()];
        let sentences = self.originals().iter().map(|&number| self.at(number).1);
        for tag in sentences.flat_map(|sentence| &sentence.tags) {
            seen[usize::from(*tag)] = true;
        }
        let taught = |kind: &&str| {
            let own = |tag: usize| self.tags.tag(tag).kind() == Some(kind);
            (0..seen.len()).any(|tag| seen[tag] && own(tag))
        };
        let kinds = self.tags.kinds().into_iter();
        kinds.filter(|kind| !taught(kind)).collect()
    }
}

/// How a file was cut, in brackets; nothing for one that was not.
fn cut(split: &str) -> String {
    let about = split.parse::<Split>().ok().map(|split| split.about());
    about.map_or(String::new(), |about| format!(" ({split}: {about})"))
}

fn listed(kinds: impl Iterator<Item = impl AsRef<str>>) -> String {
    let kinds: Vec<String> = kinds.map(|kind| kind.as_ref().to_owned()).collect();
    if kinds.is_empty() {
        "none".to_owned()
    } else {
        kinds.join(", ")
    }
}
