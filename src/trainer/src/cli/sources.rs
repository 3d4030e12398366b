use std::collections::BTreeSet;
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Context, Result, anyhow, ensure};
use nerite_trainer::augment::{Augmentation, Augmentations, GivenNames, NameFile, NameKind};
use nerite_trainer::corpus::{Corpus, TypeMap};
use nerite_trainer::progress;
use nerite_trainer::split::Split;
use nerite_trainer::terminal::shown;
use nerite_trainer::training_set::{ByCount, Source, TrainingSet, Use};
use nerite_trainer::word_vectors::{GivenVectors, MAX_VECTOR_WORDS};

use super::choice::names;
use super::per_file::{PerFile, is, value};
use super::reading::ReadingPerFile;

/// The files of a training.
///
/// What may differ from file to file is given as `VALUE` for all of them, or as
/// `FILE:VALUE` for one, FILE being its path or how that ends.
#[derive(clap::Args)]
pub(super) struct SourcesArguments {
    /// The corpora to train on; several are one training, each with its own
    /// types. What a file does not label, and another one does, is unknown
    /// there, not absent
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    reading: ReadingPerFile,
    /// Choose the epoch and the temperature by this file, instead of by a share
    /// of the train part
    #[arg(long, value_name = "FILE")]
    dev: Vec<PathBuf>,
    /// Judge on this file; the files to train on are then used whole, unless
    /// they have a `--split`. Several give a report each and one over all
    #[arg(long, value_name = "FILE")]
    test: Vec<PathBuf>,
    /// Read types as others, as in geo=LOC,gpe=LOC,per=PER, in all files, those
    /// of --dev and --test as well; or gmb.csv:geo=LOC,per=PER in one, by its
    /// path or how that ends, for which no other map counts then. A type that is
    /// left out is O, or unknown where another file labels it; with *=* it stays
    #[arg(long, value_name = "[FILE:]OLD=NEW,...")]
    map: Vec<String>,
    /// The types that a file labels, after the map, where some of them do not
    /// occur in it: a file of texts without any entity needs this, or it says
    /// nothing [default: those that occur]
    #[arg(long, value_name = "[FILE:]TYPE,...")]
    labelled: Vec<String>,
    /// Use this share of a file's train part, drawn at random
    #[arg(long, value_name = "[FILE:]SHARE")]
    share: Vec<String>,
    /// Use at most so many sentences of a file's train part
    #[arg(long, value_name = "[FILE:]SENTENCES")]
    cap: Vec<String>,
    /// How to cut a file into a train and a test part: `documents` keeps whole
    /// documents together, `blocks` runs of 50 sentences, `sklearn` draws
    /// sentences as scikit-learn does, which flatters; with a test size and a
    /// seed, as in documents:0.1:7, else 0.2 and 123. Or none: all of it is to
    /// train on [default: none where --test is given, else documents where the
    /// file tells of five or more (-DOCSTART- lines, ids, texts), else sklearn]
    #[arg(long, value_name = "[FILE:]SPLIT", value_parser = value::<MaySplit>)]
    split: Vec<String>,
    /// Draw the sentences to choose the epoch by one by one, where the files
    /// tell of documents or are cut into blocks, which else are kept together
    #[arg(long)]
    validation_sentences: bool,
    #[arg(long, value_name = "KIND=SHARE,...", help = about_augment())]
    augment: Option<Augmentations>,
    #[arg(long, value_name = "KIND=FILE", requires = "augment", help = about_names())]
    names: Vec<NameFile>,
    /// What is known of words beyond the corpora: a text file of word vectors, as
    /// GloVe and fastText publish them (a word and its numbers a line, plain or
    /// gzipped; scripts/word-vectors makes one for English). Heads learn from
    /// them and keep what they need
    #[arg(long, value_name = "FILE")]
    vectors: Option<PathBuf>,
    /// How many words to keep of them, from the file's start
    #[arg(long, value_name = "COUNT", requires = "vectors", default_value_t = VECTOR_WORDS, value_parser = vector_words)]
    vector_words: usize,
}

/// Words that a head keeps vectors of: at fourteen bytes each, 1.7 MB.
const VECTOR_WORDS: usize = 120_000;

fn vector_words(text: &str) -> Result<usize, String> {
    let range = 1..=MAX_VECTOR_WORDS;
    let count = text.parse().ok().filter(|count| range.contains(count));
    count.ok_or_else(|| format!("expected a number from 1 to {MAX_VECTOR_WORDS}"))
}

