//! Bundles: a folder with one quantized encoder, its tokenizer and any number
//! of heads, named by `manifest.json`.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::encoder::Architecture;

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

/// A file of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleFile {
    /// Its path within the bundle: one name, or folder and name.
    pub file: String,
    /// Its size.
    pub bytes: u64,
    /// Its sha256, in hexadecimal.
    pub sha256: String,
    /// Of a file of more than [`PART_BYTES`], the sha256 of each part of so
    /// many, in hexadecimal: browsers hash what is in one piece only, and parts
    /// of a whole model would be too large. Manifests by others may lack them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<String>,
    /// Where the file does not lie in one piece, since a host takes no files
    /// of its size: the bytes of each piece but the last one, a multiple of
    /// [`PART_BYTES`]. The pieces are called `FILE.0`, `FILE.1`, and so on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub piece_bytes: Option<u64>,
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

// Not by `#[from]`: what is a source too would be told twice.
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

impl BundleFile {
    /// Describes `contents` as a file of this path.
    pub fn of(file: impl Into<String>, contents: &[u8]) -> Self {
        let parts = match contents.len() {
            0..=PART_BYTES => Vec::new(),
            _ => contents.chunks(PART_BYTES).map(hash).collect(),
        };
        Self {
            file: file.into(),
            bytes: contents.len() as u64,
            sha256: hash(contents),
            parts,
            piece_bytes: None,
        }
    }

    /// Cuts the file into pieces of at most `most` bytes where it is larger.
    /// Gives the paths that its contents lie in, and how many bytes each has.
    pub fn cut(&mut self, most: u64) -> Vec<(String, u64)> {
        if self.bytes > most {
            let part = PART_BYTES as u64;
            self.piece_bytes = Some((most / part).max(1) * part);
        }
        self.pieces()
    }

    /// The paths that the file's contents lie in, in order, and how many bytes
    /// each has.
    pub fn pieces(&self) -> Vec<(String, u64)> {
        let Some(size) = self.piece_bytes else {
            return vec![(self.file.clone(), self.bytes)];
        };
        let count = self.bytes.div_ceil(size);
        let piece = |index| {
            let bytes = size.min(self.bytes - index * size);
            (format!("{}.{index}", self.file), bytes)
        };
        (0..count).map(piece).collect()
    }

    /// The sha256 of the part that begins at this byte, if the manifest has it.
    pub fn part_at(&self, byte: u64) -> Option<&str> {
        let part_bytes = PART_BYTES as u64;
        if byte >= self.bytes || !byte.is_multiple_of(part_bytes) {
            None
        } else if self.bytes <= part_bytes {
            Some(&self.sha256)
        } else {
            let part = self.parts.get((byte / part_bytes) as usize);
            part.map(String::as_str)
        }
    }

    fn check(&self, ending: &str) -> Result<(), BundleError> {
        let refuse = |text: String| Err(BundleError::Contents(text));
        if !self.file.ends_with(ending) {
            return refuse(format!(
                "found the path {:?}, expected one that ends with {ending}",
                self.file
            ));
        }
        let parts: Vec<_> = self.file.split('/').collect();
        if parts.len() > 2 || !parts.iter().all(|part| is_file_name(part)) {
            return refuse(format!(
                "found the path {:?}, expected a plain name in the bundle",
                self.file
            ));
        }
        if self.bytes == 0 || self.bytes > MAX_FILE_BYTES {
            return refuse(format!(
                "{}: found {} bytes, expected 1 to {MAX_FILE_BYTES}",
                self.file, self.bytes
            ));
        }
        for sha256 in self.parts.iter().chain([&self.sha256]) {
            let is_digit = |b| matches!(b, b'0'..=b'9' | b'a'..=b'f');
            if sha256.len() != 64 || !sha256.bytes().all(is_digit) {
                return refuse(format!("{}: found the sha256 {sha256:?}", self.file));
            }
        }
        if let Some(size) = self.piece_bytes
            && (size == 0 || !size.is_multiple_of(PART_BYTES as u64))
        {
            return refuse(format!(
                "{}: found pieces of {size} bytes, expected a multiple of {PART_BYTES}",
                self.file
            ));
        }
        let parts = self.bytes.div_ceil(PART_BYTES as u64);
        if !self.parts.is_empty() && self.parts.len() as u64 != parts {
            return refuse(format!(
                "{}: found the sha256 of {} parts, expected {parts}",
                self.file,
                self.parts.len()
            ));
        }
        Ok(())
    }

