//! A bundle as an npm package: the bundle's own files, cut into pieces where
//! a host might refuse them, and what a program imports: their addresses.
//!
//! ```text
//! package.json, README.md, LICENSE
//! index.js                  addresses by the files' paths, for bundlers
//! manifest.json, ...        the bundle, as ever
//! encoder.safetensors.0 ... the pieces of a large file
//! ```

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use nerite::{BundleFile, MANIFEST, Manifest};
use serde_json::json;

use crate::bundle;
use crate::files;

/// Larger files are cut: some hosts of static files take none over 25 MiB.
const MOST_BYTES: u64 = (25 << 20) - 1;

/// What a package says of itself.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its name on npm, with or without a scope.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The SPDX expression of the licence of weights and heads; otherwise the
    /// package refers to its file `LICENSE`.
    pub license: Option<String>,
    /// The licence's text, for `LICENSE`.
    pub license_text: Option<String>,
}

/// Writes an npm package of the bundle in `folder` into `out`. Gives its
/// manifest, and how many bytes there are.
///
/// # Errors
///
/// A name that npm would refuse, a folder that holds something else, a bundle
/// with a file that is missing or damaged, or a disk that fails.
pub fn write(folder: &Path, settings: &Settings, out: &Path) -> Result<(Manifest, u64)> {
    check_name(&settings.name)?;
    if out.exists() {
        let is_empty = std::fs::read_dir(out)
            .with_context(|| format!("{}: expected a folder", out.display()))?
            .next()
            .is_none();
        ensure!(
            is_empty,
            "{}: found other files there; name a new folder, or an empty one",
            out.display()
        );
    }
    let mut manifest = bundle::manifest(folder)?;
    let mut contents: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut add = |file: &mut BundleFile| -> Result<()> {
        let bytes = bundle::read_file(folder, file).with_context(|| {
            format!(
                "cannot pack the bundle (`nerite restore {}` makes a missing encoder)",
                folder.display()
            )
        })?;
        file.piece_bytes = None;
        let mut rest = &bytes[..];
        for (path, length) in file.cut(MOST_BYTES) {
            let (piece, after) = rest.split_at(length as usize);
            contents.insert(path, piece.to_vec());
            rest = after;
        }
        Ok(())
    };
    add(&mut manifest.encoder)?;
    add(&mut manifest.tokenizer)?;
    for head in &mut manifest.heads {
        add(&mut head.file)?;
        for file in [&mut head.report, &mut head.agreement] {
            file.as_mut().map(&mut add).transpose()?;
        }
    }
    // The terms of weights by others go where the weights go.
    if let Some(own) = manifest.license.as_mut().and_then(|own| own.file.as_mut()) {
        add(own)?;
    }
    manifest.check()?;
    // Reports and licence are for people: a program asks for none of them.
    let is_wanted = |path: &String| {
        !path.starts_with("reports/") && manifest.papers().all(|paper| paper.file != **path)
    };
    let paths: Vec<String> = contents
        .keys()
        .filter(|path| is_wanted(path))
        .cloned()
        .collect();
    contents.insert(MANIFEST.to_owned(), manifest.to_json().into_bytes());
    for (path, text) in [
        ("package.json", package_json(settings, &manifest)),
        ("index.js", index_js(&paths)),
        (
            "index.d.ts",
            "declare const bundle: Readonly<Record<string, string>>;\nexport default bundle;\n"
                .to_owned(),
        ),
        ("README.md", readme(settings, &manifest)),
        ("LICENSE", license(settings, &manifest)),
    ] {
        contents.insert(path.to_owned(), text.into_bytes());
    }
    let bytes = contents
        .values()
        .map(|contents| contents.len() as u64)
        .sum();
    files::ensure_free(out, bytes).context("there is not room enough for the package")?;
    for (path, contents) in &contents {
        files::write_whole(&out.join(path), contents)?;
    }
    Ok((manifest, bytes))
}

/// npm's rules for names of new packages.
fn check_name(name: &str) -> Result<()> {
    let is_part = |part: &str| {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b);
        !part.is_empty() && !part.starts_with(['.', '_']) && part.bytes().all(plain)
    };
    let is_name = match name.strip_prefix('@') {
        Some(scoped) => scoped
            .split_once('/')
            .is_some_and(|(scope, own)| is_part(scope) && is_part(own)),
        None => is_part(name),
    };
    ensure!(
        is_name && name.len() <= 214,
        "found the package name {name:?}, expected small letters, digits, dots, hyphens and underscores, like \"nerite-news\" or \"@me/news\""
    );
    Ok(())
}

