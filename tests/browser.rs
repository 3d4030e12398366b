//! Headless Chromium and Firefox, driven through WebDriver.

use std::net::SocketAddr;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use fantoccini::elements::Element;
use fantoccini::wd::WindowHandle;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use crate::TIMEOUT;
use crate::driver::{Driver, exchange};
use crate::idle;

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
/// machine too, and neither looks for a network nor for news of its maker by
/// itself (for the latter it also wants to be told so by [`crate::driver`]).
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
    pub(crate) fn driver(self) -> Result<PathBuf> {
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
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Wishes {
    /// It prefers a dark scheme.
    pub(crate) dark: bool,
    /// All that it asks for goes to this proxy.
    pub(crate) proxy: Option<SocketAddr>,
}

/// A browser for a test, with one tab: a new one, or one that another has left.
pub(crate) struct Browser {
    /// `None` in `drop` alone.
    session: Option<Session>,
    wishes: Wishes,
}

impl Browser {
    /// Starts a browser of a kind, if none is idle.
    pub(crate) async fn start(kind: Kind, wishes: Wishes) -> Result<Self> {
        let mut session = None;
        if wishes == Wishes::default() {
            while session.is_none()
                && let Some(mut idle) = idle::take(kind)
            {
                session = idle.renew().await.is_ok().then_some(idle);
            }
        }
        let session = match session {
            Some(session) => session,
            None => Session::start(kind, wishes).await?,
        };
        Ok(Self {
            session: Some(session),
            wishes,
        })
    }
}

impl Deref for Browser {
    type Target = Session;

    fn deref(&self) -> &Session {
        self.session.as_ref().expect("it is not dropped")
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let usual = self.wishes == Wishes::default() && !std::thread::panicking();
        if let Some(session) = self.session.take().filter(|_| usual) {
            idle::leave(session);
        }
    }
}

/// Clients' connections outlive the test that starts them.
static CONNECTIONS: LazyLock<Runtime> = LazyLock::new(|| {
    let runtime = Builder::new_multi_thread().enable_all().build();
    runtime.expect("threads for connections")
});

/// How often a browser is tried before the test fails.
const ATTEMPTS: usize = 3;

/// A running browser with a profile of its own.
pub(crate) struct Session {
    pub(crate) client: Client,
    pub(crate) kind: Kind,
    /// Those that it has served, or serves.
    pub(crate) tests: usize,
    window: WindowHandle,
    /// Of the window at the start.
    size: (u32, u32),
    // In this order: the browser ends before its profile goes.
    driver: Driver,
    _profile: TempDir,
}

impl Session {
    /// Starts a browser of a kind, again where that fails: drivers look for free
    /// ports one way and take them another, so that now and then somebody else
    /// has one in between.
    async fn start(kind: Kind, wishes: Wishes) -> Result<Self> {
        for _ in 1..ATTEMPTS {
            match Self::attempt(kind, wishes).await {
                Ok(session) => return Ok(session),
                Err(error) => eprintln!("{kind:?} does not start, once more: {error:#}"),
            }
        }
        Self::attempt(kind, wishes).await
    }

    async fn attempt(kind: Kind, wishes: Wishes) -> Result<Self> {
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
        capabilities["timeouts"] = json!({ "script": TIMEOUT.as_millis() as u64 });
        if let Some(proxy) = wishes.proxy {
            let proxy = proxy.to_string();
            capabilities["proxy"] =
                json!({ "proxyType": "manual", "httpProxy": proxy, "sslProxy": proxy });
        }

        let mut driver = Driver::start(kind)?;
        let capabilities = capabilities.as_object().cloned().unwrap_or_default();
        let address = format!("http://127.0.0.1:{}", driver.port);
        let connecting = CONNECTIONS.spawn(async move {
            let mut client = ClientBuilder::new(HttpConnector::new());
            client.capabilities(capabilities).connect(&address).await
        });
        let client = connecting.await?;
        let client = client.with_context(|| format!("the driver cannot start {kind:?}"))?;
        driver.session = client.session_id().await?.context("no session")?;
        let window = client.window().await?;
        let (width, height) = client.get_window_size().await?;
        Ok(Self {
            client,
            kind,
            tests: 1,
            window,
            size: (u32::try_from(width)?, u32::try_from(height)?),
            driver,
            _profile: profile,
        })
    }

    /// Makes the first window for another test what it was at the start.
    async fn renew(&mut self) -> Result<()> {
        self.tests += 1;
        // Where there is no dialog, that is an error.
        let _ = self.client.dismiss_alert().await;
        // A window that is opened later does not have the keyboard's focus.
        let first = self.window.clone();
        for window in self.client.windows().await? {
            if window != first {
                self.client.switch_to_window(window).await?;
                self.client.close_window().await?;
            }
        }
        self.client.switch_to_window(first).await?;
        let (width, height) = self.size;
        self.client.set_window_size(width, height).await?;
        self.open("about:blank").await?;
        self.console()?;
        Ok(())
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
    preferences["services.settings.server"] = "data:,#none/v1".into();
    if wishes.dark {
        preferences["layout.css.prefers-color-scheme.content-override"] = 0.into();
    }
    preferences
}
