// Two reports against each other: figures, tags, confusion.

import { toCsv } from "../shared/csv.js";
import { element, label, messageOf } from "../shared/dom.js";
import { save } from "../shared/files.js";
import { t } from "../shared/i18n.js";
import { compared, LEVEL } from "./best.js";
import { numbers } from "./figure.js";
import { matrixDifference } from "./matrix.js";
import { setName } from "./names.js";
import { number, points, signed, signedPoints } from "./numbers.js";
import { FIGURE_NAMES } from "./store.js";
import { terms } from "./terms.js";

/**
 * @typedef {import("./store.js").Entry} Entry
 * @typedef {{ a: number, b: number, difference: number, low: number, high: number, p: number }} Difference
 */

const verdict = (/** @type {Difference} */ { difference, low, high, p }) =>
  difference === 0 && low === high
    ? t("equal")
    : p >= LEVEL
      ? t("chance")
      : t("moreThanChance", { better: difference > 0 ? "B" : "A" });
const row = (/** @type {string} */ name, /** @type {Difference} */ own) => [
  name,
  number(own.a),
  number(own.b),
  signed(own.difference),
  `${signed(own.low)} \u2013 ${signed(own.high)}`,
  number(own.p),
  verdict(own),
];

/**
 * @param {any} found what core/src/report/compare says
 * @param {string[]} names the figures
 * @param {string} figure the one that the verdict is about
 */
function tested(found, names, figure) {
  const header = [t("figure"), "A", "B", "B \u2212 A", t("interval"), "p", t("beyondChance")];
  const figures = names.map((name) => row(t(name), found[name]));
  /** @type {[string, Difference][]} */
  const byTag = Object.entries(found.tags);
  const tags = byTag.map(([tag, own]) => row(label(tag, 32), own));
  const csv = () =>
    save(
      "comparison.csv",
      "text/csv",
      toCsv([
        ["figure", "a", "b", "difference", "low", "high", "p"],
        ...[...names.map((name) => /** @type {[string, Difference]} */ ([name, found[name]])), ...byTag].map(
          ([name, own]) => [name, own.a, own.b, own.difference, own.low, own.high, own.p],
        ),
      ]),
    );
  const own = found[figure];
  const given = { figure: t(figure), low: signedPoints(own.low), high: signedPoints(own.high) };
  return [
    element(
      "p",
      { class: "verdict" },
      own.p < LEVEL
        ? t("verdict", {
            ...given,
            better: own.difference > 0 ? "B" : "A",
            points: points(Math.abs(own.difference)),
          })
        : t("noVerdict", given),
    ),
    element(
      "div",
      { class: "scroll", id: "difference", tabindex: "0", role: "group", "aria-label": t("differences") },
      numbers(header, figures),
    ),
    element("h3", {}, t("byTag")),
    element(
      "div",
      { class: "scroll", id: "difference-by-tag", tabindex: "0", role: "group", "aria-label": t("byTag") },
      numbers(header, tags),
    ),
    element("p", { class: "hint" }, t("bootstrap", { resamples: found.resamples })),
    terms(["interval", "p"]),
    element(
      "div",
      { class: "buttons no-print" },
      element("button", { type: "button", class: "quiet", onclick: csv }, t("csv")),
    ),
  ];
}

/**
 * What can be said without outcomes: differences, but not whether they are chance.
 * @param {Entry} a
 * @param {Entry} b
 * @param {string} reason
 */
function untested(a, b, reason) {
  const rows = FIGURE_NAMES.filter((name) => Number.isFinite(a.figures[name]) && Number.isFinite(b.figures[name])).map(
    (name) => [t(name), number(a.figures[name]), number(b.figures[name]), signed(b.figures[name] - a.figures[name])],
  );
  const header = [t("figure"), "A", "B", "B \u2212 A"];
  /** @type {HTMLElement[]} */
  const parts = [
    element("p", { class: "hint" }, t("untested", { reason })),
    element("div", { class: "scroll", id: "difference" }, numbers(header, rows)),
  ];
  if (a.token && b.token) {
    const tags = Object.keys(a.token).filter((tag) =>
      [a, b].every(({ token }) => token[tag]?.["f1-score"] !== undefined),
    );
    const own = tags.map((tag) => [a.token[tag]["f1-score"], b.token[tag]["f1-score"]]);
    parts.push(
      element("h3", {}, t("byTag")),
      element(
        "div",
        { class: "scroll", id: "difference-by-tag" },
        numbers(
          header,
          tags.map((tag, index) => [
            label(tag, 32),
            number(own[index][0]),
            number(own[index][1]),
            signed(own[index][1] - own[index][0]),
          ]),
        ),
      ),
    );
  }
  return parts;
}

/**
 * Shows the comparison; tells whether sentence by sentence can be compared.
 * @param {HTMLElement} place
 * @param {Entry} a
 * @param {Entry} b
 * @param {string} figure
 * @param {() => boolean} current
 */
export async function showComparison(place, a, b, figure, current) {
  const names = element(
    "dl",
    { class: "sides" },
    /** @type {[string, Entry][]} */ ([
      ["A", a],
      ["B", b],
    ]).flatMap(([side, entry]) => [
      element("dt", {}, side),
      element("dd", {}, `${entry.name} \u00b7 ${setName(entry.set)}`),
    ]),
  );
  let parts;
  let paired = false;
  if (a.report && b.report) {
    place.replaceChildren(names, element("p", { class: "hint" }, t("comparing")));
    try {
      parts = tested(await compared(a, b), Object.keys(a.figures), figure);
      parts.push(
        element("h3", {}, t("confusionDifference")),
        element("p", { class: "hint" }, t("confusionDifferenceHint")),
        matrixDifference(a.report.confusion.types, b.report.confusion.types),
      );
      paired = true;
    } catch (error) {
      parts = untested(a, b, messageOf(error));
    }
  } else {
    parts = untested(a, b, t("noOutcomes"));
  }
  if (!current()) return false;
  place.replaceChildren(names, ...parts);
  return paired;
}
