//! A bundle whose files come in bit by bit, in the manifest's order: nothing of
//! a file is used before it is known to be the one that the manifest means.

use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::bundle::{BundleFile, BundleHead, Manifest, PART_BYTES};
use crate::encoder::{Encoder, EncoderLoader};
use crate::head::Head;
use crate::recognizer::Recognizer;

/// Why a bundle cannot be loaded.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum LoadError {
    /// A manifest or a file that makes no bundle, or calls in a wrong order.
    #[error("{0}")]
    Bundle(String),
    /// Bytes that are not those that the manifest means.
    #[error("{0}")]
    Integrity(String),
    /// No room for a file.
    #[error("{0}")]
    Memory(String),
}

/// Takes the files of a bundle.
///
/// For each of [`BundleLoader::files`], in order: its bytes by
/// [`push`](BundleLoader::push), each part's hash before it by
/// [`check_part`](BundleLoader::check_part) if the caller can hash faster, and
/// [`finish_file`](BundleLoader::finish_file), which gives the bundle after the
/// last of them.
pub struct BundleLoader {
    manifest: Manifest,
    /// Files that are whole.
    done: usize,
    /// Of the file that is being read: its bytes so far, up to where their
    /// sha256 is known to be the manifest's, and else their own.
    received: u64,
    checked: u64,
    hash: Sha256,
    encoder: EncoderLoader,
    /// Why the encoder's bytes make none. Said once they are known not to be
    /// damaged, which would be the better reason.
    unusable: Option<LoadError>,
    /// A file that is not the encoder, until it is whole.
    buffer: Vec<u8>,
    loaded: Option<Encoder>,
    recognizer: Option<Recognizer>,
    heads: Vec<Head>,
    head_files: Vec<Vec<u8>>,
}

/// A bundle, loaded and checked.
pub struct LoadedBundle {
    /// What `manifest.json` says, and of heads that were added.
    pub manifest: Manifest,
    /// The encoder with its tokenizer.
    pub recognizer: Recognizer,
    /// The heads, in the manifest's order.
    pub heads: Vec<Head>,
    /// Their files, in this order too.
    pub head_files: Vec<Vec<u8>>,
}

impl BundleLoader {
    /// Reads and checks `manifest.json`.
    ///
    /// # Errors
    ///
    /// What [`Manifest::from_json`] refuses.
    pub fn new(manifest: &[u8]) -> Result<Self, LoadError> {
        let manifest = Manifest::from_json(manifest);
        Ok(Self {
            manifest: manifest.map_err(|error| LoadError::Bundle(error.to_string()))?,
            done: 0,
            received: 0,
            checked: 0,
            hash: Sha256::new(),
            encoder: EncoderLoader::default(),
            unusable: None,
            buffer: Vec::new(),
            loaded: None,
            recognizer: None,
            heads: Vec::new(),
            head_files: Vec::new(),
        })
    }

    /// The bundle's name.
    pub fn name(&self) -> &str {
        &self.manifest.name
    }

    /// The files to be read, in order.
    pub fn files(&self) -> impl Iterator<Item = &BundleFile> {
        self.manifest.files()
    }

    /// Takes the sha256 of the next part of the current file ([`PART_BYTES`] or
    /// what is left), whose bytes are to follow. They are then not hashed here.
    ///
    /// # Errors
    ///
    /// Another hash than the manifest's, or a part before the last one's end.
    pub fn check_part(&mut self, sha256: &[u8]) -> Result<(), LoadError> {
        let file = self.file()?;
        if self.received != self.checked {
            return Err(LoadError::Integrity(format!(
                "{}: found a part before the last one's end",
                file.file
            )));
        }
        let found: String = sha256.iter().map(|byte| format!("{byte:02x}")).collect();
        match file.part_at(self.received) {
            Some(expected) if expected == found => {}
            expected => {
                let expected = expected.unwrap_or("none");
                return Err(damaged(&file, &format!("sha256 {found}"), expected));
            }
        }
        self.checked = file.bytes.min(self.received + PART_BYTES as u64);
        Ok(())
    }

