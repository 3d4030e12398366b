//! What the `Trainer` of Hugging Face's Transformers saves: `eval_results.json`,
//! `all_results.json`, `predict_results.json`; and what the metric of seqeval
//! in `evaluate` gives, which is the same without a prefix.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{
    Foreign, ForeignEntities, ForeignScores, Program, count, labels_within, refuse, share,
};
use crate::report::ReportError;

/// The prefixes of what was judged, the one of the last word first.
const PREFIXES: [&str; 4] = ["predict_", "test_", "eval_", ""];
/// Endings that make a name one of a type's.
const ENDINGS: [&str; 3] = ["_precision", "_recall", "_f1"];

fn prefix(entries: &Map<String, Value>) -> Option<&'static str> {
    let has = |prefix: &str, names: &[&str]| {
        let mut names = names.iter();
        names.any(|name| entries.contains_key(&format!("{prefix}{name}")))
    };
    let mut prefixes = PREFIXES.into_iter();
    prefixes.find(|prefix| match *prefix {
        // Without a prefix, only what no other program writes.
        "" => has("", &["overall_f1", "train_loss"]),
        prefix => has(prefix, &["f1", "overall_f1", "accuracy", "loss"]),
    })
}

pub(super) fn fits(entries: &Map<String, Value>) -> bool {
    prefix(entries).is_some()
}

pub(super) fn read(entries: &Map<String, Value>) -> Result<Foreign, ReportError> {
    let prefix = prefix(entries).unwrap_or_default();
    let own: Map<String, Value> = entries
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix(prefix)?.to_owned(), value.clone())))
        .collect();
    let both = |name: &str| match share(&own, &format!("overall_{name}"))? {
        Some(found) => Ok::<_, ReportError>(Some(found)),
        None => share(&own, name),
    };
    let accuracy = both("accuracy")?;
    let all = match (both("precision")?, both("recall")?, both("f1")?) {
        (Some(precision), Some(recall), Some(f1)) => Some(ForeignScores {
            precision,
            recall,
            f1,
            support: None,
        }),
        _ => None,
    };
    if all.is_none() && accuracy.is_none() {
        return refuse(
            "found results of the Trainer without precision, recall and F1, and without accuracy",
        );
    }
    let entities = match all {
        Some(all) => Some(ForeignEntities {
            all,
            by_type: by_type(&own)?,
            others: BTreeMap::new(),
        }),
        None => None,
    };
    let loss = own.get("loss").and_then(Value::as_f64);
    Ok(Foreign {
        program: Program::Trainer,
        accuracy,
        loss: loss.filter(|loss| loss.is_finite() && *loss >= 0.0),
        words: None,
        entities,
    })
}

/// Types are objects, or names with endings: `PER_f1`.
fn by_type(own: &Map<String, Value>) -> Result<BTreeMap<String, ForeignScores>, ReportError> {
    let mut names: BTreeSet<String> = BTreeSet::new();
    for (name, value) in own {
        if value.as_object().is_some_and(|own| own.contains_key("f1")) {
            names.insert(name.clone());
        }
        let mut endings = ENDINGS.into_iter();
        let kind = endings.find_map(|ending| name.strip_suffix(ending));
        names.extend(kind.filter(|kind| *kind != "overall").map(str::to_owned));
    }
    labels_within(names.iter())?;
    let mut types = BTreeMap::new();
    for name in names {
        let scores = match own.get(&name).and_then(Value::as_object) {
            Some(fields) => scores(fields, "")?,
            None => scores(own, &format!("{name}_"))?,
        };
        types.extend(scores.map(|scores| (name, scores)));
    }
    Ok(types)
}

fn scores(fields: &Map<String, Value>, prefix: &str) -> Result<Option<ForeignScores>, ReportError> {
    let get = |name: &str| share(fields, &format!("{prefix}{name}"));
    let (Some(precision), Some(recall), Some(f1)) = (get("precision")?, get("recall")?, get("f1")?)
    else {
        return Ok(None);
    };
    Ok(Some(ForeignScores {
        precision,
        recall,
        f1,
        support: count(fields, &format!("{prefix}number")),
    }))
}

#[cfg(test)]
mod tests {
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn found(json: &str) -> Result<Foreign, String> {
        Foreign::read(json).map_err(|error| error.to_string())
    }

    #[test]
    fn all_its_files_are_read() {
        let evaluated = r#"{"epoch": 3.0, "eval_accuracy": 0.98, "eval_f1": 0.9, "eval_loss": 0.07,
            "eval_precision": 0.88, "eval_recall": 0.92, "eval_runtime": 1.5, "eval_samples": 10}"#;
        let own = found(evaluated).unwrap();
        assert_eq!(
            (own.program, own.accuracy, own.loss),
            (Program::Trainer, Some(0.98), Some(0.07))
        );
        assert_eq!(own.entities.unwrap().all.f1, 0.9);
        // What was predicted last has the word; types are flat, or objects.
        let all = r#"{"eval_f1": 0.1, "eval_precision": 0.1, "eval_recall": 0.1, "train_loss": 0.2,
            "predict_overall_f1": 0.9, "predict_overall_precision": 0.8, "predict_overall_recall": 1.0,
            "predict_PER_f1": 0.7, "predict_PER_precision": 0.6, "predict_PER_recall": 0.8, "predict_PER_number": 12,
            "predict_LOC": {"precision": 0.5, "recall": 0.5, "f1": 0.5, "number": 3}}"#;
        let entities = found(all).unwrap().entities.unwrap();
        assert_eq!(entities.all.f1, 0.9);
        assert_eq!(entities.by_type["PER"].support, Some(12.0));
        assert_eq!(entities.by_type["LOC"].f1, 0.5);
        assert_eq!(entities.by_type.len(), 2);
        let metric = r#"{"PER": {"precision": 1.0, "recall": 0.5, "f1": 0.67, "number": 2},
            "overall_precision": 1.0, "overall_recall": 0.5, "overall_f1": 0.67, "overall_accuracy": 0.9}"#;
        let own = found(metric).unwrap();
        assert_eq!(own.accuracy, Some(0.9));
        assert_eq!(own.entities.unwrap().by_type.len(), 1);
    }

    #[test]
    fn what_it_cannot_mean_is_refused() {
        for (json, reason) in [
            (r#"{"train_loss": 0.2}"#, "without precision"),
            (r#"{"eval_loss": 0.2}"#, "without precision"),
            (r#"{"eval_accuracy": 98.1}"#, "found 98.1"),
            (
                r#"{"eval_f1": "high", "eval_accuracy": 1}"#,
                "found \"high\"",
            ),
        ] {
            let message = found(json).unwrap_err();
            assert!(message.contains(reason), "{json}: {message}");
        }
    }
}
