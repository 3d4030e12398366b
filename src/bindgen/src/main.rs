//! `wasm-bindgen --target web`, without its command line: built of the library
//! that is pinned in `Cargo.lock` beside `wasm-bindgen` itself, so that the two
//! always match, and in a third of the time.

use anyhow::{Result, bail};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [wasm, out] = arguments.as_slice() else {
        bail!(
            "found {} arguments, expected WASM and OUT-DIR",
            arguments.len()
        );
    };
    // Who starts the wasm says where it is: bundlers are not to follow a path.
    Bindgen::new()
        .input_path(wasm)
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        .generate(out)
}
