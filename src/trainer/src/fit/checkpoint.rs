//! The state of a fit on disk.

use std::path::Path;

use anyhow::Result;
use nerite::{HeadConfig, Loss};
use safetensors::Dtype;
use safetensors::tensor::{SafeTensors, TensorView};
use serde::{Deserialize, Serialize};

use super::adamw::AdamW;
use super::parameters::Parameters;
use crate::files;

/// All that a fit needs to go on.
pub(super) struct State {
    pub(super) parameters: Parameters,
    pub(super) moments: AdamW,
    /// The moving average of the parameters, if the head is to be that.
    pub(super) average: Option<Parameters>,
    pub(super) loss: Loss,
    /// The best epoch on the validation part, if there is one.
    pub(super) best: Option<Best>,
}

/// The best epoch so far.
pub(super) struct Best {
    pub(super) parameters: Parameters,
    /// Counted from 1.
    pub(super) epoch: usize,
    /// Entity F1, strict.
    pub(super) score: f64,
}

#[derive(Serialize, Deserialize)]
struct Metadata {
    fingerprint: String,
    loss: Loss,
    best: Option<(usize, f64)>,
    averages: bool,
}

impl State {
    pub(super) fn begin(parameters: Parameters, averages: bool) -> Self {
        Self {
            moments: AdamW::new(&parameters),
            average: averages.then(|| parameters.clone()),
            parameters,
            loss: Loss::default(),
            best: None,
        }
    }

    /// What the head is made of.
    pub(super) fn head(&self) -> &Parameters {
        self.average.as_ref().unwrap_or(&self.parameters)
    }

    pub(super) fn write(&self, path: &Path, fingerprint: &str) -> Result<()> {
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
        let metadata = [("nerite".to_owned(), serde_json::to_string(&metadata)?)].into();
        files::write_whole(path, &safetensors::serialize(views, Some(metadata))?)
    }

    /// A state that a killed run left, if it was the same fit.
    pub(super) fn read(path: &Path, fingerprint: &str, config: &HeadConfig) -> Option<Self> {
        let bytes = std::fs::read(path).ok()?;
        let (_, header) = SafeTensors::read_metadata(&bytes).ok()?;
        let metadata: Metadata =
            serde_json::from_str(header.metadata().as_ref()?.get("nerite")?).ok()?;
        if metadata.fingerprint != fingerprint {
            return None;
        }
        let file = SafeTensors::deserialize(&bytes).ok()?;
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
