// The package's face: see nerite.d.ts. No model runs on this thread: workers do all the work (worker.js).

import { cacheSize, clearCache, Source } from "./downloads.js";
import { guarded, NeriteError, refuse } from "./errors.js";
import { evaluate, readLabelled } from "./evaluate.js";
import { areOffsets, checked, INSPECT, LOAD, PREDICT, PREDICT_WORDS } from "./options.js";
import { cores, hasWorkers, memoryBytes, wasmPlaces } from "./platform.js";
import { Pool } from "./pool.js";
import { Redaction, redact } from "./redaction.js";
import { breathe, Kept, Outline, runs } from "./sentences.js";
import { located } from "./source.js";
import { Trainer } from "./trainer.js";

export { cacheSize, clearCache, NeriteError, Redaction, readLabelled, Trainer };

/** More workers than this bring little: memory is slower than cores. */
const MOST_WORKERS = 4;
/** Words that are worth the start of more workers. */
const LONG = 400;
/** The results of more words than this are put together in a task of their own. */
const AT_ONCE = 10_000;
/** How an entity's score follows from its words'; the first one unless another is asked for. */
const AGGREGATIONS = ["average", "first", "max"];
/** The largest bundle of which workers have copies without being asked, as a part of the device's memory. */
const SHARE_OF_MEMORY = 0.1;
/** Known to `load` alone, which makes recognizers. */
const OURS = Symbol("load");

export const load = (source, options) =>
  guarded(options?.signal, async () => {
    const { onProgress, signal, workers, cache = true, worker, workerUrl, wasmUrl, hub } = checked(options, LOAD);
    const where = await located(source, { hub });
    const onThisThread = workers === 0 || !(worker || hasWorkers());
    const pool = new Pool({ source: where, cache, wasm: wasmPlaces(wasmUrl) }, { workers, worker, workerUrl });
    await pool.lead(onProgress, signal);
    const { bytes, kept } = pool.bundle;
    // Further workers are not to download it all once more.
    const isNear = where.files || where.folder || kept;
    const recognizer = new Recognizer(OURS, pool, onThisThread ? 1 : (workers ?? (isNear ? fitting(bytes) : 1)));
    if (workers > 1) {
      const stop = () => recognizer.free();
      signal?.addEventListener("abort", stop, { once: true });
      try {
        await recognizer.grow();
      } finally {
        signal?.removeEventListener("abort", stop);
        signal?.throwIfAborted();
      }
    }
    return recognizer;
  });

/** As many workers as cores and memory are good for. */
const fitting = (bytes) =>
  Math.max(1, Math.min(MOST_WORKERS, cores(), Math.floor((memoryBytes() * SHARE_OF_MEMORY) / bytes)));

export const inspect = (source, options) =>
  guarded(options?.signal, async () => {
    const { signal, hub } = checked(options, INSPECT);
    const where = new Source(await located(source, { hub }));
    const json = new TextDecoder().decode(await where.manifest(signal));
    let manifest;
    try {
      manifest = JSON.parse(json);
    } catch (error) {
      refuse("bundle", `manifest.json: ${error.message}`);
    }
    const heads = Array.isArray(manifest?.heads) ? manifest.heads : [];
    const named = [manifest?.encoder, manifest?.tokenizer, ...heads];
    const whole = ({ file, bytes, sha256 } = {}) =>
      typeof file === "string" && Number.isSafeInteger(bytes) && bytes > 0 && typeof sha256 === "string";
    if (named.length < 3 || named.length > 66 || !named.every((file) => whole(file ?? undefined))) {
      refuse("bundle", "manifest.json: found no encoder, tokenizer and heads with their sizes");
    }
    const files = named.map(({ file, bytes, sha256 }) => ({ file, bytes, sha256 }));
    return {
      name: String(manifest.name ?? ""),
      architecture: String(manifest.architecture ?? ""),
      bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
      files,
      heads: heads.map(({ id, title, bytes }) => ({ id: String(id), title: String(title ?? id), bytes })),
      defaultHead: String(manifest.default_head ?? ""),
      cachedBytes: await where.cachedBytes(files),
    };
  });

export class Recognizer {
  #pool;
  #most;
  #kept = new Kept();
  #wasmBytes;

  /** Made by `load`. */
  constructor(ours, pool, most) {
    if (ours !== OURS) refuse("input", "a Recognizer is made by load()");
    this.#pool = pool;
    this.#most = most;
    this.#wasmBytes = pool.bundle.wasmBytes;
  }

  get name() {
    return this.#pool.bundle.name;
  }

  get source() {
    return this.#pool.bundle.source;
  }

  get license() {
    return this.#pool.bundle.license ?? null;
  }

