// The languages of the interface: to add one, add its texts in strings/ and a row here; boot.js has a few of its own.

import en from "../strings/en.js";
import ko from "../strings/ko.js";

/**
 * The texts of one language. Every language has the same keys as English: an error otherwise.
 * @typedef {{ [Page in keyof typeof en]: { [Key in keyof (typeof en)[Page]]: string } }} Strings
 */

/**
 * By code: what speakers call the language, and its texts by page. The first is used where no other is wanted.
 * @type {Record<string, { name: string, strings: Strings }>}
 */
export const LANGUAGES = {
  en: { name: "English", strings: en },
  ko: { name: "한국어", strings: ko },
};

const KEY = "nerite.language";

function stored() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // Storage may be switched off.
  }
}

/**
 * The first language that is wanted and that there are texts in: of `first`, the reader's choice, the browser's.
 * @param {string | null} first
 */
export function chooseLanguage(first = null) {
  const wanted = [first, stored(), ...navigator.languages];
  const known = wanted
    .map((language) => (language ?? "").slice(0, 2))
    .find((language) => Object.hasOwn(LANGUAGES, language));
  return known ?? Object.keys(LANGUAGES)[0];
}

/** @param {string} language */
export function rememberLanguage(language) {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // It holds for this visit, no longer.
  }
}
