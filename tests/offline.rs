//! Downloads: asked for, shown, kept, deleted; and the page without a network.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::browser::{Browser, Wishes};
use crate::demo::Page;
use crate::site::{Server, Site};
use crate::turns::in_every_browser;

#[test]
fn the_size_is_shown_before_the_download_and_kept_after_it() -> Result<()> {
    Page::test(async |page| {
        page.browser.open(&page.server.url).await?;
        page.browser
            .until("document.querySelector('#status[data-state=asking]')")
            .await?;
        let (_, message) = page.status().await?;
        assert!(message.contains(" MB"), "{message}");
        let cached = "return (async () => (await import('./pkg/nerite.js')).cacheSize())()";
        assert_eq!(page.browser.run(cached, Vec::new()).await?, 0);

        page.click("#action").await?;
        page.ready().await?;
        page.current().await?;
        let cached = page.browser.run(cached, Vec::new()).await?;
        assert!(cached.as_u64() > Some(20_000_000), "{cached}");
        page.browser
            .until("!document.getElementById('cache').hidden")
            .await?;

        // Agreed to and here: nothing is asked again.
        page.browser.open(&page.server.url).await?;
        page.ready().await?;

        page.click("#clear-cache").await?;
        page.browser
            .until("document.getElementById('cache').hidden")
            .await?;
        page.browser.open(&page.server.url).await?;
        page.browser
            .until("document.querySelector('#status[data-state=asking]')")
            .await?;
        page.console_is_clean()
    })
}

#[test]
fn the_page_works_without_a_network() -> Result<()> {
    Page::test(async |page| {
        page.open().await?;
        page.settled().await?;
        let Page { browser, server } = page;
        let url = server.url.clone();
        drop(server);
        browser.open(&url).await?;
        browser
            .until(
                "document.querySelector('#status[data-state=ready], #status[data-state=failed]')",
            )
            .await?;
        let (state, message) = crate::demo::status(&browser).await?;
        assert_eq!(state, "ready", "{message}");
        browser
            .until("document.querySelector('#result mark')")
            .await?;

        // The other pages are there too, though nobody has been on them.
        browser.open(&format!("{url}reports.html")).await?;
        browser
            .until("document.body.dataset.loaded === 'true'")
            .await?;
        let status = "return document.getElementById('load-status').textContent";
        let status = browser.run(status, Vec::new()).await?;
        let index: Value = serde_json::from_slice(&std::fs::read(
            Site::built()?.www.join("bundles/index.json"),
        )?)?;
        let stored = index["bundles"].as_array().context("no list")?.iter();
        let stored: usize = stored
            .filter_map(|bundle| Some(bundle["reports"].as_array()?.len()))
            .sum();
        assert_eq!(status, format!("{stored} stored reports, all checked."));
        browser.open(&format!("{url}embed.html")).await?;
        browser.find("#find").await?.click().await?;
        browser.until("document.querySelector('#found li')").await?;
        Ok(())
    })
}

#[test]
fn a_newer_page_is_offered() -> Result<()> {
    Page::test_changed(
        |_| Ok(()),
        async |page, site| {
            page.open().await?;
            page.settled().await?;
            site.change(&site.www.join("sw.js"), |bytes| {
                bytes.extend_from_slice(b"// newer\n");
            })?;
            site.change(&site.www.join("index.html"), |bytes| {
                let text =
                    String::from_utf8_lossy(bytes).replace("<html ", "<html class=\"newer\" ");
                *bytes = text.into_bytes();
            })?;
            page.open().await?;
            page.browser
                .until("!document.getElementById('update').hidden")
                .await?;
            let mark = "window.old = true";
            page.browser.run(mark, Vec::new()).await?;
            page.click("#update-reload").await?;
            page.browser
                .until("!window.old && document.querySelector('.newer #status[data-state=ready]')")
                .await
        },
    )
}

