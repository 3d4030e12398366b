//! Keys and tokens of the forms that their issuers document: a prefix and a
//! length. Also web tokens (RFC 7519), bearer tokens (RFC 6750) and private
//! keys (RFC 7468).

use std::ops::Range;

use super::scan::{before, joins, runs};

/// A prefix, and how many signs follow it at least and at most.
const PREFIXES: [(&str, usize, usize); 45] = [
    ("AKIA", 16, 16),
    ("ASIA", 16, 16),
    ("AGPA", 16, 16),
    ("AIDA", 16, 16),
    ("AROA", 16, 16), // Amazon
    ("AIza", 35, 35),
    ("ya29.", 20, 2048),
    ("GOCSPX-", 28, 28), // Google
    ("ghp_", 36, 251),
    ("gho_", 36, 251),
    ("ghu_", 36, 251),
    ("ghs_", 36, 251),
    ("ghr_", 36, 251),
    ("github_pat_", 50, 251),
    ("glpat-", 20, 64),
    ("gldt-", 20, 64),
    ("glrt-", 20, 64), // GitLab
    ("xoxb-", 20, 256),
    ("xoxp-", 20, 256),
    ("xoxa-", 20, 256),
    ("xoxr-", 20, 256),
    ("xoxs-", 20, 256),
    ("xapp-", 20, 256), // Slack
    ("sk_live_", 16, 256),
    ("sk_test_", 16, 256),
    ("rk_live_", 16, 256),
    ("rk_test_", 16, 256),
    ("pk_live_", 16, 256),
    ("whsec_", 24, 256), // Stripe
    ("sk-ant-", 20, 256),
    ("sk-proj-", 20, 256),
    ("sk-", 32, 256), // language models
    ("SG.", 40, 128),
    ("npm_", 36, 36),
    ("pypi-", 50, 512),
    ("hf_", 30, 64),
    ("dop_v1_", 64, 64),
    ("shpat_", 32, 32),
    ("key-", 32, 32),
    ("EAACEdEose0cBA", 20, 512),
    ("sq0atp-", 22, 22),
    ("sq0csp-", 43, 43),
    ("PMAK-", 50, 80),
    ("dckr_pat_", 20, 64),
    ("AccountKey=", 80, 96),
];

pub(super) fn find(text: &str, found: &mut Vec<Range<usize>>) {
    let own = |byte: u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'_' | b'-' | b'.' | b'=' | b'+' | b'/' | b'~')
    };
    for run in runs(text, own) {
        if let Some(range) = in_run(text, run) {
            found.push(range);
        }
    }
    private_keys(text, found);
}

