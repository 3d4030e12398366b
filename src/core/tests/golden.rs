//! The core against references that were not written here: Hugging Face's
//! transformers and tokenizers, scikit-learn, seqeval and nervaluate. The fixtures and
//! the script that makes them are in `tests/golden` of the repository. The
//! same tests run natively, as wasm under wasmtime, and as wasm in browsers.

use nerite::{
    Comparison, Config, Context, Encoder, EncoderError, Entities, EntityReport, Evaluation,
    JudgedSentence, Outcomes, Tag, TagSet, TokenReport, Tokenizer, Training, Weights, Workspace,
    prepare_tokenizer, quantize,
};
use safetensors::SafeTensors;
use serde_json::Value;
use sha2::{Digest, Sha256};
#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
use wasm_bindgen_test::{wasm_bindgen_test as test, wasm_bindgen_test_configure};

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
wasm_bindgen_test_configure!(run_in_browser);

macro_rules! golden {
    ($path:expr) => {
        include_bytes!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../tests/golden/",
            $path
        ))
    };
}

/// A Hugging Face model with random weights, and what transformers makes of it.
struct Model {
    name: &'static str,
    config: &'static [u8],
    weights: &'static [u8],
    tokenizer: &'static [u8],
    words: &'static [u8],
    expected: &'static [u8],
}

macro_rules! models {
    ($($name:literal,)*) => {
        [$(Model {
            name: $name,
            config: golden!(concat!("encoders/", $name, "/config.json")),
            weights: golden!(concat!("encoders/", $name, "/model.safetensors")),
            tokenizer: golden!(concat!("encoders/", $name, "/tokenizer.json")),
            words: golden!(concat!("encoders/", $name, "/words.json")),
            expected: golden!(concat!("encoders/", $name, "/expected.safetensors")),
        }),*]
    };
}

const MODELS: [Model; 7] = models! {
    "bert-tiny",
    "bert-tiny-prefixed",
    "bert-tiny-legacy",
    "distilbert-tiny",
    "distilbert-tiny-prefixed",
    "roberta-tiny",
    "roberta-tiny-prefixed",
};

struct Checkpoint<'a>(SafeTensors<'a>);

impl Weights for Checkpoint<'_> {
    fn shape(&self, name: &str) -> Option<Vec<usize>> {
        Some(self.0.tensor(name).ok()?.shape().to_vec())
    }

    fn read(&self, name: &str) -> Result<Vec<f32>, EncoderError> {
        let tensor = self.0.tensor(name);
        let tensor = tensor.map_err(|error| EncoderError::Tensor(error.to_string()))?;
        Ok(floats(tensor.data()))
    }
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes
        .chunks_exact(4)
        .map(|four| f32::from_le_bytes(four.try_into().unwrap()))
        .collect()
}

impl Model {
    fn encoder(&self) -> Encoder {
        let config = Config::from_hugging_face(std::str::from_utf8(self.config).unwrap()).unwrap();
        let weights = Checkpoint(SafeTensors::deserialize(self.weights).unwrap());
        let file = quantize(&config, &weights, |_, _| {}).unwrap();
        let names = file.len() as u64 - config.quantized_bytes();
        assert!((1..16_384).contains(&names), "{names} bytes of names");
        assert_eq!(
            file,
            quantize(&config, &weights, |_, _| {}).unwrap(),
            "bytes repeat"
        );
        Encoder::from_bytes(&file).unwrap()
    }

    /// Sequences and their hidden states `[layers + 1, length, hidden]`.
    fn expected(&self) -> Vec<(Vec<u32>, Vec<f32>)> {
        let file = SafeTensors::deserialize(self.expected).unwrap();
        (0..)
            .map_while(|index| {
                let ids = file.tensor(&format!("ids.{index}")).ok()?.data();
                let ids = ids
                    .chunks_exact(8)
                    .map(|id| u64::from_le_bytes(id.try_into().unwrap()) as u32);
                Some((
                    ids.collect(),
                    floats(file.tensor(&format!("hidden.{index}")).unwrap().data()),
                ))
            })
            .collect()
    }
}

/// Quantization noise is the larger the narrower a layer is, and these are 12
/// to 32 wide: the bound for encoders of real width is tighter by far.
const LEAST_COSINE: f64 = 0.99;

