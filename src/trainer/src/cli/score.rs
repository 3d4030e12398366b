use std::path::PathBuf;

use anyhow::Result;
use nerite::{Context, Details, Entities, Evaluation, OverlapScores, TokenReport};
use nerite_trainer::corpus::{self, Encoding, Scheme};
use nerite_trainer::terminal::shown;
use serde_json::json;

/// Judge anybody's predictions: a file with word, gold tag and predicted tag
///
/// Reads columns separated by spaces or tabs, as conlleval does: the word
/// first, the gold tag last but one, the predicted tag last, any number of
/// columns between; an empty line after each sentence. Figures per word are
/// scikit-learn's, per entity seqeval's (lenient, strict) and nervaluate's
/// (exact, partial, type).
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The predictions, plain or gzipped
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// How both columns mark entities, else as most of their tags do; all are
    /// made IOB2 (`iob2` keeps them as they are)
    #[arg(long)]
    scheme: Option<Scheme>,
    /// The characters' encoding, if it is not UTF-8
    #[arg(long, value_name = "NAME")]
    encoding: Option<Encoding>,
    /// How often sentences are drawn for the 95 % intervals
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    resamples: u32,
    /// The seed of the draw
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Print JSON: a report's `token`, `entity`, `words`, `figures`, `confusion`, `intervals`
    #[arg(long)]
    json: bool,
}

impl Arguments {
    pub(super) fn run(&self) -> Result<()> {
        let predictions = corpus::read_predictions(&self.file, self.encoding, self.scheme)?;
        let found = format!("{}: {}", self.file.display(), predictions.found);
        eprintln!("{}", shown(&found));
        let sentences: Vec<_> = predictions.sentences().collect();
        let context = Context {
            training: None,
            seed: self.seed,
            resamples: self.resamples,
            ..Context::default()
        };
        let found = Evaluation::of(&predictions.tags, &sentences, &context);
        if self.json {
            let json = json!({
                "token": found.token,
                "entity": found.entity,
                "words": found.words,
                "figures": found.details.figures,
                "confusion": found.details.confusion,
                "intervals": found.details.intervals,
            });
            say!("{json}");
            return Ok(());
        }
        say!(
            "{} sentences, {} words",
            sentences.len(),
            found.words.judged
        );
        show(&found.token, &found.entity, &found.details)
    }
}

/// Tables of everything that is judged.
pub(super) fn show(token: &TokenReport, entity: &Entities, details: &Details) -> Result<()> {
    let mut table = super::table(["tag", "precision", "recall", "F1", "support"]);
    let averages = &token.averages;
    let tags = token.tags.iter().map(|(tag, own)| (tag.as_str(), own));
    let averages = [
        ("macro average", &averages.macro_avg),
        ("weighted average", &averages.weighted_avg),
    ];
    for (name, own) in tags.chain(averages) {
        let figures = [own.precision, own.recall, own.f1].map(|value| format!("{value:.4}"));
        let [precision, recall, f1] = figures;
        table.add_row([name, &precision, &recall, &f1, &own.support.to_string()]);
    }
    say!("{table}");
    let mut table = super::table(["entities, strict", "precision", "recall", "F1", "support"]);
    let strict = &entity.strict;
    let kinds = strict
        .by_type
        .iter()
        .map(|(kind, own)| (kind.as_str(), own));
    for (name, own) in kinds.chain([("all", &strict.all)]) {
        let figures = [own.precision, own.recall, own.f1].map(|value| format!("{value:.4}"));
        let [precision, recall, f1] = figures;
        table.add_row([name, &precision, &recall, &f1, &own.support.to_string()]);
    }
    say!("{table}");
    let mut table = super::table([
        "scheme",
        "precision",
        "recall",
        "F1",
        "correct",
        "incorrect",
        "partial",
        "missed",
        "spurious",
    ]);
    for (
        name,
        OverlapScores {
            precision,
            recall,
            f1,
            counts,
        },
    ) in [
        ("lenient", entity.strict_overlap.all),
        ("exact", entity.exact.all),
        ("partial", entity.partial.all),
        ("type", entity.kind.all),
    ] {
        let [precision, recall, f1] = [precision, recall, f1].map(|value| format!("{value:.4}"));
        let counts = [
            counts.correct,
            counts.incorrect,
            counts.partial,
            counts.missed,
            counts.spurious,
        ];
        let [correct, incorrect, partial, missed, spurious] = counts.map(|count| count.to_string());
        table.add_row([
            name, &precision, &recall, &f1, &correct, &incorrect, &partial, &missed, &spurious,
        ]);
    }
    say!("{table}");
    for (figure, value) in details.figures.iter() {
        let interval = details.intervals.figures.get(figure).unwrap_or_default();
        say!(
            "{}: {value:.4} (95 %: {:.4} to {:.4})",
            figure.title(),
            interval.low,
            interval.high
        );
    }
    Ok(())
}
