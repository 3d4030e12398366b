//! `nerite serve`: what a browser gets, and what nobody gets.

mod server;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::common::Lab;
use server::{Response, Server};

const SECRET: &str = "nobody should read this";

/// Shorter than the ten seconds that a request's head may take, and long enough
/// for a machine that does much else.
const SOON: Duration = Duration::from_secs(8);

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
        ("/pages.json", "application/json", &pages(&lab)),
    ] {
        let response = server.get(path);
        assert_eq!(
            (response.status, response.body.as_str()),
            (200, body),
            "{path}"
        );
        let found = response.header("content-type").split(';').next().unwrap();
        assert_eq!(found, kind, "{path}");
        if path.starts_with("/bundles/") {
            is_sandboxed(&response);
        } else {
            has_policy(&response);
        }
        let head = server.ask("HEAD", path);
        assert_eq!((head.status, head.body.as_str()), (200, ""), "{path}");
        assert_eq!(head.header("content-length"), body.len().to_string());
    }
}

/// What `pages.json` says of the site.
fn pages(lab: &Lab) -> String {
    let all = [
        ("index.html", "www/index.html"),
        ("page.js", "www/page.js"),
        ("pkg/nerite.js", "pkg/nerite.js"),
        ("pkg/nerite_bg.wasm", "pkg/nerite_bg.wasm"),
        ("style.css", "www/style.css"),
    ];
    let sha256: serde_json::Map<_, _> = all
        .into_iter()
        .map(|(path, file)| {
            (
                path.to_owned(),
                crate::common::sha256(lab.read(file)).into(),
            )
        })
        .collect();
    let files = ["index.html", "page.js", "pkg/nerite.js", "style.css"];
    serde_json::json!({ "files": files, "sha256": sha256 }).to_string()
}

fn is_sandboxed(response: &Response) {
    let policy = response.header("content-security-policy");
    assert!(
        policy.starts_with("sandbox; default-src 'none'"),
        "{policy}"
    );
    assert!(!policy.contains("allow-"), "{policy}");
    assert_eq!(response.header("x-content-type-options"), "nosniff");
    assert_eq!(
        response.header("cross-origin-resource-policy"),
        "same-origin"
    );
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
    assert_eq!(
        response.header("cross-origin-resource-policy"),
        "same-origin"
    );
}

#[test]
fn of_a_bundle_only_its_own_kinds_of_files_are_served() {
    let lab = site();
    for name in [
        "page.html",
        "page.js",
        "loss.svg",
        "a.json.html",
        "x.wasm",
        "x.css",
    ] {
        lab.write(&format!("www/bundles/b/reports/{name}"), SECRET);
        lab.write(&format!("www/bundles/b/{name}"), SECRET);
        lab.write(&format!("www/bundles/{name}"), SECRET);
    }
    lab.write("www/bundles/b/index.html", SECRET);
    lab.write("www/bundles/b/reports/best.json", "{}");
    lab.write("www/bundles/.draft/manifest.json", SECRET);
    let server = Server::start(&lab);
    for path in [
        "/bundles/b/reports/page.html",
        "/bundles/b/reports/page.js",
        "/bundles/b/reports/loss.svg",
        "/bundles/b/reports/a.json.html",
        "/bundles/b/reports/%70age.html",
        "/bundles/b/reports/page%2ehtml",
        "/bundles/b/reports%2fpage.html",
        "/%62undles/b/reports/page.html",
        "/Bundles/b/reports/page.html",
        "//bundles/b/reports/page.html",
        "/./bundles/b/page.html",
        "/bundles//b/page.html",
        "/bundles/b/page.js",
        "/bundles/b/",
        "/bundles/b",
        "/bundles/page.html",
        "/bundles/x.wasm",
        "/bundles/.draft/manifest.json",
    ] {
        let response = server.get(path);
        assert!(
            (400..500).contains(&response.status),
            "{path}: {}",
            response.head
        );
        assert!(!response.body.contains(SECRET), "{path}");
    }
    let report = server.get("/bundles/b/reports/best.json");
    assert_eq!((report.status, report.body.as_str()), (200, "{}"));
    is_sandboxed(&report);
    is_sandboxed(&server.get("/bundles/b/reports/page.html"));
}

