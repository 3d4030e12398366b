use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::ValueEnum;
use nerite_trainer::corpus::{
    self, Corpus, Encoding, Format, Options, Scheme, TagCheck, WordCheck, check_tags, check_words,
};
use nerite_trainer::split::{Parts, Split, names_sha256};
use serde_json::{Map, Value, json};

/// Read a corpus, say what is in it, and how a split would cut it
///
/// Reads Kaggle's CSV (columns `Sentence #`, `Word`, `Tag`) and CoNLL column
/// files (2 to 4 columns: the word first, the tag last; a blank line between
/// sentences), plain or gzipped.
#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    corpus: CorpusArguments,
    /// Cut the corpus in two: `sklearn:TEST_SIZE:SEED` is scikit-learn's
    /// train_test_split over the sentence names in string order
    #[arg(long, value_name = "SPLIT")]
    split: Option<Split>,
    /// Write the sentences as running text, cut it into words as `nerite predict`
    /// and the page do, and say how often these are the corpus's own words
    #[arg(long, conflicts_with = "split")]
    check_words: bool,
    /// Say how often the corpus disagrees with itself: sentences that occur again
    /// with other tags, and words in the same surroundings. What any model can
    /// reach ends there
    #[arg(long, conflicts_with_all = ["split", "check_words"])]
    check_tags: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A corpus and how to read it.
#[derive(clap::Args)]
pub(super) struct CorpusArguments {
    /// The corpus
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    reading: ReadingArguments,
}

/// How to read corpora.
#[derive(clap::Args)]
pub(super) struct ReadingArguments {
    /// The format, where the contents do not tell
    #[arg(long)]
    format: Option<Format>,
    /// The characters' encoding; a CSV that is not UTF-8 is taken for latin-1
    #[arg(long)]
    encoding: Option<Encoding>,
    /// How a CoNLL file marks entities; IOB1 is converted to IOB2
    #[arg(long)]
    scheme: Option<Scheme>,
}

impl CorpusArguments {
    pub(super) fn read(&self) -> Result<Corpus> {
        self.reading.read(&self.file)
    }

    /// The arguments as they would be typed again; the file is named without
    /// its folder, which is this machine's own.
    pub(super) fn words(&self) -> Vec<String> {
        let file = self
            .file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        [vec![file], self.reading.words()].concat()
    }
}

impl ReadingArguments {
    pub(super) fn read(&self, file: &Path) -> Result<Corpus> {
        let options = Options {
            format: self.format,
            encoding: self.encoding,
            scheme: self.scheme,
        };
        corpus::read(file, &options)
    }

    /// The arguments as they would be typed again.
    pub(super) fn words(&self) -> Vec<String> {
        fn flag(name: &str, value: Option<impl ValueEnum>) -> Vec<String> {
            let value = value.and_then(|value| value.to_possible_value());
            value.map_or(Vec::new(), |value| {
                vec![name.into(), value.get_name().into()]
            })
        }
        [
            flag("--format", self.format),
            flag("--encoding", self.encoding),
            flag("--scheme", self.scheme),
        ]
        .concat()
    }
}

impl Arguments {
    pub(super) fn run(&self) -> Result<()> {
        let corpus = self.corpus.read()?;
        if self.check_words {
            return self.show_words(&check_words(&corpus.sentences));
        }
        if self.check_tags {
            return self.show_tags(&check_tags(&corpus));
        }
        let parts = self
            .split
            .map(|split| split.parts(&corpus.names(), &[]))
            .transpose()?;
        let mut out = std::io::stdout().lock();
        if self.json {
            writeln!(out, "{}", summary(&corpus, parts.as_ref()))?;
            return Ok(());
        }
        writeln!(
            out,
            "{}: {} sentences, {} words, {} tags",
            self.corpus.file.display(),
            corpus.sentences.len(),
            corpus.words(),
            corpus.tags.len()
        )?;
        let test = parts.as_ref().map(|parts| support(&corpus, &parts.test));
        let mut table = super::table(["tag", "words", "in the test part"]);
        for (index, (tag, count)) in corpus.tag_counts().into_iter().enumerate() {
            let test = test
                .as_ref()
                .map_or(String::new(), |test| test[index].to_string());
            table.add_row([tag, count.to_string(), test]);
        }
        if test.is_none() {
            table
                .column_mut(2)
                .expect("three columns")
                .set_constraint(comfy_table::ColumnConstraint::Hidden);
        }
        writeln!(out, "{table}")?;
        if let Some(parts) = &parts {
            for (name, part) in [("train", &parts.train), ("test", &parts.test)] {
                writeln!(
                    out,
                    "{name}: {} sentences, sha256 of their names {}",
                    part.len(),
                    sha256(&corpus, part)
                )?;
            }
        }
        Ok(())
    }

