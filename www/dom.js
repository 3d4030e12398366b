// Small helpers that every view uses. Text goes into the page as text only.

/** A new element with properties, and attributes of its dataset; null and undefined are left out. */
export function element(name, { className, text, data = {}, ...properties } = {}, ...children) {
  const created = document.createElement(name);
  if (className) created.className = className;
  if (text !== undefined) created.textContent = text;
  for (const [key, value] of Object.entries(data)) {
    if (value !== null && value !== undefined) created.dataset[key] = value;
  }
  Object.assign(created, properties);
  created.append(...children);
  return created;
}

/** An option of a select. */
export const option = (value, text) => element("option", { value, text });

/**
 * A name from outside, fit for a label: one line, bounded, and without control characters, among which are those that
 * turn the direction of the text around them.
 */
export function label(name, longest = 64) {
  const clean = String(name).replace(/[\s\p{C}]+/gu, " ").trim();
  return clean.length <= longest ? clean : `${clean.slice(0, longest - 1)}\u2026`;
}
