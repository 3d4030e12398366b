// What Node, Deno and Bun have for worker threads and paths: takes the place of platform.js there.

/** @import { Places, Port, Starting, Where } from "./internal.js" */

import { createRequire } from "node:module";
import { availableParallelism, freemem } from "node:os";
import { resolve, sep } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";

import { refuse } from "./errors.js";

/**
 * Where the engine's code is, unless it is beside this file.
 * @param {import("./nerite.js").LoadOptions["wasmUrl"]} wasmUrl
 * @returns {Places<string> | undefined}
 */
export function wasmPlaces(wasmUrl) {
  if (!wasmUrl) return undefined;
  if (typeof wasmUrl === "object" && "relaxed" in wasmUrl)
    return { relaxed: String(wasmUrl.relaxed), plain: String(wasmUrl.plain) };
  const folder = String(wasmUrl).replace(/[\\/]*$/, "/");
  return { relaxed: `${folder}relaxed/nerite_web_bg.wasm`, plain: `${folder}plain/nerite_web_bg.wasm` };
}

/**
 * @param {string | URL} source
 * @returns {source is URL}
 */
const isUrl = (source) => source instanceof URL || /^[a-z][a-z0-9+.-]+:/i.test(String(source));

/**
 * @param {string | URL} source
 * @returns {URL}
 */
export function address(source) {
  try {
    return isUrl(source) ? new URL(source) : pathToFileURL(resolve(String(source)));
  } catch {
    return refuse("input", `found ${JSON.stringify(String(source))}, expected a path or an address`);
  }
}

/**
 * A bundle's folder: a path, a file's address, or one on the network.
 * @param {string | URL} source
 * @returns {Where}
 */
export function folderOf(source) {
  // A letter and a colon are a drive.
  const url = address(source);
  if (url.protocol === "file:") return { folder: fileURLToPath(url).replace(/[\\/]+$/, "") + sep };
  return { base: url.href };
}

/**
 * The folder of an npm package that holds a bundle, as the running program sees it.
 * @param {string} name
 * @returns {Where}
 */
export function packageFolder(name) {
  let manifest;
  try {
    manifest = createRequire(resolve(process.cwd(), "package.json")).resolve(`${name}/manifest.json`);
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    refuse(
      "input",
      `package:${name}: found no such package from ${process.cwd()} (${code ?? message}); npm install ${name}`,
    );
  }
  return { folder: manifest.slice(0, -"manifest.json".length) };
}

export const defaultHub = () => process.env.HF_ENDPOINT || "https://huggingface.co";

export const cores = () => availableParallelism();

export const memoryBytes = () => freemem();

export const hasWorkers = () => true;

/**
 * A worker thread in the form of a browser's worker. It keeps the program alive only while it has something to do.
 * @param {Starting} options
 * @returns {Promise<Port>}
 */
export function startWorker({ worker: make, workerUrl }) {
  return new Promise((resolve, reject) => {
    const script = workerUrl ? address(workerUrl) : new URL("./worker-node.js", import.meta.url);
    // Not as bundlers for servers know it: they would take the script apart, which is a program of its own.
    /** @type {Worker} */
    const thread = make ? /** @type {any} */ (make()) : Reflect.construct(Worker, [script, { name: "nerite" }]);
    /** @type {Port} */
    const port = {
      onmessage: null,
      onerror: null,
      postMessage: (message) => thread.postMessage(message),
      terminate: () => void thread.terminate(),
      keepAlive: (needed) => (needed ? thread.ref?.() : thread.unref?.()),
    };
    thread.on("message", (/** @type {any} */ data) => {
      if (data?.ready) resolve(port);
      else port.onmessage?.({ data });
    });
    thread.on("error", (error) => {
      reject(error);
      port.onerror?.({ message: error.message });
    });
    thread.on("exit", (code) => {
      const error = new Error(`the worker thread ended with code ${code}`);
      reject(error);
      port.onerror?.(error);
    });
  });
}
