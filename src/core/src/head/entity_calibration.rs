//! Scores of entities: how often an entity with such a mean probability is
//! right, both bounds and type.

use serde::{Deserialize, Serialize};

use super::config::is_default;

/// What an entity's score follows from the mean probability of its words: Kull,
/// Silva Filho and Flach, "Beta calibration", 2017; without a bend it is Platt's
/// scaling of the mean's logit. Words may be well calibrated where entities are
/// not: an entity is right only if all of its words are, and no more of them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct EntityCalibration {
    /// What the logit is multiplied by; positive, so that the order stays.
    pub slope: f32,
    /// How much steeper than that it is towards 0 than towards 1: `ln p + ln
    /// (1 - p)` is multiplied by it; no larger than the slope, so that the order
    /// stays.
    #[serde(default, skip_serializing_if = "is_default")]
    pub bend: f32,
    /// What is added then.
    pub offset: f32,
    /// An entity with a smaller score is taken for none: the score of all words
    /// that are tagged as one, before marks at its ends are left off.
    #[serde(default, skip_serializing_if = "is_default")]
    pub threshold: f32,
}

/// Fewer entities say nothing of how often which are right.
const FEWEST: usize = 200;
/// Newton's method needs a handful.
const STEPS: usize = 30;
const PRIOR: f64 = 1.0;
/// A probability is at least so far from 0 and from 1.
const SMALLEST: f32 = 1e-7;
/// The largest number of a file.
const MAX_SIZE: f32 = 100.0;

impl EntityCalibration {
    /// Fits it to means and whether each entity was right, by Newton's method;
    /// `None` of too few entities, or where nearly all or none are right. `gold`
    /// is how many entities were there to be found, from which the threshold
    /// follows.
    pub(crate) fn fit(entities: &[(f32, bool)], gold: usize) -> Option<Self> {
        let right = entities.iter().filter(|(_, right)| *right).count();
        if entities.len() < FEWEST || right < FEWEST / 10 || entities.len() - right < FEWEST / 10 {
            return None;
        }
        // The weights of `ln p`, of `-ln (1 - p)`, and what is added. The first
        // two are positive, or a larger mean would be a smaller score: one that
        // is not is left out, and the others are fitted again.
        let mut found = newton(entities, [1.0, 1.0]);
        if found[0] <= 0.0 {
            found = newton(entities, [0.0, 1.0]);
        } else if found[1] <= 0.0 {
            found = newton(entities, [1.0, 0.0]);
        }
        let [low, high, offset] = found;
        let found = Self {
            slope: (0.5 * (low + high)) as f32,
            bend: (0.5 * (low - high)) as f32,
            offset: offset as f32,
            threshold: 0.0,
        };
        let scores = entities.iter().map(|(mean, _)| found.of(*mean));
        let found = Self {
            threshold: best_threshold(scores.collect(), gold),
            ..found
        };
        found.is_sound().then_some(found)
    }

    /// The score of an entity whose words' tags have this mean probability.
    pub fn of(self, mean: f32) -> f32 {
        let [low, high] = logarithms(mean);
        let logit = self.slope * (low + high) + self.bend * (low - high) + self.offset;
        1.0 / (1.0 + (-logit).exp())
    }

    /// Whether the numbers of a file make sense.
    pub(super) fn is_sound(self) -> bool {
        self.slope > 0.0
            && self.slope <= MAX_SIZE
            && self.bend.abs() <= self.slope
            && self.offset.abs() <= MAX_SIZE
            && (0.0..1.0).contains(&self.threshold)
    }
}

/// The threshold with the greatest F1 that is to be expected of entities with
/// these scores, where `gold` are there to be found. It is half of that F1:
/// Lipton, Elkan and Narayanaswamy, "Optimal thresholding of classifiers to
/// maximize F1 measure", 2014.
fn best_threshold(mut scores: Vec<f32>, gold: usize) -> f32 {
    scores.sort_by(|a, b| b.total_cmp(a));
    let (mut right, mut best) = (0.0, 0.0_f64);
    for (before, score) in scores.iter().enumerate() {
        right += f64::from(*score);
        best = best.max(2.0 * right / (before + 1 + gold) as f64);
    }
    (0.5 * best.min(1.0)) as f32
}

