//! Addresses of mail and of the web, numbers with marks and emoji: what is
//! plainly no name, and what no mark inside parts.

use unicode_script::Script;

use super::characters::{is_apostrophe, is_picture, parts_always, script};

/// The longest scheme of a URL, local part of an address of mail (RFC 5321),
/// and name of a host, in bytes.
const LONGEST_SCHEME: usize = 32;
const LONGEST_LOCAL: usize = 64;
const LONGEST_HOST: usize = 253;
/// A word with so many digits is a number of an account, an order, a card.
const DIGITS_OF_NUMBER: usize = 6;

/// Bytes of the address at the start of `rest`, with what closing marks may
/// follow it; 0 if there is none.
pub(super) fn length(rest: &str) -> usize {
    if is_web(rest) {
        return web(rest);
    }
    mail(rest)
}

/// Bytes of the address of the web that `text` begins with: it ends at a bracket
/// that it has not opened, and at marks before a name, a quotation or another
/// address, as in tables and in Markdown: `http://a.org,Ann`, `http://a.org','Ann'`.
fn web(text: &str) -> usize {
    let scheme = match scheme(text) {
        0 if begins_with(text, "mailto:") => "mailto:".len(),
        0 => 0,
        length => length + "://".len(),
    };
    let mut open = [0usize; 2];
    // What stands between slashes, and where it begins.
    let mut segment = scheme;
    let mut at = scheme;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let before = text[..at].chars().next_back();
        let mut after = &text[at + c.len_utf8()..];
        let kind = usize::from(matches!(c, '[' | ']'));
        let ends = match c {
            '(' | '[' => {
                open[kind] += 1;
                let begins = begins_name(after) || after.starts_with(is_apostrophe);
                before != Some('_') && begins || begins_within(after)
            }
            ')' | ']' if open[kind] == 0 => true,
            ')' | ']' => {
                open[kind] -= 1;
                false
            }
            'h' | 'H' => before.is_some_and(char::is_alphanumeric) && begins_within(&text[at..]),
            c if is_mark(c) => {
                after = after.trim_start_matches(is_mark);
                let marks = &text[at..text.len() - after.len()];
                let one = marks.len() == c.len_utf8();
                // "wiki/Special:Search", "wiki/O'Brien"
                let own = one && c == ':' && text[segment..].starts_with(char::is_uppercase)
                    || one && is_apostrophe(c) && at < segment + 2;
                begins_name(after) && !own
                    || begins_within(after)
                    || !one && marks.contains(is_apostrophe)
            }
            '`' | '^' => true,
            '=' => false,
            c => parts_always(c),
        };
        if ends {
            return at;
        }
        at = text.len() - after.len();
        if matches!(c, '/' | '?' | '=' | '&' | '#' | '_' | '-') {
            segment = at;
        }
    }
    text.len()
}

/// Marks that an address may hold, or that stand between it and what follows.
fn is_mark(c: char) -> bool {
    matches!(c, ',' | ';' | ':' | '*') || is_apostrophe(c) && c != '`'
}

/// "Maria", "J. Smith"
fn begins_name(text: &str) -> bool {
    let mut chars = text.chars();
    let capital = |c: Option<char>| c.is_some_and(|c| c.is_alphabetic() && !c.is_lowercase());
    capital(chars.next())
        && match chars.next() {
            Some('.') => chars.next().is_none_or(char::is_uppercase),
            second => second.is_some_and(char::is_alphabetic),
        }
}

/// Whether an address of the web begins here for sure, whatever is before it.
pub(super) fn begins_within(rest: &str) -> bool {
    if begins_with(rest, "http://") || begins_with(rest, "https://") {
        return true;
    }
    let Some(host) = rest.get(4..).filter(|_| begins_with(rest, "www.")) else {
        return false;
    };
    let label = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-';
    let length = host.bytes().take(LONGEST_HOST).take_while(label).count();
    let mut domain = host[length..].bytes();
    length > 0 && domain.next() == Some(b'.') && domain.next().is_some_and(|b| label(&b))
}

/// In any case of letters.
fn begins_with(text: &str, start: &str) -> bool {
    text.get(..start.len())
        .is_some_and(|own| own.eq_ignore_ascii_case(start))
}

/// Whether an address stands at the start of `rest`.
pub(super) fn begins(rest: &str) -> bool {
    is_web(rest) || mail(rest) > 0
}

/// Whether a word is plainly an address, a number with marks or an emoji, and
/// so neither a person nor a place nor an organization.
pub(crate) fn is_technical(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    let marks = word.chars().any(|c| !c.is_alphanumeric());
    let number = digits > 0 && letters == 0 && marks
        || digits >= DIGITS_OF_NUMBER && letters < digits && !word.contains(char::is_lowercase);
    let mail = || {
        mail(word) == word.len()
            && word
                .rsplit('@')
                .next()
                .is_some_and(|host| host.contains('.') || host == "localhost")
    };
    // Some emoji are among the technical signs, and the arrows.
    let is_emoji =
        |c| is_picture(c) || matches!(c, '\u{2300}'..='\u{23ff}' | '\u{2b00}'..='\u{2bff}');
    let picture = letters + digits == 0 && word.contains(is_emoji);
    number || picture || is_web(word) || !word.is_empty() && mail()
}

