//! The page as a visitor sees and uses it.

use std::ops::Range;

use anyhow::{Context, Result, ensure};
use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::browser::{Browser, Kind, Wishes};
use crate::site::{Server, Site};
use crate::turns::{alone_in_every_browser, in_every_browser};

/// What the result box shows, with offsets as its text nodes have them. Half a
/// surrogate pair cannot travel here, so it becomes U+FFFD, of the same length.
const SHOWN: &str = "
    const words = [], entities = [];
    let at = 0;
    const walk = (node) => {
        if (node.nodeType === Node.TEXT_NODE) at += node.data.length;
        const start = at;
        for (const child of node.childNodes) walk(child);
        if (node.dataset?.word) words.push({ text: node.textContent.toWellFormed(), tag: node.dataset.tag, range: [start, at] });
        if (node.localName === 'mark') entities.push({ text: node.textContent.toWellFormed(), type: node.dataset.type, range: [start, at] });
    };
    walk(document.getElementById('result'));
    return { words, entities };";

/// Says whether the result on show is that of the text in the box.
const CURRENT: &str = "(([result, text]) => result.dataset.forLength === String(text.value.length)
    && result.textContent === text.value && !result.classList.contains('stale')
    )([document.getElementById('result'), document.getElementById('text')])";

/// A word in the result.
#[derive(Debug, PartialEq)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) tag: String,
    /// UTF-16 code units.
    pub(crate) range: Range<u64>,
}

/// A mark in the result.
#[derive(Debug, PartialEq)]
pub(crate) struct Entity {
    pub(crate) text: String,
    pub(crate) kind: String,
    /// UTF-16 code units.
    pub(crate) range: Range<u64>,
}

/// A result.
#[derive(Debug, PartialEq)]
pub(crate) struct Shown {
    pub(crate) words: Vec<Word>,
    pub(crate) entities: Vec<Entity>,
}

impl Shown {
    /// From the page's own account.
    fn from_page(shown: &Value) -> Result<Self> {
        let range = |value: &Value| (value["range"][0].clone(), value["range"][1].clone());
        Self::read(shown, range)
    }

    /// From what `nerite predict` printed.
    pub(crate) fn from_prediction(prediction: &Value) -> Result<Self> {
        let range = |value: &Value| (value["start_utf16"].clone(), value["end_utf16"].clone());
        Self::read(prediction, range)
    }

    fn read(from: &Value, range: impl Fn(&Value) -> (Value, Value)) -> Result<Self> {
        let range = |value: &Value| {
            let (start, end) = range(value);
            Some(start.as_u64()?..end.as_u64()?)
        };
        let text = |value: &Value, name: &str| Some(value[name].as_str()?.to_owned());
        let word = |value: &Value| {
            Some(Word {
                text: text(value, "text")?,
                tag: text(value, "tag")?,
                range: range(value)?,
            })
        };
        let entity = |value: &Value| {
            Some(Entity {
                text: text(value, "text")?,
                kind: text(value, "type")?,
                range: range(value)?,
            })
        };
        let read = || {
            Some(Self {
                words: from["words"]
                    .as_array()?
                    .iter()
                    .map(word)
                    .collect::<Option<_>>()?,
                entities: from["entities"]
                    .as_array()?
                    .iter()
                    .map(entity)
                    .collect::<Option<_>>()?,
            })
        };
        read().with_context(|| format!("is no result: {from}"))
    }
}

/// The page in a browser.
pub(crate) struct Page {
    pub(crate) browser: Browser,
    pub(crate) server: Server,
}

impl Page {
    /// Runs a test on the page as it was built, in every browser.
    pub(crate) fn test(test: impl AsyncFn(Page) -> Result<()>) -> Result<()> {
        in_every_browser(async |kind| {
            let server = Server::start(&Site::built()?)?;
            let browser = Browser::start(kind, Wishes::default()).await?;
            test(Self { browser, server }).await
        })
    }

    /// [`Page::test`] for tests that measure times.
    pub(crate) fn measure(test: impl AsyncFn(Page) -> Result<()>) -> Result<()> {
        alone_in_every_browser(async |kind| {
            let server = Server::start(&Site::built()?)?;
            let browser = Browser::start(kind, Wishes::default()).await?;
            test(Self { browser, server }).await
        })
    }

    /// Runs a test on a changed copy of the page, in every browser.
    pub(crate) fn test_changed(
        change: impl Fn(&Site) -> Result<()>,
        test: impl AsyncFn(&Page, &Site) -> Result<()>,
    ) -> Result<()> {
        in_every_browser(async |kind| {
            let site = Site::copy()?;
            change(&site)?;
            let server = Server::start(&site)?;
            let browser = Browser::start(kind, Wishes::default()).await?;
            test(&Self { browser, server }, &site).await
        })
    }

    /// Loads the page, up to where it can be used.
    pub(crate) async fn open(&self) -> Result<()> {
        self.browser.open(&self.address()).await?;
        self.ready().await?;
        self.current().await
    }

    /// The page's address, with the agreement to the download.
    pub(crate) fn address(&self) -> String {
        format!("{}?start", self.server.url)
    }

    /// Waits until the page has loaded all that it will ever ask for.
    pub(crate) async fn settled(&self) -> Result<()> {
        self.browser
            .until("document.getElementById('offline').textContent !== ''")
            .await
    }

