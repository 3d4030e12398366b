// A bundle's files: from the network, from a cache, from a folder, or from files that a user has chosen. What has come of a
// file is kept in parts, in the order of its bytes, so that a download that was cut off goes on where it stopped.
// Whether the bytes are the right ones is for the engine to say (see host.js): nothing here is trusted.

/** @import { BundleFile, Where } from "./internal.js" */

import { NeriteError, refuse } from "./errors.js";
import { openCache, Parts } from "./parts.js";
import { opened, storage } from "./thread.js";

const MANIFEST = "manifest.json";
const MAX_MANIFEST_BYTES = 1 << 20;
/** How long a manifest may take, in milliseconds. */
const LONGEST_WAIT = 30_000;
/** How long a server may send nothing, in milliseconds, before the line counts as cut. */
const LONGEST_SILENCE = 30_000;
/** Pauses before a broken download is taken up again, in milliseconds. */
const PAUSES = [300, 1000, 3000];

/**
 * Hosts of single-page applications answer with their page where a file is missing.
 * @param {string} path
 */
const HTML = (path) =>
  `${path}: found an HTML page in its place; the address is wrong, or the server answers with a page of its own where a file is missing`;

/** Where a bundle's files are: see source.js. */
export class Source {
  #base;
  #folder;
  #urls;
  #files;

  /** @param {Where} where */
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

  /**
   * A file's address.
   * @param {string} path
   */
  #url(path) {
    const url = this.#urls ? this.#urls.get(path) : this.#base + path;
    if (!url) refuse("bundle", `found no file ${path} in the bundle`);
    return url;
  }

  /** @param {BundleFile} file */
  async #parts(file) {
    return Parts.open(this.#urls ? file.file : this.#base + file.file, file);
  }

  /**
   * The bytes of the manifest, of which nothing is known.
   * @param {AbortSignal} [signal]
   */
  async manifest(signal) {
    /** @type {Uint8Array<ArrayBuffer>[]} */
    const parts = [];
    const stop = new AbortController();
    const onAbort = () => stop.abort(signal?.reason);
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
   * @param {BundleFile} file
   * @param {{ cache: boolean, signal?: AbortSignal }} options
   * @param {(bytes: Uint8Array<ArrayBuffer>, cached: boolean) => Promise<void>} push
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
        const again = error instanceof NeriteError && error.code === "network" && !error.final;
        if (!again || attempt >= PAUSES.length) throw error;
        await pause(PAUSES[attempt], signal);
      }
    }
    await store?.flush();
  }

  /**
   * Whether the cache holds all of a file: it may have had no room, or have been cleared while the file came.
   * @param {BundleFile} file
   */
  async isKept(file) {
    return (await this.cachedBytes([file])) === file.bytes;
  }

  /**
   * Whether all of a file is in the cache and was found to be the manifest's, as a whole, when it came.
   * @param {BundleFile} file
   */
  async wasRight(file) {
    return this.cacheable && ((await this.#parts(file))?.wasRight() ?? false);
  }

  /**
   * Notes that it was.
   * @param {BundleFile} file
   */
  async noteRight(file) {
    if (this.cacheable) await (await this.#parts(file))?.noteRight();
  }

  /**
   * Takes that note back: the file is to be checked as a whole again.
   * @param {BundleFile} file
   */
  async doubt(file) {
    if (this.cacheable) await (await this.#parts(file))?.doubt();
  }

  /**
   * Forgets what the cache holds of a file.
   * @param {BundleFile} file
   */
  async forget(file) {
    if (this.cacheable) await (await this.#parts(file))?.clear();
  }

  /**
   * Forgets what the cache holds of older files of this bundle, which these have replaced.
   * @param {BundleFile[]} files
   */
  async forgetOthers(files) {
    const cache = this.cacheable && this.#base && (await openCache());
    if (!cache) return;
    const own = files.map(({ file, sha256 }) => `${file}?sha256=${sha256}&`);
    // Other folders may be other bundles'.
    const folders = new Set(files.map(({ file }) => file.slice(0, file.lastIndexOf("/") + 1)));
    for (const { url } of await cache.keys()) {
      const rest = this.#base && url.startsWith(this.#base) ? url.slice(this.#base.length) : "";
      const place = /^((?:[^?]*\/)?)[^/?]+\?sha256=/.exec(rest);
      const isHere = place !== null && folders.has(place[1]);
      if (isHere && !own.some((start) => rest.startsWith(start))) await cache.delete(url);
    }
  }

  /**
   * Bytes of these files that the cache holds.
   * @param {BundleFile[]} files
   */
  async cachedBytes(files) {
    if (!this.cacheable) return 0;
    let sum = 0;
    for (const file of files) sum += (await (await this.#parts(file))?.size()) ?? 0;
    return sum;
  }

  /**
   * Streams a file from an offset on. One with `piece_bytes` lies in files of so many bytes each: NAME.0, NAME.1, ...
   * @param {BundleFile} asked
   * @param {number} offset
   * @param {AbortSignal | undefined} signal
   * @param {(bytes: Uint8Array<ArrayBuffer>) => Promise<void>} add
   * @returns {Promise<void>}
   */
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

  /**
   * Streams a file from an offset on; more than `most` bytes are refused.
   * @param {string} path
   * @param {number} offset
   * @param {number} most
   * @param {AbortSignal | undefined} signal
   * @param {(bytes: Uint8Array<ArrayBuffer>) => Promise<void>} add
   */
  async #stream(path, offset, most, signal, add) {
    const stop = new AbortController();
    const onAbort = () => stop.abort(signal?.reason);
    signal?.throwIfAborted();
    signal?.addEventListener("abort", onAbort, { once: true });
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    const listen = () => {
      timer = setTimeout(() => {
        stop.abort(new NeriteError("network", `${path}: nothing has come in ${LONGEST_SILENCE / 1000} seconds`));
      }, LONGEST_SILENCE);
    };
    /** @type {ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | undefined} */
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

  /**
   * @param {string} path
   * @param {number} offset
   * @param {AbortSignal} signal
   * @returns {Promise<{ stream: ReadableStream<Uint8Array<ArrayBuffer>>, skip: number }>} from where on its bytes are new
   */
  async #body(path, offset, signal) {
    if (this.#files) return this.#chosen(path, offset);
    if (this.#folder) return { stream: opened(this.#folder, path, offset), skip: 0 };
    return this.#fetched(path, offset, signal);
  }

  /**
   * @param {string} path
   * @param {number} offset
   */
  #chosen(path, offset) {
    const file = this.#files?.get(path);
    if (!file) refuse("bundle", `found no file ${path} in the folder`);
    return { stream: file.slice(offset).stream(), skip: 0 };
  }

  /**
   * @param {string} path
   * @param {number} offset
   * @param {AbortSignal} signal
   * @returns {Promise<{ stream: ReadableStream<Uint8Array<ArrayBuffer>>, skip: number }>} from where on its bytes are new
   */
  async #fetched(path, offset, signal) {
    /** @type {Record<string, string>} */
    const headers = offset > 0 ? { Range: `bytes=${offset}-` } : {};
    /** @type {Response} */
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

/**
 * @param {number} milliseconds
 * @param {AbortSignal | undefined} signal
 */
const pause = (milliseconds, signal) =>
  /** @type {Promise<void>} */ (
    new Promise((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", stop);
        resolve();
      }, milliseconds);
      signal?.addEventListener("abort", stop, { once: true });
    })
  );
