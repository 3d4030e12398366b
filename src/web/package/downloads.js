// A bundle's files: from the network, from a cache, from a folder, or from files that a user has chosen. What has come of a
// file is kept in parts, in the order of its bytes, so that a download that was cut off goes on where it stopped.
// Whether the bytes are the right ones is for the engine to say (see worker.js): nothing here is trusted.

import { NeriteError, refuse } from "./errors.js";
import { opened, storage } from "./thread.js";

const CACHE = "nerite-bundles-1";
const MANIFEST = "manifest.json";
const MAX_MANIFEST_BYTES = 1 << 20;
/** Bytes of a part in the cache; a file's last one is shorter. A manifest has the sha256 of parts of this size. */
export const PART = 4 << 20;
/** How often the beginning of a part is kept while a slow network brings it, in milliseconds. */
const KEPT_EVERY = 2000;
/** How long a manifest may take, in milliseconds. */
const LONGEST_WAIT = 30_000;
/** How long a server may send nothing, in milliseconds, before the line counts as cut. */
const LONGEST_SILENCE = 30_000;
/** Pauses before a broken download is taken up again, in milliseconds. */
const PAUSES = [300, 1000, 3000];

/** Hosts of single-page applications answer with their page where a file is missing. */
const HTML = (path) =>
  `${path}: found an HTML page in its place; the address is wrong, or the server answers with a page of its own where a file is missing`;

/** Where a bundle's files are: see source.js. */
export class Source {
  #base;
  #folder;
  #urls;
  #files;

  /**
   * @param {{ base?: string, folder?: string, urls?: [string, string][], files?: [string, File][] }} where an address, a
   * path on disk, or addresses or files by their path in the folder
   */
  constructor({ base, folder, urls, files }) {
    this.#base = base;
    this.#folder = folder;
    this.#urls = urls && new Map(urls);
    this.#files = files && new Map(files);
  }

  /** Whether what is read can be kept in the browser's cache. */
  get cacheable() {
    return !this.#files && !this.#folder && storage() !== null;
  }

