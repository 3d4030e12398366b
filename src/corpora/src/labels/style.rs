//! How the labels of a file are written: where the mark stands, what stands for
//! `O`.

use super::{Label, Mark, NAMELESS, OUTSIDE, malformed};
use crate::{Problem, Scheme};

/// How the labels of a file are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    /// `B-x`: the mark, a separator, the type; or the mark alone.
    Prefix(char),
    /// `x-B`.
    Suffix(char),
    /// `x`: types without marks.
    Bare,
}

/// What is written where no entity is, apart from `O`. They count as that only
/// where the file has no `O` at all.
const OTHER_OUTSIDE: [&str; 5] = ["0", "_", "-", "*", "NONE"];

/// What stands in the place of a tag where nothing is to be judged.
const IGNORED: [&str; 8] = [
    "X", "-100", "[PAD]", "[CLS]", "[SEP]", "<pad>", "-X-", "nan",
];

fn is_outside(label: &str) -> bool {
    label.eq_ignore_ascii_case("o")
}

fn mark(letter: &str) -> Option<Mark> {
    Some(match letter {
        "B" | "b" => Mark::Begin,
        // BMES says M for what is in the middle.
        "I" | "i" | "M" | "m" => Mark::Inside,
        "E" | "e" | "L" | "l" => Mark::End,
        "S" | "s" | "U" | "u" => Mark::Single,
        _ => return None,
    })
}

impl Style {
    fn read(self, label: &str) -> Option<Label<'_>> {
        if is_outside(label) {
            return Some(OUTSIDE);
        }
        let (letter, kind) = match self {
            Self::Bare => {
                let mark = Mark::Within;
                return Some(Label { mark, kind: label });
            }
            Self::Prefix(separator) => label.split_once(separator).unwrap_or((label, NAMELESS)),
            Self::Suffix(separator) => {
                let (kind, letter) = label.rsplit_once(separator)?;
                (letter, kind)
            }
        };
        let kind = if kind.is_empty() { NAMELESS } else { kind };
        Some(Label {
            mark: mark(letter)?,
            kind,
        })
    }
}

/// The mark and the type of `label`, if it is `O`, or a mark with or without a
/// type after a hyphen.
pub(crate) fn mark_of(label: &str) -> Option<(Mark, &str)> {
    let label = Style::Prefix('-').read(label)?;
    Some((label.mark, label.kind))
}

/// How the labels of a file are to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    style: Style,
    /// What is written for `O`, if it is something else.
    outside: Option<&'static str>,
}

impl Reading {
    /// Finds out how `labels` are written: all that occur, with how often.
    ///
    /// # Errors
    ///
    /// The index of the label that cannot be read, and why.
    pub(super) fn of(
        labels: &[(&str, usize)],
        scheme: Option<Scheme>,
    ) -> Result<Self, (usize, Problem)> {
        let occurs = |label: &str| labels.iter().any(|(own, _)| *own == label);
        let has_outside = labels.iter().any(|(label, _)| is_outside(label));
        let number = |label: &str| label.bytes().all(|byte| byte.is_ascii_digit());
        if labels.len() > 1 && labels.iter().all(|(label, _)| number(label)) {
            return Err((0, Problem::Numbers));
        }
        let most = labels.iter().max_by_key(|(_, count)| *count);
        let outside = OTHER_OUTSIDE.into_iter().find(|other| {
            !has_outside && occurs(other) && most.is_some_and(|(label, _)| label == other)
        });
        let is_outside = |label: &str| is_outside(label) || outside == Some(label);
        if has_outside && let Some(index) = labels.iter().position(|(label, _)| *label == "0") {
            return Err((index, Problem::Zero));
        }
        let ignored = |(label, _): &(&str, usize)| IGNORED.contains(label) && !is_outside(label);
        if let Some(index) = labels.iter().position(ignored) {
            return Err((index, Problem::Ignored(labels[index].0.to_owned())));
        }
        let fits = |style: Style, label: &str| is_outside(label) || style.read(label).is_some();
        let all_fit = |style: Style| labels.iter().all(|(label, _)| fits(style, label));
        let hyphen = Style::Prefix('-');
        let marked = labels
            .iter()
            .filter(|(label, _)| !is_outside(label) && fits(hyphen, label))
            .count();
        // One word with an odd tag does not make a file of types without marks.
        let typed: usize = labels
            .iter()
            .filter(|(label, _)| !is_outside(label))
            .map(|(_, count)| count)
            .sum();
        let others = ['_', ':', '/'].map(Style::Prefix);
        let suffixes = ['-', '_'].map(Style::Suffix);
        let style = if scheme == Some(Scheme::Io) && marked == 0 {
            Style::Bare
        } else if let Some(style) = [hyphen]
            .into_iter()
            .chain(others)
            .chain(suffixes)
            .find(|style| all_fit(*style))
        {
            style
        } else if marked == 0 && (has_outside || outside.is_some()) && typed > 1 {
            Style::Bare
        } else {
            let bad = labels.iter().position(|(label, _)| !fits(hyphen, label));
            let bad = bad.unwrap_or(0);
            return Err((bad, malformed(labels[bad].0)));
        };
        Ok(Self { style, outside })
    }

    pub(super) fn read<'a>(&self, label: &'a str) -> Label<'a> {
        if self.outside == Some(label) {
            return OUTSIDE;
        }
        let label = self.style.read(label);
        label.expect("the reading was made for all labels of the file")
    }

    /// What is unusual about the labels.
    pub(super) fn note(&self) -> Option<String> {
        let style = match self.style {
            Style::Prefix('-') => None,
            Style::Prefix(separator) => Some(format!("tags such as `B{separator}x`")),
            Style::Suffix(separator) => Some(format!("tags such as `x{separator}B`")),
            Style::Bare => Some("types without marks, neighbours of a type are one entity".into()),
        };
        let outside = self.outside.map(|own| format!("`{own}` read as `O`"));
        match (style, outside) {
            (Some(style), Some(outside)) => Some(format!("{style}, {outside}")),
            (style, outside) => style.or(outside),
        }
    }
}
