// The two best of what is on show, against each other, in one sentence.

import { element, messageOf } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { compareReports } from "./metrics-client.js";
import { points, signedPoints } from "./numbers.js";

/** @typedef {import("./store.js").Entry} Entry */

/** Below this, a difference counts as more than chance. */
export const LEVEL = 0.05;

/**
 * The two with the highest figures, the best first.
 * @param {Entry[]} entries
 * @param {string} figure
 */
export const bestTwo = (entries, figure) =>
  entries
    .filter(({ figures, stage }) => Number.isFinite(figures[figure]) && stage !== "base")
    .sort((one, other) => other.figures[figure] - one.figures[figure])
    .slice(0, 2);

/**
 * Comparisons that were made, by both reports.
 * @type {WeakMap<Entry, WeakMap<Entry, Promise<any>>>}
 */
const made = new WeakMap();

/**
 * The comparison of two reports; each pair is compared once.
 * @param {Entry} a
 * @param {Entry} b
 * @returns {Promise<any>}
 */
export function compared(a, b) {
  const own = made.get(a) ?? new WeakMap();
  made.set(a, own);
  const found = own.get(b) ?? compareReports(a.json ?? "", b.json ?? "");
  own.set(b, found);
  return found;
}

/**
 * Says which is better; all about one test set.
 * @param {HTMLElement} place
 * @param {Entry[]} entries
 * @param {string} figure
 * @param {() => boolean} current
 */
export async function showBest(place, entries, figure, current) {
  const [best, next] = bestTwo(entries, figure);
  if (!best || !next) {
    place.replaceChildren(t("bestNone"));
    return;
  }
  const difference = best.figures[figure] - next.figures[figure];
  // No comma within a name.
  const called = (/** @type {Entry} */ { encoder, headId, name }) => (headId ? `${encoder} (${headId})` : name);
  const given = { a: called(best), b: called(next), figure: t(figure), points: points(difference) };
  let text;
  if (best.report && next.report) {
    try {
      // As in the comparison below, where A is the next and B the best.
      const { low, high, p } = (await compared(next, best))[figure];
      const key = p < LEVEL ? "bestBetter" : "bestChance";
      text = t(key, { ...given, low: signedPoints(low), high: signedPoints(high) });
    } catch (error) {
      text = t("bestUnknown", { ...given, reason: messageOf(error) });
    }
  } else text = t("bestUnknown", { ...given, reason: t("noOutcomes") });
  if (current()) place.replaceChildren(element("strong", {}, text));
}
