//! The page on which heads are taught, used by keyboard: from three pasted
//! texts to a bundle that the program reads.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::browser::{Browser, Wishes};
use crate::site::{Server, Site, nerite};
use crate::turns::in_every_browser;

/// Invented, with ships and the goods that they carry.
const TEXTS: [&str; 3] = [
    "The Marigold left Riga with amber. The Sea Otter brought tea to Cadiz. The Marigold lost its \
     rudder, and the Old Ram took its amber on board.",
    "Nobody had seen the Sea Otter for a week. The Blue Heron carried salt and wool. The Old Ram \
     carried tin.",
    "In spring the Blue Heron sold its wool. The Kittiwake came late with salt. Nobody bought the \
     tea of the Kittiwake.",
];
/// Of each text, what is marked, and the number of its type.
const MARKS: [&[(&str, char)]; 3] = [
    &[
        ("Marigold left", '1'),
        ("amber. ", '2'),
        ("Sea Otter", '1'),
        ("tea", '2'),
        ("Marigold lost", '1'),
        ("Old Ram", '1'),
        ("amber on", '2'),
    ],
    &[
        ("Sea Otter", '1'),
        ("Blue Heron", '1'),
        ("salt", '2'),
        ("wool", '2'),
        ("Old Ram", '1'),
        ("tin.", '2'),
    ],
    &[
        ("Blue Heron", '1'),
        ("wool", '2'),
        ("Kittiwake came", '1'),
        ("salt", '2'),
        ("tea", '2'),
        ("Kittiwake.", '1'),
    ],
];

struct Page {
    browser: Browser,
    server: Server,
}

impl Page {
    fn test(test: impl AsyncFn(Page) -> Result<()>) -> Result<()> {
        in_every_browser(async |kind| {
            let page = Page {
                server: Server::start(&Site::built()?)?,
                browser: Browser::start(kind, Wishes::default()).await?,
            };
            page.open().await?;
            test(page).await
        })
    }

    async fn open(&self) -> Result<()> {
        let url = format!("{}teach.html", self.server.url);
        self.browser.open(&url).await?;
        let loaded = "document.body.dataset.loaded === 'true'";
        self.browser.until(loaded).await?;
        // Nothing is downloaded unasked.
        let here = "document.getElementById('model').textContent.startsWith('The model is here')";
        let waits = "!document.getElementById('load-model').hidden";
        self.browser.until(&format!("{here} || {waits}")).await?;
        let ask = format!("if ({waits}) document.getElementById('load-model').click()");
        self.run(&ask, Value::Null).await?;
        self.browser.until(here).await
    }

    async fn run(&self, script: &str, argument: Value) -> Result<Value> {
        self.browser.run(script, vec![argument]).await
    }

    async fn keys(&self, selector: &str, keys: &str) -> Result<()> {
        let element = self.browser.find(selector).await?;
        Ok(element.send_keys(keys).await?)
    }

    async fn click(&self, selector: &str) -> Result<()> {
        Ok(self.browser.find(selector).await?.click().await?)
    }

    /// Texts and types, and all marks by keyboard.
    async fn fill(&self) -> Result<()> {
        for name in ["SHIP", "cargo goods"] {
            self.keys("#type-name", &format!("{name}\u{e007}")).await?;
        }
        for (text, marks) in TEXTS.iter().zip(MARKS) {
            self.run("document.getElementById('paste').open = true", Value::Null)
                .await?;
            self.keys("#new-text", text).await?;
            self.click("#add-text").await?;
            for (what, key) in marks {
                let at = text.find(what).context("the mark is in the text")?;
                self.run(
                    "const box = document.getElementById('marking');
                     box.focus();
                     box.setSelectionRange(arguments[0], arguments[0]);",
                    json!(at),
                )
                .await?;
                // Two words are selected, one is that of the cursor.
                let words = what.trim_end_matches([' ', '.']).split(' ');
                let is_name = words
                    .clone()
                    .all(|word| word.starts_with(char::is_uppercase));
                let letters = if is_name {
                    words.clone().collect::<Vec<_>>().join(" ").len()
                } else {
                    0
                };
                let select = char::from(Key::Right).to_string().repeat(letters);
                let shift = char::from(Key::Shift);
                self.keys("#marking", &format!("{shift}{select}{shift}{key}"))
                    .await?;
            }
        }
        Ok(())
    }

