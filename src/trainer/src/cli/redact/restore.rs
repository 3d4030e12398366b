//! `nerite restore --table`: values put back into texts.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use nerite::{Restorer, Table};
use nerite_trainer::redaction::change_json;

use super::files::{check_apart, each_line, is_json_lines, jobs, open, write};
use super::read_table;
use crate::cli::texts::{EncodingArguments, name_of};

/// Puts values back into texts: `nerite restore --table`.
pub(in crate::cli) fn restore(
    table: &Path,
    files: &[PathBuf],
    out: Option<&Path>,
    json_lines: bool,
) -> Result<()> {
    let jobs = jobs(files, out)?;
    check_apart(&jobs, None, Some(table))?;
    let table = read_table(table)?;
    for (file, out) in jobs {
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
