// One engine, on a thread of its own or on this one, asked one thing at a time or several; it answers in order.

/** @import { Answer, Port, Starting } from "./internal.js" */

import { describe, NeriteError, revive } from "./errors.js";
import { Host } from "./host.js";
import { hasWorkers, startWorker } from "./platform.js";

/**
 * An engine on this thread, in the form of a worker: for service workers, where there are no others.
 * @returns {Port}
 */
function onThisThread() {
  // Another engine on this thread would have the same memory.
  const host = new Host(({ wasmBytes: _, ...data }) => port.onmessage?.({ data }));
  let last = Promise.resolve();
  /** @type {Port} */
  const port = {
    onmessage: null,
    onerror: null,
    postMessage(data) {
      // In turn, and never before the asker is done with what it does.
      last = last.then(() => new Promise((resolve) => setTimeout(resolve))).then(() => host.answer(data));
    },
    terminate: () => host.close(),
  };
  return port;
}

export class Handle {
  /** @type {Port | null} */
  #port = null;
  #started;
  /** @type {Map<number, { resolve(result: any): void, reject(reason: unknown): void, onProgress?: (progress: any) => void }>} */
  #waiting = new Map();
  #next = 0;
  /**
   * Why it ended, if it did.
   * @type {unknown}
   */
  failure = null;
  /** The memory of its wasm, in bytes. */
  wasmBytes = 0;

  /** @param {Starting} options */
  constructor(options) {
    this.#started = this.#start(options);
    // Whoever asks hears of it.
    this.#started.catch(() => {});
  }

  /** @param {Starting} options */
  async #start(options) {
    /** @type {Port} */
    const port =
      options.workers === 0 || !(options.worker || hasWorkers()) ? onThisThread() : await startWorker(options);
    if (this.failure) {
      port.terminate();
      throw this.failure;
    }
    port.onmessage = ({ data }) => this.#receive(data);
    port.onerror = (event) => {
      event.preventDefault?.();
      const { code, message } = describe(event.error ?? event);
      this.end(new NeriteError(code, `the worker failed: ${message}`));
    };
    this.#port = port;
  }

  /**
   * @param {string} task
   * @param {object} [input]
   * @param {(progress: any) => void} [onProgress]
   * @returns {Promise<any>}
   */
  async ask(task, input, onProgress) {
    try {
      await this.#started;
    } catch (error) {
      this.failure ??= error instanceof NeriteError ? error : revive(describe(error));
    }
    if (this.failure) throw this.failure;
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, onProgress });
      this.#port?.keepAlive?.(true);
      this.#port?.postMessage({ id, task, ...input });
    });
  }

  /**
   * Loads a bundle. An engine that cannot, or whose loading is aborted, is ended.
   * @param {object} bundle
   * @param {(progress: any) => void} [onProgress]
   * @param {AbortSignal} [signal]
   * @returns {Promise<import("./internal.js").Loaded>}
   */
  async load(bundle, onProgress, signal) {
    const stop = () => this.end(signal?.reason);
    signal?.addEventListener("abort", stop, { once: true });
    try {
      return await this.ask("load", bundle, onProgress);
    } catch (error) {
      this.end(error);
      throw error;
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  get isIdle() {
    return this.#waiting.size === 0;
  }

  /** @param {Answer} answer */
  #receive({ id, result, progress, error, fatal, wasmBytes }) {
    this.wasmBytes = wasmBytes ?? this.wasmBytes;
    const asked = this.#waiting.get(id);
    if (!asked) return;
    if (progress) {
      try {
        asked.onProgress?.(progress);
      } catch (thrown) {
        this.end(thrown);
      }
      return;
    }
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#port?.keepAlive?.(false);
    if (!error) asked.resolve(result);
    else asked.reject(revive(error));
    if (fatal && error) this.end(revive(error));
  }

  /**
   * Ends the engine: what it has not answered fails for this reason.
   * @param {unknown} reason
   */
  end(reason) {
    this.failure ??= reason;
    this.#port?.terminate();
    for (const { reject } of this.#waiting.values()) reject(reason);
    this.#waiting.clear();
  }
}
