//! The page over reports, in a real browser, as a visitor uses it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::browser::{Browser, Kind, Wishes};
use crate::demo::in_turn;
use crate::site::{BUNDLE, Server, Site, root};

const CORPUS: &str = "tests/news.conll";

/// The page with reports of two heads on a corpus of our own, made on the spot.
struct Page {
    browser: Browser,
    url: String,
    /// The reports, the untrained head's and the default one's.
    reports: [PathBuf; 2],
    /// Their ids in the page.
    ids: [String; 2],
}

impl Page {
    /// Runs a test in every browser.
    fn test(test: impl AsyncFn(Page) -> Result<()>) -> Result<()> {
        in_turn(async || {
            let site = Site::copy()?;
            let bundle = site.bundle();
            // The head that knows this corpus's tags.
            let best = "best";
            let name = Path::new(BUNDLE)
                .file_name()
                .context("no name")?
                .to_string_lossy();
            let evaluate = |head: &str| -> Result<PathBuf> {
                let out = bundle.join(format!("reports/own-{head}.json"));
                nerite(
                    &[
                        "evaluate", CORPUS, "--part", "all", "--sample", "1000", "--head", head,
                        "--bundle",
                    ],
                    &[&bundle, Path::new("--out"), &out],
                )?;
                Ok(out)
            };
            let reports = [evaluate("base")?, evaluate(best)?];
            let ids = ["base", best].map(|head| format!("{name}/own-{head}"));
            let server = Server::start(&site)?;
            for kind in Kind::all()? {
                let page = Self {
                    browser: Browser::start(kind, Wishes::default()).await?,
                    url: format!("{}reports.html", server.url),
                    reports: reports.clone(),
                    ids: ids.clone(),
                };
                test(page).await.with_context(|| format!("in {kind:?}"))?;
            }
            Ok(())
        })
    }

    /// Loads the page with this state in its address, up to where all stored
    /// reports are shown.
    async fn open(&self, state: &str) -> Result<()> {
        // Another fragment alone would not load the page again.
        self.browser.open("about:blank").await?;
        self.browser.open(&format!("{}#{state}", self.url)).await?;
        self.browser
            .until("document.body.dataset.loaded === 'true'")
            .await
    }

    async fn value(&self, script: &str) -> Result<Value> {
        self.browser.run(script, Vec::new()).await
    }

    /// The address's fragment that compares both heads.
    fn pair(&self) -> String {
        let [a, b] = self.ids.each_ref().map(|id| id.replace('/', "%2F"));
        format!("data=all&a={a}&b={b}")
    }

    fn console_is_clean(&self) -> Result<()> {
        let console = self.browser.console()?;
        let errors: Vec<_> = console
            .iter()
            .filter(|(level, _)| level == "SEVERE")
            .collect();
        ensure!(errors.is_empty(), "the console holds {errors:?}");
        Ok(())
    }
}

/// Runs the program in the repository's folder; gives what it prints.
fn nerite(words: &[&str], paths: &[&Path]) -> Result<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .context("no root")?;
    let program = std::env::var_os("NERITE_BIN")
        .map_or_else(|| root.join("target/release/nerite"), PathBuf::from);
    let output = Command::new(program)
        .current_dir(root)
        .args(words)
        .args(paths)
        .output()?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "nerite {words:?}: {errors}");
    Ok(String::from_utf8(output.stdout)?)
}

/// The numbers of the column of accuracy, in the order of the rows.
const ACCURACIES: &str = "return Array.from(document.querySelectorAll('#table tbody tr'), (row) => parseFloat(row.cells[4].textContent))";

