//! Heads judged on the page over reports, on a dropped file and on one that the
//! demo page has passed on.

use crate::TIMEOUT;
use crate::browser::{Browser, Wishes};
use crate::judge::{COLUMNS, LINES, evaluate, files};
use crate::site::{BUNDLE, Server, Site};
use crate::turns::in_every_browser;
use anyhow::{Context, Result, ensure};
use fantoccini::key::Key;
use serde_json::{Value, json};

/// Drops a file onto the page.
const DROP: &str = "
    const transfer = new DataTransfer();
    transfer.items.add(new File([arguments[1]], arguments[0]));
    document.getElementById('judge').dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));";

#[test]
fn a_dropped_file_is_judged_shown_and_forgotten() -> Result<()> {
    in_every_browser(async |kind| {
        let folder = files()?;
        let browser = Browser::start(kind, Wishes::default()).await?;
        let server = Server::start(&Site::built()?)?;
        browser.open(&format!("{}reports.html", server.url)).await?;
        browser
            .until("document.body.dataset.loaded === 'true'")
            .await?;
        let value = async |script: &str| browser.run(script, Vec::new()).await;
        let dropped =
            async |name: &str, text: &str| browser.run(DROP, vec![json!(name), json!(text)]).await;
        let ready = "!document.getElementById('judge-form').hidden && document.querySelector('#judge-bundles input[value=best]')
            && document.querySelector('#judge-types [data-type=per]') && !document.getElementById('judge-run').disabled";

        dropped("own.conll", COLUMNS).await?;
        browser.until(ready).await?;
        let chosen = "return Object.fromEntries(Array.from(document.querySelectorAll('#judge-types select'), (own) => [own.dataset.type, own.value]))";
        let chosen = value(chosen).await?;
        for (of, expected) in [
            ("PERSON", "PERSON"),
            ("LOCATION", "LOCATION"),
            ("MISC", ""),
            ("geo", "LOCATION"),
            ("gpe", "LOCATION"),
            ("per", "PERSON"),
            ("org", "ORGANIZATION"),
            ("tim", ""),
        ] {
            assert_eq!(chosen[of], expected, "{of} of {chosen}");
        }
        browser.find("#judge-run").await?.click().await?;
        browser
            .until("document.querySelectorAll('#judge-outcome button').length === 3")
            .await?;
        let map = chosen.as_object().context("no map")?.iter();
        let map: Vec<String> = map
            .map(|(from, to)| match to.as_str() {
                Some("") | None => format!("{from}=O"),
                Some(to) => format!("{from}={to}"),
            })
            .collect();
        let map = map.join(",");
        let cells = |file: &str, head: &str| {
            let id = format!(
                "own/{file}, {}, {head}",
                BUNDLE.trim_start_matches("bundles/")
            );
            format!(
                "return Array.from(document.querySelector('[data-report=\"{id}\"]').cells, (cell) => cell.textContent)"
            )
        };
        for head in ["best", "linear"] {
            let native = evaluate(&folder, "own.conll", head, &["--map", &map])?;
            let shown = value(&cells("own.conll", head)).await?.to_string();
            for figure in [
                &native["token"]["accuracy"],
                &native["entity"]["strict"]["f1"],
            ] {
                let figure = format!("{:.4}", figure.as_f64().context("no figure")?);
                assert!(
                    shown.contains(&figure),
                    "{head}: {figure} is not in {shown}"
                );
            }
        }
        // The first two are compared, and what they get wrong is there word by word.
        browser
            .until("document.querySelector('#difference')")
            .await?;
        browser
            .until("document.querySelector('#sentences li:not(.wordless)') || document.getElementById('errors-count')")
            .await?;
        let page = "return document.getElementById('sentences').innerText";
        let errors = value(page).await?.to_string();
        let wordless =
            value("return document.querySelectorAll('#sentences .wordless').length").await?;
        assert_eq!(wordless, 0, "{errors}");

        // Lines of JSON, with one head; the report can be downloaded.
        dropped("own.jsonl", LINES).await?;
        browser.until("document.getElementById('judge-found').textContent.startsWith('own.jsonl') && !document.getElementById('judge-form').hidden").await?;
        for head in ["general", "linear"] {
            let own = format!("#judge-bundles input[value={head}]");
            browser.find(&own).await?.click().await?;
        }
        browser.until(ready).await?;
        browser.find("#judge-run").await?.click().await?;
        browser
            .until("document.querySelectorAll('#judge-outcome button').length === 1")
            .await?;
        let map =
            "person=person,place=place,company=company,per=person,geo=place,gpe=place,org=company";
        let native = evaluate(&folder, "own.jsonl", "best", &["--map", map])?;
        let shown = value(&cells("own.jsonl", "best")).await?.to_string();
        let figure = format!(
            "{:.4}",
            native["entity"]["strict"]["f1"]
                .as_f64()
                .context("no figure")?
        );
        assert!(shown.contains(&figure), "{figure} is not in {shown}");

        // Cancelled, and taken up again.
        let long = COLUMNS.replacen("-DOCSTART- -X- O O\n", "", 1).repeat(200);
        dropped("long.conll", &long).await?;
        browser.until("document.getElementById('judge-found').textContent.startsWith('long.conll') && !document.getElementById('judge-form').hidden").await?;
        let enter = char::from(Key::Enter).to_string();
        let run = browser.find("#judge-run").await?;
        run.send_keys(&enter).await?;
        browser
            .until("document.getElementById('judge-progress').value > 0.02")
            .await?;
        // While it runs, no bundle can be given back, and the keyboard is where it can be
        // stopped. How far it is is not read aloud; another language stops nothing.
        let running = "return [document.activeElement.id, document.querySelector('#judge-bundles input').matches(':disabled'),
            document.getElementById('judge-step').ariaLive, /\\d/.test(document.getElementById('judge-status').textContent.replace(/^.*L6-v2/, ''))]";
        assert_eq!(
            value(running).await?,
            json!(["judge-cancel", true, "off", false])
        );
        let language = browser.find("#language").await?;
        language.select_by_value("ko").await?;
        browser
            .until("document.getElementById('judge-run').textContent === '평가' && document.getElementById('judge-found').textContent.includes('문장')")
            .await?;
        language.select_by_value("en").await?;
        browser
            .find("#judge-cancel")
            .await?
            .send_keys(&enter)
            .await?;
        browser
            .until("document.getElementById('judge-status').textContent === 'Stopped.' && !document.getElementById('judge-run').disabled")
            .await?;
        assert_eq!(
            value("return [document.activeElement.id, document.querySelector('#judge-bundles input').matches(':disabled')]").await?,
            json!(["judge-run", false])
        );
        assert_eq!(
            value("return document.querySelector('[data-report*=\"long.conll\"]')").await?,
            Value::Null
        );

        // What cannot be read says its line.
        dropped("broken.conll", "a B-x\nb O\nc\n").await?;
        browser
            .until("document.getElementById('judge-found').classList.contains('bad')")
            .await?;
        let said = value("return document.getElementById('judge-found').textContent").await?;
        assert!(
            said.as_str()
                .is_some_and(|said| said.contains("broken.conll:3: found 1 column")),
            "{said}"
        );

        browser.find("#forget").await?.click().await?;
        browser
            .until("!document.querySelector('[data-report^=\"own/\"]')")
            .await?;
        let stored = browser
            .run_async("return { databases: (await indexedDB.databases()).length, local: JSON.stringify(localStorage) }")
            .await?;
        assert_eq!(stored["databases"], 0, "{stored}");
        assert!(
            !stored["local"].to_string().contains("Ollendorf"),
            "{stored}"
        );
        let errors: Vec<_> = browser
            .console()?
            .into_iter()
            .filter(|(level, _)| level == "SEVERE")
            .collect();
        ensure!(errors.is_empty(), "the console holds {errors:?}");
        Ok(())
    })
}

#[test]
fn a_labelled_file_goes_from_the_demo_to_the_judge() -> Result<()> {
    in_every_browser(async |kind| {
        let browser = Browser::start(kind, Wishes::default()).await?;
        let server = Server::start(&Site::built()?)?;
        browser.open(&server.url).await?;
        browser.until("document.getElementById('judge-it')").await?;
        let drop = "
            const transfer = new DataTransfer();
            transfer.items.add(new File([arguments[0]], 'own.conll'));
            dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));";
        browser.run(drop, vec![json!(COLUMNS)]).await?;
        browser
            .until("!document.getElementById('judge-it').hidden")
            .await?;
        let button = browser.find("#judge-it").await?;
        button.click().await?;
        let end = std::time::Instant::now() + TIMEOUT;
        let tab = loop {
            let tabs = browser.client.windows().await?;
            if let Some(tab) = tabs.into_iter().nth(1) {
                break tab;
            }
            ensure!(std::time::Instant::now() < end, "no tab was opened");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        };
        browser.client.switch_to_window(tab).await?;
        browser
            .until("location.pathname.endsWith('reports.html') && document.getElementById('judge-found')?.textContent.startsWith('own.conll: 3 sentences')")
            .await?;
        Ok(())
    })
}
