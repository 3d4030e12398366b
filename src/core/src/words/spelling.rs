//! What models are shown of a word.

use std::borrow::Cow;

use super::clean::Clean;

/// `word` in the spelling of the news corpora that heads are trained on, which
/// know no typography: without what does not show, letters composed and in
/// their plain form, straight quotation marks and apostrophes, two hyphens for
/// a dash, three full stops for an ellipsis. Both lines, training and the
/// browser's, read words through this, so that a head finds `don’t` and
/// `don't` the same.
pub fn plain(word: &str) -> Cow<'_, str> {
    let word = Clean::of_word(word).into_text();
    if !word.contains(|c| replacement(c).is_some()) {
        return word;
    }
    let mut plain = String::with_capacity(word.len());
    for c in word.chars() {
        match replacement(c) {
            Some(replacement) => plain.push_str(replacement),
            None => plain.push(c),
        }
    }
    plain.into()
}

fn replacement(c: char) -> Option<&'static str> {
    Some(match c {
        '‘' | '’' | '‚' | '‛' | '´' | 'ʼ' | 'ʻ' | 'ʹ' | '′' | '＇' => "'",
        '“' | '”' | '„' | '‟' | '″' | '〝' | '〞' | '＂' => "\"",
        '–' | '—' | '‒' | '―' => "--",
        '‐' | '‑' | '−' => "-",
        '…' => "...",
        '（' => "(",
        '）' => ")",
        '，' => ",",
        '：' => ":",
        '；' => ";",
        '！' => "!",
        '？' => "?",
        '［' => "[",
        '］' => "]",
        '｛' => "{",
        '｝' => "}",
        '｜' => "|",
        '＝' => "=",
        '＜' => "<",
        '＞' => ">",
        '～' => "~",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn typography_becomes_what_corpora_have() {
        for (word, expected) in [
            ("n’t", "n't"),
            ("O’Brien", "O'Brien"),
            ("“", "\""),
            ("„", "\""),
            ("—", "--"),
            ("…", "..."),
            ("«", "«"),
            ("Zürich", "Zürich"),
            ("", ""),
        ] {
            assert_eq!(plain(word), expected);
        }
        assert!(matches!(plain("it's"), Cow::Borrowed(_)));
    }
}
