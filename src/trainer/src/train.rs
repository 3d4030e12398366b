//! One whole training: corpus, split and encoder to two heads and two
//! reports, the untrained head's and the fitted one's.

mod layers;
mod provenance;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use nerite::{Head, HeadConfig, REPORT_FORMAT, REPORT_VERSION, Report, head_numbers};
use nerite_encoders::Quantized;
use nerite_fit::{Cached, Fitted, Judged, Settings, Task, TypeScores, Validation, untrained};
use sha2::{Digest, Sha256};

use crate::evaluation::{MAX_REPORT_BYTES, read_report};
use crate::files::{self, LockedFolder};
use crate::fitting::{Begun, check};
use crate::progress;
use crate::training_set::{Encoded, TrainingSet};
pub use layers::Layers;
pub(crate) use provenance::machine;

/// What a run has fitted so far, in its folder.
const CHECKPOINT: &str = "checkpoint.safetensors";
/// The file of a head in its folder.
pub const HEAD: &str = "head.safetensors";
/// The file of a report in its head's folder.
pub const REPORT: &str = "report.json";
/// The folder of the reports on single test files, in a head's folder.
pub const REPORTS: &str = "reports";

/// What to train on what.
pub struct Training<'a> {
    /// The sentences to fit to and to judge on.
    pub set: &'a TrainingSet,
    /// The encoder's name.
    pub encoder_name: &'a str,
    /// The encoder.
    pub encoder: &'a Quantized,
    /// The layers that the head reads.
    pub layers: Layers,
    /// How the head is fitted.
    pub settings: Settings,
    /// The file of the head that fitting begins with, if it is to.
    pub begin_with: Option<Vec<u8>>,
    /// The command line, for the reports.
    pub command: String,
    /// The folder for the heads' folders.
    pub out: PathBuf,
    /// The folder of the untrained head, if it is wanted.
    pub base: Option<&'a str>,
    /// The folder of the fitted head.
    pub name: &'a str,
    /// Whether what another training has left in `out` may be overwritten.
    pub overwrite: bool,
}

/// One head that a training leads to.
pub struct Trained {
    /// Its report, over all that it was judged on.
    pub report: Report,
    /// Where there are several test files: each one's name and report.
    pub by_file: Vec<(String, Report)>,
    /// What the validation part says of it, if there is one.
    pub validation: Option<Validation>,
    /// What cross-validation says of each type, and of all of them under the
    /// empty name, if there was one.
    pub held_out: BTreeMap<String, TypeScores>,
}

