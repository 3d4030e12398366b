//! From bytes to text: decompression, hashing, decoding, lines.

use std::borrow::Cow;
use std::io::{self, Read};

use flate2::bufread::MultiGzDecoder;
use sha2::{Digest, Sha256};

use crate::problem::Fault;
use crate::{Encoding, MAX_WORDS, Problem};

/// The longest line of columns or of a table, in bytes of UTF-8. No word or row
/// comes near it.
pub(crate) const MAX_LINE_BYTES: usize = 64 << 10;

const GZIP: &[u8] = &[0x1f, 0x8b];
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Starts of files that people have at hand and that are not text yet.
const NOT_TEXT: [(&[u8], &str); 10] = [
    (
        b"PK\x03\x04",
        "a zip archive (Excel and Word files are such, too)",
    ),
    (b"%PDF", "a PDF file"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
    (b"\xff\xff\xff\xff", "an Arrow stream"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x28\xb5\x2f\xfd", "data packed by zstd"),
    (b"BZh", "data packed by bzip2"),
    (b"\xfd7zXZ", "data packed by xz"),
    (b"x\x9c", "data packed by zlib, as spaCy's .spacy files are"),
];

/// The file's bytes, decompressed if they are gzipped.
pub(crate) fn unpack(bytes: &[u8], limit: u64) -> Result<Cow<'_, [u8]>, Problem> {
    let bytes = match bytes.starts_with(GZIP) {
        true => Cow::Owned(gunzip(bytes, limit)?),
        false => Cow::Borrowed(bytes),
    };
    if bytes.len() as u64 > limit {
        return Err(Problem::TooLarge(limit));
    }
    // Counted before any word takes memory: a word has a line, and a sentence
    // an empty one.
    if bytes.iter().filter(|byte| **byte == b'\n').count() > 2 * MAX_WORDS {
        return Err(Problem::TooManyWords);
    }
    match NOT_TEXT.iter().find(|(start, _)| bytes.starts_with(start)) {
        Some((_, what)) => Err(Problem::NotText(what)),
        None => Ok(bytes),
    }
}

fn gunzip(packed: &[u8], limit: u64) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    match MultiGzDecoder::new(packed)
        .take(limit + 1)
        .read_to_end(&mut bytes)
    {
        Ok(_) => Ok(bytes),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(Problem::TruncatedGzip),
        Err(error) => Err(Problem::DamagedGzip(error)),
    }
}

/// The sha256 of `bytes` in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

/// The first line that is not empty, for a look at it.
pub(crate) fn first_line(text: &str) -> &str {
    let mut lines = text.split(['\n', '\r']);
    let blank = |line: &&str| line.trim_matches([' ', '\t', '\u{feff}']).is_empty();
    let line = lines.find(|line| !blank(line)).unwrap_or_default();
    let mut end = line.len().min(MAX_LINE_BYTES);
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    line[..end].trim_start_matches('\u{feff}')
}

/// Decodes a file in the given encoding. If none is given, a file that is not
/// UTF-8 is taken for Windows-1252 where `guess` allows it.
pub(crate) fn decode(
    bytes: &[u8],
    encoding: Option<Encoding>,
    guess: bool,
) -> Result<(Cow<'_, str>, Encoding), Fault> {
    let unmarked = bytes.strip_prefix(BYTE_ORDER_MARK);
    if let Some(encoding) = encoding.filter(|own| *own != Encoding::UTF_8) {
        if unmarked.is_some() {
            return Err(Problem::Marked(encoding.to_string()).at(1));
        }
        let text = encoding.decode(bytes);
        return Ok((text, encoding));
    }
    if let Some(encoding) = Encoding::of_mark(bytes) {
        return Ok((encoding.decode(&bytes[2..]), encoding));
    }
    let bytes = unmarked.unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok((text.into(), Encoding::UTF_8)),
        Err(error) => {
            let likely = Encoding::likely(bytes);
            if guess && encoding.is_none() && unmarked.is_none() && likely.is_western() {
                let text = Encoding::WINDOWS_1252.decode(bytes);
                return Ok((text, Encoding::WINDOWS_1252));
            }
            let valid = error.valid_up_to();
            let line = 1 + bytes[..valid].iter().filter(|byte| **byte == b'\n').count();
            let problem = Problem::NotDecoded {
                byte: bytes[valid],
                expected: "UTF-8".into(),
                likely: likely.to_string(),
            };
            Err(problem.at(line))
        }
    }
}

/// The lines, numbered from 1, without their ends: LF, CRLF (also where one CR
/// has become several), or CR alone.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = Result<(usize, &str), Fault>> {
    let mut rest = Some(text);
    let split = std::iter::from_fn(move || {
        let text = rest?;
        let Some(end) = text.bytes().position(|byte| matches!(byte, b'\n' | b'\r')) else {
            rest = None;
            return (!text.is_empty()).then_some(text);
        };
        let after = &text[end..];
        let returns = after.bytes().take_while(|byte| *byte == b'\r').count();
        let ends = match after.as_bytes().get(returns) {
            Some(b'\n') => returns + 1,
            _ => 1,
        };
        rest = Some(&after[ends..]);
        Some(&text[..end])
    });
    (1..).zip(split).map(|(number, line)| match check(line) {
        Ok(()) => Ok((number, line)),
        Err(problem) => Err(problem.at(number)),
    })
}

fn check(line: &str) -> Result<(), Problem> {
    if line.len() > MAX_LINE_BYTES {
        return Err(Problem::LongLine(line.len()));
    }
    match line.bytes().any(|byte| byte == 0) {
        false => Ok(()),
        true => Err(Problem::Nul),
    }
}
