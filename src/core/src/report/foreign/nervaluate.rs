//! nervaluate's results as JSON: a dictionary of schemes, a list of that and
//! the same by type, or both by name, as its versions have them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{
    Foreign, ForeignEntities, ForeignScores, Program, count, labels_within, refuse, share,
};
use crate::report::ReportError;

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
    Ok(Some(Foreign {
        program: Program::Nervaluate,
        accuracy: None,
        loss: None,
        words: None,
        entities: Some(ForeignEntities {
            all: strict,
            by_type,
            others,
        }),
    }))
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
        let sum = precision + recall;
        let mean = if sum == 0.0 {
            0.0
        } else {
            2.0 * precision * recall / sum
        };
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
}
