// The trainer's metrics, for pages over reports: see src/web/src/reports.rs. Call `start` first; best in a worker.

/** @import { Bindings } from "./internal.js" */

import { build } from "./bindings.js";
import { refuse } from "./errors.js";
import { builds } from "./wasm.js";

/** @type {Bindings | null} */
let metrics = null;

const started = () => metrics ?? refuse("input", "call start() first, and wait for it");

export async function start() {
  metrics = await build(builds());
}

/** @param {any[]} given */
export const checkFile = (...given) => started().checkFile(...given);
/** @param {any[]} given */
export const compareReports = (...given) => started().compareReports(...given);
/** @param {any[]} given */
export const listErrors = (...given) => started().listErrors(...given);
/** @param {any[]} given */
export const breakDown = (...given) => started().breakDown(...given);
/** @param {any[]} given */
export const judgeSample = (...given) => started().judgeSample(...given);
