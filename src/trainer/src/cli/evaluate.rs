use std::path::PathBuf;

use anyhow::Result;
use nerite::Decoder;
use nerite_trainer::corpus::TypeMap;
use nerite_trainer::evaluation::{self, Apart, Judging, Outcome, Part};
use nerite_trainer::progress;
use nerite_trainer::split::Split;
use nerite_trainer::terminal::shown;

use super::choice::choice;
use super::corpus::CorpusArguments;
use super::score;

/// Judge a bundle's head on a corpus, and write the report
///
/// Encoder and head run over the corpus's own words, exactly as they run in
/// the page. With --sample, a sample goes beside the report (x.sample.json
/// beside x.json): some sentences with words and tags, over which the page
/// can run encoder and head again. What is written to the folder `reports` of
/// a bundle in www/bundles is on the page at once.
///
/// All of the file is judged. A head's own training file has sentences that it
/// was fitted on, unless it was split: there, --split with that split, or
/// --part test if it was the usual one, judges the others.
///
/// Where head and corpus name their types otherwise, --map says which are the
/// same: `--map geo=LOC,per=PER,org=ORG` judges a head of the news corpus on
/// one with LOC, PER and ORG.
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
    /// How tags are read off the scores, else as the head says
    #[arg(
        long,
        value_name = "DECODER",
        value_parser = choice(Decoder::ALL, Decoder::name, Decoder::about)
    )]
    decoder: Option<Decoder>,
    /// What types become, in the corpus and in what the head finds, before they
    /// are compared: pairs like geo=LOC,per=PER. LOC and PER stay themselves;
    /// other types that are left out are not judged, unless *=* is among the pairs
    #[arg(long, value_name = "MAP")]
    map: Option<TypeMap>,
    /// Judge only these types, after --map: PER,LOC,ORG
    #[arg(long, value_name = "TYPES", value_delimiter = ',')]
    types: Option<Vec<String>>,
    /// How to cut the corpus into a train and a test part, as `nerite train`
    /// does (documents:0.2:123, blocks, sklearn), else as that does unless told;
    /// implies --part test
    #[arg(long, value_name = "SPLIT")]
    split: Option<Split>,
    /// The sentences to judge, else all
    #[arg(long, value_enum)]
    part: Option<Part>,
    /// Write the report to this file
    #[arg(long, value_name = "FILE.json")]
    out: Option<PathBuf>,
    /// Write a sample of at most N sentences beside the report. It holds the
    /// corpus's words
    #[arg(long, value_name = "N", default_value_t = 0, requires = "out")]
    sample: usize,
    /// Write each word with its gold and its predicted tag, which `nerite score`
    /// reads. It holds the corpus's words
    #[arg(long, value_name = "FILE")]
    predictions: Option<PathBuf>,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

impl Arguments {
    pub(super) fn run(&self) -> Result<()> {
        if let Some(out) = &self.out {
            evaluation::check_report_path(out)?;
        }
        if let Some(path) = &self.predictions {
            evaluation::check_writable(path)?;
        }
        let sample = self.out.as_deref().map(evaluation::sample_path);
        let written = [
            ("--out", self.out.as_deref()),
            ("--sample", sample.as_deref()),
            ("--predictions", self.predictions.as_deref()),
        ];
        let written = written
            .into_iter()
            .filter_map(|(flag, path)| Some((flag, path?)));
        nerite_files::check_apart(written, [("the corpus", self.corpus.file())])?;
        let corpus = self.corpus.read()?;
        let split = self
            .split
            .unwrap_or_else(|| Split::usual(&corpus.documents()));
        let judging = Judging {
            bundle: &self.bundle,
            head: self.head.as_deref(),
            decoder: self.decoder,
            corpus: &corpus,
            map: self.map.as_ref(),
            types: self.types.as_deref(),
            split,
            part: self.part(),
            sample: self.sample,
            command: self.command(split),
        };
        let judged = judging.run()?;
        if let Some(out) = &self.out {
            evaluation::write(&judged, out)?;
        }
        if let Some(path) = &self.predictions {
            nerite_files::write_whole(path, judged.predictions.as_bytes())?;
        }
        if let Some(split) = &judged.fitted_on {
            let others = match split.parse::<Split>() {
                Ok(_) => format!("; --split {} judges the others", shown(split)),
                Err(_) => String::new(),
            };
            eprintln!(
                "note: the head was fitted on sentences of this file, so that these figures \
                 flatter it{others}"
            );
        }
        if !judged.unknown.is_empty() {
            progress::warn(&format!(
                "--map or --types: found neither in the corpus nor in the head: {}",
                judged.unknown.join(", ")
            ));
        }
        self.tell(&judged);
        let report = &judged.report;
        if self.json {
            say!("{}", serde_json::to_string(report)?);
            return Ok(());
        }
        say!("{}: {} words", report.title, report.words.judged);
        score::show(&report.token, &report.entity, &report.details)?;
        if let Some(out) = &self.out {
            say!("written to {}", out.display());
        }
        Ok(())
    }

    /// Says which types lower the figures since one side alone has them.
    fn tell(&self, judged: &Outcome) {
        let Apart {
            found,
            labelled,
            shared,
        } = &judged.apart;
        let listed = |kinds: &[(String, u64)]| {
            let kinds = kinds.iter().map(|(kind, count)| format!("{count} {kind}"));
            kinds.collect::<Vec<_>>().join(", ")
        };
        let mut told = Vec::new();
        if !found.is_empty() {
            told.push(format!(
                "finds {}, of which the corpus has none, so that they count as wrong",
                listed(found)
            ));
        }
        if !labelled.is_empty() {
            told.push(format!(
                "does not know {} of the corpus, so that they count as missed",
                listed(labelled)
            ));
        }
        if !told.is_empty() {
            let told = told.join(", and ");
            let shared = shared.join(",");
            let note = format!("note: the head {told}; --types {shared} judges what both have");
            eprintln!("{}", shown(&note));
        }
    }

    fn part(&self) -> Part {
        let cut = self.split.map_or(Part::All, |_| Part::Test);
        self.part.unwrap_or(cut)
    }

    /// The command that makes the report again.
    fn command(&self, split: Split) -> String {
        use clap::ValueEnum;
        let name = |path: &PathBuf| {
            path.file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned()
        };
        let part = self.part().to_possible_value();
        let part = part.map_or(String::new(), |part| part.get_name().to_owned());
        let mut flags = vec![("--bundle", name(&self.bundle)), ("--part", part)];
        if self.part() != Part::All {
            flags.push(("--split", split.to_string()));
        }
        let optional = [
            ("--head", self.head.clone()),
            ("--map", self.map.as_ref().map(ToString::to_string)),
            ("--types", self.types.as_ref().map(|types| types.join(","))),
            ("--decoder", self.decoder.map(|own| own.to_string())),
            ("--predictions", self.predictions.as_ref().map(name)),
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
