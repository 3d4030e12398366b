use std::path::PathBuf;

use anyhow::Result;
use nerite_trainer::bundle;
use nerite_trainer::progress;

use super::{EncoderArguments, LookupArguments};

/// Make a bundle: an encoder and heads, ready for `predict` and the page
///
/// The folder OUT gets manifest.json, the quantized encoder, its tokenizer,
/// the heads and their reports. The page shows the bundle in
/// www/bundles/NAME at ?bundle=NAME.
#[derive(clap::Args)]
pub(super) struct CreateArguments {
    /// A head's folder, as `nerite train` writes it; give several for several
    /// heads. The folder's name becomes the head's
    #[arg(long = "head", value_name = "FOLDER", required = true)]
    heads: Vec<PathBuf>,
    /// The folder for the bundle
    #[arg(long, value_name = "OUT")]
    out: PathBuf,
    #[command(flatten)]
    encoder: EncoderArguments,
    /// The head to begin with, else the last one given
    #[arg(long, value_name = "HEAD")]
    default: Option<String>,
}

impl CreateArguments {
    pub(super) fn run(&self) -> Result<()> {
        let source = self.encoder.find()?;
        let encoder = source.quantized(&progress::of_encoders())?;
        let manifest = bundle::create(
            &source,
            &encoder,
            &self.heads,
            self.default.as_deref(),
            &self.out,
        )?;
        bundle::refresh_index(&self.out)?;
        say!(
            "{}: {} heads, {:.1} MB to download",
            self.out.display(),
            manifest.heads.len(),
            manifest.bytes() as f64 / 1e6
        );
        Ok(())
    }
}

/// Make the encoder of a bundle that came without it
///
/// Repositories hold a bundle's manifest, heads and reports, but not the
/// encoder. This fetches the checkpoint that the manifest names, quantizes it,
/// and checks that the very file comes out that the manifest lists.
#[derive(clap::Args)]
pub(super) struct RestoreArguments {
    /// The bundle's folder
    #[arg(value_name = "BUNDLE")]
    bundle: PathBuf,
    /// Another place of the checkpoint that the manifest names
    #[arg(long, value_name = "NAME")]
    encoder: Option<String>,
    #[command(flatten)]
    lookup: LookupArguments,
}

impl RestoreArguments {
    pub(super) fn run(&self) -> Result<()> {
        let encoder = self.encoder.as_deref();
        let made = bundle::restore(&self.bundle, encoder, &self.lookup.lookup())?;
        let what = if made { "restored" } else { "complete already" };
        say!("{}: {what}", self.bundle.display());
        Ok(())
    }
}
