//! The page says when a text is none that the model was made for, and offers one that was.

use anyhow::{Result, ensure};
use serde_json::json;

use crate::demo::Page;

const GERMAN: &str = "Die Bundeskanzlerin hat am Donnerstag in Berlin erklärt, dass die Verhandlungen über den \
    Haushalt der Europäischen Union im kommenden Frühjahr abgeschlossen werden sollen, sagte ein Sprecher.";
const SWAHILI: &str = "Watu wote wamezaliwa huru, hadhi na haki zao ni sawa. Wote wamejaliwa akili na dhamiri, \
    hivyo yapasa watendeane kindugu. Kila mtu anastahili kuwa na haki zote na uhuru wote.";
const RUSSIAN: &str = "Владимир Иванов приехал в Москву из Парижа в понедельник утром.";
const NAMES: &str = "Olusegun Obasanjo, Thandiwe Mkhize, Krzysztof Kieslowski, Aung San Suu Kyi, Hamid Karzai, \
    Mahmoud Ahmadinejad, Viktor Yushchenko, Mikheil Saakashvili";

impl Page {
    /// Shows a text of which nothing is said, then another one.
    async fn paste_after_plain(&self, text: &str) -> Result<()> {
        self.paste("Barack Obama visited Paris.").await?;
        self.current().await?;
        self.browser
            .until("document.getElementById('misfit').hidden")
            .await?;
        self.paste(text).await?;
        self.current().await
    }

    /// What is said of a text, and whether another model is offered.
    async fn said_of(&self, text: &str) -> Result<(String, bool)> {
        self.paste_after_plain(text).await?;
        self.browser
            .until("!document.getElementById('misfit').hidden")
            .await?;
        let said = "return [document.getElementById('misfit').innerText,
            !document.getElementById('misfit-use').hidden]";
        let said = self.browser.run(said, Vec::new()).await?;
        let text = said[0].as_str().unwrap_or_default().to_owned();
        Ok((text, said[1] == true))
    }
}

/// Counts what workers are asked of the vocabulary.
const COUNT: &str = "
    window.asked = 0;
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (data, ...rest) {
        if (data?.task === 'vocabulary') window.asked += 1;
        return post.call(this, data, ...rest);
    };";

#[test]
fn what_is_far_down_in_a_text_is_not_looked_at_anew() -> Result<()> {
    Page::test(async |page| {
        page.open().await?;
        page.current().await?;
        let wait = "await new Promise((done) => setTimeout(done, 1000)); return window.asked";
        page.browser.run_async(wait).await?;
        page.browser.run(COUNT, Vec::new()).await?;
        let long = "Barack Obama visited Paris. ".repeat(200);
        let mut asked = Vec::new();
        for text in [&long, &format!("{long} Kofi"), &format!("Kofi {long}")] {
            // In one step, as a text is edited: without its old part there is another one between.
            let set = "const box = document.getElementById('text');
                box.value = arguments[0];
                box.dispatchEvent(new Event('input'));";
            page.browser.run(set, vec![json!(text)]).await?;
            page.current().await?;
            asked.push(page.browser.run_async(wait).await?);
        }
        assert_eq!(asked, [1, 1, 2]);
        page.console_is_clean()
    })
}

#[test]
fn a_text_of_another_kind_is_named() -> Result<()> {
    Page::test(async |page| {
        page.open().await?;
        let (german, offered) = page.said_of(GERMAN).await?;
        ensure!(german.contains("looks like German") && offered, "{german}");
        ensure!(german.contains("Use Personal data"), "{german}");
        let (words, offered) = page.said_of(SWAHILI).await?;
        ensure!(
            words.contains("Most words of this text are unknown") && !offered,
            "{words}"
        );
        let (script, offered) = page.said_of(RUSSIAN).await?;
        ensure!(script.contains("Cyrillic") && !offered, "{script}");
        page.paste_after_plain(NAMES).await?;
        let wait = "await new Promise((done) => setTimeout(done, 1500));
            return document.getElementById('misfit').hidden";
        ensure!(
            page.browser.run_async(wait).await? == true,
            "foreign names alone are no text of another kind"
        );

        // In the interface's language, also what was said already.
        page.said_of(SWAHILI).await?;
        let select = page.browser.find("#language").await?;
        select.select_by_value("ko").await?;
        page.browser
            .until("/\\p{Script=Hangul}/u.test(document.getElementById('misfit-text').textContent)")
            .await?;
        // The model that is offered is taken.
        let (german, _) = page.said_of(GERMAN).await?;
        ensure!(german.contains("독일어"), "{german}");
        page.click("#misfit-use").await?;
        page.browser
            .until("document.getElementById('encoder').value === 'rampart' && document.getElementById('misfit').hidden
                && document.querySelector('#status[data-state=ready]')")
            .await?;
        page.console_is_clean()
    })
}
