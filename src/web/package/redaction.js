// A text without what was taken out of it, and the way back: see nerite.d.ts. The engines do the work; the table of
// values is kept here, in memory, and goes nowhere.

/** @import { Entity, HeadInfo, RedactedPlace, Recognizer, RedactOptions } from "./nerite.js" */

import { guarded, NeriteError, refuse } from "./errors.js";
import { checked, REDACT } from "./options.js";
import { infoOf } from "./questions.js";

/**
 * What asks an engine of the recognizer.
 * @typedef {(task: string, input: object) => Promise<any>} Ask
 * @typedef {Pick<Recognizer, "predictAll" | "heads" | "defaultHead">} Reader
 * @typedef {{ recognizer: Reader, heads: HeadInfo[] }} Asked
 * @typedef {Pick<Entity, "start" | "end" | "type" | "score">} Found
 * @typedef {{ text: string, found: Found[], types: string[][] }} From what a redaction is made of
 * @typedef {Omit<RedactOptions, "heads" | "also">} Options
 * @typedef {{
 *   text: string, hidden: RedactedPlace[], left: RedactedPlace[], knownTypes: string[], takenTypes: string[], table: string,
 * }} Answer
 */

/** Known to `redact` alone, which makes redactions. */
const OURS = Symbol("redact");

/**
 * The types of a head's tags: all that stands behind a prefix, or a whole tag without one.
 * @param {HeadInfo} head
 */
const typesOf = ({ tags, scheme }) => [
  ...new Set(tags.filter((tag) => tag !== "O").map((tag) => (scheme === "bare" ? tag : tag.replace(/^[BILUES]-/, "")))),
];

/**
 * Whom to ask: heads of this recognizer, and of others beside it.
 * @param {Reader} recognizer
 * @param {RedactOptions} options
 * @returns {Asked[]}
 */
function askedOf(recognizer, { heads = [recognizer.defaultHead], also = [] }) {
  /** @type {{ recognizer: Reader, heads: (string | undefined)[] }[]} */
  const all = [{ recognizer, heads }, ...also.map(({ recognizer, head }) => ({ recognizer, heads: [head] }))];
  return all
    .filter(({ heads }) => heads.length > 0)
    .map(({ recognizer, heads }) => ({
      recognizer,
      heads: heads.map((head = recognizer.defaultHead) => infoOf(recognizer.heads, head)),
    }));
}

/**
 * What all heads find in a text.
 * @param {string} text
 * @param {Asked[]} asked
 * @param {RedactOptions} options
 */
