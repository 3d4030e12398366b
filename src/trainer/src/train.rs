//! One whole training: corpus, split and encoder to two heads and two
//! reports, the untrained head's and the fitted one's.

mod layers;

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use nerite::{
    Encoder, EncoderProvenance, Head, HeadConfig, HeadProvenance, PartProvenance, Provenance,
    REPORT_FORMAT, REPORT_VERSION, Report, SplitProvenance, TagSet,
};
use nerite_encoders::Quantized;
use nerite_fit::{Cached, Fitted, Settings, Task, Validation, names_sha256, untrained};
use sha2::{Digest, Sha256};

use crate::evaluation::MAX_REPORT_BYTES;
use crate::files::{self, LockedFolder};
use crate::fitting::{check, fit};
use crate::progress;
use crate::training_set::{Encoded, TrainingSet};
pub use layers::Layers;

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
            trained.push(self.finish("base", name, fitted, &encoded, start)?);
        }
        let start = Instant::now();
        let task = Task {
            examples: &encoded,
            train: self.set.train.clone(),
            validation: self.set.validation.clone(),
            head: config.clone(),
        };
        let fitted = fit(task, &self.settings, &checkpoint, &fingerprint)?;
        if let Some(validation) = &fitted.validation {
            check(validation, self.settings.epochs)?;
        }
        trained.push(self.finish("fine-tuned", self.name, fitted, &encoded, start)?);
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
        head_config(self.set.tags(), self.encoder, &self.layers, &self.settings)
    }

    /// Whether a head and its report are of this very training: then running
    /// it again would give the same head.
    pub fn would_repeat(&self, head: &Head, report: &Report) -> bool {
        let Ok(config) = self.config() else {
            return false;
        };
        let own = HeadConfig {
            temperature: config.temperature,
            ..head.config().clone()
        };
        let found = &report.provenance;
        own == config
            && found.corpus == self.set.provenance()
            && found.split == self.split_provenance(&self.set.test())
            && serde_json::to_value(&self.settings).is_ok_and(|settings| settings == found.settings)
            && found.nerite == env!("CARGO_PKG_VERSION")
    }

    /// Names a fit by what it comes from: a checkpoint of another fit is not
    /// gone on from, but how a flag or a split is called does not matter.
    fn fingerprint(&self, config: &HeadConfig) -> Result<String> {
        let all = serde_json::to_string(&(config, self.set.digest(), &self.settings))?;
        Ok(format!("{:x}", Sha256::digest(all)))
    }

    /// Judges a head, and writes it and its reports to a folder of this name.
    fn finish(
        &self,
        stage: &str,
        name: &str,
        fitted: Fitted,
        encoded: &Encoded<'_>,
        start: Instant,
    ) -> Result<Trained> {
        let folder = self.out.join(name);
        files::sweep(&folder);
        let report = self.report(stage, &fitted, encoded, &self.set.test(), start)?;
        let mut by_file = Vec::new();
        if let [_, _, ..] = self.set.tests[..] {
            for (file, part) in &self.set.tests {
                let report = self.report(stage, &fitted, encoded, part, start)?;
                let path = folder.join(REPORTS).join(format!("{file}.json"));
                files::write_whole(&path, report.to_json().as_bytes())?;
                by_file.push((file.clone(), report));
            }
        }
        files::write_whole(&folder.join(HEAD), &fitted.file)?;
        files::write_whole(&folder.join(REPORT), report.to_json().as_bytes())?;
        Ok(Trained {
            report,
            by_file,
            validation: fitted.validation,
        })
    }

    /// Judges a head on the sentences `part`, by their cached features. A word
    /// without a subword gets `O`.
    fn report(
        &self,
        stage: &str,
        fitted: &Fitted,
        encoded: &Encoded<'_>,
        part: &[usize],
        start: Instant,
    ) -> Result<Report> {
        let head = Head::from_bytes(&fitted.file)?;
        let predictions = Cached {
            head: &head,
            decoder: head.decoder(None)?,
            examples: encoded,
        };
        let judged = nerite_fit::judge(self.set, part, &predictions)?;
        let training = nerite_fit::training(self.set, self.set.originals());
        let evaluation = judged.evaluate(Some(&training));
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

    fn provenance(
        &self,
        config: &HeadConfig,
        head: &[u8],
        part: &[usize],
        start: Instant,
    ) -> Result<Provenance> {
        let encoder = &self.encoder.encoder;
        Ok(Provenance {
            corpus: self.set.provenance(),
            split: self.split_provenance(part),
            encoder: EncoderProvenance {
                name: self.encoder_name.to_owned(),
                architecture: encoder.config().architecture.name().into(),
                sha256: encoder.sha256().to_owned(),
            },
            head: HeadProvenance {
                kind: config.kind.name().into(),
                layers: config.layers.clone(),
                sha256: format!("{:x}", Sha256::digest(head)),
            },
            settings: serde_json::to_value(&self.settings)?,
            nerite: env!("CARGO_PKG_VERSION").into(),
            machine: machine(encoder),
            seconds: start.elapsed().as_secs_f64(),
            command: self.command.clone(),
        })
    }

    fn split_provenance(&self, part: &[usize]) -> SplitProvenance {
        let named = |part: &[usize]| PartProvenance {
            sentences: part.len() as u64,
            sha256: names_sha256(self.set.names(part)),
        };
        SplitProvenance {
            name: self.set.split.clone(),
            train: named(self.set.originals()),
            test: named(part),
        }
    }
}

/// The machine that a report is made on.
pub(crate) fn machine(encoder: &Encoder) -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!(
        "{} {}, {cores} cores, {}",
        std::env::consts::OS,
        std::env::consts::ARCH,
        encoder.backend()
    )
}

/// What a head says of itself before it is fitted, its sizes checked.
///
/// # Errors
///
/// A layer that the encoder does not have, or sizes out of range.
pub fn head_config(
    tags: &TagSet,
    encoder: &Quantized,
    layers: &Layers,
    settings: &Settings,
) -> Result<HeadConfig> {
    let encoder = &encoder.encoder;
    let model = &settings.model;
    let config = HeadConfig {
        kind: model.kind,
        tags: tags.clone(),
        layers: layers.of(encoder.config().layers)?,
        hidden: encoder.config().hidden,
        temperature: 1.0,
        encoder_sha256: encoder.sha256().to_owned(),
        mix: *layers == Layers::Mix,
        lexicon: model.lexicon,
        projection: model.projection,
        units: model.units,
        transitions: model.transitions,
        decoder: model.decoder,
        pieces: None,
        entity_calibration: None,
    };
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
