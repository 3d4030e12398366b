//! Text from files, for people to see: what would move a terminal's cursor,
//! change its title or turn lines around is shown as an escape.

use std::borrow::Cow;

/// The text with control characters but line ends and tabs, and with marks of
/// direction, written as in JSON: `\u001b`.
pub fn shown(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_hidden(c) {
            shown += &format!("\\u{:04x}", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    shown.into()
}

/// A label as one column of a line: as [`shown`], and `_` for white space, which
/// would begin another column or line.
pub fn column(label: &str) -> Cow<'_, str> {
    if label.contains(char::is_whitespace) {
        let joined = label.replace(char::is_whitespace, "_");
        return shown(&joined).into_owned().into();
    }
    shown(label)
}

fn is_hidden(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t')
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_shown() {
        for (text, expected) in [
            ("plain\ttext\n", "plain\ttext\n"),
            ("\u{1b}]0;title\u{7}", "\\u001b]0;title\\u0007"),
            (
                "a\r\u{8}b\u{9b}2J\u{7f}",
                "a\\u000d\\u0008b\\u009b2J\\u007f",
            ),
            ("user\u{202e}gpj\u{2066}", "user\\u202egpj\\u2066"),
            ("Zo\u{eb} 東京 👩\u{200d}🚀", "Zo\u{eb} 東京 👩\u{200d}🚀"),
        ] {
            assert_eq!(shown(text), expected);
        }
    }

    #[test]
    fn a_label_is_one_column() {
        for (label, expected) in [
            ("B-PER", "B-PER"),
            ("B-a b\n\tI-c\u{2028}", "B-a_b__I-c_"),
            ("a\u{1b}[2J\u{202e}", "a\\u001b[2J\\u202e"),
        ] {
            assert_eq!(column(label), expected);
        }
    }
}