    /// Takes the next bytes of the current file.
    ///
    /// # Errors
    ///
    /// More bytes than the manifest says or than were checked; an encoder that
    /// is none; no memory.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), LoadError> {
        let file = self.file()?;
        self.received += bytes.len() as u64;
        if self.checked == 0 {
            self.hash.update(bytes);
        } else if self.received > self.checked {
            return Err(LoadError::Integrity(format!(
                "{}: found bytes that were not checked",
                file.file
            )));
        }
        if self.received > file.bytes {
            return Err(LoadError::Integrity(format!(
                "{}: found more than {} bytes",
                file.file, file.bytes
            )));
        }
        if self.done == 0 {
            if self.unusable.is_none() {
                let pushed = self.encoder.push(bytes);
                let unusable = |error: crate::encoder::EncoderError| {
                    LoadError::Bundle(format!("{}: {error}", file.file))
                };
                self.unusable = pushed.err().map(unusable);
            }
            return match self.unusable.take_if(|_| self.checked > 0) {
                Some(error) => Err(error),
                None => Ok(()),
            };
        }
        if self.buffer.is_empty() {
            let wanted = file.bytes as usize;
            self.buffer.try_reserve_exact(wanted).map_err(|_| {
                LoadError::Memory(format!(
                    "{}: there is no memory left for its {wanted} bytes",
                    file.file
                ))
            })?;
        }
        self.buffer.extend_from_slice(bytes);
        Ok(())
    }

    /// Says that the current file has come to its end. Checks its size and
    /// sha256, and what it holds, before anything of it is used. `now` is a
    /// clock in milliseconds, by which the fastest kernel is chosen. Gives the
    /// bundle if this was the last file.
    ///
    /// # Errors
    ///
    /// A file that is damaged, or that does not fit the others.
    pub fn finish_file(
        &mut self,
        now: impl Fn() -> f64,
    ) -> Result<Option<LoadedBundle>, LoadError> {
        let file = self.file()?;
        let buffer = std::mem::take(&mut self.buffer);
        let hash = std::mem::take(&mut self.hash);
        let checked = std::mem::take(&mut self.checked);
        if self.received != file.bytes {
            let found = format!("{} bytes", self.received);
            return Err(damaged(&file, &found, &file.bytes.to_string()));
        }
        if checked == 0 {
            let found = format!("{:x}", hash.finalize());
            if found != file.sha256 {
                return Err(damaged(&file, &format!("sha256 {found}"), &file.sha256));
            }
        }
        if let Some(error) = self.unusable.take() {
            return Err(error);
        }
        let bundle =
            |error: &dyn std::fmt::Display| LoadError::Bundle(format!("{}: {error}", file.file));
        match self.done {
            0 => {
                let loader = std::mem::take(&mut self.encoder);
                let encoder = loader.finish(file.sha256.clone());
                let mut encoder = encoder.map_err(|error| bundle(&error))?;
                encoder.choose_kernel(now);
                self.loaded = Some(encoder);
            }
            1 => {
                let encoder = self.loaded.take().expect("the first file was whole");
                let recognizer = Recognizer::new(encoder, &buffer);
                self.recognizer = Some(recognizer.map_err(|error| bundle(&error))?);
            }
            _ => {
                let head = Head::from_bytes(&buffer).map_err(|error| bundle(&error))?;
                let recognizer = self.recognizer.as_ref().expect("the second file was whole");
                head.check_encoder(recognizer.encoder())
                    .map_err(|error| bundle(&error))?;
                check_unit(&head, &self.heads).map_err(|error| bundle(&error))?;
                self.heads.push(head);
                self.head_files.push(buffer);
            }
        }
        self.done += 1;
        self.received = 0;
        if self.done < self.manifest.files().count() {
            return Ok(None);
        }
        let recognizer = self.recognizer.take().expect("the second file was whole");
        Ok(Some(LoadedBundle {
            manifest: self.manifest.clone(),
            recognizer,
            heads: std::mem::take(&mut self.heads),
            head_files: std::mem::take(&mut self.head_files),
        }))
    }

    /// The file that is being read.
    fn file(&self) -> Result<BundleFile, LoadError> {
        let file = self.manifest.files().nth(self.done).cloned();
        file.ok_or_else(|| LoadError::Bundle("found bytes after the last file".into()))
    }
}

impl LoadedBundle {
    /// A head by its id, with what the manifest says of it.
    pub fn head(&self, id: &str) -> Option<(&BundleHead, &Head)> {
        let place = self.place(id)?;
        Some((&self.manifest.heads[place], &self.heads[place]))
    }

    /// The file of a head.
    pub fn head_file(&self, id: &str) -> Option<&[u8]> {
        Some(&self.head_files[self.place(id)?])
    }

    /// Adds a head that is not in the bundle's folder, in the place of one that
    /// was added under the same id before.
    ///
    /// # Errors
    ///
    /// Bytes that are no head, or one of another encoder or unit.
    pub fn add_head(&mut self, id: &str, title: &str, bytes: Vec<u8>) -> Result<(), LoadError> {
        let refuse = |error: &dyn std::fmt::Display| LoadError::Bundle(format!("{id}: {error}"));
        let head = Head::from_bytes(&bytes).map_err(|error| refuse(&error))?;
        head.check_encoder(self.recognizer.encoder())
            .map_err(|error| refuse(&error))?;
        check_unit(&head, &self.heads).map_err(|error| refuse(&error))?;
        let entry = BundleHead {
            id: id.into(),
            title: title.into(),
            file: BundleFile::of(format!("heads/{id}.safetensors"), &bytes),
            report: None,
            agreement: None,
        };
        match self.place(id) {
            Some(place) => {
                self.manifest.heads[place] = entry;
                (self.heads[place], self.head_files[place]) = (head, bytes);
            }
            None => {
                self.manifest.heads.push(entry);
                self.heads.push(head);
                self.head_files.push(bytes);
            }
        }
        Ok(())
    }

    fn place(&self, id: &str) -> Option<usize> {
        self.manifest.heads.iter().position(|head| head.id == id)
    }
}

/// The tokenizer is prepared for one unit, so all heads of a bundle read it.
fn check_unit(head: &Head, others: &[Head]) -> Result<(), String> {
    let unit = head.config().unit();
    if others.iter().all(|other| other.config().unit() == unit) {
        return Ok(());
    }
    let name = unit.name();
    Err(format!(
        "found a head of {name}, expected the unit of the bundle's other heads"
    ))
}

fn damaged(file: &BundleFile, found: &str, expected: &str) -> LoadError {
    LoadError::Integrity(format!(
        "{}: found {found}, expected {expected}; the file is damaged or of another version",
        file.file
    ))
}
