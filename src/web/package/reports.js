// The trainer's metrics, for pages over reports: see src/web/src/reports.rs. Call `start` first; best in a worker.

import { build } from "./bindings.js";
import { builds } from "./wasm.js";

let metrics = null;

export async function start() {
  metrics = await build(builds());
}

export const checkFile = (...given) => metrics.checkFile(...given);
export const compareReports = (...given) => metrics.compareReports(...given);
export const listErrors = (...given) => metrics.listErrors(...given);
export const breakDown = (...given) => metrics.breakDown(...given);
export const judgeSample = (...given) => metrics.judgeSample(...given);
