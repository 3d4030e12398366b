//! The real page with the real bundle, in a real browser.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use fantoccini::key::Key;
use serde_json::json;

use crate::browser::{Browser, Wishes};
use crate::demo::{Page, Shown};
use crate::relay::Relay;
use crate::site::{BUNDLE, Server, Site, predict};
use crate::turns::in_every_browser;

pub(crate) const SENTENCE: &str = "Barack Obama visited Paris in January 2016.";

/// How far a probability in the page may be from the native one.
const TOLERANCE: f64 = 1e-4;

/// The tags of the corpus: `B-` and `I-` of eight types, and `O`.
const TAGS: usize = 9;

#[test]
fn finds_entities_with_the_same_confidence_as_natively() -> Result<()> {
    Page::test(async |page| {
        page.open().await?;
        page.type_text(SENTENCE).await?;
        let shown = page.shown().await?;
        for (kind, text, range) in [
            ("PER", "Barack Obama", 0..12),
            ("LOC", "Paris", 21..26),
            ("TIM", "January 2016", 30..42),
        ] {
            let entity = shown.entities.iter().find(|entity| entity.kind == kind);
            let entity = entity.with_context(|| format!("no {kind} in {shown:?}"))?;
            assert!(entity.text.starts_with(text), "{entity:?}");
            assert_eq!(entity.range.start, range.start);
            assert!(entity.range.end >= range.end, "{entity:?}");
        }

        let native = predict(SENTENCE, None)?;
        assert_eq!(shown, Shown::from_prediction(&native)?);
        page.open_settings().await?;
        let facts = page.text_of("#facts").await?;
        assert!(facts.contains("wasm relaxed simd"), "{facts}");

        // By keyboard: from the list of heads into the text, then word by word.
        page.browser
            .find("#head")
            .await?
            .send_keys(&char::from(Key::Tab).to_string())
            .await?;
        let inside = "return document.activeElement.closest('#result') !== null";
        let mut presses = 0;
        while page.browser.run(inside, Vec::new()).await? != true {
            page.press(Key::Tab).await?;
            presses += 1;
            ensure!(presses < 20, "the text is out of reach");
        }
        for (index, word) in shown.words.iter().enumerate() {
            let (text, rows) = page.panel().await?;
            assert_eq!(text, word.text);
            assert_eq!(rows.len(), TAGS, "{rows:?}");
            let sum: f64 = rows.iter().map(|(_, probability)| probability).sum();
            assert!((sum - 1.0).abs() < TOLERANCE, "{text}: the sum is {sum}");
            assert!(
                rows.is_sorted_by(|one, next| one.1 >= next.1),
                "the likeliest comes first: {rows:?}"
            );
            let rows: BTreeMap<_, _> = rows.into_iter().collect();
            let probabilities = &native["words"][index]["probabilities"];
            let probabilities = probabilities.as_object().context("no probabilities")?;
            assert_eq!(rows.len(), probabilities.len());
            for (tag, probability) in probabilities {
                let native = probability.as_f64().context("no number")?;
                let here = rows.get(tag).with_context(|| format!("no row for {tag}"))?;
                assert!(
                    (here - native).abs() < TOLERANCE,
                    "{text}, {tag}: {here} in the page, {native} natively"
                );
            }
            page.press(Key::Right).await?;
        }
        page.console_is_clean()
    })
}

/// Every way that text has of being taken for something else. Built in the
/// page, since half a surrogate pair cannot travel there.
const HOSTILE: &str = r#"
    const text = '<img src=x onerror=alert(1)><script>alert(2)</' + 'script>'
        + '<iframe srcdoc="<script>alert(3)</' + 'script>"></iframe><svg/onload=alert(4)>'
        + ' President <b>Barack Obama</b> met &lt;Angela&gt; Merkel &amp; \ud83d\udc69\u200d\ud83d\udcbb in Paris\u0301\u0327, '
        + '\u0641\u064a \u0628\u0627\u0631\u064a\u0633 \u05d1\u05e4\u05e8\u05d9\u05d6 \u202eoel\u202c '
        + '\ud800 lone \udc00\n\n\t\ud83c\uddeb\ud83c\uddf7 London\u00a0\u200bon Monday \0 \ud835\udcdf\ud835\udcea\ud835\udcfb\ud835\udcf2\ud835\udcfc. '
        + 'javascript:alert(5) {{7*7}} ${alert(6)} John Smith works for IBM in New York.';
    const area = document.getElementById('text');
    area.value = text;
    area.dispatchEvent(new Event('input'));
    if (area.value !== text) throw new Error('the box has changed the text');
    return text.toWellFormed();"#;

