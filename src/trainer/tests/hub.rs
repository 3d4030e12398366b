//! The hub's file protocol, spoken by a small server on this machine: whole
//! and partial downloads, redirects, errors, the cache.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path as UrlPath, State};
use axum::http::{HeaderMap, Response, StatusCode, header};
use axum::routing::get;
use sha2::{Digest, Sha256};

const MODEL: &str = "bert-tiny";

/// How the server treats requests for the weights.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Mode {
    Good,
    /// The first so many downloads break off in the middle.
    Cut(usize),
    /// Every byte is right in number, one is wrong.
    Corrupt,
}

struct Hub {
    mode: Mode,
    downloads: AtomicUsize,
    /// Path and range of every request.
    log: Mutex<Vec<String>>,
}

impl Hub {
    /// Serves the tiny BERT as `owner/tiny` on a free port; the address.
    fn start(mode: Mode) -> (Arc<Self>, String) {
        let hub = Arc::new(Self {
            mode,
            downloads: AtomicUsize::new(0),
            log: Mutex::new(Vec::new()),
        });
        let app = Router::new()
            .route("/{owner}/{name}/resolve/{revision}/{file}", get(resolve))
            .route("/cdn/{file}", get(cdn))
            .with_state(hub.clone());
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
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

    fn requests(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }
}

fn golden(file: &str) -> PathBuf {
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
    let known = ["main", "v2"].contains(&revision.as_str());
    let Some(contents) = std::fs::read(golden(&file)).ok().filter(|_| known) else {
        return refuse(StatusCode::NOT_FOUND);
    };
    let response = Response::builder().header("x-repo-commit", format!("commit-of-{revision}"));
    if file.ends_with(".safetensors") {
        // The store is another host: an absolute address.
        let host = headers[header::HOST].to_str().unwrap();
        let sha256 = format!("{:x}", Sha256::digest(&contents));
        let response = response
            .status(StatusCode::FOUND)
            .header("x-linked-etag", format!("\"{sha256}\""));
        return response
            .header(header::LOCATION, format!("http://{host}/cdn/{file}"))
            .body(Body::empty())
            .unwrap();
    }
    send(
        response.header(header::ETAG, format!("\"{file}-1\"")),
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
    let mut contents = std::fs::read(golden(&file)).unwrap();
    // The client asks for the store's first byte to learn the size.
    let probe = range == "bytes=0-0";
    let download = if probe {
        0
    } else {
        hub.downloads.fetch_add(1, Ordering::SeqCst)
    };
    let most = match hub.mode {
        Mode::Cut(times) if !probe && download < times => contents.len() / 8,
        _ => usize::MAX,
    };
    if hub.mode == Mode::Corrupt {
        let last = contents.len() - 1;
        contents[last] ^= 1;
    }
    let response = Response::builder()
        .header(header::ETAG, "\"store\"")
        .header("x-repo-commit", "commit-of-main");
    send(response, contents, range, most)
}

/// Answers a range, and breaks off after `most` bytes.
fn send(
    response: axum::http::response::Builder,
    contents: Vec<u8>,
    range: &str,
    most: usize,
) -> Response<Body> {
    let (first, last) = range
        .strip_prefix("bytes=")
        .unwrap()
        .split_once('-')
        .unwrap();
    let first: usize = first.parse().unwrap();
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

struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn fetch(&self, endpoint: &str, arguments: &[&str], token: Option<&str>) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nerite"));
        command
            .args(["encoder", "fetch"])
            .args(arguments)
            .env("HF_ENDPOINT", endpoint)
            .env("HF_HOME", self.0.path().join("hub"))
            .env("NERITE_CACHE", self.0.path().join("nerite"))
            .env_remove("HF_TOKEN");
        if let Some(token) = token {
            command.env("HF_TOKEN", token);
        }
        command.output().unwrap()
    }
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

#[test]
fn a_model_is_fetched_once_and_then_found_offline() {
    let (hub, address) = Hub::start(Mode::Good);
    let home = Home::new();
    let first = home.fetch(&address, &["owner/tiny"], None);
    assert!(first.status.success(), "{}", text(&first));
    let requests = hub.requests().len();
    for arguments in [&["owner/tiny"][..], &["owner/tiny", "--offline"]] {
        let again = home.fetch(&address, arguments, None);
        assert!(again.status.success(), "{}", text(&again));
        assert_eq!(again.stdout, first.stdout);
    }
    assert_eq!(hub.requests().len(), requests, "the cache answers");
}

#[test]
fn a_cut_connection_is_taken_up_where_it_broke() {
    let (hub, address) = Hub::start(Mode::Cut(1));
    let home = Home::new();
    let output = home.fetch(&address, &["owner/tiny"], None);
    assert!(output.status.success(), "{}", text(&output));
    let eighth = std::fs::metadata(golden("model.safetensors"))
        .unwrap()
        .len()
        / 8;
    let resumed = format!("cdn/model.safetensors bytes={eighth}-");
    assert!(hub.requests().contains(&resumed), "{:?}", hub.requests());
}

#[test]
fn a_line_that_stays_cut_is_told_of_and_the_next_run_goes_on() {
    // One try and three more, an eighth of the file each.
    let (_, address) = Hub::start(Mode::Cut(4));
    let home = Home::new();
    let output = home.fetch(&address, &["owner/tiny"], None);
    assert!(!output.status.success());
    assert!(
        text(&output).contains("the same command goes on"),
        "{}",
        text(&output)
    );
    let again = home.fetch(&address, &["owner/tiny"], None);
    assert!(again.status.success(), "{}", text(&again));
}

#[test]
fn wrong_bytes_are_refused_and_deleted() {
    let (_, address) = Hub::start(Mode::Corrupt);
    let home = Home::new();
    let output = home.fetch(&address, &["owner/tiny"], None);
    assert!(!output.status.success());
    assert!(
        text(&output).contains("not what the hub announced"),
        "{}",
        text(&output)
    );
    let (_, address) = Hub::start(Mode::Good);
    let again = home.fetch(&address, &["owner/tiny"], None);
    assert!(again.status.success(), "{}", text(&again));
}

#[test]
fn revisions_are_asked_for_by_name() {
    let (hub, address) = Hub::start(Mode::Good);
    let home = Home::new();
    let output = home.fetch(&address, &["owner/tiny", "--revision", "v2"], None);
    assert!(output.status.success(), "{}", text(&output));
    assert!(
        hub.requests()
            .iter()
            .any(|request| request.starts_with("v2/config.json"))
    );
    let missing = home.fetch(&address, &["owner/tiny", "--revision", "v3"], None);
    assert!(!missing.status.success());
    assert!(text(&missing).contains("v3"), "{}", text(&missing));
}

#[test]
fn what_is_not_there_or_not_open_is_explained() {
    let (_, address) = Hub::start(Mode::Good);
    let home = Home::new();
    for (arguments, token, expected) in [
        (&["owner/none"][..], None, "does not exist"),
        (&["owner/secret"], None, "HF_TOKEN"),
        (&["owner/secret"], Some("wrong"), "HF_TOKEN"),
        (&["owner/tiny", "--offline"], None, "--offline"),
    ] {
        let output = home.fetch(&address, arguments, token);
        assert!(!output.status.success());
        assert!(
            text(&output).contains(expected),
            "{arguments:?}: {}",
            text(&output)
        );
    }
    let output = home.fetch(&address, &["owner/secret"], Some("open-sesame"));
    assert!(output.status.success(), "{}", text(&output));
    let output = home.fetch("http://127.0.0.1:9", &["owner/other"], None);
    assert!(!output.status.success());
    assert!(text(&output).contains("owner/other"), "{}", text(&output));
}
