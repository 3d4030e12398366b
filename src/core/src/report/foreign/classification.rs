//! scikit-learn's `classification_report`, as anybody may have written it, as a
//! dictionary or as text; and seqeval's, which looks like it and counts
//! entities where scikit-learn's counts words.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::ReportError;
use super::{Foreign, ForeignEntities, ForeignScores, Program, excerpt, labels_within};
use crate::metrics::{Averages, Scores, TokenReport};
use crate::tags::{MAX_TAGS, Tag};

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
        labels_within(entries.keys())?;
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

/// What stands beside the labels.
const AVERAGES: [&str; 5] = [
    "accuracy",
    "micro avg",
    "macro avg",
    "weighted avg",
    "samples avg",
];

/// Whether labels are tags of words, and not types of entities.
fn are_tags<'a>(mut labels: impl Iterator<Item = &'a String>) -> bool {
    labels.any(|label| label == "O" || Tag::parse(label).is_ok())
}

/// A dictionary of one of the two. seqeval's has `micro avg` in the place of
/// `accuracy`, as scikit-learn's has where some labels were left out; its
/// labels are types, and `O` is none of them.
pub(super) fn read(json: &str) -> Result<Foreign, ReportError> {
    let report = TokenReport::from_classification_report(json)?;
    let entries: Map<String, Value> = serde_json::from_str(json)?;
    let average = |name: &str| entries.get(name).map(|own| scores(name, own)).transpose();
    let micro = average("micro avg")?;
    let labels = entries
        .keys()
        .filter(|name| !AVERAGES.contains(&name.as_str()));
    let has_accuracy = entries.contains_key("accuracy");
    let Some(micro) = micro.filter(|_| !has_accuracy && !are_tags(labels)) else {
        return Ok(Foreign {
            program: Program::ScikitLearn,
            // Over some of the labels, the micro average is another figure.
            accuracy: has_accuracy.then_some(report.accuracy),
            loss: None,
            words: Some(report),
            entities: None,
        });
    };
    let figures = |own: &Scores| ForeignScores {
        precision: own.precision,
        recall: own.recall,
        f1: own.f1,
        support: Some(own.support),
    };
    let averages = &report.averages;
    let averages = [
        ("macro avg", &averages.macro_avg),
        ("weighted avg", &averages.weighted_avg),
    ];
    let by_type = report.tags.iter();
    Ok(Foreign {
        program: Program::Seqeval,
        accuracy: None,
        loss: None,
        words: None,
        entities: Some(ForeignEntities {
            all: figures(&micro),
            by_type: by_type
                .map(|(name, own)| (name.clone(), figures(own)))
                .collect(),
            others: averages
                .map(|(name, own)| (name.to_owned(), figures(own)))
                .into(),
        }),
    })
}

/// The text that either prints, as a dictionary; `None` if it is no such text.
pub(super) fn dictionary(text: &str) -> Option<String> {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let header: Vec<&str> = lines.next()?.split_whitespace().collect();
    if header != ["precision", "recall", "f1-score", "support"] {
        return None;
    }
    let mut entries = Map::new();
    // A label more than there may be is enough to be refused.
    for line in lines.take(MAX_TAGS + AVERAGES.len() + 1) {
        // Labels may have spaces, figures have none.
        let words: Vec<&str> = line.split_whitespace().collect();
        let name = |figures: usize| words[..words.len() - figures].join(" ");
        let number = |place: usize| words[words.len() - place].parse::<f64>().ok();
        if words.len() == 3 && words[0] == "accuracy" {
            entries.insert(name(2), json!(number(2)?));
        } else if words.len() > 4 {
            let own = json!({
                "precision": number(4)?, "recall": number(3)?, "f1-score": number(2)?, "support": number(1)?,
            });
            entries.insert(name(4), own);
        } else {
            return None;
        }
    }
    Some(Value::Object(entries).to_string())
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

    fn token(json: &str) -> Result<TokenReport, String> {
        TokenReport::from_classification_report(json).map_err(|error| error.to_string())
    }

    #[test]
    fn both_forms_are_read() {
        let found = token(PLAIN).unwrap();
        assert_eq!(found.tags.len(), 2);
        assert_eq!(found.tags["O"].support, 2.0);
        let micro =
            r#""micro avg": {"precision": 0.9, "recall": 0.5, "f1-score": 0.64, "support": 3}"#;
        let other = PLAIN.replace("\"accuracy\": 0.6666666666666666", micro);
        assert_eq!(token(&other).unwrap().accuracy, 0.64);
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
            let message = token(&changed).unwrap_err();
            assert!(message.contains(reason), "{message}");
        }
        for bad in ["", "[]", "{}", "null", "{\"accuracy\": NaN}"] {
            assert!(token(bad).is_err(), "{bad}");
        }
    }
    const WORDS: &str = "              precision    recall  f1-score   support

       B-per       0.50      1.00      0.67         1
           O       1.00      0.50      0.67         2

    accuracy                           0.67         3
   macro avg       0.75      0.75      0.67         3
weighted avg       0.83      0.67      0.67         3
";

    const ENTITIES: &str = "              precision    recall  f1-score   support

      MY MIX      0.500     0.500     0.500         2
         PER      1.000     1.000     1.000         1

   micro avg      0.667     0.667     0.667         3
   macro avg      0.750     0.750     0.750         3
weighted avg      0.667     0.667     0.667         3
";

    #[test]
    fn words_and_entities_are_told_apart() {
        let found = read(&dictionary(WORDS).unwrap()).unwrap();
        assert_eq!(found.program, Program::ScikitLearn);
        assert_eq!((found.accuracy, found.entities), (Some(0.67), None));
        assert_eq!(found.words.unwrap().tags["B-per"].recall, 1.0);

        let found = read(&dictionary(ENTITIES).unwrap()).unwrap();
        assert_eq!(found.program, Program::Seqeval);
        assert_eq!((found.accuracy, found.words), (None, None));
        let entities = found.entities.unwrap();
        assert_eq!(entities.all.f1, 0.667);
        assert_eq!(entities.by_type["MY MIX"].support, Some(2.0));
        assert_eq!(entities.others["macro avg"].f1, 0.75);

        // Some tags of words: entities they are not, and their micro average is no accuracy.
        let some = WORDS.replace(
            "    accuracy                           0.67         3",
            "micro avg 0.67 0.67 0.67 3",
        );
        let found = read(&dictionary(&some).unwrap()).unwrap();
        assert_eq!(found.program, Program::ScikitLearn);
        assert_eq!((found.accuracy, found.entities), (None, None));
    }

    #[test]
    fn other_texts_are_none() {
        for text in [
            "",
            "precision recall",
            "precision recall f1-score support\nx 1 2",
        ] {
            assert_eq!(dictionary(text), None, "{text}");
        }
    }
}
