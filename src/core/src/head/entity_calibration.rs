//! Scores of entities: how often an entity with such a mean probability is
//! right, both bounds and type.

use serde::{Deserialize, Serialize};

/// What an entity's score follows from the mean probability of its words: Platt,
/// "Probabilistic Outputs for Support Vector Machines", 1999, on the mean's
/// logit. Words may be well calibrated where entities are not: an entity is
/// right only if all of its words are, and no more of them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct EntityCalibration {
    /// What the logit is multiplied by; positive, so that the order stays.
    pub slope: f32,
    /// What is added then.
    pub offset: f32,
}

/// Fewer entities say nothing of how often which are right.
const FEWEST: usize = 200;
/// Newton's method needs a handful.
const STEPS: usize = 30;
const PRIOR: f64 = 1.0;
/// A logit has no more than this, in either direction.
const MAX_LOGIT: f32 = 16.0;
/// The largest slope and offset of a file.
const MAX_SIZE: f32 = 100.0;

impl EntityCalibration {
    /// Fits it to means and whether each entity was right, by Newton's method;
    /// `None` of too few entities, or where nearly all or none are right.
    pub fn fit(entities: &[(f32, bool)]) -> Option<Self> {
        let right = entities.iter().filter(|(_, right)| *right).count();
        if entities.len() < FEWEST || right < FEWEST / 10 || entities.len() - right < FEWEST / 10 {
            return None;
        }
        let (mut slope, mut offset) = (1.0f64, 0.0f64);
        for _ in 0..STEPS {
            // Gradient and curvature of the log loss, and a little of a prior
            // that nothing changes.
            let mut gradient = [PRIOR * (slope - 1.0), PRIOR * offset];
            let mut curvature = [PRIOR, 0.0, PRIOR];
            for &(mean, right) in entities {
                let x = f64::from(logit(mean));
                let p = 1.0 / (1.0 + (-(slope * x + offset)).exp());
                let (error, weight) = (p - f64::from(u8::from(right)), p * (1.0 - p));
                gradient[0] += error * x;
                gradient[1] += error;
                curvature[0] += weight * x * x;
                curvature[1] += weight * x;
                curvature[2] += weight;
            }
            let determinant = curvature[0] * curvature[2] - curvature[1] * curvature[1];
            slope -= (curvature[2] * gradient[0] - curvature[1] * gradient[1]) / determinant;
            offset -= (curvature[0] * gradient[1] - curvature[1] * gradient[0]) / determinant;
        }
        let found = Self {
            slope: slope as f32,
            offset: offset as f32,
        };
        found.is_sound().then_some(found)
    }

    /// The score of an entity whose words' tags have this mean probability.
    pub fn of(self, mean: f32) -> f32 {
        let logit = self.slope * logit(mean) + self.offset;
        1.0 / (1.0 + (-logit).exp())
    }

    /// Whether the numbers of a file make sense.
    pub(super) fn is_sound(self) -> bool {
        self.slope > 0.0 && self.slope <= MAX_SIZE && self.offset.abs() <= MAX_SIZE
    }
}

/// The logit of a probability, bounded.
fn logit(probability: f32) -> f32 {
    (probability / (1.0 - probability))
        .ln()
        .clamp(-MAX_LOGIT, MAX_LOGIT)
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
        let found = EntityCalibration::fit(&entities).unwrap();
        assert!((found.of(0.9) - 0.7).abs() < 0.01, "{}", found.of(0.9));
        assert!((found.of(0.6) - 0.5).abs() < 0.01, "{}", found.of(0.6));
        assert_eq!(EntityCalibration::fit(&entities[..100]), None);
        assert_eq!(EntityCalibration::fit(&vec![(0.9, true); 500]), None);
    }

    #[test]
    fn scores_keep_their_order_and_are_bounded() {
        let scores = EntityCalibration {
            slope: 0.5,
            offset: -0.25,
        };
        let found = [0.0, 0.1, 0.5, 0.9, 1.0].map(|mean| scores.of(mean));
        assert!(found.windows(2).all(|pair| pair[0] < pair[1]), "{found:?}");
        assert!(found.iter().all(|score| (0.0..=1.0).contains(score)));
        let same = EntityCalibration {
            slope: 1.0,
            offset: 0.0,
        };
        assert!((same.of(0.3) - 0.3).abs() < 1e-6);
        for (slope, offset) in [
            (0.0, 0.0),
            (f32::NAN, 0.0),
            (1.0, f32::INFINITY),
            (1e9, 0.0),
        ] {
            assert!(!EntityCalibration { slope, offset }.is_sound());
        }
    }
}
