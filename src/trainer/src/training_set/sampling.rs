//! Which sentences of a train part are used: shares, caps, and what is kept to
//! choose the epoch by.

use std::collections::{HashMap, HashSet};

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::{SEED, Use};
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

/// A train part without its validation part, and that: sentences drawn at
/// random, or runs of them where the file is split into documents or blocks.
pub(super) fn without(train: Vec<usize>, share: f64, used: Use) -> (Vec<usize>, Vec<usize>) {
    let together = match used {
        Use::Split(Split::Documents(_) | Split::Blocks(_)) => BLOCK,
        _ => 1,
    };
    let mut runs: Vec<usize> = (0..train.len().div_ceil(together)).collect();
    runs.shuffle(&mut ChaCha8Rng::seed_from_u64(SEED));
    runs.truncate((runs.len() as f64 * share).round() as usize);
    let runs: HashSet<usize> = runs.into_iter().collect();
    let (kept, rest): (Vec<_>, Vec<_>) = train
        .iter()
        .enumerate()
        .partition(|(place, _)| runs.contains(&(place / together)));
    let numbers =
        |part: Vec<(usize, &usize)>| part.into_iter().map(|(_, &number)| number).collect();
    (numbers(rest), numbers(kept))
}
