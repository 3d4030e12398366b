//! A corpus that is written in a format and read again has the same sentences,
//! tags and offsets.

use nerite_corpora::{Corpus, Options, Pair, Predictions};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use crate::{read, read_as, shown};

/// A word with its tag in IOB2.
type Word = (String, String);

/// Words of any script and sign; none that a format cannot hold, and none that
/// the cutter would take apart, for running text.
fn word() -> BoxedStrategy<String> {
    prop_oneof![
        "[a-zA-Z]{1,8}",
        "[0-9]{1,4}",
        select(vec![
            "Zürich",
            "Москва",
            "서울",
            "#",
            "#tag",
            ",",
            "\"",
            "'s",
            "U.S.",
            "🎉",
            "a|b",
            "x/y",
            "-"
        ])
        .prop_map(str::to_owned),
    ]
    .boxed()
}

fn plain_word() -> BoxedStrategy<String> {
    prop_oneof![
        "[b-z]{2,8}",
        select(vec!["zürich", "москва", "서울", "rouen"]).prop_map(str::to_owned),
    ]
    .boxed()
}

/// Entities of one to three words with other words between, as IOB2.
fn sentence(word: BoxedStrategy<String>) -> impl Strategy<Value = Vec<Word>> {
    let kind = select(vec!["PER", "geo", "a-b", "x.y"]);
    let entity = (kind, vec(word.clone(), 1..4)).prop_map(|(kind, words)| {
        let mark = |at: usize| if at == 0 { "B" } else { "I" };
        let words = words.into_iter().enumerate();
        words
            .map(|(at, word)| (word, format!("{}-{kind}", mark(at))))
            .collect::<Vec<Word>>()
    });
    let outside = word.prop_map(|word| vec![(word, "O".to_owned())]);
    vec(prop_oneof![outside.clone(), outside, entity], 1..8).prop_map(|parts| parts.concat())
}

fn sentences() -> impl Strategy<Value = Vec<Vec<Word>>> {
    // Some entity and some other word: without them, schemes look the same.
    let first = vec![
        ("Ada".to_owned(), "B-PER".to_owned()),
        ("came".to_owned(), "O".to_owned()),
    ];
    vec(sentence(word()), 1..6).prop_map(move |rest| [vec![first.clone()], rest].concat())
}

fn written(sentences: &[Vec<Word>]) -> Vec<String> {
    let words = |own: &Vec<Word>| -> Vec<String> {
        own.iter()
            .map(|(word, tag)| format!("{word}/{tag}"))
            .collect()
    };
    sentences.iter().map(|own| words(own).join(" ")).collect()
}

/// The tags of a sentence in another scheme.
fn marked(sentence: &[Word], scheme: &str) -> Vec<String> {
    let tag = |at: usize| sentence.get(at).map_or("O", |(_, tag)| tag.as_str());
    (0..sentence.len())
        .map(|at| {
            let Some((mark, kind)) = tag(at).split_once('-') else {
                return "O".to_owned();
            };
            let goes_on = tag(at + 1) == format!("I-{kind}");
            let follows = at > 0
                && tag(at - 1)
                    .split_once('-')
                    .is_some_and(|(_, own)| own == kind);
            let letter = match (scheme, mark, goes_on) {
                ("bioes", "B", false) => "S",
                ("bioes", "I", false) => "E",
                ("bilou", "B", false) => "U",
                ("bilou", "I", false) => "L",
                ("iob1", "B", _) if !follows => "I",
                _ => mark,
            };
            format!("{letter}-{kind}")
        })
        .collect()
}

/// Lines of columns: each word's cells, and an empty line after a sentence.
fn lines(
    sentences: &[Vec<Word>],
    end: &str,
    cells: impl Fn(usize, &Word, &str) -> String,
    scheme: &str,
) -> String {
    let mut text = String::new();
    for sentence in sentences {
        for (at, (word, tag)) in sentence.iter().zip(marked(sentence, scheme)).enumerate() {
            text += &cells(at, word, &tag);
            text += end;
        }
        text += end;
    }
    text
}

fn quoted(field: &str) -> String {
    format!("\"{}\"", field.replace('"', "\"\""))
}

fn same(text: &str, expected: &[Vec<Word>]) -> Result<(), TestCaseError> {
    let corpus = read(text).map_err(|error| TestCaseError::fail(format!("{error}: {text}")))?;
    prop_assert_eq!(
        shown(&corpus),
        written(expected),
        "{}\n{}",
        corpus.found(),
        text
    );
    Ok(())
}

