//! The bundles of a site: which can be published, and their copies.

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use nerite::{BundleFile, MANIFEST, Manifest};

use super::{DIGITS, Files, MAX_BYTES, Part, Settings};
use crate::bundle;
use crate::files;
use crate::site::BUNDLES;

/// The longest name that [`nerite::is_file_name`] takes.
const MOST_OF_A_NAME: usize = 100;

type Named<T> = Vec<(String, T)>;

/// The bundles to publish, and those that cannot be.
pub(super) fn bundles(settings: &Settings) -> Result<(Named<Manifest>, Named<String>)> {
    let folder = files::plain_or_new(&settings.www, BUNDLES)?;
    let complete = |name: &str| -> Result<Manifest> {
        let own = files::plain_or_new(&folder, name)?;
        let manifest = bundle::manifest(&own)?;
        for file in manifest.files().chain(manifest.papers()) {
            bundle::read_file(&own, file)?;
        }
        Ok(manifest)
    };
    let mut found = Vec::new();
    let mut skipped = Vec::new();
    for name in &settings.bundles {
        ensure!(
            nerite::is_file_name(name),
            "found the bundle {name:?}, expected the name of a folder in {}",
            folder.display()
        );
        let manifest = complete(name).with_context(|| {
            let folder = folder.join(name);
            format!(
                "cannot publish the bundle {name} (`nerite restore {}` makes a missing encoder)",
                folder.display()
            )
        })?;
        if !found.iter().any(|(own, _)| own == name) {
            found.push((name.clone(), manifest));
        }
    }
    if settings.bundles.is_empty() {
        let entries = std::fs::read_dir(&folder);
        let entries = entries.with_context(|| format!("{}: found no bundles", folder.display()))?;
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry?;
            if entry.path().join(MANIFEST).is_file() {
                names.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        names.sort();
        for name in names.into_iter().filter(|name| nerite::is_file_name(name)) {
            match complete(&name) {
                Ok(manifest) => found.push((name, manifest)),
                Err(error) => skipped.push((name, format!("{error:#}"))),
            }
        }
    }
    if found.is_empty() {
        let why = skipped.iter().map(|(name, why)| format!("\n{name}: {why}"));
        bail!(
            "{}: found no complete bundle; `nerite restore BUNDLE` makes a missing encoder{}",
            folder.display(),
            why.collect::<String>()
        );
    }
    Ok((found, skipped))
}

/// Copies a bundle. The names of encoder, tokenizer and heads get the
/// beginnings of their hashes, which the manifest has; reports keep theirs.
pub(super) fn copy_bundle(
    from: &Path,
    manifest: &Manifest,
    root: &Path,
    name: &str,
) -> Result<Part> {
    let mut part = Part::new(format!("{BUNDLES}/{name}"));
    let to = root.join(&part.name);
    let mut copy = |file: &mut BundleFile| -> Result<()> {
        let contents = bundle::read_file(from, file)?;
        file.file = with_hash(&file.file, &file.sha256);
        file.piece_bytes = None;
        part.write(&to.join(&file.file), &contents)
    };
    let mut manifest = manifest.clone();
    copy(&mut manifest.encoder)?;
    copy(&mut manifest.tokenizer)?;
    for head in &mut manifest.heads {
        copy(&mut head.file)?;
    }
    manifest.check()?;
    // What else lies there is not the bundle's: it may be anything.
    let mut reports = Files::new();
    for listed in bundle::reports(from, &manifest)? {
        for file in [Some(listed.file), listed.sample].into_iter().flatten() {
            let path = files::plain(from, &file)?;
            reports.insert(file, files::read_bounded(&path, MAX_BYTES)?);
        }
    }
    for own in manifest.papers() {
        reports.insert(own.file.clone(), bundle::read_file(from, own)?);
    }
    for (path, contents) in &reports {
        part.write(&to.join(path), contents)?;
    }
    part.write(&to.join(MANIFEST), manifest.to_json().as_bytes())?;
    Ok(part)
}

/// `heads/base.safetensors` -> `heads/base.0123456789abcdef.safetensors`. A
/// name that would become too long loses its end, which the hash stands for.
pub(super) fn with_hash(path: &str, sha256: &str) -> String {
    let hash = &sha256[..DIGITS];
    let (stem, extension) = path.rsplit_once('.').unwrap_or((path, "bin"));
    if stem.ends_with(hash) {
        return path.to_owned();
    }
    let folder = stem.rfind('/').map_or(0, |slash| slash + 1);
    let most = MOST_OF_A_NAME.saturating_sub(hash.len() + extension.len() + 2);
    let end = stem.len().min(folder + most);
    let stem = &stem[..stem.floor_char_boundary(end)];
    format!("{stem}.{hash}.{extension}")
}
