use std::collections::BTreeMap;
use std::io::{BufRead, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use nerite::{Confirm, Policy, Redaction, Restorer, Style, Table, placeholder_type};
use nerite_trainer::redaction::{Finder, Value, change_json};

use super::texts::{EncodingArguments, name_of};

/// No line of JSON lines, and no table, is read beyond these sizes.
const MAX_LINE_BYTES: u64 = 16 << 20;
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
    /// What stands where something was taken out: placeholder, mask (█) or
    /// remove
    #[arg(long, value_name = "STYLE", default_value = "placeholder")]
    style: Style,
    /// With several bundles: when what one finds counts only if another finds
    /// it, too, of the types that both know: never, doubtful (names in small
    /// letters, single words with a low score) or always
    #[arg(long, value_name = "WHEN", default_value = "doubtful")]
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
            "found --no-patterns without a --bundle, expected something to look with"
        );
        ensure!(
            self.table.is_none() || self.style == Style::Placeholder,
            "found --table with --style {}, expected placeholders: nothing else can be restored",
            self.style.name()
        );
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
        let jobs = jobs(&self.files, self.out.as_deref())?;
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
                nerite_files::write_whole(path, table.to_json().as_bytes())?;
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

/// Puts values back into texts: `nerite restore --table`.
pub(super) fn restore(
    table: &Path,
    files: &[PathBuf],
    out: Option<&Path>,
    json_lines: bool,
) -> Result<()> {
    let table = read_table(table)?;
    for (file, out) in jobs(files, out)? {
        if file.as_deref().map_or(json_lines, is_json_lines) {
            let mut all = String::new();
            each_line(file.as_deref(), |line| {
                let line = change_json(line, |value| Ok(table.restore(value.written())))?;
                if out.is_none() {
                    say!("{line}");
                } else {
                    all.push_str(&line);
                    all.push('\n');
                }
                Ok(())
            })?;
            if out.is_some() {
                write(out.as_deref(), &all)?;
            }
        } else if let Some(out) = &out {
            let text = EncodingArguments::default().read_marked(file.as_deref())?;
            write(Some(out), &table.restore(&text))?;
        } else {
            stream(&table, file.as_deref())?;
        }
    }
    Ok(())
}

/// What comes in goes out as soon as it is certain.
fn stream(table: &Table, file: Option<&Path>) -> Result<()> {
    let name = name_of(file);
    let mut source = open(file)?;
    let mut out = std::io::stdout().lock();
    let mut restorer = Restorer::new(table);
    let mut held: Vec<u8> = Vec::new();
    let mut buffer = vec![0; 64 << 10];
    loop {
        let count = source
            .read(&mut buffer)
            .with_context(|| format!("cannot read {name}"))?;
        held.extend_from_slice(&buffer[..count]);
        let whole = match std::str::from_utf8(&held) {
            Ok(text) => text.len(),
            // A character may be cut in two by the end of what has come.
            Err(error) if error.error_len().is_none() && count > 0 => error.valid_up_to(),
            Err(error) => bail!(
                "{name}: found the byte {:#04x}, expected UTF-8",
                held[error.valid_up_to()]
            ),
        };
        let text = std::str::from_utf8(&held[..whole]).expect("it was checked");
        out.write_all(restorer.push(text).as_bytes())?;
        out.flush()?;
        held.drain(..whole);
        if count == 0 {
            break;
        }
    }
    out.write_all(restorer.finish().as_bytes())?;
    out.flush()?;
    Ok(())
}

fn read_table(path: &Path) -> Result<Table> {
    let bytes = nerite_files::read_bounded(path, MAX_TABLE_BYTES)?;
    Table::from_json(&bytes).with_context(|| path.display().to_string())
}

/// A text's file and where it goes; `None` for standard input and output.
type Job = (Option<PathBuf>, Option<PathBuf>);

