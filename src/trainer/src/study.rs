//! The reference study as one run, and what goes beyond it: every encoder
//! under the same corpus and split, with an untrained head and a linear one as
//! in the study, and with the best head.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use nerite::Report;
use nerite_encoders::{Lookup, Source};
use nerite_fit::{Settings, calibration_error};
use serde_json::{Map, Value, json};

use crate::bundle;
use crate::files;
use crate::pictures;
use crate::progress;
use crate::train::{Layers, Training, read_outcome};
use crate::training_set::TrainingSet;

/// The encoders of the reference study.
pub const ENCODERS: [&str; 3] = ["distilbert-base-cased", "roberta-base", "bert-base-cased"];

/// A figure that the reference study published.
pub struct Published {
    /// The encoder.
    pub encoder: &'static str,
    /// `base` or `fine-tuned`.
    pub stage: &'static str,
    /// Share of words with the right tag.
    pub accuracy: f64,
    /// F1, averaged over tags.
    pub macro_f1: f64,
    /// F1, weighted by support.
    pub weighted_f1: f64,
}

const fn published(
    encoder: &'static str,
    stage: &'static str,
    [accuracy, macro_f1, weighted_f1]: [f64; 3],
) -> Published {
    Published {
        encoder,
        stage,
        accuracy,
        macro_f1,
        weighted_f1,
    }
}

/// The study's own figures, on its test part: a public study of 2025 on
/// Kaggle's edition of the Groningen Meaning Bank.
pub const PUBLISHED: [Published; 6] = [
    published("distilbert-base-cased", "base", [0.0148, 0.0068, 0.0036]),
    published(
        "distilbert-base-cased",
        "fine-tuned",
        [0.9563, 0.5813, 0.9552],
    ),
    published("roberta-base", "base", [0.1406, 0.0181, 0.2315]),
    published("roberta-base", "fine-tuned", [0.9537, 0.5368, 0.9518]),
    published("bert-base-cased", "base", [0.0368, 0.0096, 0.0604]),
    published("bert-base-cased", "fine-tuned", [0.9566, 0.5674, 0.9551]),
];

/// What all encoders of a study share.
pub struct Study<'a> {
    /// The corpus, split.
    pub set: &'a TrainingSet,
    /// The seeds, at least one: the first one's heads go into the bundle, the
    /// others' tell how much a seed matters.
    pub seeds: &'a [u64],
    /// The command line, for the reports.
    pub command: String,
    /// Heads and reports go to a folder per encoder here.
    pub out: &'a Path,
    /// Bundles go to a folder per encoder here.
    pub bundles: &'a Path,
}

/// The untrained head's folder.
const BASE: &str = "base";
/// The folder of the study's own head.
const LINEAR: &str = "linear";
/// The folder of the best head.
const BEST: &str = "best";
/// The file of all seeds' figures in a bundle.
const SUMMARY: &str = "seeds.json";

/// The reports of one kind of head under every seed.
pub struct Row {
    /// `base`, `linear` or `best`.
    pub head: &'static str,
    /// A seed each, in the order of [`Study::seeds`].
    pub reports: Vec<Report>,
}

impl Row {
    /// Mean and standard deviation (of the sample; 0 of a single seed) of a
    /// figure.
    pub fn spread(&self, figure: impl Fn(&Report) -> f64) -> [f64; 2] {
        let count = self.reports.len() as f64;
        let mean = self.reports.iter().map(&figure).sum::<f64>() / count;
        let squares = self
            .reports
            .iter()
            .map(|report| (figure(report) - mean).powi(2));
        [mean, (squares.sum::<f64>() / (count - 1.0).max(1.0)).sqrt()]
    }

    /// The figures by name, each with its mean, its deviation, and its value
    /// under every seed.
    fn summary(&self) -> serde_json::Value {
        type Figure = fn(&Report) -> f64;
        let figures: [(&str, Figure); 5] = [
            ("accuracy", |report| report.token.accuracy),
            ("weighted_f1", |report| {
                report.token.averages.weighted_avg.f1
            }),
            ("macro_f1", |report| report.token.averages.macro_avg.f1),
            ("entity_f1_strict", |report| report.entity.strict.all.f1),
            ("calibration_error", |report| {
                calibration_error(&report.details)
            }),
        ];
        let figures = figures.into_iter().map(|(name, figure)| {
            let [mean, deviation] = self.spread(figure);
            let seeds: Vec<f64> = self.reports.iter().map(figure).collect();
            let value = json!({ "mean": mean, "deviation": deviation, "seeds": seeds });
            (name.to_owned(), value)
        });
        Value::Object(figures.collect())
    }
}