    /// Waits for the model.
    pub(crate) async fn ready(&self) -> Result<()> {
        self.browser
            .until(
                "document.querySelector('#status[data-state=ready], #status[data-state=failed]')",
            )
            .await?;
        let (state, message) = self.status().await?;
        ensure!(state == "ready", "the page says: {message}");
        Ok(())
    }

    /// The state of the page, and what it says about it.
    pub(crate) async fn status(&self) -> Result<(String, String)> {
        status(&self.browser).await
    }

    /// Types a text as keys, in place of what the box holds.
    pub(crate) async fn type_text(&self, text: &str) -> Result<()> {
        let area = self.browser.find("#text").await?;
        area.clear().await?;
        area.send_keys(text).await?;
        Ok(())
    }

    /// Puts a text into the box as pasting it would, and waits for nothing.
    pub(crate) async fn paste(&self, text: &str) -> Result<()> {
        let script = "const area = document.getElementById('text');
            area.focus();
            area.select();
            document.execCommand('insertText', false, arguments[0]);";
        self.browser.run(script, vec![json!(text)]).await?;
        Ok(())
    }

    /// Waits until the result is that of the text in the box.
    pub(crate) async fn current(&self) -> Result<()> {
        self.browser.until(CURRENT).await
    }

    /// The result, once it is that of the text in the box.
    pub(crate) async fn shown(&self) -> Result<Shown> {
        self.current().await?;
        Shown::from_page(&self.browser.run(SHOWN, Vec::new()).await?)
    }

    /// Chooses a head and waits for its result.
    pub(crate) async fn choose_head(&self, head: &str) -> Result<Shown> {
        self.choose("head", head).await?;
        self.shown().await
    }

    /// Chooses in a list on which the result depends, and waits for the next result.
    pub(crate) async fn choose(&self, list: &str, value: &str) -> Result<()> {
        let version = "return document.getElementById('result').dataset.version";
        let version = self.browser.run(version, Vec::new()).await?;
        // On a small screen the panel may lie over the lower end.
        let scroll = "document.getElementById(arguments[0]).scrollIntoView({ block: 'center' })";
        self.browser.run(scroll, vec![json!(list)]).await?;
        let select = self.browser.find(&format!("#{list}")).await?;
        select.select_by_value(value).await?;
        self.browser
            .until(&format!(
                "document.getElementById('result').dataset.version !== {version}"
            ))
            .await
    }

    /// The text of the first element that a selector finds.
    pub(crate) async fn text_of(&self, selector: &str) -> Result<String> {
        let script = "return document.querySelector(arguments[0]).innerText";
        let text = self.browser.run(script, vec![json!(selector)]).await?;
        Ok(text.as_str().context("no text")?.to_owned())
    }

    /// Unfolds what is for experts.
    pub(crate) async fn open_settings(&self) -> Result<()> {
        let script = "document.getElementById('settings').open = true";
        self.browser.run(script, Vec::new()).await?;
        Ok(())
    }

    /// Clicks the first element that a selector finds, wherever it is.
    pub(crate) async fn click(&self, selector: &str) -> Result<()> {
        let script = "document.querySelector(arguments[0]).click()";
        self.browser.run(script, vec![json!(selector)]).await?;
        Ok(())
    }

    /// Presses a key where the focus is.
    pub(crate) async fn press(&self, key: Key) -> Result<()> {
        let element = self.browser.client.active_element().await?;
        element.send_keys(&char::from(key).to_string()).await?;
        if self.browser.kind == Kind::Firefox {
            // Its driver does not wait for the page to see the key.
            let frames = "await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))";
            self.browser
                .run_async(&format!("{frames}; return true"))
                .await?;
        }
        Ok(())
    }

    /// What the panel shows: the word, and the probability of every tag.
    pub(crate) async fn panel(&self) -> Result<(String, Vec<(String, f64)>)> {
        let script = "const panel = document.getElementById('word-panel');
            return [
                panel.querySelector('.panel-word').textContent,
                Array.from(panel.querySelectorAll('[data-tag-row]'), (row) =>
                    [row.dataset.tagRow, Number(row.querySelector('[data-probability]').dataset.probability)]),
            ];";
        let panel = self.browser.run(script, Vec::new()).await?;
        let row = |row: &Value| Some((row[0].as_str()?.to_owned(), row[1].as_f64()?));
        let read = || {
            let rows = panel[1]
                .as_array()?
                .iter()
                .map(row)
                .collect::<Option<_>>()?;
            Some((panel[0].as_str()?.to_owned(), rows))
        };
        read().with_context(|| format!("is no panel: {panel}"))
    }

    /// Fails if the console holds an error, or an exception that nobody caught.
    pub(crate) fn console_is_clean(&self) -> Result<()> {
        let console = self.browser.console()?;
        let errors: Vec<_> = console
            .iter()
            .filter(|(level, _)| level == "SEVERE")
            .collect();
        ensure!(errors.is_empty(), "the console holds {errors:?}");
        Ok(())
    }
}

/// The state of the page, and all that its status says.
pub(crate) async fn status(browser: &Browser) -> Result<(String, String)> {
    let script = "const status = document.getElementById('status');
        return [status.dataset.state, status.innerText]";
    let status = browser.run(script, Vec::new()).await?;
    let text = |at: usize| status[at].as_str().unwrap_or_default().to_owned();
    Ok((text(0), text(1)))
}
