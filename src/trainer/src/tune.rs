//! A small bounded search for settings: variations of the best head's, each
//! fitted on a share of the train part and judged by the validation part. The
//! test part is not looked at.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use nerite::{Decoder, HeadKind};
use nerite_encoders::Quantized;
use nerite_fit::{Settings, Task, Validation};
use rand::seq::IndexedRandom;
use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::files::{self, LockedFolder};
use crate::fitting::Begun;
use crate::progress;
use crate::train::{Layers, head_config};
use crate::training_set::TrainingSet;

/// The file of finished trials in the search's folder.
const TRIALS: &str = "trials.json";
/// The greatest number of random trials.
const MAX_RANDOM: usize = 1000;

/// One point of the search.
#[derive(Clone, Debug)]
pub struct Trial {
    /// What differs from the settings that the search begins with.
    pub name: String,
    /// The layers.
    pub layers: Layers,
    /// All other settings.
    pub settings: Settings,
}

/// A trial that was run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finished {
    /// What differs.
    pub name: String,
    /// What the outcome depends on: a trial of the same key is not run again.
    pub key: String,
    /// As [`Layers`] are written.
    pub layers: String,
    /// All other settings.
    pub settings: Settings,
    /// The bytes of the head.
    pub bytes: u64,
    /// Wall-clock seconds of fitting.
    pub seconds: f64,
    /// What the validation part says.
    pub validation: Validation,
}

/// What is searched for what.
pub struct Search<'a> {
    /// The sentences, of which the test parts are not looked at.
    pub set: &'a TrainingSet,
    /// The encoder.
    pub encoder: &'a Quantized,
    /// The share of the train part that is used.
    pub share: f64,
    /// The folder for what is found.
    pub out: &'a Path,
}

/// The settings to begin with, and each of them with one thing changed.
pub fn variations(layers: &Layers, settings: &Settings) -> Vec<Trial> {
    let mut trials = vec![Trial {
        name: "as given".into(),
        layers: layers.clone(),
        settings: settings.clone(),
    }];
    for name in ["last", "last4", "all", "mix"] {
        let other: Layers = name.parse().expect("a name of layers");
        if other != *layers {
            trials.push(Trial {
                name: format!("layers {name}"),
                layers: other,
                settings: settings.clone(),
            });
        }
    }
    type Change = fn(&mut Settings);
    let changes: [(&str, Change); 20] = [
        ("linear", |s| become_kind(s, HeadKind::Linear)),
        ("mlp", |s| become_kind(s, HeadKind::Mlp)),
        ("context", |s| become_kind(s, HeadKind::Context)),
        ("no word features", |s| {
            (s.model.lexicon, s.lexicon_dropout) = (None, 0.0)
        }),
        ("no transitions", |s| {
            s.model.transitions = false;
            if s.model.decoder == Decoder::Transitions {
                s.model.decoder = Decoder::Rules;
            }
        }),
        ("argmax", |s| s.model.decoder = Decoder::Argmax),
        ("projection half", |s| {
            s.model.projection = s.model.projection.div_ceil(2)
        }),
        ("projection double", |s| s.model.projection *= 2),
        ("units half", |s| s.model.units = s.model.units.div_ceil(2)),
        ("units double", |s| s.model.units *= 2),
        ("learning rate half", |s| s.learning_rate /= 2.0),
        ("learning rate double", |s| s.learning_rate *= 2.0),
        ("inner dropout 0.2 more", |s| {
            if s.model.kind != HeadKind::Linear {
                s.inner_dropout = (s.inner_dropout + 0.2).min(0.9);
            }
        }),
        ("word feature dropout 0.2 more", |s| {
            if s.model.lexicon.is_some() {
                s.lexicon_dropout = (s.lexicon_dropout + 0.2).min(0.9);
            }
        }),
        ("batch half", |s| s.batch = s.batch.div_ceil(2)),
        ("rare tags not repeated", |s| s.rare = 0),
        ("rare tags 2 times more", |s| s.rare += 2),
        ("no average", |s| s.average = 0.0),
        ("gradients not clipped", |s| s.clip = 0.0),
        ("epochs double", |s| s.epochs *= 2),
    ];
    for (name, change) in changes {
        let mut settings = settings.clone();
        change(&mut settings);
        // What the settings to begin with do not have cannot be changed.
        if settings != trials[0].settings {
            trials.push(Trial {
                name: name.into(),
                layers: layers.clone(),
                settings,
            });
        }
    }
    trials
}

fn become_kind(settings: &mut Settings, kind: HeadKind) {
    settings.model = settings.model.of_kind(kind);
    if kind == HeadKind::Linear {
        settings.inner_dropout = 0.0;
    }
}