impl Study<'_> {
    /// Trains on one encoder, but for what an earlier run of the very same
    /// study has done, and makes its bundle, its loss pictures
    /// (`reports/loss.svg` is the best head's) and a file of all seeds'
    /// figures.
    ///
    /// # Errors
    ///
    /// An encoder that cannot be had, a bundle of its name with another encoder,
    /// or a disk that fails.
    pub fn run(&self, encoder: &str, lookup: &Lookup) -> Result<Vec<Row>> {
        let source = Source::find(encoder, lookup, &progress::of_encoders())?;
        let quantized = source.quantized(&progress::of_encoders())?;
        let name = bundle::name_of(&source.name);
        ensure!(
            nerite::is_file_name(&name),
            "{encoder}: {name:?} cannot name a bundle"
        );
        let folder = self.bundles.join(&name);
        let encoder_sha256 = quantized.encoder.sha256();
        let tokenizer = &quantized.tokenizer_json;
        let there = bundle::earlier(&folder, encoder_sha256, tokenizer, &[BASE, LINEAR, BEST])?;
        // A bundle with other heads begins with the one that it did.
        let default = there.map_or(BEST.to_owned(), |there| there.default_head);
        // Once for all heads: each then reads the layers that it asks for.
        let all: Vec<usize> = (0..=quantized.encoder.config().layers).collect();
        self.set.encode(&quantized, &all)?;
        let out = self.out.join(&name);
        let mut rows = [BASE, LINEAR, BEST].map(|head| Row {
            head,
            reports: Vec::new(),
        });
        for (number, &seed) in self.seeds.iter().enumerate() {
            let folder = match number {
                0 => out.clone(),
                _ => out.join(format!("seed-{seed}")),
            };
            for (base, name, layers, settings) in [
                (Some(BASE), LINEAR, Layers::Last, Settings::study(seed)),
                (None, BEST, Layers::Mix, Settings::best(seed)),
            ] {
                let training = Training {
                    set: self.set,
                    encoder_name: &source.name,
                    encoder: &quantized,
                    layers,
                    begin_with: None,
                    settings,
                    command: self.command.clone(),
                    out: folder.clone(),
                    base,
                    name,
                    // The folder is the study's own.
                    overwrite: true,
                };
                let names: Vec<&str> = base.into_iter().chain([name]).collect();
                let earlier: Option<Vec<Report>> = names
                    .iter()
                    .map(|name| earlier(&training, &folder.join(name)))
                    .collect();
                let reports = match earlier {
                    Some(reports) => reports,
                    None => training.run()?.into_iter().map(|one| one.report).collect(),
                };
                for (name, report) in names.into_iter().zip(reports) {
                    let row = rows.iter_mut().find(|row| row.head == name);
                    row.context("every head has a row")?.reports.push(report);
                }
            }
        }
        let heads = [BASE, LINEAR, BEST].map(|head| out.join(head).into());
        bundle::create(&source, &quantized, &heads, Some(&default), &folder)?;
        for (head, picture) in [
            (LINEAR, "reports/loss-linear.svg"),
            (BEST, "reports/loss.svg"),
        ] {
            let report = read_outcome(&out.join(head))?.3;
            let drawn = pictures::loss(&format!("{name}: training loss"), &[(head, &report.loss)])
                .with_context(|| format!("cannot draw the loss of {name}"))?;
            files::write_whole(&folder.join(picture), drawn.as_bytes())?;
        }
        let heads: Map<String, Value> = rows
            .iter()
            .map(|row| (row.head.to_owned(), row.summary()))
            .collect();
        let summary = json!({ "seeds": self.seeds, "heads": heads });
        let summary = serde_json::to_string_pretty(&summary)? + "\n";
        files::write_whole(&folder.join(SUMMARY), summary.as_bytes())?;
        Ok(rows.into())
    }
}

/// The report that an earlier run of this very training has left in `folder`.
fn earlier(training: &Training<'_>, folder: &Path) -> Option<Report> {
    let (_, head, _, report) = read_outcome(folder).ok()?;
    training.would_repeat(&head, &report).then_some(report)
}
