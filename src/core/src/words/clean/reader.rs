//! Goes through a text once and decides what stays, what is replaced and what is
//! left out.

use std::collections::VecDeque;
use std::ops::Range;

use unicode_normalization_alignments::UnicodeNormalization;
use unicode_normalization_alignments::char::{canonical_combining_class, is_combining_mark};

use super::{Clean, Edit};
use crate::words::characters::{
    has_plain_form, is_apostrophe, is_hangul, is_invisible, is_joiner, is_picture, is_sign,
    is_vowel_or_final, joins_pictures, parts_always, windows,
};
use crate::words::footnotes;
use crate::words::markup::{self, Place, Tags};

/// What takes the place of something that is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    /// Nothing.
    None,
    /// A space where a new name seems to begin.
    Capital,
    /// A space between words.
    Space,
    /// A line's end.
    Line,
    /// A paragraph's end.
    Paragraph,
}

/// What is done with the start of the rest of a text.
enum Step {
    /// So many bytes stay.
    Keep(usize),
    /// So many bytes are replaced.
    Replace(usize, String),
    /// So many bytes are left out.
    Drop(usize, Gap),
}

pub(super) struct Reader<'a> {
    source: &'a str,
    shortest_broken: usize,
    at: usize,
    clean: String,
    /// So much of the source is in `clean`, or left out.
    done: usize,
    edits: Vec<Edit>,
    /// What is left out right before `at`, and not yet noted.
    gap: Option<(usize, Gap)>,
    /// The last two characters that were kept.
    before: [Option<char>; 2],
    /// Where the line began.
    line: usize,
    /// Whether a line's end, inside of a broken word, is put behind the word.
    owes_line: bool,
    /// What is left out as soon as it is reached: a tag around attributes.
    ahead: VecDeque<(Range<usize>, Gap)>,
    tags: Tags<'a>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(source: &'a str, shortest_broken: usize) -> Self {
        Self {
            source,
            shortest_broken,
            at: 0,
            clean: String::new(),
            done: 0,
            edits: Vec::new(),
            gap: None,
            before: [None; 2],
            line: 0,
            owes_line: false,
            ahead: VecDeque::new(),
            tags: Tags::new(source),
        }
    }

    pub(super) fn read(&mut self) {
        while let Some(c) = self.source[self.at..].chars().next() {
            let step = match self.ahead.pop_front_if(|(range, _)| range.start <= self.at) {
                Some((range, gap)) => Step::Drop(range.end - self.at, gap),
                None => self.step(c),
            };
            match step {
                Step::Keep(bytes) => {
                    self.close_gap(c);
                    let kept = &self.source[self.at..self.at + bytes];
                    if self.owes_line && c.is_whitespace() {
                        self.owes_line = false;
                        if matches!(c, ' ' | '\t') {
                            self.replace(bytes, "\n");
                            continue;
                        }
                    }
                    self.note(kept);
                    self.at += bytes;
                    if c == '\n' {
                        self.line = self.at;
                    }
                }
                Step::Replace(bytes, text) => {
                    self.close_gap(text.chars().next().unwrap_or(c));
                    self.replace(bytes, &text);
                    if c == '\r' {
                        self.owes_line = false;
                        self.line = self.at;
                    }
                }
                Step::Drop(bytes, gap) => {
                    let (start, wider) = self.gap.unwrap_or((self.at, gap));
                    self.gap = Some((start, wider.max(gap)));
                    self.at += bytes;
                }
            }
        }
    }

    pub(super) fn finish(mut self) -> Clean<'a> {
        if let Some((start, _)) = self.gap.take() {
            self.edit(start..self.at, "");
        }
        let text = if self.edits.is_empty() {
            self.source.into()
        } else {
            self.clean.push_str(&self.source[self.done..]);
            self.clean.into()
        };
        Clean {
            text,
            edits: self.edits,
        }
    }

    /// Notes what was left out before `next`, and what takes its place.
    fn close_gap(&mut self, next: char) {
        let Some((start, gap)) = self.gap.take() else {
            return;
        };
        let before = self.before[1].filter(|c| !c.is_whitespace());
        let text = match gap {
            Gap::Capital if before.is_some_and(char::is_alphanumeric) && self.begins_name(next) => {
                " "
            }
            Gap::Space
                if before.is_some_and(|c| !is_glue(c))
                    && (next.is_alphanumeric() || is_glue(next)) =>
            {
                " "
            }
            Gap::Line => "\n",
            Gap::Paragraph => "\u{2029}",
            _ => "",
        };
        self.edit(start..self.at, text);
        self.note(text);
    }

    /// Whether what is next looks like a name's begin: a capital, then a small letter.
    fn begins_name(&self, next: char) -> bool {
        let mut rest = self.source[self.at..].chars().skip(1);
        next.is_uppercase()
            && rest
                .find(|c| !is_joiner(*c))
                .is_some_and(char::is_lowercase)
    }

    fn replace(&mut self, bytes: usize, text: &str) {
        self.edit(self.at..self.at + bytes, text);
        self.note(text);
        self.at += bytes;
    }

    fn edit(&mut self, source: Range<usize>, text: &str) {
        self.clean.push_str(&self.source[self.done..source.start]);
        let start = self.clean.len();
        self.clean.push_str(text);
        self.done = source.end;
        self.edits.push(Edit {
            clean: start..self.clean.len(),
            source,
        });
    }

    fn note(&mut self, kept: &str) {
        let mut last = kept.chars().rev();
        if let Some(second) = last.next() {
            self.before = [last.next().or(self.before[1]), Some(second)];
        }
    }

    /// Whether it is a word that is read, and no text.
    fn is_word(&self) -> bool {
        self.shortest_broken == 0
    }

    fn step(&mut self, c: char) -> Step {
        let rest = &self.source[self.at..];
        let found = match c {
            '&' => markup::reference(rest).map(|(bytes, c)| self.decoded(bytes, c)),
            '\\' => markup::escape(rest).map(|(bytes, c)| self.decoded(bytes, c)),
            '<' => self.tag(),
            '[' => self.footnote(),
            '^' | '$' => self.mark(footnotes::raised),
            '-' | '\u{2010}' | '\u{ad}' => self.broken_line(c),
            // Heads, the study's among them, are fitted to words that keep them.
            '\u{80}'..='\u{9f}' if c != '\u{85}' && !self.is_word() => self.of_windows(c),
            '\r' => ends_line(&rest[1..]).then(|| Step::Replace(1, "\n".into())),
            // A blank of Braille.
            '\u{2800}' => Some(Step::Replace(c.len_utf8(), " ".into())),
            // Raised, lowered and encircled characters.
            '\u{2b0}'.. => self.mark(footnotes::of_characters),
            _ => None,
        };
        found
            .or_else(|| self.character(c, c.len_utf8()))
            .unwrap_or_else(|| self.composed(c))
    }

    /// What is done with a single character, which is written in so many bytes.
    fn character(&self, c: char, bytes: usize) -> Option<Step> {
        let step = if is_invisible(c) {
            Step::Drop(bytes, Gap::Capital)
        } else if is_joiner(c) {
            let before = self.before[1].is_some_and(|c| is_picture(c) || joins_pictures(c));
            if before && joins_pictures(c) && self.gap.is_none() {
                return None;
            }
            Step::Drop(bytes, Gap::None)
        } else if is_sign(c) {
            Step::Drop(bytes, Gap::Space)
        } else if has_plain_form(c) && !parts_always(c) {
            let plain: String = std::iter::once(c).nfkc().map(|(c, _)| c).collect();
            if !plain
                .chars()
                .all(|c| c.is_alphanumeric() || c.is_ascii_punctuation() || is_combining_mark(c))
            {
                return None;
            }
            Step::Replace(bytes, plain)
        } else {
            return None;
        };
        Some(step)
    }

    /// What is done with a character that was written otherwise.
    fn decoded(&self, bytes: usize, c: char) -> Step {
        self.character(c, bytes).unwrap_or_else(|| {
            let c = if c.is_whitespace() && c != '\n' {
                ' '
            } else {
                c
            };
            Step::Replace(bytes, c.into())
        })
    }

    /// A mark of Windows' encoding that was read as a control, and a letter of it
    /// within a word; elsewhere it may as well be damage.
    fn of_windows(&self, c: char) -> Option<Step> {
        let meant = windows(c);
        let next = || self.source[self.at + c.len_utf8()..].chars().next();
        let reads = if meant.is_alphabetic() {
            self.before[1].is_some_and(char::is_alphabetic)
                && next().is_some_and(char::is_lowercase)
        } else {
            parts_always(meant) || is_apostrophe(meant) || is_sign(meant)
        };
        reads.then(|| self.decoded(c.len_utf8(), meant))
    }

    /// A character with the marks that are combined with it.
    fn composed(&self, c: char) -> Step {
        let rest = &self.source[self.at..];
        let own = c.len_utf8();
        // Below U+0300 nothing combines.
        if c.is_whitespace() || rest.as_bytes().get(own).is_none_or(|byte| *byte < 0xcc) {
            return Step::Keep(own);
        }
        let mut before = c;
        let combines = |c: &char| {
            let is_hangul = is_vowel_or_final(*c) && is_hangul(before);
            before = *c;
            canonical_combining_class(*c) != 0 || is_hangul
        };
        let marks: usize = rest[own..]
            .chars()
            .take_while(combines)
            .map(char::len_utf8)
            .sum();
        let whole = &rest[..own + marks];
        if marks == 0 {
            return Step::Keep(own);
        }
        let composed: String = whole.nfc().map(|(c, _)| c).collect();
        if composed == whole {
            Step::Keep(whole.len())
        } else {
            Step::Replace(whole.len(), composed)
        }
    }

    fn tag(&mut self) -> Option<Step> {
        let markup = self.tags.tag(&self.source[self.at..])?;
        let gap = match markup.place {
            Place::Inline => Gap::Space,
            Place::Line => Gap::Line,
            Place::Block => Gap::Paragraph,
        };
        let end = self.at + markup.length;
        let mut start = self.at;
        for value in markup.values {
            self.ahead.push_back((start..self.at + value.start, gap));
            start = self.at + value.end;
        }
        self.ahead.push_back((start..end, gap));
        let (first, gap) = self.ahead.pop_front()?;
        Some(Step::Drop(first.len(), gap))
    }

    /// A footnote's mark is written onto a word, or behind another mark.
    fn footnote(&self) -> Option<Step> {
        let [second, first] = self.before;
        let first = first.filter(|c| !c.is_whitespace())?;
        let word = second.is_some_and(char::is_alphanumeric);
        let bytes = footnotes::bracketed(&self.source[self.at..]);
        (bytes > 0 && (word || !first.is_alphanumeric())).then_some(Step::Drop(bytes, Gap::Space))
    }

    /// A mark on what is before, as `find` tells, which gives its bytes.
    fn mark(&self, find: fn(&str, &str) -> usize) -> Option<Step> {
        let (before, rest) = self.source.split_at(self.at);
        let bytes = find(before, rest);
        (bytes > 0).then_some(Step::Drop(bytes, Gap::Space))
    }

    /// A hyphen and a line's end within a word. The hyphen of "Anglo-American"
    /// is the word's own.
    fn broken_line(&mut self, hyphen: char) -> Option<Step> {
        let before = self.before[1].filter(|c| c.is_alphabetic())?;
        if self.gap.is_some_and(|(_, gap)| gap > Gap::Capital) {
            return None;
        }
        let rest = &self.source[self.at + hyphen.len_utf8()..];
        let blank = |c: char| matches!(c, ' ' | '\t');
        let next = rest.trim_start_matches(blank);
        let next = next
            .strip_prefix("\r\n")
            .or_else(|| next.strip_prefix(['\n', '\r']))?;
        let unquoted = next.trim_start_matches(|c| blank(c) || c == '>');
        let quoted = next[..next.len() - unquoted.len()].contains('>');
        let mut letters = unquoted.chars();
        let first = letters.next().filter(|c| c.is_alphabetic())?;
        let bytes = rest.len() - unquoted.len();
        let whole = hyphen.len_utf8() + bytes;
        let keeps_hyphen = if !first.is_uppercase() {
            false
        } else {
            let length = self.source[self.line..self.at].chars().count();
            if length < self.shortest_broken && hyphen != '\u{ad}' {
                return None;
            }
            let capitals = before.is_uppercase() && letters.next().is_some_and(char::is_uppercase);
            !capitals && hyphen != '\u{ad}'
        };
        self.line = self.at + whole;
        self.owes_line = !quoted;
        Some(if keeps_hyphen {
            let end = self.at + hyphen.len_utf8()..self.at + whole;
            self.ahead.push_front((end, Gap::None));
            Step::Keep(hyphen.len_utf8())
        } else {
            Step::Drop(whole, Gap::None)
        })
    }
}

/// Whether a carriage return before `rest` ends a line by itself. Of `\r\r\n`, which
/// careless programs write, neither does.
fn ends_line(rest: &str) -> bool {
    !rest.starts_with('\n') && !rest.starts_with("\r\n")
}

/// Marks that stand between words without a space.
fn is_glue(c: char) -> bool {
    matches!(c, '/' | '+' | '&')
}
