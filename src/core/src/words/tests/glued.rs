//! What is written onto a name without a space.

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::{assert_cut_in_time, cut_to_text, plain};

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
        "https://x.org",
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
        ("+49(0)221 12(3)", "+49(0)221 12(3 )"),
        ("not sure yet(:", "not sure yet( :"),
    ]);
}

#[test]
fn time_is_linear_in_what_is_glued() {
    assert_cut_in_time(&[
        "Aa(a",
        "Aa(1",
        "1)",
        "a)A",
        ")A",
        "a*(",
        "*(",
        ".)a",
        "*",
        "*)",
        "http://x,Aa",
        "http://x,",
        "x://a",
        "http://(",
        "http://a'",
        "http://",
        "mailto:,A",
        "www.a.",
        "ahttp://b",
        "','",
        "a'",
        "a&b",
        "a@é",
        "a@b_",
        "Aa^1",
        "Aa^{",
        "A$^",
        "ᵃ",
        "aᵃ",
        "aaᵃ",
        "₁",
        "Aaa₁",
        "①",
        "A①",
        "^",
        "1.A",
    ]);
}

#[test]
fn addresses_of_the_web_swallow_no_name() {
    for between in [
        ",", ";", "','", "';'", "\",\"", "'", "[", "*", "**", "&#39;", ")(", "]", "](", ")", "(",
        ", ", ":", "|", "`", "’", ",,",
    ] {
        let text = format!("x,http://x.org{between}Maria Schmidt,Berlin");
        let words = cut_to_text(&text).concat();
        for word in ["http://x.org", "Maria", "Schmidt", "Berlin"] {
            assert!(words.contains(&word), "{text}: {words:?}");
        }
        let text = format!("x,http://x.org/a?b=c{between}http://y.org");
        let words = cut_to_text(&text).concat();
        for word in ["http://x.org/a?b=c", "http://y.org"] {
            assert!(words.contains(&word), "{text}: {words:?}");
        }
    }
    for between in [
        "", "'", "`", "*", "**", "_", "#", "!", "-", "/", "+", ".", "’", "@", "(", "[", ":",
    ] {
        for address in ["http://x.org", "https://x.org/a", "www.x.org"] {
            let text = format!("Maria Schmidt{between}{address} met");
            let words = cut_to_text(&text).concat();
            // A host, and an address of mail.
            if address != "www.x.org" || !matches!(between, "." | "-" | "@") {
                let last = words[words.len() - 2];
                assert_eq!((words[1], last), ("Schmidt", address), "{text}");
            }
        }
    }
    assert_cut(&[
        ("http://x.org,J. Smith", "http://x.org , J. Smith"),
        ("http://t.co/ahttp://t.co/b", "http://t.co/a http://t.co/b"),
        (
            "[Ann](http://x.org)[Lee](http://y.org)Bo",
            "[ Ann ] ( http://x.org ) [ Lee ] ( http://y.org ) Bo",
        ),
        (
            "Smith-http://x.org Smith.https://x.org",
            "Smith - http://x.org Smith . https://x.org",
        ),
    ]);
    for whole in [
        "http://x.org/wiki/Special:Search",
        "http://x.org/wiki/O'Brien",
        "http://x.org/wiki/Mercury_(Planet)_x",
        "http://x.org/a,b;c:d*e'f",
        "http://x.org/0,39020369,39187928,00.htm",
        "http://[::1]:80/a",
        "http://x.org/?a[b]=c",
        "https://web.org/2020/http://x.org/",
        "mailto:Maria.Schmidt@x.org",
        "git+https://x.org/a",
        "jdbc://x",
    ] {
        assert_eq!(cut_to_text(whole).concat(), [whole]);
    }
}

