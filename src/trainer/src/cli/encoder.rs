use anyhow::Result;
use nerite_encoders::Source;
use nerite_trainer::progress;

use super::LookupArguments;

/// Get pretrained encoders
#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// Download an encoder if need be, and quantize it
    ///
    /// NAME is a folder in Hugging Face layout (config.json; tokenizer.json, or
    /// vocab.txt, or vocab.json and merges.txt; model.safetensors), an id on
    /// the hub (owner/model), or one of the known names: all-MiniLM-L6-v2,
    /// distilbert-cased-edit, distilbert-base-cased, bert-base-cased,
    /// roberta-base. The hub's own
    /// cache is used (HF_HOME), and another hub if HF_ENDPOINT names one.
    Fetch {
        /// The encoder
        #[arg(value_name = "NAME", default_value = nerite_encoders::DEFAULT)]
        name: String,
        #[command(flatten)]
        lookup: LookupArguments,
    },
}

impl Command {
    pub(super) fn run(&self) -> Result<()> {
        let Self::Fetch { name, lookup } = self;
        let source = Source::find(name, &lookup.lookup(), &progress::of_encoders())?;
        let quantized = source.quantized(&progress::of_encoders())?;
        let config = quantized.encoder.config();
        say!(
            "encoder    {name} ({}, {} layers of width {})",
            config.architecture.name(),
            config.layers,
            config.hidden
        );
        say!("checkpoint {}", source.folder().display());
        say!("quantized  {}", quantized.path.display());
        say!("sha256     {}", quantized.encoder.sha256());
        Ok(())
    }
}
