use std::net::IpAddr;
use std::path::PathBuf;

use anyhow::Result;
use nerite_trainer::serve::serve;

/// Serve the page on this machine
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The static site
    #[arg(long, value_name = "DIR", default_value = "www")]
    www: PathBuf,
    /// The wasm package
    #[arg(long, value_name = "DIR", default_value = "pkg")]
    pkg: PathBuf,
    /// The address to listen on; 0.0.0.0 lets other machines in
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// The port to listen on; 0 takes any free one
    #[arg(long, default_value_t = 8017)]
    port: u16,
}

impl Arguments {
    pub(super) fn run(&self) -> Result<()> {
        serve(&self.www, &self.pkg, self.host, self.port)
    }
}
