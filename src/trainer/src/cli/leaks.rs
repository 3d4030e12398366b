//! `nerite evaluate --redaction`: the same command, another question.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{ArgMatches, Args, Command, FromArgMatches};
use nerite::{Confirm, Policy, RedactionReport, Share};
use nerite_trainer::leaks::{judge, read};
use nerite_trainer::redaction::Finder;

use super::choice::choice;
use super::{evaluate, table};

/// A judgement of tags, or of what a redaction lets through.
pub(super) enum Evaluate {
    Tags(Box<evaluate::Arguments>),
    Leaks(Arguments),
}

// What a redaction is judged with. No documentation comment: clap would take it
// for the whole command's, as it takes these flags in after all others.
#[derive(clap::Args)]
pub(super) struct LeakArguments {
    /// Judge a redaction instead: how much of what is private can still be
    /// read. FILE is JSON lines of `text`, `entities` (`start` and `end` in
    /// characters, `type`) and `groups`, as scripts/personal-data writes them;
    /// without --bundle, patterns are judged alone
    #[arg(long)]
    redaction: bool,
    /// With --redaction: join what this bundle finds, too (FOLDER or
    /// FOLDER:HEAD); give several for several
    #[arg(long, value_name = "DIR[:HEAD]", requires = "redaction")]
    beside: Vec<String>,
    /// With --redaction: join what another program found in the same texts, as
    /// JSON lines of the same form
    #[arg(long, value_name = "FILE.jsonl", requires = "redaction")]
    predicted: Option<PathBuf>,
    /// With --redaction and several bundles: when what one finds counts only if
    /// another finds it, too
    #[arg(
        long,
        value_name = "WHEN",
        default_value_t,
        value_parser = choice(Confirm::ALL, Confirm::name, Confirm::about),
        requires = "redaction"
    )]
    confirm: Confirm,
    /// With --redaction: do without the built-in patterns
    #[arg(long, requires = "redaction")]
    no_patterns: bool,
    /// With --redaction: the report's title
    #[arg(long, requires = "redaction")]
    title: Option<String>,
}

/// These, and what they share with a judgement of tags.
pub(super) struct Arguments {
    own: LeakArguments,
    texts: PathBuf,
    bundles: Vec<String>,
    out: Option<PathBuf>,
    json: bool,
}

impl Args for Evaluate {
    fn augment_args(command: Command) -> Command {
        let command = LeakArguments::augment_args(evaluate::Arguments::augment_args(command));
        command.mut_arg("bundle", |own| {
            own.required(false).required_unless_present("redaction")
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Evaluate {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        if !matches.get_flag("redaction") {
            let own = evaluate::Arguments::from_arg_matches(matches)?;
            return Ok(Self::Tags(Box::new(own)));
        }
        let own = LeakArguments::from_arg_matches(matches)?;
        let first = matches.get_one::<PathBuf>("bundle");
        let head = matches.get_one::<String>("head");
        let first = first.map(|bundle| match head {
            Some(head) => format!("{}:{head}", bundle.display()),
            None => bundle.display().to_string(),
        });
        let texts = matches.get_one::<PathBuf>("file").cloned();
        Ok(Self::Leaks(Arguments {
            bundles: first.into_iter().chain(own.beside.clone()).collect(),
            own,
            texts: texts.unwrap_or_default(),
            out: matches.get_one::<PathBuf>("out").cloned(),
            json: matches.get_flag("json"),
        }))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Evaluate {
    pub(super) fn run(&self) -> Result<()> {
        match self {
            Self::Tags(arguments) => arguments.run(),
            Self::Leaks(arguments) => arguments.run(),
        }
    }
}

impl Arguments {
    fn run(&self) -> Result<()> {
        let texts = ("the texts", &*self.texts);
        let predicted = self.own.predicted.as_deref();
        let read_too = predicted.map(|path| ("--predicted", path));
        let out = self.out.as_deref().map(|path| ("--out", path));
        nerite_files::check_apart(out, [texts].into_iter().chain(read_too))?;
        let lines = read(&self.texts)?;
        let predicted = self.own.predicted.as_deref().map(read).transpose()?;
        let mut finder = Finder::open(&self.bundles, !self.own.no_patterns)?;
        let policy = Policy {
            confirm: self.own.confirm,
            shared_types: finder.shared_types(),
            ..Policy::default()
        };
        let figures = judge(&lines, predicted.as_deref(), &mut finder, &policy)
            .with_context(|| self.texts.display().to_string())?;
        let title = self.own.title.clone().unwrap_or_else(|| self.what());
        let report = RedactionReport::new(
            title,
            self.command(),
            nerite_files::sha256_of(&self.texts)?,
            figures,
        );
        let json = serde_json::to_string_pretty(&report)?;
        if let Some(out) = &self.out {
            nerite_files::write_whole(out, format!("{json}\n").as_bytes())?;
        }
        if self.json {
            say!("{json}");
        } else {
            show(&report)?;
        }
        Ok(())
    }

    fn what(&self) -> String {
        let names = self
            .bundles
            .iter()
            .map(|own| own.rsplit('/').next().unwrap_or(own).to_owned());
        let predicted = self.own.predicted.iter().filter_map(|own| own.file_stem());
        let predicted = predicted.map(|own| own.to_string_lossy().into_owned());
        let patterns = (!self.own.no_patterns).then(|| "patterns".to_owned());
        names
            .chain(predicted)
            .chain(patterns)
            .collect::<Vec<_>>()
            .join(" + ")
    }

    /// The command that makes the report again, without paths of a machine.
    fn command(&self) -> String {
        let name = |path: &PathBuf| {
            path.file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned()
        };
        let mut words = vec![
            "nerite".to_owned(),
            "evaluate".to_owned(),
            name(&self.texts),
            "--redaction".to_owned(),
        ];
        for (index, bundle) in self.bundles.iter().enumerate() {
            let flag = if index == 0 { "--bundle" } else { "--beside" };
            words.extend([flag.to_owned(), name(&PathBuf::from(bundle))]);
        }
        words.extend(
            self.own
                .predicted
                .iter()
                .flat_map(|own| ["--predicted".to_owned(), name(own)]),
        );
        if self.own.confirm != Confirm::default() {
            words.extend(["--confirm", self.own.confirm.name()].map(str::to_owned));
        }
        words.extend(self.own.no_patterns.then(|| "--no-patterns".to_owned()));
        shell_words::join(words)
    }
}

fn show(report: &RedactionReport) -> Result<()> {
    let figures = &report.figures;
    let mut table = table(["", "share", "from", "to", "characters"]);
    let mut row = |name: &str, share: &Share| {
        let percent = |share: f64| format!("{:.2} %", 100.0 * share);
        table.add_row([
            name.to_owned(),
            percent(share.share),
            percent(share.interval.low),
            percent(share.interval.high),
            share.of.to_string(),
        ]);
    };
    row("leaked", &figures.leak);
    for (kind, share) in &figures.types {
        row(&format!("  {kind}"), share);
    }
    for (group, share) in &figures.groups {
        row(&format!("  {group}"), share);
    }
    row("hidden without need", &figures.needless);
    row("  words", &figures.needless_words);
    row(
        "  words of texts without any",
        &figures.needless_words_in_plain_texts,
    );
    say!("{}: {} texts", report.title, figures.texts);
    say!("{table}");
    say!(
        "names and addresses: {:.2} % leaked; between origins: {:.2} points",
        100.0 * figures.leak_of(&["ADDRESS", "PERSON"]),
        100.0 * report.spread_of_origins
    );
    Ok(())
}