fn config() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        cases: 128,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn columns_come_back(
        sentences in sentences(),
        scheme in select(vec!["iob1", "iob2", "bioes", "bilou"]),
        end in select(vec!["\n", "\r\n", "\r"]),
    ) {
        same(&lines(&sentences, end, |_, (word, _), tag| format!("{word} {tag}"), scheme), &sentences)?;
        same(&lines(&sentences, end, |_, (word, _), tag| format!("{word} \tNN\t{tag}"), scheme), &sentences)?;
        let counted = |at: usize, (word, _): &Word, tag: &str| format!("{}\t{word}\t{tag}", at + 1);
        same(&lines(&sentences, end, counted, scheme), &sentences)?;
    }

    #[test]
    fn tables_come_back(sentences in sentences(), delimiter in select(vec![',', ';', '\t'])) {
        let header = ["sentence", "word", "tag"].join(&delimiter.to_string());
        let mut table = format!("{header}\n");
        let mut rows = String::from("tokens,ner_tags\n");
        for (number, sentence) in sentences.iter().enumerate() {
            for (word, tag) in sentence {
                table += &[&number.to_string(), &quoted(word), tag].map(String::as_str).join(&delimiter.to_string());
                table += "\n";
            }
            let list = |own: Vec<&String>| quoted(&serde_json::to_string(&own).unwrap());
            rows += &format!("{},{}\n",
                list(sentence.iter().map(|(word, _)| word).collect()),
                list(sentence.iter().map(|(_, tag)| tag).collect()));
        }
        same(&table, &sentences)?;
        same(&rows, &sentences)?;
    }

    #[test]
    fn conllu_comes_back(sentences in sentences()) {
        let cells = |at: usize, (word, _): &Word, tag: &str| {
            let misc = if tag == "O" { "_".to_owned() } else { format!("SpaceAfter=No|NER={tag}") };
            format!("{}\t{word}\t_\t_\t_\t_\t_\t_\t_\t{misc}", at + 1)
        };
        same(&lines(&sentences, "\n", cells, "iob2"), &sentences)?;
    }

    #[test]
    fn tokens_come_back(sentences in sentences()) {
        let record = |own: &Vec<Word>| {
            let (words, tags): (Vec<_>, Vec<_>) = own.iter().cloned().unzip();
            json!({"id": "7", "tokens": words, "ner_tags": tags})
        };
        let records: Vec<_> = sentences.iter().map(record).collect();
        same(&serde_json::to_string_pretty(&records).unwrap(), &sentences)?;
        let lines: Vec<String> = records.iter().map(ToString::to_string).collect();
        same(&lines.join("\n"), &sentences)?;
    }

    #[test]
    fn places_of_words_come_back(sentences in sentences()) {
        let words = |own: &Vec<Word>| own.iter().map(|(word, _)| word.clone()).collect::<Vec<_>>();
        // First word, last word and type, counted from `before` on.
        let places = |own: &Vec<Word>, before: usize| {
            let mut found: Vec<(usize, usize, String)> = Vec::new();
            for (at, (_, tag)) in own.iter().enumerate() {
                match tag.split_once('-') {
                    Some(("B", kind)) => found.push((before + at, before + at, kind.to_owned())),
                    Some(_) => found.last_mut().unwrap().1 += 1,
                    None => {}
                }
            }
            found
        };
        let gliner: Vec<_> = sentences
            .iter()
            .map(|own| json!({"tokenized_text": words(own), "ner": places(own, 0)}))
            .collect();
        same(&json!(gliner).to_string(), &sentences)?;
        let spert: Vec<_> = sentences
            .iter()
            .map(|own| {
                let entities = places(own, 0).into_iter().map(|(first, last, kind)| {
                    json!({"type": kind, "start": first, "end": last + 1})
                });
                json!({"tokens": words(own), "entities": entities.collect::<Vec<_>>(), "relations": []})
            })
            .collect();
        same(&json!(spert).to_string(), &sentences)?;
        let mut before = 0;
        let mut ner = Vec::new();
        for own in &sentences {
            ner.push(places(own, before));
            before += own.len();
        }
        let document = json!({"doc_key": "d", "sentences": sentences.iter().map(words).collect::<Vec<_>>(), "ner": ner});
        same(&document.to_string(), &sentences)?;
    }

    #[test]
    fn numbered_tags_come_back(sentences in sentences()) {
        let mut names: Vec<String> = sentences.concat().into_iter().map(|(_, tag)| tag).collect();
        names.push("O".into());
        names.sort();
        names.dedup();
        let number = |tag: &String| names.iter().position(|name| name == tag).unwrap();
        let records: Vec<String> = sentences
            .iter()
            .map(|own| {
                let words: Vec<&String> = own.iter().map(|(word, _)| word).collect();
                let tags: Vec<usize> = own.iter().map(|(_, tag)| number(tag)).collect();
                json!({"tokens": words, "ner_tags": tags}).to_string()
            })
            .collect();
        let text = records.join("\n");
        let options = Options { labels: names.clone(), ..Options::default() };
        let corpus = read_as(&text, options).unwrap();
        prop_assert_eq!(shown(&corpus), written(&sentences), "{}", text);
        // Nothing is made up where the names are not known.
        prop_assert!(read(&text).unwrap_err().contains("numbers for tags"));
    }

    #[test]
    fn outer_columns_of_nested_ones_come_back(sentences in sentences()) {
        let cells = |at: usize, (word, _): &Word, tag: &str| format!("{}\t{word}\t{tag}\tO", at + 1);
        let mut text = String::new();
        for sentence in &sentences {
            text += "# http://example.org/a [2011-01-01]\n";
            text += &lines(std::slice::from_ref(sentence), "\n", cells, "iob2");
        }
        same(&text, &sentences)?;
    }

    #[test]
    fn predictions_come_back(
        sentences in sentences(),
        scheme in select(vec!["iob1", "iob2", "bioes", "bilou"]),
    ) {
        let text = lines(&sentences, "\n", |_, (word, _), tag| format!("{word}\tNN\t{tag}\t{tag}"), scheme);
        let found = Predictions::read("p", text.as_bytes(), None, None).unwrap();
        let labels = found.tags.labels();
        let named = |tags: &[u16]| -> Vec<String> {
            tags.iter().map(|tag| labels[usize::from(*tag)].clone()).collect()
        };
        let judged: Vec<_> = found.sentences().collect();
        prop_assert_eq!(judged.len(), sentences.len());
        for (judged, own) in judged.iter().zip(&sentences) {
            let tags: Vec<String> = own.iter().map(|(_, tag)| tag.clone()).collect();
            prop_assert_eq!(&named(&judged.gold), &tags, "{}", text);
            prop_assert_eq!(&named(&judged.predicted), &tags, "{}", text);
        }
    }

    #[test]
    fn texts_come_back_with_their_offsets(sentence in sentence(plain_word()), style in 0..6usize) {
        let mut text = String::new();
        let mut points = 0;
        let mut spans: Vec<(usize, usize, String)> = Vec::new();
        let mut words = Vec::new();
        for (word, tag) in &sentence {
            let length = word.chars().count();
            words.push(text.len()..text.len() + word.len());
            match tag.split_once('-') {
                Some(("B", kind)) => spans.push((points, points + length, kind.to_owned())),
                Some(_) => spans.last_mut().unwrap().1 = points + length,
                None => {}
            }
            text += word;
            text.push(' ');
            points += length + 1;
        }
        let triples = || spans.iter().map(|(start, end, kind)| json!([start, end, kind])).collect::<Vec<_>>();
        let objects = |start: &str, end: &str, kind: &str| {
            let own = spans.iter().map(|(from, to, own)| json!({start: from, end: to, kind: own}));
            own.collect::<Vec<_>>()
        };
        let json = match style {
            0 => json!({"text": text, "entities": objects("start", "end", "type")}),
            1 => json!({"text": text, "label": triples()}),
            2 => json!({"text": text, "spans": objects("start", "end", "label"), "answer": "accept"}),
            3 => json!([[text, {"entities": triples()}]]),
            4 => {
                // A passage that begins at the document's seventh character.
                let own = spans.iter().map(|(start, end, kind)| json!({"infons": {"type": kind},
                    "locations": [{"offset": start + 7, "length": end - start}]}));
                json!({"documents": [{"id": "1", "passages": [
                    {"offset": 7, "text": text, "annotations": own.collect::<Vec<_>>()}]}]})
            }
            _ => {
                let values = spans.iter().map(|(start, end, kind)| json!({"type": "labels",
                    "value": {"start": start, "end": end, "labels": [kind]}}));
                json!([{"data": {"text": text}, "annotations": [{"result": values.collect::<Vec<_>>()}]}])
            }
        };
        let whole = [sentence];
        same(&json.to_string(), &whole)?;
        let corpus = read(json.to_string()).unwrap();
        prop_assert_eq!(&corpus.sentences[0].text.as_ref().unwrap().words, &words);

        let mut annotations = String::new();
        for (number, (start, end, kind)) in spans.iter().enumerate() {
            let own: String = text.chars().skip(*start).take(end - start).collect();
            annotations += &format!("T{}\t{kind} {start} {end}\t{own}\n", number + 1);
        }
        let pair = Pair { name: "a.ann", text: text.as_bytes(), annotations: annotations.as_bytes() };
        let corpus = Corpus::read_brat("a", &[pair], &Options::default()).unwrap();
        prop_assert_eq!(shown(&corpus), written(&whole));
    }
}
