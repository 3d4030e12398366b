//! A result narrowed: by threshold, legend and search.

use crate::demo::Page;
use crate::in_and_out::{SIDES, TEXT};
use crate::site::predict;
use anyhow::{Context, Result};
use fantoccini::key::Key;
use serde_json::json;
use std::collections::BTreeMap;

#[test]
fn threshold_and_legend_act_at_once() -> Result<()> {
    Page::test(async |page| {
        page.open().await?;
        page.type_text(TEXT).await?;
        let all = page.shown().await?.entities;
        page.browser
            .until(&format!(
                "document.querySelectorAll('#result mark[data-state=shown]').length === {}",
                all.len()
            ))
            .await?;

        let native = predict(TEXT, None)?;
        let mut scores: Vec<f64> = native["entities"]
            .as_array()
            .context("no entities")?
            .iter()
            .filter_map(|entity| entity["score"].as_f64())
            .collect();
        scores.sort_by(f64::total_cmp);
        // Halfway between two scores, in the slider's steps.
        let threshold = ((scores[1] + scores[2]) * 50.0).round() / 100.0;
        let strong = scores.iter().filter(|score| **score >= threshold).count();
        let slide = "const slider = document.getElementById('threshold');
            slider.value = arguments[0];
            slider.dispatchEvent(new Event('input'));";
        page.browser.run(slide, vec![json!(threshold)]).await?;
        page.browser
            .until(&format!(
                "document.getElementById('summary').textContent.includes('{} hidden')",
                all.len() - strong
            ))
            .await?;
        page.browser
            .until(&format!(
                "document.querySelectorAll('#result mark[data-state=shown]').length === {strong}"
            ))
            .await?;
        let sides = page.browser.run(SIDES, Vec::new()).await?;
        assert_eq!(sides["weak"], json!(all.len() - strong), "{sides}");
        assert_eq!(sides["listed"], json!(strong), "{sides}");
        page.browser.run(slide, vec![json!(0)]).await?;

        // The legend counts, and switches off and on; by keyboard as well.
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for entity in &all {
            *counts.entry(&entity.kind).or_default() += 1;
        }
        page.browser
            .until(&format!(
                "document.querySelectorAll('#types button').length === {}
                && document.querySelectorAll('#result mark[data-state=shown]').length === {}",
                counts.len(),
                all.len()
            ))
            .await?;
        let persons = counts["PER"];
        let button = page.browser.find("#types button[data-type=PER]").await?;
        button.send_keys(" ").await?;
        page.browser
            .until(&format!(
                "document.querySelectorAll('#result mark[data-state=off]').length === {persons}"
            ))
            .await?;
        page.browser
            .until("document.activeElement?.getAttribute('aria-pressed') === 'false'")
            .await?;
        page.browser
            .until("!document.querySelector('#entities [data-type=PER]')")
            .await?;
        let sides = page.browser.run(SIDES, Vec::new()).await?;
        assert_eq!(sides["listed"], json!(all.len() - persons), "{sides}");
        for row in sides["legend"].as_array().context("no legend")? {
            let kind = row[0].as_str().context("no type")?;
            assert_eq!(row[1], json!(counts[kind].to_string()), "{sides}");
            assert_eq!(row[2], json!((kind != "PER").to_string()), "{sides}");
        }
        // Without a new result: this is all the page's own work.
        assert_eq!(page.shown().await?.entities, all);
        page.console_is_clean()
    })
}

#[test]
fn the_list_of_entities_can_be_searched() -> Result<()> {
    Page::test(async |page| {
        page.open().await?;
        page.click("[data-example=news]").await?;
        page.current().await?;
        page.browser
            .until("document.querySelectorAll('#entities li').length > 10")
            .await?;
        let search = page.browser.find("#entities-search").await?;
        search.send_keys("gEN").await?;
        page.browser
            .until("document.querySelectorAll('#entities li').length === 1")
            .await?;
        assert!(page.text_of("#entities").await?.contains("Geneva"));
        search.send_keys("\"<b>").await?;
        page.browser
            .until("document.querySelector('#entities').dataset.empty.includes('gEN\"<b>')")
            .await?;
        for _ in 0.."gEN\"<b>".len() {
            page.press(Key::Backspace).await?;
        }
        page.browser
            .until("document.querySelectorAll('#entities li').length > 10")
            .await?;
        page.console_is_clean()
    })
}
