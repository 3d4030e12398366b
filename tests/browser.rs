//! A headless Chromium, driven through WebDriver.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::TIMEOUT;
use crate::process::Process;

/// Nothing that Chromium does by itself, so that only the page speaks.
const ARGUMENTS: [&str; 8] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// Where Debian has the driver, which is not in every PATH.
const USUAL_DRIVER: &str = "/usr/bin/chromedriver";

/// How often a condition is looked at.
const PERIOD: Duration = Duration::from_millis(20);

/// One browser with one tab and a profile of its own.
pub(crate) struct Browser {
    pub(crate) client: Client,
    session: String,
    // In this order: the browser ends before its profile goes.
    driver: Driver,
    _profile: TempDir,
}

impl Browser {
    /// Starts a browser with arguments besides the usual ones.
    pub(crate) async fn start(arguments: &[String]) -> Result<Self> {
        let profile = tempfile::tempdir()?;
        let driver = Driver::start()?;
        let mut all: Vec<String> = ARGUMENTS.map(str::to_owned).into();
        all.push(format!("--user-data-dir={}", profile.path().display()));
        all.extend_from_slice(arguments);
        let capabilities = json!({
            "goog:chromeOptions": { "args": all },
            "goog:loggingPrefs": { "browser": "ALL" },
            // A dialog stays, so that a test can see it.
            "unhandledPromptBehavior": "ignore",
        });
        let capabilities = capabilities.as_object().cloned().unwrap_or_default();
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{}", driver.port))
            .await
            .context("chromedriver cannot start Chromium")?;
        let session = client.session_id().await?.context("no session")?;
        Ok(Self {
            client,
            session,
            driver,
            _profile: profile,
        })
    }

    /// Goes to an address.
    pub(crate) async fn open(&self, url: &str) -> Result<()> {
        let opened = self.client.goto(url).await;
        opened.with_context(|| format!("cannot open {url}"))
    }

    /// The value that a function's body returns.
    pub(crate) async fn run(&self, script: &str, arguments: Vec<Value>) -> Result<Value> {
        let value = self.client.execute(script, arguments).await;
        value.with_context(|| format!("cannot run {script}"))
    }

    /// The value that the promise of an async function's body comes to.
    pub(crate) async fn run_async(&self, script: &str) -> Result<Value> {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             (async () => {{ {script} }})().then(done, (error) => done({{ error: String(error) }}));"
        );
        let value = self.client.execute_async(&script, Vec::new()).await?;
        ensure!(value.get("error").is_none(), "{script}: {}", value["error"]);
        Ok(value)
    }

    /// Waits until an expression is true.
    pub(crate) async fn until(&self, condition: &str) -> Result<()> {
        self.until_within(TIMEOUT, condition).await
    }

    /// The same, for what may take another time.
    pub(crate) async fn until_within(&self, timeout: Duration, condition: &str) -> Result<()> {
        let script = format!("return Boolean({condition})");
        let end = Instant::now() + timeout;
        while self.run(&script, Vec::new()).await? != true {
            if Instant::now() > end {
                let page = "return document.body?.innerText.toWellFormed().slice(0, 2000)";
                let page = self.run(page, Vec::new()).await?;
                bail!(
                    "waited {timeout:?} in vain for: {condition}\nThe page: {}",
                    page.as_str().unwrap_or_default()
                );
            }
            tokio::time::sleep(PERIOD).await;
        }
        Ok(())
    }

    /// The first element that a CSS selector finds.
    pub(crate) async fn find(&self, selector: &str) -> Result<Element> {
        let element = self.client.find(Locator::Css(selector)).await;
        element.with_context(|| format!("found no {selector}"))
    }

    /// What the console has got since the last call: level and message.
    pub(crate) fn console(&self) -> Result<Vec<(String, String)>> {
        let path = format!("/session/{}/se/log", self.session);
        let answer = exchange(self.driver.port, "POST", &path, r#"{"type":"browser"}"#)?;
        let answer: Value = serde_json::from_str(&answer)?;
        let entries = answer["value"].as_array().context("no log")?;
        let field = |entry: &Value, name: &str| entry[name].as_str().unwrap_or_default().to_owned();
        Ok(entries
            .iter()
            .map(|entry| (field(entry, "level"), field(entry, "message")))
            .collect())
    }
}

/// A chromedriver.
struct Driver {
    port: u16,
    process: Process,
}

impl Driver {
    fn start() -> Result<Self> {
        let program = match std::env::var_os("CHROMEDRIVER") {
            Some(path) => path,
            None if Path::new(USUAL_DRIVER).exists() => USUAL_DRIVER.into(),
            None => "chromedriver".into(),
        };
        let process = Process::start(Command::new(program).arg("--port=0")).context(
            "the page is tested in Chromium: scripts/test installs it with its driver; \
             CHROMEDRIVER names a driver elsewhere",
        )?;
        let port = process.wait_for(TIMEOUT, |line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            port.trim_end_matches('.').parse().ok()
        })?;
        Ok(Self { port, process })
    }
}

impl Drop for Driver {
    /// A driver that is killed would leave its browsers behind; one that shuts
    /// down ends them first.
    fn drop(&mut self) {
        if exchange(self.port, "GET", "/shutdown", "").is_ok() {
            self.process.wait(Duration::from_secs(10));
        }
    }
}

/// The body of a driver's answer. For what Fantoccini has no command for, and
/// for where nothing can be awaited.
fn exchange(port: u16, method: &str, path: &str, body: &str) -> Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = BufReader::new(stream);
    let mut line = String::new();
    answer.read_line(&mut line)?;
    ensure!(line.contains(" 200 "), "{method} {path}: {line}");
    let mut length = 0;
    while !line.trim().is_empty() {
        line.clear();
        answer.read_line(&mut line)?;
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse()?;
        }
    }
    let mut body = vec![0; length];
    answer.read_exact(&mut body)?;
    Ok(String::from_utf8(body)?)
}
