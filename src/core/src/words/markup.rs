//! Markup around names: tags of HTML and XML, character references, escapes
//! of JSON. Each function looks at the start of what is
//! left of a text.

use std::collections::HashSet;
use std::ops::Range;

use super::characters::windows;

/// The longest reference in bytes.
const LONGEST: usize = 34;

/// Tags that stand inside a line. All others end it.
const INLINE: &[&str] = &[
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em",
    "font", "i", "ins", "kbd", "label", "mark", "nobr", "q", "rp", "rt", "ruby", "s", "samp",
    "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
];

/// HTML's tags that are also written in capitals, without attributes.
const CAPITALS: &[&str] = &[
    "A", "B", "BODY", "BR", "CENTER", "DD", "DIV", "DL", "DT", "EM", "FONT", "H1", "H2", "H3",
    "H4", "HEAD", "HR", "HTML", "I", "LI", "OL", "P", "PRE", "SPAN", "STRONG", "TABLE", "TBODY",
    "TD", "TH", "TITLE", "TR", "U", "UL",
];

/// Attributes without a value.
const SWITCHES: &[&str] = &[
    "allowfullscreen",
    "async",
    "autofocus",
    "autoplay",
    "checked",
    "controls",
    "default",
    "defer",
    "disabled",
    "hidden",
    "ismap",
    "itemscope",
    "loop",
    "multiple",
    "muted",
    "noshade",
    "novalidate",
    "nowrap",
    "open",
    "playsinline",
    "readonly",
    "required",
    "reversed",
    "selected",
];

/// Attributes whose values are for programs. Those of others may be read.
const TECHNICAL: &[&str] = &[
    "accept",
    "action",
    "align",
    "bgcolor",
    "border",
    "charset",
    "class",
    "color",
    "d",
    "dir",
    "encoding",
    "face",
    "fill",
    "for",
    "height",
    "href",
    "hreflang",
    "http-equiv",
    "id",
    "itemprop",
    "itemtype",
    "lang",
    "media",
    "method",
    "points",
    "property",
    "rel",
    "role",
    "size",
    "src",
    "srcset",
    "stroke",
    "style",
    "target",
    "transform",
    "type",
    "valign",
    "version",
    "viewbox",
    "width",
];

/// What a tag does to the line that it stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The line goes on.
    Inline,
    /// A line ends.
    Line,
    /// A paragraph ends.
    Block,
}

/// A tag at the start of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Markup {
    /// Its bytes.
    pub(super) length: usize,
    pub(super) place: Place,
    /// The values of attributes that are there to be read.
    pub(super) values: Vec<Range<usize>>,
}

/// Finds tags; knows which names a text closes.
pub(super) struct Tags<'a> {
    text: &'a str,
    closed: Option<HashSet<&'a str>>,
}

impl<'a> Tags<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, closed: None }
    }

    /// The tag at the start of `rest`, which begins with `<`. A name in angle
    /// brackets, `<Obama>`, is none, unless HTML has it or the text closes it.
    pub(super) fn tag(&mut self, rest: &str) -> Option<Markup> {
        for delimiter in ["<!--", "<![CDATA["] {
            if rest.starts_with(delimiter) {
                return Some(Markup::block(delimiter.len()));
            }
        }
        // A tag holds no other, so that all looks together take linear time.
        let end = 1 + rest[1..].find(['<', '>'])?;
        if !rest[end..].starts_with('>') {
            return None;
        }
        let inside = &rest[1..end];
        if inside.starts_with(['!', '?']) {
            let named = inside[1..].starts_with(|c: char| c.is_ascii_alphabetic());
            return named.then(|| Markup::block(end + 1));
        }
        let closes = inside.starts_with('/');
        let start = usize::from(closes);
        let length = inside[start..]
            .bytes()
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b':' | b'_' | b'-'))
            .count();
        let name = &inside[start..start + length];
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || name.ends_with(':') {
            return None;
        }
        let rest = &inside[start + length..];
        let bare = rest.trim_end_matches('/').trim().is_empty();
        let mut values = Vec::new();
        if bare {
            let plain = name.starts_with(|c: char| c.is_ascii_lowercase());
            if !(plain
                || closes
                || rest.contains('/')
                || CAPITALS.contains(&name)
                || self.closes(name))
            {
                return None;
            }
        } else if closes || !attributes(rest, 1 + start + length, &mut values) {
            return None;
        }
        let lower = name.to_ascii_lowercase();
        let place = if lower == "br" {
            Place::Line
        } else if values.is_empty() && INLINE.contains(&lower.as_str()) {
            Place::Inline
        } else {
            Place::Block
        };
        Some(Markup {
            length: end + 1,
            place,
            values,
        })
    }

    /// Whether the text has `</name`.
    fn closes(&mut self, name: &str) -> bool {
        let text = self.text;
        let closed = self.closed.get_or_insert_with(|| {
            let names = text.split("</").skip(1).map(|rest| {
                let end = rest.find(|c: char| c == '>' || c == '<' || c.is_whitespace());
                &rest[..end.unwrap_or(rest.len())]
            });
            names.collect()
        });
        closed.contains(name)
    }
}

