//! Altered copies of train sentences, and texts made of templates: what a
//! corpus of edited prose lacks and visitors paste. Fitting sees them beside
//! the corpus; they are never judged on.

mod copies;
mod given;
mod lists;
mod names;
mod templates;
mod terms;
mod texts;
mod values;

use std::fmt;
use std::str::FromStr;

use nerite::{Tag, TagSet};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use names::Names;

pub use given::{GivenNames, NameFile, NameKind};

nerite::choices! {
    /// A way of making further sentences of a corpus.
    #[derive(PartialOrd, Ord)]
    Augmentation, "kind", {
        Capitals = "capitals", "Copies in capitals, and with every word capitalized.";
        Small = "small", "Copies in small letters.";
        Names = "names", "Copies whose names are exchanged for others.";
        Contacts = "contacts", "Copies with addresses and numbers beside names.";
        Joined = "joined", "Two or three sentences as one sequence.";
        Recut = "recut", "Copies written as running text and cut as a visitor's is.";
        Letters = "letters", "Mail, chat and letters with greetings and closings.";
        Documents = "documents", "CVs, forms, contracts, invoices, headlines.";
        Markup = "markup", "Tables, JSON, HTML and code around names.";
        Plain = "plain", "Texts without any name.";
    }
}

impl Augmentation {
    /// Whether it changes sentences, rather than filling templates.
    fn copies(self) -> bool {
        self <= Self::Recut
    }
}

/// How many further sentences there are of each kind, as shares of the train
/// part; written `capitals=0.1,plain=0.05`, or `all=0.1`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Augmentations(Vec<(Augmentation, f64)>);

impl Augmentations {
    /// Whether nothing is added.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromStr for Augmentations {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut found: Vec<(Augmentation, f64)> = Vec::new();
        for part in text.split(',').filter(|part| !part.is_empty()) {
            let (name, share) = part.split_once('=').ok_or_else(|| {
                format!("found {part:?}, expected a kind and a share as in capitals=0.1")
            })?;
            let share: f64 = share
                .parse()
                .ok()
                .filter(|share| (0.0..=10.0).contains(share))
                .ok_or_else(|| format!("found the share {share:?}, expected 0 to 10"))?;
            let kinds = match name {
                "all" => Augmentation::ALL.to_vec(),
                name => vec![name.parse().map_err(|error| format!("{error}, or all"))?],
            };
            for kind in kinds {
                found.retain(|(own, _)| *own != kind);
                found.push((kind, share));
            }
        }
        found.retain(|(_, share)| *share > 0.0);
        found.sort_by_key(|(kind, _)| *kind);
        Ok(Self(found))
    }
}

impl fmt::Display for Augmentations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = self
            .0
            .iter()
            .map(|(kind, share)| format!("{}={share}", kind.name()))
            .collect();
        f.write_str(&parts.join(","))
    }
}

/// The words of a sentence, and the index of each one's tag in a tag set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tagged {
    /// The words.
    pub words: Vec<String>,
    /// As many tags.
    pub tags: Vec<u16>,
}

/// What was made.
#[derive(Clone, Debug, Default)]
pub struct Made {
    /// Altered copies, each with the index of the sentence that it is (first)
    /// made of: it knows as much of each type as that does.
    pub copies: Vec<(usize, Tagged)>,
    /// Texts of templates, in which persons, places, organizations and times
    /// are labelled.
    pub texts: Vec<Tagged>,
}

/// What types of persons, places, organizations and times are called.
const PERSON: &[&str] = &["per", "person", "pers"];
const PLACE: &[&str] = &["loc", "location", "geo", "gpe", "place"];
const ORGANIZATION: &[&str] = &["org", "organization", "organisation"];
const TIME: &[&str] = &["tim", "time", "date"];

fn is_one_of(kind: &str, names: &[&str]) -> bool {
    names.iter().any(|name| kind.eq_ignore_ascii_case(name))
}

/// Whether templates label entities of this type.
pub(crate) fn is_labelled(kind: &str) -> bool {
    [PERSON, PLACE, ORGANIZATION, TIME]
        .iter()
        .any(|names| is_one_of(kind, names))
}

/// The tags of a set that stand for what templates hold; `None` for what the
/// set does not know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Roles {
    person: Option<Role>,
    place: Option<Role>,
    organization: Option<Role>,
    time: Option<Role>,
}

/// The indices of a type's tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Role {
    begin: u16,
    inside: u16,
}

impl Roles {
    /// Finds types by their usual names, whatever their case.
    pub(crate) fn of(tags: &TagSet) -> Self {
        let role = |names: &[&str]| {
            let kind = tags
                .kinds()
                .into_iter()
                .find(|kind| is_one_of(kind, names))?;
            Some(Role {
                begin: tags.index(&Tag::Begin(kind).to_string())? as u16,
                inside: tags.index(&Tag::Inside(kind).to_string())? as u16,
            })
        };
        Self {
            person: role(PERSON),
            place: role(PLACE),
            organization: role(ORGANIZATION),
            time: role(TIME),
        }
    }

    /// Those that the set knows.
    fn all(&self) -> impl Iterator<Item = Role> {
        let all = [self.person, self.place, self.organization, self.time];
        all.into_iter().flatten()
    }

    /// Whether templates can be filled: they hold all three kinds of names.
    fn names(&self) -> bool {
        self.person.is_some() && self.place.is_some() && self.organization.is_some()
    }
}

