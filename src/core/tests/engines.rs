//! Another engine in the int8 engine's place: heads find the same with it.

#![cfg(not(target_arch = "wasm32"))]

mod checkpoint;

use std::cell::Cell;

use checkpoint::Checkpoint;
use nerite::{
    Config, Encoder, EncoderError, Engine, EntityCalibration, Head, HeadConfig, HeadError,
    HiddenStates, Options, RecognizeError, Recognizer, Strategy, TagSet, Workspace, head_file,
    head_numbers, prepare_piece_tokenizer, prepare_tokenizer, quantize, with_calibration,
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

fn head(sha256: &str, pieces: Option<Strategy>) -> Head {
    Head::from_bytes(&file(sha256, pieces)).unwrap()
}

/// A linear head on the last layer of this encoder, with numbers from -1 to 1.
fn file(sha256: &str, pieces: Option<Strategy>) -> Vec<u8> {
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
    head_file(&config, &numbers).unwrap()
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

#[test]
fn heads_without_an_outside_find_nothing_doubtful() {
    let tokenizer = prepare_tokenizer(golden!("tokenizer.json")).unwrap();
    let mut recognizer = Recognizer::new(encoder(), &tokenizer).unwrap();
    let (config, mut numbers) = head_numbers(&file(encoder().sha256(), None)).unwrap();
    let config = HeadConfig {
        tags: TagSet::new(["B-per", "I-per"]).unwrap(),
        entity_calibration: Some(EntityCalibration {
            slope: 1.0,
            bend: 0.0,
            offset: 0.0,
            threshold: 0.9,
        }),
        ..config
    };
    numbers[0].truncate(2 * config.hidden);
    numbers[1].truncate(2);
    let head = Head::from_bytes(&head_file(&config, &numbers).unwrap()).unwrap();
    let found = recognizer
        .recognize(TEXT, &head, &Options::default())
        .unwrap();
    assert!(!found.entities.is_empty());
    assert_eq!(found.doubtful, []);
}

#[test]
fn what_is_doubtful_is_set_apart_with_its_place_and_score() {
    let tokenizer = prepare_tokenizer(golden!("tokenizer.json")).unwrap();
    let mut recognizer = Recognizer::new(encoder(), &tokenizer).unwrap();
    // These numbers find nothing, unless `O` is made less probable.
    let (config, mut numbers) = head_numbers(&file(encoder().sha256(), None)).unwrap();
    numbers[1][2] -= 4.0;
    let file = head_file(&config, &numbers).unwrap();
    let mut with_threshold = |threshold| {
        let scores = EntityCalibration {
            slope: 1.0,
            bend: 0.0,
            offset: 0.0,
            threshold,
        };
        let head = with_calibration(&file, 1.0, Some(scores)).unwrap();
        let head = Head::from_bytes(&head).unwrap();
        // The second half is read as the first one was.
        let text = TEXT.repeat(2);
        recognizer
            .recognize(&text, &head, &Options::default())
            .unwrap()
    };
    let all = with_threshold(0.0);
    assert_eq!(all.doubtful, []);
    let mut scores: Vec<f32> = all.entities.iter().map(|entity| entity.score).collect();
    scores.sort_by(f32::total_cmp);
    let threshold = scores[scores.len() / 2];
    let found = with_threshold(threshold);
    assert!(found.entities.iter().all(|own| own.score >= threshold));
    assert!(found.doubtful.len() > 1 && found.entities.len() > 1);
    let mut both = [&found.entities[..], &found.doubtful[..]].concat();
    both.sort_by_key(|entity| entity.range.start);
    assert_eq!(both, all.entities);
    let outside = found.tags.index("O").unwrap();
    for entity in &found.doubtful {
        assert!(
            found.words[entity.words.clone()]
                .iter()
                .all(|word| word.tag == outside)
        );
    }
    for (sure, word) in all.words.iter().zip(&found.words) {
        assert_eq!(sure.probabilities, word.probabilities);
    }
}
