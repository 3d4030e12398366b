//! A file of a bundle: its place, size and hashes.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{BundleError, MAX_FILE_BYTES, PART_BYTES};

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

    pub(super) fn check(&self, ending: &str) -> Result<(), BundleError> {
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
