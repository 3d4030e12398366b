// Charts in SVG, drawn for a width. Colours are classes, see reports.css.

import { shape } from "./dom.js";
import { number, t } from "./language.js";

const TEXT = 12;
const LINE = 18;

const text = (x, y, content, attributes = {}) => shape("text", { x, y, "font-size": TEXT, ...attributes }, content);

/** About how wide a text is; East Asian characters are twice as wide as others. */
const widthOf = (content) => [...content].reduce((sum, character) => sum + (character > "\u2e7f" ? 12 : 6.6), 0);

function fit(content, room) {
  if (widthOf(content) <= room) return content;
  let short = content;
  while (short.length > 1 && widthOf(`${short}\u2026`) > room) short = short.slice(0, -1);
  return `${short}\u2026`;
}

function frame(width, height, label, ...children) {
  return shape("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label, class: "chart" }, ...children);
}

/**
 * Horizontal bars from 0 to 1. groups: [{ label, bars: [{ label, value, low, high, series, note }] }]; the interval
 * from low to high is a whisker, the note stands behind the value.
 */
export function barChart(groups, width, label) {
  const names = groups.flatMap(({ bars }) => bars.map((bar) => widthOf(bar.label)));
  const left = Math.min(width * 0.36, Math.max(30, ...names) + 10);
  const notes = groups.flatMap(({ bars }) => bars.map((bar) => (bar.note ? widthOf(bar.note) + 6 : 0)));
  const right = 46 + Math.min(width * 0.2, Math.max(0, ...notes));
  const room = Math.max(40, width - left - right);
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
        shape("rect", { x: left, y: y + 2, width: length, height: LINE - 4, class: `series-${series}` }, shape("title", {}, `${name}: ${number(value)}`)),
      );
      if (high > low) {
        const [from, to] = [left + low * room, left + high * room];
        parts.push(shape("path", { d: `M${from} ${y + 5}v${LINE - 10}M${from} ${y + LINE / 2}H${to}M${to} ${y + 5}v${LINE - 10}`, class: "chart-whisker" }));
      }
      parts.push(text(left + room + 6, y + 13, number(value) + (note ? ` ${note}` : ""), { class: "chart-value" }));
      y += LINE;
    }
    y += 6;
  }
  return frame(width, y, label, ...parts);
}

/** A round step for about `count` marks up to `most`. */
function step(most, count) {
  const rough = most / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((factor) => factor * power).find((own) => own >= rough);
}

/** Lines. lines: [{ label, series, points: [[x, y]], dots }]; both axes begin at 0. */
export function lineChart(lines, { x: xName, y: yName }, width, label, square = null) {
  const most = (axis) => Math.max(1e-9, ...lines.flatMap(({ points }) => points.map((point) => point[axis])));
  const [mostX, mostY] = square ? [square, square] : [most(0), most(1) * 1.05];
  const legend = lines.map(({ label: name }) => fit(name, width - 24));
  const top = 8 + LINE * legend.length;
  const [left, bottom] = [48, 38];
  const height = top + (square ? Math.min(width, 420) : 260) - 20;
  const place = ([x, y]) => [left + (x / mostX) * (width - left - 14), height - bottom - (y / mostY) * (height - bottom - top - 10)];
  const parts = legend.flatMap((name, index) => [
    shape("rect", { x: 0, y: 4 + LINE * index, width: 12, height: 12, class: `series-${lines[index].series}` }),
    text(18, 14 + LINE * index, name),
  ]);
  for (const [axis, size, count] of [[0, mostX, width < 420 ? 4 : 8], [1, mostY, 5]]) {
    const apart = step(size, count);
    for (let mark = 0; mark <= size * 1.0001; mark += apart) {
      const [x, y] = place(axis === 0 ? [mark, 0] : [0, mark]);
      const shown = String(Number(mark.toPrecision(3)));
      const end = axis === 0 ? place([mark, mostY]) : place([mostX, mark]);
      parts.push(shape("path", { d: `M${x} ${y}L${end[0]} ${end[1]}`, class: "chart-rule" }));
      parts.push(axis === 0 ? text(x, y + 15, shown, { "text-anchor": "middle" }) : text(x - 6, y + 4, shown, { "text-anchor": "end" }));
    }
  }
  parts.push(text(width - 14, height - 4, xName, { "text-anchor": "end", class: "chart-axis" }), text(0, top + 4, yName, { class: "chart-axis" }));
  for (const { points, series, dots, dashed } of lines) {
    const places = points.map(place);
    const path = places.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L");
    if (path) parts.push(shape("path", { d: `M${path}`, class: `line series-${series}-line${dashed ? " dashed" : ""}` }));
    if (dots) parts.push(...places.map(([x, y], index) => shape("circle", { cx: x, cy: y, r: dots(index), class: `series-${series}` })));
  }
  return frame(width, height, label, ...parts);
}

/** A reliability diagram of bins [{ count, confidence, accuracy }]. */
export function reliabilityChart(bins, width, label) {
  const used = bins.filter(({ count }) => count > 0);
  const most = Math.max(1, ...used.map(({ count }) => count));
  const size = (index) => 3 + 6 * (Math.log(used[index].count + 1) / Math.log(most + 1));
  const lines = [
    { label: t("asConfident"), series: 5, points: [[0, 0], [1, 1]], dashed: true },
    { label: t("shareRight"), series: 1, points: used.map(({ confidence, accuracy }) => [confidence, accuracy]), dots: size },
  ];
  return lineChart(lines, { x: t("confidence"), y: t("accuracy") }, Math.min(width, 440), label, 1);
}
