// Which language a reader wants. Those that there are stand in strings/names.js.

import { LANGUAGES } from "../strings/names.js";

/** @typedef {import("../strings/names.js").Language} Language */

const KEY = "nerite.language";

function stored() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // Storage may be switched off.
  }
}

/**
 * Whether there are texts in a language.
 * @param {string} code
 * @returns {code is Language}
 */
export const isKnown = (code) => Object.hasOwn(LANGUAGES, code);

/**
 * The first language that is wanted and that there are texts in: of `first`, the reader's choice, the browser's.
 * @param {string | null} first
 */
export function chooseLanguage(first = null) {
  const wanted = [first, stored(), ...navigator.languages, ...Object.keys(LANGUAGES)];
  return /** @type {Language} */ (wanted.map((language) => (language ?? "").slice(0, 2)).find(isKnown));
}

/** @param {string} language */
export function rememberLanguage(language) {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // It holds for this visit, no longer.
  }
}
