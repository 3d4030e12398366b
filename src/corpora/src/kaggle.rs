//! Kaggle's CSV: a word on each row, with the name of its sentence on the
//! sentence's first row (or on all of them).

use std::collections::HashMap;

use csv::StringRecord;

use crate::{Fault, Problem, Rows, Scheme, excerpt, text};

const NAME: &str = "Sentence #";
const WORD: &str = "Word";
const TAG: &str = "Tag";

/// Whether a file's first line is that of such a CSV, as far as telling the
/// formats apart goes.
pub(crate) fn is_header(line: &str) -> bool {
    let has = |name| {
        line.split(',')
            .any(|field| is_column(field.trim().trim_matches('"'), name))
    };
    has(WORD) && has(TAG)
}

/// Reads the CSV. Its tags stay as they are, so `scheme` can only be IOB2.
pub(crate) fn read(text: &str, scheme: Option<Scheme>) -> Result<(Rows, Scheme), Fault> {
    if scheme == Some(Scheme::Iob1) {
        return Err(Problem::SchemeOfCsv.into());
    }
    let mut csv = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut record = StringRecord::new();
    let mut table = None;
    for line in text::lines(text) {
        let (number, line) = line?;
        // The parser skips empty lines too. Any other line is one record of
        // its, once the quotes on the line are known to be right.
        if line.is_empty() {
            continue;
        }
        check_quotes(line).map_err(|problem| problem.at(number))?;
        csv.read_record(&mut record)
            .map_err(|error| Problem::Csv(error).at(number))?;
        match &mut table {
            None => table = Some(Table::new(&record, line).map_err(|problem| problem.at(number))?),
            Some(table) => table
                .push(&record, number)
                .map_err(|problem| problem.at(number))?,
        }
    }
    let rows = table.map(|table| table.rows).unwrap_or_default();
    Ok((rows, Scheme::Iob2))
}

fn is_column(field: &str, name: &str) -> bool {
    field.trim().eq_ignore_ascii_case(name)
}

/// The parser takes a quoted field that is broken for a field that goes on, over
/// any number of lines, and so would lose words without a word.
fn check_quotes(line: &str) -> Result<(), Problem> {
    let mut field = line;
    loop {
        let end = match field.strip_prefix('"') {
            Some(quoted) => after_quoted(quoted)?,
            None => field.find(',').map_or("", |comma| &field[comma..]),
        };
        match end.strip_prefix(',') {
            Some(next) => field = next,
            None if end.is_empty() => return Ok(()),
            None => return Err(Problem::AfterQuote(excerpt(end))),
        }
    }
}

/// What follows the quote that closes the field. Doubled quotes are part of it.
fn after_quoted(field: &str) -> Result<&str, Problem> {
    let mut rest = field;
    while let Some(quote) = rest.find('"') {
        rest = &rest[quote + 1..];
        match rest.strip_prefix('"') {
            Some(next) => rest = next,
            None => return Ok(rest),
        }
    }
    Err(Problem::OpenQuote(excerpt(field)))
}

/// The rows read so far, and what it takes to read the next one.
struct Table {
    fields: usize,
    name: usize,
    word: usize,
    tag: usize,
    /// The line where each sentence starts.
    names: HashMap<String, usize>,
    rows: Rows,
}

impl Table {
    fn new(header: &StringRecord, line: &str) -> Result<Self, Problem> {
        let find = |name| {
            let mut places = (0..header.len()).filter(|at| is_column(&header[*at], name));
            let place = places
                .next()
                .ok_or_else(|| Problem::Header(excerpt(line)))?;
            match places.next() {
                None => Ok(place),
                Some(_) => Err(Problem::RepeatedColumn(name)),
            }
        };
        Ok(Self {
            fields: header.len(),
            name: find(NAME)?,
            word: find(WORD)?,
            tag: find(TAG)?,
            names: HashMap::new(),
            rows: Rows::default(),
        })
    }

    fn push(&mut self, record: &StringRecord, line: usize) -> Result<(), Problem> {
        // One field too many is no better than one too few: a comma that
        // should have been quoted moves the fields after it.
        if record.len() != self.fields {
            return Err(Problem::Fields {
                found: record.len(),
                expected: self.fields,
            });
        }
        self.start(&record[self.name], line)?;
        self.rows.push(&record[self.word], &record[self.tag])
    }

