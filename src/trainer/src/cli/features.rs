use std::path::PathBuf;

use anyhow::Result;
use nerite_trainer::vectors::{Precision, Spelling, Vectors};

use super::EncoderArguments;

/// Write the hidden states of words to a file, for use elsewhere
///
/// OUT is a safetensors file: `features` F32 `[words, layers + 1, hidden]` (the
/// embeddings first, then every layer) of each word's first subword;
/// `sentence` and `word` I64, the place of each word in the input;
/// `subwords` I64, how many subwords it has (0 where the vocabulary
/// drops all of a word: its features are zeros).
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// One JSON array of words per line
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// The file to write
    #[arg(long, value_name = "OUT")]
    out: PathBuf,
    #[command(flatten)]
    encoder: EncoderArguments,
    /// The quantized encoder that the page runs, or the original
    #[arg(long, value_enum, default_value_t = Precision::Int8)]
    precision: Precision,
    /// How words are spelled for the encoder
    #[arg(long, value_enum, default_value_t)]
    spelling: Spelling,
}

impl Arguments {
    pub(super) fn run(&self) -> Result<()> {
        nerite_files::check_apart([("--out", &*self.out)], [("--input", &*self.input)])?;
        let sentences = super::sentences(&self.input)?;
        nerite_trainer::vectors::check_writable(&self.out)?;
        let source = self.encoder.find()?;
        let vectors = Vectors::of(
            &sentences,
            &source,
            self.precision,
            self.spelling,
            &self.out,
        )?;
        vectors.write(&self.out)?;
        say!(
            "{}: {} words, {} states of width {}",
            self.out.display(),
            vectors.words(),
            vectors.states,
            vectors.hidden
        );
        Ok(())
    }
}
