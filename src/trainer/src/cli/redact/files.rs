//! Texts of files and folders, or of standard input, and where they go.

use std::io::{BufRead, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::cli::texts::name_of;

/// No line of JSON lines is longer.
const MAX_LINE_BYTES: u64 = 16 << 20;

/// A text's file and where it goes; `None` for standard input and output.
type Job = (Option<PathBuf>, Option<PathBuf>);

pub(super) fn jobs(files: &[PathBuf], out: Option<&Path>) -> Result<Vec<Job>> {
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

/// Fails if a text would be written over, or over a table.
pub(super) fn check_apart(
    jobs: &[Job],
    written_table: Option<&Path>,
    read_table: Option<&Path>,
) -> Result<()> {
    let table = |path| ("--table", path);
    let read = jobs.iter().filter_map(|(file, _)| file.as_deref());
    let written = jobs.iter().filter_map(|(_, out)| out.as_deref());
    nerite_files::check_apart(
        written
            .map(|path| ("--out", path))
            .chain(written_table.map(table)),
        read.map(|path| ("a text", path))
            .chain(read_table.map(table)),
    )
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

pub(super) fn is_json_lines(path: &Path) -> bool {
    path.extension()
        .is_some_and(|own| own == "jsonl" || own == "ndjson")
}

pub(super) fn open(file: Option<&Path>) -> Result<Box<dyn BufRead>> {
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
pub(super) fn each_line(
    file: Option<&Path>,
    mut change: impl FnMut(&str) -> Result<()>,
) -> Result<()> {
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

pub(super) fn write(out: Option<&Path>, text: &str) -> Result<()> {
    match out {
        Some(path) => nerite_files::write_whole(path, text.as_bytes()),
        None => {
            let mut out = std::io::stdout().lock();
            out.write_all(text.as_bytes())?;
            Ok(out.flush()?)
        }
    }
}
