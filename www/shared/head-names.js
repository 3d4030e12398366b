// Heads by what they are for.

import { label } from "./dom.js";
import { knows, t } from "./i18n.js";

/** @typedef {{ id: string, title?: string }} Named a head, as a bundle has it */

/**
 * The heads that come with Nerite have names of their own, in each language; others have their bundle's.
 * @param {Named} head
 * @param {string | null} bundle the bundle's name, if it is one of the site's
 */
export function nameOf({ id, title }, bundle) {
  const key = bundle === null ? undefined : [`head-${bundle}-${id}`, `head-${id}`].find(knows);
  if (key) return t(key);
  return label(title && title !== id ? `${id}: ${title}` : id, 80);
}
