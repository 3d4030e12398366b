mod answers;
mod tables;

use proptest::prelude::*;
#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;

/// A text and what a head found, marked as in `{PER:Ann Lee}`.
fn marked(text: &str) -> (String, Vec<Found>) {
    let mut plain = String::new();
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (inside, after) = after.split_once('}').unwrap();
        let (label, value) = inside.split_once(':').unwrap();
        plain.push_str(before);
        let start = plain.len();
        plain.push_str(value);
        found.push(head(start..plain.len(), label));
        rest = after;
    }
    plain.push_str(rest);
    (plain, found)
}

fn head(range: Range<usize>, label: &str) -> Found {
    Found {
        range,
        kind: placeholder_type(label),
        score: 0.9,
        origin: Origin::Head,
    }
}

fn with_patterns(text: &str, mut found: Vec<Found>) -> Vec<Found> {
    found.extend(crate::patterns::patterns(text).into_iter().map(Found::from));
    found
}

/// Redacts a marked text, and holds it to its way back.
fn redacted(text: &str, policy: &Policy) -> String {
    let (plain, found) = marked(text);
    let mut table = Table::default();
    let redaction = redact(&plain, &with_patterns(&plain, found), policy, &mut table);
    if policy.style == Style::Placeholder {
        assert_eq!(table.restore(&redaction.text), plain);
    }
    redaction.text
}

#[test]
fn the_same_value_has_the_same_number() {
    for (text, expected) in [
        (
            "{PER:Ann Lee} met {PER:ANN LEE} and {per:ann  lee}.",
            "[PERSON_1] met [PERSON_1] and [PERSON_1].",
        ),
        (
            "{PER:Ann Lee} met {PER:Bob}, {PER:Lee}'s son.",
            "[PERSON_1] met [PERSON_2], [PERSON_1]'s son.",
        ),
        (
            "{PER:Ann Lee's} cat; {PER:Ann Lee\u{2019}s}",
            "[PERSON_1]'s cat; [PERSON_1]\u{2019}s",
        ),
        (
            "{PER:Ann Lee}, {PER:Bob Lee}, {PER:Lee}",
            "[PERSON_1], [PERSON_2], [PERSON_3]",
        ),
        (
            "{PER:Vincent van Gogh} is {PER:van Gogh}",
            "[PERSON_1] is [PERSON_1]",
        ),
        (
            "{PER:Dr. Ann Lee} is {PER:Ann Lee}",
            "[PERSON_1] is [PERSON_1]",
        ),
        (
            "{GIVEN_NAME:Ann} {SURNAME:Lee} in {CITY:Paris}, {geo:Paris}",
            "[PERSON_1] in [LOCATION_1], [LOCATION_1]",
        ),
        (
            "{BUILDING_NUMBER:12} {STREET_NAME:Main Street}, {ZIP_CODE:12345}",
            "[ADDRESS_1], [ZIP_CODE_1]",
        ),
        (
            "a@b.com, A@B.com and c@d.com",
            "[EMAIL_1], [EMAIL_1] and [EMAIL_2]",
        ),
        ("{ORG:Acme} on {TIM:Monday}", "Acme on Monday"),
        (
            "{PER:Annabel Lee} wrote. Later ANNABEL LEE left.",
            "[PERSON_1] wrote. Later [PERSON_1] left.",
        ),
    ] {
        assert_eq!(redacted(text, &Policy::default()), expected, "{text:?}");
    }
}

