//! Encodings with names, as the browser itself decodes them.

use std::borrow::Cow;

use web_sys::{TextDecoder, TextDecoderOptions};

/// In western text no more bytes than this are beyond ASCII, as a part of all.
const MOST_WESTERN: f64 = 0.25;
/// What text may be that is not western, the strictest first.
const OTHERS: [&str; 5] = ["euc-kr", "shift_jis", "big5", "gb18030", "windows-1251"];

/// The names that browsers have for encodings, without what decodes to nothing.
const NAMES: [&str; 38] = [
    "utf-8",
    "ibm866",
    "iso-8859-2",
    "iso-8859-3",
    "iso-8859-4",
    "iso-8859-5",
    "iso-8859-6",
    "iso-8859-7",
    "iso-8859-8",
    "iso-8859-8-i",
    "iso-8859-10",
    "iso-8859-13",
    "iso-8859-14",
    "iso-8859-15",
    "iso-8859-16",
    "koi8-r",
    "koi8-u",
    "macintosh",
    "windows-874",
    "windows-1250",
    "windows-1251",
    "windows-1252",
    "windows-1253",
    "windows-1254",
    "windows-1255",
    "windows-1256",
    "windows-1257",
    "windows-1258",
    "x-mac-cyrillic",
    "gbk",
    "gb18030",
    "big5",
    "euc-jp",
    "iso-2022-jp",
    "shift_jis",
    "euc-kr",
    "utf-16be",
    "utf-16le",
];

/// One of the encodings that browsers know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Named(&'static str);

impl Named {
    pub(super) const UTF_8: Self = Self("utf-8");
    pub(super) const UTF_16LE: Self = Self("utf-16le");
    pub(super) const UTF_16BE: Self = Self("utf-16be");
    pub(super) const WINDOWS_1252: Self = Self("windows-1252");

    /// By one of its names.
    pub(super) fn for_label(label: &str) -> Option<Self> {
        let found = TextDecoder::new_with_label(label).ok()?.encoding();
        NAMES.into_iter().find(|name| *name == found).map(Self)
    }

    /// Its own name, in small letters.
    pub(super) fn name(self) -> String {
        self.0.to_owned()
    }

    /// The one that bytes are likely to have: a coarser guess than a native
    /// run's. It only chooses between what is western and what is refused.
    pub(super) fn likely(bytes: &[u8]) -> Self {
        let beyond = bytes.iter().filter(|byte| !byte.is_ascii()).count();
        if beyond as f64 <= MOST_WESTERN * bytes.len() as f64 {
            return Self::WINDOWS_1252;
        }
        // The last character may be cut.
        let whole = &bytes[..bytes.len().saturating_sub(4)];
        let decodes = |own: &Self| own.decoded(whole, true).is_some();
        let found = OTHERS.into_iter().map(Self).find(decodes);
        found.unwrap_or(Self("windows-1251"))
    }

    pub(super) fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        // A decoder that is not fatal does not fail.
        self.decoded(bytes, false).unwrap_or_default().into()
    }

    fn decoded(self, bytes: &[u8], fatal: bool) -> Option<String> {
        let options = TextDecoderOptions::new();
        options.set_fatal(fatal);
        let decoder = TextDecoder::new_with_label_and_options(self.0, &options).ok()?;
        decoder.decode_with_u8_array(bytes).ok()
    }
}
