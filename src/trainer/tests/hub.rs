//! The hub's file protocol, spoken by a small server on this machine: whole
//! and partial downloads, redirects, errors, the cache.

mod home;
mod server;

use std::time::{Duration, Instant};

use home::{Home, text};
use server::{Hub, MAIN, Mode, golden};

/// Much less than the server keeps its peer waiting, or names as its time, and long
/// enough for a machine that does much else.
const SOON: Duration = Duration::from_secs(120);

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

/// Whatever a hub says, nothing is written outside of its own folder.
#[test]
fn what_a_hub_says_names_no_files() {
    for (header, value, expected) in [
        ("x-repo-commit", "../../../../evil", "40 hexadecimal digits"),
        ("x-repo-commit", "/tmp/evil", "40 hexadecimal digits"),
        ("x-repo-commit", "", "40 hexadecimal digits"),
        ("x-repo-commit", "main", "40 hexadecimal digits"),
        ("etag", "\"../../../../evil\"", "ETag"),
        ("etag", "W/\"/tmp/evil\"", "ETag"),
        ("x-linked-etag", "../../../evil", "ETag"),
        ("x-linked-size", "13", "announced 13 bytes"),
        ("location", "file:///etc/passwd", "expected https"),
        ("location", "ftp://127.0.0.1/x", "expected https"),
    ] {
        let (_, address) = Hub::start(Mode::Says(header, value));
        let home = Home::new();
        let output = home.fetch(&address, &["owner/tiny"], None);
        assert!(!output.status.success(), "{header}: {value}");
        assert!(
            text(&output).contains(expected),
            "{header}: {}",
            text(&output)
        );
        let repository = home.0.path().join("hub/hub/models--owner--tiny");
        for file in home.files() {
            assert!(file.starts_with(&repository), "{header}: {file:?}");
            assert!(!file.to_string_lossy().contains("evil"), "{file:?}");
        }
        // Where it tells the truth again, the same command goes on.
        let (_, address) = Hub::start(Mode::Good);
        let again = home.fetch(&address, &["owner/tiny"], None);
        assert!(again.status.success(), "{header}: {}", text(&again));
    }
    let home = Home::new();
    for revision in ["../../../../evil", "/tmp/evil", "a/../../b", "-x", "a b"] {
        let revision = format!("--revision={revision}");
        let output = home.fetch("http://127.0.0.1:9", &["owner/tiny", &revision], None);
        assert!(!output.status.success());
        assert!(
            text(&output).contains("branch, tag or commit"),
            "{}",
            text(&output)
        );
    }
    assert!(home.files().is_empty(), "{:?}", home.files());
}

#[test]
fn more_than_was_announced_does_not_stay() {
    let (_, address) = Hub::start(Mode::Endless);
    let home = Home::new();
    let output = home.fetch(&address, &["owner/tiny"], None);
    assert!(!output.status.success());
    assert!(text(&output).contains("announced"), "{}", text(&output));
    let bytes: u64 = home
        .files()
        .iter()
        .map(|file| file.metadata().unwrap().len())
        .sum();
    assert!(bytes < 1 << 20, "{bytes} bytes are left");
}

#[test]
fn a_busy_hub_is_asked_again_after_the_time_it_names() {
    let (hub, address) = Hub::start(Mode::Busy(2));
    let home = Home::new();
    let start = Instant::now();
    let output = home.fetch(&address, &["owner/tiny"], None);
    assert!(output.status.success(), "{}", text(&output));
    assert!(start.elapsed() >= Duration::from_secs(2));
    assert!(
        text(&output).contains("asking again in 1 s"),
        "{}",
        text(&output)
    );
    assert_eq!(hub.requests()[0], hub.requests()[2]);

    // An hour is not waited for.
    let (hub, address) = Hub::start(Mode::Closed);
    let start = Instant::now();
    let output = Home::new().fetch(&address, &["owner/tiny"], None);
    assert!(!output.status.success());
    assert!(start.elapsed() < SOON);
    assert!(text(&output).contains("3600 s"), "{}", text(&output));
    assert_eq!(hub.requests().len(), 1);
}

#[test]
fn a_hub_that_says_nothing_is_given_up() {
    for mode in [Mode::Silent, Mode::Stalls] {
        let (_, address) = Hub::start(mode);
        let home = Home::new();
        let start = Instant::now();
        let mut command = home.command(&address, &["owner/tiny"], None);
        let output = command
            .env("HF_HUB_DOWNLOAD_TIMEOUT", "1")
            .output()
            .unwrap();
        assert!(!output.status.success());
        assert!(start.elapsed() < SOON, "{mode:?}");
        assert!(text(&output).contains("within 1 s"), "{}", text(&output));
    }
}

