use std::sync::Arc;

use nerite::{HeadInput, HeadKind, Lexicon, TagSet, WordVectors};

use super::*;
use crate::dropout::Dropout;
use crate::losses::{self, Known};
use crate::network::{self, Shard};
use crate::objective::Objective;

fn config(kind: HeadKind, mix: bool, transitions: bool) -> HeadConfig {
    let linear = kind == HeadKind::Linear;
    let tags = TagSet::new(["B-x", "I-x", "O"]).unwrap();
    HeadConfig {
        kind,
        mix,
        lexicon: Some(Lexicon {
            buckets: 50,
            width: 3,
        }),
        projection: if linear { 0 } else { 5 },
        units: if kind == HeadKind::Context { 3 } else { 0 },
        transitions,
        ..HeadConfig::linear(tags, vec![0, 1], 4, "00")
    }
}

/// Every kind of head there is.
fn configs() -> Vec<HeadConfig> {
    let kinds = [HeadKind::Linear, HeadKind::Mlp, HeadKind::Context];
    let flags = [(false, false), (true, false), (false, true), (true, true)];
    let all = kinds
        .into_iter()
        .flat_map(|kind| flags.map(|(mix, crf)| config(kind, mix, crf)));
    let words = [("bush", vec![1, 2]), ("london", vec![3, 255])];
    let vectors = Some(Arc::new(WordVectors::new(2, words).unwrap()));
    let all = all.flat_map(|config| {
        let with = HeadConfig {
            vectors: vectors.clone(),
            ..config.clone()
        };
        [config, with]
    });
    all.collect()
}

const WORDS: [&str; 6] = ["Mr.", "Bush", "said", "Hello", "in", "London"];

/// Two sentences, of four words and of two.
fn shard(config: &HeadConfig) -> Shard {
    let features = (0..WORDS.len() * config.inputs()).map(|i| ((i * 37) % 19) as f32 / 8.0 - 1.1);
    let lexicon = config.lexicon.unwrap();
    Shard {
        lengths: vec![4, 2],
        features: features.collect(),
        lexicon: WORDS.iter().map(|word| lexicon.rows(word)).collect(),
        vectors: match &config.vectors {
            None => Vec::new(),
            Some(vectors) => WORDS.iter().flat_map(|word| vectors.rows(word)).collect(),
        },
        gold: vec![0, 1, 2, 2, 2, 0],
        allowed: Vec::new(),
    }
}

fn parameters(config: &HeadConfig) -> Parameters {
    let mut parameters = Parameters::initial(config, random(1, Stream::Initial)).unwrap();
    // What begins as 0 would hide errors.
    let mut next = 0;
    for x in parameters.values.iter_mut().flatten() {
        next += 1;
        *x += ((next * 29) % 17) as f32 / 40.0 - 0.2;
    }
    parameters
}

#[test]
fn gradients_are_those_of_the_loss() {
    let dropout = Dropout {
        input: 0.2,
        lexicon: 0.2,
        inner: 0.2,
    };
    for config in configs() {
        let shard = shard(&config);
        let parameters = parameters(&config);
        let run = |parameters: &Parameters| {
            network::gradients(
                &config,
                parameters,
                &shard,
                Objective::default(),
                dropout,
                false,
                &mut random(3, Stream::Initial),
            )
            .unwrap()
        };
        let (_, found) = run(&parameters);
        let mut largest = 0.0f32;
        for (tensor, gradients) in found.values.iter().enumerate() {
            for (at, &found) in gradients.iter().enumerate() {
                let loss = |by: f32| {
                    let mut changed = parameters.clone();
                    changed.values[tensor][at] += by;
                    f64::from(run(&changed).0)
                };
                let step = 4e-3;
                let expected = ((loss(step) - loss(-step)) / f64::from(2.0 * step)) as f32;
                let name = parameters.named().nth(tensor).unwrap().0;
                assert!(
                    (found - expected).abs() < 0.01 + 0.02 * expected.abs(),
                    "{:?} {name} {at}: {found}, expected {expected}",
                    config.kind
                );
                largest = largest.max(found.abs());
            }
        }
        assert!(largest > 0.1);
    }
}

