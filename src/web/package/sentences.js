// Sentences of a text: which of them have been read before, and how they go to the workers.

/** @import { Result, Run } from "./internal.js" */

/** Words whose results are kept for texts that are edited: some 70 bytes each. */
const KEPT_WORDS = 300_000;
/** Words of one task: few enough to be cancelled soon, enough to keep an engine busy. */
const FEWEST = 48;
const MOST = 256;
/** Sentences whose earlier results are looked up before the page gets its thread back. */
const AT_A_TIME = 400;

/**
 * A text's words (start and end of each) and sentences (first word and the one after the last). Where heads read
 * pieces, these are the words, and blocks that go to the encoder are the sentences.
 */
export class Outline {
  /**
   * @param {string} text
   * @param {{ words: Uint32Array, sentences: Uint32Array, pieces?: { ids: Uint32Array, marks: Uint8Array, contexts: Uint32Array } | null }} cut
   */
  constructor(text, { words, sentences, pieces = null }) {
    this.text = text;
    this.words = words;
    this.pieces = pieces;
    this.ends = new Uint32Array(sentences.length + 1);
    sentences.forEach((count, index) => {
      this.ends[index + 1] = this.ends[index] + count;
    });
  }

  /** How many words there are. */
  get count() {
    return this.words.length / 2;
  }

  get sentences() {
    return this.ends.length - 1;
  }

  /** @param {number} word */
  start(word) {
    return this.words[2 * word];
  }

  /** @param {number} word */
  end(word) {
    return this.words[2 * word + 1];
  }

  /**
   * What a sentence's result depends on, besides heads and decoders.
   * @param {number} sentence
   */
  key(sentence) {
    if (this.pieces) {
      const { ids, marks, lengths } = this.blocks(sentence, sentence + 1);
      return `${lengths} ${marks} ${ids}`;
    }
    const words = [];
    for (let word = this.ends[sentence]; word < this.ends[sentence + 1]; word++) {
      words.push(this.text.slice(this.start(word), this.end(word)));
    }
    return JSON.stringify(words);
  }

  /**
   * Sentences `from` to `to` as a task's input; offsets count from the first word.
   * @param {number} from
   * @param {number} to
   */
  input(from, to) {
    if (this.pieces) return this.blocks(from, to);
    const [first, last] = [this.ends[from], this.ends[to]];
    const base = this.start(first);
    const words = this.words.slice(2 * first, 2 * last).map((offset) => offset - base);
    const sentences = new Uint32Array(to - from).map(
      (_, index) => this.ends[from + index + 1] - this.ends[from + index],
    );
    return { text: this.text.slice(base, this.end(last - 1)), words, sentences };
  }

  /**
   * Whether a word is a piece of the same word as the one before it.
   * @param {number} word
   */
  continues(word) {
    return this.pieces !== null && (this.pieces.marks[word] & 2) !== 0;
  }

  /**
   * Of blocks, all pieces that they read; of each, how many these are, and which of them are its own.
   * @param {number} from
   * @param {number} to
   */
  blocks(from, to) {
    const { ids, marks, contexts } = /** @type {NonNullable<Outline["pieces"]>} */ (this.pieces);
    const lengths = new Uint32Array(3 * (to - from));
    /** @type {{ ids: number[], marks: number[] }} */
    const all = { ids: [], marks: [] };
    for (let block = from; block < to; block++) {
      const [start, end] = contexts.subarray(2 * block, 2 * block + 2);
      all.ids.push(...ids.subarray(start, end));
      all.marks.push(...marks.subarray(start, end));
      const own = [end - start, this.ends[block] - start, this.ends[block + 1] - start];
      lengths.set(own, 3 * (block - from));
    }
    return { ids: Uint32Array.from(all.ids), marks: Uint8Array.from(all.marks), lengths };
  }

  /**
   * Whether a run of sentences has anything within these offsets.
   * @param {[number, number]} range
   * @param {Run} run
   */
  meets([start, end], [from, to]) {
    return this.start(this.ends[from]) < end && this.end(this.ends[to] - 1) > start;
  }
}