/// Visits every word, then lists what of the page's own kind it should not hold.
const STRANGERS: &str = "
    for (const word of document.querySelectorAll('#result [data-word]')) {
        word.focus();
        if (document.querySelector('.panel-word').textContent !== word.textContent) return ['panel: ' + word.textContent];
    }
    const own = new Set(['div', 'span', 'mark', 'li', 'button', 'bdi']);
    return Array.from(document.querySelectorAll('#result *, #types *, #entities *, .tag-rows *, .panel-word *'), (element) => element.localName)
        .filter((name) => !own.has(name));";

#[test]
fn hostile_text_stays_text() -> Result<()> {
    Page::test(async |page| {
        page.open().await?;
        let scripts = "return document.querySelectorAll('script, img, iframe').length";
        let before = page.browser.run(scripts, Vec::new()).await?;
        let text = page.browser.run(HOSTILE, Vec::new()).await?;
        let text = text.as_str().context("no text")?;

        page.current().await?;
        let strangers = page.browser.run(STRANGERS, Vec::new()).await?;
        assert_eq!(strangers, json!([]));
        assert_eq!(page.browser.run(scripts, Vec::new()).await?, before);
        let alert = page.browser.client.get_alert_text().await;
        assert!(alert.is_err(), "an alert: {alert:?}");

        // Half a pair is U+FFFD to the recognizer and on the way out of the browser.
        let native = Shown::from_prediction(&predict(text, None)?)?;
        assert!(!native.entities.is_empty(), "the text should hold entities");
        assert_eq!(page.shown().await?, native);
        page.console_is_clean()
    })
}

/// A text of this many sentences keeps the recognizer busy for a while.
const LONG: usize = 600;

/// No longer may the page be unable to react to a key, in milliseconds: four times
/// the limit above which an interaction counts as poor, as test machines are busy.
const LONGEST_GAP: f64 = 2000.0;

/// Counts what the page asks of its worker, lists the results that it shows,
/// and finds the longest time in which its thread did not get to a timer.
const OBSERVE: &str = "
    window.observed = { asked: 0, shown: [], gap: 0 };
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (...message) {
        observed.asked += 1;
        return post.apply(this, message);
    };
    const result = document.getElementById('result');
    new MutationObserver(() => observed.shown.push(result.textContent.length))
        .observe(result, { attributeFilter: ['data-for-length'] });
    let last = performance.now();
    setInterval(() => {
        const now = performance.now();
        observed.gap = Math.max(observed.gap, now - last);
        last = now;
    }, 5);";

#[test]
fn typing_never_stalls_and_the_newest_text_wins() -> Result<()> {
    Page::measure(async |page| {
        page.open().await?;
        page.browser.run(OBSERVE, Vec::new()).await?;
        let long = format!("{SENTENCE} ").repeat(LONG);
        page.paste(&long).await?;
        page.browser.until("observed.asked > 0").await?;
        // The buttons ask at once, the keys after a pause.
        page.click("[data-example=news]").await?;
        let example = "return document.getElementById('text').value.length";
        let example = page.browser.run(example, Vec::new()).await?;
        page.click("#clear").await?;
        page.type_text(SENTENCE).await?;
        let native = Shown::from_prediction(&predict(SENTENCE, None)?)?;
        assert_eq!(page.shown().await?, native);

        // Again after everything that was asked has come back: it stays.
        page.browser
            .until("document.getElementById('summary').textContent !== ''")
            .await?;
        let observed = page.browser.run("return observed", Vec::new()).await?;
        let gap = observed["gap"].as_f64().context("no gap")?;
        assert!(gap < LONGEST_GAP, "the page did not react for {gap} ms");
        assert_eq!(page.shown().await?, native);
        let mut shown = observed["shown"]
            .as_array()
            .context("nothing shown")?
            .clone();
        // A key may ask for what an earlier request has come to show.
        shown.dedup();
        // While the sentence is typed, any beginning of it may be shown.
        let typed = (0..=SENTENCE.len()).map(|length| json!(length));
        let mut order = [json!(long.len()), example].into_iter().chain(typed);
        assert!(
            shown.iter().all(|length| order.any(|next| next == *length)),
            "shown out of order: {observed}"
        );
        assert_eq!(shown.last(), Some(&json!(SENTENCE.len())));
        page.console_is_clean()
    })
}

