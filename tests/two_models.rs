//! Two encoders side by side: a second bundle beside the page's own.

use anyhow::{Result, ensure};
use serde_json::json;

use crate::demo::Page;

const TEXT: &str = "My name is Maria Lopez, I was in Paris in May. Write to maria@example.com.";

/// Both columns are there, of the text in the box.
const TWO: &str = "(([one, other, box]) => !document.getElementById('result-other-column').hidden
    && one.textContent === box.value && other.textContent === box.value && !one.classList.contains('stale')
    && document.getElementById('comparison-text').textContent !== '')(
    ['result', 'result-other', 'text'].map((id) => document.getElementById(id)))";

/// Counts the workers of the page that run, from now on.
const COUNT_WORKERS: &str = "
    window.running = 0;
    window.Worker = class extends Worker {
        constructor(...given) { super(...given); window.running += 1; }
        terminate() { super.terminate(); window.running -= 1; }
    };";

impl Page {
    async fn texts(&self, ids: &[&str]) -> Result<Vec<String>> {
        let script = "return arguments[0].map((id) => document.getElementById(id).textContent)";
        let texts = self.browser.run(script, vec![json!(ids)]).await?;
        Ok(serde_json::from_value(texts)?)
    }

    /// Chooses what to compare with, as a visitor does, and waits for both columns.
    async fn compare_with(&self, value: &str) -> Result<()> {
        // Drivers choose no value with a line end in it.
        let choose = "const select = document.getElementById('compare');
            select.value = arguments[0];
            select.dispatchEvent(new Event('change'));";
        self.browser.run(choose, vec![json!(value)]).await?;
        self.browser.until(TWO).await
    }
}

#[test]
fn a_model_of_pieces_stands_beside_one_of_words() -> Result<()> {
    Page::test(async |page| {
        page.open().await?;
        page.type_text(TEXT).await?;
        page.current().await?;
        page.browser.run(COUNT_WORKERS, Vec::new()).await?;
        page.compare_with("rampart/").await?;
        let names = page.texts(&["result-head-0", "result-head-1"]).await?;
        ensure!(
            names[0].contains("MiniLM") && names[1].contains("Rampart"),
            "{names:?}"
        );

        // Entities that only one has are marked, and gone to in the order of the text.
        let marks = "return ['#result', '#result-other'].map((id) => [
            Array.from(document.querySelectorAll(`${id} mark`), ({ dataset }) => dataset.type),
            document.querySelectorAll(`${id} mark[data-differs]`).length])";
        let marks = page.browser.run(marks, Vec::new()).await?;
        ensure!(marks[0][0].to_string().contains("PER"), "{marks}");
        ensure!(marks[1][0].to_string().contains("GIVEN_NAME"), "{marks}");
        let [one, other] = [0, 1].map(|side| marks[side][1].as_u64().unwrap_or_default());
        ensure!(one > 0 && other > 0, "{marks}");
        let mut places = Vec::new();
        for _ in 0..2 {
            page.click("#next-difference").await?;
            let place = "const range = document.createRange();
                range.setStart(document.getElementById('result'), 0);
                range.setEnd(document.activeElement, 0);
                return range.toString().length";
            places.push(page.browser.run(place, Vec::new()).await?.as_u64());
        }
        ensure!(places.is_sorted() && places[0] != places[1], "{places:?}");
        // The strategy of the other model's pieces can be another one.
        page.compare_with("rampart/classifier\nsimple").await?;
        page.browser
            .until("document.getElementById('result-head-1').textContent.includes('simple')")
            .await?;

        // What is not needed any more is not kept.
        ensure!(
            page.browser
                .run("return window.running", Vec::new())
                .await?
                == 1
        );
        page.choose("compare", "").await?;
        page.browser.until("window.running === 0").await?;
        ensure!(page.texts(&["compare-state", "comparison-text"]).await? == ["", ""]);
        page.console_is_clean()
    })
}

/// Opens a link, agrees to its first model, and waits for the question about
/// the second one.
async fn follow_to_the_question(page: &Page, link: &str) -> Result<()> {
    page.browser.open(link).await?;
    page.browser
        .until("document.querySelector('#status[data-state=asking]')")
        .await?;
    page.click("#action").await?;
    page.ready().await?;
    page.current().await?;
    page.browser
        .until("!document.getElementById('compare-ask').hidden")
        .await
}

