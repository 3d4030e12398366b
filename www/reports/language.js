// The page's language, and numbers in it.

import { chooseLanguage, fill } from "../language.js";
import { state } from "./state.js";
import { STRINGS } from "./strings.js";

export const language = chooseLanguage(STRINGS, state().lang);

/** The text of this name, with {parts} put in. */
export const t = (name, parts = {}) => fill(STRINGS[language][name] ?? STRINGS.en[name], parts);

/** A figure with four decimals; a difference has its sign. */
export const number = (value) => (Number.isFinite(value) ? value.toFixed(4) : "\u2013");
export const signed = (value) => (Number.isFinite(value) ? `${value < 0 ? "\u2212" : "+"}${Math.abs(value).toFixed(4)}` : "\u2013");
export const count = (value) => value.toLocaleString(language);
