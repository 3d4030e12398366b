//! The reference study as one run: every encoder under the same corpus, split
//! and settings, an untrained and a fitted linear head each.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use nerite::{Loss, Report};
use plotters::prelude::*;

use crate::bundle;
use crate::corpus::Corpus;
use crate::encoders::{Lookup, Source};
use crate::files;
use crate::fit::Settings;
use crate::split::Split;
use crate::train::{Layers, Training, read_outcome};

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

/// The study's settings.
pub fn settings(seed: u64) -> Settings {
    Settings {
        epochs: 3,
        batch: 32,
        learning_rate: 1e-3,
        weight_decay: 0.01,
        dropout: 0.1,
        seed,
    }
}

/// What all encoders of a study share.
pub struct Study<'a> {
    /// The corpus.
    pub corpus: &'a Corpus,
    /// Its split.
    pub split: Split,
    /// The seed.
    pub seed: u64,
    /// The command line, for the reports.
    pub command: String,
    /// Heads and reports go to a folder per encoder here.
    pub out: &'a Path,
    /// Bundles go to a folder per encoder here.
    pub bundles: &'a Path,
}

impl Study<'_> {
    /// Trains on one encoder, unless an earlier run of the very same study
    /// has, and makes its bundle and its loss picture (`reports/loss.svg`).
    ///
    /// # Errors
    ///
    /// An encoder that cannot be had, or a disk that fails.
    pub fn run(&self, encoder: &str, lookup: &Lookup) -> Result<[Report; 2]> {
        let source = Source::find(encoder, lookup)?;
        let quantized = source.quantized()?;
        let name = bundle::name_of(&source.name);
        ensure!(
            nerite::is_file_name(&name),
            "{encoder}: {name:?} cannot name a bundle"
        );
        let training = Training {
            corpus: self.corpus,
            split: self.split,
            encoder_name: &source.name,
            encoder: &quantized,
            layers: Layers::Last,
            settings: settings(self.seed),
            command: self.command.clone(),
            out: self.out.join(&name),
        };
        let stages = ["base", "fine-tuned"].map(|stage| training.out.join(stage));
        let earlier = stages.each_ref().map(|folder| {
            let report = read_outcome(folder).ok()?.3;
            training.would_repeat(&report).then_some(report)
        });
        let reports = match earlier {
            [Some(base), Some(tuned)] => [base, tuned],
            _ => training.run()?,
        };
        let out = self.bundles.join(&name);
        bundle::create(&source, &quantized, &stages, None, &out)?;
        let picture = loss_picture(&name, &reports[1].loss)
            .with_context(|| format!("cannot draw the loss of {name}"))?;
        files::write_whole(&out.join("reports/loss.svg"), picture.as_bytes())?;
        Ok(reports)
    }
}

/// Steps that one point of the picture averages over.
const WINDOW: usize = 25;

/// The loss after every step, averaged over [`WINDOW`] of them, as SVG.
fn loss_picture(name: &str, loss: &Loss) -> Result<String> {
    let mean = |steps: &[f32]| steps.iter().sum::<f32>() / steps.len() as f32;
    let points: Vec<(f32, f32)> = loss
        .steps
        .chunks(WINDOW)
        .enumerate()
        .map(|(index, steps)| {
            (
                (index * WINDOW) as f32 + steps.len() as f32 / 2.0,
                mean(steps),
            )
        })
        .collect();
    let highest = points
        .iter()
        .map(|(_, y)| *y)
        .fold(0.0, f32::max)
        .max(f32::MIN_POSITIVE);
    let steps = loss.steps.len().max(1);
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, (720, 400)).into_drawing_area();
        area.fill(&WHITE)?;
        let mut chart = ChartBuilder::on(&area)
            .caption(format!("{name}: training loss"), ("sans-serif", 20))
            .margin(12)
            .x_label_area_size(40)
            .y_label_area_size(56)
            .build_cartesian_2d(0f32..steps as f32, 0f32..highest * 1.05)?;
        chart
            .configure_mesh()
            .x_desc("step")
            .y_desc("cross-entropy, nats per word")
            .light_line_style(WHITE)
            .x_label_formatter(&|x| format!("{x:.0}"))
            .draw()?;
        // A line at the end of every epoch.
        for epoch in 1..loss.epochs.len() {
            let x = (steps * epoch / loss.epochs.len()) as f32;
            chart.draw_series(LineSeries::new([(x, 0.0), (x, highest)], BLACK.mix(0.25)))?;
        }
        chart.draw_series(LineSeries::new(
            points,
            RGBColor(11, 95, 102).stroke_width(2),
        ))?;
        area.present()?;
    }
    Ok(svg)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_drawn_of_any_loss() {
        let long = Loss {
            steps: (0..3000).map(|step| 3.0 / (1.0 + step as f32)).collect(),
            epochs: vec![1.0, 2.0, 3.0],
        };
        let picture = loss_picture("<b>&", &long).unwrap();
        assert!(picture.contains("<polyline"));
        assert!(!picture.contains("<b>"), "names are escaped");
        loss_picture("none", &Loss::default()).unwrap();
    }
}
