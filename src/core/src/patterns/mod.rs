//! Rules for what has a form of its own: addresses of mail and web, numbers
//! with a check digit, keys. A file a kind; each scans the text once and looks
//! at no more than a bounded number of characters around a place, so that time
//! is linear in the text, whatever it is.
//!
//! Crates that were weighed: `phonenumber` (regular expressions and metadata of
//! every country, over 1 MB of wasm) and `iban_validate` were not taken; `bs58`
//! with its check and `sha3` (which `crypto` uses) are a few kilobytes.

mod bic;
mod birth_date;
mod card;
mod coordinates;
mod crypto;
mod dates;
mod ein;
mod email;
mod german_tax_id;
mod iban;
mod ip;
mod mac;
mod nino;
mod phone;
mod resident_number;
mod scan;
mod secret;
mod ssn;
#[cfg(test)]
mod testing;
mod url;

use std::ops::Range;

pub(crate) use scan::joins;

/// What a rule looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PatternKind {
    /// An address of e-mail.
    Email,
    /// An address of the web.
    Url,
    /// An IPv4 or IPv6 address.
    Ip,
    /// A phone number.
    Phone,
    /// A payment card's number, which passes Luhn's check.
    Card,
    /// An international bank account number, which passes its check.
    Iban,
    /// A bank's code (SWIFT).
    Bic,
    /// A social security number of the United States.
    Ssn,
    /// An employer's identification number of the United States.
    Ein,
    /// A national insurance number of the United Kingdom.
    Nino,
    /// A German tax identification number, which passes its check.
    TaxId,
    /// A Korean resident registration number, which passes its check.
    ResidentNumber,
    /// A date beside a word of birth.
    BirthDate,
    /// A network card's address.
    Mac,
    /// A place by latitude and longitude.
    Coordinates,
    /// An API key, a token or a private key.
    Secret,
    /// A wallet's address, which passes its check.
    Crypto,
}

/// How a kind is found.
struct Rule {
    kind: PatternKind,
    /// The type that its entities have.
    name: &'static str,
    /// Whether a check digit or sum stands behind it.
    checked: bool,
    find: fn(&str, &mut Vec<Range<usize>>),
}

const RULES: &[Rule] = &[
    Rule {
        kind: PatternKind::Email,
        name: "EMAIL",
        checked: false,
        find: email::find,
    },
    Rule {
        kind: PatternKind::Url,
        name: "URL",
        checked: false,
        find: url::find,
    },
    Rule {
        kind: PatternKind::Ip,
        name: "IP",
        checked: false,
        find: ip::find,
    },
    Rule {
        kind: PatternKind::Phone,
        name: "PHONE",
        checked: false,
        find: phone::find,
    },
    Rule {
        kind: PatternKind::Card,
        name: "CARD",
        checked: true,
        find: card::find,
    },
    Rule {
        kind: PatternKind::Iban,
        name: "IBAN",
        checked: true,
        find: iban::find,
    },
    Rule {
        kind: PatternKind::Bic,
        name: "BIC",
        checked: false,
        find: bic::find,
    },
    Rule {
        kind: PatternKind::Ssn,
        name: "SSN",
        checked: false,
        find: ssn::find,
    },
    Rule {
        kind: PatternKind::Ein,
        name: "EIN",
        checked: false,
        find: ein::find,
    },
    Rule {
        kind: PatternKind::Nino,
        name: "NINO",
        checked: false,
        find: nino::find,
    },
    Rule {
        kind: PatternKind::TaxId,
        name: "TAX_ID",
        checked: true,
        find: german_tax_id::find,
    },
    Rule {
        kind: PatternKind::ResidentNumber,
        name: "RESIDENT_NUMBER",
        checked: true,
        find: resident_number::find,
    },
    Rule {
        kind: PatternKind::BirthDate,
        name: "BIRTH_DATE",
        checked: false,
        find: birth_date::find,
    },
    Rule {
        kind: PatternKind::Mac,
        name: "MAC",
        checked: false,
        find: mac::find,
    },
    Rule {
        kind: PatternKind::Coordinates,
        name: "COORDINATES",
        checked: false,
        find: coordinates::find,
    },
    Rule {
        kind: PatternKind::Secret,
        name: "SECRET",
        checked: false,
        find: secret::find,
    },
    Rule {
        kind: PatternKind::Crypto,
        name: "CRYPTO",
        checked: true,
        find: crypto::find,
    },
];

impl PatternKind {
    /// All kinds.
    pub fn all() -> impl Iterator<Item = Self> {
        RULES.iter().map(|rule| rule.kind)
    }

