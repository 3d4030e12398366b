//! Parts of a placeholder, read one after the other from a text of which more
//! may come.

use super::super::spellings::numbers;
use crate::patterns::joins;

/// What may stand between a bracket and what it holds, in signs.
const MOST_DECORATION: usize = 6;
/// What may stand between words of a type and its number.
const MOST_SEPARATORS: usize = 5;

/// More digits are no number of a placeholder.
const MOST_DIGITS: usize = 7;
const MOST_ZEROS: usize = 4;

/// A part of a text that is being read.
pub(super) struct Cursor<'a> {
    pub(super) rest: &'a str,
    /// Whether nothing follows.
    pub(super) last: bool,
}

/// The text ended before it could be told.
pub(super) struct Short;

impl Cursor<'_> {
    /// The next character, `None` at the text's end.
    fn peek(&self) -> Result<Option<char>, Short> {
        match self.rest.chars().next() {
            None if !self.last => Err(Short),
            next => Ok(next),
        }
    }

    fn skip(&mut self, c: char) {
        self.rest = &self.rest[c.len_utf8()..];
    }

    /// Takes a text in whatever case of ASCII.
    pub(super) fn take(&mut self, wanted: &str) -> Result<bool, Short> {
        let mut own = self.rest.chars();
        for wanted in wanted.chars() {
            match own.next() {
                None if !self.last => return Err(Short),
                Some(c) if c.to_ascii_lowercase() == wanted => {}
                _ => return Ok(false),
            }
        }
        self.rest = own.as_str();
        Ok(true)
    }

    /// Marks of Markdown, quotes, white space and signs that are not seen.
    pub(super) fn decoration(&mut self) -> Result<(), Short> {
        for _ in 0..MOST_DECORATION {
            match self.peek()? {
                Some(c)
                    if is_invisible(c)
                        || matches!(
                            c,
                            ' ' | '\u{a0}'
                                | '\u{202f}'
                                | '*'
                                | '_'
                                | '`'
                                | '~'
                                | '"'
                                | '\''
                                | '\u{201c}'
                                | '\u{201d}'
                                | '\u{3000}'
                        ) =>
                {
                    self.skip(c)
                }
                // `\_` and `\*`, but not the bracket that closes.
                Some('\\') if self.rest[1..].starts_with(['_', '*']) => self.skip('\\'),
                Some('\\') if self.rest.len() == 1 && !self.last => return Err(Short),
                _ => break,
            }
        }
        Ok(())
    }

    /// What stands between the words of a type, and before its number.
    pub(super) fn separators(&mut self, bracketed: bool) -> Result<usize, Short> {
        let mut count = 0;
        while count < MOST_SEPARATORS {
            let Some(c) = self.peek()? else { break };
            let plain = is_invisible(c)
                || matches!(
                    c,
                    '_' | '-' | ' ' | '#' | '*' | '`' | '\u{a0}' | '\u{202f}' | '\u{2010}'
                        ..='\u{2014}' | '\u{ff3f}' | '\u{3000}' | '\u{2017}'
                )
                || (bracketed
                    && matches!(
                        c,
                        '\n' | '\r' | '\t' | ':' | '.' | ',' | '=' | '/' | '|' | '(' | '"' | '\''
                    ));
            if plain {
                self.skip(c);
            } else if c == '\\' {
                // Markdown writes `\_`.
                let Some(next) = self.rest[1..].chars().next() else {
                    if self.last {
                        break;
                    }
                    return Err(Short);
                };
                if !matches!(next, '_' | '-' | '.' | '#' | '*') {
                    break;
                }
                self.skip(c);
            } else if matches!(c, '%' | '&') {
                if !self.take("%5f")?
                    && !self.take("%20")?
                    && !self.take("&#95;")?
                    && !self.take("&nbsp;")?
                {
                    break;
                }
            } else {
                break;
            }
            count += 1;
        }
        Ok(count)
    }

    /// The words of a type, with separators between them.
    pub(super) fn words(&mut self, words: &[Vec<char>], bracketed: bool) -> Result<bool, Short> {
        for (place, word) in words.iter().enumerate() {
            if place > 0 {
                self.separators(bracketed)?;
            }
            for wanted in word {
                let mut c = self.peek()?;
                for _ in 0..2 {
                    if let Some(invisible) = c.filter(|c| is_invisible(*c)) {
                        self.skip(invisible);
                        c = self.peek()?;
                    }
                }
                match c {
                    Some(c) if fold(c) == *wanted => self.skip(c),
                    _ => return Ok(false),
                }
            }
        }
        Ok(true)
    }

    /// Whether one of these letters, which are sorted capitals, is next or may be
    /// behind signs that are not seen.
    pub(super) fn may_be_one_of(&self, letters: &[char]) -> Result<bool, Short> {
        let next = self.peek()?;
        Ok(next.is_some_and(|c| is_invisible(c) || letters.binary_search(&fold(c)).is_ok()))
    }

    /// Whether a capital letter is next.
    pub(super) fn is_capital(&self) -> Result<bool, Short> {
        Ok(self.peek()?.is_some_and(char::is_uppercase))
    }

    /// A number in digits or, if asked for, as a word.
    pub(super) fn number(&mut self, words: bool) -> Result<Option<u32>, Short> {
        let (mut zeros, mut digits, mut number) = (0, 0, 0);
        while let Some(c) = self.peek()? {
            let Some(digit) = digit(c) else { break };
            if digits == 0 && digit == 0 {
                zeros += 1;
            } else {
                digits += 1;
                number = number * 10 + digit;
            }
            if digits > MOST_DIGITS || zeros > MOST_ZEROS {
                return Ok(None);
            }
            self.skip(c);
        }
        if digits == 0 && zeros == 0 && words {
            for (number, word) in numbers() {
                if self.take(word)? {
                    return Ok(Some(number));
                }
            }
        }
        Ok((digits > 0).then_some(number))
    }

    /// Whether a number without a bracket behind it is whole: no word and no
    /// other number goes on, as in "phone 1-800".
    pub(super) fn ends_word(&self) -> Result<bool, Short> {
        let mut glued = false;
        let mut rest = self.rest.chars();
        loop {
            match rest.next() {
                None if !self.last => return Err(Short),
                // Marks of Markdown, unless a word goes on behind them.
                Some('_') if !glued && self.rest.len() - rest.as_str().len() <= 4 => {}
                Some('-' | '.' | ',' | ':' | '/') if !glued => glued = true,
                Some(c) if glued => return Ok(digit(c).is_none()),
                Some(c) => return Ok(!joins(c)),
                None => return Ok(true),
            }
        }
    }
}

/// Capitals, and the plain form of full-width letters.
pub(super) fn fold(c: char) -> char {
    let plain = match c as u32 {
        wide @ 0xff01..=0xff5e => char::from_u32(wide - 0xfee0).unwrap_or(c),
        _ => c,
    };
    let mut upper = plain.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(upper), None) => upper,
        _ => plain,
    }
}

/// The value of a digit of any of the scripts that models answer in.
fn digit(c: char) -> Option<u32> {
    let zeros = [0x30, 0x660, 0x6f0, 0x966, 0x9e6, 0xe50, 0x2080, 0xff10];
    zeros
        .iter()
        .find_map(|zero| (c as u32).checked_sub(*zero).filter(|digit| *digit < 10))
}

/// Signs that are not seen: joiners, marks of direction, soft hyphens.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
