//! Two browsers at a time, one of each kind where that is possible, and a browser
//! for itself where a test measures times.

use std::sync::{Condvar, Mutex, PoisonError};

use anyhow::{Context, Result};

use crate::browser::Kind;
use crate::idle;

/// As many browsers as these keep two cores busy.
const AT_ONCE: usize = 2;

/// The browsers in use.
static BUSY: Mutex<Vec<Kind>> = Mutex::new(Vec::new());
static FREED: Condvar = Condvar::new();

/// Browsers that are in use until this goes.
struct Turn(Vec<Kind>);

impl Turn {
    /// Waits until `choose` finds browsers, given those in use.
    fn wait(choose: impl Fn(&[Kind]) -> Vec<Kind>) -> Self {
        let mut busy = BUSY.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let chosen = choose(&busy);
            if !chosen.is_empty() {
                busy.extend(&chosen);
                return Self(chosen);
            }
            let waited = FREED.wait(busy);
            busy = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut busy = BUSY.lock().unwrap_or_else(PoisonError::into_inner);
        for own in &self.0 {
            let at = busy.iter().position(|kind| kind == own);
            busy.swap_remove(at.expect("it is in use"));
        }
        FREED.notify_all();
    }
}

fn run(test: impl Future<Output = Result<()>>) -> Result<()> {
    // Servers of a test answer while it works.
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(test)
}

/// Runs a test once in every browser, first in one of a kind that is not in use.
pub(crate) fn in_every_browser(test: impl AsyncFn(Kind) -> Result<()>) -> Result<()> {
    let _test = idle::Test::begin();
    let mut left = Kind::all()?;
    while !left.is_empty() {
        let turn = Turn::wait(|busy| {
            let free = left.iter().find(|kind| !busy.contains(kind));
            let next = free.or(left.first());
            next.filter(|_| busy.len() < AT_ONCE)
                .copied()
                .into_iter()
                .collect()
        });
        let kind = turn.0[0];
        run(test(kind)).with_context(|| format!("in {kind:?}"))?;
        left.retain(|own| *own != kind);
    }
    Ok(())
}

/// The same while no other test has a browser: for tests that measure times.
pub(crate) fn alone_in_every_browser(test: impl AsyncFn(Kind) -> Result<()>) -> Result<()> {
    let _test = idle::Test::begin();
    for kind in Kind::all()? {
        let _turn = Turn::wait(|busy| {
            if busy.is_empty() {
                vec![Kind::Chromium, Kind::Firefox]
            } else {
                Vec::new()
            }
        });
        run(test(kind)).with_context(|| format!("in {kind:?}"))?;
    }
    Ok(())
}
