//! Figures of heads on corpora, by `nerite_fit::judge`, and the files that hold
//! them.
//!
//! A bundle's head is judged word for word as the page would have it: a report,
//! and a sample from which the page can check it.
//! Features are computed in f32 here, as in the page, and are not cached; a
//! training judges its heads on cached features, which are rounded to f16, so
//! that a word in thousands may get another tag.

mod apart;

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result, bail, ensure};
use nerite::{
    BundleFile, Decoder, Encoder, Head, Report, Sample, SampleSentence, SourceProvenance,
    SplitProvenance, Tokenizer,
};
use nerite_fit::{
    FitError, Judged, Live, Mapping, Occasion, Subject, corpus_provenance, part_provenance,
};

use crate::bundle;
use crate::corpus::{Corpus, TypeMap};
use crate::files;
use crate::split::Split;
use crate::terminal::column;
use crate::train::machine;

pub use apart::Apart;

/// No report is larger.
pub(crate) const MAX_REPORT_BYTES: u64 = 256 << 20;

/// Reads a stored report.
///
/// # Errors
///
/// A file that cannot be read, or that is no report of this version.
pub fn read_report(path: &Path) -> Result<Report> {
    parse_report(path, &files::read_bounded(path, MAX_REPORT_BYTES)?)
}

fn parse_report(path: &Path, json: &[u8]) -> Result<Report> {
    let name = || path.display().to_string();
    Report::from_json(std::str::from_utf8(json).with_context(name)?).with_context(name)
}

/// The report of a head's own training, as the manifest has it.
fn own_report(bundle: &Path, file: &BundleFile) -> Result<Report> {
    let path = bundle.join(&file.file);
    ensure!(
        file.bytes <= MAX_REPORT_BYTES,
        "{}: found {} bytes, expected at most {MAX_REPORT_BYTES}",
        path.display(),
        file.bytes
    );
    parse_report(&path, &bundle::read_file(bundle, file)?)
}

/// Reads a stored sample, and checks it.
///
/// # Errors
///
/// A file that cannot be read, or that is no sample whose figures follow from
/// its predictions.
pub fn read_sample(path: &Path) -> Result<Sample> {
    let json = files::read_bounded(path, MAX_REPORT_BYTES)?;
    let name = || path.display().to_string();
    Sample::from_json(std::str::from_utf8(&json).with_context(name)?).with_context(name)
}

/// The sentences that are judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Part {
    /// The whole corpus, without a split
    #[default]
    All,
    /// The test part of the split
    Test,
    /// The train part of the split
    Train,
}

/// What to judge on what.
pub struct Judging<'a> {
    /// The bundle's folder.
    pub bundle: &'a Path,
    /// The head, else the bundle's default.
    pub head: Option<&'a str>,
    /// The decoder, else the head's own.
    pub decoder: Option<Decoder>,
    /// The corpus.
    pub corpus: &'a Corpus,
    /// What the types of corpus and head become before they are compared.
    pub map: Option<&'a TypeMap>,
    /// The types that are judged, else all; words of others count as `O`.
    pub types: Option<&'a [String]>,
    /// Its split.
    pub split: Split,
    /// The part that is judged.
    pub part: Part,
    /// At most so many sentences go into the sample; 0 makes none.
    pub sample: usize,
    /// The command line, for the report.
    pub command: String,
}

/// What a judging leads to.
pub struct Outcome {
    /// The report.
    pub report: Report,
    /// The sample, if one is wanted.
    pub sample: Option<Sample>,
    /// `word gold predicted`, a word on each line, an empty line behind each
    /// sentence: what `nerite score` reads.
    pub predictions: String,
    /// If the head was fitted on a part of what is judged: the split of its
    /// training, or `train` if that was all of the file.
    pub fitted_on: Option<String>,
    /// Types that are named in `map` and `types`, and that neither corpus nor
    /// head has.
    pub unknown: Vec<String>,
    /// Types that one side alone has; none where `types` says what is judged.
    pub apart: Apart,
}

