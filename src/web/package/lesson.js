// What an engine does to teach heads: to fit them, and to pack a bundle with them.

/** @import { Mark } from "./nerite.js" */
/** @import { BundleFile } from "./internal.js" */

import { refuse } from "./errors.js";
import { zip } from "./zip.js";

/**
 * A bundle as a zip file, with all heads that there are.
 * @param {{ engine: any, source: import("./downloads.js").Source, cache: boolean }} from
 * @param {{ head: string }} asked
 */
export async function archive({ engine, source, cache }, { head }) {
  /** @type {[string, Uint8Array][]} */
  const files = [["manifest.json", new TextEncoder().encode(engine.manifest(head))]];
  const own = new Set(engine.describe().heads.map((/** @type {{ id: string }} */ { id }) => `heads/${id}.safetensors`));
  for (const file of /** @type {BundleFile[]} */ (engine.files())) {
    let bytes = own.has(file.file) ? engine.headFile(file.file.slice("heads/".length, -".safetensors".length)) : null;
    if (!bytes) {
      /** @type {Uint8Array<ArrayBuffer>[]} */
      const parts = [];
      await source.read(file, { cache }, async (part) => void parts.push(part.slice()));
      bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
    }
    files.push([file.file, bytes]);
  }
  return zip(files);
}

/** Milliseconds between two looks at what else was asked. */
const AT_ONCE = 50;

/** The answers to the tasks of the names: documents with marks, and what is fitted to them. */
export class Lesson {
  /** The documents that were taken last. @type {any} */
  #trainer = null;
  #isStopped = false;
  /** When the thread last looked at what else was asked. */
  #looked = 0;
  #loaded;

  /** @param {() => { Trainer: any, engine: any }} loaded */
  constructor(loaded) {
    this.#loaded = loaded;
  }

  /** @type {Record<string, (input: any, progress: (told: object) => void) => any>} */
  tasks = {
    beginLesson: (input, progress) => this.#begin(input, progress),
    fit: ({ without }, progress) => this.#fit(without, progress),
    judgeHeads: ({ head, heads }) => this.#judge(head, heads),
    stop: () => {
      this.#isStopped = true;
    },
  };

  /** @returns {any} */
  get #own() {
    return this.#trainer ?? refuse("input", "no documents have been taken");
  }

  /**
   * Looks, from time to time, at what else was asked.
   * @param {() => void} tell
   */
  async #breathe(tell) {
    if (performance.now() - this.#looked < AT_ONCE) return;
    tell();
    await new Promise((resolve) => setTimeout(resolve));
    this.#looked = performance.now();
    if (this.#isStopped) refuse("stopped", "the training was stopped");
  }

  /**
   * Takes documents, in the place of those that were taken before.
   * @param {{ documents: { text: string, marks: Mark[] }[], types: string[], from?: string, lastLayer: boolean, seed: number }} input
   * @param {(told: object) => void} progress
   */
  async #begin({ documents, types, from, lastLayer, seed }, progress) {
    this.free();
    this.#isStopped = false;
    this.#looked = performance.now();
    const { Trainer, engine } = this.#loaded();
    this.#trainer = new Trainer(engine, { types, from, last_layer: lastLayer, seed });
    const added = [];
    for (const { text, marks } of documents) {
      added.push(this.#own.add(engine, text, marks));
      await this.#breathe(() => progress({ done: added.length, total: documents.length }));
    }
    return { added, folds: this.#own.divide(engine) };
  }

  /**
   * Fits a head to all sentences, or to all but those of a fold.
   * @param {number | undefined} without
   * @param {(told: object) => void} progress
   */
  async #fit(without, progress) {
    this.#own.begin(without);
    /** @type {number[]} */
    const losses = [];
    for (let step = this.#own.step(); step; step = this.#own.step()) {
      losses.push(step.loss);
      await this.#breathe(() => progress(step));
    }
    return { head: this.#own.finish(), losses };
  }

  /**
   * Calibrates a head by those that were fitted without a fold, in the folds' order, and says how good it is.
   * @param {Uint8Array} head
   * @param {Uint8Array[]} heads
   */
  #judge(head, heads) {
    heads.forEach((file, fold) => {
      this.#own.judge(fold, file);
    });
    return { head: this.#own.calibrated(head), figures: this.#own.figures() };
  }

  free() {
    this.#trainer?.free();
    this.#trainer = null;
  }
}
