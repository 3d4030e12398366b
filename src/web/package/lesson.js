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

/**
 * Fits a head to documents with marks; `progress` hears of every stage, and of the head before it has been judged.
 * @param {{ Trainer: any, engine: any, isStopped(): boolean }} of
 * @param {{ documents: { text: string, marks: Mark[] }[], types: string[], from?: string, seed: number, judge: boolean }} input
 * @param {(told: object) => void} progress
 */
export async function train({ Trainer, engine, isStopped }, { documents, types, from, seed, judge }, progress) {
  let last = performance.now();
  /** @param {object} told */
  const breathe = async (told) => {
    if (performance.now() - last < AT_ONCE) return;
    progress(told);
    await new Promise((resolve) => setTimeout(resolve));
    last = performance.now();
    if (isStopped()) refuse("stopped", "the training was stopped");
  };
  const start = performance.now();
  const trainer = new Trainer(engine, { types, from, seed });
  try {
    const added = [];
    for (const { text, marks } of documents) {
      added.push(trainer.add(engine, text, marks));
      await breathe({ stage: "encode", done: added.length, total: documents.length });
    }
    const folds = trainer.divide(engine);
    /** @type {number[]} */
    const losses = [];
    /**
     * @param {string} stage
     * @param {number} [without] a part that is held back
     */
    const fit = async (stage, without) => {
      trainer.begin(without);
      for (let step = trainer.step(); step; step = trainer.step()) {
        if (without === undefined) losses.push(step.loss);
        await breathe({
          stage,
          done: (without ?? 0) * step.total + step.done,
          total: step.total * (without === undefined ? 1 : folds),
          loss: step.loss,
        });
      }
    };
    await fit("fit");
    let head = trainer.finish();
    const milliseconds = performance.now() - start;
    progress({ stage: "head", head, losses, milliseconds });
    let figures = null;
    // What lies in one part alone cannot be held back.
    if (judge && folds > 1) {
      for (let fold = 0; fold < folds; fold++) {
        await fit("judge", fold);
        trainer.judge(fold);
      }
      head = trainer.calibrated(head);
      figures = trainer.figures();
    }
    return { head, losses, figures, folds, added, milliseconds, allMilliseconds: performance.now() - start };
  } finally {
    trainer.free();
  }
}