#[test]
fn a_link_asks_before_it_loads_a_second_model() -> Result<()> {
    Page::test(async |page| {
        let link = format!(
            "{}?bundle=all-MiniLM-L6-v2#head=linear&compare=rampart%2Fclassifier%0Asimple&threshold=0.2&off=TIM&text={}",
            page.server.url,
            TEXT.replace(' ', "%20")
        );
        follow_to_the_question(&page, &link).await?;
        let alone = "return document.getElementById('result-other-column').hidden";
        ensure!(page.browser.run(alone, Vec::new()).await? == true);
        page.click("#compare-load").await?;
        page.browser.until(TWO).await?;
        let chosen = "return ['head', 'compare', 'threshold'].map((id) => document.getElementById(id).value)";
        let chosen = page.browser.run(chosen, Vec::new()).await?;
        ensure!(
            chosen == json!(["linear", "rampart/classifier\nsimple", "0.2"]),
            "{chosen}"
        );

        // The link that the page gives is the same.
        page.click("#share").await?;
        page.browser
            .until("document.getElementById('share-link').value !== ''")
            .await?;
        let given = "const link = new URL(document.getElementById('share-link').value);
            const own = new URLSearchParams(link.hash.slice(1));
            return [link.searchParams.get('bundle'), ...['head', 'compare', 'threshold', 'off'].map((name) => own.get(name))]";
        let given = page.browser.run(given, Vec::new()).await?;
        let wanted = json!([
            "all-MiniLM-L6-v2",
            "linear",
            "rampart/classifier\nsimple",
            "0.2",
            "TIM"
        ]);
        ensure!(given == wanted, "{given}");
        page.console_is_clean()
    })
}

/// A link may name a model without a head: the list offers that, and nobody has
/// agreed to it.
#[test]
fn a_link_that_names_a_model_alone_asks_as_well() -> Result<()> {
    Page::test(async |page| {
        let link = format!(
            "{}?bundle=all-MiniLM-L6-v2#compare=rampart%2F&text=Paris",
            page.server.url
        );
        follow_to_the_question(&page, &link).await?;
        let state = "return document.getElementById('compare-state').textContent";
        ensure!(page.browser.run(state, Vec::new()).await? == "");
        // The button speaks the page's language.
        let button = "return document.getElementById('compare-load').textContent";
        let english = page.browser.run(button, Vec::new()).await?;
        let languages = page.browser.find("#language").await?;
        languages.select_by_value("ko").await?;
        page.browser
            .until(&format!(
                "document.getElementById('compare-load').textContent !== {english}"
            ))
            .await?;
        page.console_is_clean()
    })
}

#[test]
fn columns_of_two_models_stay_in_step() -> Result<()> {
    Page::test(async |page| {
        page.open().await?;
        let long = "Kofi Annan met Angela Merkel in Geneva on Monday, and Maria Lopez of Oxfam did not come to Paris. ";
        page.paste(&format!("{}\n\n", long.repeat(4)).repeat(30))
            .await?;
        page.current().await?;
        page.compare_with("rampart/").await?;
        for share in [0.4, 0.7, 1.0] {
            let scroll = format!(
                "const box = document.getElementById('result');
                box.scrollTop = {share} * (box.scrollHeight - box.clientHeight);"
            );
            page.browser.run(&scroll, Vec::new()).await?;
            // The line at the upper edge, by how far into the text it is.
            let places = "await new Promise((done) => setTimeout(done, 400));
                return ['result', 'result-other'].map((id) => {
                    const box = document.getElementById(id);
                    const top = box.getBoundingClientRect().top;
                    const blocks = [...box.children];
                    const at = blocks.findIndex((block) => block.getBoundingClientRect().bottom > top + 1);
                    const { top: start, height } = blocks[at].getBoundingClientRect();
                    return at + (top - start) / height;
                });";
            let places = page.browser.run_async(places).await?;
            let [one, other] = [0, 1].map(|side| places[side].as_f64().unwrap_or(f64::NAN));
            ensure!((one - other).abs() < 0.35, "{share}: {places}");
            ensure!(one > 1.0, "{share}: {places}");
        }
        page.console_is_clean()
    })
}
