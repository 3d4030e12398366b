#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;
use crate::tags::TagSet;

fn linear() -> HeadConfig {
    HeadConfig {
        kind: HeadKind::Linear,
        tags: TagSet::new(["B-per", "I-per", "O"]).unwrap(),
        layers: vec![1],
        hidden: 2,
        temperature: 2.0,
        encoder_sha256: "00".into(),
        mix: false,
        lexicon: None,
        projection: 0,
        units: 0,
        transitions: false,
        decoder: Decoder::Argmax,
        pieces: None,
        entity_calibration: None,
    }
}

/// A head with everything that a head can have.
fn full() -> HeadConfig {
    HeadConfig {
        kind: HeadKind::Context,
        layers: vec![0, 2],
        mix: true,
        lexicon: Some(Lexicon {
            buckets: 10,
            width: 3,
        }),
        projection: 5,
        units: 4,
        transitions: true,
        decoder: Decoder::Rules,
        ..linear()
    }
}

/// Numbers for every tensor.
fn numbers(config: &HeadConfig) -> Vec<Vec<f32>> {
    let tensors = config.tensors().unwrap();
    let mut next = 0;
    let mut number = || {
        next += 1;
        ((next * 37) % 64) as f32 / 32.0 - 1.0
    };
    tensors
        .iter()
        .map(|tensor| (0..tensor.len()).map(|_| number()).collect())
        .collect()
}

fn head(config: &HeadConfig) -> Head {
    Head::from_bytes(&head_file(config, &numbers(config)).unwrap()).unwrap()
}

/// `values` in int8 with one scale, as numbers again.
fn stored(values: &[f32]) -> Vec<f32> {
    let greatest = values.iter().fold(0.0f32, |all, x| all.max(x.abs()));
    let scale = greatest / 127.0;
    let stored = |x: &f32| (x / scale).round_ties_even() * scale;
    values.iter().map(stored).collect()
}

/// An output's weights, quantized, as numbers again.
fn weights(column: &[f32]) -> Vec<f32> {
    let scale = column.iter().fold(0.0f32, |all, x| all.max(x.abs())) / 127.0;
    let mut integers: Vec<i8> = column
        .iter()
        .map(|x| (x / scale).round_ties_even() as i8)
        .collect();
    crate::int8::limit_fours(&mut integers);
    integers.iter().map(|&x| f32::from(x) * scale).collect()
}

/// `x` in seven bits over its range, which includes 0, as numbers again.
fn seven_bits(x: &[f64]) -> Vec<f64> {
    let low = x.iter().copied().fold(0.0, f64::min);
    let spread = x.iter().copied().fold(0.0, f64::max) - low;
    let scale = spread / 127.0;
    let zero = (-low / scale).round_ties_even();
    let quantized =
        |x: &f64| ((x / scale + zero).round_ties_even().clamp(0.0, 127.0) - zero) * scale;
    if scale == 0.0 {
        x.to_vec()
    } else {
        x.iter().map(quantized).collect()
    }
}

/// `x` `[n]` times `w` `[n, m]`, both quantized.
fn product(x: &[f64], w: &[f32]) -> Vec<f64> {
    let outputs = w.len() / x.len();
    let x = seven_bits(x);
    (0..outputs)
        .map(|output| {
            let column: Vec<f32> = w.iter().skip(output).step_by(outputs).copied().collect();
            x.iter()
                .zip(weights(&column))
                .map(|(x, w)| x * f64::from(w))
                .sum()
        })
        .collect()
}

fn plus(mut x: Vec<f64>, y: &[f32]) -> Vec<f64> {
    x.iter_mut().zip(y).for_each(|(x, &y)| *x += f64::from(y));
    x
}

