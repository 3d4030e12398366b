//! A small hub on this machine, which can be made to misbehave.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path as UrlPath, State};
use axum::http::{HeaderMap, Response, StatusCode, header};
use axum::routing::get;
use sha2::{Digest, Sha256};

pub(super) const MODEL: &str = "bert-tiny";

/// How the server treats requests for the weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Mode {
    Good,
    /// The first so many downloads break off in the middle.
    Cut(usize),
    /// Every byte is right in number, one is wrong.
    Corrupt,
    /// The first so many requests are answered with 429 and a time to wait.
    Busy(usize),
    /// With 503, and a time to wait that nobody waits for.
    Closed,
    /// A header has another value.
    Says(&'static str, &'static str),
    /// The weights go on for ever.
    Endless,
    /// `main` is another commit after the first file.
    Moves,
    /// Connections are taken, and nothing is said.
    Silent,
    /// A part of the weights comes, and then nothing.
    Stalls,
    /// Whatever is asked for, a page comes.
    Portal,
    /// The store is another host.
    OtherHost,
    /// Files are known by branch and tag only.
    Names,
}

/// The commits of `main` and `v2`, and of `main` after it has moved.
pub(super) const MAIN: &str = "c9745ed1d9f207416be6d2e6f8de32d1f16199bf";
pub(super) const V2: &str = "0123456789abcdef0123456789abcdef01234567";
pub(super) const NEXT: &str = "ffffffffffffffffffffffffffffffffffffffff";

pub(super) struct Hub {
    mode: Mode,
    downloads: AtomicUsize,
    /// Path and range of every request.
    log: Mutex<Vec<String>>,
    /// The tokens that the store was told.
    pub(super) told: Mutex<Vec<String>>,
    port: u16,
}

impl Hub {
    /// Serves the tiny BERT as `owner/tiny` on a free port; the address.
    pub(super) fn start(mode: Mode) -> (Arc<Self>, String) {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let hub = Arc::new(Self {
            mode,
            downloads: AtomicUsize::new(0),
            log: Mutex::new(Vec::new()),
            told: Mutex::new(Vec::new()),
            port: listener.local_addr().unwrap().port(),
        });
        let app = Router::new()
            .route("/{owner}/{name}/resolve/{revision}/{file}", get(resolve))
            .route("/cdn/{file}", get(cdn))
            .with_state(hub.clone());
        listener.set_nonblocking(true).unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                axum::serve(listener, app).await.unwrap();
            });
        });
        (hub, address)
    }

    pub(super) fn requests(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }
}

pub(super) fn golden(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/golden/encoders")
        .join(MODEL)
        .join(file)
}

/// Large files are redirected to a store and have their sha256 as ETag, small
/// ones are answered at once.
async fn resolve(
    State(hub): State<Arc<Hub>>,
    UrlPath((owner, name, revision, file)): UrlPath<(String, String, String, String)>,
    headers: HeaderMap,
) -> Response<Body> {
    let range = headers
        .get(header::RANGE)
        .map_or("", |range| range.to_str().unwrap());
    hub.log
        .lock()
        .unwrap()
        .push(format!("{revision}/{file} {range}"));
    let refuse = |status| {
        Response::builder()
            .status(status)
            .body(Body::empty())
            .unwrap()
    };
    let requests = hub.log.lock().unwrap().len();
    let busy = |status: u16, wait: &str| {
        let response = Response::builder().status(status);
        let response = response.header(header::RETRY_AFTER, wait);
        response.body(Body::empty()).unwrap()
    };
    match hub.mode {
        Mode::Busy(times) if requests <= times => return busy(429, "1"),
        Mode::Closed => return busy(503, "3600"),
        Mode::Silent => {
            tokio::time::sleep(Duration::from_secs(600)).await;
        }
        Mode::Portal => {
            let page = Response::builder().header(header::CONTENT_TYPE, "text/html");
            return page.body(Body::from("<h1>Log in</h1>")).unwrap();
        }
        _ => {}
    }
    match (owner.as_str(), name.as_str()) {
        ("owner", "tiny") => {}
        ("owner", "secret") => {
            let token = headers
                .get(header::AUTHORIZATION)
                .map(|token| token.to_str().unwrap());
            if token != Some("Bearer open-sesame") {
                return refuse(StatusCode::UNAUTHORIZED);
            }
        }
        _ => return refuse(StatusCode::NOT_FOUND),
    }
    let commit = match revision.as_str() {
        "main" if hub.mode == Mode::Moves && requests > 1 => NEXT,
        "main" => MAIN,
        "v2" => V2,
        MAIN | V2 | NEXT if hub.mode != Mode::Names => &revision,
        _ => return refuse(StatusCode::NOT_FOUND),
    };
    let said = |name: &'static str, value: String| match hub.mode {
        Mode::Says(own, other) if own == name => other.to_owned(),
        _ => value,
    };
    let commit = said("x-repo-commit", commit.to_owned());
    let response = Response::builder().header("x-repo-commit", commit);
    let Ok(contents) = std::fs::read(golden(&file)) else {
        return response
            .status(StatusCode::NOT_FOUND)
            .header("x-error-code", "EntryNotFound")
            .body(Body::empty())
            .unwrap();
    };
    if file.ends_with(".safetensors") {
        // The store is another host: an absolute address.
        let host = match hub.mode {
            Mode::OtherHost => format!("localhost:{}", hub.port),
            _ => headers[header::HOST].to_str().unwrap().to_owned(),
        };
        let sha256 = format!("{:x}", Sha256::digest(&contents));
        let size = said("x-linked-size", contents.len().to_string());
        let location = said("location", format!("http://{host}/cdn/{file}"));
        return response
            .status(StatusCode::FOUND)
            .header(
                "x-linked-etag",
                said("x-linked-etag", format!("\"{sha256}\"")),
            )
            .header("x-linked-size", size)
            .header(header::LOCATION, location)
            .body(Body::empty())
            .unwrap();
    }
    let etag = said(
        "etag",
        format!("\"{:x}\"", Sha256::digest(&contents))[..42].to_owned(),
    );
    send(
        response.header(header::ETAG, etag),
        contents,
        range,
        usize::MAX,
    )
}

