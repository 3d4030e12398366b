// The texts of the interface. Elements name theirs in `data-i18n`, attributes theirs in `data-i18n-ATTRIBUTE`.

import { LANGUAGES, NAMES } from "../strings/names.js";
import { chooseLanguage, isKnown, rememberLanguage } from "./languages.js";

/** @typedef {import("../strings/names.js").Language} Language */

const ATTRIBUTES = ["aria-label", "placeholder", "data-empty"];

/** @type {keyof import("../strings/names.js").Strings} */
let page = "shared";
/** @type {Language} */
let language = "en";
let numbers = new Intl.NumberFormat(language);

/**
 * Begins: says which page's texts are spoken, and translates what the page has. Comes before any text is asked for.
 *
 * @param {keyof import("../strings/names.js").Strings} own the page's name in strings/
 * @param {string | null} [first] the language that is wanted most
 */
export function speak(own, first = null) {
  page = own;
  use(chooseLanguage(first));
}

export const currentLanguage = () => language;

/** @param {string} wanted */
export function setLanguage(wanted) {
  if (!isKnown(wanted)) return;
  rememberLanguage(wanted);
  use(wanted);
}

/** @param {Language} wanted */
function use(wanted) {
  language = wanted;
  numbers = new Intl.NumberFormat(language);
  translatePage();
}

/**
 * @param {string} key
 * @param {Language} language
 * @returns {string | undefined}
 */
function find(key, language) {
  /** @type {Record<string, Record<string, string>>} */
  const strings = LANGUAGES[language].strings;
  return strings[page][key] ?? strings.shared[key] ?? NAMES[key]?.[language];
}

/**
 * Whether there is a text of a key.
 * @param {string} key
 */
export const knows = (key) => find(key, "en") !== undefined;

/**
 * The text of a key, with `{name}` replaced by what is given for it. In one pass, so that braces in what is given stay.
 * @param {string} key
 * @param {Record<string, unknown>} given
 */
export function t(key, given = {}) {
  const text = find(key, language) ?? find(key, "en");
  if (text === undefined) throw new Error(`no string ${key}`);
  return text.replace(/\{(\w+)\}/g, (whole, name) => (Object.hasOwn(given, name) ? String(given[name]) : whole));
}

/**
 * The text of a key that a name from outside is part of, or `fallback` where there is none.
 * @param {string} key
 * @param {string} fallback
 */
export const tOr = (key, fallback) => (knows(key) ? t(key) : fallback);

/**
 * The text of a count: KEY-one or KEY-other.
 * @param {string} key
 * @param {number} count
 * @param {Record<string, unknown>} [given]
 */
export function counted(key, count, given = {}) {
  const form = count === 1 ? "one" : "other";
  return t(`${key}-${form}`, { ...given, count: formatNumber(count) });
}

/** Puts every fixed text of the page into the current language. */
export function translatePage() {
  document.documentElement.lang = language;
  translate("data-i18n", (element, text) => {
    element.textContent = text;
  });
  for (const attribute of ATTRIBUTES) {
    translate(`data-i18n-${attribute}`, (element, text) => element.setAttribute(attribute, text));
  }
}

/**
 * @param {string} name the attribute that names the text
 * @param {(element: Element, text: string) => void} set
 */
function translate(name, set) {
  for (const element of document.querySelectorAll(`[${name}]`)) set(element, t(element.getAttribute(name) ?? ""));
}

/**
 * Fills a select element with the languages that there are.
 * @param {HTMLSelectElement} select
 */
export function listLanguages(select) {
  const options = Object.entries(LANGUAGES).map(([code, { name }]) => {
    const option = new Option(name, code, code === language, code === language);
    option.lang = code;
    return option;
  });
  select.replaceChildren(...options);
}

export const formatNumber = (/** @type {number} */ number) => numbers.format(number);

export const megabytes = (/** @type {number} */ bytes) => `${(bytes / 1e6).toFixed(bytes < 1e6 ? 2 : 1)} MB`;

/** @param {number} milliseconds */
export function duration(milliseconds) {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 2 : 1)} s`;
  return `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`;
}