  get architecture() {
    return this.#pool.bundle.architecture;
  }

  get bytes() {
    return this.#pool.bundle.bytes;
  }

  get cached() {
    return this.#pool.bundle.kept;
  }

  get backend() {
    return this.#pool.bundle.backend;
  }

  get heads() {
    return this.#pool.bundle.heads;
  }

  get defaultHead() {
    return this.#pool.bundle.defaultHead;
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

  predict(text, options) {
    return guarded(options?.signal, async () => {
      const own = checked(options, PREDICT);
      const [found] = await this.#read(text, [own.head ?? this.defaultHead], own);
      return found;
    });
  }

  predictAll(text, heads, options) {
    return guarded(options?.signal, async () => {
      if (!Array.isArray(heads) || heads.length === 0) refuse("input", "found no heads to ask");
      return this.#read(text, heads, checked(options, PREDICT));
    });
  }

  /** Tags words that are cut already, sentence by sentence. */
  predictWords(sentences, options) {
    return guarded(options?.signal, () => this.#readWords(sentences, checked(options, PREDICT_WORDS)));
  }

  async #readWords(sentences, { head = this.defaultHead, decoder, signal }) {
    const isList = (list, of) => Array.isArray(list) && list.every(of);
    if (!isList(sentences, (words) => isList(words, (word) => typeof word === "string"))) {
      refuse("input", "expected a list of sentences, each a list of words (strings); found another kind of value");
    }
    const [question] = this.#questions([head], { decoder });
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
    const { tags: names } = this.heads.find(({ id }) => id === head);
    const [results] = await this.#results(outline, [question], { signal });
    return {
      tags: results.map(({ tags }) => Array.from(tags, (tag) => names[tag])),
      confidences: results.map(({ tags, probabilities }) =>
        Array.from(tags, (tag, word) => probabilities[word * names.length + tag]),
      ),
    };
  }

  /** The text without what heads and patterns find in it. */
  redact(text, options) {
    return redact((task, input) => this.#pool.ask(task, input), this, text, options);
  }

  /** A trainer with the same bundle, which works in a worker of its own. */
  trainer(options) {
    const { onProgress, signal } = options ?? {};
    return Trainer.start(this.#pool, onProgress, signal);
  }

  /** Takes a head that is not in the bundle, for instance one that a trainer made; from then on it is among `heads`. */
  async addHead(id, bytes, { title = id } = {}) {
    if (typeof id !== "string" || !/^[\w.-]{1,64}$/.test(id))
      refuse("input", `found the head's name ${JSON.stringify(id)}, expected letters, digits, dots, - and _`);
    if (!(bytes instanceof Uint8Array)) refuse("input", "found no bytes of a head, expected a Uint8Array");
    await this.#pool.addHead({ head: id, title: String(title), bytes });
    // What was kept may be of an older head of this name.
    this.#kept = new Kept();
  }

  /** The bundle as a zip file, with the heads that were added, of which `head` is the first. */
  archive(head = this.defaultHead) {
    return this.#pool.ask("archive", { head });
  }

  /** Judges heads on a labelled file, as `nerite evaluate` does. */
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

  /** What is asked of each head: the decoder or strategy asked for, where the head can serve it. */
  #questions(heads, { decoder, aggregation = AGGREGATIONS[0], strategy }) {
    const expect = (what, found, expected) => {
      if (!expected.includes(found))
        refuse("input", `found the ${what} ${JSON.stringify(found)}, expected one of ${expected.join(", ")}`);
    };
    const wanted = heads.map((head) => (typeof head === "string" ? { head } : { ...head }));
    const infos = wanted.map(({ head }) => {
      expect(
        "head",
        head,
        this.heads.map(({ id }) => id),
      );
      return this.heads.find(({ id }) => id === head);
    });
    const serves = (list, what, found) => {
      if (found === undefined) return;
      const all = [...new Set(infos.flatMap((info) => info[list]))];
      if (all.length === 0) refuse("input", `found a ${what}, but the head reads words, which have none`);
      expect(what, found, all);
    };
    serves("decoders", "decoder", decoder);
    serves("strategies", "strategy", strategy);
    expect("aggregation", aggregation, AGGREGATIONS);
    return wanted.map(({ head, strategy: own }, index) => {
      const info = infos[index];
      if (own !== undefined) expect("strategy", own, info.strategies);
      if (info.unit === "pieces") {
        return { head, decoder: info.decoder, strategy: own ?? strategy ?? info.strategy };
      }
      return { head, decoder: info.decoders.includes(decoder) ? decoder : info.decoder, aggregation };
    });
  }

  async #read(text, heads, options) {
    if (typeof text !== "string") refuse("input", `found a text of type ${typeof text}, expected a string`);
    const { signal, onPart } = options;
    const start = performance.now();
    const questions = this.#questions(heads, options);
    signal?.throwIfAborted();
    // Lone surrogates become U+FFFD in the worker, which has the same length.
    const outline = new Outline(text, await this.#pool.outline(text));
    signal?.throwIfAborted();
    const tags = questions.map(({ head }) => this.heads.find(({ id }) => id === head).tags);
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
        milliseconds,
        reusedWords,
      });
    }
    return predictions;
  }

  /**
   * The results of all sentences, a list for each question. `onRun` hears of runs of sentences as they come:
   * `[from, to]`, for each question the results of these, and whether they were known before.
   */
  async #results(outline, questions, { signal, visible, onProgress }, onRun) {
    const prefixes = questions.map((question) => `${JSON.stringify(question)}\n`);
    const results = questions.map(() => new Array(outline.sentences));
    /** The first sentence of each key that is read. */
    const firsts = new Map();
    const stateOf = (sentence) => {
      const key = outline.key(sentence);
      const found = prefixes.map((prefix) => this.#kept.get(prefix + key));
      if (!found.every(Boolean)) {
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
    const tell = ([from, to], isKnown) => {
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
    const isVisible = (run, range) => areOffsets(range) && outline.meets(range, run);
    const begun = range();
    const first = Math.max(
      0,
      unknown.findIndex((run) => isVisible(run, begun)),
    );
    /** The place in a queue of what is on the screen by now. */
    const nearest = (queue) => {
      const now = range();
      return Math.max(
        0,
        queue.findIndex(({ task }) => task.outline === outline && isVisible(task.run, now)),
      );
    };
    const tasks = [...unknown.slice(first), ...unknown.slice(0, first)].map(([from, to]) => ({
      outline,
      run: [from, to],
      nearest: typeof visible === "function" ? nearest : undefined,
      input: () => ({ ...outline.input(from, to), questions }),
      done: ({ answers, wasmBytes }) => {
        this.#wasmBytes = Math.max(this.#wasmBytes, wasmBytes);
        answers.forEach((answer, index) => {
          const own = divided(
            answer,
            outline,
            from,
            to,
            this.heads.find(({ id }) => id === questions[index].head).tags.length,
          );
          own.forEach((result, offset) => {
            results[index][from + offset] = result;
            this.#kept.set(prefixes[index] + outline.key(from + offset), result);
          });
        });
        tell([from, to], false);
      },
    }));
    await this.#pool.run(tasks, signal);
    for (const [index, run] of repeated.entries()) {
      if (index % 4 === 3) await breathe(signal);
      for (let sentence = run[0]; sentence < run[1]; sentence++) {
        const first = firsts.get(outline.key(sentence));
        for (const own of results) own[sentence] = own[first];
      }
      tell(run, false);
    }
    return results;
  }
}

/** A head's answer for sentences `from` to `to`, sentence by sentence. */
function divided({ tags, probabilities, entities }, outline, from, to, width) {
  const results = [];
  const base = outline.ends[from];
  let entity = 0;
  for (let sentence = from; sentence < to; sentence++) {
    const [first, last] = [outline.ends[sentence] - base, outline.ends[sentence + 1] - base];
    const own = [];
    for (; entity < entities.length && entities[entity].words[0] < last; entity++) {
      const { words, type, score } = entities[entity];
      own.push({ words: [words[0] - first, words[1] - first], type, score });
    }
    results.push({
      tags: tags.subarray(first, last),
      probabilities: probabilities.subarray(first * width, last * width),
      entities: own,
    });
  }
  return results;
}

/** Words and entities of sentences from `from` on, as pages see them. */
function built(outline, from, results, tags) {
  const words = [];
  const entities = [];
  results.forEach((result, offset) => {
    const sentence = from + offset;
    const first = outline.ends[sentence];
    result.tags.forEach((tag, index) => {
      const word = first + index;
      const probabilities = result.probabilities.subarray(index * tags.length, (index + 1) * tags.length);
      words.push({
        start: outline.start(word),
        end: outline.end(word),
        tag: tags[tag],
        score: probabilities[tag],
        probabilities,
        sentence,
        ...(outline.continues(word) && { continues: true }),
      });
    });
    for (const {
      words: [from, to],
      type,
      score,
    } of result.entities) {
      const [start, end] = [outline.start(first + from), outline.end(first + to - 1)];
      entities.push({
        start,
        end,
        type,
        text: outline.text.slice(start, end),
        score,
        words: [first + from, first + to],
      });
    }
  });
  return { words, entities };
}