impl Training<'_> {
    /// Runs it; the untrained head, if it is wanted, and the fitted one.
    ///
    /// # Errors
    ///
    /// Settings out of range, a split that leaves a part empty, a folder with
    /// another training's heads, a disk that fails.
    pub fn run(&self) -> Result<Vec<Trained>> {
        self.settings.check()?;
        self.settings
            .check_patience(self.set.validation.is_some())?;
        ensure!(
            !self.set.tests.is_empty() || self.settings.folds > 0 && self.set.validation.is_none(),
            "found no sentence to test on, expected `--test FILE`, a split, or `--folds 5` without \
             a validation part, to judge by cross-validation"
        );
        let config = self.config()?;
        let out = LockedFolder::take(&self.out, progress::waiting)?;
        let checkpoint = out.join(CHECKPOINT);
        let fingerprint = self.fingerprint(&config)?;
        if !self.overwrite {
            self.check_place(&checkpoint, &fingerprint)?;
        }
        let encoded = self.set.encode(self.encoder, &config.layers)?;
        let mut trained = Vec::new();
        if let Some(name) = self.base {
            let start = Instant::now();
            let fitted = untrained(&config, self.settings.seed)?;
            trained.push(self.finish("base", name, fitted, (&encoded, None), start)?);
        }
        let start = Instant::now();
        let task = Task {
            examples: &encoded,
            train: self.set.train.clone(),
            validation: self.set.validation.clone(),
            head: config.clone(),
        };
        let begun = Begun {
            settings: &self.settings,
            begin_with: self.begin_with.as_deref(),
            checkpoint: &checkpoint,
            fingerprint: &fingerprint,
        };
        let mut fitted = begun.fit("fitting", task)?;
        if let Some(validation) = &fitted.validation {
            check(validation, self.settings.epochs)?;
        }
        let mut judged = None;
        if self.settings.folds > 0 && fitted.validation.is_none() {
            // Copies would tell of the sentences that they are altered from.
            let part = self.set.originals();
            let parts = (part, &self.set.documents(part)[..]);
            judged = begun.cross_validate(&mut fitted, (self.set, &encoded), &config, parts)?;
        }
        let held_out = judged.as_ref().map(Judged::by_type).unwrap_or_default();
        if held_out.get("").is_some_and(|all| all.scores.f1 == 0.0) {
            progress::warn(
                "heads found no entities in held-out sentences (cross-validation has an entity F1 \
                 of 0); add more examples",
            );
        }
        ensure!(
            judged.is_some() || !self.set.tests.is_empty(),
            "found too few sentences to hold some back and no test part, expected `--test FILE`"
        );
        // With a test part, that is what the report is about.
        let judged = judged.filter(|_| self.set.tests.is_empty());
        let fine_tuned = self.finish("fine-tuned", self.name, fitted, (&encoded, judged), start)?;
        trained.push(Trained {
            held_out,
            ..fine_tuned
        });
        std::fs::remove_file(checkpoint)?;
        Ok(trained)
    }

    /// Fails if heads of another training are in the folder, or what it has
    /// fitted so far.
    fn check_place(&self, checkpoint: &Path, fingerprint: &str) -> Result<()> {
        let other = || {
            if let Ok((_, head, _, report)) = read_outcome(&self.out.join(self.name)) {
                let command = report.provenance.command.clone();
                return (!self.would_repeat(&head, &report)).then_some(Some(command));
            }
            let state = files::read_bounded(checkpoint, nerite::MAX_FILE_BYTES).ok()?;
            let found = nerite_fit::fingerprint_of(&state)?;
            (found != fingerprint).then_some(None)
        };
        if let Some(command) = other() {
            let command = command.map_or(String::new(), |command| format!("\nIt was: {command}"));
            bail!(
                "{}: found what another training has left, expected a new folder or one of the \
                 same training; name another folder, or say --overwrite{command}",
                self.out.display()
            );
        }
        Ok(())
    }

    fn config(&self) -> Result<HeadConfig> {
        let mut config = head_config(self.set, self.encoder, &self.layers, &self.settings)?;
        if let Some(begun_with) = &self.begin_with {
            config.vectors = head_numbers(begun_with)?.0.vectors;
        }
        Ok(config)
    }

    /// Whether a head and its report are of this very training: then running
    /// it again would give the same head.
    pub fn would_repeat(&self, head: &Head, report: &Report) -> bool {
        let Ok(config) = self.config() else {
            return false;
        };
        let own = HeadConfig {
            temperature: config.temperature,
            entity_calibration: config.entity_calibration,
            ..head.config().clone()
        };
        let found = &report.provenance;
        own == config
            && found.corpus == self.set.provenance()
            && found.split == self.split_provenance(&self.judged_part())
            && found.head.begun_with == self.begin_with_sha256()
            && serde_json::to_value(&self.settings).is_ok_and(|settings| settings == found.settings)
            && found.nerite == env!("CARGO_PKG_VERSION")
    }

    /// Names a fit by what it comes from: a checkpoint of another fit is not
    /// gone on from, but how a flag or a split is called does not matter.
    fn fingerprint(&self, config: &HeadConfig) -> Result<String> {
        let all = (config, self.set.digest(), &self.settings);
        let all = match self.begin_with_sha256() {
            None => serde_json::to_string(&all)?,
            Some(known) => serde_json::to_string(&(all, known))?,
        };
        Ok(format!("{:x}", Sha256::digest(all)))
    }

    fn begin_with_sha256(&self) -> Option<String> {
        let known = self.begin_with.as_ref()?;
        Some(format!("{:x}", Sha256::digest(known)))
    }

    /// The sentences that heads are judged on: the test parts, or else the
    /// train part, by cross-validation.
    fn judged_part(&self) -> Vec<usize> {
        match self.set.tests[..] {
            [] => self.set.originals().to_vec(),
            _ => self.set.test(),
        }
    }

    /// Judges a head, unless cross-validation has judged it, and writes it and
    /// its reports to a folder of this name.
    fn finish(
        &self,
        stage: &str,
        name: &str,
        fitted: Fitted,
        (encoded, judged): (&Encoded<'_>, Option<Judged<'_>>),
        start: Instant,
    ) -> Result<Trained> {
        let folder = self.out.join(name);
        files::sweep(&folder);
        let report = self.report(
            stage,
            &fitted,
            (encoded, judged),
            &self.judged_part(),
            start,
        )?;
        let mut by_file = Vec::new();
        if let [_, _, ..] = self.set.tests[..] {
            for (file, part) in &self.set.tests {
                let mut report = self.report(stage, &fitted, (encoded, None), part, start)?;
                report.title += &format!(", on {file}");
                let path = folder.join(REPORTS).join(format!("{file}.json"));
                files::write_whole(&path, report.to_json().as_bytes())?;
                by_file.push((file.clone(), report));
            }
        }
        files::write_whole(&folder.join(HEAD), &fitted.file)?;
        files::write_whole(&folder.join(REPORT), report.to_json().as_bytes())?;
        remove_reports(&folder.join(REPORTS), &by_file)?;
        Ok(Trained {
            report,
            by_file,
            validation: fitted.validation,
            held_out: BTreeMap::new(),
        })
    }

    /// Judges a head on the sentences `part`, by their cached features, unless
    /// cross-validation has judged them. A word without a subword gets `O`.
    fn report(
        &self,
        stage: &str,
        fitted: &Fitted,
        (encoded, judged): (&Encoded<'_>, Option<Judged<'_>>),
        part: &[usize],
        start: Instant,
    ) -> Result<Report> {
        let head = Head::from_bytes(&fitted.file)?;
        let evaluation = if let Some(judged) = judged {
            // What a sentence's own head was fitted on differs.
            judged.evaluate(None)
        } else {
            let predictions = Cached {
                head: &head,
                decoder: head.decoder(None)?,
                examples: encoded,
            };
            let judged = nerite_fit::judge(self.set, part, &predictions)?;
            let training = nerite_fit::training(self.set, self.set.originals());
            judged.evaluate(Some(&training))
        };
        Ok(Report {
            format: REPORT_FORMAT.into(),
            version: REPORT_VERSION,
            title: format!(
                "{}, {} head on layers {}, {stage}",
                self.encoder_name,
                self.settings.model.kind.name(),
                self.layers
            ),
            stage: stage.into(),
            token: evaluation.token,
            entity: evaluation.entity,
            words: evaluation.words,
            details: evaluation.details,
            loss: fitted.loss.clone(),
            provenance: self.provenance(head.config(), &fitted.file, part, start)?,
        })
    }
}

