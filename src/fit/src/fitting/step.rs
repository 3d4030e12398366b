//! One step of gradient descent.

use super::{LAST_LAYER, Learns, Task};
use crate::adamw::Step;
use crate::dropout::Dropout;
use crate::examples::Examples;
use crate::network::{self, Shard};
use crate::parameters::Parameters;
use crate::random::{Stream, random};
use crate::state::State;
use crate::{FitError, Settings, threads};

/// Sentences whose gradient one core computes at a time. Fixed, so that sums
/// do not depend on the number of cores.
const SHARD_SENTENCES: usize = 32;

/// The tables beside the encoder's features.
const TABLES: [&str; 2] = ["lexicon", "vectors"];

/// One step of gradient descent; the mean loss per word before it.
pub(super) fn take_step<E: Examples>(
    task: &Task<E>,
    settings: &Settings,
    state: &mut State,
    sentences: &[usize],
    step: usize,
    rate: f64,
    learns: Learns,
) -> Result<f32, FitError> {
    let dropout = Dropout {
        input: settings.dropout,
        lexicon: settings.lexicon_dropout,
        inner: settings.inner_dropout,
    };
    let parameters = &state.parameters;
    let shards: Vec<(usize, &[usize])> = sentences.chunks(SHARD_SENTENCES).enumerate().collect();
    let shards = threads::map(&shards, |&(number, sentences)| {
        let shard = gather(task, sentences)?;
        let stream = Stream::Shard {
            step,
            shard: number,
        };
        let mut random = random(settings.seed, stream);
        let (loss, mut gradients) = network::gradients(
            &task.head,
            parameters,
            &shard,
            settings.objective,
            dropout,
            learns == Learns::LastLayer,
            &mut random,
        )?;
        match learns {
            Learns::All => {}
            // Not to compute it in the first place was measured to win nothing:
            // a step's time is its products.
            Learns::AllButSpellings => gradients.drop(|name| TABLES.contains(&name)),
            Learns::LastLayer => gradients.drop(|name| !LAST_LAYER.contains(&name)),
        }
        Ok((shard.gold.len(), loss, gradients))
    });
    let shards: Vec<(usize, f32, Parameters)> =
        shards.into_iter().collect::<Result<_, FitError>>()?;
    let words: usize = shards.iter().map(|(words, ..)| words).sum();
    if words == 0 {
        return Ok(0.0);
    }
    let mut loss = 0.0;
    let mut shards = shards.into_iter();
    let (_, first_loss, mut gradients) = shards.next().expect("a step has sentences");
    loss += first_loss;
    for (_, own, others) in shards {
        loss += own;
        gradients.add(&others);
    }
    let mut scale = 1.0 / words as f32;
    if settings.clip > 0.0 {
        let length = gradients.length() * scale;
        scale *= (settings.clip as f32 / length).min(1.0);
    }
    gradients.scale(scale);
    let step = Step {
        number: step + 1,
        rate: settings.learning_rate * rate,
        decay: settings.weight_decay,
    };
    state
        .moments
        .update(&mut state.parameters, &gradients, &step);
    if let Some(average) = &mut state.average {
        // The first steps count less than they would, as the parameters that
        // they begin with are of no use (as in TensorFlow's moving average).
        let known = (1 + step.number) as f64 / (10 + step.number) as f64;
        let keep = settings.average.min(known) as f32;
        average.approach(&state.parameters, &gradients, keep);
    }
    Ok(loss / words as f32)
}

/// The words of these sentences that have a subword. (Of a million words of
/// the study's corpus, a few dozen have none; a head in use sees them as words
/// without features, and they get O.)
fn gather<E: Examples>(task: &Task<E>, sentences: &[usize]) -> Result<Shard, FitError> {
    let width = task.examples.width();
    let tags = task.examples.tags().len();
    let mut shard = Shard::default();
    let mut rows = Vec::new();
    let mut partial = false;
    for &index in sentences {
        let sentence = task.examples.sentence(index);
        rows.clear();
        task.examples.features(index, &mut rows)?;
        let before = shard.gold.len();
        let words = rows
            .chunks_exact(width)
            .zip(&sentence.words)
            .zip(&sentence.gold);
        for (((row, word), gold), &seen) in words.zip(&sentence.seen) {
            if seen {
                shard.features.extend_from_slice(row);
                let allowed = gold.allowed();
                partial |= allowed.len() > 1;
                shard.gold.push(allowed[0].into());
                let start = shard.allowed.len();
                shard.allowed.resize(start + tags, false);
                for &tag in allowed {
                    shard.allowed[start + usize::from(tag)] = true;
                }
                let lexicon = task.head.lexicon;
                shard.lexicon.extend(lexicon.map(|own| own.rows(word)));
                if let Some(vectors) = &task.head.vectors {
                    shard.vectors.extend(vectors.rows(word));
                }
            }
        }
        shard.lengths.push(shard.gold.len() - before);
    }
    if !partial {
        shard.allowed.clear();
    }
    Ok(shard)
}
