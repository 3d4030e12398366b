//! What a user does with a result: narrows it, compares it, takes it out, hands it on.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::demo::{Page, Shown};
use crate::page::SENTENCE;
use crate::site::predict_with;

/// A text of several sentences and types.
pub(crate) const TEXT: &str = "Barack Obama visited Paris in January 2016. Kofi Annan of the United Nations met Barack Obama in Geneva on Monday.";

/// What the page makes of the entities: states of the marks, counts of the list and of the legend.
pub(crate) const SIDES: &str = "return {
    shown: document.querySelectorAll('#result mark[data-state=shown]').length,
    weak: document.querySelectorAll('#result mark[data-state=weak]').length,
    off: document.querySelectorAll('#result mark[data-state=off]').length,
    listed: Array.from(document.querySelectorAll('#entities li'), (item) => Number(item.dataset.count)).reduce((a, b) => a + b, 0),
    legend: Array.from(document.querySelectorAll('#types button'), (button) => [button.dataset.type, button.querySelector('.count').textContent, button.ariaPressed ?? button.getAttribute('aria-pressed')]),
    summary: document.getElementById('summary').textContent }";

#[test]
fn two_heads_are_shown_side_by_side() -> Result<()> {
    Page::test(async |page| {
        page.open().await?;
        page.type_text(TEXT).await?;
        let first = page.shown().await?;
        page.choose("compare", "base").await?;
        let decoder = "return document.getElementById('decoder').value";
        let decoder = page.browser.run(decoder, Vec::new()).await?;
        let second = Shown::from_prediction(&predict_with(TEXT, Some("base"), decoder.as_str())?)?;
        // The two heads know no type by the same name, so that the place counts.
        let key = |entity: &crate::demo::Entity| entity.range.clone();
        let only = |one: &Shown, other: &Shown| {
            let others: Vec<_> = other.entities.iter().map(key).collect();
            let own = one.entities.iter().map(key);
            own.filter(|entity| !others.contains(entity)).count()
        };
        let differing = "return ['#result', '#result-other'].map((id) => document.querySelectorAll(`${id} mark[data-differs]`).length)";
        assert_eq!(
            page.browser.run(differing, Vec::new()).await?,
            json!([only(&first, &second), only(&second, &first)])
        );
        let texts = "return ['#result', '#result-other'].map((id) => document.querySelector(id).textContent)";
        assert_eq!(
            page.browser.run(texts, Vec::new()).await?,
            json!([TEXT, TEXT])
        );
        page.browser
            .until("document.getElementById('comparison-text').textContent.includes('\u{2260}')")
            .await?;
        // In another language the names over the columns are that one's.
        for (language, names) in [
            ("ko", "\u{c77c}\u{bc18}, \u{d559}\u{c2b5} \u{c804}"),
            ("en", "General, Untrained"),
        ] {
            let select = page.browser.find("#language").await?;
            select.select_by_value(language).await?;
            page.browser
                .until(&format!(
                    "['0', '1'].map((side) => document.getElementById(`result-head-${{side}}`).textContent).join(', ') === '{names}'"
                ))
                .await?;
        }
        page.click("#next-difference").await?;
        let inside = "return document.activeElement.closest('#result mark[data-differs]') !== null
            || document.activeElement.closest('#result') !== null";
        assert_eq!(page.browser.run(inside, Vec::new()).await?, true);

        page.choose("compare", "").await?;
        assert_eq!(page.shown().await?, first);
        let alone = "return document.getElementById('result-other-column').hidden";
        assert_eq!(page.browser.run(alone, Vec::new()).await?, true);
        page.console_is_clean()
    })
}

