//! Which full stops belong to the word before them.

/// What may follow an abbreviation, and so whether a sentence may end with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Abbreviation {
    /// A title: a name follows, never a new sentence ("Mr.", "Gen.").
    Title,
    /// Only before a number, a common word elsewhere ("No. 5", "said no.").
    BeforeNumber,
    /// One capital, or two with a hyphen: an initial before a name, the end of a
    /// sentence elsewhere ("George W. Bush", "J.-P. Roy", "World War I.").
    Initial,
    /// A state, which may be a word with a capital as well ("a Conn. company",
    /// "celebrated Mass.").
    State,
    /// All others ("U.S.", "Inc.", "p.m.", "Jan."): a sentence ends with them
    /// if the next word is one that begins sentences.
    Other,
}

const TITLES: &[&str] = &[
    "mr", "mrs", "ms", "messrs", "dr", "prof", "rev", "hon", "gen", "lt", "col", "sgt", "capt",
    "maj", "cmdr", "adm", "brig", "cpl", "pvt", "sen", "rep", "gov", "amb", "pres", "supt", "vs",
    "st", "ste", "mt", "ft", "fr",
];

const BEFORE_NUMBER: &[&str] = &[
    "no", "nos", "art", "fig", "figs", "vol", "p", "pp", "ch", "sec", "mar", "ca", "c", "approx",
    "est", "nr", "num", "núm", "lok", "bldg", "apt",
];

const OTHERS: &[&str] = &[
    "jan", "feb", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "jr", "sr",
    "inc", "corp", "co", "cos", "ltd", "plc", "bros", "dept", "univ", "assn", "etc", "al", "cf",
    "ave", "blvd", "ph.d",
];

/// With a capital only.
const STATES: &[&str] = &[
    "Ala", "Ariz", "Ark", "Calif", "Colo", "Cong", "Conn", "Del", "Fla", "Ga", "Ill", "Ind", "Kan",
    "Ky", "La", "Mass", "Md", "Mich", "Minn", "Miss", "Mo", "Mont", "Neb", "Nev", "Okla", "Ore",
    "Pa", "Penn", "Tenn", "Tex", "Va", "Vt", "Wash", "Wis", "Wyo",
];

/// Streets, saints, titles, companies and first names of elsewhere and of long
/// ago, in these letters only: `BD` and `AV` are other things.
const ELSEWHERE: &[&str] = &[
    "ul", "Ul", "Str", "av", "Av", "Avda", "Bd", "Bv", "Calz", "Brgy", "Sta", "Sto", "św", "Św",
    "Dra", "Srta", "Dott", "mgr", "dhr", "Sdn", "SDN", "Bhd", "BHD", "Pte", "PTE", "Pty", "PTY",
    "Gebr", "Hnos", "Soc", "Coop", "Agr", "Wm", "Jno", "Jas", "Chas", "Thos", "Saml", "Nathl",
    "Eliz", "Benj", "Robt", "Edw",
];

/// The longest abbreviation in bytes: a look at all of a long run for each of
/// its full stops would take quadratic time.
const LONGEST: usize = 40;

impl Abbreviation {
    /// What `word`, with its full stop, abbreviates. Of a hyphenated word the
    /// last part counts ("anti-U.S.", "Lt.-Gen.", "Karl-Marx-Str."); if that is
    /// one letter, what is before it has to be an initial too ("J.-P.").
    pub(super) fn of(word: &str) -> Option<Self> {
        if word.len() > LONGEST {
            return None;
        }
        let stem = word.strip_suffix('.')?;
        if let Some((first, last)) = stem.rsplit_once('-') {
            let lower = last.to_lowercase();
            return match Self::of_letters(last) {
                Some(Self::Initial) => Self::of(first).filter(|own| *own == Self::Initial),
                None if is_street(&lower) => Some(Self::BeforeNumber),
                None => (first.ends_with('.') && TITLES.contains(&lower.as_str()))
                    .then_some(Self::Title),
                other => other,
            };
        }
        let lower = stem.to_lowercase();
        let lower = lower.as_str();
        if TITLES.contains(&lower) {
            Some(Self::Title)
        } else if OTHERS.contains(&lower) || ELSEWHERE.contains(&stem) {
            Some(Self::Other)
        } else if STATES.contains(&stem) {
            Some(Self::State)
        } else if BEFORE_NUMBER.contains(&lower) && !stem.chars().all(char::is_uppercase)
            || is_street(lower)
        {
            Some(Self::BeforeNumber)
        } else {
            Self::of_letters(stem)
        }
    }

