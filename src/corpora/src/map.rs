//! Entity types of one corpus read as those of another: `geo=LOC,gpe=LOC`.

use std::fmt;
use std::str::FromStr;

use nerite::{Tag, TagError, TagSet};

use crate::Corpus;

/// What stands for all types that are not named.
const REST: &str = "*";
/// The target of a type that is dropped.
const DROPPED: &str = "O";

/// Which type each type of a corpus becomes. Written as `geo=LOC,gpe=LOC,per=PER`;
/// `LOC` and `PER` stay themselves, and any other type that is left out becomes
/// `O`, or stays as it is if `*=*` is among the pairs. `x=O` drops a type by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypeMap {
    /// Type and what it becomes, in the order given, each type once.
    pairs: Vec<(String, String)>,
    /// Whether types that are left out stay as they are.
    keeps_rest: bool,
}

/// Why a map of types could not be read or applied.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum MapError {
    /// A pair without `=`, or an empty map.
    #[error(
        "found {0:?}, expected pairs of types like geo=LOC,per=PER, with *=* to keep all others"
    )]
    Pair(String),
    /// A name that no tag can have.
    #[error("found the type {0:?}, expected a name without spaces that fits into a tag")]
    Type(String),
    /// `*` with anything but `*`.
    #[error("found {0:?}, expected *=*, which keeps the types that are not named")]
    Rest(String),
    /// A type has two targets.
    #[error("found the type {0:?} twice, expected it once")]
    Repeated(String),
    /// Nothing of the corpus is mapped to a type.
    #[error(
        "found none of the map's types in the corpus (the map names {named}, the corpus has {found}), \
         expected at least one"
    )]
    Nothing {
        /// The types that the map names, separated by commas.
        named: String,
        /// The types of the corpus, separated by commas.
        found: String,
    },
    /// The tags that came out are no set of tags.
    #[error(transparent)]
    Tags(#[from] TagError),
}

impl FromStr for TypeMap {
    type Err = MapError;

    fn from_str(text: &str) -> Result<Self, MapError> {
        let mut map = Self::default();
        for pair in text.split(',') {
            let (from, to) = pair
                .trim()
                .split_once('=')
                .ok_or_else(|| MapError::Pair(pair.trim().to_owned()))?;
            if from == REST || to == REST {
                if from != to || map.keeps_rest {
                    return Err(MapError::Rest(pair.trim().to_owned()));
                }
                map.keeps_rest = true;
                continue;
            }
            for name in [from, to] {
                if name.is_empty() || Tag::parse(&format!("B-{name}")).is_err() {
                    return Err(MapError::Type(name.to_owned()));
                }
            }
            if map.pairs.iter().any(|(own, _)| own == from) {
                return Err(MapError::Repeated(from.to_owned()));
            }
            map.pairs.push((from.to_owned(), to.to_owned()));
        }
        Ok(map)
    }
}

/// As it is given on the command line.
impl fmt::Display for TypeMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs = self.pairs.iter().map(|(from, to)| format!("{from}={to}"));
        let rest = self.keeps_rest.then(|| format!("{REST}={REST}"));
        f.write_str(&pairs.chain(rest).collect::<Vec<_>>().join(","))
    }
}

