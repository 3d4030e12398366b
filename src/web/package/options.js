// What users hand in, once it is known to be what it should.

import { callback, refuse } from "./errors.js";

/** @typedef {(value: any) => boolean} Test */

/** @type {Test} */
const isFunction = (value) => typeof value === "function";
/** @type {Test} */
export const areOffsets = (value) => Array.isArray(value) && value.length === 2 && value.every(Number.isFinite);
/** @type {Test} */
const isAddress = (value) => typeof value === "string" || value instanceof URL;
/** @type {Test} */
const isSignal = (value) => typeof value?.aborted === "boolean" && isFunction(value.addEventListener);
/** @type {Test} */
const isName = (value) => typeof value === "string";
/** @type {Test} */
const isShare = (value) => typeof value === "number" && value >= 0 && value <= 1;
/** @type {(of: Test) => Test} */
const isList = (of) => (value) => Array.isArray(value) && value.every(of);
/** @type {Test} */
const isSpan = (value) => Number.isInteger(value?.start) && Number.isInteger(value.end);
/** @type {Test} */
const isBeside = (value) =>
  isFunction(value?.recognizer?.predictAll) && ["string", "undefined"].includes(typeof value.head);
/**
 * Types by types; null drops one.
 * @type {Test}
 */
const isMap = (value) =>
  typeof value === "string" ||
  (typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((to) => to === null || typeof to === "string"));
/** @type {[string, Test]} */
const truth = ["true or false", (value) => typeof value === "boolean"];
/** @type {[string, Test]} */
const text = ["a text", isName];
/** @type {Test} */
const areAddresses = (value) => isAddress(value) || (isAddress(value?.relaxed) && isAddress(value?.plain));

/**
 * What options are to be. Those without a test are looked at where they are used.
 * @type {Record<string, [kind: string, isRight: Test]>}
 */
const KINDS = {
  signal: ["an AbortSignal", isSignal],
  visible: ["two offsets, or a function that gives them", (value) => isFunction(value) || areOffsets(value)],
  onProgress: ["a function", isFunction],
  onPart: ["a function", isFunction],
  onHead: ["a function", isFunction],
  judge: truth,
  seed: ["a whole number below 2^32", (value) => Number.isInteger(value) && value >= 0 && value < 2 ** 32],
  from: ["the name of a head", isName],
  lastLayer: truth,
  title: text,
  cache: truth,
  texts: truth,
  workers: ["a whole number from 0 to 64", (value) => Number.isInteger(value) && value >= 0 && value <= 64],
  worker: ["a function that makes a Worker", isFunction],
  workerUrl: ["an address", isAddress],
  wasmUrl: ["an address, or { relaxed, plain }", areAddresses],
  hub: ["an address", isAddress],
  heads: ["a list of heads' names", isList(isName)],
  also: ["a list of { recognizer, head? }", isList(isBeside)],
  patterns: ["true or false", (value) => typeof value === "boolean"],
  confirm: ["never, doubtful or always", isName],
  types: ["a list of types", isList(isName)],
  threshold: [
    "a number from 0 to 1, or an object of such by types",
    (value) => isShare(value) || (typeof value === "object" && value !== null && Object.values(value).every(isShare)),
  ],
  style: ["placeholder, mask or remove", isName],
  keep: ["a list of values", isList(isName)],
  always: ["a list of values", isList(isName)],
  keepAt: ["a list of two offsets each", isList(areOffsets)],
  marks: ["a list of { start, end, type }", isList((mark) => isSpan(mark) && isName(mark.type))],
  everywhere: ["true or false", (value) => typeof value === "boolean"],
  table: ["what Redaction.table() gave", isName],
  labels: ["a list of tags", isList(isName)],
  map: ["an object of types by types, null for those that are dropped, or a text like geo=LOC,per=PER", isMap],
  name: text,
  format: text,
  encoding: text,
  scheme: text,
  wordColumn: text,
  tagColumn: text,
  sentenceColumn: text,
};

const CALLBACKS = ["onProgress", "onPart", "onHead", "visible"];

export const LOAD = ["onProgress", "signal", "workers", "cache", "worker", "workerUrl", "wasmUrl", "hub"];
export const INSPECT = ["signal", "hub"];
export const PREDICT = ["head", "decoder", "aggregation", "strategy", "signal", "visible", "onProgress", "onPart"];
export const REDACT = [
  ...["heads", "also", "patterns", "confirm", "types", "threshold", "style", "keep", "always", "keepAt", "marks"],
  ...["everywhere", "table", "signal", "visible", "onProgress"],
];
export const TRAINER = ["onProgress", "signal"];
export const TRAIN = ["types", "from", "lastLayer", "seed", "judge", "onProgress", "onHead", "signal"];
export const ADD_HEAD = ["title"];
export const PREDICT_WORDS = ["head", "decoder", "signal"];
const READING = [
  "name",
  "format",
  "encoding",
  "scheme",
  "wordColumn",
  "tagColumn",
  "sentenceColumn",
  "labels",
  "signal",
];
export const READ_LABELLED = [...READING, "texts", "workers", "worker", "workerUrl", "wasmUrl"];
export const EVALUATE = ["heads", "map", "types", "decoder", "onProgress", ...READING];

/**
 * Options, of which only these names are known; their functions are fit for `guarded`.
 * @template {object} T
 * @param {T | undefined} options
 * @param {string[]} names
 * @returns {T}
 */
export function checked(options, names) {
  if (options === undefined) return /** @type {T} */ ({});
  if (typeof options !== "object" || options === null)
    refuse("input", `found ${options === null ? "null" : typeof options} for options, expected an object`);
  /** @type {Record<string, unknown>} */
  const own = {};
  for (const [name, value] of Object.entries(options)) {
    if (!names.includes(name))
      refuse("input", `options.${name}: there is no such option; expected ${names.join(", ")}`);
    const [kind, isRight] = KINDS[name] ?? [];
    if (value !== undefined && kind && !isRight(value))
      refuse("input", `options.${name}: found another kind of value, expected ${kind}`);
    own[name] = CALLBACKS.includes(name) && isFunction(value) ? callback(value) : value;
  }
  return /** @type {T} */ (own);
}
