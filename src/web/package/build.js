// The same crate, built twice: relaxed SIMD is about twice as fast, where there is any.

// A module with one function: i32x4.relaxed_dot_i8x16_i7x16_add_s of constants.
const RELAXED = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0, 65, 1, 253, 15, 65, 1, 253, 15, 65,
  1, 253, 15, 253, 147, 2, 11,
]);

/** The build for this browser, as wasm-bindgen made it. */
export const build = () =>
  WebAssembly.validate(RELAXED) ? import("./wasm/relaxed/nerite_web.js") : import("./wasm/plain/nerite_web.js");
