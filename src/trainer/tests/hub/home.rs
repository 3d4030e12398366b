//! A user's home, with caches that a test has to itself.

use std::path::PathBuf;
use std::process::{Command, Output};

pub(super) struct Home(pub(super) tempfile::TempDir);

impl Home {
    pub(super) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(super) fn fetch(&self, endpoint: &str, arguments: &[&str], token: Option<&str>) -> Output {
        self.command(endpoint, arguments, token).output().unwrap()
    }

    pub(super) fn command(
        &self,
        endpoint: &str,
        arguments: &[&str],
        token: Option<&str>,
    ) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nerite"));
        command
            .args(["encoder", "fetch"])
            .args(arguments)
            .env("HF_ENDPOINT", endpoint)
            .env("HF_HOME", self.0.path().join("hub"))
            .env("NERITE_CACHE", self.0.path().join("nerite"))
            .env("PIP_CONFIG_FILE", "/dev/null")
            .env("PIP_INDEX_URL", "http://127.0.0.1:9/simple");
        for name in [
            "HF_TOKEN",
            "HF_HUB_CACHE",
            "HF_HUB_OFFLINE",
            "PIP_FIND_LINKS",
            "HTTP_PROXY",
            "http_proxy",
            "ALL_PROXY",
            "all_proxy",
            "NO_PROXY",
            "no_proxy",
        ] {
            command.env_remove(name);
        }
        if let Some(token) = token {
            command.env("HF_TOKEN", token);
        }
        command
    }

    /// Every file below this place.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.0.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.push(path);
                }
            }
        }
        found
    }
}

pub(super) fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}
