//! A text without what is not read: invisible characters, signs on names,
//! markup; with characters in their composed and plain form, and with words
//! whole that were broken at a line's end. Every place of it leads back to
//! the text, so that nobody else has to know.

mod reader;

use std::borrow::Cow;
use std::ops::Range;

use super::Sentence;
use reader::Reader;

/// Lines shorter than this, in characters, are not broken before a capital:
/// "Thanks-" is the end of a letter.
const SHORTEST_BROKEN: usize = 30;

/// A text as it is read.
pub(super) struct Clean<'a> {
    text: Cow<'a, str>,
    edits: Vec<Edit>,
}

/// A stretch of the clean text that is not what stands in the text.
struct Edit {
    clean: Range<usize>,
    source: Range<usize>,
}

impl<'a> Clean<'a> {
    /// Reads a text, in time linear in its length.
    pub(super) fn of(source: &'a str) -> Self {
        Self::read(source, SHORTEST_BROKEN)
    }

    /// Reads a word, which has a line's end inside only if it was broken there.
    pub(super) fn of_word(source: &'a str) -> Self {
        Self::read(source, 0)
    }

    fn read(source: &'a str, shortest_broken: usize) -> Self {
        let plain = |b: u8| match b {
            b'&' | b'<' | b'[' | b'\\' | b'^' | 0x7f.. => false,
            b'\t' | b'\n' | b'\r' => true,
            b => b >= b' ',
        };
        let breaks = |pair: &[u8]| match pair[0] {
            b'-' => pair[1].is_ascii_whitespace(),
            b'\r' => pair[1] != b'\n',
            _ => false,
        };
        if source.bytes().all(plain) && !source.as_bytes().windows(2).any(breaks) {
            return Self {
                text: source.into(),
                edits: Vec::new(),
            };
        }
        let mut reader = Reader::new(source, shortest_broken);
        reader.read();
        reader.finish()
    }

    /// What is read.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// What is read.
    pub(super) fn into_text(self) -> Cow<'a, str> {
        self.text
    }

    /// Takes words of the clean text, in order and without overlap, back to
    /// the text. One that nothing of the text is left for is dropped.
    pub(super) fn lead_back(&self, sentences: &mut Vec<Sentence>) {
        if self.edits.is_empty() {
            return;
        }
        let mut end = 0;
        for sentence in sentences.iter_mut() {
            sentence.retain_mut(|word| {
                *word = self.start(word.start, end).max(end)..self.end(word.end);
                end = end.max(word.end);
                word.start < word.end
            });
        }
        sentences.retain(|sentence| !sentence.is_empty());
    }

    /// Where a stretch of the clean text stands in the text.
    pub(super) fn place(&self, range: Range<usize>) -> Range<usize> {
        self.start(range.start, 0)..self.end(range.end)
    }

    /// Where what begins at `at` begins in the text, `taken` of which belongs to
    /// words before. What stands for one piece of the text is the first word's
    /// alone; a later one begins behind it, and behind what is left out there.
    fn start(&self, at: usize, taken: usize) -> usize {
        let next = self.edits.partition_point(|edit| edit.clean.end <= at);
        match self.edits.get(next) {
            Some(edit) if edit.clean.start <= at && edit.source.start < taken => {
                self.start(edit.clean.end, taken)
            }
            Some(edit) if edit.clean.start <= at => edit.source.start,
            _ => self.behind(next, at),
        }
    }

    /// Where what ends at `at` ends in the text.
    fn end(&self, at: usize) -> usize {
        let next = self.edits.partition_point(|edit| edit.clean.start < at);
        match next.checked_sub(1).map(|last| &self.edits[last]) {
            Some(edit) if edit.clean.end >= at => edit.source.end,
            _ => self.behind(next, at),
        }
    }

    /// The place of `at`, which lies behind the edit before `next`.
    fn behind(&self, next: usize, at: usize) -> usize {
        next.checked_sub(1).map_or(at, |last| {
            let edit = &self.edits[last];
            edit.source.end + (at - edit.clean.end)
        })
    }
}
