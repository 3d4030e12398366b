// Where the two builds of the engine are: beside this file. The addresses stand here in the form in which bundlers see
// that files belong to a script, and copy them. For bundlers that do not, see wasm-embedded.js.

/** @import { Place, Places } from "./internal.js" */

// The hashes of both files, which the package's build puts here.
/* global NERITE_INTEGRITY */
/** @type {Partial<Record<"relaxed" | "plain" | "worker", string>>} */
const INTEGRITY = typeof NERITE_INTEGRITY === "undefined" ? {} : NERITE_INTEGRITY;

/**
 * Some bundlers' formats have no `import.meta.url`: then users say where the files are.
 * @param {() => URL} make
 */
const address = (make) => {
  try {
    return make().href;
  } catch {
    return undefined;
  }
};

/** @returns {Places<Place>} */
export const builds = () => ({
  relaxed: {
    url: address(() => new URL("./wasm/relaxed/nerite_web_bg.wasm", import.meta.url)),
    integrity: INTEGRITY.relaxed,
  },
  plain: {
    url: address(() => new URL("./wasm/plain/nerite_web_bg.wasm", import.meta.url)),
    integrity: INTEGRITY.plain,
  },
});

/**
 * The worker's address, and what it is to hash to.
 * @returns {Place}
 */
export const worker = () => ({
  url: address(() => new URL("./worker.js", import.meta.url)),
  integrity: INTEGRITY.worker,
});
