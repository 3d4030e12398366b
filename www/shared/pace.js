// Long work in small pieces, so that the page always reacts within a frame or two.

/** How long one piece may take, in milliseconds; a browser counts 50 as a long task. */
const PIECE = 12;
/** Things of a list that are looked at before the time is. */
const AT_A_TIME = 256;
/** After so many milliseconds no frame is waited for any more. */
const LONGEST_FRAME = 100;

/**
 * Lets the browser handle what has come in meanwhile. (`scheduler.yield` would go on before timers: Firefox runs none
 * for a second.)
 * @returns {Promise<void>}
 */
export const breathe = () => new Promise((resolve) => setTimeout(resolve));

/** `await pace()` in a loop breathes whenever a piece's time is over. */
export function pacer() {
  let end = performance.now() + PIECE;
  return async () => {
    if (performance.now() < end) return;
    await breathe();
    end = performance.now() + PIECE;
  };
}

/**
 * Calls a function with each thing of a long list.
 *
 * @template T
 * @param {Iterable<T> & { entries(): Iterable<[number, T]> }} list
 * @param {() => Promise<void>} pace of a pacer
 * @param {(item: T) => void} use
 * @param {() => boolean} wanted ends it once it is false
 */
export async function forEachInPieces(list, pace, use, wanted = () => true) {
  for (const [at, item] of list.entries()) {
    if (at % AT_A_TIME === 0) {
      await pace();
      if (!wanted()) return;
    }
    use(item);
  }
}

/**
 * Lets the browser draw a frame; where it draws none, as in a hidden tab, time goes on all the same.
 * @returns {Promise<void>}
 */
export const afterFrame = () =>
  new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, LONGEST_FRAME);
  });

/**
 * Until the frame is over for which something was put into the page last.
 * @type {Promise<void> | null}
 */
let frame = null;

/**
 * Waits until nothing has been put into the page since it last drew a frame: to lay out and to paint takes a browser
 * several times as long as it takes to make what is drawn.
 */
export async function frameOfItsOwn() {
  while (frame) await frame;
  frame = afterFrame().then(() => {
    frame = null;
  });
}

/**
 * Runs a function once per frame at most, with what it was last called with.
 * @template {any[]} Given
 * @param {(...given: Given) => void} run
 */
export function oncePerFrame(run) {
  /** @type {Given | null} */
  let waiting = null;
  return (/** @type {Given} */ ...given) => {
    const first = waiting === null;
    waiting = given;
    if (!first) return;
    requestAnimationFrame(() => {
      const last = /** @type {Given} */ (/** @type {unknown} */ (waiting));
      waiting = null;
      run(...last);
    });
  };
}
