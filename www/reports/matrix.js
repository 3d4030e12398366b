// Confusion matrices as tables: rows are gold, columns predicted.

import { element, label } from "../shared/dom.js";
import { formatNumber, t } from "../shared/i18n.js";

/** @typedef {Record<string, Record<string, number>>} Matrix counts, by gold label and predicted one */

const labelsOf = (/** @type {Matrix[]} */ ...matrices) =>
  [
    ...new Set(
      matrices.flatMap((matrix) => [
        ...Object.keys(matrix),
        ...Object.values(matrix).flatMap((row) => Object.keys(row)),
      ]),
    ),
  ].sort();
const get = (/** @type {Matrix} */ matrix, /** @type {string} */ gold, /** @type {string} */ predicted) =>
  Object.hasOwn(matrix, gold) && Object.hasOwn(matrix[gold], predicted) ? matrix[gold][predicted] : 0;
const sum = (/** @type {Matrix} */ matrix, /** @type {string} */ gold) =>
  Object.values(Object.hasOwn(matrix, gold) ? matrix[gold] : {}).reduce((all, own) => all + own, 0);
const nameOf = (/** @type {string} */ name) => (name === "" ? t("none") : label(name, 32));

/**
 * `cell(gold, predicted)` gives { text, share, good }; share, from 0 to 1, is how deep the colour is.
 * @param {string[]} labels
 * @param {(gold: string, predicted: string) => { text: string, share: number, good: boolean }} cell
 */
function table(labels, cell) {
  const head = element(
    "tr",
    {},
    element("th", { scope: "col" }, t("goldAgainst")),
    labels.map((label) => element("th", { scope: "col" }, nameOf(label))),
  );
  const rows = labels.map((gold) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, nameOf(gold)),
      labels.map((predicted) => {
        const { text, share, good } = cell(gold, predicted);
        const node = element("td", { class: good ? "good" : "bad" }, text);
        node.style.setProperty("--share", Math.sqrt(share).toFixed(3));
        return node;
      }),
    ),
  );
  return element(
    "div",
    { class: "scroll", tabindex: "0", role: "group", "aria-label": t("confusionTitle") },
    element("table", { class: "matrix" }, element("thead", {}, head), element("tbody", {}, rows)),
  );
}

/** @param {Matrix} matrix */
export function matrixTable(matrix) {
  return table(labelsOf(matrix), (gold, predicted) => {
    const own = get(matrix, gold, predicted);
    return {
      text: own === 0 ? "" : formatNumber(own),
      share: own / Math.max(1, sum(matrix, gold)),
      good: gold === predicted,
    };
  });
}

/**
 * What b has more than a, and less.
 * @param {Matrix} a
 * @param {Matrix} b
 */
export function matrixDifference(a, b) {
  return table(labelsOf(a, b), (gold, predicted) => {
    const own = get(b, gold, predicted) - get(a, gold, predicted);
    const all = Math.max(1, sum(a, gold), sum(b, gold));
    const good = own > 0 === (gold === predicted);
    const signed = `${own < 0 ? "\u2212" : "+"}${formatNumber(Math.abs(own))}`;
    // Not by colour alone.
    const text = own === 0 ? "" : `${signed} ${good ? "\u2191" : "\u2193"}`;
    return { text, share: Math.min(1, Math.abs(own) / all), good };
  });
}
