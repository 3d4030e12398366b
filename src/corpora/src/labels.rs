//! Labels of any scheme, made into IOB2: `B-x`, `I-x`, `O`.
//!
//! What a label's letters mean is decided for a whole file: by all labels that
//! occur (`Style`), and by where `B-x` and `I-x` stand (`evidence`).

mod style;

use std::collections::HashMap;

use nerite::Tag;

use crate::{Problem, Scheme};
use style::Reading;
pub(crate) use style::mark_of;

/// The type of entities that have none in the file; seqeval calls it so, too.
pub(crate) const NAMELESS: &str = "_";

/// How many lines are named that disagree with the rest.
const NAMED: usize = 5;

/// Where a word stands in an entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    Outside,
    Begin,
    Inside,
    End,
    Single,
    /// In an entity, and nothing is said of where: a type without a mark.
    Within,
}

/// A label taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Label<'a> {
    pub(crate) mark: Mark,
    pub(crate) kind: &'a str,
}

const OUTSIDE: Label<'static> = Label {
    mark: Mark::Outside,
    kind: "",
};

pub(crate) fn malformed(label: &str) -> Problem {
    Problem::Tag(nerite::TagError::Malformed(
        label.chars().take(40).collect(),
    ))
}

/// How often entities begin as IOB1 and as IOB2 have them, with the first words
/// of each kind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Evidence {
    /// `B-x` where no entity of the type goes before: IOB1 has `I-x` there.
    pub(crate) begin: Counted,
    /// `I-x` where no entity of the type goes before: IOB2 has `B-x` there.
    pub(crate) inside: Counted,
    /// Whether a mark occurs that only BIOES and its likes have.
    ends: bool,
    /// Whether a type without a mark occurs.
    bare: bool,
}

/// A number of words, and the first of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counted {
    pub(crate) count: usize,
    pub(crate) first: Vec<usize>,
}

impl Counted {
    fn add(&mut self, word: usize) {
        self.count += 1;
        if self.first.len() < NAMED {
            self.first.push(word);
        }
    }

    /// `3 lines (5, 17, 40)`, with the lines of the words.
    pub(crate) fn lines(&self, line: impl Fn(usize) -> usize) -> String {
        let first: Vec<String> = self
            .first
            .iter()
            .map(|&word| line(word).to_string())
            .collect();
        let more = if self.count > first.len() {
            ", …"
        } else {
            ""
        };
        let plural = if self.count == 1 { "" } else { "s" };
        format!("{} line{plural} ({}{more})", self.count, first.join(", "))
    }
}

impl Evidence {
    /// Looks at sentences of labels; words are numbered through all of them.
    fn of<'s>(labels: &[Label<'_>], sentences: impl Iterator<Item = &'s [u16]>) -> Self {
        let mut found = Self::default();
        let mut word = 0;
        for sentence in sentences {
            let mut previous = OUTSIDE;
            for &label in sentence {
                let label = labels[usize::from(label)];
                let follows = previous.mark != Mark::Outside && previous.kind == label.kind;
                match label.mark {
                    Mark::Begin if !follows => found.begin.add(word),
                    Mark::Inside if !follows => found.inside.add(word),
                    Mark::End | Mark::Single => found.ends = true,
                    Mark::Within => found.bare = true,
                    _ => {}
                }
                previous = label;
                word += 1;
            }
        }
        found
    }

    /// The scheme that most entities are in.
    pub(crate) fn scheme(&self) -> Scheme {
        if self.bare {
            Scheme::Io
        } else if self.ends {
            Scheme::Bioes
        } else if self.inside.count > self.begin.count {
            Scheme::Iob1
        } else {
            Scheme::Iob2
        }
    }
}

/// The labels of all words of a file, gold or predicted ones, taken apart.
pub(crate) struct Side<'a> {
    reading: Reading,
    labels: Vec<Label<'a>>,
    pub(crate) evidence: Evidence,
}

/// Labels made IOB2.
pub(crate) struct Converted {
    /// The labels in the order of appearance, and the first word that has each.
    pub(crate) labels: Vec<(String, usize)>,
    /// For each sentence its words' labels, as indices.
    pub(crate) sentences: Vec<Vec<u16>>,
    /// Words whose mark does not fit the one before: they begin an entity now.
    unfit: Counted,
}

