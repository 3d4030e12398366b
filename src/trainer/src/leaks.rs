//! Judges what takes personal data out of texts by what it lets through.

use std::io::{BufRead, Read};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use nerite::{Found, LeakReport, LeakText, Origin, Policy, Table, placeholder_type};
use serde::Deserialize;

use crate::redaction::Finder;

/// The draws and the seed of the intervals.
const RESAMPLES: u32 = 1000;
const SEED: u64 = 123;
const MAX_LINE_BYTES: u64 = 16 << 20;

/// A text and the spans in it: a line of `scripts/personal-data`.
#[derive(Clone, Debug, Deserialize)]
pub struct Line {
    /// The text.
    pub text: String,
    /// What is private in it.
    pub entities: Vec<Place>,
    /// What the text is counted under as well.
    #[serde(default)]
    pub groups: Vec<String>,
}

/// A span, in Unicode characters.
#[derive(Clone, Debug, Deserialize)]
pub struct Place {
    /// The first character.
    pub start: usize,
    /// The one after the last.
    pub end: usize,
    /// What it is.
    #[serde(alias = "label", rename = "type")]
    pub kind: String,
    /// How sure a model is.
    #[serde(default = "certain")]
    pub score: f32,
}

fn certain() -> f32 {
    1.0
}

/// Reads a file of JSON lines.
///
/// # Errors
///
/// A line that is not of this form, or a span that is not one of its text or
/// out of order; the message names the line.
pub fn read(path: &Path) -> Result<Vec<Line>> {
    let name = path.display();
    let file = std::fs::File::open(path).with_context(|| format!("cannot read {name}"))?;
    let mut source = std::io::BufReader::new(file);
    let mut lines = Vec::new();
    for number in 1.. {
        let mut bytes = Vec::new();
        let count = source
            .by_ref()
            .take(MAX_LINE_BYTES + 1)
            .read_until(b'\n', &mut bytes)?;
        if count == 0 {
            break;
        }
        ensure!(
            bytes.len() as u64 <= MAX_LINE_BYTES,
            "{name}:{number}: found a line of more than {MAX_LINE_BYTES} bytes"
        );
        let mut line: Line = serde_json::from_slice(&bytes)
            .with_context(|| format!("{name}:{number}: expected {{\"text\", \"entities\": [{{\"start\", \"end\", \"type\"}}]}}"))?;
        let length = line.text.chars().count();
        line.entities.sort_by_key(|place| (place.start, place.end));
        for place in &line.entities {
            ensure!(
                place.start < place.end && place.end <= length,
                "{name}:{number}: found a span from {} to {}, expected one inside of {length} characters",
                place.start,
                place.end
            );
        }
        lines.push(line);
    }
    Ok(lines)
}

impl Line {
    /// The bytes of its spans.
    fn ranges(&self) -> Vec<std::ops::Range<usize>> {
        let mut ends: Vec<usize> = self.text.char_indices().map(|(at, _)| at).collect();
        ends.push(self.text.len());
        let ranges = self.entities.iter();
        ranges
            .map(|place| ends[place.start]..ends[place.end])
            .collect()
    }
}

/// Judges what `finder` finds in texts, joined with what another pipeline
/// found in the same ones, if it is given. Where the finder looks for nothing,
/// that is judged alone and as it is.
///
/// # Errors
///
/// Files that do not fit each other, gold spans that overlap, or a head that
/// fails.
pub fn judge(
    lines: &[Line],
    beside: Option<&[Line]>,
    finder: &mut Finder,
    policy: &Policy,
) -> Result<LeakReport> {
    ensure!(
        beside.is_none_or(|beside| beside.len() == lines.len()),
        "found predictions of another number of texts than {}",
        lines.len()
    );
    let mut texts = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let mut found = finder.find(&line.text)?;
        if let Some(other) = beside.map(|beside| &beside[index]) {
            ensure!(
                other.text == line.text,
                "line {}: found predictions of another text",
                index + 1
            );
            let ranges = other.ranges();
            found.extend(
                other
                    .entities
                    .iter()
                    .zip(ranges)
                    .map(|(place, range)| Found {
                        range,
                        kind: placeholder_type(&place.kind),
                        score: place.score,
                        origin: Origin::Head,
                    }),
            );
        }
        let hidden = if finder.is_empty() {
            apart(found.into_iter().map(|found| found.range).collect())
        } else {
            let redaction = nerite::redact(&line.text, &found, policy, &mut Table::default());
            let hidden = redaction.hidden.into_iter();
            hidden.map(|hidden| hidden.original).collect()
        };
        let gold = line
            .ranges()
            .into_iter()
            .zip(line.entities.iter().map(|place| place.kind.as_str()));
        let gold: Vec<_> = gold.collect();
        ensure!(
            gold.windows(2).all(|pair| pair[0].0.end <= pair[1].0.start),
            "line {}: found gold spans that overlap",
            index + 1
        );
        texts.push(LeakText {
            text: &line.text,
            gold,
            hidden,
            groups: line.groups.clone(),
        });
    }
    Ok(LeakReport::of(&texts, SEED, RESAMPLES))
}

/// In order, and without overlap.
fn apart(mut ranges: Vec<std::ops::Range<usize>>) -> Vec<std::ops::Range<usize>> {
    ranges.sort_by_key(|range| range.start);
    let mut apart: Vec<std::ops::Range<usize>> = Vec::new();
    for range in ranges {
        match apart.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => apart.push(range),
        }
    }
    apart
}
