// Workers that hold the same bundle, and the queue of tasks that they take from.

/** @import { Progress } from "./nerite.js" */
/** @import { Input, Loaded, Starting, Task, Waiting } from "./internal.js" */

import { NeriteError, refuse } from "./errors.js";
import { Handle } from "./handle.js";

/** Bytes that wasm's memory, which never shrinks, may grow by after a bundle is loaded. Ordinary texts take half. */
const MOST_GROWTH = 24 << 20;
/** And for each character of the text that is being read. */
const GROWTH_PER_CHARACTER = 8;

/** Words that are worth the start of more workers. */
export const LONG = 400;

export class Pool {
  #input;
  #starting;
  /** @type {Handle[]} */
  #workers = [];
  /**
   * Those that have not loaded the bundle yet.
   * @type {Set<Handle>}
   */
  #beginning = new Set();
  /**
   * The first worker while it is starting, and after.
   * @type {Promise<Handle> | null}
   */
  #lead = null;
  /** @type {Waiting[]} */
  #queue = [];
  /** @type {Set<Handle>} */
  #busy = new Set();
  /**
   * Until the workers that are starting are there.
   * @type {Promise<void> | null}
   */
  #growing = null;
  #freed = false;
  /** Characters of the latest text. */
  #length = 0;
  /** Whether a further worker has run out of memory: then no more are started. */
  #full = false;
  /**
   * Heads beside the bundle's own, by name: further workers are told of them.
   * @type {Map<string, { head: string, title: string, bytes: Uint8Array }>}
   */
  #added = new Map();
  /**
   * What the first worker says of the bundle.
   * @type {Loaded | null}
   */
  bundle = null;

  /**
   * @param {Input} input what workers load
   * @param {Starting} starting how they are started
   */
  constructor(input, starting) {
    this.#input = input;
    this.#starting = starting;
  }

  /** The same, once there is one. */
  get loaded() {
    return this.bundle ?? refuse("bundle", "no bundle has been loaded");
  }

  /** What workers load. */
  get input() {
    return this.#input;
  }

  /** How workers are started. */
  get starting() {
    return this.#starting;
  }

  get size() {
    return this.#workers.length;
  }

