// What every thread of a browser has: a cache, and the engine's code. In Node, thread-node.js takes this file's place.

import { refuse } from "./errors.js";

/** The browser's cache. Where site data are blocked, or in a sandboxed frame, asking for it throws. */
export function storage() {
  try {
    return globalThis.caches ?? null;
  } catch {
    return null;
  }
}

/** Where the engine's code is: the thread that asks knows. */
export const places = (wasm) => wasm;

/** Of folders on disk a browser knows nothing. */
export const opened = (folder, path) => refuse("input", `${folder}${path}: a browser reads no folders`);
