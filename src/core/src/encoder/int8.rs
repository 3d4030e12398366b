//! The int8 engine as recognizers run it.

use super::{Config, Encoder, EncoderError, Engine, HiddenStates, Workspace};

/// The int8 engine on one thread: an encoder and its buffers.
pub struct Int8 {
    /// The encoder.
    pub encoder: Encoder,
    workspace: Workspace,
}

impl From<Encoder> for Int8 {
    fn from(encoder: Encoder) -> Self {
        Self {
            encoder,
            workspace: Workspace::default(),
        }
    }
}

impl HiddenStates for Int8 {
    fn config(&self) -> &Config {
        self.encoder.config()
    }

    fn hidden_states(
        &mut self,
        sequences: &[&[u32]],
        layers: &[usize],
    ) -> Result<Vec<f32>, EncoderError> {
        (&self.encoder, &mut self.workspace).hidden_states(sequences, layers)
    }
}

impl Engine for Int8 {
    fn sha256(&self) -> &str {
        self.encoder.sha256()
    }
}

impl HiddenStates for (&Encoder, &mut Workspace) {
    fn config(&self) -> &Config {
        self.0.config()
    }

    fn hidden_states(
        &mut self,
        sequences: &[&[u32]],
        layers: &[usize],
    ) -> Result<Vec<f32>, EncoderError> {
        self.0.encode(sequences, layers, self.1)
    }
}
