// The sortable table of all reports; two of them can be picked.

import { byId, element, focusAgain, focusIn, label } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { number, range } from "./numbers.js";
import { change, state } from "./state.js";
import { FIGURE_NAMES, FOREIGN_FIGURE } from "./store.js";
import { terms } from "./terms.js";

/** @typedef {import("./store.js").Entry} Entry */

const error = (/** @type {Entry} */ entry) => entry.report?.calibration?.words.ece;

/** The figures that there are: another program's counting has a column only where there is any. */
const figuresOf = (/** @type {Entry[]} */ entries) =>
  entries.some(({ figures }) => FOREIGN_FIGURE in figures) ? [...FIGURE_NAMES, FOREIGN_FIGURE] : FIGURE_NAMES;

/**
 * The columns: what they sort by.
 * @param {string[]} figures
 * @returns {[string, (entry: Entry) => string | number | undefined][]}
 */
const columnsOf = (figures) => [
  ["name", (entry) => entry.name],
  ["stage", (entry) => entry.stage],
  ...figures.map(
    (name) => /** @type {[string, (entry: Entry) => number | undefined]} */ ([name, (entry) => entry.figures[name]]),
  ),
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
export function open(id) {
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
  return element("td", {}, number(value), interval ? element("span", { class: "interval" }, range(interval)) : null);
}

/** A radio button that keeps the keyboard when the table is drawn again. */
const radio = (/** @type {string} */ side, /** @type {Entry} */ entry, /** @type {string} */ picked) =>
  element(
    "td",
    {},
    element("input", {
      type: "radio",
      name: side,
      "data-focus": `${side}:${entry.id}`,
      value: entry.id,
      checked: picked === entry.id,
      "aria-label": `${side.toUpperCase()}: ${entry.name}`,
      onchange: () => pick(side, entry.id),
    }),
  );

/**
 * The table: first the entries that are ranked, then those that are not, each with the reason.
 * @param {HTMLElement} place
 * @param {Entry[]} entries
 * @param {(entry: Entry) => string | null} unranked why an entry is not ranked, if it is not
 * @param {(entry: Entry) => string} setName
 * @param {[string, string]} picked the ids of A and B
 */
export function showTable(place, entries, unranked, setName, picked) {
  const { sort, order } = state();
  const figures = figuresOf(entries);
  const columns = columnsOf(figures);
  const [, value] = columns.find(([name]) => name === sort) ?? columns[0];
  const sorted = [...entries].sort((one, other) => compare(value(one), value(other)) * (order === "down" ? -1 : 1));
  const heads = columns.map(([name]) =>
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
  // The test set, where it is not the one that all are on.
  const noteOf = (/** @type {Entry} */ entry, /** @type {string | null} */ reason) => {
    const source = t(`source_${entry.source}`);
    const isTold = state().data === "all" || reason === "otherSet";
    return isTold ? `${source} \u00b7 ${setName(entry)}` : source;
  };
  const row = (/** @type {Entry} */ entry, /** @type {string | null} */ reason) =>
    element(
      "tr",
      { "data-report": entry.id, class: state().show === entry.id ? "chosen" : null },
      radio("a", entry, picked[0]),
      radio("b", entry, picked[1]),
      element(
        "th",
        { scope: "row" },
        element(
          "button",
          { type: "button", class: "link", "data-focus": `show:${entry.id}`, onclick: () => open(entry.id) },
          label(entry.name, 80),
        ),
        element("span", { class: "interval" }, noteOf(entry, reason)),
        reason ? element("span", { class: "interval" }, t(`unranked_${reason}`)) : null,
      ),
      element("td", { class: "text" }, entry.stage || "\u2013"),
      figures.map((name) => figureCell(entry, name)),
      element("td", {}, number(error(entry))),
    );
  const ranked = sorted.filter((entry) => unranked(entry) === null);
  const others = sorted.filter((entry) => unranked(entry) !== null);
  const apart = element(
    "tbody",
    { class: "unranked" },
    element("tr", {}, element("th", { scope: "rowgroup", colspan: columns.length + 2 }, t("unrankedTitle"))),
    others.map((entry) => row(entry, unranked(entry))),
  );
  const focused = focusIn(place);
  place.replaceChildren(
    element(
      "table",
      { class: "reports picks" },
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
      element(
        "tbody",
        {},
        ranked.map((entry) => row(entry, null)),
      ),
      others.length > 0 ? apart : null,
    ),
  );
  byId("table-terms").replaceChildren(terms([...figures, "ece"]));
  focusAgain(place, focused);
  return [...ranked, ...others];
}

/**
 * The table as rows, for a file.
 * @param {Entry[]} entries
 */
export function tableRows(entries) {
  const own = figuresOf(entries);
  const names = own.flatMap((name) => [name, `${name}_low`, `${name}_high`]);
  const figures = (/** @type {Entry} */ entry) =>
    own.flatMap((name) => [entry.figures[name], entry.intervals?.[name]?.low, entry.intervals?.[name]?.high]);
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
