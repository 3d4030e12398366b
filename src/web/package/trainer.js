// Fitting heads to marks, in a worker of its own: see nerite.d.ts.

/** @import { Mark, Progress, Trained, TrainOptions } from "./nerite.js" */
/** @import { Input, Loaded, Starting } from "./internal.js" */

import { guarded, NeriteError, refuse } from "./errors.js";
import { Handle } from "./handle.js";
import { checked, TRAIN } from "./options.js";

/**
 * @param {any} mark
 * @returns {mark is Mark}
 */
const isMark = (mark) =>
  Number.isInteger(mark?.start) && Number.isInteger(mark.end) && typeof mark.type === "string" && mark.type !== "";

export class Trainer {
  #worker;
  #start;
  /**
   * A further one, for cross-validation.
   * @type {Handle | null}
   */
  #helper = null;
  #isAlone;
  #busy = false;
  #freed = false;

  /**
   * Made by `Recognizer.trainer`.
   * @param {Handle} worker
   * @param {(onProgress?: undefined, signal?: AbortSignal) => Promise<Handle>} start starts another one
   * @param {boolean} isAlone whether one worker is all that cores and memory are good for
   */
  constructor(worker, start, isAlone) {
    this.#worker = worker;
    this.#start = start;
    this.#isAlone = isAlone;
  }

  /**
   * @param {{ input: Input, bundle: Loaded | null, starting: Starting }} pool
   * @param {boolean} isAlone
   * @param {((progress: Progress) => void) | undefined} onProgress
   * @param {AbortSignal | undefined} signal
   */
  static async start({ input, bundle, starting }, isAlone, onProgress, signal) {
    /**
     * @param {((progress: Progress) => void) | undefined} [told]
     * @param {AbortSignal} [aborted]
     */
    const start = async (told, aborted) => {
      aborted?.throwIfAborted();
      const worker = new Handle(starting);
      await worker.load({ ...input, manifest: bundle?.manifest }, told, aborted);
      return worker;
    };
    return new Trainer(await start(onProgress, signal), start, isAlone);
  }

  /**
   * Fits a head to documents `{text, marks: [{start, end, type}]}`.
   * @param {{ text: string, marks: Mark[] }[]} documents
   * @param {TrainOptions} options
   * @returns {Promise<Trained>}
   */
  train(documents, options) {
    return guarded(options?.signal, () => this.#train(documents, checked(options, TRAIN)));
  }

  /**
   * @param {{ text: string, marks: Mark[] }[]} documents
   * @param {TrainOptions} options
   * @returns {Promise<Trained>}
   */
  async #train(documents, { types, from, lastLayer = false, seed = 0, judge = true, onProgress, onHead, signal }) {
    if (!Array.isArray(documents) || documents.length === 0) refuse("input", "found no documents, expected a list");
    documents.forEach((document, index) => {
      const { text, marks } = document ?? {};
      if (typeof text !== "string" || !Array.isArray(marks) || !marks.every(isMark))
        refuse("input", `document ${index}: expected {text, marks: [{start, end, type}]}`);
    });
    if (!types?.length) refuse("input", "found no types, expected a list of names");
    if (lastLayer && from === undefined) refuse("input", "found lastLayer without from, expected the head it is of");
    if (this.#busy) refuse("input", "found a training that still goes on");
    signal?.throwIfAborted();
    this.#busy = true;
    const stop = () => this.#stop();
    signal?.addEventListener("abort", stop, { once: true });
    const marked = documents.map(({ text, marks }) => ({
      text,
      marks: marks.map(({ start, end, type }) => ({ start, end, type })),
    }));
    const lesson = { documents: marked, types, from, lastLayer, seed };
    const begun = performance.now();
    try {
      if (this.#worker.failure && !this.#freed) this.#worker = this.#kept(await this.#start(undefined, signal));
      const { added, folds } = await this.#worker.ask("beginLesson", lesson, (told) =>
        onProgress?.({ stage: "encode", ...told }),
      );
      const first = await this.#worker.ask("fit", {}, (told) => onProgress?.({ stage: "fit", ...told }));
      const { losses } = first;
      let { head } = first;
      const milliseconds = performance.now() - begun;
      onHead?.({ head, losses, milliseconds });
      let figures = null;
      // What lies in one fold alone cannot be held back.
      if (judge && folds > 1) {
        const heads = await this.#fitFolds(lesson, folds, onProgress, signal);
        ({ head, figures } = await this.#worker.ask("judgeHeads", { head, heads }));
        signal?.throwIfAborted();
      }
      return { head, losses, figures, folds, added, milliseconds, allMilliseconds: performance.now() - begun };
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener("abort", stop);
      this.#busy = false;
    }
  }

  /**
   * A head for each fold, fitted to all but that fold: by two workers, where there can be two.
   * @param {object} lesson
   * @param {number} folds
   * @param {TrainOptions["onProgress"]} onProgress
   * @param {AbortSignal | undefined} signal
   */
  async #fitFolds(lesson, folds, onProgress, signal) {
    /** @type {Uint8Array[]} */
    const heads = new Array(folds);
    const steps = new Array(folds).fill(0);
    const waiting = Array.from(heads.keys());
    const fitThem = async (/** @type {Handle} */ worker) => {
      for (let fold = waiting.shift(); fold !== undefined; fold = waiting.shift()) {
        try {
          const made = await worker.ask("fit", { without: fold }, ({ done, total, loss }) => {
            steps[fold] = done;
            const all = steps.reduce((sum, own) => sum + own, 0);
            onProgress?.({ stage: "judge", done: all, total: total * folds, loss });
          });
          heads[fold] = made.head;
          steps[fold] = made.losses.length;
        } catch (error) {
          waiting.unshift(fold);
          throw error;
        }
      }
    };
    const help = async () => {
      try {
        if (this.#isAlone) return;
        if (!this.#helper || this.#helper.failure) this.#helper = this.#kept(await this.#start(undefined, signal));
        if (waiting.length === 0) return;
        signal?.throwIfAborted();
        await this.#helper.ask("beginLesson", lesson);
        await fitThem(this.#helper);
      } catch (error) {
        // One that was told to stop can be asked again.
        if (error instanceof NeriteError && error.code === "stopped") throw error;
        // One that could not be started, or has no memory, is done without.
        this.#freeHelper(error);
        if (signal?.aborted || this.#freed || !(error instanceof NeriteError)) throw error;
        this.#isAlone = true;
      }
    };
    const both = [fitThem(this.#worker), help()];
    try {
      await Promise.all(both);
    } catch (error) {
      // Whoever is still on the way finds nothing to do.
      waiting.length = 0;
      this.#stop();
      await Promise.allSettled(both);
      throw error;
    }
    // What the other one left.
    await fitThem(this.#worker);
    return heads;
  }

  /**
   * A worker that has just started, unless the trainer was freed meanwhile.
   * @param {Handle} worker
   */
  #kept(worker) {
    if (!this.#freed) return worker;
    const reason = new NeriteError("freed", "the trainer was freed");
    worker.end(reason);
    throw reason;
  }

  /** Asks the workers to stop at the next step. */
  #stop() {
    for (const worker of [this.#worker, this.#helper]) worker?.ask("stop").catch(() => {});
  }

  /** @param {unknown} reason */
  #freeHelper(reason) {
    this.#helper?.end(reason);
    this.#helper = null;
  }

  free() {
    const reason = new NeriteError("freed", "the trainer was freed");
    this.#freed = true;
    this.#worker.end(reason);
    this.#freeHelper(reason);
  }
}
