//! Reports in the page: the trainer's own metrics on stored reports and on
//! files of the user. Documents come and go as JSON, which is what they are
//! stored as.

use nerite::{Breakdown, Comparison, Errors, Figures, Foreign, RedactionReport, Report, Sample};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

/// What a file turned out to be.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum File {
    /// A report of ours, whose figures follow from its outcomes; all headlines.
    Report { figures: Figures<f64> },
    /// A sample whose figures follow from its predictions.
    Sample,
    /// A report on a redaction, whose shares follow from its counts.
    Redaction,
    /// What another program wrote: figures alone.
    Foreign {
        #[serde(flatten)]
        found: Box<Foreign>,
    },
}

/// Finds out what a file is, and checks all of it; gives
/// `{"kind": "report"}` with its headline figures, `{"kind": "sample" |
/// "redaction"}`, or `{"kind": "foreign"}` with a [`Foreign`]'s fields. Not all
/// that other programs print is JSON.
///
/// # Errors
///
/// The reason why it is none of these.
#[wasm_bindgen(js_name = checkFile)]
pub fn check_file(json: &str) -> Result<String, JsError> {
    #[derive(Deserialize)]
    struct Header {
        #[serde(default)]
        format: Option<serde_json::Value>,
    }
    // No JSON, no format of ours: `Foreign::read` below takes it, or says why not.
    let header: Option<Header> = serde_json::from_str(json).ok();
    let format = header.and_then(|header| header.format);
    let file = match format.as_ref().and_then(|format| format.as_str()) {
        Some(nerite::SAMPLE_FORMAT) => {
            Sample::from_json(json)?;
            File::Sample
        }
        Some(nerite::REDACTION_FORMAT) => {
            RedactionReport::from_json(json)?;
            File::Redaction
        }
        Some(_) => {
            let report = Report::from_json(json)?;
            report.check()?;
            File::Report {
                figures: report.details.outcomes.figures()?,
            }
        }
        None => File::Foreign {
            found: Box::new(Foreign::read(json)?),
        },
    };
    Ok(serde_json::to_string(&file)?)
}

/// The differences between two reports on the same sentences, by a paired
/// bootstrap: a [`Comparison`].
///
/// # Errors
///
/// Files that are no reports, or reports on other sentences.
#[wasm_bindgen(js_name = compareReports)]
pub fn compare_reports(a: &str, b: &str, seed: u32, resamples: u32) -> Result<String, JsError> {
    let (a, b) = (Report::from_json(a)?, Report::from_json(b)?);
    let [own, other] = [&a, &b].map(|report| &report.details.outcomes);
    let found = Comparison::of(own, other, seed.into(), resamples)?;
    Ok(serde_json::to_string(&found)?)
}

/// The sentences that at least one of two reports gets wrong: [`Errors`].
///
/// # Errors
///
/// As [`compare_reports`].
#[wasm_bindgen(js_name = listErrors)]
pub fn list_errors(a: &str, b: &str) -> Result<String, JsError> {
    let (a, b) = (Report::from_json(a)?, Report::from_json(b)?);
    let found = Errors::of(&a.details.outcomes, &b.details.outcomes)?;
    Ok(serde_json::to_string(&found)?)
}

/// A report's entities by type, with intervals and kinds of error: a
/// [`Breakdown`].
///
/// # Errors
///
/// A file that is no report.
#[wasm_bindgen(js_name = breakDown)]
pub fn break_down(report: &str, seed: u32, resamples: u32) -> Result<String, JsError> {
    let report = Report::from_json(report)?;
    let found = Breakdown::of(&report.details.outcomes, seed.into(), resamples)?;
    Ok(serde_json::to_string(&found)?)
}

/// Judges other predictions of a sample; `predicted` holds each sentence's
/// list of tags. Gives a [`nerite::Judged`].
///
/// # Errors
///
/// A damaged sample, or predictions that do not fit it.
#[wasm_bindgen(js_name = judgeSample)]
pub fn judge_sample(sample: &str, predicted: &str) -> Result<String, JsError> {
    let sample = Sample::from_json(sample)?;
    let predicted: Vec<Vec<String>> = serde_json::from_str(predicted)?;
    Ok(serde_json::to_string(&sample.judge(&predicted)?)?)
}
