// Fitting heads to marks, in a worker of its own: see nerite.d.ts.

/** @import { Mark, Progress, Trained, TrainOptions } from "./nerite.js" */
/** @import { Input, Loaded, Starting } from "./internal.js" */

import { NeriteError, refuse } from "./errors.js";
import { Handle } from "./handle.js";

/**
 * @param {any} mark
 * @returns {mark is Mark}
 */
const isMark = (mark) =>
  Number.isInteger(mark?.start) && Number.isInteger(mark.end) && typeof mark.type === "string" && mark.type !== "";

export class Trainer {
  #worker;
  #busy = false;

  /**
   * Made by `Recognizer.trainer`.
   * @param {Handle} worker
   */
  constructor(worker) {
    this.#worker = worker;
  }

  /**
   * @param {{ input: Input, bundle: Loaded | null, starting: Starting }} pool
   * @param {((progress: Progress) => void) | undefined} onProgress
   * @param {AbortSignal | undefined} signal
   */
  static async start({ input, bundle, starting }, onProgress, signal) {
    signal?.throwIfAborted();
    const worker = new Handle(starting);
    const stop = () => worker.end(signal?.reason);
    signal?.addEventListener("abort", stop, { once: true });
    try {
      await worker.ask("load", { ...input, manifest: bundle?.manifest }, onProgress);
      return new Trainer(worker);
    } catch (error) {
      worker.end(error);
      throw error;
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  /**
   * Fits a head to documents `{text, marks: [{start, end, type}]}`.
   * @param {{ text: string, marks: Mark[] }[]} documents
   * @param {TrainOptions} options
   * @returns {Promise<Trained>}
   */
  async train(documents, options) {
    const { types, from, seed = 0, judge = true, onProgress, onHead, signal } = options ?? {};
    if (!Array.isArray(documents) || documents.length === 0) refuse("input", "found no documents, expected a list");
    documents.forEach((document, index) => {
      const { text, marks } = document ?? {};
      if (typeof text !== "string" || !Array.isArray(marks) || !marks.every(isMark))
        refuse("input", `document ${index}: expected {text, marks: [{start, end, type}]}`);
    });
    if (!Array.isArray(types) || types.length === 0 || !types.every((type) => typeof type === "string"))
      refuse("input", "found no types, expected a list of names");
    if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32)
      refuse("input", `found the seed ${seed}, expected a whole number`);
    if (this.#busy) refuse("input", "found a training that still goes on");
    signal?.throwIfAborted();
    this.#busy = true;
    const stop = () => this.#worker.ask("stop").catch(() => {});
    signal?.addEventListener("abort", stop, { once: true });
    const marked = documents.map(({ text, marks }) => ({
      text,
      marks: marks.map(({ start, end, type }) => ({ start, end, type })),
    }));
    try {
      return await this.#worker.ask("train", { documents: marked, types, from, seed, judge }, (told) => {
        if (told.stage === "head") onHead?.(told);
        else onProgress?.(told);
      });
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener("abort", stop);
      this.#busy = false;
    }
  }

  free() {
    this.#worker.end(new NeriteError("freed", "the trainer was freed"));
  }
}
