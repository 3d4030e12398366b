//! From bytes to text: decompression, hashing, decoding, lines.

use std::borrow::Cow;
use std::io::{self, Read};

use flate2::bufread::MultiGzDecoder;
use sha2::{Digest, Sha256};

use crate::problem::Fault;
use crate::{CorpusError, Encoding, MAX_WORDS, Problem};

/// The longest line of columns or of a table, in bytes of UTF-8. No word or row
/// comes near it.
pub(crate) const MAX_LINE_BYTES: usize = 64 << 10;

/// Bytes that tell whether a file is text.
const LOOKED_AT: usize = 64 << 10;
const GZIP: &[u8] = &[0x1f, 0x8b];
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Starts of files that people have at hand and that are not text yet: where
/// they are, what they are of, and what makes text of it.
const NOT_TEXT: [(usize, &[u8], &str, &str); 29] = [
    (
        0,
        b"PK\x03\x04",
        "a zip archive (Excel and Word files are such, too)",
        UNPACK_OR_SAVE,
    ),
    (
        0,
        b"%PDF",
        "a PDF file",
        "it has no tags; `nerite predict` takes its text",
    ),
    (0, b"PAR1", "a Parquet file", DATASETS),
    (0, b"ARROW1", "an Arrow file", DATASETS),
    (0, b"\xff\xff\xff\xff", "an Arrow stream", DATASETS),
    (0, b"Obj\x01", "an Avro file", DATASETS),
    (0, b"ORC", "an ORC file", DATASETS),
    (
        0,
        b"SQLite format 3",
        "an SQLite database",
        "`sqlite3 -csv -header` writes a table as CSV",
    ),
    (
        0,
        b"\x28\xb5\x2f\xfd",
        "data packed by zstd",
        "`zstd -d` unpacks them",
    ),
    (0, b"BZh", "data packed by bzip2", "`bunzip2` unpacks them"),
    (0, b"\xfd7zXZ", "data packed by xz", "`unxz` unpacks them"),
    (
        0,
        b"7z\xbc\xaf\x27\x1c",
        "a 7z archive",
        "the file in it is read",
    ),
    (
        0,
        b"Rar!\x1a\x07",
        "a RAR archive",
        "the file in it is read",
    ),
    (
        257,
        b"ustar",
        "a tar archive",
        "the file in it is read; `tar -xf` unpacks it",
    ),
    (
        0,
        b"x\x9c",
        "data packed by zlib, as spaCy's .spacy files are",
        SPACY,
    ),
    (
        0,
        b"x\xda",
        "data packed by zlib, as spaCy's .spacy files are",
        SPACY,
    ),
    (
        0,
        b"\xd0\xcf\x11\xe0",
        "a file of Excel or Word before 2007",
        "saved as CSV, a table is read",
    ),
    (
        0,
        b"{\\rtf",
        "an RTF file",
        "saved as plain text, columns are read",
    ),
    (0, b"\x80\x02", "a pickle of Python", PICKLE),
    (0, b"\x80\x03", "a pickle of Python", PICKLE),
    (0, b"\x80\x04", "a pickle of Python", PICKLE),
    (0, b"\x80\x05", "a pickle of Python", PICKLE),
    (0, b"\x93NUMPY", "an array of NumPy", PICKLE),
    (0, b"\x89HDF", "an HDF5 file", PICKLE),
    (0, b"\x89PNG", "a picture", "words and tags have to be text"),
    (
        0,
        b"\xff\xd8\xff",
        "a picture",
        "words and tags have to be text",
    ),
    (0, b"GIF8", "a picture", "words and tags have to be text"),
    (0, b"\x7fELF", "a program", "words and tags have to be text"),
    (
        0,
        b"%!PS",
        "a PostScript file",
        "words and tags have to be text",
    ),
];
const UNPACK_OR_SAVE: &str = "the file in it is read; a table can be saved as CSV";
const DATASETS: &str =
    "Python's `datasets` and `pandas` write such as JSON lines: `to_json(FILE, lines=True)`";
