//! What templates hold that is no entity: addresses, numbers, positions.

use rand_chacha::ChaCha8Rng;

use super::lists::{
    COMPANY, DOMAIN, FIRST, LAST, NATIONALITY, PART, PLACES, POSITION, POST, PRODUCT, SHORT, TITLE,
    TOPIC,
};
use super::names::{below, pick};

/// Each `#` of a pattern a digit, each `@` a capital letter, each `*` a small
/// one.
pub(super) fn filled(pattern: &str, random: &mut ChaCha8Rng) -> String {
    let letter = |first: u8, random: &mut ChaCha8Rng| char::from(first + below(26, random) as u8);
    pattern
        .chars()
        .map(|c| match c {
            '#' => char::from(b'0' + below(10, random) as u8),
            '@' => letter(b'A', random),
            '*' => letter(b'a', random),
            c => c,
        })
        .collect()
}

/// A value that is no entity.
pub(super) fn value(hole: &str, random: &mut ChaCha8Rng) -> String {
    let small = |name: &str| -> String {
        name.to_lowercase()
            .chars()
            .filter(char::is_ascii_alphabetic)
            .collect()
    };
    match hole {
        "mail" => {
            let (first, last) = (small(pick(FIRST, random)), small(pick(LAST, random)));
            let domain = pick(DOMAIN, random);
            match below(5, random) {
                0 => format!("{first}@{domain}"),
                1 => format!("{last}{}@{domain}", filled("##", random)),
                2 => format!("info@{}.com", small(pick(COMPANY, random))),
                _ => format!("{first}.{last}@{domain}"),
            }
        }
        "url" => match below(5, random) {
            0 => filled("https://t.co/*@#*@*#@*", random),
            1 => format!("www.{}.com", small(pick(COMPANY, random))),
            2 => format!(
                "{}.com/{}",
                small(pick(COMPANY, random)),
                small(pick(PLACES, random))
            ),
            3 => filled("http://bit.ly/@#*@**", random),
            _ => format!(
                "https://www.{}.org/{}?id={}",
                small(pick(COMPANY, random)),
                small(pick(LAST, random)),
                filled("####", random)
            ),
        },
        "phone" => filled(
            pick(
                &[
                    "+1 (###) 555-01##",
                    "(###) 555-01##",
                    "+49 30 #######",
                    "020 7946 0###",
                    "+33 1 ## ## ## ##",
                    "###-555-01##",
                    "+82 10-####-####",
                    "0#### ######",
                    "+44 20 7946 0###",
                    "555-01##",
                ],
                random,
            ),
            random,
        ),
        "account" => filled(
            pick(
                &[
                    "DE## #### #### #### #### ##",
                    "GB## @@@@ #### #### #### ##",
                    "FR######################",
                    "4### #### #### ####",
                    "NL## @@@@ #### #### ##",
                    "##########",
                ],
                random,
            ),
            random,
        ),
        "amount" => filled(
            pick(
                &[
                    "$#,###.##",
                    "$##",
                    "EUR ###.##",
                    "€#,###",
                    "£##.##",
                    "#.### €",
                    "USD ##,###",
                    "##%",
                ],
                random,
            ),
            random,
        ),
        "number" => filled(
            pick(&["#", "##", "###", "####", "#####", "##-####"], random),
            random,
        ),
        "code" => filled(
            pick(
                &[
                    "@@####",
                    "@#@#@#",
                    "**#*#**_**",
                    "@@-####-@",
                    "x#*#*#*",
                    "@@@###",
                ],
                random,
            ),
            random,
        ),
        "house" => filled(pick(&["#", "##", "##", "###", "##@"], random), random),
        "position" => pick(POSITION, random).into(),
        "topic" => pick(TOPIC, random).into(),
        "title" => pick(TITLE, random).into(),
        "nationality" => pick(NATIONALITY, random).into(),
        "product" => pick(PRODUCT, random).into(),
        "class" => format!("{}{}", pick(PART, random), pick(PART, random)),
        "short" => pick(SHORT, random).into(),
        "post" => pick(POST, random).into(),
        other => unreachable!("no template has the hole {other}"),
    }
}
