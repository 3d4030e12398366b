//! Texts and folders without personal data, and the way back.

use std::path::PathBuf;

use anyhow::{Context, Result};
use nerite::{
    Found, Options, Origin, Policy, Redaction, Table, patterns, placeholder_type, redact,
};

use crate::bundle::Bundle;

/// What looks for personal data in a text: heads, patterns, or both.
pub struct Finder {
    bundles: Vec<Bundle>,
    patterns: bool,
}

impl Finder {
    /// With the heads of these bundles: `DIR`, or `DIR:HEAD` for another head
    /// than the bundle's default.
    ///
    /// # Errors
    ///
    /// A bundle that cannot be opened.
    pub fn open(bundles: &[String], patterns: bool) -> Result<Self> {
        let open = |name: &String| {
            let whole = PathBuf::from(name);
            match name.rsplit_once(':') {
                Some((folder, head)) if !whole.exists() => {
                    Bundle::open(&PathBuf::from(folder), Some(head))
                }
                _ => Bundle::open(&whole, None),
            }
        };
        let bundles = bundles.iter().map(open).collect::<Result<_>>()?;
        Ok(Self { bundles, patterns })
    }

    /// Whether it looks for nothing.
    pub fn is_empty(&self) -> bool {
        self.bundles.is_empty() && !self.patterns
    }

    /// The types that several of the heads know, as placeholders name them.
    pub fn shared_types(&self) -> Vec<String> {
        nerite::shared_types(self.bundles.iter().map(|bundle| {
            let tags = &bundle.head.config().tags;
            tags.kinds().into_iter()
        }))
    }

    /// The types that can be found, as placeholders name them, sorted.
    pub fn types(&self) -> Vec<String> {
        let heads = self.bundles.iter().flat_map(|bundle| {
            let kinds = bundle.head.config().tags.kinds();
            kinds.into_iter().map(placeholder_type).collect::<Vec<_>>()
        });
        let patterns = nerite::PatternKind::all().filter(|_| self.patterns);
        let mut types: Vec<String> = heads
            .chain(patterns.map(|kind| kind.name().to_owned()))
            .collect();
        types.sort();
        types.dedup();
        types
    }

    /// What heads and patterns find, not joined yet.
    ///
    /// # Errors
    ///
    /// A head that does not fit its encoder, or a tokenizer that fails.
    pub fn find(&mut self, text: &str) -> Result<Vec<Found>> {
        let mut found = Vec::new();
        for bundle in &mut self.bundles {
            let options = Options::default();
            let prediction = bundle.recognizer.recognize(text, &bundle.head, &options)?;
            // What is too doubtful for a list of names may be one all the same.
            let entities = prediction.entities.into_iter().chain(prediction.doubtful);
            found.extend(entities.map(|entity| Found {
                range: entity.range,
                kind: placeholder_type(&entity.kind),
                score: entity.score,
                origin: Origin::Head,
            }));
        }
        if self.patterns {
            found.extend(patterns(text).into_iter().map(Found::from));
        }
        Ok(found)
    }

    /// Takes out of a text what was found in it. In a number of JSON only
    /// patterns look: heads know words in sentences, and take any number that
    /// stands alone for an identifier.
    ///
    /// # Errors
    ///
    /// As [`Finder::find`].
    pub fn redact(
        &mut self,
        value: Value<'_>,
        policy: &Policy,
        table: &mut Table,
    ) -> Result<Redaction> {
        let found = match value {
            Value::Text(text) => self.find(text)?,
            Value::Number(_) if !self.patterns => Vec::new(),
            Value::Number(written) => in_number(written),
        };
        Ok(redact(value.written(), &found, policy, table))
    }
}

/// What patterns find in a number of JSON. One that is written with a sign, a
/// fraction of zeros or an exponent is taken out as a whole where patterns find
/// something in its digits.
fn in_number(written: &str) -> Vec<Found> {
    let found = patterns(written);
    if !found.is_empty() {
        return found.into_iter().map(Found::from).collect();
    }
    let digits = digits_of(written).filter(|digits| digits != written);
    let found = digits.and_then(|digits| patterns(&digits).into_iter().next());
    let whole = found.map(|pattern| Found {
        range: 0..written.len(),
        ..Found::from(pattern)
    });
    whole.into_iter().collect()
}

/// No number that is private has more digits.
const MOST_DIGITS: usize = 40;

