//! The package as another page would use it: its public interface only.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::browser::{Browser, Wishes};
use crate::site::{Server, Site};
use crate::turns::in_every_browser;

/// What every script begins with: the package, and the default bundle loaded.
pub(crate) const BEGIN: &str = "
    const nerite = await import(new URL('pkg/nerite.js', location.origin + '/'));
    const bundle = '/bundles/all-MiniLM-L6-v2/';
    const failure = (promise) => promise.then(() => 'no failure', (error) => `${error.code ?? error.name}: ${error.message}`);
";

/// Runs the body of an async function in a page of the site that loads nothing.
pub(crate) async fn run(browser: &Browser, url: &str, script: &str) -> Result<Value> {
    browser.open(&format!("{url}shared/tags.js")).await?;
    browser.run_async(&format!("{BEGIN} {script}")).await
}

/// Runs a test in every browser.
pub(crate) fn in_browser(test: impl AsyncFn(&Browser) -> Result<()>) -> Result<()> {
    in_every_browser(async |kind| {
        let browser = Browser::start(kind, Wishes::default()).await?;
        test(&browser).await
    })
}

#[test]
fn offsets_parts_and_heads_are_right_for_any_text() -> Result<()> {
    in_browser(async |browser| {
        let server = Server::start(&Site::built()?)?;
        let found = run(
            browser,
            &server.url,
            r#"
            const recognizer = await nerite.load(bundle, { workers: 2 });
            const sentence = 'Barack Obama visited Paris on Monday, and Angela Merkel \ud83d\ude00 stayed in Germany.';
            const texts = [
                '', ' \n\t', sentence, '\ud83d\udc69\u200d\ud83d\udcbb met e\u0301mile in Pari\u0301s\u0327.',
                '\u0642\u0627\u0644 \u0628\u0627\u0631\u0627\u0643 \u0623\u0648\u0628\u0627\u0645\u0627 \u0641\u064a \u0628\u0627\u0631\u064a\u0633. \u05e9\u05dc\u05d5\u05dd London.',
                '\ud800 lone \udc00 halves in London \ud83d', 'a\u0000b \u0085 \ufeff \u200b U.S. officials\r\n\r\n"said" so...',
                'x'.repeat(30_000), '. '.repeat(3_000), 'Paris '.repeat(2_000),
            ];
            const wrong = [];
            for (const text of texts) {
                const { words, entities, tags } = await recognizer.predict(text);
                let at = 0;
                for (const { start, end, tag, score, probabilities } of words) {
                    if (!/^[\s\u0085\p{C}\p{Mn}]*$/u.test(text.slice(at, start)) || end <= start) wrong.push(['gap', text.slice(0, 80), at, start, end]);
                    if (probabilities.length !== tags.length || probabilities[tags.indexOf(tag)] !== score) wrong.push(['score', text.slice(0, 80)]);
                    if (Math.abs(probabilities.reduce((a, b) => a + b, 0) - 1) > 1e-4) wrong.push(['sum', text.slice(0, 80)]);
                    at = end;
                }
                if (!/^[\s\u0085\p{C}\p{Mn}]*$/u.test(text.slice(at))) wrong.push(['rest', text.slice(0, 80), at]);
                for (const { start, end, text: own, words: [from, to] } of entities) {
                    if (text.slice(start, end) !== own || words[from].start !== start || words[to - 1].end !== end) wrong.push(['entity', own]);
                }
            }
            // A long text: parts make up the whole, and both workers work.
            const long = Array.from({ length: 300 }, (_, i) => `${i}. ${sentence}`).join('\n');
            const middle = long.indexOf('\n150. ');
            const parts = [];
            let progress;
            const whole = await recognizer.predict(long, {
                visible: [middle, middle + 100],
                onPart: (part) => parts.push(part),
                onProgress: (told) => { progress = told; },
            });
            parts.sort((a, b) => a.firstWord - b.firstWord);
            if (JSON.stringify(parts.flatMap((part) => part.entities)) !== JSON.stringify(whole.entities)) wrong.push('parts');
            if (progress.words !== whole.words.length || progress.total !== whole.words.length) wrong.push(['progress', progress]);
            if (recognizer.workers !== 2) wrong.push(['workers', recognizer.workers]);
            // A changed sentence is the only one that is read again.
            const edited = await recognizer.predict(long.replace('150. Barack', '150. Michelle'));
            const anew = edited.words.length - edited.reusedWords;
            if (anew === 0 || anew > 40) wrong.push(['edited', anew]);
            // Two heads at once are the same as one after the other.
            const both = await recognizer.predictAll(sentence, recognizer.heads.map(({ id }) => id));
            for (const one of both) {
                const alone = await recognizer.predict(sentence, { head: one.head });
                if (JSON.stringify(alone.entities) !== JSON.stringify(one.entities)) wrong.push(['head', one.head]);
            }
            const given = await recognizer.predictWords([['Barack', 'Obama', 'left', '.'], [], ['U.S.']]);
            if (JSON.stringify(given.tags[0]) !== '["B-PER","I-PER","O","O"]' || given.tags[2].length !== 1) wrong.push(['words', given]);
            // One word of two lines is not the two words.
            const lengths = [];
            for (const words of [['Barack\nObama'], ['Barack', 'Obama']]) lengths.push((await recognizer.predictWords([words])).tags[0].length);
            if (lengths.join() !== '1,2') wrong.push(['lines', lengths]);
            // The visible part comes first: told of one worker, as two may be done in any order.
            const single = await nerite.load(bundle, { workers: 1 });
            const inTurn = [];
            await single.predict(long, { visible: [middle, middle + 100], onPart: (part) => inTurn.push(part) });
            const [{ words: first }] = inTurn;
            if (inTurn.length < 2 || first[0].start >= middle + 100 || first.at(-1).end <= middle) wrong.push(['first', first[0].start, middle]);
            return wrong;"#,
        )
        .await?;
        assert_eq!(found, Value::Array(Vec::new()), "{found:#}");
        Ok(())
    })
}

