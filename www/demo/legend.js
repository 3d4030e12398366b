// The types of a result with their counts, each a switch.

import { element, label } from "../shared/dom.js";
import { formatNumber, t } from "../shared/i18n.js";
import { typeColour, typeName } from "../shared/tags.js";

/** A head may have any number of types. */
const MOST = 60;

/**
 * @param {HTMLElement} list
 * @param {import("../pkg/nerite.js").Entity[]} entities of a result, filtered by nothing
 * @param {import("../pkg/nerite.js").Entity[]} others of the result beside it, whose types are switched along with these
 * @param {import("./filter.js").Filter} filter
 * @param {() => void} onChange
 */
export function renderLegend(list, entities, others, filter, onChange) {
  const active = document.activeElement;
  const focused = active instanceof HTMLElement && list.contains(active) ? active.dataset.type : undefined;
  /** @type {Map<string, { all: number, strong: number }>} */
  const counts = new Map();
  /** @param {{ type: string, score: number }} entity */
  const add = ({ type, score }) => {
    const count = counts.get(type) ?? { all: 0, strong: 0 };
    count.all += 1;
    if (score >= filter.threshold) count.strong += 1;
    counts.set(type, count);
  };
  for (const entity of entities) add(entity);
  // Of types that only the other one has, it is the other one's count.
  const known = new Set(counts.keys());
  for (const entity of others) if (!known.has(entity.type)) add(entity);
  /** @type {Map<string, number>} */
  const names = new Map();
  for (const type of counts.keys()) names.set(typeName(type), (names.get(typeName(type)) ?? 0) + 1);
  // Heads may call one thing by two names.
  const shownName = (/** @type {string} */ type) =>
    (names.get(typeName(type)) ?? 0) > 1 ? `${typeName(type)} (${label(type, 40)})` : typeName(type);
  const types = [...counts].sort((a, b) => b[1].all - a[1].all).slice(0, MOST);
  list.replaceChildren(
    ...types.map(([type, { all, strong }]) => {
      const text =
        strong === all ? formatNumber(all) : t("count-of", { count: formatNumber(strong), all: formatNumber(all) });
      const button = element(
        "button",
        { type: "button", "data-type": type },
        element("span", { class: "type-name" }, shownName(type)),
        " ",
        element("span", { class: "count" }, text),
      );
      button.setAttribute("aria-pressed", String(filter.isOn(type)));
      button.addEventListener("click", () => {
        filter.toggle(type);
        onChange();
      });
      return element("li", { "data-colour": typeColour(type) }, button);
    }),
  );
  if (focused !== undefined)
    [...list.querySelectorAll("button")].find(({ dataset }) => dataset.type === focused)?.focus();
}
