//! One thing after the other, or on all cores, with the same outcome.

#[cfg(feature = "parallel")]
use rayon::prelude::*;

/// What `run` makes of every item, in order; each core has a workspace of its
/// own.
#[cfg(feature = "parallel")]
pub(crate) fn map_with<I: Sync, W, T: Send>(
    items: &[I],
    workspace: impl Fn() -> W + Sync + Send,
    run: impl Fn(&mut W, &I) -> T + Sync + Send,
) -> Vec<T> {
    items.par_iter().map_init(workspace, run).collect()
}

/// What `run` makes of every item, in order.
#[cfg(not(feature = "parallel"))]
pub(crate) fn map_with<I, W, T>(
    items: &[I],
    workspace: impl Fn() -> W,
    run: impl Fn(&mut W, &I) -> T,
) -> Vec<T> {
    let mut workspace = workspace();
    let items = items.iter();
    items.map(|item| run(&mut workspace, item)).collect()
}

/// As [`map_with`], without a workspace.
pub(crate) fn map<I: Sync, T: Send>(items: &[I], run: impl Fn(&I) -> T + Sync + Send) -> Vec<T> {
    map_with(items, || (), |(), item| run(item))
}
