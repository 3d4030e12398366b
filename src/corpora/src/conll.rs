//! CoNLL column files: a word with its tag on each line, an empty line after
//! each sentence, tags in IOB1 or IOB2.

use nerite::{Tag, TagError};

use crate::{Columns, Fault, Problem, Rows, Scheme, Sentence, text};

/// What stands at the start of each document.
pub(crate) const DOCUMENT: &str = "-DOCSTART-";

/// Reads the columns. If the tags are IOB1, as told or found out, they become IOB2.
pub(crate) fn read(text: &str, scheme: Option<Scheme>) -> Result<(Rows, Scheme), Fault> {
    let mut rows = read_rows(text)?;
    let labels = rows.labels.clone();
    let tags = labels.iter().map(|label| Tag::parse(label));
    let tags: Vec<_> = tags.collect::<Result<_, _>>().map_err(Problem::Tag)?;
    let scheme = scheme.unwrap_or_else(|| find_scheme(&rows.sentences, &tags));
    if scheme == Scheme::Iob1 {
        convert(&mut rows, &tags).map_err(Problem::Tag)?;
    }
    Ok((rows, scheme))
}

fn read_rows(text: &str) -> Result<Rows, Fault> {
    let mut rows = Rows::default();
    let mut shape = None;
    let mut within = false;
    for line in text::lines(text) {
        let (number, line) = line?;
        let columns = Row::new(line);
        let Some(row) = columns.filter(|row| row.word != DOCUMENT) else {
            within = false;
            continue;
        };
        if !within {
            rows.start(format!("Sentence: {}", rows.sentences.len() + 1));
            within = true;
        }
        let is_first = shape.is_none();
        let (first, expected) = *shape.get_or_insert((number, row.columns));
        push(&mut rows, &row, first, expected).map_err(|problem| match is_first {
            true => Problem::FirstLine(Box::new(problem)).at(number),
            false => problem.at(number),
        })?;
    }
    Ok(rows)
}

fn push(rows: &mut Rows, row: &Row<'_>, first: usize, expected: usize) -> Result<(), Problem> {
    let found = Columns(row.columns);
    if !(2..=4).contains(&expected) {
        return Err(Problem::Columns(found));
    }
    if row.columns != expected {
        return Err(Problem::UnequalColumns {
            found,
            expected,
            first,
        });
    }
    rows.push(row.word, row.label)
}

/// A line that is not blank.
struct Row<'a> {
    word: &'a str,
    label: &'a str,
    columns: usize,
}

impl<'a> Row<'a> {
    /// Takes a line apart. Only spaces and tabs are space here: others, such as
    /// the no-break space, occur in words.
    fn new(line: &'a str) -> Option<Self> {
        let line = line.trim_end_matches([' ', '\t']);
        if line.is_empty() {
            return None;
        }
        Some(if line.contains('\t') {
            Self::of(line.split('\t'))
        } else {
            Self::of(line.split(' ').filter(|column| !column.is_empty()))
        })
    }

    fn of(columns: impl Iterator<Item = &'a str>) -> Self {
        let row = Self {
            word: "",
            label: "",
            columns: 0,
        };
        columns.fold(row, |row, column| Self {
            word: if row.columns == 0 { column } else { row.word },
            label: column,
            columns: row.columns + 1,
        })
    }
}