/// The scores that are trained are those of the head that ships, up to its
/// rounding.
#[test]
fn the_loss_is_that_of_the_head() {
    for config in configs() {
        let shard = shard(&config);
        let parameters = parameters(&config);
        let none = Dropout::default();
        let (loss, _) = network::gradients(
            &config,
            &parameters,
            &shard,
            Objective::default(),
            none,
            false,
            &mut random(0, Stream::Initial),
        )
        .unwrap();
        let head = Head::from_bytes(&head_file(&config, &parameters.values).unwrap()).unwrap();
        let mut expected = 0.0;
        let mut at = 0;
        for &length in &shard.lengths {
            let input = HeadInput {
                words: &WORDS[at..at + length],
                features: &shard.features[at * config.inputs()..(at + length) * config.inputs()],
                seen: &vec![true; length],
            };
            let mut scores = head.scores(input);
            let gold = Known::Tags(&shard.gold[at..at + length]);
            expected += match head.transitions() {
                None => losses::cross_entropy(&mut scores, config.tags.len(), gold),
                Some(transitions) => {
                    losses::sequence(&mut scores, gold, transitions, &mut transitions.clone())
                }
            };
            at += length;
        }
        assert!(
            (loss - expected).abs() < 0.03 * expected,
            "{:?}: {loss} {expected}",
            config.kind
        );
    }
}

#[test]
fn an_unseen_sentence_changes_nothing() {
    let config = config(HeadKind::Context, true, true);
    let mut random = random(0, Stream::Initial);
    let shard = Shard {
        lengths: vec![0, 0],
        ..Shard::default()
    };
    let (loss, gradients) = network::gradients(
        &config,
        &parameters(&config),
        &shard,
        Objective::default(),
        Dropout::default(),
        false,
        &mut random,
    )
    .unwrap();
    assert_eq!((loss, gradients.length()), (0.0, 0.0));
}

#[test]
fn the_validation_part_is_cut_from_the_train_part() {
    let train: Vec<usize> = (10..110).collect();
    let settings = |validation, seed| Settings {
        validation,
        ..Settings::study(seed)
    };
    assert_eq!(
        validation_part(&train, &settings(0.0, 0)),
        (train.clone(), vec![])
    );
    let (rest, validation) = validation_part(&train, &settings(0.1, 0));
    assert_eq!((rest.len(), validation.len()), (90, 10));
    let mut all = [rest, validation.clone()].concat();
    all.sort_unstable();
    assert_eq!(all, train);
    assert_eq!(validation_part(&train, &settings(0.1, 5)).1, validation);
}

#[test]
fn an_average_moves_by_its_share() {
    let config = config(HeadKind::Linear, false, false);
    let mut average = Parameters::zeros(&config).unwrap();
    let mut parameters = average.clone();
    parameters
        .values
        .iter_mut()
        .flatten()
        .for_each(|x| *x = 1.0);
    average.approach(&parameters, &parameters, 0.75);
    average.approach(&parameters, &parameters, 0.5);
    let expected = 1.0 - 0.75 * 0.5;
    assert!(average.values.iter().flatten().all(|&x| x == expected));
}

/// Two sentences over and over.
struct Toy {
    tags: TagSet,
    width: usize,
}

impl Examples for Toy {
    fn tags(&self) -> &TagSet {
        &self.tags
    }

    fn width(&self) -> usize {
        self.width
    }

