// Which language the pages speak, and texts with parts to be put in: what the pages have in common.

const KEY = "nerite.language";

function stored() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // Storage may be switched off.
  }
}

/** The first language that is wanted and that there are strings of: of `first`, the reader's choice, the browser's. */
export function chooseLanguage(strings, first = null) {
  const wanted = [first, stored(), ...navigator.languages].filter(Boolean);
  return wanted.map((language) => language.slice(0, 2)).find((language) => Object.hasOwn(strings, language)) ?? "en";
}

export function rememberLanguage(language) {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // It holds for this visit, no longer.
  }
}

/** A text with `{name}` replaced by what is given for it. In one pass, so that braces in what is given stay. */
export function fill(text, given) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (Object.hasOwn(given, name) ? String(given[name]) : whole));
}
