use std::net::IpAddr;
use std::path::PathBuf;

use anyhow::Result;
use nerite_trainer::serve::{Settings, serve};

/// Serve the page on this machine
///
/// It answers to IP addresses and localhost, so that no other site's name can
/// lead here. Hidden files, symbolic links, and files below bundles that are no
/// part of one are not served.
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
    /// A name by which browsers ask for this machine, as behind a proxy; give
    /// several for several
    #[arg(long = "name", value_name = "HOST")]
    names: Vec<String>,
}

impl Arguments {
    pub(super) fn run(&self) -> Result<()> {
        serve(&Settings {
            www: self.www.clone(),
            pkg: self.pkg.clone(),
            host: self.host,
            port: self.port,
            names: self.names.clone(),
        })
    }
}
