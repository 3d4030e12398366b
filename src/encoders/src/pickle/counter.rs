//! How much a pickle would build, counted before it does.

use std::collections::HashMap;

use anyhow::{Context, Result, bail, ensure};

/// Objects and their copies; those of a large encoder number tens of thousands.
const MAX_PARTS: usize = 1 << 20;
/// Objects within objects.
const MAX_DEPTH: usize = 64;

/// Goes through a pickle as candle does, but keeps only how much it would build.
#[derive(Default)]
pub(super) struct Counter {
    stack: Vec<Built>,
    memo: HashMap<u32, Built>,
    /// All that was ever built or copied.
    parts: usize,
}

#[derive(Clone, Copy)]
struct Built {
    parts: usize,
    depth: usize,
    is_mark: bool,
}

impl Counter {
    pub(super) fn run(mut self, pickle: &[u8]) -> Result<()> {
        let mut rest = pickle;
        while self.step(&mut rest)? {}
        Ok(())
    }

    /// One instruction; whether there is another.
    fn step(&mut self, rest: &mut &[u8]) -> Result<bool> {
        let [code] = *take::<1>(rest)?;
        match code {
            // The protocol's version.
            0x80 => skip(rest, 1)?,
            // A class: two lines.
            b'c' => {
                let length = line(rest)? + line(rest)?;
                self.push(length)?;
            }
            // Numbers.
            b'K' => self.number(rest, 1)?,
            b'M' => self.number(rest, 2)?,
            b'J' => self.number(rest, 4)?,
            b'G' => self.number(rest, 8)?,
            0x8a => {
                let [length] = *take::<1>(rest)?;
                ensure!(length <= 8, "found a number of {length} bytes");
                self.number(rest, length.into())?;
            }
            b'X' => {
                let length = u32::from_le_bytes(*take(rest)?) as usize;
                skip(rest, length)?;
                self.push(length)?;
            }
            // Empty or plain: None, true, false, (), {}, [], a mark.
            b'N' | 0x88 | 0x89 | b')' | b'}' | b']' => self.push(1)?,
            b'(' => {
                self.push(1)?;
                self.top()?.is_mark = true;
            }
            // What is made of the last one, two or three.
            b'Q' | 0x85 => self.join(1)?,
            b'R' | 0x81 | b'b' | 0x86 => self.join(2)?,
            0x87 => self.join(3)?,
            // Of all since the mark.
            b't' | b'd' => {
                let count = self.since_mark()?;
                // The mark stands for the object itself.
                self.join(count + 1)?;
            }
            // Into the list or dictionary below.
            b'a' => self.add(1)?,
            b's' => self.add(2)?,
            b'e' | b'u' => {
                let count = self.since_mark()?;
                self.add(count + 1)?;
            }
            b'q' => {
                let [id] = *take::<1>(rest)?;
                self.keep(id.into())?;
            }
            b'r' => self.keep(u32::from_le_bytes(*take(rest)?))?,
            b'h' => {
                let [id] = *take::<1>(rest)?;
                self.copy(id.into())?;
            }
            b'j' => self.copy(u32::from_le_bytes(*take(rest)?))?,
            b'.' => return Ok(false),
            other => bail!("found the instruction {other:#04x}, which no checkpoint needs"),
        }
        Ok(true)
    }

    fn count(&mut self, parts: usize) -> Result<()> {
        self.parts += parts;
        ensure!(
            self.parts <= MAX_PARTS,
            "found more than {MAX_PARTS} objects"
        );
        Ok(())
    }

    /// A number in so many bytes.
    fn number(&mut self, rest: &mut &[u8], bytes: usize) -> Result<()> {
        skip(rest, bytes)?;
        self.push(1)
    }

    /// An object of so many bytes.
    fn push(&mut self, bytes: usize) -> Result<()> {
        // An object takes about as much memory as 64 bytes of text.
        let parts = 1 + bytes / 64;
        self.count(parts)?;
        self.stack.push(Built {
            parts,
            depth: 0,
            is_mark: false,
        });
        Ok(())
    }

    fn top(&mut self) -> Result<&mut Built> {
        self.stack
            .last_mut()
            .context("found an instruction without its objects")
    }

    /// The last `count` become a new object.
    fn join(&mut self, count: usize) -> Result<()> {
        self.count(1)?;
        let inner = self.pop(count)?;
        self.stack.push(Built {
            parts: inner.parts + 1,
            depth: inner.depth + 1,
            is_mark: false,
        });
        Ok(())
    }

    /// The last `count` go into the list or dictionary below them.
    fn add(&mut self, count: usize) -> Result<()> {
        let inner = self.pop(count)?;
        let outer = self.top()?;
        outer.parts += inner.parts;
        outer.depth = outer.depth.max(inner.depth + 1);
        Ok(())
    }

    /// The last `count` together.
    fn pop(&mut self, count: usize) -> Result<Built> {
        let first = self.stack.len().checked_sub(count);
        let first = first.context("found an instruction without its objects")?;
        let none = Built {
            parts: 0,
            depth: 0,
            is_mark: false,
        };
        let all = self.stack.drain(first..).fold(none, |all, own| Built {
            parts: all.parts + own.parts,
            depth: all.depth.max(own.depth),
            is_mark: false,
        });
        ensure!(all.depth < MAX_DEPTH, "found objects nested too deeply");
        Ok(all)
    }

    /// How many objects there are since the last mark.
    fn since_mark(&self) -> Result<usize> {
        let place = self.stack.iter().rev().position(|own| own.is_mark);
        place.context("found no mark")
    }

    fn keep(&mut self, id: u32) -> Result<()> {
        let own = *self.top()?;
        self.count(own.parts)?;
        self.memo.insert(id, own);
        Ok(())
    }

    fn copy(&mut self, id: u32) -> Result<()> {
        let own = *self.memo.get(&id).context("found no object to repeat")?;
        self.count(own.parts)?;
        self.stack.push(own);
        Ok(())
    }
}

/// The next `N` bytes.
fn take<'a, const N: usize>(rest: &mut &'a [u8]) -> Result<&'a [u8; N]> {
    let (bytes, after) = rest.split_first_chunk().context("it is cut off")?;
    *rest = after;
    Ok(bytes)
}

fn skip(rest: &mut &[u8], count: usize) -> Result<()> {
    *rest = rest.get(count..).context("it is cut off")?;
    Ok(())
}

/// Passes over a line and gives its length.
fn line(rest: &mut &[u8]) -> Result<usize> {
    let length = rest
        .iter()
        .position(|byte| *byte == b'\n')
        .context("it is cut off")?;
    skip(rest, length + 1)?;
    Ok(length)
}
