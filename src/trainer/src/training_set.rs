//! What a head is fitted to and judged on: one corpus and its split, or
//! several files, each with its own types.
//!
//! A file labels some types only. What it leaves out and another train file
//! labels is unknown there, not absent: its `O` may be any such type, and what
//! a head says of it is neither right nor wrong.

mod copies;
mod encoded;
mod provenance;
mod sampling;
mod types;

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail, ensure};
use nerite::{SourceProvenance, TagSet, WordVectors};
use nerite_fit::{Gold, Labelled};

use crate::augment::{Augmentations, GivenNames};
use crate::corpus::{self, Corpus, TypeMap};
use crate::split::Split;
use crate::word_vectors::GivenVectors;
pub use encoded::Encoded;
use provenance::check_contents;
use sampling::{drawn, renumber, without};
use types::Unread;

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Use {
    /// Cut in two: one part to train on, one to test on.
    Split(Split),
    /// All of it to train on.
    Train,
    /// All of it to choose the epoch and the temperature by.
    Validation,
    /// All of it to test on.
    Test,
}

/// A file, and what is to be done with it.
pub struct Source {
    /// The file's content.
    pub corpus: Corpus,
    /// Its types read as others; `None` leaves them as they are.
    pub map: Option<TypeMap>,
    /// The types that it labels, after the map; `None` for those that occur.
    pub labels: Option<Vec<String>>,
    /// The share of its train part that is used, of which at most...
    pub share: f64,
    /// ...so many sentences.
    pub cap: Option<usize>,
    /// What it is for.
    pub used: Use,
}

/// Sentences of one origin.
struct Group {
    /// Its tags are indices into the set's.
    corpus: Corpus,
    /// What `O` may stand for here, `O` first; empty if it is just that.
    open: Vec<u16>,
}

/// Sentences to fit to, to choose by and to test on, by number.
pub struct TrainingSet {
    tags: TagSet,
    groups: Vec<Group>,
    /// The number of each group's first sentence, and one past the last.
    starts: Vec<usize>,
    /// The sentences to fit to, altered copies last.
    pub train: Vec<usize>,
    /// How many of `train` are sentences of the files.
    originals: usize,
    /// The sentences to choose by, if they are given.
    pub validation: Option<Vec<usize>>,
    /// The parts to judge on, each with the name of its file.
    pub tests: Vec<(String, Vec<usize>)>,
    /// How the files were cut, for the reports.
    pub split: String,
    /// Every file, for the reports; none for one whole corpus with its split.
    sources: Vec<SourceProvenance>,
    /// What maps did not read of each.
    unread: Vec<Unread>,
    /// Lists of names that were drawn from.
    lists: Vec<SourceProvenance>,
    /// Vectors of words that heads are to know.
    vectors: Option<GivenVectors>,
    /// Sentences and words of the files, used or not.
    sentences: u64,
    words: u64,
}

/// What follows from a number of sentences.
pub type ByCount<'a> = dyn Fn(usize) -> Result<f64> + 'a;

/// The seed of what is drawn of a file and of altered copies: the same for all
/// heads, whose seeds are about fitting.
const SEED: u64 = 0;

