//! Tags: BIO labels and the sorted sets of them that a corpus or a head knows.

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
    /// A stored set is not sorted, or holds a tag twice.
    #[error("the tag set is not sorted and free of repetitions")]
    Unsorted,
}

/// A sorted list of distinct tags. A tag's index in it is the row of a head
/// that scores it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct TagSet(Vec<String>);

impl TagSet {
    /// Sorts `labels` (byte order, as Python sorts ASCII) and drops repetitions.
    ///
    /// # Errors
    ///
    /// A label that [`Tag::parse`] refuses, no label, or more than [`MAX_TAGS`].
    pub fn new<S: Into<String>>(labels: impl IntoIterator<Item = S>) -> Result<Self, TagError> {
        let set: std::collections::BTreeSet<String> = labels.into_iter().map(Into::into).collect();
        Self::try_from(set.into_iter().collect::<Vec<_>>())
    }

    /// The number of tags.
    #[expect(clippy::len_without_is_empty, reason = "a tag set is never empty")]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The labels, sorted.
    pub fn labels(&self) -> &[String] {
        &self.0
    }

    /// The label at `index`.
    ///
    /// # Panics
    ///
    /// If `index` is not below [`TagSet::len`].
    pub fn label(&self, index: usize) -> &str {
        &self.0[index]
    }

    /// The tag at `index`, taken apart.
    ///
    /// # Panics
    ///
    /// If `index` is not below [`TagSet::len`].
    pub fn tag(&self, index: usize) -> Tag<'_> {
        Tag::parse(&self.0[index]).expect("a tag set holds only tags that parse")
    }

    /// The index of `label`, if the set has it.
    pub fn index(&self, label: &str) -> Option<usize> {
        self.0.binary_search_by(|own| own.as_str().cmp(label)).ok()
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
        for label in &labels {
            Tag::parse(label)?;
        }
        if labels.windows(2).any(|pair| pair[0] >= pair[1]) {
            return Err(TagError::Unsorted);
        }
        Ok(Self(labels))
    }
}

impl From<TagSet> for Vec<String> {
    fn from(set: TagSet) -> Self {
        set.0
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn labels_are_taken_apart() {
        assert_eq!(Tag::parse("O"), Ok(Tag::Outside));
        assert_eq!(Tag::parse("B-geo"), Ok(Tag::Begin("geo")));
        assert_eq!(Tag::parse("I-a-b"), Ok(Tag::Inside("a-b")));
        for bad in ["", "o", "B", "B-", "E-geo", "geo", "B-a b", "B-a\u{7}", "-"] {
            assert!(Tag::parse(bad).is_err(), "{bad:?} was accepted");
        }
    }

    #[test]
    fn sets_are_sorted_and_checked() {
        let set = TagSet::new(["O", "I-geo", "B-geo", "O"]).unwrap();
        assert_eq!(set.labels(), ["B-geo", "I-geo", "O"]);
        assert_eq!(set.index("O"), Some(2));
        assert_eq!(set.index("B-per"), None);
        assert_eq!(set.kinds(), ["geo"]);
        assert!(serde_json::from_str::<TagSet>(r#"["O","B-geo"]"#).is_err());
        assert!(serde_json::from_str::<TagSet>("[]").is_err());
    }
}
