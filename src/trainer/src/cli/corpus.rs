use std::path::{Path, PathBuf};

use anyhow::Result;
use nerite_fit::names_sha256;
use nerite_trainer::corpus::{Corpus, Encoding, TagCheck, WordCheck, check_tags, check_words};
use nerite_trainer::split::{Parts, Split};
use serde_json::{Map, Value, json};

use super::reading::ReadingArguments;

/// Read a corpus, say what is in it, and how a split would cut it
///
/// Reads whatever `--format` lists, plain or gzipped; which format it is shows
/// in the contents. Of BRAT's pairs, the folder or one of the two files is named.
///
/// Tags may be IOB1, IOB2, BIOES, BILOU or types without marks; they are made
/// IOB2. What was found out is said in one line on standard error.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Arguments {
    #[command(flatten)]
    corpus: CorpusArguments,
    /// Cut the corpus in two: `documents:TEST_SIZE:SEED` keeps whole documents
    /// together, `blocks` runs of 50 sentences; `sklearn` is scikit-learn's
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

impl CorpusArguments {
    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    pub(super) fn read(&self) -> Result<Corpus> {
        self.reading.read(&self.file)
    }

    /// Reads the corpus as the reference study did, which took every byte that
    /// is not UTF-8 for a character of latin-1.
    pub(super) fn read_as_the_study_did(&self) -> Result<Corpus> {
        let corpus = self.read()?;
        let guessed = self.reading.encoding.is_none();
        if guessed && corpus.encoding == Encoding::WINDOWS_1252 {
            return self.reading.in_encoding(Encoding::LATIN_1).read(&self.file);
        }
        Ok(corpus)
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
            .map(|split| split.parts(&corpus.names(), &corpus.documents()))
            .transpose()?;
        if self.json {
            say!("{}", summary(&corpus, parts.as_ref()));
            return Ok(());
        }
        say!(
            "{}: {} sentences, {} words, {} tags",
            self.corpus.file.display(),
            corpus.sentences.len(),
            corpus.words(),
            corpus.tags.len()
        );
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
        say!("{table}");
        if let Some(parts) = &parts {
            for (name, part) in [("train", &parts.train), ("test", &parts.test)] {
                say!(
                    "{name}: {} sentences, sha256 of their names {}",
                    part.len(),
                    sha256(&corpus, part)
                );
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
