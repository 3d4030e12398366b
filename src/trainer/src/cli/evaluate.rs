use std::path::PathBuf;

use anyhow::Result;
use nerite::Decoder;
use nerite_trainer::evaluation::{self, Judging, Part};
use nerite_trainer::split::Split;

use super::corpus::CorpusArguments;
use super::score;

/// Judge a bundle's head on a corpus, and write the report
///
/// Encoder and head run over the corpus's own words, exactly as they run in
/// the page. With --sample, a sample goes beside the report (x.sample.json
/// beside x.json): some sentences with words and tags, over which the page
/// can run encoder and head again. What is written to the folder `reports` of
/// a bundle in www/bundles is on the page at once.
#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    corpus: CorpusArguments,
    /// The bundle's folder
    #[arg(long, value_name = "DIR")]
    bundle: PathBuf,
    /// The head, else the bundle's default
    #[arg(long, value_name = "HEAD")]
    head: Option<String>,
    /// How tags are read off the scores: argmax, rules or transitions; else as
    /// the head says
    #[arg(long, value_name = "DECODER")]
    decoder: Option<Decoder>,
    /// How to cut the corpus into a train and a test part
    #[arg(long, value_name = "SPLIT", default_value = "sklearn:0.2:123")]
    split: Split,
    /// The sentences to judge
    #[arg(long, value_enum, default_value_t)]
    part: Part,
    /// Write the report to this file
    #[arg(long, value_name = "FILE.json")]
    out: Option<PathBuf>,
    /// Write a sample of at most N sentences beside the report. It holds the
    /// corpus's words
    #[arg(long, value_name = "N", default_value_t = 0, requires = "out")]
    sample: usize,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

impl Arguments {
    pub(super) fn run(&self) -> Result<()> {
        let corpus = self.corpus.read()?;
        let judging = Judging {
            bundle: &self.bundle,
            head: self.head.as_deref(),
            decoder: self.decoder,
            corpus: &corpus,
            split: self.split,
            part: self.part,
            sample: self.sample,
            command: self.command(),
        };
        let judged = judging.run()?;
        if let Some(out) = &self.out {
            evaluation::write(&judged, out)?;
        }
        let report = &judged.report;
        if self.json {
            say!("{}", serde_json::to_string(report)?);
            return Ok(());
        }
        say!("{}: {} words", report.title, report.words.judged);
        score::show(&report.token, &report.entity, &report.details.intervals)?;
        if let Some(out) = &self.out {
            say!("written to {}", out.display());
        }
        Ok(())
    }

    /// The command that makes the report again.
    fn command(&self) -> String {
        use clap::ValueEnum;
        let name = |path: &PathBuf| {
            path.file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned()
        };
        let part = self.part.to_possible_value();
        let part = part.map_or(String::new(), |part| part.get_name().to_owned());
        let mut flags = vec![("--bundle", name(&self.bundle)), ("--part", part)];
        if self.part != Part::All {
            flags.push(("--split", self.split.to_string()));
        }
        let optional = [
            ("--head", self.head.clone()),
            ("--decoder", self.decoder.map(|own| own.to_string())),
            ("--out", self.out.as_ref().map(name)),
            (
                "--sample",
                Some(self.sample)
                    .filter(|count| *count > 0)
                    .map(|count| count.to_string()),
            ),
        ];
        flags.extend(
            optional
                .into_iter()
                .filter_map(|(flag, value)| Some((flag, value?))),
        );
        let flags = flags
            .into_iter()
            .flat_map(|(flag, value)| [flag.to_owned(), value]);
        let start = ["nerite".to_owned(), "evaluate".to_owned()].into_iter();
        shell_words::join(start.chain(self.corpus.words()).chain(flags))
    }
}