    /// Checks a file's contents against size and sha256.
    ///
    /// # Errors
    ///
    /// [`BundleError::File`].
    pub fn verify(&self, contents: &[u8]) -> Result<(), BundleError> {
        let differs = |found: String, expected: String| {
            Err(BundleError::File {
                file: self.file.clone(),
                found,
                expected,
            })
        };
        if contents.len() as u64 != self.bytes {
            return differs(
                format!("{} bytes", contents.len()),
                format!("{}", self.bytes),
            );
        }
        let found = hash(contents);
        if found != self.sha256 {
            return differs(format!("sha256 {found}"), self.sha256.clone());
        }
        Ok(())
    }
}

fn hash(contents: &[u8]) -> String {
    format!("{:x}", Sha256::digest(contents))
}

/// Whether `name` may name a file or a head of a bundle: letters, digits, `.`, `_`, `-`, not beginning with a dot.
pub fn is_file_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 100
        && !name.starts_with('.')
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

/// Whether `name` may name a revision on a hub: a commit, or a branch or tag
/// that git takes (git-check-ref-format), in ASCII.
pub fn is_revision(name: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && !part.ends_with(".lock")
            && part
                .bytes()
                .all(|b| b.is_ascii_graphic() && !b"~^:?*[\\\"<>|".contains(&b))
    };
    name.len() <= 200
        && name != "@"
        && !name.starts_with('-')
        && !name.ends_with('.')
        && !name.contains("..")
        && !name.contains("@{")
        && name.split('/').all(is_part)
}

#[cfg(test)]
mod tests {
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn manifest() -> Manifest {
        let head = BundleHead {
            id: "base".into(),
            title: "untrained".into(),
            file: BundleFile::of("heads/base.safetensors", b"head"),
            report: None,
            agreement: None,
        };
        Manifest::new(
            "tiny".into(),
            Architecture::Bert,
            "tiny".into(),
            None,
            BundleFile::of("encoder.safetensors", b"encoder"),
            BundleFile::of("tokenizer.json", b"tokenizer"),
            vec![head],
            "base".into(),
        )
    }

    #[test]
    fn manifests_come_back() {
        let manifest = manifest();
        assert_eq!(
            Manifest::from_json(manifest.to_json().as_bytes()).unwrap(),
            manifest
        );
        assert_eq!(manifest.bytes(), 4 + 7 + 9);
        assert!(manifest.encoder.verify(b"encoder").is_ok());
        assert!(manifest.encoder.verify(b"encodes").is_err());
        assert!(manifest.encoder.verify(b"").is_err());
    }

    #[test]
    fn parts_are_those_of_the_file() {
        let mut contents = vec![1; 2 * PART_BYTES + 1];
        contents[PART_BYTES] = 2;
        let file = BundleFile::of("encoder.safetensors", &contents);
        let whole = |from: usize, to: usize| BundleFile::of("part", &contents[from..to]).sha256;
        for (at, to) in [
            (0, PART_BYTES),
            (PART_BYTES, 2 * PART_BYTES),
            (2 * PART_BYTES, 2 * PART_BYTES + 1),
        ] {
            assert_eq!(file.part_at(at as u64), Some(&*whole(at, to)));
        }
        assert_eq!(file.part_at(1), None);
        assert_eq!(file.part_at(3 * PART_BYTES as u64), None);
        let small = BundleFile::of("tokenizer.json", b"tokenizer");
        assert_eq!(small.part_at(0), Some(&*small.sha256));

        let mut manifest = manifest();
        manifest.encoder = file;
        manifest.check().unwrap();
        let json = manifest.to_json();
        assert_eq!(Manifest::from_json(json.as_bytes()).unwrap(), manifest);
        manifest.encoder.parts[1] = "x".into();
        assert!(manifest.check().is_err());
        manifest.encoder.parts.truncate(1);
        assert!(manifest.check().is_err());
        manifest.encoder.parts.clear();
        manifest.check().unwrap();
        assert_eq!(manifest.encoder.part_at(0), None);
    }

