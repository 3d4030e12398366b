use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use nerite::{Figure, HeadConfig, Report};
use nerite_files as files;
use nerite_fit::{Settings, calibration_error};
use nerite_trainer::progress;
use nerite_trainer::train::{HEAD, Layers, Trained, Training};
use nerite_trainer::training_set::TrainingSet;

use super::EncoderArguments;
use super::settings::{LIKE_ANOTHER, Preset, SettingsArguments};
use super::sources::SourcesArguments;

/// Train a head on a corpus, and report on it
///
/// The encoder runs over the corpus once; its features stay in the cache
/// (NERITE_CACHE), so that the next head takes seconds. A killed run goes on
/// where it was, and what another training has left in OUT is not overwritten
/// unasked. In the folder OUT come `base` (the untrained head) and
/// `fine-tuned`, each with head.safetensors and report.json; the reports are
/// about the test part, which fitting never sees. The defaults are those of
/// the reference study, one linear layer on the last hidden state; `--preset
/// best` gives the heads that ship.
#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    sources: SourcesArguments,
    /// The folder for heads and reports
    #[arg(long, value_name = "OUT")]
    out: PathBuf,
    /// Overwrite what another training has left in OUT
    #[arg(long)]
    overwrite: bool,
    #[command(flatten)]
    encoder: EncoderArguments,
    #[command(flatten)]
    settings: SettingsArguments,
    /// Begin with what this head (head.safetensors, or its folder) has learnt,
    /// all but its tags: the new head is built like it, and little data goes
    /// further
    #[arg(long, value_name = "HEAD", conflicts_with_all = LIKE_ANOTHER)]
    begin_with: Option<PathBuf>,
    /// Of the head that is begun with, change no more than the last layer and
    /// the transitions: better with fewer than 30 sentences, and a head that
    /// knows many texts, as the general one
    #[arg(long, requires = "begin_with")]
    last_layer: bool,
    /// Print the figures as JSON: a line for each head and test file; where
    /// there are several or none, one over all, whose file is null
    #[arg(long)]
    json: bool,
    /// Say nothing but results, warnings and errors
    #[arg(long)]
    quiet: bool,
}

/// Fewer steps than these leave the study's head where it began.
const FEW_STEPS: usize = 200;

impl Arguments {
    pub(super) fn run(&self) -> Result<()> {
        if self.quiet {
            progress::be_quiet();
        }
        let begin_with = self.begin_with.as_ref().map(|path| read_head(path));
        let begin_with = begin_with.transpose()?;
        let other = begin_with.as_ref().map(|(_, config)| config);
        let begun = other.map(|config| (config, self.last_layer));
        let of = |sentences| self.settings.settings(Preset::Study, sentences, begun);
        let all = of(usize::MAX)?;
        all.check()?;
        all.check_patience(self.sources.has_dev())?;
        let layers = match other {
            None => self.settings.layers(Preset::Study),
            Some(other) => Layers::like(other)?,
        };
        let set = self
            .sources
            .read(&|sentences| of(sentences).map(|own| own.validation))?;
        let mut settings = of(set.originals().len())?;
        ensure!(
            set.vectors().is_none() || settings.model.lexicon.is_some(),
            "found --vectors for a head without word features, beside which they stand; expected \
             --preset best, or --lexicon 32768x64"
        );
        if set.validation.is_some() {
            ensure!(
                self.settings.folds.is_none_or(|folds| folds == 0),
                "found --folds and a validation part, which calibrates as well; expected one of them"
            );
            settings.folds = 0;
        }
        let steps = settings.epochs * set.originals().len().div_ceil(settings.batch);
        if self.settings.is_of_the_study() && begin_with.is_none() && steps < FEW_STEPS {
            progress::warn(&format!(
                "{steps} steps of fitting (sentences: {}, in a step: {}, epochs: {}) teach a head \
                 little; --preset best follows the number of sentences",
                set.originals().len(),
                settings.batch,
                settings.epochs
            ));
        }
        let source = self.encoder.find()?;
        // What cannot work is said before the long work begins.
        layers.of(source.config()?.layers)?;
        let encoder = source.quantized(&progress::of_encoders())?;
        let training = Training {
            set: &set,
            encoder_name: &source.name,
            encoder: &encoder,
            command: self.command(&set, &source.name, &layers, &settings),
            layers,
            settings,
            begin_with: begin_with.map(|(bytes, _)| bytes),
            out: self.out.clone(),
            base: Some("base"),
            name: "fine-tuned",
            overwrite: self.overwrite,
        };
        let trained = training.run()?;
        if self.json {
            for Trained {
                report, by_file, ..
            } in &trained
            {
                for (file, report) in by_file {
                    say!("{}", figures(report, Some(file)));
                }
                // What is judged on one file is its own.
                let only = match &set.tests[..] {
                    [(file, _)] => Some(&**file),
                    _ => None,
                };
                say!("{}", figures(report, only));
            }
            return Ok(());
        }
        let mut table = super::table([
            "",
            "accuracy",
            "weighted F1",
            "macro F1",
            "entity F1 (strict)",
            "calibration error",
        ]);
        for Trained {
            report, by_file, ..
        } in &trained
        {
            let mut row = |name: String, report: &Report| {
                let cells = headline(report).map(|figure| format!("{figure:.4}"));
                table.add_row([vec![name], cells.to_vec()].concat());
            };
            for (file, report) in by_file {
                row(format!("{}, {file}", report.stage), report);
            }
            row(report.stage.clone(), report);
        }
        say!("{table}");
        let Trained {
            report,
            validation,
            held_out,
            ..
        } = trained.last().context("a training fits a head")?;
        if let Some(validation) = validation {
            say!(
                "chosen by the validation part: epoch {}, temperature {:.3}",
                validation.epoch,
                validation.temperature
            );
        }
        if let Some(all) = held_out.get("") {
            say!(
                "cross-validated on the train part: entity F1 {:.4} ({:.4} to {:.4})",
                all.scores.f1,
                all.f1.low,
                all.f1.high
            );
        }
        let part = if set.tests.is_empty() {
            "train"
        } else {
            "test"
        };
        say!("{} words of the {part} part", report.words.judged);
        if let Some(repeated) = &report.details.repeated
            && repeated.sentences > 0
            && !set.tests.is_empty()
        {
            if repeated.sentences as usize >= set.test().len() {
                say!("all of its sentences are in the train part as well, which flatters");
            } else {
                say!(
                    "{} of its sentences are in the train part as well; without them, entity F1 \
                     {:.4}",
                    repeated.sentences,
                    repeated.without[Figure::EntityF1]
                );
            }
        }
        if report.words.without_subword > 0 {
            say!(
                "{} more yield no subword: they get O and are not judged",
                report.words.without_subword
            );
        }
        say!("written to {}", self.out.display());
        Ok(())
    }

