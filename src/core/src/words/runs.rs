//! A run of characters between white space to words.

use std::ops::Range;

use super::Sentence;
use super::abbreviations::Abbreviation;

/// What is written onto the word before it but is a word of its own.
const CLITICS: &[&str] = &["'s", "'re", "'ve", "'ll", "'d", "'m", "n't"];

/// What an apostrophe begins.
const ELIDED: &[&str] = &[
    "s", "re", "ve", "ll", "d", "m", "n", "em", "til", "cause", "tis", "twas",
];

const OPENING: &[char] = &[
    '"', '\'', '`', '*', '_', '~', '\u{201c}', '\u{2018}', '„', '‚', '«', '‹', '「', '『', '《',
    '【', '(', '[', '{', '<', '（', '$', '€', '£', '¥', '#', '¿', '¡',
];

const CLOSING: &[char] = &[
    '"', '\'', '`', '*', '_', '~', '\u{201d}', '\u{2019}', '»', '›', '」', '』', '》', '】', ')',
    ']', '}', '>', '）', ',', ';', ':', '?', '!', '%', '…', '。', '，', '、', '；', '：', '？',
    '！', '،', '؛', '؟', '۔', '।',
];

/// Brackets and quotation marks that part words wherever they stand.
const PARTING: &[char] = &[
    '\u{201c}', '\u{201d}', '„', '«', '»', '‹', '›', '「', '」', '『', '』', '《', '》', '〈',
    '〉', '【', '】', '（', '）', '。', '，', '、', '；', '：', '？', '！', '،', '؛', '؟', '۔',
    '।', '—', '–', '…', ';',
];

/// Cuts one run into words; `next` is the run that follows in the sentence.
pub(super) fn cut(text: &str, run: Range<usize>, next: Option<&str>, words: &mut Sentence) {
    let slice = &text[run.clone()];
    if is_address(slice) {
        let link = run.start + link_in_brackets(slice);
        if link > run.start {
            cut(text, run.start..link, Some(&text[link..run.end]), words);
        }
        cut_piece(text, link..run.end, None, next, words);
        return;
    }
    let mut start = 0;
    let mut at = 0;
    while let Some(c) = slice[at..].chars().next() {
        let bytes = separator(slice, start, at, c);
        if bytes == 0 {
            at += c.len_utf8();
            continue;
        }
        let after = Some(&slice[at + bytes..]).filter(|after| !after.is_empty());
        let closing = Some(c).filter(|c| CLOSING.contains(c) && *c != '…');
        cut_piece(
            text,
            run.start + start..run.start + at,
            closing,
            after.or(next),
            words,
        );
        words.push(run.start + at..run.start + at + bytes);
        at += bytes;
        start = at;
    }
    cut_piece(text, run.start + start..run.end, None, next, words);
}

/// "https://a.org/b,c", "a.b@c.org", "www.a.org/b"
fn is_address(run: &str) -> bool {
    run.contains("://") || run.contains('@') || run.starts_with("www.")
}

/// Where the link of `[Macron](https://a.org/b)` begins, else 0.
fn link_in_brackets(run: &str) -> usize {
    if let Some(at) = run.find("](").filter(|at| at + 2 < run.len()) {
        return at + 2;
    }
    let before = run.find("://").map_or("", |at| &run[..at]);
    let before = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric());
    if before.ends_with(OPENING) {
        before.len()
    } else {
        0
    }
}

/// Cuts what stands between separators; `closing` is the one behind it, if it
/// is a mark that closes.
fn cut_piece(
    text: &str,
    piece: Range<usize>,
    mut closing: Option<char>,
    next: Option<&str>,
    words: &mut Sentence,
) {
    let Range { mut start, mut end } = piece;
    while let Some(mark) = text[start..end]
        .chars()
        .next()
        .filter(|c| OPENING.contains(c))
    {
        if is_elision(&text[start..end]) {
            break;
        }
        words.push(start..start + mark.len_utf8());
        start += mark.len_utf8();
    }
    let mut tail = Vec::new();
    while let Some(bytes) = closing_piece(&text[start..end], closing, next) {
        tail.push(end - bytes..end);
        end -= bytes;
        closing = text[end..].chars().next();
    }
    cut_clitic(text, start..end, words);
    words.extend(tail.into_iter().rev());
}

/// Whether an apostrophe at the start stands for something left out: it stays
/// with its word, as in "'80s", "'n", "'s".
fn is_elision(run: &str) -> bool {
    let mut chars = run.chars();
    let (Some(mark), Some(first)) = (chars.next(), chars.next()) else {
        return false;
    };
    // Nothing of the kind is longer.
    if !matches!(mark, '\'' | '\u{2019}' | '`') || run.len() > 40 {
        return false;
    }
    let rest = &run[mark.len_utf8()..];
    let mut rest = rest.trim_end_matches(|c: char| c.is_ascii_punctuation());
    if first.is_ascii_digit() {
        rest = rest.strip_suffix('s').unwrap_or(rest);
        return rest.len() == 2 && rest.bytes().all(|b| b.is_ascii_digit());
    }
    let rest = rest.to_lowercase();
    mark != '`' && ELIDED.contains(&rest.as_str())
}

/// Bytes of the punctuation to be cut off the end of `run`, if any; `closing`
/// was cut off before.
fn closing_piece(run: &str, closing: Option<char>, next: Option<&str>) -> Option<usize> {
    let last = run.chars().next_back()?;
    if last == '.' {
        let stops = run.len() - run.trim_end_matches('.').len();
        if stops > 1 || run.len() == 1 {
            return Some(stops);
        }
        let keeps = Abbreviation::of(run).is_some_and(|own| own.keeps_stop(closing, next));
        return (!keeps).then_some(1);
    }
    CLOSING.contains(&last).then(|| last.len_utf8())
}

