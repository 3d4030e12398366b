//! Templates to tagged sentences, cut as a visitor's text is.

use std::ops::Range;

use rand_chacha::ChaCha8Rng;

use super::names::{Names, below, chance};
use super::templates::{DOCUMENTS, LETTERS, MARKUP, PLAIN};
use super::{Augmentation, Role, Tagged};

/// A text and its entities.
struct Labelled {
    text: String,
    spans: Vec<(Range<usize>, Role)>,
}

/// At least `count` sentences of filled templates.
pub(super) fn texts(
    kind: Augmentation,
    names: &Names,
    outside: u16,
    count: usize,
    random: &mut ChaCha8Rng,
) -> Vec<Tagged> {
    let templates = match kind {
        Augmentation::Letters => LETTERS,
        Augmentation::Documents => DOCUMENTS,
        Augmentation::Markup => MARKUP,
        _ => PLAIN,
    };
    let mut made = Vec::new();
    // Templates whose words the cutter cuts elsewhere give nothing; a bound on
    // the tries ends the search where all are such.
    for _ in 0..count * 4 {
        if made.len() >= count {
            break;
        }
        let template = templates[below(templates.len(), random)];
        let mut labelled = fill(template, names, random);
        // Letters beside each other, as in a thread, and single lines of one.
        if kind != Augmentation::Markup && chance(20, random) {
            let other = fill(templates[below(templates.len(), random)], names, random);
            labelled = labelled.followed_by(other);
        }
        if chance(6, random) {
            labelled = labelled.with_letters(char::to_uppercase);
        } else if kind == Augmentation::Letters && chance(8, random) {
            labelled = labelled.with_letters(char::to_lowercase);
        }
        made.extend(labelled.tagged(outside).unwrap_or_default());
    }
    made
}

fn fill(template: &str, names: &Names, random: &mut ChaCha8Rng) -> Labelled {
    let mut labelled = Labelled {
        text: String::new(),
        spans: Vec::new(),
    };
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        labelled.text.push_str(&rest[..open]);
        rest = &rest[open + 1..];
        // A brace of JSON or code is not followed by letters and a brace.
        let end = rest.find(|c: char| !c.is_ascii_lowercase());
        let Some(end) = end.filter(|&end| end > 0 && rest[end..].starts_with('}')) else {
            labelled.text.push('{');
            continue;
        };
        let (value, role) = names.fill(&rest[..end], random);
        let start = labelled.text.len();
        labelled.text.push_str(&value);
        if let Some(role) = role {
            labelled.spans.push((start..labelled.text.len(), role));
        }
        rest = &rest[end + 1..];
    }
    labelled.text.push_str(rest);
    labelled
}

impl Labelled {
    fn followed_by(mut self, other: Self) -> Self {
        self.text.push('\n');
        let by = self.text.len();
        self.text.push_str(&other.text);
        let moved = other.spans.into_iter();
        self.spans
            .extend(moved.map(|(span, role)| (span.start + by..span.end + by, role)));
        self
    }

    /// The same in capitals or small letters; a letter that becomes two, or one
    /// of other bytes, is kept as it is.
    fn with_letters<I: Iterator<Item = char>>(mut self, change: impl Fn(char) -> I) -> Self {
        let changed = |c: char| {
            let mut other = change(c);
            other
                .next()
                .filter(|first| first.len_utf8() == c.len_utf8() && other.next().is_none())
                .unwrap_or(c)
        };
        self.text = self.text.chars().map(changed).collect();
        self
    }

    /// Its sentences; `None` where an entity does not begin and end with a word.
    fn tagged(&self, outside: u16) -> Option<Vec<Tagged>> {
        let mut spans = self.spans.iter().peekable();
        let mut made = Vec::new();
        let mut right = 0;
        for sentence in nerite::cut(&self.text) {
            let mut tagged = Tagged::default();
            for word in sentence {
                while spans.next_if(|(span, _)| span.end <= word.start).is_some() {}
                let tag = match spans.peek() {
                    Some((span, role)) if span.start < word.end => {
                        if word.start < span.start || word.end > span.end {
                            return None;
                        }
                        let begins = word.start == span.start;
                        right += usize::from(begins);
                        if !begins && tagged.words.is_empty() {
                            return None;
                        }
                        if begins { role.begin } else { role.inside }
                    }
                    _ => outside,
                };
                tagged.words.push(self.text[word].to_owned());
                tagged.tags.push(tag);
            }
            made.push(tagged);
        }
        (right == self.spans.len()).then_some(made)
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;
    use crate::augment::{GivenNames, Roles};

    #[test]
    fn words_end_where_the_names_of_every_template_do() {
        let tags = [
            "O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-ORG", "I-ORG", "B-TIM", "I-TIM",
        ];
        let roles = Roles::of(&nerite::TagSet::new(tags).unwrap());
        let given = GivenNames::default();
        let names = Names::of(&[], &roles, &given);
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let mut right = |template: &&str| {
            let filled = || fill(template, &names, &mut random);
            let filled = std::iter::repeat_with(filled).take(40);
            filled.filter(|own| own.tagged(0).is_some()).count()
        };
        let mut wrong = [LETTERS, DOCUMENTS, MARKUP, PLAIN].concat();
        // Names with marks of their own may be cut in another way.
        wrong.retain(|template| right(template) < 10);
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
