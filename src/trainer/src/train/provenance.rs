//! What a report says of where it comes from.

use std::time::Instant;

use anyhow::Result;
use nerite::{
    Encoder, EncoderProvenance, HeadConfig, HeadProvenance, PartProvenance, Provenance,
    SplitProvenance,
};
use nerite_fit::names_sha256;
use sha2::{Digest, Sha256};

use super::Training;

impl Training<'_> {
    pub(super) fn provenance(
        &self,
        config: &HeadConfig,
        head: &[u8],
        part: &[usize],
        start: Instant,
    ) -> Result<Provenance> {
        let encoder = &self.encoder.encoder;
        Ok(Provenance {
            corpus: self.set.provenance(),
            split: self.split_provenance(part),
            encoder: EncoderProvenance {
                name: self.encoder_name.to_owned(),
                architecture: encoder.config().architecture.name().into(),
                sha256: encoder.sha256().to_owned(),
            },
            head: HeadProvenance {
                kind: config.kind.name().into(),
                layers: config.layers.clone(),
                sha256: format!("{:x}", Sha256::digest(head)),
                begun_with: self.begin_with_sha256(),
            },
            settings: serde_json::to_value(&self.settings)?,
            nerite: env!("CARGO_PKG_VERSION").into(),
            machine: machine(encoder),
            seconds: start.elapsed().as_secs_f64(),
            command: self.command.clone(),
        })
    }

    pub(super) fn split_provenance(&self, part: &[usize]) -> SplitProvenance {
        let named = |part: &[usize]| PartProvenance {
            sentences: part.len() as u64,
            sha256: names_sha256(self.set.names(part)),
        };
        SplitProvenance {
            name: match self.set.tests[..] {
                [] => format!("cross-validation in {} folds", self.settings.folds),
                _ => self.set.split.clone(),
            },
            train: named(self.set.originals()),
            test: named(part),
        }
    }
}

/// The machine that a report is made on.
pub(crate) fn machine(encoder: &Encoder) -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!(
        "{} {}, {cores} cores, {}",
        std::env::consts::OS,
        std::env::consts::ARCH,
        encoder.backend()
    )
}
