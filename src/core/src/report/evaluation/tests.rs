#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;
use crate::metrics::Figure;

fn tags() -> TagSet {
    TagSet::new(["B-x", "I-x", "O"]).unwrap()
}

/// Words and tags as in "Ann/B-x/O left/O/O": word, gold, predicted.
fn sentence(text: &str) -> JudgedSentence<'_> {
    let tags = tags();
    let mut own = JudgedSentence::default();
    for word in text.split(' ') {
        let mut parts = word.split('/');
        own.words.push(parts.next().unwrap());
        let mut tag = || tags.index(parts.next().unwrap()).unwrap() as u16;
        own.gold.push(tag());
        own.predicted.push(tag());
        own.without_subword.push(false);
    }
    own
}

#[test]
fn figures_of_all_kinds_agree_with_each_other() {
    let mut sentences = vec![
        sentence("Ann/B-x/B-x Lee/I-x/I-x left/O/O"),
        sentence("Bob/B-x/O stayed/O/B-x on/O/O"),
        sentence("Eve/B-x/B-x"),
    ];
    for own in &mut sentences {
        own.confidences = vec![0.9; own.words.len()];
    }
    sentences[1].without_subword[2] = true;
    let tags = tags();
    let fitted = [
        (vec!["Eve"], &[0u16][..]),
        (vec!["by", "Ann", "Lee"], &[2, 0, 1]),
    ];
    let training = Training::of(&tags, fitted);
    let context = Context {
        training: Some(&training),
        ..Context::default()
    };
    let found = Evaluation::of(&tags, &sentences, &context);
    assert_eq!((found.words.judged, found.words.without_subword), (6, 1));
    assert_eq!(found.token.accuracy, 4.0 / 6.0);
    let details = &found.details;
    let repeated = details.repeated.as_ref().unwrap();
    assert_eq!(repeated.sentences, 1);
    assert_eq!(repeated.with[Figure::Accuracy], found.token.accuracy);
    assert_eq!(
        repeated.with[Figure::MacroF1],
        found.token.averages.macro_avg.f1
    );
    assert_eq!(
        repeated.with[Figure::WeightedF1],
        found.token.averages.weighted_avg.f1
    );
    assert_eq!(repeated.with[Figure::EntityF1], found.entity.strict.all.f1);
    assert_eq!(
        repeated.with[Figure::EntityF1Lenient],
        found.entity.lenient.all.f1
    );
    assert_eq!(repeated.without[Figure::Accuracy], 3.0 / 5.0);
    let bucket = |buckets: &[crate::metrics::Bucket], name: &str| {
        let bucket = buckets.iter().find(|bucket| bucket.name == name).unwrap();
        (bucket.scores.support, bucket.scores.recall)
    };
    assert_eq!(bucket(&details.buckets.training, "seen"), (2, 1.0));
    assert_eq!(bucket(&details.buckets.training, "unseen"), (1, 0.0));
    assert_eq!(bucket(&details.buckets.entity_length, "1"), (2, 0.5));
    assert_eq!(
        bucket(&details.buckets.sentence_length, "1 to 10"),
        (3, 2.0 / 3.0)
    );
    assert_eq!(details.confusion.tags["B-x"]["O"], 1);
    assert_eq!(details.confusion.types["x"][""], 1);
    assert_eq!(details.confusion.types[""]["x"], 1);
    let calibration = details.calibration.as_ref().unwrap();
    assert!((calibration.words.ece - (0.9 - 4.0 / 6.0)).abs() < 1e-6);
    assert!((calibration.entities.ece - (0.9 - 2.0 / 3.0)).abs() < 1e-6);
    let accuracy = details.intervals.figures[Figure::Accuracy];
    assert!(accuracy.low <= found.token.accuracy && found.token.accuracy <= accuracy.high);
    assert_eq!(details.outcomes.read().unwrap()[1].predicted, [2, 0, 2]);
    let again = Evaluation::of(&tags, &sentences, &context);
    assert_eq!(found, again, "the bootstrap is seeded");
}

#[test]
fn heads_are_compared_on_the_same_sentences() {
    let right = "a/B-x/B-x b/O/O";
    let wrong = "a/B-x/O b/O/O";
    let outcomes = |text: [&str; 2]| {
        let sentences: Vec<_> = (0..100).map(|index| sentence(text[index % 2])).collect();
        Evaluation::of(&tags(), &sentences, &Context::default())
            .details
            .outcomes
    };
    let (good, bad) = (outcomes([right, right]), outcomes([right, wrong]));
    let found = Comparison::of(&bad, &good, 1, 500).unwrap().figures;
    assert_eq!(
        (found[Figure::Accuracy].a, found[Figure::Accuracy].b),
        (0.75, 1.0)
    );
    assert_eq!(found[Figure::Accuracy].difference, 0.25);
    assert!(found[Figure::Accuracy].low > 0.15 && found[Figure::Accuracy].high < 0.35);
    assert!(found[Figure::Accuracy].p < 0.01);
    let same = Comparison::of(&bad, &bad, 1, 500).unwrap().figures;
    assert_eq!(
        (same[Figure::EntityF1].difference, same[Figure::EntityF1].p),
        (0.0, 1.0)
    );
    let other = outcomes([right, "a/O/O b/O/O"]);
    assert_eq!(
        Comparison::of(&good, &other, 1, 500),
        Err(CompareError::Sentences(2))
    );
}

#[test]
fn nothing_at_all_is_judged_without_a_panic() {
    let found = Evaluation::of(&tags(), &[], &Context::default());
    assert_eq!(found.details.intervals.figures[Figure::Accuracy].high, 0.0);
    assert_eq!(found.details.calibration, None);
}
