//! The policy that forbids the page whatever it does not need.

use crate::demo::Page;
use anyhow::{Context, Result};
use serde_json::{Value, json};

/// The headers of files, by file.
const HEADERS: &str = "
    const headers = {};
    for (const file of ['', 'app.js', 'pkg/nerite.js', 'pkg/wasm/plain/nerite_web_bg.wasm']) {
        const response = await fetch(new URL(file, document.baseURI));
        headers[file] = Object.fromEntries(response.headers);
    }
    return headers;";

/// Tries what the policy forbids; says what the browser refused, and what ran.
/// In a timer, since what a driver runs itself may go past the policy.
const INTRUDE: &str = "
    const refused = [];
    document.addEventListener('securitypolicyviolation', (event) => refused.push(event.effectiveDirective));
    window.ran = [];
    const element = (name, properties) => Object.assign(document.createElement(name), properties);
    document.body.append(element('script', { textContent: 'ran.push(\"inline script\")' }));
    document.body.append(element('script', { src: 'data:text/javascript,ran.push(\"script from data\")' }));
    document.body.append(element('script', { src: URL.createObjectURL(new Blob(['ran.push(\"script from a blob\")'])) }));
    const attributes = element('div', { innerHTML: '<img src=\"data:,\" onerror=\"ran.push(&quot;attribute&quot;)\">' });
    document.body.append(attributes);
    setTimeout('ran.push(\"text in a timer\")');
    // Of the page itself: Firefox's driver has a global object of its own, without a policy.
    const { Function } = window.wrappedJSObject ?? window;
    setTimeout(() => {
        try { new Function('ran.push(\"function from text\")')(); } catch (error) { refused.push(error.name); }
    });
    await fetch('http://127.0.0.1:9/?' + document.getElementById('text').value)
        .then(() => ran.push('request elsewhere'), () => {});
    await new Promise((resolve) => setTimeout(resolve, 100));
    return { refused, ran };";

#[test]
fn the_policy_holds() -> Result<()> {
    Page::test(async |page| {
        page.open().await?;
        page.console_is_clean()?;
        let headers = page.browser.run_async(HEADERS).await?;
        let files = headers.as_object().context("no headers")?;
        assert_eq!(files.len(), 4);
        let mut policies: Vec<&str> = Vec::new();
        for (file, headers) in files {
            let policy = headers["content-security-policy"].as_str();
            policies.push(policy.with_context(|| format!("{file}: no policy"))?);
            assert_eq!(headers["x-content-type-options"], "nosniff");
        }
        let meta =
            "return document.querySelector('meta[http-equiv=Content-Security-Policy]').content";
        let meta = page.browser.run(meta, Vec::new()).await?;
        policies.push(meta.as_str().context("no policy in the page")?);
        for policy in policies {
            let sources: Vec<_> = policy.split([' ', ';']).collect();
            assert!(policy.contains("default-src 'self';"), "{policy}");
            for source in [
                "'unsafe-eval'",
                "'unsafe-inline'",
                "*",
                "blob:",
                "http:",
                "https:",
            ] {
                assert!(!sources.contains(&source), "{source} in {policy}");
            }
        }
        assert_eq!(
            headers["pkg/wasm/plain/nerite_web_bg.wasm"]["content-type"],
            "application/wasm"
        );

        let tried = page.browser.run_async(INTRUDE).await?;
        assert_eq!(tried["ran"], json!([]));
        let refused = tried["refused"].as_array().context("no list")?;
        for directive in [
            "script-src-elem",
            "script-src-attr",
            "script-src",
            "connect-src",
            "EvalError",
        ] {
            assert!(
                refused.contains(&Value::from(directive)),
                "{directive}: {refused:?}"
            );
        }
        Ok(())
    })
}
