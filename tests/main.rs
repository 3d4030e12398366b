//! The pages and the package, with the real bundle, in real browsers.
//!
//! `page` and its neighbours use the demo page as a visitor does, `two_models` with
//! two encoders side by side, `fits` with texts of other kinds, `redaction` its
//! other half, `reports` and `report_files` the page over reports, `judge` and
//! `judge_page` what judges heads on own files, `teach` the page on which heads are
//! taught, `publish` the published site, `package` and `downloads` the package as
//! another page would. `demo`, `browser`, `driver`, `idle`, `turns`, `site` and the
//! rest are what they stand on.

mod accessible;
mod browser;
mod cut;
mod demo;
mod downloads;
mod driver;
mod failures;
mod fits;
mod idle;
mod in_and_out;
mod judge;
mod judge_page;
mod long_text;
mod narrowing;
mod offline;
mod package;
mod page;
mod policy;
mod process;
mod publish;
mod redaction;
mod relay;
mod report_files;
mod reports;
mod site;
mod teach;
mod text_files;
mod turns;
mod two_models;

/// How long anything may take that a test waits for, on a machine that does much
/// else.
const TIMEOUT: std::time::Duration = std::time::Duration::from_secs(180);