/// The scores of [`full`], written down from its definition, in f64.
fn expected(config: &HeadConfig, words: &[&str], features: &[f32]) -> Vec<f64> {
    let tensors = config.tensors().unwrap();
    let numbers = numbers(config);
    let get = |name: &str| &numbers[tensors.iter().position(|t| t.name == name).unwrap()][..];
    let rows: Vec<Vec<f64>> = words
        .iter()
        .zip(features.chunks_exact(config.inputs()))
        .map(|(word, x)| {
            let mixed: Vec<f64> = (0..config.hidden)
                .map(|at| {
                    let layers = x.chunks_exact(config.hidden).zip(get("mix"));
                    layers
                        .map(|(layer, &w)| f64::from(layer[at]) * f64::from(w))
                        .sum()
                })
                .collect();
            let mut row = plus(
                product(&mixed, get("projection.weight")),
                get("projection.bias"),
            );
            let lexicon = config.lexicon.unwrap();
            let mut table = vec![0.0; lexicon.width];
            for bucket in lexicon.rows(word) {
                let row = &get("lexicon")[bucket * lexicon.width..][..lexicon.width];
                for (sum, x) in table.iter_mut().zip(stored(row)) {
                    *sum += f64::from(x);
                }
            }
            row.extend(table);
            let mean = row.iter().sum::<f64>() / row.len() as f64;
            let variance = row.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / row.len() as f64;
            let scale = 1.0 / (variance + 1e-5).sqrt();
            let normal = row
                .iter()
                .zip(get("norm.weight"))
                .map(|(x, &w)| (x - mean) * scale * f64::from(w));
            plus(normal.collect(), get("norm.bias"))
        })
        .collect();
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    let mut states = vec![Vec::new(); words.len()];
    for way in ["forward", "backward"] {
        let get = |part: &str| get(&format!("{way}.{part}"));
        let (mut state, mut cell) = (vec![0.0; config.units], vec![0.0; config.units]);
        let mut order: Vec<usize> = (0..words.len()).collect();
        if way == "backward" {
            order.reverse();
        }
        for word in order {
            let own = plus(product(&rows[word], get("input")), get("bias"));
            let past = product(&state, get("recurrent"));
            let gate = |part: usize, unit: usize| {
                own[part * config.units + unit] + past[part * config.units + unit]
            };
            for unit in 0..config.units {
                cell[unit] = sigmoid(gate(1, unit)) * cell[unit]
                    + sigmoid(gate(0, unit)) * gate(2, unit).tanh();
                state[unit] = sigmoid(gate(3, unit)) * cell[unit].tanh();
            }
            states[word].extend_from_slice(&state);
        }
    }
    let mut scores = Vec::new();
    for state in states {
        for (row, &bias) in get("weight").chunks_exact(state.len()).zip(get("bias")) {
            let dot: f64 = row.iter().zip(&state).map(|(&w, x)| f64::from(w) * x).sum();
            scores.push(dot + f64::from(bias));
        }
    }
    scores
}

const WORDS: [&str; 3] = ["Mr.", "Bush", "said"];
const FEATURES: [f32; 12] = [
    0.5, -1.0, 0.25, 2.0, 1.0, 0.0, -0.5, 0.75, -2.0, 1.5, 0.125, -0.25,
];

#[test]
fn scores_are_those_of_the_definition() {
    let config = full();
    let found = head(&config)
        .network
        .scores(Backend::default(), &WORDS, &FEATURES);
    let expected = expected(&config, &WORDS, &FEATURES);
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(&expected) {
        assert!(
            (f64::from(*found) - expected).abs() < 1e-5,
            "{found} {expected}"
        );
    }
}

#[test]
fn an_mlp_rectifies() {
    let config = HeadConfig {
        kind: HeadKind::Mlp,
        projection: 2,
        ..linear()
    };
    // A projection that keeps its input, a norm that does too but for scale.
    let numbers = vec![
        vec![1.0, 0.0, 0.0, 1.0],
        vec![0.0; 2],
        vec![1.0; 2],
        vec![0.0; 2],
        vec![1.0, 0.0, 0.0, 1.0, 1.0, 1.0],
        vec![0.0; 3],
    ];
    let head = Head::from_bytes(&head_file(&config, &numbers).unwrap()).unwrap();
    let scores = head.network.scores(Backend::default(), &["a"], &[3.0, 1.0]);
    // Normalized 1 and -1, rectified 1 and 0.
    for (found, expected) in scores.iter().zip([1.0, 0.0, 1.0]) {
        assert!((found - expected).abs() < 1e-4, "{scores:?}");
    }
}