impl TypeMap {
    /// The map that keeps these types and drops all others.
    ///
    /// # Errors
    ///
    /// [`MapError::Type`] or [`MapError::Repeated`].
    pub fn keeping<'a>(kinds: impl IntoIterator<Item = &'a str>) -> Result<Self, MapError> {
        let pairs: Vec<String> = kinds
            .into_iter()
            .map(|kind| format!("{kind}={kind}"))
            .collect();
        pairs.join(",").parse()
    }

    /// What entities of the type `kind` become; `None` if they are dropped.
    pub fn target<'a>(&'a self, kind: &'a str) -> Option<&'a str> {
        let named = self.pairs.iter().find(|(from, _)| from == kind);
        let stays = || self.keeps_rest || self.pairs.iter().any(|(_, to)| to == kind);
        named
            .map(|(_, to)| to.as_str())
            .or_else(|| stays().then_some(kind))
            .filter(|to| *to != DROPPED)
    }

    /// The types that the map names and `corpus` does not have: they may be
    /// mistyped, or merely rare.
    pub fn missing(&self, corpus: &Corpus) -> Vec<&str> {
        let found = corpus.tags.kinds();
        let named = self.pairs.iter().map(|(from, _)| from.as_str());
        named.filter(|from| !found.contains(from)).collect()
    }

    /// `corpus` with its types mapped. Entities that stand side by side stay
    /// two, even where they become one type.
    ///
    /// # Errors
    ///
    /// [`MapError::Nothing`] if the corpus has entities and none of them is
    /// mapped to a type.
    pub fn apply(&self, corpus: &Corpus) -> Result<Corpus, MapError> {
        let kinds = corpus.tags.kinds();
        if !kinds.is_empty() && kinds.iter().all(|kind| self.target(kind).is_none()) {
            let named: Vec<&str> = self.pairs.iter().map(|(from, _)| from.as_str()).collect();
            return Err(MapError::Nothing {
                named: named.join(", "),
                found: kinds.join(", "),
            });
        }
        let sentences = corpus.sentences.iter();
        let labels: Vec<String> = sentences
            .flat_map(|own| self.labels(&corpus.tags, own.tags.iter().map(|tag| usize::from(*tag))))
            .collect();
        let tags = TagSet::new(labels.iter().map(String::as_str))?;
        let mut mapped = corpus.clone();
        let words = mapped.sentences.iter_mut().flat_map(|own| &mut own.tags);
        for (tag, label) in words.zip(&labels) {
            let index = tags.index(label).expect("the set is made of the labels");
            *tag = u16::try_from(index).expect("a tag set holds at most 1,024 tags");
        }
        mapped.tags = tags;
        Ok(mapped)
    }

    /// All tags that sentences tagged with `tags` may have once they are mapped.
    ///
    /// # Errors
    ///
    /// More of them than a set may hold.
    pub fn tags(&self, tags: &TagSet) -> Result<TagSet, MapError> {
        let kinds = tags.kinds();
        let targets = kinds.iter().filter_map(|kind| self.target(kind));
        let labels = targets.flat_map(|to| [format!("B-{to}"), format!("I-{to}")]);
        Ok(TagSet::new(labels.chain([DROPPED.to_owned()]))?)
    }

    /// The mapped labels of one sentence, whose tags are indices into `tags`.
    pub fn labels(&self, tags: &TagSet, sentence: impl IntoIterator<Item = usize>) -> Vec<String> {
        let mut before = Tag::Outside;
        let labels = sentence.into_iter().map(|tag| {
            let tag = tags.tag(tag);
            let label = self.label(before, tag);
            before = tag;
            label
        });
        labels.collect()
    }

    /// The label of a word with `tag` behind a word with the tag `before`.
    fn label(&self, before: Tag<'_>, tag: Tag<'_>) -> String {
        let Some(to) = tag.kind().and_then(|kind| self.target(kind)) else {
            return DROPPED.to_owned();
        };
        let goes_on = before.kind() == tag.kind();
        let begins = match tag {
            Tag::Inside(_) => {
                !goes_on && before.kind().and_then(|kind| self.target(kind)) == Some(to)
            }
            _ => true,
        };
        format!("{}-{to}", if begins { 'B' } else { 'I' })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{read, shown};

    #[test]
    fn types_are_renamed_joined_dropped_and_kept() {
        let corpus =
            read("a B-geo\nb I-geo\nc B-gpe\nd B-per\ne O\nf B-art\ng B-gpe\n\nh B-geo\ni B-gpe\n")
                .unwrap();
        for (map, expected) in [
            (
                "geo=LOC,gpe=LOC",
                [
                    "a/B-LOC b/I-LOC c/B-LOC d/O e/O f/O g/B-LOC",
                    "h/B-LOC i/B-LOC",
                ],
            ),
            (
                "LOC=geo,gpe=geo",
                [
                    "a/B-geo b/I-geo c/B-geo d/O e/O f/O g/B-geo",
                    "h/B-geo i/B-geo",
                ],
            ),
            (
                "geo=LOC, *=*",
                [
                    "a/B-LOC b/I-LOC c/B-gpe d/B-per e/O f/B-art g/B-gpe",
                    "h/B-LOC i/B-gpe",
                ],
            ),
            (
                "*=*,art=O,gpe=geo",
                [
                    "a/B-geo b/I-geo c/B-geo d/B-per e/O f/O g/B-geo",
                    "h/B-geo i/B-geo",
                ],
            ),
        ] {
            let mapped = map.parse::<TypeMap>().unwrap().apply(&corpus).unwrap();
            let words: Vec<String> = shown(&mapped)
                .into_iter()
                .map(|line| line.rsplit_once(": ").unwrap().1.to_owned())
                .collect();
            assert_eq!(words, expected, "{map}");
        }
    }

    #[test]
    fn maps_are_shown_as_they_are_read() {
        for map in ["geo=LOC", "geo=LOC,per=PER,*=*", "*=*", "a-b=c=d"] {
            assert_eq!(map.parse::<TypeMap>().unwrap().to_string(), map);
        }
        let map: TypeMap = "geo=LOC,nat=O".parse().unwrap();
        assert_eq!(map.target("geo"), Some("LOC"));
        assert_eq!((map.target("nat"), map.target("per")), (None, None));
        assert_eq!(map.target("LOC"), Some("LOC"));
        let kept = TypeMap::keeping(["PER", "LOC"]).unwrap();
        assert_eq!(
            (kept.target("LOC"), kept.target("ORG")),
            (Some("LOC"), None)
        );
        let tags = TagSet::new(["B-geo", "I-geo", "B-nat"]).unwrap();
        assert_eq!(map.tags(&tags).unwrap().labels(), ["B-LOC", "I-LOC", "O"]);
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for (map, expected) in [
            ("", MapError::Pair(String::new())),
            ("geo=LOC,", MapError::Pair(String::new())),
            ("geo:LOC", MapError::Pair("geo:LOC".into())),
            ("geo=", MapError::Type(String::new())),
            ("=LOC", MapError::Type(String::new())),
            ("geo=a b", MapError::Type("a b".into())),
            ("*=LOC", MapError::Rest("*=LOC".into())),
            ("geo=*", MapError::Rest("geo=*".into())),
            ("geo=LOC,geo=PER", MapError::Repeated("geo".into())),
        ] {
            assert_eq!(map.parse::<TypeMap>(), Err(expected), "{map}");
        }
        let corpus = read("a B-geo\nb B-per\n").unwrap();
        let map: TypeMap = "PER=person,LOC=place".parse().unwrap();
        assert_eq!(map.missing(&corpus), ["PER", "LOC"]);
        assert_eq!(
            map.apply(&corpus).unwrap_err().to_string(),
            "found none of the map's types in the corpus (the map names PER, LOC, the corpus has \
             geo, per), expected at least one"
        );
        let plain = read("a O\n").unwrap();
        assert_eq!(map.apply(&plain).unwrap().tags.labels(), ["O"]);
    }
}
