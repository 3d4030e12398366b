//! Running text to sentences: Unicode's sentence boundaries (UAX #29, by
//! `unicode-segmentation`), and on top of them what English needs and the
//! standard leaves to its users: abbreviations, list numbers, and marks inside
//! a sentence ("Yahoo! said").

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::abbreviations::Abbreviation;

/// Lines shorter than this are not wrapped: what follows is a new sentence,
/// unless it begins with a small letter.
const SHORTEST_WRAPPED: usize = 40;

/// So many marks after each other are looked at; quadratic time is spent on
/// them by `unicode-segmentation`.
const MOST_MARKS: usize = 16;

/// The byte ranges of the sentences of `text`, in order. Only white space lies
/// outside them.
pub(super) fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut sentences = Vec::new();
    for paragraph in paragraphs(text) {
        add_sentences(text, paragraph, &mut sentences);
    }
    sentences
}

/// Stretches of lines that belong together: a sentence may go over a line's
/// end, as mail and source files wrap, but neither over a blank line, nor into
/// an item of a list, nor over the end of a short line before a capital.
fn paragraphs(text: &str) -> Vec<Range<usize>> {
    let mut paragraphs: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    let mut before: Option<&str> = None;
    for line in text.split_inclusive(['\n', '\u{2029}']) {
        let end = start + line.len();
        let content = line.trim();
        if content.is_empty() {
            before = None;
        } else {
            match paragraphs.last_mut() {
                Some(last) if before.is_some_and(|before| wraps(before, content)) => last.end = end,
                _ => paragraphs.push(start..end),
            }
            before = Some(content);
        }
        start = end;
    }
    paragraphs
}

/// Whether a sentence may go from one line to the next.
fn wraps(before: &str, line: &str) -> bool {
    let long = before.chars().nth(SHORTEST_WRAPPED).is_some();
    let goes_on = line.chars().next().is_some_and(char::is_lowercase);
    (long || goes_on) && !is_item(line)
}

/// "- bread", "* bread", "1. Bread", "(a) bread"
fn is_item(line: &str) -> bool {
    let Some((mark, _)) = line.split_once(char::is_whitespace) else {
        return false;
    };
    matches!(mark, "-" | "*" | "+" | "•" | "‣" | "–" | "—") || is_list_number(mark)
}

/// "1.", "12)", "(3)", "a)", "(b)"
fn is_list_number(run: &str) -> bool {
    let Some(number) = run.strip_suffix(['.', ')']) else {
        return false;
    };
    let number = number.strip_prefix('(').unwrap_or(number);
    let digits = (1..=3).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    let letter = number.len() == 1 && number.bytes().all(|b| b.is_ascii_alphabetic());
    digits || letter && run.ends_with(')')
}

fn add_sentences(text: &str, paragraph: Range<usize>, sentences: &mut Vec<Range<usize>>) {
    let skeleton = Skeleton::new(text, paragraph.clone());
    let mut places = skeleton.places.iter().peekable();
    let mut place = (0, paragraph.start);
    let mut sentence = paragraph.start;
    let mut piece = paragraph.start;
    for (at, _) in skeleton.text.split_sentence_bound_indices().skip(1) {
        while let Some(next) = places.next_if(|(own, _)| *own <= at) {
            place = *next;
        }
        let bound = place.1 + (at - place.0);
        let list_number = piece == sentence && is_list_number(text[piece..bound].trim());
        if !list_number && !goes_on(&text[piece..bound], &text[bound..paragraph.end]) {
            sentences.push(sentence..bound);
            sentence = bound;
        }
        piece = bound;
    }
    sentences.push(sentence..paragraph.end);
}

/// A paragraph as it is shown to `unicode-segmentation`: one space between
/// runs, no line ends, ellipses as three full stops, no long rows of marks, and
/// a capital for the digit that begins a word: the standard takes ". 40 percent"
/// for one sentence, because of the small letter after the number.
struct Skeleton {
    text: String,
    /// Where each run begins: in the skeleton, and in the text.
    places: Vec<(usize, usize)>,
}

impl Skeleton {
    fn new(text: &str, paragraph: Range<usize>) -> Self {
        let mut skeleton = Self {
            text: String::with_capacity(paragraph.len()),
            places: Vec::new(),
        };
        for run in super::runs(text, paragraph) {
            skeleton.places.push((skeleton.text.len(), run.start));
            let mut marks = 0;
            let mut first = true;
            for c in text[run].chars() {
                marks = if c.is_alphanumeric() { 0 } else { marks + 1 };
                let begins = first && marks == 0;
                first &= marks > 0;
                match c {
                    '0'..='9' if begins => skeleton.text.push('N'),
                    '…' => skeleton.text.push_str("..."),
                    '.' | '!' | '?' | '。' => skeleton.text.push(c),
                    _ if marks <= MOST_MARKS => skeleton.text.push(c),
                    // Symbols without meaning for sentences, of as many bytes.
                    _ => skeleton.text.push(['&', '§', '†', '😀'][c.len_utf8() - 1]),
                }
            }
            skeleton.text.push(' ');
        }
        skeleton
    }
}

/// Whether a sentence goes on from `piece`, at whose end the standard has a
/// boundary, to what comes `after`.
fn goes_on(piece: &str, after: &str) -> bool {
    const LOOK: usize = 64;
    let end = after
        .char_indices()
        .nth(LOOK)
        .map_or(after.len(), |(at, _)| at);
    let Some(next) = after[..end].split_whitespace().next() else {
        return false;
    };
    let first = next.chars().find(|c| c.is_alphanumeric());
    if first.is_some_and(char::is_lowercase) {
        return true;
    }
    let last = piece.trim_end();
    let last = last.rsplit(char::is_whitespace).next().unwrap_or(last);
    // A bracket may close inside a sentence, "(the U.N.) Council"; a quote that
    // closes after a full stop ends one.
    let last = last.trim_end_matches([')', ']']);
    let last = last.trim_start_matches(|c: char| !c.is_alphanumeric());
    Abbreviation::of(last).is_some_and(|abbreviation| abbreviation.goes_on(next))
}
