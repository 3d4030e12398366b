//! How bytes stand for characters.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

// In a browser the tables of all encodings are there already, and would be half
// of what a page downloads.
#[cfg_attr(target_arch = "wasm32", path = "encoding/browser.rs")]
#[cfg_attr(not(target_arch = "wasm32"), path = "encoding/library.rs")]
mod named;

use named::Named;

/// How a file's bytes stand for characters: UTF-8, ISO-8859-1, or one of the
/// older encodings that browsers know, by its name there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoding(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Every byte is the character of that code. What browsers call so is
    /// Windows-1252, which has other characters for 0x80 to 0x9f.
    Latin1,
    Named(Named),
}

impl Encoding {
    /// UTF-8, with or without a byte order mark.
    pub const UTF_8: Self = Self(Kind::Named(Named::UTF_8));
    /// ISO-8859-1: every byte is the character of that code.
    pub const LATIN_1: Self = Self(Kind::Latin1);
    /// Western European Windows.
    pub const WINDOWS_1252: Self = Self(Kind::Named(Named::WINDOWS_1252));

    /// The encoding that bytes are likely to have which are not UTF-8.
    pub fn likely(bytes: &[u8]) -> Self {
        /// Enough to tell encodings apart; the guess takes a while.
        const LOOKED_AT: usize = 1 << 20;
        // From the first byte that tells anything.
        let start = bytes.iter().position(|byte| !byte.is_ascii()).unwrap_or(0);
        let bytes = &bytes[start..];
        Self(Kind::Named(Named::likely(
            &bytes[..bytes.len().min(LOOKED_AT)],
        )))
    }

    /// UTF-16, if bytes begin with its mark.
    pub(crate) fn of_mark(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xff, 0xfe, ..] => Some(Self(Kind::Named(Named::UTF_16LE))),
            [0xfe, 0xff, ..] => Some(Self(Kind::Named(Named::UTF_16BE))),
            _ => None,
        }
    }

    /// Whether this is one of the encodings of western Europe, which a guess
    /// takes one for the other.
    pub(crate) fn is_western(self) -> bool {
        match self.0 {
            Kind::Latin1 => true,
            Kind::Named(own) => {
                ["windows-1252", "iso-8859-15", "macintosh"].contains(&own.name().as_str())
            }
        }
    }

    pub(crate) fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        match self.0 {
            Kind::Latin1 => bytes.iter().map(|byte| char::from(*byte)).collect(),
            Kind::Named(own) => own.decode(bytes),
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Kind::Latin1 => f.write_str("latin-1"),
            Kind::Named(own) => f.write_str(&own.name()),
        }
    }
}

impl FromStr for Encoding {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        const LATIN_1: [&str; 4] = ["latin-1", "latin1", "iso-8859-1", "iso8859-1"];
        if LATIN_1.contains(&name.to_ascii_lowercase().as_str()) {
            return Ok(Self::LATIN_1);
        }
        let found = Named::for_label(name);
        found.map(|own| Self(Kind::Named(own))).ok_or_else(|| {
            format!(
                "found the encoding {name:?}, expected utf-8, latin-1, windows-1252 or another \
                 that browsers know, such as windows-1251, shift_jis or euc-kr"
            )
        })
    }
}
