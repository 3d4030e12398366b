//! Headless Chromium and Firefox, driven through WebDriver.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
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

/// Firefox says on its output what the console gets, asks a proxy for this
/// machine too, and does not look for a network by itself.
const PREFERENCES: [(&str, bool); 5] = [
    ("browser.dom.window.dump.enabled", true),
    ("devtools.console.stdout.content", true),
    ("network.proxy.allow_hijacking_localhost", true),
    ("network.captive-portal-service.enabled", false),
    ("network.connectivity-service.enabled", false),
];

/// Where Debian has Firefox.
const FIREFOX: [&str; 2] = ["/usr/bin/firefox-esr", "/usr/bin/firefox"];

/// How often a condition is looked at.
const PERIOD: Duration = Duration::from_millis(20);

/// A browser that the page is tested in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Chromium,
    Firefox,
}

impl Kind {
    /// The browsers that `NERITE_BROWSERS` names (`chromium firefox`), else
    /// Chromium, and Firefox where it is installed with its driver.
    pub(crate) fn all() -> Result<Vec<Self>> {
        if let Ok(names) = std::env::var("NERITE_BROWSERS") {
            let kind = |name: &str| match name {
                "chromium" => Ok(Self::Chromium),
                "firefox" => Ok(Self::Firefox),
                _ => bail!("NERITE_BROWSERS: found {name:?}, expected chromium or firefox"),
            };
            return names.split_whitespace().map(kind).collect();
        }
        let has_firefox = firefox().is_ok() && Self::Firefox.driver().is_ok();
        if !has_firefox {
            eprintln!("Firefox or geckodriver is missing: tested in Chromium only.");
        }
        Ok([Self::Chromium, Self::Firefox][..1 + usize::from(has_firefox)].to_vec())
    }

    /// The driver: where an environment variable says, where Debian or
    /// `scripts/tools` puts it, or in the path.
    fn driver(self) -> Result<PathBuf> {
        let (variable, name) = match self {
            Self::Chromium => ("CHROMEDRIVER", "chromedriver"),
            Self::Firefox => ("GECKODRIVER", "geckodriver"),
        };
        let named = std::env::var_os(variable).map(PathBuf::from);
        let own = crate::site::root().join("target/tools/bin").join(name);
        let paths = std::env::var_os("PATH").unwrap_or_default();
        let in_path = std::env::split_paths(&paths).map(|folder| folder.join(name));
        let usual = [Path::new("/usr/bin").join(name), own];
        let mut places = named.into_iter().chain(usual).chain(in_path);
        places.find(|path| path.is_file()).with_context(|| {
            format!(
                "found no {name}: scripts/test installs it; {variable} names one that is elsewhere"
            )
        })
    }
}

fn firefox() -> Result<PathBuf> {
    let named = std::env::var_os("FIREFOX").map(PathBuf::from);
    let mut places = named.into_iter().chain(FIREFOX.map(PathBuf::from));
    places
        .find(|path| path.is_file())
        .context("found no Firefox: scripts/test installs it; FIREFOX names one that is elsewhere")
}

/// What a browser is to be besides the usual.
#[derive(Clone, Copy, Default)]
pub(crate) struct Wishes {
    /// It prefers a dark scheme.
    pub(crate) dark: bool,
    /// All that it asks for goes to this proxy.
    pub(crate) proxy: Option<SocketAddr>,
}

/// One browser with one tab and a profile of its own.
pub(crate) struct Browser {
    pub(crate) client: Client,
    pub(crate) kind: Kind,
    // In this order: the browser ends before its profile goes.
    driver: Driver,
    _profile: TempDir,
}

