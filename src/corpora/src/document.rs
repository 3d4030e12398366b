//! Texts with spans of characters, cut into sentences of words with tags.

use std::cmp::Ordering;
use std::ops::Range;

use crate::labels::tag_type;
use crate::problem::excerpt;
use crate::rows::Rows;
use crate::{Problem, Text};

/// How many spans that cut a word are shown.
const SHOWN: usize = 3;

/// An entity of a text, as a file marks it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// Offsets in characters of some kind; exclusive at the end.
    pub(crate) start: i64,
    pub(crate) end: i64,
    pub(crate) kind: String,
    /// What the file says the entity's text is.
    pub(crate) text: Option<String>,
}

/// What one character is of an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    /// A code point, as in Python.
    Point,
    /// A code unit of UTF-16, as in JavaScript.
    Utf16,
}

/// What happened to spans on the way to words.
#[derive(Debug, Default)]
pub(crate) struct Fates {
    texts: usize,
    overlapping: usize,
    cutting: usize,
    shown: Vec<String>,
    empty: usize,
    in_pieces: usize,
    utf16: usize,
    renamed: bool,
}

impl Fates {
    /// Adds a text of the document that was started last, with its spans as
    /// sentences, and counts what did not fit.
    pub(crate) fn add(
        &mut self,
        rows: &mut Rows,
        text: &str,
        spans: &[Span],
        line: usize,
    ) -> Result<(), Problem> {
        self.texts += 1;
        let located = self.located(text, spans)?;
        let spans = self.apart(located);
        let sentences = joined(nerite::cut(text), &spans);
        let mut spans = spans.as_slice();
        for words in &sentences {
            let (first, last) = (&words[0], &words[words.len() - 1]);
            let within = spans
                .iter()
                .take_while(|(span, _)| span.start < last.end)
                .count();
            let (own, rest) = spans.split_at(within);
            spans = rest;
            self.add_sentence(rows, text, words, own, first.start..last.end, line)?;
        }
        Ok(())
    }

    /// The labels of words that are given, whose spans are places of words.
    pub(crate) fn labels(
        &mut self,
        words: usize,
        mut spans: Vec<(Range<usize>, String)>,
    ) -> Result<Vec<String>, Problem> {
        spans.sort_by(longest_first);
        let mut labels = vec!["O".to_owned(); words];
        for (span, kind) in self.apart(spans) {
            let name = tag_type(&kind)?;
            self.renamed |= name != kind;
            for at in span.clone() {
                let mark = if at == span.start { 'B' } else { 'I' };
                labels[at] = format!("{mark}-{name}");
            }
        }
        Ok(labels)
    }

    /// Counts an entity that is not one piece of a text.
    pub(crate) fn leave_out_pieces(&mut self) {
        self.in_pieces += 1;
    }

    /// Spans in bytes, sorted, those of nothing but white space left out.
    fn located(
        &mut self,
        text: &str,
        spans: &[Span],
    ) -> Result<Vec<(Range<usize>, String)>, Problem> {
        let points = Offsets::new(text, Unit::Point);
        let found = points.locate(text, spans);
        let found = match found {
            Ok(found) => found,
            Err(problem) if text.chars().any(|c| c.len_utf16() > 1) => {
                let units = Offsets::new(text, Unit::Utf16).locate(text, spans);
                let named = spans.iter().any(|span| span.text.is_some());
                // Only the entity's own text tells that offsets are UTF-16's.
                let found = units.ok().filter(|_| named).ok_or(problem)?;
                self.utf16 += 1;
                found
            }
            Err(problem) => return Err(problem),
        };
        let mut kept = Vec::with_capacity(found.len());
        for (range, kind) in found {
            let own = &text[range.clone()];
            let name = tag_type(&kind)?;
            self.renamed |= name != kind;
            let start = range.start + (own.len() - own.trim_start().len());
            let end = range.end - (own.len() - own.trim_end().len());
            if start < end {
                kept.push((start..end, name));
            } else {
                self.empty += 1;
            }
        }
        kept.sort_by(longest_first);
        Ok(kept)
    }

    /// Leaves out spans inside of others, or that overlap the one before.
    fn apart(&mut self, spans: Vec<(Range<usize>, String)>) -> Vec<(Range<usize>, String)> {
        let mut kept: Vec<(Range<usize>, String)> = Vec::with_capacity(spans.len());
        for span in spans {
            match kept.last() {
                Some((last, _)) if span.0.start < last.end => self.overlapping += 1,
                _ => kept.push(span),
            }
        }
        kept
    }

    fn add_sentence(
        &mut self,
        rows: &mut Rows,
        text: &str,
        words: &[Range<usize>],
        spans: &[(Range<usize>, String)],
        range: Range<usize>,
        line: usize,
    ) -> Result<(), Problem> {
        rows.start_numbered();
        let mut next = 0;
        let mut open: Option<usize> = None;
        for word in words {
            while spans
                .get(next)
                .is_some_and(|(span, _)| span.end <= word.start)
            {
                next += 1;
            }
            let touching = spans.get(next).filter(|(span, _)| span.start < word.end);
            let label = match touching {
                None => "O".to_owned(),
                Some((_, kind)) if open == Some(next) => format!("I-{kind}"),
                Some((span, kind)) => {
                    self.look(text, span, words);
                    format!("B-{kind}")
                }
            };
            open = touching.is_some().then_some(next);
            rows.push(&text[word.clone()], &label, line)?;
            // A second entity within one word has no word of its own.
            while spans
                .get(next + 1)
                .is_some_and(|(span, _)| span.end <= word.end)
            {
                next += 1;
                self.cut(text, &spans[next].0);
            }
        }
        let moved = |own: &Range<usize>| own.start - range.start..own.end - range.start;
        rows.set_text(Text {
            text: text[range.clone()].to_owned(),
            words: words.iter().map(moved).collect(),
            entities: spans
                .iter()
                .filter(|(span, _)| span.start >= range.start && span.end <= range.end)
                .map(|(span, kind)| (moved(span), kind.clone()))
                .collect(),
        });
        Ok(())
    }

