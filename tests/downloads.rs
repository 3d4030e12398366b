//! Downloads by the package: broken off, slow, kept, and what is not to be kept.

use crate::cut::{After, CutLine};
use crate::package::{in_browser, run};
use crate::site::{Server, Site};
use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// Where the second of two requests for the encoder begins.
fn requested_range(requests: &[String]) -> Result<u64> {
    let encoder = requests
        .iter()
        .filter(|head| head.contains("/encoder.safetensors"));
    let encoder: Vec<_> = encoder.collect();
    ensure!(encoder.len() == 2, "{requests:#?}");
    let range = encoder[1].to_lowercase();
    let start = range
        .split("range: bytes=")
        .nth(1)
        .context("no range was asked for")?;
    Ok(start.split('-').next().unwrap_or_default().parse()?)
}

#[test]
fn downloads_go_on_where_they_broke_off_and_are_kept() -> Result<()> {
    in_browser(async |browser| {
        let server = Server::start(&Site::built()?)?;
        let line = CutLine::start(&server.url, "/encoder.safetensors", 9 << 20, After::End)?;
        let script = r#"
            const asked = await nerite.inspect(bundle);
            const recognizer = await nerite.load(bundle);
            const { entities } = await recognizer.predict('Barack Obama visited Paris.');
            const after = await nerite.inspect(bundle);
            return [asked.bytes, asked.cachedBytes, after.cachedBytes, await nerite.cacheSize(), entities.map(({ text }) => text)];"#;
        let found = run(browser, &line.url, script).await?;
        let bytes = found[0].as_u64().context("a size")?;
        assert_eq!(found[1], 0);
        assert_eq!([&found[2], &found[3]], [&found[0], &found[0]]);
        assert_eq!(found[4], serde_json::json!(["Barack Obama", "Paris"]));
        let start = requested_range(&line.requests())?;
        assert!((1 << 20..bytes).contains(&start), "{start}");

        // Again: everything but the manifest comes from the cache.
        let before = line.requests().len();
        let found = run(browser, &line.url, script).await?;
        assert_eq!(found[1], found[0]);
        let later = line.requests()[before..].join("\n");
        assert!(!later.contains("safetensors"), "{later}");
        let cleared = run(
            browser,
            &line.url,
            "await nerite.clearCache(); return [await nerite.cacheSize(), (await nerite.inspect(bundle)).cachedBytes];",
        );
        assert_eq!(cleared.await?, serde_json::json!([0, 0]));
        Ok(())
    })
}

/// Also in the middle of a part.
#[test]
fn what_has_come_over_a_slow_line_is_kept() -> Result<()> {
    in_browser(async |browser| {
        let server = Server::start(&Site::built()?)?;
        let line = CutLine::start(&server.url, "/encoder.safetensors", 6 << 20, After::Trickle)?;
        let script = r#"
            const stop = new AbortController();
            const loading = failure(nerite.load(bundle, { signal: stop.signal }));
            let kept = 0;
            while (kept % (4 << 20) === 0) {
                await new Promise((resolve) => setTimeout(resolve, 100));
                ({ cachedBytes: kept } = await nerite.inspect(bundle));
            }
            stop.abort();
            await loading;
            const recognizer = await nerite.load(bundle);
            const { entities } = await recognizer.predict('Barack Obama visited Paris.');
            recognizer.free();
            const { bytes, cachedBytes } = await nerite.inspect(bundle);
            // The second time, each part is checked by itself.
            (await nerite.load(bundle)).free();
            return [kept, cachedBytes === bytes, entities.map(({ text }) => text)];"#;
        let found = run(browser, &line.url, script).await?;
        let kept = found[0].as_u64().context("a size")?;
        assert!(kept > 5 << 20, "{kept}");
        assert_eq!(found[1], true);
        assert_eq!(found[2], serde_json::json!(["Barack Obama", "Paris"]));
        let range = requested_range(&line.requests())?;
        assert!((5 << 20..=kept).contains(&range), "{range} of {kept}");
        Ok(())
    })
}

