// Workers that hold the same bundle, and the queue of tasks that they take from.

import { NeriteError, revive } from "./errors.js";

/** One worker, asked one thing at a time or several; it answers in order. */
class Handle {
  #worker;
  #waiting = new Map();
  #next = 0;
  /** Why it ended, if it did. */
  failure = null;

  constructor() {
    this.#worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module", name: "nerite" });
    this.#worker.onmessage = ({ data }) => this.#receive(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      // An event without a message says that the script itself could not be had.
      this.end(
        event.message
          ? new NeriteError("crash", `the worker failed: ${event.message}`)
          : new NeriteError("network", "the worker's script, or one that it needs, is missing from the package"),
      );
    };
  }

  ask(task, input, onProgress) {
    if (this.failure) return Promise.reject(this.failure);
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, onProgress });
      this.#worker.postMessage({ id, task, ...input });
    });
  }

  #receive({ id, result, progress, error, fatal }) {
    const asked = this.#waiting.get(id);
    if (!asked) return;
    if (progress) {
      asked.onProgress?.(progress);
      return;
    }
    this.#waiting.delete(id);
    if (!error) asked.resolve(result);
    else asked.reject(revive(error));
    if (fatal) this.end(revive(error));
  }

  /** Ends the worker: what it has not answered fails for this reason. */
  end(reason) {
    this.failure ??= reason;
    this.#worker.terminate();
    for (const { reject } of this.#waiting.values()) reject(reason);
    this.#waiting.clear();
  }
}

export class Pool {
  #input;
  #workers = [];
  /** The first worker while it is starting, and after. */
  #lead = null;
  #queue = [];
  #busy = new Set();
  /** Until the workers that are starting are there. */
  #growing = null;
  #freed = false;
  /** What the first worker says of the bundle. */
  bundle = null;

  /** @param {{ source: object, cache: boolean }} input what workers load */
  constructor(input) {
    this.#input = input;
  }

  get size() {
    return this.#workers.length;
  }

  /** The first worker; a fresh one if it has crashed. */
  async lead(onProgress, signal) {
    if (this.#freed) throw new NeriteError("freed", "the recognizer was freed");
    this.#lead ??= this.#start(onProgress, signal).catch((error) => {
      this.#lead = null;
      throw error;
    });
    return this.#lead;
  }

  async #start(onProgress, signal) {
    signal?.throwIfAborted();
    const handle = new Handle();
    const stop = () => handle.end(signal.reason);
    signal?.addEventListener("abort", stop, { once: true });
    try {
      const bundle = await handle.ask("load", { ...this.#input, manifest: this.bundle?.manifest }, onProgress);
      if (this.#freed) throw new NeriteError("freed", "the recognizer was freed");
      this.bundle ??= bundle;
      this.#workers.push(handle);
      return handle;
    } catch (error) {
      handle.end(error);
      throw error;
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  /** Starts workers until there are `count`; resolves once they all are there. */
  grow(count) {
    const start = async () => {
      const missing = Math.max(0, count - this.#workers.length);
      // Where one fails to start, fewer do the same work.
      await Promise.allSettled(
        Array.from({ length: missing }, async () => {
          await this.#start();
          this.#feed();
        }),
      );
      this.#growing = null;
    };
    this.#growing ??= start();
    return this.#growing;
  }

  async outline(text) {
    const lead = await this.lead();
    return this.#watch(lead, lead.ask("outline", { text }));
  }

  /**
   * Runs tasks in order, or as `nearest` of the first that waits says, as workers become free.
   * @param {{ input(): object, done(result: object): void, nearest?(queue: object[]): number }[]} tasks
   */
  async run(tasks, signal) {
    if (tasks.length === 0) return;
    await this.lead();
    signal?.throwIfAborted();
    await new Promise((resolve, reject) => {
      let left = tasks.length;
      const drop = (reason) => {
        signal?.removeEventListener("abort", stop);
        this.#queue = this.#queue.filter((entry) => !own.has(entry));
        reject(reason);
      };
      const stop = () => drop(signal.reason);
      const own = new Set(
        tasks.map((task) => ({
          task,
          done: (result) => {
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
  }

  /** Gives tasks to the workers that have none. */
  #feed() {
    for (const worker of this.#workers) {
      if (this.#busy.has(worker)) continue;
      if (this.#queue.length === 0) return;
      const at = this.#queue[0].task.nearest?.(this.#queue) ?? 0;
      const [entry] = this.#queue.splice(at, 1);
      this.#busy.add(worker);
      this.#watch(worker, worker.ask("predict", entry.task.input()))
        .then(entry.done)
        .catch(entry.fail)
        .finally(() => {
          this.#busy.delete(worker);
          this.#feed();
        });
    }
  }

  /** Takes a worker out that has crashed. */
  #watch(worker, answer) {
    return answer.catch((error) => {
      if (worker.failure) {
        this.#workers = this.#workers.filter((other) => other !== worker);
        // Whichever is left leads; without any, the next question starts one.
        this.#lead = this.#workers.length > 0 ? Promise.resolve(this.#workers[0]) : null;
        if (this.#workers.length === 0) {
          for (const entry of this.#queue.splice(0)) entry.fail(error);
        }
      }
      throw error;
    });
  }

  free() {
    this.#freed = true;
    const reason = new NeriteError("freed", "the recognizer was freed");
    for (const entry of this.#queue.splice(0)) entry.fail(reason);
    for (const worker of this.#workers.splice(0)) worker.end(reason);
  }
}
