//! Downloads over HTTP: proxies and certificates of the environment, limits of
//! time and size, redirects looked at one by one, and another try where a
//! server asks for one.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, bail, ensure};
use reqwest::header::{AUTHORIZATION, CONTENT_RANGE, HeaderMap, HeaderName, RANGE, RETRY_AFTER};
use reqwest::{Certificate, Client, Response, StatusCode, Url};
use tokio::runtime::Runtime;

/// A connection has to stand within this time.
const CONNECT_TIME: Duration = Duration::from_secs(10);
/// An answer has to begin, and to go on, within this time where the
/// environment names no other.
pub(crate) const READ_TIME: Duration = Duration::from_secs(10);
/// A download of fewer bytes a second, after the first minute, is given up.
const SLOWEST: u64 = 1024;
const FIRST_MINUTE: Duration = Duration::from_secs(60);
/// Requests that a busy server is asked again.
const TRIES: u32 = 5;
/// A server that asks to wait longer than that is not waited for.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// Redirects on the way to one file.
const MAX_REDIRECTS: usize = 10;

/// Why nothing came, where the fault is the server's or the line's.
#[derive(Debug, thiserror::Error)]
#[error("{text}")]
pub(crate) struct Failure {
    /// The status that the server answered with, if it answered.
    pub(crate) status: Option<StatusCode>,
    pub(crate) text: String,
}

impl Failure {
    fn line(url: &Url, error: &dyn std::error::Error) -> Self {
        // The innermost says what happened: "Connection refused".
        let mut innermost = error;
        while let Some(source) = innermost.source() {
            innermost = source;
        }
        Self {
            status: None,
            text: format!("{}: {innermost}", shown(url)),
        }
    }

    fn timeout(url: &Url, time: Duration) -> Self {
        Self {
            status: None,
            text: format!("{}: no answer within {} s", shown(url), time.as_secs()),
        }
    }

    /// Whether the same request may go well later, or elsewhere.
    pub(crate) fn is_temporary(&self) -> bool {
        self.status
            .is_none_or(|status| is_busy(status) || status.is_server_error())
    }
}

/// The failure that an error is about, if it is about one.
pub(crate) fn failure(error: &anyhow::Error) -> Option<&Failure> {
    error.chain().find_map(|cause| cause.downcast_ref())
}

/// An address as people may read it: without a password, and without a query,
/// in which a store has its signatures.
pub(crate) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    url.set_username("").ok();
    url.set_password(None).ok();
    url.set_query(None);
    url.into()
}

/// What to send along.
#[derive(Default)]
pub(crate) struct Headers<'a> {
    /// For the first host only: no other one is told a token.
    pub(crate) token: Option<&'a str>,
    pub(crate) others: Vec<(HeaderName, String)>,
}

/// A client with the environment's proxies.
pub(crate) struct Http {
    runtime: Runtime,
    client: Client,
    read_time: Duration,
    /// How long a download may be slower than [`SLOWEST`].
    slow_time: Duration,
}

/// An answer whose body has not come yet.
pub(crate) struct Answer {
    /// Where it came from.
    pub(crate) url: Url,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    response: Response,
}

/// Told of what is waited for.
pub(crate) type OnNote<'a> = &'a dyn Fn(&str);

