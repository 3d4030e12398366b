//! Vectors of words that others have learnt from much text, as GloVe and
//! fastText publish them, made small enough for a head: the most frequent words,
//! each part of a vector the nearest of 256 that stand for all.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use flate2::bufread::MultiGzDecoder;
use nerite::{SourceProvenance, VECTOR_CODES, WordVectors};
use rand::RngCore;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// Parts of a vector: a byte of the head's file each, for every word.
const PARTS: usize = 10;
/// Words that the nearest of each part are found by, the most frequent ones.
const SAMPLE: usize = 60_000;
/// Rounds of moving them.
const ROUNDS: usize = 12;
/// The most bytes of a line, numbers of a vector, and words.
const MAX_LINE: u64 = 1 << 16;
const MAX_WIDTH: usize = 4096;
/// The most words that a head may keep.
pub const MAX_VECTOR_WORDS: usize = 1_000_000;

/// Vectors for a training, and what reports say of them.
#[derive(Clone, Debug)]
pub struct GivenVectors {
    /// What the head keeps of them.
    pub vectors: Arc<WordVectors>,
    /// The file.
    pub(crate) source: SourceProvenance,
}

impl GivenVectors {
    /// Reads the first `words` words of a file that hold a letter: a word and its
    /// numbers a line, between them spaces, words in the order of their
    /// frequency; a first line with two numbers, as fastText has it, is passed
    /// over. It may be gzipped.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, holds fewer words than numbers can be told
    /// apart by, or has a line that is too long, not UTF-8, or of another width
    /// than the first; with its number.
    pub fn read(path: &Path, words: usize) -> Result<Self> {
        let name = || path.display().to_string();
        let file = std::fs::File::open(path).with_context(name)?;
        let mut file = BufReader::new(file);
        let zipped = file
            .fill_buf()
            .with_context(name)?
            .starts_with(&[0x1f, 0x8b]);
        let table = match zipped {
            true => Table::read(&mut BufReader::new(MultiGzDecoder::new(file)), words),
            false => Table::read(&mut file, words),
        };
        let table = table.with_context(name)?;
        let vectors = table.quantized().with_context(name)?;
        let source = SourceProvenance {
            file: path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            format: format!(
                "vectors of {} words, {} numbers",
                vectors.words(),
                table.width
            ),
            sha256: nerite_files::sha256_of(path)?,
            map: None,
            labels: Vec::new(),
            share: 1.0,
            cap: None,
            split: "vectors".into(),
            train: 0,
            test: 0,
        };
        Ok(Self {
            vectors: Arc::new(vectors),
            source,
        })
    }
}

/// Words and their vectors.
struct Table {
    words: Vec<String>,
    /// `[words, width]`.
    numbers: Vec<f32>,
    width: usize,
}

impl Table {
    fn read(file: &mut impl BufRead, wanted: usize) -> Result<Self> {
        let mut table = Self {
            words: Vec::new(),
            numbers: Vec::new(),
            width: 0,
        };
        let mut line = Vec::new();
        let mut number = 0;
        while table.words.len() < wanted {
            line.clear();
            let length = file.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)?;
            if length == 0 {
                break;
            }
            number += 1;
            table
                .add(number, &line)
                .with_context(|| format!("line {number}"))?;
        }
        ensure!(
            table.words.len() >= VECTOR_CODES,
            "found vectors of {} words, expected at least {VECTOR_CODES}",
            table.words.len()
        );
        Ok(table)
    }

    fn add(&mut self, number: usize, line: &[u8]) -> Result<()> {
        ensure!(
            (line.len() as u64) < MAX_LINE,
            "found a line of more than {MAX_LINE} bytes, expected a word and its numbers"
        );
        let line = std::str::from_utf8(line).context("expected UTF-8")?;
        let mut parts = line.trim_end().split(' ');
        let word = parts.next().unwrap_or_default();
        let before = self.numbers.len();
        for part in parts {
            match part.parse::<f32>() {
                Ok(x) if x.is_finite() => self.numbers.push(x),
                _ => bail!("found {part:?}, expected a number"),
            }
        }
        let width = self.numbers.len() - before;
        // How many words there are and how wide they are.
        if number == 1 && width == 1 {
            self.numbers.clear();
            return Ok(());
        }
        if self.width == 0 {
            self.width = width;
            ensure!(
                (PARTS..=MAX_WIDTH).contains(&width),
                "found {width} numbers after {word:?}, expected {PARTS} to {MAX_WIDTH}"
            );
        }
        ensure!(
            width == self.width,
            "found {width} numbers after {word:?}, expected {}",
            self.width
        );
        if word.chars().any(char::is_alphabetic) {
            self.words.push(word.to_owned());
        } else {
            self.numbers.truncate(before);
        }
        Ok(())
    }

    fn quantized(&self) -> Result<WordVectors> {
        let codes: Vec<Vec<u8>> = (0..PARTS)
            .into_par_iter()
            .map(|part| {
                let start = part * self.width / PARTS;
                let end = (part + 1) * self.width / PARTS;
                let rows = self.numbers.chunks_exact(self.width);
                let rows: Vec<&[f32]> = rows.map(|row| &row[start..end]).collect();
                nearest_of(&rows, part as u64)
            })
            .collect();
        let words = self.words.iter().enumerate();
        let words = words.map(|(number, word)| {
            let own = codes.iter().map(|codes| codes[number]);
            (word.as_str(), own.collect())
        });
        Ok(WordVectors::new(PARTS, words)?)
    }
}