#[test]
fn tags_and_probabilities_come_of_scores() {
    let config = linear();
    let numbers = vec![vec![1.0, 2.0, 3.0, 4.0, 0.0, 0.0], vec![0.5, -0.5, 0.0]];
    let head = Head::from_bytes(&head_file(&config, &numbers).unwrap()).unwrap();
    let tag = |features: &[f32], seen: &[bool], decoder| {
        let words = vec!["a"; seen.len()];
        let input = HeadInput {
            words: &words,
            features,
            seen,
        };
        head.tag(input, decoder)
    };
    let found = tag(&[1.0, -1.0], &[true], Decoder::Argmax);
    // Scores -0.5, -1.5 and 0, over the temperature -0.25, -0.75 and 0.
    let weights = [-0.25f64, -0.75, 0.0].map(f64::exp);
    for (found, weight) in found.probabilities.iter().zip(weights) {
        let expected = weight / weights.iter().sum::<f64>();
        assert!((f64::from(*found) - expected).abs() < 1e-6);
    }
    assert_eq!(found.tags, [2]);
    // The second tag is the best one, but cannot stand first.
    assert_eq!(tag(&[1.0, 1.0], &[true], Decoder::Argmax).tags, [1]);
    assert_eq!(tag(&[1.0, 1.0], &[true], Decoder::Rules).tags, [0]);
    assert_eq!(tag(&[1.0; 4], &[true; 2], Decoder::Rules).tags, [0, 1]);
    // What the encoder has not seen is outside, and ends an entity.
    for decoder in [Decoder::Argmax, Decoder::Rules] {
        let found = tag(&[1.0; 6], &[true, false, true], decoder);
        assert_eq!(found.tags[1], 2);
        assert_eq!(found.probabilities[3..6], [0.0, 0.0, 1.0]);
        assert_eq!(found.tags[2] == 0, decoder == Decoder::Rules);
    }
    assert_eq!(tag(&[], &[], Decoder::Rules).tags, [] as [usize; 0]);
}

#[test]
fn transitions_serve_every_decoder() {
    let head = head(&full());
    let input = HeadInput {
        words: &WORDS,
        features: &FEATURES,
        seen: &[true; 3],
    };
    let scores: Vec<f32> = head
        .network
        .scores(Backend::default(), &WORDS, &FEATURES)
        .iter()
        .map(|x| x / 2.0)
        .collect();
    let halves: Vec<Vec<f32>> = numbers(&full()).split_off(14);
    let halves: Vec<Vec<f32>> = halves
        .iter()
        .map(|row| row.iter().map(|x| x / 2.0).collect())
        .collect();
    let [between, start, end] = halves.try_into().unwrap();
    let transitions = Transitions {
        between,
        start,
        end,
    };
    for decoder in Decoder::ALL {
        let found = head.tag(input, *decoder);
        assert_eq!(found.probabilities, transitions.marginals(&scores));
        let expected = match decoder {
            Decoder::Argmax => found.probabilities.chunks(3).map(decode::argmax).collect(),
            Decoder::Rules => transitions.clone().under_rules(&full().tags).best(&scores),
            Decoder::Transitions => transitions.best(&scores),
        };
        assert_eq!(found.tags, expected, "{decoder}");
    }
    assert_eq!(head.decoder(None).unwrap(), Decoder::Rules);
    assert_eq!(
        head.decoder(Some(Decoder::Transitions)).unwrap(),
        Decoder::Transitions
    );
    let plain = self::head(&linear());
    assert_eq!(plain.decoder(None).unwrap(), Decoder::Argmax);
    assert!(plain.decoder(Some(Decoder::Transitions)).is_err());
}

