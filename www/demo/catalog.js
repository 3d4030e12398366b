// The bundles of this site, as bundles/index.json lists them, and what the texts of the page say of them.

import { label } from "../shared/dom.js";
import { megabytes, t } from "../shared/i18n.js";

/** The bundle that knows personal data. */
export const PERSONAL = "rampart";
/** How long the list may take, in milliseconds. */
const LONGEST_WAIT = 5000;

/**
 * A report of a head, as the list has it.
 * @typedef {{ head: string, file: string, f1: number, sentences: number }} ListedReport
 */

/** @typedef {{ languages: string[], scripts: string[] }} MadeFor what a model was made for */

/**
 * The languages and scripts of models that the site is known to have; of others nothing is said.
 * @type {Record<string, MadeFor>}
 */
const MADE_FOR = {
  "all-MiniLM-L6-v2": { languages: ["en"], scripts: ["Latn"] },
  "distilbert-cased-edit": { languages: ["en"], scripts: ["Latn"] },
  rampart: { languages: ["en", "de", "fr", "es", "it", "pt", "nl"], scripts: ["Latn"] },
};

/** @param {string} name */
export const isBundleName = (name) => /^[A-Za-z0-9._-]+$/.test(name) && !/^\.+$/.test(name);

/** @typedef {{ name: string, title?: string, bytes?: number, reports?: ListedReport[] }} Listed a bundle of the site */

/** @type {Listed[]} */
let bundles = [];

/** The list as it was last read. */
export const listed = () => bundles;

/** Reads the list. Without one there is no choice, which is no failure. */
export async function readCatalog() {
  try {
    const response = await fetch("bundles/index.json", { signal: AbortSignal.timeout(LONGEST_WAIT) });
    const listed = response.ok ? (await response.json()).bundles : [];
    bundles = Array.isArray(listed)
      ? listed.filter((bundle) => typeof bundle?.name === "string" && isBundleName(bundle.name))
      : [];
  } catch {
    bundles = [];
  }
  return bundles;
}

/**
 * What a bundle is called: ours by what they are for.
 * @param {string} name
 */
export const titleOf = (name) => (name === PERSONAL ? t("bundle-rampart") : label(name));

/**
 * The same with its size, for those who have to choose.
 * @param {Listed} bundle
 */
export const sizedTitleOf = ({ name, bytes }) =>
  bytes !== undefined && Number.isFinite(bytes)
    ? t("encoder-size", { name: titleOf(name), size: megabytes(bytes) })
    : titleOf(name);

/**
 * Where a bundle of the site is.
 * @param {string} name
 */
export const addressOf = (name) => new URL(`bundles/${name}/`, document.baseURI).href;

/** @param {string} name */
export const isListed = (name) => bundles.some((bundle) => bundle.name === name);

/**
 * What a bundle was made for, or null where that is not known.
 * @param {string} name
 */
export const madeFor = (name) => (isListed(name) && Object.hasOwn(MADE_FOR, name) ? MADE_FOR[name] : null);

/**
 * Another bundle of the site for a language or a script, if there is one.
 * @param {{ language: string } | { script: string }} wanted
 */
export const fitting = (wanted) =>
  bundles.find(({ name }) => {
    const { languages, scripts } = madeFor(name) ?? { languages: [], scripts: [] };
    return "language" in wanted ? languages.includes(wanted.language) : scripts.includes(wanted.script);
  })?.name ?? null;

/**
 * The report of a head on the test part of its own corpus: the one of the most sentences, with its figures.
 * @param {string} bundle
 * @param {string} head
 */
export function reportOf(bundle, head) {
  const reports = bundles.find(({ name }) => name === bundle)?.reports;
  const own = (Array.isArray(reports) ? reports : []).filter(
    (report) => report?.head === head && Number.isFinite(report.f1) && Number.isFinite(report.sentences),
  );
  return own.sort((a, b) => b.sentences - a.sentences)[0] ?? null;
}
