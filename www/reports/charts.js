// Charts in SVG, drawn for a width. Colours are classes, see reports.css.

import { shape } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { number } from "./numbers.js";

const TEXT = 12;
const LINE = 18;

/**
 * @typedef {{ label: string, value: number, low?: number, high?: number, series: number, note?: string }} Bar
 * @typedef {{ label: string, bars: Bar[] }} Group
 * @typedef {[number, number]} Point
 * @typedef {object} Line
 * @property {string} label
 * @property {number} series
 * @property {Point[]} points
 * @property {(index: number) => number} [dots] how large the dot of a point is
 * @property {boolean} [dashed]
 */

/**
 * @param {number} x
 * @param {number} y
 * @param {string} content
 */
const text = (x, y, content, attributes = {}) => shape("text", { x, y, "font-size": TEXT, ...attributes }, content);

/** About how wide a text is; East Asian characters are twice as wide as others. */
const widthOf = (/** @type {string} */ content) =>
  [...content].reduce((sum, character) => sum + (character > "\u2e7f" ? 12 : 6.6), 0);

/**
 * @param {string} content
 * @param {number} room
 */
function fit(content, room) {
  if (widthOf(content) <= room) return content;
  let short = content;
  while (short.length > 1 && widthOf(`${short}\u2026`) > room) short = short.slice(0, -1);
  return `${short}\u2026`;
}

/**
 * @param {number} width
 * @param {number} height
 * @param {string} label
 * @param {SVGElement[]} children
 */
function frame(width, height, label, ...children) {
  return shape(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label, class: "chart" },
    ...children,
  );
}

/**
 * Horizontal bars from 0 to 1. groups: [{ label, bars: [{ label, value, low, high, series, note }] }]; the interval
 * from low to high is a whisker, the note stands behind the value.
 * @param {Group[]} groups
 * @param {number} width
 * @param {string} label
 */
export function barChart(groups, width, label) {
  const names = groups.flatMap(({ bars }) => bars.map((bar) => widthOf(bar.label)));
  const left = Math.min(width * 0.36, Math.max(30, ...names) + 10);
  const notes = groups.flatMap(({ bars }) => bars.map((bar) => (bar.note ? widthOf(bar.note) + 6 : 0)));
  const right = 54 + Math.min(width * 0.2, Math.max(0, ...notes));
  const room = Math.max(40, width - left - right);
  /** @type {SVGElement[]} */
  const parts = [];
  let y = 4;
  for (const group of groups) {
    if (group.label) {
      y += LINE;
      parts.push(text(0, y - 5, fit(group.label, width), { class: "chart-group" }));
    }
    for (const { label: name, value, low, high, series, note } of group.bars) {
      const length = Math.max(1, Math.min(1, value) * room);
      parts.push(
        text(left - 8, y + 13, fit(name, left - 8), { "text-anchor": "end" }),
        shape("rect", { x: left, y: y + 2, width: room, height: LINE - 4, class: "chart-track" }),
        shape(
          "rect",
          { x: left, y: y + 2, width: length, height: LINE - 4, class: `series-${series}` },
          shape("title", {}, `${name}: ${number(value)}`),
        ),
      );
      if (low !== undefined && high !== undefined && high > low) {
        const [from, to] = [left + low * room, left + high * room];
        parts.push(
          shape("path", {
            d: `M${from} ${y + 5}v${LINE - 10}M${from} ${y + LINE / 2}H${to}M${to} ${y + 5}v${LINE - 10}`,
            class: "chart-whisker",
          }),
        );
      }
      parts.push(text(left + room + 6, y + 13, number(value) + (note ? ` ${note}` : ""), { class: "chart-value" }));
      y += LINE;
    }
    y += 6;
  }
  return frame(width, y, label, ...parts);
}

/**
 * A round step for about `count` marks up to `most`.
 * @param {number} most
 * @param {number} count
 */
function step(most, count) {
  const rough = most / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((factor) => factor * power).find((own) => own >= rough) ?? rough;
}

/**
 * Marks of an axis from 0 to `most`.
 * @param {number} most
 * @param {number} count
 */
function evenMarks(most, count) {
  const apart = step(most, count);
  return Array.from({ length: Math.floor(most / apart + 1e-9) + 1 }, (_, index) => index * apart);
}

/**
 * Marks of a logarithmic axis: 1, 2 and 5 times powers of ten.
 * @param {number} low
 * @param {number} high
 */
function powerMarks(low, high) {
  const powers = Array.from({ length: 24 }, (_, index) => 10 ** (index - 12));
  return powers.flatMap((power) => [power, 2 * power, 5 * power]).filter((mark) => mark >= low && mark <= high);
}