impl TrainingSet {
    /// One corpus, cut by `split`. A validation part of single sentences is left
    /// to whoever fits, who draws it by the fit's own seed; of whole documents or
    /// blocks, it is cut here, as [`TrainingSet::of`] does.
    ///
    /// # Errors
    ///
    /// A split that leaves a part empty, a train part without any entity.
    pub fn single(
        corpus: Corpus,
        split: Split,
        (validation, sentences): (&ByCount<'_>, bool),
    ) -> Result<Self> {
        let parts = split.parts(&corpus.names(), &corpus.documents())?;
        let count = corpus.sentences.len();
        let mut set = Self {
            tags: corpus.tags.clone(),
            starts: vec![0, count],
            originals: parts.train.len(),
            train: parts.train,
            validation: None,
            tests: vec![(file_name(&corpus.name), parts.test)],
            split: split.to_string(),
            groups: vec![Group {
                corpus,
                open: Vec::new(),
            }],
            sources: Vec::new(),
            unread: Vec::new(),
            lists: Vec::new(),
            vectors: None,
            sentences: 0,
            words: 0,
        };
        if !sentences && !matches!(split, Split::Sklearn(_)) {
            let groups = set.together(&set.train, Use::Split(split));
            let share = validation(set.train.len())?;
            let (train, kept) = without(&set.train, &groups, share);
            set.originals = train.len();
            set.train = train;
            set.validation = (!kept.is_empty()).then_some(kept);
        }
        set.check_taught()?;
        Ok(set)
    }

    /// Several files, or one that is mapped, capped or augmented. Where no file
    /// is given to choose by, `validation` says of the number of train
    /// sentences which share of each train part is kept for it, in whole
    /// documents where the file has them, or blocks where it is split so, and
    /// one by one if `sentences` says so; altered copies are made of the rest.
    ///
    /// # Errors
    ///
    /// Maps and labels that do not fit their file, files with nothing in
    /// common to train and to test, one file for two purposes, a split that
    /// leaves a part empty, train files without any entity, augmentations that
    /// the types do not allow.
    pub fn of(
        sources: Vec<Source>,
        augmentations: &Augmentations,
        names: &GivenNames,
        (validation, sentences): (&ByCount<'_>, bool),
    ) -> Result<Self> {
        check_contents(&sources)?;
        let mut mapped = Vec::new();
        let mut unread = Vec::new();
        for source in sources {
            let Source { corpus, map, .. } = &source;
            let path = corpus.name.clone();
            unread.push(Unread::of(corpus, map.as_ref()));
            let corpus = match map {
                Some(map) => map.apply(corpus).with_context(|| path.clone())?,
                None => corpus.clone(),
            };
            let found = corpus.tags.kinds().into_iter().map(str::to_owned);
            let labels: Vec<String> = match &source.labels {
                None => found.collect(),
                Some(labels) => {
                    if let Some(other) = found.into_iter().find(|kind| !labels.contains(kind)) {
                        bail!(
                            "{path}: found the type {other}, expected only the given ones: {}",
                            labels.join(", ")
                        );
                    }
                    labels.clone()
                }
            };
            mapped.push((source, corpus, labels));
        }
        let all = mapped.iter().flat_map(|(.., labels)| labels);
        let all = all.flat_map(|kind| [format!("B-{kind}"), format!("I-{kind}")]);
        let tags = TagSet::new(all.chain(["O".to_owned()]))?;
        let mut set = Self {
            tags,
            groups: Vec::new(),
            starts: vec![0],
            train: Vec::new(),
            originals: 0,
            validation: None,
            tests: Vec::new(),
            split: String::new(),
            sources: Vec::new(),
            unread,
            lists: Vec::new(),
            vectors: None,
            sentences: 0,
            words: 0,
        };
        let given = mapped
            .iter()
            .any(|(source, ..)| source.used == Use::Validation);
        let mut train = Vec::new();
        for (source, corpus, labels) in mapped {
            train.push((source.used, set.add(source, corpus, &labels)?));
        }
        let count = train.iter().map(|(_, part)| part.len()).sum();
        let share = if given { 0.0 } else { validation(count)? };
        for (number, (used, part)) in train.into_iter().enumerate() {
            let groups = match sentences {
                true => (0..part.len()).collect(),
                false => set.together(&part, used),
            };
            let (rest, kept) = without(&part, &groups, share);
            set.sources[number].train = rest.len() as u64;
            set.train.extend(rest);
            if !kept.is_empty() {
                set.validation.get_or_insert_default().extend(kept);
            }
        }
        ensure!(
            !set.train.is_empty(),
            "found no sentence to train on, expected a file for it"
        );
        set.check_types()?;
        set.open_groups();
        set.originals = set.train.len();
        set.check_taught()?;
        set.augment(augmentations, names)?;
        let mut ways: Vec<String> = set
            .sources
            .iter()
            .map(|source| source.split.clone())
            .collect();
        ways.dedup();
        set.split = ways.join(", ");
        Ok(set)
    }

    /// The same, for heads that know these vectors of words.
    pub fn with_vectors(self, vectors: Option<GivenVectors>) -> Self {
        Self { vectors, ..self }
    }

    /// The vectors of words that heads are to know.
    pub fn vectors(&self) -> Option<&Arc<WordVectors>> {
        self.vectors.as_ref().map(|own| &own.vectors)
    }

    /// Adds a file's sentences, and their numbers to the parts; those to train
    /// on are returned.
    fn add(&mut self, source: Source, mut corpus: Corpus, labels: &[String]) -> Result<Vec<usize>> {
        let path = corpus.name.clone();
        let name = self.unique_name(&path);
        self.adopt(&mut corpus);
        let first = self.starts[self.groups.len()];
        let count = corpus.sentences.len();
        let all = || (first..first + count).collect::<Vec<usize>>();
        let mut train = Vec::new();
        let mut judged = 0;
        let split = match source.used {
            Use::Train => {
                train = all();
                "train".to_owned()
            }
            Use::Validation => {
                self.validation.get_or_insert_default().extend(all());
                "validation".to_owned()
            }
            Use::Test => {
                judged = count;
                self.tests.push((name.clone(), all()));
                "test".to_owned()
            }
            Use::Split(split) => {
                let parts = split
                    .parts(&corpus.names(), &corpus.documents())
                    .with_context(|| path.clone())?;
                let numbers = |part: Vec<usize>| part.into_iter().map(|index| first + index);
                judged = parts.test.len();
                train = numbers(parts.train).collect();
                let test = numbers(parts.test).collect();
                self.tests.push((name.clone(), test));
                split.to_string()
            }
        };
        let mut fitted = drawn(train.clone(), source.share, source.cap);
        ensure!(
            train.is_empty() || !fitted.is_empty(),
            "{path}: found {} sentences to train on, of which --share and --cap leave none",
            train.len()
        );
        self.sentences += count as u64;
        self.words += corpus.words() as u64;
        if fitted.len() < train.len() {
            // What is not used need not be encoded, which takes hours of large
            // corpora and gigabytes.
            let test = self.tests.last_mut().filter(|_| judged > 0);
            let test = test.map_or(&mut [][..], |(_, part)| part);
            renumber(&mut corpus, first, [&mut fitted, test]);
        }
        let count = corpus.sentences.len();
        self.sources.push(SourceProvenance {
            file: name,
            format: corpus.read_as(),
            sha256: corpus.sha256.clone(),
            map: source.map.as_ref().map(ToString::to_string),
            labels: labels.to_vec(),
            share: source.share,
            cap: source.cap.map(|cap| cap as u64),
            split,
            train: 0,
            test: judged as u64,
        });
        self.groups.push(Group {
            corpus,
            open: Vec::new(),
        });
        self.starts.push(first + count);
        Ok(fitted)
    }

    /// Points a corpus's tags to the set's.
    fn adopt(&self, corpus: &mut Corpus) {
        let place = |label: &String| self.tags.index(label);
        let places: Vec<Option<usize>> = corpus.tags.labels().iter().map(place).collect();
        for tag in corpus.sentences.iter_mut().flat_map(|own| &mut own.tags) {
            let place = places[usize::from(*tag)].expect("the set has every file's tags");
            *tag = place as u16;
        }
        corpus.tags = self.tags.clone();
    }

    /// The group of a sentence, and its index there.
    fn place(&self, number: usize) -> (usize, usize) {
        let group = self.starts.partition_point(|&start| start <= number) - 1;
        (group, number - self.starts[group])
    }

    fn at(&self, number: usize) -> (&Group, &corpus::Sentence) {
        let (group, index) = self.place(number);
        let group = &self.groups[group];
        (group, &group.corpus.sentences[index])
    }

    /// The tags of all files.
    pub fn tags(&self) -> &TagSet {
        &self.tags
    }

    /// The sentences of the files to fit to, without altered copies.
    pub fn originals(&self) -> &[usize] {
        &self.train[..self.originals]
    }

    /// All sentences to judge on.
    pub fn test(&self) -> Vec<usize> {
        self.tests
            .iter()
            .flat_map(|(_, part)| part)
            .copied()
            .collect()
    }

    /// Names sentences for provenance: the file, if there are several, and the
    /// sentence's own name.
    pub fn names<'a>(&'a self, part: &'a [usize]) -> impl Iterator<Item = &'a str> {
        part.iter().map(|&number| self.at(number).1.name.as_str())
    }
}

/// A file's name without its folder, which is this machine's own.
fn file_name(path: &str) -> String {
    let name = Path::new(path).file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

impl Labelled for TrainingSet {
    fn tags(&self) -> &TagSet {
        &self.tags
    }

    fn sentence(&self, number: usize) -> (Vec<&str>, Vec<Gold<'_>>) {
        let (group, sentence) = self.at(number);
        let words = sentence.words.iter().map(String::as_str).collect();
        (words, group.gold(sentence))
    }
}