#[test]
fn int8_encoders_follow_transformers() {
    for model in MODELS {
        let encoder = model.encoder();
        let (hidden, layers) = (encoder.config().hidden, encoder.config().layers + 1);
        let expected = model.expected();
        assert!(expected.len() >= 4, "{}", model.name);
        let sequences: Vec<&[u32]> = expected.iter().map(|(ids, _)| ids.as_slice()).collect();
        let all: Vec<usize> = (0..layers).collect();
        let found = encoder
            .encode(&sequences, &all, &mut Workspace::default())
            .unwrap();
        let mut rows = found.chunks_exact(layers * hidden);
        let mut cosines = vec![Vec::new(); layers];
        for (ids, reference) in &expected {
            for position in 0..ids.len() {
                let row = rows.next().unwrap();
                for (layer, cosines) in cosines.iter_mut().enumerate() {
                    let reference = &reference[(layer * ids.len() + position) * hidden..][..hidden];
                    cosines.push(cosine(&row[layer * hidden..][..hidden], reference));
                }
            }
        }
        for (layer, cosines) in cosines.iter().enumerate() {
            let mean = cosines.iter().sum::<f64>() / cosines.len() as f64;
            assert!(
                mean > LEAST_COSINE,
                "{} layer {layer}: mean cosine {mean}",
                model.name
            );
        }
    }
}

fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| {
        a.iter()
            .zip(b)
            .map(|(a, b)| f64::from(*a) * f64::from(*b))
            .sum::<f64>()
    };
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

#[test]
fn int8_encoders_give_the_same_bits_everywhere() {
    let mut digest = Sha256::new();
    for model in MODELS {
        let encoder = model.encoder();
        let layers: Vec<usize> = (0..=encoder.config().layers).collect();
        let expected = model.expected();
        let mut workspace = Workspace::default();
        let mut alone = Vec::new();
        for (ids, _) in &expected {
            alone.extend(encoder.encode(&[ids], &layers, &mut workspace).unwrap());
        }
        let together: Vec<&[u32]> = expected.iter().map(|(ids, _)| ids.as_slice()).collect();
        let together = encoder.encode(&together, &layers, &mut workspace).unwrap();
        let bits = |states: &[f32]| {
            states
                .iter()
                .flat_map(|x| x.to_le_bytes())
                .collect::<Vec<u8>>()
        };
        assert_eq!(bits(&alone), bits(&together), "a batch changes nothing");
        digest.update(bits(&together));
    }
    // Not a reference: this number is the engine's own. It ties every kernel
    // and target, native and wasm, to the same bits.
    let found = format!("{:x}", digest.finalize());
    assert_eq!(
        found,
        "25666eb7d84e610b7f6dd9d6b09f9781753d53c3919306b23e5a7064448302dd"
    );
}

#[test]
fn subwords_are_those_of_transformers() {
    for model in MODELS {
        let encoder = model.encoder();
        let tokenizer = prepare_tokenizer(model.tokenizer).unwrap();
        let tokenizer = Tokenizer::from_bytes(&tokenizer, encoder.config().vocabulary).unwrap();
        let cases: Vec<Value> = serde_json::from_slice(model.words).unwrap();
        assert!(!cases.is_empty());
        for case in &cases {
            check_subwords(&tokenizer, case, model.name);
        }
    }
}

#[test]
fn nasty_words_are_cut_like_in_python() {
    let cases: Vec<Value> = serde_json::from_slice(golden!("tokens/cases.json")).unwrap();
    assert!(cases.len() > 300);
    let files: [(&str, &[u8]); 6] = [
        (
            "encoders/bert-tiny-prefixed/tokenizer.json",
            golden!("encoders/bert-tiny-prefixed/tokenizer.json"),
        ),
        (
            "encoders/bert-tiny/tokenizer.json",
            golden!("encoders/bert-tiny/tokenizer.json"),
        ),
        (
            "encoders/roberta-tiny-prefixed/tokenizer.json",
            golden!("encoders/roberta-tiny-prefixed/tokenizer.json"),
        ),
        (
            "tokens/cased-strip-accents.json",
            golden!("tokens/cased-strip-accents.json"),
        ),
        (
            "tokens/lowercase-keep-all.json",
            golden!("tokens/lowercase-keep-all.json"),
        ),
        (
            "tokens/uncased-truncating.json",
            golden!("tokens/uncased-truncating.json"),
        ),
    ];
    let mut checked = 0;
    for (path, json) in files {
        let tokenizer = Tokenizer::from_bytes(&prepare_tokenizer(json).unwrap(), 1000).unwrap();
        for case in cases.iter().filter(|case| case["tokenizer"] == path) {
            check_subwords(&tokenizer, case, case["name"].as_str().unwrap());
            checked += 1;
        }
    }
    assert_eq!(checked, cases.len());
}

