// What the browser's cache, or the folder that stands for it, keeps of a bundle's files: parts, in the order of the bytes.

/** @import { BundleFile, Cached, Kept } from "./internal.js" */

import { storage } from "./thread.js";

const CACHE = "nerite-bundles-1";
/** Bytes of a part in the cache; a file's last one is shorter. A manifest has the sha256 of parts of this size. */
export const PART = 4 << 20;
/** How often the beginning of a part is kept while a slow network brings it, in milliseconds. */
const KEPT_EVERY = 2000;

/**
 * The cache, or nothing where the browser keeps none, as where a reader has forbidden it.
 * @returns {Promise<Cached | null>}
 */
export const openCache = async () =>
  (await storage()
    ?.open(CACHE)
    .catch(() => null)) ?? null;

/** What the cache holds of one file. */
export class Parts {
  #cache;
  #key;
  #count = 0;
  /** Bytes of the file that parts from the cache leave over. */
  #left;
  /**
   * The part that is coming in, its length, and when its beginning was kept last.
   * @type {Uint8Array<ArrayBuffer>[]}
   */
  #waiting = [];
  #bytes = 0;
  #kept = performance.now();
  /** Whether the cache takes no more: later parts would leave a gap. */
  #full = false;

  /**
   * @param {Cached} cache
   * @param {string} address
   * @param {BundleFile} file
   */
  constructor(cache, address, { sha256, bytes }) {
    this.#cache = cache;
    this.#left = bytes;
    // A cache wants addresses that are whole.
    const whole = /^https?:/.test(address) ? address : `https://bundle.invalid/${encodeURIComponent(address)}`;
    this.#key = (/** @type {number | string} */ part) => `${whole}?sha256=${sha256}&part=${part}`;
  }

  /**
   * Nothing where there is no cache.
   * @param {string} address
   * @param {BundleFile} file
   */
  static async open(address, file) {
    const cache = await openCache();
    return cache && new Parts(cache, address, file);
  }

  async wasRight() {
    return Boolean(await this.#cache.match(this.#key("all")));
  }

  async noteRight() {
    // No room: it is found out again.
    await this.#cache.put(this.#key("all"), new Response("", { headers: { "Content-Length": "0" } })).catch(() => {});
  }

  async doubt() {
    await this.#cache.delete(this.#key("all"));
  }

  /** The next part, or what there is of it, or nothing. */
  async next() {
    const response = this.#bytes === 0 && (await this.#cache.match(this.#key(this.#count)));
    if (!response) return null;
    const part = new Uint8Array(await response.arrayBuffer());
    this.#left -= part.length;
    if (part.length < PART && this.#left > 0) {
      // The line was cut in the middle of it: the rest is yet to come.
      this.#waiting = [part];
      this.#bytes = part.length;
      return part.length > 0 ? part : null;
    }
    this.#count += 1;
    return part;
  }

  /** @param {Uint8Array<ArrayBuffer>} bytes */
  async add(bytes) {
    for (let at = 0; at < bytes.length && !this.#full; ) {
      const piece = bytes.subarray(at, at + PART - this.#bytes);
      this.#waiting.push(piece);
      this.#bytes += piece.length;
      at += piece.length;
      if (this.#bytes === PART) await this.flush();
    }
    if (performance.now() - this.#kept > KEPT_EVERY) await this.#keep();
  }

  /** Ends the part that is coming in. */
  async flush() {
    await this.#keep();
    this.#count += 1;
    this.#waiting = [];
    this.#bytes = 0;
  }

  async #keep() {
    if (this.#bytes === 0 || this.#full) return;
    const response = new Response(new Blob(this.#waiting), { headers: { "Content-Length": String(this.#bytes) } });
    try {
      await this.#cache.put(this.#key(this.#count), response);
    } catch {
      // No room: the page works, and the next visit downloads again.
      this.#full = true;
    }
    this.#kept = performance.now();
  }

  async size() {
    let sum = 0;
    for (let part = 0; ; part++) {
      const response = await this.#cache.match(this.#key(part));
      if (!response) return sum;
      sum += lengthOf(response);
    }
  }

  async clear() {
    await this.doubt();
    for (let part = 0; await this.#cache.delete(this.#key(part)); part++);
  }
}

/** @param {Kept | undefined} response */
const lengthOf = (response) => Number(response?.headers.get("Content-Length") ?? 0);

/** Bytes of all bundles in the cache. */
export async function cacheSize() {
  const cache = await openCache();
  if (!cache) return 0;
  let sum = 0;
  for (const key of await cache.keys()) sum += lengthOf(await cache.match(key));
  return sum;
}

export async function clearCache() {
  await storage()
    ?.delete(CACHE)
    .catch(() => {});
}
