//! What templates and exchanged names draw from: the lists, and the names that
//! the train part itself holds.

use rand::RngCore;
use rand_chacha::ChaCha8Rng;

use super::lists::{
    ABROAD, COMPANY, DAY, FIRST, FORM, FOUNDER, INSTITUTION, LANDSCAPE, LAST, NAMED, OFFICE,
    ORGANIZATIONS, PARTICLE, PLACES, STREET, TEAM, TIME, TRADE,
};
use super::terms::Terms;
use super::values::{filled, value};
use super::{GivenNames, Role, Roles, Tagged};

/// The corpus's names, by what they are, and its tags.
pub(super) struct Names<'a> {
    pub(super) roles: Roles,
    given: &'a GivenNames,
    persons: Vec<String>,
    places: Vec<String>,
    organizations: Vec<String>,
    terms: Terms,
}

/// One of `list`.
pub(super) fn pick<'a, S: AsRef<str>>(list: &'a [S], random: &mut ChaCha8Rng) -> &'a str {
    list[below(list.len(), random)].as_ref()
}

/// How often a name is of a given list rather than of our own.
const PERCENT_GIVEN: usize = 60;

/// One of a given list, or of our own. Without a given one nothing is drawn for
/// the choice: what was made before there were such lists stays the same.
fn one_of<'a>(given: &'a [String], own: &[&'static str], random: &mut ChaCha8Rng) -> &'a str {
    if !given.is_empty() && chance(PERCENT_GIVEN, random) {
        return pick(given, random);
    }
    own[below(own.len(), random)]
}

/// A number below `count`, which is small.
pub(super) fn below(count: usize, random: &mut ChaCha8Rng) -> usize {
    (random.next_u64() % count as u64) as usize
}

/// True in `percent` of 100 cases.
pub(super) fn chance(percent: usize, random: &mut ChaCha8Rng) -> bool {
    below(100, random) < percent
}

impl<'a> Names<'a> {
    /// Collects the names of `sentences`, each as often as it stands there.
    pub(super) fn of(sentences: &[Tagged], roles: &Roles, given: &'a GivenNames) -> Self {
        let collect = |role: Option<Role>| {
            let mut found = Vec::new();
            let Some(role) = role else { return found };
            for sentence in sentences {
                let mut open: Option<Vec<&str>> = None;
                let mut close = |open: &mut Option<Vec<&str>>| {
                    // Longer ones are mostly mistakes or titles.
                    found.extend(
                        open.take()
                            .filter(|own| own.len() <= 5)
                            .map(|own| own.join(" ")),
                    );
                };
                for (word, &tag) in sentence.words.iter().zip(&sentence.tags) {
                    if tag == role.begin {
                        close(&mut open);
                        open = Some(vec![word]);
                    } else if tag == role.inside && open.is_some() {
                        open.as_mut().expect("it is open").push(word);
                    } else {
                        close(&mut open);
                    }
                }
                close(&mut open);
            }
            // What begins with an @ or is hidden in an address fits no template.
            found.retain(|name| name.chars().next().is_some_and(char::is_alphanumeric));
            found
        };
        // Some corpora count a title in ("Mr. Bush"); templates have their own.
        let mut persons = collect(roles.person);
        persons.retain(|name| !OFFICE.contains(&name.split(' ').next().expect("a first part")));
        Self {
            roles: *roles,
            given,
            persons,
            places: collect(roles.place),
            organizations: collect(roles.organization),
            terms: Terms::of(sentences, roles),
        }
    }

    fn first(&self, random: &mut ChaCha8Rng) -> &'a str {
        one_of(&self.given.first, FIRST, random)
    }

    fn last(&self, random: &mut ChaCha8Rng) -> &'a str {
        one_of(&self.given.last, LAST, random)
    }

    /// A full name: invented, sometimes with an initial, or the corpus's.
    pub(super) fn person(&self, random: &mut ChaCha8Rng) -> String {
        if !self.persons.is_empty() && chance(35, random) {
            return pick(&self.persons, random).to_owned();
        }
        let (first, last) = (self.first(random), self.last(random));
        match below(20, random) {
            0 => format!("{first} {}. {last}", filled("@", random)),
            1 => format!("{}. {last}", filled("@", random)),
            2 => format!("{last}, {first}"),
            3 => format!("{first} {last}-{}", self.last(random)),
            4 => format!("{first} {} {last}", pick(PARTICLE, random)),
            _ => format!("{first} {last}"),
        }
    }

    /// A place: of the list, or the corpus's.
    pub(super) fn place(&self, random: &mut ChaCha8Rng) -> String {
        if !self.places.is_empty() && chance(40, random) {
            return pick(&self.places, random).to_owned();
        }
        if chance(8, random) {
            return pick(LANDSCAPE, random).replace('^', self.last(random));
        }
        self.listed_place(random).into()
    }

    /// An organization: invented, of the list, or the corpus's.
    pub(super) fn organization(&self, random: &mut ChaCha8Rng) -> String {
        if !self.organizations.is_empty() && chance(35, random) {
            return pick(&self.organizations, random).to_owned();
        }
        if !self.given.organizations.is_empty() && chance(PERCENT_GIVEN, random) {
            return pick(&self.given.organizations, random).to_owned();
        }
        let named = |patterns, random: &mut ChaCha8Rng| {
            pick(patterns, random).replace('^', self.last(random))
        };
        match below(17, random) {
            0..3 => pick(ORGANIZATIONS, random).into(),
            3 | 4 => pick(INSTITUTION, random).replace('%', self.listed_place(random)),
            5 => named(NAMED, random),
            6 => format!("{} & {}", self.last(random), self.last(random)),
            7 => format!("{} {}", pick(COMPANY, random), pick(TRADE, random)),
            8 => named(FOUNDER, random),
            9 => format!("{} {}", named(FOUNDER, random), pick(FORM, random)),
            10 => invented(random),
            11 => format!("{} {}", invented(random), pick(TRADE, random)),
            12 => format!("{} {}", invented(random), pick(FORM, random)),
            13 => format!("{} {}", pick(COMPANY, random), pick(FORM, random)),
            14 => format!(
                "{} {} {}",
                self.last(random),
                pick(TRADE, random),
                pick(FORM, random)
            ),
            _ => format!(
                "{} {} {}",
                pick(COMPANY, random),
                pick(TRADE, random),
                pick(FORM, random)
            ),
        }
    }

    fn listed_place(&self, random: &mut ChaCha8Rng) -> &'a str {
        one_of(&self.given.places, PLACES, random)
    }

    /// A street, most often with a house number.
    fn street(&self, random: &mut ChaCha8Rng) -> String {
        let named = |patterns, random: &mut ChaCha8Rng| {
            pick(patterns, random).replace('^', self.last(random))
        };
        let number = value("house", random);
        match below(8, random) {
            0 => named(STREET, random),
            1..6 => format!("{number} {}", named(STREET, random)),
            _ => format!("{} {number}", named(ABROAD, random)),
        }
    }

    fn team(&self, random: &mut ChaCha8Rng) -> String {
        if chance(25, random) {
            return invented(random);
        }
        pick(TEAM, random).replace('%', self.listed_place(random))
    }

    /// A person as lists of references have one: the family name first.
    fn cited(&self, random: &mut ChaCha8Rng) -> String {
        let last = self.last(random);
        match below(8, random) {
            0 => format!("{last}, {}", filled("@. @.", random)),
            1 => format!(
                "{} {last}, {}",
                pick(PARTICLE, random),
                filled("@.", random)
            ),
            2 => format!("{last}-{}, {}", self.last(random), filled("@. @.", random)),
            3 | 4 => format!("{} {last}", filled("@.", random)),
            5 | 6 => format!("{last}, {}", self.first(random)),
            _ => format!("{last}, {}", filled("@.", random)),
        }
    }

    /// A person whose other name stands in the middle.
    fn nicked(&self, random: &mut ChaCha8Rng) -> String {
        let [first, nick] = [self.first(random), self.first(random)];
        format!("{first} \"{nick}\" {}", self.last(random))
    }

    /// Whether the tag goes on with a name.
    pub(super) fn goes_on(&self, tag: u16) -> bool {
        self.roles.all().any(|role| role.inside == tag)
    }

    /// What fills a hole, and the role that it has, if it is an entity.
    pub(super) fn fill(&self, hole: &str, random: &mut ChaCha8Rng) -> (String, Option<Role>) {
        let roles = &self.roles;
        match hole {
            "per" => (self.person(random), roles.person),
            "cited" => (self.cited(random), roles.person),
            "first" => (self.first(random).into(), roles.person),
            "last" => (self.last(random).into(), roles.person),
            "loc" => (self.place(random), roles.place),
            "org" => (self.organization(random), roles.organization),
            "brand" => (brand(random), roles.organization),
            "team" => (self.team(random), roles.organization),
            "band" => (self.terms.band(random), roles.organization),
            "nicked" => (self.nicked(random), roles.person),
            "percaps" => (self.person(random).to_uppercase(), roles.person),
            "lastcaps" => (self.last(random).to_uppercase(), roles.person),
            "loccaps" => (self.place(random).to_uppercase(), roles.place),
            "orgcaps" => (self.organization(random).to_uppercase(), roles.organization),
            "brandcaps" => (brand(random).to_uppercase(), roles.organization),
            "term" => (self.terms.term(random), None),
            "identifier" => (self.terms.identifier(random), None),
            "street" => (self.street(random), roles.place),
            "time" => (pick(TIME, random).into(), roles.time),
            "day" => (pick(DAY, random).into(), roles.time),
            "year" => (filled(pick(&["19##", "20##"], random), random), roles.time),
            other => (value(other, random), None),
        }
    }
}

/// A word that nobody knows, as new companies are called.
fn invented(random: &mut ChaCha8Rng) -> String {
    const SYLLABLES: [&str; 32] = [
        "va", "zo", "ri", "ka", "lu", "mo", "ten", "dra", "phi", "qui", "sol", "ver", "nex", "lin",
        "tra", "bo", "cy", "do", "fen", "gal", "hy", "jo", "kel", "lo", "mer", "ny", "or", "pra",
        "so", "tis", "ul", "xe",
    ];
    const ENDINGS: [&str; 12] = [
        "", "a", "x", "io", "ly", "ra", "tis", "on", "eo", "ity", "go", "us",
    ];
    let count = 2 + below(2, random);
    let mut word: String = (0..count).map(|_| pick(&SYLLABLES, random)).collect();
    word.push_str(pick(&ENDINGS, random));
    word[..1].make_ascii_uppercase();
    word
}

/// A company as people call it, without its form.
fn brand(random: &mut ChaCha8Rng) -> String {
    if chance(50, random) {
        invented(random)
    } else {
        pick(&[COMPANY, ORGANIZATIONS].concat(), random).into()
    }
}