const SPACY: &str = "`DocBin().from_disk(FILE).get_docs(nlp.vocab)` has the texts, `doc.to_json()` writes each as JSON";
const PICKLE: &str = "it is not opened, as it can run programs or needs Python; written as CSV or JSON lines, it is read";

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
    let is_at = |at: usize, start: &[u8]| bytes.get(at..).is_some_and(|own| own.starts_with(start));
    match NOT_TEXT.iter().find(|(at, start, ..)| is_at(*at, start)) {
        Some((_, _, what, advice)) => Err(Problem::Other { what, advice }),
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

/// Whether bytes are UTF-8 with more than ASCII: one sequence of letters of
/// western Europe may look so by chance, two hardly.
pub(crate) fn is_plainly_utf_8(bytes: &[u8]) -> bool {
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    text.chars().filter(|c| !c.is_ascii()).nth(1).is_some()
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
        // No encoding has it in a text, but for wide ones.
        Err(_) if bytes[..bytes.len().min(LOOKED_AT)].contains(&0) => Err(Problem::Binary.into()),
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

/// Decodes a text that is no corpus, called `name` in errors: UTF-8, UTF-16 with
/// its mark, or `encoding`. A mark at the beginning is no part of it.
///
/// # Errors
///
/// Bytes that are something else; what they are likely to be is named.
pub fn read_text(
    name: &str,
    bytes: &[u8],
    encoding: Option<Encoding>,
) -> Result<String, CorpusError> {
    let read = || {
        if let (None, Some(name)) = (encoding, looks_wide(bytes)) {
            return Err(Problem::Unmarked(name).into());
        }
        let (text, _) = decode(bytes, encoding, false)?;
        Ok(text.into_owned())
    };
    read().map_err(|fault: Fault| fault.of(name))
}

/// UTF-16 without its mark is UTF-8 with a NUL after or before every letter.
fn looks_wide(bytes: &[u8]) -> Option<&'static str> {
    let start = &bytes[..bytes.len().min(LOOKED_AT)];
    let nul = |first: usize| {
        let every = start.iter().skip(first).step_by(2);
        every.filter(|byte| **byte == 0).count()
    };
    // More than half of one of the two bytes, and none of the other.
    let is_most = |count: usize| start.len() > 3 && count * 4 > start.len();
    match (Encoding::of_mark(bytes), nul(0), nul(1)) {
        (None, 0, low) if is_most(low) => Some("utf-16le"),
        (None, high, 0) if is_most(high) => Some("utf-16be"),
        _ => None,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_or_told_what_they_look_like() {
        let utf16 = |text: &str, swap: bool| -> Vec<u8> {
            let units = text.encode_utf16();
            units
                .flat_map(|unit| {
                    if swap {
                        unit.to_be_bytes()
                    } else {
                        unit.to_le_bytes()
                    }
                })
                .collect()
        };
        let text = "Zürich, 東京";
        let marked = |mark: &[u8], rest: Vec<u8>| [mark, &rest].concat();
        for bytes in [
            text.as_bytes().to_vec(),
            marked(b"\xef\xbb\xbf", text.into()),
            marked(b"\xff\xfe", utf16(text, false)),
            marked(b"\xfe\xff", utf16(text, true)),
        ] {
            assert_eq!(read_text("t", &bytes, None).unwrap(), text);
        }
        // Nothing is read as what it is not.
        let ascii = "Angela Merkel met him.";
        for (bytes, expected) in [
            (utf16(ascii, false), "in utf-16le"),
            (utf16(ascii, true), "in utf-16be"),
            (b"a\nIn Z\xfcrich".to_vec(), "t:2: found the byte 0xfc"),
            (
                b"\xcf\xf0\xe8\xe2\xe5\xf2, \xec\xe8\xf0".to_vec(),
                "windows-1251",
            ),
            (b"\xbc\xad\xbf\xef\xbf\xa1\xbc\xad".to_vec(), "euc-kr"),
            (b"\x93\x8c\x8b\x9e\x83^\x83\x8f\x81[".to_vec(), "shift_jis"),
        ] {
            let error = read_text("t", &bytes, None).unwrap_err().to_string();
            assert!(error.contains(expected), "{expected}: {error}");
        }
        for (name, bytes) in [
            ("utf-16le", utf16(ascii, false)),
            ("windows-1251", ascii.into()),
        ] {
            let encoding = name.parse().ok();
            assert_eq!(read_text("t", &bytes, encoding).unwrap(), ascii);
        }
        // A NUL here and there is odd, and no other encoding.
        assert_eq!(read_text("t", b"a\0b", None).unwrap(), "a\0b");
    }
}
