//! Another engine in the int8 engine's place: heads find the same with it.

#![cfg(not(target_arch = "wasm32"))]

mod checkpoint;

use std::cell::Cell;

use checkpoint::Checkpoint;
use nerite::{
    Config, Encoder, EncoderError, Engine, Head, HeadConfig, HeadError, HiddenStates, Options,
    RecognizeError, Recognizer, Strategy, TagSet, Workspace, head_file, prepare_piece_tokenizer,
    prepare_tokenizer, quantize,
};

macro_rules! golden {
    ($path:literal) => {
        include_bytes!(concat!("../../../tests/golden/encoders/bert-tiny/", $path))
    };
}

/// Sequences are spread over two threads, each with buffers of its own.
struct Threads {
    encoder: Encoder,
    workspaces: [Workspace; 2],
    /// Sequences that each thread has had.
    shares: Cell<[usize; 2]>,
}

impl Threads {
    fn of(encoder: Encoder) -> Self {
        Self {
            encoder,
            workspaces: Default::default(),
            shares: Cell::default(),
        }
    }
}

impl HiddenStates for Threads {
    fn config(&self) -> &Config {
        self.encoder.config()
    }

    fn hidden_states(
        &mut self,
        sequences: &[&[u32]],
        layers: &[usize],
    ) -> Result<Vec<f32>, EncoderError> {
        let (first, second) = sequences.split_at(sequences.len().div_ceil(2));
        let [ours, theirs] = &mut self.workspaces;
        let encoder = &self.encoder;
        let [a, b] = self.shares.get();
        self.shares.set([a + first.len(), b + second.len()]);
        let (first, second) = std::thread::scope(|scope| {
            let other = scope.spawn(|| encoder.encode(second, layers, theirs));
            (encoder.encode(first, layers, ours), other.join().unwrap())
        });
        Ok([first?, second?].concat())
    }
}

impl Engine for Threads {
    fn sha256(&self) -> &str {
        self.encoder.sha256()
    }
}

/// States that are made up from ids alone, without any encoder.
struct Invented(Config);

impl HiddenStates for Invented {
    fn config(&self) -> &Config {
        &self.0
    }

    fn hidden_states(
        &mut self,
        sequences: &[&[u32]],
        layers: &[usize],
    ) -> Result<Vec<f32>, EncoderError> {
        let width = layers.len() * self.0.hidden;
        let ids = sequences.iter().flat_map(|sequence| sequence.iter());
        Ok(ids.flat_map(|&id| vec![id as f32; width]).collect())
    }
}

impl Engine for Invented {
    fn sha256(&self) -> &str {
        "invented"
    }
}

fn config() -> Config {
    Config::from_hugging_face(std::str::from_utf8(golden!("config.json")).unwrap()).unwrap()
}

fn encoder() -> Encoder {
    let weights = Checkpoint::of(golden!("model.safetensors"));
    Encoder::from_bytes(&quantize(&config(), &weights, |_, _| {}).unwrap()).unwrap()
}

/// A linear head on the last layer of this encoder, with numbers from -1 to 1.
fn head(sha256: &str, pieces: Option<Strategy>) -> Head {
    let tags = TagSet::new(["B-per", "I-per", "O"]).unwrap();
    let config = HeadConfig {
        pieces,
        ..HeadConfig::linear(tags, vec![config().layers], config().hidden, sha256)
    };
    let mut next = 0.3f32;
    let mut number = || {
        next = (next * 997.0 + 0.123).fract();
        2.0 * next - 1.0
    };
    let tensors = config.tensors().unwrap();
    let numbers: Vec<Vec<f32>> = tensors
        .iter()
        .map(|tensor| (0..tensor.len()).map(|_| number()).collect())
        .collect();
    Head::from_bytes(&head_file(&config, &numbers).unwrap()).unwrap()
}

const TEXT: &str = "Ada Lovelace met Charles Babbage in London. They wrote to Luigi Menabrea. \
    Nobody answered! Who was it? It rained in Turin.";

#[test]
fn threads_find_what_one_thread_finds() {
    for (tokenizer, pieces) in [
        (prepare_tokenizer(golden!("tokenizer.json")).unwrap(), None),
        (
            prepare_piece_tokenizer(golden!("tokenizer.json")).unwrap(),
            Some(Strategy::First),
        ),
    ] {
        let head = head(encoder().sha256(), pieces);
        let text = TEXT.repeat(20);
        let mut one = Recognizer::new(encoder(), &tokenizer).unwrap();
        let mut two = Recognizer::with_engine(Threads::of(encoder()), &tokenizer).unwrap();
        let options = Options::default();
        let expected = one.recognize(&text, &head, &options).unwrap();
        let found = two.recognize(&text, &head, &options).unwrap();
        assert!(expected.words.len() > 400);
        assert_eq!(found, expected);
        let [a, b] = two.engine().shares.get();
        assert!(a > 0 && b > 0 && a.abs_diff(b) <= a, "{a} and {b}");
    }
}

#[test]
fn heads_read_what_the_engine_says_and_are_checked_against_it() {
    let tokenizer = prepare_tokenizer(golden!("tokenizer.json")).unwrap();
    let mut recognizer = Recognizer::with_engine(Invented(config()), &tokenizer).unwrap();
    let own = head("invented", None);
    let options = Options::default();
    let found = recognizer.recognize("Ada met Ada", &own, &options).unwrap();
    let [first, _, last] = &found.words[..] else {
        panic!("found {} words", found.words.len());
    };
    // The same subword has the same state, wherever it stands.
    assert_eq!(first.probabilities, last.probabilities);
    let other = head(encoder().sha256(), None);
    let refused = recognizer.recognize("Ada", &other, &options).unwrap_err();
    assert!(
        matches!(refused, RecognizeError::Head(HeadError::Encoder { .. })),
        "{refused}"
    );
}