impl Judging<'_> {
    /// Runs encoder and head over the part, on all cores.
    ///
    /// # Errors
    ///
    /// A bundle that is not whole, a head that cannot do what is asked, a
    /// split that leaves a part empty.
    pub fn run(&self) -> Result<Outcome> {
        let start = Instant::now();
        let manifest = bundle::manifest(self.bundle)?;
        let entry = bundle::head_entry(self.bundle, &manifest, self.head)?;
        let read = |file| bundle::read_file(self.bundle, file);
        let encoder = Encoder::from_bytes(&read(&manifest.encoder)?)?;
        let vocabulary = encoder.config().vocabulary;
        let tokenizer = Tokenizer::from_bytes(&read(&manifest.tokenizer)?, vocabulary)?;
        let head = Head::from_bytes(&read(&entry.file)?)?;
        head.check_encoder(&encoder)?;
        let decoder = head.decoder(self.decoder)?;
        // The report of the head's own training, which says what it was fitted on.
        let own = entry.report.as_ref();
        let own = own.map(|file| own_report(self.bundle, file)).transpose()?;

        let types = self.types.map(<[String]>::to_vec);
        let mapping = Mapping::new(self.map.cloned(), types).context("--types")?;
        let mapped = mapping.corpus(self.corpus);
        let mapped = mapped.with_context(|| self.corpus.name.clone())?;
        let corpus = &mapped;
        let all: Vec<usize> = (0..corpus.sentences.len()).collect();
        let parts = match self.part {
            Part::All => None,
            _ => Some(self.split.parts(&corpus.names(), &corpus.documents())?),
        };
        let (part, split, name) = match (&parts, self.part) {
            (Some(parts), Part::Train) => (&parts.train, self.split.to_string(), "train part"),
            (Some(parts), _) => (&parts.test, self.split.to_string(), "test part"),
            (None, _) => (&all, "all".to_owned(), nerite_fit::WHOLE),
        };
        let fitted: &[usize] = parts.as_ref().map_or(&[], |parts| &parts.train);
        let split = SplitProvenance {
            name: split,
            train: part_provenance(corpus, fitted),
            test: part_provenance(corpus, part),
        };
        let corpus_found = corpus_provenance(corpus);
        // Only then are these the sentences that the head knows.
        let same_file = own
            .as_ref()
            .filter(|own| own.provenance.corpus.sha256 == corpus_found.sha256);
        let known = same_file.is_some_and(|own| own.provenance.split.train == split.train);
        let flatters = !(known && self.part == Part::Test);
        let single = |own: &&Report| own.provenance.corpus.sources.is_empty();
        let fitted_on = same_file.filter(single).filter(|_| flatters);
        let fitted_on = fitted_on.map(|own| own.provenance.split.name.clone());
        let sources = own.iter().flat_map(|own| &own.provenance.corpus.sources);
        let own_source = |source: &&SourceProvenance| {
            let cut = self.part == Part::Test && source.split == self.split.to_string();
            source.train > 0 && source.sha256 == corpus_found.sha256 && !cut
        };
        let source = sources.into_iter().find(own_source);
        let fitted_on = fitted_on.or_else(|| source.map(|source| source.split.clone()));
        let training = known.then(|| nerite_fit::training(corpus, fitted));

        let live = Live {
            tokenizer: &tokenizer,
            encoder: &encoder,
            head: &head,
            decoder,
        };
        let predictions = mapping.predictions(corpus, live).map_err(advised)?;
        let judged = match nerite_fit::judge(corpus, part, &predictions) {
            Err(FitError::Sentence(index, error)) => {
                bail!("sentence {}: {error}", corpus.sentences[index].name)
            }
            judged => judged?,
        };
        let evaluation = judged.evaluate(training.as_ref());
        let names = [manifest.name.as_str(), entry.id.as_str()];
        let subject = Subject::new(names, &encoder, &head, &entry.file.sha256, own.as_ref());
        let occasion = Occasion {
            corpus,
            part: name,
            split,
            settings: mapping.settings(decoder),
            machine: machine(&encoder),
            seconds: start.elapsed().as_secs_f64(),
            command: self.command.clone(),
        };
        let report = subject.report(evaluation, occasion);
        let kinds = head.config().tags.kinds();
        let apart = match self.types {
            Some(_) => Apart::default(),
            None => Apart::of(&report.entity, &self.mapped(&kinds), &corpus.tags.kinds()),
        };
        let sample = (self.sample > 0).then(|| sample(&report, decoder, &judged, self.sample));
        Ok(Outcome {
            report,
            sample,
            predictions: columns(&judged),
            fitted_on,
            unknown: self.unknown(&head),
            apart,
        })
    }
}

impl Judging<'_> {
    /// Types that are asked for and that neither side has: mistyped, or rare.
    fn unknown(&self, head: &Head) -> Vec<String> {
        let mut kinds = self.corpus.tags.kinds();
        kinds.extend(head.config().tags.kinds());
        let mapped = self.mapped(&kinds);
        let missing = self
            .map
            .map(|map| map.missing(self.corpus))
            .unwrap_or_default();
        let types = self.types.unwrap_or_default().iter().map(String::as_str);
        let unknown = missing.into_iter().filter(|kind| !kinds.contains(kind));
        let unknown = unknown.chain(types.filter(|kind| !mapped.contains(kind)));
        unknown.map(str::to_owned).collect()
    }

    /// What types become before they are compared.
    fn mapped<'b>(&'b self, kinds: &[&'b str]) -> Vec<&'b str> {
        match self.map {
            None => kinds.to_vec(),
            Some(map) => kinds.iter().filter_map(|kind| map.target(kind)).collect(),
        }
    }
}