#[test]
fn a_bundle_opens_from_its_zip_file() -> Result<()> {
    in_browser(async |browser| {
        let server = Server::start(&Site::built()?)?;
        let found = run(
            browser,
            &server.url,
            r#"
            const text = 'Barack Obama visited Paris.';
            const recognizer = await nerite.load(bundle, { workers: 1 });
            const archive = new File([await recognizer.archive('linear')], 'bundle.zip');
            const expected = await recognizer.predict(text, { head: 'linear' });
            recognizer.free();
            const again = await nerite.load(archive, { workers: 1 });
            const found = await again.predict(text);
            const { bytes, files } = await nerite.inspect(archive);
            const same = JSON.stringify(found.entities) === JSON.stringify(expected.entities);
            return [
                found.head, same, bytes === again.bytes, files.length > 2,
                await failure(nerite.load(archive.slice(0, 1000))),
                await failure(nerite.load(new Blob(['no archive']))),
            ];"#,
        )
        .await?;
        let damaged =
            "bundle: the zip file is damaged or of a form that is not read: it has no directory";
        assert_eq!(
            found,
            serde_json::json!(["linear", true, true, true, damaged, damaged])
        );
        Ok(())
    })
}

#[test]
fn requests_that_cannot_be_met_say_why() -> Result<()> {
    in_browser(async |browser| {
        let server = Server::start(&Site::built()?)?;
        let found = run(
            browser,
            &server.url,
            r#"
            const recognizer = await nerite.load(bundle, { workers: 1 });
            const stop = new AbortController();
            const long = 'Barack Obama visited Paris on Monday. '.repeat(2000).replace(/Obama/g, () => Math.random());
            setTimeout(() => stop.abort(), 200);
            const found = [
                await failure(recognizer.predict('x', { head: 'none' })),
                await failure(recognizer.predict('x', { decoder: 'luck' })),
                await failure(recognizer.predictAll('x', ['best', 'linear'], { decoder: 'luck' })),
                await failure(recognizer.predict('x', { aggregation: 'luck' })),
                await failure(recognizer.predict(5)),
                await failure(recognizer.predictWords('Paris')),
                await failure(recognizer.predict(long, { signal: stop.signal })),
                await failure(recognizer.predict('x', { signal: AbortSignal.abort() })),
                await failure(nerite.load('/bundles/none')),
                await failure(nerite.load(bundle, { workers: -1 })),
                await failure(nerite.load(null)),
                await failure(nerite.load('http://[')),
                await failure(nerite.load(bundle, null)),
                await failure(nerite.inspect(bundle, { signal: {} })),
                await failure(recognizer.predict('x', null)),
                await failure(recognizer.predict('x', { visible: 5 })),
                await failure(recognizer.predictAll('x', ['best'], { onPart: 5 })),
                await failure(nerite.load(bundle, { signal: AbortSignal.abort() })),
                await failure(nerite.load([new File(['{}'], 'readme.txt')])),
                await failure(nerite.load([new File(['{}'], 'manifest.json')])),
                await failure(nerite.load(bundle, { worker: 1, wokers: 2 })),
                await failure(recognizer.predict('x', { hed: 'best' })),
                await failure(nerite.load('package:none')),
                await failure(nerite.load('hub:none')),
                await failure(nerite.load([new File(['<!doctype html><p>Not found'], 'manifest.json')])),
                await failure(recognizer.predict('Paris.', { onPart: () => { throw new TypeError('mine'); } })),
                await failure((async () => new nerite.Recognizer())()),
            ];
            // A worker that ends in the middle of a question: the next one is answered by a fresh worker.
            const post = Worker.prototype.postMessage;
            Worker.prototype.postMessage = function (message) {
                post.call(this, message.task === 'predict' ? { ...message, text: undefined } : message);
            };
            found.push(await failure(recognizer.predict('Paris is a city.')));
            Worker.prototype.postMessage = post;
            found.push((await recognizer.predict('Paris is a city.')).entities[0]?.text);
            recognizer.free();
            found.push(await failure(recognizer.predict('x')));
            found.push(await failure(recognizer.grow()));
            // On this thread, where a service worker has no other.
            const alone = await nerite.load(bundle, { workers: 0 });
            found.push([alone.workers, (await alone.predict('Paris is a city.')).entities[0]?.text].join());
            alone[Symbol.dispose ?? Symbol.for('Symbol.dispose')]();
            found.push(await failure(alone.predict('x')));
            return found;"#,
        )
        .await?;
        let found = found.as_array().context("a list")?;
        let expected = [
            "input: found the head \"none\", expected one of",
            "input: found the decoder \"luck\", expected one of",
            "input: found the decoder \"luck\", expected one of",
            "input: found the aggregation \"luck\", expected one of average, first, max",
            "input: found a text of type number, expected a string",
            "input: expected a list of sentences, each a list of words",
            "AbortError",
            "AbortError",
            "network: manifest.json: found HTTP status 404",
            "input: options.workers: found another kind of value, expected a whole number from 0 to 64",
            "input: found neither an address nor files",
            "input: found \"http://[\", expected an address",
            "input: found null for options, expected an object",
            "input: options.signal: found another kind of value, expected an AbortSignal",
            "input: found null for options, expected an object",
            "input: options.visible: found another kind of value, expected two offsets",
            "input: options.onPart: found another kind of value, expected a function",
            "AbortError",
            "bundle: found no manifest.json",
            "bundle: manifest.json: missing field",
            "input: options.worker: found another kind of value, expected a function",
            "input: options.hed: there is no such option; expected head, decoder,",
            "input: package:none: no import map of this page names none/",
            "input: found \"hub:none\", expected hub:OWNER/NAME@REVISION",
            "bundle: manifest.json: found an HTML page in its place",
            "TypeError: mine",
            "input: a Recognizer is made by load()",
            "crash: ",
            "Paris",
            "freed: ",
            "freed: ",
            "1,Paris",
            "freed: ",
        ];
        ensure!(found.len() == expected.len(), "{found:#?}");
        for (found, expected) in found.iter().zip(expected) {
            let found = found.as_str().unwrap_or_default();
            let fine = found.contains(expected) || found.starts_with(&format!("20: {expected}"));
            ensure!(
                fine || expected == "AbortError" && found.contains("abort"),
                "found {found}, expected {expected}"
            );
        }
        Ok(())
    })
}
