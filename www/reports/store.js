// All reports that the page knows: the stored ones, the study's published figures, and files of the user's own.

import { label, messageOf } from "../shared/dom.js";
import { checkFile } from "./metrics-client.js";
import { FIGURES } from "./published.js";
import { foreignTypes, goldTypes, keyOf, STUDY, setOf, UNKNOWN } from "./sets.js";

/** The figures that have a column and a picture, in the order in which they are shown; a report in full shows all of its. */
export const FIGURE_NAMES = ["accuracy", "macro_f1", "weighted_f1", "entity_f1", "entity_f1_lenient"];
/** Entity F1 as another program counts it, which need not be as we do: a column of its own. */
export const FOREIGN_FIGURE = "entity_f1_foreign";

/** No report or sample is larger, in bytes. */
const LARGEST = 64 * 2 ** 20;

const BUNDLES = new URL("bundles/", document.baseURI);

/**
 * A report, a sample, scikit-learn's dictionary: their shapes are those of core/src/report, which has checked them.
 * @typedef {any} Report
 * @typedef {any} Sample
 * @typedef {any} TokenReport
 */

/**
 * A sample with the text that it was read from.
 * @typedef {{ json: string, sample: Sample }} Taken
 */

/**
 * A report as the page shows it; what is not known is absent. `json` is the report's own text; `bundle` and `headId` say
 * what it was made with; `sample` is an address until it is loaded.
 * @typedef {object} Entry
 * @property {string} id
 * @property {"stored" | "study" | "own"} source
 * @property {string} name
 * @property {string} encoder
 * @property {string} head
 * @property {string} stage
 * @property {string} set the key of its test set, see sets.js
 * @property {string[]} types the types of entity that it is about
 * @property {string} [part]
 * @property {Record<string, number>} figures by the names of `Figure` in core/src/metrics/mod.rs
 * @property {Record<string, { low: number, high: number }>} [intervals]
 * @property {TokenReport} [token]
 * @property {boolean} [leavesOut] whether figures of words leave out some tags, such as O
 * @property {any} [foreign] what another program wrote, as core/src/report/foreign has it
 * @property {Report} [report]
 * @property {string} [json]
 * @property {string} [bundle]
 * @property {string} [headId]
 * @property {string | Taken} [sample]
 */

/**
 * By id.
 * @type {Map<string, Entry>}
 */
export const entries = new Map();

/**
 * Reports on redactions, by id.
 * @type {Map<string, { id: string, source: "stored" | "own", report: any }>}
 */
export const leaks = new Map();

/**
 * The test sets that there are, by key.
 * @type {Map<string, import("./sets.js").TestSet>}
 */
export const sets = new Map();

/**
 * The words of sentences, by the part's sha256: a map from place to words each.
 * @type {Map<string, Map<number, string[]>>}
 */
const words = new Map();

export const wordsOf = (/** @type {string | undefined} */ part) => words.get(part ?? "") ?? new Map();

/**
 * @param {string} json
 * @param {{ figures: Record<string, number> }} found what `checkFile` says of it
 * @param {Pick<Entry, "id" | "source" | "name"> & Partial<Entry>} rest
 * @returns {Entry}
 */
function entryOf(json, { figures }, rest) {
  /** @type {Report} */
  const report = JSON.parse(json);
  const { provenance } = report;
  const set = setOf(report);
  if (!sets.has(set.key)) sets.set(set.key, set);
  return {
    set: set.key,
    types: goldTypes(report),
    // Anybody's report: no name is longer than a label.
    encoder: label(provenance.encoder.name, 40),
    head: label(provenance.head.kind, 40),
    stage: label(report.stage, 24),
    part: provenance.split.test.sha256,
    figures,
    intervals: report.intervals,
    token: report.token,
    report,
    json,
    ...rest,
  };
}

for (const { encoder, stage, figures } of FIGURES) {
  const id = `study/${encoder}/${stage}`;
  entries.set(id, {
    id,
    source: "study",
    name: `${encoder}, ${stage}`,
    encoder,
    head: "linear",
    stage,
    set: STUDY,
    types: [],
    figures,
  });
}

