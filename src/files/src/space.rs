//! How much a disk still takes, and sizes as people write them.

use std::fmt;
use std::fs::File;
use std::path::Path;
use std::str::FromStr;

use anyhow::{Result, ensure};

/// Bytes that may still be written where `place`, a file or folder, is; `None`
/// where the system does not say.
#[must_use]
pub fn free_bytes(place: &File) -> Option<u64> {
    #[cfg(unix)]
    {
        let found = rustix::fs::fstatvfs(place).ok()?;
        Some(found.f_bavail.saturating_mul(found.f_frsize))
    }
    #[cfg(not(unix))]
    {
        let _ = place;
        None
    }
}

/// Fails if the disk of `path`, which need not be there yet, has not room for
/// so many bytes more: better known before long work than after it.
///
/// # Errors
///
/// Says how many bytes are needed and how many are free.
pub fn ensure_free(path: &Path, needed: u64) -> Result<()> {
    let mut places = path.ancestors().filter(|place| *place != Path::new(""));
    let place = places.find_map(|place| File::open(place).ok());
    let place = place.or_else(|| File::open(".").ok());
    let Some(free) = place.as_ref().and_then(free_bytes) else {
        return Ok(());
    };
    ensure!(
        needed <= free,
        "{}: found {free} bytes free ({}), needed are {needed} ({})",
        path.display(),
        Bytes(free),
        Bytes(needed)
    );
    Ok(())
}

/// A number of bytes, written and read as in `5.4 GB`; a `GB` is 10^9 bytes, a
/// `GiB` 2^30.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(pub u64);

const UNITS: [(&str, f64); 9] = [
    ("TiB", (1_u64 << 40) as f64),
    ("GiB", (1_u64 << 30) as f64),
    ("MiB", (1_u64 << 20) as f64),
    ("KiB", (1_u64 << 10) as f64),
    ("TB", 1e12),
    ("GB", 1e9),
    ("MB", 1e6),
    ("kB", 1e3),
    ("B", 1.0),
];

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0 as f64;
        let unit = UNITS[4..8].iter().find(|(_, unit)| count >= *unit);
        match unit {
            Some((name, unit)) if count / unit < 9.95 => write!(f, "{:.1} {name}", count / unit),
            Some((name, unit)) => write!(f, "{:.0} {name}", count / unit),
            None => write!(f, "{} B", self.0),
        }
    }
}

impl FromStr for Bytes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read = || {
            let text = text.trim();
            let ends = |name: &str| {
                let at = text.len().checked_sub(name.len())?;
                let (number, unit) = (text.get(..at)?, text.get(at..)?);
                unit.eq_ignore_ascii_case(name).then_some(number)
            };
            let unit = UNITS
                .iter()
                .find_map(|(name, unit)| Some((ends(name)?, *unit)));
            let (number, unit) = unit.unwrap_or((text, 1.0));
            let number: f64 = number.trim().parse().ok()?;
            let bytes = number * unit;
            (0.0..1e18).contains(&bytes).then_some(Self(bytes as u64))
        };
        read().ok_or_else(|| {
            format!("found the size {text:?}, expected one such as 500MB, 20GB or 1.5GiB")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed_and_what_is_free_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("not/there/yet");
        ensure_free(&path, 1).unwrap();
        if cfg!(unix) {
            let free = free_bytes(&File::open(folder.path()).unwrap()).unwrap();
            assert!(free > 0);
            let error = ensure_free(&path, 1 << 60).unwrap_err().to_string();
            assert!(error.contains("needed are 1152921504606846976"), "{error}");
            assert!(error.contains("bytes free"), "{error}");
        }
    }

    #[test]
    fn sizes_are_read_and_written() {
        for (text, bytes) in [
            ("0", 0),
            ("12", 12),
            ("12B", 12),
            ("1.5 kb", 1500),
            ("20GB", 20_000_000_000),
            ("2MiB", 2 << 20),
            (" 1 tb ", 1_000_000_000_000),
        ] {
            assert_eq!(text.parse(), Ok(Bytes(bytes)), "{text}");
        }
        for bad in [
            "", "GB", "-1GB", "1e30GB", "nanMB", "ten", "1 XB", "\u{20ac}",
        ] {
            assert!(bad.parse::<Bytes>().is_err(), "{bad}");
        }
        for (bytes, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (5_376_000_000, "5.4 GB"),
            (22_961_000, "23 MB"),
            (1_500, "1.5 kB"),
        ] {
            assert_eq!(Bytes(bytes).to_string(), text);
        }
    }
}
