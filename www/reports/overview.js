// The pictures: heads against each other, untrained against fitted ones, loss curves.

import { t } from "../shared/i18n.js";
import { barChart, lineChart } from "./charts.js";
import { figure } from "./figure.js";
import { BATCHES, LOSSES } from "./published.js";
import { STUDY } from "./sets.js";

/** @typedef {import("./store.js").Entry} Entry */

/**
 * Colours go by what a head is: untrained, linear, another one, and one of the user's own.
 * @param {Entry} entry
 */
function seriesOf(entry) {
  if (entry.stage === "base") return 0;
  if (entry.source === "own") return 3;
  return entry.source === "study" || entry.head === "linear" ? 1 : 2;
}

const groupOf = (/** @type {Entry} */ entry) =>
  entry.source === "study" ? t("studys", { name: entry.encoder }) : entry.encoder;

const barOf = (/** @type {Entry} */ entry, /** @type {string} */ wanted, /** @type {string} */ label) => ({
  label,
  value: entry.figures[wanted],
  low: entry.intervals?.[wanted]?.low,
  high: entry.intervals?.[wanted]?.high,
  series: seriesOf(entry),
});

const numbersOf = (/** @type {Entry} */ entry, /** @type {string} */ wanted) => [
  entry.name,
  entry.stage,
  entry.figures[wanted],
  entry.intervals?.[wanted]?.low ?? "",
  entry.intervals?.[wanted]?.high ?? "",
];
const header = () => [t("report"), t("stage"), t("value"), t("low"), t("high")];

/** Points of a loss curve: windows of steps, by epoch. */
const CURVE_POINTS = 120;

/** @param {{ steps: number[], epochs: number[] }} loss */
function curve(loss) {
  const size = Math.max(1, Math.ceil(loss.steps.length / CURVE_POINTS));
  const perEpoch = loss.steps.length / Math.max(1, loss.epochs.length);
  /** @type {import("./charts.js").Point[]} */
  const points = [];
  for (let start = 0; start < loss.steps.length; start += size) {
    const window = loss.steps.slice(start, start + size);
    points.push([(start + window.length / 2) / perEpoch, window.reduce((sum, step) => sum + step, 0) / window.length]);
  }
  return points;
}

/**
 * @param {Entry[]} entries
 * @param {string} set
 */
function losses(entries, set) {
  /** @type {import("./charts.js").Line[]} */
  const lines = [];
  for (const entry of entries) {
    const loss = entry.report?.loss;
    if (loss?.steps.length > 0) lines.push({ label: entry.name, points: curve(loss), series: lines.length % 6 });
  }
  if (set === STUDY || set === "") {
    for (const [encoder, sums] of Object.entries(LOSSES)) {
      /** @type {import("./charts.js").Point[]} */
      const points = sums.map((sum, epoch) => [epoch + 0.5, sum / BATCHES]);
      lines.push({ label: t("studys", { name: encoder }), points, series: lines.length % 6, dots: () => 3 });
    }
  }
  return lines;
}

/**
 * @param {HTMLElement} place
 * @param {Entry[]} entries
 * @param {string} wanted
 * @param {string} set
 */
export function showOverview(place, entries, wanted, set) {
  const able = entries.filter(({ figures }) => Number.isFinite(figures[wanted]));
  const figureName = t(wanted);
  /** @type {Map<string, Entry[]>} */
  const groups = new Map();
  for (const entry of able) groups.set(groupOf(entry), [...(groups.get(groupOf(entry)) ?? []), entry]);
  const order = (/** @type {Entry} */ entry) => (entry.stage === "base" ? 0 : 1) + entry.figures[wanted];
  const stages = [...groups].map(([label, own]) => ({
    label,
    bars: own.sort((one, other) => order(one) - order(other)).map((entry) => barOf(entry, wanted, shortName(entry))),
  }));
  const fitted = able
    .filter(({ stage }) => stage !== "base")
    .sort((one, other) => other.figures[wanted] - one.figures[wanted]);
  const fullName = (/** @type {Entry} */ entry) =>
    entry.source === "stored" ? `${groupOf(entry)}, ${shortName(entry)}` : groupOf(entry);
  const against = [{ label: "", bars: fitted.map((entry) => barOf(entry, wanted, fullName(entry))) }];
  const lines = losses(entries, set);
  const hint = `${t(wanted)}: ${t(`term_${wanted}`)}`;
  const pictures = [];
  // Figures on different test sets have no order; the grid below has them by column.
  const isRanked = set !== "" && fitted.length > 0;
  if (isRanked) {
    pictures.push(
      figure({
        name: `encoders-${wanted}`,
        caption: t("encodersCaption", { figure: figureName }),
        hint,
        draw: (width) => barChart(against, width, t("encodersCaption", { figure: figureName })),
        header: header(),
        rows: fitted.map((entry) => numbersOf(entry, wanted)),
      }),
    );
  }
  // With fitted heads alone, the other picture has said it all.
  if (isRanked && able.length > fitted.length) {
    pictures.push(
      figure({
        name: `base-and-fine-tuned-${wanted}`,
        caption: t("stagesCaption", { figure: figureName }),
        hint,
        draw: (width) => barChart(stages, width, t("stagesCaption", { figure: figureName })),
        header: header(),
        rows: [...groups.values()].flat().map((entry) => numbersOf(entry, wanted)),
      }),
    );
  }
  if (lines.length > 0) {
    pictures.push(
      figure({
        name: "loss",
        caption: t("lossCaption"),
        hint: t("lossHint"),
        draw: (width) =>
          lineChart(lines, { x: t("epoch"), y: t("nats") }, width, t("lossCaption"), { logarithmic: true }),
        header: [t("report"), t("epoch"), t("loss")],
        rows: lines.flatMap(({ label, points }) => points.map(([x, y]) => [label, x, y])),
      }),
    );
  }
  place.replaceChildren(...pictures);
}

/**
 * What tells an entry from the others of its encoder.
 * @param {Entry} entry
 */
function shortName(entry) {
  if (entry.source === "stored") return entry.name.slice(entry.name.indexOf(", ") + 2);
  return entry.stage || t("own");
}