  /** A file's address. */
  #url(path) {
    const url = this.#urls ? this.#urls.get(path) : this.#base + path;
    if (!url) refuse("bundle", `found no file ${path} in the bundle`);
    return url;
  }

  async #parts(file) {
    return Parts.open(this.#urls ? file.file : this.#base + file.file, file);
  }

  /** The bytes of the manifest, of which nothing is known. */
  async manifest(signal) {
    const parts = [];
    const stop = new AbortController();
    const onAbort = () => stop.abort(signal.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    const timer = setTimeout(() => {
      stop.abort(new NeriteError("network", `${MANIFEST}: it has not come in ${LONGEST_WAIT / 1000} seconds`));
    }, LONGEST_WAIT);
    try {
      signal?.throwIfAborted();
      await this.#stream(MANIFEST, 0, MAX_MANIFEST_BYTES, stop.signal, async (bytes) => void parts.push(bytes));
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    }
    const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
    if (/^\s*</.test(new TextDecoder().decode(bytes.subarray(0, 200)))) refuse("bundle", HTML(MANIFEST));
    return bytes;
  }

  /**
   * Hands the bytes of a file to `push`, in order, and waits for it; those from the cache part by part.
   * @param {{ file: string, bytes: number, sha256: string }} file
   * @param {{ cache: boolean, signal?: AbortSignal }} options
   * @param {(bytes: Uint8Array, cached: boolean) => Promise<void>} push
   */
  async read(file, { cache, signal }, push) {
    const store = cache && this.cacheable ? await this.#parts(file) : null;
    let offset = 0;
    while (store && offset < file.bytes) {
      const part = await store.next();
      if (!part) break;
      signal?.throwIfAborted();
      offset += part.length;
      await push(part, true);
    }
    for (let attempt = 0; offset < file.bytes; attempt++) {
      try {
        await this.#pieces(file, offset, signal, async (bytes) => {
          offset += bytes.length;
          attempt = 0;
          await push(bytes, false);
          await store?.add(bytes);
        });
        if (offset < file.bytes) refuse("integrity", `${file.file}: found ${offset} bytes, expected ${file.bytes}`);
      } catch (error) {
        if (error.code !== "network" || attempt >= PAUSES.length || error.final) throw error;
        await pause(PAUSES[attempt], signal);
      }
    }
    await store?.flush();
  }

  /** Whether the cache holds all of a file: it may have had no room, or have been cleared while the file came. */
  async isKept(file) {
    return (await this.cachedBytes([file])) === file.bytes;
  }

  /** Whether all of a file is in the cache and was found to be the manifest's, as a whole, when it came. */
  async wasRight(file) {
    return this.cacheable && ((await this.#parts(file))?.wasRight() ?? false);
  }

  /** Notes that it was. */
  async noteRight(file) {
    if (this.cacheable) await (await this.#parts(file))?.noteRight();
  }

  /** Takes that note back: the file is to be checked as a whole again. */
  async doubt(file) {
    if (this.cacheable) await (await this.#parts(file))?.doubt();
  }

  /** Forgets what the cache holds of a file. */
  async forget(file) {
    if (this.cacheable) await (await this.#parts(file))?.clear();
  }

  /** Forgets what the cache holds of older files of this bundle, which these have replaced. */
  async forgetOthers(files) {
    const cache = this.cacheable && this.#base && (await openCache());
    if (!cache) return;
    const own = files.map(({ file, sha256 }) => `${file}?sha256=${sha256}&`);
    for (const { url } of await cache.keys()) {
      const rest = url.startsWith(this.#base) ? url.slice(this.#base.length) : "";
      // A bundle has folders, but none in these: what lies deeper is another bundle's.
      const isHere = /^([^/?]+\/)?[^/?]+\?sha256=/.test(rest);
      if (isHere && !own.some((start) => rest.startsWith(start))) await cache.delete(url);
    }
  }

  /** Bytes of these files that the cache holds. */
  async cachedBytes(files) {
    if (!this.cacheable) return 0;
    let sum = 0;
    for (const file of files) sum += (await (await this.#parts(file))?.size()) ?? 0;
    return sum;
  }

  /** Streams a file from an offset on. One with `piece_bytes` lies in files of so many bytes each: NAME.0, NAME.1, ... */
  async #pieces({ file, bytes, piece_bytes: size }, offset, signal, add) {
    if (!size) return this.#stream(file, offset, bytes, signal, add);
    for (let at = offset; at < bytes; ) {
      const piece = Math.floor(at / size);
      const end = Math.min(bytes, (piece + 1) * size);
      const name = `${file}.${piece}`;
      await this.#stream(name, at - piece * size, end - piece * size, signal, async (some) => {
        at += some.length;
        await add(some);
      });
      if (at < end) refuse("integrity", `${name}: found ${at - piece * size} bytes, expected ${end - piece * size}`);
    }
  }

  /** Streams a file from an offset on; more than `most` bytes are refused. */
  async #stream(path, offset, most, signal, add) {
    const stop = new AbortController();
    const onAbort = () => stop.abort(signal.reason);
    signal?.throwIfAborted();
    signal?.addEventListener("abort", onAbort, { once: true });
    let timer;
    const listen = () => {
      timer = setTimeout(() => {
        stop.abort(new NeriteError("network", `${path}: nothing has come in ${LONGEST_SILENCE / 1000} seconds`));
      }, LONGEST_SILENCE);
    };
    let reader;
    try {
      listen();
      const body = await this.#body(path, offset, stop.signal);
      reader = body.stream.getReader();
      // A server that knows no ranges sends the beginning again.
      let { skip } = body;
      let total = offset;
      for (;;) {
        const { done, value } = await reader.read();
        clearTimeout(timer);
        stop.signal.throwIfAborted();
        if (done) return;
        const bytes = value.subarray(Math.min(skip, value.length));
        skip -= value.length - bytes.length;
        total += bytes.length;
        if (total > most) refuse("integrity", `${path}: found more than the expected ${most} bytes`);
        if (bytes.length > 0) await add(bytes);
        listen();
      }
    } catch (error) {
      stop.signal.throwIfAborted();
      if (error instanceof TypeError) refuse("network", `${path}: the connection broke off`);
      throw error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      reader?.cancel().catch(() => {});
    }
  }

  async #body(path, offset, signal) {
    if (this.#files) return this.#chosen(path, offset);
    if (this.#folder) return { stream: opened(this.#folder, path, offset), skip: 0 };
    return this.#fetched(path, offset, signal);
  }

  #chosen(path, offset) {
    const file = this.#files.get(path);
    if (!file) refuse("bundle", `found no file ${path} in the folder`);
    return { stream: file.slice(offset).stream(), skip: 0 };
  }

  async #fetched(path, offset, signal) {
    const headers = offset > 0 ? { Range: `bytes=${offset}-` } : {};
    let response;
    try {
      // Past the browser's HTTP cache: it would keep everything twice, and after a cut it puts the old beginning and the
      // new rest of a changed file together where a server knows no If-Range.
      response = await fetch(this.#url(path), { headers, signal, cache: "no-store" });
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof NeriteError) throw error;
      refuse("network", `${path}: the server does not answer`);
    }
    if (!response.ok || !response.body) {
      const error = new NeriteError("network", `${path}: found HTTP status ${response.status}, expected 200`);
      // Asking again helps only where the server is at fault.
      error.final = response.status < 500;
      throw error;
    }
    if (/^text\/html/i.test(response.headers.get("Content-Type") ?? "")) {
      response.body.cancel().catch(() => {});
      refuse("bundle", HTML(path));
    }
    const start = /^bytes (\d+)-/.exec(response.headers.get("Content-Range") ?? "");
    const skip = offset - (response.status === 206 && start ? Number(start[1]) : 0);
    if (skip < 0) refuse("network", `${path}: the server sent another range than asked for`);
    return { stream: response.body, skip };
  }
}

/** The cache, or nothing where the browser keeps none, as where a reader has forbidden it. */
const openCache = async () =>
  (await storage()
    ?.open(CACHE)
    .catch(() => null)) ?? null;

/** What the cache holds of one file. */
class Parts {
  #cache;
  #key;
  #count = 0;
  /** Bytes of the file that parts from the cache leave over. */
  #left;
  /** The part that is coming in, its length, and when its beginning was kept last. */
  #waiting = [];
  #bytes = 0;
  #kept = performance.now();
  /** Whether the cache takes no more: later parts would leave a gap. */
  full = false;

  /** Nothing where there is no cache. */
  static async open(address, { sha256, bytes }) {
    const parts = new Parts();
    parts.#left = bytes;
    parts.#cache = await openCache();
    if (!parts.#cache) return null;
    // A cache wants addresses that are whole.
    const whole = /^https?:/.test(address) ? address : `https://bundle.invalid/${encodeURIComponent(address)}`;
    parts.#key = (part) => `${whole}?sha256=${sha256}&part=${part}`;
    return parts;
  }

  async wasRight() {
    return Boolean(await this.#cache.match(this.#key("all")));
  }

  async noteRight() {
    // No room: it is found out again.
    await this.#cache.put(this.#key("all"), new Response("", { headers: { "Content-Length": 0 } })).catch(() => {});
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

  async add(bytes) {
    for (let at = 0; at < bytes.length && !this.full; ) {
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
    if (this.#bytes === 0 || this.full) return;
    const response = new Response(new Blob(this.#waiting), { headers: { "Content-Length": this.#bytes } });
    try {
      await this.#cache.put(this.#key(this.#count), response);
    } catch {
      // No room: the page works, and the next visit downloads again.
      this.full = true;
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

const lengthOf = (response) => Number(response.headers.get("Content-Length"));

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

const pause = (milliseconds, signal) =>
  new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
