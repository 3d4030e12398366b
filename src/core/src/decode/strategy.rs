//! Pieces to entities: what Python's `pipeline("token-classification")` does
//! under each `aggregation_strategy`, and a reading that knows the labels'
//! scheme.

use std::ops::Range;

use super::{Strategy, argmax};
use crate::tags::{Part, TagSet};
use crate::tokenizer::Piece;

/// An entity as a run of pieces.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Found {
    /// The pieces, half-open.
    pub(crate) pieces: Range<usize>,
    /// The entity type.
    pub(crate) kind: String,
    /// The mean over its pieces, or words of pieces.
    pub(crate) score: f32,
}

/// One step of a grouping: a piece, or a word of pieces.
struct Step {
    pieces: Range<usize>,
    tag: usize,
    score: f32,
}

impl Strategy {
    /// The entities of pieces with `probabilities` `[pieces, tags]`.
    pub(crate) fn entities(
        self,
        pieces: &[Piece],
        probabilities: &[f32],
        tags: &TagSet,
    ) -> Vec<Found> {
        let rows: Vec<&[f32]> = probabilities.chunks_exact(tags.len()).collect();
        let steps = self.steps(pieces, &rows);
        match self {
            Self::Proper => by_scheme(pieces, &steps, tags),
            _ => by_python(&steps, tags),
        }
    }

    fn steps(self, pieces: &[Piece], rows: &[&[f32]]) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut start = 0;
        while start < pieces.len() {
            let by_words = !matches!(self, Self::Simple | Self::Proper);
            let rest = pieces[start + 1..].iter();
            let more = rest.take_while(|piece| by_words && piece.subword).count();
            let own = start..start + 1 + more;
            let (tag, score) = self.tag(&rows[own.clone()]);
            start = own.end;
            steps.push(Step {
                pieces: own,
                tag,
                score,
            });
        }
        steps
    }

    /// The tag of a word's pieces, and how probable it is.
    fn tag(self, rows: &[&[f32]]) -> (usize, f32) {
        let best = |row: &[f32]| {
            let tag = argmax(row);
            (tag, row[tag])
        };
        match self {
            Self::Simple | Self::Proper | Self::First => best(rows[0]),
            Self::Max => {
                let surest = rows.iter().map(|row| best(row));
                surest
                    .reduce(|first, next| if next.1 > first.1 { next } else { first })
                    .expect("a word has a piece")
            }
            Self::Average => {
                let mut mean = vec![0.0; rows[0].len()];
                for row in rows {
                    mean.iter_mut().zip(*row).for_each(|(sum, x)| *sum += x);
                }
                let count = rows.len() as f32;
                mean.iter_mut().for_each(|sum| *sum /= count);
                best(&mean)
            }
        }
    }
}

/// How Python reads a label: only `B-` and `I-` say anything of a place.
fn python_tag(label: &str) -> (bool, &str) {
    match label.strip_prefix("B-") {
        Some(kind) => (true, kind),
        None => (false, label.strip_prefix("I-").unwrap_or(label)),
    }
}

/// How Python names a group: what follows the first hyphen of its first label.
fn python_kind(label: &str) -> &str {
    label.split_once('-').map_or(label, |(_, kind)| kind)
}

/// Steps of one type belong together, unless one begins with `B-`. What is
/// called `O` is left out at last, whatever label it came from.
fn by_python(steps: &[Step], tags: &TagSet) -> Vec<Found> {
    let mut found = Vec::new();
    let mut start = 0;
    while start < steps.len() {
        let label = tags.label(steps[start].tag);
        let (_, kind) = python_tag(label);
        let goes_on = |step: &&Step| python_tag(tags.label(step.tag)) == (false, kind);
        let end = start + 1 + steps[start + 1..].iter().take_while(goes_on).count();
        if python_kind(label) != "O" {
            found.push(group(&steps[start..end], python_kind(label)));
        }
        start = end;
    }
    found
}

/// Steps belong together as the labels' scheme has it, and where they are
/// pieces of one word and of one type: `B-` on `son` does not cut `Smithson`.
fn by_scheme(pieces: &[Piece], steps: &[Step], tags: &TagSet) -> Vec<Found> {
    let mut found = Vec::new();
    // The entity that is open: its first step, its type, whether it has ended.
    let mut open: Option<(usize, &str, bool)> = None;
    for (index, step) in steps.iter().enumerate() {
        let part = tags.part(step.tag);
        let (kind, begins, ends) = match part {
            Part::Outside => {
                found.extend(
                    open.take()
                        .map(|(from, kind, _)| group(&steps[from..index], kind)),
                );
                continue;
            }
            Part::Begin(kind) => (kind, true, false),
            Part::Inside(kind) => (kind, false, false),
            Part::End(kind) => (kind, false, true),
            Part::Single(kind) => (kind, true, true),
        };
        let inside = pieces[step.pieces.start].joined;
        match &mut open {
            Some((_, own, ended)) if *own == kind && (inside || !begins && !*ended) => {
                *ended = ends
            }
            _ => {
                found.extend(
                    open.take()
                        .map(|(from, kind, _)| group(&steps[from..index], kind)),
                );
                open = Some((index, kind, ends));
            }
        }
    }
    found.extend(open.map(|(from, kind, _)| group(&steps[from..], kind)));
    found
}