    /// Trains, and waits until the head is judged.
    async fn train(&self) -> Result<()> {
        self.browser
            .until("!document.getElementById('train').disabled")
            .await?;
        self.click("#train").await?;
        self.browser
            .until("document.getElementById('stop').hidden")
            .await?;
        let status = self
            .run(
                "return document.getElementById('status').textContent",
                Value::Null,
            )
            .await?;
        let status = status.as_str().unwrap_or_default().to_owned();
        ensure!(status.starts_with("Trained in"), "{status}");
        Ok(())
    }

    async fn count(&self, selector: &str) -> Result<u64> {
        let script = "return document.querySelectorAll(arguments[0]).length";
        let count = self.run(script, json!(selector)).await?;
        count.as_u64().context("a number")
    }
}

#[test]
fn marks_become_a_bundle_that_the_program_reads() -> Result<()> {
    Page::test(async |page| {
        page.fill().await?;
        let shown = "return document.getElementById('marks').innerText";
        let marks = page.run(shown, Value::Null).await?.to_string();
        for own in ["Blue Heron", "Kittiwake", "cargo_goods"] {
            assert!(marks.contains(own), "{marks}");
        }
        // Undone, done again, removed and undone.
        assert_eq!(page.count("#marks li:not(.suggested)").await?, 6);
        page.click("#undo").await?;
        assert_eq!(page.count("#marks li:not(.suggested)").await?, 5);
        page.click("#redo").await?;
        assert_eq!(page.count("#marks li:not(.suggested)").await?, 6);
        page.train().await?;
        // All types, and two of them.
        assert_eq!(page.count("#figures tbody tr").await?, 3);
        assert_eq!(page.count("#curves svg").await?, 2);

        // What was made is there after a reload.
        page.browser
            .until("document.getElementById('stored').textContent.startsWith('Saved')")
            .await?;
        page.run(
            "return new Promise((resolve) => setTimeout(resolve, 600))",
            Value::Null,
        )
        .await?;
        page.open().await?;
        assert_eq!(page.count("#documents option").await?, 3);
        assert_eq!(page.count("#figures tbody tr").await?, 3);
        page.train().await?;

        // The bundle, taken home.
        page.run(
            "window.blobs = [];
             const create = URL.createObjectURL;
             URL.createObjectURL = (blob) => (window.blobs.push(blob), create.call(URL, blob));",
            Value::Null,
        )
        .await?;
        page.click("#download-bundle").await?;
        page.browser.until("window.blobs.length === 1").await?;
        let encoded = page
            .browser
            .run_async(
                "const bytes = new Uint8Array(await window.blobs[0].arrayBuffer());
                 let text = '';
                 for (let at = 0; at < bytes.length; at += 32768)
                   text += String.fromCharCode(...bytes.subarray(at, at + 32768));
                 return btoa(text);",
            )
            .await?;
        let bytes = base64(encoded.as_str().context("no bundle")?)?;
        let folder = tempfile::tempdir()?;
        zip::ZipArchive::new(std::io::Cursor::new(bytes))?.extract(folder.path())?;
        let found = predict(folder.path(), TEXTS[0])?;
        assert!(
            found.contains("SHIP") && found.contains("Sea Otter"),
            "{found}"
        );
        assert!(found.contains("cargo_goods"), "{found}");
        Ok(())
    })
}

/// What `nerite predict` prints of a text.
fn predict(bundle: &Path, text: &str) -> Result<String> {
    let mut child = Command::new(nerite()?)
        .args(["predict", "--bundle"])
        .arg(bundle)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut input = child.stdin.take().context("no input")?;
    input.write_all(text.as_bytes())?;
    drop(input);
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "nerite predict failed");
    Ok(String::from_utf8(output.stdout)?)
}

