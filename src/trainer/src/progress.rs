//! Progress: what is done of how much, and when it will be finished.

use std::cell::RefCell;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{HumanCount, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};
use nerite_encoders::Progress;

use crate::terminal::shown;

/// Whether progress and notes are left out.
static QUIET: AtomicBool = AtomicBool::new(false);

/// From now on, nothing is said but results and errors.
pub fn be_quiet() {
    QUIET.store(true, Ordering::Relaxed);
}

/// Where standard error is no terminal, a line is written this often.
const LINE_EVERY: Duration = Duration::from_secs(60);

/// Progress of one task on standard error, with a total and an estimate: a bar
/// on a terminal, else a line a minute.
pub(crate) struct Bar {
    bar: ProgressBar,
    task: &'static str,
    unit: String,
    /// When a line was written last.
    told: Mutex<Instant>,
}

/// Begins to show progress. `unit` is what is counted.
pub(crate) fn bar(task: &'static str, unit: &str, total: u64) -> Bar {
    let style = format!(
        "{{msg:12}} {{wide_bar}} {{human_pos}}/{{human_len}} {unit}, {{elapsed}} gone, {{eta}} to go"
    );
    let target = match QUIET.load(Ordering::Relaxed) {
        true => ProgressDrawTarget::hidden(),
        false => ProgressDrawTarget::stderr(),
    };
    let bar = ProgressBar::with_draw_target(Some(total), target);
    bar.set_style(ProgressStyle::with_template(&style).expect("a template that parses"));
    bar.set_message(task);
    bar.enable_steady_tick(Duration::from_millis(500));
    Bar {
        bar,
        task,
        unit: unit.to_owned(),
        told: Mutex::new(Instant::now()),
    }
}

impl Bar {
    /// So many more are done.
    pub(crate) fn inc(&self, done: u64) {
        self.bar.inc(done);
        self.tell();
    }

    /// So many are done.
    pub(crate) fn set_position(&self, done: u64) {
        self.bar.set_position(done);
        self.tell();
    }

    /// What was done before says nothing about what is to come.
    pub(crate) fn reset_eta(&self) {
        self.bar.reset_eta();
    }

    /// The task is done.
    pub(crate) fn finish_and_clear(&self) {
        self.bar.finish_and_clear();
    }

    /// A line above the bar, or simply a line where no bar is drawn.
    pub(crate) fn note(&self, line: &str) {
        let line = shown(line);
        if !self.bar.is_hidden() {
            self.bar.println(line);
        } else if !QUIET.load(Ordering::Relaxed) {
            eprintln!("{line}");
        }
    }

    fn tell(&self) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.bar.is_hidden() || told.elapsed() < LINE_EVERY {
            return;
        }
        *told = Instant::now();
        let (done, total) = (self.bar.position(), self.bar.length().unwrap_or_default());
        self.note(&format!(
            "{}: {} of {} {}, {} gone, {} to go",
            self.task,
            HumanCount(done),
            HumanCount(total),
            self.unit,
            HumanDuration(self.bar.elapsed()),
            HumanDuration(self.bar.eta())
        ));
    }
}

/// Says on standard error what was found out.
pub fn say(what: &str) {
    if !QUIET.load(Ordering::Relaxed) {
        eprintln!("{what}");
    }
}

/// Says on standard error what the user should know of a result.
pub fn warn(what: &str) {
    eprintln!("warning: {}", shown(what));
}

/// Says on standard error that another run has a folder to itself.
pub(crate) fn waiting(folder: &Path) {
    if !QUIET.load(Ordering::Relaxed) {
        eprintln!("Another run works in {}; waiting for it.", folder.display());
    }
}

/// Shows on standard error what `nerite-encoders` tells.
pub fn of_encoders() -> impl Fn(Progress<'_>) {
    let drawn: RefCell<Option<(Bar, String)>> = RefCell::new(None);
    let show = move |task: &'static str, unit: &str, name: &str, done: u64, total: u64| {
        let mut drawn = drawn.borrow_mut();
        let (bar, _) = match drawn.take() {
            Some(known) if known.1 == name => drawn.insert(known),
            _ => drawn.insert((bar(task, unit, total), name.to_owned())),
        };
        bar.set_position(done);
        if done >= total {
            bar.finish_and_clear();
            *drawn = None;
        }
    };
    move |progress| match progress {
        Progress::Note(line) => {
            if !QUIET.load(Ordering::Relaxed) {
                eprintln!("{}", shown(line));
            }
        }
        Progress::Waiting(folder) => waiting(folder),
        Progress::Downloading { file, done, total } => {
            show(
                "downloading",
                &format!("bytes of {file}"),
                file,
                done,
                total,
            );
        }
        Progress::Quantizing { done, total } => show("quantizing", "steps", "", done, total),
    }
}
