//! Tags: BIO labels, and the sets of labels that a corpus or a head knows.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The most tags a set may hold. Corpora have tens; the bound keeps a hostile
/// head or corpus from asking for a table of any size.
pub const MAX_TAGS: usize = 1024;

/// The longest tag, in bytes.
const MAX_TAG_BYTES: usize = 100;

/// A BIO label taken apart: where a word stands in an entity, and of which type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tag<'a> {
    /// `O`: the word belongs to no entity.
    Outside,
    /// `B-x`: the first word of an entity of type `x`.
    Begin(&'a str),
    /// `I-x`: a later word of an entity of type `x`.
    Inside(&'a str),
}

impl<'a> Tag<'a> {
    /// Reads `O`, `B-x` or `I-x`.
    ///
    /// # Errors
    ///
    /// [`TagError::Malformed`] for anything else, including an empty type,
    /// white space or control characters in it, and more than 100 bytes.
    pub fn parse(label: &'a str) -> Result<Self, TagError> {
        let malformed = || TagError::Malformed(label.chars().take(40).collect());
        if label == "O" {
            return Ok(Self::Outside);
        }
        if label.len() > MAX_TAG_BYTES {
            return Err(malformed());
        }
        let (prefix, kind) = label.split_once('-').ok_or_else(malformed)?;
        if kind.is_empty() || kind.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(malformed());
        }
        match prefix {
            "B" => Ok(Self::Begin(kind)),
            "I" => Ok(Self::Inside(kind)),
            _ => Err(malformed()),
        }
    }

    /// The entity type, `None` for `O`.
    pub fn kind(self) -> Option<&'a str> {
        match self {
            Self::Outside => None,
            Self::Begin(kind) | Self::Inside(kind) => Some(kind),
        }
    }
}

impl fmt::Display for Tag<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Outside => f.write_str("O"),
            Self::Begin(kind) => write!(f, "B-{kind}"),
            Self::Inside(kind) => write!(f, "I-{kind}"),
        }
    }
}

/// What is wrong with a tag or a set of tags.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TagError {
    /// The label is not `O`, `B-x` or `I-x`.
    #[error("found the tag {0:?}, expected `O`, `B-x` or `I-x` with a type x without spaces")]
    Malformed(String),
    /// The set is empty.
    #[error("a tag set needs at least one tag")]
    Empty,
    /// The set is larger than [`MAX_TAGS`].
    #[error("found more than {MAX_TAGS} different tags")]
    TooMany,
    /// A label is empty, or longer than 100 bytes.
    #[error("found the label {0:?}, expected 1 to {MAX_TAG_BYTES} bytes")]
    Length(String),
    /// A stored set holds a tag twice.
    #[error("found the tag {0:?} twice in a tag set")]
    Repeated(String),
}

choices! {
    /// How the labels of a set say where an entity begins and ends.
    TagScheme, "scheme", {
        Bio = "bio", "`B-x` and `I-x` (IOB1 and IOB2), and `O`.";
        Bioes = "bioes", "`B-x`, `I-x` (or `M-x`), `E-x` for the last and `S-x` for the only one.";
        Bilou = "bilou", "`B-x`, `I-x`, `L-x` for the last and `U-x` for the only one.";
        Bare = "bare", "A label is a type: nothing says where an entity begins.";
    }
}

impl TagScheme {
    /// Of all labels but `O`. Letters count as places only if every label has
    /// one: `E-mail` beside `PERSON` is a type.
    fn of(labels: &[String]) -> Self {
        let types = labels.iter().filter(|label| *label != OUTSIDE);
        let places: Vec<Option<char>> = types
            .map(|label| split(label).map(|(place, _)| place))
            .collect();
        let has = |letters: &str| {
            places
                .iter()
                .flatten()
                .any(|place| letters.contains(*place))
        };
        let all = |letters: &str| {
            let fits = |place: &Option<char>| place.is_some_and(|place| letters.contains(place));
            places.iter().all(fits)
        };
        if all("BI") && !places.is_empty() {
            Self::Bio
        } else if all("BILU") && has("BI") {
            Self::Bilou
        } else if all("BIMESLU") && has("BI") {
            Self::Bioes
        } else if labels
            .iter()
            .any(|label| label.starts_with("B-") || label.starts_with("I-"))
        {
            Self::Bio
        } else {
            Self::Bare
        }
    }
}

/// The label of what belongs to no entity.
const OUTSIDE: &str = "O";
/// The type of entities whose labels (`B`, `I`) name none.
const NAMELESS: &str = "entity";

/// A label's place and type: `B-x`, `B_x`, or `B` alone.
fn split(label: &str) -> Option<(char, &str)> {
    let place = label
        .chars()
        .next()
        .filter(|place| "BIMESLU".contains(*place))?;
    match label[1..].strip_prefix(['-', '_']) {
        Some("") => None,
        Some(kind) => Some((place, kind)),
        None if label.len() == 1 => Some((place, NAMELESS)),
        None => None,
    }
}

