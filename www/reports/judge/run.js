// Heads judged bundle by bundle. Whatever ends it, the reports that were made until then are handed over.

import { label } from "../../shared/dom.js";

/**
 * @typedef {import("../../pkg/nerite.js").Labelled} Labelled
 * @typedef {{ name: string, json: string, words: string[][] }} Made a report, with the words of its sentences
 *
 * @typedef {object} Step
 * @property {string} bundle
 * @property {"judge" | "figures"} stage
 * @property {number} done
 * @property {number} total
 * @property {number} share of all that there is to do
 * @property {number | null} left milliseconds until the bundle's heads are done; null while nothing is known
 *
 * @typedef {object} Outcome
 * @property {Made[]} made
 * @property {{ head: string, split: string }[]} fitted heads that were fitted on sentences of the file
 * @property {number} milliseconds
 * @property {{ bundle: string, error: unknown } | null} failure what ended it before its time
 */

/** Of a bundle's share, what its sentences take; the rest is for the figures. */
const SENTENCES = 0.95;

/**
 * @param {File | File[]} source
 * @param {Labelled} read what is known of `source`
 * @param {Map<string, string | null>} map
 * @param {import("./bundles.js").Chosen[]} heads
 * @param {AbortSignal} signal
 * @param {(step: Step) => void} onStep
 * @returns {Promise<Outcome>}
 */
export async function judge(source, read, map, heads, signal, onStep) {
  const start = performance.now();
  /** @type {Outcome} */
  const outcome = { made: [], fitted: [], milliseconds: 0, failure: null };
  const recognizers = [...new Set(heads.map(({ recognizer }) => recognizer))];
  for (const [index, recognizer] of recognizers.entries()) {
    const bundle = recognizer.name;
    const begun = performance.now();
    try {
      signal.throwIfAborted();
      const { reports, words } = await recognizer.evaluate(source, {
        heads: heads.filter((own) => own.recognizer === recognizer).map(({ head }) => head.id),
        // Without types there is nothing to map: all that is found is too much.
        ...(read.types.length > 0 && { map: Object.fromEntries(map) }),
        signal,
        onProgress: ({ stage, done, total }) => {
          const isJudging = stage === "judge";
          const share = (index + SENTENCES * (isJudging ? done / total : 1)) / recognizers.length;
          const isKnown = isJudging && done > 0 && done < total;
          const left = isKnown ? ((performance.now() - begun) / done) * (total - done) : null;
          onStep({ bundle, stage, done, total, share, left });
        },
      });
      for (const { head, json, fittedOn } of reports) {
        outcome.made.push({ name: `${label(read.name)}, ${bundle}, ${head}`, json, words });
        if (fittedOn) outcome.fitted.push({ head, split: fittedOn });
      }
    } catch (error) {
      outcome.failure = { bundle, error };
      break;
    }
  }
  outcome.milliseconds = performance.now() - start;
  return outcome;
}