#[test]
fn reports_are_listed_sorted_and_filtered() -> Result<()> {
    Page::test(async |page| {
        let rows = "return Array.from(document.querySelectorAll('#table tbody tr'), (row) => row.dataset.report)";
        // It opens on entity F1 and fitted heads, and says how the two best differ.
        page.open("").await?;
        let opened = "return [document.getElementById('figure').value, document.getElementById('stage').value,
            Array.from(document.querySelectorAll('#table tbody tr'), (row) => row.cells[3].textContent).filter((stage) => stage !== 'fine-tuned').length]";
        assert_eq!(
            page.value(opened).await?,
            json!(["entity_f1", "fine-tuned", 0])
        );
        page.browser
            .until("/points/.test(document.getElementById('best').textContent) && document.querySelector('#comparison .verdict')")
            .await?;
        page.open("stage=all").await?;
        // The study's six are there beside ours on its test part.
        let shown = page.value(rows).await?;
        let shown: Vec<&str> = shown
            .as_array()
            .context("no rows")?
            .iter()
            .filter_map(Value::as_str)
            .collect();
        assert_eq!(
            shown.iter().filter(|id| id.starts_with("study/")).count(),
            6,
            "{shown:?}"
        );
        assert!(
            !shown.contains(&page.ids[0].as_str()),
            "another test set: {shown:?}"
        );

        page.browser
            .find("#data")
            .await?
            .select_by_value("all")
            .await?;
        let all = page.value(rows).await?;
        assert!(
            all.as_array()
                .context("no rows")?
                .contains(&json!(page.ids[1]))
        );

        // By keyboard: down, then up.
        for (order, mark) in [(1, "descending"), (-1, "ascending")] {
            let button = page.browser.find("[data-sort=accuracy]").await?;
            button
                .send_keys(&char::from(Key::Enter).to_string())
                .await?;
            let sorted = page.value(ACCURACIES).await?;
            let sorted: Vec<f64> = sorted
                .as_array()
                .context("no column")?
                .iter()
                .filter_map(Value::as_f64)
                .collect();
            assert!(
                sorted.len() > 6
                    && sorted.is_sorted_by(|one, next| f64::from(order) * (one - next) >= 0.0),
                "{sorted:?}"
            );
            let aria =
                "return document.querySelector('[data-sort=accuracy]').parentElement.ariaSort";
            assert_eq!(page.value(aria).await?, mark);
            let focused = "return document.activeElement.dataset.sort ?? null";
            assert_eq!(
                page.value(focused).await?,
                "accuracy",
                "the keyboard stays where it was"
            );
        }

        page.browser
            .find("#find")
            .await?
            .send_keys("roberta-base")
            .await?;
        let found = page.value(rows).await?;
        assert_eq!(
            found,
            json!(["study/roberta-base/base", "study/roberta-base/fine-tuned"])
        );
        // The address holds all of it.
        let address = page.value("return location.hash").await?;
        let address = address
            .as_str()
            .context("no address")?
            .trim_start_matches('#')
            .to_owned();
        page.open(&address).await?;
        assert_eq!(page.value(rows).await?, found);
        page.console_is_clean()
    })
}

#[test]
fn two_reports_are_compared_as_natively() -> Result<()> {
    Page::test(async |page| {
        page.open("data=all&stage=all").await?;
        for (side, id) in ["a", "b"].iter().zip(&page.ids) {
            let radio = format!("input[name={side}][value='{id}']");
            page.browser.find(&radio).await?.click().await?;
        }
        page.browser
            .until("document.querySelector('#sentences li')")
            .await?;
        let [a, b] = &page.reports;
        let native = nerite(&["report", "compare", "--json"], &[a, b])?;
        let native: Value = serde_json::from_str(&native)?;
        let cells = "return Array.from(document.querySelectorAll('#difference tbody tr, #difference-by-tag tbody tr'), (row) => Array.from(row.cells, (cell) => cell.textContent))";
        let rows = page.value(cells).await?;
        let rows = rows.as_array().context("no rows")?;
        let figures = [
            "accuracy",
            "macro_f1",
            "weighted_f1",
            "entity_f1",
            "entity_f1_lenient",
        ]
        .map(|name| &native[name]);
        let tags = native["tags"].as_object().context("no tags")?;
        assert_eq!(rows.len(), figures.len() + tags.len());
        for (row, expected) in rows.iter().zip(figures.into_iter().chain(tags.values())) {
            let number = |field: &str| expected[field].as_f64().map(|own| format!("{own:.4}"));
            assert_eq!(row[1].as_str().map(str::to_owned), number("a"), "{row}");
            assert_eq!(row[2].as_str().map(str::to_owned), number("b"), "{row}");
            let shown = row[3]
                .as_str()
                .unwrap_or_default()
                .replace('\u{2212}', "-")
                .replace('+', "");
            assert_eq!(Some(shown), number("difference"), "{row}");
            assert_eq!(row[5].as_str().map(str::to_owned), number("p"), "{row}");
        }
        let verdict = page
            .value("return document.querySelector('#comparison .verdict').textContent")
            .await?;
        assert!(
            verdict
                .as_str()
                .is_some_and(|text| text.contains("B is ") && text.contains("better")),
            "{verdict}"
        );

        // Sentences with their words; only B is right in those of its side.
        page.browser
            .find("#errors-side")
            .await?
            .select_by_value("b")
            .await?;
        page.browser.until("document.querySelector('#sentences .line:last-child') && !document.querySelector('#sentences .line:last-child .wrong')").await?;
        let lines = "return Array.from(document.querySelectorAll('#sentences li'), (item) => ({
            words: item.querySelector('.line p').textContent.trim(), wrong: item.querySelectorAll('.line:nth-child(3) .wrong').length }))";
        let lines = page.value(lines).await?;
        let corpus =
            std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("news.conll"))?;
        let sentences: Vec<String> = corpus
            .split("\n\n")
            .map(|own| {
                own.lines()
                    .filter_map(|line| line.split('\t').next())
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .collect();
        let lines = lines.as_array().context("no sentences")?;
        assert!(!lines.is_empty());
        for line in lines {
            let words = line["words"].as_str().context("no words")?;
            assert!(sentences.iter().any(|own| own == words), "{words}");
            assert!(line["wrong"].as_u64() > Some(0), "A is wrong: {line}");
        }
        // By type of error, and by its link.
        page.browser
            .find("#errors-kind")
            .await?
            .select_by_value("spurious")
            .await?;
        let count = page
            .value("return document.getElementById('errors-count').textContent")
            .await?;
        let address = page.value("return location.hash.slice(1)").await?;
        page.open(address.as_str().context("no address")?).await?;
        page.browser
            .until("document.getElementById('errors-count')")
            .await?;
        assert_eq!(
            page.value("return document.getElementById('errors-count').textContent")
                .await?,
            count
        );
        page.console_is_clean()
    })
}

