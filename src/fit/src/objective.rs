//! The losses that can be chosen for heads that score each word by itself. With
//! learnt transitions, the loss is that of the sequence
//! ([`sequence`](crate::losses::sequence)).

use crate::losses::{Known, cross_entropy};

/// How strongly the focal loss leaves out what is known already (Lin et al.,
/// "Focal Loss for Dense Object Detection", 2017).
const FOCUS: i32 = 2;

nerite::choices! {
    /// What fitting makes small.
    #[derive(Default)]
    Objective, "loss", {
        #[default]
        CrossEntropy = "cross-entropy", "The negative logarithm of the right tag's probability.";
        Focal = "focal", "The same, times the square of the probability that is not the right \
            tag's: words that the head is sure of count little. Not with transitions.";
    }
}

impl Objective {
    /// The sum over words. Its gradient replaces the `scores` `[words, tags]`.
    pub(crate) fn loss(self, scores: &mut [f32], tags: usize, known: Known<'_>) -> f32 {
        match self {
            Self::CrossEntropy => cross_entropy(scores, tags, known),
            Self::Focal => focal(scores, tags, known),
        }
    }
}

/// `(1 - p)^FOCUS * -ln p` of every word, `p` being the right tag's probability.
fn focal(scores: &mut [f32], tags: usize, known: Known<'_>) -> f32 {
    let mut loss = 0.0;
    for (word, row) in scores.chunks_exact_mut(tags).enumerate() {
        let own = match known {
            Known::Tags(gold) => Known::Tags(&gold[word..=word]),
            Known::Allowed(allowed) => Known::Allowed(&allowed[word * tags..][..tags]),
        };
        let plain = cross_entropy(row, tags, own);
        let right = nerite::exp(-plain);
        let wrong = 1.0 - right;
        loss += wrong.powi(FOCUS) * plain;
        // By the chain rule, the plain gradient times this.
        let slope = wrong.powi(FOCUS) + FOCUS as f32 * wrong.powi(FOCUS - 1) * right * plain;
        row.iter_mut().for_each(|x| *x *= slope);
    }
    loss
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAGS: usize = 3;

    /// Gradients are those of small differences of the loss.
    #[test]
    fn gradients_are_those_of_small_differences() {
        let scores = [0.3f32, -1.2, 2.0, 0.9, 0.8, -0.4, -3.0, 4.0, 0.1];
        let allowed = [true, false, true, false, true, false, true, true, true];
        for &objective in Objective::ALL {
            for known in [Known::Tags(&[2, 0, 1]), Known::Allowed(&allowed)] {
                let mut gradient = scores;
                objective.loss(&mut gradient, TAGS, known);
                for at in 0..scores.len() {
                    let loss = |by: f32| {
                        let mut scores = scores;
                        scores[at] += by;
                        objective.loss(&mut scores, TAGS, known)
                    };
                    let expected = (loss(1e-2) - loss(-1e-2)) / 2e-2;
                    let found = gradient[at];
                    assert!(
                        (found - expected).abs() < 1e-3,
                        "{objective:?} {at}: {found} {expected}"
                    );
                }
            }
        }
    }

    #[test]
    fn what_is_sure_counts_little() {
        let of = |objective: Objective, score: f32| {
            objective.loss(&mut [score, 0.0, 0.0], TAGS, Known::Tags(&[0]))
        };
        for (score, share) in [(5.0, 0.001), (-5.0, 1.0)] {
            let ratio = of(Objective::Focal, score) / of(Objective::CrossEntropy, score);
            assert!((ratio - share).abs() < 0.01, "{score}: {ratio}");
        }
    }

    #[test]
    fn names_are_read_and_others_refused() {
        for &objective in Objective::ALL {
            assert_eq!(objective.name().parse(), Ok(objective));
            let json = serde_json::to_string(&objective).unwrap();
            assert_eq!(json, format!("\"{}\"", objective.name()));
        }
        let refused = "hinge".parse::<Objective>().unwrap_err();
        assert!(refused.contains("cross-entropy, focal"), "{refused}");
    }
}
