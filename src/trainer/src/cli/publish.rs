use std::path::PathBuf;

use anyhow::Result;
use nerite_trainer::publish::{Part, Settings, publish};
use nerite_trainer::terminal::shown;

/// Write the whole site into a folder, for any static host
///
/// DIR gets the pages, the package and every complete bundle. All links are
/// relative, so it works in a subfolder of a host as well. What browsers may
/// keep has a hash in its path. A site that was published before is replaced
/// as a whole; its assets stay for tabs that are open.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The folder for the site: a new or empty one, or one published before
    #[arg(value_name = "DIR")]
    out: PathBuf,
    /// A bundle to publish, by its name in www/bundles; give several for
    /// several. Otherwise all that are complete
    #[arg(long = "bundle", value_name = "NAME")]
    bundles: Vec<String>,
    /// The title of the page
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// The address at which the site will be, for search engines
    #[arg(long, value_name = "URL", value_parser = address)]
    base: Option<String>,
    /// Remove the assets of versions that were published before
    #[arg(long)]
    remove_old: bool,
    /// The static site
    #[arg(long, value_name = "DIR", default_value = "www")]
    www: PathBuf,
    /// The wasm package
    #[arg(long, value_name = "DIR", default_value = "pkg")]
    pkg: PathBuf,
}

fn address(text: &str) -> Result<String, String> {
    let is_address = text.starts_with("https://") || text.starts_with("http://");
    if is_address && !text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        Ok(text.to_owned())
    } else {
        Err("expected an address that begins with https:// or http://".to_owned())
    }
}

impl Arguments {
    pub(super) fn run(&self) -> Result<()> {
        let settings = Settings {
            www: self.www.clone(),
            pkg: self.pkg.clone(),
            bundles: self.bundles.clone(),
            title: self.title.clone(),
            base: self.base.clone(),
            remove_old: self.remove_old,
        };
        let published = publish(&settings, &self.out)?;
        for (name, why) in &published.skipped {
            eprintln!("Left out the bundle {name}: {}", shown(why));
        }
        let out = self.out.display().to_string();
        let mut table = super::table([out.as_str(), "files", "KB"]);
        let row = |part: &Part| {
            let kilobytes = part.bytes.div_ceil(1000);
            [
                part.name.clone(),
                part.files.to_string(),
                kilobytes.to_string(),
            ]
        };
        let mut total = Part {
            name: "total".to_owned(),
            files: 0,
            bytes: 0,
        };
        for part in &published.parts {
            total.files += part.files;
            total.bytes += part.bytes;
            table.add_row(row(part));
        }
        table.add_row(row(&total));
        say!("{table}");
        Ok(())
    }
}
