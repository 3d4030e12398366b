//! Redaction as a visitor has it: found, decided by keyboard, taken away, and
//! put back into an answer; and as the package has it.

use anyhow::{Context, Result, ensure};
use fantoccini::key::Key;
use serde_json::Value;

use crate::demo::Page;
use crate::site::{Site, root};

/// All that is private in it is invented.
const TEXT: &str = "Hi Maria, I am Ann Lee (ann.lee@example.com, +1 415 555 2671). \
    Ann Lee's boss Bob Marley lives in Springfield. Lee says hi.";

impl Page {
    /// What is on show, and what is said of it.
    async fn redacted(&self) -> Result<String> {
        self.text_of("#redacted").await
    }

    async fn shows(&self, part: &str) -> Result<()> {
        let part = serde_json::to_string(part)?;
        let shown = format!("document.getElementById('redacted').textContent.includes({part})");
        self.browser
            .until(&shown)
            .await
            .with_context(|| format!("{part} does not come"))
    }

    /// Presses keys on the word that has the focus.
    async fn on_word(&self, keys: &str) -> Result<()> {
        let word = self.browser.find("#redacted .word:focus").await?;
        Ok(word.send_keys(keys).await?)
    }

    /// The text of what has the focus.
    async fn focused(&self) -> Result<Value> {
        let text = "return document.activeElement.textContent";
        self.browser.run(text, Vec::new()).await
    }

    /// Opens the tab by keyboard.
    async fn open_redaction(&self) -> Result<()> {
        self.browser
            .run(
                "document.getElementById('view-entities').focus()",
                Vec::new(),
            )
            .await?;
        self.press(Key::Right).await?;
        self.browser
            .until("document.getElementById('redaction-summary').textContent !== ''")
            .await
    }
}

#[test]
fn a_text_is_redacted_by_keyboard_and_an_answer_restored() -> Result<()> {
    Page::test(async |page| {
        page.open().await?;
        page.paste(TEXT).await?;
        page.current().await?;
        page.open_redaction().await?;
        page.shows("[EMAIL_1]").await?;
        page.shows("[PHONE_1]").await?;
        let shown = page.redacted().await?;
        ensure!(
            !shown.contains("Ann Lee") && !shown.contains("Lee says"),
            "{shown}"
        );

        // To the first placeholder, which is kept, and taken out again.
        let word = "document.querySelector(\"#redacted .word[tabindex='0']\").focus()";
        page.browser.run(word, Vec::new()).await?;
        for key in [Key::Home, Key::Down] {
            page.press(key).await?;
        }
        page.press(Key::Up).await?;
        let name = page.focused().await?;
        page.on_word(" ").await?;
        page.browser
            .until("document.querySelector('#redacted [data-state=kept]')")
            .await?;
        let kept = page.focused().await?;
        ensure!(kept != name, "the focus is on {kept}, which was {name}");
        page.on_word(" ").await?;
        page.browser
            .until("!document.querySelector('#redacted [data-state=kept]')")
            .await?;

        // Two plain words are taken out together, as what is chosen.
        page.browser
            .run(
                "const words = [...document.querySelectorAll('#redacted .word')];
                 words.find(({ textContent }) => textContent === 'says').focus();",
                Vec::new(),
            )
            .await?;
        page.on_word("\u{e008}\u{e014}\u{e008}").await?;
        page.browser
            .until("document.getElementById('choice-value').textContent === 'says hi'")
            .await?;
        page.press(Key::Enter).await?;
        page.press(Key::Enter).await?;
        page.browser
            .until("!document.getElementById('redacted').textContent.includes('says hi')")
            .await?;
        ensure!(page.text_of("#choice-why").await?.contains("marked by you"));

        // The answer of a model that writes placeholders its own way.
        page.browser
            .find("#answer")
            .await?
            .send_keys("Dear **person 1**: [email_1]!")
            .await?;
        page.browser
            .until("document.getElementById('restored').value.includes('ann.lee@example.com')")
            .await?;
        let restored = page
            .browser
            .run(
                "return document.getElementById('restored').value",
                Vec::new(),
            )
            .await?;
        ensure!(
            restored == "Dear **Maria**: ann.lee@example.com!",
            "{restored}"
        );

        // A type that is switched off is left, names in it as well.
        page.click("#redaction-types [data-type=EMAIL]").await?;
        page.shows("ann.lee@example.com").await?;
        page.browser
            .run(
                "const style = document.getElementById('redaction-style');
                 style.value = 'mask';
                 style.dispatchEvent(new Event('change'));",
                Vec::new(),
            )
            .await?;
        page.shows("\u{2588}").await?;
        page.console_is_clean()
    })
}

