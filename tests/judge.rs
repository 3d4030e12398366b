//! Heads judged on a visitor's own labelled file: the package and the page
//! against `nerite evaluate` on the same file.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::browser::{Browser, Wishes};
use crate::site::{Server, Site, nerite, root};
use crate::turns::in_every_browser;

/// Tags in IOB1, a type that no head finds, an address where heads of running
/// text are not asked for names, and a word that encoders see nothing of.
pub(crate) const COLUMNS: &str = "-DOCSTART- -X- O O

Mara NNP I-NP I-PERSON
Ollendorf NNP I-NP I-PERSON
flew VBD I-VP O
to TO I-PP O
Lisbon NNP I-NP I-LOCATION
. . O O

Portugal NNP I-NP I-LOCATION
beat VBD I-VP O
Norway NNP I-NP I-LOCATION
in IN I-PP O
Oslo NNP I-NP I-LOCATION
, , O O
said VBD I-VP O
www.reuters.com NN I-NP I-ORGANIZATION
\u{200b} NN I-NP O
of IN I-PP O
the DT I-NP O
World NNP I-NP I-ORGANIZATION
Bank NNP I-NP I-ORGANIZATION
. . O O

Finnish JJ I-NP I-MISC
shares NNS I-NP O
of IN I-PP O
Halden NNP I-NP I-ORGANIZATION
rose VBD I-VP O
on IN I-PP O
Monday NNP I-NP O
. . O O
";
pub(crate) const MAP: &str =
    "PERSON=PER,LOCATION=LOC,ORGANIZATION=ORG,MISC=O,geo=LOC,gpe=LOC,per=PER,org=ORG";

/// Texts with the places of their entities, some inside of words.
pub(crate) const LINES: &str = r#"{"text": "Angela Merkel met Zoë Müller in Kraków.", "label": [[0, 13, "person"], [18, 28, "person"], [32, 38, "place"]]}
{"text": "The River Bank of Ohio, e-mail: info@ohio-bank.com, closed in May.", "label": [[4, 22, "company"]]}
{"text": "Nobody came from Paris to London-based Acme Corp. yesterday.", "label": [[17, 22, "place"], [26, 32, "place"], [39, 49, "company"]]}
"#;

/// The labelled files in a folder.
pub(crate) fn files() -> Result<TempDir> {
    let folder = tempfile::tempdir()?;
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text);
    write("own.conll", COLUMNS)?;
    write("own.jsonl", LINES)?;
    std::fs::copy(
        root().join("tests/news.conll"),
        folder.path().join("news.conll"),
    )?;
    Ok(folder)
}

