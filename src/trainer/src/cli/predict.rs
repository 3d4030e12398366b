use std::io::Write;
use std::path::PathBuf;

use anyhow::{Result, ensure};
use nerite::{Aggregation, Decoder, Options, Prediction, Strategy, Unit, Utf16Offsets};
use nerite_trainer::bundle::Bundle;
use nerite_trainer::terminal::shown;
use serde_json::{Map, Value, json};

use super::texts::EncodingArguments;

/// Find the entities of a text
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The text; standard input if not given
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    encoding: EncodingArguments,
    /// The bundle's folder
    #[arg(long, value_name = "DIR")]
    bundle: PathBuf,
    /// The head, else the bundle's default
    #[arg(long, value_name = "HEAD")]
    head: Option<String>,
    /// How tags are read off the scores: argmax, rules (the best sequence
    /// that keeps the BIO rules) or transitions (the best under the head's
    /// learnt ones); else as the head says
    #[arg(long, value_name = "DECODER")]
    decoder: Option<Decoder>,
    /// What an entity's score is of its words' probabilities: first, average
    /// or max
    #[arg(long, value_name = "HOW", default_value_t)]
    aggregation: Aggregation,
    /// What makes entities of a head's pieces: simple, first, average, max or
    /// proper, else as the head says; for imported bundles
    #[arg(long, value_name = "STRATEGY")]
    strategy: Option<Strategy>,
    /// What to print
    #[arg(long, value_enum, default_value_t)]
    output: Output,
}

#[derive(Clone, Copy, Default, clap::ValueEnum)]
enum Output {
    /// A line per entity: type, score, and the entity's text
    #[default]
    Text,
    /// Entities and words with byte offsets, UTF-16 offsets, and the
    /// probability of every tag
    Json,
    /// A line per word: the word and its tag, as the entities have it; a blank
    /// line after a sentence
    Conll,
}

impl Arguments {
    pub(super) fn run(&self) -> Result<()> {
        let mut bundle = Bundle::open(&self.bundle, self.head.as_deref())?;
        bundle.head.decoder(self.decoder)?;
        ensure!(
            self.strategy.is_none() || bundle.head.config().unit() == Unit::Pieces,
            "found --strategy for a head of words, expected one of pieces, as `nerite import` makes it"
        );
        let text = self.encoding.read(self.file.as_deref())?;
        let options = Options {
            decoder: self.decoder,
            aggregation: self.aggregation,
            strategy: self.strategy,
        };
        let prediction = bundle.recognizer.recognize(&text, &bundle.head, &options)?;
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        match self.output {
            Output::Text => entities(&text, &prediction, &mut out)?,
            Output::Json => json(&text, &prediction, &mut out)?,
            Output::Conll => conll(&text, &prediction, &mut out)?,
        }
        out.flush()?;
        Ok(())
    }
}

fn entities(text: &str, prediction: &Prediction, out: &mut impl Write) -> Result<()> {
    for entity in &prediction.entities {
        // An entity may go over a line's end; a line of output does not.
        let words: Vec<&str> = text[entity.range.clone()].split_whitespace().collect();
        writeln!(
            out,
            "{}\t{:.4}\t{}",
            entity.kind,
            entity.score,
            shown(&words.join(" "))
        )?;
    }
    Ok(())
}

fn conll(text: &str, prediction: &Prediction, out: &mut impl Write) -> Result<()> {
    // An entity may be shorter than its tags, without marks at its ends.
    let mut tags = vec![String::from("O"); prediction.words.len()];
    for entity in &prediction.entities {
        for (place, tag) in tags[entity.words.clone()].iter_mut().enumerate() {
            let mark = if place == 0 { "B" } else { "I" };
            *tag = format!("{mark}-{}", entity.kind);
        }
    }
    let mut sentence = 0;
    for (word, tag) in prediction.words.iter().zip(&tags) {
        if word.sentence != sentence {
            writeln!(out)?;
            sentence = word.sentence;
        }
        writeln!(out, "{}\t{tag}", &text[word.range.clone()])?;
    }
    Ok(())
}

/// Written piece by piece: a long text's document is many times its size.
fn json(text: &str, prediction: &Prediction, out: &mut impl Write) -> Result<()> {
    let labels = prediction.tags.labels();
    let mut offsets = Utf16Offsets::new(text);
    let mut place = |range: &std::ops::Range<usize>| {
        json!({
            "text": &text[range.clone()],
            "start": range.start,
            "end": range.end,
            "start_utf16": offsets.at(range.start),
            "end_utf16": offsets.at(range.end),
        })
    };
    write!(out, "{{\"entities\":[")?;
    for (index, entity) in prediction.entities.iter().enumerate() {
        let mut value = place(&entity.range);
        value["type"] = entity.kind.clone().into();
        value["score"] = entity.score.into();
        value["words"] = json!([entity.words.start, entity.words.end]);
        write!(out, "{}{value}", if index > 0 { "," } else { "" })?;
    }
    write!(out, "],\"words\":[")?;
    for (index, word) in prediction.words.iter().enumerate() {
        let mut value = place(&word.range);
        value["sentence"] = word.sentence.into();
        value["tag"] = labels[word.tag].clone().into();
        if word.continues {
            value["continues"] = true.into();
        }
        let probabilities = labels.iter().zip(&word.probabilities);
        value["probabilities"] = probabilities
            .map(|(tag, p)| (tag.clone(), Value::from(*p)))
            .collect::<Map<_, _>>()
            .into();
        write!(out, "{}{value}", if index > 0 { "," } else { "" })?;
    }
    writeln!(out, "]}}")?;
    Ok(())
}
