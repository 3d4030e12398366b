//! A run of characters between white space to words.

use std::ops::Range;

use unicode_script::Script;

use super::Sentence;
use super::abbreviations::Abbreviation;
use super::addresses;
use super::brackets;
use super::characters::{
    is_accent, is_apostrophe, is_picture, joins_pictures, parts_always, script,
};

/// What is written onto the word before it but is a word of its own.
const CLITICS: &[&str] = &["'s", "'re", "'ve", "'ll", "'d", "'m", "n't"];

/// What an apostrophe begins.
const ELIDED: &[&str] = &[
    "s", "re", "ve", "ll", "d", "m", "n", "em", "til", "cause", "tis", "twas",
];

const OPENING: &[char] = &[
    '"', '\'', '`', '´', 'ʼ', '′', '*', '_', '~', '\u{201c}', '\u{2018}', '\u{2019}', '‛', '„',
    '‚', '(', '[', '（', '$', '€', '£', '¥', '#',
];

pub(super) const CLOSING: &[char] = &[
    '"', '\'', '`', '´', 'ʼ', '′', '*', '_', '~', '\u{201d}', '\u{2019}', '\u{2018}', '‚', ')',
    ']', '}', '>', '）', ',', ';', ':', '?', '!', '%', '…', '。', '，', '、', '；', '：', '？',
    '！', '،', '؛', '؟', '۔', '।',
];

/// Cuts one run into words; `next` is the run that follows in the sentence.
pub(super) fn cut(text: &str, run: Range<usize>, next: Option<&str>, words: &mut Sentence) {
    let slice = &text[run.clone()];
    let mut start = 0;
    let mut at = 0;
    // Nothing but opening marks since `start`.
    let mut begins = true;
    while let Some(c) = slice[at..].chars().next() {
        let whole = if begins { whole_word(&slice[at..]) } else { 0 };
        let bytes = if whole > 0 {
            0
        } else {
            separator(slice, start, at, c)
        };
        if whole == 0 && bytes == 0 && !ends_within(slice, start, at, c) {
            begins &= OPENING.contains(&c);
            at += c.len_utf8();
            continue;
        }
        let end = if whole > 0 { at + whole } else { at };
        let after = Some(&slice[end + bytes..]).filter(|after| !after.is_empty());
        let closing =
            Some(c).filter(|c| bytes > 0 && CLOSING.contains(c) && !matches!(c, '…' | '~'));
        let piece = run.start + start..run.start + end;
        cut_piece(text, piece, closing, after.or(next), words);
        if bytes > 0 {
            words.push(run.start + end..run.start + end + bytes);
        }
        start = end + bytes;
        at = start;
        begins = true;
    }
    cut_piece(text, run.start + start..run.end, None, next, words);
}

/// Bytes of a word at the start of `rest` that marks do not part, else 0.
fn whole_word(rest: &str) -> usize {
    addresses::length(rest).max(emoticon(rest))
}

