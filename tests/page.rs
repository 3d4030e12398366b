//! The real page with the real bundle, in a real browser.

mod browser;
mod demo;
mod process;
mod relay;
mod site;

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::demo::{Entity, Page, Shown, in_turn, status};
use crate::relay::Relay;
use crate::site::{BUNDLE, Server, Site, predict};

/// How long anything may take that a test waits for.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(60);

const SENTENCE: &str = "Barack Obama visited Paris in January 2016.";

/// How far a probability in the page may be from the native one.
const TOLERANCE: f64 = 1e-4;

/// The tags of the corpus: `B-` and `I-` of eight types, and `O`.
const TAGS: usize = 17;

#[test]
fn finds_entities_with_the_same_confidence_as_natively() -> Result<()> {
    Page::test(async |page| {
        page.open().await?;
        page.type_text(SENTENCE).await?;
        let shown = page.shown().await?;
        for (kind, text, range) in [
            ("per", "Barack Obama", 0..12),
            ("geo", "Paris", 21..26),
            ("tim", "January", 30..37),
        ] {
            let entity = shown.entities.iter().find(|entity| entity.kind == kind);
            let entity = entity.with_context(|| format!("no {kind} in {shown:?}"))?;
            assert!(entity.text.starts_with(text), "{entity:?}");
            assert_eq!(entity.range.start, range.start);
            assert!(entity.range.end >= range.end, "{entity:?}");
        }

        let native = predict(SENTENCE, None)?;
        assert_eq!(shown, Shown::from_prediction(&native)?);

        // By keyboard: from the list of heads into the text, then word by word.
        page.browser
            .find("#head")
            .await?
            .send_keys(&char::from(Key::Tab).to_string())
            .await?;
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