/// A label of any scheme taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part<'a> {
    Outside,
    Begin(&'a str),
    Inside(&'a str),
    /// The last one of an entity.
    End(&'a str),
    /// An entity of its own.
    Single(&'a str),
}

/// A list of distinct tags, in the order of whoever made it. A tag's index in
/// it is the row of a head that scores it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct TagSet {
    labels: Vec<String>,
    scheme: TagScheme,
}

impl TagSet {
    /// A corpus's tags: sorts `labels` (byte order, as Python sorts ASCII) and
    /// drops repetitions. A checkpoint's labels, whose order means something,
    /// are read by `try_from`.
    ///
    /// # Errors
    ///
    /// A label that [`Tag::parse`] refuses, no label, or more than [`MAX_TAGS`].
    pub fn new<S: Into<String>>(labels: impl IntoIterator<Item = S>) -> Result<Self, TagError> {
        let set: std::collections::BTreeSet<String> = labels.into_iter().map(Into::into).collect();
        for label in &set {
            Tag::parse(label)?;
        }
        Self::try_from(set.into_iter().collect::<Vec<_>>())
    }

    /// The number of tags.
    #[expect(clippy::len_without_is_empty, reason = "a tag set is never empty")]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// The labels, in order.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The label at `index`.
    ///
    /// # Panics
    ///
    /// If `index` is not below [`TagSet::len`].
    pub fn label(&self, index: usize) -> &str {
        &self.labels[index]
    }

    /// How the labels mark where entities begin and end.
    pub fn scheme(&self) -> TagScheme {
        self.scheme
    }

    /// The tag at `index` as BIO has it: the end of an entity is inside of it,
    /// an entity of its own begins one, and a bare type is inside of one.
    ///
    /// # Panics
    ///
    /// If `index` is not below [`TagSet::len`].
    pub fn tag(&self, index: usize) -> Tag<'_> {
        match self.part(index) {
            Part::Outside => Tag::Outside,
            Part::Begin(kind) | Part::Single(kind) => Tag::Begin(kind),
            Part::Inside(kind) | Part::End(kind) => Tag::Inside(kind),
        }
    }

    /// The tag at `index` as its own scheme means it.
    ///
    /// # Panics
    ///
    /// If `index` is not below [`TagSet::len`].
    pub(crate) fn part(&self, index: usize) -> Part<'_> {
        let label = self.labels[index].as_str();
        if label == OUTSIDE {
            return Part::Outside;
        }
        let own = split(label).filter(|(place, _)| match self.scheme {
            TagScheme::Bare => false,
            // Where other labels are bare, only what Python takes for BIO is.
            TagScheme::Bio => "BI".contains(*place),
            TagScheme::Bioes | TagScheme::Bilou => true,
        });
        match own {
            None => Part::Inside(label),
            Some(('B', kind)) => Part::Begin(kind),
            Some(('E' | 'L', kind)) => Part::End(kind),
            Some(('S' | 'U', kind)) => Part::Single(kind),
            Some((_, kind)) => Part::Inside(kind),
        }
    }

    /// The index of `label`, if the set has it.
    pub fn index(&self, label: &str) -> Option<usize> {
        self.labels.iter().position(|own| own == label)
    }

    /// Whether all labels are `O`, `B-x` and `I-x`, as a corpus's are.
    pub fn is_bio(&self) -> bool {
        self.labels.iter().all(|label| Tag::parse(label).is_ok())
    }

    /// The entity types, sorted.
    pub fn kinds(&self) -> Vec<&str> {
        let kinds: std::collections::BTreeSet<_> = (0..self.len())
            .filter_map(|index| self.tag(index).kind())
            .collect();
        kinds.into_iter().collect()
    }
}

impl TryFrom<Vec<String>> for TagSet {
    type Error = TagError;

    fn try_from(labels: Vec<String>) -> Result<Self, TagError> {
        if labels.is_empty() {
            return Err(TagError::Empty);
        }
        if labels.len() > MAX_TAGS {
            return Err(TagError::TooMany);
        }
        let mut seen = std::collections::HashSet::new();
        for label in &labels {
            if !(1..=MAX_TAG_BYTES).contains(&label.len()) {
                return Err(TagError::Length(label.chars().take(40).collect()));
            }
            if !seen.insert(label) {
                return Err(TagError::Repeated(label.clone()));
            }
        }
        let scheme = TagScheme::of(&labels);
        Ok(Self { labels, scheme })
    }
}

impl From<TagSet> for Vec<String> {
    fn from(set: TagSet) -> Self {
        set.labels
    }
}

#[cfg(test)]
mod tests;