#[test]
fn decoders_and_scores_can_be_chosen() -> Result<()> {
    Page::test(async |page| {
        page.open().await?;
        page.type_text(SENTENCE).await?;
        page.shown().await?;
        // On a small screen the settings are folded.
        page.browser.client.set_window_size(600, 800).await?;
        page.browser
            .until("!document.getElementById('settings').open")
            .await?;
        page.click("#settings > summary").await?;
        let decoders =
            "return Array.from(document.getElementById('decoder').options, ({ value }) => value)";
        let decoders = page.browser.run(decoders, Vec::new()).await?;
        for decoder in decoders.as_array().context("no decoders")? {
            let chosen = "return document.getElementById('decoder').value";
            if page.browser.run(chosen, Vec::new()).await? != *decoder {
                page.choose("decoder", decoder.as_str().context("no decoder")?)
                    .await?;
            }
            assert!(!page.shown().await?.words.is_empty());
        }
        let score = |page: Value| page.as_str().and_then(|score| score.parse::<f64>().ok());
        let listed = "return document.querySelector('#entities .score').textContent";
        page.choose("aggregation", "max").await?;
        page.browser
            .until("document.querySelector('#entities .score')")
            .await?;
        let max = score(page.browser.run(listed, Vec::new()).await?).context("no score")?;
        page.choose("aggregation", "first").await?;
        page.browser
            .until("document.querySelector('#entities .score')")
            .await?;
        let first = score(page.browser.run(listed, Vec::new()).await?).context("no score")?;
        assert!(max >= first, "{max} {first}");
        page.console_is_clean()
    })
}

/// Catches what the page hands to the browser as a file.
pub(crate) const CATCH: &str = "
    window.caught = [];
    const create = URL.createObjectURL;
    URL.createObjectURL = (blob) => {
        caught.push(blob);
        return create.call(URL, blob);
    };";

/// Downloads a format: catches it, and says how many bytes it has.
pub(crate) async fn saved(page: &Page, format: &str) -> Result<u64> {
    let select = page.browser.find("#format").await?;
    select.select_by_value(format).await?;
    page.browser.run("caught.length = 0", Vec::new()).await?;
    page.click("#download").await?;
    page.browser.until("caught.length === 1").await?;
    let bytes = page
        .browser
        .run("return caught[0].size", Vec::new())
        .await?;
    bytes.as_u64().context("no number")
}

/// Downloads a format and hands back its text.
async fn downloaded(page: &Page, format: &str) -> Result<String> {
    saved(page, format).await?;
    let text = page
        .browser
        .run_async("return await caught[0].text()")
        .await?;
    Ok(text.as_str().context("no text")?.to_owned())
}

#[test]
fn results_can_be_taken_out_in_every_format() -> Result<()> {
    Page::test(async |page| {
        page.open().await?;
        page.browser.run(CATCH, Vec::new()).await?;
        let text = "Barack Obama said \"<b>Paris</b>, 5 & 6\"\nto Kofi Annan in \u{1f1eb}\u{1f1f7} Geneva on Monday.";
        page.paste(text).await?;
        let shown = page.shown().await?;
        page.browser
            .until("!document.getElementById('download').disabled")
            .await?;

        let json: Value = serde_json::from_str(&downloaded(&page, "json").await?)?;
        assert_eq!(json["text"], text);
        let units: Vec<u16> = text.encode_utf16().collect();
        let entities = json["entities"].as_array().context("no entities")?;
        assert_eq!(entities.len(), shown.entities.len());
        for entity in entities {
            let at = |name: &str| {
                entity[name]
                    .as_u64()
                    .and_then(|at| usize::try_from(at).ok())
            };
            let range = at("start").context("no start")?..at("end").context("no end")?;
            assert_eq!(entity["text"], String::from_utf16(&units[range])?);
        }
        let tags = json["tags"].as_array().context("no tags")?.len();
        for word in json["words"].as_array().context("no words")? {
            let probabilities = word["probabilities"].as_array().context("none")?;
            assert_eq!(probabilities.len(), tags);
            let sum: f64 = probabilities.iter().filter_map(Value::as_f64).sum();
            assert!((sum - 1.0).abs() < 1e-3, "{sum}");
        }

        let csv = downloaded(&page, "csv").await?;
        assert!(csv.starts_with("text,type,start,end,score\r\n"), "{csv}");
        assert_eq!(csv.trim_end().lines().count(), entities.len() + 1, "{csv}");

        let conll = downloaded(&page, "conll").await?;
        let words: Vec<_> = conll.lines().filter(|line| !line.is_empty()).collect();
        assert_eq!(words.len(), shown.words.len());
        for (line, word) in words.iter().zip(&shown.words) {
            let (text, tag) = line.split_once('\t').context("no tab")?;
            assert_eq!(text, word.text);
            // Punctuation at an entity's edge is no part of it, whatever its tag.
            assert!(tag == "O" || word.tag != "O", "{line}, {}", word.tag);
        }
        let begun = conll.matches("\tB-").count();
        assert_eq!(begun, shown.entities.len(), "{conll}");

        // A page of its own: parsed, it holds the text, the marks, and nothing that runs.
        let html = downloaded(&page, "html").await?;
        // Without its style, which the policy of this page would complain of.
        let parse = "const style = /<style>[^<]*<\\/style>/;
            const page = new DOMParser().parseFromString(arguments[0].replace(style, ''), 'text/html');
            const marks = Array.from(page.querySelectorAll('mark'), (mark) => mark.firstChild.data);
            const active = page.querySelectorAll('script, b, img, iframe, link, [onerror], [onload]').length;
            for (const label of page.querySelectorAll('mark small')) label.remove();
            return [page.querySelector('main').textContent, marks, active, style.test(arguments[0])]";
        let parsed = page.browser.run(parse, vec![json!(html)]).await?;
        let marks: Vec<_> = shown.entities.iter().map(|entity| &entity.text).collect();
        assert_eq!(parsed, json!([text, marks, 0, true]), "{html}");

        // What is filtered out of the result is not in the file.
        let slide = "const slider = document.getElementById('threshold');
            slider.value = 1;
            slider.dispatchEvent(new Event('input'));";
        page.browser.run(slide, Vec::new()).await?;
        let csv = downloaded(&page, "csv").await?;
        assert_eq!(csv.trim_end().lines().count(), 1, "{csv}");
        page.console_is_clean()
    })
}