/// Bytes of the punctuation at `at`, whose first character is `c`, if it parts
/// two words of `slice`; else 0. The word before it begins at `start`.
fn separator(slice: &str, start: usize, at: usize, c: char) -> usize {
    let rest = &slice[at..];
    let after = &rest[c.len_utf8()..];
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let before = || slice[start..at].chars().rev();
    match c {
        '-' if rest.starts_with("--") => rest.len() - rest.trim_start_matches('-').len(),
        '.' if rest.starts_with("...") => rest.len() - rest.trim_start_matches('.').len(),
        ',' if !(digit(before().next()) && digit(after.chars().next())) => 1,
        '/' if parts_words(before(), after) => 1,
        '.' | '?' | '!' if parts_sentences(before(), after) => 1,
        '(' | '[' if opens(before(), c, after) => 1,
        ')' | ']' if closes(before(), c, after) => 1,
        '<' => tag(rest),
        _ if PARTING.contains(&c) => c.len_utf8(),
        _ => emoji(rest),
    }
}

/// Bytes of the tag of HTML or subtitles at the start of `rest`, `<b>` or
/// `</i>`, else 0.
fn tag(rest: &str) -> usize {
    const LONGEST: usize = 16;
    let inside = rest.bytes().skip(1).take(LONGEST);
    let length = inside
        .take_while(|b| b.is_ascii_alphanumeric() || *b == b'/')
        .count();
    if length > 0 && rest[1 + length..].starts_with('>') {
        length + 2
    } else {
        0
    }
}

/// Bytes of the pictures at the start of `rest`, else 0.
fn emoji(rest: &str) -> usize {
    let is_picture = |c: char| matches!(c, '\u{1f000}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}');
    if !rest.starts_with(is_picture) {
        return 0;
    }
    let joined =
        |c: char| is_picture(c) || matches!(c, '\u{200d}' | '\u{fe0f}' | '\u{e0020}'..='\u{e007f}');
    rest.len() - rest.trim_start_matches(joined).len()
}

/// "HIV/AIDS", "1999/2000", but not "km/h" or "20/20"
fn parts_words(mut before: impl Iterator<Item = char>, after: &str) -> bool {
    let mut next = after.chars();
    let [b, a] = [before.next(), next.next()];
    let both = |test: fn(char) -> bool| b.is_some_and(test) && a.is_some_and(test);
    if both(char::is_alphabetic) {
        let [b, a] = [before.next(), next.next()];
        return [b, a]
            .iter()
            .all(|c| c.is_some_and(|c| c.is_alphanumeric() || c == '\''));
    }
    let year = |digits: &mut dyn Iterator<Item = char>| {
        digits.take(4).take_while(char::is_ascii_digit).count() == 3
    };
    both(|c| c.is_ascii_digit()) && year(&mut before) && year(&mut next)
}

/// "said.Then": two small letters before, a capital and a small letter after.
fn parts_sentences(mut before: impl Iterator<Item = char>, after: &str) -> bool {
    let mut next = after.chars();
    before.by_ref().take(2).filter(|c| c.is_lowercase()).count() == 2
        && next.next().is_some_and(char::is_uppercase)
        && next.next().is_some_and(char::is_lowercase)
}

/// `Rabin(Labour`, `Macron](`, `][1`, `London[a]`, but not `minister(s`, `f(X`
fn opens(mut before: impl Iterator<Item = char>, mark: char, after: &str) -> bool {
    let Some(first) = before.next() else {
        return true; // another mark was cut off before it
    };
    let next = after.chars().next();
    // Footnotes, also behind a full stop.
    if mark == '[' && (!first.is_alphanumeric() || before.next().is_some_and(char::is_alphanumeric))
    {
        return true;
    }
    first.is_alphanumeric()
        && before.next().is_some_and(char::is_alphanumeric)
        && next.is_none_or(|c| c.is_uppercase() || OPENING.contains(&c) && c != mark)
}

/// `Labour)said`, `Macron](`, but not `minister(s)`, `s)he`
fn closes(before: impl Iterator<Item = char>, mark: char, after: &str) -> bool {
    const LOOK: usize = 40;
    let opening = if mark == ')' { '(' } else { '[' };
    let before: Vec<char> = before.take(LOOK).collect();
    let next = after.chars().next();
    let word = before
        .iter()
        .take(2)
        .filter(|c| c.is_alphanumeric())
        .count()
        == 2;
    word && !before.contains(&opening)
        && next.is_some_and(|c| c.is_alphanumeric() || OPENING.contains(&c))
}

/// Cuts a clitic off the end of a word.
fn cut_clitic(text: &str, word: Range<usize>, words: &mut Sentence) {
    let slice = &text[word.clone()];
    let clitic = CLITICS.iter().find_map(|clitic| {
        // As many characters from the end; the apostrophe has two shapes.
        let (at, _) = slice.char_indices().rev().nth(clitic.chars().count() - 1)?;
        let found = slice[at..].chars().map(|c| match c {
            '\u{2019}' => '\'',
            c => c.to_ascii_lowercase(),
        });
        (at > 0 && found.eq(clitic.chars())).then_some(at)
    });
    match clitic {
        Some(at) => {
            words.push(word.start..word.start + at);
            words.push(word.start + at..word.end);
        }
        None if word.is_empty() => {}
        None => words.push(word),
    }
}
