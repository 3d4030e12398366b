// Heads judged on labelled files: see nerite.d.ts. A worker of its own reads the file and keeps what is said of it
// (judging.js); the recognizer's workers say it.

/** @import { Evaluated, EvaluateOptions, HeadInfo, Labelled, LabelledSource, LoadOptions, ReadingOptions } from "./nerite.js" */
/** @import { Places, Run, Starting, Task } from "./internal.js" */

import { guarded, NeriteError, refuse } from "./errors.js";
import { Handle } from "./handle.js";
import { checked, EVALUATE, READ_LABELLED } from "./options.js";
import { wasmPlaces } from "./platform.js";
import { LONG } from "./pool.js";

/** Sentences of a task, and those that are on their way at a time: no more of the file is outside of its worker. */
const GROUP = 16;
const BLOCK = 512;

/** @typedef {ReadingOptions & { texts?: boolean } & Pick<LoadOptions, "workers" | "worker" | "workerUrl" | "wasmUrl">} ReadOptions */

/** What the two files of a pair of BRAT's are called. */
const PAIR = /^(.*)\.(txt|ann)$/i;

/**
 * @param {LabelledSource} file
 * @param {ReadOptions} [options]
 * @returns {Promise<Labelled>}
 */
export const readLabelled = (file, options) =>
  guarded(options?.signal, async () => {
    const { signal, texts, workers, worker, workerUrl, wasmUrl, ...reading } = checked(options, READ_LABELLED);
    const reader = new Reader({ workers, worker, workerUrl }, wasmPlaces(wasmUrl), signal);
    try {
      const read = await reader.read(file, reading);
      return texts ? { ...read, documents: await reader.ask("documents") } : read;
    } finally {
      reader.free();
    }
  });

/**
 * @param {{ pool: import("./pool.js").Pool, heads: HeadInfo[], grow(): Promise<void>, workers(): number }} recognizer
 * @param {LabelledSource} file
 * @param {EvaluateOptions} [options]
 * @returns {Promise<Evaluated>}
 */
export async function evaluate({ pool, heads: known, grow, workers }, file, options) {
  const {
    heads = known.map(({ id }) => id),
    map,
    types,
    decoder,
    onProgress,
    signal,
    ...reading
  } = checked(options, EVALUATE);
  if (heads.length === 0) refuse("input", "found no heads to judge");
  const lines = mapText(map);
  for (const type of types ?? []) refuseMisread("types", type, /[,=\s]/);
  signal?.throwIfAborted();
  const start = performance.now();
  const reader = new Reader(pool.starting, pool.input.wasm, signal);
  try {
    const read = await reader.read(file, reading);
    /** @type {{ subject: { id: string, bundle: string }, decoder: string, backend: string }[]} */
    const candidates = await Promise.all(heads.map((head) => pool.ask("candidate", { head, decoder })));
    await reader.ask("beginJudging", { candidates, map: lines, types });
    if (read.words > LONG) grow().catch(() => {});
    const asked = candidates.map(({ subject, decoder }) => ({ head: subject.id, decoder }));
    let done = 0;
    const tell = () => onProgress?.({ stage: "judge", done, total: read.sentences });
    tell();
    for (let from = 0; from < read.sentences; from += BLOCK) {
      await judgeBlock(pool, reader, asked, [from, Math.min(from + BLOCK, read.sentences)], signal, (sentences) => {
        done += sentences;
        tell();
      });
    }
    /** @type {string[][]} */
    const words = [];
    for (let from = 0; from < read.sentences; from += BLOCK)
      words.push(...(await reader.ask("sentences", { from, to: Math.min(from + BLOCK, read.sentences) })));
    const reports = [];
    for (const [index, { subject, decoder: own, backend }] of candidates.entries()) {
      onProgress?.({ stage: "figures", done: index, total: candidates.length });
      const circumstances = {
        machine: `browser, ${workers()} workers, ${backend}`,
        seconds: (performance.now() - start) / 1000,
        command: command(read.name, reading, {
          bundle: subject.bundle,
          part: "all",
          head: subject.id,
          map: lines,
          types: types?.join(","),
          decoder: decoder && own,
        }),
      };
      const { json, fittedOn } = await reader.ask("report", { head: index, circumstances });
      reports.push({ head: subject.id, json, report: JSON.parse(json), fittedOn: fittedOn ?? null });
    }
    return { read, reports, words, milliseconds: performance.now() - start };
  } finally {
    reader.free();
  }
}