/// Whole sentences of a corpus under real vocabularies: `scripts/parity` makes
/// the cases, and builds this test with them.
#[cfg(nerite_parity)]
#[test]
fn corpus_sentences_are_cut_like_in_python() {
    let file: Value = serde_json::from_slice(include_bytes!(env!("NERITE_PARITY_CASES"))).unwrap();
    let read = |json: &Value| {
        let json = prepare_tokenizer(json.to_string().as_bytes()).unwrap();
        Tokenizer::from_bytes(&json, 1 << 20).unwrap()
    };
    let tokenizers: Vec<Tokenizer> = file["tokenizers"]
        .as_array()
        .unwrap()
        .iter()
        .map(read)
        .collect();
    let cases = file["cases"].as_array().unwrap();
    assert!(!cases.is_empty());
    for case in cases {
        let index = case["tokenizer"].as_u64().unwrap() as usize;
        check_subwords(&tokenizers[index], case, "corpus");
    }
}

fn check_subwords(tokenizer: &Tokenizer, case: &Value, name: &str) {
    let words: Vec<&str> = case["words"]
        .as_array()
        .unwrap()
        .iter()
        .map(|w| w.as_str().unwrap())
        .collect();
    let subwords = tokenizer.encode(&words, true).unwrap();
    let ids: Vec<u32> = subwords.iter().map(|subword| subword.id).collect();
    let word_ids: Vec<Option<usize>> = subwords.iter().map(|subword| subword.word).collect();
    assert_eq!(serde_json::json!(ids), case["ids"], "{name}: {words:?}");
    assert_eq!(
        serde_json::json!(word_ids),
        case["word_ids"],
        "{name}: {words:?}"
    );
    if let Some(expected) = case.get("offsets") {
        let offsets: Vec<_> = subwords
            .iter()
            .map(|s| [s.characters.start, s.characters.end])
            .collect();
        assert_eq!(serde_json::json!(offsets), *expected, "{name}: {words:?}");
    }
    // The features are computed from these: the same, without the specials.
    let by_word = tokenizer.subwords(&words).unwrap();
    let inner = subwords
        .iter()
        .filter_map(|subword| Some((subword.word?, subword.id)));
    let flat = by_word
        .iter()
        .enumerate()
        .flat_map(|(word, ids)| ids.iter().map(move |&id| (word, id)));
    assert!(inner.eq(flat), "{name}: {words:?}");
}

type Tags = Vec<Vec<String>>;

fn parse(tags: &[String]) -> Vec<Tag<'_>> {
    tags.iter().map(|tag| Tag::parse(tag).unwrap()).collect()
}

/// Gold and predicted tags of a metrics case, sentence by sentence.
fn gold_and_predicted(case: &Value) -> (Tags, Tags) {
    let side = |name: &str| serde_json::from_value(case[name].clone()).unwrap();
    (side("gold"), side("predicted"))
}

#[test]
fn token_reports_are_scikit_learns() {
    let cases: Vec<Value> = serde_json::from_slice(golden!("metrics/token.json")).unwrap();
    assert!(cases.len() >= 10);
    for case in &cases {
        let (gold, predicted) = gold_and_predicted(case);
        let pairs = gold.iter().flatten().zip(predicted.iter().flatten());
        let report = TokenReport::new(pairs.map(|(g, p)| (g.as_str(), p.as_str())));
        let found = serde_json::to_value(&report).unwrap();
        assert_close(&found, &case["report"], case["name"].as_str().unwrap());
        let again: TokenReport = serde_json::from_value(found).unwrap();
        assert_eq!(again, report);
    }
}

