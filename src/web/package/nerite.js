// The package's face: see nerite.d.ts. No model runs on this thread: workers do all the work (worker.js).

/** @import { BundleSource, LoadOptions } from "./nerite.js" */

import { guarded, NeriteError } from "./errors.js";
import { readLabelled } from "./evaluate.js";
import { inspect } from "./inspect.js";
import { checked, LOAD } from "./options.js";
import { cacheSize, clearCache } from "./parts.js";
import { cores, hasWorkers, memoryBytes, wasmPlaces } from "./platform.js";
import { Pool } from "./pool.js";
import { OURS, Recognizer } from "./recognizer.js";
import { Redaction } from "./redaction.js";
import { located } from "./source.js";
import { Trainer } from "./trainer.js";

export { cacheSize, clearCache, inspect, NeriteError, Recognizer, Redaction, readLabelled, Trainer };

/** More workers than this bring little: memory is slower than cores. */
const MOST_WORKERS = 4;
/** The largest bundle of which workers have copies without being asked, as a part of the device's memory. */
const SHARE_OF_MEMORY = 0.1;

/**
 * @param {BundleSource} source
 * @param {LoadOptions} [options]
 */
export const load = (source, options) =>
  guarded(options?.signal, async () => {
    const { onProgress, signal, workers, cache = true, worker, workerUrl, wasmUrl, hub } = checked(options, LOAD);
    const where = await located(source, { hub });
    const onThisThread = workers === 0 || !(worker || hasWorkers());
    const pool = new Pool({ source: where, cache, wasm: wasmPlaces(wasmUrl) }, { workers, worker, workerUrl });
    await pool.lead(onProgress, signal);
    const { bytes, kept } = pool.loaded;
    // Further workers are not to download it all once more.
    const isNear = where.files || where.folder || kept;
    const recognizer = new Recognizer(OURS, pool, onThisThread ? 1 : (workers ?? (isNear ? fitting(bytes) : 1)));
    if (workers !== undefined && workers > 1) {
      const stop = () => recognizer.free();
      signal?.addEventListener("abort", stop, { once: true });
      try {
        await recognizer.grow();
      } finally {
        signal?.removeEventListener("abort", stop);
        signal?.throwIfAborted();
      }
    }
    return recognizer;
  });

/**
 * As many workers as cores and memory are good for.
 * @param {number} bytes
 */
const fitting = (bytes) =>
  Math.max(1, Math.min(MOST_WORKERS, cores(), Math.floor((memoryBytes() * SHARE_OF_MEMORY) / bytes)));