/**
 * Lines. lines: [{ label, series, points: [[x, y]], dots, dashed }]. The x axis begins at 0; the y axis too, unless
 * it is logarithmic. `square` is the end of both axes, where they are the same.
 * @param {Line[]} lines
 * @param {{ x: string, y: string }} names
 * @param {number} width
 * @param {string} label
 * @param {{ square?: number | null, logarithmic?: boolean }} [options]
 */
export function lineChart(lines, { x: xName, y: yName }, width, label, { square = null, logarithmic = false } = {}) {
  const values = (/** @type {0 | 1} */ axis) => lines.flatMap(({ points }) => points.map((point) => point[axis]));
  const mostX = square ?? Math.max(1e-9, ...values(0));
  const mostY = square ?? Math.max(1e-9, ...values(1)) * 1.05;
  const leastY = logarithmic ? Math.min(mostY / 2, ...values(1).filter((own) => own > 0)) / 1.1 : 0;
  const height = (/** @type {number} */ y) =>
    logarithmic ? Math.log(Math.max(y, leastY) / leastY) / Math.log(mostY / leastY) : y / mostY;
  const legend = lines.map(({ label: name }) => fit(name, width - 24));
  const top = 20 + LINE * legend.length;
  const [left, right, bottom] = [44, 14, 38];
  const all = top + (square ? Math.min(width, 420) - 40 : 240) + bottom;
  /** @returns {Point} */
  const place = (/** @type {Point} */ [x, y]) => [
    left + (x / mostX) * (width - left - right),
    all - bottom - height(y) * (all - bottom - top - 8),
  ];
  /** @type {SVGElement[]} */
  const parts = legend.flatMap((name, index) => [
    shape("rect", { x: 0, y: 4 + LINE * index, width: 12, height: 12, class: `series-${lines[index].series}` }),
    text(18, 14 + LINE * index, name),
  ]);
  const rule = (/** @type {Point} */ from, /** @type {Point} */ to) =>
    parts.push(shape("path", { d: `M${from.join(" ")}L${to.join(" ")}`, class: "chart-rule" }));
  const shown = (/** @type {number} */ mark) => String(Number(mark.toPrecision(3)));
  for (const mark of evenMarks(mostX, width < 420 ? 4 : 8)) {
    const [x, y] = place([mark, leastY]);
    rule([x, y], place([mark, mostY]));
    parts.push(text(x, y + 15, shown(mark), { "text-anchor": "middle" }));
  }
  for (const mark of logarithmic ? powerMarks(leastY, mostY) : evenMarks(mostY, 5)) {
    const [x, y] = place([0, mark]);
    rule([x, y], place([mostX, mark]));
    parts.push(text(x - 6, y + 4, shown(mark), { "text-anchor": "end" }));
  }
  parts.push(
    text(width - right, all - 4, xName, { "text-anchor": "end", class: "chart-axis" }),
    text(0, top - 2, yName, { class: "chart-axis" }),
  );
  for (const { points, series, dots, dashed } of lines) {
    const places = points.map(place);
    const path = places.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L");
    if (path)
      parts.push(shape("path", { d: `M${path}`, class: `line series-${series}-line${dashed ? " dashed" : ""}` }));
    if (dots)
      parts.push(
        ...places.map(([x, y], index) => shape("circle", { cx: x, cy: y, r: dots(index), class: `series-${series}` })),
      );
  }
  return frame(width, all, label, ...parts);
}

/**
 * A reliability diagram of bins [{ count, confidence, accuracy }].
 * @param {{ count: number, confidence: number, accuracy: number }[]} bins
 * @param {number} width
 * @param {string} label
 */
export function reliabilityChart(bins, width, label) {
  const used = bins.filter(({ count }) => count > 0);
  const most = Math.max(1, ...used.map(({ count }) => count));
  const size = (/** @type {number} */ index) => 3 + 6 * (Math.log(used[index].count + 1) / Math.log(most + 1));
  /** @type {Line[]} */
  const lines = [
    {
      label: t("asConfident"),
      series: 5,
      points: [
        [0, 0],
        [1, 1],
      ],
      dashed: true,
    },
    {
      label: t("shareRight"),
      series: 1,
      points: used.map(({ confidence, accuracy }) => [confidence, accuracy]),
      dots: size,
    },
  ];
  return lineChart(lines, { x: t("confidence"), y: t("accuracy") }, Math.min(width, 440), label, { square: 1 });
}
