use std::path::PathBuf;

use anyhow::{Result, ensure};
use nerite_fit::Settings;
use nerite_trainer::progress;
use nerite_trainer::tune::{self, Finished, Search};

use super::EncoderArguments;
use super::settings::{Preset, SettingsArguments};
use super::sources::SourcesArguments;

/// The share of the train part that trials are judged by, where a training
/// would keep none.
const VALIDATION: f64 = 0.15;

/// Search for good settings of a head
///
/// Fits the head that the flags describe, the same with one thing changed at a
/// time, and heads with random rates and dropouts, each on a share of the
/// train part; judges them by the validation part that is cut from it, never
/// by the test part. What is found stays in OUT: a killed search goes on where
/// it was.
#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    sources: SourcesArguments,
    /// The folder for what is found
    #[arg(long, value_name = "OUT")]
    out: PathBuf,
    #[command(flatten)]
    encoder: EncoderArguments,
    /// The share of the whole train part that each trial is fitted on
    #[arg(long, value_name = "SHARE", default_value_t = 0.3)]
    train_share: f64,
    /// Random trials beside the systematic ones
    #[arg(
        long,
        value_name = "COUNT",
        default_value_t = 0,
        allow_negative_numbers = true
    )]
    random: usize,
    /// Only trials whose name contains this
    #[arg(long, value_name = "TEXT", default_value = "")]
    only: String,
    #[command(flatten)]
    settings: SettingsArguments,
}

impl Arguments {
    pub(super) fn run(&self) -> Result<()> {
        let layers = self.settings.layers(Preset::Best);
        // Trials are judged by a validation part, where the preset has none too.
        let of = |sentences| {
            let settings = self.settings.settings(Preset::Best, sentences, None)?;
            if settings.validation > 0.0 || self.settings.validation.is_some() {
                return anyhow::Ok(settings);
            }
            Ok(Settings {
                validation: VALIDATION,
                patience: settings.epochs.div_ceil(3),
                folds: 0,
                ..settings
            })
        };
        of(usize::MAX)?.check()?;
        let set = self
            .sources
            .read(&|sentences| of(sentences).map(|own| own.validation))?;
        let settings = of((set.originals().len() as f64 * self.train_share) as usize)?;
        let mut trials = tune::variations(&layers, &settings);
        trials.extend(tune::random(
            &layers,
            &settings,
            self.random,
            settings.seed,
        )?);
        let names: Vec<String> = trials.iter().map(|trial| trial.name.clone()).collect();
        trials.retain(|trial| trial.name.contains(&self.only));
        ensure!(
            !trials.is_empty(),
            "found no trial whose name contains {:?}; there are: {}",
            self.only,
            names.join(", ")
        );
        let source = self.encoder.find()?;
        layers.of(source.config()?.layers)?;
        let encoder = source.quantized(&progress::of_encoders())?;
        let search = Search {
            set: &set,
            encoder: &encoder,
            share: self.train_share,
            out: &self.out,
        };
        let mut found = search.run(&trials, |trial| eprintln!("{}", cells(trial).join("  ")))?;
        found.sort_by(|a, b| b.validation.entity_f1.total_cmp(&a.validation.entity_f1));
        let mut table = super::table([
            "trial",
            "entity F1 (strict)",
            "macro F1",
            "weighted F1",
            "calibration error",
            "epoch",
            "KB",
            "seconds",
        ]);
        for trial in &found {
            table.add_row(cells(trial));
        }
        say!("{table}");
        say!(
            "all by the validation part; written to {}",
            self.out.display()
        );
        Ok(())
    }
}

fn cells(trial: &Finished) -> [String; 8] {
    let validation = &trial.validation;
    [
        trial.name.clone(),
        format!("{:.4}", validation.entity_f1),
        format!("{:.4}", validation.macro_f1),
        format!("{:.4}", validation.weighted_f1),
        format!("{:.4}", validation.calibration_error),
        validation.epoch.to_string(),
        (trial.bytes / 1000).to_string(),
        format!("{:.0}", trial.seconds),
    ]
}