/// Makes further sentences of `sentences`, in the same order for the same seed.
/// Names are drawn from `given` lists too, where there are any.
///
/// # Errors
///
/// Kinds that need persons, places and organizations, where the tags have none.
pub fn augment(
    sentences: &[Tagged],
    tags: &TagSet,
    augmentations: &Augmentations,
    given: &GivenNames,
    seed: u64,
) -> Result<Made, String> {
    let roles = Roles::of(tags);
    let outside = tags.index("O").map(|index| index as u16);
    let mut made = Made::default();
    let needs = |kind: Augmentation| !kind.copies() && kind != Augmentation::Plain;
    if let Some((kind, _)) = augmentations.0.iter().find(|(kind, _)| needs(*kind))
        && !roles.names()
    {
        return Err(format!(
            "found the augmentation {:?}, which needs types for persons, places and \
             organizations (PER, LOC, ORG), but the tags have only {}",
            kind.name(),
            tags.kinds().join(", ")
        ));
    }
    let Some(outside) = outside else {
        return Ok(made);
    };
    let names = Names::of(sentences, &roles, given);
    for (number, (kind, share)) in augmentations.0.iter().enumerate() {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(number as u64);
        let count = (sentences.len() as f64 * share).round() as usize;
        if kind.copies() {
            let copies = copies::copies(*kind, sentences, &names, outside, count, &mut random);
            made.copies.extend(copies);
        } else {
            let texts = texts::texts(*kind, &names, outside, count, &mut random);
            made.texts.extend(texts);
        }
    }
    Ok(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags() -> TagSet {
        TagSet::new(["O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-ORG", "I-ORG"]).unwrap()
    }

    fn sentences(tags: &TagSet) -> Vec<Tagged> {
        let sentence = |text: &str| {
            let pairs = text.split(' ').map(|pair| pair.rsplit_once('/').unwrap());
            let (words, labels): (Vec<_>, Vec<_>) = pairs.unzip();
            Tagged {
                words: words.into_iter().map(str::to_owned).collect(),
                tags: labels
                    .into_iter()
                    .map(|label| tags.index(label).unwrap() as u16)
                    .collect(),
            }
        };
        vec![
            sentence("Jane/B-PER Doe/I-PER lives/O in/O Bonn/B-LOC ./O"),
            sentence("She/O works/O at/O Acme/B-ORG Labs/I-ORG ,/O he/O said/O ./O"),
        ]
    }

    #[test]
    fn shares_are_read_as_they_are_shown() {
        let read: Augmentations = "plain=0.05,capitals=0.1".parse().unwrap();
        assert_eq!(read.to_string(), "capitals=0.1,plain=0.05");
        let all: Augmentations = "all=0.1,plain=0".parse().unwrap();
        assert_eq!(all.0.len(), Augmentation::ALL.len() - 1);
        assert!("".parse::<Augmentations>().unwrap().is_empty());
        for bad in ["capitals", "capital=0.1", "plain=-1", "plain=x", "plain=11"] {
            assert!(bad.parse::<Augmentations>().is_err(), "{bad}");
        }
    }

    #[test]
    fn every_kind_makes_sound_sentences_and_the_same_again() {
        let none = GivenNames::default();
        let tags = tags();
        let given = sentences(&tags);
        for &kind in Augmentation::ALL {
            let one: Augmentations = format!("{}=10", kind.name()).parse().unwrap();
            let made = augment(&given, &tags, &one, &none, 1).unwrap();
            let all: Vec<&Tagged> = made
                .copies
                .iter()
                .map(|(_, own)| own)
                .chain(&made.texts)
                .collect();
            assert!(all.len() >= 10, "{kind:?} made {}", all.len());
            let mut entities = 0;
            for own in &all {
                assert_eq!(own.words.len(), own.tags.len());
                assert!(!own.words.is_empty());
                let mut before = Tag::Outside;
                for &tag in &own.tags {
                    let tag = tags.tag(tag.into());
                    if let Tag::Inside(kind) = tag {
                        assert_eq!(before.kind(), Some(kind), "{own:?}");
                    }
                    entities += usize::from(matches!(tag, Tag::Begin(_)));
                    before = tag;
                }
            }
            assert_eq!(entities == 0, kind == Augmentation::Plain, "{kind:?}");
            let again = augment(&given, &tags, &one, &none, 1).unwrap();
            assert_eq!(made.texts, again.texts);
            assert_eq!(made.copies, again.copies);
        }
    }

    #[test]
    fn given_names_are_drawn_from() {
        let tags = tags();
        let given = GivenNames {
            places: vec!["Uqbar".to_owned()],
            ..GivenNames::default()
        };
        let letters = "documents=10".parse().unwrap();
        let made = augment(&sentences(&tags), &tags, &letters, &given, 1).unwrap();
        let holds = |text: &Tagged| text.words.iter().any(|word| word == "Uqbar");
        assert!(made.texts.iter().any(holds));
    }

    #[test]
    fn templates_need_types_for_names() {
        let tags = TagSet::new(["O", "B-Drug", "I-Drug"]).unwrap();
        let letters: Augmentations = "letters=0.1".parse().unwrap();
        let message = augment(&[], &tags, &letters, &GivenNames::default(), 1).unwrap_err();
        assert!(
            message.contains("letters") && message.contains("Drug"),
            "{message}"
        );
        let plain: Augmentations = "capitals=0.1,plain=0.1".parse().unwrap();
        assert!(augment(&[], &tags, &plain, &GivenNames::default(), 1).is_ok());
    }
}
