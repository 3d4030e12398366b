// The sortable table of all reports; two of them can be picked.

import { byId, element, focusAgain, focusIn } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { number } from "./numbers.js";
import { change, state } from "./state.js";
import { FIGURE_NAMES } from "./store.js";

/** @typedef {import("./store.js").Entry} Entry */

const error = (/** @type {Entry} */ entry) => entry.report?.calibration?.words.ece;

/**
 * The columns: what they sort by.
 * @type {[string, (entry: Entry) => string | number | undefined][]}
 */
const COLUMNS = [
  ["name", (entry) => entry.name],
  ["stage", (entry) => entry.stage],
  ...FIGURE_NAMES.map((name) => /** @type {(typeof COLUMNS)[0]} */ ([name, (entry) => entry.figures[name]])),
  ["ece", error],
];

/**
 * @param {string | number | undefined} one
 * @param {string | number | undefined} other
 */
function compare(one, other) {
  if (typeof one === "string") return one.localeCompare(String(other));
  const known = [one, other].map((value) => (Number.isFinite(value) ? 1 : 0));
  return known[0] && known[1] ? Number(one) - Number(other) : known[0] - known[1];
}

/** @param {string} name */
function sortBy(name) {
  const { sort, order } = state();
  change({ sort: name, order: sort === name && order === "down" ? "up" : "down" });
}

/**
 * @param {string} side
 * @param {string} id
 */
function pick(side, id) {
  change({ [side]: id, page: "1" });
}

/**
 * Shows a report in full, and goes there.
 * @param {string} id
 */
function open(id) {
  change({ show: id });
  const title = byId("detail-title");
  title.focus({ preventScroll: true });
  title.scrollIntoView();
}

/**
 * @param {Entry} entry
 * @param {string} name
 */
function figureCell(entry, name) {
  const value = entry.figures[name];
  const interval = entry.intervals?.[name];
  return element(
    "td",
    {},
    number(value),
    interval ? element("span", { class: "interval" }, `${number(interval.low)} \u2013 ${number(interval.high)}`) : null,
  );
}

/** A radio button that keeps the keyboard when the table is drawn again. */
const radio = (/** @type {string} */ side, /** @type {Entry} */ entry) =>
  element(
    "td",
    {},
    element("input", {
      type: "radio",
      name: side,
      "data-focus": `${side}:${entry.id}`,
      value: entry.id,
      checked: state()[side] === entry.id,
      "aria-label": `${side.toUpperCase()}: ${entry.name}`,
      onchange: () => pick(side, entry.id),
    }),
  );

/**
 * @param {HTMLElement} place
 * @param {Entry[]} entries
 */
export function showTable(place, entries) {
  const { sort, order } = state();
  const [, value] = COLUMNS.find(([name]) => name === sort) ?? COLUMNS[0];
  const sorted = [...entries].sort((one, other) => compare(value(one), value(other)) * (order === "down" ? -1 : 1));
  const heads = COLUMNS.map(([name]) =>
    element(
      "th",
      { scope: "col", "aria-sort": name === sort ? (order === "down" ? "descending" : "ascending") : "none" },
      element(
        "button",
        { type: "button", class: "sort", "data-focus": `sort:${name}`, "data-sort": name, onclick: () => sortBy(name) },
        t(name),
        element("span", { "aria-hidden": "true" }, name === sort ? (order === "down" ? " \u25bc" : " \u25b2") : ""),
      ),
    ),
  );
  const rows = sorted.map((entry) =>
    element(
      "tr",
      { "data-report": entry.id, class: state().show === entry.id ? "chosen" : null },
      radio("a", entry),
      radio("b", entry),
      element(
        "th",
        { scope: "row" },
        element(
          "button",
          { type: "button", class: "link", "data-focus": `show:${entry.id}`, onclick: () => open(entry.id) },
          entry.name,
        ),
        element("span", { class: "interval" }, t(`source_${entry.source}`)),
      ),
      element("td", { class: "text" }, entry.stage || "\u2013"),
      FIGURE_NAMES.map((name) => figureCell(entry, name)),
      element("td", {}, number(error(entry))),
    ),
  );
  const focused = focusIn(place);
  place.replaceChildren(
    element(
      "table",
      { class: "reports" },
      element("caption", { class: "visually-hidden" }, t("tableTitle")),
      element(
        "thead",
        {},
        element(
          "tr",
          {},
          ["A", "B"].map((side) => element("th", { scope: "col" }, side)),
          heads,
        ),
      ),
      element("tbody", {}, rows),
    ),
  );
  focusAgain(place, focused);
  return sorted;
}

/**
 * The table as rows, for a file.
 * @param {Entry[]} entries
 */
export function tableRows(entries) {
  const names = FIGURE_NAMES.flatMap((name) => [name, `${name}_low`, `${name}_high`]);
  const figures = (/** @type {Entry} */ entry) =>
    FIGURE_NAMES.flatMap((name) => [entry.figures[name], entry.intervals?.[name].low, entry.intervals?.[name].high]);
  return [
    ["report", "encoder", "head", "stage", "source", ...names, "ece"],
    ...entries.map((entry) => [
      entry.name,
      entry.encoder,
      entry.head,
      entry.stage,
      entry.source,
      ...figures(entry),
      error(entry),
    ]),
  ];
}
