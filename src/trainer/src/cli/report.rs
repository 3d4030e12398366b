use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use nerite::{Comparison, Figure, Report};
use nerite_trainer::evaluation::{read_report as read, read_sample};
use nerite_trainer::pictures;
use serde_json::json;

/// Look at stored reports, compare them, check them
#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// The headline figures of reports, with their 95 % intervals
    Show {
        /// The reports
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// The differences between two heads on the same sentences, and whether
    /// they are more than chance
    ///
    /// A paired bootstrap over sentences: both heads are judged on the same
    /// drawn sentences, again and again.
    Compare {
        /// The first report
        #[arg(value_name = "A")]
        a: PathBuf,
        /// The second report
        #[arg(value_name = "B")]
        b: PathBuf,
        /// How often sentences are drawn
        #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
        resamples: u32,
        /// The seed of the draw
        #[arg(long, default_value_t = 0)]
        seed: u64,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Compute figures again from what reports and samples store of every
    /// sentence, and name what is wrong
    Check {
        /// The reports
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
    },
    /// Draw reports as SVG pictures
    ///
    /// loss.svg (all that were fitted), figures.svg and tags.svg (F1 of every
    /// tag) hold all reports; confusion-N.svg and reliability-N.svg are of the
    /// Nth report.
    Draw {
        /// The reports
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
        /// The folder for the pictures
        #[arg(long, value_name = "OUT")]
        out: PathBuf,
    },
}

impl Command {
    pub(super) fn run(&self) -> Result<()> {
        match self {
            Self::Show { files, json } => show(files, *json),
            Self::Compare {
                a,
                b,
                resamples,
                seed,
                json,
            } => {
                let (first, second) = (read(a)?, read(b)?);
                let [own, other] = [&first, &second].map(|report| &report.details.outcomes);
                let found = Comparison::of(own, other, *seed, *resamples)
                    .with_context(|| format!("{} and {}", a.display(), b.display()))?;
                if *json {
                    say!("{}", serde_json::to_string(&found)?);
                    return Ok(());
                }
                compare(&first, &second, &found)
            }
            Self::Check { files } => check(files),
            Self::Draw { files, out } => draw(files, out),
        }
    }
}

fn show(files: &[PathBuf], json: bool) -> Result<()> {
    let reports: Vec<Report> = files.iter().map(|file| read(file)).collect::<Result<_>>()?;
    if json {
        let rows = reports.iter().map(|report| {
            Ok(json!({
                "title": report.title,
                "figures": report.details.outcomes.figures()?,
                "intervals": report.details.intervals,
                "repeated": report.details.repeated,
            }))
        });
        say!("{}", rows.collect::<Result<serde_json::Value>>()?);
        return Ok(());
    }
    let titles = Figure::ALL.iter().map(|figure| figure.title());
    let mut table = super::table(std::iter::once("report").chain(titles));
    for report in &reports {
        let mut row = vec![report.title.clone()];
        for (figure, value) in report.details.outcomes.figures()?.iter() {
            let interval = report.details.intervals.figures.get(figure);
            let interval = interval.map(|own| format!("\n{:.4} to {:.4}", own.low, own.high));
            row.push(format!("{value:.4}{}", interval.unwrap_or_default()));
        }
        table.add_row(row);
    }
    say!("{table}");
    Ok(())
}

fn compare(a: &Report, b: &Report, found: &Comparison) -> Result<()> {
    say!("A: {}\nB: {}", a.title, b.title);
    let mut table = super::table(["", "A", "B", "B - A", "95 % interval", "p"]);
    for (figure, own) in found.figures.iter() {
        table.add_row([
            figure.title().to_owned(),
            format!("{:.4}", own.a),
            format!("{:.4}", own.b),
            format!("{:+.4}", own.difference),
            format!("{:+.4} to {:+.4}", own.low, own.high),
            format!("{:.4}", own.p),
        ]);
    }
    say!("{table}");
    let mut table = super::table(["F1 by tag", "A", "B", "B - A", "95 % interval", "p"]);
    for (tag, own) in &found.tags {
        table.add_row([
            tag.clone(),
            format!("{:.4}", own.a),
            format!("{:.4}", own.b),
            format!("{:+.4}", own.difference),
            format!("{:+.4} to {:+.4}", own.low, own.high),
            format!("{:.4}", own.p),
        ]);
    }
    say!("{table}");
    for (figure, own) in found.figures.iter() {
        let better = if own.difference > 0.0 { "B" } else { "A" };
        if own.p < 0.05 {
            say!(
                "{}: {better} is better, by more than chance.",
                figure.title()
            );
        } else {
            say!("{}: no difference beyond chance.", figure.title());
        }
    }
    Ok(())
}

/// A report, or a sample that `nerite evaluate` has written beside one.
fn check_file(file: &Path) -> Result<()> {
    if file.to_string_lossy().ends_with(".sample.json") {
        return read_sample(file).map(|_| ());
    }
    let report = read(file)?;
    report.check().with_context(|| file.display().to_string())
}

fn check(files: &[PathBuf]) -> Result<()> {
    let mut wrong = 0;
    for file in files {
        let outcome = check_file(file);
        match outcome {
            Ok(()) => say!("{}: in order", file.display()),
            Err(error) => {
                wrong += 1;
                say!("{error:#}");
            }
        }
    }
    ensure!(
        wrong == 0,
        "{wrong} of {} reports are not in order",
        files.len()
    );
    Ok(())
}

fn draw(files: &[PathBuf], out: &Path) -> Result<()> {
    let reports: Vec<Report> = files.iter().map(|file| read(file)).collect::<Result<_>>()?;
    std::fs::create_dir_all(out).with_context(|| out.display().to_string())?;
    let write = |name: &str, picture: String| -> Result<()> {
        let path = out.join(name);
        std::fs::write(&path, picture).with_context(|| path.display().to_string())?;
        say!("{}", path.display());
        Ok(())
    };
    let titles: Vec<String> = reports.iter().map(|report| report.title.clone()).collect();
    let curves: Vec<_> = reports
        .iter()
        .filter(|report| !report.loss.steps.is_empty())
        .map(|report| (report.title.as_str(), &report.loss))
        .collect();
    if !curves.is_empty() {
        write("loss.svg", pictures::loss("Training loss", &curves)?)?;
    }
    let of_all = |value: &dyn Fn(&Report) -> Option<f64>| reports.iter().map(value).collect();
    let figures = reports
        .iter()
        .map(|report| report.details.outcomes.figures());
    let figures: Vec<_> = figures.collect::<std::result::Result<_, _>>()?;
    let groups: Vec<_> = Figure::ALL
        .iter()
        .map(|&figure| {
            let values = figures.iter().map(|own| own.get(figure)).collect();
            (figure.title().to_owned(), values)
        })
        .collect();
    write(
        "figures.svg",
        pictures::bars("Headline figures", &titles, &groups)?,
    )?;
    let tags: BTreeSet<&String> = reports
        .iter()
        .flat_map(|report| report.token.tags.keys())
        .collect();
    let f1 = |tag: &String| of_all(&|report| report.token.tags.get(tag).map(|own| own.f1));
    let groups: Vec<_> = tags.into_iter().map(|tag| (tag.clone(), f1(tag))).collect();
    write("tags.svg", pictures::bars("F1 by tag", &titles, &groups)?)?;
    for (number, report) in (1..).zip(&reports) {
        let types = &report.details.confusion.types;
        write(
            &format!("confusion-{number}.svg"),
            pictures::confusion(&report.title, types)?,
        )?;
        if let Some(calibration) = &report.details.calibration {
            let picture = pictures::reliability(&report.title, &calibration.words)?;
            write(&format!("reliability-{number}.svg"), picture)?;
        }
    }
    Ok(())
}
