//! The state of a fit, and its bytes.

use nerite::{HeadConfig, Loss};
use safetensors::Dtype;
use safetensors::tensor::{SafeTensors, TensorView};
use serde::{Deserialize, Serialize};

use crate::FitError;
use crate::adamw::AdamW;
use crate::parameters::Parameters;

/// All that a fit needs to go on.
pub(crate) struct State {
    pub(crate) parameters: Parameters,
    pub(crate) moments: AdamW,
    /// The moving average of the parameters, if the head is to be that.
    pub(crate) average: Option<Parameters>,
    pub(crate) loss: Loss,
    /// The best epoch on the validation part, if there is one.
    pub(crate) best: Option<Best>,
}

/// The best epoch so far.
pub(crate) struct Best {
    pub(crate) parameters: Parameters,
    /// Counted from 1.
    pub(crate) epoch: usize,
    /// Entity F1, strict.
    pub(crate) score: f64,
}

#[derive(Serialize, Deserialize)]
struct Metadata {
    fingerprint: String,
    loss: Loss,
    best: Option<(usize, f64)>,
    averages: bool,
}

impl State {
    pub(crate) fn begin(parameters: Parameters, averages: bool) -> Self {
        Self {
            moments: AdamW::new(&parameters),
            average: averages.then(|| parameters.clone()),
            parameters,
            loss: Loss::default(),
            best: None,
        }
    }

    /// What the head is made of.
    pub(crate) fn head(&self) -> &Parameters {
        self.average.as_ref().unwrap_or(&self.parameters)
    }

    pub(crate) fn to_bytes(&self, fingerprint: &str) -> Result<Vec<u8>, FitError> {
        let groups = [
            ("", Some(&self.parameters)),
            (".first", Some(&self.moments.first)),
            (".second", Some(&self.moments.second)),
            (".average", self.average.as_ref()),
            (".best", self.best.as_ref().map(|best| &best.parameters)),
        ];
        let mut parts: Vec<(String, usize, Vec<u8>)> = Vec::new();
        for (suffix, parameters) in groups {
            for (name, values) in parameters.into_iter().flat_map(Parameters::named) {
                let bytes = values.iter().flat_map(|x| x.to_le_bytes()).collect();
                parts.push((format!("{name}{suffix}"), values.len(), bytes));
            }
        }
        let mut views = Vec::new();
        for (name, length, bytes) in &parts {
            views.push((name, TensorView::new(Dtype::F32, vec![*length], bytes)?));
        }
        let metadata = Metadata {
            fingerprint: fingerprint.into(),
            loss: self.loss.clone(),
            best: self.best.as_ref().map(|best| (best.epoch, best.score)),
            averages: self.average.is_some(),
        };
        let metadata = serde_json::to_string(&metadata).expect("strings and numbers");
        let metadata = [("nerite".to_owned(), metadata)].into();
        Ok(safetensors::serialize(views, Some(metadata))?)
    }

    /// A state that an earlier run left, if it was the same fit.
    pub(crate) fn from_bytes(bytes: &[u8], fingerprint: &str, config: &HeadConfig) -> Option<Self> {
        let metadata = metadata(bytes)?;
        if metadata.fingerprint != fingerprint {
            return None;
        }
        let file = SafeTensors::deserialize(bytes).ok()?;
        let parameters = |suffix: &str| -> Option<Parameters> {
            let mut parameters = Parameters::zeros(config).ok()?;
            let names: Vec<&str> = parameters.named().map(|(name, _)| name).collect();
            for name in names {
                let data = file.tensor(&format!("{name}{suffix}")).ok()?.data();
                let values = parameters.get_mut(name);
                if data.len() != values.len() * 4 {
                    return None;
                }
                for (value, four) in values.iter_mut().zip(data.chunks_exact(4)) {
                    *value = f32::from_le_bytes([four[0], four[1], four[2], four[3]]);
                }
            }
            Some(parameters)
        };
        let best = match metadata.best {
            None => None,
            Some((epoch, score)) => Some(Best {
                parameters: parameters(".best")?,
                epoch,
                score,
            }),
        };
        let average = match metadata.averages {
            true => Some(parameters(".average")?),
            false => None,
        };
        Some(Self {
            parameters: parameters("")?,
            average,
            moments: AdamW {
                first: parameters(".first")?,
                second: parameters(".second")?,
            },
            loss: metadata.loss,
            best,
        })
    }
}

fn metadata(bytes: &[u8]) -> Option<Metadata> {
    let (_, header) = SafeTensors::read_metadata(bytes).ok()?;
    serde_json::from_str(header.metadata().as_ref()?.get("nerite")?).ok()
}

/// The name of the fit that a [`state`](crate::Fit::state) is of, if it is one.
pub fn fingerprint_of(state: &[u8]) -> Option<String> {
    metadata(state).map(|metadata| metadata.fingerprint)
}
