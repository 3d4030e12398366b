//! Sees every byte that a browser sends.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};

/// Where Chromium goes by itself, whatever page is open and whatever is switched
/// off: the state of an account, updates, hints for filling in forms, and in
/// Debian's build the start page. The page's policy would not let it go there.
const CHROMIUM: [&str; 4] = [
    ".google.com:443",
    ".googleapis.com:443",
    ".gvt1.com:443",
    "start.duckduckgo.com:443",
];

/// An HTTP proxy that sends everything to one server, whatever host was meant,
/// and keeps what went up, but for what Chromium sends of its own.
pub(crate) struct Relay {
    pub(crate) address: SocketAddr,
    sent: Arc<Mutex<Vec<u8>>>,
}

impl Relay {
    pub(crate) fn start(url: &str) -> Result<Self> {
        let server: SocketAddr = url
            .trim_start_matches("http://")
            .trim_end_matches('/')
            .parse()
            .with_context(|| format!("{url}: is no address"))?;
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let sent = Arc::new(Mutex::new(Vec::new()));
        let relay = Self {
            address,
            sent: sent.clone(),
        };
        // Ends with the test program.
        std::thread::spawn(move || {
            for browser in listener.incoming().flatten() {
                let sent = sent.clone();
                std::thread::spawn(move || forward(browser, server, &sent));
            }
        });
        Ok(relay)
    }

    /// The first lines of the requests so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        let sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&sent)
            .lines()
            .filter(|line| line.ends_with(" HTTP/1.1"))
            .map(str::to_owned)
            .collect()
    }
}

fn forward(browser: TcpStream, server: SocketAddr, sent: &Mutex<Vec<u8>>) -> Option<()> {
    let server = TcpStream::connect(server).ok()?;
    let mut answers = (server.try_clone().ok()?, browser.try_clone().ok()?);
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut answers.0, &mut answers.1);
        let _ = answers.1.shutdown(Shutdown::Both);
    });
    let (mut browser, mut server) = (browser, server);
    let mut part = vec![0; 1 << 16];
    loop {
        let count = browser.read(&mut part).ok()?;
        if count == 0 {
            return server.shutdown(Shutdown::Both).ok();
        }
        if is_chromium(&part[..count]) {
            return server.shutdown(Shutdown::Both).ok();
        }
        sent.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(&part[..count]);
        server.write_all(&part[..count]).ok()?;
    }
}

/// Says whether a tunnel is asked for to a place that Chromium goes to.
fn is_chromium(request: &[u8]) -> bool {
    let request = String::from_utf8_lossy(request);
    let mut words = request.split(' ');
    words.next() == Some("CONNECT")
        && words
            .next()
            .is_some_and(|host| CHROMIUM.iter().any(|own| host.ends_with(own)))
}