fn jobs(files: &[PathBuf], out: Option<&Path>) -> Result<Vec<Job>> {
    let several = files.len() > 1 || files.iter().any(|file| file.is_dir());
    if !several {
        return Ok(vec![(files.first().cloned(), out.map(Path::to_owned))]);
    }
    let Some(out) = out else {
        bail!("found several texts, expected --out with a folder for them");
    };
    let mut jobs = Vec::new();
    let mut passed = Vec::new();
    for file in files {
        let name = file
            .file_name()
            .with_context(|| format!("{}: expected a path with a name", file.display()))?;
        if file.is_dir() {
            walk(file, &out.join(name), out, &mut jobs, &mut passed)?;
        } else {
            jobs.push((Some(file.clone()), Some(out.join(name))));
        }
    }
    if let Some(first) = passed.first() {
        let text = format!(
            "passed over: {} hidden files, links, pipes or devices, the first of them {}",
            passed.len(),
            first.display()
        );
        eprintln!("{}", nerite_trainer::terminal::shown(&text));
    }
    let mut targets: Vec<_> = jobs.iter().map(|(_, out)| out).collect();
    targets.sort();
    if let Some(pair) = targets.windows(2).find(|pair| pair[0] == pair[1]) {
        let path = pair[0].as_deref().unwrap_or(out).display();
        bail!("found two texts that would become {path}, expected different names");
    }
    Ok(jobs)
}

/// All files below a folder, in order. Links are not followed; they, hidden
/// files and what is no file are `passed`, and the results themselves left out.
fn walk(
    folder: &Path,
    to: &Path,
    out: &Path,
    jobs: &mut Vec<Job>,
    passed: &mut Vec<PathBuf>,
) -> Result<()> {
    let name = || format!("cannot read {}", folder.display());
    let mut entries: Vec<_> = std::fs::read_dir(folder)
        .with_context(name)?
        .collect::<Result<_, _>>()
        .with_context(name)?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let kind = entry.file_type()?;
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if hidden || !(kind.is_dir() || kind.is_file()) {
            passed.push(path);
        } else if kind.is_file() {
            jobs.push((Some(path), Some(to)));
        } else if !out.exists() || path.canonicalize()? != out.canonicalize()? {
            walk(&path, &to, out, jobs, passed)?;
        }
    }
    Ok(())
}

fn is_json_lines(path: &Path) -> bool {
    path.extension()
        .is_some_and(|own| own == "jsonl" || own == "ndjson")
}

fn open(file: Option<&Path>) -> Result<Box<dyn BufRead>> {
    Ok(match file {
        Some(path) => {
            let file = std::fs::File::open(path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            Box::new(std::io::BufReader::new(file))
        }
        None => Box::new(std::io::stdin().lock()),
    })
}

fn utf8(name: &str, bytes: Vec<u8>, first: usize) -> Result<String> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = first
            + error.as_bytes()[..at]
                .iter()
                .filter(|&&byte| byte == b'\n')
                .count();
        anyhow::anyhow!(
            "{name}:{line}: found the byte {:#04x}, expected UTF-8",
            error.as_bytes()[at]
        )
    })
}

/// Every line that is not empty, as it comes.
fn each_line(file: Option<&Path>, mut change: impl FnMut(&str) -> Result<()>) -> Result<()> {
    let name = name_of(file);
    let mut source = open(file)?;
    for number in 1.. {
        let mut bytes = Vec::new();
        let count = source
            .by_ref()
            .take(MAX_LINE_BYTES + 1)
            .read_until(b'\n', &mut bytes);
        if count.with_context(|| format!("cannot read {name}"))? == 0 {
            break;
        }
        ensure!(
            bytes.len() as u64 <= MAX_LINE_BYTES,
            "{name}:{number}: found more than {MAX_LINE_BYTES} bytes in a line"
        );
        let line = utf8(&name, bytes, number)?;
        let line = line.trim();
        if !line.is_empty() {
            change(line).with_context(|| format!("{name}:{number}"))?;
        }
    }
    Ok(())
}

fn write(out: Option<&Path>, text: &str) -> Result<()> {
    match out {
        Some(path) => nerite_files::write_whole(path, text.as_bytes()),
        None => {
            let mut out = std::io::stdout().lock();
            out.write_all(text.as_bytes())?;
            Ok(out.flush()?)
        }
    }
}