    /// "U.S", "a.m", "J": single letters between full stops.
    fn of_letters(stem: &str) -> Option<Self> {
        let mut letters = 0;
        for part in stem.split('.') {
            let mut chars = part.chars();
            let (Some(letter), None) = (chars.next(), chars.next()) else {
                return None;
            };
            if !letter.is_alphabetic() {
                return None;
            }
            letters += 1;
        }
        match letters {
            1 if stem.chars().all(char::is_uppercase) => Some(Self::Initial),
            1 => None,
            _ => Some(Self::Other),
        }
    }

    /// Whether the full stop is part of the word, before the mark `closing`
    /// that is written onto it, and the run `next` of the same sentence.
    pub(super) fn keeps_stop(self, closing: Option<char>, next: Option<&str>) -> bool {
        match self {
            Self::Title | Self::Other => true,
            Self::BeforeNumber => closing.is_none() && next.is_some_and(starts_with_number),
            Self::Initial | Self::State => match (closing, next) {
                (Some(mark), _) => matches!(mark, ',' | ';' | ':'),
                (None, Some(next)) => {
                    self == Self::State || starts_with_capital(next) || goes_on_for_sure(next)
                }
                (None, None) => false,
            },
        }
    }

    /// Whether a sentence goes on with the run `next` after it.
    pub(super) fn goes_on(self, next: &str) -> bool {
        match self {
            Self::Title => true,
            Self::BeforeNumber => starts_with_number(next),
            Self::Initial => starts_with_capital(next) && !starts_anew(next),
            Self::State | Self::Other => !starts_anew(next),
        }
    }
}

/// "Marktstr.", and "Str." alone.
fn is_street(lower: &str) -> bool {
    lower.ends_with("str")
}

fn starts_with_number(run: &str) -> bool {
    run.starts_with(|c: char| c.is_ascii_digit() || c == '#')
}

/// A quote or bracket before it changes nothing, as in `John J. "Jack" Sheehan`.
/// What does not begin a sentence: "B. Lindahl, C. and", "Lindahl, B. (1998)".
fn goes_on_for_sure(run: &str) -> bool {
    let year = run
        .strip_prefix('(')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    year || run.starts_with('&') || run.starts_with(char::is_lowercase)
}

fn starts_with_capital(run: &str) -> bool {
    run.trim_start_matches(|c: char| !c.is_alphanumeric())
        .starts_with(char::is_uppercase)
}

/// Words that begin a sentence far more often than they follow an
/// abbreviation. A quote or bracket before them changes nothing; a letter with
/// a full stop is an initial ("J. A. Smith").
fn starts_anew(run: &str) -> bool {
    const STARTERS: &[&str] = &[
        "A",
        "After",
        "All",
        "Also",
        "Although",
        "An",
        "And",
        "Another",
        "As",
        "At",
        "Because",
        "Before",
        "Both",
        "But",
        "By",
        "During",
        "Each",
        "Earlier",
        "For",
        "From",
        "He",
        "Her",
        "His",
        "How",
        "However",
        "I",
        "If",
        "In",
        "It",
        "Its",
        "Last",
        "Later",
        "Many",
        "Meanwhile",
        "More",
        "Most",
        "Mr",
        "Mrs",
        "Ms",
        "My",
        "No",
        "Now",
        "On",
        "Other",
        "Our",
        "She",
        "Since",
        "So",
        "Some",
        "That",
        "The",
        "Their",
        "Then",
        "There",
        "These",
        "They",
        "This",
        "Those",
        "To",
        "Under",
        "Until",
        "We",
        "What",
        "When",
        "Where",
        "While",
        "Who",
        "Why",
        "With",
        "Yes",
        "You",
        "Your",
    ];
    let run = run.trim_start_matches(|c: char| !c.is_alphanumeric());
    let end = run.find(|c: char| !c.is_alphanumeric());
    let word = &run[..end.unwrap_or(run.len())];
    let initial = word.len() == 1 && &run[1..] == ".";
    !initial && STARTERS.contains(&word)
}
