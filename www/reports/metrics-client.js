// The page's side of metrics-worker.js: each function is a promise of what the wasm function of its name gives.

const waiting = new Map();
let worker = null;
let requests = 0;

function open() {
  worker = new Worker(new URL("metrics-worker.js", import.meta.url), { type: "module" });
  worker.addEventListener("message", ({ data: { id, value, error } }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) resolve(value);
    else reject(new Error(error));
  });
  // A script that is missing, or a crash: nobody will answer any more, and the next request starts anew.
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    worker.terminate();
    worker = null;
    for (const { reject } of waiting.values())
      reject(new Error(event.message || "the package pkg/ is missing: scripts/build-web builds it"));
    waiting.clear();
  });
}

function ask(name, ...values) {
  if (!worker) open();
  return new Promise((resolve, reject) => {
    const id = ++requests;
    waiting.set(id, { resolve, reject });
    worker.postMessage({ id, name, values });
  });
}

/** Draws of the bootstrap in the page, as in the trainer; and its seed. */
const RESAMPLES = 1000;
const SEED = 0;

export const checkFile = async (json) => JSON.parse(await ask("checkFile", json));
export const compareReports = async (a, b) => JSON.parse(await ask("compareReports", a, b, SEED, RESAMPLES));
export const listErrors = async (a, b) => JSON.parse(await ask("listErrors", a, b));
export const judgeSample = async (sample, tags) => JSON.parse(await ask("judgeSample", sample, JSON.stringify(tags)));
