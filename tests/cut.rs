//! A line that breaks or becomes slow: forwards to a server, but of the answer
//! to the first request for a file only some bytes at once.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};

/// What happens after these bytes.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum After {
    /// The connection ends.
    End,
    /// The rest comes slowly.
    Trickle,
}

pub(crate) struct CutLine {
    /// The address of the site behind it.
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl CutLine {
    /// Cuts the answer to the first request whose head holds `file` after
    /// `bytes`.
    pub(crate) fn start(url: &str, file: &'static str, bytes: usize, after: After) -> Result<Self> {
        let server: SocketAddr = url
            .trim_start_matches("http://")
            .trim_end_matches('/')
            .parse()
            .with_context(|| format!("{url}: is no address"))?;
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let line = Self {
            url: format!("http://{}/", listener.local_addr()?),
            requests: Arc::default(),
        };
        let (requests, whole) = (line.requests.clone(), Arc::new(AtomicBool::new(true)));
        // Ends with the test program.
        std::thread::spawn(move || {
            for browser in listener.incoming().flatten() {
                let (requests, whole) = (requests.clone(), whole.clone());
                std::thread::spawn(move || {
                    // A connection that fails is what this is for.
                    let _ = exchange(browser, server, file, (bytes, after), &requests, &whole);
                });
            }
        });
        Ok(line)
    }

    /// The heads of the requests so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        let requests = self.requests.lock();
        requests.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// One request on one connection.
fn exchange(
    mut browser: TcpStream,
    server: SocketAddr,
    file: &str,
    (bytes, after): (usize, After),
    requests: &Mutex<Vec<String>>,
    whole: &AtomicBool,
) -> std::io::Result<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        browser.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let lines = requests.lock();
    lines
        .unwrap_or_else(PoisonError::into_inner)
        .push(head.clone());
    let cut = head.contains(file) && whole.swap(false, Ordering::SeqCst);
    let mut upstream = TcpStream::connect(server)?;
    let once = head.replacen("\r\n", "\r\nConnection: close\r\n", 1);
    upstream.write_all(once.replace("Connection: keep-alive\r\n", "").as_bytes())?;
    let mut left = if cut { bytes } else { usize::MAX };
    let mut buffer = [0; 1 << 14];
    while left > 0 || after == After::Trickle {
        if left == 0 {
            std::thread::sleep(Duration::from_millis(50));
        }
        let count = upstream.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        let count = if after == After::End {
            count.min(left)
        } else {
            count
        };
        browser.write_all(&buffer[..count])?;
        left = left.saturating_sub(count);
    }
    browser.shutdown(Shutdown::Both)
}
