//! A head's numbers while it is fitted.

use nerite::{HeadConfig, HeadError, HeadTensor, Transitions};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Normal};

/// A number for every place of every tensor of a head: its parameters, their
/// gradients, or their moments.
#[derive(Clone, Debug)]
pub(crate) struct Parameters {
    tensors: Vec<HeadTensor>,
    /// In the order of [`HeadConfig::tensors`].
    pub(crate) values: Vec<Vec<f32>>,
}

impl Parameters {
    /// All 0.
    pub(crate) fn zeros(config: &HeadConfig) -> Result<Self, HeadError> {
        let tensors = config.tensors()?;
        let values = tensors.iter().map(|tensor| vec![0.0; tensor.len()]);
        Ok(Self {
            values: values.collect(),
            tensors,
        })
    }

    /// What fitting begins with. The output layer as transformers initializes
    /// a classification layer: normal with a standard deviation of 0.02; other
    /// matrices in proportion to their inputs, so that sums keep their size;
    /// forget gates open; layers mixed evenly; all else 0.
    pub(crate) fn initial(config: &HeadConfig, mut random: ChaCha8Rng) -> Result<Self, HeadError> {
        let mut parameters = Self::zeros(config)?;
        for (HeadTensor { name, shape, .. }, values) in
            parameters.tensors.iter().zip(&mut parameters.values)
        {
            let deviation = match *name {
                "weight" => 0.02,
                "lexicon" | "vectors" => 0.05,
                "mix" => {
                    values.fill(1.0 / shape[0] as f32);
                    continue;
                }
                "norm.weight" => {
                    values.fill(1.0);
                    continue;
                }
                "forward.bias" | "backward.bias" => {
                    values[config.units..2 * config.units].fill(1.0);
                    continue;
                }
                "transitions" => continue,
                _ if shape.len() == 2 => 1.0 / (shape[0] as f64).sqrt(),
                _ => continue,
            };
            let normal = Normal::new(0.0, deviation).expect("a positive deviation");
            values.fill_with(|| normal.sample(&mut random) as f32);
        }
        Ok(parameters)
    }

    fn index(&self, name: &str) -> Option<usize> {
        self.tensors.iter().position(|tensor| tensor.name == name)
    }

    /// A tensor by name.
    ///
    /// # Panics
    ///
    /// If the head does not have it.
    pub(crate) fn get(&self, name: &str) -> &[f32] {
        &self.values[self.index(name).expect(name)]
    }

    /// As [`Parameters::get`], to be changed.
    pub(crate) fn get_mut(&mut self, name: &str) -> &mut [f32] {
        let index = self.index(name).expect(name);
        &mut self.values[index]
    }

    /// The learnt transitions, if the head has them.
    pub(crate) fn transitions(&self) -> Option<Transitions> {
        self.index("transitions")?;
        let copy = |name| self.get(name).to_vec();
        Some(Transitions {
            between: copy("transitions"),
            start: copy("start"),
            end: copy("end"),
        })
    }

    /// The tensors with their names.
    pub(crate) fn named(&self) -> impl Iterator<Item = (&'static str, &Vec<f32>)> {
        self.tensors
            .iter()
            .map(|tensor| tensor.name)
            .zip(&self.values)
    }

    /// Adds other numbers to these.
    pub(crate) fn add(&mut self, other: &Self) {
        for (own, other) in self.values.iter_mut().zip(&other.values) {
            for (own, other) in own.iter_mut().zip(other) {
                *own += other;
            }
        }
    }

    /// Moves towards other numbers until only the share `keep` of the
    /// difference is left, where a `gradient` has moved these.
    pub(crate) fn approach(&mut self, other: &Self, gradient: &Self, keep: f32) {
        let tensors = self.values.iter_mut().zip(&other.values);
        let moved = tensors
            .zip(&gradient.values)
            .filter(|(_, own)| !own.is_empty());
        for ((own, other), _) in moved {
            for (own, other) in own.iter_mut().zip(other) {
                *own = other + (*own - other) * keep;
            }
        }
    }

    /// Lets go of the numbers of some tensors: as gradients, they then change
    /// nothing.
    pub(crate) fn drop(&mut self, which: impl Fn(&str) -> bool) {
        for (tensor, values) in self.tensors.iter().zip(&mut self.values) {
            if which(tensor.name) {
                *values = Vec::new();
            }
        }
    }

    /// Multiplies all by one number.
    pub(crate) fn scale(&mut self, by: f32) {
        self.values.iter_mut().flatten().for_each(|x| *x *= by);
    }

    /// The root of the sum of all squares.
    pub(crate) fn length(&self) -> f32 {
        let squares = |values: &Vec<f32>| values.iter().map(|x| f64::from(*x * *x)).sum::<f64>();
        self.values.iter().map(squares).sum::<f64>().sqrt() as f32
    }

    /// Whether every number is one.
    pub(crate) fn is_finite(&self) -> bool {
        self.values.iter().flatten().all(|x| x.is_finite())
    }
}
