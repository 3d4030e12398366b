// Heads against test sets: F1 with its interval in every cell, which leads to the report.

import { toCsv } from "../shared/csv.js";
import { element, focusAgain, focusIn, label } from "../shared/dom.js";
import { save } from "../shared/files.js";
import { formatNumber, t } from "../shared/i18n.js";
import { arrange, sortRows } from "./arrange.js";
import { baseName, setName, typesName } from "./names.js";
import { short } from "./numbers.js";
import { change, linkTo, state } from "./state.js";
import { sets } from "./store.js";
import { open } from "./table.js";

/**
 * @typedef {import("./arrange.js").Cell} Cell
 * @typedef {import("./arrange.js").Row} Row
 */

/** @param {string} column */
function sortBy(column) {
  const { grid, gridOrder } = state();
  change({ grid: column, gridOrder: grid === column && gridOrder === "down" ? "up" : "down" });
}

/**
 * @param {string} column
 * @param {string} name
 * @param {string} note
 */
function head(column, name, note) {
  const { grid, gridOrder } = state();
  const order = grid === column ? (gridOrder === "down" ? "descending" : "ascending") : "none";
  return element(
    "th",
    { scope: "col", "aria-sort": order },
    element(
      "button",
      {
        type: "button",
        class: "sort",
        "data-focus": `grid:${column}`,
        "data-grid": column,
        onclick: () => sortBy(column),
      },
      name,
      element("span", { "aria-hidden": "true" }, { descending: " \u25bc", ascending: " \u25b2", none: "" }[order]),
    ),
    element("span", { class: "interval" }, note),
  );
}

/** @param {Cell | undefined} cell */
function cellOf(cell) {
  if (!cell) return element("td", {}, "\u2013");
  const { value, interval, entry, best } = cell;
  const shown = best
    ? element("strong", {}, short(value), element("span", { class: "visually-hidden" }, ` (${t("gridBest")})`))
    : short(value);
  const follow = (/** @type {Event} */ event) => {
    event.preventDefault();
    open(entry ?? "");
  };
  return element(
    "td",
    { class: best ? "best" : null },
    entry ? element("a", { href: linkTo({ show: entry }), onclick: follow }, shown) : shown,
    interval ? element("span", { class: "interval" }, `${short(interval.low)}\u2013${short(interval.high)}`) : null,
  );
}

/** @param {import("./sets.js").TestSet} set */
const noteOf = ({ types, sentences }) =>
  t("setNote", {
    types: typesName(types),
    sentences: formatNumber(sentences),
  });

/**
 * @param {HTMLElement} place
 * @param {import("./store.js").Entry[]} entries
 * @param {import("./arrange.js").Peers | null} peers
 */
export function showGrid(place, entries, peers) {
  const nameOf = (/** @type {any} */ { source, encoder, headId, name }) =>
    source === "stored" ? `${encoder}, ${headId}` : name;
  const { rows, columns } = arrange(entries, sets, peers, nameOf);
  if (columns.length === 0) {
    place.replaceChildren(element("p", { class: "hint" }, t("gridNone")));
    return;
  }
  const { grid, gridOrder } = state();
  const column = grid === "name" || columns.some(({ key }) => key === grid) ? grid : columns[0].key;
  const sorted = sortRows(rows, column, gridOrder === "down");
  const kind = (/** @type {Row} */ { published, cells }) =>
    published ? t(cells.size > 0 ? "gridPublished" : "gridWithout") : t("gridCells", { number: cells.size });
  const table = element(
    "table",
    { class: "reports grid" },
    element("caption", { class: "visually-hidden" }, t("gridTitle")),
    element(
      "thead",
      {},
      element(
        "tr",
        {},
        head("name", t("gridHead"), ""),
        columns.map((set) => head(set.key, baseName(set.key), noteOf(set))),
      ),
    ),
    element(
      "tbody",
      {},
      sorted.map((row) =>
        element(
          "tr",
          { class: row.published ? "published" : null, "data-row": row.name },
          element("th", { scope: "row" }, label(row.name), element("span", { class: "interval" }, kind(row))),
          columns.map(({ key }) => cellOf(row.cells.get(key))),
        ),
      ),
    ),
  );
  const csv = () => {
    const names = columns.map(({ key }) => setName(key));
    const header = ["head", "published", ...names.flatMap((name) => [name, `${name} low`, `${name} high`])];
    const lines = sorted.map((row) => [
      row.name,
      row.published ? row.note : "",
      ...columns.flatMap(({ key }) => {
        const { value, interval } = row.cells.get(key) ?? {};
        return [value, interval?.low, interval?.high];
      }),
    ]);
    save("heads-and-test-sets.csv", "text/csv", toCsv([header, ...lines]));
  };
  const focused = focusIn(place);
  place.replaceChildren(
    element("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": t("gridTitle") }, table),
    element(
      "ul",
      { class: "hint" },
      rows.filter(({ published }) => published).map(({ name, note }) => element("li", {}, `${name}: ${note}`)),
    ),
    element("p", { class: "hint" }, peers ? t("gridPeers", { date: peers.date, how: peers.how }) : t("gridNoPeers")),
    element(
      "div",
      { class: "buttons no-print" },
      element("button", { type: "button", class: "quiet", onclick: csv }, t("csv")),
    ),
  );
  focusAgain(place, focused);
}
