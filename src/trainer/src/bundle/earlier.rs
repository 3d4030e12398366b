//! A bundle that is there already, to which heads are added.

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use nerite::{BundleFile, BundleHead, MANIFEST, Manifest};

use super::{TOKENIZER, manifest, read_file};

const ADVICE: &str = "name another folder, or remove this one";

/// The bundle that is in `out` already, to which heads of these names on this
/// encoder can be added. To be asked before long work that ends in a bundle.
///
/// # Errors
///
/// A bundle of another encoder or tokenizer, one that is not whole, or an npm
/// package of one.
pub(crate) fn earlier(
    out: &Path,
    encoder_sha256: &str,
    tokenizer: &[u8],
    names: &[&str],
) -> Result<Option<Manifest>> {
    if !out.join(MANIFEST).exists() {
        return Ok(None);
    }
    let place = out.display();
    let earlier = manifest(out)
        .with_context(|| format!("found a bundle there that no head can be added to; {ADVICE}"))?;
    ensure!(
        !out.join("package.json").exists(),
        "{place}: found a bundle's npm package there, which lists its files; {ADVICE}"
    );
    let tokenizer = BundleFile::of(TOKENIZER, tokenizer);
    for (what, found, expected) in [
        ("encoder", &*earlier.encoder.sha256, encoder_sha256),
        ("tokenizer", &earlier.tokenizer.sha256, &tokenizer.sha256),
    ] {
        ensure!(
            found == expected,
            "{place}: found a bundle there of {} with another {what} (sha256 {found}), expected \
             {expected} to add heads to it; {ADVICE}",
            earlier.source
        );
    }
    for head in &earlier.heads {
        if names.contains(&head.id.as_str()) {
            continue;
        }
        let alike = names.iter().find(|own| own.eq_ignore_ascii_case(&head.id));
        if let Some(alike) = alike {
            bail!(
                "{place}: found the head {:?} there, expected another name for {alike:?} or just \
                 this one: some file systems know no capitals",
                head.id
            );
        }
        let files = [
            Some(&head.file),
            head.report.as_ref(),
            head.agreement.as_ref(),
        ];
        for file in files.into_iter().flatten() {
            read_file(out, file).with_context(|| {
                format!(
                    "the head {} there is not whole; add it again, or {ADVICE}",
                    head.id
                )
            })?;
        }
    }
    Ok(Some(earlier))
}

/// The heads of a bundle, of which those that are called as a new one are
/// replaced, and the new ones behind them.
pub(super) fn beside(earlier: Vec<BundleHead>, mut new: Vec<BundleHead>) -> Vec<BundleHead> {
    let mut heads = Vec::new();
    for head in earlier {
        let same = new.iter().position(|own| own.id == head.id);
        heads.push(same.map_or(head, |place| new.remove(place)));
    }
    heads.extend(new);
    heads
}
