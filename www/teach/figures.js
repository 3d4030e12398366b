// What a training has led to: figures with intervals, and curves.

import { element, shape } from "../shared/dom.js";
import { t } from "../shared/i18n.js";

/** Entities of a type below which its figures say little. */
const ENOUGH = 10;
const [WIDTH, HEIGHT, MARGIN] = [320, 120, 24];

/** @typedef {[x: number, y: number]} Point */
/** @typedef {NonNullable<import("../pkg/nerite.js").Trained["figures"]>} Figures */

/** @param {number} value */
export const percent = (value) => `${(100 * value).toFixed(0)} %`;

/**
 * A table of figures, all types first.
 * @param {Figures} figures
 */
export function table(figures) {
  const heads = ["column-type", "column-f1", "column-interval", "column-precision", "column-recall", "column-marks"];
  const rows = figures.map(({ type, precision, recall, f1, support, low, high }) => {
    const enough = support >= ENOUGH;
    const cells = enough
      ? [percent(f1), `${percent(low)} – ${percent(high)}`, percent(precision), percent(recall)]
      : [t("too-little"), "", "", ""];
    const name = element("th", { scope: "row" }, type || t("all-types"));
    return element("tr", {}, name, ...[...cells, String(support)].map((cell) => element("td", {}, cell)));
  });
  const head = element("tr", {}, ...heads.map((key) => element("th", { scope: "col" }, t(key))));
  return element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows));
}

/**
 * A line through points, with the greatest and least value at its axis.
 * @param {string} title
 * @param {Point[]} points
 * @param {(value: number) => string} label
 */
export function curve(title, points, label) {
  const values = points.map(([, y]) => y);
  const [low, high] = [Math.min(0, ...values), Math.max(...values, 1e-9)];
  const [first, last] = [points[0]?.[0] ?? 0, points[points.length - 1]?.[0] ?? 1];
  /** @param {number} value */
  const x = (value) => MARGIN + ((value - first) / (last - first || 1)) * (WIDTH - 2 * MARGIN);
  /** @param {number} value */
  const y = (value) => HEIGHT - MARGIN + ((low - value) / (high - low || 1)) * (HEIGHT - 2 * MARGIN);
  const line = points.map(([a, b]) => `${x(a).toFixed(1)},${y(b).toFixed(1)}`).join(" ");
  return shape(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": title },
    shape("line", { x1: MARGIN, x2: WIDTH - MARGIN, y1: HEIGHT - MARGIN, y2: HEIGHT - MARGIN }),
    shape("polyline", { points: line }),
    shape("text", { x: MARGIN, y: 14 }, `${title}: ${values.length ? label(values[values.length - 1]) : ""}`),
    shape("text", { x: MARGIN, y: HEIGHT - 6 }, String(first)),
    shape("text", { x: WIDTH - MARGIN, y: HEIGHT - 6, "text-anchor": "end" }, String(last)),
  );
}
