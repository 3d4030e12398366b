// Elements without HTML: text stays text.

const SVG = "http://www.w3.org/2000/svg";

/**
 * What an attribute is set to. One that begins with "on" is a listener; null, undefined and false leave one out.
 * @typedef {Record<string, string | number | boolean | null | undefined | EventListener | ((event: any) => void)>} Attributes
 * @typedef {Node | string | null | undefined} Child
 */

/**
 * @template {Element} T
 * @param {T} node
 * @param {Attributes} attributes
 * @param {(Child | Child[])[]} children
 */
function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, String(value));
  }
  for (const child of children.flat()) if (child !== null && child !== undefined) node.append(child);
  return node;
}

/**
 * An HTML element.
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Attributes} [attributes]
 * @param {(Child | Child[])[]} children
 */
export const element = (name, attributes = {}, ...children) => fill(document.createElement(name), attributes, children);

/**
 * An SVG element, likewise.
 * @template {keyof SVGElementTagNameMap} Name
 * @param {Name} name
 * @param {Attributes} [attributes]
 * @param {(Child | Child[])[]} children
 * @returns {SVGElementTagNameMap[Name]}
 */
export const shape = (name, attributes = {}, ...children) =>
  fill(document.createElementNS(SVG, name), attributes, children);

/**
 * The element that a page has under this id.
 * @template {keyof PageIds} Id
 * @param {Id} id
 * @returns {PageIds[Id]}
 */
export const byId = (id) => /** @type {any} */ (document.getElementById(id));

/**
 * A piece of the reader's text as a label: not longer than a browser lays out at once, whatever it is.
 * @param {string} text
 */
export const excerpt = (text, longest = 200) => (text.length <= longest ? text : `${text.slice(0, longest - 1)}\u2026`);

/**
 * An option of a select.
 * @param {string} value
 * @param {string} text
 */
export const option = (value, text) => element("option", { value }, text);

/**
 * A name from outside, fit for a label: one line, bounded, and without control characters, among which are those that
 * turn the direction of the text around them.
 * @param {unknown} name
 */
export function label(name, longest = 64) {
  const clean = String(name)
    .replace(/[\s\p{C}]+/gu, " ")
    .trim();
  return clean.length <= longest ? clean : `${clean.slice(0, longest - 1)}\u2026`;
}

/**
 * What went wrong, in words.
 * @param {unknown} error
 */
export const messageOf = (error) => (error instanceof Error ? error.message : String(error));

/**
 * What inside of `place` has the focus, by its `data-focus`: asked before `place` is drawn again.
 * @param {HTMLElement} place
 */
export function focusIn(place) {
  const active = document.activeElement;
  return active instanceof HTMLElement && place.contains(active) ? active.dataset.focus : undefined;
}

/**
 * Gives the focus back to what has this `data-focus` now.
 * @param {HTMLElement} place
 * @param {string | undefined} name
 */
export function focusAgain(place, name) {
  if (name === undefined) return;
  for (const node of place.querySelectorAll("[data-focus]")) {
    if (node instanceof HTMLElement && node.dataset.focus === name) return node.focus();
  }
}