#[test]
fn all_files_are_of_one_commit() {
    let (hub, address) = Hub::start(Mode::Moves);
    let home = Home::new();
    let output = home.fetch(&address, &["owner/tiny"], None);
    assert!(output.status.success(), "{}", text(&output));
    let others = hub.requests().into_iter().skip(1);
    for request in others.filter(|request| !request.starts_with("cdn/")) {
        assert!(request.starts_with(MAIN), "{request}");
    }
    // A mirror that knows no commits is asked by name, and has to agree.
    let (_, address) = Hub::start(Mode::Names);
    let output = Home::new().fetch(&address, &["owner/tiny"], None);
    assert!(output.status.success(), "{}", text(&output));
}

#[test]
fn no_other_host_is_told_the_token() {
    let (hub, address) = Hub::start(Mode::OtherHost);
    let output = Home::new().fetch(&address, &["owner/secret"], Some("open-sesame"));
    assert!(output.status.success(), "{}", text(&output));
    assert_eq!(*hub.told.lock().unwrap(), [""; 0]);
}

#[test]
fn a_network_that_wants_a_login_is_named() {
    let (_, address) = Hub::start(Mode::Portal);
    let home = Home::new();
    let output = home.fetch(&address, &["owner/tiny"], None);
    assert!(!output.status.success());
    assert!(text(&output).contains("login"), "{}", text(&output));
    let (_, address) = Hub::start(Mode::Good);
    let again = home.fetch(&address, &["owner/tiny"], None);
    assert!(again.status.success(), "{}", text(&again));
}

#[test]
fn a_complete_cache_suffices() {
    let (_, address) = Hub::start(Mode::Good);
    let home = Home::new();
    let first = home.fetch(&address, &["owner/tiny"], None);
    assert!(first.status.success(), "{}", text(&first));
    // The tiny model has no tokenizer.json, which is remembered.
    let down = home.fetch("http://127.0.0.1:9", &["owner/tiny"], None);
    assert!(down.status.success(), "{}", text(&down));
    // Another tool may have left no word of it.
    let repository = home.0.path().join("hub/hub/models--owner--tiny");
    std::fs::remove_dir_all(repository.join(".no_exist")).ok();
    let down = home.fetch("http://127.0.0.1:9", &["owner/tiny"], None);
    assert!(down.status.success(), "{}", text(&down));
    assert_eq!(down.stdout, first.stdout);
}

#[test]
fn damaged_files_are_fetched_again() {
    let (hub, address) = Hub::start(Mode::Good);
    let home = Home::new();
    let first = home.fetch(&address, &["owner/tiny"], None);
    assert!(first.status.success(), "{}", text(&first));
    let blobs = home.files();
    let blobs = blobs
        .iter()
        .filter(|path| path.parent().unwrap().ends_with("blobs"));
    for blob in blobs {
        // Cut, and turned.
        let mut bytes = std::fs::read(blob).unwrap();
        bytes.pop();
        bytes[0] ^= 1;
        std::fs::write(blob, bytes).unwrap();
    }
    let offline = home.fetch(&address, &["owner/tiny", "--offline"], None);
    assert!(!offline.status.success());
    assert!(text(&offline).contains("damaged"), "{}", text(&offline));
    let before = hub.requests().len();
    let again = home.fetch(&address, &["owner/tiny"], None);
    assert!(again.status.success(), "{}", text(&again));
    assert_eq!(again.stdout, first.stdout);
    assert!(hub.requests().len() > before);
}

#[test]
fn the_environment_is_that_of_the_hubs_own_tools() {
    let (hub, address) = Hub::start(Mode::Good);
    let home = Home::new();
    let own = home.0.path().join("own");
    let mut command = home.command(&format!("{address}/"), &["owner/tiny"], None);
    let output = command.env("HF_HUB_CACHE", &own).output().unwrap();
    assert!(output.status.success(), "{}", text(&output));
    assert!(own.join("models--owner--tiny/refs/main").is_file());
    assert!(!home.0.path().join("hub").exists());

    let requests = hub.requests().len();
    let mut command = home.command(&address, &["owner/tiny"], None);
    let output = command.env("HF_HUB_OFFLINE", "1").output().unwrap();
    assert!(!output.status.success());
    assert!(
        text(&output).contains("HF_HUB_OFFLINE"),
        "{}",
        text(&output)
    );
    assert_eq!(hub.requests().len(), requests);

    // Nobody listens at the proxy.
    let through = |no_proxy: &str| {
        let home = Home::new();
        let mut command = home.command(&address, &["owner/tiny"], None);
        command.env("HTTP_PROXY", "http://127.0.0.1:9");
        command.env("NO_PROXY", no_proxy).output().unwrap()
    };
    assert!(!through("example.org").status.success());
    for no_proxy in ["127.0.0.1", "example.org,127.0.0.0/8", "*"] {
        let output = through(no_proxy);
        assert!(output.status.success(), "{no_proxy}: {}", text(&output));
    }
    let output = home.fetch("127.0.0.1:1", &["owner/tiny"], None);
    assert!(
        text(&output).contains("begins with https://"),
        "{}",
        text(&output)
    );
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
