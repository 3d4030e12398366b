// The language of the interface. Elements name their string in `data-i18n`, attributes theirs in `data-i18n-ATTRIBUTE`.

import { chooseLanguage, fill, rememberLanguage } from "./language.js";
import { strings } from "./strings.js";

const ATTRIBUTES = ["aria-label", "placeholder", "data-empty"];

let language = chooseLanguage(strings);
let numbers = new Intl.NumberFormat(language);

export const currentLanguage = () => language;

export function setLanguage(wanted) {
  if (!Object.hasOwn(strings, wanted)) return;
  language = wanted;
  numbers = new Intl.NumberFormat(language);
  rememberLanguage(language);
  translatePage();
}

/** The string of a key, with `{name}` replaced by what is given for it. */
export function t(key, given = {}) {
  const text = strings[language][key] ?? strings.en[key];
  if (text === undefined) throw new Error(`no string ${key}`);
  return fill(text, given);
}

/** The string of a count: KEY-one or KEY-other. */
export function counted(key, count) {
  const form = count === 1 ? "one" : "other";
  return t(`${key}-${form}`, { count: formatNumber(count) });
}

/** Puts every fixed string of the page into the current language. */
export function translatePage() {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-i18n]")) element.textContent = t(element.dataset.i18n);
  for (const attribute of ATTRIBUTES) {
    const name = `data-i18n-${attribute}`;
    for (const element of document.querySelectorAll(`[${name}]`)) element.setAttribute(attribute, t(element.getAttribute(name)));
  }
}

export const formatNumber = (number) => numbers.format(number);

export const megabytes = (bytes) => `${(bytes / 1e6).toFixed(bytes < 1e6 ? 2 : 1)} MB`;

export function duration(milliseconds) {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 2 : 1)} s`;
  return `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`;
}
