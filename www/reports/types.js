// One report's entities by type: figures with intervals, and kinds of error as small bars.

import { element, label, messageOf } from "../shared/dom.js";
import { formatNumber, t } from "../shared/i18n.js";
import { breakDown } from "./metrics-client.js";
import { number, range } from "./numbers.js";
import { terms } from "./terms.js";

/** @typedef {import("./store.js").Entry} Entry */

export const ERRORS = ["missed", "spurious", "boundary", "type", "both"];

/**
 * What was broken down already.
 * @type {WeakMap<Entry, Promise<any>>}
 */
const made = new WeakMap();

/** @param {Entry} entry */
function broken(entry) {
  const found = made.get(entry) ?? breakDown(entry.json ?? "");
  made.set(entry, found);
  return found;
}

/**
 * A count with a bar: how many of each hundred entities of the type.
 * @param {number} count
 * @param {number} support
 */
function bar(count, support) {
  const share = support === 0 ? Number(count > 0) : count / support;
  const picture = element("span", { class: "share", "aria-hidden": "true" }, element("span", {}));
  picture.style.setProperty("--share", Math.min(1, share).toFixed(4));
  const part = support === 0 ? "" : `${(100 * share).toFixed(1)} %`;
  return element("td", {}, formatNumber(count), element("span", { class: "interval" }, part), picture);
}

/**
 * @param {number} value
 * @param {{ low: number, high: number }} interval
 */
const figure = (value, interval) =>
  element("td", {}, number(value), element("span", { class: "interval" }, range(interval)));

/** @param {any} found */
function table({ types }) {
  const names = Object.keys(types).sort((one, other) => types[other].support - types[one].support);
  const head = ["type", "precision", "recall"].map((name) => t(name));
  return element(
    "table",
    { class: "reports types" },
    element("caption", { class: "visually-hidden" }, t("typesTitle")),
    element(
      "thead",
      {},
      element(
        "tr",
        {},
        [...head, "F1", t("support"), ...ERRORS.map((kind) => t(`kind_${kind}`))].map((text) =>
          element("th", { scope: "col" }, text),
        ),
      ),
    ),
    element(
      "tbody",
      {},
      names.map((name) => {
        const { precision, recall, f1, support, intervals, errors } = types[name];
        return element(
          "tr",
          { "data-type": name },
          element("th", { scope: "row" }, label(name)),
          figure(precision, intervals.precision),
          figure(recall, intervals.recall),
          figure(f1, intervals.f1),
          element("td", {}, formatNumber(support)),
          ERRORS.map((kind) => bar(errors[kind] ?? 0, support)),
        );
      }),
    ),
  );
}

/**
 * A section that fills itself.
 * @param {Entry} entry
 */
export function typesOf(entry) {
  const place = element("div", {}, element("p", { class: "hint" }, t("counting")));
  broken(entry).then(
    (found) =>
      place.replaceChildren(
        element(
          "div",
          { class: "scroll", id: "types", tabindex: "0", role: "group", "aria-label": t("typesTitle") },
          table(found),
        ),
        element("p", { class: "hint" }, t("typesHint", { resamples: formatNumber(found.resamples) })),
        terms(["precision", "recall", "support", ...ERRORS.map((kind) => `kind_${kind}`)]),
      ),
    (error) => place.replaceChildren(element("p", { class: "hint" }, messageOf(error))),
  );
  return element("section", {}, element("h3", {}, t("typesTitle")), place);
}
