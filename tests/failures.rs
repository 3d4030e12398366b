//! The demo page where something is wrong: each failure names its reason.

use crate::browser::{Browser, Wishes};
use crate::demo::{Page, status};
use crate::page::SENTENCE;
use crate::site::{Server, Site};
use crate::turns::in_every_browser;
use anyhow::{Context, Result, ensure};

/// Something that is wrong with a site, and what the page has to say of it.
struct Fault {
    what: &'static str,
    make: fn(&Site) -> Result<()>,
    /// What follows the address of the page.
    address: &'static str,
    says: &'static [&'static str],
}

const FAULTS: [Fault; 7] = [
    Fault {
        what: "the encoder is missing",
        make: |site| site.remove(&site.bundle().join("encoder.safetensors")),
        address: "",
        says: &["encoder.safetensors", "404"],
    },
    Fault {
        what: "a byte of the encoder differs",
        make: |site| {
            site.change(&site.bundle().join("encoder.safetensors"), |bytes| {
                let middle = bytes.len() / 2;
                bytes[middle] ^= 1;
            })
        },
        address: "",
        says: &["encoder.safetensors", "sha256"],
    },
    Fault {
        what: "the encoder is too short",
        make: |site| {
            site.change(&site.bundle().join("encoder.safetensors"), |bytes| {
                bytes.truncate(bytes.len() / 2)
            })
        },
        address: "",
        says: &["encoder.safetensors", "bytes"],
    },
    Fault {
        what: "the manifest breaks off",
        make: |site| {
            site.change(&site.bundle().join("manifest.json"), |bytes| {
                bytes.truncate(bytes.len() / 2)
            })
        },
        address: "",
        says: &["manifest.json"],
    },
    Fault {
        what: "a head is another one",
        make: |site| {
            let path = site.bundle().join("heads/base.safetensors");
            site.change(&path, |bytes| {
                if let Some(last) = bytes.last_mut() {
                    *last ^= 1;
                }
            })
        },
        address: "",
        says: &["heads/base.safetensors", "sha256"],
    },
    Fault {
        what: "the package has no WebAssembly",
        make: |site| site.remove(&site.pkg.join("wasm")),
        address: "",
        says: &["nerite_web", "scripts/demo"],
    },
    Fault {
        what: "the address asks for a folder elsewhere",
        make: |_| Ok(()),
        address: "&bundle=../../etc",
        says: &["../../etc", "no name of a bundle"],
    },
];

/// Waits until the page has failed; what it says then.
async fn failure(browser: &Browser) -> Result<String> {
    browser
        .until("document.querySelector('#status[data-state=ready], #status[data-state=failed]')")
        .await?;
    let (state, message) = status(browser).await?;
    ensure!(state == "failed", "the page is {state}: {message}");
    Ok(message)
}

/// Opens a site with a fault and reads what the page says of it.
async fn check(browser: &Browser, fault: &Fault) -> Result<()> {
    let site = Site::copy()?;
    (fault.make)(&site)?;
    let server = Server::start(&site)?;
    browser
        .open(&format!("{}?start{}", server.url, fault.address))
        .await?;
    let message = failure(browser).await?;
    for part in fault.says {
        ensure!(message.contains(part), "expected {part} in: {message}");
    }
    Ok(())
}

#[test]
fn failures_name_their_reason() -> Result<()> {
    in_every_browser(async |kind| {
        let browser = Browser::start(kind, Wishes::default()).await?;
        for fault in &FAULTS {
            check(&browser, fault).await.context(fault.what)?;
        }
        Ok(())
    })
}

/// Apart from the others, since no event of the page tells of it.
#[test]
fn a_missing_worker_is_named() -> Result<()> {
    in_every_browser(async |kind| {
        let browser = Browser::start(kind, Wishes::default()).await?;
        let fault = Fault {
            what: "the package has no worker",
            make: |site| site.remove(&site.pkg.join("worker.js")),
            address: "",
            says: &["worker"],
        };
        check(&browser, &fault).await.context(fault.what)
    })
}

#[test]
fn a_failed_load_can_be_tried_again() -> Result<()> {
    in_every_browser(async |kind| {
        let browser = Browser::start(kind, Wishes::default()).await?;
        let site = Site::copy()?;
        let encoder = site.bundle().join("encoder.safetensors");
        site.change(&encoder, |bytes| bytes[0] ^= 1)?;
        let server = Server::start(&site)?;
        browser.open(&format!("{}?start", server.url)).await?;
        failure(&browser).await?;
        site.change(&encoder, |bytes| bytes[0] ^= 1)?;
        browser.find("#action").await?.click().await?;
        let page = Page { browser, server };
        page.browser
            .until("document.querySelector('#status[data-state=ready]')")
            .await?;
        page.type_text(SENTENCE).await?;
        assert!(!page.shown().await?.entities.is_empty());
        Ok(())
    })
}

#[test]
fn a_page_from_the_file_system_says_what_to_do() -> Result<()> {
    in_every_browser(async |kind| {
        let browser = Browser::start(kind, Wishes::default()).await?;
        let page = Site::built()?.www.join("index.html");
        browser.open(&format!("file://{}", page.display())).await?;
        let message = failure(&browser).await?;
        for part in ["file system", "scripts/demo", "nerite serve"] {
            assert!(message.contains(part), "expected {part} in: {message}");
        }
        for other in ["teach.html", "reports.html"] {
            let page = page.with_file_name(other);
            browser.open(&format!("file://{}", page.display())).await?;
            browser
                .until("!document.getElementById('boot').hidden")
                .await?;
            let said = "return document.getElementById('boot').textContent";
            let said = browser.run(said, Vec::new()).await?.to_string();
            assert!(said.contains("file system"), "{other}: {said}");
        }
        Ok(())
    })
}
