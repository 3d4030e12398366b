//! A `nerite serve` that is running, and what it answers.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Child;

use crate::common::Lab;

/// A running server; it is stopped with the value.
pub(super) struct Server {
    pub(super) child: Child,
    pub(super) address: SocketAddr,
}

impl Server {
    pub(super) fn start(lab: &Lab) -> Self {
        Self::start_with(lab, "")
    }

    pub(super) fn start_with(lab: &Lab, arguments: &str) -> Self {
        let mut child = lab.start(&format!("serve --port 0 {arguments}"));
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
    pub(super) fn get(&self, path: &str) -> Response {
        self.ask("GET", path)
    }

    pub(super) fn ask(&self, method: &str, path: &str) -> Response {
        self.ask_by(&format!("Host: {}\r\n", self.address), method, path)
    }

    /// With these lines for who is asked.
    pub(super) fn ask_by(&self, host: &str, method: &str, path: &str) -> Response {
        let mut stream = TcpStream::connect(self.address).unwrap();
        let request = format!("{method} {path} HTTP/1.1\r\n{host}Connection: close\r\n\r\n");
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

pub(super) struct Response {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: String,
}

impl Response {
    pub(super) fn header(&self, name: &str) -> &str {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines
            .find(|(own, _)| *own == name)
            .map_or("", |(_, value)| value)
    }
}
