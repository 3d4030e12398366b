#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::spans::{Tagged, entities};
use super::*;
use crate::tags::TagSet;

#[test]
fn punctuation_is_trimmed_off_entities() {
    for (text, expected) in [
        ("\u{201c} Obama \u{201d}", Some("Obama")),
        ("Angela Merkel ]", Some("Angela Merkel")),
        ("Kerry ( Mass. )", Some("Kerry ( Mass. )")),
        ("( Kerry )", Some("Kerry")),
        ("Kerry ( Mass. ) ,", Some("Kerry ( Mass. )")),
        ("Kerry", Some("Kerry")),
        ("Reuters ) Obama", Some("Reuters")),
        ("&#40;Reuters&#41; &quot;", Some("Reuters")),
        ("Obama (Reuters ,", Some("Obama")),
        ("University (London (UK))", Some("University (London (UK))")),
        ("-Oslo- ,", Some("Oslo")),
        ("Obama&amp; others", Some("Obama&amp; others")),
        ("Angela Merkel&amp;", Some("Angela Merkel")),
        ("Angela Merkel&#45;", Some("Angela Merkel")),
        ("&#47;Angela Merkel&#x2F;", Some("Angela Merkel")),
        ("Angela Merkel／", Some("Angela Merkel")),
        ("Angela Merkel－ ,", Some("Angela Merkel")),
        ("−Angela Merkel−", Some("Angela Merkel")),
        ("Angela Merkel\\/ ,", Some("Angela Merkel")),
        ("Angela Mer\u{ad}kel&amp;-", Some("Angela Mer\u{ad}kel")),
        ("Obama &amp; Sons&quot;", Some("Obama &amp; Sons")),
        ("Okonjo, C. (1998)", Some("Okonjo, C. (1998)")),
        ("Okonjo, C.)", Some("Okonjo, C.")),
        ("Okonjo, M.-S.\":", Some("Okonjo, M.-S.")),
        ("Plan B .", Some("Plan B .")),
        ("B. .", Some("B")),
        ("Vitamin K.\"", Some("Vitamin K.")),
        ("\u{ab}", None),
        ("&nbsp;&quot;", None),
        ("\" , \"", None),
    ] {
        assert_eq!(entity(text, 0), expected, "{text}");
    }
    // The first word carries no tag.
    for (text, expected) in [
        ("(212) 555-0199", Some("(212) 555-0199")),
        ("[212] 555-0199", Some("[212] 555-0199")),
        ("(Reuters) Obama", Some("Reuters")),
        ("\"Obama (US) now", Some("Obama (US) now")),
    ] {
        assert_eq!(entity(text, 1), expected, "{text}");
    }
}

#[test]
fn no_entity_goes_over_a_gap_between_columns() {
    for (text, expected) in [
        ("New York", &["New York"] as &[_]),
        ("New  York", &["New  York"]),
        ("New\n    York", &["New\n    York"]),
        ("Odense       Ljubljana", &["Odense", "Ljubljana"]),
        (
            "Odense\tNew York\t,   Lima",
            &["Odense", "New York", "Lima"],
        ),
    ] {
        assert_eq!(all_entities(text, 0), expected, "{text}");
    }
    // One character of several words.
    for text in ["ﷺ", "ﷺ ﷺ", "℀ ½ ㎏ …"] {
        let found = all_entities(text, 0);
        assert!(found.iter().all(|own| text.contains(own)), "{text}");
    }
}

/// The entity of a text whose words from `first` on are one.
fn entity(text: &str, first: usize) -> Option<&str> {
    let found = all_entities(text, first);
    assert!(found.len() <= 1);
    found.first().copied()
}

/// The entities of a text whose words from `first` on are tagged as one.
fn all_entities(text: &str, first: usize) -> Vec<&str> {
    let tags = TagSet::new(["B-x", "I-x", "O"]).unwrap();
    let words: Vec<Word> = crate::words::cut(text)
        .concat()
        .into_iter()
        .enumerate()
        .map(|(index, range)| Word {
            range,
            sentence: 0,
            continues: false,
            tag: if index < first {
                2
            } else {
                usize::from(index > first)
            },
            probabilities: vec![1.0; 3],
        })
        .collect();
    let own: Vec<usize> = words.iter().map(|word| word.tag).collect();
    let tagged = Tagged {
        text,
        words: &words,
        tags: &tags,
        own: &own,
    };
    let found = entities(tagged, Aggregation::default(), None);
    found.iter().map(|own| &text[own.range.clone()]).collect()
}