impl Markup {
    fn block(length: usize) -> Self {
        Self {
            length,
            place: Place::Block,
            values: Vec::new(),
        }
    }
}

/// Whether `text`, which begins at `base`, is nothing but attributes of a tag;
/// notes where the values stand that may be read.
fn attributes(text: &str, base: usize, values: &mut Vec<Range<usize>>) -> bool {
    let mut at = 0;
    loop {
        let rest = &text[at..];
        let trimmed = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        let separated = trimmed.len() < rest.len();
        if trimmed.is_empty() {
            return true;
        }
        if !separated && at > 0 && !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return false;
        }
        at = text.len() - trimmed.len();
        let length = trimmed
            .bytes()
            .take_while(|b| {
                b.is_ascii_alphanumeric() || matches!(b, b':' | b'_' | b'-' | b'@' | b'.')
            })
            .count();
        if length == 0 {
            return false;
        }
        let name = trimmed[..length].to_ascii_lowercase();
        let after = trimmed[length..].trim_start();
        let Some(value) = after.strip_prefix('=') else {
            if !SWITCHES.contains(&name.as_str()) {
                return false;
            }
            at += length;
            continue;
        };
        let value = value.trim_start();
        let start = text.len() - value.len();
        let range = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => {
                let Some(length) = value[1..].find(quote) else {
                    return false;
                };
                at = start + length + 2;
                start + 1..start + 1 + length
            }
            _ => {
                let length = value.find(char::is_whitespace).unwrap_or(value.len());
                if length == 0 {
                    return false;
                }
                at = start + length;
                start..at
            }
        };
        let value = &text[range.clone()];
        let technical = TECHNICAL.contains(&name.as_str())
            || ["data-", "on", "xml"]
                .iter()
                .any(|start| name.starts_with(start));
        if !technical && value.contains(char::is_uppercase) && !value.contains("://") {
            values.push(base + range.start..base + range.end);
        }
    }
}

/// The character that a reference of HTML stands for, `&quot;` or `&#39;`, and
/// the reference's bytes. `&amp;quot;`, escaped twice, is one as well.
pub(super) fn reference(rest: &str) -> Option<(usize, char)> {
    let body = rest.strip_prefix('&')?;
    let end = body
        .bytes()
        .take(LONGEST)
        .position(|b| b == b';')
        .filter(|end| *end > 0)?;
    let name = &body[..end];
    if !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'#') {
        return None;
    }
    let length = end + 2;
    let character = match name.strip_prefix('#') {
        Some(number) => {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            // Browsers read `&#146;` as Windows means it.
            windows(char::from_u32(code.ok()?)?)
        }
        None => {
            let decoded = html_escape::decode_html_entities(&rest[..length]);
            let mut characters = decoded.chars();
            let character = characters.next()?;
            if decoded.len() == length && character == '&' {
                return None;
            }
            character
        }
    };
    if character == '&' {
        let again = rest[length..].bytes().take(LONGEST).position(|b| b == b';');
        let twice = again.and_then(|end| {
            let inner = rest.get(length..=length + end)?;
            reference(&format!("&{inner}"))
        });
        if let Some((inner, character)) = twice {
            return Some((length + inner - 1, character));
        }
    }
    Some((length, character))
}

/// The character that an escape of JSON stands for, `\"` or `\u00e9`, and its
/// bytes. `\n` may also begin a folder's name: before a small letter it is none.
pub(super) fn escape(rest: &str) -> Option<(usize, char)> {
    let body = rest.strip_prefix('\\')?;
    let kind = body.chars().next()?;
    match kind {
        '"' | '/' | '\'' => Some((2, kind)),
        'n' | 'r' | 't' => {
            let ends = !body[1..].starts_with(|c: char| c.is_lowercase());
            ends.then_some((2, if kind == 't' { '\t' } else { '\n' }))
        }
        'u' => {
            let first = code_unit(body)?;
            if let Some(character) = char::from_u32(first) {
                return Some((6, character));
            }
            let second = code_unit(body.get(5..)?.strip_prefix('\\')?)?;
            let units = [u16::try_from(first).ok()?, u16::try_from(second).ok()?];
            let character = char::decode_utf16(units).next()?.ok()?;
            Some((12, character))
        }
        _ => None,
    }
}

/// The number of `u00e9`.
fn code_unit(body: &str) -> Option<u32> {
    let digits = body.strip_prefix('u')?.get(..4)?;
    let all = digits.bytes().all(|b| b.is_ascii_hexdigit());
    all.then(|| u32::from_str_radix(digits, 16).ok())?
}