fn about_augment() -> String {
    let kinds = names(Augmentation::ALL, Augmentation::name);
    format!(
        "Fit to altered copies of the train sentences and to texts of templates as well, as shares \
         of the train part: all=0.1, or some of {kinds}, as in capitals=0.1,plain=0.05"
    )
}

fn about_names() -> String {
    let kinds = names(&NameKind::ALL, NameKind::name);
    format!(
        "Names for those copies and texts to draw from, one a line: {kinds} (scripts/name-lists \
         makes all of them)"
    )
}

/// A split, or the word that says that there is none.
#[derive(Clone, Copy)]
struct MaySplit(Option<Split>);

impl FromStr for MaySplit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "none" => Ok(Self(None)),
            text => text
                .parse()
                .map(|split| Self(Some(split)))
                .map_err(|error: nerite_trainer::split::SplitError| error.to_string()),
        }
    }
}

impl SourcesArguments {
    /// What may differ from file to file, beside how it is read.
    fn flags(&self) -> [PerFile<'_>; 5] {
        let flag = |flag, values, is_value: fn(&str) -> bool| PerFile {
            flag,
            values,
            files: self.every(),
            is_value,
        };
        [
            flag("map", &self.map, |_| false),
            flag("labelled", &self.labelled, |_| false),
            flag("share", &self.share, |_| false),
            flag("cap", &self.cap, |_| false),
            flag("split", &self.split, is::<MaySplit>),
        ]
    }

    /// All files.
    fn every(&self) -> Vec<&PathBuf> {
        let every = self.files.iter().chain(&self.dev).chain(&self.test);
        every.collect()
    }

    /// Whether it is one file and its split, used as it is.
    fn is_single(&self) -> bool {
        let rest = [&self.map, &self.labelled, &self.share, &self.cap];
        self.files.len() == 1
            && self.dev.is_empty()
            && self.test.is_empty()
            && rest.iter().all(|values| values.is_empty())
            && self.vectors.is_none()
            && self.augment.as_ref().is_none_or(Augmentations::is_empty)
    }

    /// Whether the epoch is chosen by files of its own.
    pub(super) fn has_dev(&self) -> bool {
        !self.dev.is_empty()
    }

    /// Reads every file and puts them together; `validation` says of so many
    /// train sentences which share is kept to choose by. What comes of it is
    /// said.
    pub(super) fn read(&self, validation: &ByCount<'_>) -> Result<TrainingSet> {
        let set = self.put_together(validation)?;
        for line in set.overview() {
            progress::say(&shown(&line));
        }
        for warning in set.warnings() {
            progress::warn(&warning);
        }
        Ok(set)
    }

