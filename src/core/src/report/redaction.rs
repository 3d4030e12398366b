//! Reports on redactions: what of private text can still be read.

use serde::{Deserialize, Serialize};

use super::{ReportError, check_texts};
use crate::metrics::{LeakReport, Share};

/// The `format` of a report on a redaction.
pub const REDACTION_FORMAT: &str = "nerite-redaction-report";
/// The `version` that this build writes and reads.
pub const REDACTION_VERSION: u32 = 1;

/// More types or groups than any report has.
const MAX_ROWS: usize = 512;

/// A report on a redaction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RedactionReport {
    /// Always [`REDACTION_FORMAT`].
    pub format: String,
    /// Always [`REDACTION_VERSION`].
    pub version: u32,
    /// What was judged.
    pub title: String,
    /// The command that makes the report again.
    pub command: String,
    /// The sha256 of the file of texts.
    pub sha256: String,
    /// The difference in leak between the origins of names, worst less best.
    pub spread_of_origins: f64,
    /// The figures.
    #[serde(flatten)]
    pub figures: LeakReport,
}

impl RedactionReport {
    /// Of figures of the texts in a file of this sha256.
    pub fn new(title: String, command: String, sha256: String, figures: LeakReport) -> Self {
        Self {
            format: REDACTION_FORMAT.to_owned(),
            version: REDACTION_VERSION,
            title,
            command,
            sha256,
            spread_of_origins: spread(&figures),
            figures,
        }
    }

    /// Reads a report, and checks that its shares follow from its counts.
    ///
    /// # Errors
    ///
    /// JSON that does not parse as a report of this version, or a figure that
    /// does not follow from the counts.
    pub fn from_json(json: &str) -> Result<Self, ReportError> {
        let report: Self = serde_json::from_str(json)?;
        let Self {
            format, version, ..
        } = &report;
        if format != REDACTION_FORMAT || *version != REDACTION_VERSION {
            let (found, version) = (format.clone(), *version);
            return Err(ReportError::Version { found, version });
        }
        check_texts("report", &serde_json::from_str(json)?)?;
        let figures = &report.figures;
        let rows = figures.types.len().max(figures.groups.len());
        if rows > MAX_ROWS {
            return refuse(format!(
                "found {rows} types or groups, expected at most {MAX_ROWS}"
            ));
        }
        let named = [
            ("leak", &figures.leak),
            ("needless", &figures.needless),
            ("needless_words", &figures.needless_words),
            (
                "needless_words_in_plain_texts",
                &figures.needless_words_in_plain_texts,
            ),
        ];
        let several = figures.types.iter().chain(&figures.groups);
        let several = several.map(|(name, share)| (name.as_str(), share));
        for (name, share) in named.into_iter().chain(several) {
            check(name, share)?;
        }
        let (found, expected) = (report.spread_of_origins, spread(figures));
        if (found - expected).abs() < 1e-9 {
            return Ok(report);
        }
        refuse(format!(
            "spread_of_origins: found {found}, expected {expected}"
        ))
    }
}

fn refuse<T>(problem: String) -> Result<T, ReportError> {
    Err(ReportError::Redaction(problem))
}

fn check(name: &str, own: &Share) -> Result<(), ReportError> {
    let Share {
        count,
        of,
        share,
        interval,
    } = own;
    if count > of {
        return refuse(format!("{name}: found {count} of {of}"));
    }
    let expected = if *of == 0 {
        0.0
    } else {
        *count as f64 / *of as f64
    };
    let ordered = 0.0 <= interval.low && interval.low <= interval.high && interval.high <= 1.0;
    if (share - expected).abs() < 1e-9 && ordered {
        return Ok(());
    }
    let (low, high) = (interval.low, interval.high);
    refuse(format!(
        "{name}: found {share} ({low} to {high}), expected {expected} and an interval from 0 to 1"
    ))
}

fn spread(figures: &LeakReport) -> f64 {
    let groups = figures.groups.iter();
    let origins = groups.filter(|(group, _)| group.starts_with("origin:"));
    let shares: Vec<f64> = origins.map(|(_, share)| share.share).collect();
    let worst = shares.iter().copied().fold(0.0, f64::max);
    let best = shares.iter().copied().fold(1.0, f64::min);
    (worst - best).max(0.0)
}

#[cfg(test)]
mod tests {
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::metrics::LeakText;

    #[test]
    fn reports_come_back_and_must_add_up() {
        let text = |origin: &str, hidden: std::ops::Range<usize>| LeakText {
            text: "Ann left",
            gold: vec![(0..3, "PERSON")],
            hidden: vec![hidden],
            groups: vec![format!("origin:{origin}")],
        };
        let texts = [text("a", 0..3), text("b", 1..3)];
        let figures = LeakReport::of(&texts, 1, 50);
        let report = RedactionReport::new("t".into(), "c".into(), "s".into(), figures);
        assert!((report.spread_of_origins - 1.0 / 3.0).abs() < 1e-12);
        let json = serde_json::to_string(&report).unwrap();
        assert_eq!(RedactionReport::from_json(&json).unwrap(), report);
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        for (pointer, changed) in [
            ("/leak/share", 0.5.into()),
            ("/leak/count", 7.into()),
            ("/types/PERSON/interval/low", (-1.0).into()),
            ("/spread_of_origins", 0.0.into()),
            ("/version", 2.into()),
            ("/format", "x".into()),
            ("/title", "x".repeat(2000).into()),
        ] {
            let mut spoilt = value.clone();
            let place: &mut serde_json::Value = spoilt.pointer_mut(pointer).unwrap();
            *place = changed;
            assert!(
                RedactionReport::from_json(&spoilt.to_string()).is_err(),
                "{pointer}"
            );
        }
    }
}