/// What `nerite evaluate` writes.
pub(crate) fn evaluate(folder: &TempDir, file: &str, head: &str, flags: &[&str]) -> Result<Value> {
    let output = Command::new(nerite()?)
        .current_dir(folder.path())
        .args(["evaluate", file, "--json", "--head", head, "--bundle"])
        .arg(Site::built()?.bundle())
        .args(flags)
        .output()?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{file}, {head}: {errors}");
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Where two values differ by more than 1e-12.
fn differences(path: &str, a: &Value, b: &Value) -> Vec<String> {
    match (a, b) {
        (Value::Object(one), Value::Object(other)) => {
            let only = other.keys().filter(|name| !one.contains_key(*name));
            let names = one.keys().chain(only);
            names
                .flat_map(|name| differences(&format!("{path}.{name}"), &a[name], &b[name]))
                .collect()
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => one
            .iter()
            .zip(other)
            .enumerate()
            .flat_map(|(index, (a, b))| differences(&format!("{path}.{index}"), a, b))
            .collect(),
        _ => {
            let near = a.as_f64().zip(b.as_f64());
            let near = near.is_some_and(|(a, b)| (a - b).abs() <= 1e-12);
            match near || a == b {
                true => Vec::new(),
                false => vec![format!("{path}: {a} natively, {b} in the tab")],
            }
        }
    }
}

/// The same of two reports; machine and time are their own.
pub(crate) fn differing(native: &Value, tab: &Value) -> Vec<String> {
    let [mut native, mut tab] = [native.clone(), tab.clone()];
    for report in [&mut native, &mut tab] {
        for own in ["machine", "seconds"] {
            report["provenance"][own] = Value::Null;
        }
    }
    differences("", &native, &tab)
}

#[test]
fn the_package_judges_as_nerite_evaluate_does() -> Result<()> {
    in_every_browser(async |kind| {
        let folder = files()?;
        let browser = Browser::start(kind, Wishes::default()).await?;
        let server = Server::start(&Site::built()?)?;
        browser
            .open(&format!("{}shared/tags.js", server.url))
            .await?;
        let news = std::fs::read_to_string(folder.path().join("news.conll"))?;
        let given = json!({ "columns": COLUMNS, "lines": LINES, "news": news, "map": MAP });
        let script = r#"
            const nerite = await import(new URL('pkg/nerite.js', location.origin + '/'));
            const failure = (promise) => promise.then(() => 'no failure', (error) => error.name === "AbortError" ? error.name : `${error.code}: ${error.message}`);
            const packed = await new Response(new Blob([given.columns]).stream().pipeThrough(new CompressionStream('gzip'))).blob();
            const read = await nerite.readLabelled(packed, { name: 'own.conll' });
            const recognizer = await nerite.load('/bundles/all-MiniLM-L6-v2/', { workers: 2 });
            const told = [];
            const columns = await recognizer.evaluate(packed, {
                name: 'own.conll', map: given.map, heads: ['best', 'linear', 'base'], onProgress: (progress) => told.push(progress),
            });
            const lines = await recognizer.evaluate(new File([given.lines], 'own.jsonl'), {
                heads: ['general'], map: { person: 'PER', place: 'LOC', company: 'ORG' }, types: ['PER', 'LOC'], decoder: 'rules',
            });
            const news = await recognizer.evaluate(new TextEncoder().encode(given.news), { name: 'news.conll', heads: ['best', 'base'] });
            const pair = [new File(['Paris is old.\n'], 'a.txt'), new File(['T1\tLOC 0 5\tParis\n'], 'a.ann')];
            const stop = new AbortController();
            const stopped = recognizer.evaluate(given.news, { heads: ['best'], signal: stop.signal, onProgress: ({ done }) => done > 16 && stop.abort() });
            return {
                read, told, brat: await nerite.readLabelled(pair),
                columns: columns.reports, lines: lines.reports, news: news.reports, words: columns.words,
                failures: [
                    await failure(recognizer.evaluate('a B-x\nb\n', { name: 'broken.conll' })),
                    await failure(recognizer.evaluate(given.columns)),
                    await failure(recognizer.evaluate(given.columns, { map: 'geo:LOC' })),
                    await failure(recognizer.evaluate(given.columns, { map: { geo: 5 } })),
                    await failure(recognizer.evaluate(given.columns, { mapp: 'geo=LOC' })),
                    await failure(recognizer.evaluate(given.columns, { heads: ['none'], map: given.map })),
                    await failure(recognizer.evaluate(given.columns, { format: 'xml' })),
                    await failure(recognizer.evaluate([], {})),
                    await failure(nerite.readLabelled(new Uint8Array([0x1f, 0x8b, 1, 2]))),
                    await failure(stopped),
                ],
            };"#;
        let script = format!("const given = {given}; {script}");
        let found = browser.run_async(&script).await?;

        assert_eq!(
            found["read"]["found"], "conll; tags in IOB1, made IOB2",
            "{:#}",
            found["read"]
        );
        assert_eq!(found["read"]["sentences"], 3);
        let location = json!({ "type": "LOCATION", "entities": 4 });
        let types = found["read"]["types"].as_array().context("no types")?;
        assert!(types.contains(&location), "{types:?}");
        assert_eq!(found["brat"]["format"], "brat");
        assert_eq!(
            found["words"][0],
            json!(["Mara", "Ollendorf", "flew", "to", "Lisbon", "."])
        );
        let told = found["told"].as_array().context("no progress")?;
        assert_eq!(told[0], json!({ "stage": "judge", "done": 0, "total": 3 }));
        assert_eq!(told.last().context("no progress")?["stage"], "figures");

        let reports = |name: &str| -> Result<Vec<Value>> {
            Ok(found[name].as_array().context("no reports")?.clone())
        };
        for (file, flags, own) in [
            ("own.conll", &["--map", MAP][..], reports("columns")?),
            (
                "own.jsonl",
                &[
                    "--map",
                    "person=PER,place=LOC,company=ORG",
                    "--types",
                    "PER,LOC",
                    "--decoder",
                    "rules",
                ],
                reports("lines")?,
            ),
            ("news.conll", &[], reports("news")?),
        ] {
            for told in own {
                let head = told["head"].as_str().context("no head")?;
                let native = evaluate(&folder, file, head, flags)?;
                let apart = differing(&native, &told["report"]);
                assert!(apart.is_empty(), "{file}, {head}: {apart:#?}");
                assert!(told["report"]["words"]["judged"].as_u64() > Some(20));
                assert!(told["fittedOn"].is_null());
                // The text is the object's.
                let json: Value = serde_json::from_str(told["json"].as_str().context("no text")?)?;
                assert_eq!(differing(&json, &told["report"]), Vec::<String>::new());
            }
        }

        let failures = found["failures"].as_array().context("no failures")?;
        for (failure, expected) in failures.iter().zip([
            "input: broken.conll:2: found 1 column, expected 2",
            "they share no type",
            "input: options.map: found \"geo:LOC\", expected pairs",
            "input: options.map: found another kind of value, expected an object of types",
            "input: options.mapp: there is no such option; expected heads, map, types",
            "input: found the head \"none\", expected one of",
            "input: options.format: found the format \"xml\", expected one of csv",
            "input: found no labelled file, expected a File",
            "input: file: ",
            "AbortError",
        ]) {
            let failure = failure.as_str().unwrap_or_default();
            assert!(failure.contains(expected), "{failure}, not {expected}");
        }
        assert_eq!(failures.len(), 10);
        Ok(())
    })
}