/// Drops files, given as pairs of name and contents, onto the page.
const DROP: &str = "
    const transfer = new DataTransfer();
    for (const [name, text] of arguments[0]) transfer.items.add(new File([text], name, { type: 'application/json' }));
    document.getElementById('drop').dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));";

#[test]
fn own_files_are_shown_and_garbage_is_refused() -> Result<()> {
    Page::test(async |page| {
        page.open("stage=all&figure=weighted_f1").await?;
        let cases: Value = serde_json::from_str(include_str!("golden/metrics/token.json"))?;
        let case = cases
            .as_array()
            .and_then(|cases| cases.last())
            .context("no case")?;
        let report = &case["report"];
        let hostile =
            report
                .to_string()
                .replacen("\"B-geo\"", "\"<img src=x onerror=alert(1)>\"", 1);
        let stored = std::fs::read_to_string(&page.reports[1])?;
        let files = json!([
            ["finetune_Thing_report.json", report.to_string()],
            ["garbage.json", "{\"accuracy\": 7}"],
            ["no-json.json", "\u{0}\u{1}<html>"],
            ["hostile.json", hostile],
            [
                "changed.json",
                stored.replacen("\"accuracy\":", "\"accuracy\": 0.123, \"was\":", 1)
            ],
            ["base_Thing_report.json", report.to_string()],
        ]);
        page.browser.run(DROP, vec![files]).await?;
        page.browser
            .until("document.querySelectorAll('#files-log li').length === 6")
            .await?;
        let log = "return Array.from(document.querySelectorAll('#files-log li'), (item) => [item.className, item.textContent])";
        let log = page.value(log).await?;
        let classes: Vec<_> = (0..6)
            .map(|index| log[index][0].as_str().unwrap_or_default())
            .collect();
        assert_eq!(
            classes,
            ["good", "bad", "bad", "good", "bad", "good"],
            "{log}"
        );
        for (index, reason) in [
            (1, "found 7, expected a number from 0 to 1"),
            (2, "neither JSON nor"),
            (4, "report"),
        ] {
            let text = log[index][1].as_str().unwrap_or_default();
            assert!(text.contains(reason), "{text}");
        }

        // The page goes on: figures are scikit-learn's, the picture has the stage of the file's name.
        let row = "return Array.from(document.querySelector('[data-report=\"own/finetune_Thing_report.json\"]').cells, (cell) => cell.textContent)";
        let row = page.value(row).await?;
        let figure = |value: &Value| value.as_f64().map(|own| format!("{own:.4}"));
        assert_eq!(row[3], "fine-tuned");
        assert_eq!(
            row[4].as_str().map(str::to_owned),
            figure(&report["accuracy"])
        );
        assert_eq!(
            row[5].as_str().map(str::to_owned),
            figure(&report["macro avg"]["f1-score"])
        );
        assert_eq!(
            row[6].as_str().map(str::to_owned),
            figure(&report["weighted avg"]["f1-score"])
        );
        // Such a file does not tell its test set: it is ranked with others once it is named.
        let apart = "return Array.from(document.querySelectorAll('#table .unranked [data-report]'), (row) => row.dataset.report).sort()";
        let names = [
            "own/base_Thing_report.json",
            "own/finetune_Thing_report.json",
            "own/hostile.json",
        ];
        assert_eq!(page.value(apart).await?, json!(names));
        for id in &names[..2] {
            let choose = "const select = document.querySelector(`[data-set-of='${arguments[0]}']`);
                select.value = document.getElementById('data').value;
                select.dispatchEvent(new Event('change'));";
            page.browser.run(choose, vec![json!(id)]).await?;
        }
        assert_eq!(page.value(apart).await?, json!(names[2..]));
        let groups = page.value("return Array.from(document.querySelectorAll('.chart-group'), (node) => node.textContent)").await?;
        assert!(
            groups
                .as_array()
                .is_some_and(|groups| groups.contains(&json!("Thing"))),
            "{groups}"
        );

        // A report in full: a label stays text.
        let button = "[data-report='own/hostile.json'] .link";
        page.browser.find(button).await?.click().await?;
        page.browser
            .until("document.querySelector('#detail svg')")
            .await?;
        let detail = page.value("return [document.querySelectorAll('#detail img').length, document.getElementById('detail').textContent.includes('<img src=x')]").await?;
        assert_eq!(detail, json!([0, true]));
        assert!(page.browser.client.get_alert_text().await.is_err());
        page.console_is_clean()
    })
}

