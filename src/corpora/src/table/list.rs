//! A field that holds a list of words or tags.

use crate::Problem;
use crate::problem::excerpt;

/// The words of a field: a list as Python or JSON writes it, or words with
/// spaces between them.
pub(super) fn list(field: &str) -> Result<Vec<String>, Problem> {
    let field = field.trim();
    let Some(inner) = field.strip_prefix('[') else {
        return Ok(field.split_ascii_whitespace().map(str::to_owned).collect());
    };
    let bad = || Problem::List(excerpt(field));
    let inner = inner.strip_suffix(']').ok_or_else(bad)?;
    let mut words = Vec::new();
    let mut rest = inner.trim_start();
    while let Some(first) = rest.chars().next() {
        let (word, after) = match first {
            '"' | '\'' => quoted(&rest[1..], first).ok_or_else(bad)?,
            _ => {
                let end = rest.find([',', ' ', '\t']).unwrap_or(rest.len());
                (rest[..end].to_owned(), &rest[end..])
            }
        };
        words.push(word);
        let after = after.trim_start();
        rest = after.strip_prefix(',').unwrap_or(after).trim_start();
    }
    Ok(words)
}

/// A quoted word whose opening quote has been read, and what comes after it.
fn quoted(text: &str, quote: char) -> Option<(String, &str)> {
    let mut word = String::new();
    let mut characters = text.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '\\' => word.push(match characters.next()?.1 {
                'n' => '\n',
                't' => '\t',
                'u' => {
                    let code: String = characters.by_ref().take(4).map(|(_, c)| c).collect();
                    u32::from_str_radix(&code, 16)
                        .ok()
                        .and_then(char::from_u32)?
                }
                other => other,
            }),
            c if c == quote => return Some((word, &text[at + c.len_utf8()..])),
            c => word.push(c),
        }
    }
    None
}
