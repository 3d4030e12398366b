//! The page over reports, in a real browser, as a visitor uses it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::browser::{Browser, Wishes};
use crate::site::{BUNDLE, Server, Site};
use crate::turns::in_every_browser;

const CORPUS: &str = "tests/news.conll";

/// The page with reports of two heads on a corpus of our own, made on the spot.
pub(crate) struct Page {
    pub(crate) browser: Browser,
    pub(crate) url: String,
    /// The reports, the untrained head's and the default one's.
    pub(crate) reports: [PathBuf; 2],
    /// Their ids in the page.
    pub(crate) ids: [String; 2],
}

impl Page {
    /// Runs a test in every browser.
    pub(crate) fn test(test: impl AsyncFn(Page) -> Result<()>) -> Result<()> {
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
        in_every_browser(async |kind| {
            let page = Self {
                browser: Browser::start(kind, Wishes::default()).await?,
                url: format!("{}reports.html", server.url),
                reports: reports.clone(),
                ids: ids.clone(),
            };
            test(page).await
        })
    }

    /// Loads the page with this state in its address, up to where all stored
    /// reports are shown.
    pub(crate) async fn open(&self, state: &str) -> Result<()> {
        // Another fragment alone would not load the page again.
        self.browser.open("about:blank").await?;
        self.browser.open(&format!("{}#{state}", self.url)).await?;
        self.browser
            .until("document.body.dataset.loaded === 'true'")
            .await
    }

    pub(crate) async fn value(&self, script: &str) -> Result<Value> {
        self.browser.run(script, Vec::new()).await
    }

    /// The address's fragment that compares both heads.
    pub(crate) fn pair(&self) -> String {
        let [a, b] = self.ids.each_ref().map(|id| id.replace('/', "%2F"));
        format!("data=all&a={a}&b={b}")
    }

    pub(crate) fn console_is_clean(&self) -> Result<()> {
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
        let run = page.browser.find("#check-run").await?;
        run.send_keys(&char::from(Key::Enter).to_string()).await?;
        page.browser.until("document.getElementById('check-verdict') || !document.getElementById('check-run').disabled").await?;
        let said = page.value("return [document.getElementById('check-verdict')?.dataset.differing ?? null, document.getElementById('check-status').textContent]").await?;
        assert_eq!(said, json!(["0", ""]));
        // The keyboard was on the button that stops it meanwhile.
        page.browser
            .until("document.getElementById('check-stop').hidden")
            .await?;
        let focused = "return document.activeElement.id";
        assert_eq!(page.value(focused).await?, "check-run");
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
