use std::path::PathBuf;

use anyhow::{Result, bail};
use nerite_trainer::bundle;
use nerite_trainer::split::Split;
use nerite_trainer::study::{self, Row, Study};
use nerite_trainer::training_set::TrainingSet;

use super::LookupArguments;
use super::corpus::CorpusArguments;
use super::train::headline;

/// Compare encoders as the reference study does, and go beyond it, in one go
///
/// Every encoder gets an untrained and a fitted linear head on its last hidden
/// state, under the study's split and settings, and the best head that Nerite
/// has (`nerite train --preset best`), each under several seeds. Bundles with
/// the first seed's heads, reports, loss pictures and all seeds' figures go to
/// BUNDLES, where the page finds them; other heads of these bundles stay. What
/// an earlier run has finished is not done again. An encoder that cannot be had
/// is named at the end; the others are done.
#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    corpus: CorpusArguments,
    /// An encoder (a folder, a known name, or an id on the hub); give several
    /// for several. If none is given: the study's own three
    #[arg(long = "encoder", value_name = "NAME")]
    encoders: Vec<String>,
    #[command(flatten)]
    lookup: LookupArguments,
    /// The folder for heads and reports
    #[arg(long, value_name = "OUT", default_value = "runs/study")]
    out: PathBuf,
    /// The folder for bundles
    #[arg(long, value_name = "BUNDLES", default_value = "www/bundles")]
    bundles: PathBuf,
    /// How to cut the corpus into a train and a test part
    #[arg(long, value_name = "SPLIT", default_value = "sklearn:0.2:123")]
    split: Split,
    /// Where initial weights, order and dropout come from; several, for the
    /// spread
    #[arg(
        long,
        value_name = "SEEDS",
        value_delimiter = ',',
        default_value = "0,1,2"
    )]
    seeds: Vec<u64>,
}

impl Arguments {
    pub(super) fn run(&self) -> Result<()> {
        let encoders = match self.encoders.as_slice() {
            [] => study::ENCODERS.map(str::to_owned).to_vec(),
            asked => asked.to_vec(),
        };
        let set = TrainingSet::single(
            self.corpus.read_as_the_study_did()?,
            self.split,
            (&|_| Ok(0.0), true),
        )?;
        let study = Study {
            set: &set,
            seeds: &self.seeds,
            command: self.command(&encoders),
            out: &self.out,
            bundles: &self.bundles,
        };
        let mut table = super::table([
            "encoder",
            "head",
            "accuracy",
            "weighted F1",
            "macro F1",
            "entity F1 (strict)",
            "calibration error",
        ]);
        let mut failed = Vec::new();
        for encoder in &encoders {
            eprintln!("== {encoder}");
            match study.run(encoder, &self.lookup.lookup()) {
                Ok(rows) => {
                    for row in &rows {
                        table.add_row(cells(encoder, row));
                    }
                }
                Err(error) => failed.push(format!("{encoder}: {error:#}")),
            }
        }
        for figure in &study::PUBLISHED {
            let numbers =
                [figure.accuracy, figure.weighted_f1, figure.macro_f1].map(|x| format!("{x:.4}"));
            let [accuracy, weighted, macro_avg] = numbers;
            let head = format!("{} (published)", figure.stage);
            table.add_row([
                figure.encoder.to_owned(),
                head,
                accuracy,
                weighted,
                macro_avg,
                "-".into(),
                "-".into(),
            ]);
        }
        bundle::write_index(&self.bundles)?;
        say!("{table}");
        say!("mean ± standard deviation over the seeds");
        say!(
            "(published): the reference study's own figures, on the original encoders in full precision."
        );
        say!(
            "Bundles, reports and loss pictures: {}",
            self.bundles.display()
        );
        if !failed.is_empty() {
            bail!(
                "{} of {} encoders could not be done:\n  {}",
                failed.len(),
                encoders.len(),
                failed.join("\n  ")
            );
        }
        Ok(())
    }

    /// The command that makes the reports again.
    fn command(&self, encoders: &[String]) -> String {
        let encoders = encoders
            .iter()
            .flat_map(|encoder| ["--encoder".to_owned(), encoder.clone()]);
        let seeds: Vec<String> = self.seeds.iter().map(u64::to_string).collect();
        let rest = [
            "--split".to_owned(),
            self.split.to_string(),
            "--seeds".to_owned(),
            seeds.join(","),
        ];
        let start = ["nerite".to_owned(), "study".to_owned()].into_iter();
        let words = start
            .chain(self.corpus.words())
            .chain(encoders)
            .chain(rest)
            .chain(self.lookup.words());
        shell_words::join(words)
    }
}

/// Means, and how far seeds lie apart.
fn cells(encoder: &str, row: &Row) -> Vec<String> {
    let figures = (0..5).map(|figure| {
        let [mean, deviation] = row.spread(|report| headline(report)[figure]);
        format!("{mean:.4} ± {deviation:.4}")
    });
    let names = [encoder.to_owned(), row.head.to_owned()];
    names.into_iter().chain(figures).collect()
}
