// Long work in small pieces, so that the page always reacts within a frame or two.

/** How long one piece may take, in milliseconds; a browser counts 50 as a long task. */
const PIECE = 12;
/** The same for a piece that is drawn: the browser takes several times as long to lay it out and to paint it. */
const DRAWN = 2;
/** After so many milliseconds no frame is waited for any more. */
const LONGEST_FRAME = 100;

/** Lets the browser handle what has come in meanwhile. (`scheduler.yield` would go on before timers: Firefox runs none for a second.) */
export const breathe = () => new Promise((resolve) => setTimeout(resolve));

const pacerOf = (piece, pause) => {
  let end = performance.now() + piece;
  return async () => {
    if (performance.now() < end) return;
    await pause();
    end = performance.now() + piece;
  };
};

/** `await pace()` in a loop breathes whenever a piece's time is over. */
export const pacer = () => pacerOf(PIECE, breathe);

/** The same for what is put into the page: a frame lays it out before there is more. */
export const drawingPacer = () => pacerOf(DRAWN, afterFrame);

/** Lets the browser draw a frame; where it draws none, as in a hidden tab, time goes on all the same. */
export const afterFrame = () => new Promise((resolve) => {
  requestAnimationFrame(() => setTimeout(resolve));
  setTimeout(resolve, LONGEST_FRAME);
});

/** Runs a function once per frame at most, with what it was last called with. */
export function oncePerFrame(run) {
  let waiting = null;
  return (...given) => {
    const first = waiting === null;
    waiting = given;
    if (!first) return;
    requestAnimationFrame(() => {
      const last = waiting;
      waiting = null;
      run(...last);
    });
  };
}