/// The number of each row's nearest centre: those of Lloyd's algorithm
/// ("k-means"), begun with rows drawn by `seed`.
fn nearest_of(rows: &[&[f32]], seed: u64) -> Vec<u8> {
    let sample = &rows[..rows.len().min(SAMPLE)];
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let draw = |_| {
        let at = random.next_u64() % sample.len() as u64;
        sample[at as usize].to_vec()
    };
    let mut centres: Vec<Vec<f32>> = (0..VECTOR_CODES).map(draw).collect();
    for _ in 0..ROUNDS {
        let mut sums = vec![(0u32, vec![0.0; centres[0].len()]); centres.len()];
        for row in sample {
            let (count, sum) = &mut sums[nearest(&centres, row)];
            *count += 1;
            sum.iter_mut().zip(*row).for_each(|(sum, x)| *sum += x);
        }
        for (centre, (count, sum)) in centres.iter_mut().zip(sums) {
            // One that is nobody's nearest stays.
            if count > 0 {
                *centre = sum.into_iter().map(|x| x / count as f32).collect();
            }
        }
    }
    let codes = rows.iter().map(|row| nearest(&centres, row) as u8);
    codes.collect()
}

fn nearest(centres: &[Vec<f32>], row: &[f32]) -> usize {
    let distance = |centre: &Vec<f32>| -> f32 {
        let pairs = centre.iter().zip(row);
        pairs.map(|(a, b)| (a - b) * (a - b)).sum()
    };
    let distances = centres.iter().map(distance).enumerate();
    let nearest = distances.min_by(|(_, a), (_, b)| a.total_cmp(b));
    nearest.expect("there are centres").0
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// 300 words in four clusters far apart; words of one cluster differ a little.
    fn text() -> String {
        let mut text = String::new();
        for word in 0..300 {
            text += &format!("w{word}");
            for number in 0..20 {
                let cluster = f64::from((word + number) % 4) * 10.0;
                let noise = f64::from((word * 31 + number * 17) % 7) / 1000.0;
                text += &format!(" {}", cluster + noise);
            }
            text += "\n";
        }
        text
    }

    fn file(contents: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(contents).unwrap();
        file
    }

    #[test]
    fn near_vectors_share_codes_and_far_ones_do_not() {
        let with_head = format!("301 20\n, {}\n{}", "0 ".repeat(20).trim(), text());
        let mut zipped = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        zipped.write_all(with_head.as_bytes()).unwrap();
        let plain = GivenVectors::read(file(text().as_bytes()).path(), 1000).unwrap();
        let zipped = GivenVectors::read(file(&zipped.finish().unwrap()).path(), 300).unwrap();
        // A comma is no word, and a first line of two numbers is none either.
        assert_eq!(plain.vectors, zipped.vectors);
        assert_eq!(plain.vectors.words(), 300);
        assert_eq!(plain.source.format, "vectors of 300 words, 20 numbers");
        let rows =
            |word: usize| -> Vec<usize> { plain.vectors.rows(&format!("w{word}")).collect() };
        for word in 0..100 {
            // Of another cluster, no part is the same.
            let (own, other) = (rows(word), rows(word + 1));
            assert!(own.iter().zip(&other).all(|(a, b)| a != b), "{word}");
        }
        // 28 words on, cluster and noise are the same.
        assert_eq!(rows(3), rows(31));
    }

    #[test]
    fn the_first_words_are_kept() {
        let found = GivenVectors::read(file(text().as_bytes()).path(), 256).unwrap();
        assert_eq!(found.vectors.words(), 256);
    }

    #[test]
    fn what_is_no_file_of_vectors_is_named() {
        let long = format!("a {}\n", "1 ".repeat(40_000));
        let good = text();
        for (contents, part) in [
            (&b""[..], "found vectors of 0 words, expected at least 256"),
            (
                b"a 1 2\n",
                "line 1: found 2 numbers after \"a\", expected 10 to",
            ),
            (b"a 1 b\n", "line 1: found \"b\", expected a number"),
            (b"a 1 inf\n", "line 1: found \"inf\", expected a number"),
            (b"a\xff 1\n", "line 1: expected UTF-8"),
            (long.as_bytes(), "line 1: found a line of more than"),
            (
                format!("{good}x 1 2\n").as_bytes(),
                "line 301: found 2 numbers after \"x\", expected 20",
            ),
        ] {
            let file = file(contents);
            let error = GivenVectors::read(file.path(), 1000).unwrap_err();
            let error = format!("{error:#}");
            assert!(error.contains(part), "{error}");
            assert!(error.starts_with(&file.path().display().to_string()));
        }
    }
}
