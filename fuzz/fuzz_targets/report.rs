//! A report and its outcomes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nerite::{Comparison, Report};

fuzz_target!(|json: &str| {
    if let Ok(report) = Report::from_json(json) {
        // Nothing here is of more words than can be judged in a moment.
        let outcomes = &report.details.outcomes;
        if outcomes.words.max(outcomes.sentences) < 1 << 12 {
            report.check().ok();
            Comparison::of(outcomes, outcomes, 1, 2).ok();
        }
        report.to_json();
    }
});
