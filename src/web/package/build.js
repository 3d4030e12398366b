// The engine's code: the same crate, built twice. Relaxed SIMD is about twice as fast, where there is any.

/** @import { Place } from "./internal.js" */

import { NeriteError, refuse } from "./errors.js";

// A module with one function: i32x4.relaxed_dot_i8x16_i7x16_add_s of constants.
const RELAXED = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0, 65, 1, 253, 15, 65, 1, 253, 15, 65,
  1, 253, 15, 253, 147, 2, 11,
]);

/** The name of the build for this browser. */
export const own = () => (WebAssembly.validate(RELAXED) ? "relaxed" : "plain");

/**
 * Compiles a build.
 * @param {Place} place
 */
export async function compiled({ url, integrity, gzip, bytes }) {
  if (bytes) return WebAssembly.compile(bytes);
  if (gzip) {
    const packed = Uint8Array.from(atob(gzip), (letter) => letter.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return WebAssembly.compile(await new Response(stream).arrayBuffer());
  }
  if (!url) refuse("package", "this script does not know where the package's files are; set options.wasmUrl");
  const name = url.split(/[?#]/)[0].split("/").slice(-3).join("/");
  /** @type {Response} */
  let response;
  try {
    response = await fetch(url, integrity ? { integrity } : {});
  } catch (error) {
    refuse("package", `${name}: it cannot be fetched: ${error instanceof Error ? error.message : error}`);
  }
  const isHtml = /^text\/html/i.test(response.headers.get("Content-Type") ?? "");
  if (!response.ok || isHtml) {
    const found = isHtml && response.ok ? "an HTML page" : `HTTP status ${response.status}`;
    refuse(
      "package",
      `${name}: found ${found}, expected the engine; the package's folder wasm is to be served beside its script, or options.wasmUrl to say where it is`,
    );
  }
  try {
    if (response.headers.get("Content-Type") === "application/wasm")
      return await WebAssembly.compileStreaming(response);
    return await WebAssembly.compile(await response.arrayBuffer());
  } catch (error) {
    if (error instanceof WebAssembly.CompileError && !/policy|unsafe-eval|CSP/i.test(error.message)) {
      throw new NeriteError("package", `${name}: expected the engine as WebAssembly: ${error.message}`, {
        cause: error,
      });
    }
    throw error;
  }
}
