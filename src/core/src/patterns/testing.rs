//! What the tests of all rules do: positives are found whole in every kind of
//! surroundings, near misses are not.

use std::ops::Range;

type Find = fn(&str, &mut Vec<Range<usize>>);

/// What a rule finds in a text.
pub(super) fn found(find: Find, text: &str) -> Vec<&str> {
    let mut ranges = Vec::new();
    find(text, &mut ranges);
    ranges.into_iter().map(|range| &text[range]).collect()
}

/// Each text has what is marked by `{` and `}`, and nothing else.
pub(super) fn finds(find: Find, marked: &[&str]) {
    for marked in marked {
        let text = marked.replace(['{', '}'], "");
        let expected: Vec<&str> = marked
            .split('{')
            .skip(1)
            .map(|rest| rest.split('}').next().unwrap())
            .collect();
        assert_eq!(found(find, &text), expected, "{text:?}");
    }
}

/// Each value is found whole, whatever stands around it.
pub(super) fn finds_anywhere(find: Find, values: &[&str]) {
    for value in values {
        for (left, right) in [
            ("", ""),
            ("See ", "."),
            ("(", ")"),
            ("\"", "\","),
            ("<td>", "</td>"),
            ("한국어: ", "입니다"),
            ("a\n", "\nb"),
            ("– ", "; x"),
            ("{\"v\":\"", "\"}"),
            ("| ", " |"),
        ] {
            let text = format!("{left}{value}{right}");
            assert_eq!(found(find, &text), [*value], "{text:?}");
        }
    }
}

/// In no text is anything found.
pub(super) fn finds_nothing(find: Find, texts: &[&str]) {
    for text in texts {
        assert_eq!(found(find, text), [] as [&str; 0], "{text:?}");
    }
}
