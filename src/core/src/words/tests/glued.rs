//! What is written onto a name without a space.

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::{assert_cut_in_time, cut_to_text};

/// Each of the texts with the words that it is cut into.
fn assert_cut(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(cut_to_text(text).concat().join(" "), *expected, "{text:?}");
    }
}

#[test]
fn brackets_part_names_whatever_is_in_them() {
    for inside in [
        "john@x.org",
        "42",
        "2024",
        "1",
        "?",
        "@smith",
        "-5",
        "left",
        "germany",
        "CEO",
        "스미스",
    ] {
        for behind in ["", ",", "Jones", " Jones"] {
            let text = format!("John Smith({inside}){behind}");
            let words = cut_to_text(&text).concat();
            assert_eq!(words[..5], ["John", "Smith", "(", inside, ")"], "{text}");
        }
    }
    assert_cut(&[
        ("Smith(+49 221 5)", "Smith ( + 49 221 5 )"),
        ("Smith(https://x.org)", "Smith ( https://x.org )"),
        ("Apple Inc.(USA)said", "Apple Inc. ( USA ) said"),
        (
            "**Smith**(42), 'Smith'(42)",
            "* * Smith * * ( 42 ) , ' Smith ' ( 42 )",
        ),
        ("Smith(born in Rome)", "Smith ( born in Rome )"),
        ("Smith(1)and (?)and", "Smith ( 1 ) and ( ? ) and"),
        // A part of the word.
        ("minister(s) Minister(s)", "minister(s ) Minister(s )"),
        (
            "Mitarbeiter(innen) Chair(wo)man",
            "Mitarbeiter(innen ) Chair(wo)man",
        ),
        (
            "poly(vinyl) Poly(vinyl)chloride",
            "poly(vinyl ) Poly(vinyl)chloride",
        ),
        (
            "f(x) f(X) f'(x) 401(k) (s)he",
            "f(x ) f(X ) f'(x ) 401(k ) ( s)he",
        ),
        ("not sure yet(:", "not sure yet( :"),
    ]);
}

#[test]
fn time_is_linear_in_what_is_glued() {
    assert_cut_in_time(&[
        "Aa(a", "Aa(1", "1)", "a)A", ")A", "a*(", "*(", ".)a", "*", "*)",
    ]);
}
