//! Free text to sentences and words, cut as the training corpora cut them
//! (Penn Treebank conventions): punctuation and clitics are words of their
//! own, abbreviations, numbers and hyphenated words stay whole.

use std::ops::Range;

mod abbreviations;
mod addresses;
mod brackets;
mod characters;
mod clean;
mod footnotes;
mod markup;
mod runs;
mod sentences;
mod spelling;

pub(crate) use addresses::is_technical;
pub use spelling::plain;

/// A sentence of a free text: the byte ranges of its words.
pub type Sentence = Vec<Range<usize>>;

/// A sentence ends here at the latest: tables and lists have no full stops, and
/// memory is taken sentence by sentence.
const MAX_WORDS: usize = 500;

/// Cuts `text` into sentences of words. Ranges are byte offsets on character
/// boundaries, in order, without overlap and never empty. A word holds white
/// space only where it was broken at a line's end.
///
/// Every character that shows is in exactly one word, but for those that say
/// nothing of a name: signs set onto it (`™`, `†`, `¹`), marks of footnotes,
/// markup. These and what does not show lie between words or inside of one,
/// never at its edge.
pub fn cut(text: &str) -> Vec<Sentence> {
    let clean = clean::Clean::of(text);
    let text = clean.text();
    let mut cut = Vec::new();
    for range in sentences::sentences(text) {
        let mut sentence = Sentence::new();
        let mut runs = runs(text, range).peekable();
        while let Some(run) = runs.next() {
            let next = runs.peek().map(|next| &text[next.clone()]);
            runs::cut(text, run, next, &mut sentence);
            if sentence.len() > MAX_WORDS {
                let pieces = sentence.chunks(MAX_WORDS).map(<[_]>::to_vec);
                cut.extend(pieces);
                sentence = cut.pop().expect("there was more than one piece");
            }
        }
        if !sentence.is_empty() {
            cut.push(sentence);
        }
    }
    clean.lead_back(&mut cut);
    cut
}

/// The bytes of a word without the `marks` at its edges, in whatever way these are
/// written: `&amp;`, `\/`.
pub(crate) fn without_marks(word: &str, marks: impl Fn(char) -> bool) -> Range<usize> {
    let clean = clean::Clean::of_word(word);
    let text = clean.text();
    let start = text.len() - text.trim_start_matches(&marks).len();
    let end = text.trim_end_matches(&marks).len();
    if start == 0 && end == text.len() || start >= end {
        return 0..word.len();
    }
    clean.place(start..end)
}

/// The runs of characters that are not white space.
fn runs(text: &str, within: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let base = text.as_ptr() as usize;
    text[within].split_whitespace().map(move |run| {
        let start = run.as_ptr() as usize - base;
        start..start + run.len()
    })
}

#[cfg(test)]
mod tests;
