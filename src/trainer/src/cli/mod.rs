//! One module per command: its flags, and what it prints.

/// `println!`, but a reader that has gone is an error instead of a panic, and
/// what a terminal would obey is shown.
macro_rules! say {
    ($($text:tt)*) => {{
        let text = format!($($text)*);
        let text = nerite_trainer::terminal::shown(&text);
        std::io::Write::write_fmt(&mut std::io::stdout(), format_args!("{text}\n"))?
    }};
}

mod bundle;
mod cache;
mod choice;
mod corpus;
mod encoder;
mod evaluate;
mod features;
mod import;
mod leaks;
mod per_file;
mod predict;
mod publish;
mod reading;
mod redact;
mod report;
mod score;
mod serve;
mod settings;
mod sources;
mod study;
mod texts;
mod tokens;
mod train;
mod tune;

use std::io::{BufRead, Read};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use clap::{Parser, Subcommand};
use nerite::Manifest;
use nerite_encoders::{Lookup, Source};
use nerite_trainer::progress;

/// Train named-entity heads on frozen encoders, and ship them as a static page.
///
/// A first run, from corpus to page:
///
///   nerite corpus ner_dataset.csv.gz
///   nerite train ner_dataset.csv.gz --out runs/gmb
///   nerite bundle --head runs/gmb/base --head runs/gmb/fine-tuned --out www/bundles/mine
///   nerite serve
#[derive(Parser)]
#[command(name = "nerite", version, verbatim_doc_comment)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Corpus(corpus::Arguments),
    #[command(subcommand)]
    Encoder(encoder::Command),
    Features(features::Arguments),
    Tokens(tokens::Arguments),
    Train(train::Arguments),
    Tune(tune::Arguments),
    Study(study::Arguments),
    Bundle(bundle::CreateArguments),
    Import(import::Arguments),
    Restore(bundle::RestoreArguments),
    Predict(predict::Arguments),
    Redact(redact::Arguments),
    Evaluate(leaks::Evaluate),
    Score(score::Arguments),
    #[command(subcommand)]
    Report(report::Command),
    Serve(serve::Arguments),
    Publish(publish::Arguments),
    Cache(cache::Arguments),
}

/// Where checkpoints are looked for.
#[derive(clap::Args)]
struct LookupArguments {
    /// Use this branch, tag or commit of the hub's repository
    #[arg(long, value_name = "REVISION")]
    revision: Option<String>,
    /// Use only what is on this machine already
    #[arg(long)]
    offline: bool,
}

impl LookupArguments {
    /// The flags as they would be typed again.
    fn words(&self) -> Vec<String> {
        let revision = self.revision.iter();
        revision
            .flat_map(|revision| ["--revision".into(), revision.clone()])
            .collect()
    }

    fn lookup(&self) -> Lookup {
        Lookup {
            revision: self.revision.clone(),
            offline: self.offline,
        }
    }
}

/// An encoder, and where it is looked for.
#[derive(clap::Args)]
struct EncoderArguments {
    /// The encoder: a folder, a known name, or an id on the hub
    #[arg(long = "encoder", value_name = "NAME", default_value = nerite_encoders::DEFAULT)]
    name: String,
    #[command(flatten)]
    lookup: LookupArguments,
}

impl EncoderArguments {
    fn find(&self) -> Result<Source> {
        Source::find(&self.name, &self.lookup.lookup(), &progress::of_encoders())
    }
}

/// Reads the command line and does what it says.
pub(crate) fn run() -> Result<ExitCode> {
    match Arguments::parse().command {
        Command::Redact(arguments) => return arguments.run(),
        Command::Corpus(arguments) => arguments.run(),
        Command::Encoder(command) => command.run(),
        Command::Features(arguments) => arguments.run(),
        Command::Tokens(arguments) => arguments.run(),
        Command::Train(arguments) => arguments.run(),
        Command::Tune(arguments) => arguments.run(),
        Command::Study(arguments) => arguments.run(),
        Command::Bundle(arguments) => arguments.run(),
        Command::Import(arguments) => arguments.run(),
        Command::Restore(arguments) => arguments.run(),
        Command::Predict(arguments) => arguments.run(),
        Command::Evaluate(arguments) => arguments.run(),
        Command::Score(arguments) => arguments.run(),
        Command::Report(command) => command.run(),
        Command::Serve(arguments) => arguments.run(),
        Command::Publish(arguments) => arguments.run(),
        Command::Cache(arguments) => arguments.run(),
    }
    .map(|()| ExitCode::SUCCESS)
}

/// A bundle's licence and source in a line.
fn licence(manifest: &Manifest) -> String {
    match &manifest.license {
        Some(license) => {
            let more = [&license.attribution, &license.url];
            let more = more.into_iter().flatten().map(String::as_str);
            let all: Vec<&str> = [license.name.as_str()].into_iter().chain(more).collect();
            all.join(", ")
        }
        None => "not stated".into(),
    }
}

/// A table in the house style.
fn table<'a>(header: impl IntoIterator<Item = &'a str>) -> comfy_table::Table {
    let mut table = comfy_table::Table::new();
    let style = comfy_table::presets::UTF8_HORIZONTAL_ONLY;
    table.load_style(style.row_separator(comfy_table::LineStyle::none()));
    table.set_header(header);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(comfy_table::CellAlignment::Right);
    }
    table
}

/// No line of a file of sentences is longer, nor are all of them together.
const MAX_LINE_BYTES: u64 = 16 << 20;
const MAX_SENTENCES_BYTES: u64 = 256 << 20;

/// Reads sentences: a JSON array of words on every line.
fn sentences(path: &Path) -> Result<Vec<Vec<String>>> {
    let name = path.display();
    let file = std::fs::File::open(path).with_context(|| format!("cannot read {name}"))?;
    let mut reader = std::io::BufReader::new(file);
    let mut sentences = Vec::new();
    let mut all = 0;
    for number in 1.. {
        let mut line = Vec::new();
        let mut read = reader.by_ref().take(MAX_LINE_BYTES + 1);
        let bytes = read
            .read_until(b'\n', &mut line)
            .with_context(|| format!("{name}:{number}"))? as u64;
        if bytes == 0 {
            break;
        }
        all += bytes;
        ensure!(
            bytes <= MAX_LINE_BYTES,
            "{name}:{number}: found more than {MAX_LINE_BYTES} bytes in a line"
        );
        ensure!(
            all <= MAX_SENTENCES_BYTES,
            "{name}:{number}: found more than {MAX_SENTENCES_BYTES} bytes; give parts of the file"
        );
        let line = std::str::from_utf8(&line)
            .with_context(|| format!("{name}:{number}: expected UTF-8"))?;
        let words = serde_json::from_str(line)
            .with_context(|| format!("{name}:{number}: expected a JSON array of words"))?;
        sentences.push(words);
    }
    Ok(sentences)
}
