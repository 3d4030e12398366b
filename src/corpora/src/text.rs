//! From bytes to text: decompression, hashing, decoding, lines.

use std::borrow::Cow;
use std::io::{self, Read};

use flate2::bufread::MultiGzDecoder;
use sha2::{Digest, Sha256};

use crate::{Encoding, Fault, Format, MAX_WORDS, Problem};

/// The longest line, in bytes of UTF-8. No word or row comes near it.
pub(crate) const MAX_LINE_BYTES: usize = 64 << 10;

const GZIP: &[u8] = &[0x1f, 0x8b];
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Starts of files that people have at hand and that are not text yet.
const NOT_TEXT: [(&[u8], &str); 3] = [
    (b"PK\x03\x04", "a zip archive"),
    (b"\xff\xfe", "UTF-16 text"),
    (b"\xfe\xff", "UTF-16 text"),
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

/// The first line that is not empty, for a look at it before the encoding is known.
pub(crate) fn first_line(bytes: &[u8]) -> Cow<'_, str> {
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let mut lines = bytes.split(|byte| matches!(byte, b'\n' | b'\r'));
    let line = lines.find(|line| !line.is_empty()).unwrap_or_default();
    String::from_utf8_lossy(&line[..line.len().min(MAX_LINE_BYTES)])
}

/// Decodes a file in the given encoding, or in the one that its format allows.
pub(crate) fn decode(
    bytes: &[u8],
    format: Format,
    encoding: Option<Encoding>,
) -> Result<(String, Encoding), Fault> {
    let unmarked = bytes.strip_prefix(BYTE_ORDER_MARK);
    let marked = unmarked.is_some();
    if encoding == Some(Encoding::Latin1) {
        return match marked {
            true => Err(Problem::MarkInLatin1.at(1)),
            false => Ok((latin1(bytes), Encoding::Latin1)),
        };
    }
    let found_out = encoding.is_none() && !marked && format == Format::Kaggle;
    let bytes = unmarked.unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok((text.to_owned(), Encoding::Utf8)),
        Err(_) if found_out => Ok((latin1(bytes), Encoding::Latin1)),
        Err(error) => Err(not_utf8(bytes, error.valid_up_to())),
    }
}

/// ISO-8859-1: a byte is a code point.
fn latin1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

fn not_utf8(bytes: &[u8], valid: usize) -> Fault {
    let line = 1 + bytes[..valid].iter().filter(|byte| **byte == b'\n').count();
    Problem::NotUtf8(bytes[valid]).at(line)
}

/// The lines, numbered from 1, without their ends (LF or CRLF).
pub(crate) fn lines(text: &str) -> impl Iterator<Item = Result<(usize, &str), Fault>> {
    (1..)
        .zip(text.lines())
        .map(|(number, line)| match check(line) {
            Ok(()) => Ok((number, line)),
            Err(problem) => Err(problem.at(number)),
        })
}

