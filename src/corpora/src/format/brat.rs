//! BRAT's pairs of files: a text, and its annotations of `T1`, type, offsets.

use crate::document::{Fates, Span};
use crate::problem::Fault;
use crate::rows::Rows;
use crate::{Problem, text};

/// A text and what BRAT has of it.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'a> {
    /// What the file of annotations is called.
    pub name: &'a str,
    /// The text's bytes.
    pub text: &'a [u8],
    /// The annotations' bytes.
    pub annotations: &'a [u8],
}

/// Whether a line is an entity's, as far as telling the formats apart goes.
pub(crate) fn is_entity(line: &str) -> bool {
    matches!(entity(line), Some(Ok(_)))
}

/// Adds a text and its annotations as one document.
pub(crate) fn add(
    rows: &mut Rows,
    fates: &mut Fates,
    text: &str,
    annotations: &str,
) -> Result<usize, Fault> {
    let mut spans = Vec::new();
    let mut parted = 0;
    for line in text::lines(annotations) {
        let (number, line) = line?;
        match entity(line) {
            None => {}
            Some(Ok(Some(span))) => spans.push(span),
            Some(Ok(None)) => parted += 1,
            Some(Err(problem)) => return Err(problem.at(number)),
        }
    }
    rows.start_document();
    fates.add(rows, text, &spans, 1)?;
    Ok(parted)
}

/// The entity of a line, or `None` inside if it is one of several parts; `None`
/// if the line is something else of BRAT's: a relation, an event, a note.
fn entity(line: &str) -> Option<Result<Option<Span>, Problem>> {
    let line = line.strip_prefix('T')?;
    if !line.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let read = || {
        let mut fields = line.splitn(3, '\t');
        let (_, place) = (fields.next()?, fields.next()?);
        let (kind, offsets) = place.trim().split_once(' ')?;
        if offsets.contains(';') {
            return Some(None);
        }
        let (start, end) = offsets.split_once(' ')?;
        Some(Some(Span {
            start: start.parse().ok()?,
            end: end.trim().parse().ok()?,
            kind: kind.to_owned(),
            text: fields.next().map(str::to_owned),
        }))
    };
    let bad = || Problem::Brat(crate::problem::excerpt(line));
    Some(read().ok_or_else(bad))
}
