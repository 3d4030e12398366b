// Test sets: the same sentences with the same gold types. Figures can be ranked, and reports compared, within one.

import { PART } from "./published.js";

/** The set of a file that does not tell what it is about. */
export const UNKNOWN = "unknown";

const FILE = /\.(conllu?|bio|iob2?|tsv|csv|txt|jsonl?)(\.gz)?$/i;
/** Characters of a set's name in the address. */
const LONGEST = 200;

/**
 * @typedef {object} TestSet
 * @property {string} key
 * @property {string} part the sha256 of the names of its sentences
 * @property {string} [corpus] the sha256 of the file
 * @property {string[]} types the gold types
 * @property {number} sentences
 * @property {string} file the corpus, without folder and ending; empty if it is not told
 * @property {number} files how many files it is of
 */

/** @param {string[]} types */
export const keyOf = (/** @type {string} */ part, types) => `${part.slice(0, 16)}:${types.join(",").slice(0, LONGEST)}`;

/** The study's own test set. */
export const STUDY = keyOf(PART, ["art", "eve", "geo", "gpe", "nat", "org", "per", "tim"]);

/**
 * The types that the gold standard has.
 * @param {any} report
 */
export function goldTypes(report) {
  const byType = report.entity.strict.by_type;
  return Object.keys(byType)
    .filter((type) => byType[type].support > 0)
    .sort();
}

/**
 * What a report of ours was judged on.
 * @param {any} report
 * @returns {TestSet}
 */
export function setOf({ entity, provenance }) {
  const { corpus, split, command } = provenance;
  const { sha256: part, sentences } = split.test;
  const types = goldTypes({ entity });
  const tested = (corpus.sources ?? []).filter((/** @type {any} */ own) => own.test > 0);
  const named =
    tested.length > 0 ? tested[0].file : command.split(" ").find((/** @type {string} */ own) => FILE.test(own));
  const file = String(named ?? "")
    .replace(/^.*\//, "")
    .replace(FILE, "")
    .replace(/\.test$/, "");
  return {
    key: keyOf(part, types),
    part,
    corpus: corpus.sha256,
    types,
    sentences,
    file: tested.length > 1 ? "" : file,
    files: Math.max(1, tested.length),
  };
}

/**
 * The types that a file of another program speaks of: of entities, or behind the marks of tags.
 * @param {any} foreign
 * @returns {string[]}
 */
export function foreignTypes({ words, entities }) {
  if (entities) return Object.keys(entities.by_type);
  const tags = Object.keys(words ?? {}).filter(
    (name) => !["accuracy", "macro avg", "weighted avg", "O"].includes(name),
  );
  return [...new Set(tags.map((tag) => tag.replace(/^[BIELSU]-(?=.)/, "")))].sort();
}

/**
 * Why an entry is not ranked with the others of a set ("" for all sets), or null if it is.
 * @param {{ set: string, types: string[], source: string, leavesOut?: boolean }} entry
 * @param {string} set
 * @param {string[]} others the types that the other entries have
 */
export function unranked({ set: own, types, source, leavesOut }, set, others) {
  const plain = (/** @type {string} */ type) => type.toLowerCase();
  const known = new Set(others.map(plain));
  const isApart =
    source === "own" && types.length > 0 && known.size > 0 && !types.some((type) => known.has(plain(type)));
  if (isApart) return "noTypes";
  if (leavesOut) return "leavesOut";
  if (own === UNKNOWN) return "unknownSet";
  return set !== "" && own !== set ? "otherSet" : null;
}