impl Browser {
    /// Starts a browser of a kind.
    pub(crate) async fn start(kind: Kind, wishes: Wishes) -> Result<Self> {
        // Firefox's driver makes its profile itself.
        let profile = tempfile::tempdir()?;
        let mut capabilities = match kind {
            Kind::Chromium => json!({
                "goog:chromeOptions": { "args": arguments(&profile, wishes) },
                "goog:loggingPrefs": { "browser": "ALL" },
            }),
            Kind::Firefox => json!({
                "moz:firefoxOptions": {
                    "args": ["-headless"],
                    "binary": firefox()?,
                    "prefs": preferences(wishes),
                },
            }),
        };
        // A dialog stays, so that a test can see it.
        capabilities["unhandledPromptBehavior"] = "ignore".into();
        if let Some(proxy) = wishes.proxy {
            let proxy = proxy.to_string();
            capabilities["proxy"] =
                json!({ "proxyType": "manual", "httpProxy": proxy, "sslProxy": proxy });
        }

        let mut driver = Driver::start(kind)?;
        let capabilities = capabilities.as_object().cloned().unwrap_or_default();
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{}", driver.port))
            .await
            .with_context(|| format!("the driver cannot start {kind:?}"))?;
        driver.session = client.session_id().await?.context("no session")?;
        Ok(Self {
            client,
            kind,
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

    /// What the console has got since the last call: level and message. Of
    /// Firefox, errors only.
    pub(crate) fn console(&self) -> Result<Vec<(String, String)>> {
        if self.kind == Kind::Firefox {
            // Its own scripts have errors too: theirs come from resources, and
            // begin with a name, not with a value.
            let starts = [
                "JavaScript error: http",
                "console.error: \"",
                "console.error: (",
            ];
            let is_error = |line: &String| {
                starts.iter().any(|start| line.starts_with(start))
                    && !line.contains("\"resource://")
            };
            let errors = self.driver.process.lines().into_iter().filter(is_error);
            return Ok(errors.map(|line| ("SEVERE".to_owned(), line)).collect());
        }
        let path = format!("/session/{}/se/log", self.driver.session);
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

/// Chromium's arguments.
fn arguments(profile: &TempDir, wishes: Wishes) -> Vec<String> {
    let mut arguments: Vec<String> = ARGUMENTS.map(str::to_owned).into();
    arguments.push(format!("--user-data-dir={}", profile.path().display()));
    if wishes.dark {
        arguments.push("--blink-settings=preferredColorScheme=0".into());
    }
    if wishes.proxy.is_some() {
        // Else requests to this machine would go past the proxy.
        arguments.push("--proxy-bypass-list=<-loopback>".into());
    }
    arguments
}

/// Firefox's preferences.
fn preferences(wishes: Wishes) -> Value {
    let mut preferences = Value::from_iter(PREFERENCES);
    if wishes.dark {
        preferences["layout.css.prefers-color-scheme.content-override"] = 0.into();
    }
    preferences
}

/// A chromedriver or geckodriver.
struct Driver {
    kind: Kind,
    port: u16,
    /// Empty until there is one.
    session: String,
    process: Process,
}

impl Driver {
    fn start(kind: Kind) -> Result<Self> {
        let mut command = Command::new(kind.driver()?);
        match kind {
            Kind::Chromium => command.arg("--port=0"),
            Kind::Firefox => command.args(["--port", "0", "--websocket-port", "0"]),
        };
        let process = match kind {
            Kind::Chromium => Process::start(&mut command)?,
            // What its pages' scripts throw goes to standard error.
            Kind::Firefox => Process::start_with_errors(&mut command)?,
        };
        let port = process.wait_for(TIMEOUT, |line| {
            let (_, port) = match kind {
                Kind::Chromium => line.split_once("started successfully on port ")?,
                Kind::Firefox => line.split_once("Listening on 127.0.0.1:")?,
            };
            port.trim_end_matches('.').parse().ok()
        })?;
        Ok(Self {
            kind,
            port,
            session: String::new(),
            process,
        })
    }
}

impl Drop for Driver {
    /// A driver that is killed would leave its browsers behind; one that shuts
    /// down, or ends its session, ends them first.
    fn drop(&mut self) {
        match self.kind {
            Kind::Chromium => {
                if exchange(self.port, "GET", "/shutdown", "").is_ok() {
                    self.process.wait(Duration::from_secs(10));
                }
            }
            Kind::Firefox => {
                let session = format!("/session/{}", self.session);
                let _ = exchange(self.port, "DELETE", &session, "");
            }
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
