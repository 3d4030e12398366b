//! Everybody can use the page: axe-core, languages, small screens; and what it looks like.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::browser::{Browser, Kind, Wishes};
use crate::demo::Page;
use crate::site::{Server, Site, root};
use crate::turns::in_every_browser;

/// axe-core, which `package.json` lists.
fn axe() -> Result<String> {
    let path = root().join("node_modules/axe-core/axe.min.js");
    std::fs::read_to_string(&path)
        .with_context(|| format!("{}: is missing; scripts/test installs it", path.display()))
}

/// Fails if axe-core finds anything on the page.
async fn check(page: &Page, axe: &str, state: &str) -> Result<()> {
    page.browser.run(axe, Vec::new()).await?;
    let run = "const { violations } = await axe.run(document, { resultTypes: ['violations'] });
        return violations.map(({ id, nodes }) => [id, nodes.slice(0, 3).map(({ html, failureSummary }) => [html, failureSummary])]);";
    let violations = page.browser.run_async(run).await?;
    ensure!(violations == json!([]), "{state}: {violations:#}");
    Ok(())
}

/// Takes a picture of what is on the screen, to be looked at.
async fn screenshot(page: &Page, name: &str) -> Result<()> {
    let folder = root().join("target/screenshots");
    std::fs::create_dir_all(&folder)?;
    let picture = page.browser.client.screenshot().await?;
    let name = format!("{name}-{:?}.png", page.browser.kind).to_lowercase();
    let path = folder.join(name);
    std::fs::write(&path, picture).with_context(|| path.display().to_string())
}

/// Says whether anything is wider than the screen.
const TOO_WIDE: &str =
    "return document.documentElement.scrollWidth > document.documentElement.clientWidth";

/// Looks at the page in the states that it has, in one scheme and size.
async fn look(kind: Kind, wishes: Wishes, (width, height): (u32, u32), name: &str) -> Result<()> {
    let axe = axe()?;
    let server = Server::start(&Site::built()?)?;
    let browser = Browser::start(kind, wishes).await?;
    browser.client.set_window_size(width, height).await?;
    let page = Page { browser, server };
    page.browser.open(&page.server.url).await?;
    page.browser
        .until("document.querySelector('#status[data-state=asking]')")
        .await?;
    check(&page, &axe, "before the download").await?;
    page.open().await?;
    page.settled().await?;
    page.browser
        .until("document.querySelector('#entities li')")
        .await?;
    screenshot(&page, name).await?;
    check(&page, &axe, "with a result").await?;
    ensure!(
        page.browser.run(TOO_WIDE, Vec::new()).await? == false,
        "wider than the screen"
    );

    // On a phone the settings are folded.
    page.browser
        .run(
            "document.getElementById('settings').open = true",
            Vec::new(),
        )
        .await?;
    page.click("#own summary").await?;
    page.click("#share").await?;
    page.choose("compare", "base").await?;
    let narrow = "document.querySelector('#types button').click();
        const slider = document.getElementById('threshold');
        slider.value = 0.6;
        slider.dispatchEvent(new Event('input'));
        document.querySelector('#result .word').focus();";
    page.browser.run(narrow, Vec::new()).await?;
    page.browser
        .until("document.querySelector('#types button[aria-pressed=false]')")
        .await?;
    screenshot(&page, &format!("{name}-compared")).await?;
    check(&page, &axe, "side by side").await?;
    ensure!(
        page.browser.run(TOO_WIDE, Vec::new()).await? == false,
        "wider than the screen"
    );

    page.click("[data-example=scripts]").await?;
    page.choose("compare", "").await?;
    page.current().await?;
    screenshot(&page, &format!("{name}-scripts")).await?;
    check(&page, &axe, "with other scripts").await?;

    page.click("#view-redaction").await?;
    page.browser
        .until("document.querySelector('#redacted .entity')")
        .await?;
    page.browser
        .run(
            "document.getElementById('redaction-options').open = true;
             document.getElementById('redaction-others').open = true;
             document.querySelector('#redacted .entity .word').focus();",
            Vec::new(),
        )
        .await?;
    screenshot(&page, &format!("{name}-redaction")).await?;
    check(&page, &axe, "redacted").await?;
    ensure!(
        page.browser.run(TOO_WIDE, Vec::new()).await? == false,
        "wider than the screen"
    );

    for (other, ready) in [
        ("reports", "document.body.dataset.loaded === 'true'"),
        ("embed", "document.getElementById('find')"),
        (
            "teach",
            "document.getElementById('projects').options.length > 0",
        ),
    ] {
        let url = format!("{}{other}.html", page.server.url);
        page.browser.open(&url).await?;
        page.browser.until(ready).await?;
        screenshot(&page, &format!("{name}-{other}")).await?;
        check(&page, &axe, other).await?;
        ensure!(
            page.browser.run(TOO_WIDE, Vec::new()).await? == false,
            "{other}: wider than the screen"
        );
    }
    Ok(())
}