impl<'a> Side<'a> {
    /// Takes apart `labels`, all that occur with how often, and looks at the
    /// sentences that are made of them.
    ///
    /// # Errors
    ///
    /// The index of the label that cannot be read, and why.
    pub(crate) fn new<'s>(
        labels: &[(&'a str, usize)],
        sentences: impl Iterator<Item = &'s [u16]>,
        scheme: Option<Scheme>,
    ) -> Result<Self, (usize, Problem)> {
        let reading = Reading::of(labels, scheme)?;
        let labels: Vec<_> = labels.iter().map(|(own, _)| reading.read(own)).collect();
        Ok(Self {
            evidence: Evidence::of(&labels, sentences),
            reading,
            labels,
        })
    }

    /// Makes the labels IOB2.
    pub(crate) fn convert<'s>(
        &self,
        sentences: impl Iterator<Item = &'s [u16]>,
        scheme: Scheme,
    ) -> Converted {
        let mut converted = Converted {
            labels: Vec::new(),
            sentences: Vec::new(),
            unfit: Counted::default(),
        };
        let mut index: HashMap<Tag<'_>, u16> = HashMap::new();
        let mut word = 0;
        for sentence in sentences {
            let mut previous = OUTSIDE;
            let tags = sentence.iter().map(|&label| {
                let label = self.labels[usize::from(label)];
                let (tag, fits) = iob2(previous, label, scheme);
                if !fits {
                    converted.unfit.add(word);
                }
                previous = label;
                let tag = *index.entry(tag).or_insert_with(|| {
                    converted.labels.push((spelled(tag), word));
                    // At most two for each of the file's, of which there are
                    // fewer than 65,536; a set of so many is refused later.
                    (converted.labels.len() - 1) as u16
                });
                word += 1;
                tag
            });
            let tags = tags.collect();
            converted.sentences.push(tags);
        }
        converted
    }

    /// What was found out about the labels, and done to them: `given` is the
    /// scheme that was asked for, `line` tells a word's line.
    pub(crate) fn note(
        &self,
        given: Option<Scheme>,
        scheme: Scheme,
        converted: &Converted,
        line: impl Fn(usize) -> usize,
    ) -> String {
        let mut note = match scheme {
            Scheme::Iob1 => "tags in IOB1, made IOB2".to_owned(),
            Scheme::Iob2 => "tags in IOB2".to_owned(),
            Scheme::Bioes => "tags in BIOES or BILOU, made IOB2".to_owned(),
            Scheme::Io => "tags without B-, made IOB2".to_owned(),
        };
        if let Some(style) = self.reading.note() {
            note += &format!(" ({style})");
        }
        let (disagreeing, what) = match scheme {
            Scheme::Iob1 => (
                &self.evidence.begin,
                "B- where no entity of the type goes before",
            ),
            Scheme::Iob2 => (
                &self.evidence.inside,
                "I- where no entity of the type goes before, kept as it is",
            ),
            Scheme::Bioes | Scheme::Io => (
                &converted.unfit,
                "a mark that goes on where nothing is open: it begins an entity now",
            ),
        };
        if disagreeing.count > 0 && (given.is_none() || scheme == Scheme::Bioes) {
            note += &format!("; {} disagree: {what}", disagreeing.lines(line));
        }
        note
    }
}

/// The tag of a word, and whether its mark fits the word before.
fn iob2<'a>(previous: Label<'a>, label: Label<'a>, scheme: Scheme) -> (Tag<'a>, bool) {
    let kind = label.kind;
    let follows = previous.mark != Mark::Outside && previous.kind == kind;
    let open = follows && !matches!(previous.mark, Mark::End | Mark::Single);
    let goes_on = |follows: bool| match follows {
        true => Tag::Inside(kind),
        false => Tag::Begin(kind),
    };
    match (label.mark, scheme) {
        (Mark::Outside, _) => (Tag::Outside, true),
        (Mark::Begin | Mark::Single, _) => (Tag::Begin(kind), true),
        // Kept as it is: seqeval's strict mode judges such an entity, too.
        (Mark::Inside, Scheme::Iob2) => (Tag::Inside(kind), true),
        (Mark::Inside | Mark::End, Scheme::Bioes | Scheme::Iob2) => (goes_on(open), open),
        (Mark::Inside | Mark::End | Mark::Within, _) => (goes_on(follows), true),
    }
}

/// A tag as the rest of Nerite knows it.
fn spelled(tag: Tag<'_>) -> String {
    match tag {
        Tag::Outside => tag.to_string(),
        Tag::Begin(kind) => Tag::Begin(&type_name(kind)).to_string(),
        Tag::Inside(kind) => Tag::Inside(&type_name(kind)).to_string(),
    }
}

/// [`type_name`], if a tag can have it: very many words may get it, so that a
/// long one would take memory out of proportion to its file.
pub(crate) fn tag_type(name: &str) -> Result<String, Problem> {
    let name = type_name(name);
    Tag::parse(&format!("B-{name}")).map_err(Problem::Tag)?;
    Ok(name)
}

/// A type as tags have it: without white space and control characters.
pub(crate) fn type_name(name: &str) -> String {
    let name = name.trim();
    if name.is_empty() {
        return NAMELESS.to_owned();
    }
    let plain = |c: char| c.is_whitespace() || c.is_control();
    name.replace(plain, "_")
}
