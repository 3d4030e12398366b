//! Whether confidences can be believed.

use serde::{Deserialize, Serialize};

use super::ratio;

/// Equally wide bins, as in Guo et al., "On Calibration of Modern Neural
/// Networks" (2017).
const BINS: usize = 15;

/// Predictions of like confidence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bin {
    /// How many.
    pub count: u64,
    /// The mean of their confidences.
    pub confidence: f64,
    /// The share of them that is right.
    pub accuracy: f64,
}

/// A reliability diagram and what it comes to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reliability {
    /// Bin `i` of `n` holds confidences above `i / n`, up to `(i + 1) / n`.
    pub bins: Vec<Bin>,
    /// The expected calibration error: the distance between accuracy and
    /// confidence of a bin, averaged over predictions.
    pub ece: f64,
}

/// Calibration of a head's confidences.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// Of the probability of each word's predicted tag.
    pub words: Reliability,
    /// Of the scores of the predicted entities, strictly read and judged.
    pub entities: Reliability,
}

impl Reliability {
    /// Of predictions: (confidence from 0 to 1, whether it is right).
    pub fn new(predictions: impl IntoIterator<Item = (f32, bool)>) -> Self {
        let mut sums = [(0u64, 0.0f64, 0u64); BINS];
        for (confidence, right) in predictions {
            let confidence = f64::from(confidence);
            // Upper ends belong to their bin. What is not a number is counted
            // as no confidence.
            let bin = (confidence * BINS as f64).ceil() as usize;
            let (count, sum, hits) = &mut sums[bin.clamp(1, BINS) - 1];
            *count += 1;
            *sum += if confidence.is_nan() { 0.0 } else { confidence };
            *hits += u64::from(right);
        }
        let bins: Vec<Bin> = sums
            .iter()
            .map(|&(count, sum, hits)| Bin {
                count,
                confidence: ratio(sum, count as f64),
                accuracy: ratio(hits as f64, count as f64),
            })
            .collect();
        let all: u64 = bins.iter().map(|bin| bin.count).sum();
        let distance = |bin: &Bin| bin.count as f64 * (bin.accuracy - bin.confidence).abs();
        Self {
            ece: ratio(bins.iter().map(distance).sum(), all as f64),
            bins,
        }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn the_error_is_the_mean_distance() {
        // Two bins: 0.75 with half of it right, 0.25 with none of it right.
        let found = Reliability::new([(0.75, true), (0.75, false), (0.25, false), (0.25, false)]);
        assert!((found.ece - 0.25).abs() < 1e-12);
        assert_eq!(found.bins[11].count, 2);
        assert_eq!(found.bins[3].count, 2);
        assert_eq!(Reliability::new([]).ece, 0.0);
    }

    #[test]
    fn ends_of_bins_and_odd_numbers_have_a_place() {
        let odd = [0.0, 1.0, 2.0, -1.0, f32::NAN, f32::INFINITY];
        let found = Reliability::new(odd.map(|confidence| (confidence, true)));
        assert_eq!(found.bins[0].count, 3);
        assert_eq!(found.bins[BINS - 1].count, 3);
    }
}
