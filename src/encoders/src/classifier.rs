//! The last layer of a fine-tuned token classifier, and its labels.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};
use nerite::{Architecture, Config, HeadConfig, MAX_TAGS, Strategy, TagSet, Weights, head_file};
use serde::Deserialize;
use serde_json::Value;

/// What an architecture's name ends in that has one matrix over the hidden
/// states and nothing else.
const SUFFIX: &str = "ForTokenClassification";
/// Tensors of what would have to be done with the scores.
const CRF: [&str; 4] = [
    "crf.transitions",
    "crf.start_transitions",
    "crf.trans_matrix",
    "transitions",
];

/// What makes scores of labels from the last hidden state.
#[derive(Clone, Debug, PartialEq)]
pub struct Classifier {
    /// The labels, in the order of the rows.
    pub labels: Vec<String>,
    /// `[labels, hidden]`.
    pub weight: Vec<f32>,
    /// `[labels]`.
    pub bias: Vec<f32>,
}

#[derive(Deserialize)]
struct Fields {
    architectures: Option<Vec<String>>,
    id2label: Option<BTreeMap<String, Value>>,
}

impl Classifier {
    pub(super) fn read(
        config: &str,
        weights: &dyn Weights,
        labels: Option<&[String]>,
    ) -> Result<Self> {
        let config: Fields = serde_json::from_str(config)?;
        check_architecture(config.architectures.as_deref().unwrap_or_default())?;
        if let Some(name) = CRF.iter().find(|name| weights.shape(name).is_some()) {
            bail!(
                "found the tensor {name}: a conditional random field stands over the scores, \
                 expected a plain classifier"
            );
        }
        let shape = weights.shape("classifier.weight").context(
            "found no tensor classifier.weight, expected a token classifier's last layer",
        )?;
        let &[rows, _] = shape.as_slice() else {
            bail!("found classifier.weight of shape {shape:?}, expected [labels, hidden]");
        };
        ensure!(
            (1..=MAX_TAGS).contains(&rows),
            "found a classifier of {rows} labels, expected 1 to {MAX_TAGS}"
        );
        let labels = match (labels, &config.id2label) {
            (Some(labels), _) => {
                ensure!(
                    labels.len() == rows,
                    "found {} labels, but the classifier has {rows}",
                    labels.len()
                );
                labels.to_vec()
            }
            (None, Some(id2label)) => in_order(id2label, rows)?,
            (None, None) => bail!(
                "found no id2label, expected a label for each of the classifier's {rows} rows; \
                 --labels names them"
            ),
        };
        let bias = weights.shape("classifier.bias");
        ensure!(
            bias.as_deref() == Some(&[rows]),
            "found classifier.bias of shape {bias:?}, expected [{rows}]"
        );
        let read = |name: &str| {
            let values = weights.read(name)?;
            ensure!(
                values.iter().all(|x| x.is_finite()),
                "{name} holds a number that is not finite"
            );
            Ok(values)
        };
        Ok(Self {
            labels,
            weight: read("classifier.weight")?,
            bias: read("classifier.bias")?,
        })
    }
}

impl Classifier {
    /// The file of a head of pieces with these numbers, over the last hidden
    /// state of an encoder of this shape and sha256.
    ///
    /// # Errors
    ///
    /// Labels that are no tag set, or a matrix that does not fit the encoder.
    pub fn head(
        self,
        encoder: &Config,
        sha256: &str,
        strategy: Strategy,
    ) -> Result<(HeadConfig, Vec<u8>)> {
        let tags = TagSet::try_from(self.labels).context("id2label")?;
        let config = HeadConfig {
            pieces: Some(strategy),
            ..HeadConfig::linear(tags, vec![encoder.layers], encoder.hidden, sha256)
        };
        let file = head_file(&config, &[self.weight, self.bias]).context("classifier")?;
        Ok((config, file))
    }
}

