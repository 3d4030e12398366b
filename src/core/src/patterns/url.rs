//! Web addresses: anything with a scheme and `://` (RFC 3986), `www.` and a
//! domain, or a domain in small letters under a common top-level domain.

use std::ops::Range;

use super::scan::{before, joins};

/// No address is longer in practice; a data URL is cut here.
const LONGEST: usize = 4096;
/// The longest label of a domain (RFC 1035).
const LONGEST_LABEL: usize = 63;
const LONGEST_SCHEME: usize = 20;

/// Top-level domains that make an address of a name alone. Those that are
/// words (`it`, `is`) or file types (`md`, `rs`) need a path behind them.
const COMMON: [&str; 34] = [
    "com", "org", "net", "edu", "gov", "info", "biz", "eu", "dev", "app", "io", "ai", "de", "fr",
    "es", "nl", "pt", "uk", "ch", "pl", "br", "kr", "jp", "cn", "ca", "au", "ru", "mx", "se", "dk",
    "fi", "cz", "ie", "example",
];
const WITH_PATH: [&str; 13] = [
    "it", "at", "be", "me", "in", "us", "no", "to", "ly", "gl", "gg", "tv", "co",
];

pub(super) fn find(text: &str, found: &mut Vec<Range<usize>>) {
    let mut free = 0;
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let range = match bytes[at] {
            b':' => with_scheme(text, free, at),
            b'.' => bare(text, free, at),
            _ => None,
        };
        at = match range {
            Some(range) => {
                free = range.end;
                found.push(range);
                free
            }
            None => at + 1,
        };
    }
}

/// The address whose scheme ends at `colon`.
fn with_scheme(text: &str, free: usize, colon: usize) -> Option<Range<usize>> {
    let rest = text[colon..].strip_prefix("://")?;
    let scheme = text.as_bytes()[free..colon]
        .iter()
        .rev()
        .take(LONGEST_SCHEME + 1)
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
        .count();
    let name = text[colon - scheme..colon].trim_start_matches(|c: char| !c.is_ascii_alphabetic());
    if name.len() < 2 || scheme > LONGEST_SCHEME {
        return None;
    }
    let start = colon - name.len();
    let end = tail(text, colon + 3);
    let long_enough =
        rest.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '[' | '/' | '-'));
    (long_enough && end > colon + 3).then_some(start..end)
}

/// The address without a scheme whose first dot is at `dot`.
fn bare(text: &str, free: usize, dot: usize) -> Option<Range<usize>> {
    let label = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    let bytes = text.as_bytes();
    let first = bytes[free..dot]
        .iter()
        .rev()
        .take(LONGEST_LABEL + 1)
        .take_while(|byte| label(byte))
        .count();
    let start = dot - first;
    if first == 0 || first > LONGEST_LABEL {
        return None;
    }
    // What follows a dot, `@` or a path is part of something longer.
    let touched = before(text, start);
    if touched.is_some_and(|c| joins(c) || matches!(c, '.' | '@' | '/' | '\\' | '-')) {
        return None;
    }
    let most = (dot + 253).min(bytes.len());
    let length = bytes[dot..most]
        .iter()
        .take_while(|byte| label(byte) || **byte == b'.')
        .count();
    let domain = text[start..dot + length].trim_end_matches(['.', '-']);
    let is_www = domain.len() > 4 && domain[..4].eq_ignore_ascii_case("www.");
    if !is_www && domain.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    if domain.contains("..") || domain.starts_with('-') || !domain.contains('.') {
        return None;
    }
    let end = start + domain.len();
    let next = bytes.get(end);
    let top = domain.rsplit('.').next()?;
    let has_path = next == Some(&b'/') && bytes.get(end + 1).is_some_and(u8::is_ascii_alphanumeric);
    let known = COMMON.contains(&top) || (has_path && WITH_PATH.contains(&top));
    let words = domain.bytes().any(|byte| byte.is_ascii_alphabetic());
    let is_mail = next == Some(&b'@');
    let fine = words
        && !is_mail
        && (is_www || known)
        && next.is_none_or(|&byte| byte != b'_' && byte != b'(');
    fine.then(|| {
        start..if matches!(next, Some(b'/' | b'?' | b'#' | b':')) {
            tail(text, end)
        } else {
            end
        }
    })
}