/** Results of sentences, the latest used last. */
export class Kept {
  /** @type {Map<string, Result>} */
  #results = new Map();
  #words = 0;

  /** @param {string} key */
  get(key) {
    const found = this.#results.get(key);
    if (found) {
      this.#results.delete(key);
      this.#results.set(key, found);
    }
    return found;
  }

  /**
   * @param {string} key
   * @param {Result} result
   */
  set(key, result) {
    if (this.#results.has(key)) return;
    this.#results.set(key, result);
    this.#words += result.tags.length;
    for (const [oldest, { tags }] of this.#results) {
      if (this.#words <= KEPT_WORDS) break;
      this.#words -= tags.length;
      this.#results.delete(oldest);
    }
  }
}

/**
 * Cuts sentences into runs that are to be read, runs whose results are known, and runs of sentences that the text has
 * had before: a text may say one thing for ever.
 * @param {Outline} outline
 * @param {(sentence: number) => "known" | "unknown" | "repeated"} stateOf
 * @param {number} workers
 * @param {AbortSignal | undefined} signal
 * @returns {Promise<{ known: Run[], unknown: Run[], repeated: Run[], words: number }>} `words`: how many unknown
 */
export async function runs(outline, stateOf, workers, signal) {
  /** @type {Run[]} */
  const known = [];
  /** @type {Run[]} */
  const unknown = [];
  /** @type {Run[]} */
  const repeated = [];
  let words = 0;
  /**
   * @param {Run[]} list
   * @param {number} sentence
   * @param {number} most of its words
   */
  const extend = (list, sentence, most) => {
    const last = list.at(-1);
    const fits = last && last[1] === sentence && outline.ends[sentence + 1] - outline.ends[last[0]] <= most;
    if (fits) last[1] = sentence + 1;
    else list.push([sentence, sentence + 1]);
  };
  /** @type {("known" | "unknown" | "repeated")[]} */
  const states = [];
  for (let sentence = 0; sentence < outline.sentences; sentence++) {
    if (sentence % AT_A_TIME === AT_A_TIME - 1) await breathe(signal);
    states.push(stateOf(sentence));
    if (states[sentence] === "unknown") words += outline.ends[sentence + 1] - outline.ends[sentence];
  }
  // Each worker gets several tasks, so that all end at about the same time.
  const most = Math.min(Math.max(Math.ceil(words / (3 * workers)), FEWEST), MOST);
  for (const [sentence, state] of states.entries()) {
    if (state === "unknown") extend(unknown, sentence, most);
    else extend(state === "known" ? known : repeated, sentence, MOST);
  }
  return { known, unknown, repeated, words };
}

/** Runs of sentences that the text has had before: each is to be had once all that it repeats has been read. */
export class Repeats {
  /** @type {Map<string, { run: Run, open: Set<string> }[]>} by the keys that they wait for */
  #waiting = new Map();
  /** @type {Run[]} */
  #ready = [];

  /**
   * @param {Run[]} repeated
   * @param {string[]} keys of all sentences
   */
  constructor(repeated, keys) {
    for (const run of repeated) {
      const one = { run, open: new Set(keys.slice(...run)) };
      for (const key of one.open) {
        if (!this.#waiting.get(key)?.push(one)) this.#waiting.set(key, [one]);
      }
    }
  }

  /** @param {string[]} keys of sentences that have been read, each for the first time */
  read(keys) {
    for (const key of keys) {
      for (const { run, open } of this.#waiting.get(key) ?? []) {
        open.delete(key);
        if (open.size === 0) this.#ready.push(run);
      }
    }
  }

  /** A run that waits for nothing any more; each is given once. */
  next() {
    return this.#ready.shift();
  }
}

/**
 * Lets the page do what else it has to.
 * @param {AbortSignal | undefined} signal
 */
export async function breathe(signal) {
  if (typeof globalThis.scheduler?.yield === "function") await scheduler.yield();
  else await new Promise((resolve) => setTimeout(resolve));
  signal?.throwIfAborted();
}