    fn put_together(&self, validation: &ByCount<'_>) -> Result<TrainingSet> {
        let [maps, labels, shares, caps, splits] = self.flags();
        let every = self.every();
        let repeated = |file: &&&PathBuf| every.iter().filter(|own| own == file).count() > 1;
        if let Some(file) = every.iter().find(repeated) {
            return Err(anyhow!(
                "{}: found the file twice, expected it once",
                file.display()
            ));
        }
        for flag in self.reading.flags(&every).iter().chain(&self.flags()) {
            flag.check()?;
        }
        let validation = (validation, self.validation_sentences);
        // None: it depends on what is in the file.
        let mut uses: Vec<(&PathBuf, Option<Use>)> = Vec::new();
        for file in &self.files {
            let used = match splits.read(file)? {
                Some(MaySplit(split)) => Some(split.map_or(Use::Train, Use::Split)),
                None => (!self.test.is_empty()).then_some(Use::Train),
            };
            uses.push((file, used));
        }
        uses.extend(self.dev.iter().map(|file| (file, Some(Use::Validation))));
        uses.extend(self.test.iter().map(|file| (file, Some(Use::Test))));
        let usual = |corpus: &Corpus| Use::Split(Split::usual(&corpus.documents()));
        if self.is_single()
            && let [(file, used @ (None | Some(Use::Split(_))))] = uses[..]
        {
            let corpus = self.reading.of(&every, file)?.read(file)?;
            if let Use::Split(split) = used.unwrap_or_else(|| usual(&corpus)) {
                return TrainingSet::single(corpus, split, validation)
                    .with_context(|| file.display().to_string());
            }
        }
        // All that is wrong with the arguments is told before the first file is
        // read, which may take a while.
        let mut planned = Vec::new();
        for (file, used) in uses {
            let share = |share: &f64| *share > 0.0 && *share <= 1.0;
            let share = shares.number(file, share, "more than 0 and at most 1, such as 0.5")?;
            let cap = caps.number(file, |_| true, "a number of sentences, such as 5000")?;
            if matches!(used, Some(Use::Validation | Use::Test)) {
                for flag in [&shares, &caps, &splits] {
                    ensure!(
                        flag.values
                            .iter()
                            .all(|value| flag.own(value, file).is_none()),
                        "--{} for {}: found a file that is not to train on, expected one that is",
                        flag.flag,
                        file.display()
                    );
                }
            }
            let labels = labels.of(file).map(|list| {
                let kinds: BTreeSet<&str> =
                    list.split(',').filter(|kind| !kind.is_empty()).collect();
                kinds.into_iter().map(str::to_owned).collect()
            });
            let map: Option<TypeMap> = maps.read(file)?;
            let reading = self.reading.of(&every, file)?;
            let source = move |corpus| Source {
                used: used.unwrap_or_else(|| usual(&corpus)),
                corpus,
                map,
                labels,
                share: share.unwrap_or(1.0),
                cap,
            };
            planned.push((file, reading, source));
        }
        let mut sources = Vec::new();
        for (file, reading, source) in planned {
            sources.push(source(reading.read(file)?));
        }
        let augment = self.augment.clone().unwrap_or_default();
        let names = GivenNames::read(&self.names)?;
        let vectors = self.vectors.as_ref();
        let vectors = vectors.map(|path| GivenVectors::read(path, self.vector_words));
        let set = TrainingSet::of(sources, &augment, &names, validation)
            .context("the files do not make a training")?;
        Ok(set.with_vectors(vectors.transpose()?))
    }

    /// The arguments as they would be typed again for `set`, whose splits are
    /// told whether they were asked for or not; files are named without their
    /// folders, which are this machine's own.
    pub(super) fn words(&self, set: &TrainingSet) -> Vec<String> {
        let every = self.every();
        let name = |file: &PathBuf| {
            let same = |own: &&&PathBuf| own.file_name() == file.file_name();
            // Of two files of one name, the folder tells which it is.
            let parts = 1 + usize::from(every.iter().filter(same).count() > 1);
            let parts = file.iter().skip(file.iter().count().saturating_sub(parts));
            parts.collect::<PathBuf>().to_string_lossy().into_owned()
        };
        let mut words: Vec<String> = self.files.iter().map(name).collect();
        for (flag, files) in [("--dev", &self.dev), ("--test", &self.test)] {
            words.extend(files.iter().flat_map(|file| [flag.to_owned(), name(file)]));
        }
        let reading = self.reading.flags(&every).into_iter();
        let flags = reading.chain(self.flags());
        for flag in flags.filter(|flag| flag.flag != "split") {
            for value in flag.values {
                let own =
                    |file: &&PathBuf| Some(format!("{}:{}", name(file), flag.own(value, file)?));
                let mut values: Vec<String> = every.iter().filter_map(own).collect();
                if values.is_empty() {
                    values.push(value.clone());
                }
                for value in values {
                    words.extend([format!("--{}", flag.flag), value]);
                }
            }
        }
        for (file, split) in self.files.iter().zip(set.splits()) {
            let split = match split.parse::<Split>() {
                Ok(_) => split,
                Err(_) if self.test.is_empty() => "none",
                Err(_) => continue,
            };
            let split = match self.files.len() {
                1 => split.to_owned(),
                _ => format!("{}:{split}", name(file)),
            };
            words.extend(["--split".to_owned(), split]);
        }
        words.extend(
            self.validation_sentences
                .then(|| "--validation-sentences".to_owned()),
        );
        if let Some(augment) = &self.augment {
            words.extend(["--augment".to_owned(), augment.to_string()]);
        }
        for names in &self.names {
            words.extend(["--names".to_owned(), names.to_string()]);
        }
        if let Some(vectors) = &self.vectors {
            words.extend(["--vectors".to_owned(), name(vectors)]);
            words.extend(["--vector-words".to_owned(), self.vector_words.to_string()]);
        }
        words
    }
}
