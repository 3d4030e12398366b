use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use nerite::{Architecture, Strategy};
use nerite_encoders::Source;
use nerite_trainer::import::{self, Agreement, Imported};
use nerite_trainer::{bundle, progress};

use super::LookupArguments;
use super::choice::{choice, names};

/// No larger file of texts is read.
const MAX_TEXT_BYTES: u64 = 64 << 20;
/// Where the page looks for bundles.
const BUNDLES: &str = "www/bundles";
/// Entity tags that quantization may cost without a word about it.
const LOSS: f64 = 0.005;

/// Make a bundle of a fine-tuned token classifier
///
/// MODEL is a folder in Hugging Face layout, an id on the hub (owner/model), or
/// a known name: rampart (personal data). Its config.json names the labels
/// (id2label); its weights are model.safetensors or pytorch_model.bin, in one
/// file or in several with an index, or ONNX: model.onnx, or the folder onnx of
/// a transformers.js repository, in f32, f16, int8 or four bits.
///
/// The bundle's head reads the raw text's own subwords, so it finds what
/// Python's pipeline("token-classification") finds; longer texts are read
/// whole, in windows, where Python cuts them off. The encoder is quantized to
/// int8, fitted to some built-in texts, and what that costs (on others) is
/// printed:
///
///   nerite import rampart
///   nerite predict --bundle www/bundles/rampart text.txt
///   nerite serve                                  # then open /?bundle=rampart
#[derive(clap::Args)]
#[command(verbatim_doc_comment, after_long_help = families())]
pub(super) struct Arguments {
    /// The token classifier
    #[arg(value_name = "MODEL")]
    model: String,
    /// The folder for the bundle; else a folder of the model's name, in
    /// www/bundles where there is one. A bundle of another encoder there is
    /// refused
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// How pieces become entities; all but `proper` are Python's
    /// aggregation_strategy. The page can ask for others later. Without it,
    /// first; simple where the vocabulary does not mark subwords (RoBERTa)
    #[arg(
        long,
        value_name = "STRATEGY",
        value_parser = choice(Strategy::ALL, Strategy::name, Strategy::about)
    )]
    strategy: Option<Strategy>,
    /// Names for the classifier's labels, in order, instead of config.json's
    #[arg(long, value_name = "LABEL,…", value_delimiter = ',')]
    labels: Option<Vec<String>>,
    /// Compare int8 with f32 on the lines of this file, instead of on built-in
    /// sentences
    #[arg(long, value_name = "FILE")]
    check: Option<PathBuf>,
    #[command(flatten)]
    lookup: LookupArguments,
}

fn families() -> String {
    let names = names(Architecture::ALL, Architecture::name);
    format!("Families of encoders (model_type): {names}")
}

impl Arguments {
    pub(super) fn run(&self) -> Result<()> {
        let report = progress::of_encoders();
        let texts = self.check.as_deref().map(lines).transpose()?;
        let source = Source::find(&self.model, &self.lookup.lookup(), &report)?;
        let name = bundle::name_of(&source.name);
        let out = self.out.clone().unwrap_or_else(|| {
            let shown = Path::new(BUNDLES);
            let folder = if shown.is_dir() { shown } else { Path::new("") };
            folder.join(&name)
        });
        let settings = import::Settings {
            strategy: self.strategy,
            labels: self.labels.clone(),
            texts,
        };
        let Imported {
            manifest,
            head,
            agreement,
        } = import::import(source, &settings, &out, &report)?;
        bundle::refresh_index(&out)?;
        say!(
            "bundle    {} ({:.1} MB)",
            out.display(),
            manifest.bytes() as f64 / 1e6
        );
        say!(
            "labels    {} ({})",
            head.tags.len(),
            head.tags.scheme().name()
        );
        if let Some(strategy) = head.pieces {
            say!("strategy  {strategy}");
        }
        say!("licence   {}", super::licence(&manifest));
        self.tell(&agreement)
    }

    /// What quantization costs.
    fn tell(&self, agreement: &Agreement) -> Result<()> {
        say!(
            "int8      {} of {} pieces keep their tag, {} of {} with an entity's ({:.2} %)",
            agreement.same,
            agreement.pieces,
            agreement.same_entity,
            agreement.entity_pieces,
            100.0 * agreement.entity_agreement()
        );
        if let Some(largest) = &agreement.largest {
            let file = self.check.as_deref().map(|path| path.display().to_string());
            say!(
                "          the largest change of a probability is {:.3}, {}:{}, bytes {} to {}: {} {:.3} in f32, {} {:.3} in int8",
                largest.change,
                file.as_deref().unwrap_or("built-in sentence"),
                largest.text,
                largest.start,
                largest.end,
                largest.f32.0,
                largest.f32.1,
                largest.int8.0,
                largest.int8.1
            );
        }
        if 1.0 - agreement.entity_agreement() > LOSS {
            let unsure = agreement.changes.iter().map(|change| change.margin);
            say!(
                "          every changed tag was unsure: its two best scores are at most {:.2} apart in f32",
                unsure.fold(0.0, f32::max)
            );
        }
        Ok(())
    }
}

/// A file's lines that hold something.
fn lines(path: &Path) -> Result<Vec<String>> {
    let bytes = nerite_files::read_bounded(path, MAX_TEXT_BYTES)?;
    let text =
        String::from_utf8(bytes).with_context(|| format!("{}: not UTF-8", path.display()))?;
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    ensure!(
        lines.iter().any(|line| !line.trim().is_empty()),
        "{}: found no text",
        path.display()
    );
    Ok(lines)
}
