//! Running text to sentences: Unicode's sentence boundaries (UAX #29, by
//! `unicode-segmentation`), and on top of them what English needs and the
//! standard leaves to its users: abbreviations, list numbers, and marks inside
//! a sentence ("Yahoo! said").

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::abbreviations::Abbreviation;

/// Lines shorter than this, in characters, are not wrapped: what follows is a
/// new sentence, unless it begins with a small letter.
const SHORTEST_WRAPPED: usize = 30;

/// What a wrapped line and the word that no longer fitted on it come to, as a
/// part of the longest line: not all of it, because not all texts are wrapped
/// by counting characters.
const FULL: f64 = 0.9;

/// What ends a line, besides a carriage return before the first one.
const LINE_ENDS: [char; 6] = ['\n', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];

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

/// Stretches of text that sentences may not leave. A sentence may go over a
/// line's end, as mail and source files wrap, but neither over a blank line,
/// nor into an item of a list, nor from one cell of a table to the next, nor
/// over other line ends, which no program puts in by itself.
fn paragraphs(text: &str) -> Vec<Range<usize>> {
    let mut paragraphs = Vec::new();
    let mut block = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive(LINE_ENDS) {
        let (_, content) = unquoted(line);
        if !line.trim().is_empty() {
            block.push(start..start + line.len());
        }
        if content.is_empty() || !line.ends_with('\n') {
            add_block(text, &block, &mut paragraphs);
            block.clear();
        }
        start += line.len();
    }
    add_block(text, &block, &mut paragraphs);
    paragraphs
}

/// Adds the paragraphs of lines between which there is no blank one.
fn add_block(text: &str, lines: &[Range<usize>], paragraphs: &mut Vec<Range<usize>>) {
    let wrapping = Wrapping::of(lines.iter().map(|line| unquoted(&text[line.clone()]).1));
    let mut before: Option<(usize, &str)> = None;
    for line in lines {
        let (depth, content) = unquoted(&text[line.clone()]);
        let mut joins = before.is_some_and(|(depth_before, before)| {
            // The marks of a quotation would become part of a name that goes over the line's end.
            let name = depth > 0 && !begins_small(content);
            depth == depth_before && !name && wrapping.goes_on(before, content)
        });
        before = Some((depth, content));
        let mut start = line.start;
        let mut first = true;
        for cell in text[line.clone()].split_inclusive('\t') {
            let end = start + cell.len();
            match paragraphs.last_mut() {
                Some(last) if joins => last.end = end,
                _ => paragraphs.push(start..end),
            }
            start = end;
            // Tabs indent lines and follow the marks of lists, too.
            let content = cell.trim();
            joins = content.is_empty() || first && is_item_mark(content);
            first &= content.is_empty();
        }
    }
}

/// How deep a line of a mail is quoted, and what is.
fn unquoted(line: &str) -> (usize, &str) {
    let content = line.trim_start_matches(|c: char| c == '>' || c.is_whitespace());
    let marks = &line[..line.len() - content.len()];
    (marks.matches('>').count(), content.trim_end())
}

/// How lines that follow each other are wrapped, if they are.
struct Wrapping {
    /// Characters of the longest line.
    width: usize,
    /// Whether these are sentences, not headings, addresses or other lines that
    /// each stand for themselves: one goes on with a small letter after a line's
    /// end, or the last one ends.
    prose: bool,
}

impl Wrapping {
    fn of<'a>(lines: impl Iterator<Item = &'a str>) -> Self {
        let mut found = Self {
            width: 0,
            prose: false,
        };
        let mut last = "";
        for (index, line) in lines.enumerate() {
            found.width = found.width.max(line.chars().count());
            found.prose |= index > 0 && begins_small(line);
            last = line;
        }
        let last = last.trim_end_matches(|c: char| !c.is_alphanumeric() && !is_stop(c));
        found.prose |= last.ends_with(is_stop);
        found
    }

    /// Whether a sentence may go from the line `before` to `line`.
    fn goes_on(&self, before: &str, line: &str) -> bool {
        let is_row = before.contains('\t') && !is_item(before);
        if is_row || is_item(line) {
            return false;
        }
        if begins_small(line) {
            return true;
        }
        let length = before.chars().count();
        let next = line.split_whitespace().next().unwrap_or_default();
        let with_next = length + 1 + next.chars().count();
        self.prose && length > SHORTEST_WRAPPED && with_next as f64 >= FULL * self.width as f64
    }
}

fn begins_small(line: &str) -> bool {
    line.chars().next().is_some_and(char::is_lowercase)
}

fn is_stop(c: char) -> bool {
    matches!(
        c,
        '.' | '!' | '?' | '…' | '。' | '！' | '？' | '؟' | '۔' | '।'
    )
}

/// "- bread", "* bread", "1. Bread", "(a) bread"
fn is_item(line: &str) -> bool {
    line.split_once(char::is_whitespace)
        .is_some_and(|(mark, _)| is_item_mark(mark))
}

fn is_item_mark(mark: &str) -> bool {
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
        // To the standard, an opening bracket may close a sentence.
        let bound = place.1 + (at - place.0);
        let bound = piece + text[piece..bound].trim_end_matches(['(', '[']).len();
        if bound == piece {
            continue;
        }
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
/// runs, no line ends, ellipses as three full stops, no long rows of marks, the
/// mark of a footnote (`said.[3]`) as closing brackets, which a sentence keeps, and
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
            let mut footnote = 0;
            for (at, c) in text[run.clone()].char_indices() {
                if at > 0 && footnote == 0 {
                    footnote = footnote_mark(&text[run.start + at..run.end]);
                }
                if footnote > 0 {
                    footnote -= 1;
                    skeleton.text.push(')');
                    continue;
                }
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

/// Bytes of the mark of a footnote, `[3]` or `[a]`, at the start of `rest`, else 0.
fn footnote_mark(rest: &str) -> usize {
    const LONGEST: usize = 5;
    let Some(inside) = rest.strip_prefix('[') else {
        return 0;
    };
    let length = inside
        .bytes()
        .take(LONGEST - 1)
        .take_while(u8::is_ascii_alphanumeric)
        .count();
    if length > 0 && inside[length..].starts_with(']') {
        length + 2
    } else {
        0
    }
}

/// What parts a word from the one that is written onto it.
const PARTING: [char; 11] = ['"', '“', ';', ',', ':', '=', '|', '/', '>', '(', '['];

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
    // Tables and code have no space before a name ("2024;J. Smith").
    let last = last.rsplit(PARTING).next().unwrap_or(last);
    let last = last.trim_start_matches(|c: char| !c.is_alphanumeric());
    Abbreviation::of(last).is_some_and(|abbreviation| abbreviation.goes_on(next))
}
