//! An allocator that counts, per thread, so that tests beside each other do
//! not disturb the count.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::time::{Duration, Instant};

thread_local! {
    /// Bytes that this thread holds; below zero where it freed what another gave it.
    static HELD: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;

fn count(bytes: isize) {
    // A thread that ends has no counters any more.
    let _ = HELD.try_with(|held| {
        held.set(held.get() + bytes);
        let _ = PEAK.try_with(|peak| peak.set(peak.get().max(held.get())));
    });
}

// SAFETY: everything is the system allocator's own doing; counting neither
// allocates nor unwinds.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Both are there while the contents move.
        count(size as isize);
        // SAFETY: the caller's promise is passed on.
        let moved = unsafe { System.realloc(pointer, layout, size) };
        count(-(layout.size() as isize));
        moved
    }
}

/// What a file may cost to read.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    /// Bytes of memory per byte of the file.
    pub(crate) per_byte: usize,
    /// And whatever the file is.
    pub(crate) constant: usize,
}

/// No input of these tests may keep a parser busy for longer, on a machine that
/// does much else. What is right takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs a parser on an input of `length` bytes and fails if it took more
/// memory or time than it may.
pub(crate) fn within<T>(
    bounds: Bounds,
    length: usize,
    parse: impl FnOnce() -> T,
) -> Result<T, String> {
    let before = HELD.with(Cell::get);
    PEAK.with(|peak| peak.set(before));
    let start = Instant::now();
    let result = parse();
    let (took, peak) = (start.elapsed(), PEAK.with(Cell::get) - before);
    let most = bounds.per_byte * length + bounds.constant;
    if peak > most as isize {
        return Err(format!(
            "took {peak} bytes for an input of {length}, at most {most} are allowed"
        ));
    }
    if took > PATIENCE {
        return Err(format!("took {took:?} for an input of {length} bytes"));
    }
    Ok(result)
}

#[test]
fn the_count_counts() {
    let bounds = Bounds {
        per_byte: 1,
        constant: 1000,
    };
    assert_eq!(within(bounds, 10, || vec![0u8; 1000].len()), Ok(1000));
    assert!(within(bounds, 10, || vec![0u8; 2000].len()).is_err());
    assert!(within(bounds, 10, || Vec::<u8>::with_capacity(2000).len()).is_err());
    let grown = || {
        (0..2000u32).fold(Vec::new(), |mut all, x| {
            all.push(x as u8);
            all
        })
    };
    assert!(within(bounds, 10, grown).is_err());
}
