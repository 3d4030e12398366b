// Runs the metrics beside the page. A request is { id, name, values }; the answer { id, value } or { id, error }.

import * as metrics from "../pkg/reports.js";

const started = metrics.start();

addEventListener("message", async ({ data: { id, name, values } }) => {
  try {
    await started;
    postMessage({ id, value: metrics[name](...values) });
  } catch (error) {
    postMessage({ id, error: error instanceof Error ? error.message : String(error) });
  }
});
