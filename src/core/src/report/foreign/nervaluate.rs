//! nervaluate's results as JSON: a dictionary of schemes, a list of that and
//! the same by type, or both by name, as its versions have them; and the tables
//! that its `summary_report` prints.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{
    Foreign, ForeignEntities, ForeignScores, Program, count, labels_within, refuse, share,
};
use crate::metrics::{OverlapCounts, ratio};
use crate::report::ReportError;
use crate::tags::MAX_TAGS;

const SCHEMES: [&str; 4] = ["strict", "exact", "partial", "ent_type"];

/// `None` if it is nothing of the kind.
pub(super) fn read(value: &Value) -> Result<Option<Foreign>, ReportError> {
    let (all, types) = match value {
        Value::Array(parts) => (parts.first(), parts.get(1)),
        Value::Object(entries) if entries.contains_key("overall") => {
            (entries.get("overall"), entries.get("entities"))
        }
        own => (Some(own), None),
    };
    let Some(all) = all.and_then(Value::as_object) else {
        return Ok(None);
    };
    if !["strict", "exact"]
        .iter()
        .all(|name| all.get(*name).is_some_and(Value::is_object))
    {
        return Ok(None);
    }
    let mut others = schemes(all)?;
    let Some(strict) = others.remove("strict") else {
        return refuse("found nervaluate's results without figures of the scheme \"strict\"");
    };
    let mut by_type = BTreeMap::new();
    if let Some(types) = types.and_then(Value::as_object) {
        labels_within(types.keys())?;
        for (name, own) in types {
            let own = own.as_object().map(schemes).transpose()?;
            let strict = own.and_then(|mut own| own.remove("strict"));
            by_type.extend(strict.map(|strict| (name.clone(), strict)));
        }
    }
    Ok(Some(foreign(strict, by_type, others)))
}

fn schemes(own: &Map<String, Value>) -> Result<BTreeMap<String, ForeignScores>, ReportError> {
    let mut found = BTreeMap::new();
    for name in SCHEMES {
        let Some(fields) = own.get(name).and_then(Value::as_object) else {
            continue;
        };
        let (Some(precision), Some(recall)) =
            (share(fields, "precision")?, share(fields, "recall")?)
        else {
            continue;
        };
        // Early versions leave F1 out.
        let mean = ratio(2.0 * precision * recall, precision + recall);
        let scores = ForeignScores {
            precision,
            recall,
            f1: share(fields, "f1")?.unwrap_or(mean),
            support: count(fields, "possible"),
        };
        found.insert(name.to_owned(), scores);
    }
    Ok(found)
}

/// The columns of its tables that are counts.
const COUNTS: [&str; 5] = ["correct", "incorrect", "partial", "missed", "spurious"];

/// The tables that `summary_report` prints: of all schemes, or of one scheme by
/// type. `None` if the text has none.
pub(super) fn read_text(text: &str) -> Result<Option<Foreign>, ReportError> {
    let mut scenario = "";
    let mut in_table = false;
    let mut others = BTreeMap::new();
    let mut by_type = BTreeMap::new();
    let mut sums = OverlapCounts::default();
    for line in text.lines().take(MAX_TAGS + 100) {
        let line = line.trim();
        if let Some(name) = line.strip_prefix("Scenario:") {
            (scenario, in_table) = (name.trim(), false);
            continue;
        }
        let mut words = line.split_whitespace();
        if words.by_ref().take(5).eq(COUNTS) {
            in_table = true;
            continue;
        }
        let Some((name, counts)) = row(line).filter(|_| in_table) else {
            continue;
        };
        if scenario == "all" && SCHEMES.contains(&name.as_str()) {
            others.insert(name, scores_of(counts));
        } else if scenario == "strict" {
            sums.correct += counts.correct;
            sums.incorrect += counts.incorrect;
            sums.partial += counts.partial;
            sums.missed += counts.missed;
            sums.spurious += counts.spurious;
            by_type.insert(name, scores_of(counts));
        }
    }
    labels_within(by_type.keys())?;
    let strict = others.remove("strict");
    let Some(all) = strict.or((!by_type.is_empty()).then(|| scores_of(sums))) else {
        return match in_table {
            true => refuse("found nervaluate's results without figures of the scheme \"strict\""),
            false => Ok(None),
        };
    };
    Ok(Some(foreign(all, by_type, others)))
}