#[test]
fn entity_reports_are_seqevals() {
    let tokens: Vec<Value> = serde_json::from_slice(golden!("metrics/token.json")).unwrap();
    let entities: Vec<Value> = serde_json::from_slice(golden!("metrics/entity.json")).unwrap();
    assert_eq!(tokens.len(), entities.len());
    for (token, entity) in tokens.iter().zip(&entities) {
        assert_eq!(token["name"], entity["name"]);
        let (gold, predicted) = gold_and_predicted(token);
        let pairs = || {
            gold.iter()
                .zip(&predicted)
                .map(|(g, p)| (parse(g), parse(p)))
        };
        for (mode, report) in [
            ("lenient", EntityReport::lenient(pairs())),
            ("strict", EntityReport::strict(pairs())),
        ] {
            let name = format!("{} {mode}", entity["name"]);
            let expected = &entity[mode];
            let found = serde_json::to_value(&report).unwrap();
            for field in ["precision", "recall", "f1"] {
                assert_close(&found[field], &expected[field], &format!("{name} {field}"));
            }
            let kinds = expected["by_type"].as_object().unwrap();
            assert_eq!(report.by_type.len(), kinds.len(), "{name}");
            for (kind, expected) in kinds {
                let found = &report.by_type[kind];
                for (found, field) in [
                    (found.precision, "precision"),
                    (found.recall, "recall"),
                    (found.f1, "f1-score"),
                    (found.support as f64, "support"),
                ] {
                    assert_close(
                        &found.into(),
                        &expected[field],
                        &format!("{name} {kind} {field}"),
                    );
                }
            }
        }
    }
}

#[test]
fn overlaps_are_nervaluates() {
    let tokens: Vec<Value> = serde_json::from_slice(golden!("metrics/token.json")).unwrap();
    let overlaps: Vec<Value> = serde_json::from_slice(golden!("metrics/overlap.json")).unwrap();
    assert_eq!(tokens.len(), overlaps.len());
    for (token, overlap) in tokens.iter().zip(&overlaps) {
        let name = token["name"].as_str().unwrap();
        assert_eq!(token["name"], overlap["name"]);
        let (gold, predicted) = gold_and_predicted(token);
        let pairs = gold.iter().zip(&predicted);
        let entities = Entities::new(|| pairs.clone().map(|(g, p)| (parse(g), parse(p))));
        let found = serde_json::to_value(&entities).unwrap();
        for scheme in ["strict_overlap", "exact", "partial", "type"] {
            assert_close(
                &found[scheme],
                &overlap[scheme],
                &format!("{name} {scheme}"),
            );
        }
        // What the documentation of `strict_overlap` says.
        for field in ["precision", "recall", "f1"] {
            let (own, lenient) = (&found["strict_overlap"][field], &found["lenient"][field]);
            assert_close(own, lenient, &format!("{name} lenient {field}"));
        }
        let again: Entities = serde_json::from_value(found).unwrap();
        assert_eq!(again, entities, "{name}");
    }
}

/// The sums that the bootstrap draws from give scikit-learn's and seqeval's
/// figures, and what is stored of every sentence gives it back.
#[test]
fn headline_figures_are_those_of_the_tables() {
    let cases: Vec<Value> = serde_json::from_slice(golden!("metrics/token.json")).unwrap();
    let entities: Vec<Value> = serde_json::from_slice(golden!("metrics/entity.json")).unwrap();
    for (case, entity) in cases.iter().zip(&entities) {
        let name = case["name"].as_str().unwrap();
        let (gold, predicted) = gold_and_predicted(case);
        let tags = TagSet::new(gold.iter().chain(&predicted).flatten().cloned()).unwrap();
        let indices = |labels: &[String]| -> Vec<u16> {
            let labels = labels.iter();
            labels
                .map(|label| tags.index(label).unwrap() as u16)
                .collect()
        };
        let sentences: Vec<JudgedSentence<'_>> = gold
            .iter()
            .zip(&predicted)
            .map(|(gold, predicted)| JudgedSentence {
                words: gold.iter().map(String::as_str).collect(),
                gold: indices(gold),
                predicted: indices(predicted),
                confidences: Vec::new(),
                without_subword: vec![false; gold.len()],
            })
            .collect();
        let training = Training::default();
        let context = Context {
            training: Some(&training),
            resamples: 20,
            ..Context::default()
        };
        let found = Evaluation::of(&tags, &sentences, &context);
        let figures = found.details.repeated.unwrap().with;
        for (found, expected) in [
            (figures.accuracy, &case["report"]["accuracy"]),
            (figures.macro_f1, &case["report"]["macro avg"]["f1-score"]),
            (
                figures.weighted_f1,
                &case["report"]["weighted avg"]["f1-score"],
            ),
            (figures.entity_f1, &entity["strict"]["f1"]),
            (figures.entity_f1_lenient, &entity["lenient"]["f1"]),
        ] {
            assert_close(&found.into(), expected, name);
        }
        let outcomes = serde_json::to_value(&found.details.outcomes).unwrap();
        let outcomes: Outcomes = serde_json::from_value(outcomes).unwrap();
        for (outcome, own) in outcomes.read().unwrap().iter().zip(&sentences) {
            assert_eq!(
                (&outcome.gold, &outcome.predicted),
                (&own.gold, &own.predicted)
            );
        }
    }
}

