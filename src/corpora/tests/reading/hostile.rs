//! Corpora and predictions, spoilt in every way that can be thought of: no
//! panic, no memory beyond what the file's size allows, no hang.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use nerite_corpora::{Column, Corpus, Encoding, Format, Options, Pair, Predictions, Scheme};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use crate::memory::{Bounds, within};
use crate::mutation::{change, changes};

fn config() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// A word with its tag takes a hundred bytes for the two that it may have in
/// the file; gzip makes a thousand of one.
const TEXT: Bounds = Bounds {
    per_byte: 400,
    constant: 1 << 20,
};

const SEEDS: [&str; 15] = [
    "Sentence #,Word,POS,Tag\nSentence: 1,Thousands,NNS,O\n,of,IN,O\n,\"London, \"\"old\"\"\",NNP,B-geo\nSentence: 2,Gr\u{fc}\u{df}e,X,B-per\n,\"\",X,I-per\n",
    "tokens;ner_tags\n\"['a', 'b\\'s']\";\"['O', 'B-x']\"\n[\"\"c\"\"];O\n",
    "\u{feff}-DOCSTART- -X- O O\n\nEU NNP I-NP I-ORG\nx y z O\n\n# id 3\ta=b\nq r s B-ORG\n",
    "1\tIn\tO\tO\n2\tVfB\tB-ORG\tO\n3\tBonn\tI-ORG\tB-LOC\r\n\r1\tx\tO\tO\n",
    "bn/x 0 0 a NN (TOP* - - - - (X* * -\nbn/x 0 1 b NN *) - - - - *) * -\n\nbn/x 0 0 c NN * - - - - (Y) * -\n",
    "# text = a b\n1-2\tab\t_\t_\t_\t_\t_\t_\t_\t_\n1\ta\t_\t_\t_\t_\t_\t_\t_\tNER=B-X\n2\tb\t_\t_\t_\t_\t_\t_\t_\tEntity=(1-x(2-y)1)\n",
    "{\"text\": \"Ada \u{1f389} saw Z\u{fc}rich. It was.\", \"entities\": [[0, 3, \"per\"], {\"start\": 10, \"end\": 16, \"label\": \"geo\", \"text\": \"Z\u{fc}rich\"}]}\n",
    "[[\"Ada here\", {\"entities\": [[0, 3, \"per\"]]}], {\"tokens\": [\"a\"], \"ner_tags\": [0], \"doc_id\": 3}]",
    "[{\"data\": {\"text\": \"Ada here\"}, \"annotations\": [{\"result\": [{\"value\": {\"start\": 0, \"end\": 3, \"labels\": [\"per\"]}}]}]}]",
    "{\"features\": [{\"name\": \"ner_tags\", \"type\": {\"feature\": {\"names\": [\"O\"]}}}], \"rows\": [{\"row\": {\"tokens\": [\"a\"], \"ner_tags\": [0]}}]}",
    "[{\"tokenized_text\": [\"Ada\", \"here\"], \"ner\": [[0, 1, \"per\"]]}, {\"tokens\": [\"a\"], \"entities\": [{\"start\": 0, \"end\": 1, \"type\": \"x\"}]}]",
    "{\"doc_key\": \"d\", \"sentences\": [[\"Ada\"], [\"is\", \"here\"]], \"ner\": [[[0, 0, \"per\"]], [[1, 2, \"x\"]]]}\n",
    "{\"documents\": [{\"passages\": [{\"offset\": 7, \"text\": \"Ada here\", \"annotations\": [{\"infons\": {\"type\": \"per\"}, \"text\": \"Ada\", \"locations\": [{\"offset\": 7, \"length\": 3}]}]}]}]}",
    "T1\tper 0 3\tAda\nT2\tgeo 4 6;7 9\tx\n",
    "a U-x\nb 0\nc L-x\n\nd e\n",
];

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Each word of an entity has its type: a long one is refused before.
#[test]
fn long_types_of_many_words_take_little() {
    let (words, long) = (vec!["a"; 20_000], "x".repeat(100_000));
    let of_words = json!({"tokenized_text": words, "ner": [[0, 19_999, long]]});
    let of_text = json!({"text": words.join(" "), "entities": [[0, 39_999, long]]});
    for json in [of_words, of_text] {
        let json = json.to_string();
        let read = || Corpus::read("c", json.as_bytes(), &Options::default());
        let found = within(TEXT, json.len(), read).unwrap();
        assert!(found.is_err());
    }
}

/// Sentences take memory, too: 73 KB gzipped took 4.6 GB.
#[test]
fn very_many_sentences_are_refused() {
    let text = "a O\n\n".repeat((1 << 21) + 1);
    let packed = gzip(text.as_bytes());
    let error = Corpus::read("c", &packed, &Options::default()).unwrap_err();
    let error = error.to_string();
    assert!(
        error.contains("found more than 2097152 sentences"),
        "{error}"
    );
}

/// What is read as a corpus can be used as one.
fn check(corpus: &Corpus) -> Result<(), TestCaseError> {
    prop_assert!(!corpus.sentences.is_empty());
    for sentence in &corpus.sentences {
        prop_assert!(!sentence.words.is_empty());
        prop_assert_eq!(sentence.words.len(), sentence.tags.len());
        for (word, tag) in sentence.words.iter().zip(&sentence.tags) {
            prop_assert!(!word.is_empty());
            prop_assert!(usize::from(*tag) < corpus.tags.len());
        }
        let Some(text) = &sentence.text else { continue };
        prop_assert_eq!(text.words.len(), sentence.words.len());
        for (place, word) in text.words.iter().zip(&sentence.words) {
            prop_assert_eq!(&text.text[place.clone()], word);
        }
        for (place, _) in &text.entities {
            prop_assert!(!text.text[place.clone()].is_empty());
        }
    }
    Ok(())
}

