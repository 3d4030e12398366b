mod reference;

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;
use crate::decode::{Strategy, argmax};
use reference::*;

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
    let halves: Vec<Vec<f32>> = numbers(&full()).split_off(15);
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
            Decoder::Argmax => found.probabilities.chunks(3).map(argmax).collect(),
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
    let refused = |head: &Head, decoder| head.decoder(Some(decoder)).unwrap_err().to_string();
    assert_eq!(
        refused(&plain, Decoder::Transitions),
        "found the decoder transitions, expected one that the head can serve: argmax, rules"
    );
    let pieces = self::head(&HeadConfig {
        pieces: Some(Strategy::Simple),
        ..linear()
    });
    assert_eq!(
        refused(&pieces, Decoder::Rules),
        "found the decoder rules, expected one that the head can serve: argmax"
    );
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
        let (again, found) = head_numbers(&bytes).unwrap();
        assert_eq!(again, config);
        assert_eq!(found.len(), numbers.len());
        let warm = with_calibration(&bytes, 3.0, None).unwrap();
        let warm = Head::from_bytes(&warm).unwrap();
        assert_eq!(warm.config().vectors, config.vectors);
        let bent = EntityCalibration {
            slope: 1.0,
            bend: -0.5,
            offset: 0.0,
            threshold: 0.0,
        };
        let bent = with_calibration(&bytes, 1.0, Some(bent)).unwrap();
        let back = Head::from_bytes(&bent).unwrap();
        assert_eq!(back.config().entity_calibration.unwrap().bend, -0.5);
        // An engine that knows of no bend refuses it, by its version.
        let version = |bytes: &[u8]| {
            let (_, header) = safetensors::SafeTensors::read_metadata(bytes).unwrap();
            let own = &header.metadata().as_ref().unwrap()["nerite"];
            serde_json::from_str::<serde_json::Value>(own).unwrap()["version"].clone()
        };
        assert_eq!(version(&bent), if config.vectors.is_some() { 3 } else { 4 });
    }
    // A plain head says no more of itself than it must.
    let json = serde_json::to_value(linear()).unwrap();
    assert_eq!(json.as_object().unwrap().len(), 6);
}

#[test]
fn words_of_what_is_below_the_threshold_are_outside() {
    let numbers = vec![vec![1.0, 0.0, 0.0, 1.0, 0.0, 0.0], vec![0.0; 3]];
    let file = head_file(&linear(), &numbers).unwrap();
    let tag = |threshold| {
        let scores = EntityCalibration {
            slope: 1.0,
            bend: 0.0,
            offset: 0.0,
            threshold,
        };
        let file = with_calibration(&file, 2.0, Some(scores)).unwrap();
        // One that is sure, and one of two words that is not.
        let input = HeadInput {
            words: &["a"; 4],
            features: &[8.0, 0.0, -9.0, -9.0, 1.0, 0.0, 0.0, 1.0],
            seen: &[true; 4],
        };
        Head::from_bytes(&file).unwrap().tag(input, Decoder::Argmax)
    };
    let all = tag(0.0);
    assert_eq!(
        (&all.tags[..], &all.doubtful[..]),
        (&[0, 2, 0, 1][..], &[][..])
    );
    // Both words of the second have 0.45, as e^0.5 / (e^0.5 + 2) is.
    assert_eq!(tag(0.45), all);
    let some = tag(0.46);
    assert_eq!(
        (&some.tags[..], &some.doubtful[..]),
        (&[0, 2, 2, 2][..], &[2, 2, 0, 1][..])
    );
    assert_eq!(some.probabilities, all.probabilities);
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
    let changes: [(Change, &str); 11] = [
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
            |c| c.lexicon = None,
            "found vectors of words without a table of word features",
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
        (
            "vectors",
            Dtype::U8,
            vec![514, 3],
            "found vectors as U8, expected I8",
        ),
        (
            "vectors.words",
            Dtype::F32,
            vec![2],
            "found vectors.words as F32, expected U32",
        ),
        (
            "vectors.codes",
            Dtype::U8,
            vec![4],
            "found vectors.codes of shape [4], expected words and parts",
        ),
        (
            "vectors.codes",
            Dtype::U8,
            vec![1, 4],
            "found vectors.words of shape [2], expected [1]",
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
