//! How bytes stand for characters.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use chardetng::EncodingDetector;

/// How a file's bytes stand for characters: UTF-8, ISO-8859-1, or one of the
/// older encodings that browsers know, by its name there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoding(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Every byte is the character of that code. What browsers call so is
    /// Windows-1252, which has other characters for 0x80 to 0x9f.
    Latin1,
    Named(&'static encoding_rs::Encoding),
}

impl Encoding {
    /// UTF-8, with or without a byte order mark.
    pub const UTF_8: Self = Self(Kind::Named(encoding_rs::UTF_8));
    /// ISO-8859-1: every byte is the character of that code.
    pub const LATIN_1: Self = Self(Kind::Latin1);
    /// Western European Windows.
    pub const WINDOWS_1252: Self = Self(Kind::Named(encoding_rs::WINDOWS_1252));

    /// The encoding that bytes are likely to have which are not UTF-8.
    pub fn likely(bytes: &[u8]) -> Self {
        /// Enough to tell encodings apart; the guess takes a while.
        const LOOKED_AT: usize = 1 << 20;
        let mut detector = EncodingDetector::new();
        // From the first byte that tells anything.
        let start = bytes.iter().position(|byte| !byte.is_ascii()).unwrap_or(0);
        let bytes = &bytes[start..];
        detector.feed(&bytes[..bytes.len().min(LOOKED_AT)], true);
        Self(Kind::Named(detector.guess(None, false)))
    }

    /// UTF-16, if bytes begin with its mark.
    pub(crate) fn of_mark(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xff, 0xfe, ..] => Some(Self(Kind::Named(encoding_rs::UTF_16LE))),
            [0xfe, 0xff, ..] => Some(Self(Kind::Named(encoding_rs::UTF_16BE))),
            _ => None,
        }
    }

    /// Whether this is one of the encodings of western Europe, which a guess
    /// takes one for the other.
    pub(crate) fn is_western(self) -> bool {
        let western = [
            encoding_rs::WINDOWS_1252,
            encoding_rs::ISO_8859_15,
            encoding_rs::MACINTOSH,
        ];
        match self.0 {
            Kind::Latin1 => true,
            Kind::Named(own) => western.contains(&own),
        }
    }

    pub(crate) fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        match self.0 {
            Kind::Latin1 => encoding_rs::mem::decode_latin1(bytes),
            Kind::Named(own) => own.decode_without_bom_handling(bytes).0,
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Kind::Latin1 => f.write_str("latin-1"),
            Kind::Named(own) => f.write_str(&own.name().to_ascii_lowercase()),
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
        let found = encoding_rs::Encoding::for_label_no_replacement(name.as_bytes());
        found.map(|own| Self(Kind::Named(own))).ok_or_else(|| {
            format!(
                "found the encoding {name:?}, expected utf-8, latin-1, windows-1252 or another \
                 that browsers know, such as windows-1251, shift_jis or euc-kr"
            )
        })
    }
}