#[test]
fn damaged_marks_and_signs_are_no_part_of_a_name() {
    let controls = ('\u{80}'..='\u{9f}').chain(['\u{fffd}']);
    for mark in controls.chain("€£¥₿±＋＾￥^¨¸°˜•".chars()) {
        let text = format!("We met {mark}Maria Schmidt{mark}, {mark}Ann{mark} {mark}Lee{mark}");
        let words = cut_to_text(&text).concat();
        for word in ["Maria", "Schmidt", "Ann", "Lee"] {
            assert!(words.contains(&word), "{mark:?} {text}: {words:?}");
        }
    }
    assert_cut(&[
        ("John\u{92}s O\u{92}Brien", "John \u{92}s O\u{92}Brien"),
        (
            "Bj\u{fffd}rn Garc\u{fffd}a Jos\u{fffd}",
            "Bj\u{fffd}rn Garc\u{fffd}a Jos \u{fffd}",
        ),
        ("Mila\u{9a}evic", "Mila\u{9a}evic"),
        ("Ann\u{2800}Lee", "Ann Lee"),
        (
            "^^ ^_^ 20°C N° 5 Mu¨ller x^2",
            "^^ ^_^ 20°C N° 5 Mu¨ller x^2",
        ),
        ("5€, £5 and US$ 5", "5 € , £ 5 and US$ 5"),
    ]);
    // What heads see of a word is as it was when they were fitted.
    for word in [
        "\u{92}s",
        "Korea\u{92}s",
        "\u{93}",
        "$",
        "^^",
        ";^)",
        "[\u{fffd}]",
    ] {
        assert_eq!(plain(word), word);
    }
}

#[test]
fn marks_of_lists_are_no_part_of_a_name() {
    assert_cut(&[
        (
            "1)Maria Schmidt 2)John Smith",
            "1 ) Maria Schmidt 2 ) John Smith",
        ),
        (
            "(a)John (12)JOHN a)Ann (iv)Lee",
            "( a ) John ( 12 ) JOHN a ) Ann ( iv ) Lee",
        ),
        ("[1]Maria x, [b]Ann", "[ 1 ] Maria x , [ b ] Ann"),
        (
            "#1 Maria 1.Maria 2.Ann 3.)Lee",
            "# 1 Maria 1 . Maria 2 . Ann 3 . ) Lee",
        ),
        ("1.FC #3Lions 2.0", "1.FC # 3Lions 2.0"),
    ]);
}

#[test]
fn raised_marks_are_no_part_of_a_name() {
    for mark in [
        "ᵃ",
        "⁽¹⁾",
        "₁",
        "ⁿ",
        "①",
        "ᵀᴹ",
        "¹ᵃ",
        "*ᵇ",
        "^1",
        "^{1}",
        "$^{1}$",
        "$^1$",
        "^{a,b}",
        "^1,2",
        "^1^",
        "^a",
        "^*",
        "^{\\dagger}",
        "⑴",
    ] {
        for behind in ["", ",", " and Ann", ".", ")"] {
            let text = format!("Maria Schmidt{mark}{behind}");
            let found = cut_to_text(&text).concat();
            let name = found[1].trim_end_matches('*');
            assert_eq!((found[0], name), ("Maria", "Schmidt"), "{text}: {found:?}");
            assert!(
                !found.concat().contains(['1', 'ᵃ', 'ᵇ', '^']),
                "{text}: {found:?}"
            );
        }
    }
    assert_cut(&[
        ("Schmidt^{1}Jones ①Maria ②Ann", "Schmidt Jones Maria Ann"),
        ("H₂O CO₂ Fe₂O₃ NaCl₂ x₁", "H₂O CO₂ Fe₂O₃ NaCl₂ x₁"),
        ("Mᵐᵉ xⁿ 1ʳᵉ Xʷa kʷa", "Mᵐᵉ xⁿ 1ʳᵉ Xʷa kʷa"),
        (
            "x^2 10^5 km^2 Smith12 take ① or ②",
            "x^2 10^5 km^2 Smith12 take ① or ②",
        ),
    ]);
}

#[test]
fn addresses_of_mail_are_whole() {
    for address in [
        "schmidt@köln.de",
        "schmidt@ÜBER.de",
        "иван@пример.рф",
        "jürgen@x.org",
        "o'neil@x.ie",
        "O’Neil@x.ie",
        "dell'acqua@x.it",
        "maria&john@x.org",
        "maria@x_y.org",
        "maria@localhost",
    ] {
        assert_cut(&[(address, address)]);
        let text = format!("Ann <{address}>, {address} (_{address}_) Smith({address})");
        let words = cut_to_text(&text).concat();
        let whole = words.iter().filter(|word| **word == address).count();
        assert_eq!(whole, 4, "{text}: {words:?}");
    }
    assert_cut(&[
        ("a@b.org는 a@b.orgです", "a@b.org 는 a@b.org です"),
        ("'a@b.org' Smith&bob@x.org", "' a@b.org ' Smith & bob@x.org"),
        ("Smith:ann&amp;bob@x.org.", "Smith : ann&amp;bob@x.org ."),
    ]);
}