fn check_architecture(architectures: &[String]) -> Result<()> {
    let expected = || {
        let names: Vec<String> = Architecture::ALL
            .iter()
            .map(|family| format!("{}{SUFFIX}", family.class()))
            .collect();
        names.join(", ")
    };
    let [name] = architectures else {
        bail!(
            "found the architectures {architectures:?}, expected one of {}",
            expected()
        );
    };
    let family = name.strip_suffix(SUFFIX);
    let is_known = |family| Architecture::ALL.iter().any(|own| own.class() == family);
    if family.is_some_and(is_known) {
        return Ok(());
    }
    let lower = name.to_lowercase();
    let why = if lower.contains("crf") {
        ": a conditional random field stands over its scores"
    } else if lower.contains("span") || lower.contains("questionanswering") {
        ": it scores spans, not pieces"
    } else if family.is_some() {
        ": its encoder is of another family"
    } else {
        ": it is no token classifier"
    };
    bail!(
        "found the architecture {name:?}{why}; expected one of {}",
        expected()
    )
}

/// The labels in the order of their numbers. Numbers may be missing where the
/// classifier has a row for each, which is then called as transformers would
/// call it, or where the labels are as many as the rows.
fn in_order(id2label: &BTreeMap<String, Value>, rows: usize) -> Result<Vec<String>> {
    let mut numbered = BTreeMap::new();
    for (id, label) in id2label {
        let number: usize = id.parse().with_context(|| {
            format!("id2label: found the number {id:?}, expected a whole number")
        })?;
        let label = match label {
            Value::String(label) => label.clone(),
            Value::Number(number) => number.to_string(),
            other => bail!("id2label: found the label {other} of {id}, expected a text"),
        };
        ensure!(
            numbered.insert(number, label).is_none(),
            "id2label: found the number {number} twice"
        );
    }
    let greatest = numbered.keys().next_back().copied();
    if numbered.len() == rows {
        return Ok(numbered.into_values().collect());
    }
    ensure!(
        greatest.map(|greatest| greatest + 1) == Some(rows),
        "id2label: found {} labels, the last one of number {}, but the classifier has {rows} rows",
        numbered.len(),
        greatest.map_or_else(|| "none".into(), |greatest| greatest.to_string())
    );
    let label = |row| {
        numbered
            .remove(&row)
            .unwrap_or_else(|| format!("LABEL_{row}"))
    };
    Ok((0..rows).map(label).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(json: &str, rows: usize) -> Result<Vec<String>> {
        in_order(&serde_json::from_str(json).unwrap(), rows)
    }

    #[test]
    fn labels_are_in_the_order_of_their_numbers() {
        let json = r#"{"10": "K", "2": "C", "0": "O", "1": 7}"#;
        assert_eq!(labels(json, 4).unwrap(), ["O", "7", "C", "K"]);
        let gap = labels(r#"{"0": "O", "3": "X"}"#, 4).unwrap();
        assert_eq!(gap, ["O", "LABEL_1", "LABEL_2", "X"]);
        for (json, rows) in [
            (r#"{"0": "O", "1": "X"}"#, 3),
            (r#"{"0": "O", "5": "X"}"#, 3),
            (r#"{"a": "O"}"#, 1),
            (r#"{"0": "O", "00": "X"}"#, 2),
            (r#"{"0": null}"#, 1),
            (r#"{"18446744073709551615": "O"}"#, 2),
            ("{}", 2),
        ] {
            assert!(labels(json, rows).is_err(), "{json} was accepted");
        }
    }

    #[test]
    fn other_heads_are_refused_by_name() {
        let check = |name: &str| check_architecture(&[name.to_owned()]);
        assert!(check("ElectraForTokenClassification").is_ok());
        for (name, why) in [
            ("BertCrfForTokenClassification", "conditional random field"),
            ("BertForQuestionAnswering", "spans"),
            ("SpanBertForTokenClassification", "spans"),
            ("BertForMaskedLM", "no token classifier"),
            ("DebertaV2ForTokenClassification", "another family"),
        ] {
            let error = check(name).unwrap_err().to_string();
            assert!(error.contains(why) && error.contains(name), "{error}");
        }
        assert!(check_architecture(&[]).is_err());
    }
}
