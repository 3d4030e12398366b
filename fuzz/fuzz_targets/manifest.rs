//! A bundle's manifest; no file of it lies outside.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nerite::{Manifest, is_file_name};

fuzz_target!(|json: &[u8]| {
    if let Ok(manifest) = Manifest::from_json(json) {
        let reports = manifest.heads.iter().filter_map(|head| head.report.as_ref());
        for file in manifest.files().chain(reports) {
            assert!(file.file.split('/').all(is_file_name));
        }
    }
});
