//! The temperature at which a head's probabilities are most probable to be
//! right: Guo et al., "On Calibration of Modern Neural Networks", 2017.

use nerite::{Head, HeadInput, Transitions};

use crate::FitError;
use crate::examples::Examples;
use crate::threads;

/// The temperatures that are considered.
const RANGE: [f32; 2] = [0.25, 4.0];
/// Each narrows the range by the golden ratio: to less than a thousandth.
const STEPS: usize = 18;

/// Scores of one sentence, and the right tags.
struct Sentence {
    scores: Vec<f32>,
    gold: Vec<(usize, usize)>,
}

/// What a head whose temperature is 1 says of sentences that it was not fitted
/// to.
pub(crate) struct Scored {
    transitions: Transitions,
    sentences: Vec<Sentence>,
}

/// Has `head`, whose temperature is 1, score the sentences `part`.
///
/// # Errors
///
/// Examples that cannot be read.
pub(crate) fn scored(
    head: &Head,
    examples: &impl Examples,
    part: &[usize],
) -> Result<Scored, FitError> {
    let sentences = threads::map_with(part, Vec::new, |rows, &index| {
        let sentence = examples.sentence(index);
        rows.clear();
        examples.features(index, rows)?;
        let input = HeadInput {
            words: &sentence.words,
            features: rows,
            seen: &sentence.seen,
        };
        let tags = sentence.gold.iter().map(|gold| gold.tag());
        let seen = tags.zip(&sentence.seen).enumerate();
        Ok(Sentence {
            scores: head.scores(input),
            gold: seen
                .filter_map(|(word, (tag, &seen))| Some((word, usize::from(tag.filter(|_| seen)?))))
                .collect(),
        })
    });
    let none = || Transitions::none(head.config().tags.len());
    Ok(Scored {
        transitions: head.transitions().cloned().unwrap_or_else(none),
        sentences: sentences.into_iter().collect::<Result<_, FitError>>()?,
    })
}

/// Finds the temperature with the least mean negative log-likelihood of words'
/// tags. The heads have the same tags; each has scored sentences of its own.
pub(crate) fn temperature(heads: &[Scored]) -> f32 {
    let logarithm = least(|logarithm| {
        let temperature = logarithm.exp();
        let over =
            |values: &[f32]| -> Vec<f32> { values.iter().map(|x| x / temperature).collect() };
        let losses = heads.iter().map(|scored| {
            let tags = scored.transitions.start.len();
            let transitions = Transitions {
                between: over(&scored.transitions.between),
                start: over(&scored.transitions.start),
                end: over(&scored.transitions.end),
            };
            let losses: Vec<f64> = threads::map(&scored.sentences, |sentence| {
                let probabilities = transitions.marginals(&over(&sentence.scores));
                let loss = |&(word, gold): &(usize, usize)| {
                    -f64::from(probabilities[word * tags + gold].max(f32::MIN_POSITIVE)).ln()
                };
                sentence.gold.iter().map(loss).sum()
            });
            losses.iter().sum::<f64>()
        });
        losses.sum()
    });
    logarithm.exp()
}

/// Where the function of a temperature's logarithm is least: golden-section
/// search.
fn least(function: impl Fn(f32) -> f64) -> f32 {
    const RATIO: f32 = 0.618_034;
    let [mut low, mut high] = RANGE.map(f32::ln);
    let mut inner = [high - RATIO * (high - low), low + RATIO * (high - low)];
    let mut found = inner.map(&function);
    for _ in 0..STEPS {
        if found[0] <= found[1] {
            high = inner[1];
            inner = [high - RATIO * (high - low), inner[0]];
            found = [function(inner[0]), found[0]];
        } else {
            low = inner[0];
            inner = [inner[1], low + RATIO * (high - low)];
            found = [found[1], function(inner[1])];
        }
    }
    (low + high) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_is_found() {
        for expected in [-1.3, 0.0, 0.7] {
            let found = least(|x| f64::from(x - expected).powi(2));
            assert!((found - expected).abs() < 2e-3, "{found} {expected}");
        }
        assert!((least(f64::from) - RANGE[0].ln()).abs() < 2e-3);
    }
}