/// `https://a.org`, `mailto:a@b.org`, `www.a.org`, `t.co/abc`
fn is_web(rest: &str) -> bool {
    let length = scheme(rest);
    if length > 0 {
        return is_scheme(&rest[..length]);
    }
    if begins_with(rest, "mailto:") || begins_with(rest, "www.") && rest.len() > 4 {
        return true;
    }
    let host = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-');
    let length = rest.bytes().take(LONGEST_HOST).take_while(host).count();
    let Some((name, domain)) = rest[..length].rsplit_once('.') else {
        return false;
    };
    let path = rest[length..]
        .strip_prefix('/')
        .is_some_and(|path| !path.is_empty());
    let domain = domain.len() >= 2 && domain.bytes().all(|b| b.is_ascii_lowercase());
    // "a.m./p.m." has single letters.
    path && domain && name.bytes().any(|b| b.is_ascii_alphabetic())
}

/// Bytes of what stands before `://` at the start of `rest`, else 0.
fn scheme(rest: &str) -> usize {
    let part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'.' | b'-');
    let length = rest.bytes().take(LONGEST_SCHEME).take_while(part).count();
    if rest[length..].starts_with("://") {
        length
    } else {
        0
    }
}

/// "https", "ftp", "git+https", but not a name with an address behind it,
/// "Smithhttps", "Smith-https".
fn is_scheme(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let before = lower.strip_suffix('s').unwrap_or(&lower);
    match before.strip_suffix("http") {
        Some("") => true,
        Some(before) => before.ends_with('+') && text.starts_with(before),
        None => text.starts_with(|c: char| c.is_ascii_alphabetic()),
    }
}

/// Bytes of `a.b@c.org` at the start of `rest`, else 0.
fn mail(rest: &str) -> usize {
    let length = local_part(rest);
    let Some(host) = rest[length..].strip_prefix('@').filter(|_| length > 0) else {
        return 0;
    };
    match host_name(host) {
        0 => 0,
        // "Ann@http://x.org"
        own if host[own..].starts_with("://") => 0,
        own => length + 1 + own,
    }
}

/// Bytes of what stands before `@`: `a.b`, `o'neil`, `ann&bob`, but not a name with
/// an address behind it, `Smith&bob`.
fn local_part(rest: &str) -> usize {
    let mut length = 0;
    for (at, c) in rest
        .char_indices()
        .take_while(|(at, _)| *at <= LONGEST_LOCAL)
    {
        let joins = || {
            let before = &rest[..at];
            let name = before.starts_with(char::is_uppercase) && before.chars().nth(2).is_some();
            let next = rest[at + c.len_utf8()..].starts_with(char::is_alphanumeric);
            before.ends_with(char::is_alphanumeric) && next && !name
        };
        let part = match c {
            '.' | '_' | '%' | '+' | '-' => true,
            '&' => joins(),
            c if is_apostrophe(c) => joins(),
            c => c.is_alphanumeric(),
        };
        if !part {
            break;
        }
        length = at + c.len_utf8();
    }
    length
}

/// Bytes of the name of a host, in Latin letters or those that it begins with:
/// `köln.de`, `пример.рф`, of `b.org는` what is before the particle.
fn host_name(rest: &str) -> usize {
    let first = rest.chars().next().map(script);
    let mut length = 0;
    for (at, c) in rest.char_indices().take_while(|(at, _)| *at < LONGEST_HOST) {
        let part = match c {
            '.' | '-' => true,
            '_' => {
                rest[at + 1..].starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            }
            c if c.is_ascii() => c.is_ascii_alphanumeric(),
            c => c.is_alphanumeric() && (script(c) == Script::Latin || Some(script(c)) == first),
        };
        if !part {
            break;
        }
        length = at + c.len_utf8();
    }
    length
}

#[cfg(test)]
mod tests {
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::is_technical;

    #[test]
    fn what_is_plainly_no_name() {
        for word in [
            "a.b@c.org",
            "https://a.org",
            "www.a.org",
            "t.co/abc",
            "schmidt@köln.de",
            "o'neil@x.ie",
            "ann@localhost",
            "555-0199",
            "2024/05/21",
            "GB29NWBK60161331926819",
            "🥲",
            "🇫🇮",
            "👩\u{200d}🚀",
            "☎",
            "✓",
            "⭐",
            "⏰",
        ] {
            assert!(is_technical(word), "{word}");
        }
        for word in [
            "Ada", "F-16", "3M", "1984", "7-Eleven", "@ada", "J.P.", "Łódź", "&", "@", "I♥NY",
            "東京",
        ] {
            assert!(!is_technical(word), "{word}");
        }
    }
}