fn base64(text: &str) -> Result<Vec<u8>> {
    use base64::Engine as _;
    Ok(base64::engine::general_purpose::STANDARD.decode(text)?)
}

/// What another tab has saved is not overwritten; a tab that was only looked at saves nothing.
#[test]
fn two_tabs_do_not_overwrite_each_other() -> Result<()> {
    const LEAVE: &str = "Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));";
    Page::test(async |page| {
        let client = &page.browser.client;
        let saved = "document.getElementById('stored').textContent !== ''";
        let notice = "return document.getElementById('notice').textContent";
        let wait = "await new Promise((done) => setTimeout(done, 1000)); return true";
        page.keys("#type-name", "SHIP\u{e007}").await?;
        page.browser.until(saved).await?;
        let first = client.window().await?;

        let second = client.new_window(true).await?.handle;
        client.switch_to_window(second.clone()).await?;
        page.open().await?;
        page.run(LEAVE, Value::Null).await?;
        page.browser.run_async(wait).await?;
        client.switch_to_window(first).await?;
        page.keys("#type-name", "goods\u{e007}").await?;
        page.browser.run_async(wait).await?;
        assert_eq!(page.run(notice, Value::Null).await?, "");

        client.switch_to_window(second).await?;
        page.keys("#type-name", "port\u{e007}").await?;
        page.browser
            .until("document.getElementById('notice').textContent.includes('another tab')")
            .await?;
        page.browser
            .until("document.getElementById('projects').options.length === 2")
            .await?;
        Ok(())
    })
}

/// A training goes on while another project is on the page, and its head is in the one that it was begun for.
#[test]
fn another_project_can_be_shown_while_one_is_trained() -> Result<()> {
    Page::test(async |page| {
        page.fill().await?;
        page.click("#train").await?;
        page.browser
            .until("document.getElementById('progress-text').textContent.startsWith('Training')")
            .await?;
        page.click("#new-project").await?;
        page.browser
            .until("document.getElementById('documents').options.length === 0")
            .await?;
        page.browser
            .until("document.getElementById('stop').hidden")
            .await?;
        let status = "return document.getElementById('status').textContent";
        let said = page.run(status, Value::Null).await?.to_string();
        assert!(said.contains("My project: Trained in"), "{said}");
        assert_eq!(page.count("#figures tbody tr").await?, 0);
        assert_eq!(page.count("#projects option").await?, 2);
        // Back to the first one, which has its figures and its head, and is no copy.
        page.run(
            "const list = document.getElementById('projects');
             list.value = [...list.options].map(({ value }) => value).find((own) => own !== list.value);
             list.dispatchEvent(new Event('change', { bubbles: true }));",
            Value::Null,
        )
        .await?;
        page.browser
            .until("document.querySelectorAll('#figures tbody tr').length === 3")
            .await?;
        page.browser
            .until("!document.getElementById('download-head').disabled")
            .await?;
        page.keys("#type-name", "port\u{e007}").await?;
        page.run(
            "return new Promise((resolve) => setTimeout(resolve, 1000))",
            Value::Null,
        )
        .await?;
        let notice = "return document.getElementById('notice').textContent";
        assert_eq!(page.run(notice, Value::Null).await?, "");
        assert_eq!(page.count("#projects option").await?, 2);
        // One that is deleted while it is trained does not come back.
        page.browser
            .until("!document.getElementById('train').disabled")
            .await?;
        page.click("#train").await?;
        page.run("window.confirm = () => true", Value::Null).await?;
        page.click("#delete-project").await?;
        page.browser
            .until("document.getElementById('stop').hidden")
            .await?;
        page.run(
            "return new Promise((resolve) => setTimeout(resolve, 1000))",
            Value::Null,
        )
        .await?;
        page.open().await?;
        assert_eq!(page.count("#projects option").await?, 1);
        Ok(())
    })
}
