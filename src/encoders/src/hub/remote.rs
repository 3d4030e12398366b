//! What is asked of a hub on the network, and how its answers are read.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::HeaderMap;
use reqwest::{StatusCode, Url};
use serde::Deserialize;

use super::cache::{self, Partial};
use super::{Hub, beginning, is_hex};
use crate::Progress;
use crate::http::{self, Headers, Http};

/// Downloads that break off are taken up again so many times.
const RETRIES: usize = 3;
/// No file is larger.
const MAX_BYTES: u64 = 32 << 30;
/// Nor one whose size nobody announces.
const MAX_UNANNOUNCED_BYTES: usize = 16 << 20;
/// A list of files.
const MAX_LIST_BYTES: usize = 16 << 20;
const ENDPOINT: &str = "https://huggingface.co";
/// What stands for itself in a path.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'_').remove(b'-');

/// Where to ask.
pub(super) struct Remote {
    endpoint: Url,
    token: Option<String>,
    http: Http,
}

/// What a hub says of a file.
#[derive(Default)]
struct Said {
    commit: Option<String>,
    etag: Option<String>,
    bytes: Option<u64>,
    /// Whether it says in words that the file is not there.
    is_absent: bool,
}

impl Remote {
    pub(super) fn from_environment() -> Result<Self> {
        let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let text = set("HF_ENDPOINT").unwrap_or_else(|| ENDPOINT.to_owned());
        let endpoint = Url::parse(text.trim_end_matches('/'))
            .ok()
            .filter(|url| ["http", "https"].contains(&url.scheme()) && url.has_host())
            .with_context(|| {
                format!("found HF_ENDPOINT={text}, expected an address that begins with https:// or http://")
            })?;
        let token = set("HF_TOKEN")
            .or_else(|| set("HUGGING_FACE_HUB_TOKEN"))
            .or_else(cache::token)
            .map(|token| token.trim().to_owned())
            .filter(|token| !token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic()))
            .filter(|_| endpoint.scheme() == "https" || is_this_machine(&endpoint));
        let times = ["HF_HUB_ETAG_TIMEOUT", "HF_HUB_DOWNLOAD_TIMEOUT"];
        let times = times.into_iter().filter_map(|name| set(name)?.parse().ok());
        let time = times.max().map_or(http::READ_TIME, Duration::from_secs);
        let bundle = set("REQUESTS_CA_BUNDLE").or_else(|| set("CURL_CA_BUNDLE"));
        let bundle = bundle.map(PathBuf::from).filter(|path| path.is_file());
        let bundles: Vec<_> = bundle.iter().map(PathBuf::as_path).collect();
        Ok(Self {
            http: Http::new(&bundles, time)?,
            endpoint,
            token,
        })
    }

    fn url(&self, path: &str) -> Url {
        let text = format!("{}/{path}", self.endpoint.as_str().trim_end_matches('/'));
        text.parse().expect("a path of encoded parts")
    }

    /// Downloads a file at a commit or revision. `Err` if there is none, with
    /// whether the hub has said so in words.
    pub(super) fn download(
        &self,
        hub: &Hub<'_>,
        name: &str,
        at: &str,
    ) -> Result<Result<PathBuf, bool>> {
        let parts: Vec<String> = name.split('/').map(encoded).collect();
        let url = self.url(&format!(
            "{}/resolve/{}/{}",
            hub.id,
            encoded(at),
            parts.join("/")
        ));
        let note = |text: &str| (hub.progress)(Progress::Note(text));
        let mut partial: Option<Partial> = None;
        let mut tries = 0;
        loop {
            let have = partial.as_mut().map_or(Ok(0), Partial::len)?;
            let headers = Headers {
                token: self.token.as_deref(),
                others: vec![http::from_byte(have)],
            };
            let mut said = Said::default();
            let asked = self
                .http
                .get(&url, &headers, &mut |hop| said.take(hop), &note);
            let answer = match asked {
                Ok(answer) => answer,
                Err(error) if have == 0 || tries == RETRIES => return Err(error),
                Err(error) if http::failure(&error).is_none() => return Err(error),
                Err(_) => {
                    tries += 1;
                    continue;
                }
            };
            if answer.status == StatusCode::NOT_FOUND {
                if let Some(commit) = said.commit {
                    hub.set_commit(Some(commit))?;
                }
                return Ok(Err(said.is_absent));
            }
            let is_past_end = answer.status == StatusCode::RANGE_NOT_SATISFIABLE;
            if !is_past_end {
                answer.check()?;
            }
            if let Some(etag) = &said.etag {
                ensure!(
                    is_etag(etag),
                    "found the ETag {:?}, expected hexadecimal digits",
                    beginning(etag)
                );
            }
            let commit = hub.set_commit(said.commit.take())?;
            if partial.is_none() {
                let waiting = |path: &Path| (hub.progress)(Progress::Waiting(path));
                let mut new = hub.cache.partial(commit, name, waiting)?;
                // Another run may have fetched it meanwhile.
                if let Ok(Some(path)) = hub.cache.file(commit, name) {
                    return Ok(Ok(path));
                }
                let is_begun = new.len()? > 0;
                partial = Some(new);
                if is_begun {
                    continue;
                }
            }
            let file = partial.as_mut().expect("was just made");
            if is_past_end {
                // Nothing is left to come, or what is here is too long.
                match said.bytes {
                    Some(bytes) if bytes == have => {
                        return file.finish(said.etag.as_deref()).map(Ok);
                    }
                    None if have == 0 => return file.finish(said.etag.as_deref()).map(Ok),
                    _ if tries == RETRIES => answer.check()?,
                    _ => file.restart()?,
                }
                tries += 1;
                continue;
            }
            let (bytes, first) = answer.extent()?;
            if let (Some(announced), Some(bytes)) = (said.bytes, bytes) {
                ensure!(
                    announced == bytes,
                    "the hub announced {announced} bytes, and {bytes} would come"
                );
            }
            let bytes = said.bytes.or(bytes);
            ensure!(
                bytes.is_none_or(|bytes| bytes <= MAX_BYTES),
                "found more than {MAX_BYTES} bytes"
            );
            if first != have {
                // A store that does not go on from where it is asked to.
                ensure!(
                    first == 0,
                    "asked from byte {have}, and got from byte {first}"
                );
                file.restart()?;
            }
            let came = if let Some(bytes) = bytes {
                hub.has_begun.set(true);
                let progress = |done| {
                    (hub.progress)(Progress::Downloading {
                        file: name,
                        done,
                        total: bytes,
                    });
                };
                self.http.append(answer, file.file(), bytes, &progress)
            } else {
                let contents = self.http.read(answer, MAX_UNANNOUNCED_BYTES);
                contents.and_then(|contents| file.replace(&contents))
            };
            match came {
                Ok(()) => return file.finish(said.etag.as_deref()).map(Ok),
                Err(error) if http::failure(&error).is_none() => {
                    // Too much came: nothing of it is worth keeping.
                    file.restart()?;
                    return Err(error);
                }
                Err(error) if tries == RETRIES => return Err(error),
                Err(_) => tries += 1,
            }
        }
    }

    pub(super) fn list(&self, hub: &Hub<'_>) -> Result<Vec<String>> {
        #[derive(Deserialize)]
        struct Model {
            sha: Option<String>,
            siblings: Vec<Sibling>,
        }
        #[derive(Deserialize)]
        struct Sibling {
            rfilename: String,
        }
        let at = hub.commit().unwrap_or(&hub.revision);
        let url = self.url(&format!("api/models/{}/revision/{}", hub.id, encoded(at)));
        let headers = Headers {
            token: self.token.as_deref(),
            others: Vec::new(),
        };
        let note = |text: &str| (hub.progress)(Progress::Note(text));
        let answer = self.http.get(&url, &headers, &mut |_| {}, &note)?;
        answer.check()?;
        let json = self.http.read(answer, MAX_LIST_BYTES)?;
        let model: Model = serde_json::from_slice(&json)
            .with_context(|| format!("{}: found no list of files", http::shown(&url)))?;
        hub.set_commit(model.sha)?;
        let mut names: Vec<String> = model
            .siblings
            .into_iter()
            .map(|sibling| sibling.rfilename)
            .filter(|name| cache::is_path(name))
            .collect();
        names.sort();
        Ok(names)
    }
}

impl Said {
    /// Reads what the hub itself says, on the way to where the file is: the
    /// first answer that names a commit. A store behind it says nothing.
    fn take(&mut self, headers: &HeaderMap) {
        let get = |name: &str| Some(headers.get(name)?.to_str().ok()?.trim().to_owned());
        self.is_absent |= get("x-error-code").as_deref() == Some("EntryNotFound");
        if self.commit.is_some() {
            return;
        }
        self.commit = get("x-repo-commit");
        if self.commit.is_none() {
            return;
        }
        let etag = get("x-linked-etag").or_else(|| get("etag"));
        self.etag = etag.map(|etag| {
            let etag = etag.strip_prefix("W/").unwrap_or(&etag);
            etag.trim_matches('"').to_owned()
        });
        self.bytes = get("x-linked-size").and_then(|size| size.parse().ok());
    }
}

fn encoded(part: &str) -> String {
    utf8_percent_encode(part, KEPT).to_string()
}

fn is_etag(text: &str) -> bool {
    (1..=128).contains(&text.len()) && is_hex(text)
}

fn is_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}