/// A line of a table: its name, which may have spaces, its five counts, and
/// three figures.
fn row(line: &str) -> Option<(String, OverlapCounts)> {
    let cells: Vec<&str> = line.split_whitespace().collect();
    let [
        name @ ..,
        correct,
        incorrect,
        partial,
        missed,
        spurious,
        precision,
        recall,
        f1,
    ] = &cells[..]
    else {
        return None;
    };
    let is_figure = |cell: &&str| cell.parse::<f64>().is_ok_and(f64::is_finite);
    if name.is_empty() || ![precision, recall, f1].into_iter().all(is_figure) {
        return None;
    }
    let count = |cell: &str| cell.parse::<u32>().ok().map(u64::from);
    let counts = OverlapCounts {
        correct: count(correct)?,
        incorrect: count(incorrect)?,
        partial: count(partial)?,
        missed: count(missed)?,
        spurious: count(spurious)?,
    };
    Some((name.join(" "), counts))
}

/// The figures that follow from counts, which are printed to two places.
fn scores_of(counts: OverlapCounts) -> ForeignScores {
    let found = counts.scores();
    ForeignScores {
        precision: found.precision,
        recall: found.recall,
        f1: found.f1,
        support: Some((counts.correct + counts.incorrect + counts.partial + counts.missed) as f64),
    }
}

/// The entities' figures are all that its results have.
fn foreign(
    all: ForeignScores,
    by_type: BTreeMap<String, ForeignScores>,
    others: BTreeMap<String, ForeignScores>,
) -> Foreign {
    Foreign {
        program: Program::Nervaluate,
        accuracy: None,
        loss: None,
        words: None,
        entities: Some(ForeignEntities {
            all,
            by_type,
            others,
        }),
    }
}

#[cfg(test)]
mod tests {
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    const SCHEME: &str = r#"{"correct": 1, "incorrect": 1, "partial": 0, "missed": 0, "spurious": 0,
        "possible": 2, "actual": 2, "precision": 0.5, "recall": 0.5"#;

    #[test]
    fn all_forms_are_read() {
        let scheme = format!("{SCHEME}, \"f1\": 0.5}}");
        let all = format!("{{\"strict\": {scheme}, \"exact\": {scheme}, \"ent_type\": {scheme}}}");
        let without = all.replace(", \"f1\": 0.5", "");
        for (json, types) in [
            (all.clone(), 0),
            (without, 0),
            (format!("[{all}, {{\"PER\": {all}}}]"), 1),
            (
                format!("{{\"overall\": {all}, \"entities\": {{\"PER\": {all}}}}}"),
                1,
            ),
        ] {
            let found = Foreign::read(&json).unwrap();
            assert_eq!(found.program, Program::Nervaluate);
            let entities = found.entities.unwrap();
            assert_eq!((entities.all.f1, entities.all.support), (0.5, Some(2.0)));
            assert_eq!(
                (entities.by_type.len(), entities.others.len()),
                (types, 2),
                "{json}"
            );
        }
        let wrong = all.replace("\"recall\": 0.5", "\"recall\": 50");
        assert!(Foreign::read(&wrong).is_err());
    }

    /// As nervaluate 1.2 prints them.
    const ALL: &str = "Scenario: all

              correct   incorrect     partial      missed    spurious   precision      recall    f1-score

ent_type            3           0           0           0           1        0.75        1.00        0.86
   exact            2           1           0           0           1        0.50        0.67        0.57
 partial            2           0           1           0           1        0.62        0.83        0.71
  strict            2           1           0           0           1        0.50        0.67        0.57
";
    const BY_TYPE: &str = "Scenario: strict

             correct   incorrect     partial      missed    spurious   precision      recall    f1-score

    LOC            1           0           0           0           1        0.50        1.00        0.67
    PER            1           1           0           0           0        0.50        0.50        0.50
";

    #[test]
    fn printed_tables_are_read() {
        let found = Foreign::read(ALL).unwrap();
        let entities = found.entities.unwrap();
        assert_eq!(found.program, Program::Nervaluate);
        assert_eq!(
            (entities.all.precision, entities.all.support),
            (0.5, Some(3.0))
        );
        assert_eq!(entities.others["partial"].precision, 0.625);
        assert_eq!(entities.others["ent_type"].recall, 1.0);
        let found = Foreign::read(BY_TYPE).unwrap().entities.unwrap();
        assert_eq!((found.all.precision, found.all.support), (0.5, Some(3.0)));
        assert_eq!(found.by_type["LOC"].recall, 1.0);
        let both = Foreign::read(&format!("{ALL}\n{BY_TYPE}")).unwrap();
        assert_eq!(both.entities.unwrap().by_type.len(), 2);
        // A type may have spaces in its name, and counts like the others.
        let spaced = BY_TYPE.replace("PER ", "JOB TITLE ");
        let found = Foreign::read(&spaced).unwrap().entities.unwrap();
        assert_eq!((found.all.precision, found.all.support), (0.5, Some(3.0)));
        assert_eq!(found.by_type["JOB TITLE"].recall, 0.5);
        let partial = BY_TYPE.replace("strict", "partial");
        let message = Foreign::read(&partial).unwrap_err().to_string();
        assert!(
            message.contains("without figures of the scheme"),
            "{message}"
        );
    }
}