    fn sentence(&self, index: usize) -> crate::Sentence<'_> {
        let tags: &[u16] = if index.is_multiple_of(2) {
            &[2, 0, 1]
        } else {
            &[0, 2, 2]
        };
        crate::Sentence {
            words: vec!["Mr.", "Bush", "said"],
            gold: tags.iter().copied().map(crate::Gold::Tag).collect(),
            seen: vec![true; 3],
        }
    }

    fn features(&self, index: usize, rows: &mut Vec<f32>) -> Result<(), FitError> {
        let own = |i: usize| ((i * 37 + index % 2 * 11) % 19) as f32 / 8.0 - 1.1;
        rows.extend((0..3 * self.width).map(own));
        Ok(())
    }
}

fn toy(config: &HeadConfig) -> Task<Toy> {
    Task {
        examples: Toy {
            tags: config.tags.clone(),
            width: config.inputs(),
        },
        train: (0..20).collect(),
        validation: None,
        head: config.clone(),
    }
}

fn run(fit: &mut Fit<Toy>) -> f32 {
    let mut last = f32::NAN;
    while let Some(progress) = fit.step().unwrap() {
        if let Progress::Epoch { loss, .. } = progress {
            last = loss as f32;
        }
    }
    last
}

fn settings() -> Settings {
    Settings {
        epochs: 4,
        batch: 4,
        ..Settings::best_for(3, 20)
    }
}

#[test]
fn a_fit_goes_on_with_the_same_bytes() {
    let config = config(HeadKind::Context, true, true);
    let mut whole = Fit::new(toy(&config), settings()).unwrap();
    run(&mut whole);
    let mut first = Fit::new(toy(&config), settings()).unwrap();
    while first.done() < 2 {
        first.step().unwrap();
    }
    let state = first.state("this").unwrap();
    let mut second = Fit::new(toy(&config), settings()).unwrap();
    assert!(!second.resume(&state, "another"));
    assert!(second.resume(&state, "this"));
    run(&mut second);
    assert_eq!(second.finish().unwrap().file, whole.finish().unwrap().file);
}

#[test]
fn a_head_that_knows_is_a_better_beginning() {
    let config = config(HeadKind::Context, true, true);
    let mut first = Fit::new(toy(&config), settings()).unwrap();
    let from_nothing = run(&mut first);
    let known = first.finish().unwrap().file;
    let mut second = Fit::new(toy(&config), settings()).unwrap();
    second.begin_with(&known).unwrap();
    assert!(run(&mut second) < from_nothing);

    // No more than the last layer: all else stays as it is.
    let few = Settings {
        last_layer: true,
        ..settings()
    };
    let mut third = Fit::new(toy(&config), few).unwrap();
    third.begin_with(&known).unwrap();
    let before = third.state.parameters.clone();
    run(&mut third);
    let after = &third.state.parameters;
    for ((name, before), after) in before.named().zip(&after.values) {
        assert_eq!(before != after, LAST_LAYER.contains(&name), "{name}");
    }

    let linear = self::config(HeadKind::Linear, true, true);
    let mut other = Fit::new(toy(&linear), settings()).unwrap();
    assert!(matches!(other.begin_with(&known), Err(FitError::Beginning)));
}

/// Where this crate's own product of matrices is used, as in a browser, the
/// order of all sums is fixed: the head has these bytes natively and as wasm.
/// (`scripts/wasmtime` runs this test as wasm; natively it takes
/// `cargo test -p nerite-fit --lib`, which leaves the library's product out.)
#[cfg(not(feature = "gemm"))]
#[test]
fn a_head_has_the_same_bytes_on_every_machine() {
    let config = config(HeadKind::Context, true, true);
    let mut fit = Fit::new(toy(&config), settings()).unwrap();
    run(&mut fit);
    let file = fit.finish().unwrap().file;
    // FNV-1a.
    let mix = |sum: u64, &byte: &u8| (sum ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    let sum = file.iter().fold(0xcbf2_9ce4_8422_2325, mix);
    assert_eq!(format!("{sum:016x}"), "47cf6dbe1ae85f5f");
}
