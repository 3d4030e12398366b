//! What follows the encoder of a token classifier beside transformers' own
//! pipeline: subwords of the raw text, and entities by every strategy. The
//! hidden states are transformers' in f32, so that the same test runs where
//! there is no encoder in f32.

use nerite::{
    Config, EncoderError, Head, HeadConfig, HiddenStates, Pieces, Strategy, TagSet, Tokenizer,
    Weights, head_file, prepare_piece_tokenizer, read_pieces,
};
use safetensors::SafeTensors;
use serde_json::Value;
#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::checkpoint::{Checkpoint, floats};

/// What a score may differ by from the one in the fixture.
const TOLERANCE: f64 = 1e-4;

/// A fine-tuned token classifier with random weights.
struct Classifier {
    name: &'static str,
    config: &'static [u8],
    weights: &'static [u8],
    tokenizer: &'static [u8],
    states: &'static [u8],
    expected: &'static [u8],
}

macro_rules! classifiers {
    ($($name:literal),* $(,)?) => {
        [$(Classifier {
            name: $name,
            config: golden!(concat!("classifiers/", $name, "/config.json")),
            weights: golden!(concat!("classifiers/", $name, "/model.safetensors")),
            tokenizer: golden!(concat!("classifiers/", $name, "/tokenizer.json")),
            states: golden!(concat!("classifiers/", $name, "/states.safetensors")),
            expected: golden!(concat!("classifiers/", $name, "/expected.json")),
        }),*]
    };
}

static CLASSIFIERS: [Classifier; 5] = classifiers! {
    "bert-bio",
    "distilbert-bare",
    "electra-nameless",
    "roberta-bilou",
    "roberta-bioes",
};

/// An encoder that knows some sequences, special subwords included.
struct Recorded {
    config: Config,
    known: Vec<(Vec<u32>, Vec<f32>)>,
}

impl HiddenStates for Recorded {
    fn config(&self) -> &Config {
        &self.config
    }

    fn hidden_states(
        &mut self,
        sequences: &[&[u32]],
        layers: &[usize],
    ) -> Result<Vec<f32>, EncoderError> {
        assert_eq!(layers, [self.config.layers]);
        let states = sequences.iter().map(|sequence| {
            let known = self.known.iter().find(|(ids, _)| ids == sequence);
            let known = known.unwrap_or_else(|| panic!("{sequence:?} are not the subwords"));
            known.1.clone()
        });
        Ok(states.collect::<Vec<_>>().concat())
    }
}

impl Classifier {
    fn head(&self, config: &Config) -> Head {
        let json: Value = serde_json::from_slice(self.config).unwrap();
        let labels = json["id2label"].as_object().unwrap();
        let label = |number: usize| labels[&number.to_string()].as_str().unwrap();
        let labels: Vec<String> = (0..labels.len()).map(|own| label(own).to_owned()).collect();
        let weights = Checkpoint::of(self.weights);
        let read = |name: &str| weights.read(&format!("classifier.{name}")).unwrap();
        let tags = TagSet::try_from(labels).unwrap();
        let head = HeadConfig {
            pieces: Some(Strategy::Simple),
            ..HeadConfig::linear(tags, vec![config.layers], config.hidden, "")
        };
        Head::from_bytes(&head_file(&head, &[read("weight"), read("bias")]).unwrap()).unwrap()
    }
}

#[test]
fn entities_of_pieces_are_those_of_transformers() {
    for model in &CLASSIFIERS {
        let config = std::str::from_utf8(model.config).unwrap();
        let config = Config::from_hugging_face(config).unwrap();
        let head = model.head(&config);
        let json = prepare_piece_tokenizer(model.tokenizer).unwrap();
        let tokenizer = Tokenizer::from_bytes(&json, config.vocabulary).unwrap();
        let states = SafeTensors::deserialize(model.states).unwrap();
        let rows: Vec<Value> = serde_json::from_slice(model.expected).unwrap();
        let mut checked = 0;
        for (number, row) in rows.iter().enumerate() {
            // Long texts have no states here.
            let Ok(ids) = states.tensor(&format!("ids.{number}")) else {
                continue;
            };
            let ids = ids.data().chunks_exact(8);
            let ids = ids.map(|id| u64::from_le_bytes(id.try_into().unwrap()) as u32);
            let hidden = states.tensor(&format!("hidden.{number}")).unwrap();
            let mut encoder = Recorded {
                config: config.clone(),
                known: vec![(ids.collect(), floats(hidden.data()))],
            };
            let text = row["text"].as_str().unwrap();
            let pieces = Pieces::new(&tokenizer, text, config.window).unwrap();
            for strategy in ["simple", "first", "average", "max"] {
                let place = format!("{}, text {number}, {strategy}", model.name);
                let wanted = [(&head, Some(strategy.parse().unwrap()))];
                let found = read_pieces(&mut encoder, tokenizer.specials(), &pieces, &wanted);
                let found = found.unwrap().remove(0);
                let expected = row[strategy].as_array().unwrap();
                assert_eq!(found.entities.len(), expected.len(), "{place}");
                let characters = |at: usize| text[..at].chars().count() as u64;
                for (found, expected) in found.entities.iter().zip(expected) {
                    let [start, end] = [2, 3].map(|at| expected[at].as_u64().unwrap());
                    let range = [found.range.start, found.range.end].map(characters);
                    // A piece of white space ends before it begins, in Python.
                    assert_eq!(range, [start, end.max(start)], "{place}");
                    assert_eq!(expected[0], found.kind, "{place}");
                    let score = expected[1].as_f64().unwrap();
                    let off = (f64::from(found.score) - score).abs();
                    assert!(off < TOLERANCE, "{place}: {} is not {score}", found.score);
                    checked += 1;
                }
            }
        }
        assert!(checked > 50, "{}: {checked} entities", model.name);
    }
}
