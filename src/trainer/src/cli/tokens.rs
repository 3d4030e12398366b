use std::path::PathBuf;

use anyhow::Result;
use nerite::{Subword, Tokenizer};
use nerite_trainer::vectors::Spelling;
use serde_json::json;

use super::EncoderArguments;

/// Show the subwords that an encoder sees
///
/// Prints a JSON object per sentence, as Python's tokenizers gives it: `ids`,
/// `word_ids` (null for the special subwords) and `offsets` (characters of the
/// word).
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// One JSON array of words per line
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    #[command(flatten)]
    encoder: EncoderArguments,
    /// How words are spelled for the encoder
    #[arg(long, value_enum, default_value_t)]
    spelling: Spelling,
}

impl Arguments {
    pub(super) fn run(&self) -> Result<()> {
        let source = self.encoder.find()?;
        let tokenizer = Tokenizer::from_bytes(&source.tokenizer()?, source.config()?.vocabulary)?;
        for words in super::sentences(&self.input)? {
            let words: Vec<_> = (words.iter())
                .map(|word| match self.spelling {
                    Spelling::Written => word.into(),
                    Spelling::Plain => nerite::plain(word),
                })
                .collect();
            let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
            let subwords = tokenizer.encode(&words, true)?;
            let ids: Vec<u32> = subwords.iter().map(|subword| subword.id).collect();
            let word_ids: Vec<Option<usize>> =
                subwords.iter().map(|subword| subword.word).collect();
            let offsets = |subword: &Subword| [subword.characters.start, subword.characters.end];
            let offsets: Vec<[usize; 2]> = subwords.iter().map(offsets).collect();
            say!(
                "{}",
                json!({ "ids": ids, "word_ids": word_ids, "offsets": offsets })
            );
        }
        Ok(())
    }
}