/**
 * Has heads asked about some sentences, and the worker of the file told what they said.
 * @param {import("./pool.js").Pool} pool
 * @param {Reader} reader
 * @param {{ head: string, decoder: string }[]} asked
 * @param {Run} block
 * @param {AbortSignal | undefined} signal
 * @param {(sentences: number) => void} onDone
 */
async function judgeBlock(pool, reader, asked, [first, end], signal, onDone) {
  /** @type {Run[]} */
  const groups = [];
  for (let from = first; from < end; from += GROUP) groups.push([from, Math.min(from + GROUP, end)]);
  const inputs = await Promise.all(groups.map(([from, to]) => reader.ask("words", { from, to })));
  /** @type {Promise<unknown>[]} */
  const told = [];
  /** @type {Task[]} */
  const tasks = groups.map(([from, to], index) => ({
    name: "tag",
    input: () => ({ ...inputs[index], asked }),
    done: ({ heads, dropped }) => {
      const telling = reader.ask("addSaid", { from, heads, dropped });
      // It is awaited below, unless another failure comes first.
      telling.catch(() => {});
      told.push(telling);
      onDone(to - from);
    },
  }));
  await pool.run(tasks, signal);
  await Promise.all(told);
}

/** A worker with a labelled file. */
class Reader {
  #handle;
  #wasm;
  #end;

  /**
   * @param {Starting} starting
   * @param {Places | undefined} wasm
   * @param {AbortSignal | undefined} signal
   */
  constructor(starting, wasm, signal) {
    signal?.throwIfAborted();
    this.#handle = new Handle(starting);
    this.#wasm = wasm;
    const stop = () => this.#handle.end(signal?.reason);
    signal?.addEventListener("abort", stop, { once: true });
    this.#end = () => signal?.removeEventListener("abort", stop);
  }

  /**
   * @param {string} task
   * @param {object} [input]
   */
  ask(task, input) {
    return this.#handle.ask(task, input);
  }