  /**
   * The first worker; a fresh one if it has crashed.
   * @param {(progress: Progress) => void} [onProgress]
   * @param {AbortSignal} [signal]
   * @returns {Promise<Handle>}
   */
  async lead(onProgress, signal) {
    this.#refuseFreed();
    this.#lead ??= this.#start(onProgress, signal).catch((error) => {
      this.#lead = null;
      throw error;
    });
    return this.#lead;
  }

  #refuseFreed() {
    if (this.#freed) throw new NeriteError("freed", "the recognizer was freed");
  }

  /**
   * @param {(progress: Progress) => void} [onProgress]
   * @param {AbortSignal} [signal]
   */
  async #start(onProgress, signal) {
    signal?.throwIfAborted();
    const handle = new Handle(this.#starting);
    this.#beginning.add(handle);
    try {
      const bundle = await handle.load({ ...this.#input, manifest: this.bundle?.manifest }, onProgress, signal);
      this.#refuseFreed();
      for (const head of this.#added.values()) await handle.ask("addHead", head);
      this.bundle ??= bundle;
      this.#workers.push(handle);
      return handle;
    } catch (error) {
      handle.end(error);
      throw error;
    } finally {
      this.#beginning.delete(handle);
    }
  }

  /**
   * Starts workers until there are `count`; resolves once they all are there.
   * @param {number} count
   */
  async grow(count) {
    this.#refuseFreed();
    const start = async () => {
      const missing = this.#full ? 0 : Math.max(0, count - this.#workers.length);
      // Where one fails to start, fewer do the same work.
      await Promise.allSettled(
        Array.from({ length: missing }, async () => {
          try {
            await this.#start();
          } catch (error) {
            this.#full ||= error instanceof NeriteError && error.code === "memory";
            throw error;
          }
          this.#feed();
        }),
      );
      this.#growing = null;
      this.#refuseFreed();
    };
    this.#growing ??= start();
    await this.#growing;
  }

  /**
   * Adds a head to all workers.
   * @param {{ head: string, title: string, bytes: Uint8Array }} added
   */
  async addHead(added) {
    const lead = await this.lead();
    const { heads } = await this.#watch(lead, lead.ask("addHead", added));
    // Last, also if there was one of this name: a worker that starts meanwhile takes them in order.
    this.#added.delete(added.head);
    this.#added.set(added.head, added);
    const others = this.#workers.filter((worker) => worker !== lead);
    await Promise.all(others.map((worker) => this.#watch(worker, worker.ask("addHead", added))));
    this.bundle = { ...this.loaded, heads };
  }

  /**
   * Asks the first worker what any of them could answer.
   * @param {string} task
   * @param {object} input
   * @returns {Promise<any>}
   */
  async ask(task, input) {
    const lead = await this.lead();
    const answer = await this.#watch(lead, lead.ask(task, input));
    this.#renew(lead);
    return answer;
  }

  /** @param {string} text */
  outline(text) {
    this.#length = text.length;
    return this.ask("outline", { text });
  }

  /**
   * Runs tasks in order, or as `nearest` of the first that waits says, as workers become free.
   * @param {Task[]} tasks
   * @param {AbortSignal} [signal]
   */
  async run(tasks, signal) {
    if (tasks.length === 0) return;
    await this.lead();
    signal?.throwIfAborted();
    /** @type {Promise<void>} */
    const ended = new Promise((resolve, reject) => {
      let left = tasks.length;
      const drop = (/** @type {unknown} */ reason) => {
        signal?.removeEventListener("abort", stop);
        this.#queue = this.#queue.filter((entry) => !own.has(entry));
        reject(reason);
      };
      const stop = () => drop(signal?.reason);
      /** @type {Set<Waiting>} */
      const own = new Set(
        tasks.map((task) => ({
          task,
          done: (/** @type {any} */ result) => {
            if (signal?.aborted) return;
            task.done(result);
            left -= 1;
            if (left > 0) return;
            signal?.removeEventListener("abort", stop);
            resolve();
          },
          fail: drop,
        })),
      );
      signal?.addEventListener("abort", stop, { once: true });
      this.#queue.push(...own);
      this.#feed();
    });
    await ended;
  }

  /** Gives tasks to the workers that have none. */
  #feed() {
    for (const worker of this.#workers) {
      if (this.#busy.has(worker)) continue;
      if (this.#queue.length === 0) return;
      let at = 0;
      try {
        at = this.#queue[0].task.nearest?.(this.#queue) ?? 0;
      } catch (error) {
        // The user's own function says what is on the screen.
        this.#queue[0].fail(error);
        continue;
      }
      const [entry] = this.#queue.splice(at, 1);
      this.#busy.add(worker);
      this.#watch(worker, worker.ask(entry.task.name ?? "predict", entry.task.input()))
        .then(entry.done)
        .catch(entry.fail)
        .finally(() => {
          this.#busy.delete(worker);
          this.#renew(worker);
          this.#feed();
        });
    }
  }

  /**
   * Takes a worker out that has crashed.
   * @template T
   * @param {Handle} worker
   * @param {Promise<T>} answer
   */
  #watch(worker, answer) {
    return answer.catch((error) => {
      if (worker.failure) {
        this.#remove(worker);
        if (this.#workers.length === 0) {
          for (const entry of this.#queue.splice(0)) entry.fail(error);
        }
      }
      throw error;
    });
  }

  /**
   * Lets a worker go whose memory has grown beyond need: another one begins with little.
   * @param {Handle} worker
   */
  #renew(worker) {
    const most = this.loaded.wasmBytes + MOST_GROWTH + GROWTH_PER_CHARACTER * this.#length;
    if (this.#freed || worker.failure || !worker.isIdle || !(worker.wasmBytes > most)) return;
    worker.end(new NeriteError("crash", "the worker's memory has grown too large"));
    this.#remove(worker);
    if (this.#workers.length > 0 || this.#queue.length === 0) return;
    this.lead().then(
      () => this.#feed(),
      (error) => {
        for (const entry of this.#queue.splice(0)) entry.fail(error);
      },
    );
  }

  /** @param {Handle} worker */
  #remove(worker) {
    this.#workers = this.#workers.filter((other) => other !== worker);
    // Whichever is left leads; without any, the next question starts one.
    this.#lead = this.#workers.length > 0 ? Promise.resolve(this.#workers[0]) : null;
  }

  free() {
    this.#freed = true;
    const reason = new NeriteError("freed", "the recognizer was freed");
    for (const entry of this.#queue.splice(0)) entry.fail(reason);
    for (const worker of [...this.#workers.splice(0), ...this.#beginning]) worker.end(reason);
  }
}
