//! `nerite serve`: what a browser gets, and what nobody gets.

mod common;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Child;

use common::Lab;

/// A running server; it is stopped with the value.
struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    fn start(lab: &Lab) -> Self {
        let mut child = lab.start("serve --port 0");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let address = line.trim().strip_prefix("http://");
        let address = address.and_then(|rest| rest.strip_suffix('/'));
        let address = address.unwrap_or_else(|| panic!("{line:?} is no address"));
        let address: SocketAddr = address.parse().unwrap();
        assert!(address.ip().is_loopback() && address.port() != 0);
        Self { child, address }
    }

    /// Sends a request as it stands: no client cleans the path up.
    fn get(&self, path: &str) -> Response {
        self.ask("GET", path)
    }

    fn ask(&self, method: &str, path: &str) -> Response {
        let mut stream = TcpStream::connect(self.address).unwrap();
        let request =
            format!("{method} {path} HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        Response {
            status: head[9..12].parse().unwrap(),
            head: head.to_lowercase(),
            body: body.to_owned(),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

struct Response {
    status: u16,
    head: String,
    body: String,
}

impl Response {
    fn header(&self, name: &str) -> &str {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines
            .find(|(own, _)| *own == name)
            .map_or("", |(_, value)| value)
    }
}

const SECRET: &str = "nobody should read this";

fn site() -> Lab {
    let lab = Lab::new();
    lab.write("www/index.html", "<!doctype html><title>page</title>");
    lab.write("www/style.css", "p {}");
    lab.write("www/page.js", "1");
    lab.write("www/bundles/b/manifest.json", "{}");
    lab.write("www/bundles/b/encoder.safetensors", "weights");
    lab.write("pkg/nerite.js", "export {}");
    lab.write("pkg/nerite_bg.wasm", "\0asm");
    lab.write("Cargo.toml", SECRET);
    lab.write("secret/index.html", SECRET);
    lab
}

#[test]
fn a_browser_gets_files_with_their_types_and_the_policy() {
    let lab = site();
    let server = Server::start(&lab);
    for (path, kind, body) in [
        ("/", "text/html", "<!doctype html><title>page</title>"),
        (
            "/?bundle=b",
            "text/html",
            "<!doctype html><title>page</title>",
        ),
        (
            "/index.html",
            "text/html",
            "<!doctype html><title>page</title>",
        ),
        ("/style.css", "text/css", "p {}"),
        ("/page.js", "text/javascript", "1"),
        ("/pkg/nerite.js", "text/javascript", "export {}"),
        ("/pkg/nerite_bg.wasm", "application/wasm", "\0asm"),
        ("/bundles/b/manifest.json", "application/json", "{}"),
        (
            "/bundles/b/encoder.safetensors",
            "application/octet-stream",
            "weights",
        ),
        (
            "/pages.json",
            "application/json",
            r#"{"files":["index.html","page.js","pkg/nerite.js","style.css"]}"#,
        ),
    ] {
        let response = server.get(path);
        assert_eq!(
            (response.status, response.body.as_str()),
            (200, body),
            "{path}"
        );
        let found = response.header("content-type").split(';').next().unwrap();
        assert_eq!(found, kind, "{path}");
        has_policy(&response);
        let head = server.ask("HEAD", path);
        assert_eq!((head.status, head.body.as_str()), (200, ""), "{path}");
        assert_eq!(head.header("content-length"), body.len().to_string());
    }
}

fn has_policy(response: &Response) {
    let policy = response.header("content-security-policy");
    for part in [
        "default-src 'self'",
        "'wasm-unsafe-eval'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(part), "{policy:?}");
    }
    assert!(!policy.contains("'unsafe-inline'") && !policy.contains("'unsafe-eval'"));
    assert_eq!(response.header("x-content-type-options"), "nosniff");
    assert_eq!(response.header("cache-control"), "no-cache");
}

#[test]
fn nobody_gets_out_of_the_folders() {
    let lab = site();
    let server = Server::start(&lab);
    for path in [
        "/nothing",
        "/pkg/nothing",
        "/pkg/",
        "/bundles/b/",
        "/../Cargo.toml",
        "/pkg/../Cargo.toml",
        "/pkg/../../Cargo.toml",
        "/pkg/%2e%2e/",
        "/pkg/%2e%2e/Cargo.toml",
        "/pkg/..%2fCargo.toml",
        "/%2e%2e/Cargo.toml",
        "/%2e%2e%2fsecret/",
        "/..%5cCargo.toml",
        "//../Cargo.toml",
        "/./../secret/index.html",
        "/bundles/../../Cargo.toml",
        "/bundles/%2e%2e/%2e%2e/Cargo.toml",
        "/index.html/../../Cargo.toml",
        "/%00",
        "/style.css%00.html",
    ] {
        let response = server.get(path);
        assert!(
            (400..500).contains(&response.status),
            "{path}: {}",
            response.head
        );
        assert!(!response.body.contains(SECRET), "{path}");
    }
    let missing = server.get("/nothing");
    assert_eq!(missing.status, 404);
    has_policy(&missing);
    for method in ["POST", "PUT", "DELETE"] {
        assert_eq!(server.ask(method, "/style.css").status, 405, "{method}");
    }
    // An absolute path within the path is no way out either.
    let absolute = lab.path("Cargo.toml");
    let response = server.get(&format!("/{}", absolute.display()));
    assert!((400..500).contains(&response.status) && !response.body.contains(SECRET));
}

#[test]
fn what_is_missing_is_explained() {
    let lab = site();
    lab.refused(
        "serve --www nowhere --port 0",
        &["nowhere", "index.html", "--www"],
    );
    lab.refused(
        "serve --pkg nowhere --port 0",
        &["nowhere", "nerite.js", "build-web"],
    );
    lab.refused(
        "serve --www secret --pkg www --port 0",
        &["www: found no nerite.js"],
    );
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    lab.refused(
        &format!("serve --port {port}"),
        &[&format!("127.0.0.1:{port}"), "--port 0"],
    );
    lab.misused("serve --port 99999", &["--port", "65535"]);
    lab.misused("serve --host somewhere", &["--host", "IP address"]);
}
