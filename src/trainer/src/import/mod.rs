//! A fine-tuned token classifier becomes a bundle: its encoder quantized, its
//! last layer a head of pieces.

mod check;

use std::path::Path;

use anyhow::Result;
use nerite::{BundleFile, BundleHead, Head, HeadConfig, Manifest, Recognizer, Strategy, Unit};
use nerite_encoders::{OnProgress, Source};

use crate::bundle;
pub use check::{Agreement, Change};

/// The head's name in its bundle.
const HEAD: &str = "classifier";
/// Sentences of the kinds that such models are made for, written for this.
const SENTENCES: &str = include_str!("sentences.txt");

/// How a checkpoint is imported.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// How pieces become entities, else by the tokenizer's kind.
    pub strategy: Option<Strategy>,
    /// The labels, where `config.json` has none or others.
    pub labels: Option<Vec<String>>,
    /// Texts to compare int8 and f32 on, instead of the built-in sentences.
    pub texts: Option<Vec<String>>,
}

/// What came of an import.
pub struct Imported {
    /// The new bundle's manifest.
    pub manifest: Manifest,
    /// The head's configuration.
    pub head: HeadConfig,
    /// How int8 and f32 agree.
    pub agreement: Agreement,
}

/// Makes a bundle in `out` of a fine-tuned token classifier.
///
/// # Errors
///
/// A checkpoint of another kind or that does not fit its configuration, a bundle
/// of another encoder in `out`, or a disk that fails.
pub fn import(
    mut source: Source,
    settings: &Settings,
    out: &Path,
    progress: OnProgress<'_>,
) -> Result<Imported> {
    source.unit = Unit::Pieces;
    let config = source.config()?;
    let classifier = source.classifier(settings.labels.as_deref())?;
    let quantized = source.quantized(progress)?;
    let tokenizer = &quantized.tokenizer_json;
    bundle::earlier(out, quantized.encoder.sha256(), tokenizer, &[HEAD])?;
    let strategy = settings.strategy.unwrap_or_else(|| {
        // By spaces alone, a bracket's tag would be its whole word's.
        match quantized.tokenizer.marks_subwords() {
            true => Strategy::First,
            false => Strategy::Simple,
        }
    });
    let sha256 = quantized.encoder.sha256();
    let (head_config, bytes) = classifier.head(&config, sha256, strategy)?;
    let head = Head::from_bytes(&bytes)?;

    let mut full = source.full_precision(&head_config.layers)?;
    let mut recognizer = Recognizer::new(quantized.encoder, &quantized.tokenizer_json)?;
    let built_in: Vec<String> = SENTENCES.lines().map(str::to_owned).collect();
    let texts = settings.texts.as_ref().unwrap_or(&built_in);
    let texts = (1..).zip(texts.iter().map(String::as_str));
    let agreement = Agreement::of(texts, &head, &mut recognizer, &mut full)?;

    let report = serde_json::to_string_pretty(&agreement)? + "\n";
    let kinds = head_config.tags.kinds().len();
    let entry = BundleHead {
        id: HEAD.into(),
        title: format!("fine-tuned classifier of {kinds} types"),
        file: BundleFile::of(format!("heads/{HEAD}.safetensors"), &bytes),
        report: None,
        agreement: Some(BundleFile::of("reports/agreement.json", report.as_bytes())),
    };
    let manifest = bundle::write(
        &source,
        bundle::EncoderFiles {
            architecture: config.architecture,
            path: &quantized.path,
            tokenizer: &quantized.tokenizer_json,
        },
        vec![entry],
        HEAD.into(),
        vec![
            (format!("heads/{HEAD}.safetensors"), bytes),
            ("reports/agreement.json".into(), report.into_bytes()),
        ],
        out,
    )?;
    Ok(Imported {
        manifest,
        head: head_config,
        agreement,
    })
}