    #[test]
    fn large_files_are_cut_into_pieces() {
        let contents = vec![1; 2 * PART_BYTES + 1];
        let mut file = BundleFile::of("encoder.safetensors", &contents);
        let part = PART_BYTES as u64;
        let name = |index| format!("encoder.safetensors.{index}");
        assert_eq!(
            file.cut(3 * part),
            [("encoder.safetensors".into(), 2 * part + 1)]
        );
        assert_eq!(
            file.cut(2 * part - 1),
            [(name(0), part), (name(1), part), (name(2), 1)]
        );
        assert_eq!(file.piece_bytes, Some(part));
        let mut manifest = manifest();
        manifest.encoder = file;
        let json = manifest.to_json();
        assert_eq!(Manifest::from_json(json.as_bytes()).unwrap(), manifest);
        for wrong in [0, 1, part + 1] {
            manifest.encoder.piece_bytes = Some(wrong);
            assert!(manifest.check().is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_could_do_harm_is_refused() {
        let mut manifest = manifest();
        manifest.heads[0].report = Some(BundleFile::of("reports/base.json", b"report"));
        manifest.license = Some(License {
            name: "CC-BY-4.0".into(),
            attribution: Some("Someone".into()),
            url: Some("https://example.org/licence".into()),
            file: Some(BundleFile::of("LICENSE.txt", b"text")),
        });
        let json = manifest.to_json();
        for (from, to) in [
            ("\"encoder.safetensors\"", "\"../encoder.safetensors\""),
            ("\"encoder.safetensors\"", "\"/etc/passwd\""),
            ("\"heads/base.safetensors\"", "\"heads/..\""),
            ("\"reports/base.json\"", "\"../../report.json\""),
            ("\"encoder.safetensors\"", "\"a/b/c\""),
            ("\"encoder.safetensors\"", "\"https://example.org\""),
            ("\"encoder.safetensors\"", "\"a\\\\b\""),
            ("\"encoder.safetensors\"", "\"\""),
            // What a browser would take for a page, a script, a picture.
            ("\"encoder.safetensors\"", "\"encoder.html\""),
            ("\"heads/base.safetensors\"", "\"heads/base.js\""),
            ("\"tokenizer.json\"", "\"tokenizer.svg\""),
            ("\"reports/base.json\"", "\"reports/base.html\""),
            ("\"default_head\": \"base\"", "\"default_head\": \"best\""),
            ("\"bytes\": 7", "\"bytes\": 99999999999"),
            ("\"bytes\": 7", "\"bytes\": -1"),
            ("\"version\": 1", "\"version\": 2"),
            ("\"id\": \"base\"", "\"id\": \"<b>\""),
            ("\"LICENSE.txt\"", "\"../LICENSE.txt\""),
            ("\"LICENSE.txt\"", "\"LICENSE.html\""),
            ("\"https://example.org/licence\"", "\"javascript:alert(1)\""),
            ("\"CC-BY-4.0\"", "\"\""),
        ] {
            let changed = json.replace(from, to);
            assert_ne!(changed, json, "{from}");
            assert!(
                Manifest::from_json(changed.as_bytes()).is_err(),
                "{to} was accepted"
            );
        }
        assert!(Manifest::from_json(&vec![b' '; MAX_MANIFEST_BYTES + 1]).is_err());
    }

    #[test]
    fn revisions_are_names_that_git_takes() {
        for name in [
            "main",
            "v1.0",
            "refs/pr/7",
            "feature/x-y_z",
            "c9745ed1d9f207416be6d2e6f8de32d1f16199bf",
            "1+2#3%",
        ] {
            assert!(is_revision(name), "{name}");
        }
        for name in [
            "",
            "..",
            "../../../home",
            "a/../b",
            "/etc/passwd",
            "a//b",
            "a/",
            "-x",
            ".x",
            "a/.x",
            "x.lock",
            "x.",
            "@",
            "a@{b",
            "a b",
            "a\\b",
            "a\nb",
            "C:",
            "a?b",
            "\u{e9}",
            &"x".repeat(201),
        ] {
            assert!(!is_revision(name), "{name}");
            let mut manifest = manifest();
            manifest.revision = Some(name.into());
            assert!(manifest.check().is_err(), "{name}");
        }
    }
}