    fn show_tags(&self, check: &TagCheck) -> Result<()> {
        if self.json {
            say!("{}", serde_json::to_string(check)?);
            return Ok(());
        }
        say!(
            "sentences that occur more than once: {} ({} times in all), with different tags: {}",
            check.repeated,
            check.occurrences,
            check.differing
        );
        say!(
            "between two copies: {:.2} % of the words have different tags; entity F1 of one judged by the other {:.4}",
            100.0 * check.words_differing,
            check.entity_f1
        );
        let mut table = super::table(["tag", "words whose surroundings repeat", "outvoted", "%"]);
        for (tag, found) in &check.tags {
            let share = 100.0 * found.outvoted as f64 / found.words as f64;
            table.add_row([
                tag.clone(),
                found.words.to_string(),
                found.outvoted.to_string(),
                format!("{share:.1}"),
            ]);
        }
        say!("{table}");
        Ok(())
    }

    fn show_words(&self, check: &WordCheck) -> Result<()> {
        if self.json {
            say!("{}", serde_json::to_string(check)?);
            return Ok(());
        }
        let share = |part: usize, all: usize| 100.0 * part as f64 / all.max(1) as f64;
        for (which, restored, all) in [
            ("all sentences", check.restored, check.sentences),
            (
                "sentences without an oddity",
                check.regular_restored,
                check.regular,
            ),
        ] {
            let share = share(restored, all);
            say!("{which}: words restored in {restored} of {all} ({share:.3} %)");
        }
        say!(
            "cut into more than one sentence, of those restored: {}",
            check.restored - check.whole
        );
        for (which, part, all) in [
            ("ends of sentences found", check.ends_right, check.ends),
            (
                "of the ends found, right",
                check.ends_right,
                check.ends_found,
            ),
        ] {
            say!("{which}: {part} of {all} ({:.2} %)", share(part, all));
        }
        for (oddity, count) in &check.oddities {
            say!("oddity: {oddity}: {count}");
        }
        const SHOWN: usize = 20;
        for failure in check.failures.iter().take(SHOWN) {
            say!(
                "{}\n  corpus {}\n  cut    {}",
                failure.name,
                failure.words.join(" "),
                failure.cut.join(" ")
            );
        }
        if check.failures.len() > SHOWN {
            say!("and {} more, all with --json", check.failures.len() - SHOWN);
        }
        Ok(())
    }
}

/// Words of each tag in a part.
fn support(corpus: &Corpus, part: &[usize]) -> Vec<u64> {
    let mut counts = vec![0; corpus.tags.len()];
    for &sentence in part {
        for &tag in &corpus.sentences[sentence].tags {
            counts[usize::from(tag)] += 1;
        }
    }
    counts
}

fn sha256(corpus: &Corpus, part: &[usize]) -> String {
    names_sha256(
        part.iter()
            .map(|&sentence| corpus.sentences[sentence].name.as_str()),
    )
}

fn summary(corpus: &Corpus, parts: Option<&Parts>) -> Value {
    let tags: Map<String, Value> = corpus
        .tag_counts()
        .into_iter()
        .map(|(tag, count)| (tag, count.into()))
        .collect();
    let mut summary = json!({
        "sentences": corpus.sentences.len(),
        "words": corpus.words(),
        "tags": tags,
    });
    if let Some(parts) = parts {
        let counts = support(corpus, &parts.test);
        let labels = corpus.tags.labels().iter().cloned();
        let support: Map<String, Value> = labels
            .zip(&counts)
            .filter(|(_, count)| **count > 0)
            .map(|(tag, count)| (tag, (*count).into()))
            .collect();
        summary["train"] = json!({
            "sentences": parts.train.len(),
            "sha256": sha256(corpus, &parts.train),
        });
        summary["test"] = json!({
            "sentences": parts.test.len(),
            "words": counts.iter().sum::<u64>(),
            "sha256": sha256(corpus, &parts.test),
            "support": support,
        });
    }
    summary
}
