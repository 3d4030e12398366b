//! What conlleval prints, the Perl script of the CoNLL tasks or one of its
//! translations: figures in percent.

use std::collections::BTreeMap;

use super::{Foreign, ForeignEntities, ForeignScores, Program, labels_within, refuse};
use crate::report::ReportError;
use crate::tags::MAX_TAGS;

/// `None` if it is no such text.
pub(super) fn read(text: &str) -> Result<Option<Foreign>, ReportError> {
    let mut lines = text.lines().map(str::trim);
    let Some(processed) = lines.find(|line| line.starts_with("processed ")) else {
        return Ok(None);
    };
    let words: Vec<&str> = processed.split_whitespace().collect();
    let phrases = words.iter().position(|word| *word == "phrases;");
    let phrases = phrases.and_then(|place| words.get(place.checked_sub(1)?)?.parse().ok());
    let mut found = Foreign {
        program: Program::Conlleval,
        accuracy: None,
        loss: None,
        words: None,
        entities: None,
    };
    let mut by_type = BTreeMap::new();
    for line in lines.take(MAX_TAGS + 8) {
        // Some print the accuracy over words that are not `O` first.
        if let Some(accuracy) = figure(line, "accuracy:").filter(|_| !line.contains("non-O")) {
            found.accuracy = Some(accuracy?);
        }
        let Some(mut scores) = scores(line)? else {
            continue;
        };
        match line.split_once(": precision:") {
            Some((name, _)) => {
                by_type.insert(name.trim().to_owned(), scores);
            }
            None => {
                scores.support = phrases;
                found.entities = Some(ForeignEntities {
                    all: scores,
                    by_type: BTreeMap::new(),
                    others: BTreeMap::new(),
                });
            }
        }
    }
    labels_within(by_type.keys())?;
    let Some(entities) = &mut found.entities else {
        return refuse("found a text that begins as conlleval's, and no line with FB1");
    };
    entities.by_type = by_type;
    Ok(Some(found))
}

/// A line's figures, if it has all three.
fn scores(line: &str) -> Result<Option<ForeignScores>, ReportError> {
    let figures = ["precision:", "recall:", "FB1:"].map(|name| figure(line, name));
    let [Some(precision), Some(recall), Some(f1)] = figures else {
        return Ok(None);
    };
    Ok(Some(ForeignScores {
        precision: precision?,
        recall: recall?,
        f1: f1?,
        // The number behind FB1 is of what was found.
        support: None,
    }))
}

/// The percentage behind a name, as a share.
fn figure(line: &str, name: &str) -> Option<Result<f64, ReportError>> {
    let (_, behind) = line.split_once(name)?;
    let word = behind.split_whitespace().next().unwrap_or_default();
    let word = word.trim_end_matches([';', '%']);
    let percent = word.parse().ok();
    let percent = percent.filter(|own: &f64| (0.0..=100.0).contains(own));
    Some(match percent {
        // With two decimals, as conlleval writes them, so that 97.96 % is 0.9796.
        Some(percent) => Ok((percent * 100.0).round() / 10_000.0),
        None => {
            let word: String = word.chars().take(40).collect();
            refuse(&format!("{name} found {word:?}, expected a percentage"))
        }
    })
}

#[cfg(test)]
mod tests {
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    const TEXT: &str =
        "processed 51578 tokens with 5942 phrases; found: 5972 phrases; correct: 5331.
accuracy:  97.96%; precision:  89.27%; recall:  89.72%; FB1:  89.49
              LOC: precision:  91.31%; recall:  92.81%; FB1:  92.05  1867
             MISC: precision:  84.10%; recall:  83.73%; FB1:  83.92  918
";

    #[test]
    fn its_text_is_read() {
        let found = Foreign::read(TEXT).unwrap();
        assert_eq!(found.program, Program::Conlleval);
        assert_eq!(found.accuracy, Some(0.9796));
        let entities = found.entities.unwrap();
        assert_eq!(
            (entities.all.f1, entities.all.support),
            (0.8949, Some(5942.0))
        );
        assert_eq!(entities.by_type["LOC"].f1, 0.9205);
        assert_eq!(entities.by_type.len(), 2);
        let other = TEXT.replace("accuracy:", "accuracy: 80.00%; (non-O)\naccuracy:");
        assert_eq!(Foreign::read(&other).unwrap().accuracy, Some(0.9796));
    }

    #[test]
    fn damaged_text_is_refused() {
        for (from, to, reason) in [
            ("FB1:  89.49", "", "no line with FB1"),
            ("89.49", "189.49", "\"189.49\", expected a percentage"),
            ("91.31%", "much", "\"much\", expected a percentage"),
        ] {
            let message = Foreign::read(&TEXT.replace(from, to)).unwrap_err();
            assert!(message.to_string().contains(reason), "{message}");
        }
    }
}
