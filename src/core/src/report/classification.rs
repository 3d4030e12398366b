//! scikit-learn's `classification_report(output_dict=True)`, as anybody may
//! have written it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{MAX_LABEL_BYTES, ReportError};
use crate::metrics::{Averages, Scores, TokenReport};
use crate::tags::MAX_TAGS;

/// How far an average may be from the mean over tags: figures may have been
/// rounded to two places.
const TOLERANCE: f64 = 0.0101;

impl TokenReport {
    /// Reads scikit-learn's dictionary. Where `labels` were given to it, it
    /// has `micro avg` in the place of `accuracy`; that is taken for it.
    ///
    /// # Errors
    ///
    /// What is missing or cannot be: a figure that is no number from 0 to 1, a
    /// macro average that is not the mean of the labels.
    pub fn from_classification_report(json: &str) -> Result<Self, ReportError> {
        let mut entries: Map<String, Value> = serde_json::from_str(json)?;
        let mut average = |name: &str| match entries.remove(name) {
            Some(value) => scores(name, &value).map(Some),
            None => Ok(None),
        };
        let micro = average("micro avg")?;
        let (macro_avg, weighted_avg) = (average("macro avg")?, average("weighted avg")?);
        entries.remove("samples avg");
        let accuracy = match (entries.remove("accuracy"), micro) {
            (Some(value), _) => share("accuracy", &value)?,
            (None, Some(micro)) => micro.f1,
            (None, None) => return refuse("found neither \"accuracy\" nor \"micro avg\""),
        };
        let (Some(macro_avg), Some(weighted_avg)) = (macro_avg, weighted_avg) else {
            return refuse("found no \"macro avg\" or no \"weighted avg\"");
        };
        if entries.is_empty() || entries.len() > MAX_TAGS {
            let found = entries.len();
            return refuse(&format!("found {found} labels, expected 1 to {MAX_TAGS}"));
        }
        if let Some(name) = entries.keys().find(|name| name.len() > MAX_LABEL_BYTES) {
            let (found, start) = (name.len(), name.chars().take(40).collect::<String>());
            return refuse(&format!(
                "found a label of {found} bytes, expected at most {MAX_LABEL_BYTES}: {start}..."
            ));
        }
        let tags = entries
            .iter()
            .map(|(name, value)| Ok((name.clone(), scores(name, value)?)));
        let tags: BTreeMap<String, Scores> = tags.collect::<Result<_, ReportError>>()?;
        let mean = tags.values().map(|own| own.f1).sum::<f64>() / tags.len() as f64;
        if (mean - macro_avg.f1).abs() > TOLERANCE {
            let found = macro_avg.f1;
            return refuse(&format!(
                "macro avg: found the F1 {found}, expected {mean}, the mean over the labels"
            ));
        }
        let averages = Averages {
            macro_avg,
            weighted_avg,
        };
        Ok(Self {
            tags,
            accuracy,
            averages,
        })
    }
}

fn refuse<T>(problem: &str) -> Result<T, ReportError> {
    Err(ReportError::Classification(problem.to_owned()))
}

fn scores(name: &str, value: &Value) -> Result<Scores, ReportError> {
    let Some(fields) = value.as_object() else {
        return refuse(&format!(
            "{name:?}: found {}, expected an object",
            excerpt(value)
        ));
    };
    let get = |field: &str| fields.get(field).unwrap_or(&Value::Null);
    let figure = |field: &str| share(&format!("{name}, {field}"), get(field));
    let support = get("support")
        .as_f64()
        .filter(|own| (0.0..=1e15).contains(own));
    Ok(Scores {
        precision: figure("precision")?,
        recall: figure("recall")?,
        f1: figure("f1-score")?,
        support: match support {
            Some(support) => support,
            None => {
                let found = excerpt(get("support"));
                return refuse(&format!(
                    "{name:?}, support: found {found}, expected a count"
                ));
            }
        },
    })
}

fn share(name: &str, value: &Value) -> Result<f64, ReportError> {
    match value.as_f64().filter(|own| (0.0..=1.0).contains(own)) {
        Some(share) => Ok(share),
        None => refuse(&format!(
            "{name:?}: found {}, expected a number from 0 to 1",
            excerpt(value)
        )),
    }
}

fn excerpt(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        other => other.to_string().chars().take(40).collect(),
    }
}

#[cfg(test)]
mod tests {
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    const PLAIN: &str = r#"{
        "B-x": {"precision": 0.5, "recall": 1.0, "f1-score": 0.6666666666666666, "support": 1},
        "O": {"precision": 1.0, "recall": 0.5, "f1-score": 0.6666666666666666, "support": 2.0},
        "accuracy": 0.6666666666666666,
        "macro avg": {"precision": 0.75, "recall": 0.75, "f1-score": 0.6666666666666666, "support": 3},
        "weighted avg": {"precision": 0.83, "recall": 0.67, "f1-score": 0.67, "support": 3}
    }"#;

    fn read(json: &str) -> Result<TokenReport, String> {
        TokenReport::from_classification_report(json).map_err(|error| error.to_string())
    }

    #[test]
    fn both_forms_are_read() {
        let found = read(PLAIN).unwrap();
        assert_eq!(found.tags.len(), 2);
        assert_eq!(found.tags["O"].support, 2.0);
        let micro =
            r#""micro avg": {"precision": 0.9, "recall": 0.5, "f1-score": 0.64, "support": 3}"#;
        let other = PLAIN.replace("\"accuracy\": 0.6666666666666666", micro);
        assert_eq!(read(&other).unwrap().accuracy, 0.64);
    }

    #[test]
    fn what_is_no_such_report_is_refused_with_the_reason() {
        for (from, to, reason) in [
            ("\"accuracy\": 0.6666666666666666,", "", "found neither"),
            ("\"macro avg\"", "\"average\"", "found no \"macro avg\""),
            (
                "\"precision\": 0.5,",
                "",
                "\"B-x, precision\": found nothing",
            ),
            ("0.5,", "1.5,", "found 1.5, expected a number from 0 to 1"),
            ("0.5,", "\"high\",", "found \"high\""),
            (
                "\"support\": 1}",
                "\"support\": -1}",
                "\"B-x\", support: found -1",
            ),
            (
                "0.75, \"f1-score\": 0.6666666666666666",
                "0.75, \"f1-score\": 0.9",
                "found the F1 0.9",
            ),
            (
                "\"O\": {",
                "\"O\": 3, \"p\": {",
                "found 3, expected an object",
            ),
        ] {
            let changed = PLAIN.replace(from, to);
            assert_ne!(changed, PLAIN, "{from}");
            let message = read(&changed).unwrap_err();
            assert!(message.contains(reason), "{message}");
        }
        for bad in ["", "[]", "{}", "null", "{\"accuracy\": NaN}"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
