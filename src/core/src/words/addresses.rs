//! Addresses of mail and of the web, numbers with marks and emoji: what is
//! plainly no name, and what no mark inside parts.

use super::characters::{is_picture, parts_always};

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
        let ends = |c: char| c == '`' || c == '^' || !matches!(c, '=' | ';') && parts_always(c);
        return rest.find(ends).unwrap_or(rest.len());
    }
    mail(rest)
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
                .is_some_and(|host| host.contains('.'))
    };
    // Some emoji are among the technical signs, and the arrows.
    let is_emoji =
        |c| is_picture(c) || matches!(c, '\u{2300}'..='\u{23ff}' | '\u{2b00}'..='\u{2bff}');
    let picture = letters + digits == 0 && word.contains(is_emoji);
    number || picture || is_web(word) || !word.is_empty() && mail()
}

/// `https://a.org`, `mailto:a@b.org`, `www.a.org`, `t.co/abc`
fn is_web(rest: &str) -> bool {
    let scheme = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'.' | b'-');
    let length = rest.bytes().take(LONGEST_SCHEME).take_while(scheme).count();
    let after = &rest[length..];
    if after.starts_with("://") {
        return rest.starts_with(|c: char| c.is_ascii_alphabetic());
    }
    let begins = |start: &str| {
        rest.get(..start.len())
            .is_some_and(|own| own.eq_ignore_ascii_case(start))
    };
    if begins("mailto:") || begins("www.") && rest.len() > 4 {
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

/// Bytes of `a.b@c.org` at the start of `rest`, else 0.
fn mail(rest: &str) -> usize {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-');
    let look = rest
        .char_indices()
        .take_while(|(at, c)| *at <= LONGEST_LOCAL && part(*c))
        .last();
    let Some(length) = look.map(|(at, c)| at + c.len_utf8()) else {
        return 0;
    };
    let Some(host) = rest[length..].strip_prefix('@') else {
        return 0;
    };
    let host = host
        .bytes()
        .take(LONGEST_HOST)
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'));
    match host.count() {
        0 => 0,
        host => length + 1 + host,
    }
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
