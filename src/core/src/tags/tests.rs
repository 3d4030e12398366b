#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;

#[test]
fn labels_are_taken_apart() {
    assert_eq!(Tag::parse("O"), Ok(Tag::Outside));
    assert_eq!(Tag::parse("B-geo"), Ok(Tag::Begin("geo")));
    assert_eq!(Tag::parse("I-a-b"), Ok(Tag::Inside("a-b")));
    for bad in ["", "o", "B", "B-", "E-geo", "geo", "B-a b", "B-a\u{7}", "-"] {
        assert!(Tag::parse(bad).is_err(), "{bad:?} was accepted");
    }
}

#[test]
fn sets_are_sorted_and_checked() {
    let set = TagSet::new(["O", "I-geo", "B-geo", "O"]).unwrap();
    assert_eq!(set.labels(), ["B-geo", "I-geo", "O"]);
    assert_eq!(set.index("O"), Some(2));
    assert_eq!(set.index("B-per"), None);
    assert_eq!(set.kinds(), ["geo"]);
    assert!(serde_json::from_str::<TagSet>("[]").is_err());
}

fn parts(labels: &str) -> (TagScheme, Vec<Part<'_>>) {
    let set: TagSet = serde_json::from_str(labels).unwrap();
    let scheme = set.scheme();
    let set = Box::leak(Box::new(set));
    (
        scheme,
        (0..set.len()).map(|index| set.part(index)).collect(),
    )
}

#[test]
fn labels_of_any_scheme_are_read_as_what_they_mean() {
    use Part::{Begin, End, Inside, Outside, Single};
    for (labels, scheme, expected) in [
        (
            r#"["I-b c","O","B-b c"]"#,
            TagScheme::Bio,
            vec![Inside("b c"), Outside, Begin("b c")],
        ),
        (
            r#"["O","S-x","B-x","I-x","E-x"]"#,
            TagScheme::Bioes,
            vec![Outside, Single("x"), Begin("x"), Inside("x"), End("x")],
        ),
        (
            r#"["U_x","B_x","I_x","L_x","O"]"#,
            TagScheme::Bilou,
            vec![Single("x"), Begin("x"), Inside("x"), End("x"), Outside],
        ),
        (
            r#"["O","PER","E-mail","S-Bahn"]"#,
            TagScheme::Bare,
            vec![Outside, Inside("PER"), Inside("E-mail"), Inside("S-Bahn")],
        ),
        (
            r#"["E-mail","S-Bahn"]"#,
            TagScheme::Bare,
            vec![Inside("E-mail"), Inside("S-Bahn")],
        ),
        (
            r#"["O","B","I"]"#,
            TagScheme::Bio,
            vec![Outside, Begin(NAMELESS), Inside(NAMELESS)],
        ),
        (
            r#"["o","B-x","S-Bahn","B-","이름"]"#,
            TagScheme::Bio,
            vec![
                Inside("o"),
                Begin("x"),
                Inside("S-Bahn"),
                Inside("B-"),
                Inside("이름"),
            ],
        ),
        (r#"["O"]"#, TagScheme::Bare, vec![Outside]),
    ] {
        assert_eq!(parts(labels), (scheme, expected), "{labels}");
    }
}

#[test]
fn a_sets_order_is_its_own_and_its_labels_are_distinct() {
    let json = r#"["O","B-geo","A"]"#;
    let set: TagSet = serde_json::from_str(json).unwrap();
    assert_eq!(set.index("A"), Some(2));
    assert_eq!(serde_json::to_string(&set).unwrap(), json);
    for bad in [r#"["O","O"]"#, r#"["O",""]"#] {
        assert!(serde_json::from_str::<TagSet>(bad).is_err(), "{bad}");
    }
}
