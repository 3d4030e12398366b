//! Bundles: a folder with one quantized encoder, its tokenizer and any number
//! of heads, named by `manifest.json`.

mod file;

use serde::{Deserialize, Serialize};

use crate::encoder::Architecture;
pub use file::{BundleFile, is_file_name, is_revision};

/// The manifest's file name.
pub const MANIFEST: &str = "manifest.json";
/// The largest manifest that a loader reads, in bytes.
pub const MAX_MANIFEST_BYTES: usize = 1 << 20;
/// The bytes of each part of a file that a manifest has the sha256 of; the
/// file's last part may be shorter.
pub const PART_BYTES: usize = 4 << 20;
/// The largest file that a manifest may name, in bytes.
pub const MAX_FILE_BYTES: u64 = 1 << 30;

const FORMAT: &str = "nerite-bundle";
const VERSION: u32 = 1;
const MAX_HEADS: usize = 64;
/// The longest name or attribution of a licence.
const MAX_LICENSE_BYTES: usize = 500;

/// A bundle's table of contents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    format: String,
    version: u32,
    /// The encoder's name, for people.
    pub name: String,
    /// The encoder's family.
    pub architecture: Architecture,
    /// The name under which `nerite encoder fetch` finds the weights; of a
    /// folder, only its own name.
    pub source: String,
    /// The revision on the hub, where one was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// On what terms the weights may be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license: Option<License>,
    /// The quantized encoder.
    pub encoder: BundleFile,
    /// The prepared `tokenizer.json`.
    pub tokenizer: BundleFile,
    /// The heads; the page offers them in this order.
    pub heads: Vec<BundleHead>,
    /// The id of the head to begin with.
    pub default_head: String,
}

/// On what terms a bundle's weights may be used, and whom to name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct License {
    /// Its name, as in SPDX's list where it is there: `CC-BY-4.0`.
    pub name: String,
    /// Whom to name, and of what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribution: Option<String>,
    /// Where the weights are from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The licence's text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<BundleFile>,
}

/// A head of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleHead {
    /// A short name without spaces, unique in the bundle.
    pub id: String,
    /// What people should read.
    pub title: String,
    /// The head.
    #[serde(flatten)]
    pub file: BundleFile,
    /// Its report.
    pub report: Option<BundleFile>,
    /// Of an imported head, how int8 and f32 agree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreement: Option<BundleFile>,
}

/// Why a manifest or a file of a bundle was refused.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// It does not parse.
    #[error("{MANIFEST}: {0}")]
    Json(serde_json::Error),
    /// It parses, but says what cannot be.
    #[error("{MANIFEST}: {0}")]
    Contents(String),
    /// A file is not the one that the manifest names.
    #[error(
        "{file}: found {found}, expected {expected}; the file is damaged or of another version"
    )]
    File {
        /// The file's path within the bundle.
        file: String,
        /// Its size, or its hash where the size is right.
        found: String,
        /// The same from the manifest.
        expected: String,
    },
}

// Not by `#[from]`: the message already contains the source.
impl From<serde_json::Error> for BundleError {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error)
    }
}

