//! The programs that drive browsers.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, ensure};

use crate::TIMEOUT;
use crate::browser::Kind;
use crate::process::Process;

/// A chromedriver or geckodriver.
pub(crate) struct Driver {
    kind: Kind,
    pub(crate) port: u16,
    /// Empty until there is one.
    pub(crate) session: String,
    pub(crate) process: Process,
}

impl Driver {
    pub(crate) fn start(kind: Kind) -> Result<Self> {
        let mut command = Command::new(kind.driver()?);
        match kind {
            Kind::Chromium => command.arg("--port=0"),
            Kind::Firefox => command
                .args(["--port", "0", "--websocket-port", "0"])
                // Without it, a release takes its settings from its maker's server
                // whatever its preferences say, a minute after it has started.
                .env("MOZ_REMOTE_SETTINGS_DEVTOOLS", "1"),
        };
        let process = match kind {
            Kind::Chromium => Process::start(&mut command)?,
            // What its pages' scripts throw goes to standard error.
            Kind::Firefox => Process::start_with_errors(&mut command)?,
        };
        let port = process.wait_for(TIMEOUT, |line| {
            let (_, port) = match kind {
                Kind::Chromium => line.split_once("started successfully on port ")?,
                Kind::Firefox => line.split_once("Listening on 127.0.0.1:")?,
            };
            port.trim_end_matches('.').parse().ok()
        })?;
        Ok(Self {
            kind,
            port,
            session: String::new(),
            process,
        })
    }
}

impl Drop for Driver {
    /// A driver that is killed would leave its browsers behind; one that shuts
    /// down, or ends its session, ends them first.
    fn drop(&mut self) {
        match self.kind {
            Kind::Chromium => {
                if exchange(self.port, "GET", "/shutdown", "").is_ok() {
                    self.process.wait(Duration::from_secs(10));
                }
            }
            Kind::Firefox => {
                let session = format!("/session/{}", self.session);
                let _ = exchange(self.port, "DELETE", &session, "");
            }
        }
    }
}

/// The body of a driver's answer. For what Fantoccini has no command for, and
/// for where nothing can be awaited.
pub(crate) fn exchange(port: u16, method: &str, path: &str, body: &str) -> Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = BufReader::new(stream);
    let mut line = String::new();
    answer.read_line(&mut line)?;
    ensure!(line.contains(" 200 "), "{method} {path}: {line}");
    let mut length = 0;
    while !line.trim().is_empty() {
        line.clear();
        answer.read_line(&mut line)?;
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse()?;
        }
    }
    let mut body = vec![0; length];
    answer.read_exact(&mut body)?;
    Ok(String::from_utf8(body)?)
}