  /**
   * Reads the file: what it holds.
   * @param {LabelledSource} file
   * @param {ReadingOptions} options
   * @returns {Promise<Labelled>}
   */
  async read(file, { name, ...options }) {
    const input = await contents(file);
    return this.ask("readLabelled", { wasm: this.#wasm, ...input, name: name ?? input.name, options });
  }

  free() {
    this.#end();
    this.#handle.end(new NeriteError("freed", "the file was read"));
  }
}

/**
 * Whatever window it is from.
 * @param {unknown} value
 * @param {string[]} kinds
 */
const isA = (value, ...kinds) => kinds.includes(Object.prototype.toString.call(value).slice("[object ".length, -1));
/**
 * @param {unknown} value
 * @returns {value is Blob}
 */
const isBlob = (value) => isA(value, "Blob", "File");
/** @param {Blob} blob */
const bytesOf = async (blob) => new Uint8Array(await blob.arrayBuffer());

/**
 * The bytes of whatever was handed in for a labelled file; of BRAT's files, those of all pairs.
 * @param {LabelledSource} file
 * @returns {Promise<{ name: string, bytes?: Uint8Array, pairs?: object[] }>}
 */
async function contents(file) {
  if (typeof file === "string") return { name: "text", bytes: new TextEncoder().encode(file) };
  if (isA(file, "Uint8Array")) return { name: "file", bytes: /** @type {Uint8Array} */ (file) };
  if (isA(file, "ArrayBuffer")) return { name: "file", bytes: new Uint8Array(/** @type {ArrayBuffer} */ (file)) };
  if (isBlob(file)) return { name: nameOf(file) || "file", bytes: await bytesOf(file) };
  const list = Symbol.iterator in Object(file) ? Array.from(/** @type {Iterable<Blob>} */ (file)) : [];
  if (list.length === 0 || !list.every(isBlob))
    refuse("input", "found no labelled file, expected a File, its bytes, its text, or BRAT's pairs of files");
  if (list.length === 1) return contents(list[0]);
  return pairs(list);
}

/** @param {Blob} file */
const nameOf = (file) => /** @type {Partial<File>} */ (file).name ?? "";

/**
 * Files of a text and of its annotations, by their common name.
 * @param {Blob[]} list
 */
async function pairs(list) {
  const path = (/** @type {Blob} */ file) => /** @type {File} */ (file).webkitRelativePath || nameOf(file);
  /** @type {Map<string, { txt?: Blob, ann?: Blob }>} */
  const found = new Map();
  for (const file of list) {
    const [, stem, ending] = PAIR.exec(path(file)) ?? [];
    if (stem !== undefined) found.set(stem, { ...found.get(stem), [ending.toLowerCase()]: file });
  }
  const whole = [...found]
    .flatMap(([stem, { txt, ann }]) => (txt && ann ? [/** @type {const} */ ([stem, { txt, ann }])] : []))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  if (whole.length === 0)
    refuse("input", `found ${list.length} files, expected one, or BRAT's pairs (NAME.ann and NAME.txt)`);
  const name = whole[0][0].includes("/") ? whole[0][0].split("/")[0] : whole[0][0];
  const read = (/** @type {(typeof whole)[0]} */ [stem, { txt, ann }]) =>
    Promise.all([bytesOf(txt), bytesOf(ann)]).then(([text, annotations]) => ({
      name: `${stem}.ann`,
      text,
      annotations,
    }));
  return { name, pairs: await Promise.all(whole.map(read)) };
}

/** What stands for a type that is dropped, and for all that are not named. */
const [DROPPED, REST] = ["O", "*"];

/**
 * Refuses a type that would be read as another one, or as several.
 * @param {string} option
 * @param {string} type
 * @param {RegExp} apart what no name of a type may have at its place
 */
function refuseMisread(option, type, apart) {
  if (!apart.test(type)) return;
  const found = `found the type ${JSON.stringify(type)}`;
  const wanted = "expected a name without commas, equals signs and blanks, which part types from one another";
  refuse("input", `options.${option}: ${found}, ${wanted}`);
}

/**
 * A map as `nerite evaluate --map` takes it: pairs are parted by commas, and what comes before the first equals sign of a
 * pair becomes what comes behind it. A type that cannot be written so is refused, but for one that is dropped, which
 * happens to any that is not named.
 * @param {EvaluateOptions["map"]} map
 */
export function mapText(map) {
  if (map === undefined || typeof map === "string") return map;
  const pairs = Object.entries(map).map(([from, to]) => ({ from, to: to ?? DROPPED }));
  const kept = pairs.filter(({ to }) => to !== DROPPED);
  const named = pairs.filter(({ from, to }) => {
    const isLeftOut =
      to === DROPPED && /[,=\s]/.test(from) && kept.length > 0 && !kept.some(({ to }) => to === from || to === REST);
    return !isLeftOut;
  });
  for (const { from, to } of named) {
    refuseMisread("map", from, /[,=\s]/);
    refuseMisread("map", to, /[,\s]/);
  }
  return named.length === 0 ? undefined : named.map(({ from, to }) => `${from}=${to}`).join(",");
}

/** @type {Record<string, string>} */
const FLAGS = {
  format: "format",
  encoding: "encoding",
  scheme: "scheme",
  wordColumn: "word-column",
  tagColumn: "tag-column",
  sentenceColumn: "sentence-column",
  labels: "labels",
};

/**
 * A word as a shell takes it.
 * @param {string} word
 */
const quoted = (word) => (/^[\w@+:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/**
 * The command that does the same natively.
 * @param {string} file
 * @param {object} reading
 * @param {Record<string, string | undefined>} judging
 */
function command(file, reading, judging) {
  const read = Object.entries(reading).map(([name, value]) => [FLAGS[name], value]);
  const flags = [...read, ...Object.entries(judging)].filter(([flag, value]) => flag && value !== undefined);
  const words = flags.flatMap(([flag, value]) => [`--${flag}`, String(value)]);
  return ["nerite", "evaluate", file.split("/").at(-1) ?? file, ...words].map(quoted).join(" ");
}
