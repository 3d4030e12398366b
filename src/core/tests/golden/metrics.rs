//! Figures beside those of scikit-learn, seqeval and nervaluate.

use nerite::{
    Comparison, Context, Entities, EntityReport, Evaluation, Figure, JudgedSentence, Outcomes, Tag,
    TagSet, TokenReport, Training,
};
use serde_json::Value;
#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
use wasm_bindgen_test::wasm_bindgen_test as test;

type Tags = Vec<Vec<String>>;

fn parse(tags: &[String]) -> Vec<Tag<'_>> {
    tags.iter().map(|tag| Tag::parse(tag).unwrap()).collect()
}

/// Gold and predicted tags of a metrics case, sentence by sentence.
fn gold_and_predicted(case: &Value) -> (Tags, Tags) {
    let side = |name: &str| serde_json::from_value(case[name].clone()).unwrap();
    (side("gold"), side("predicted"))
}

#[test]
fn token_reports_are_scikit_learns() {
    let cases: Vec<Value> = serde_json::from_slice(golden!("metrics/token.json")).unwrap();
    assert!(cases.len() >= 10);
    for case in &cases {
        let (gold, predicted) = gold_and_predicted(case);
        let pairs = gold.iter().flatten().zip(predicted.iter().flatten());
        let report = TokenReport::new(pairs.map(|(g, p)| (g.as_str(), p.as_str())));
        let found = serde_json::to_value(&report).unwrap();
        assert_close(&found, &case["report"], case["name"].as_str().unwrap());
        let again: TokenReport = serde_json::from_value(found).unwrap();
        assert_eq!(again, report);
    }
}

#[test]
fn entity_reports_are_seqevals() {
    let tokens: Vec<Value> = serde_json::from_slice(golden!("metrics/token.json")).unwrap();
    let entities: Vec<Value> = serde_json::from_slice(golden!("metrics/entity.json")).unwrap();
    assert_eq!(tokens.len(), entities.len());
    for (token, entity) in tokens.iter().zip(&entities) {
        assert_eq!(token["name"], entity["name"]);
        let (gold, predicted) = gold_and_predicted(token);
        let pairs = || {
            gold.iter()
                .zip(&predicted)
                .map(|(g, p)| (parse(g), parse(p)))
        };
        for (mode, report) in [
            ("lenient", EntityReport::lenient(pairs())),
            ("strict", EntityReport::strict(pairs())),
        ] {
            let name = format!("{} {mode}", entity["name"]);
            let expected = &entity[mode];
            let found = serde_json::to_value(&report).unwrap();
            for field in ["precision", "recall", "f1"] {
                assert_close(&found[field], &expected[field], &format!("{name} {field}"));
            }
            let kinds = expected["by_type"].as_object().unwrap();
            assert_eq!(report.by_type.len(), kinds.len(), "{name}");
            for (kind, expected) in kinds {
                let found = &report.by_type[kind];
                for (found, field) in [
                    (found.precision, "precision"),
                    (found.recall, "recall"),
                    (found.f1, "f1-score"),
                    (found.support as f64, "support"),
                ] {
                    assert_close(
                        &found.into(),
                        &expected[field],
                        &format!("{name} {kind} {field}"),
                    );
                }
            }
        }
    }
}

#[test]
fn overlaps_are_nervaluates() {
    let tokens: Vec<Value> = serde_json::from_slice(golden!("metrics/token.json")).unwrap();
    let overlaps: Vec<Value> = serde_json::from_slice(golden!("metrics/overlap.json")).unwrap();
    assert_eq!(tokens.len(), overlaps.len());
    for (token, overlap) in tokens.iter().zip(&overlaps) {
        let name = token["name"].as_str().unwrap();
        assert_eq!(token["name"], overlap["name"]);
        let (gold, predicted) = gold_and_predicted(token);
        let pairs = gold.iter().zip(&predicted);
        let entities = Entities::new(|| pairs.clone().map(|(g, p)| (parse(g), parse(p))));
        let found = serde_json::to_value(&entities).unwrap();
        for scheme in ["strict_overlap", "exact", "partial", "type"] {
            assert_close(
                &found[scheme],
                &overlap[scheme],
                &format!("{name} {scheme}"),
            );
        }
        // What the documentation of `strict_overlap` says.
        for field in ["precision", "recall", "f1"] {
            let (own, lenient) = (&found["strict_overlap"][field], &found["lenient"][field]);
            assert_close(own, lenient, &format!("{name} lenient {field}"));
        }
        let again: Entities = serde_json::from_value(found).unwrap();
        assert_eq!(again, entities, "{name}");
    }
}

