use std::path::PathBuf;

use anyhow::Result;
use nerite::Report;
use nerite_trainer::fit::Settings;
use nerite_trainer::split::Split;
use nerite_trainer::train::{Layers, Training};

use super::EncoderArguments;
use super::corpus::CorpusArguments;

/// Train a head on a corpus, and report on it
///
/// The encoder runs over the corpus once; its features stay in the cache
/// (NERITE_CACHE), so that the next head takes seconds. A killed run goes on
/// where it was. In the folder OUT come `base` (the untrained head) and
/// `fine-tuned`, each with head.safetensors and report.json; the reports are
/// about the test part, which fitting never sees. The defaults are those of
/// the reference study: one linear layer on the last hidden state.
#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    corpus: CorpusArguments,
    /// The folder for heads and reports
    #[arg(long, value_name = "OUT")]
    out: PathBuf,
    #[command(flatten)]
    encoder: EncoderArguments,
    /// How to cut the corpus into a train and a test part
    #[arg(long, value_name = "SPLIT", default_value = "sklearn:0.2:123")]
    split: Split,
    /// The hidden states that the head reads: last, last4, all, or numbers as
    /// in 0,3,6 (0 is the embeddings)
    #[arg(long, value_name = "LAYERS", default_value = "last")]
    layers: Layers,
    /// Passes over the train part
    #[arg(long, allow_negative_numbers = true, default_value_t = 3)]
    epochs: usize,
    /// Sentences per step
    #[arg(long, allow_negative_numbers = true, default_value_t = 32)]
    batch: usize,
    /// The first learning rate; it falls linearly to 0
    #[arg(long, allow_negative_numbers = true, default_value_t = 1e-3)]
    learning_rate: f64,
    /// AdamW's weight decay
    #[arg(long, allow_negative_numbers = true, default_value_t = 0.01)]
    weight_decay: f64,
    /// The share of features hidden from each step
    #[arg(long, allow_negative_numbers = true, default_value_t = 0.1)]
    dropout: f64,
    /// Where initial weights, order and dropout come from: the same seed gives
    /// the same bytes
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

impl Arguments {
    pub(super) fn run(&self) -> Result<()> {
        let settings = Settings {
            epochs: self.epochs,
            batch: self.batch,
            learning_rate: self.learning_rate,
            weight_decay: self.weight_decay,
            dropout: self.dropout,
            seed: self.seed,
        };
        settings.check()?;
        let corpus = self.corpus.read()?;
        let source = self.encoder.find()?;
        // What cannot work is said before the long work begins.
        self.layers.of(source.config()?.layers)?;
        self.split.parts(&corpus.names())?;
        let encoder = source.quantized()?;
        let training = Training {
            corpus: &corpus,
            split: self.split,
            encoder_name: &source.name,
            encoder: &encoder,
            layers: self.layers.clone(),
            settings,
            command: self.command(&source.name),
            out: self.out.clone(),
        };
        let reports = training.run()?;
        let mut table = super::table([
            "",
            "accuracy",
            "weighted F1",
            "macro F1",
            "entity F1 (strict)",
        ]);
        for report in &reports {
            let cells = headline(report).map(|figure| format!("{figure:.4}"));
            table.add_row([vec![report.stage.clone()], cells.to_vec()].concat());
        }
        say!("{table}");
        let [_, tuned] = &reports;
        say!("{} words of the test part", tuned.words.judged);
        if tuned.words.without_subword > 0 {
            say!(
                "{} more yield no subword: they get O and are not judged",
                tuned.words.without_subword
            );
        }
        say!("written to {}", self.out.display());
        Ok(())
    }

    /// The command that makes the reports again.
    fn command(&self, encoder: &str) -> String {
        let out = self.out.file_name().unwrap_or_default().to_string_lossy();
        let settings = [
            ("--out", out.into_owned()),
            ("--encoder", encoder.to_owned()),
            ("--split", self.split.to_string()),
            ("--layers", self.layers.to_string()),
            ("--epochs", self.epochs.to_string()),
            ("--batch", self.batch.to_string()),
            ("--learning-rate", self.learning_rate.to_string()),
            ("--weight-decay", self.weight_decay.to_string()),
            ("--dropout", self.dropout.to_string()),
            ("--seed", self.seed.to_string()),
        ];
        let settings = settings
            .into_iter()
            .flat_map(|(flag, value)| [flag.to_owned(), value]);
        let start = ["nerite".to_owned(), "train".to_owned()].into_iter();
        let words = start
            .chain(self.corpus.words())
            .chain(settings)
            .chain(self.encoder.lookup.words());
        shell_words::join(words)
    }
}

/// Accuracy, weighted F1, macro F1 and strict entity F1.
pub(super) fn headline(report: &Report) -> [f64; 4] {
    let token = &report.token;
    [
        token.accuracy,
        token.averages.weighted_avg.f1,
        token.averages.macro_avg.f1,
        report.entity.strict.all.f1,
    ]
}
