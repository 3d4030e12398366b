//! Texts that people give to a command.

use std::io::{Read, stdin};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use nerite_corpora::{Encoding, read_text};
use nerite_trainer::corpus::with_flag;

/// No text is read beyond this size.
const MAX_TEXT_BYTES: u64 = 256 << 20;

/// How bytes of texts stand for characters.
#[derive(Default, clap::Args)]
pub(super) struct EncodingArguments {
    /// The texts' encoding, if it is neither UTF-8 nor UTF-16 with its mark:
    /// windows-1252, windows-1251, shift_jis, euc-kr, gb18030 or another that
    /// browsers know
    #[arg(long, value_name = "NAME")]
    encoding: Option<Encoding>,
}

impl EncodingArguments {
    /// A file's text, or that of standard input, without a byte order mark.
    pub(super) fn read(&self, file: Option<&Path>) -> Result<String> {
        self.text(file).map(|(text, _)| text)
    }

    /// As [`read`](Self::read), with the mark where UTF-8 has one: what is
    /// written again is to begin as it did.
    pub(super) fn read_marked(&self, file: Option<&Path>) -> Result<String> {
        let (text, is_marked) = self.text(file)?;
        Ok(if is_marked {
            format!("\u{feff}{text}")
        } else {
            text
        })
    }

    fn text(&self, file: Option<&Path>) -> Result<(String, bool)> {
        let name = name_of(file);
        let mut bytes = Vec::new();
        let read = match file {
            Some(path) => std::fs::File::open(path)
                .and_then(|file| file.take(MAX_TEXT_BYTES + 1).read_to_end(&mut bytes)),
            None => stdin()
                .lock()
                .take(MAX_TEXT_BYTES + 1)
                .read_to_end(&mut bytes),
        };
        read.with_context(|| format!("cannot read {name}"))?;
        ensure!(
            bytes.len() as u64 <= MAX_TEXT_BYTES,
            "{name}: found more than {MAX_TEXT_BYTES} bytes"
        );
        let text = read_text(&name, &bytes, self.encoding).map_err(with_flag)?;
        Ok((text, bytes.starts_with(b"\xef\xbb\xbf")))
    }
}

/// What a text is called in messages.
pub(super) fn name_of(file: Option<&Path>) -> String {
    file.map_or_else(
        || "standard input".into(),
        |path| path.display().to_string(),
    )
}
