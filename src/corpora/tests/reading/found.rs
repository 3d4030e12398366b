//! What is no corpus is named for what it looks like.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use nerite_corpora::{Format, Options};

use crate::{read, refused, refused_as, sentences};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn other_files_are_named() {
    for (bytes, part) in [
        (b"PK\x03\x04...".as_slice(), "corpus: found a zip archive"),
        (b"%PDF-1.7\n", "found a PDF file"),
        (b"PAR1....", "found a Parquet file"),
        (b"PAR1....", "to_json(FILE, lines=True)"),
        (b"x\x9c\x01\x02", "as spaCy's .spacy files are"),
        (b"x\x9c\x01\x02", "DocBin()"),
        (b"x\xda\x01\x02", "as spaCy's .spacy files are"),
        (b"Obj\x01..", "an Avro file"),
        (b"ORC..", "an ORC file"),
        (b"7z\xbc\xaf\x27\x1c..", "a 7z archive"),
        (b"Rar!\x1a\x07..", "a RAR archive"),
        (b"\xd0\xcf\x11\xe0..", "Word before 2007"),
        (b"{\\rtf1 Ada}", "an RTF file"),
        (b"\x80\x04\x95..", "a pickle of Python"),
        (b"\x93NUMPY..", "an array of NumPy"),
        (b"\x89HDF\r\n", "an HDF5 file"),
        (b"\x89PNG\r\n", "a picture"),
        (b"\x00\xff\xfe\x80\n", "no text in any encoding"),
        (b"<!DOCTYPE html>\n<html>", "found a page of HTML"),
        (b"<?xml version=\"1.0\"?>\n<a>", "found XML"),
        (b"<PER>Ada</PER> came .\n", "found XML or text with marks"),
        (
            b"<?xml version=\"1.0\"?>\n<collection>\n<source>",
            "BioC's JSON is read",
        ),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
            "`git lfs pull`",
        ),
        (b"Paris|NNP|I-LOC is|VBZ|O big|JJ|O\n", "tags behind bars"),
        (b"Paris/LOC is/O big/O .\n", "tags behind slashes"),
        (b"Paris,B-LOC\nis,O\n", "a CSV without a header"),
        (b"name,age\nAda,36\n", "a CSV without a header"),
        (
            b"Ada King came to Paris to see it.\nShe left soon.\n",
            "running text without tags",
        ),
        (b"---\nname: x\n", "YAML"),
        (b"- text: Ada came\n  entities: []\n", "YAML"),
        (b"Paris:B-LOC is:O big:O\n", "tags behind colons"),
        (b"Paris_B-LOC is_O big_O\n", "tags behind colons or under"),
        (b"Paris <B-LOC> is big\n", "tags in angle brackets, such"),
        (b"[PER Ada King ] came .\n", "entities in brackets"),
        (b"12|t|Ada came\n12|a|So.\n12\t0\t3\tAda\tPER\n", "PubTator"),
        (b"@prefix nif: <http://x#> .\n", "found RDF"),
        (
            b"#FORMAT=WebAnno TSV 3.2\n#T_SP=webanno.custom.NamedEntity|value\n\n#Text=Ada King\n1-1\t0-3\tAda\tPER[1]\t\n1-2\t4-8\tKing\tPER[1]\t\n",
            "exported as CoNLL 2002",
        ),
    ] {
        refused(bytes, part);
        refused(gzip(bytes), part);
        let message = read(bytes).unwrap_err();
        assert_eq!(
            message.contains("CSV without"),
            part.contains("CSV"),
            "{message}"
        );
    }
    // Who gives the format is told about its lines.
    let options = Options {
        format: Some(Format::Conll),
        ..Options::default()
    };
    refused_as("Paris,B-LOC\n", options, "corpus:1: found 1 column");
}

#[test]
fn a_tar_archive_is_named() {
    let mut tar = vec![0; 1024];
    tar[..7].copy_from_slice(b"a.conll");
    tar[257..262].copy_from_slice(b"ustar");
    refused(&tar, "a tar archive");
    refused(gzip(&tar), "a tar archive");
}

#[test]
fn gzip_is_found_by_its_bytes() {
    let text = "a O\n\nb B-x\n";
    let plain = read(text).unwrap();
    let (start, end) = text.as_bytes().split_at(7);
    let members = [gzip(start), gzip(b""), gzip(end)].concat();
    for packed in [gzip(text.as_bytes()), members] {
        let corpus = read(packed).unwrap();
        assert_eq!(corpus.sentences, plain.sentences);
        assert_eq!(corpus.sha256, plain.sha256);
    }
}

#[test]
fn broken_gzip_is_refused() {
    let whole = gzip(b"a O\nb B-x\n");
    for end in 2..whole.len() {
        refused(
            &whole[..end],
            "corpus: the gzip data end too early, expected a whole file",
        );
    }
    let mut flipped = whole.clone();
    flipped[whole.len() - 6] ^= 1;
    let trailing = [&whole[..], b"other data, longer than a header"].concat();
    for damaged in [flipped, trailing] {
        refused(damaged, "corpus: the gzip data are damaged: ");
    }
}

#[test]
fn counts_are_those_of_the_file() {
    let corpus = read("a O\nb B-y\nc I-y\n\nd O\n").unwrap();
    assert_eq!(corpus.tags.labels(), ["B-y", "I-y", "O"]);
    assert_eq!(corpus.sentences[0].tags, [2, 0, 1]);
    assert_eq!(
        (corpus.words(), corpus.names()),
        (4, vec!["Sentence: 1", "Sentence: 2"])
    );
    let counts = [("B-y", 1), ("I-y", 1), ("O", 2)];
    assert_eq!(
        corpus.tag_counts(),
        counts.map(|(tag, count)| (tag.to_owned(), count))
    );
}

#[test]
fn sizes_are_bounded() {
    let tags = |count: usize| -> String { (0..count).map(|tag| format!("x B-{tag}\n")).collect() };
    refused(tags(1025), "corpus: found more than 1024 different tags");
    refused(
        tags(70_000),
        "corpus:65537: found more than 1024 different tags",
    );
    let longest = "a".repeat((64 << 10) - 2);
    assert_eq!(sentences(format!("{longest} O\r\n")).len(), 1);
    refused(
        format!("a O\n{longest}a O\n"),
        "corpus:2: found a line of 65537 bytes, expected at most 65536",
    );
}