#[test]
fn axe_finds_nothing_in_light() -> Result<()> {
    in_every_browser(async |kind| look(kind, Wishes::default(), (1280, 1240), "light").await)
}

#[test]
fn axe_finds_nothing_in_dark() -> Result<()> {
    in_every_browser(async |kind| {
        // Colours are the same in both, and axe looks at these.
        if kind == Kind::Firefox {
            return Ok(());
        }
        let dark = Wishes {
            dark: true,
            ..Wishes::default()
        };
        look(kind, dark, (1280, 1240), "dark").await
    })
}

#[test]
fn axe_finds_nothing_on_a_phone() -> Result<()> {
    in_every_browser(async |kind| look(kind, Wishes::default(), (320, 800), "phone").await)
}

#[test]
fn right_to_left_text_keeps_its_direction() -> Result<()> {
    Page::test(async |page| {
        page.open().await?;
        page.paste("\u{632}\u{627}\u{631} Obama \u{645}\u{62f}\u{64a}\u{646}\u{629} Cairo\nObama visited Cairo")
            .await?;
        page.current().await?;
        // The first word of each paragraph: at the right end, at the left end.
        let places = "const box = document.getElementById('result').getBoundingClientRect();
            const words = document.querySelectorAll('#result .word');
            const middle = ({ left, right }) => (left + right) / 2 < (box.left + box.right) / 2;
            return [middle(words[0].getBoundingClientRect()), middle(words[4].getBoundingClientRect())]";
        assert_eq!(
            page.browser.run(places, Vec::new()).await?,
            json!([false, true])
        );
        Ok(())
    })
}

#[test]
fn results_are_announced() -> Result<()> {
    Page::test(async |page| {
        page.open().await?;
        page.type_text(crate::page::SENTENCE).await?;
        page.current().await?;
        page.browser
            .until("/\\d+ entities? found in 8 words/.test(document.querySelector('#announcement[role=status]').textContent)")
            .await?;
        // So are the counts of a filter, of the one that was chosen.
        let slide = "const slider = document.getElementById('threshold');
            slider.value = 1;
            slider.dispatchEvent(new Event('input'));";
        page.browser.run(slide, Vec::new()).await?;
        page.browser
            .until("/^8 words, 0 entities, \\d+ hidden$/.test(document.getElementById('announcement').textContent)")
            .await
    })
}

/// The texts of the pages in all languages, and those of the pages as they are served.
const STRINGS: &str = "
    const { LANGUAGES, NAMES } = await import('./strings/names.js');
    const names = (code) => Object.fromEntries(Object.entries(NAMES).map(([key, own]) => [key, own[code]]));
    const wrong = [], holes = [], keys = {};
    for (const [name, address] of [['demo', 'index.html'], ['reports', 'reports.html']]) {
        const texts = Object.fromEntries(Object.entries(LANGUAGES)
            .map(([code, { strings }]) => [code, { ...names(code), ...strings.shared, ...strings[name] }]));
        const page = new DOMParser().parseFromString(await (await fetch(address)).text(), 'text/html');
        const fixed = Array.from(page.querySelectorAll('[data-i18n]'), (element) => [element.dataset.i18n, element.textContent]);
        for (const attribute of ['aria-label', 'placeholder', 'data-empty']) {
            for (const element of page.querySelectorAll(`[data-i18n-${attribute}]`)) {
                fixed.push([element.getAttribute(`data-i18n-${attribute}`), element.getAttribute(attribute)]);
            }
        }
        // A page may leave a text to its script.
        wrong.push(...fixed.filter(([key, text]) => !(key in texts.en) || text !== '' && texts.en[key] !== text));
        for (const [code, own] of Object.entries(texts)) keys[code] = [...(keys[code] ?? []), ...Object.keys(own)];
        holes.push(...Object.keys(texts.en).filter((key) => {
            const names = (text) => (text.match(/\\{\\w+\\}/g) ?? []).sort().join();
            return Object.values(texts).some((own) => names(own[key] ?? '') !== names(texts.en[key]));
        }));
    }
    return { wrong, holes, keys };";

