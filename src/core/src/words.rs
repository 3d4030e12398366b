//! Free text to sentences and words, cut as the training corpora cut them
//! (Penn Treebank conventions): punctuation and clitics are words of their
//! own, abbreviations, numbers and hyphenated words stay whole.

use std::ops::Range;

/// A sentence of a free text: the byte ranges of its words.
pub type Sentence = Vec<Range<usize>>;

/// Words that end in a full stop which belongs to them. A single letter with
/// a full stop, and letters with full stops between them, are whole without
/// being listed.
const ABBREVIATIONS: &[&str] = &[
    "mr.", "mrs.", "ms.", "dr.", "st.", "gen.", "lt.", "col.", "sgt.", "capt.", "maj.", "cmdr.",
    "sen.", "rep.", "gov.", "prof.", "rev.", "hon.", "jr.", "sr.", "inc.", "corp.", "co.", "ltd.",
    "no.", "vs.", "etc.", "jan.", "feb.", "mar.", "apr.", "jun.", "jul.", "aug.", "sep.", "sept.",
    "oct.", "nov.", "dec.", "fr.", "ft.", "mt.", "adm.", "messrs.", "approx.", "dept.", "est.",
];

/// Of these, the ones that may well be the last word of a sentence; the
/// others (titles, months) want a word after them.
const MAY_END: &[&str] = &["jr.", "sr.", "inc.", "corp.", "co.", "ltd.", "etc."];

/// What is written onto the word before it but is a word of its own; so is
/// "n't".
const CLITICS: &[&str] = &["'s", "'re", "'ve", "'ll", "'d", "'m"];

/// A sentence ends here at the latest: tables and lists have no full stops, and
/// memory is taken sentence by sentence.
const MAX_WORDS: usize = 500;

const OPENING: &[char] = &[
    '"', '\u{201c}', '\u{2018}', '(', '[', '{', '<', '$', '€', '£', '#', '¿', '¡', '«', '`',
];
const CLOSING: &[char] = &[
    '"', '\u{201d}', '\u{2019}', ')', ']', '}', '>', ',', ';', ':', '?', '!', '%', '…', '»', '\'',
];
/// Quotes and brackets that may follow the mark that ends a sentence.
const AFTER_END: &[&str] = &["\"", "\u{201d}", "'", "\u{2019}", "''", ")", "]", "»"];

/// Cuts `text` into sentences of words. Ranges are byte offsets on character
/// boundaries, in order, without overlap, never empty and never holding white
/// space; every character that is not white space is in exactly one word.
pub fn cut(text: &str) -> Vec<Sentence> {
    let mut sentences = Vec::new();
    let mut sentence = Sentence::new();
    for line in paragraphs(text) {
        let mut runs = runs(text, line).peekable();
        while let Some(run) = runs.next() {
            let next = runs.peek().map(|next| &text[next.clone()]);
            let ends = cut_run(text, run, next, &mut sentence);
            while sentence.len() > MAX_WORDS {
                let rest = sentence.split_off(MAX_WORDS);
                sentences.push(std::mem::replace(&mut sentence, rest));
            }
            if ends {
                sentences.push(std::mem::take(&mut sentence));
            }
        }
        if !sentence.is_empty() {
            sentences.push(std::mem::take(&mut sentence));
        }
    }
    sentences
}

/// Stretches between blank lines: a sentence may go over a line's end, as
/// mail and source files wrap, but not over a blank line.
fn paragraphs(text: &str) -> Vec<Range<usize>> {
    let mut paragraphs: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    let mut open = false;
    for line in text.split_inclusive(['\n', '\u{2029}']) {
        let end = start + line.len();
        if line.trim().is_empty() {
            open = false;
        } else if let Some(last) = paragraphs.last_mut().filter(|_| open) {
            last.end = end;
        } else {
            paragraphs.push(start..end);
            open = true;
        }
        start = end;
    }
    paragraphs
}

/// The runs of characters that are not white space.
fn runs(text: &str, within: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let base = text.as_ptr() as usize;
    text[within].split_whitespace().map(move |run| {
        let start = run.as_ptr() as usize - base;
        start..start + run.len()
    })
}