/** @param {string | URL} url */
async function get(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  return response;
}

const isName = (/** @type {unknown} */ name) => typeof name === "string" && /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(name);
const isFile = (/** @type {unknown} */ file) =>
  typeof file === "string" && file.startsWith("reports/") && isName(file.slice("reports/".length));

/**
 * Loads the stored reports; calls `onProblem(file, reason)` for what is refused, and tells how many are done.
 * @param {(file: string, reason: string) => void} onProblem
 * @param {(done: number, all: number) => void} onProgress
 */
export async function loadStored(onProblem, onProgress) {
  const index = await (await get(new URL("index.json", BUNDLES))).json();
  /** @type {{ name: string, reports?: any }[]} */
  const bundles = index.bundles ?? [];
  const listed = bundles
    .filter(({ name }) => isName(name))
    .flatMap(({ name, reports }) =>
      (Array.isArray(reports) ? reports : []).map((report) => ({ bundle: name, ...report })),
    );
  let done = 0;
  const found = await Promise.all(
    listed.map(async ({ bundle, file, head, sample }) => {
      const shown = `${bundle}/${file}`;
      try {
        if (!isFile(file) || !isName(head)) throw new Error("the index names no file of a bundle");
        const folder = new URL(`${bundle}/`, BUNDLES);
        const json = await (await get(new URL(file, folder))).text();
        const found = await checkFile(json);
        if (found.kind !== "report") throw new Error(`found a ${found.kind}, expected a report`);
        const name = file.slice("reports/".length, -".json".length);
        const id = `${bundle}/${name}`;
        /** @type {Parameters<typeof entryOf>[2]} */
        const rest = { id, source: "stored", name: `${bundle}, ${name}`, bundle: folder.href, headId: head, head };
        if (isFile(sample)) rest.sample = new URL(sample, folder).href;
        return entryOf(json, found, rest);
      } catch (error) {
        onProblem(shown, messageOf(error));
        return null;
      } finally {
        onProgress(++done, listed.length);
      }
    }),
  );
  for (const entry of found) if (entry) entries.set(entry.id, entry);
}

/**
 * The sample of an entry as { json, sample }; its words become known.
 * @param {Entry} entry
 * @returns {Promise<Taken>}
 */
export async function loadSample(entry) {
  if (typeof entry.sample === "string") {
    const json = await (await get(entry.sample)).text();
    entry.sample = take(json, await checkFile(json));
  }
  if (!entry.sample) throw new Error(`${entry.name}: found no sample`);
  return entry.sample;
}

/**
 * @param {string} json
 * @param {{ kind: string }} found
 * @returns {Taken}
 */
function take(json, { kind }) {
  if (kind !== "sample") throw new Error(`found a ${kind}, expected a sample`);
  const sample = JSON.parse(json);
  const known = words.get(sample.part_sha256) ?? new Map();
  for (const { place, words: own } of sample.sentences) known.set(place, own);
  words.set(sample.part_sha256, known);
  return { json, sample };
}

/** Where the stored reports on redactions are, and which there are. */
const LEAKS = new URL("reports/redaction/", document.baseURI);
const LEAK_NAMES = ["all", "all-distilbert", "general", "patterns", "peer", "rampart", "rampart-patterns"];
const PEERS = new URL("reports/published/peers.json", document.baseURI);

/**
 * Loads the stored reports on redactions, likewise.
 * @param {(file: string, reason: string) => void} onProblem
 */
export async function loadLeaks(onProblem) {
  const found = await Promise.all(
    LEAK_NAMES.map(async (name) => {
      try {
        const json = await (await get(new URL(`${name}.json`, LEAKS))).text();
        const { kind } = await checkFile(json);
        if (kind !== "redaction") throw new Error(`found a ${kind}, expected a report on a redaction`);
        return { id: name, source: /** @type {const} */ ("stored"), report: JSON.parse(json) };
      } catch (error) {
        onProblem(`redaction/${name}.json`, messageOf(error));
        return null;
      }
    }),
  );
  for (const entry of found) if (entry) leaks.set(entry.id, entry);
}