/// `ln p` and `-ln (1 - p)` of a probability, bounded.
fn logarithms(probability: f32) -> [f32; 2] {
    let probability = probability.clamp(SMALLEST, 1.0 - SMALLEST);
    [probability.ln(), -(-probability).ln_1p()]
}

/// Weights of the logarithms and what is added, by the log loss and a little of
/// a prior that nothing changes, in which each is `used` (1) or left out (0).
fn newton(entities: &[(f32, bool)], used: [f64; 2]) -> [f64; 3] {
    let usual = [used[0], used[1], 0.0];
    let mut weights = usual;
    for _ in 0..STEPS {
        let mut gradient = [0, 1, 2].map(|index| PRIOR * (weights[index] - usual[index]));
        let mut curvature = [[PRIOR, 0.0, 0.0], [0.0, PRIOR, 0.0], [0.0, 0.0, PRIOR]];
        for &(mean, right) in entities {
            let [low, high] = logarithms(mean).map(f64::from);
            let x = [used[0] * low, used[1] * high, 1.0];
            let logit: f64 = (0..3).map(|index| weights[index] * x[index]).sum();
            let p = 1.0 / (1.0 + (-logit).exp());
            let (error, weight) = (p - f64::from(u8::from(right)), p * (1.0 - p));
            for row in 0..3 {
                gradient[row] += error * x[row];
                for column in 0..3 {
                    curvature[row][column] += weight * x[row] * x[column];
                }
            }
        }
        // A whole step may go too far where scores are near 0 and 1.
        let step = solved(curvature, gradient);
        let longest = step
            .iter()
            .fold(1.0, |longest: f64, own| longest.max(own.abs()));
        for index in 0..3 {
            weights[index] -= step[index] / longest;
        }
    }
    weights
}

/// The solution of three equations by Cramer's rule; the matrix is positive
/// definite.
fn solved(matrix: [[f64; 3]; 3], right: [f64; 3]) -> [f64; 3] {
    let determinant = |m: [[f64; 3]; 3]| {
        m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1])
            - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
            + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
    };
    let all = determinant(matrix);
    [0, 1, 2].map(|column| {
        let mut changed = matrix;
        for row in 0..3 {
            changed[row][column] = right[row];
        }
        determinant(changed) / all
    })
}

#[cfg(test)]
mod tests {
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn what_is_right_half_as_often_as_said_is_found() {
        // Of those said to be right in 0.9 of cases, 0.7 are; of 0.6, 0.5.
        let entities: Vec<(f32, bool)> = (0..2000)
            .map(|number| match number % 2 {
                0 => (0.9, number % 20 < 14),
                _ => (0.6, number % 4 < 2),
            })
            .collect();
        let found = EntityCalibration::fit(&entities, 3000).unwrap();
        assert!((found.of(0.9) - 0.7).abs() < 0.01, "{}", found.of(0.9));
        assert!((found.of(0.6) - 0.5).abs() < 0.01, "{}", found.of(0.6));
        assert_eq!(EntityCalibration::fit(&entities[..100], 100), None);
        assert_eq!(EntityCalibration::fit(&vec![(0.9, true); 500], 500), None);
    }

    #[test]
    fn a_bend_is_found() {
        // Said and true shares that no straight line of logits joins.
        let shares = [(0.3f32, 0.39), (0.5, 0.5), (0.7, 0.66), (0.95, 0.95)];
        let entities: Vec<(f32, bool)> = (0..4000)
            .map(|number| {
                let (said, share) = shares[number % 4];
                (said, ((number / 4) as f64) < share * 1000.0)
            })
            .collect();
        let found = EntityCalibration::fit(&entities, 3000).unwrap();
        assert!(found.bend < 0.0, "{found:?}");
        for (said, share) in shares {
            assert!((f64::from(found.of(said)) - share).abs() < 0.02, "{said}");
        }
        let without = EntityCalibration { bend: 0.0, ..found };
        assert!((without.of(0.3) - found.of(0.3)).abs() > 0.02);
    }

