//! What a step of fitting does not see.

use rand::RngCore;
use rand_chacha::ChaCha8Rng;

/// The shares of what a step does not see.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Dropout {
    /// Of the encoder's features.
    pub(crate) input: f64,
    /// Of a word's rows of the tables.
    pub(crate) lexicon: f64,
    /// Of the numbers around the context layer.
    pub(crate) inner: f64,
}

/// Factors that drop numbers and make up for them; `None` where nothing is.
pub(crate) struct Mask(Option<Vec<f32>>);

impl Mask {
    pub(crate) fn draw(length: usize, share: f64, random: &mut ChaCha8Rng) -> Self {
        let threshold = (share * f64::from(u32::MAX)) as u32;
        let scale = 1.0 / (1.0 - share as f32);
        Self((share > 0.0).then(|| {
            let mut draw = || {
                if random.next_u32() < threshold {
                    0.0
                } else {
                    scale
                }
            };
            (0..length).map(|_| draw()).collect()
        }))
    }

    pub(crate) fn apply(&self, values: &mut [f32]) {
        if let Some(mask) = &self.0 {
            values.iter_mut().zip(mask).for_each(|(x, mask)| *x *= mask);
        }
    }

    pub(crate) fn factor(&self, at: usize) -> f32 {
        self.0.as_ref().map_or(1.0, |mask| mask[at])
    }
}
