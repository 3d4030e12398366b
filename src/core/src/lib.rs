//! The part of Nerite that the trainer and the browser share: everything from
//! words to entities, without I/O and without threads of its own.
//!
//! One pass goes through the modules in this order: [`words`](words::cut) ->
//! `tokenizer` -> `encoder` -> `features` -> `head` -> `decode`; `recognizer`
//! strings them together. A head of pieces reads the raw text's subwords
//! instead (`pieces`, `decode::Strategy`). `patterns` finds what has a form of
//! its own, `redact` takes out of a text what both found, and puts it back.
//! `metrics` and `report` judge the outcome, `bundle` says which files belong
//! together, and `loading` takes them as they come in.
//!
//! ```no_run
//! use nerite::{Encoder, Head, Options, Recognizer};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let encoder = Encoder::from_bytes(&std::fs::read("encoder.safetensors")?)?;
//! let mut recognizer = Recognizer::new(encoder, &std::fs::read("tokenizer.json")?)?;
//! let head = Head::from_bytes(&std::fs::read("best.safetensors")?)?;
//! let text = "Ada Lovelace met Charles Babbage in London.";
//! for entity in recognizer.recognize(text, &head, &Options::default())?.entities {
//!     println!("{}: {}", &text[entity.range], entity.kind);
//! }
//! # Ok(())
//! # }
//! ```

#[macro_use]
mod choice;

mod bundle;
mod decode;
mod encoder;
mod features;
mod head;
mod int8;
mod loading;
mod math;
mod metrics;
mod patterns;
mod pieces;
mod recognizer;
mod redact;
mod report;
mod results;
mod tags;
mod tokenizer;
mod words;

pub use bundle::{
    BundleError, BundleFile, BundleHead, License, MANIFEST, MAX_FILE_BYTES, MAX_MANIFEST_BYTES,
    Manifest, PART_BYTES, is_file_name, is_revision,
};
pub use decode::{Aggregation, Decoder, Span, Strategy, Transitions, argmax};
pub use encoder::{
    Activation, Architecture, AsBert, Config, Encoder, EncoderError, EncoderLoader, Engine,
    HiddenStates, Int8, Weights, Workspace, check_input, quantize, quantize_calibrated,
};
pub use features::{FeatureError, Subwords, features};
pub use head::{
    EntityCalibration, Head, HeadConfig, HeadError, HeadInput, HeadKind, HeadOutput, HeadTensor,
    LEXICON_ROWS, Lexicon, Unit, VECTOR_CODES, WordVectors, head_file, head_numbers,
    with_calibration,
};
pub use loading::{BundleLoader, LoadError, LoadedBundle};
pub use math::{exp, sigmoid, tanh};
pub use metrics::{
    Averages, Bin, Bucket, Buckets, Calibration, Comparison, Confusion, Difference, EntityReport,
    EntityScores, Figure, Figures, Interval, Intervals, LeakReport, LeakText, Matrix,
    OverlapCounts, OverlapReport, OverlapScores, Reliability, Scheme, Scores, Share, TokenReport,
    Training, TypeIntervals, TypeScores,
};
pub use patterns::{Pattern, PatternKind, patterns};
pub use pieces::{Block, Pieces, pick, read_pieces};
pub use recognizer::{Options, Recognizer};
pub use redact::{
    Confirm, Entry, Found, Hidden, Origin, Paused, Policy, Redaction, Restorer, Style, Table,
    TableError, join, placeholder_type, redact, shared_types,
};
pub use report::{
    Breakdown, CompareError, Context, CorpusProvenance, Details, EncoderProvenance, Entities,
    ErrorKind, Errors, Evaluation, Foreign, ForeignEntities, ForeignScores, HeadProvenance, Judged,
    JudgedSentence, Loss, Outcome, Outcomes, OutcomesError, PartProvenance, Program, Provenance,
    REDACTION_FORMAT, REDACTION_VERSION, REPORT_FORMAT, REPORT_VERSION, RedactionReport, Repeated,
    Report, ReportError, SAMPLE_FORMAT, SAMPLE_VERSION, Sample, SampleSentence, SentenceErrors,
    SourceProvenance, SplitProvenance, TypeBreakdown, Words, calibrate_entities,
};
pub use results::{Entity, Prediction, RecognizeError, Utf16Offsets, Word, from_utf16};
pub use tags::{MAX_TAGS, Tag, TagError, TagScheme, TagSet};
pub use tokenizer::{
    Piece, Subword, Tokenizer, TokenizerError, Vocabulary, prepare_piece_tokenizer,
    prepare_tokenizer,
};
pub use words::{Sentence, cut, plain};

// The unit tests run in browsers as well.
#[cfg(all(test, target_arch = "wasm32", target_os = "unknown"))]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