#[test]
fn no_request_is_made_once_ready() -> Result<()> {
    in_every_browser(async |kind| {
        let server = Server::start(&Site::built()?)?;
        let relay = Relay::start(&server.url)?;
        let wishes = Wishes {
            proxy: Some(relay.address),
            ..Wishes::default()
        };
        let browser = Browser::start(kind, wishes).await?;
        let page = Page { browser, server };
        page.open().await?;
        page.settled().await?;
        let requests = relay.requests();
        let encoder = format!("{BUNDLE}/encoder.safetensors");
        assert!(
            requests.iter().any(|request| request.contains(&encoder)),
            "the relay does not see the worker: {requests:#?}"
        );
        page.type_text(SENTENCE).await?;
        let shown = page.shown().await?;
        let best = default_head(&page).await?;
        assert_ne!(page.choose_head("base").await?, shown);
        assert_eq!(page.choose_head(&best).await?, shown);
        let word = "document.querySelector('#result .word').focus()";
        page.browser.run(word, Vec::new()).await?;
        page.press(Key::Right).await?;
        // On a small screen the panel now lies over the list.
        page.press(Key::Escape).await?;
        page.click("#entities button").await?;
        // Long enough for a further worker, which needs all that the first one did.
        let long: Vec<_> = (0..LONG)
            .map(|number| SENTENCE.replace("2016", &number.to_string()))
            .collect();
        page.paste(&long.join(" ")).await?;
        page.current().await?;
        page.browser
            .until("/[2-9] workers/.test(document.getElementById('facts').textContent) || navigator.hardwareConcurrency < 2")
            .await?;
        // The browser itself looks for a newer service worker, when that has been idle.
        let own = format!("GET {}sw.js HTTP/1.1", page.server.url);
        let later = relay.requests().split_off(requests.len());
        assert!(later.iter().all(|request| *request == own), "{later:#?}");
        page.console_is_clean()?;

        // What is asserted above can fail: a request would have been seen.
        page.browser
            .run_async("await fetch('bundles/none?again')")
            .await?;
        let seen = relay.requests();
        assert!(
            seen.iter()
                .any(|request| request.contains("bundles/none?again"))
        );

        // And without a server the page goes on working.
        let Page { browser, server } = page;
        let url = server.url.clone();
        drop(server);
        let gone = browser
            .run_async(
                "return await fetch('bundles/none').then(({ status }) => status, () => 'gone')",
            )
            .await?;
        assert_ne!(gone, 404, "{url}");
        browser.console()?;
        browser
            .run(
                "document.querySelector('[data-example=news]').click()",
                Vec::new(),
            )
            .await?;
        browser
            .until("document.querySelector('#result mark[data-type=ORG]')")
            .await?;
        Ok(())
    })
}

#[test]
fn heads_can_be_switched() -> Result<()> {
    Page::test(async |page| {
        page.open().await?;
        page.type_text(SENTENCE).await?;
        let best = default_head(&page).await?;
        let fine_tuned = page.shown().await?;
        let base = page.choose_head("base").await?;
        assert_ne!(base, fine_tuned);
        assert_eq!(
            base,
            Shown::from_prediction(&predict(SENTENCE, Some("base"))?)?
        );
        assert_eq!(page.choose_head(&best).await?, fine_tuned);
        page.console_is_clean()
    })
}

/// Browsers without relaxed SIMD take the other build. There is none at hand,
/// so the package is made to think so.
#[test]
fn the_plain_build_finds_the_same() -> Result<()> {
    Page::test_changed(
        |site| {
            site.change(&site.pkg.join("worker.js"), |bytes| {
                let text = String::from_utf8_lossy(bytes);
                let changed = text.replace("WebAssembly.validate(RELAXED)", "false");
                assert_ne!(changed, text);
                *bytes = changed.into_bytes();
            })
        },
        async |page, _| {
            page.open().await?;
            page.type_text(SENTENCE).await?;
            let native = Shown::from_prediction(&predict(SENTENCE, None)?)?;
            assert_eq!(page.shown().await?, native);
            page.open_settings().await?;
            let facts = page.text_of("#facts").await?;
            assert!(facts.contains("wasm simd128"), "{facts}");
            page.console_is_clean()
        },
    )
}

/// The head that the page starts with.
async fn default_head(page: &Page) -> Result<String> {
    let head = "return document.getElementById('head').value";
    let head = page.browser.run(head, Vec::new()).await?;
    Ok(head.as_str().context("no head")?.to_owned())
}