/// Bytes of `:D`, `;-)`, `:(` at the start of `rest`, else 0.
fn emoticon(rest: &str) -> usize {
    const LONGEST: usize = 6;
    let eyes = usize::from(rest.starts_with([':', ';', '=']));
    let nose = usize::from(rest[eyes..].starts_with(['-', '\'', '^']));
    let mouth = |c: char| matches!(c, '(' | ')' | 'D' | 'P' | 'p' | 'O' | 'o' | '3' | '/' | '*');
    let length = eyes + nose;
    let mouths = rest[length..]
        .chars()
        .take(LONGEST)
        .take_while(|c| mouth(*c))
        .count();
    let ends = rest[length + mouths..]
        .chars()
        .next()
        .is_none_or(|c| !c.is_alphanumeric());
    if eyes > 0 && mouths > 0 && ends {
        length + mouths
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
    while let Some(mark) = opening_mark(&text[start..end]) {
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

/// The mark at the start of `piece`, if it is no part of a word: `-Oslo` is a
/// name of a list, `-5` is a number.
fn opening_mark(piece: &str) -> Option<char> {
    let mut chars = piece.chars();
    let mark = chars.next()?;
    let capital = chars.next().is_some_and(char::is_uppercase);
    let word = chars.next().is_some_and(char::is_alphabetic);
    let glued = match mark {
        '-' | '/' | '+' | '&' => capital,
        // Not the degree of "°C".
        _ if is_accent(mark) => capital && word,
        // `LIKE '%Jones'`, but not `%Y` of a format.
        '%' => capital && word,
        _ => false,
    };
    (glued || OPENING.contains(&mark)).then_some(mark)
}

/// Whether an apostrophe at the start stands for something left out: it stays
/// with its word, as in "'80s", "'n", "'s".
fn is_elision(run: &str) -> bool {
    let mut chars = run.chars();
    let (Some(mark), Some(first)) = (chars.next(), chars.next()) else {
        return false;
    };
    // Nothing of the kind is longer.
    if !is_apostrophe(mark) || run.len() > 40 {
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
    let closes = CLOSING.contains(&last) || is_accent(last) && follows_letters(run);
    closes.then(|| last.len_utf8())
}

/// Whether a mark stands behind letters, "Smith^", but not in "^^", "20°", "N°".
fn follows_letters(run: &str) -> bool {
    let mut before = run.trim_end_matches(is_accent).chars().rev();
    let mut letter = || before.next().is_some_and(char::is_alphabetic);
    letter() && letter()
}

/// Bytes of the punctuation at `at`, whose first character is `c`, if it parts
/// two words of `slice`; else 0. The word before it begins at `start`.
fn separator(slice: &str, start: usize, at: usize, c: char) -> usize {
    let rest = &slice[at..];
    let after = &rest[c.len_utf8()..];
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let before = || slice[start..at].chars().rev();
    let parts = match c {
        _ if !c.is_alphanumeric() && addresses::begins_within(after) => true,
        '-' if rest.starts_with("--") => return rest.len() - rest.trim_start_matches('-').len(),
        '.' if rest.starts_with("...") => return rest.len() - rest.trim_start_matches('.').len(),
        '-' | '=' if after.starts_with('>') => return 2,
        '~' if !parts_columns(before(), rest) => false,
        '|' | '=' | '~' => return rest.len() - rest.trim_start_matches(c).len(),
        ',' | ':' => !(digit(before().next()) && digit(after.chars().next())),
        '/' | '+' | '&' => {
            let first = start > 0 && at == start;
            first || parts_words(before(), after) || beside_mark(before(), c, after)
        }
        '.' => {
            // "1.Smith"
            let mut next = after.chars();
            let word = &slice.as_bytes()[start..at];
            let first = matches!(word.len(), 1..=3)
                && word.iter().all(u8::is_ascii_digit)
                && next.next().is_some_and(char::is_uppercase)
                && next.next().is_some_and(char::is_lowercase);
            let abbreviation = || Abbreviation::of(slice[start..=at].trim_start_matches(OPENING));
            first
                || parts_sentences(before(), after)
                    && abbreviation().is_none_or(|own| own == Abbreviation::BeforeNumber)
        }
        '?' | '!' => parts_sentences(before(), after) || joins_names(before(), after),
        '^' | '*' | '#' => joins_names(before(), after),
        '-' => closes_before(before()) && after.starts_with(OPENING),
        // A letter that was lost, "Bj\u{fffd}rn", or a mark.
        '\u{fffd}' => {
            !(before().next().is_some_and(char::is_alphabetic)
                && after.starts_with(char::is_lowercase))
        }
        // Catalan has it within words.
        '·' => !(before().next() == Some('l') && after.starts_with('l')),
        '(' | '[' => brackets::opens(&slice[start..at], c, after),
        ')' | ']' => brackets::closes(&slice[start..at], c, after),
        _ if is_picture(c) => {
            return rest.len()
                - rest
                    .trim_start_matches(|c| is_picture(c) || joins_pictures(c))
                    .len();
        }
        _ => parts_always(c),
    };
    if parts { c.len_utf8() } else { 0 }
}

/// Whether a word ends right before `at`, without a mark: where the script
/// changes ("Obama는"), before an address, or behind an abbreviation ("Gen.Lee", "U.S.He").
fn ends_within(slice: &str, start: usize, at: usize, c: char) -> bool {
    let Some(last) = slice[start..at].chars().next_back() else {
        return false;
    };
    if last == '.' && c.is_uppercase() {
        let word = slice[start..at].trim_start_matches(OPENING);
        let next = slice[at..].chars().skip(1).take(2);
        let small = next.filter(|c| c.is_lowercase()).count();
        return match Abbreviation::of(word) {
            Some(Abbreviation::Title) => true,
            Some(Abbreviation::BeforeNumber) | None => false,
            // "M.Sc" is one word.
            Some(Abbreviation::Initial) => small == 2,
            Some(_) => small > 0,
        };
    }
    // "Smithhttps://", but not the end of "wwww.".
    if matches!(c, 'h' | 'H') || matches!(c, 'w' | 'W') && !matches!(last, 'w' | 'W' | '.' | '-') {
        return addresses::begins_within(&slice[at..]);
    }
    // ASCII is of one script.
    !(last.is_ascii() && c.is_ascii())
        && last.is_alphabetic()
        && c.is_alphabetic()
        && match (script(last), script(c)) {
            (Script::Common | Script::Inherited, _) | (_, Script::Common | Script::Inherited) => {
                false
            }
            // "TNFα", "NF-κB"
            (Script::Latin, Script::Greek) | (Script::Greek, Script::Latin) => false,
            (before, after) => before != after,
        }
}

/// `'Paris'/London`, `Paris/•London`
fn beside_mark(before: impl Iterator<Item = char>, mark: char, after: &str) -> bool {
    let opens = |c: char| OPENING.contains(&c) || parts_always(c) || is_picture(c);
    closes_before(before) || after.starts_with(|c| c != mark && opens(c))
}

fn closes_before(mut before: impl Iterator<Item = char>) -> bool {
    before
        .next()
        .is_some_and(|c| CLOSING.contains(&c) || is_accent(c))
}

/// "Paris*London", "Yahoo!Answers", but not "C#", "5*3"
fn joins_names(mut before: impl Iterator<Item = char>, after: &str) -> bool {
    let mut next = after.chars();
    before.next().is_some_and(char::is_alphabetic)
        && before
            .next()
            .is_some_and(|c| c.is_alphabetic() || is_apostrophe(c))
        && next.next().is_some_and(char::is_uppercase)
        && next.next().is_some_and(char::is_alphabetic)
}

/// "HIV/AIDS", "1999/2000", "Obama&Merkel", but not "km/h", "20/20" or "AT&T"
fn parts_words(mut before: impl Iterator<Item = char>, after: &str) -> bool {
    let mut next = after.chars();
    let [b, a] = [before.next(), next.next()];
    let both = |test: fn(char) -> bool| b.is_some_and(test) && a.is_some_and(test);
    if both(char::is_alphabetic) {
        if b.map(script) != a.map(script) {
            return true;
        }
        let [b, a] = [before.next(), next.next()];
        return [b, a]
            .iter()
            .all(|c| c.is_some_and(|c| c.is_alphanumeric() || is_apostrophe(c)));
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

/// TeX's space, `D.~Knuth`, and what parts the columns of some tables:
/// `Huy~Can Tho~8`, but not `~80` or `Hi~`
fn parts_columns(mut before: impl Iterator<Item = char>, rest: &str) -> bool {
    before
        .next()
        .is_some_and(|c| c.is_alphanumeric() || c == '.')
        && rest
            .trim_start_matches('~')
            .starts_with(char::is_alphanumeric)
}

/// Cuts a clitic off the end of a word.
fn cut_clitic(text: &str, word: Range<usize>, words: &mut Sentence) {
    let slice = &text[word.clone()];
    let clitic = CLITICS.iter().find_map(|clitic| {
        // As many characters from the end; the apostrophe has two shapes.
        let (at, _) = slice.char_indices().rev().nth(clitic.chars().count() - 1)?;
        let found = slice[at..].chars().map(|c| match c {
            c if is_apostrophe(c) => '\'',
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
