//! The published site, in real browsers, as a static host would serve it: from
//! a subfolder, with no header but a file's type.

use anyhow::{Context, Result, ensure};
use axum::Router;
use axum::extract::Request;
use axum::middleware::{self, Next};
use serde_json::Value;
use std::sync::{Arc, Mutex};
use tower_http::services::ServeDir;

use crate::browser::{Browser, Wishes};
use crate::site::{Site, is_new_port, nerite};
use crate::turns::in_every_browser;

/// The subfolder, with what a careless link would trip over.
const PREFIX: &str = "/some/where else";

#[test]
fn works_in_a_subfolder_of_a_static_host() -> Result<()> {
    let site = Site::built()?;
    let folder = tempfile::tempdir()?;
    let out = folder.path().join("site");
    let published = std::process::Command::new(nerite()?)
        .arg("publish")
        .arg(&out)
        .args(["--bundle", "all-MiniLM-L6-v2", "--www"])
        .arg(&site.www)
        .arg("--pkg")
        .arg(&site.pkg)
        .output()?;
    let said = String::from_utf8_lossy(&published.stderr).into_owned();
    ensure!(published.status.success(), "nerite publish: {said}");

    in_every_browser(async |kind| {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let note = asked.clone();
        let app = Router::new()
            .nest_service(&PREFIX.replace(' ', "%20"), ServeDir::new(&out))
            .layer(middleware::from_fn(move |request: Request, next: Next| {
                let note = note.clone();
                async move {
                    let path = request.uri().path().to_owned();
                    let response = next.run(request).await;
                    note.lock()
                        .unwrap()
                        .push((path, response.status().as_u16()));
                    response
                }
            }));
        let listener = loop {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
            if is_new_port(listener.local_addr()?.port()) {
                break listener;
            }
        };
        let url = format!(
            "http://{}{}/",
            listener.local_addr()?,
            PREFIX.replace(' ', "%20")
        );
        tokio::spawn(async { axum::serve(listener, app).await });

        let browser = Browser::start(kind, Wishes::default()).await?;
        // With the agreement to the download.
        browser.open(&format!("{url}?start")).await?;
        browser
            .until("document.querySelector('#result mark')")
            .await
            .with_context(|| format!("in {kind:?}: {:#?}", asked.lock().unwrap()))?;
        let text = browser
            .run(
                "return document.querySelector('#result mark').textContent",
                Vec::new(),
            )
            .await?;
        ensure!(
            matches!(text, Value::String(text) if !text.is_empty()),
            "no entity"
        );
        let asked = asked.lock().unwrap().clone();
        for (path, status) in &asked {
            // Browsers ask for an icon by themselves, at the root.
            let is_own = path == "/favicon.ico";
            ensure!(
                is_own || [200, 206, 304].contains(status),
                "{path}: {status}"
            );
        }
        let has = |part: &str| asked.iter().any(|(path, _)| path.contains(part));
        ensure!(has("/assets-") && has(".wasm"), "{asked:#?}");
        let console = browser.console()?;
        let errors: Vec<_> = console
            .iter()
            .filter(|(level, text)| level == "SEVERE" && !text.contains("favicon.ico"))
            .collect();
        ensure!(
            errors.is_empty(),
            "in {kind:?}, the console holds {errors:?}"
        );
        Ok(())
    })
}
