// What every thread of a browser has: a cache, and the engine's code. In Node, thread-node.js takes this file's place.

/** @import { Place, Places, Storage } from "./internal.js" */

import { refuse } from "./errors.js";

/**
 * The browser's cache. Where site data are blocked, or in a sandboxed frame, asking for it throws.
 * @returns {Storage | null}
 */
export function storage() {
  try {
    return globalThis.caches ?? null;
  } catch {
    return null;
  }
}

/**
 * Where the engine's code is: the thread that asks knows.
 * @param {Places | undefined} wasm
 * @returns {Places<Place>}
 */
export const places = (wasm) => /** @type {Places<Place>} */ (wasm);

/**
 * Of folders on disk a browser knows nothing.
 * @param {string} folder
 * @param {string} path
 * @param {number} _offset
 * @returns {ReadableStream<Uint8Array<ArrayBuffer>>}
 */
export const opened = (folder, path, _offset) => refuse("input", `${folder}${path}: a browser reads no folders`);
