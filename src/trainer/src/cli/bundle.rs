use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use nerite::Manifest;
use nerite_encoders::Source;
use nerite_trainer::bundle::HeadFolder;
use nerite_trainer::progress;
use nerite_trainer::{bundle, npm};

use super::LookupArguments;

/// Make a bundle: an encoder and heads, ready for `predict` and the page
///
/// The folder OUT gets manifest.json, the quantized encoder, its tokenizer,
/// the heads and their reports. Where a bundle of the same encoder is already,
/// the heads are added to it; one of the same name is replaced. The page shows
/// the bundle in www/bundles/NAME at ?bundle=NAME.
///
/// With --npm, OUT is an npm package of the bundle, of new heads or of an
/// existing bundle (--bundle): load("package:NAME") finds it once it is
/// installed. No file is larger than 25 MiB.
#[derive(clap::Args)]
pub(super) struct CreateArguments {
    /// A head's folder, as `nerite train` writes it; give several for several
    /// heads. The head is called as its folder is, or NAME
    #[arg(
        long = "head",
        value_name = "[NAME=]FOLDER",
        required_unless_present = "bundle"
    )]
    heads: Vec<HeadFolder>,
    /// An existing bundle, to write an npm package of
    #[arg(long, value_name = "DIR", requires = "npm", conflicts_with_all = ["heads", "encoder", "default"])]
    bundle: Option<PathBuf>,
    /// The folder for the bundle
    #[arg(long, value_name = "OUT")]
    out: PathBuf,
    /// The encoder, if it is not found by the name that the heads' reports give
    /// it: a folder, a known name, or an id on the hub
    #[arg(long, value_name = "NAME")]
    encoder: Option<String>,
    #[command(flatten)]
    lookup: LookupArguments,
    /// The head that pages and `predict` begin with, else the last one given
    #[arg(long, value_name = "HEAD")]
    default: Option<String>,
    /// Write an npm package of this name
    #[arg(long, value_name = "NAME")]
    npm: Option<String>,
    /// The npm package's version
    #[arg(
        long,
        value_name = "VERSION",
        requires = "npm",
        default_value = "1.0.0"
    )]
    npm_version: String,
    /// The licence of weights and heads, as npm names it (MIT, Apache-2.0)
    #[arg(long, value_name = "SPDX", requires = "npm")]
    license: Option<String>,
    /// The text of that licence, for the package's file LICENSE
    #[arg(long, value_name = "FILE", requires = "npm")]
    license_file: Option<PathBuf>,
}

/// The largest text of a licence, in bytes.
const MOST_LICENSE_BYTES: u64 = 1 << 20;

impl CreateArguments {
    pub(super) fn run(&self) -> Result<()> {
        let Some(name) = &self.npm else {
            let manifest = self.create(&self.out)?;
            bundle::refresh_index(&self.out)?;
            let heads: Vec<&str> = manifest.heads.iter().map(|own| own.id.as_str()).collect();
            let plural = if heads.len() == 1 { "" } else { "s" };
            say!(
                "{}: {} head{plural} ({}), {:.1} MB to download",
                self.out.display(),
                heads.len(),
                heads.join(", "),
                manifest.bytes() as f64 / 1e6
            );
            return Ok(());
        };
        let license_text = match &self.license_file {
            Some(path) => {
                let text = nerite_files::read_bounded(path, MOST_LICENSE_BYTES)?;
                let text = String::from_utf8(text);
                Some(text.with_context(|| format!("{}: found no UTF-8", path.display()))?)
            }
            None => None,
        };
        let settings = npm::Settings {
            name: name.clone(),
            version: self.npm_version.clone(),
            license: self.license.clone(),
            license_text,
        };
        let (_, bytes) = match &self.bundle {
            Some(folder) => npm::write(folder, &settings, &self.out)?,
            None => {
                let folder = tempfile::tempdir()?;
                self.create(folder.path())?;
                npm::write(folder.path(), &settings, &self.out)?
            }
        };
        say!(
            "{}: the npm package {name}, {:.1} MB; `npm publish {}` publishes it, `npm install {}` tries it",
            self.out.display(),
            bytes as f64 / 1e6,
            self.out.display(),
            self.out.display()
        );
        Ok(())
    }

    fn create(&self, out: &Path) -> Result<Manifest> {
        let source = self.source()?;
        let encoder = source.quantized(&progress::of_encoders())?;
        let default = self.default.as_deref();
        bundle::create(&source, &encoder, &self.heads, default, out)
    }
}

impl CreateArguments {
    /// The encoder that is asked for, else the one that the heads were fitted on.
    fn source(&self) -> Result<Source> {
        let find = |name: &str| Source::find(name, &self.lookup.lookup(), &progress::of_encoders());
        if let Some(name) = &self.encoder {
            return find(name);
        }
        let name = bundle::encoder_of(&self.heads)?;
        find(&name).with_context(|| {
            format!("the heads were fitted on the encoder {name}: say where it is with --encoder")
        })
    }
}

/// Make the encoder of a bundle that came without it; with --table, put values
/// back into texts
///
/// Repositories hold a bundle's manifest, heads and reports, but not the
/// encoder. This fetches the checkpoint that the manifest names, quantizes it,
/// and checks that the very file comes out that the manifest lists.
///
/// With --table, values that `nerite redact` took out are put back into texts:
/// redacted ones, or answers of a language model, however they write the
/// placeholders ([PERSON_1], Person 1, **PERSON\_1**). Standard input is
/// restored as it comes.
#[derive(clap::Args)]
pub(super) struct RestoreArguments {
    /// The bundle's folder; with --table, texts and folders of them
    #[arg(value_name = "PATH", required_unless_present = "table")]
    paths: Vec<PathBuf>,
    /// The table that `nerite redact --table` wrote
    #[arg(long, value_name = "FILE.json", conflicts_with_all = ["encoder", "revision", "offline"])]
    table: Option<PathBuf>,
    /// With --table: write here, a file for one text, a folder for several
    #[arg(long, value_name = "PATH", requires = "table")]
    out: Option<PathBuf>,
    /// With --table: standard input is JSON lines
    #[arg(long, requires = "table")]
    json_lines: bool,
    /// Another place of the checkpoint that the manifest names
    #[arg(long, value_name = "NAME")]
    encoder: Option<String>,
    #[command(flatten)]
    lookup: LookupArguments,
}

impl RestoreArguments {
    pub(super) fn run(&self) -> Result<()> {
        if let Some(table) = &self.table {
            let out = self.out.as_deref();
            return super::redact::restore(table, &self.paths, out, self.json_lines);
        }
        let [folder] = &self.paths[..] else {
            anyhow::bail!("found {} bundles, expected one", self.paths.len());
        };
        let encoder = self.encoder.as_deref();
        let made = bundle::restore(folder, encoder, &self.lookup.lookup())?;
        let what = if made { "restored" } else { "complete already" };
        say!("{}: {what}", folder.display());
        Ok(())
    }
}