impl Manifest {
    /// A manifest of this version; check it with [`Manifest::check`].
    #[expect(
        clippy::too_many_arguments,
        reason = "the fields of the file, in order"
    )]
    pub fn new(
        name: String,
        architecture: Architecture,
        source: String,
        revision: Option<String>,
        encoder: BundleFile,
        tokenizer: BundleFile,
        heads: Vec<BundleHead>,
        default_head: String,
    ) -> Self {
        Self {
            format: FORMAT.into(),
            version: VERSION,
            name,
            architecture,
            source,
            revision,
            license: None,
            encoder,
            tokenizer,
            heads,
            default_head,
        }
    }

    /// Reads and checks `manifest.json`.
    ///
    /// # Errors
    ///
    /// More than [`MAX_MANIFEST_BYTES`], JSON that does not parse, or what
    /// [`Manifest::check`] refuses.
    pub fn from_json(json: &[u8]) -> Result<Self, BundleError> {
        if json.len() > MAX_MANIFEST_BYTES {
            return Err(BundleError::Contents(format!(
                "found {} bytes, expected at most {MAX_MANIFEST_BYTES}",
                json.len()
            )));
        }
        let manifest: Self = serde_json::from_slice(json)?;
        manifest.check()?;
        Ok(manifest)
    }

    /// The manifest's file.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a manifest is plain data") + "\n"
    }

    /// Checks format and version, names, sizes and hashes.
    ///
    /// # Errors
    ///
    /// [`BundleError::Contents`] with what was found and expected. A path that
    /// would leave the bundle's folder is refused.
    pub fn check(&self) -> Result<(), BundleError> {
        let refuse = |text: String| Err(BundleError::Contents(text));
        if self.format != FORMAT || self.version != VERSION {
            return refuse(format!(
                "found {:?} version {}, expected {FORMAT:?} version {VERSION}",
                self.format, self.version
            ));
        }
        if self.heads.is_empty() || self.heads.len() > MAX_HEADS {
            return refuse(format!(
                "found {} heads, expected 1 to {MAX_HEADS}",
                self.heads.len()
            ));
        }
        for (index, head) in self.heads.iter().enumerate() {
            if !is_file_name(&head.id)
                || self.heads[..index].iter().any(|other| other.id == head.id)
            {
                return refuse(format!(
                    "found the head {:?}, expected a new plain name",
                    head.id
                ));
            }
        }
        if !self.heads.iter().any(|head| head.id == self.default_head) {
            return refuse(format!(
                "found no head {:?}, which is the default",
                self.default_head
            ));
        }
        if let Some(revision) = self.revision.as_ref().filter(|it| !is_revision(it)) {
            return refuse(format!(
                "found the revision {revision:?}, expected a branch, tag or commit"
            ));
        }
        let reports = self
            .heads
            .iter()
            .flat_map(|head| [&head.report, &head.agreement]);
        let json = [&self.tokenizer].into_iter().chain(reports.flatten());
        let weights = [&self.encoder]
            .into_iter()
            .chain(self.heads.iter().map(|head| &head.file));
        // A kind that a browser would run, or show as a page, has no business
        // in a bundle.
        json.map(|file| (file, ".json"))
            .chain(weights.map(|file| (file, ".safetensors")))
            .try_for_each(|(file, ending)| file.check(ending))?;
        match &self.license {
            Some(license) => license.check(),
            None => Ok(()),
        }
    }

    /// The files that come along but that no loader reads: reports and licence.
    pub fn papers(&self) -> impl Iterator<Item = &BundleFile> {
        let reports = self
            .heads
            .iter()
            .flat_map(|head| [&head.report, &head.agreement]);
        let license = self.license.as_ref().and_then(|own| own.file.as_ref());
        reports.flatten().chain(license)
    }

    /// The files that a loader reads: encoder, tokenizer, heads.
    pub fn files(&self) -> impl Iterator<Item = &BundleFile> {
        [&self.encoder, &self.tokenizer]
            .into_iter()
            .chain(self.heads.iter().map(|head| &head.file))
    }

    /// The sum of the sizes of [`Manifest::files`].
    pub fn bytes(&self) -> u64 {
        self.files().map(|file| file.bytes).sum()
    }
}

impl License {
    /// Refuses texts that no page could show, and addresses that are none.
    fn check(&self) -> Result<(), BundleError> {
        let texts = [
            Some(&self.name),
            self.attribution.as_ref(),
            self.url.as_ref(),
        ];
        let odd = texts.into_iter().flatten().find(|text| {
            !(1..=MAX_LICENSE_BYTES).contains(&text.len()) || text.contains(char::is_control)
        });
        if let Some(odd) = odd {
            return Err(BundleError::Contents(format!(
                "found the licence {:?}, expected 1 to {MAX_LICENSE_BYTES} bytes",
                odd.chars().take(40).collect::<String>()
            )));
        }
        match &self.url {
            Some(url) if !url.starts_with("https://") => Err(BundleError::Contents(format!(
                "found the licence's address {url:?}, expected one that begins with https://"
            ))),
            _ => self.file.as_ref().map_or(Ok(()), |file| file.check(".txt")),
        }
    }
}

#[cfg(test)]
mod tests;