/// Cuts one run into words and says whether a sentence ends with it.
fn cut_run(text: &str, run: Range<usize>, next: Option<&str>, words: &mut Sentence) -> bool {
    let first = words.len();
    let Range { mut start, mut end } = run;
    while let Some(c) = text[start..end]
        .chars()
        .next()
        .filter(|c| OPENING.contains(c) || *c == '\'')
    {
        // An apostrophe that begins a clitic or an elided year stays with it.
        if c == '\'' && (is_clitic(&text[start..end]) || end - start == 1) {
            break;
        }
        words.push(start..start + c.len_utf8());
        start += c.len_utf8();
    }
    let mut tail = Vec::new();
    while let Some(piece) = closing_piece(&text[start..end]) {
        tail.push(end - piece..end);
        end -= piece;
    }
    if start < end {
        cut_core(text, start..end, words);
    }
    words.extend(tail.into_iter().rev());
    ends_sentence(text, &words[first..], next)
}

/// Bytes of the punctuation to be cut off the end of `run`, if any.
fn closing_piece(run: &str) -> Option<usize> {
    if run.ends_with("...") {
        return Some(run.len() - run.trim_end_matches('.').len());
    }
    let last = run.chars().next_back()?;
    if last == '.' {
        let alone = run.len() == 1;
        return (alone || !is_abbreviation(run)).then_some(1);
    }
    // A closing apostrophe may be a clitic's only in the middle ("'s").
    CLOSING.contains(&last).then(|| last.len_utf8())
}

fn is_abbreviation(word: &str) -> bool {
    // Longer than any abbreviation: a look at all of a long run for each of its
    // full stops would take quadratic time.
    word.len() <= 40 && (ABBREVIATIONS.contains(&word.to_lowercase().as_str()) || initials(word))
}

/// "U.S.", "a.m.", "J.", "anti-U.S."
fn initials(word: &str) -> bool {
    let last = word.rsplit('-').next().unwrap_or(word);
    let letters = last.split_terminator('.');
    last.ends_with('.')
        && letters.clone().count() > 0
        && letters.clone().all(|part| {
            let mut chars = part.chars();
            matches!((chars.next(), chars.next()), (Some(c), None) if c.is_alphabetic())
        })
        // "A." at the end of a list is rarer than "George W. Bush".
        && (letters.count() > 1 || last.chars().next().is_some_and(char::is_uppercase))
}

fn is_clitic(word: &str) -> bool {
    if word.len() > 40 {
        return false;
    }
    let lower = word.to_lowercase().replace('\u{2019}', "'");
    CLITICS.contains(&lower.trim_end_matches(|c: char| c.is_ascii_punctuation() && c != '\''))
}

/// Cuts what is left between opening and closing punctuation: dashes, and a
/// clitic at the end.
fn cut_core(text: &str, core: Range<usize>, words: &mut Sentence) {
    let Range { mut start, end } = core;
    let slice = &text[core.clone()];
    for (at, dash) in slice
        .match_indices("--")
        .chain(slice.match_indices(['—', '–', '…']))
    {
        let at = core.start + at;
        if at >= start {
            if start < at {
                cut_clitic(text, start..at, words);
            }
            words.push(at..at + dash.len());
            start = at + dash.len();
        }
    }
    if start < end {
        cut_clitic(text, start..end, words);
    }
}

fn cut_clitic(text: &str, word: Range<usize>, words: &mut Sentence) {
    let slice = &text[word.clone()];
    let lower: String = slice
        .chars()
        .map(|c| {
            if c == '\u{2019}' {
                '\''
            } else {
                c.to_ascii_lowercase()
            }
        })
        .collect();
    let clitic = CLITICS
        .iter()
        .chain(&["n't"])
        .find(|clitic| lower.len() > clitic.len() && lower.ends_with(**clitic));
    match clitic {
        Some(clitic) => {
            let letters = clitic.chars().count();
            let (at, _) = slice
                .char_indices()
                .rev()
                .nth(letters - 1)
                .expect("the clitic is in the word");
            words.push(word.start..word.start + at);
            words.push(word.start + at..word.end);
        }
        None => words.push(word),
    }
}