    /// The command that makes the reports again.
    fn command(
        &self,
        set: &TrainingSet,
        encoder: &str,
        layers: &Layers,
        settings: &Settings,
    ) -> String {
        let out = self.out.file_name().unwrap_or_default().to_string_lossy();
        let of_encoder = [
            ("--out", out.into_owned()),
            ("--encoder", encoder.to_owned()),
        ];
        let of_encoder = of_encoder
            .into_iter()
            .flat_map(|(flag, value)| [flag.to_owned(), value]);
        let start = ["nerite".to_owned(), "train".to_owned()].into_iter();
        let begin_with = self.begin_with.iter();
        let begin_with = begin_with.flat_map(|path| {
            let last_layer = settings.last_layer.then(|| "--last-layer".to_owned());
            ["--begin-with".to_owned(), path.display().to_string()]
                .into_iter()
                .chain(last_layer)
        });
        let begun = self.begin_with.is_some();
        let words = start
            .chain(self.sources.words(set))
            .chain(of_encoder)
            .chain(SettingsArguments::words(layers, settings, begun))
            .chain(begin_with)
            .chain(self.encoder.lookup.words());
        shell_words::join(words)
    }
}

/// A head's file, or the one in its folder, and what it says of itself.
fn read_head(path: &Path) -> Result<(Vec<u8>, HeadConfig)> {
    let path = match path.is_dir() {
        true => &path.join(HEAD),
        false => path,
    };
    let name = || path.display().to_string();
    let bytes = files::read_bounded(path, nerite::MAX_FILE_BYTES).with_context(name)?;
    let (config, _) = nerite::head_numbers(&bytes).with_context(name)?;
    Ok((bytes, config))
}

/// The headline figures of a report on a file, or on all together.
fn figures(report: &Report, file: Option<&str>) -> serde_json::Value {
    let [
        accuracy,
        weighted_f1,
        macro_f1,
        entity_f1,
        calibration_error,
    ] = headline(report);
    serde_json::json!({
        "stage": report.stage,
        "file": file,
        "words": report.words.judged,
        "accuracy": accuracy,
        "weighted_f1": weighted_f1,
        "macro_f1": macro_f1,
        "entity_f1_strict": entity_f1,
        "calibration_error": calibration_error,
    })
}

/// Accuracy, weighted F1, macro F1, strict entity F1 and calibration error.
pub(super) fn headline(report: &Report) -> [f64; 5] {
    let token = &report.token;
    [
        token.accuracy,
        token.averages.weighted_avg.f1,
        token.averages.macro_avg.f1,
        report.entity.strict.all.f1,
        calibration_error(&report.details),
    ]
}