    /// Counts a span that does not begin and end where words do.
    fn look(&mut self, text: &str, span: &Range<usize>, words: &[Range<usize>]) {
        let starts = words.binary_search_by_key(&span.start, |word| word.start);
        let ends = words.binary_search_by_key(&span.end, |word| word.end);
        if starts.is_err() || ends.is_err() {
            self.cut(text, span);
        }
    }

    fn cut(&mut self, text: &str, span: &Range<usize>) {
        self.cutting += 1;
        if self.shown.len() < SHOWN {
            self.shown.push(excerpt(&text[span.clone()]));
        }
    }

    /// What to tell.
    pub(crate) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.texts > 0 {
            notes.push(format!("{} texts cut into words", self.texts));
        }
        let shown = self.shown.join(", ");
        let plural = |count: usize| if count == 1 { "entity" } else { "entities" };
        for (count, what) in [
            (
                self.cutting,
                format!("cut through words, whose whole words have the tag now: {shown}"),
            ),
            (
                self.overlapping,
                "inside of others or overlapping are left out".into(),
            ),
            (self.empty, "without a character are left out".into()),
            (self.in_pieces, "of several pieces are left out".into()),
        ] {
            if count > 0 {
                notes.push(format!("{count} {} {what}", plural(count)));
            }
        }
        if self.utf16 > 0 {
            notes.push(format!("{} texts with offsets in UTF-16", self.utf16));
        }
        if self.renamed {
            notes.push("spaces in types made `_`".into());
        }
        notes
    }
}

/// In order, the longest of those that begin at the same place first.
fn longest_first((a, _): &(Range<usize>, String), (b, _): &(Range<usize>, String)) -> Ordering {
    a.start.cmp(&b.start).then(b.end.cmp(&a.end))
}

/// Where the characters of a text are, in bytes.
struct Offsets {
    /// The byte of every character, and the text's end; `None` where all
    /// characters have one byte.
    bytes: Option<Vec<u32>>,
    length: usize,
}

impl Offsets {
    fn new(text: &str, unit: Unit) -> Self {
        if text.is_ascii() || u32::try_from(text.len()).is_err() {
            return Self {
                bytes: None,
                length: text.len(),
            };
        }
        let mut bytes = Vec::with_capacity(text.len() + 1);
        for (at, c) in text.char_indices() {
            let units = if unit == Unit::Utf16 {
                c.len_utf16()
            } else {
                1
            };
            // The second half of a pair is nowhere: it is no place to cut.
            bytes.push(at as u32);
            bytes.extend((1..units).map(|_| u32::MAX));
        }
        bytes.push(text.len() as u32);
        Self {
            length: bytes.len() - 1,
            bytes: Some(bytes),
        }
    }

    fn byte(&self, offset: i64) -> Option<usize> {
        let offset = usize::try_from(offset).ok()?;
        match &self.bytes {
            None => (offset <= self.length).then_some(offset),
            Some(bytes) => {
                let byte = bytes.get(offset).filter(|byte| **byte != u32::MAX);
                byte.map(|byte| *byte as usize)
            }
        }
    }

    fn locate(&self, text: &str, spans: &[Span]) -> Result<Vec<(Range<usize>, String)>, Problem> {
        let mut found = Vec::with_capacity(spans.len());
        for span in spans {
            let (start, end) = (self.byte(span.start), self.byte(span.end));
            let (Some(start), Some(end)) = (start, end) else {
                return Err(self.outside(span));
            };
            let own = text.get(start..end).ok_or_else(|| self.outside(span))?;
            if let Some(expected) = &span.text
                && !same(own, expected)
            {
                return Err(Problem::SpanText {
                    start: span.start,
                    end: span.end,
                    found: excerpt(own),
                    expected: excerpt(expected),
                });
            }
            found.push((start..end, span.kind.clone()));
        }
        Ok(found)
    }

    fn outside(&self, span: &Span) -> Problem {
        Problem::Span {
            start: span.start,
            end: span.end,
            length: self.length,
        }
    }
}

/// Whether two texts are the same but for white space, which tools write
/// differently over a line's end.
fn same(a: &str, b: &str) -> bool {
    a == b || a.split_whitespace().eq(b.split_whitespace())
}

/// Sentences, of which those are joined that an entity goes across.
fn joined(
    sentences: Vec<Vec<Range<usize>>>,
    spans: &[(Range<usize>, String)],
) -> Vec<Vec<Range<usize>>> {
    let mut joined: Vec<Vec<Range<usize>>> = Vec::with_capacity(sentences.len());
    let mut spans = spans.iter().peekable();
    for words in sentences {
        let Some(start) = words.first().map(|word| word.start) else {
            continue;
        };
        while spans.peek().is_some_and(|(span, _)| span.end <= start) {
            spans.next();
        }
        let crosses = spans.peek().is_some_and(|(span, _)| span.start < start);
        match joined.last_mut() {
            Some(last) if crosses => last.extend(words),
            _ => joined.push(words),
        }
    }
    joined
}
