// The page's side of metrics-worker.js: each function is a promise of what the wasm function of its name gives.

/** @type {Map<number, { resolve: (value: string) => void, reject: (reason: Error) => void }>} */
const waiting = new Map();
/** @type {Worker | null} */
let worker = null;
let requests = 0;

function open() {
  const opened = new Worker(new URL("metrics-worker.js", import.meta.url), { type: "module" });
  opened.addEventListener("message", ({ data: { id, value, error } }) => {
    const asked = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) asked?.resolve(value);
    else asked?.reject(new Error(error));
  });
  // A script that is missing, or a crash: nobody will answer any more, and the next request starts anew.
  opened.addEventListener("error", (event) => {
    event.preventDefault();
    opened.terminate();
    worker = null;
    for (const { reject } of waiting.values())
      reject(new Error(event.message || "the package pkg/ is missing: scripts/build-web builds it"));
    waiting.clear();
  });
  return opened;
}

/**
 * @param {keyof typeof import("../pkg/reports.js")} name
 * @param {(string | number)[]} values
 * @returns {Promise<string>}
 */
function ask(name, ...values) {
  worker ??= open();
  const asked = worker;
  return new Promise((resolve, reject) => {
    const id = ++requests;
    waiting.set(id, { resolve, reject });
    asked.postMessage({ id, name, values });
  });
}

/** Draws of the bootstrap in the page, as in the trainer; and its seed. */
const RESAMPLES = 1000;
const SEED = 0;

export const checkFile = async (/** @type {string} */ json) => JSON.parse(await ask("checkFile", json));
export const compareReports = async (/** @type {string} */ a, /** @type {string} */ b) =>
  JSON.parse(await ask("compareReports", a, b, SEED, RESAMPLES));
export const listErrors = async (/** @type {string} */ a, /** @type {string} */ b) =>
  JSON.parse(await ask("listErrors", a, b));
export const breakDown = async (/** @type {string} */ report) =>
  JSON.parse(await ask("breakDown", report, SEED, RESAMPLES));
export const judgeSample = async (/** @type {string} */ sample, /** @type {string[][]} */ tags) =>
  JSON.parse(await ask("judgeSample", sample, JSON.stringify(tags)));
