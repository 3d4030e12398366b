//! Fine-tuned token classifiers against transformers' own pipeline: small
//! random ones of every family and label scheme, in f32. The fixtures and the
//! script that makes them are in `tests/golden` of the repository.

use std::path::{Path, PathBuf};

use nerite::{
    Config, Entity, Head, HiddenStates, Pieces, Prediction, Strategy, Tokenizer, Unit, Workspace,
    read_pieces,
};
use nerite_encoders::{Lookup, Source};
use serde_json::Value;

const MODELS: [&str; 5] = [
    "bert-bio",
    "distilbert-bare",
    "roberta-bioes",
    "roberta-bilou",
    "electra-nameless",
];
/// What a score may differ by from the one in the fixture.
const TOLERANCE: f64 = 1e-4;
/// How well int8 finds the entities of f32 at the least: Rampart 0.959 on texts
/// that are full of numbers.
const LEAST_F1: f64 = 0.95;

/// Folders of more such models with an `expected.json`, for `scripts/parity`.
const MORE: &str = "NERITE_CLASSIFIERS";

const STRATEGIES: [Strategy; 4] = [
    Strategy::Simple,
    Strategy::First,
    Strategy::Average,
    Strategy::Max,
];

fn folders() -> Vec<PathBuf> {
    let golden = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/classifiers");
    let named = MODELS.iter().map(|name| golden.join(name));
    named.chain(more()).collect()
}

fn more() -> Vec<PathBuf> {
    let more = std::env::var_os(MORE).unwrap_or_default();
    let folders = std::env::split_paths(&more);
    folders.filter(|path| path.is_dir()).collect()
}

/// A checkpoint, ready to find entities in f32.
struct Classifier {
    name: String,
    source: Source,
    config: Config,
    tokenizer: Tokenizer,
    head: Head,
    rows: Vec<Value>,
}

impl Classifier {
    fn open(folder: &Path) -> Self {
        let lookup = Lookup {
            offline: true,
            ..Lookup::default()
        };
        let mut source = Source::find(&folder.to_string_lossy(), &lookup, &|_| {}).unwrap();
        source.unit = Unit::Pieces;
        let config = source.config().unwrap();
        let json = source.tokenizer().unwrap();
        let classifier = source.classifier(None).unwrap();
        let (_, file) = classifier.head(&config, "", Strategy::Simple).unwrap();
        let rows = std::fs::read(folder.join("expected.json")).unwrap();
        Self {
            name: folder.file_name().unwrap().to_string_lossy().into_owned(),
            tokenizer: Tokenizer::from_bytes(&json, config.vocabulary).unwrap(),
            head: Head::from_bytes(&file).unwrap(),
            rows: serde_json::from_slice(&rows).unwrap(),
            source,
            config,
        }
    }

    /// What every strategy finds.
    fn find(&self, encoder: &mut dyn HiddenStates, text: &str) -> Vec<Prediction> {
        let pieces = Pieces::new(&self.tokenizer, text, self.config.window).unwrap();
        let heads = STRATEGIES.map(|strategy| (&self.head, Some(strategy)));
        read_pieces(encoder, self.tokenizer.specials(), &pieces, &heads).unwrap()
    }
}

/// Entities as `[type, score, start, end]`, in characters.
fn entities(row: &Value, strategy: Strategy) -> Vec<(String, f64, u64, u64)> {
    let found = row[strategy.name()].as_array().unwrap().iter();
    let read = |own: &Value| {
        let number = |at: usize| own[at].as_u64().unwrap();
        let (start, end) = (number(2), number(3));
        // A piece of white space ends before it begins.
        (
            own[0].as_str().unwrap().to_owned(),
            own[1].as_f64().unwrap(),
            start,
            end.max(start),
        )
    };
    found.map(read).collect()
}

fn own(text: &str, found: &Prediction) -> Vec<(String, f64, u64, u64)> {
    let characters = |at: usize| text[..at].chars().count() as u64;
    let read = |own: &Entity| {
        let (start, end) = (characters(own.range.start), characters(own.range.end));
        (own.kind.clone(), f64::from(own.score), start, end)
    };
    found.entities.iter().map(read).collect()
}

#[test]
fn entities_are_those_of_python() {
    for folder in folders() {
        let model = Classifier::open(&folder);
        let mut encoder = model.source.full_precision(&[model.config.layers]).unwrap();
        let mut worst = 0.0f64;
        for (number, row) in model.rows.iter().enumerate() {
            let text = row["text"].as_str().unwrap();
            for (strategy, found) in STRATEGIES.iter().zip(model.find(&mut encoder, text)) {
                let place = format!("{}, text {number}, {strategy}", model.name);
                let (found, expected) = (own(text, &found), entities(row, *strategy));
                assert_eq!(found.len(), expected.len(), "{place}");
                for (found, expected) in found.iter().zip(&expected) {
                    let spans = |own: &(String, f64, u64, u64)| (own.0.clone(), own.2, own.3);
                    assert_eq!(spans(found), spans(expected), "{place}");
                    worst = worst.max((found.1 - expected.1).abs());
                    assert!(
                        worst < TOLERANCE,
                        "{place}: {} is not {}",
                        found.1,
                        expected.1
                    );
                }
            }
        }
        println!("{}: scores within {worst:.1e}", model.name);
    }
}

/// Of real weights only: on random ones, half of the tags hang on a hair.
#[test]
fn int8_is_near() {
    for folder in more() {
        let model = Classifier::open(&folder);
        let quantized = model.source.quantized(&|_| {}).unwrap();
        let mut workspace = Workspace::default();
        let mut encoder = (&quantized.encoder, &mut workspace);
        let mut counts = [[0usize; 3]; 4];
        let mut false_alarms = 0;
        for row in &model.rows {
            let text = row["text"].as_str().unwrap();
            let found = model.find(&mut encoder, text);
            for ((strategy, found), counts) in STRATEGIES.iter().zip(found).zip(&mut counts) {
                let spans = |list: Vec<(String, f64, u64, u64)>| -> Vec<(String, u64, u64)> {
                    list.into_iter().map(|own| (own.0, own.2, own.3)).collect()
                };
                let (found, expected) = (spans(own(text, &found)), spans(entities(row, *strategy)));
                let hits = found.iter().filter(|own| expected.contains(own)).count();
                counts[0] += hits;
                counts[1] += found.len();
                counts[2] += expected.len();
                false_alarms += usize::from(expected.is_empty() && !found.is_empty());
            }
        }
        for (strategy, [hits, found, expected]) in STRATEGIES.iter().zip(counts) {
            let f1 = 2.0 * hits as f64 / (found + expected).max(1) as f64;
            println!(
                "{}, {strategy}: {found} entities for {expected}, F1 {f1:.4}",
                model.name
            );
            if *strategy == Strategy::First {
                assert!(f1 > LEAST_F1, "{}: F1 {f1}", model.name);
            }
        }
        println!(
            "{}: {false_alarms} texts with an entity that have none",
            model.name
        );
    }
}
