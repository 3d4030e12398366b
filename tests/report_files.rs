//! Own files on the page over reports: reports, files of other programs, garbage.

use crate::reports::Page;
use crate::site::root;
use anyhow::{Context, Result};
use serde_json::{Value, json};

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

        // In another language all of it is still there.
        page.browser
            .find("#language")
            .await?
            .select_by_value("ko")
            .await?;
        page.browser
            .until("document.getElementById('load-status').textContent.startsWith('저장된 보고서')")
            .await?;
        let here = "return [document.documentElement.lang, document.querySelectorAll('#table .unranked [data-report^=own]').length,
            document.querySelectorAll('#files-log li').length, document.querySelectorAll('#files-sets select').length,
            document.querySelector('#files-log li').textContent.includes('추가'), new URLSearchParams(location.hash.slice(1)).get('lang')]";
        assert_eq!(page.value(here).await?, json!(["ko", 4, 6, 4, true, "ko"]));
        assert_eq!(page.value(leaks).await?, 8);
        // By its link, likewise.
        page.value("location.hash = location.hash.replace('lang=ko', 'lang=en')")
            .await?;
        page.browser
            .until("document.documentElement.lang === 'en' && document.getElementById('language').value === 'en'")
            .await?;
        assert_eq!(page.value(leaks).await?, 8);
        page.console_is_clean()
    })
}