/// Removes the reports on test files of the head that was there before, all but
/// those on `files`.
fn remove_reports(folder: &Path, files: &[(String, Report)]) -> Result<()> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries.with_context(|| folder.display().to_string())?,
    };
    for entry in entries {
        let path = entry?.path();
        let is_own = |(file, _): &(String, Report)| path.ends_with(format!("{file}.json"));
        if !files.iter().any(is_own) && read_report(&path).is_ok() {
            std::fs::remove_file(&path).with_context(|| path.display().to_string())?;
        }
    }
    Ok(())
}

/// What a head says of itself before it is fitted, its sizes checked.
///
/// # Errors
///
/// A layer that the encoder does not have, or sizes out of range.
pub fn head_config(
    set: &TrainingSet,
    encoder: &Quantized,
    layers: &Layers,
    settings: &Settings,
) -> Result<HeadConfig> {
    let encoder = &encoder.encoder;
    let of = layers.of(encoder.config().layers)?;
    let plain = HeadConfig::linear(
        set.tags().clone(),
        of,
        encoder.config().hidden,
        encoder.sha256(),
    );
    let config = settings.model.head(HeadConfig {
        mix: *layers == Layers::Mix,
        // They stand beside the table of word features.
        vectors: set
            .vectors()
            .filter(|_| settings.model.lexicon.is_some())
            .cloned(),
        ..plain
    });
    config.tensors()?;
    Ok(config)
}

/// Reads the head and the report that [`Training::run`] left in a folder.
///
/// # Errors
///
/// Files that are missing, or that are no head and no report.
pub fn read_outcome(folder: &Path) -> Result<(Vec<u8>, Head, Vec<u8>, Report)> {
    let (path, report_path) = (folder.join(HEAD), folder.join(REPORT));
    ensure!(
        path.is_file(),
        "{}: found no {HEAD}, expected a folder that `nerite train` has written",
        folder.display()
    );
    let bytes = files::read_bounded(&path, nerite::MAX_FILE_BYTES)?;
    let head = Head::from_bytes(&bytes).with_context(|| path.display().to_string())?;
    let json = files::read_bounded(&report_path, MAX_REPORT_BYTES)?;
    let report = Report::from_json(std::str::from_utf8(&json)?)
        .with_context(|| report_path.display().to_string())?;
    ensure!(
        report.provenance.head.sha256 == format!("{:x}", Sha256::digest(&bytes)),
        "{}: it is not the report of the head beside it; run `nerite train` again",
        report_path.display()
    );
    Ok((bytes, head, json, report))
}
