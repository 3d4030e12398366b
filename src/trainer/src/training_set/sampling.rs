//! Which sentences of a train part are used: shares, caps, and what is kept to
//! choose the epoch by.

use std::collections::{BTreeMap, HashMap, HashSet};

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::{SEED, TrainingSet, Use};
use crate::corpus::Corpus;
use crate::split::{BLOCK, Split};

/// A share of the sentences, and at most so many: drawn, then in order again.
pub(super) fn drawn(train: Vec<usize>, share: f64, cap: Option<usize>) -> Vec<usize> {
    let count = (train.len() as f64 * share).round() as usize;
    let count = count.min(cap.unwrap_or(count));
    if count >= train.len() {
        return train;
    }
    let mut places: Vec<usize> = (0..train.len()).collect();
    places.shuffle(&mut ChaCha8Rng::seed_from_u64(SEED));
    places.truncate(count);
    places.sort_unstable();
    places.into_iter().map(|place| train[place]).collect()
}

/// Leaves only the sentences of `parts` in a corpus, whose first one has the
/// number `first`, and gives them the numbers that they then have.
pub(super) fn renumber(corpus: &mut Corpus, first: usize, parts: [&mut [usize]; 2]) {
    let used: HashSet<usize> = parts.iter().flat_map(|part| part.iter().copied()).collect();
    let mut places = HashMap::new();
    let mut number = first;
    corpus.sentences.retain(|_| {
        let is_used = used.contains(&number);
        if is_used {
            places.insert(number, first + places.len());
        }
        number += 1;
        is_used
    });
    for number in parts.into_iter().flatten() {
        *number = places[number];
    }
}

/// A train part without its validation part, and that: groups of sentences
/// drawn at random until they are the share, `groups` saying which sentences
/// stay together. A group that would make it more than twice the share is
/// passed over; the smallest one is taken where none is small enough.
pub(super) fn without(train: &[usize], groups: &[usize], share: f64) -> (Vec<usize>, Vec<usize>) {
    let mut sizes: BTreeMap<usize, usize> = BTreeMap::new();
    for group in groups {
        *sizes.entry(*group).or_default() += 1;
    }
    let mut chosen = HashSet::new();
    if share > 0.0 && sizes.len() > 1 {
        let wanted = ((train.len() as f64 * share).round() as usize).max(1);
        let mut order: Vec<usize> = sizes.keys().copied().collect();
        order.shuffle(&mut ChaCha8Rng::seed_from_u64(SEED));
        let mut count = 0;
        for group in order {
            if count < wanted && count + sizes[&group] <= 2 * wanted {
                count += sizes[&group];
                chosen.insert(group);
            }
        }
        if chosen.is_empty() {
            chosen.extend(sizes.keys().min_by_key(|&group| sizes[group]));
        }
    }
    let (kept, rest): (Vec<_>, Vec<_>) = train
        .iter()
        .zip(groups)
        .partition(|(_, group)| chosen.contains(group));
    let numbers =
        |part: Vec<(&usize, &usize)>| part.into_iter().map(|(&number, _)| number).collect();
    (numbers(rest), numbers(kept))
}

impl TrainingSet {
    /// Which sentences of a train part stay together where some are kept to
    /// choose by: those with the same number.
    pub(super) fn together(&self, part: &[usize], used: Use) -> Vec<usize> {
        match used {
            Use::Split(Split::Sklearn(_)) => (0..part.len()).collect(),
            Use::Split(Split::Blocks(_)) => (0..part.len()).map(|place| place / BLOCK).collect(),
            _ => self.documents(part),
        }
    }
}