#[test]
fn styles_lists_types_and_thresholds_are_kept_to() {
    let text = "{PER:Ann Lee} of {ORG:Acme} in {LOC:Paris}, a@b.com";
    let policy = |change: fn(&mut Policy)| {
        let mut policy = Policy::default();
        change(&mut policy);
        redacted(text, &policy)
    };
    assert_eq!(
        policy(|own| own.style = Style::Mask),
        "███ ███ of Acme in █████, ███████"
    );
    assert_eq!(policy(|own| own.style = Style::Remove), " of Acme in , ");
    assert_eq!(
        policy(|own| own.types = Some(vec!["ORGANIZATION".into()])),
        "Ann Lee of [ORGANIZATION_1] in Paris, a@b.com"
    );
    assert_eq!(
        policy(|own| own.keep = vec!["ann LEE".into(), "A@b.com".into()]),
        "Ann Lee of Acme in [LOCATION_1], a@b.com"
    );
    assert_eq!(
        policy(|own| own.always = vec!["acme".into()]),
        "[PERSON_1] of [ORGANIZATION_1] in [LOCATION_1], [EMAIL_1]"
    );
    // A value that nothing else has found is of no known type; in an address it
    // is out already.
    assert_eq!(
        policy(|own| own.always = vec!["a".into(), "of".into()]),
        "[PERSON_1] [PRIVATE_1] Acme in [LOCATION_1], [EMAIL_1]"
    );
    assert_eq!(
        policy(|own| own.keep_at = vec![0..3]),
        "Ann Lee of Acme in [LOCATION_1], [EMAIL_1]"
    );
    let (plain, found) = marked(text);
    let strict = Policy {
        threshold: 0.95,
        thresholds: [("LOCATION".into(), 0.5)].into(),
        ..Policy::default()
    };
    let redaction = redact(
        &plain,
        &with_patterns(&plain, found),
        &strict,
        &mut Table::default(),
    );
    assert_eq!(redaction.text, "Ann Lee of Acme in [LOCATION_1], [EMAIL_1]");
    assert_eq!(redaction.left.len(), 1);
    assert_eq!(&plain[redaction.left[0].range.clone()], "Ann Lee");
}

#[test]
fn patterns_win_over_heads_and_longer_spans_over_shorter() {
    for (text, expected) in [
        (
            "write {PER:ann@b.com} or {PER:Ann <c}@d.com>",
            "write [EMAIL_1] or [PERSON_1] <[EMAIL_2]>",
        ),
        ("{LOC:Paris} {PER:Hilton}", "[LOCATION_1] [PERSON_1]"),
        ("{PER:Smi}th, {PER:\"Jo\"}", "[PERSON_1], \"[PERSON_2]\""),
        ("{PER: }x{PER:,}", " x,"),
        // What heads of personal data see in plain numbers and words.
        (
            "order {DRIVERS_LICENSE:100}5 of {GIVEN_NAME:far}ina",
            "order 1005 of farina",
        ),
        (
            "licence {DRIVERS_LICENSE:D1234567}",
            "licence [DRIVERS_LICENSE_1]",
        ),
    ] {
        assert_eq!(redacted(text, &Policy::default()), expected, "{text:?}");
    }
    let (text, own) = marked("the {PER:Paris Hilton} hotel");
    let both = [own.clone(), vec![head(4..9, "LOC")]].concat();
    assert_eq!(join(&text, &both), own);
    // One head has the street as a place, another the parts of an address.
    let (text, own) = marked("at {LOC:12 Main Street}, {LOC:Springfield}");
    let parts = [head(3..5, "BUILDING_NUMBER"), head(6..17, "STREET_NAME")];
    let (_, expected) = marked("at {ADDRESS:12 Main Street}, {LOC:Springfield}");
    assert_eq!(join(&text, &[own, parts.to_vec()].concat()), expected);
}

#[test]
fn offsets_go_both_ways() {
    let (text, found) = marked("Dear {PER:Ann Lee}, hi.");
    let redaction = redact(&text, &found, &Policy::default(), &mut Table::default());
    assert_eq!(redaction.text, "Dear [PERSON_1], hi.");
    for (original, redacted) in [(0, 0), (4, 4), (5, 5), (8, 5), (12, 15), (16, 19), (17, 20)] {
        assert_eq!(redaction.to_redacted(original), redacted);
    }
    for (redacted, original) in [(0, 0), (5, 5), (14, 5), (15, 12), (20, 17)] {
        assert_eq!(redaction.to_original(redacted), original);
    }
}

#[test]
fn texts_of_one_table_go_on_from_each_other() {
    let mut table = Table::default();
    let mut texts = Vec::new();
    for text in [
        "{PER:Ann Lee} met {PER:Bob}",
        "{PER:ANN LEE} met {PER:Bob}",
        "[PERSON_1] met Person 2 and {PER:Cid}",
        "{PER:Dan} PERSON_4",
        "{PER:Eve}",
    ] {
        let (plain, found) = marked(text);
        let redaction = redact(&plain, &found, &Policy::default(), &mut table);
        texts.push((plain, redaction.text));
    }
    assert_eq!(texts[0].1, "[PERSON_1] met [PERSON_2]");
    // Both became the same: the second cannot have the same number.
    assert_ne!(texts[1].1, texts[0].1);
    assert!(texts[2].1.starts_with("[LITERAL_1] met [LITERAL_2] and "));
    let table = Table::from_json(table.to_json().as_bytes()).unwrap();
    for (plain, redacted) in texts {
        assert_eq!(table.restore(&redacted), plain, "{redacted:?}");
    }
}

