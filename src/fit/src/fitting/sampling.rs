//! The sentences of an epoch, and those that fitting does not see.

use nerite::Tag;
use rand::seq::SliceRandom;

use crate::Settings;
use crate::examples::Examples;
use crate::random::{Stream, random};

/// A tag is rare if fewer than one in so many entities of the part has its
/// type.
const RARE: usize = 100;

/// The train part without its validation part, and that.
pub(super) fn validation_part(train: &[usize], settings: &Settings) -> (Vec<usize>, Vec<usize>) {
    let mut order = train.to_vec();
    let count = (train.len() as f64 * settings.validation).round() as usize;
    if count == 0 {
        return (order, Vec::new());
    }
    // The same sentences for every seed: heads of other seeds are compared.
    order.shuffle(&mut random(0, Stream::Validation));
    let rest = order.split_off(count);
    (rest, order)
}

/// The sentences of an epoch: all, those with a rare tag more often.
pub(super) fn repeated(examples: &impl Examples, train: &[usize], times: usize) -> Vec<usize> {
    let tags = examples.tags();
    let mut entities = vec![0usize; tags.len()];
    let tags_of = |sentence: usize| {
        let gold = examples.sentence(sentence).gold;
        let tags = gold.into_iter().filter_map(|gold| gold.tag());
        tags.map(usize::from).collect::<Vec<_>>()
    };
    for tag in train.iter().flat_map(|&sentence| tags_of(sentence)) {
        if matches!(tags.tag(tag), Tag::Begin(_)) {
            entities[tag] += 1;
        }
    }
    let all: usize = entities.iter().sum();
    let rare = |tag: usize| entities[tag] > 0 && entities[tag] * RARE < all;
    let mut epoch = train.to_vec();
    for &sentence in train {
        if tags_of(sentence).into_iter().any(rare) {
            epoch.extend(std::iter::repeat_n(sentence, times));
        }
    }
    epoch
}
