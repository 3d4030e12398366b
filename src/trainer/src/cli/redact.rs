mod files;
mod restore;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use nerite::{Confirm, Policy, Redaction, Style, Table, placeholder_type};
use nerite_trainer::redaction::{Finder, Value, change_json};

use super::choice::choice;
use super::texts::EncodingArguments;
use files::{check_apart, each_line, is_json_lines, jobs, write};
pub(super) use restore::restore;

const MAX_TABLE_BYTES: u64 = 256 << 20;
/// The exit code where something below the threshold was left.
const LEFT: u8 = 3;

/// Take personal data out of texts, so that they can be handed on
///
/// What the heads of --bundle and the built-in patterns (addresses of mail and
/// web, phone, card and account numbers, keys) find becomes a placeholder such
/// as [PERSON_1]. The table keeps what the placeholders stand for; `nerite
/// restore --table` puts it back, also into a language model's answer:
///
///   nerite redact mail.txt --bundle www/bundles/all-MiniLM-L6-v2 --table table.json > safe.txt
///   nerite restore --table table.json answer.txt
///
/// Without a file, standard input is read; several files or folders go to the
/// folder --out. Files that end in .jsonl or .ndjson are JSON lines: values are
/// redacted line by line, names of members stay. This is a help and no
/// guarantee: read what you hand on.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Arguments {
    /// Texts, and folders of them
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    encoding: EncodingArguments,
    /// A bundle's folder, or FOLDER:HEAD for another head than its default;
    /// give several to join what they find. Without any, patterns work alone
    #[arg(long = "bundle", value_name = "DIR[:HEAD]")]
    bundles: Vec<String>,
    /// Do without the built-in patterns
    #[arg(long)]
    no_patterns: bool,
    /// Keep what was taken out in this file; one that is there is continued,
    /// with the same placeholders for the same values
    #[arg(long, value_name = "FILE.json")]
    table: Option<PathBuf>,
    /// Write here: a file for one text, a folder for several
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
    /// The types to take out, or `all`; else all but those that say nothing of
    /// a person: organizations, times, numbers
    #[arg(long, value_name = "TYPE,…", value_delimiter = ',')]
    types: Vec<String>,
    /// Leave what a head found with a lower score; TYPE=SCORE for one type
    #[arg(long, value_name = "[TYPE=]SCORE")]
    threshold: Vec<String>,
    /// What stands where something was taken out
    #[arg(
        long,
        value_name = "STYLE",
        default_value_t,
        value_parser = choice(Style::ALL, Style::name, Style::about)
    )]
    style: Style,
    /// With several bundles: when what one finds counts only if another finds
    /// it, too, of the types that both know
    #[arg(
        long,
        value_name = "WHEN",
        default_value_t,
        value_parser = choice(Confirm::ALL, Confirm::name, Confirm::about)
    )]
    confirm: Confirm,
    /// Leave this value, in whatever case
    #[arg(long, value_name = "VALUE")]
    keep: Vec<String>,
    /// Take this value out wherever it stands, in whatever case
    #[arg(long, value_name = "VALUE")]
    always: Vec<String>,
    /// Standard input is JSON lines
    #[arg(long)]
    json_lines: bool,
    /// End with exit code 3 if something was left because of its score
    #[arg(long)]
    strict: bool,
    /// Do not say what was taken out
    #[arg(long)]
    quiet: bool,
}

/// What was taken out and left, by type.
#[derive(Default)]
struct Counts {
    hidden: BTreeMap<String, usize>,
    left: BTreeMap<String, usize>,
}

impl Counts {
    fn add(&mut self, redaction: &Redaction) {
        for hidden in &redaction.hidden {
            *self.hidden.entry(hidden.kind.clone()).or_default() += 1;
        }
        for left in &redaction.left {
            *self.left.entry(left.kind.clone()).or_default() += 1;
        }
    }
}

