//! What heads are fitted to.

use std::sync::Arc;

use nerite::TagSet;

use crate::FitError;

/// What is known of a unit's tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gold<'a> {
    /// This one, an index into [`Examples::tags`].
    Tag(u16),
    /// One of these, increasing; all of them where nothing is known.
    OneOf(&'a [u16]),
}

impl Gold<'_> {
    /// The tags that may be right, at least one.
    pub fn allowed(&self) -> &[u16] {
        match self {
            Self::Tag(tag) => std::slice::from_ref(tag),
            Self::OneOf(tags) => tags,
        }
    }

    /// The tag, where it is known.
    pub fn tag(self) -> Option<u16> {
        match self {
            Self::Tag(tag) => Some(tag),
            Self::OneOf(tags) => match tags {
                [tag] => Some(*tag),
                _ => None,
            },
        }
    }
}

/// One sentence; all lists are of one length.
#[derive(Clone, Debug, Default)]
pub struct Sentence<'a> {
    /// The text of every unit.
    pub words: Vec<&'a str>,
    /// What is known of its tag.
    pub gold: Vec<Gold<'a>>,
    /// Whether the encoder has seen anything of it. What it has not seen is
    /// not fitted to, and gets `O`.
    pub seen: Vec<bool>,
}

/// Sentences with features, by number.
pub trait Examples: Sync {
    /// The tags that [`Gold`] speaks of.
    fn tags(&self) -> &TagSet;

    /// Numbers per unit: layers times hidden width.
    fn width(&self) -> usize;

    /// A sentence.
    fn sentence(&self, index: usize) -> Sentence<'_>;

    /// Appends a sentence's features, `[units, width]`, to `rows`.
    ///
    /// # Errors
    ///
    /// [`FitError::Examples`], where they are read from a place that fails.
    fn features(&self, index: usize, rows: &mut Vec<f32>) -> Result<(), FitError>;
}

impl<E: Examples + ?Sized> Examples for &E {
    fn tags(&self) -> &TagSet {
        (**self).tags()
    }

    fn width(&self) -> usize {
        (**self).width()
    }

    fn sentence(&self, index: usize) -> Sentence<'_> {
        (**self).sentence(index)
    }

    fn features(&self, index: usize, rows: &mut Vec<f32>) -> Result<(), FitError> {
        (**self).features(index, rows)
    }
}

impl<E: Examples + Send + ?Sized> Examples for Arc<E> {
    fn tags(&self) -> &TagSet {
        (**self).tags()
    }

    fn width(&self) -> usize {
        (**self).width()
    }

    fn sentence(&self, index: usize) -> Sentence<'_> {
        (**self).sentence(index)
    }

    fn features(&self, index: usize, rows: &mut Vec<f32>) -> Result<(), FitError> {
        (**self).features(index, rows)
    }
}