/// IOB1 if some entity begins with `I-x`, and `B-x` stands only where IOB1 has
/// it: after a word of the same type.
fn find_scheme(sentences: &[Sentence], tags: &[Tag<'_>]) -> Scheme {
    let mut scheme = Scheme::Iob2;
    for sentence in sentences {
        let mut previous = None;
        for tag in sentence.tags.iter().map(|tag| tags[usize::from(*tag)]) {
            match tag {
                Tag::Begin(kind) if previous != Some(kind) => return Scheme::Iob2,
                Tag::Inside(kind) if previous != Some(kind) => scheme = Scheme::Iob1,
                _ => {}
            }
            previous = tag.kind();
        }
    }
    scheme
}

/// Lets every entity begin with `B-x`.
fn convert(rows: &mut Rows, tags: &[Tag<'_>]) -> Result<(), TagError> {
    // For each tag the one that begins an entity of its type. Two words are of
    // one type if these are the same.
    let begins = tags.iter().map(|tag| match tag {
        Tag::Inside(kind) => rows.intern(&Tag::Begin(kind).to_string()),
        Tag::Begin(_) | Tag::Outside => rows.intern(&tag.to_string()),
    });
    let begins: Vec<u16> = begins.collect::<Result<_, _>>()?;
    for sentence in &mut rows.sentences {
        let mut previous = None;
        for tag in &mut sentence.tags {
            let begin = begins[usize::from(*tag)];
            if previous != Some(begin) {
                *tag = begin;
            }
            previous = Some(begin);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Options;
    use crate::tests::{read, read_as, refused, shown};

    #[test]
    fn columns_and_sentences_are_taken_apart() {
        for columns in [
            "EU B-org\nsays O\n\nNo O\n",
            "\u{feff}EU\tB-org\r\nsays\tO\r\n\r\nNo\tO",
            "\n\nEU  NNP B-org \n says VB  O\n \t \n\n\nNo DT O\n\n",
            "-DOCSTART- -X- -X- O\n\nEU NNP I-NP B-org\nsays VB I-VP O\n-DOCSTART- O\nNo DT O O\n",
            "EU\t\tB-org\t\nsays\ta b\tO\n-DOCSTART-\nNo\t\tO\n",
        ] {
            let corpus = read(columns).unwrap();
            assert_eq!(
                shown(&corpus),
                ["Sentence: 1: EU/B-org says/O", "Sentence: 2: No/O"],
                "{columns:?}"
            );
        }
    }

    #[test]
    fn other_white_space_is_part_of_words() {
        let corpus = read("5\u{a0}km O\n\u{85} O\n\u{3000} O\n").unwrap();
        assert_eq!(
            corpus.sentences[0].words,
            ["5\u{a0}km", "\u{85}", "\u{3000}"]
        );
        // Where tabs separate, a space does not.
        let corpus = read("New York\tB-geo\n").unwrap();
        assert_eq!(corpus.sentences[0].words, ["New York"]);
    }

    #[test]
    fn broken_lines_are_refused() {
        let hint =
            "; if this is a CSV, its header must have the columns `Sentence #`, `Word`, `Tag`";
        for (found, line) in [
            ("1 column", "word"),
            ("5 columns", "a b c d O"),
            ("1 column", "a,b\t"),
        ] {
            refused(
                format!("\n{line}\n"),
                &format!(
                    "corpus:2: found {found}, expected 2 to 4 columns separated by spaces or tabs{hint}"
                ),
            );
        }
        refused(
            "\nx e\n",
            &format!(
                "corpus:2: found the tag \"e\", expected `O`, `B-x` or `I-x` with a type x without spaces{hint}"
            ),
        );
        for (line, problem) in [
            ("b O", "found 2 columns, expected 3 as in line 2"),
            ("b", "found 1 column, expected 3 as in line 2"),
            ("b\tc\td\tO", "found 4 columns, expected 3 as in line 2"),
            (
                "\tc\tO",
                "found an empty word, expected at least one character that is no space",
            ),
            (
                "b c S-x",
                "found the tag \"S-x\", expected `O`, `B-x` or `I-x` with a type x without spaces",
            ),
        ] {
            refused(
                format!("\na NN O\n\n{line}\n"),
                &format!("corpus:4: {problem}"),
            );
        }
    }

    /// Reads tags, sentences separated by `|`, and writes them the same way.
    fn tags(tags: &str, scheme: Option<Scheme>) -> (String, Scheme, Vec<String>) {
        let lines: String = tags
            .split(' ')
            .map(|tag| match tag {
                "|" => "\n".to_owned(),
                _ => format!("x {tag}\n"),
            })
            .collect();
        let options = Options {
            scheme,
            ..Options::default()
        };
        let corpus = read_as(lines, options).unwrap();
        let sentences = corpus.sentences.iter().map(|own| {
            let tags = own.tags.iter().map(|tag| corpus.tags.label((*tag).into()));
            tags.collect::<Vec<_>>().join(" ")
        });
        let shown = sentences.collect::<Vec<_>>().join(" | ");
        (shown, corpus.scheme, corpus.tags.into())
    }

    #[test]
    fn iob1_is_found_out_and_converted() {
        for (iob1, iob2) in [
            ("I-a O", "B-a O"),
            ("O I-a I-a B-a I-a", "O B-a I-a B-a I-a"),
            ("I-a I-b I-b", "B-a B-b I-b"),
            ("I-a | I-a", "B-a | B-a"),
            ("O I-b O | I-a B-a B-a", "O B-b O | B-a B-a B-a"),
        ] {
            let (found, scheme, labels) = tags(iob1, None);
            assert_eq!((found.as_str(), scheme), (iob2, Scheme::Iob1));
            let mut used: Vec<_> = iob2.split(' ').filter(|tag| *tag != "|").collect();
            used.sort_unstable();
            used.dedup();
            assert_eq!(labels, used);
        }
    }

    #[test]
    fn other_tags_stay_as_they_are() {
        for kept in [
            "O O",
            "B-a I-a O",
            "B-a | B-a I-a",
            // Neither scheme: I-a begins an entity, and B-b stands after another type.
            "O I-a B-b",
            "B-a O I-a",
            "I-a | B-a",
        ] {
            let (found, scheme, _) = tags(kept, None);
            assert_eq!((found.as_str(), scheme), (kept, Scheme::Iob2));
        }
    }

    #[test]
    fn a_given_scheme_is_taken() {
        let (found, scheme, _) = tags("O I-a I-a", Some(Scheme::Iob2));
        assert_eq!((found.as_str(), scheme), ("O I-a I-a", Scheme::Iob2));
        let (found, scheme, _) = tags("B-a O I-a", Some(Scheme::Iob1));
        assert_eq!((found.as_str(), scheme), ("B-a O B-a", Scheme::Iob1));
    }
}
