use std::io::Write;
use std::path::PathBuf;

use anyhow::{Result, ensure};
use nerite::{Aggregation, Decoder, Options, Prediction, Strategy, Unit, Utf16Offsets};
use nerite_trainer::bundle::Bundle;
use nerite_trainer::terminal::{column, shown};
use serde_json::{Map, Value, json};

use super::choice::choice;
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
    /// How tags are read off the scores, else as the head says
    #[arg(
        long,
        value_name = "DECODER",
        value_parser = choice(Decoder::ALL, Decoder::name, Decoder::about)
    )]
    decoder: Option<Decoder>,
    /// What an entity's score is of its words' probabilities
    #[arg(
        long,
        value_name = "HOW",
        default_value_t,
        value_parser = choice(Aggregation::ALL, Aggregation::name, Aggregation::about)
    )]
    aggregation: Aggregation,
    /// What makes entities of a head's pieces, else as the head says; for
    /// imported bundles
    #[arg(
        long,
        value_name = "STRATEGY",
        value_parser = choice(Strategy::ALL, Strategy::name, Strategy::about)
    )]
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
    /// probability of every tag; `doubtful` are those that the head is too
    /// unsure of
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
            column(&entity.kind),
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
            *tag = format!("{mark}-{}", column(&entity.kind));
        }
    }
    let mut sentence = 0;
    for (word, tag) in prediction.words.iter().zip(&tags) {
        if word.sentence != sentence {
            writeln!(out)?;
            sentence = word.sentence;
        }
        // A piece of raw text may be a line's end.
        let word = text[word.range.clone()].replace(char::is_whitespace, "_");
        writeln!(out, "{word}\t{tag}")?;
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
    let lists = [
        ("entities", &prediction.entities),
        ("doubtful", &prediction.doubtful),
    ];
    write!(out, "{{")?;
    for (name, list) in lists {
        write!(out, "\"{name}\":[")?;
        for (index, entity) in list.iter().enumerate() {
            let mut value = place(&entity.range);
            value["type"] = entity.kind.clone().into();
            value["score"] = entity.score.into();
            value["words"] = json!([entity.words.start, entity.words.end]);
            write!(out, "{}{value}", if index > 0 { "," } else { "" })?;
        }
        write!(out, "],")?;
    }
    write!(out, "\"words\":[")?;
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

#[cfg(test)]
mod tests {
    use nerite::{Entity, TagSet, Word};

    use super::*;

    #[test]
    fn labels_and_pieces_stay_in_their_columns() {
        let label = "B-a b\nI-c\u{202e}".to_owned();
        let text = "Ann\n Lee";
        let words = [0..3, 3..5, 5..8].map(|range| Word {
            range,
            sentence: 0,
            continues: false,
            tag: 0,
            probabilities: vec![1.0],
        });
        let prediction = Prediction {
            tags: TagSet::try_from(vec![label]).unwrap(),
            words: words.into(),
            entities: vec![Entity {
                range: 0..3,
                words: 0..1,
                kind: "a b\nI-c\u{202e}".into(),
                score: 1.0,
            }],
            doubtful: Vec::new(),
        };
        let mut out = Vec::new();
        conll(text, &prediction, &mut out).unwrap();
        let expected = "Ann\tB-a_b_I-c\\u202e\n__\tO\nLee\tO\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
        let mut out = Vec::new();
        entities(text, &prediction, &mut out).unwrap();
        let expected = "a_b_I-c\\u202e\t1.0000\tAnn\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