#[test]
fn a_second_model_finds_addresses() -> Result<()> {
    Page::test(async |page| {
        page.open().await?;
        page.paste("Ann Lee lives at 12 Main Street, Springfield.")
            .await?;
        page.current().await?;
        page.open_redaction().await?;
        page.click("#second-model-add").await?;
        page.shows("[ADDRESS_1]").await?;
        let licence = page.text_of("#redaction-options").await?;
        let known = page
            .browser
            .run(
                "return document.getElementById('second-model-state').textContent",
                Vec::new(),
            )
            .await?;
        ensure!(known.to_string().contains("CC"), "{known} {licence}");
        page.console_is_clean()
    })
}

#[test]
fn the_example_of_a_chat_sends_no_name() -> Result<()> {
    let copy = |site: &Site| {
        let to = site.www.join("chat");
        std::fs::create_dir_all(&to)?;
        for name in ["index.html", "chat.js"] {
            std::fs::copy(root().join("examples/chat").join(name), to.join(name))?;
        }
        Ok(())
    };
    Page::test_changed(copy, async |page, _| {
        page.browser
            .open(&format!("{}chat/index.html", page.server.url))
            .await?;
        page.click("button").await?;
        let text = "Dear **Ann Lee**, your order is late. (To ann.lee@example.com)";
        let came = format!("document.getElementById('answer').textContent === '{text}'");
        page.browser.until(&came).await?;
        let sent = page.text_of("#sent").await?;
        ensure!(
            sent == "Please write to [PERSON_1] ([EMAIL_1]) that her order is late.",
            "{sent}"
        );
        Ok(())
    })
}

#[test]
fn the_package_redacts_and_restores() -> Result<()> {
    Page::test(async |page| {
        page.browser
            .open(&format!("{}shared/tags.js", page.server.url))
            .await?;
        let script = r#"
            const nerite = await import(new URL('pkg/nerite.js', location.origin + '/'));
            const recognizer = await nerite.load('/bundles/all-MiniLM-L6-v2/', { workers: 1 });
            const text = TEXT + ' \ud83d\ude00 [PERSON_7] ann.lee@example.com';
            const redaction = await recognizer.redact(text);
            const wrong = [];
            if (/Ann|Maria|Bob|@/.test(redaction.text)) wrong.push(redaction.text);
            if (await redaction.restore(redaction.text) !== text) wrong.push('is not restored');
            for (const { start, end, redacted, placeholder } of redaction.hidden) {
                if (redaction.text.slice(...redacted) !== placeholder) wrong.push(placeholder);
                if (redaction.toRedacted(start) !== redacted[0] || redaction.toOriginal(redacted[1]) !== end) wrong.push(['offsets', placeholder]);
            }
            // In pieces, cut wherever it may be.
            const pieces = new ReadableStream({
                start(controller) {
                    for (const letter of redaction.text) controller.enqueue(letter);
                    controller.close();
                },
            });
            let streamed = '';
            const reader = pieces.pipeThrough(redaction.restorer()).getReader();
            for (let next = await reader.read(); !next.done; next = await reader.read()) streamed += next.value;
            if (streamed !== text) wrong.push(['streamed', streamed]);
            // A second text goes on, other options need no reading, and a table from elsewhere is checked.
            const next = await recognizer.redact('Ann Lee again', { table: redaction.table() });
            const { placeholder } = redaction.entries.find(({ forms }) => forms.includes('Ann Lee'));
            if (next.text !== `${placeholder} again`) wrong.push(next.text);
            const alone = await recognizer.redact(text, { heads: [] });
            if (!alone.text.includes('Ann Lee') || alone.text.includes('@')) wrong.push(alone.text);
            const kept = await redaction.again({ keep: ['ann lee'], style: 'remove' });
            if (!kept.text.includes('Ann Lee') || kept.text.includes('[EMAIL')) wrong.push(kept.text);
            const failure = (options) => recognizer.redact(text, options).then(() => 'none', ({ name, code }) => `${name} ${code}`);
            for (const options of [{ heads: ['?'] }, { types: ['?'] }, { style: '?' }, { table: '{}' }, { marks: [{ start: 3, end: 3, type: 'A' }] },
                { marks: [{ start: 0, end: 9999, type: 'A' }] }, { threshold: 2 }, { other: 1 }, { confirm: '?' }, { also: [recognizer] }]) {
                const found = await failure(options);
                if (found !== 'NeriteError input') wrong.push([JSON.stringify(Object.keys(options)), found]);
            }
            const stop = new AbortController();
            stop.abort();
            if (await failure({ signal: stop.signal }) === 'none') wrong.push('abort');
            return wrong;"#;
        let script = script.replace("TEXT", &serde_json::to_string(TEXT)?);
        let wrong = page.browser.run_async(&script).await?;
        ensure!(wrong == Value::Array(Vec::new()), "{wrong:#}");
        Ok(())
    })
}
