//! Progress bars: what is done of how much, and when it will be finished.

use std::cell::RefCell;
use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use nerite_encoders::Progress;

use crate::terminal::shown;

/// A bar on standard error with a total and an estimate. `unit` is what is
/// counted. Where standard error is no terminal, nothing is drawn.
pub(crate) fn bar(task: &'static str, unit: &str, total: u64) -> ProgressBar {
    let style = format!(
        "{{msg:12}} {{wide_bar}} {{human_pos}}/{{human_len}} {unit}, {{elapsed}} gone, {{eta}} to go"
    );
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    bar.set_style(ProgressStyle::with_template(&style).expect("a template that parses"));
    bar.set_message(task);
    bar.enable_steady_tick(Duration::from_millis(500));
    bar
}

/// A line above the bar, or simply a line where no bar is drawn.
pub(crate) fn note(bar: &ProgressBar, line: &str) {
    let line = shown(line);
    if bar.is_hidden() {
        eprintln!("{line}");
    } else {
        bar.println(line);
    }
}

/// Says on standard error that another run has a folder to itself.
pub(crate) fn waiting(folder: &Path) {
    eprintln!("Another run works in {}; waiting for it.", folder.display());
}

/// Shows on standard error what `nerite-encoders` tells.
pub fn of_encoders() -> impl Fn(Progress<'_>) {
    let drawn: RefCell<Option<(ProgressBar, String)>> = RefCell::new(None);
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
        Progress::Note(line) => eprintln!("{}", shown(line)),
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
        Progress::Quantizing { done, total } => show("quantizing", "layers", "", done, total),
    }
}
