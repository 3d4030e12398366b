// What wasm-bindgen has made of the two builds, and the one of them that this browser can run.

/** @import { Bindings, Places } from "./internal.js" */

import { compiled, own } from "./build.js";
import * as plain from "./glue/plain/nerite_web.js";
import * as relaxed from "./glue/relaxed/nerite_web.js";
import { places } from "./thread.js";

/** @type {Promise<Bindings> | null} */
let started = null;

/**
 * The build for this browser, once for each thread: `Engine`, the metrics, and their `memory`.
 * @param {Places | undefined} wasm
 * @returns {Promise<Bindings>}
 */
export function build(wasm) {
  started ??= begin(wasm).catch((error) => {
    started = null;
    throw error;
  });
  return started;
}

/**
 * @param {Places | undefined} wasm
 * @returns {Promise<Bindings>}
 */
async function begin(wasm) {
  const name = own();
  const bindings = { relaxed, plain }[name];
  const module = await compiled(await (await places(wasm))[name]);
  const { memory } = await bindings.default({ module_or_path: module });
  return { ...bindings, memory };
}