    /// Starts a sentence if the row has a name that is not the current one's.
    fn start(&mut self, name: &str, line: usize) -> Result<(), Problem> {
        let current = self.rows.sentences.last();
        if name.is_empty() || current.is_some_and(|current| current.name == name) {
            return Ok(());
        }
        if let Some(&first) = self.names.get(name) {
            let name = excerpt(name);
            return Err(Problem::RepeatedName { name, first });
        }
        self.names.insert(name.to_owned(), line);
        self.rows.start(name.to_owned());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::tests::{read, read_as, refused, refused_as, shown};
    use crate::{Options, Scheme};

    #[test]
    fn names_start_sentences() {
        let first_row = "Sentence #,Word,POS,Tag\r\nA,x,NN,B-geo\r\n,y,NN,I-geo\r\nB,z,NN,O\r\n";
        let every_row = "Sentence #,Word,POS,Tag\nA,x,NN,B-geo\nA,y,NN,I-geo\n\nB,z,NN,O";
        for csv in [first_row, every_row] {
            let corpus = read(csv).unwrap();
            assert_eq!(shown(&corpus), ["A: x/B-geo y/I-geo", "B: z/O"]);
        }
    }

    #[test]
    fn columns_are_found_by_name() {
        let csv = "lemma,TAG,,word,SENTENCE #\nl,O,0,w,A\nl,B-per,1,v,\n";
        assert_eq!(shown(&read(csv).unwrap()), ["A: w/O v/B-per"]);
    }

    #[test]
    fn words_are_kept_as_they_are() {
        let words = [
            "None",
            "NA",
            "null",
            "nan",
            " x ",
            "\u{85}",
            "\u{a0}",
            "a\"b",
            "#",
            "-DOCSTART-",
        ];
        let rows = words.map(|word| format!(",{word},O\n")).concat();
        let csv = format!("Sentence #,Word,Tag\nA,\",\",O\n,\"\"\"\",O\n,\"a\",O\n{rows}");
        let corpus = read(csv).unwrap();
        assert_eq!(corpus.sentences[0].words[..3], [",", "\"", "a"]);
        assert_eq!(corpus.sentences[0].words[3..], words);
    }

    #[test]
    fn tags_are_never_converted() {
        let csv = "Sentence #,Word,Tag\nA,x,I-geo\n,y,I-geo\n";
        let corpus = read(csv).unwrap();
        assert_eq!(corpus.scheme, Scheme::Iob2);
        assert_eq!(shown(&corpus), ["A: x/I-geo y/I-geo"]);
        let scheme = |scheme| Options {
            scheme: Some(scheme),
            ..Options::default()
        };
        assert!(read_as(csv, scheme(Scheme::Iob2)).is_ok());
        refused_as(
            csv,
            scheme(Scheme::Iob1),
            "corpus: found a Kaggle CSV, whose tags are IOB2, \
             expected CoNLL columns for the scheme iob1",
        );
    }

    #[test]
    fn broken_headers_are_refused() {
        refused(
            "Sentence,Word,Tag\nA,x,O\n",
            "corpus:1: found the header \"Sentence,Word,Tag\", expected the columns `Sentence #`, \
             `Word` and `Tag`, separated by commas; columns separated by spaces or tabs are the \
             format `conll`",
        );
        refused(
            "Sentence #,Word,Tag,word\nA,x,O,y\n",
            "corpus:1: found the column `Word` more than once, expected it once",
        );
    }

    #[test]
    fn broken_rows_are_refused() {
        let header = "Sentence #,Word,Tag\n";
        for (rows, line, problem) in [
            ("\nA,x\n", 3, "found 2 fields, expected 3 as in the header"),
            ("A,,,O\n", 2, "found 4 fields, expected 3 as in the header"),
            (" \n", 2, "found 1 fields, expected 3 as in the header"),
            (
                ",x,O\n",
                2,
                "found a word before any sentence name, expected one in the column `Sentence #`",
            ),
            (
                "A,x,O\n,,O\n",
                3,
                "found an empty word, expected at least one character that is no space",
            ),
            (
                "A,\" \t\",O\n",
                2,
                "found an empty word, expected at least one character that is no space",
            ),
            (
                "A,x,O\n,y,X-geo\n",
                3,
                "found the tag \"X-geo\", expected `O`, `B-x` or `I-x` with a type x without spaces",
            ),
            (
                "A,x,O\nB,y,O\n,z,O\nA,w,O\n",
                5,
                "found the sentence name \"A\" again after other sentences, \
                 expected only the sentence that starts in line 2 to have it",
            ),
            ("A,x,O\n,\0,O\n", 3, "found a NUL character, expected text"),
        ] {
            refused(
                format!("{header}{rows}"),
                &format!("corpus:{line}: {problem}"),
            );
        }
    }

    #[test]
    fn broken_quotes_are_refused() {
        let header = "Sentence #,Word,Tag\n";
        for (rows, line, field) in [
            ("A,\",O\n,x,O\n", 2, r#"",O""#),
            ("A,x,O\r\n,y,\"O\r\n,\"z\",O\r\n", 3, r#""O""#),
            ("A,x,O\n,\"\"\",O\n", 3, r#""\"\",O""#),
            ("\"", 2, "\"\""),
        ] {
            refused(
                format!("{header}{rows}"),
                &format!(
                    "corpus:{line}: found the quote that opens {field} and none that closes it on the line"
                ),
            );
        }
        for (rows, line, rest) in [
            ("A,\"x\"y,O\n", 2, r#""y,O""#),
            ("A,x,O\n,\"y\" ,O\n", 3, r#"" ,O""#),
            ("A,\"x\"\"\"y\",O\n", 2, r#""y\",O""#),
        ] {
            refused(
                format!("{header}{rows}"),
                &format!(
                    "corpus:{line}: found {rest} after a closing quote, expected a comma or the end of the line"
                ),
            );
        }
        refused(
            "Sentence #,Word,Tag,\"x\nA,x,O,y\n",
            "corpus:1: found the quote that opens \"x\" and none that closes it on the line",
        );
    }
}