/// The settings to begin with, their rates, shares and batch drawn anew.
///
/// # Errors
///
/// More than 1000 of them.
pub fn random(layers: &Layers, settings: &Settings, count: usize, seed: u64) -> Result<Vec<Trial>> {
    ensure!(
        count <= MAX_RANDOM,
        "found {count} random trials, expected at most {MAX_RANDOM}"
    );
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let trials = (1..=count).map(|number| {
        let mut between = |low: f64, high: f64| {
            let share = f64::from(random.next_u32()) / f64::from(u32::MAX);
            // Two digits: what is found can be typed.
            format!("{:.1e}", low + share * (high - low))
                .parse::<f64>()
                .expect("a number")
        };
        let mut settings = settings.clone();
        settings.learning_rate = between(
            (settings.learning_rate / 3.0).ln(),
            (settings.learning_rate * 3.0).ln(),
        )
        .exp();
        settings.learning_rate = format!("{:.1e}", settings.learning_rate)
            .parse()
            .expect("a number");
        settings.dropout = between(0.0, 0.3);
        if settings.model.lexicon.is_some() {
            settings.lexicon_dropout = between(0.0, 0.5);
        }
        if settings.model.kind != HeadKind::Linear {
            settings.inner_dropout = between(0.1, 0.6);
        }
        settings.batch = *[32, 64, 128].choose(&mut random).expect("three of them");
        settings.rare = *[0, 1, 3].choose(&mut random).expect("three of them");
        Trial {
            name: format!("random {number}"),
            layers: layers.clone(),
            settings,
        }
    });
    Ok(trials.collect())
}

impl Search<'_> {
    /// Runs the trials that an earlier run has not; `tell` hears of each.
    ///
    /// # Errors
    ///
    /// Settings out of range, a trial without validation, a disk that fails.
    pub fn run(&self, trials: &[Trial], mut tell: impl FnMut(&Finished)) -> Result<Vec<Finished>> {
        ensure!(
            self.share > 0.0 && self.share <= 1.0,
            "found the share {}, expected more than 0 and at most 1",
            self.share
        );
        // What cannot work is said before the long work begins.
        for Trial {
            name,
            layers,
            settings,
        } in trials
        {
            settings
                .check()
                .with_context(|| format!("trial {name:?}"))?;
            head_config(self.set, self.encoder, layers, settings)
                .with_context(|| format!("trial {name:?}"))?;
            ensure!(
                settings.validation > 0.0 || self.set.validation.is_some(),
                "trial {name:?}: found no validation share, which trials are judged by"
            );
        }
        let count = (self.set.train.len() as f64 * self.share).ceil() as usize;
        let train = &self.set.train[..count];
        let out = LockedFolder::take(self.out, progress::waiting)?;
        let path = out.join(TRIALS);
        let mut finished: Vec<Finished> = match files::read_bounded(&path, 64 << 20) {
            Ok(json) => {
                serde_json::from_slice(&json).with_context(|| path.display().to_string())?
            }
            Err(_) => Vec::new(),
        };
        let layers = self.encoder.encoder.config().layers;
        self.set
            .encode(self.encoder, &(0..=layers).collect::<Vec<_>>())?;
        let mut found = Vec::new();
        for trial in trials {
            let head = head_config(self.set, self.encoder, &trial.layers, &trial.settings)?;
            let key = serde_json::to_string(&(
                &head,
                &trial.settings,
                self.set.digest(),
                count,
                env!("CARGO_PKG_VERSION"),
            ))?;
            let key = format!("{:x}", Sha256::digest(key));
            // Of a shallow encoder, all layers may be the last four.
            if found.iter().any(|known: &Finished| known.key == key) {
                continue;
            }
            if let Some(known) = finished.iter().find(|known| known.key == key) {
                tell(known);
                found.push(known.clone());
                continue;
            }
            let task = Task {
                examples: self.set.encode(self.encoder, &head.layers)?,
                train: train.to_vec(),
                validation: self.set.validation.clone(),
                head,
            };
            let start = std::time::Instant::now();
            let checkpoint = out.join("checkpoint.safetensors");
            let begun = Begun {
                settings: &trial.settings,
                begin_with: None,
                checkpoint: &checkpoint,
                fingerprint: &key,
            };
            let fitted = begun
                .fit("fitting", task)
                .with_context(|| format!("trial {:?}", trial.name))?;
            let one = Finished {
                name: trial.name.clone(),
                key,
                layers: trial.layers.to_string(),
                settings: trial.settings.clone(),
                bytes: fitted.file.len() as u64,
                seconds: start.elapsed().as_secs_f64(),
                validation: fitted
                    .validation
                    .context("a trial is judged by its validation part")?,
            };
            finished.push(one.clone());
            let json = serde_json::to_string_pretty(&finished)? + "\n";
            files::write_whole(&path, json.as_bytes())?;
            std::fs::remove_file(checkpoint)?;
            tell(&one);
            found.push(one);
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nerite_fit::Model;

    #[test]
    fn every_trial_can_be_run() {
        let crf = Settings {
            model: Model {
                decoder: Decoder::Transitions,
                ..Settings::best(0).model
            },
            ..Settings::best(0)
        };
        for settings in [Settings::best(0), Settings::study(0), crf] {
            let mut trials = variations(&Layers::Mix, &settings);
            trials.extend(random(&Layers::Mix, &settings, 50, 3).unwrap());
            for (number, trial) in trials.iter().enumerate() {
                trial.settings.check().unwrap();
                let same = |other: &Trial| {
                    (&other.layers, &other.settings) == (&trial.layers, &trial.settings)
                };
                assert!(
                    !trials[..number].iter().any(same),
                    "{} is another",
                    trial.name
                );
            }
            let again = random(&Layers::Mix, &settings, 50, 3).unwrap();
            assert_eq!(again[49].settings, trials[trials.len() - 1].settings);
        }
        let settings = Settings::best(0);
        assert!(random(&Layers::Mix, &settings, MAX_RANDOM + 1, 3).is_err());
    }
}
