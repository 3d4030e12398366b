// What a browser has for workers and addresses. In Node, platform-node.js takes this file's place.

/** @import { Place, Places, Port, Starting, Where } from "./internal.js" */

import { NeriteError, refuse } from "./errors.js";
import { builds, worker as ownWorker } from "./wasm.js";

/**
 * Where the engine's code is, as a worker is told it.
 * @param {import("./nerite.js").LoadOptions["wasmUrl"]} wasmUrl
 * @returns {Places<Place>}
 */
export function wasmPlaces(wasmUrl) {
  if (!wasmUrl) return builds();
  const absolute = (/** @type {string | URL} */ url) => ({ url: address(url).href });
  if (typeof wasmUrl === "object" && "relaxed" in wasmUrl)
    return { relaxed: absolute(wasmUrl.relaxed), plain: absolute(wasmUrl.plain) };
  const folder = address(wasmUrl);
  if (folder.pathname.endsWith(".wasm")) return { relaxed: { url: folder.href }, plain: { url: folder.href } };
  if (!folder.pathname.endsWith("/")) folder.pathname += "/";
  const of = (/** @type {string} */ name) => ({ url: new URL(`${name}/nerite_web_bg.wasm`, folder).href });
  return { relaxed: of("relaxed"), plain: of("plain") };
}

/**
 * An absolute address: of a page relative to its base, of a worker to its script.
 * @param {string | URL} url
 * @returns {URL}
 */
export function address(url) {
  const base = globalThis.document?.baseURI ?? globalThis.location?.href;
  try {
    return new URL(url, base);
  } catch {
    refuse(
      "input",
      `found ${JSON.stringify(String(url))}, expected an address${/^(https?|chrome-extension|moz-extension):/.test(base ?? "") ? "" : "; an absolute one, for this script has none of its own"}`,
    );
  }
}

/**
 * A bundle's folder.
 * @param {string | URL} source
 * @returns {Where}
 */
export const folderOf = (source) => ({ base: address(source).href });

/**
 * The folder of an npm package that holds a bundle, by the page's import map.
 * @param {string} name
 * @returns {Where}
 */
export function packageFolder(name) {
  let manifest;
  try {
    manifest = import.meta.resolve(`${name}/manifest.json`);
  } catch {
    // No import map names it.
  }
  if (!manifest)
    refuse(
      "input",
      `package:${name}: no import map of this page names ${name}/; with a bundler, import the package and hand load() what it exports`,
    );
  return { base: manifest.slice(0, -"manifest.json".length) };
}

export const defaultHub = () => "https://huggingface.co";

export const cores = () => globalThis.navigator?.hardwareConcurrency ?? 1;

/** The device's memory in bytes; browsers tell at most 8 GiB, and some nothing. */
export const memoryBytes = () => (globalThis.navigator?.deviceMemory ?? 4) * 2 ** 30;

/** Whether a thread of its own can be had for the engine. In a service worker there is none. */
export const hasWorkers = () => typeof Worker === "function";

/**
 * Which way of starting a worker has worked on this page.
 * @type {"url" | "copy" | null}
 */
let way = null;

/**
 * Starts a worker; it has said that it runs.
 * @param {Starting} options
 * @returns {Promise<Port>}
 */
export async function startWorker({ worker, workerUrl }) {
  if (worker) return running(worker);
  const own = ownWorker();
  const given = workerUrl && { url: address(workerUrl).href };
  /** @type {Record<"url" | "copy", () => Promise<Port>>} */
  const ways = given
    ? { url: () => byUrl(given.url), copy: () => byCopy(given) }
    : {
        // In this form bundlers see that there is a worker. Its script is one file without imports.
        url: () =>
          running(() => new Worker(new URL("./worker.js", import.meta.url), { type: "module", name: "nerite" })),
        copy: () => byCopy(own),
      };
  // A script from another origin cannot be a worker, a copy of it can. A script that is a part of this one needs no file.
  /** @type {("url" | "copy")[]} */
  const order = own.script && !given ? ["copy", "url"] : ["url", "copy"];
  if (way && !given) return ways[way]();
  const policy = watchPolicy();
  const failures = [];
  try {
    for (const name of order) {
      try {
        const started = await ways[name]();
        if (!given) way = name;
        return started;
      } catch (error) {
        failures.push(error);
      }
    }
    const blocked = await policy.blocked();
    if (blocked.length === order.length) {
      refuse(
        "policy",
        `the page's policy forbids the worker: ${blocked[0]} needs 'self', or blob: where the package comes from another origin`,
      );
    }
    throw failures.find((error) => error instanceof NeriteError) ?? failures[0];
  } finally {
    policy.end();
  }
}

/** @param {string} url */
const byUrl = (url) => running(() => new Worker(url, { type: "module", name: "nerite" }));

/**
 * From a copy of the script in this page's own memory.
 * @param {Place} place
 */
async function byCopy({ url, integrity, script }) {
  const text = script ?? (await textOf(url, integrity));
  const copy = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  try {
    return await running(() => new Worker(copy, { name: "nerite" }));
  } finally {
    URL.revokeObjectURL(copy);
  }
}

/**
 * @param {string | undefined} url
 * @param {string | undefined} integrity
 */
async function textOf(url, integrity) {
  if (!url) refuse("input", "this script does not know where the package's files are; set options.workerUrl");
  const missing = (/** @type {string} */ found) =>
    refuse(
      "package",
      `worker.js: found ${found}, expected the worker's script; serve it beside the package's own, or set options.workerUrl (looked for at ${url})`,
    );
  /** @type {Response} */
  let response;
  try {
    response = await fetch(url, integrity ? { integrity } : {});
  } catch (error) {
    return missing(`no answer (${error instanceof Error ? error.message : error})`);
  }
  if (!response.ok) missing(`HTTP status ${response.status}`);
  if (/^text\/html/i.test(response.headers.get("Content-Type") ?? "")) missing("an HTML page");
  return response.text();
}

/**
 * Waits for a worker's first word.
 * @param {() => Worker} make
 * @returns {Promise<Port>}
 */
function running(make) {
  return new Promise((resolve, reject) => {
    const worker = make();
    worker.onmessage = ({ data }) => data?.ready && resolve(/** @type {Port} */ (worker));
    worker.onerror = (event) => {
      event.preventDefault?.();
      worker.terminate();
      // An event without a message says that the script itself could not be had.
      reject(
        event.message
          ? new NeriteError("crash", `the worker failed: ${event.message}`)
          : new NeriteError("package", "the worker's script is missing, or may not be used"),
      );
    };
  });
}

/** Notes what the page's policy forbids while a worker is started. */
function watchPolicy() {
  /** @type {string[]} */
  const seen = [];
  const note = (/** @type {SecurityPolicyViolationEvent} */ { effectiveDirective }) => {
    if (/^(worker|child|script)-src/.test(effectiveDirective)) seen.push(effectiveDirective);
  };
  globalThis.addEventListener?.("securitypolicyviolation", note);
  return {
    async blocked() {
      // The event may come after the failure.
      await new Promise((resolve) => setTimeout(resolve, 50));
      return seen;
    },
    end: () => globalThis.removeEventListener?.("securitypolicyviolation", note),
  };
}
