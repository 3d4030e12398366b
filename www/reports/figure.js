// A chart with its numbers: the picture, a table of what it shows, and both to download.

import { element } from "../shared/dom.js";
import { t } from "../shared/i18n.js";

/** What a picture that stands alone takes along of the page's styles. */
const STYLES = ["fill", "stroke", "stroke-width", "stroke-dasharray", "fill-opacity", "font-family", "font-weight"];

/**
 * A figure. `draw(width)` gives the chart; it is called again when the width changes. header and rows are the
 * numbers, as strings or numbers.
 */
export function figure({ name, caption, draw, header, rows }) {
  const place = element("div", { class: "chart-place" });
  let drawn = 0;
  const redraw = () => {
    const width = Math.floor(place.clientWidth);
    if (width < 100 || Math.abs(width - drawn) < 4) return;
    drawn = width;
    place.replaceChildren(draw(width));
  };
  new ResizeObserver(redraw).observe(place);
  const svg = () => save(`${name}.svg`, "image/svg+xml", standalone(place.firstElementChild));
  const csv = () => save(`${name}.csv`, "text/csv", toCsv([header, ...rows]));
  return element(
    "figure",
    { class: "card-figure" },
    element("figcaption", {}, caption),
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

/** A string of a file that a spreadsheet would take for a formula is quoted for it. */
function cell(value) {
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r]/.test(value ?? "") && Number.isNaN(Number(value)) ? `'${value}` : String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export const toCsv = (rows) => `${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;

function standalone(chart) {
  const copy = chart.cloneNode(true);
  const [from, to] = [chart, copy].map((own) => [own, ...own.querySelectorAll("*")]);
  to.forEach((node, index) => {
    const styles = getComputedStyle(from[index]);
    for (const name of STYLES) node.setAttribute(name, styles.getPropertyValue(name));
    node.removeAttribute("class");
  });
  const ground = document.createElementNS(copy.namespaceURI, "rect");
  for (const [name, value] of [
    ["width", "100%"],
    ["height", "100%"],
    ["fill", getComputedStyle(document.body).getPropertyValue("--card")],
  ])
    ground.setAttribute(name, value);
  copy.prepend(ground);
  copy.setAttribute("xmlns", copy.namespaceURI);
  return new XMLSerializer().serializeToString(copy);
}

export function save(name, type, contents) {
  const url = URL.createObjectURL(new Blob([contents], { type }));
  element("a", { href: url, download: name.replace(/[^\w.-]+/g, "-") }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
