//! Tags of words to entities with their places in the text.

use std::ops::Range;

use crate::decode::{Aggregation, Span};
use crate::head::EntityCalibration;
use crate::results::{Entity, Word};
use crate::tags::TagSet;
use crate::words;

/// The words of a text with a tag each.
#[derive(Clone, Copy)]
pub(super) struct Tagged<'a> {
    pub(super) text: &'a str,
    pub(super) words: &'a [Word],
    pub(super) tags: &'a TagSet,
    /// Of each word, the index of its tag.
    pub(super) own: &'a [usize],
}

/// The spans that the tags make, without punctuation at their edges: a quote
/// that was tagged along is no part of a name.
pub(super) fn entities(
    tagged: Tagged<'_>,
    aggregation: Aggregation,
    scores: Option<EntityCalibration>,
) -> Vec<Entity> {
    let Tagged {
        text,
        words,
        tags,
        own: all,
    } = tagged;
    // They are of means, and say nothing of first or greatest probabilities.
    let scores = scores.filter(|_| aggregation == Aggregation::Average);
    let mut entities = Vec::new();
    let mut start = 0;
    for sentence in words.chunk_by(|a, b| a.sentence == b.sentence) {
        let mut end = 0;
        let all = &all[start..start + sentence.len()];
        let spans = Span::read(all.iter().map(|tag| tags.tag(*tag)));
        for span in spans.iter().flat_map(|span| cells(text, sentence, span)) {
            let next = span.words.end;
            let found = trimmed(text, sentence, span.words, end);
            end = next;
            let Some(own) = found else {
                continue;
            };
            end = end.max(own.end);
            let inside = &sentence[own.clone()];
            let of = all[own.clone()].iter();
            let probabilities = inside
                .iter()
                .zip(of)
                .map(|(word, tag)| word.probabilities[*tag]);
            entities.push(Entity {
                range: without_joining_marks(text, inside),
                words: start + own.start..start + own.end,
                kind: span.kind.to_owned(),
                score: {
                    let score = aggregation.of(probabilities);
                    scores.map_or(score, |scores| scores.of(score))
                },
            });
        }
        start += sentence.len();
    }
    entities
}

/// The parts of a span that stand in cells of their own: no name goes over the
/// gap between two columns.
fn cells<'a>(text: &str, words: &[Word], span: &Span<'a>) -> Vec<Span<'a>> {
    const GAP: usize = 3;
    let parts = |word: &usize| {
        // Words of one character ("ﷺ") have the same place, and no gap between.
        let gap = words[word - 1].range.end..words[*word].range.start;
        let gap = text.get(gap).unwrap_or_default();
        let wide = gap.len() >= GAP && gap.bytes().all(|byte| byte == b' ');
        wide || gap.contains('\t')
    };
    let mut starts = vec![span.words.start];
    starts.extend((span.words.start + 1..span.words.end).filter(parts));
    let ends = starts.iter().skip(1).chain([&span.words.end]);
    let part = |(&start, &end)| Span {
        words: start..end,
        kind: span.kind,
    };
    starts.iter().zip(ends).map(part).collect()
}

/// Whether a word is the full stop of an initial at the end of a name of more
/// words, "Seth K.".
fn is_stop_of_initial(text: &str, words: &[Word], span: &Range<usize>, stop: usize) -> bool {
    let shown = |word: usize| words::plain(&text[words[word].range.clone()]);
    // Of "M.-S" the last.
    let initial = |word: &str| {
        let mut letters = word.rsplit('-').next().unwrap_or_default().chars();
        letters.next().is_some_and(char::is_uppercase) && letters.next().is_none()
    };
    stop < span.end && stop >= span.start + 2 && shown(stop) == "." && initial(&shown(stop - 1))
}

/// A span without the words at its edges that hold neither letter nor digit,
/// but for an initial's full stop. One that begins inside a bracket ends inside
/// it, and one that begins before a bracket ends before it or behind it;
/// nothing before the word `least` is taken along.
pub(super) fn trimmed(
    text: &str,
    words: &[Word],
    span: Range<usize>,
    least: usize,
) -> Option<Range<usize>> {
    let shown = |word: usize| words::plain(&text[words[word].range.clone()]);
    let counts = |word: &usize| shown(*word).contains(char::is_alphanumeric);
    let mut start = span.clone().find(counts)?;
    let mut last = span.clone().rfind(counts).unwrap_or(start);
    let mut open = Vec::new();
    let mut word = start;
    while word <= last {
        match &*shown(word) {
            "(" | "[" => open.push(word),
            ")" | "]" if open.pop().is_none() => {
                // The bracket of a telephone number, "(212) 555", is its own.
                let before = start.checked_sub(1).filter(|before| *before >= least);
                let number = |word: usize| !shown(word).contains(char::is_alphabetic);
                match before.filter(|before| matches!(&*shown(*before), "(" | "[")) {
                    Some(before) if (start..word).all(number) => start = before,
                    _ => {
                        last = (start..word).rfind(counts).unwrap_or(start);
                        break;
                    }
                }
            }
            _ => {}
        }
        word += 1;
    }
    open.retain(|word| *word <= last);
    while !open.is_empty() && last + 1 < words.len() && matches!(&*shown(last + 1), ")" | "]") {
        last += 1;
        open.pop();
    }
    if let Some(&bracket) = open.first() {
        last = (start..bracket).rfind(counts).unwrap_or(start);
    }
    if is_stop_of_initial(text, words, &span, last + 1) {
        last += 1;
    }
    Some(start..last + 1)
}

/// The bytes of an entity's words without the mark that joins it to a word
/// beside it, as in "the Israeli- and Egyptian-led talks", however it is written.
fn without_joining_marks(text: &str, words: &[Word]) -> Range<usize> {
    let joins = |c: char| matches!(c, '-' | '\u{2010}' | '\u{2011}' | '\u{2212}' | '/' | '&');
    let [first, last] = [0, words.len() - 1].map(|word| words[word].range.clone());
    let own = |word: &Range<usize>| words::without_marks(&text[word.clone()], joins);
    first.start + own(&first).start..last.start + own(&last).end
}