/// Whether a sentence ends with these words of a run, before the run `next`.
fn ends_sentence(text: &str, words: &[Range<usize>], next: Option<&str>) -> bool {
    let Some(next) = next else { return false };
    let mut rest = words;
    while let Some((last, before)) = rest.split_last() {
        if !AFTER_END.contains(&&text[last.clone()]) {
            break;
        }
        rest = before;
    }
    let Some(last) = rest.last().map(|last| &text[last.clone()]) else {
        return false;
    };
    let opens = next
        .chars()
        .find(|c| !OPENING.contains(c) && *c != '\'')
        .is_none_or(|c| !c.is_lowercase());
    match last {
        "?" | "!" | "." | "..." | "…" => opens,
        _ => MAY_END.contains(&last.to_lowercase().as_str()) && opens && starts_anew(next),
    }
}

/// Words that begin a sentence far more often than they follow a company's name.
fn starts_anew(next: &str) -> bool {
    const STARTERS: &[&str] = &[
        "The", "A", "An", "In", "On", "At", "He", "She", "It", "They", "We", "This", "That",
        "These", "But", "And", "Mr.", "Ms.", "Mrs.", "Its", "His", "Her", "Last", "Also",
    ];
    STARTERS.contains(&next)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn cut_to_text(text: &str) -> Vec<Vec<&str>> {
        let words = |sentence: Sentence| sentence.into_iter().map(|word| &text[word]).collect();
        cut(text).into_iter().map(words).collect()
    }

    #[test]
    fn news_is_cut_like_the_corpus() {
        for (text, expected) in [
            (
                "London, U.S. officials said.",
                "London , U.S. officials said .",
            ),
            (
                "Mr. Bush's visit cost $1,000.50, or 5%.",
                "Mr. Bush 's visit cost $ 1,000.50 , or 5 % .",
            ),
            (
                "\"I don't know,\" she said...",
                "\" I do n't know , \" she said ...",
            ),
            (
                "Shi'ite leaders (in Iraq) met Yar'Adua.",
                "Shi'ite leaders ( in Iraq ) met Yar'Adua .",
            ),
            ("the twenty-year-old--or so", "the twenty-year-old -- or so"),
            (
                "It\u{2019}s George W. Bush at 5 p.m. today",
                "It \u{2019}s George W. Bush at 5 p.m. today",
            ),
            ("the workers' rights", "the workers ' rights"),
            ("", ""),
            (" \t\r\n ", ""),
        ] {
            let words: Vec<_> = cut_to_text(text).concat();
            assert_eq!(words.join(" "), expected, "{text:?}");
        }
    }

    #[test]
    fn long_runs_are_cut_in_time_and_in_pieces() {
        for piece in ["'", ".)", ")", "#", "--", "a-", "A."] {
            let text = piece.repeat(100_000);
            let sentences = cut(&text);
            assert!(
                sentences.iter().all(|sentence| sentence.len() <= MAX_WORDS),
                "{piece}"
            );
            assert_eq!(sentences.concat().last().unwrap().end, text.len());
        }
    }

    #[test]
    fn sentences_end_where_they_end() {
        for (text, expected) in [
            ("He left. She stayed! Why? No one knew.", 4),
            (
                "The U.N. said Mr. Bush met Gen. Smith in the U.S. on Monday.",
                1,
            ),
            ("\"Go.\" He went.", 2),
            ("A heading\n\nA paragraph that goes\nover two lines.", 2),
            (
                "Apple Inc. said so. He works for Apple Inc. The firm grew.",
                3,
            ),
            ("It cost 3.5 dollars. 20 people paid.", 2),
        ] {
            assert_eq!(
                cut(text).len(),
                expected,
                "{text:?}: {:?}",
                cut_to_text(text)
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn words_cover_the_text(text in "([a-zA-Z.,'\"$%()é’—…-]|\\PC|[ \\n\\t\u{2029}\u{85}]){0,60}") {
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
    }
}
