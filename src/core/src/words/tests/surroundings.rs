//! Properties of any text, and names that are the same words in any surroundings.

use proptest::prelude::*;
#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;

const NAMES: &[&str] = &[
    "Barack Obama",
    "Paris",
    "Zürich",
    "Angela Merkel",
    "Microsoft",
    "São Paulo",
    "Łódź",
];

/// What stands around a name, and what between two.
const AROUND: &[(&str, &str)] = &[
    ("", ""),
    ("\"", "\""),
    ("“", "”"),
    ("«", "»"),
    ("'", "'"),
    ("(", ")"),
    ("[", "]"),
    ("{", "}"),
    ("<b>", "</b>"),
    ("<a href=\"http://x.org/a?b=c\" class='n'>", "</a>"),
    ("<name>", "</name>"),
    ("<Name>", "</Name>"),
    ("<br/>", "<br/>"),
    ("<!-- ", " -->"),
    ("<person name=\"", "\"/>"),
    ("<td>", "</td>"),
    ("&quot;", "&quot;"),
    ("&amp;quot;", "&amp;quot;"),
    ("&#39;", "&#39;"),
    ("&lt;", "&gt;"),
    ("&nbsp;", "&nbsp;"),
    ("\\\"", "\\\""),
    ("\u{200b}", "\u{200b}"),
    ("\u{feff}", "\u{feff}"),
    ("\u{200e}", "\u{200f}"),
    ("\u{202a}", "\u{202c}"),
    ("\u{2068}", "\u{2069}"),
    ("\u{ad}", "\u{ad}"),
    ("\u{200d}", "\u{200c}"),
    ("\u{2060}", "\u{7}"),
    ("", "™"),
    ("", "®"),
    ("", "¹"),
    ("†", ""),
    ("", "[1]"),
    ("", "[2][a]"),
    ("", "'s"),
    ("", "’s"),
    ("", "´s"),
    ("", "ʼs"),
    ("", "′s"),
    ("", "&#39;s"),
    ("*", "*"),
    ("**", "**"),
    ("_", "_"),
    ("`", "`"),
    ("|", "|"),
    ("•", ""),
    ("→", ""),
    ("name=", ""),
    ("name:", ""),
    ("name\":\"", "\""),
    ("🎉", "🎉"),
    ("", "는"),
    ("", "访问"),
    ("", "…"),
    ("—", "—"),
    ("", "(42)"),
    ("", "(a@b.org)"),
    ("\u{93}", "\u{94}"),
    ("\u{fffd}", "\u{fffd}"),
    ("€", "€"),
    ("^", "^"),
    ("", "^{1}"),
    ("", "ᵃ"),
    ("①", ""),
];

const BETWEEN: &[&str] = &[
    ",",
    ";",
    ":",
    "=",
    "|",
    "•",
    "·",
    "→",
    "/",
    "+",
    "&amp;",
    "\",\"",
    "\":\"",
    "}{",
    "—",
    "<br>",
    "</li><li>",
    "</td>\n<td class=\"b\">",
    "\u{200b},\u{200b}",
    "™ ",
    "=>",
    "->",
    "\\n",
    "🗼",
    "\t",
    "‖",
    "■",
    "\u{95}",
    "\r",
    "±",
    ")(",
];

const INSIDE: &[&str] = &[
    "", "\u{ad}", "\u{200b}", "\u{200d}", "\u{feff}", "\u{2060}", "\u{200e}",
];

/// What is read otherwise than it stands.
const ODD: &[&str] = &[
    "\u{200b}",
    "\u{ad}",
    "\u{301}",
    "ﬃ",
    "Ａ",
    "™",
    "¹",
    "&amp;",
    "&#39;",
    "&eacute;",
    "&amp;quot;",
    "<b>",
    "</b>",
    "<br/>",
    "<a b='C d'>",
    "<A>",
    "[1]",
    "\\u00e9",
    "\\n",
    "\\\"",
    "-\n",
    "-\r\n> ",
    "-\r",
    "\r",
    "는",
    "\u{1100}",
    "\u{1161}",
    "ﷺ",
    "ŉ",
    "👩‍🚀",
    "\u{200d}",
    "\u{fe0f}",
    "x@y.org",
    "https://",
    ":D",
    "Mr.",
    "\u{1d400}",
    "\u{93}",
    "\u{9a}",
    "\u{fffd}",
    "\u{2800}",
    "(a",
    "1)",
    "ᵃ",
    "Abc₁",
    "①",
    "Ab^{1}",
];

proptest! {
    // No number of cases here: `PROPTEST_CASES` is to be heard.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn words_cover_the_text(text in "([a-zA-Z.,'\"$%()é’—…-]|[ -%'-;=?-Z_-~à-ÿα-ω一-三🎉]|[ \\t\u{2029}\u{85}]){0,60}") {
        let words: Vec<_> = cut(&text).concat();
        let mut covered = 0;
        for word in &words {
            prop_assert!(word.start >= covered && word.start < word.end);
            prop_assert!(text[covered..word.start].chars().all(char::is_whitespace));
            prop_assert!(!text[word.clone()].contains(char::is_whitespace));
            covered = word.end;
        }
        prop_assert!(text[covered..].chars().all(char::is_whitespace));
    }

    #[test]
    fn words_of_any_text_are_in_order(
        parts in proptest::collection::vec(prop_oneof![
            "\\PC{0,5}", "[a-cA-C.\n\r\t -]{1,4}",
            proptest::sample::select(ODD).prop_map(str::to_owned),
        ], 0..20),
    ) {
        let text = parts.concat();
        let mut covered = 0;
        for word in cut(&text).concat() {
            prop_assert!(word.start >= covered && word.start < word.end, "{:?}", text);
            covered = word.end;
            // What a model is shown has something left, and cutting it changes nothing.
            let shown = plain(&text[word.clone()]);
            prop_assert!(!shown.is_empty() && !shown.contains(char::is_whitespace), "{:?}: {:?}", text, &text[word]);
        }
    }

    /// Marks, markup and what does not show change neither words nor their places.
    #[test]
    fn names_are_the_same_words_in_any_surroundings(
        names in proptest::collection::vec(proptest::sample::select(NAMES), 1..5),
        around in proptest::sample::select(AROUND),
        between in proptest::sample::select(BETWEEN),
        inside in proptest::sample::select(INSIDE),
        glued: bool,
    ) {
        let space = if glued { "" } else { " " };
        let mut text = format!("We met{space}");
        if glued { text.push(' '); }
        let mut expected = Vec::new();
        for (index, name) in names.iter().enumerate() {
            if index > 0 {
                text += &format!("{space}{between}{space}");
            }
            text += around.0;
            for (at, word) in name.split(' ').enumerate() {
                if at > 0 {
                    text += " ";
                }
                let (start, end) = word.split_at(word.char_indices().nth(2).unwrap().0);
                let begin = text.len();
                text += &format!("{start}{inside}{end}");
                expected.push((word, begin..text.len()));
            }
            text += around.1;
        }
        let found: Vec<_> = cut(&text).concat().into_iter().map(|word| (plain(&text[word.clone()]).into_owned(), word)).collect();
        for (word, range) in expected {
            prop_assert!(found.iter().any(|(own, place)| own == word && *place == range), "{:?}: {:?} in {:?}", text, word, found);
        }
    }
}
