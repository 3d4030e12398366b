// Runs the metrics beside the page. A request is { id, name, values }; the answer { id, value } or { id, error }.

import { breakDown, checkFile, compareReports, judgeSample, listErrors, start } from "../pkg/reports.js";

/** @type {Record<string, (...values: any[]) => string>} */
const calls = { breakDown, checkFile, compareReports, judgeSample, listErrors };
const started = start();

addEventListener("message", async ({ data: { id, name, values } }) => {
  try {
    await started;
    postMessage({ id, value: calls[name](...values) });
  } catch (error) {
    postMessage({ id, error: error instanceof Error ? error.message : String(error) });
  }
});