    /// The type that entities of this kind have.
    pub fn name(self) -> &'static str {
        self.rule().name
    }

    fn rule(self) -> &'static Rule {
        let rule = RULES.iter().find(|rule| rule.kind == self);
        rule.expect("every kind has a rule")
    }
}

/// What a rule found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// Its bytes in the text.
    pub range: Range<usize>,
    /// What it is.
    pub kind: PatternKind,
}

/// Everything in `text` that a rule finds, in order and without overlap: of
/// two that overlap the longer one counts, of two as long the one that passed
/// a check.
pub fn patterns(text: &str) -> Vec<Pattern> {
    let mut found = Vec::new();
    let mut ranges = Vec::new();
    for rule in RULES {
        let kind = rule.kind;
        (rule.find)(text, &mut ranges);
        found.extend(ranges.drain(..).map(|range| Pattern { range, kind }));
    }
    found.sort_by_key(|found| (found.range.start, found.range.end));
    let mut kept: Vec<Pattern> = Vec::new();
    for next in found {
        let rank = |pattern: &Pattern| (pattern.range.len(), pattern.kind.rule().checked);
        match kept.last_mut() {
            Some(last) if next.range.start < last.range.end => {
                if rank(&next) > rank(last) {
                    *last = next;
                }
            }
            _ => kept.push(next),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn whatever_is_found_lies_in_the_text_in_order(text in "([0-9a-zA-Z@:/.+() ,_%\"'°-]|\\PC|\n){0,80}") {
            let mut end = 0;
            for found in patterns(&text) {
                prop_assert!(found.range.start >= end && found.range.start < found.range.end);
                end = found.range.end;
                prop_assert!(!text[found.range].trim().is_empty());
            }
        }
    }

    #[test]
    fn every_kind_has_a_name_of_its_own() {
        let names: std::collections::HashSet<_> =
            PatternKind::all().map(PatternKind::name).collect();
        assert_eq!(names.len(), RULES.len());
    }

    #[test]
    fn the_longer_one_counts() {
        let text = "see https://a.org/4111111111111111?to=m@x.org or 4111 1111 1111 1111";
        let found: Vec<_> = patterns(text)
            .into_iter()
            .map(|found| (found.kind.name(), &text[found.range]))
            .collect();
        assert_eq!(
            found,
            [
                ("URL", "https://a.org/4111111111111111?to=m@x.org"),
                ("CARD", "4111 1111 1111 1111")
            ]
        );
    }

    #[test]
    fn hostile_texts_take_linear_time() {
        for piece in [
            "1",
            "1 ",
            "1-",
            "1.",
            "+",
            "+1",
            "@",
            "a@",
            "a.",
            "a@a.",
            "http://",
            "://",
            "www.",
            ":",
            "1:",
            "::",
            "a:",
            "A",
            "DE12 ",
            "(",
            "(1",
            "((",
            "born ",
            "0x",
            "eyJ",
            "eyJ.",
            "sk-",
            "bc1",
            "1111-",
            "-----BEGIN ",
            "°",
            "1°",
            "12.3456, ",
            "\u{a0}1",
            "é@",
            "/",
            "1/",
            "AB 12 ",
            "tel ",
            "a:b@",
            "%",
            "[",
            "born 1.1.",
            "\u{ff11}",
            "1 2 3 4 5 6 7 8 9 0 ",
            "0 0 ",
            "12 34 ",
            "(030) ",
        ] {
            let text = piece.repeat(300_000 / piece.len());
            for found in patterns(&text) {
                assert!(found.range.end <= text.len());
            }
        }
    }

    /// Numbers have many more places to look at than prose, and each must cost
    /// little: a text of them takes no more than a small multiple.
    #[cfg(not(target_arch = "wasm32"))]
    #[test]
    fn numbers_take_little_more_time_than_prose() {
        let time = |piece: &str| {
            let text = piece.repeat(400_000 / piece.len());
            let once = || {
                let start = std::time::Instant::now();
                std::hint::black_box(patterns(&text));
                start.elapsed()
            };
            (0..3).map(|_| once()).min().expect("three of them")
        };
        let prose = time("We met on Tuesday in Lyon, and will talk in June of 2019 at last. ");
        for piece in ["1 2 3 4 5 6 7 8 9 0 ", "0 0 ", "12 34 ", "1-2-3-"] {
            let own = time(piece);
            assert!(own < prose * 30, "{piece:?}: {own:?}, prose: {prose:?}");
        }
    }
}