/// Other draws, another generator: intervals agree as far as 1,000 draws can
/// tell, and whether a difference is more than chance agrees always.
#[test]
fn paired_bootstraps_tell_the_same_as_in_python() {
    let pairs: Vec<Value> = serde_json::from_slice(golden!("metrics/bootstrap.json")).unwrap();
    let mut verdicts = Vec::new();
    for pair in &pairs {
        let name = pair["name"].as_str().unwrap();
        let side = |side: &str| -> Tags { serde_json::from_value(pair[side].clone()).unwrap() };
        let (gold, sides) = (side("gold"), [side("a"), side("b")]);
        let tags =
            TagSet::new(gold.iter().chain(sides.iter().flatten()).flatten().cloned()).unwrap();
        let indices = |sentences: &Tags| -> Vec<Vec<u16>> {
            let index = |label: &String| tags.index(label).unwrap() as u16;
            let sentences = sentences.iter();
            sentences
                .map(|own| own.iter().map(index).collect())
                .collect()
        };
        let gold = indices(&gold);
        let dropped: Vec<Vec<bool>> = gold.iter().map(|own| vec![false; own.len()]).collect();
        let [a, b] = sides.map(|predicted| {
            let predicted = indices(&predicted);
            let parts = gold.iter().zip(&predicted).zip(&dropped);
            let parts =
                parts.map(|((gold, predicted), dropped)| (&gold[..], &predicted[..], &dropped[..]));
            Outcomes::new(tags.clone(), parts)
        });
        let found = Comparison::of(&a, &b, 0, 1000).unwrap();
        let found_json = serde_json::to_value(&found).unwrap();
        for (figure, expected) in pair["differences"].as_object().unwrap() {
            let place = format!("{name} {figure}");
            let own = &found_json[figure];
            assert_close(&own["a"], &expected["a"], &place);
            assert_close(&own["b"], &expected["b"], &place);
            let get = |from: &Value, field: &str| from[field].as_f64().unwrap();
            let width = get(expected, "high") - get(expected, "low");
            for end in ["low", "high"] {
                let apart = (get(own, end) - get(expected, end)).abs();
                assert!(
                    apart < 0.1 * width,
                    "{place} {end}: {apart} apart, of {width}"
                );
            }
            let verdict = |from: &Value| get(from, "p") < 0.05;
            assert_eq!(
                verdict(own),
                verdict(expected),
                "{place}: {own}, {expected}"
            );
            verdicts.push(verdict(own));
        }
        // Among others, every tag has its own difference.
        assert_eq!(found.tags.len(), tags.len());
        let lowest = found
            .tags
            .values()
            .map(|own| own.low)
            .fold(f64::INFINITY, f64::min);
        assert!(
            lowest < found.figures.macro_f1.low,
            "{name}: one tag varies more than their mean"
        );
    }
    assert!(verdicts.contains(&true) && verdicts.contains(&false));
}

/// Equal keys, and numbers equal to 1e-12.
fn assert_close(found: &Value, expected: &Value, name: &str) {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            let keys =
                |map: &serde_json::Map<String, Value>| map.keys().cloned().collect::<Vec<_>>();
            assert_eq!(keys(found), keys(expected), "{name}");
            for (key, expected) in expected {
                assert_close(&found[key], expected, &format!("{name} {key}"));
            }
        }
        _ => {
            let (found, expected) = (found.as_f64().unwrap(), expected.as_f64().unwrap());
            assert!(
                (found - expected).abs() < 1e-12,
                "{name}: {found}, expected {expected}"
            );
        }
    }
}
