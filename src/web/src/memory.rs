//! What a trap for want of memory would not say: that it was that.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use wasm_bindgen::prelude::wasm_bindgen;

/// The bytes that could not be had last.
static LACKING: AtomicUsize = AtomicUsize::new(0);

/// The system's allocator, which remembers what it had to refuse: after that
/// most code can only abort, without words.
#[cfg_attr(
    not(any(test, target_arch = "wasm32")),
    allow(dead_code, reason = "natively only tests use it")
)]
struct Remembering;

#[cfg_attr(
    not(any(test, target_arch = "wasm32")),
    allow(dead_code, reason = "natively only tests use it")
)]
impl Remembering {
    fn note(place: *mut u8, size: usize) -> *mut u8 {
        if place.is_null() {
            LACKING.store(size, Ordering::Relaxed);
        }
        place
    }
}

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Remembering {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are the same.
        Self::note(unsafe { System.alloc(layout) }, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are the same.
        Self::note(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are the same.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's promises are the same.
        Self::note(unsafe { System.realloc(place, layout, size) }, size)
    }
}

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: Remembering = Remembering;

/// The bytes for which no memory was found last, or 0. It may be asked after
/// a trap: it allocates nothing.
#[wasm_bindgen(js_name = lackingBytes)]
pub fn lacking_bytes() -> f64 {
    LACKING.load(Ordering::Relaxed) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_had_is_remembered() {
        let huge = Layout::from_size_align(isize::MAX as usize - 4096, 1).unwrap();
        // SAFETY: the layout's size is not zero.
        // What an optimizer knows to be unused is never asked for.
        let place = unsafe { std::hint::black_box(&Remembering).alloc(huge) };
        assert!(std::hint::black_box(place).is_null());
        assert_eq!(lacking_bytes(), huge.size() as f64);
    }
}
