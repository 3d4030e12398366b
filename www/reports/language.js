// The page's language, and numbers in it.

import { state } from "./state.js";
import { STRINGS } from "./strings.js";

const KEY = "nerite.language";

function stored() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // Storage may be switched off.
  }
}

function choose() {
  const wanted = [state().lang, stored(), ...navigator.languages].filter(Boolean);
  return wanted.map((own) => own.slice(0, 2)).find((own) => Object.hasOwn(STRINGS, own)) ?? "en";
}

export const language = choose();

export function remember(next) {
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // It holds for this visit by the address then.
  }
}

/** The text of this name, with {parts} put in. */
export function t(name, parts = {}) {
  const text = STRINGS[language][name] ?? STRINGS.en[name];
  return text.replace(/\{(\w+)\}/g, (_, part) => String(parts[part]));
}

/** A figure with four decimals; a difference has its sign. */
export const number = (value) => (Number.isFinite(value) ? value.toFixed(4) : "\u2013");
export const signed = (value) => (Number.isFinite(value) ? `${value < 0 ? "\u2212" : "+"}${Math.abs(value).toFixed(4)}` : "\u2013");
export const count = (value) => value.toLocaleString(language);
