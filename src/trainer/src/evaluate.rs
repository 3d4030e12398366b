//! What a head makes of a part of a corpus, and the figures of it.

use std::path::Path;

use anyhow::{Context as _, Result};
use nerite::{
    Context, Decoder, Details, Evaluation, Head, HeadInput, JudgedSentence, Report, Sample, TagSet,
    Training,
};
use rayon::prelude::*;

use crate::corpus::Corpus;
use crate::features::Features;
use crate::files;

/// No report is larger.
pub(crate) const MAX_REPORT_BYTES: u64 = 256 << 20;

/// Reads a stored report.
///
/// # Errors
///
/// A file that cannot be read, or that is no report of this version.
pub fn read_report(path: &Path) -> Result<Report> {
    let json = files::read_bounded(path, MAX_REPORT_BYTES)?;
    let name = || path.display().to_string();
    Report::from_json(std::str::from_utf8(&json).with_context(name)?).with_context(name)
}

/// Reads a stored sample, and checks it.
///
/// # Errors
///
/// A file that cannot be read, or that is no sample whose figures follow from
/// its predictions.
pub fn read_sample(path: &Path) -> Result<Sample> {
    let json = files::read_bounded(path, MAX_REPORT_BYTES)?;
    let name = || path.display().to_string();
    Sample::from_json(std::str::from_utf8(&json).with_context(name)?).with_context(name)
}

/// Judges `head`, which was fitted on the sentences `train` where that is
/// known, on the sentences `part`. A word without a subword gets `O`.
pub fn evaluate(
    head: &Head,
    decoder: Decoder,
    corpus: &Corpus,
    features: &Features,
    part: &[usize],
    train: Option<&[usize]>,
) -> Evaluation {
    let (tags, sentences) = judged(head, decoder, corpus, features, part);
    let training = train.map(|train| training(corpus, train));
    let context = Context {
        training: training.as_ref(),
        ..Context::default()
    };
    Evaluation::of(&tags, &sentences, &context)
}

/// What the sentences `train` hold.
pub(crate) fn training(corpus: &Corpus, train: &[usize]) -> Training {
    let sentences = train.iter().map(|&index| {
        let sentence = &corpus.sentences[index];
        let words = sentence.words.iter().map(String::as_str).collect();
        (words, &sentence.tags[..])
    });
    Training::of(&corpus.tags, sentences)
}

/// The expected calibration error of words; not a number where confidences
/// are not known.
pub fn calibration_error(details: &Details) -> f64 {
    let calibration = details.calibration.as_ref();
    calibration.map_or(f64::NAN, |calibration| calibration.words.ece)
}

/// As [`evaluate`], without what takes long: intervals say nothing.
pub(crate) fn evaluate_quickly(
    head: &Head,
    decoder: Decoder,
    corpus: &Corpus,
    features: &Features,
    part: &[usize],
) -> Evaluation {
    let (tags, sentences) = judged(head, decoder, corpus, features, part);
    let context = Context {
        resamples: 1,
        ..Context::default()
    };
    Evaluation::of(&tags, &sentences, &context)
}

/// What a head takes of a sentence of a corpus.
pub(crate) fn with_input<T>(
    corpus: &Corpus,
    features: &Features,
    sentence: usize,
    run: impl FnOnce(HeadInput<'_>) -> T,
) -> T {
    let mut rows = Vec::new();
    features.append(sentence, &mut rows);
    let words = &corpus.sentences[sentence].words;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let subwords = features.subwords(sentence);
    let seen: Vec<bool> = subwords.iter().map(|&count| count > 0).collect();
    run(HeadInput {
        words: &words,
        features: &rows,
        seen: &seen,
    })
}

/// The sentences `part` as the head tags them, and the tags of corpus and head.
fn judged<'a>(
    head: &Head,
    decoder: Decoder,
    corpus: &'a Corpus,
    features: &Features,
    part: &[usize],
) -> (TagSet, Vec<JudgedSentence<'a>>) {
    let own = &head.config().tags;
    let labels = corpus.tags.labels().iter().chain(own.labels());
    let tags = TagSet::new(labels.cloned()).expect("the tags of corpus and head are few");
    let place = |set: &TagSet| -> Vec<u16> {
        let labels = set.labels().iter();
        labels
            .map(|label| tags.index(label).expect("the label is in both") as u16)
            .collect()
    };
    let (gold, predicted) = (place(&corpus.tags), place(own));
    let sentences = part
        .par_iter()
        .map(|&index| {
            let sentence = &corpus.sentences[index];
            let output = with_input(corpus, features, index, |input| head.tag(input, decoder));
            let mut judged = JudgedSentence {
                words: sentence.words.iter().map(String::as_str).collect(),
                gold: sentence
                    .tags
                    .iter()
                    .map(|&tag| gold[usize::from(tag)])
                    .collect(),
                ..JudgedSentence::default()
            };
            let rows = output.probabilities.chunks_exact(own.len());
            let words = output.tags.into_iter().zip(rows);
            for ((tag, row), &subwords) in words.zip(features.subwords(index)) {
                judged.predicted.push(predicted[tag]);
                judged.confidences.push(row[tag]);
                judged.without_subword.push(subwords == 0);
            }
            judged
        })
        .collect();
    (tags, sentences)
}