async fn cdn(
    State(hub): State<Arc<Hub>>,
    UrlPath(file): UrlPath<String>,
    headers: HeaderMap,
) -> Response<Body> {
    let range = headers
        .get(header::RANGE)
        .map_or("", |range| range.to_str().unwrap());
    hub.log.lock().unwrap().push(format!("cdn/{file} {range}"));
    if let Some(token) = headers.get(header::AUTHORIZATION) {
        let token = token.to_str().unwrap().to_owned();
        hub.told.lock().unwrap().push(token);
    }
    let mut contents = std::fs::read(golden(&file)).unwrap();
    let download = hub.downloads.fetch_add(1, Ordering::SeqCst);
    let most = match hub.mode {
        Mode::Cut(times) if download < times => contents.len() / 8,
        _ => usize::MAX,
    };
    if matches!(hub.mode, Mode::Endless | Mode::Stalls) {
        let is_endless = hub.mode == Mode::Endless;
        let pieces = futures::stream::unfold(0, move |step| async move {
            if step > 0 && !is_endless {
                tokio::time::sleep(Duration::from_secs(600)).await;
            }
            Some((
                Ok::<_, std::io::Error>(Bytes::from(vec![0; 1000])),
                step + 1,
            ))
        });
        return Response::new(Body::from_stream(pieces));
    }
    if hub.mode == Mode::Corrupt {
        let last = contents.len() - 1;
        contents[last] ^= 1;
    }
    let response = Response::builder()
        .header(header::ETAG, "\"store\"")
        .header("x-repo-commit", "../../../from-the-store");
    send(response, contents, range, most)
}

/// Answers a range, and breaks off after `most` bytes.
fn send(
    response: axum::http::response::Builder,
    contents: Vec<u8>,
    range: &str,
    most: usize,
) -> Response<Body> {
    let range = range.strip_prefix("bytes=").unwrap_or("0-");
    let (first, last) = range.split_once('-').unwrap();
    let first: usize = first.parse().unwrap();
    if first >= contents.len() {
        return response
            .status(StatusCode::RANGE_NOT_SATISFIABLE)
            .header(header::CONTENT_RANGE, format!("bytes */{}", contents.len()))
            .body(Body::empty())
            .unwrap();
    }
    let last: usize = last.parse().unwrap_or(contents.len() - 1);
    let part = contents[first..=last].to_vec();
    let response = response
        .status(StatusCode::PARTIAL_CONTENT)
        .header(
            header::CONTENT_RANGE,
            format!("bytes {first}-{last}/{}", contents.len()),
        )
        .header(header::CONTENT_LENGTH, part.len());
    if part.len() <= most {
        return response.body(Body::from(part)).unwrap();
    }
    // What was sent has to be on its way before the connection breaks.
    let pieces = futures::stream::unfold(0, move |step| {
        let part = part.clone();
        async move {
            match step {
                0 => Some((Ok(Bytes::from(part[..most].to_vec())), 1)),
                1 => {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    Some((Err(std::io::Error::other("cut")), 2))
                }
                _ => None,
            }
        }
    });
    response.body(Body::from_stream(pieces)).unwrap()
}
