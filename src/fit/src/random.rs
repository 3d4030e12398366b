//! Streams of random numbers that must not be the same.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

pub(crate) enum Stream {
    Initial,
    Validation,
    Epoch(usize),
    Shard { step: usize, shard: usize },
}

/// A generator for one purpose: an epoch can be repeated without those before.
pub(crate) fn random(seed: u64, stream: Stream) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(match stream {
        Stream::Initial => 0,
        Stream::Validation => 1,
        Stream::Epoch(epoch) => 2 + epoch as u64,
        Stream::Shard { step, shard } => 1 << 63 | (step as u64) << 16 | shard as u64,
    });
    random
}