fn package_json(settings: &Settings, manifest: &Manifest) -> String {
    let license = settings
        .license
        .as_deref()
        .unwrap_or("SEE LICENSE IN LICENSE");
    let package = json!({
        "name": settings.name,
        "version": settings.version,
        "description": format!("A bundle for Nerite: the encoder {} and {}, to find named entities in text", manifest.name, heads(manifest)),
        "license": license,
        "type": "module",
        "main": "index.js",
        "types": "index.d.ts",
        "exports": { ".": { "types": "./index.d.ts", "default": "./index.js" }, "./*": "./*" },
        "sideEffects": false,
        "keywords": ["nerite-bundle", "ner", "named-entity-recognition"],
    });
    serde_json::to_string_pretty(&package).expect("a package is plain data") + "\n"
}

fn heads(manifest: &Manifest) -> String {
    match manifest.heads.len() {
        1 => "a head".to_owned(),
        count => format!("{count} heads"),
    }
}

/// Every address stands as a whole, which is how bundlers see it.
fn index_js(paths: &[String]) -> String {
    let mut text = String::from(
        "// The bundle's files by their paths: `load(bundle)` takes them.\nexport default {\n",
    );
    for path in [MANIFEST.to_owned()].iter().chain(paths) {
        text += &format!("  \"{path}\": new URL(\"./{path}\", import.meta.url).href,\n");
    }
    text + "};\n"
}

fn readme(settings: &Settings, manifest: &Manifest) -> String {
    let name = &settings.name;
    let list: String = manifest
        .heads
        .iter()
        .map(|head| {
            let default = if head.id == manifest.default_head {
                ", the default"
            } else {
                ""
            };
            format!("- `{}`{default}: {}\n", head.id, head.title)
        })
        .collect();
    format!(
        "# {name}\n\n\
         A bundle for [Nerite](https://www.npmjs.com/package/nerite), which finds named entities in text without sending it anywhere: \
         the encoder {} (made from `{}`), {:.1} MB in all, with these heads:\n\n{list}\n\
         In Node, Deno and Bun:\n\n\
         ```js\nimport {{ load }} from \"nerite\";\nconst recognizer = await load(\"package:{name}\");\n```\n\n\
         In a page, with a bundler that copies what `new URL(..., import.meta.url)` names:\n\n\
         ```js\nimport {{ load }} from \"nerite\";\nimport bundle from \"{name}\";\nconst recognizer = await load(bundle);\n```\n\n\
         Otherwise serve this folder, and hand `load` its address. Every file is checked against the manifest before it is used.\n\n\
         Licence: see LICENSE.\n",
        manifest.name,
        manifest.source,
        manifest.bytes() as f64 / 1e6,
    )
}

fn license(settings: &Settings, manifest: &Manifest) -> String {
    if let Some(text) = &settings.license_text {
        return text.clone();
    }
    let weights = match &manifest.license {
        Some(own) => {
            let more = [own.attribution.clone(), own.url.clone()];
            let text = own.file.as_ref();
            let text = text.map(|file| format!("the text is in {}", file.file));
            let all: Vec<String> = [Some(own.name.clone())]
                .into_iter()
                .chain(more)
                .chain([text])
                .flatten()
                .collect();
            format!("The encoder's licence: {}.", all.join("; "))
        }
        None => format!(
            "The encoder was quantized from the checkpoint {}, and is under that checkpoint's licence.",
            manifest.source
        ),
    };
    let package = settings.license.as_deref().map_or_else(
        || "Whoever publishes this package says here under which licence the heads are.".to_owned(),
        |license| format!("The package is licensed as {license}."),
    );
    format!("{weights}\n{package}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_npm_takes() {
        for name in ["nerite-news", "@me/news.2", "a"] {
            check_name(name).unwrap();
        }
        for name in [
            "", "News", "@me", "@me/", "../x", ".x", "a/b", "@a/b/c", "a b", "_x",
        ] {
            assert!(check_name(name).is_err(), "{name}");
        }
    }
}
