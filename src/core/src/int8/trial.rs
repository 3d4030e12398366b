//! Which of several kernels is fastest here.

/// Milliseconds of a turn. A machine with much to do takes the processor away
/// every few milliseconds: turns are short, so that some are left alone.
const TURN: f64 = 1.0;
/// Turns of each.
const ROUNDS: usize = 20;
/// Milliseconds after which fewer rounds will do, where the clock ticks rarely
/// and turns are long by that.
const ENOUGH: f64 = 150.0;
const LEAST_ROUNDS: usize = 4;
/// Runs of a turn in which the clock stands still.
const MOST: usize = 10_000;

/// The candidate that `run` takes the least time for; the first if the clock
/// `now`, in milliseconds, stands still. Takes some hundredths of a second.
pub(super) fn fastest<T: Copy>(
    candidates: &[T],
    now: impl Fn() -> f64,
    mut run: impl FnMut(T),
) -> T {
    let start = now();
    let mut best = (0.0, candidates[0]);
    for round in 0..ROUNDS {
        if round >= LEAST_ROUNDS && now() - start > ENOUGH {
            break;
        }
        // In turns, and the best of each counts: what disturbs one disturbs
        // the other, and an engine optimizes code only as it runs.
        for &candidate in candidates {
            let Some(speed) = speed(&now, || run(candidate)) else {
                return best.1;
            };
            if speed > best.0 {
                best = (speed, candidate);
            }
        }
    }
    best.1
}

/// Runs in a millisecond. What counts begins as the clock ticks, which some
/// browsers' does once in a millisecond.
fn speed(now: impl Fn() -> f64, mut run: impl FnMut()) -> Option<f64> {
    let (called, mut ticked, mut runs) = (now(), None, 0.0);
    for _ in 0..MOST {
        run();
        let time = now();
        let Some(from) = ticked else {
            ticked = (time > called).then_some(time);
            continue;
        };
        runs += 1.0;
        if time - from >= TURN {
            return Some(runs / (time - from));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// What is chosen of candidates that take so many milliseconds a run, by a
    /// clock that ticks every `tick`, on a machine that takes the processor
    /// away for `pause` after 0 to 6 milliseconds each time.
    fn choose(costs: [f64; 2], tick: f64, pause: f64, seed: u32) -> (usize, f64) {
        let (time, mut left, mut random) = (Cell::new(0.3), 0.0, seed);
        let now = || (time.get() / tick).floor() * tick;
        let chosen = fastest(&[0, 1], now, |candidate: usize| {
            left -= costs[candidate];
            time.set(time.get() + costs[candidate]);
            if pause > 0.0 && left < 0.0 {
                random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                left = f64::from(random >> 16) / 65_536.0 * 6.0;
                time.set(time.get() + pause);
            }
        });
        (chosen, time.get())
    }

    #[test]
    fn a_busy_machine_does_not_decide() {
        for tick in [0.005, 0.1, 1.0] {
            for pause in [0.0, 0.5, 3.0, 9.0] {
                for seed in 0..200 {
                    let (chosen, _) = choose([0.02, 0.01], tick, pause, seed);
                    assert_eq!(chosen, 1, "ticks {tick}, pauses {pause}, seed {seed}");
                    let (chosen, _) = choose([0.01, 0.013], tick, pause, seed);
                    assert_eq!(chosen, 0, "ticks {tick}, pauses {pause}, seed {seed}");
                }
            }
        }
    }

    #[test]
    fn it_takes_some_hundredths_of_a_second() {
        for (tick, most) in [(0.005, 50.0), (0.1, 60.0), (1.0, 100.0), (16.7, 300.0)] {
            let (chosen, time) = choose([0.01, 0.005], tick, 0.0, 1);
            assert_eq!(chosen, 1);
            assert!(time < most, "ticks {tick}: {time} ms");
        }
    }

    #[test]
    fn where_the_clock_stands_still_it_is_the_first() {
        let mut runs = 0;
        assert_eq!(
            fastest(&["first", "second"], || 7.0, |_| runs += 1),
            "first"
        );
        assert_eq!(runs, MOST);
    }
}