fn read(bytes: &[u8], plain: usize, options: &Options) -> Result<bool, TestCaseError> {
    let found = within(TEXT, plain, || Corpus::read("corpus", bytes, options));
    match found.map_err(TestCaseError::fail)? {
        Ok(corpus) => check(&corpus).map(|()| true),
        Err(_) => Ok(false),
    }
}

fn read_predictions(bytes: &[u8]) -> Result<bool, TestCaseError> {
    let found = within(TEXT, bytes.len(), || {
        Predictions::read("p", bytes, None, None)
    });
    let Ok(predictions) = found.map_err(TestCaseError::fail)? else {
        return Ok(false);
    };
    let tags = predictions.tags.len();
    for sentence in predictions.sentences() {
        prop_assert_eq!(sentence.words.len(), sentence.gold.len());
        prop_assert_eq!(sentence.words.len(), sentence.predicted.len());
        let mut all = sentence.gold.iter().chain(&sentence.predicted);
        prop_assert!(all.all(|tag| usize::from(*tag) < tags));
    }
    Ok(true)
}

fn options() -> impl Strategy<Value = Options> {
    let formats = vec![
        Format::Csv,
        Format::Conll,
        Format::Conllu,
        Format::Json,
        Format::Brat,
    ];
    let encodings = vec![Encoding::UTF_8, Encoding::LATIN_1, Encoding::WINDOWS_1252];
    let schemes = vec![Scheme::Iob1, Scheme::Iob2, Scheme::Bioes, Scheme::Io];
    let column = || option::of(select(vec![Column::Number(2), Column::Name("word".into())]));
    let labels = select(vec![vec![], vec!["O".to_owned(), "B-x".to_owned()]]);
    (
        option::of(select(formats)),
        option::of(select(encodings)),
        option::of(select(schemes)),
        column(),
        column(),
        column(),
        labels,
    )
        .prop_map(
            |(format, encoding, scheme, word_column, tag_column, sentence_column, labels)| {
                Options {
                    format,
                    encoding,
                    scheme,
                    word_column,
                    tag_column,
                    sentence_column,
                    labels,
                }
            },
        )
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn corpora_are_read_or_refused(seed in select(SEEDS.to_vec()), changes in changes(), options in options()) {
        let bytes = change(seed.as_bytes(), &changes);
        read(&bytes, bytes.len(), &options)?;
        read(&bytes, bytes.len(), &Options::default())?;
        read_predictions(&bytes)?;
        let pair = Pair { name: "a", text: SEEDS[6].as_bytes(), annotations: &bytes };
        if let Ok(corpus) = Corpus::read_brat("x", &[pair], &options) {
            check(&corpus)?;
        }
    }

    /// What a spoilt gzip file swells to is a thousand times its size at most.
    #[test]
    fn packed_corpora_are_read_or_refused(seed in select(SEEDS.to_vec()), changes in changes()) {
        let bytes = change(&gzip(seed.as_bytes()), &changes);
        read(&bytes, bytes.len() * 1000, &Options::default())?;
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        read(&bytes, bytes.len(), &Options::default())?;
        read_predictions(&bytes)?;
    }
}

#[test]
fn seeds_are_read() {
    let readable = SEEDS
        .iter()
        .filter(|seed| read(seed.as_bytes(), seed.len(), &Options::default()).unwrap());
    assert!(readable.count() >= 7);
}

/// A small gzip file that swells, and texts that make a reader keep much.
#[test]
fn corpora_do_not_swell() {
    let options = Options::default();
    for text in [
        "\n".repeat(4 << 20),
        "#\n".repeat(1 << 20),
        "a O\n".repeat(1 << 20),
        "a O\n\n".repeat(1 << 19),
        "a".repeat(4 << 20),
        format!("Sentence #,Word,Tag\n{}", "\"\"\"\",\n".repeat(1 << 19)),
        format!("tokens,tags\n{}", "[[,[[\n".repeat(1 << 18)),
        (0..1 << 18).map(|n| format!("{n} B-{n}\n")).collect(),
        "[".repeat(1 << 20),
        "{\"a\":".repeat(1 << 18),
        format!("[{}0]", "0,".repeat(1 << 20)),
        format!(
            "{{\"text\": {:?}, \"entities\": [{}[0,1,\"x\"]]}}",
            "a b. ".repeat(1 << 16),
            "[0,327680,\"x\"],".repeat(1 << 16)
        ),
        format!("{{\"text\": {:?}, \"entities\": []}}", "x".repeat(1 << 20)),
        format!(
            "{{\"tokens\": [{}\"a\"], \"ner_tags\": [{}\"O\"]}}",
            "\"a\",".repeat(1 << 18),
            "\"O\",".repeat(1 << 18)
        ),
        format!("1\ta\t_\t_\t_\t_\t_\t_\t_\tEntity={}\n", "(".repeat(60_000)),
    ] {
        read(&gzip(text.as_bytes()), text.len(), &options).unwrap();
        read_predictions(text.as_bytes()).unwrap();
    }
    assert!(!read(b"", 0, &options).unwrap());
}
