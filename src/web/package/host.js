// One engine, which answers in the order of the questions: in a worker (worker.js), or on the thread that asks.

/** @import { Answer, Bindings, BundleFile, Loaded, Places, Where } from "./internal.js" */

import { build } from "./bindings.js";
import { Source } from "./downloads.js";
import { describe, NeriteError, refuse } from "./errors.js";
import { Judging } from "./judging.js";
import { archive, Lesson } from "./lesson.js";
import { PART } from "./parts.js";

/** Bytes that go into the engine in one call: a copy of them is in wasm's memory for that time. */
const SLICE = 1 << 18;

/** No report of a head is larger, in bytes. */
const LARGEST_REPORT = 1 << 26;

/** How often it all begins again because of what was wrong in the cache: a file, or two that are the same one. */
const MOST_AGAIN = 3;

export class Host {
  /** The engine, of which there is one once a bundle is loaded. @type {any} */
  #engine = null;
  /** @type {Bindings | null} */
  #bindings = null;
  /** @type {WebAssembly.Memory | null} */
  #memory = null;
  #stop = new AbortController();
  /**
   * Where the bundle is from, and whether it is kept.
   * @type {{ source: Source, cache: boolean, manifest: Uint8Array } | null}
   */
  #from = null;
  /**
   * The values of the redaction that was asked for last, and the file that they were read from.
   * @type {{ table: string | null | undefined, own: any }}
   */
  #redactor = { table: undefined, own: null };
  #post;
  #judging = new Judging((building) => this.#built(building));
  #lesson = new Lesson(() => {
    const { Trainer } = this.#bindings ?? refuse("bundle", "no bundle has been loaded");
    return { Trainer, engine: this.#engine };
  });
  /** @type {Record<string, (input: any, progress: (told: object) => void) => any>} */
  #tasks = {
    ...this.#judging.tasks,
    ...this.#lesson.tasks,
    candidate: (input) => this.#candidate(input),
    tag: ({ text, words, sentences, asked }) => this.#engine.tag(text, words, sentences, asked),
    load: (input, progress) => this.#load(input, progress),
    outline: ({ text }) => this.#engine.outline(text),
    vocabulary: ({ text }) => this.#engine.vocabulary(text),
    predict: (input) => this.#predict(input),
    addHead: ({ head, title, bytes }) => {
      this.#engine.addHead(head, title, bytes);
      return this.#engine.describe();
    },
    redact: ({ text, found, policy, table }) => {
      const redactor = this.#redactorOf(table);
      // It learns new values, so that it is no longer the one of this file.
      this.#redactor = { table: undefined, own: null };
      const answer = redactor.redact(text, found, policy);
      const written = redactor.table();
      this.#redactor = { table: written, own: redactor };
      return { ...answer, table: written };
    },
    restore: ({ table, text }) => this.#redactorOf(table).restore(text),
    restorePiece: ({ table, text, state, last }) => this.#redactorOf(table).restorePiece(text, state, last),
    archive: (input) => archive({ engine: this.#engine, ...this.#loaded }, input),
  };

  /** @param {(message: Answer) => void} post */
  constructor(post) {
    this.#post = post;
  }

  /** @param {any} asked `id`, `task` and its input */
  async answer({ id, task, ...input }) {
    try {
      const result = await this.#tasks[task](input, (progress) => this.#post({ id, progress }));
      this.#post({ id, result, wasmBytes: this.#memory?.buffer.byteLength });
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      // After a trap the engine's memory cannot be trusted: another worker is started.
      const fatal = !(error instanceof NeriteError) && typeof (/** @type {any} */ (error)?.code) !== "string";
      this.#post({ id, error: fatal ? this.#trap(error) : describe(error), fatal });
    }
  }

  get #loaded() {
    return this.#from ?? refuse("bundle", "no bundle has been loaded");
  }

  /**
   * The values of a table's file; null is an empty one.
   * @param {string | null | undefined} table
   */
  #redactorOf(table) {
    if (!this.#redactor.own || this.#redactor.table !== table) {
      this.#redactor.own?.free();
      this.#redactor = { table: undefined, own: null };
      this.#redactor = { table, own: new /** @type {Bindings} */ (this.#bindings).Redactor(table ?? undefined) };
    }
    return this.#redactor.own;
  }

  /**
   * What a trap does not say: that there was no memory, or what the panic was.
   * @param {unknown} error
   */
  #trap(error) {
    const wanted = this.#bindings?.lackingBytes() ?? 0;
    if (error instanceof WebAssembly.RuntimeError && wanted > 0) {
      const held = this.#memory?.buffer.byteLength;
      return {
        code: "memory",
        message: `out of memory: ${wanted} more bytes were asked for; the engine holds ${held}`,
      };
    }
    const panic = /** @type {any} */ (globalThis).nerite_panic;
    return panic && error instanceof WebAssembly.RuntimeError ? { code: "crash", message: panic } : describe(error);
  }

  close() {
    this.#stop.abort(new NeriteError("freed", "the recognizer was freed"));
    this.#judging.free();
    this.#lesson.free();
    this.#engine?.free();
    this.#engine = null;
  }

  /**
   * `manifest` is that of the first worker: all of them are to hold the same bundle, whatever the server has by then.
   * @param {{ source: Where, cache: boolean, wasm?: Places, manifest?: Uint8Array }} input
   * @param {(told: object) => void} progress
   * @returns {Promise<Loaded>}
   */
  async #load({ source, cache, wasm, manifest: known }, progress, again = 0) {
    const { signal } = this.#stop;
    const from = new Source(source);
    const [bindings, manifest] = await Promise.all([this.#built(build(wasm)), known ?? from.manifest(signal)]);
    signal.throwIfAborted();
    this.#from = { source: from, cache, manifest };
    const engine = new bindings.Engine(manifest);
    this.#engine = engine;
    /** @type {BundleFile[]} */
    const files = engine.files();
    const total = files.reduce((sum, file) => sum + file.bytes, 0);
    let done = 0;
    let kept = true;
    for (const file of files) {
      let fromCache = false;
      let loaded = done;
      progress({ loaded, total, file: file.file, cached: false });
      // What was right as a whole when it came is checked part by part, which the browser does many times faster than wasm.
      const inParts =
        cache && globalThis.crypto?.subtle && (file.parts || file.bytes <= PART) && (await from.wasRight(file));
      try {
        await from.read(file, { cache, signal }, async (bytes, cached) => {
          fromCache ||= cached;
          if (inParts) {
            if (!cached) refuse("integrity", `${file.file}: found only a part of it in the cache`);
            engine.checkPart(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
          }
          signal.throwIfAborted();
          for (let at = 0; at < bytes.length; at += SLICE) engine.push(bytes.subarray(at, at + SLICE));
          loaded += bytes.length;
          progress({ loaded, total, file: file.file, cached });
        });
        engine.finishFile();
        const isKept = cache && (await from.isKept(file));
        if (isKept && !inParts) await from.noteRight(file);
        kept &&= isKept;
      } catch (error) {
        const code = /** @type {any} */ (error)?.code;
        if (signal.aborted || !["integrity", "bundle"].includes(code)) throw error;
        // Part by part it is wrong, or what the manifest says of its parts is: as a whole it may be right all the same.
        if (inParts) await from.doubt(file);
        // What is wrong must not be kept; what came from the cache may be right on the server.
        else await from.forget(file);
        if ((!fromCache && !inParts) || again === MOST_AGAIN) throw error;
        engine.free();
        this.#engine = null;
        return this.#load({ source, cache, wasm, manifest: known }, progress, again + 1);
      }
      done += file.bytes;
    }
    // What cannot be cleared does not keep a bundle that is loaded from use.
    if (kept) await from.forgetOthers(files).catch(() => {});
    return { ...engine.describe(), manifest, kept, wasmBytes: this.#memory?.buffer.byteLength ?? 0 };
  }

  /** @param {Promise<Bindings>} building */
  async #built(building) {
    this.#bindings = await building;
    this.#memory = this.#bindings.memory;
    return this.#bindings;
  }

  /**
   * What a judge has to know of a head; the report of its own training says what it was fitted on.
   * @param {{ head: string, decoder?: string }} asked
   */
  async #candidate({ head, decoder }) {
    const { source, manifest } = this.#loaded;
    const file = JSON.parse(new TextDecoder().decode(manifest)).heads.find(
      (/** @type {{ id: string }} */ { id }) => id === head,
    )?.report;
    /** @type {Uint8Array<ArrayBuffer>[]} */
    const parts = [];
    let report;
    try {
      if (file?.bytes <= LARGEST_REPORT) {
        await source.read(file, { cache: false, signal: this.#stop.signal }, async (bytes) => void parts.push(bytes));
        report = new Uint8Array(await new Blob(parts).arrayBuffer());
      }
    } catch {
      // Not every copy of a bundle has its reports, and nothing that is judged depends on them.
    }
    return this.#engine.candidate(head, decoder, report);
  }

  /** @param {any} input */
  #predict({ text, words, sentences, ids, marks, lengths, questions }) {
    const start = performance.now();
    const answers = ids
      ? this.#engine.predictPieces(ids, marks, lengths, questions)
      : this.#engine.predict(text, words, sentences, questions);
    return { answers, milliseconds: performance.now() - start, wasmBytes: this.#memory?.buffer.byteLength };
  }
}
