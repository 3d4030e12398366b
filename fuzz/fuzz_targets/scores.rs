//! Scores and transitions of any bits, decoded.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nerite::{Span, TagSet, Transitions};

const TAGS: usize = 5;

fuzz_target!(|bytes: &[u8]| {
    let tags = TagSet::new(["B-a", "B-b", "I-a", "I-b", "O"]).unwrap();
    let (fours, _) = bytes.as_chunks::<4>();
    let numbers: Vec<f32> = fours.iter().map(|four| f32::from_le_bytes(*four)).collect();
    if numbers.len() < TAGS * (TAGS + 2) {
        return;
    }
    let (transitions, scores) = numbers.split_at(TAGS * (TAGS + 2));
    let transitions = Transitions {
        between: transitions[..TAGS * TAGS].to_vec(),
        start: transitions[TAGS * TAGS..][..TAGS].to_vec(),
        end: transitions[TAGS * (TAGS + 1)..].to_vec(),
    };
    let scores = &scores[..scores.len() / TAGS * TAGS];
    for transitions in [transitions.clone(), transitions.under_rules(&tags)] {
        let best = transitions.best(scores);
        assert_eq!(best.len(), scores.len() / TAGS);
        for span in Span::read(best.iter().map(|tag| tags.tag(*tag))) {
            assert!(span.words.start < span.words.end && span.words.end <= best.len());
        }
        let marginals = transitions.marginals(scores);
        assert!(marginals.iter().all(|p| (0.0..=1.0).contains(p)));
    }
});
