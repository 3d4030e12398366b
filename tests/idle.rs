//! Browsers that a test has left, for the next one that wants one of their kind: to
//! start Firefox takes as long as many a test. They share nothing, since each test
//! has servers, and so origins, of its own (`site::is_new_port`).

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::browser::{Kind, Session};

/// What a browser keeps of the pages that it has seen grows: after this many
/// tests it has served.
const TESTS: usize = 10;

struct Idle {
    /// Tests that run or wait for their turn.
    tests: usize,
    browsers: Vec<Session>,
}

static IDLE: Mutex<Idle> = Mutex::new(Idle {
    tests: 0,
    browsers: Vec::new(),
});

fn idle() -> MutexGuard<'static, Idle> {
    IDLE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A browser of a kind that nobody uses.
pub(crate) fn take(kind: Kind) -> Option<Session> {
    let browsers = &mut idle().browsers;
    let at = browsers.iter().position(|session| session.kind == kind)?;
    Some(browsers.swap_remove(at))
}

/// Keeps a browser that a test has done with.
pub(crate) fn leave(session: Session) {
    if session.tests < TESTS {
        idle().browsers.push(session);
    }
}

/// A test that will want browsers. When the last one is over, those that are left
/// end: nothing ends what is static.
pub(crate) struct Test;

impl Test {
    pub(crate) fn begin() -> Self {
        idle().tests += 1;
        Self
    }
}

impl Drop for Test {
    fn drop(&mut self) {
        let mut idle = idle();
        idle.tests -= 1;
        if idle.tests == 0 {
            idle.browsers.clear();
        }
    }
}