#[test]
fn a_link_carries_the_text() -> Result<()> {
    Page::test(async |page| {
        page.open().await?;
        let text = format!("{SENTENCE} \u{5d0}\u{5d1} <b>&amp; 100% #1 \u{1f40c}\n").repeat(20);
        page.paste(&text).await?;
        page.current().await?;
        let address = "return location.href";
        let before = page.browser.run(address, Vec::new()).await?;
        page.click("#share").await?;
        page.browser
            .until("document.getElementById('share-link').value !== ''")
            .await?;
        assert_eq!(page.browser.run(address, Vec::new()).await?, before);
        let link = "return document.getElementById('share-link').value";
        let link = page.browser.run(link, Vec::new()).await?;
        let link = link.as_str().context("no link")?;
        let (address, fragment) = link.split_once('#').context("no fragment")?;
        assert_eq!(
            format!("{}?bundle=all-MiniLM-L6-v2", page.server.url),
            address
        );
        assert!(fragment.len() < text.len(), "{fragment}");

        page.browser.open("about:blank").await?;
        page.browser.open(link).await?;
        page.ready().await?;
        page.current().await?;
        let value = "return document.getElementById('text').value";
        assert_eq!(page.browser.run(value, Vec::new()).await?, json!(text));
        // Once it is edited, a reload does not bring it back.
        let fragment = "return location.hash === ''";
        assert_eq!(page.browser.run(fragment, Vec::new()).await?, false);
        page.type_text("Paris").await?;
        assert_eq!(page.browser.run(fragment, Vec::new()).await?, true);

        // A plain one, and a damaged one.
        page.browser.open("about:blank").await?;
        page.browser
            .open(&format!("{address}#text=%3Cb%3EParis"))
            .await?;
        page.browser
            .until("document.getElementById('text').value === '<b>Paris'")
            .await?;
        page.browser.open("about:blank").await?;
        page.browser.open(&format!("{address}#packed=AAAA")).await?;
        page.browser
            .until("document.getElementById('text-note').textContent.includes('damaged')")
            .await
    })
}

#[test]
fn a_replaced_text_can_be_had_back() -> Result<()> {
    Page::test(async |page| {
        page.open().await?;
        page.click("[data-example=history]").await?;
        let offered = "return !document.getElementById('undo').hidden";
        // Nothing is lost with an example.
        assert_eq!(page.browser.run(offered, Vec::new()).await?, false);
        page.type_text(TEXT).await?;
        let text = "return document.getElementById('text').value";
        for replaces in ["#clear", "[data-example=news]"] {
            page.click(replaces).await?;
            page.click("#undo").await?;
            assert_eq!(page.browser.run(text, Vec::new()).await?, TEXT);
        }
        // Also after more than one, and after a word was typed in its place.
        page.click("[data-example=news]").await?;
        page.click("[data-example=history]").await?;
        page.click("#clear").await?;
        page.type_text("Paris").await?;
        page.click("#undo").await?;
        assert_eq!(page.browser.run(text, Vec::new()).await?, TEXT);
        page.click("#undo").await?;
        assert_eq!(page.browser.run(text, Vec::new()).await?, "Paris");
        page.console_is_clean()
    })
}
