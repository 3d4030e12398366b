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
 */

/**
 * @param {number} x
 * @param {number} y
 * @param {string} content
 */
const text = (x, y, content, attributes = {}) => shape("text", { x, y, "font-size": TEXT, ...attributes }, content);

/** About how wide a text is at most; capitals are wider than small letters, East Asian characters twice as wide. */
const widthOf = (/** @type {string} */ content) =>
  [...content].reduce((sum, own) => sum + (own > "\u2e7f" ? 12 : /[\p{Lu}mw@%_]/u.test(own) ? 9 : 6.8), 0);

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
  const longest = Math.max(30, ...names) + 10;
  // Where there is little room, names stand above their bars, so that none is cut off.
  const isAbove = longest > width * 0.4;
  const left = isAbove ? 0 : longest;
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
      if (isAbove) {
        for (const row of name === "" ? [] : wrap(name, width)) {
          parts.push(text(0, y + 13, row));
          y += LINE;
        }
      } else parts.push(text(left - 8, y + 13, name, { "text-anchor": "end" }));
      parts.push(
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
 * Marks of a logarithmic axis: 1, 2 and 5 times powers of ten, and more between where that is too few.
 * @param {number} low
 * @param {number} high
 */
function powerMarks(low, high) {
  const powers = Array.from({ length: 24 }, (_, index) => 10 ** (index - 12));
  const within = (/** @type {number[]} */ factors) =>
    powers.flatMap((power) => factors.map((own) => own * power)).filter((mark) => mark >= low && mark <= high);
  const marks = within([1, 2, 5]);
  return marks.length > 2 ? marks : within([1, 1.5, 2, 3, 4, 5, 7]);
}

/**
 * Lines. lines: [{ label, series, points: [[x, y]], dots }]. The x axis begins at 0; the y axis too, unless
 * it is logarithmic. `square` is the end of both axes, where they are the same. Lines are told apart without colour:
 * by their dashes, and by numbers that stand on them, each at another place, so that lines that coincide are seen.
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
  const keys = lines.map(({ label: name }) => wrap(name, width - 64));
  const rows = keys.reduce((sum, key) => sum + key.length, 0);
  const top = 24 + LINE * rows;
  const [left, right, bottom] = [44, 14, 38];
  const all = top + (square ? Math.min(width, 420) - 40 : 280) + bottom;
  /** @returns {Point} */
  const place = (/** @type {Point} */ [x, y]) => [
    left + (x / mostX) * (width - left - right),
    all - bottom - height(y) * (all - bottom - top - 8),
  ];
  /** @type {SVGElement[]} */
  const parts = [];
  let at = 0;
  lines.forEach(({ series }, index) => {
    const y = 10 + LINE * at;
    at += keys[index].length;
    parts.push(
      shape("path", { d: `M18 ${y}H50`, class: `line series-${series}-line ${dash(index)}` }),
      ...keys[index].map((part, row) => text(58, y + 4 + LINE * row, part)),
      ...badge([8, y], index, series),
    );
  });
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
    text(0, top - 4, yName, { class: "chart-axis" }),
  );
  const drawn = lines.map(({ points }) => points.map(place));
  lines.forEach(({ series, dots }, index) => {
    const path = drawn[index].map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L");
    if (path) parts.push(shape("path", { d: `M${path}`, class: `line series-${series}-line ${dash(index)}` }));
    if (dots)
      parts.push(
        ...drawn[index].map(([x, y], dot) =>
          shape("circle", { cx: x, cy: y, r: dots(dot), class: `series-${series}` }),
        ),
      );
  });
  // Over all lines, so that none hides another's number.
  lines.forEach(({ series }, index) => {
    const spot = along(drawn[index], (index + 0.5) / lines.length);
    if (spot) parts.push(...badge(spot, index, series));
  });
  return frame(width, all, label, ...parts);
}

/** Dashes of which each is another one; the first is none. */
const DASHES = 8;
const dash = (/** @type {number} */ index) => `dash-${index % DASHES}`;

/**
 * A line's number, on it.
 * @param {Point} place
 * @param {number} index
 * @param {number} series
 */
const badge = ([x, y], index, series) => [
  shape("circle", { cx: x, cy: y, r: 8, class: `chart-badge series-${series}-line` }),
  text(x, y + 3.5, String(index + 1), { "text-anchor": "middle", "font-size": 10, class: "chart-badge-number" }),
];

/**
 * Where a line is after this share of its width.
 * @param {Point[]} places
 * @param {number} share
 * @returns {Point | null}
 */
function along(places, share) {
  const [first, last] = [places[0], places.at(-1)];
  if (!first || !last) return null;
  const x = first[0] + share * (last[0] - first[0]);
  if (x <= first[0]) return first;
  const behind = places.findIndex(([own]) => own >= x);
  if (behind < 0) return last;
  const [[x0, y0], [x1, y1]] = [places[behind - 1], places[behind]];
  return [x, y0 + ((y1 - y0) * (x - x0)) / Math.max(1e-9, x1 - x0)];
}

/**
 * A text in as many lines as it needs, cut at spaces where there are any.
 * @param {string} content
 * @param {number} room
 */
function wrap(content, room) {
  /** @type {string[]} */
  const rows = [];
  for (const word of content.split(" ")) {
    const longer = rows.length > 0 ? `${rows.at(-1)} ${word}` : word;
    if (rows.length > 0 && widthOf(longer) <= room) rows[rows.length - 1] = longer;
    else rows.push(word);
  }
  return rows.slice(0, 3).map((own) => fit(own, room));
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
      label: t("shareRight"),
      series: 1,
      points: used.map(({ confidence, accuracy }) => [confidence, accuracy]),
      dots: size,
    },
    {
      label: t("asConfident"),
      series: 5,
      points: [
        [0, 0],
        [1, 1],
      ],
    },
  ];
  return lineChart(lines, { x: t("confidence"), y: t("accuracy") }, Math.min(width, 440), label, { square: 1 });
}
