// What test sets are called.

import { label } from "../shared/dom.js";
import { formatNumber, t } from "../shared/i18n.js";
import { PART } from "./published.js";
import { STUDY, UNKNOWN } from "./sets.js";
import { entries, sets } from "./store.js";

/**
 * A set's name, which another one may have that differs in its types.
 * @param {string} key
 */
export function baseName(key) {
  const set = sets.get(key);
  if (key === STUDY || set?.part === PART) return t("partGmb");
  if (!set) return t("partUnknown");
  return set.files > 1 ? t("partFiles", { files: set.files }) : label(set.file || set.part.slice(0, 8), 40);
}

/**
 * A set's name; with its types, where others have the same name.
 * @param {string} key
 */
export function setName(key) {
  const name = baseName(key);
  const set = sets.get(key);
  if (key === UNKNOWN || key === STUDY || !set) return name;
  const isShared = name === baseName(STUDY) || [...sets.keys()].some((own) => own !== key && baseName(own) === name);
  return isShared ? t("partTypes", { name, types: typesName(set.types) }) : name;
}

/**
 * Types by their names, or how many there are.
 * @param {string[]} types
 */
export const typesName = (types) =>
  types.length > 4 ? t("setTypes", { number: types.length }) : types.map((own) => label(own, 16)).join(" ");

/** The keys of the sets that a report is on, the study's first. */
export function usedSets() {
  const used = new Set([...entries.values()].filter(({ report }) => report).map(({ set }) => set));
  used.delete(STUDY);
  return [STUDY, ...used];
}

/** @param {string} key */
export function longName(key) {
  const set = sets.get(key);
  return set ? t("partOther", { name: setName(key), sentences: formatNumber(set.sentences) }) : setName(key);
}