#[test]
fn hostile_texts_take_linear_time() {
    let (text, found) = marked("{PER:Ann Lee}");
    let mut table = Table::default();
    redact(&text, &found, &Policy::default(), &mut table);
    for piece in [
        "[",
        "[PERSON_",
        "PERSON",
        "[PERSON_1",
        "[PERSON_0",
        "1",
        "\\[",
        "{",
        "&lt;",
        "P",
        "_",
        "person ",
        "[PERSON_1]",
        "%5b",
        "Ann Lee ",
    ] {
        let text = piece.repeat(300_000 / piece.len());
        assert!(!table.restore(&text).is_empty());
        let mut other = Table::default();
        let policy = Policy {
            always: vec!["Ann Lee".into()],
            ..Policy::default()
        };
        let redaction = redact(&text, &[], &policy, &mut other);
        assert_eq!(other.restore(&redaction.text), text, "{piece:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_taken_out_comes_back(
        text in "(\\[?PERSON[_ ]?[0-9]{0,2}\\]?|Person |[\\[\\]{}<>\\\\_*a-zA-Z0-9 ]|[Aa]nn Lee|Lee|a@b\\.com|\\PC|\n){0,24}",
        picks in proptest::collection::vec((any::<prop::sample::Index>(), 0usize..12, 0usize..4), 0..8),
        cut in any::<prop::sample::Index>(),
        other in "(PERSON_[0-9]|[a-z\\[\\] ]|Ann Lee){0,8}",
    ) {
        let boundaries: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let found: Vec<Found> = picks.iter().map(|(start, length, kind)| {
            let start = start.index(boundaries.len());
            let end = (start + length).min(boundaries.len() - 1);
            head(boundaries[start]..boundaries[end], ["PER", "LOC", "PERSON_1", "X-1"][*kind])
        }).collect();
        let mut table = Table::default();
        // A text before this one, in the same table.
        let policy = Policy { always: vec!["Ann Lee".into()], ..Policy::default() };
        let first = redact(&other, &[], &policy, &mut table);
        let redaction = redact(&text, &with_patterns(&text, found), &policy, &mut table);
        prop_assert_eq!(table.restore(&first.text), other);
        prop_assert_eq!(table.restore(&redaction.text), text.clone());
        let again = Table::from_json(table.to_json().as_bytes()).unwrap();
        let mut restorer = Restorer::new(&again);
        let boundaries: Vec<usize> = redaction.text.char_indices().map(|(at, _)| at).chain([redaction.text.len()]).collect();
        let cut = boundaries[cut.index(boundaries.len())];
        let mut restored = restorer.push(&redaction.text[..cut]);
        restored += &restorer.push(&redaction.text[cut..]);
        restored += &restorer.finish();
        prop_assert_eq!(restored, text.clone());
        for hidden in &redaction.hidden {
            prop_assert_eq!(redaction.to_redacted(hidden.original.start), hidden.redacted.start);
            prop_assert_eq!(redaction.to_original(hidden.redacted.end), hidden.original.end);
        }
    }
}

#[test]
fn a_name_in_an_address_that_is_to_stay_stays() {
    let text = "Ann Lee, ann.lee@example.com, and ANN LEE";
    let found = [
        Found {
            range: 0..7,
            kind: "PERSON".to_owned(),
            score: 0.9,
            origin: Origin::Head,
        },
        Found {
            range: 9..28,
            kind: "EMAIL".to_owned(),
            score: 1.0,
            origin: Origin::Pattern,
        },
    ];
    let policy = Policy {
        types: Some(vec!["PERSON".to_owned()]),
        ..Policy::default()
    };
    let redaction = redact(text, &found, &policy, &mut Table::default());
    assert_eq!(
        redaction.text,
        "[PERSON_1], ann.lee@example.com, and [PERSON_1]"
    );
}