/// The sums that the bootstrap draws from give scikit-learn's and seqeval's
/// figures, and what is stored of every sentence gives it back.
#[test]
fn headline_figures_are_those_of_the_tables() {
    let cases: Vec<Value> = serde_json::from_slice(golden!("metrics/token.json")).unwrap();
    let entities: Vec<Value> = serde_json::from_slice(golden!("metrics/entity.json")).unwrap();
    for (case, entity) in cases.iter().zip(&entities) {
        let name = case["name"].as_str().unwrap();
        let (gold, predicted) = gold_and_predicted(case);
        let tags = TagSet::new(gold.iter().chain(&predicted).flatten().cloned()).unwrap();
        let indices = |labels: &[String]| -> Vec<u16> {
            let labels = labels.iter();
            labels
                .map(|label| tags.index(label).unwrap() as u16)
                .collect()
        };
        let sentences: Vec<JudgedSentence<'_>> = gold
            .iter()
            .zip(&predicted)
            .map(|(gold, predicted)| JudgedSentence {
                words: gold.iter().map(String::as_str).collect(),
                gold: indices(gold),
                predicted: indices(predicted),
                confidences: Vec::new(),
                without_subword: vec![false; gold.len()],
            })
            .collect();
        let training = Training::default();
        let context = Context {
            training: Some(&training),
            resamples: 20,
            ..Context::default()
        };
        let found = Evaluation::of(&tags, &sentences, &context);
        let figures = found.details.repeated.unwrap().with;
        for (found, expected) in [
            (figures[Figure::Accuracy], &case["report"]["accuracy"]),
            (
                figures[Figure::MacroF1],
                &case["report"]["macro avg"]["f1-score"],
            ),
            (
                figures[Figure::WeightedF1],
                &case["report"]["weighted avg"]["f1-score"],
            ),
            (figures[Figure::EntityF1], &entity["strict"]["f1"]),
            (figures[Figure::EntityF1Lenient], &entity["lenient"]["f1"]),
        ] {
            assert_close(&found.into(), expected, name);
        }
        let outcomes = serde_json::to_value(&found.details.outcomes).unwrap();
        let outcomes: Outcomes = serde_json::from_value(outcomes).unwrap();
        for (outcome, own) in outcomes.read().unwrap().iter().zip(&sentences) {
            assert_eq!(
                (&outcome.gold, &outcome.predicted),
                (&own.gold, &own.predicted)
            );
        }
    }
}

/// Other draws, another generator: intervals agree as far as 1,000 draws can
/// tell, and whether a difference is more than chance agrees always.
#[test]
fn paired_bootstraps_tell_the_same_as_in_python() {
    let pairs: Vec<Value> = serde_json::from_slice(golden!("metrics/bootstrap.json")).unwrap();
    let mut verdicts = Vec::new();
    for pair in &pairs {
        let name = pair["name"].as_str().unwrap();
        let side = |side: &str| -> Tags { serde_json::from_value(pair[side].clone()).unwrap() };
        let (gold, sides) = (side("gold"), [side("a"), side("b")]);
        let tags =
            TagSet::new(gold.iter().chain(sides.iter().flatten()).flatten().cloned()).unwrap();
        let indices = |sentences: &Tags| -> Vec<Vec<u16>> {
            let index = |label: &String| tags.index(label).unwrap() as u16;
            let sentences = sentences.iter();
            sentences
                .map(|own| own.iter().map(index).collect())
                .collect()
        };
        let gold = indices(&gold);
        let dropped: Vec<Vec<bool>> = gold.iter().map(|own| vec![false; own.len()]).collect();
        let [a, b] = sides.map(|predicted| {
            let predicted = indices(&predicted);
            let parts = gold.iter().zip(&predicted).zip(&dropped);
            let parts =
                parts.map(|((gold, predicted), dropped)| (&gold[..], &predicted[..], &dropped[..]));
            Outcomes::new(tags.clone(), parts)
        });
        let found = Comparison::of(&a, &b, 0, 1000).unwrap();
        let found_json = serde_json::to_value(&found).unwrap();
        for (figure, expected) in pair["differences"].as_object().unwrap() {
            let place = format!("{name} {figure}");
            let own = &found_json[figure];
            assert_close(&own["a"], &expected["a"], &place);
            assert_close(&own["b"], &expected["b"], &place);
            let get = |from: &Value, field: &str| from[field].as_f64().unwrap();
            let width = get(expected, "high") - get(expected, "low");
            for end in ["low", "high"] {
                let apart = (get(own, end) - get(expected, end)).abs();
                assert!(
                    apart < 0.1 * width,
                    "{place} {end}: {apart} apart, of {width}"
                );
            }
            let verdict = |from: &Value| get(from, "p") < 0.05;
            assert_eq!(
                verdict(own),
                verdict(expected),
                "{place}: {own}, {expected}"
            );
            verdicts.push(verdict(own));
        }
        // Among others, every tag has its own difference.
        assert_eq!(found.tags.len(), tags.len());
        let lowest = found
            .tags
            .values()
            .map(|own| own.low)
            .fold(f64::INFINITY, f64::min);
        assert!(
            lowest < found.figures[Figure::MacroF1].low,
            "{name}: one tag varies more than their mean"
        );
    }
    assert!(verdicts.contains(&true) && verdicts.contains(&false));
}

/// Equal keys, and numbers equal to 1e-12.
fn assert_close(found: &Value, expected: &Value, name: &str) {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            let keys =
                |map: &serde_json::Map<String, Value>| map.keys().cloned().collect::<Vec<_>>();
            assert_eq!(keys(found), keys(expected), "{name}");
            for (key, expected) in expected {
                assert_close(&found[key], expected, &format!("{name} {key}"));
            }
        }
        _ => {
            let (found, expected) = (found.as_f64().unwrap(), expected.as_f64().unwrap());
            assert!(
                (found - expected).abs() < 1e-12,
                "{name}: {found}, expected {expected}"
            );
        }
    }
}