impl Arguments {
    pub(super) fn run(&self) -> Result<std::process::ExitCode> {
        ensure!(
            !self.no_patterns || !self.bundles.is_empty(),
            "--no-patterns needs a --bundle: without patterns and heads, nothing is found"
        );
        ensure!(
            self.table.is_none() || self.style == Style::Placeholder,
            "found --table with --style {}, expected placeholders: nothing else can be restored",
            self.style.name()
        );
        let jobs = jobs(&self.files, self.out.as_deref())?;
        check_apart(&jobs, self.table.as_deref(), None)?;
        let mut finder = Finder::open(&self.bundles, !self.no_patterns)?;
        let policy = self.policy(&finder)?;
        let mut table = match &self.table {
            Some(path) if path.exists() => read_table(path)?,
            _ => Table::default(),
        };
        let known = finder.types();
        for kind in policy
            .types
            .iter()
            .flatten()
            .chain(policy.thresholds.keys())
        {
            ensure!(
                known.contains(kind),
                "found the type {kind}, expected one of {}",
                known.join(", ")
            );
        }
        let mut counts = Counts::default();
        let mut written = Vec::new();
        for (file, out) in &jobs {
            let lines = file.as_deref().map_or(self.json_lines, is_json_lines);
            let mut change = |value: Value<'_>| -> Result<String> {
                let redaction = finder.redact(value, &policy, &mut table)?;
                counts.add(&redaction);
                Ok(redaction.text)
            };
            let direct = out.is_none() && self.table.is_none();
            if lines {
                let mut all = String::new();
                each_line(file.as_deref(), |line| {
                    let line = change_json(line, &mut change)?;
                    // What cannot be restored need not wait for its table.
                    if direct {
                        say!("{line}");
                    } else {
                        all.push_str(&line);
                        all.push('\n');
                    }
                    Ok(())
                })?;
                written.push((out, all));
            } else {
                let text = self.encoding.read_marked(file.as_deref())?;
                written.push((out, change(Value::Text(&text))?));
            }
            // The table first: a text whose values are lost is worth nothing.
            if let Some(path) = &self.table {
                write_table(path, &table)?;
            }
            for (out, text) in written.drain(..) {
                write(out.as_deref(), &text)?;
            }
        }
        if !self.quiet {
            self.tell(&counts, &policy, &known);
        }
        let left = self.strict && !counts.left.is_empty();
        Ok(if left {
            LEFT.into()
        } else {
            std::process::ExitCode::SUCCESS
        })
    }

    fn policy(&self, finder: &Finder) -> Result<Policy> {
        let mut policy = Policy {
            style: self.style,
            confirm: self.confirm,
            shared_types: finder.shared_types(),
            keep: self.keep.clone(),
            always: self.always.clone(),
            ..Policy::default()
        };
        if self.types.iter().any(|own| own == "all") {
            policy.types = Some(finder.types());
        } else if !self.types.is_empty() {
            policy.types = Some(self.types.iter().map(|own| placeholder_type(own)).collect());
        }
        for own in &self.threshold {
            let (kind, score) = match own.split_once('=') {
                Some((kind, score)) => (Some(kind), score),
                None => (None, own.as_str()),
            };
            let value: f32 = score
                .parse()
                .ok()
                .filter(|score| (0.0..=1.0).contains(score))
                .with_context(|| {
                    format!(
                        "found the threshold {own:?}, expected a number from 0 to 1, or TYPE=NUMBER"
                    )
                })?;
            match kind {
                Some(kind) => {
                    policy.thresholds.insert(placeholder_type(kind), value);
                }
                None => policy.threshold = value,
            }
        }
        Ok(policy)
    }

    /// On standard error: standard output is the text's.
    fn tell(&self, counts: &Counts, policy: &Policy, known: &[String]) {
        let list = |counts: &BTreeMap<String, usize>| {
            let counts: Vec<String> = counts
                .iter()
                .map(|(kind, count)| format!("{count} {kind}"))
                .collect();
            if counts.is_empty() {
                "nothing".to_owned()
            } else {
                counts.join(", ")
            }
        };
        eprintln!("taken out: {}", list(&counts.hidden));
        if !counts.left.is_empty() {
            eprintln!("left, below the threshold: {}", list(&counts.left));
        }
        let not: Vec<&str> = known
            .iter()
            .filter(|kind| !policy.takes(kind))
            .map(String::as_str)
            .collect();
        if !not.is_empty() {
            eprintln!("not taken out: {}", not.join(", "));
        }
        if self.bundles.is_empty() {
            eprintln!("not looked for: names and addresses of people (they take a --bundle)");
        }
        eprintln!("this is a help and no guarantee: read what you hand on");
    }
}

fn read_table(path: &Path) -> Result<Table> {
    let bytes = nerite_files::read_bounded(path, MAX_TABLE_BYTES)?;
    Table::from_json(&bytes).with_context(|| path.display().to_string())
}

/// Writes what [`read_table`] reads, or nothing.
fn write_table(path: &Path, table: &Table) -> Result<()> {
    let name = || format!("{}: the table would not be read again", path.display());
    table.check().with_context(name)?;
    let json = table.to_json();
    let bytes = json.len() as u64;
    ensure!(
        bytes <= MAX_TABLE_BYTES,
        "{}: found {bytes} bytes, expected at most {MAX_TABLE_BYTES}",
        name()
    );
    nerite_files::write_whole(path, json.as_bytes())
}
