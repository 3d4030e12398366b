//! Progress bars: what is done of how much, and when it will be finished.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

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
    if bar.is_hidden() {
        eprintln!("{line}");
    } else {
        bar.println(line);
    }
}
