// The worker's entry. gloo-worker keeps the Worker object to itself, so a
// failure that ends the worker goes to the page by a channel of its own.

const failures = new BroadcastChannel(new URL(import.meta.url).searchParams.get("failures"));

function fail(reason) {
  failures.postMessage(String(reason));
  self.close();
}

self.addEventListener("error", (event) => fail(event.message));
self.addEventListener("unhandledrejection", (event) => fail(event.reason));

// A module with one function: i32x4.relaxed_dot_i8x16_i7x16_add_s of constants.
const RELAXED = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0, 65, 1, 253, 15, 65, 1, 253, 15, 65,
  1, 253, 15, 253, 147, 2, 11,
]);

try {
  // The same package, built twice: relaxed SIMD is about twice as fast.
  const { default: init, startWorker } = WebAssembly.validate(RELAXED)
    ? await import("../../../relaxed/nerite.js")
    : await import("../../../nerite.js");
  await init();
  startWorker();
} catch (error) {
  fail(error);
}
