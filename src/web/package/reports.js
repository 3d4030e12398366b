// The trainer's metrics, for pages over reports: see src/web/src/reports.rs. Call `start` first; best in a worker.

export { default as start, checkFile, compareReports, judgeSample, listErrors } from "./wasm/plain/nerite_web.js";