impl Http {
    /// A client that trusts the system's certificates and those of `bundles`,
    /// files in PEM.
    pub(crate) fn new(bundles: &[&Path], read_time: Duration) -> Result<Self> {
        let mut builder = Client::builder()
            .user_agent(concat!("nerite/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIME)
            .read_timeout(read_time);
        // As curl and Python's requests have it; the client knows names only.
        let no_proxy = std::env::var("NO_PROXY").or_else(|_| std::env::var("no_proxy"));
        if no_proxy.is_ok_and(|list| list.split(',').any(|entry| entry.trim() == "*")) {
            builder = builder.no_proxy();
        }
        for path in bundles {
            let pem = nerite_files::read_bounded(path, 64 << 20)?;
            let all = Certificate::from_pem_bundle(&pem)
                .with_context(|| format!("{}: found no certificates in PEM", path.display()))?;
            for certificate in all {
                builder = builder.add_root_certificate(certificate);
            }
        }
        Ok(Self {
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?,
            client: builder.build()?,
            read_time,
            slow_time: FIRST_MINUTE,
        })
    }

    /// Asks for `url` and goes where it is sent. `on_hop` sees every answer on
    /// the way, as long as the first host gives them. A busy server is asked
    /// again after the time that it names.
    pub(crate) fn get(
        &self,
        url: &Url,
        headers: &Headers<'_>,
        on_hop: &mut dyn FnMut(&HeaderMap),
        note: OnNote<'_>,
    ) -> Result<Answer> {
        let mut at = url.clone();
        for _ in 0..MAX_REDIRECTS {
            let is_first = at.origin() == url.origin();
            let token = headers.token.filter(|_| is_first);
            let answer = self.ask(&at, token, &headers.others, note)?;
            if is_first {
                on_hop(&answer.headers);
            }
            let location = answer.headers.get(reqwest::header::LOCATION);
            let Some(location) = location.filter(|_| answer.status.is_redirection()) else {
                return Ok(answer);
            };
            let next = location.to_str().ok().and_then(|next| at.join(next).ok());
            let next =
                next.with_context(|| format!("{}: redirects to no valid address", shown(&at)))?;
            ensure!(
                next.scheme() == "https" || next.scheme() == "http" && at.scheme() == "http",
                "{}: redirects to {}, expected https",
                shown(&at),
                shown(&next)
            );
            at = next;
        }
        bail!("{}: more than {MAX_REDIRECTS} redirects", shown(url))
    }

    /// One answer of one place.
    fn ask(
        &self,
        url: &Url,
        token: Option<&str>,
        headers: &[(HeaderName, String)],
        note: OnNote<'_>,
    ) -> Result<Answer> {
        let mut tries = 1;
        loop {
            let mut request = self.client.get(url.clone());
            for (name, value) in headers {
                request = request.header(name, value);
            }
            if let Some(token) = token {
                request = request.header(AUTHORIZATION, format!("Bearer {token}"));
            }
            let response = self
                .runtime
                .block_on(async { tokio::time::timeout(self.read_time, request.send()).await });
            let response = match response {
                Ok(Ok(response)) => response,
                Ok(Err(error)) if error.is_timeout() && !error.is_connect() => {
                    return Err(Failure::timeout(url, self.read_time).into());
                }
                Ok(Err(error)) => return Err(Failure::line(url, &error).into()),
                Err(_) => return Err(Failure::timeout(url, self.read_time).into()),
            };
            let status = response.status();
            if !is_busy(status) {
                return Ok(Answer {
                    url: url.clone(),
                    status,
                    headers: response.headers().clone(),
                    response,
                });
            }
            let wait =
                retry_after(response.headers()).unwrap_or(Duration::from_secs(1 << (tries - 1)));
            if tries == TRIES || wait > LONGEST_WAIT {
                let text = format!(
                    "{}: {status}; it asks to wait for {} s more: try again later",
                    shown(url),
                    wait.as_secs()
                );
                return Err(Failure {
                    status: Some(status),
                    text,
                }
                .into());
            }
            note(&format!(
                "{} is busy ({status}); asking again in {} s.",
                url.host_str().unwrap_or_default(),
                wait.as_secs()
            ));
            std::thread::sleep(wait);
            tries += 1;
        }
    }

    /// The next piece of a body; `None` at its end.
    fn piece(&self, answer: &mut Answer) -> Result<Option<impl AsRef<[u8]> + use<>>> {
        let piece = self.runtime.block_on(answer.response.chunk());
        piece.map_err(|error| {
            let failure = if error.is_timeout() {
                Failure::timeout(&answer.url, self.read_time)
            } else {
                Failure::line(&answer.url, &error)
            };
            failure.into()
        })
    }

    /// Fails where `bytes` since `start` are too few: single bytes, each within
    /// the time for an answer to go on, would otherwise be waited for without
    /// an end.
    fn check_speed(&self, url: &Url, start: Instant, bytes: u64) -> Result<(), Failure> {
        let time = start.elapsed();
        if time > self.slow_time && (bytes as f64) < SLOWEST as f64 * time.as_secs_f64() {
            let text = format!("{}: came too slowly", shown(url));
            return Err(Failure { status: None, text });
        }
        Ok(())
    }

    /// A whole body of at most `most` bytes.
    pub(crate) fn read(&self, mut answer: Answer, most: usize) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let start = Instant::now();
        while let Some(piece) = self.piece(&mut answer)? {
            bytes.extend_from_slice(piece.as_ref());
            ensure!(
                bytes.len() <= most,
                "{}: found more than {most} bytes",
                shown(&answer.url)
            );
            self.check_speed(&answer.url, start, bytes.len() as u64)?;
        }
        Ok(bytes)
    }

    /// Writes a body to the end of `file`, which will then hold `announced`
    /// bytes: one more is an error that no further try mends.
    pub(crate) fn append(
        &self,
        mut answer: Answer,
        file: &mut File,
        announced: u64,
        progress: &dyn Fn(u64),
    ) -> Result<()> {
        let mut done = file.seek(SeekFrom::End(0))?;
        let (start, first) = (Instant::now(), done);
        let needed = announced.saturating_sub(done);
        if let Some(free) = nerite_files::free_bytes(file).filter(|free| *free < needed) {
            bail!(
                "{}: the disk has {free} bytes free, but {needed} more are needed",
                shown(&answer.url)
            );
        }
        while let Some(piece) = self.piece(&mut answer)? {
            let piece = piece.as_ref();
            done += piece.len() as u64;
            ensure!(
                done <= announced,
                "{}: found more than the {announced} bytes that were announced",
                shown(&answer.url)
            );
            file.write_all(piece)?;
            progress(done);
            self.check_speed(&answer.url, start, done - first)?;
        }
        if done < announced {
            let text = format!("{}: broke off", shown(&answer.url));
            return Err(Failure { status: None, text }.into());
        }
        Ok(())
    }
}

impl Answer {
    /// Fails unless this is a success.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        if self.status.is_success() {
            return Ok(());
        }
        Err(Failure {
            status: Some(self.status),
            text: format!("{}: {}", shown(&self.url), self.status),
        })
    }

    /// The size of the whole file, where the answer tells it, and the byte at
    /// which this body begins.
    pub(crate) fn extent(&self) -> Result<(Option<u64>, u64)> {
        if self.status != StatusCode::PARTIAL_CONTENT {
            return Ok((self.response.content_length(), 0));
        }
        let range = self.headers.get(CONTENT_RANGE);
        let range = range
            .and_then(|range| range.to_str().ok())
            .unwrap_or_default();
        let parsed = || {
            let (range, total) = range.strip_prefix("bytes ")?.split_once('/')?;
            let (first, _) = range.split_once('-')?;
            Some((total.parse().ok(), first.parse().ok()?))
        };
        parsed().with_context(|| format!("{}: found the range {range:?}", shown(&self.url)))
    }
}

/// The header that asks for all from a byte on.
pub(crate) fn from_byte(byte: u64) -> (HeaderName, String) {
    (RANGE, format!("bytes={byte}-"))
}

/// Whether to ask again, after a while.
fn is_busy(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT
    )
}

/// How long a server asks to wait: in seconds, or until a time.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let time = httpdate::parse_http_date(value).ok()?;
    Some(time.duration_since(SystemTime::now()).unwrap_or_default())
}

#[cfg(test)]
mod tests;