fn group(steps: &[Step], kind: &str) -> Found {
    let sum: f32 = steps.iter().map(|step| step.score).sum();
    Found {
        pieces: steps[0].pieces.start..steps[steps.len() - 1].pieces.end,
        kind: kind.to_owned(),
        score: sum / steps.len() as f32,
    }
}

#[cfg(test)]
mod tests {
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    /// Pieces as words: `##` is a subword, `~` a piece of the same word that
    /// Python does not know for one.
    fn read(strategy: Strategy, labels: &[&str], text: &[(&str, &[f32])]) -> Vec<String> {
        let tags = labels.iter().map(|label| (*label).to_owned());
        let tags = TagSet::try_from(tags.collect::<Vec<_>>()).unwrap();
        let pieces: Vec<Piece> = text
            .iter()
            .enumerate()
            .map(|(at, (piece, _))| Piece {
                id: 0,
                range: at..at + 1,
                subword: piece.starts_with("##"),
                joined: piece.starts_with("##") || piece.starts_with('~'),
            })
            .collect();
        let probabilities: Vec<f32> = text.iter().flat_map(|(_, row)| *row).copied().collect();
        let found = strategy.entities(&pieces, &probabilities, &tags);
        let show = |own: &Found| {
            format!(
                "{} {}-{} {:.3}",
                own.kind, own.pieces.start, own.pieces.end, own.score
            )
        };
        found.iter().map(show).collect()
    }

    const BIO: [&str; 3] = ["O", "B-x", "I-x"];
    const O: &[f32] = &[0.8, 0.1, 0.1];
    const B: &[f32] = &[0.1, 0.7, 0.2];
    const I: &[f32] = &[0.2, 0.2, 0.6];

    #[test]
    fn a_words_pieces_agree_by_the_strategy() {
        let text: &[(&str, &[f32])] = &[("Smith", B), ("##son", O), ("met", O), ("Ann", I)];
        for (strategy, expected) in [
            (Strategy::Simple, vec!["x 0-1 0.700", "x 3-4 0.600"]),
            (Strategy::First, vec!["x 0-2 0.700", "x 3-4 0.600"]),
            (Strategy::Max, vec!["x 3-4 0.600"]),
            (Strategy::Average, vec!["x 3-4 0.600"]),
            (Strategy::Proper, vec!["x 0-1 0.700", "x 3-4 0.600"]),
        ] {
            assert_eq!(read(strategy, &BIO, text), expected, "{strategy}");
        }
    }

    #[test]
    fn the_proper_strategy_joins_inside_of_words_only() {
        let text: &[(&str, &[f32])] = &[("Smith", B), ("##son", B), ("Ann", B), ("~e", B)];
        let proper = read(Strategy::Proper, &BIO, text);
        assert_eq!(proper, ["x 0-2 0.700", "x 2-4 0.700"]);
        assert_eq!(read(Strategy::Simple, &BIO, text).len(), 4);
    }

    #[test]
    fn bioes_is_cut_where_it_says() {
        let labels = ["O", "B-x", "I-x", "E-x", "S-x"];
        let row = |tag: usize| -> Vec<f32> {
            (0..5)
                .map(|own| if own == tag { 0.6 } else { 0.1 })
                .collect()
        };
        let rows: Vec<Vec<f32>> = [4, 4, 1, 2, 3, 2, 0, 3].map(row).to_vec();
        let text: Vec<(&str, &[f32])> = rows.iter().map(|row| ("w", &row[..])).collect();
        assert_eq!(
            read(Strategy::Proper, &labels, &text),
            [
                "x 0-1 0.600",
                "x 1-2 0.600",
                "x 2-5 0.600",
                "x 5-6 0.600",
                "x 7-8 0.600"
            ]
        );
        // Python takes E- and S- for types, and shows them without.
        assert_eq!(
            read(Strategy::Simple, &labels, &text)[..3],
            ["x 0-2 0.600", "x 2-4 0.600", "x 4-5 0.600"]
        );
    }

    #[test]
    fn labels_without_a_scheme_are_types_as_python_reads_them() {
        let labels = ["E-mail", "O", "B-O"];
        let text: &[(&str, &[f32])] = &[
            ("a", &[0.6, 0.2, 0.2]),
            ("b", &[0.8, 0.1, 0.1]),
            ("c", &[0.1, 0.1, 0.8]),
            ("d", &[0.1, 0.8, 0.1]),
        ];
        assert_eq!(read(Strategy::Simple, &labels, text), ["mail 0-2 0.700"]);
        let labels = ["E-mail", "O", "TEL"];
        let proper = read(Strategy::Proper, &labels, text);
        assert_eq!(proper, ["E-mail 0-2 0.700", "TEL 2-3 0.800"]);
    }
}
