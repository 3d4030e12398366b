//! IPv4 (RFC 791) and IPv6 (RFC 4291) addresses, with a prefix length
//! (`/24`); the standard library's own reading is the check.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use super::scan::{before, follows, joins, runs};

/// `ffff:` eight times, or with an IPv4 address at the end.
const LONGEST: usize = 45;

/// Four numbers behind these are a version or a section.
const VERSIONS: [&str; 12] = [
    "version", "versions", "v", "v.", "ver", "ver.", "release", "build", "section", "§", "chapter",
    "firmware",
];

pub(super) fn find(text: &str, found: &mut Vec<Range<usize>>) {
    for run in runs(text, |byte| byte.is_ascii_digit() || byte == b'.') {
        let own = text[run.clone()].trim_end_matches('.');
        let range = run.start..run.start + own.len();
        let is_number = !before(text, range.start)
            .is_some_and(|c| joins(c) || matches!(c, '-' | ':' | '/' | '+'))
            || text[..range.start].ends_with("//");
        let after = text[range.end..].chars().next();
        if is_number
            && !after.is_some_and(|c| joins(c) || c == '-')
            && own.len() <= 15
            && own
                .parse::<Ipv4Addr>()
                .is_ok_and(|ip| ip.octets()[0] > 0 || ip.is_unspecified())
            && !follows(text, range.start, &VERSIONS)
        {
            found.push(range.start..prefix(text, range.end, 32));
        }
    }
    let own = |byte: u8| byte.is_ascii_hexdigit() || byte == b':' || byte == b'.';
    for run in runs(text, own) {
        if !text[run.clone()].contains(':') {
            continue;
        }
        let mut own = text[run.clone()].trim_end_matches('.');
        if own.ends_with(':') && !own.ends_with("::") {
            own = &own[..own.len() - 1];
        }
        let trimmed = own.trim_start_matches(':');
        if own.len() - trimmed.len() == 1 {
            own = trimmed;
        }
        let start = run
            .end
            .min(run.start + (text[run.clone()].find(own).unwrap_or(0)));
        let range = start..start + own.len();
        let whole = !before(text, range.start).is_some_and(|c| joins(c) || c == ':')
            && !text[range.end..].starts_with(|c: char| joins(c));
        if own.len() <= LONGEST && whole && own.parse::<Ipv6Addr>().is_ok() && is_plain(own) {
            found.push(range.start..zone(text, prefix(text, range.end, 128)));
        }
    }
}

/// `a::b` is an address as well as a path of a program: a digit and three
/// groups, or eight groups, make it one.
fn is_plain(own: &str) -> bool {
    let groups = own.split(':').filter(|group| !group.is_empty()).count();
    let digits = own.bytes().any(|byte| byte.is_ascii_digit());
    groups == 8 || (digits && (groups >= 2 || own.starts_with("::")))
}

/// The end of `/24` at `at`, or `at`.
fn prefix(text: &str, at: usize, most: u32) -> usize {
    let Some(rest) = text[at..].strip_prefix('/') else {
        return at;
    };
    let digits = rest.bytes().take(4).take_while(u8::is_ascii_digit).count();
    let fine = rest[..digits].parse::<u32>().is_ok_and(|bits| bits <= most)
        && !rest[digits..].starts_with(|c: char| joins(c) || c == '/');
    if fine { at + 1 + digits } else { at }
}

/// The end of `%eth0` at `at`, or `at`.
fn zone(text: &str, at: usize) -> usize {
    let Some(rest) = text[at..].strip_prefix('%') else {
        return at;
    };
    let length = rest
        .bytes()
        .take(16)
        .take_while(u8::is_ascii_alphanumeric)
        .count();
    if length > 0 { at + 1 + length } else { at }
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
                "192.168.0.1",
                "8.8.8.8",
                "255.255.255.255",
                "10.0.0.0/8",
                "0.0.0.0",
                "2001:db8::1",
                "2001:0db8:85a3:0000:0000:8a2e:0370:7334",
                "::1",
                "fe80::1%eth0",
                "::ffff:192.0.2.128",
                "2001:db8::/32",
                "fd12:3456:789a:1::1",
            ],
        );
        testing::finds(
            find,
            &[
                "ip={192.168.0.1}:8080 from {10.1.2.3}, [{2001:db8::1}]:443.",
                "http://{10.0.0.1}/x",
                "client {::1}: done",
            ],
        );
    }

    #[test]
    fn near_misses_are_left() {
        testing::finds_nothing(
            find,
            &[
                "1.2.3",
                "1.2.3.4.5",
                "256.1.1.1",
                "v1.2.3.4",
                "version 1.2.3.4",
                "Section 1.2.3.4",
                "10:20:30",
                "std::abs",
                "a::b",
                "00:1a:2b:3c:4d:5e",
                "12:30",
                "::",
                "1.2.3.4-beta",
                "0.1.2.3",
                "bad::face",
                "x1.2.3.4",
                "192.168.0.1a",
                "01.02.03.2024",
            ],
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_address_is_found(four in any::<u32>(), six in any::<u128>(), left in "[ (\"=\n\\[]", right in "[ )\",;\n\\]]") {
            let four = Ipv4Addr::from(four | 1 << 24).to_string();
            // As random addresses are: no long run of zeros, some digit.
            let six = Ipv6Addr::from(six | 0x1000_1000_1000_1000_1000_1000_1000_1000).to_string();
            for address in [four, six] {
                let text = format!("{left}{address}{right}");
                prop_assert_eq!(testing::found(find, &text), [address]);
            }
        }
    }
}
