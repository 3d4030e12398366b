// A chart with its numbers: the picture, a table of what it shows, and both to download.

import { toCsv } from "../shared/csv.js";
import { element } from "../shared/dom.js";
import { save } from "../shared/files.js";
import { t } from "../shared/i18n.js";

/** What a picture that stands alone takes along of the page's styles. */
const STYLES = ["fill", "stroke", "stroke-width", "stroke-dasharray", "fill-opacity", "font-family", "font-weight"];

/**
 * A figure. `draw(width)` gives the chart; it is called again when the width changes. header and rows are the
 * numbers, as strings or numbers.
 * @param {object} options
 * @param {string} options.name
 * @param {string} options.caption
 * @param {string} [options.hint] what its terms mean
 * @param {(width: number) => SVGElement} options.draw
 * @param {string[]} options.header
 * @param {import("../shared/csv.js").Row[]} options.rows
 */
export function figure({ name, caption, hint, draw, header, rows }) {
  const place = element("div", { class: "chart-place" });
  let drawn = 0;
  const redraw = () => {
    const width = Math.floor(place.clientWidth);
    if (width < 100 || Math.abs(width - drawn) < 4) return;
    drawn = width;
    place.replaceChildren(draw(width));
  };
  new ResizeObserver(redraw).observe(place);
  const svg = () =>
    save(`${name}.svg`, "image/svg+xml", standalone(/** @type {SVGElement} */ (place.firstElementChild)));
  const csv = () => save(`${name}.csv`, "text/csv", toCsv([header, ...rows]));
  return element(
    "figure",
    { class: "card-figure" },
    element("figcaption", {}, caption, hint ? element("span", { class: "hint" }, hint) : null),
    place,
    element(
      "details",
      {},
      element("summary", {}, t("numbers")),
      element("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": caption }, numbers(header, rows)),
    ),
    element(
      "div",
      { class: "buttons no-print" },
      element("button", { type: "button", class: "quiet", onclick: csv }, t("csv")),
      element("button", { type: "button", class: "quiet", onclick: svg }, t("svg")),
    ),
  );
}

/**
 * @param {string[]} header
 * @param {import("../shared/csv.js").Row[]} rows
 */
export function numbers(header, rows) {
  return element(
    "table",
    { class: "numbers" },
    element(
      "thead",
      {},
      element(
        "tr",
        {},
        header.map((cell) => element("th", { scope: "col" }, cell)),
      ),
    ),
    element(
      "tbody",
      {},
      rows.map(([first, ...rest]) =>
        element(
          "tr",
          {},
          element("th", { scope: "row" }, String(first)),
          rest.map((cell) => element("td", {}, typeof cell === "number" ? String(cell) : (cell ?? ""))),
        ),
      ),
    ),
  );
}

/** @param {SVGElement} chart */
function standalone(chart) {
  const copy = /** @type {SVGElement} */ (chart.cloneNode(true));
  const [from, to] = [chart, copy].map((own) => [own, ...own.querySelectorAll("*")]);
  to.forEach((node, index) => {
    const styles = getComputedStyle(from[index]);
    for (const name of STYLES) node.setAttribute(name, styles.getPropertyValue(name));
    node.removeAttribute("class");
  });
  const ground = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [name, value] of [
    ["width", "100%"],
    ["height", "100%"],
    ["fill", getComputedStyle(document.body).getPropertyValue("--card")],
  ])
    ground.setAttribute(name, value);
  copy.prepend(ground);
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return new XMLSerializer().serializeToString(copy);
}
