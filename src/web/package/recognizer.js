// A bundle that is loaded, and what can be asked of it: see nerite.d.ts.

/** @import { EvaluateOptions, LabelledSource, LoadOptions, Part, Prediction, PredictOptions, RedactOptions, Strategy } from "./nerite.js" */
/** @import { Question, Result, Run, Task } from "./internal.js" */
/** @import { Pool } from "./pool.js" */

import { guarded, refuse } from "./errors.js";
import { evaluate } from "./evaluate.js";
import { ADD_HEAD, areOffsets, checked, PREDICT, PREDICT_WORDS, TRAINER } from "./options.js";
import { LONG } from "./pool.js";
import { infoOf, questionsFor } from "./questions.js";
import { redact } from "./redaction.js";
import { built, divided } from "./results.js";
import { breathe, Kept, Outline, Repeats, runs } from "./sentences.js";
import { Trainer } from "./trainer.js";

/** The results of more words than this are put together in a task of their own. */
const AT_ONCE = 10_000;
/** So much of a text, in code units, says how its words look to a vocabulary. */
const MOST_OF_VOCABULARY = 8000;
/** Known to `load` alone, which makes recognizers. */
export const OURS = Symbol("load");

export class Recognizer {
  #pool;
  #most;
  #kept = new Kept();
  #wasmBytes;

  /**
   * Made by `load`.
   * @param {symbol} ours
   * @param {Pool} pool
   * @param {number} most
   */
  constructor(ours, pool, most) {
    if (ours !== OURS) refuse("input", "a Recognizer is made by load()");
    this.#pool = pool;
    this.#most = most;
    this.#wasmBytes = pool.loaded.wasmBytes;
  }

  get name() {
    return this.#pool.loaded.name;
  }

  get source() {
    return this.#pool.loaded.source;
  }

  get license() {
    return this.#pool.loaded.license ?? null;
  }

  get architecture() {
    return this.#pool.loaded.architecture;
  }

  get bytes() {
    return this.#pool.loaded.bytes;
  }

  get cached() {
    return this.#pool.loaded.kept;
  }

  get backend() {
    return this.#pool.loaded.backend;
  }

  get heads() {
    return this.#pool.loaded.heads;
  }

  get defaultHead() {
    return this.#pool.loaded.defaultHead;
  }

  get workers() {
    return this.#pool.size;
  }

  get wasmBytes() {
    return this.#wasmBytes;
  }