async function find(text, asked, { signal, onProgress, visible }) {
  signal?.throwIfAborted();
  // Where one fails, what the others would find is of no use.
  const stop = new AbortController();
  const abort = () => stop.abort(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  const told = asked.map(() => ({ words: 0, total: 0 }));
  const sum = (/** @type {"words" | "total"} */ key) => told.reduce((total, own) => total + own[key], 0);
  const answers = asked.map(async ({ recognizer, heads }, index) => {
    const ids = heads.map(({ id }) => id);
    const predictions = await recognizer.predictAll(text, ids, {
      signal: stop.signal,
      visible,
      onProgress: (progress) => {
        told[index] = progress;
        onProgress?.({ words: sum("words"), total: sum("total") });
      },
    });
    // What is too doubtful for a list of names may be one all the same.
    return predictions.flatMap(({ entities, doubtful }) =>
      [...entities, ...doubtful].map(({ start, end, type, score }) => ({ start, end, type, score })),
    );
  });
  try {
    return (await Promise.all(answers)).flat();
  } catch (error) {
    stop.abort(error);
    throw error;
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

/**
 * Finds, and takes out. `ask` asks an engine of the recognizer.
 * @param {Ask} ask
 * @param {Reader} recognizer
 * @param {string} text
 * @param {RedactOptions} [given]
 */
export const redact = (ask, recognizer, text, given) =>
  guarded(given?.signal, async () => {
    const options = checked(given, REDACT);
    if (typeof text !== "string") refuse("input", `found a text of type ${typeof text}, expected a string`);
    const asked = askedOf(recognizer, options);
    const found = await find(text, asked, options);
    const types = asked.flatMap(({ heads }) => heads.map(typesOf));
    return take(ask, { text, found, types }, options);
  });

/**
 * @param {Ask} ask
 * @param {From} from
 * @param {Options} options
 */
async function take(ask, { text, found, types }, options) {
  const { threshold = 0, marks = [], patterns = true, table = null, signal } = options;
  const { types: wanted, style, confirm, keep, always, keepAt, everywhere } = options;
  const { default: usual = 0, ...thresholds } = typeof threshold === "number" ? { default: threshold } : threshold;
  const policy = {
    threshold: usual,
    thresholds,
    heads: types,
    patterns,
    ...defined({ types: wanted, style, confirm, keep, always, keepAt, everywhere }),
  };
  const marked = marks.map(({ start, end, type }) => ({ start, end, type }));
  const answer = await ask("redact", { text, found: [...found, ...marked], policy, table });
  signal?.throwIfAborted();
  return new Redaction(OURS, ask, { text, found, types }, options, answer);
}

/** @param {object} options */
const defined = (options) => Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

export class Redaction {
  #ask;
  #from;
  #options;
  #table;
  /** @type {{ placeholder: string, type: string, number: number, forms: string[] }[] | null} */
  #entries = null;

  /**
   * Made by `Recognizer.redact`.
   * @param {symbol} ours
   * @param {Ask} ask
   * @param {From} from
   * @param {Options} options
   * @param {Answer} answer
   */
  constructor(ours, ask, from, options, { text, hidden, left, knownTypes, takenTypes, table }) {
    if (ours !== OURS) refuse("input", "a Redaction is made by Recognizer.redact()");
    this.#ask = ask;
    this.#from = from;
    this.#options = options;
    this.#table = table;
    this.text = text;
    this.hidden = hidden;
    this.left = left;
    this.knownTypes = knownTypes;
    this.takenTypes = takenTypes;
  }

  get entries() {
    /** @type {{ placeholder: string, type: string, number: number, forms: string[] }[]} */
    const entries = this.#entries ?? JSON.parse(this.#table).entries;
    this.#entries = entries;
    return entries;
  }

  table() {
    return this.#table;
  }

  /**
   * The same text with other options, without reading it again.
   * @param {Options} given
   * @returns {Promise<Redaction>}
   */
  again(given) {
    return guarded(given?.signal, async () => {
      const { heads, also, ...options } = checked(/** @type {RedactOptions} */ (given), REDACT);
      if (heads || also)
        refuse("input", "options.heads, options.also: other heads have to read the text: use redact()");
      return take(this.#ask, this.#from, { ...this.#options, signal: undefined, ...options });
    });
  }

  /**
   * @param {string} text
   * @returns {Promise<string>}
   */
  restore(text) {
    return guarded(undefined, async () => {
      if (typeof text !== "string") refuse("input", `found a text of type ${typeof text}, expected a string`);
      return this.#ask("restore", { table: this.#table, text });
    });
  }

  /** @returns {TransformStream<string, string>} */
  restorer() {
    /** What the engine holds back, in its own form. @type {unknown} */
    let state = null;
    /**
     * @param {string} text
     * @param {boolean} last
     * @returns {Promise<string>}
     */
    const piece = async (text, last) => {
      const answer = await this.#ask("restorePiece", { table: this.#table, text, state, last });
      state = answer.state;
      return answer.text;
    };
    return new TransformStream({
      async transform(text, controller) {
        if (typeof text !== "string")
          throw new NeriteError("input", `found a piece of type ${typeof text}, expected a string`);
        const restored = await piece(text, false);
        if (restored) controller.enqueue(restored);
      },
      async flush(controller) {
        const restored = await piece("", true);
        if (restored) controller.enqueue(restored);
      },
    });
  }

  /**
   * Where a place of the redacted text is in the original one; inside of a placeholder, where what it stands for begins.
   * @param {number} at
   */
  toOriginal(at) {
    return moved(at, this.hidden, redactedOf, ({ start, end }) => [start, end]);
  }

  /**
   * Where a place of the original text is in the redacted one; inside of what was taken out, where its placeholder begins.
   * @param {number} at
   */
  toRedacted(at) {
    return moved(at, this.hidden, ({ start, end }) => [start, end], redactedOf);
  }
}

/**
 * What was taken out has a place in the redacted text.
 * @param {RedactedPlace} place
 */
const redactedOf = ({ redacted }) => /** @type {[number, number]} */ (redacted);

/**
 * @param {number} at
 * @param {RedactedPlace[]} hidden
 * @param {(place: RedactedPlace) => [number, number]} from
 * @param {(place: RedactedPlace) => [number, number]} to
 */
function moved(at, hidden, from, to) {
  // The last one that begins at or before the place.
  let [low, high] = [0, hidden.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (from(hidden[middle])[0] <= at) low = middle + 1;
    else high = middle;
  }
  const last = hidden[low - 1];
  if (!last) return at;
  const [own, other] = [from(last), to(last)];
  return at < own[1] ? other[0] : other[1] + (at - own[1]);
}