#[test]
fn files_come_back_and_repeat() {
    for config in [linear(), full()] {
        let numbers = numbers(&config);
        let bytes = head_file(&config, &numbers).unwrap();
        assert_eq!(head_file(&config, &numbers).unwrap(), bytes);
        assert_eq!(Head::from_bytes(&bytes).unwrap().config(), &config);
        for length in 0..bytes.len() {
            assert!(Head::from_bytes(&bytes[..length]).is_err());
        }
    }
    // A plain head says no more of itself than it must.
    let json = serde_json::to_value(linear()).unwrap();
    assert_eq!(json.as_object().unwrap().len(), 6);
}

#[test]
fn what_does_not_fit_is_refused() {
    let refused = |config: &HeadConfig, numbers: &[Vec<f32>], part: &str| {
        let error = head_file(config, numbers).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    };
    let (config, good) = (linear(), numbers(&linear()));
    refused(&config, &good[..1], "found 1 tensors, expected 2");
    refused(
        &config,
        &[vec![1.0; 5], good[1].clone()],
        "found 5 numbers of weight, expected [3, 2]",
    );
    refused(
        &config,
        &[vec![f32::NAN; 6], good[1].clone()],
        "found NaN in weight, expected finite numbers",
    );
    let mut large = numbers(&full());
    large[1][0] = f32::INFINITY;
    refused(
        &full(),
        &large,
        "found inf in projection.weight, expected finite numbers",
    );
    type Change = fn(&mut HeadConfig);
    let changes: [(Change, &str); 10] = [
        (|c| c.temperature = 0.0, "found the temperature 0"),
        (|c| c.temperature = f32::NAN, "found the temperature NaN"),
        (|c| c.layers.clear(), "found 0 layers"),
        (
            |c| c.hidden = usize::MAX,
            "layers of width 18446744073709551615",
        ),
        (
            |c| c.projection = 0,
            "found a width of 0 for the projection, expected 1 to 65536",
        ),
        (
            |c| c.units = 1 << 20,
            "found a width of 1048576 for the LSTM",
        ),
        (
            |c| c.kind = HeadKind::Mlp,
            "found a width of 4 for the LSTM, which a mlp head does not have",
        ),
        (
            |c| c.lexicon.as_mut().unwrap().buckets = 0,
            "found a table of 0 word features",
        ),
        (
            |c| (c.mix, c.layers, c.hidden) = (false, vec![0; 3], 1 << 16),
            "found projection.weight of shape [196608, 5], expected at most 133144 inputs",
        ),
        (
            |c| (c.projection, c.units) = (1 << 16, 1 << 16),
            "found forward.input of shape [65539, 262144], expected at most 268435456 numbers",
        ),
    ];
    for (change, part) in changes {
        if cfg!(target_pointer_width = "32") && part.contains("18446744073709551615") {
            continue;
        }
        let mut config = full();
        change(&mut config);
        refused(&config, &[], part);
    }
}

#[test]
fn tensors_of_other_types_and_shapes_are_refused() {
    use safetensors::tensor::TensorView;
    use safetensors::{Dtype, SafeTensors};
    let bytes = head_file(&full(), &numbers(&full())).unwrap();
    let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    for (name, dtype, shape, part) in [
        (
            "bias",
            Dtype::I32,
            vec![3],
            "found bias as I32, expected F32",
        ),
        (
            "bias",
            Dtype::F32,
            vec![3, 1],
            "found bias of shape [3, 1], expected [3]",
        ),
        (
            "lexicon",
            Dtype::U8,
            vec![10, 3],
            "found lexicon as U8, expected I8",
        ),
        (
            "projection.weight",
            Dtype::I8,
            vec![2, 5],
            "found projection.weight of shape [2, 5], expected [5, 2]",
        ),
        (
            "lexicon.scale",
            Dtype::F32,
            vec![2, 5],
            "found lexicon.scale of shape [2, 5], expected [10]",
        ),
    ] {
        let views = file.tensors().into_iter().map(|(own, view)| {
            if own == name {
                (
                    own,
                    TensorView::new(dtype, shape.clone(), view.data()).unwrap(),
                )
            } else {
                (own, view)
            }
        });
        let spoilt = safetensors::serialize(views, header.metadata().clone()).unwrap();
        let error = Head::from_bytes(&spoilt).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
}
