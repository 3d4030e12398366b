//! AdamW: Loshchilov and Hutter, "Decoupled Weight Decay Regularization",
//! algorithm 2, with PyTorch's constants.

use crate::parameters::Parameters;

const BETA_1: f32 = 0.9;
const BETA_2: f64 = 0.999;
const EPSILON: f32 = 1e-8;

/// The moments of every parameter.
// candle-nn's AdamW keeps its moments to itself, so a run that uses it cannot
// be taken up again with the same result.
pub(crate) struct AdamW {
    pub(crate) first: Parameters,
    pub(crate) second: Parameters,
}

/// One step's numbers.
pub(crate) struct Step {
    /// Counted from 1.
    pub(crate) number: usize,
    pub(crate) rate: f64,
    pub(crate) decay: f64,
}

impl AdamW {
    pub(crate) fn new(like: &Parameters) -> Self {
        let mut zeros = like.clone();
        zeros.values.iter_mut().for_each(|values| values.fill(0.0));
        Self {
            first: zeros.clone(),
            second: zeros,
        }
    }

    /// Changes `parameters` by one step against `gradients`.
    pub(crate) fn update(
        &mut self,
        parameters: &mut Parameters,
        gradients: &Parameters,
        step: &Step,
    ) {
        let number = step.number as i32;
        let correct_1 = (1.0 / (1.0 - f64::from(BETA_1).powi(number))) as f32;
        let correct_2 = (1.0 / (1.0 - BETA_2.powi(number))) as f32;
        let keep = (1.0 - step.rate * step.decay) as f32;
        let (beta_2, rate) = (BETA_2 as f32, step.rate as f32);
        let tensors = parameters.values.iter_mut().zip(&gradients.values);
        let moments = self.first.values.iter_mut().zip(&mut self.second.values);
        for ((values, gradients), (first, second)) in tensors.zip(moments) {
            let moments = first.iter_mut().zip(second);
            for ((value, &g), (m, v)) in values.iter_mut().zip(gradients).zip(moments) {
                *m = BETA_1 * *m + (1.0 - BETA_1) * g;
                *v = beta_2 * *v + (1.0 - beta_2) * g * g;
                *value =
                    *value * keep - rate * (*m * correct_1) / ((*v * correct_2).sqrt() + EPSILON);
            }
        }
    }
}