/// Reads the bundle of the server into files, as choosing its folder would.
const CHOOSE_FOLDER: &str = "
    const manifest = await (await fetch(arguments_.base + 'manifest.json')).json();
    const paths = ['manifest.json', manifest.encoder.file, manifest.tokenizer.file, ...manifest.heads.map(({ file }) => file)];
    window.chosen = new DataTransfer();
    window.files = [];
    for (const path of paths) {
        const bytes = await (await fetch(arguments_.base + path)).arrayBuffer();
        const file = new File([bytes], path.split('/').pop());
        Object.defineProperty(file, 'webkitRelativePath', { value: 'mine/' + path });
        files.push(file);
        chosen.items.add(file);
    }
    const input = document.getElementById('folder');
    input.files = chosen.files;
    input.dispatchEvent(new Event('change'));
    return paths.length;";

#[test]
fn an_own_bundle_is_opened_from_a_folder_or_an_address() -> Result<()> {
    Page::test(async |page| {
        page.open().await?;
        page.type_text(crate::page::SENTENCE).await?;
        let shown = page.shown().await?;
        let script = CHOOSE_FOLDER.replace("arguments_.base", "'bundles/all-MiniLM-L6-v2/'");
        page.browser.run_async(&script).await?;
        page.browser
            .until("document.getElementById('encoder').selectedOptions[0].textContent.startsWith('mine')
                && document.querySelector('#status[data-state=ready]')")
            .await?;
        assert_eq!(page.shown().await?, shown);

        // An address elsewhere is refused, one of this site is loaded.
        let load = "document.getElementById('own-address').value = arguments[0];
            document.getElementById('own-form').requestSubmit();";
        page.browser
            .run(load, vec![Value::from("https://example.org/bundle/")])
            .await?;
        page.browser
            .until("document.getElementById('own-note').textContent.includes('https://example.org/bundle/')")
            .await?;
        page.browser
            .run(load, vec![Value::from("bundles/all-MiniLM-L6-v2")])
            .await?;
        page.browser
            .until("document.getElementById('encoder').selectedOptions[0].textContent.startsWith('all-MiniLM-L6-v2 (your')
                && document.querySelector('#status[data-state=ready]')")
            .await?;
        assert_eq!(page.shown().await?, shown);
        page.console_is_clean()?;

        // A model that is not there leaves the one that is.
        page.browser
            .run(load, vec![Value::from("bundles/none")])
            .await?;
        page.browser
            .until("document.querySelector('#status[data-state=failed]')")
            .await?;
        let (_, message) = page.status().await?;
        assert!(
            message.contains("all-MiniLM-L6-v2 stays in use"),
            "{message}"
        );
        page.browser
            .until("document.getElementById('encoder').selectedOptions[0].textContent.startsWith('all-MiniLM-L6-v2 (your')")
            .await?;
        page.type_text("Kofi Annan visited Geneva.").await?;
        assert!(!page.shown().await?.entities.is_empty());
        page.type_text(crate::page::SENTENCE).await?;
        assert_eq!(page.shown().await?, shown);
        Ok(())
    })
}

#[test]
fn the_embedding_page_finds_entities() -> Result<()> {
    in_every_browser(async |kind| {
        let server = Server::start(&Site::built()?)?;
        let browser = Browser::start(kind, Wishes::default()).await?;
        browser.open(&format!("{}embed.html", server.url)).await?;
        browser.find("#find").await?.click().await?;
        browser.until("document.querySelector('#found li')").await?;
        browser
            .until("document.querySelector('#source').innerText.includes('await load(')")
            .await?;
        let found = "return document.getElementById('found').innerText";
        let found = browser.run(found, Vec::new()).await?;
        let found = found.as_str().context("no text")?;
        assert!(found.contains("Ada Lovelace: PER"), "{found}");
        assert!(found.contains("London: LOC"), "{found}");
        Ok(())
    })
}
