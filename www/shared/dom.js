// Elements without HTML: text stays text.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

/** An HTML element; attributes that begin with "on" are listeners, null and false leave one out. */
export const element = (name, attributes = {}, ...children) => fill(document.createElement(name), attributes, children);

/** An SVG element, likewise. */
export const shape = (name, attributes = {}, ...children) =>
  fill(document.createElementNS(SVG, name), attributes, children);

export const byId = (id) => document.getElementById(id);

/** A piece of the reader's text as a label: not longer than a browser lays out at once, whatever it is. */
export const excerpt = (text, longest = 200) => (text.length <= longest ? text : `${text.slice(0, longest - 1)}\u2026`);

/** An option of a select. */
export const option = (value, text) => element("option", { value }, text);

/**
 * A name from outside, fit for a label: one line, bounded, and without control characters, among which are those that
 * turn the direction of the text around them.
 */
export function label(name, longest = 64) {
  const clean = String(name)
    .replace(/[\s\p{C}]+/gu, " ")
    .trim();
  return clean.length <= longest ? clean : `${clean.slice(0, longest - 1)}\u2026`;
}