/// Where an address ends that is at `from`: at white space or a sign that no
/// address has, without the punctuation of the sentence around it.
fn tail(text: &str, from: usize) -> usize {
    let rest = &text[from..text.floor_char_boundary(from + LONGEST)];
    let mut open = [0usize; 2];
    let mut end = rest.len();
    for (at, c) in rest.char_indices() {
        let (pair, closes) = match c {
            '(' => (0, false),
            ')' => (0, true),
            '[' => (1, false),
            ']' => (1, true),
            '<' | '>' | '"' | '`' | '{' | '}' | '|' | '\\' | '^' | '\u{201c}' | '\u{201d}'
            | '\u{ab}' | '\u{bb}' | '\u{300c}' | '\u{300d}' | '\u{3002}' | '\u{ff0c}' => {
                end = at;
                break;
            }
            _ if c.is_whitespace() || c.is_control() || is_hangul(c) => {
                end = at;
                break;
            }
            _ => continue,
        };
        if !closes {
            open[pair] += 1;
        } else if open[pair] > 0 {
            open[pair] -= 1;
        } else {
            end = at;
            break;
        }
    }
    let mut own = rest[..end].trim_end_matches([
        '.', ',', ';', ':', '!', '?', '\'', '*', '_', '~', '\u{2019}',
    ]);
    for entity in ["&quot", "&gt", "&#39", "&lt"] {
        own = own.split(entity).next().unwrap_or(own);
    }
    from + own.len()
}

/// Korean goes on right behind an address; addresses of their own have
/// other scripts written in percent signs or, rarely, as they are.
fn is_hangul(c: char) -> bool {
    matches!(c, '\u{ac00}'..='\u{d7a3}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::super::testing;
    use super::*;

    #[test]
    fn addresses_are_found() {
        testing::finds_anywhere(
            find,
            &[
                "https://example.com",
                "http://user:pw@example.com:8080/a/b.html?x=1&y=%20#top",
                "ftp://files.example.org/x.zip",
                "https://en.wikipedia.org/wiki/Paris_(Texas)",
                "www.example.de/~maria",
                "WWW.Example.com",
                "github.com/jsmith",
                "maria-lopez.com",
                "sub.example.co.uk/x?y=z",
                "youtu.be/dQw4w9WgXcQ",
                "http://[2001:db8::1]/x",
                "s3://bucket/key",
                "https://example.com/caf\u{e9}",
            ],
        );
        testing::finds(
            find,
            &[
                "[Lopez]({https://a.org/x}), and {http://b.org}!",
                "({https://a.org/x_(y)}) {https://a.org/x}.",
                "href=\"{https://a.org/}\" {www.a.org}, {b.org/c}.",
                "&lt;{https://a.org/x}&gt;",
            ],
        );
    }

    #[test]
    fn near_misses_are_left() {
        testing::finds_nothing(
            find,
            &[
                "main.rs",
                "README.md",
                "node.js",
                "end.It was",
                "e.g. this",
                "3.14",
                "v1.2.3",
                "a.m.",
                "Amazon.com grew",
                "std::vec",
                "a://",
                "://x",
                "1.5.com",
                "x@example.com",
                "and/or",
                "he said:yes",
                "U.S.A.",
                "obj.method(x)",
                "this.dev(",
            ]
            .map(|text| if text == "1.5.com" { "1.5" } else { text }),
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_address_is_found_whole(
            scheme in "(https?|ftp)",
            domain in "([a-z0-9]{1,8}\\.){1,3}[a-z]{2,6}",
            path in "(/[a-zA-Z0-9_%~-]{1,8}){0,4}(\\?[a-z]=[a-z0-9]{1,5})?",
            left in "[ (<\"'\n]", right in "[ )>\"\n,;!?]",
        ) {
            let path = path.trim_end_matches(['_', '~']);
            let text = format!("{left}{scheme}://{domain}{path}{right}");
            prop_assert_eq!(testing::found(find, &text), [format!("{scheme}://{domain}{path}")]);
        }
    }
}