#[test]
fn the_interface_speaks_korean() -> Result<()> {
    Page::test(async |page| {
        page.open().await?;
        let strings = page.browser.run_async(STRINGS).await?;
        assert_eq!(strings["wrong"], json!([]));
        assert_eq!(strings["holes"], json!([]));
        assert_eq!(strings["keys"]["en"], strings["keys"]["ko"]);

        let select = page.browser.find("#language").await?;
        select.select_by_value("ko").await?;
        let hangul = "const Hangul = /\\p{Script=Hangul}/u;
            return Array.from(document.querySelectorAll('[data-i18n]'), (element) => element.textContent).filter((text) => !Hangul.test(text));";
        let foreign = page.browser.run(hangul, Vec::new()).await?;
        let foreign = foreign.as_array().context("no list")?;
        assert!(foreign.len() <= 1, "{foreign:?}");
        for element in [
            "#summary",
            "#types",
            "#entities",
            "#status",
            ".tag-rows",
            "#facts",
        ] {
            page.browser
                .until(&format!(
                    "/\\p{{Script=Hangul}}/u.test(document.querySelector('{element}').textContent)"
                ))
                .await?;
        }
        page.browser
            .until(
                "document.querySelector('#result mark').dataset.label.match(/\\p{Script=Hangul}/u)",
            )
            .await?;
        screenshot(&page, "korean").await?;

        // It is remembered, and the page says which language it is in.
        page.open().await?;
        let language = "return [document.documentElement.lang, document.title]";
        let language = page.browser.run(language, Vec::new()).await?;
        assert_eq!(language[0], "ko");
        assert_ne!(language[1], "Nerite: private named-entity recognition");
        page.console_is_clean()
    })
}

/// Markup in every name that a bundle brings along.
const MARKUP: &str = "<img src=x onerror=alert(1)>";

#[test]
fn names_of_a_bundle_stay_text() -> Result<()> {
    Page::test_changed(
        |site| {
            let folder = site.bundle();
            // A tag of the same length, so that the head's file stays in one piece.
            let mut heads = Vec::new();
            let manifest: Value =
                serde_json::from_slice(&std::fs::read(folder.join("manifest.json"))?)?;
            for head in manifest["heads"].as_array().context("no heads")? {
                let file = head["file"].as_str().context("no file")?;
                let mut hash = String::new();
                site.change(&folder.join(file), |bytes| {
                    for at in 0..bytes.len().saturating_sub(5) {
                        // The first type of all, since tags have to be sorted.
                        if matches!(
                            &bytes[at..at + 5],
                            b"B-art" | b"I-art" | b"B-LOC" | b"I-LOC"
                        ) {
                            bytes[at + 2..at + 5].copy_from_slice(b"<b>");
                        }
                    }
                    hash = format!("{:x}", Sha256::digest(&bytes));
                })?;
                heads.push(hash);
            }
            site.change(&folder.join("manifest.json"), |bytes| {
                let mut manifest = manifest.clone();
                manifest["name"] = MARKUP.into();
                for (head, hash) in heads.iter().enumerate() {
                    manifest["heads"][head]["title"] = MARKUP.into();
                    manifest["heads"][head]["sha256"] = hash.as_str().into();
                }
                *bytes = manifest.to_string().into_bytes();
            })
        },
        async |page, _| {
            page.open().await?;
            page.type_text(crate::page::SENTENCE).await?;
            page.current().await?;
            page.browser
                .until("document.querySelector('.tag-row[data-tag-row=\"B-<b>\"] .tag-code').textContent === 'B-<b>'")
                .await?;
            page.choose("compare", "base").await?;
            page.browser
                .until("document.getElementById('result-head-0').textContent !== ''")
                .await?;
            let strangers = "return document.querySelectorAll('main img, main script, main iframe, main b:not(bdi)').length";
            assert_eq!(page.browser.run(strangers, Vec::new()).await?, 0);
            assert!(page.browser.client.get_alert_text().await.is_err());
            page.console_is_clean()
        },
    )
}