/**
 * The published figures of other programs.
 * @returns {Promise<import("./arrange.js").Peers>}
 */
export async function loadPeers() {
  const peers = await (await get(PEERS)).json();
  if (peers.format !== "nerite-published" || peers.version !== 1) throw new Error(`found the format ${peers.format}`);
  return peers;
}

/**
 * Takes a file of the user's: gives what it is and the entry's id, if it is one, or fails with the reason.
 * @param {File} file
 * @returns {Promise<{ kind: "report" | "foreign" | "sample" | "redaction", id: string }>}
 */
export async function addFile(file) {
  if (file.size > LARGEST) throw new Error(`found ${file.size} bytes, expected at most ${LARGEST}`);
  const json = await file.text();
  const found = await checkFile(json);
  const { kind } = found;
  const id = `own/${file.name}`;
  const rest = { id, source: /** @type {const} */ ("own"), name: label(file.name, 80) };
  if (kind === "sample") {
    const taken = take(json, found);
    const { sample } = taken;
    for (const entry of entries.values()) {
      const { provenance } = entry.report ?? {};
      const fits = provenance?.head.sha256 === sample.head_sha256 && entry.part === sample.part_sha256;
      if (fits) entry.sample = taken;
    }
  } else if (kind === "redaction") leaks.set(id, { id, source: "own", report: JSON.parse(json) });
  else if (kind === "report") entries.set(id, entryOf(json, found, rest));
  else entries.set(id, { ...rest, ...fromName(file.name), ...foreign(found) });
  return { kind, id };
}

/**
 * What other programs write says nothing of where it came from; the study's files do by their names.
 * @param {string} name
 */
function fromName(name) {
  const parts = /^(base|fine-?tuned?)[_-](.+?)([_-]report)?\.(json|txt)$/i.exec(name);
  if (!parts) return { encoder: label(name.replace(/\.(json|txt)$/i, ""), 40), head: "", stage: "" };
  return { encoder: label(parts[2], 40), head: "", stage: parts[1].toLowerCase() === "base" ? "base" : "fine-tuned" };
}

/**
 * Words go to the columns of words, entities to those of entities: conlleval counts as we do when we read leniently, and
 * how others count, their files do not tell.
 * @param {any} found
 */
function foreign(found) {
  const { program, accuracy, words, entities } = found;
  /** @type {Record<string, number>} */
  const figures = {};
  const leavesOut = Boolean(words) && !Number.isFinite(accuracy);
  if (Number.isFinite(accuracy)) figures.accuracy = accuracy;
  if (words) {
    figures.macro_f1 = words["macro avg"]["f1-score"];
    figures.weighted_f1 = words["weighted avg"]["f1-score"];
  }
  if (entities) figures[program === "conlleval" ? "entity_f1_lenient" : FOREIGN_FIGURE] = entities.f1;
  return { set: UNKNOWN, types: foreignTypes(found), figures, foreign: found, token: words ?? undefined, leavesOut };
}

/** The corpora of which `words` holds all sentences, for they were judged in this tab. */
const judged = new Set();

/**
 * Takes a report that was made in this tab; its sentences' words become known. Gives the entry's id.
 * @param {{ name: string, json: string, words: string[][] }} made
 */
export async function addJudged({ name, json, words: sentences }) {
  await addFile(new File([json], name));
  const id = `own/${name}`;
  const entry = entries.get(id);
  // The names of sentences, by their numbers, are those of many files: the file says which one it is.
  const corpus = entry?.report?.provenance.corpus.sha256;
  if (!entry || !corpus) throw new Error(`${name}: found no report`);
  entry.part = corpus;
  const set = { ...setOf(entry.report), key: keyOf(corpus, entry.types), part: corpus };
  sets.set(set.key, set);
  entry.set = set.key;
  judged.add(corpus);
  words.set(corpus, new Map(sentences.map((own, place) => [place, own])));
  return id;
}

export function removeOwn() {
  for (const part of judged) words.delete(part);
  judged.clear();
  for (const map of [entries, leaks])
    for (const { id, source } of [...map.values()]) if (source === "own") map.delete(id);
}