#[test]
fn another_sites_name_does_not_lead_here() {
    let lab = site();
    let server = Server::start_with(&lab, "--name here.example");
    let port = server.address.port();
    for host in [
        format!("127.0.0.1:{port}"),
        format!("localhost:{port}"),
        format!("LOCALHOST:{port}"),
        "127.0.0.1".to_owned(),
        format!("[::1]:{port}"),
        "192.168.0.7:80".to_owned(),
        format!("here.example:{port}"),
        "Here.Example".to_owned(),
    ] {
        let response = server.ask_by(&format!("Host: {host}\r\n"), "GET", "/style.css");
        assert_eq!(response.status, 200, "{host}");
    }
    for host in [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "xhere.example",
        "evil.example@127.0.0.1",
        "127.0.0.1@evil.example",
        "evil.example:127",
        "",
    ] {
        let response = server.ask_by(&format!("Host: {host}\r\n"), "GET", "/style.css");
        assert!(
            [400, 421].contains(&response.status),
            "{host}: {}",
            response.head
        );
        assert_ne!(response.body, "p {}");
    }
    for lines in ["", "Host: 127.0.0.1\r\nHost: evil.example\r\n"] {
        let response = server.ask_by(lines, "GET", "/style.css");
        assert!([400, 421].contains(&response.status), "{lines}");
    }
    let absolute = server.ask_by(
        "Host: 127.0.0.1\r\n",
        "GET",
        "http://evil.example/style.css",
    );
    assert_eq!(absolute.status, 421);
}

#[cfg(unix)]
#[test]
fn what_is_hidden_or_a_link_is_not_there() {
    use std::os::unix::fs::symlink;

    let lab = site();
    lab.write("www/.git/config", SECRET);
    lab.write("www/a/.env", SECRET);
    symlink(lab.path("Cargo.toml"), lab.path("www/link.html")).unwrap();
    symlink(lab.path("secret"), lab.path("www/folder")).unwrap();
    symlink(lab.path("Cargo.toml"), lab.path("www/bundles/b/key.json")).unwrap();
    symlink(lab.path("secret"), lab.path("www/bundles/b/reports")).unwrap();
    lab.write("secret/report.json", SECRET);
    symlink(lab.path("www/loop"), lab.path("www/loop")).unwrap();
    let server = Server::start(&lab);
    let long = format!("/{}", "n".repeat(5000));
    let deep = format!("/{}x", "a/".repeat(400));
    for path in [
        "/.git/config",
        "/%2egit/config",
        "/a/.env",
        "/link.html",
        "/folder/index.html",
        "/folder/",
        "/bundles/b/key.json",
        "/bundles/b/reports/report.json",
        "/loop",
        "/loop/x.html",
        &long,
        &deep,
    ] {
        let response = server.get(path);
        let shown = &path[..path.len().min(40)];
        assert_eq!(response.status, 404, "{shown}: {}", response.head);
        assert!(!response.body.contains(SECRET), "{shown}");
    }
}

#[test]
fn half_requests_lock_nobody_out() {
    let lab = site();
    let server = Server::start(&lab);
    let half: Vec<TcpStream> = (0..300)
        .map(|_| {
            let mut stream = TcpStream::connect(server.address).unwrap();
            stream.write_all(b"GET / HTTP/1.1\r\nHost: ").ok();
            stream
        })
        .collect();
    let start = Instant::now();
    assert_eq!(server.get("/style.css").status, 200);
    assert!(start.elapsed() < SOON);
    drop(half);
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_it_at_once() {
    let lab = site();
    let mut server = Server::start(&lab);
    // Somebody waits, and somebody does not take the answer.
    let _idle = TcpStream::connect(server.address).unwrap();
    lab.write("www/large.css", vec![b' '; 32 << 20]);
    let mut slow = TcpStream::connect(server.address).unwrap();
    slow.write_all(b"GET /large.css HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        .unwrap();
    let mut byte = [0];
    slow.read_exact(&mut byte).unwrap();
    let start = Instant::now();
    let id = server.child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &id])
            .status()
            .unwrap()
            .success()
    );
    assert!(server.child.wait().unwrap().success());
    assert!(start.elapsed() < SOON);
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