    #[test]
    fn what_is_less_often_right_the_surer_it_is_keeps_its_order() {
        let entities: Vec<(f32, bool)> = (0..2000)
            .map(|number| match number % 2 {
                0 => (0.9, number % 20 < 4),
                _ => (0.4, number % 20 < 16),
            })
            .collect();
        let found = EntityCalibration::fit(&entities, 3000);
        assert!(found.is_none_or(|found| found.of(0.9) >= found.of(0.4)));
        // Towards 0 alone: there the score is flat, and steep towards 1.
        let shares = [(0.1f32, 0.5), (0.5, 0.45), (0.95, 0.95)];
        let entities: Vec<(f32, bool)> = (0..3000)
            .map(|number| {
                let (said, share) = shares[number % 3];
                (said, ((number / 3) as f64) < share * 1000.0)
            })
            .collect();
        let found = EntityCalibration::fit(&entities, 3000).unwrap();
        assert_eq!(found.bend, -found.slope);
        assert!(found.of(0.1) < found.of(0.5) && found.of(0.5) < found.of(0.95));
    }

    #[test]
    fn scores_keep_their_order_and_are_bounded() {
        let scores = EntityCalibration {
            slope: 0.5,
            bend: -0.5,
            offset: -0.25,
            threshold: 0.0,
        };
        let found = [0.0, 0.1, 0.5, 0.9, 1.0].map(|mean| scores.of(mean));
        assert!(found.windows(2).all(|pair| pair[0] < pair[1]), "{found:?}");
        assert!(found.iter().all(|score| (0.0..=1.0).contains(score)));
        let same = EntityCalibration {
            slope: 1.0,
            bend: 0.0,
            offset: 0.0,
            threshold: 0.0,
        };
        assert!((same.of(0.3) - 0.3).abs() < 1e-6);
        for (slope, bend, offset, threshold) in [
            (0.0, 0.0, 0.0, 0.0),
            (f32::NAN, 0.0, 0.0, 0.0),
            (1.0, 0.0, f32::INFINITY, 0.0),
            (1e9, 0.0, 0.0, 0.0),
            (1.0, 1.1, 0.0, 0.0),
            (1.0, f32::NAN, 0.0, 0.0),
            (1.0, 0.0, 0.0, 1.0),
            (1.0, 0.0, 0.0, -0.1),
            (1.0, 0.0, 0.0, f32::NAN),
        ] {
            let scores = EntityCalibration {
                slope,
                bend,
                offset,
                threshold,
            };
            assert!(!scores.is_sound());
        }
    }

    #[test]
    fn the_threshold_has_the_greatest_f1_of_all() {
        // Scores that say exactly how many are right: of a thousand with each.
        let shares = [0.05f32, 0.2, 0.35, 0.5, 0.8, 0.95];
        let gold = 4000;
        let scores = shares.iter().flat_map(|share| vec![*share; 1000]).collect();
        let found = best_threshold(scores, gold);
        let f1 = |threshold: f32| {
            let kept = shares.iter().filter(|share| **share >= threshold);
            let (count, right) = kept.fold((0.0, 0.0), |(count, right), share| {
                (count + 1000.0, right + 1000.0 * share)
            });
            2.0 * right / (count + gold as f32)
        };
        assert!(shares.iter().all(|share| f1(found) >= f1(*share)));
        assert!((found - 0.5 * f1(found)).abs() < 1e-3, "{found}");
        assert_eq!(best_threshold(Vec::new(), 5), 0.0);
        assert_eq!(best_threshold(vec![1.0], 0), 0.5);
    }
}