const SEQEVAL: &str = "              precision    recall  f1-score   support

     Disease       0.81      0.79      0.80       960

   micro avg       0.81      0.79      0.80       960
   macro avg       0.81      0.79      0.80       960
weighted avg       0.81      0.79      0.80       960
";
const CONLLEVAL: &str =
    "processed 51578 tokens with 5942 phrases; found: 5972 phrases; correct: 5331.
accuracy:  97.96%; precision:  89.27%; recall:  89.72%; FB1:  89.49
              geo: precision:  91.31%; recall:  92.81%; FB1:  92.05  1867
";

#[test]
fn files_of_other_programs_have_columns_of_their_own() -> Result<()> {
    Page::test(async |page| {
        page.open("stage=all").await?;
        let scheme = json!({"precision": 0.5, "recall": 0.5, "f1": 0.5, "possible": 2});
        let leak = std::fs::read_to_string(root().join("www/reports/redaction/peer.json"))?;
        let files = json!([
            ["seqeval.txt", SEQEVAL],
            ["conlleval.txt", CONLLEVAL],
            ["eval_results.json", json!({"eval_f1": 0.9, "eval_precision": 0.9, "eval_recall": 0.9, "eval_accuracy": 0.98, "eval_loss": 0.1}).to_string()],
            ["nervaluate.json", json!([{"strict": scheme, "exact": scheme}, {}]).to_string()],
            ["leak.json", leak],
            ["wrong-leak.json", leak.replacen("\"share\": 0.", "\"share\": 0.9", 1)],
        ]);
        page.browser.run(DROP, vec![files]).await?;
        page.browser
            .until("document.querySelectorAll('#files-log li').length === 6")
            .await?;
        let log = "return Array.from(document.querySelectorAll('#files-log li'), (item) => item.className).join()";
        assert_eq!(page.value(log).await?, "good,good,good,good,good,bad");
        // Accuracy, macro and weighted F1, strict and lenient entity F1, another program's.
        for (name, expected, reason) in [
            (
                "seqeval.txt",
                [
                    "\u{2013}", "\u{2013}", "\u{2013}", "\u{2013}", "\u{2013}", "0.8000",
                ],
                "no type in common",
            ),
            (
                "conlleval.txt",
                [
                    "0.9796", "\u{2013}", "\u{2013}", "\u{2013}", "0.8949", "\u{2013}",
                ],
                "unknown test set",
            ),
            (
                "eval_results.json",
                [
                    "0.9800", "\u{2013}", "\u{2013}", "\u{2013}", "\u{2013}", "0.9000",
                ],
                "unknown test set",
            ),
            (
                "nervaluate.json",
                [
                    "\u{2013}", "\u{2013}", "\u{2013}", "\u{2013}", "\u{2013}", "0.5000",
                ],
                "unknown test set",
            ),
        ] {
            let row = format!("const row = document.querySelector('#table .unranked [data-report=\"own/{name}\"]');
                return [Array.from(row.cells, (cell) => cell.textContent).slice(4, 10), row.cells[2].textContent]");
            let row = page.value(&row).await?;
            assert_eq!(row[0], json!(expected), "{name}");
            assert!(
                row[1].as_str().is_some_and(|text| text.contains(reason)),
                "{name}: {row}"
            );
        }
        let leaks = "return document.querySelectorAll('#leak-table [data-leak]').length";
        assert_eq!(page.value(leaks).await?, 8);
        page.console_is_clean()
    })
}

#[test]
fn heads_stand_against_test_sets_and_types_are_broken_down() -> Result<()> {
    Page::test(async |page| {
        page.open("").await?;
        let grid = "const rows = Array.from(document.querySelectorAll('#grid tbody tr'));
            return [rows.filter((row) => row.classList.contains('published')).length, rows.some((row) => row.querySelector('td.best strong')),
                document.querySelectorAll('#grid thead th').length > 5]";
        assert_eq!(page.value(grid).await?, json!([3, true, true]));
        // Sorted by the column of our own corpus, whose cell leads to its report.
        let column = "const cell = document.querySelector(`#grid a[href*='${encodeURIComponent(arguments[0])}']`);
            const place = cell.closest('td').cellIndex;
            document.querySelectorAll('#grid thead th')[place].querySelector('button').click();
            document.querySelector(`#grid a[href*='${encodeURIComponent(arguments[0])}']`).click();
            return document.querySelectorAll('#grid thead th')[place].ariaSort";
        let id = json!(page.ids[1]);
        assert_eq!(page.browser.run(column, vec![id]).await?, "descending");
        page.browser
            .until("document.querySelector('#types [data-type]')")
            .await?;
        let types = "return Array.from(document.querySelectorAll('#types [data-type]'), (row) => [row.dataset.type, parseFloat(row.cells[3].textContent), Number(row.cells[4].textContent.replace(',', ''))])";
        let types = page.value(types).await?;
        let report: Value = serde_json::from_slice(&std::fs::read(&page.reports[1])?)?;
        let expected = report["entity"]["strict"]["by_type"]
            .as_object()
            .context("no types")?;
        let types = types.as_array().context("no rows")?;
        assert_eq!(types.len(), expected.len());
        for own in types {
            let scores = &expected[own[0].as_str().context("no name")?];
            assert_eq!(own[2], scores["support"]);
            let difference = own[1].as_f64().zip(scores["f1"].as_f64());
            assert!(
                difference.is_some_and(|(found, expected)| (found - expected).abs() < 6e-5),
                "{own}"
            );
        }
        page.console_is_clean()
    })
}

#[test]
fn a_stored_figure_is_checked_in_the_tab() -> Result<()> {
    Page::test(async |page| {
        page.open(&page.pair()).await?;
        page.browser
            .find("#check-which")
            .await?
            .select_by_value(&page.ids[1])
            .await?;
        page.browser.find("#check-run").await?.click().await?;
        page.browser.until("document.getElementById('check-verdict') || !document.getElementById('check-run').disabled").await?;
        let said = page.value("return [document.getElementById('check-verdict')?.dataset.differing ?? null, document.getElementById('check-status').textContent]").await?;
        assert_eq!(said, json!(["0", ""]));
        let rows = "return Array.from(document.querySelectorAll('#check-outcome tbody tr'), (row) => [row.cells[1].textContent, row.cells[2].textContent])";
        let rows = page.value(rows).await?;
        let report: Value = serde_json::from_slice(&std::fs::read(&page.reports[1])?)?;
        // The sample is the whole part, so that its figures are the report's.
        let accuracy = report["token"]["accuracy"]
            .as_f64()
            .map(|own| format!("{own:.4}"));
        assert_eq!(rows[0], json!([accuracy, accuracy]));
        page.console_is_clean()
    })
}