  /** Starts all workers that there may be. */
  grow() {
    return guarded(undefined, () => this.#pool.grow(this.#most));
  }

  /**
   * @param {string} text
   * @param {PredictOptions} [options]
   * @returns {Promise<Prediction>}
   */
  predict(text, options) {
    return guarded(options?.signal, async () => {
      const own = checked(options, PREDICT);
      const [found] = await this.#read(text, [own.head ?? this.defaultHead], own);
      return found;
    });
  }

  /**
   * @param {string} text
   * @param {(string | { head: string, strategy?: Strategy })[]} heads
   * @param {PredictOptions} [options]
   * @returns {Promise<Prediction[]>}
   */
  predictAll(text, heads, options) {
    return guarded(options?.signal, async () => {
      if (!Array.isArray(heads) || heads.length === 0) refuse("input", "found no heads to ask");
      return this.#read(text, heads, checked(options, PREDICT));
    });
  }

  /**
   * Tags words that are cut already, sentence by sentence.
   * @param {string[][]} sentences
   * @param {Pick<PredictOptions, "head" | "decoder" | "signal">} [options]
   */
  predictWords(sentences, options) {
    return guarded(options?.signal, () => this.#readWords(sentences, checked(options, PREDICT_WORDS)));
  }

  /**
   * @param {string[][]} sentences
   * @param {Pick<PredictOptions, "head" | "decoder" | "signal">} options
   * @returns {Promise<{ tags: string[][], confidences: number[][] }>}
   */
  async #readWords(sentences, { head = this.defaultHead, decoder, signal }) {
    const isList = (/** @type {unknown} */ list, /** @type {(value: unknown) => boolean} */ of) =>
      Array.isArray(list) && list.every(of);
    if (!isList(sentences, (words) => isList(words, (word) => typeof word === "string"))) {
      refuse("input", "expected a list of sentences, each a list of words (strings); found another kind of value");
    }
    const [question] = questionsFor(this.heads, [head], { decoder });
    if (question.strategy)
      refuse("input", `found the head ${JSON.stringify(head)}, which reads pieces, expected one of words`);
    const text = sentences.map((words) => words.join(" ")).join("\n");
    const counts = Uint32Array.from(sentences, (words) => words.length);
    const ends = new Uint32Array(2 * counts.reduce((sum, count) => sum + count, 0));
    let [at, next] = [0, 0];
    for (const word of sentences.flat()) {
      ends[next++] = at;
      ends[next++] = at + word.length;
      at += word.length + 1;
    }
    const outline = new Outline(text, { words: ends, sentences: counts });
    const { tags: names } = infoOf(this.heads, head);
    const [results] = await this.#results(outline, [question], { signal });
    return {
      tags: results.map(({ tags }) => Array.from(tags, (tag) => names[tag])),
      confidences: results.map(({ tags, probabilities }) =>
        Array.from(tags, (tag, word) => probabilities[word * names.length + tag]),
      ),
    };
  }

  /**
   * How the first words of a text look to the vocabulary.
   * @param {string} text
   * @returns {Promise<{ words: number, subwords: number, unknown: number }>}
   */
  vocabulary(text) {
    return guarded(undefined, () => {
      if (typeof text !== "string") refuse("input", `found a text of type ${typeof text}, expected a string`);
      return this.#pool.ask("vocabulary", { text: text.slice(0, MOST_OF_VOCABULARY) });
    });
  }

  /**
   * The text without what heads and patterns find in it.
   * @param {string} text
   * @param {RedactOptions} [options]
   */
  redact(text, options) {
    return redact((task, input) => this.#pool.ask(task, input), this, text, options);
  }

  /**
   * A trainer with the same bundle, which works in one or two workers of its own.
   * @param {Pick<LoadOptions, "onProgress" | "signal">} [options]
   */
  trainer(options) {
    return guarded(options?.signal, () => {
      const { onProgress, signal } = checked(options, TRAINER);
      return Trainer.start(this.#pool, this.#most === 1, onProgress, signal);
    });
  }

  /**
   * Takes a head that is not in the bundle, for instance one that a trainer made; from then on it is among `heads`.
   * @param {string} id
   * @param {Uint8Array} bytes
   * @param {{ title?: string }} [options]
   */
  addHead(id, bytes, options) {
    return guarded(undefined, async () => {
      const { title = id } = checked(options, ADD_HEAD);
      if (typeof id !== "string" || !/^[\w.-]{1,64}$/.test(id))
        refuse("input", `found the head's name ${JSON.stringify(id)}, expected letters, digits, dots, - and _`);
      if (!(bytes instanceof Uint8Array)) refuse("input", "found no bytes of a head, expected a Uint8Array");
      await this.#pool.addHead({ head: id, title, bytes });
      // What was kept may be of an older head of this name.
      this.#kept = new Kept();
    });
  }

  /**
   * The bundle as a zip file, with the heads that were added, of which `head` is the first.
   * @param {string} head
   * @returns {Promise<Uint8Array>}
   */
  archive(head = this.defaultHead) {
    return guarded(undefined, () => this.#pool.ask("archive", { head }));
  }

  /**
   * Judges heads on a labelled file, as `nerite evaluate` does.
   * @param {LabelledSource} file
   * @param {EvaluateOptions} [options]
   */
  evaluate(file, options) {
    const { heads } = this;
    const own = { pool: this.#pool, heads, grow: () => this.grow(), workers: () => this.workers };
    return guarded(options?.signal, () => evaluate(own, file, options));
  }

  free() {
    this.#pool.free();
  }

  /** For `using`, where the language has it. */
  [Symbol.dispose ?? Symbol.for("Symbol.dispose")]() {
    this.free();
  }

  /**
   * @param {string} text
   * @param {(string | { head: string, strategy?: Strategy })[]} heads
   * @param {PredictOptions} options
   * @returns {Promise<Prediction[]>}
   */
  async #read(text, heads, options) {
    if (typeof text !== "string") refuse("input", `found a text of type ${typeof text}, expected a string`);
    const { signal, onPart } = options;
    const start = performance.now();
    const questions = questionsFor(this.heads, heads, options);
    signal?.throwIfAborted();
    // Lone surrogates become U+FFFD in the worker, which has the same length.
    const outline = new Outline(text, await this.#pool.outline(text));
    signal?.throwIfAborted();
    const tags = questions.map(({ head }) => infoOf(this.heads, head).tags);
    /** @type {Part[][]} */
    const found = questions.map(() => []);
    let reusedWords = 0;
    await this.#results(outline, questions, options, ([from, to], results, known) => {
      const firstWord = outline.ends[from];
      if (known) reusedWords += outline.ends[to] - firstWord;
      results.forEach((own, index) => {
        const part = { firstWord, ...built(outline, from, own, tags[index]) };
        found[index].push(part);
        onPart?.(part, index);
      });
    });
    const milliseconds = performance.now() - start;
    /** @type {Prediction[]} */
    const predictions = [];
    for (const [index, { head, decoder, strategy }] of questions.entries()) {
      if (outline.count > AT_ONCE) await breathe(signal);
      const parts = found[index].sort((a, b) => a.firstWord - b.firstWord);
      predictions.push({
        head,
        decoder,
        ...(strategy && { strategy }),
        tags: tags[index],
        words: parts.flatMap((part) => part.words),
        entities: parts.flatMap((part) => part.entities),
        doubtful: parts.flatMap((part) => part.doubtful),
        milliseconds,
        reusedWords,
      });
    }
    return predictions;
  }

  /**
   * The results of all sentences, a list for each question. `onRun` hears of runs of sentences as they come:
   * `[from, to]`, for each question the results of these, and whether they were known before.
   * @param {Outline} outline
   * @param {Question[]} questions
   * @param {Pick<PredictOptions, "signal" | "visible" | "onProgress">} options
   * @param {(run: Run, results: Result[][], known: boolean) => void} [onRun]
   * @returns {Promise<Result[][]>}
   */
  async #results(outline, questions, { signal, visible, onProgress }, onRun) {
    const prefixes = questions.map((question) => `${JSON.stringify(question)}\n`);
    /** @type {Result[][]} */
    const results = questions.map(() => new Array(outline.sentences));
    /** @type {string[]} */
    const keys = [];
    /**
     * The first sentence of each key that is read.
     * @type {Map<string, number>}
     */
    const firsts = new Map();
    const stateOf = (/** @type {number} */ sentence) => {
      const key = outline.key(sentence);
      keys[sentence] = key;
      const found = prefixes.map((prefix) => this.#kept.get(prefix + key));
      if (!found.every((result) => result !== undefined)) {
        if (firsts.has(key)) return "repeated";
        firsts.set(key, sentence);
        return "unknown";
      }
      found.forEach((result, index) => {
        results[index][sentence] = result;
      });
      return "known";
    };
    const { known, unknown, repeated, words } = await runs(outline, stateOf, this.#most, signal);
    if (words > LONG && this.#pool.size < this.#most) this.grow().catch(() => {});
    let done = 0;
    const tell = (/** @type {Run} */ [from, to], /** @type {boolean} */ isKnown) => {
      done += outline.ends[to] - outline.ends[from];
      onRun?.(
        [from, to],
        results.map((own) => own.slice(from, to)),
        isKnown,
      );
      onProgress?.({ words: done, total: outline.count });
    };
    for (const [index, run] of known.entries()) {
      if (index % 4 === 3) await breathe(signal);
      tell(run, true);
    }
    // What is on the screen comes first, and what follows it next.
    const range = () => (typeof visible === "function" ? visible() : visible);
    const isVisible = (/** @type {Run} */ run, /** @type {any} */ range) =>
      areOffsets(range) && outline.meets(range, run);
    const begun = range();
    const first = Math.max(
      0,
      unknown.findIndex((run) => isVisible(run, begun)),
    );
    /** The place in a queue of what is on the screen by now. */
    const nearest = (/** @type {import("./internal.js").Waiting[]} */ queue) => {
      const now = range();
      return Math.max(
        0,
        queue.findIndex(({ task }) => task.outline === outline && task.run !== undefined && isVisible(task.run, now)),
      );
    };
    const repeats = new Repeats(repeated, keys);
    let telling = Promise.resolve();
    /** What repeats what has been read by now; with breaks, as a text may say one thing for ever. */
    const tellRepeats = async () => {
      for (let run = repeats.next(); run; run = repeats.next()) {
        for (let sentence = run[0]; sentence < run[1]; sentence++) {
          const first = /** @type {number} */ (firsts.get(keys[sentence]));
          for (const own of results) own[sentence] = own[first];
        }
        tell(run, false);
        await breathe(signal);
      }
    };
    /** @type {Task[]} */
    const tasks = [...unknown.slice(first), ...unknown.slice(0, first)].map(([from, to]) => ({
      outline,
      run: /** @type {Run} */ ([from, to]),
      nearest: typeof visible === "function" ? nearest : undefined,
      input: () => ({ ...outline.input(from, to), questions }),
      done: (/** @type {{ answers: Result[], wasmBytes: number }} */ { answers, wasmBytes }) => {
        this.#wasmBytes = Math.max(this.#wasmBytes, wasmBytes);
        answers.forEach((answer, index) => {
          const width = infoOf(this.heads, questions[index].head).tags.length;
          const own = divided(answer, outline, from, to, width);
          own.forEach((result, offset) => {
            results[index][from + offset] = result;
            this.#kept.set(prefixes[index] + keys[from + offset], result);
          });
        });
        tell([from, to], false);
        repeats.read(keys.slice(from, to));
        // One after the other; what fails is heard of below, and ends the telling.
        telling = telling.then(tellRepeats);
        telling.catch(() => {});
      },
    }));
    await this.#pool.run(tasks, signal);
    // What a caller's function throws is the caller's to hear.
    await telling;
    return results;
  }
}
