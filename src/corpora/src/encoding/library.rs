//! Encodings with names, natively.

use std::borrow::Cow;

use chardetng::EncodingDetector;

/// One of the encodings that browsers know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Named(&'static encoding_rs::Encoding);

impl Named {
    pub(super) const UTF_8: Self = Self(encoding_rs::UTF_8);
    pub(super) const UTF_16LE: Self = Self(encoding_rs::UTF_16LE);
    pub(super) const UTF_16BE: Self = Self(encoding_rs::UTF_16BE);
    pub(super) const WINDOWS_1252: Self = Self(encoding_rs::WINDOWS_1252);

    /// By one of its names.
    pub(super) fn for_label(label: &str) -> Option<Self> {
        encoding_rs::Encoding::for_label_no_replacement(label.as_bytes()).map(Self)
    }

    /// Its own name, in small letters.
    pub(super) fn name(self) -> String {
        self.0.name().to_ascii_lowercase()
    }

    /// The one that bytes are likely to have.
    pub(super) fn likely(bytes: &[u8]) -> Self {
        let mut detector = EncodingDetector::new();
        detector.feed(bytes, true);
        Self(detector.guess(None, false))
    }

    pub(super) fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        self.0.decode_without_bom_handling(bytes).0
    }
}
