// As much of the Cache API as parts.js needs, in a folder on disk, for where there is no browser's cache.

/** @import { Cached, Kept, Storage } from "./internal.js" */

import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import process from "node:process";

/** `NERITE_CACHE`, or the user's own folder for caches. */
function root() {
  const { NERITE_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (NERITE_CACHE) return join(NERITE_CACHE, "js");
  if (process.platform === "win32" && LOCALAPPDATA) return join(LOCALAPPDATA, "nerite", "js");
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches", "nerite", "js");
  return join(XDG_CACHE_HOME || join(homedir(), ".cache"), "nerite", "js");
}

/** @implements {Storage} */
export class FileStorage {
  /** @param {string} name */
  async open(name) {
    const folder = join(root(), name);
    await mkdir(folder, { recursive: true });
    return new FileCache(folder);
  }

  /** @param {string} name */
  async delete(name) {
    await rm(join(root(), name), { recursive: true, force: true });
  }
}

/** The ending of a file that holds the key of the one beside it. */
const KEY = ".key";

/**
 * One cache: a file for each key, named by the key's hash.
 * @implements {Cached}
 */
class FileCache {
  #folder;

  /** @param {string} folder */
  constructor(folder) {
    this.#folder = folder;
  }

  /** @param {string} key */
  #path(key) {
    return join(this.#folder, createHash("sha256").update(key).digest("hex"));
  }

  /** @param {string} path */
  async #size(path) {
    const found = await stat(path).catch(() => undefined);
    return found?.size;
  }

  /**
   * What is asked of a Response: its length, and later, if at all, its bytes.
   * @param {any} key an address, or one of `keys`
   * @returns {Promise<Kept | undefined>}
   */
  async match(key) {
    const path = key.path ?? this.#path(key);
    const size = await this.#size(path);
    if (size === undefined) return undefined;
    return {
      headers: { get: (/** @type {string} */ name) => (name === "Content-Length" ? String(size) : null) },
      arrayBuffer: () => readFile(path),
    };
  }

  /**
   * Written beside and renamed: nothing half-written is ever read.
   * @param {string} key
   * @param {Response} response
   */
  async put(key, response) {
    const path = this.#path(key);
    const beside = `${path}.${randomUUID()}.part`;
    try {
      await writeFile(beside, new Uint8Array(await response.arrayBuffer()));
      await writeFile(path + KEY, key);
      await rename(beside, path);
    } catch (error) {
      await rm(beside, { force: true });
      throw error;
    }
  }

  /** @param {string} key */
  async delete(key) {
    const path = this.#path(key);
    const had = (await this.#size(path)) !== undefined;
    await rm(path, { force: true });
    await rm(path + KEY, { force: true });
    return had;
  }

  /** Keys that `match` takes, with the address that each was put under. */
  async keys() {
    const names = (await readdir(this.#folder)).filter((name) => !name.endsWith(".part") && !name.endsWith(KEY));
    return Promise.all(
      names.map(async (name) => {
        const path = join(this.#folder, name);
        return { path, url: await readFile(path + KEY, "utf8").catch(() => "") };
      }),
    );
  }
}