#[test]
fn what_is_not_what_the_manifest_says_is_refused_and_not_kept() -> Result<()> {
    in_browser(async |browser| {
        let site = Site::copy()?;
        let server = Server::start(&site)?;
        let encoder = site.bundle().join("encoder.safetensors");
        let size = std::fs::metadata(&encoder)?.len() as usize;
        let flip = |at: usize| move |bytes: &mut Vec<u8>| bytes[at] ^= 1;
        let load = "await nerite.clearCache();
            return [await failure(nerite.load(bundle)), (await nerite.inspect(bundle)).cachedBytes];";
        let repaired = r#"
            (await nerite.load(bundle)).free();
            for (const name of await caches.keys()) {
                const cache = await caches.open(name);
                const key = (await cache.keys()).find(({ url }) => url.includes('encoder.safetensors'));
                const bytes = new Uint8Array(await (await cache.match(key)).arrayBuffer());
                bytes[bytes.length >> 1] ^= 1;
                await cache.put(key, new Response(bytes, { headers: { 'Content-Length': bytes.length } }));
            }
            const recognizer = await nerite.load(bundle);
            return (await recognizer.predict('Paris is a city.')).entities.map(({ text }) => text);"#;
        let manifest = site.bundle().join("manifest.json");
        let mut parts = Value::Null;
        for has_parts in [true, false] {
            site.change(&manifest, |bytes| {
                // The browser hashes parts; of a manifest without them, the engine hashes the whole.
                let mut manifest: Value = serde_json::from_slice(bytes).expect("a manifest");
                let encoder = manifest["encoder"].as_object_mut().expect("an encoder");
                if !has_parts {
                    parts = encoder.remove("parts").expect("parts");
                }
                *bytes = manifest.to_string().into_bytes();
            })?;
            // In a weight, and where the damage leaves nothing that could be read as an encoder.
            for at in [size / 2, 8] {
                site.change(&encoder, flip(at))?;
                let found = run(browser, &server.url, load).await?;
                let message = found[0].as_str().unwrap_or_default();
                assert!(
                    message.starts_with("integrity: encoder.safetensors: found sha256"),
                    "{message}"
                );
                assert_eq!(found[1], 0);
                site.change(&encoder, flip(at))?;
            }
            // Repaired on the server, it loads; damaged in the cache, it is fetched again.
            let found = run(browser, &server.url, repaired).await?;
            assert_eq!(found, serde_json::json!(["Paris"]));
        }
        // Wrong about the parts only, the manifest costs time at the next visit, not another download.
        site.change(&manifest, |bytes| {
            let mut manifest: Value = serde_json::from_slice(bytes).expect("a manifest");
            manifest["encoder"]["parts"] = parts.take();
            let parts = manifest["encoder"]["parts"].as_array_mut().expect("parts");
            parts.reverse();
            *bytes = manifest.to_string().into_bytes();
        })?;
        let again = r#"
            await nerite.clearCache();
            (await nerite.load(bundle)).free();
            let [downloaded, last] = [0, 0];
            const onProgress = ({ loaded, cached }) => {
                if (!cached) downloaded += Math.max(0, loaded - last);
                last = loaded;
            };
            const recognizer = await nerite.load(bundle, { onProgress });
            return [downloaded, (await recognizer.predict('Paris is a city.')).entities.map(({ text }) => text)];"#;
        let found = run(browser, &server.url, again).await?;
        assert_eq!(found, serde_json::json!([0, ["Paris"]]));
        // Another sha256 in the manifest, and it is not that of the file.
        site.change(&manifest, |bytes| {
            let mut manifest: Value = serde_json::from_slice(bytes).expect("a manifest");
            manifest["encoder"]["sha256"] = "0".repeat(64).into();
            *bytes = manifest.to_string().into_bytes();
        })?;
        let found = run(browser, &server.url, load).await?;
        let message = found[0].as_str().unwrap_or_default();
        assert!(
            message.starts_with("integrity: encoder.safetensors: found sha256"),
            "{message}"
        );
        Ok(())
    })
}
