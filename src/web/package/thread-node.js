// What every thread of Node, Deno and Bun has: files, and a cache in a folder. Takes the place of thread.js there.

/** @import { Place, Places, Storage } from "./internal.js" */

import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

import { refuse } from "./errors.js";
import { FileStorage } from "./file-storage.js";

/** @type {FileStorage | null} */
let files = null;

/**
 * A folder on disk in the place of a browser's cache.
 * @returns {Storage}
 */
export function storage() {
  files ??= new FileStorage();
  return files;
}

/** @param {unknown} source */
const toPath = (source) => (/^file:/i.test(String(source)) ? fileURLToPath(String(source)) : resolve(String(source)));

/**
 * The engine's code, read from beside this file, or from where the user has it.
 * @param {Places | undefined} wasm
 * @returns {Promise<{ relaxed: Promise<Place>, plain: Promise<Place> }>}
 */
export async function places(wasm) {
  const own = {
    relaxed: new URL("./wasm/relaxed/nerite_web_bg.wasm", import.meta.url),
    plain: new URL("./wasm/plain/nerite_web_bg.wasm", import.meta.url),
  };
  /** @param {"relaxed" | "plain"} name */
  const read = async (name) => ({ bytes: await readFile(wasm ? toPath(wasm[name]) : own[name]) });
  return {
    get relaxed() {
      return read("relaxed");
    },
    get plain() {
      return read("plain");
    },
  };
}

/**
 * The bytes of a file from an offset on.
 * @param {string} folder
 * @param {string} path
 * @param {number} offset
 * @returns {ReadableStream<Uint8Array<ArrayBuffer>>}
 */
export function opened(folder, path, offset) {
  const stream = createReadStream(folder + path.replaceAll("/", sep), { start: offset });
  const chunks = stream[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      let next;
      try {
        next = await chunks.next();
      } catch (error) {
        const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
        return refuse(
          code === "ENOENT" ? "bundle" : "network",
          `${path}: ${code === "ENOENT" ? `found no such file in ${folder}` : message}`,
        );
      }
      if (next.done) return controller.close();
      return controller.enqueue(new Uint8Array(next.value));
    },
    cancel: () => void stream.destroy(),
  });
}