fn in_run(text: &str, run: Range<usize>) -> Option<Range<usize>> {
    // `key=value` and `a/b` are two words; a token begins at one of them. Runs
    // are as long as the text may be, tokens begin near the start of one.
    let near = &text.as_bytes()[run.start..run.end.min(run.start + 256)];
    let breaks = near
        .iter()
        .enumerate()
        .filter(|(_, byte)| matches!(byte, b'=' | b'/' | b'.' | b'+' | b'~'));
    let starts = std::iter::once(run.start).chain(breaks.map(|(at, _)| run.start + at + 1));
    for start in starts {
        let rest = &text[start..run.end];
        for (prefix, fewest, most) in PREFIXES {
            let Some(secret) = rest.strip_prefix(prefix) else {
                continue;
            };
            let base64 = prefix == "AccountKey=";
            let dots = matches!(prefix, "SG." | "ya29.");
            let length = secret
                .bytes()
                .take(most + 1)
                .take_while(|&byte| {
                    byte.is_ascii_alphanumeric()
                        || matches!(byte, b'_' | b'-')
                        || (dots && byte == b'.')
                        || (base64 && matches!(byte, b'+' | b'/' | b'='))
                })
                .count();
            let length = secret[..length].trim_end_matches('.').len();
            let digits = secret[..length]
                .bytes()
                .any(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
            if (fewest..=most).contains(&length) && digits {
                return Some(start..start + prefix.len() + length);
            }
        }
        if let Some(length) = web_token(rest) {
            return Some(start..start + length);
        }
    }
    bearer(text, run)
}

/// The length of the JSON web token at the start: three parts in base64url, of which
/// the first two are JSON objects.
fn web_token(rest: &str) -> Option<usize> {
    if !rest.starts_with("eyJ") {
        return None;
    }
    let part = |from: usize| {
        let length = rest[from..]
            .bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
            .count();
        (length > 3).then_some(from + length)
    };
    let header = part(0)?;
    if !rest[header..].starts_with(".ey") {
        return None;
    }
    let payload = part(header + 1)?;
    match rest[payload..].strip_prefix('.') {
        Some(_) => part(payload + 1).or(Some(payload)),
        None => Some(payload),
    }
}

/// What stands behind `Bearer`, if it looks like a token.
fn bearer(text: &str, run: Range<usize>) -> Option<Range<usize>> {
    let said = text[..run.start].strip_suffix(' ')?;
    let named = said.len() >= 6
        && said.is_char_boundary(said.len() - 6)
        && said[said.len() - 6..].eq_ignore_ascii_case("bearer");
    let own = text[run.clone()].trim_end_matches('.');
    let token = own.len() >= 16 && own.bytes().any(|byte| byte.is_ascii_digit());
    (named && token).then(|| run.start..run.start + own.len())
}

/// PEM blocks of private keys, whole; one that is cut off goes to the text's end.
fn private_keys(text: &str, found: &mut Vec<Range<usize>>) {
    const BEGIN: &str = "-----BEGIN ";
    let mut free = 0;
    let mut no_end = false;
    for (start, _) in text.match_indices(BEGIN) {
        if start < free || before(text, start).is_some_and(joins) {
            continue;
        }
        let name = start + BEGIN.len();
        let near = &text[name..text.floor_char_boundary(name + 64)];
        let Some((kind, _)) = near.split_once("-----") else {
            continue;
        };
        if !kind.contains("PRIVATE KEY") || no_end {
            continue;
        }
        let body = name + kind.len() + 5;
        let end = match text[body..].find("-----END ") {
            Some(at) => {
                let tail = body + at + "-----END ".len();
                let rest = &text[tail..text.floor_char_boundary(tail + 64)];
                tail + rest.find("-----").map_or(0, |at| at + 5)
            }
            // Looked for once only, as it goes through the whole rest.
            None => {
                no_end = true;
                body + text[body..]
                    .bytes()
                    .take_while(|byte| {
                        byte.is_ascii_alphanumeric()
                            || matches!(byte, b'+' | b'/' | b'=' | b'\n' | b'\r' | b' ')
                    })
                    .count()
            }
        };
        let end = start + text[start..end].trim_end().len();
        found.push(start..end);
        free = end;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::super::testing;
    use super::*;

    /// Written in two parts, so that no search for leaked keys takes them for one.
    fn key(prefix: &str, rest: &str) -> String {
        format!("{prefix}{rest}")
    }

    #[test]
    fn keys_are_found() {
        let letters = "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5";
        for value in [
            key("AKIA", "IOSFODNN7EXAMPLE"),
            key("ghp_", letters),
            key("glpat-", "aB3dE5fG7hJ9kL1mN3pQ"),
            key(
                "xoxb-",
                "123456789012-123456789012-aB3dE5fG7hJ9kL1mN3pQ5rS7",
            ),
            key("sk_live_", "aB3dE5fG7hJ9kL1mN3pQ"),
            key("sk-ant-", "api03-aB3dE5fG7hJ9kL1mN3pQ"),
            key("sk-", "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3"),
            key("AIza", &letters[..35]),
            key(
                "SG.",
                "aB3dE5fG7hJ9kL1mN3pQ5r.aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3",
            ),
            key("npm_", letters),
            key(
                "eyJ",
                "hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVPmB92K27uhbUJU1p1r",
            ),
        ] {
            testing::finds_anywhere(find, &[&value]);
            testing::finds(
                find,
                &[
                    &format!("API_KEY={{{value}}}"),
                    &format!("https://a.org/x?token={{{value}}}&y"),
                ],
            );
        }
        testing::finds(
            find,
            &[
                "Authorization: Bearer {aB3dE5fG7hJ9kL1mN3pQ5rS7}",
                "x\n{-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----}\ny",
                "{-----BEGIN PRIVATE KEY-----\nMIIEpAIBAAKCAQEA}",
            ],
        );
    }

    #[test]
    fn near_misses_are_left() {
        testing::finds_nothing(
            find,
            &[
                "AKIA",
                "AKIAIOSFODNN7",
                "sk-learn is a package",
                "ghp_short",
                "eyJ.x",
                "the bearer of news",
                "task-aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3z",
                "-----BEGIN PUBLIC KEY-----\nMII\n-----END PUBLIC KEY-----",
                "sk-this-is-only-a-very-long-name-of-a-class",
                "Bearer of good news everyone",
            ],
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_key_is_found(rest in "[A-Za-z0-9]{35}[0-9]", left in "[ (\"'=:]", right in "[ )\"',;]") {
            let token = key("ghp_", &rest);
            let text = format!("{left}{token}{right}");
            prop_assert_eq!(testing::found(find, &text), [token]);
        }
    }
}