/// The digits of a number of JSON that is whole, without its sign.
fn digits_of(written: &str) -> Option<String> {
    let number = written.strip_prefix('-').unwrap_or(written);
    let (mantissa, exponent) = match number.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (number, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = [whole, fraction].concat();
    // So many of them stand before the point.
    let before = i32::try_from(whole.len()).ok()?.checked_add(exponent)?;
    let before = usize::try_from(before)
        .ok()
        .filter(|count| *count <= MOST_DIGITS)?;
    if digits.bytes().skip(before).any(|digit| digit != b'0') {
        return None;
    }
    let mut digits = digits.trim_end_matches('0').to_owned();
    digits.extend(std::iter::repeat_n(
        '0',
        before.saturating_sub(digits.len()),
    ));
    Some(digits.trim_start_matches('0').to_owned())
}

/// What may hold something private.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// A text, or a string of JSON.
    Text(&'a str),
    /// A number of JSON, as it is written.
    Number(&'a str),
}

impl<'a> Value<'a> {
    /// The text, or the number as it is written.
    pub fn written(self) -> &'a str {
        match self {
            Self::Text(written) | Self::Number(written) => written,
        }
    }
}

/// Changes the values of a line of JSON, names of members left as they are and
/// everything between the values as it was. Numbers are given as they are
/// written, and become strings if they change.
///
/// # Errors
///
/// A line that is not JSON, or whatever `change` fails with.
pub fn change_json(
    line: &str,
    mut change: impl FnMut(Value<'_>) -> Result<String>,
) -> Result<String> {
    serde_json::from_str::<serde::de::IgnoredAny>(line).context("expected one JSON value")?;
    let bytes = line.as_bytes();
    let mut changed = String::with_capacity(line.len());
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        match bytes[at] {
            b'"' => {
                at += 1;
                while bytes[at] != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                at += 1;
                let written = &line[start..at];
                if line[at..].trim_start().starts_with(':') {
                    changed.push_str(written);
                    continue;
                }
                let value: String = serde_json::from_str(written)?;
                let new = change(Value::Text(&value))?;
                match new == value {
                    true => changed.push_str(written),
                    false => changed.push_str(&serde_json::to_string(&new)?),
                }
            }
            b'-' | b'0'..=b'9' => {
                while at < bytes.len()
                    && matches!(bytes[at], b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-')
                {
                    at += 1;
                }
                let written = &line[start..at];
                let new = change(Value::Number(written))?;
                match new == written {
                    true => changed.push_str(written),
                    false => changed.push_str(&serde_json::to_string(&new)?),
                }
            }
            _ => {
                at += line[at..].chars().next().map_or(1, char::len_utf8);
                changed.push_str(&line[start..at]);
            }
        }
    }
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_values_of_json_change() {
        let change = |value: Value<'_>| {
            Ok(value
                .written()
                .replace("Ann", "[PERSON_1]")
                .replace("4111", "[CARD_1]"))
        };
        for (line, expected) in [
            (
                r#"{"Ann": "Ann \"A\" Lee", "n": [1.50, 1e400]}"#,
                r#"{"Ann": "[PERSON_1] \"A\" Lee", "n": [1.50, 1e400]}"#,
            ),
            (
                r#"["\u0041nn","é\\", 4111, -4111]"#,
                r#"["[PERSON_1]","é\\", "[CARD_1]", "-[CARD_1]"]"#,
            ),
            (r#""Ann""#, r#""[PERSON_1]""#),
            ("[-4111]", r#"["-[CARD_1]"]"#),
            ("-1e-5", "-1e-5"),
            ("null", "null"),
        ] {
            assert_eq!(change_json(line, change).unwrap(), expected);
        }
        for wrong in ["{", "Ann", "{} {}", "\"\\\""] {
            assert!(change_json(wrong, change).is_err(), "{wrong}");
        }
    }

    #[test]
    fn numbers_of_json_change_only_where_a_pattern_says_so() {
        let mut finder = Finder::open(&[], true).unwrap();
        let mut table = Table::default();
        let mut redacted = |line: &str| {
            let mut change = |value: Value<'_>| {
                let redaction = finder.redact(value, &Policy::default(), &mut table)?;
                Ok(redaction.text)
            };
            change_json(line, &mut change).unwrap()
        };
        let plain = r#"{"id": 11, "n": [4111, 1.5e3, -7], "s": "room 4111"}"#;
        assert_eq!(redacted(plain), plain);
        let card = redacted(r#"{"card": 4111111111111111}"#);
        assert!(!card.contains("4111"), "{card}");
        let back = change_json(&card, |value| Ok(table.restore(value.written()))).unwrap();
        assert_eq!(back, r#"{"card": "4111111111111111"}"#);
    }

    #[test]
    fn a_private_number_is_taken_out_however_it_is_written() {
        let mut finder = Finder::open(&[], true).unwrap();
        for written in [
            "4111111111111111",
            "-4111111111111111",
            "4111111111111111.0",
            "4.111111111111111e15",
            "-4.1111111111111110E+15",
            "41111111111111110e-1",
        ] {
            let mut table = Table::default();
            let line = format!(r#"{{"a": {written}, "b": [{written}]}}"#);
            let mut change = |value: Value<'_>| {
                let redaction = finder.redact(value, &Policy::default(), &mut table)?;
                Ok(redaction.text)
            };
            let redacted = change_json(&line, &mut change).unwrap();
            assert!(redacted.contains("[CARD_1]"), "{redacted}");
            assert!(!redacted.contains("111"), "{redacted}");
            let back = change_json(&redacted, |value| Ok(table.restore(value.written())));
            let expected = format!(r#"{{"a": "{written}", "b": ["{written}"]}}"#);
            assert_eq!(back.unwrap(), expected);
        }
        for (written, digits) in [
            ("0", Some("")),
            ("-120.50e1", Some("1205")),
            ("1.5", None),
            ("0.00e5", Some("")),
            ("1e400", None),
            ("1e99999999999", None),
            ("12e-1", None),
            ("120e-1", Some("12")),
        ] {
            assert_eq!(digits_of(written).as_deref(), digits, "{written}");
        }
    }
}