/// An error with what helps against it here.
fn advised(error: FitError) -> anyhow::Error {
    match error {
        FitError::Types { .. } => anyhow::anyhow!("{error} (--map)"),
        error => error.into(),
    }
}

/// `word gold predicted`, a word on each line.
fn columns(judged: &Judged<'_>) -> String {
    let mut lines = String::new();
    for sentence in &judged.sentences {
        let tags = sentence.gold.iter().zip(&sentence.predicted);
        for (word, (gold, predicted)) in sentence.words.iter().zip(tags) {
            let tag = |tag: u16| column(judged.tags.label(usize::from(tag)));
            // White space would be another column.
            lines.extend(
                word.chars()
                    .map(|c| if c.is_whitespace() { '_' } else { c }),
            );
            lines += &format!("\t{}\t{}\n", tag(*gold), tag(*predicted));
        }
        lines.push('\n');
    }
    lines
}

/// Checks before the work that its outcome can be written to `path`.
///
/// # Errors
///
/// A path that is a folder's or that of a file that is no report, or whose
/// folder cannot be written to.
pub fn check_report_path(path: &Path) -> Result<()> {
    ensure!(
        path.extension().is_some_and(|own| own == "json"),
        "{}: expected a name that ends in .json",
        path.display()
    );
    check_writable(path)?;
    ensure!(
        !path.exists() || read_report(path).is_ok(),
        "{}: found a file that is no report, expected a new one or a report to write over",
        path.display()
    );
    let beside = sample_path(path);
    let is_sample = || {
        let json = files::read_bounded(&beside, MAX_REPORT_BYTES).ok()?;
        Sample::from_json(std::str::from_utf8(&json).ok()?).ok()
    };
    ensure!(
        !beside.exists() || is_sample().is_some(),
        "{}: found a file that is no sample, beside which a report would stand, expected another \
         name for the report",
        beside.display()
    );
    Ok(())
}

/// Where the sample of a report is: `x.sample.json` beside `x.json`.
pub fn sample_path(report: &Path) -> PathBuf {
    report.with_extension(bundle::SAMPLE)
}

/// The same for any other file.
///
/// # Errors
///
/// As [`check_report_path`].
pub fn check_writable(path: &Path) -> Result<()> {
    ensure!(
        !path.is_dir(),
        "{}: found a folder, expected a file's name",
        path.display()
    );
    files::check_writable(path)
}

/// At most `count` sentences, equally far apart.
fn sample(report: &Report, decoder: Decoder, judged: &Judged<'_>, count: usize) -> Sample {
    let Judged {
        tags, sentences, ..
    } = judged;
    let count = count.min(sentences.len());
    let places = (0..count).map(|index| index * sentences.len() / count);
    let chosen = places.map(|place| {
        let own = &sentences[place];
        let none = own.without_subword.iter().all(|dropped| !dropped);
        SampleSentence {
            place,
            words: own.words.iter().map(|&word| word.to_owned()).collect(),
            gold: own.gold.clone(),
            predicted: own.predicted.clone(),
            without_subword: if none {
                Vec::new()
            } else {
                own.without_subword.clone()
            },
        }
    });
    let found = &report.provenance;
    let hashes = [
        &found.encoder.sha256,
        &found.head.sha256,
        &found.split.test.sha256,
    ];
    Sample::new(
        hashes.map(String::clone),
        decoder,
        tags.clone(),
        chosen.collect(),
    )
}

/// Writes a report, and its sample beside it: `x.sample.json` beside
/// `x.json`. In a folder of bundles, the index learns of it.
///
/// # Errors
///
/// A disk that fails.
pub fn write(judged: &Outcome, out: &Path) -> Result<()> {
    files::write_whole(out, judged.report.to_json().as_bytes())?;
    let beside = sample_path(out);
    match &judged.sample {
        Some(sample) => files::write_whole(&beside, sample.to_json().as_bytes())?,
        // One of an earlier report would not fit.
        None => std::fs::remove_file(beside).or_else(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Ok(()),
            _ => Err(error),
        })?,
    }
    let folder = out.canonicalize()?;
    match folder.parent().and_then(Path::parent) {
        Some(bundle) if bundle::manifest(bundle).is_ok() => bundle::refresh_index(bundle),
        _ => Ok(()),
    }
}
