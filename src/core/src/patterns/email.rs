//! E-mail addresses: a local part, `@` and a domain with a dot. RFC 5321 and
//! 6531 allow more (quotes, comments); this is what people write, without the
//! signs that text, code and mark-up put before an address.

use std::ops::Range;

use super::scan::{after, before, joins};

/// RFC 5321, 4.5.3.1.
const LONGEST_LOCAL: usize = 64;
const LONGEST_DOMAIN: usize = 255;

pub(super) fn find(text: &str, found: &mut Vec<Range<usize>>) {
    let mut free = 0;
    for (at, _) in text.match_indices('@') {
        if let (Some(start), Some(end)) = (local(text, free, at), domain(text, at + 1)) {
            found.push(start..end);
            free = end;
        }
    }
}

/// Where the local part begins that ends at `end`, no earlier than `free`.
fn local(text: &str, free: usize, end: usize) -> Option<usize> {
    let mut start = end;
    for (count, (at, c)) in text[free..end].char_indices().rev().enumerate() {
        let own = joins(c) || matches!(c, '.' | '_' | '%' | '+' | '-' | '~' | '\'');
        if !own {
            break;
        }
        if count == LONGEST_LOCAL {
            return None;
        }
        start = free + at;
    }
    // A quote or dash before it is the text's.
    let own = text[start..end].trim_start_matches(['.', '\'', '-', '~', '%']);
    let start = end - own.len();
    let fine = own.contains(char::is_alphanumeric) && !own.ends_with('.');
    fine.then_some(start)
}

/// Where the domain ends that begins at `start`.
fn domain(text: &str, start: usize) -> Option<usize> {
    let rest = &text[start..text.floor_char_boundary(start + LONGEST_DOMAIN)];
    let own = |c: char| (joins(c) && c != '_') || c == '-' || c == '.';
    let length = rest.find(|c| !own(c)).unwrap_or(rest.len());
    let mut domain = rest[..length].trim_end_matches(['.', '-']);
    // A sentence that goes on without a space ("a@b.com...So") is not of it.
    if let Some(at) = domain.find("..") {
        domain = &domain[..at];
    }
    loop {
        let (before, last) = domain.rsplit_once('.')?;
        let is_top = last.chars().count() >= 2
            && (last.starts_with("xn--") || last.chars().all(char::is_alphabetic));
        let fine = before
            .split('.')
            .all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'));
        if is_top && fine {
            let end = start + domain.len();
            // A word goes on: this is something else, as `a@b.c` in `a@b.co_d`.
            return (after(text, end) != Some('_') && before_is_fine(text, start)).then_some(end);
        }
        // A number of a footnote or a port, or the start of a sentence.
        domain = before;
    }
}

/// Two signs in a row make no address.
fn before_is_fine(text: &str, start: usize) -> bool {
    before(text, start - 1) != Some('@')
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
                "john.smith@example.com",
                "j@x.io",
                "Maria_Lopez+news@mail.example.co.uk",
                "o'brien@example.ie",
                "a%b-c~d@sub-domain.example.museum",
                "jürgen@müller.de",
                "x@xn--mller-kva.de",
                "1234567@qq.com",
            ],
        );
        testing::finds(
            find,
            &[
                "mailto:{a.b@c.org}?subject=x",
                "to={a@b.org}&x <{c@d.org}>, '{e@f.org}'",
                "Write to {a@b.com}. He did.",
                "{a@b.com},{c@d.com};{e@f.com}",
                "user:pass@{g@h.org}".trim_start_matches("user:pass@"),
                "--{a@b.com}-- ...{c@d.com}...",
            ],
        );
    }

    #[test]
    fn near_misses_are_left() {
        testing::finds_nothing(
            find,
            &[
                "@maria",
                "a@b",
                "a @ b.com",
                "@media (x)",
                "5 @ 3.50",
                "x@1.2",
                "a@@b.com",
                "npm i pkg@1.2.3",
                "git@",
                "@example.com",
                "a.@b.com",
                "a@-b.com",
                "root@localhost",
            ],
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_address_is_found_whole(
            local in "[a-z0-9]([a-z0-9_+]|[.-][a-z0-9]){0,20}",
            domain in "([a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?\\.){1,3}[a-z]{2,6}",
            left in "[ (<\"'\n:=]", right in "[ )>\"'\n,;!?]",
        ) {
            let text = format!("{left}{local}@{domain}{right}");
            prop_assert_eq!(testing::found(find, &text), [format!("{local}@{domain}")]);
        }
    }
}