fn check(line: &str) -> Result<(), Problem> {
    if line.len() > MAX_LINE_BYTES {
        return Err(Problem::LongLine(line.len()));
    }
    match line.bytes().find(|byte| matches!(byte, 0 | b'\r')) {
        None => Ok(()),
        Some(0) => Err(Problem::Nul),
        Some(_) => Err(Problem::CarriageReturn),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;
    use crate::Options;
    use crate::tests::{read as read_corpus, read_as, refused, refused_as, shown};

    const COLUMNS: &str = "Grüße O\nZürich B-geo\n";

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn encoding(encoding: Encoding) -> Options {
        Options {
            encoding: Some(encoding),
            ..Options::default()
        }
    }

    #[test]
    fn gzip_is_found_by_its_bytes() {
        let plain = read_corpus(COLUMNS).unwrap();
        let (start, end) = COLUMNS.as_bytes().split_at(7);
        let members = [gzip(start), gzip(b""), gzip(end)].concat();
        for packed in [gzip(COLUMNS.as_bytes()), members] {
            let corpus = read_corpus(packed).unwrap();
            assert_eq!(corpus.sentences, plain.sentences);
            assert_eq!(corpus.sha256, plain.sha256);
        }
    }

    #[test]
    fn broken_gzip_is_refused() {
        let whole = gzip(COLUMNS.as_bytes());
        let two = [whole.clone(), whole.clone()].concat();
        let cut = (2..two.len()).filter(|end| *end != whole.len());
        for end in cut {
            refused(
                &two[..end],
                "corpus: the gzip data end too early, expected a whole file: it may have been cut off",
            );
        }
        let mut flipped = whole.clone();
        flipped[whole.len() - 6] ^= 1;
        let trailing = [&whole[..], b"other data, longer than a header"].concat();
        for damaged in [flipped, trailing] {
            let message = read_corpus(damaged).unwrap_err();
            assert!(
                message.starts_with("corpus: the gzip data are damaged: "),
                "{message}"
            );
        }
    }

    #[test]
    fn files_that_are_too_large_are_refused() {
        for bytes in [vec![b'a'; 10], gzip(&[b'a'; 10])] {
            assert_eq!(unpack(&bytes, 10).unwrap()[..], [b'a'; 10]);
            let problem = unpack(&bytes, 9).unwrap_err().to_string();
            assert_eq!(
                problem,
                "found more than 9 bytes of text, expected at most that many"
            );
        }
    }

    #[test]
    fn other_files_are_told_by_their_start() {
        let expected = "expected plain or gzipped text in UTF-8 or latin-1";
        refused(
            b"PK\x03\x04...",
            &format!("corpus: found a zip archive, {expected}"),
        );
        refused(
            b"\xff\xfea\0",
            &format!("corpus: found UTF-16 text, {expected}"),
        );
        refused(
            gzip(b"\xfe\xff\0a"),
            &format!("corpus: found UTF-16 text, {expected}"),
        );
    }

    #[test]
    fn columns_are_utf8_unless_told_otherwise() {
        let marked = format!("\u{feff}{COLUMNS}");
        for bytes in [COLUMNS, &marked] {
            let corpus = read_corpus(bytes).unwrap();
            assert_eq!(corpus.encoding, Encoding::Utf8);
            assert_eq!(shown(&corpus), ["Sentence: 1: Grüße/O Zürich/B-geo"]);
        }
        let bytes = b"a O\n\n\x85 O\nZ\xfcrich B-geo\n";
        let refusal = "corpus:3: found the byte 0x85 where it is not UTF-8, expected UTF-8; \
                       if the file is latin-1, that encoding has to be given";
        refused(bytes, refusal);
        refused_as(bytes, encoding(Encoding::Utf8), refusal);
        let corpus = read_as(bytes, encoding(Encoding::Latin1)).unwrap();
        assert_eq!(corpus.encoding, Encoding::Latin1);
        assert_eq!(corpus.sentences[1].words, ["\u{85}", "Zürich"]);
    }

    #[test]
    fn csv_is_latin1_if_it_is_not_utf8() {
        let utf8 = "Sentence #,Word,Tag\nA,é,O\n";
        let corpus = read_corpus(utf8).unwrap();
        assert_eq!(corpus.encoding, Encoding::Utf8);
        assert_eq!(corpus.sentences[0].words, ["é"]);
        // UTF-8 in one place does not make the file UTF-8.
        let mixed = [utf8.as_bytes(), b",\x92s,O\n,\x80\xff,O\n"].concat();
        let corpus = read_corpus(&mixed).unwrap();
        assert_eq!(corpus.encoding, Encoding::Latin1);
        assert_eq!(corpus.sentences[0].words, ["Ã©", "\u{92}s", "\u{80}ÿ"]);
        refused_as(
            &mixed,
            encoding(Encoding::Utf8),
            "corpus:3: found the byte 0x92 where it is not UTF-8, expected UTF-8; \
             if the file is latin-1, that encoding has to be given",
        );
    }

    #[test]
    fn a_byte_order_mark_means_utf8() {
        let marked = "\u{feff}Sentence #,Word,Tag\nA,é,O\n";
        assert_eq!(read_corpus(marked).unwrap().encoding, Encoding::Utf8);
        let message = read_corpus([marked.as_bytes(), b",\xe9,O\n"].concat()).unwrap_err();
        assert!(
            message.starts_with("corpus:3: found the byte 0xe9 "),
            "{message}"
        );
        refused_as(
            marked,
            encoding(Encoding::Latin1),
            "corpus:1: found the byte order mark of UTF-8, expected latin-1, the given encoding",
        );
    }

    #[test]
    fn lines_are_checked() {
        refused(
            "a O\n\nb\0 O\n",
            "corpus:3: found a NUL character, expected text",
        );
        for returned in [
            "a O\rb O\n",
            "a O\r\r\n",
            "Sentence #,Word,Tag\rA,a,O\r",
            "a O\r",
        ] {
            refused(
                returned,
                "corpus:1: found a carriage return inside the line, \
                 expected it only before a line feed",
            );
        }
        let longest = "a".repeat(MAX_LINE_BYTES - 2);
        assert!(read_corpus(format!("{longest} O\r\n")).is_ok());
        refused(
            format!("a O\n{longest}a O\n"),
            "corpus:2: found a line of 65537 bytes, expected at most 65536",
        );
    }
}
