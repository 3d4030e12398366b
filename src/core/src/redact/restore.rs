//! Values back into a text, whole or as it comes.

use serde::{Deserialize, Serialize};

use super::placeholder::{At, Before, Reader};
use super::table::{Prefix, Table};

/// Puts values back into a text that comes in pieces: what may be the start of
/// a placeholder is held back until it is told.
pub struct Restorer<'a> {
    table: &'a Table,
    reader: Reader,
    held: String,
    before: Before,
    prefix: Prefix,
}

/// A [`Restorer`] between two pieces.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Paused {
    /// What may be the start of a placeholder.
    held: String,
    /// Whether a word goes on there.
    in_word: bool,
    /// The hash of the text before, in hexadecimal digits; empty at its start.
    prefix: String,
}

impl<'a> Restorer<'a> {
    /// Begins a text.
    pub fn new(table: &'a Table) -> Self {
        Self {
            table,
            reader: Reader::of(table),
            held: String::new(),
            before: Before::default(),
            prefix: Prefix::default(),
        }
    }

    /// Goes on where another one of the same table was paused.
    pub fn resume(table: &'a Table, paused: Paused) -> Self {
        Self {
            held: paused.held,
            before: Before::of(paused.in_word),
            prefix: Prefix::from_hex(&paused.prefix),
            ..Self::new(table)
        }
    }

    /// What is needed to go on later.
    pub fn pause(self) -> Paused {
        Paused {
            in_word: self.before.is_in_word(),
            prefix: self.prefix.to_hex(),
            held: self.held,
        }
    }

    /// Takes the next piece; what is certain comes back.
    pub fn push(&mut self, piece: &str) -> String {
        self.held.push_str(piece);
        self.read(false)
    }

    /// Ends the text; what was held back comes back.
    pub fn finish(mut self) -> String {
        self.read(true)
    }

    fn read(&mut self, last: bool) -> String {
        let held = std::mem::take(&mut self.held);
        let mut restored = String::with_capacity(held.len());
        let mut at = 0;
        while let Some(c) = held[at..].chars().next() {
            match self.reader.at(&held[at..], self.before, last) {
                At::Unfinished => break,
                At::Nothing => {
                    let end = at + c.len_utf8();
                    self.before.add(c);
                    self.prefix.add(&held[at..end]);
                    restored.push(c);
                    at = end;
                }
                At::Placeholder(length, found) => {
                    self.before = Before::default();
                    self.prefix.add(&held[at..at + length]);
                    if let Some(entry) = self.reader.entry(found) {
                        restored.push_str(self.table.form(entry, self.prefix));
                    }
                    at += length;
                }
            }
        }
        self.held = held[at..].to_owned();
        restored
    }
}

impl Table {
    /// Puts the values back into a text: the redacted one, which becomes the
    /// very original, or any other that holds its placeholders, such as a
    /// language model's answer.
    pub fn restore(&self, text: &str) -> String {
        let mut restorer = Restorer::new(self);
        let mut restored = restorer.push(text);
        restored.push_str(&restorer.finish());
        restored
    }
}
